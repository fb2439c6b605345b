"""Teaching a network your own hand: a few of your drawings, shown again and again in new variations and mixed with what
the network learnt from, move it towards your way of writing without making it forget everybody else's.

Showing only the few new examples would let the network forget the rest ("catastrophic forgetting": M. McCloskey and
N. Cohen, 1989); mixing in old ones is called rehearsal (A. Robins, 1995).
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, TrainingError
from models.data.drawing.augment import Augmentation, augment
from models.data.pictures.mnist import ImageData
from models.nn.batchnorm import BatchNorm
from models.nn.layer import Array
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.nn.optimizers import Adam
from models.supervised.config import SupervisedConfig

FEWEST = 2

Labelled = tuple[NDArray[np.uint8], NDArray[np.uint8]]
"""Images (n, H, W) and labels (n,)."""

VARIED = Augmentation(shift=1.0, rotation=8, scale=0.08, shear=0.15, elastic=0.5, thickness=0.3)
"""How the drawings are varied: about as much as one person's hand varies by itself."""

VARIED_TINY = Augmentation(shift=1, whole_pixels=True)
"""For pictures of a few pixels."""


EXPLODED = "Teaching failed: the numbers exploded. Try a smaller step size."


@dataclass(frozen=True, eq=False)
class Teach(Edit):
    """An edit of a running model: fine-tune it on these drawings.

    Attributes:
        images: (n, H, W) uint8, prepared for the network.
        labels: (n,) uint8, what they are meant to be.
        steps: updates; 60 take about half a second, also with `digits-best`.
        learning_rate: Adam's step size, falling to zero along a straight line.
        mine, originals: how many drawings and how many of the original training images make up a batch.
        seed: for the variations and the choice of originals.
    """

    sweeping: ClassVar[bool] = True

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    steps: int = 60
    learning_rate: float = 0.001
    mine: int = 32
    originals: int = 32
    seed: int = 0


@dataclass(frozen=True, eq=False)
class TakeBack(Teach):
    """An edit that takes a lesson back: the lesson once more, and `before`, the parameters (P,) that it started from.

    A lesson changes nothing else, so the network is then to the bit what it was. The lesson is repeated to make sure
    that it led to the network as it is now: what came in between would be lost without a word.
    """

    before: Array = field(kw_only=True)


def lesson_on(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Teach:
    """A lesson on drawings (n, H, W) with the step size that proved good for pictures of their size.

    Networks for tiny pictures have so few weights that each has to move farther.
    """
    return Teach(images, labels, learning_rate=0.001 if images.shape[1] > 16 else 0.003)


def without_copies(images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Labelled:
    """Each picture once for each label that it has, in the same order.

    Two drawings may well be the same picture: straight lines, for example, come out alike wherever they were drawn.
    """
    first: dict[tuple[bytes, int], int] = {}
    for i, (image, label) in enumerate(zip(images, labels.tolist(), strict=True)):
        first.setdefault((image.tobytes(), label), i)
    kept = list(first.values())
    return images[kept], labels[kept]


class Teachable(Protocol):
    """What a trainer must have to be taught."""

    network: Network
    data: ImageData
    step_count: int
    rng: np.random.Generator

    @property
    def config(self) -> SupervisedConfig:
        """Its settings."""

    def encode(self, images: NDArray[Any]) -> Array:
        """Pictures (N, H, W), 0 … 255, as the network's input."""


def fine_tune(trainer: Teachable, lesson: Teach) -> None:
    """Change the trainer's parameters in place; step counter, optimizer and random generator stay as they are.

    What comes of it depends on parameters, batch-norm averages, data and lesson alone, so a copy of the network learns
    the same to the bit. A `TakeBack` puts the parameters of before the lesson back instead.

    Raises DataError for drawings that cannot be taught, ConfigError when the network has not been trained yet or there
    is no such lesson to take back, TrainingError when the numbers explode (the parameters are then as before).
    """
    check(lesson, trainer)
    if isinstance(lesson, TakeBack):
        _take_back(trainer, lesson)
    else:
        _give(trainer, lesson)


def _take_back(trainer: Teachable, lesson: TakeBack) -> None:
    parameters = trainer.network.parameters
    now = parameters.copy()
    if lesson.before.shape == now.shape:
        parameters[...] = lesson.before
        _give(trainer, lesson)
        if np.array_equal(parameters, now):
            parameters[...] = lesson.before
            return
        parameters[...] = now
    raise ConfigError(
        "The network has been changed since this lesson, so the lesson alone cannot be taken back. Go back in time to "
        "a step before it, and continue from there."
    )


def _give(trainer: Teachable, lesson: Teach) -> None:
    """Fine-tune; dropout draws from the lesson's own random numbers."""
    network = trainer.network
    before = network.parameters.copy()
    rng = np.random.default_rng((lesson.seed, len(lesson.labels)))
    loss = LOSSES[trainer.config.loss]()
    optimizer = Adam(network.parameters.size)
    one_hot = np.eye(len(trainer.data.class_names), dtype=np.float32)
    varied = VARIED if lesson.images.shape[1] > 16 else VARIED_TINY
    drawings = _balanced(lesson.labels)
    generator = trainer.rng.bit_generator
    luck = generator.state
    generator.state = rng.spawn(1)[0].bit_generator.state
    norms = [layer for layer in network.every_layer() if isinstance(layer, BatchNorm)]
    for norm in norms:
        norm.frozen = True  # the averages of a few drawings say nothing about all pictures
    try:
        for step in range(lesson.steps):
            mine = drawings[rng.integers(0, len(drawings), lesson.mine)]
            old = rng.integers(0, len(trainer.data.train_images), lesson.originals)
            varied_drawings = augment(lesson.images[mine], varied, rng)
            images = np.concatenate([varied_drawings, trainer.data.train_images[old].astype(np.float32)])
            labels = np.concatenate([lesson.labels[mine], trainer.data.train_labels[old]])
            value, gradient = loss(network.forward(trainer.encode(images), training=True), one_hot[labels])
            if not np.isfinite(value):
                network.parameters[...] = before
                raise TrainingError(EXPLODED)
            network.backward(gradient)
            optimizer.update(network.parameters, network.gradients, lesson.learning_rate * (1 - step / lesson.steps))
        if not np.isfinite(network.parameters).all():  # the loss before the last update said nothing about it
            network.parameters[...] = before
            raise TrainingError(EXPLODED)
    finally:
        generator.state = luck
        for norm in norms:
            norm.frozen = False


def _balanced(labels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Indices of the drawings, repeated so that every class comes about equally often."""
    counts = np.bincount(labels)
    return np.repeat(np.arange(len(labels)), -(-counts.max() // counts[labels]))


def check(lesson: Teach, trainer: Teachable) -> None:
    """Raise unless there is something to teach, and someone to teach it to."""
    images, labels = lesson.images, lesson.labels
    side = trainer.data.train_images.shape[1:]
    if trainer.step_count == 0:
        raise ConfigError("This network has not learnt anything yet: train it first, then teach it your hand.")
    if len(images) != len(labels):
        raise DataError(f"There are {len(images)} drawings but {len(labels)} labels: each drawing needs its own.")
    if len(images) < FEWEST:
        raise DataError(
            f"{'One drawing is' if len(images) else 'No drawing is'} not enough to learn a hand from: correct or draw "
            f"at least {FEWEST}, best two of every class."
        )
    if images.shape[1:] != side:
        raise DataError(
            f"These drawings are {images.shape[1]}×{images.shape[2]} pixels, but the network reads {side[0]}×{side[1]}."
        )
    if labels.max() >= len(trainer.data.class_names):
        raise DataError(
            f"There is no class number {labels.max()}: choose one of {', '.join(trainer.data.class_names)}."
        )
    if not images.reshape(len(images), -1).any(axis=1).all():
        raise DataError("One of the drawings is blank: delete it, or draw something.")
    check_labels(images, labels, trainer.data.class_names)


def held_out(images: NDArray[np.uint8], data: ImageData) -> NDArray[np.bool_]:
    """Which of the pictures (n, H, W) are pictures that the network is tested on, (n,).

    What is tested on must not be taught: the test accuracy would no longer say how new pictures fare.
    """
    if images.shape[1:] != data.test_images.shape[1:]:
        return np.zeros(len(images), np.bool_)
    return np.array([(data.test_images == image).all(axis=(1, 2)).any() for image in images], np.bool_)


def check_not_held_out(images: NDArray[np.uint8], data: ImageData) -> None:
    """Raise DataError when one of the pictures (n, H, W) is among those that the network is tested on."""
    count = int(np.count_nonzero(held_out(images, data)))
    if count:
        which = "One of the drawings is a test picture" if count == 1 else f"{count} of the drawings are test pictures"
        raise DataError(
            f"{which}: taught, it would no longer show how well the network does on what it has not seen. Delete it "
            "from My drawings, or leave it out of the file."
        )


class ContradictionError(DataError):
    """The same picture has two labels; `pictures` are the two places where it is."""

    def __init__(self, message: str, pictures: tuple[int, int]) -> None:
        super().__init__(message)
        self.pictures = pictures


def check_labels(images: NDArray[np.uint8], labels: NDArray[np.uint8], names: Sequence[str]) -> None:
    """Raise ContradictionError when one of the pictures (n, H, W) has two labels."""
    seen: dict[bytes, int] = {}
    for i, image in enumerate(images):
        first = seen.setdefault(image.tobytes(), i)
        one, other = names[labels[first]], names[labels[i]]
        if one != other:
            words = f"The same drawing is called “{one}” and “{other}”: it cannot be both. Delete one."
            raise ContradictionError(words, (first, i))


@dataclass(frozen=True)
class Report:
    """What a lesson brought: accuracies 0 … 1 before and after; None where there was nothing to measure on.

    Attributes:
        accuracy_before, accuracy_after: on drawings of the same hand that were not taught.
        test_accuracy_before, test_accuracy_after: on the original held-out images.
        seconds: what the teaching itself took.
    """

    accuracy_before: float | None = None
    accuracy_after: float | None = None
    test_accuracy_before: float | None = None
    test_accuracy_after: float | None = None
    seconds: float = 0.0


def accuracy(trainer: Teachable, images: NDArray[Any], labels: NDArray[np.uint8]) -> float | None:
    """Share of pictures that the network gets right; None when there are none."""
    if not len(images):
        return None
    right = 0
    for start in range(0, len(images), 250):
        part = slice(start, start + 250)
        answers = trainer.network.forward(trainer.encode(images[part])).argmax(axis=1)
        right += int(np.count_nonzero(answers == labels[part]))
    return right / len(images)


def teach(trainer: Teachable, lesson: Teach, others: Labelled | None = None) -> Report:
    """Fine-tune and report; see `teaching`. Raises as `fine_tune`."""
    *_, report = teaching(trainer, lesson, others)
    return report


def teaching(trainer: Teachable, lesson: Teach, others: Labelled | None = None) -> Iterator[Report]:
    """As `teach`, piece by piece: every report says more than the one before, the last one everything.

    `others` are drawings of the same hand that are only looked at. Without them, each half of the drawings is judged by
    a network taught the other half (the parameters are put back after that); copies of a drawing count as one, so that
    no drawing is judged by a network that has seen it.
    """
    check(lesson, trainer)
    data = trainer.data
    judged = others or without_copies(lesson.images, lesson.labels)
    report = Report(accuracy_before=accuracy(trainer, *judged))
    yield report
    if others is None:
        for after in _cross_taught(trainer, replace(lesson, images=judged[0], labels=judged[1])):
            report = replace(report, accuracy_after=after)
            yield report
    report = replace(report, test_accuracy_before=accuracy(trainer, data.test_images, data.test_labels) or 0.0)
    yield report
    start = time.perf_counter()
    fine_tune(trainer, lesson)
    report = replace(report, seconds=time.perf_counter() - start)
    if others is not None:
        report = replace(report, accuracy_after=accuracy(trainer, *others))
    yield report
    yield replace(report, test_accuracy_after=accuracy(trainer, data.test_images, data.test_labels) or 0.0)


def _cross_taught(trainer: Teachable, lesson: Teach) -> Iterator[float | None]:
    """Accuracy with each half judged after teaching the other half, at the end; None until then, and for too few.

    The lesson must be without copies: they might fall into different halves.
    """
    yield None
    halves = _halves(lesson.labels)
    if min(map(len, halves)) < FEWEST:
        return
    parameters = trainer.network.parameters.copy()
    right = 0.0
    for taught, judged in (halves, halves[::-1]):
        fine_tune(trainer, replace(lesson, images=lesson.images[taught], labels=lesson.labels[taught]))
        right += (accuracy(trainer, lesson.images[judged], lesson.labels[judged]) or 0.0) * len(judged)
        trainer.network.parameters[...] = parameters
        yield None
    yield right / len(lesson.labels)


def _halves(labels: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Two halves of the drawings in which every class comes about equally often."""
    by_class = np.argsort(labels, kind="stable")
    return by_class[::2], by_class[1::2]
