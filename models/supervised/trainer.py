"""Learning from examples with known answers: show a few, see how wrong the network is, nudge every weight, repeat.

This is the loop that the networks of the playground share. A model adds what is its own: the layers, and how its data
become a batch of inputs and targets.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.base import DataError, Metrics, Snapshot, Trainer, owned
from models.nn.dropout import Dropout
from models.nn.layer import Array, Layer, Shape
from models.nn.learner import Batch as Batch
from models.nn.learner import Learner, WeightedBatch
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.nn.optimizers import OPTIMIZERS
from models.nn.schedules import step_size
from models.state import Field, attribute, generator, number
from models.supervised.config import METRICS as METRICS
from models.supervised.config import SupervisedConfig as SupervisedConfig

LARGEST_CHUNK = 4096
"""A batch larger than this is worked off in parts whose gradients are added up, so that memory stays small. Layers that
compare examples (batch normalization) see one part at a time: they then normalize over the part, not the batch."""

EVALUATION_CHUNK = 1000
"""Held-out examples looked at between two yields: a few milliseconds for a small network."""

EVALUATION_SHARE = 0.12
"""Aim for the cost of evaluations, as a share of training (a training example costs about three forward passes)."""

_WEIGHTS, _ORDER, _NOISE = 0, 1, 2  # what a random stream is for; with the seed it starts a generator of its own


@dataclass(frozen=True)
class SupervisedSnapshot(Snapshot):
    """A network between two steps, with what it answered at the last evaluation.

    Attributes:
        config: the settings in force.
        parameters: all weights and biases, flat (P,), read-only; `Network.on` makes a network of it.
        buffers: running means and the like by name, when the network has any.
        test_predictions: class of every held-out example (M,), or of every moment of it (M, T), at the last evaluation;
            uint8 where that is wide enough (see `label_type`); None before the first.
        test_step: step of that evaluation; −1 before the first.
        measured: held-out metrics by name of this very step, as `evaluate` found them; empty when it did not look.
    """

    config: Any
    parameters: Array
    buffers: Mapping[str, Array]
    test_predictions: NDArray[Any] | None
    test_step: int
    measured: Mapping[str, float]


ConfigT = TypeVar("ConfigT", bound=SupervisedConfig)
SnapshotT = TypeVar("SnapshotT", bound=SupervisedSnapshot)


class SupervisedTrainer(Trainer[ConfigT, SnapshotT], Generic[ConfigT, SnapshotT]):
    """Mini-batch gradient descent on a `Network`. Subclasses say what is learnt: see the abstract methods.

    Every random choice comes from the seed: the first weights, the order of the examples (a generator per epoch, so it
    needs not be stored), and `rng` for everything else (dropout masks, augmentation), which is part of the state.

    Attributes:
        network: the network being trained.
        learner: the network, its loss and its optimizer.
        rng: generator for dropout and augmentation.
    """

    threshold = 0.5
    """Networks with a single output answer "class 1" above it."""

    noisy = False
    """Whether making a training batch draws from `rng` (augmentation); subclasses set it before they train."""

    evaluation_chunk = EVALUATION_CHUNK
    """Held-out examples looked at between two yields; fewer where one costs more."""

    def __init__(self, config: ConfigT, data: Any) -> None:
        self.config = config
        self.data = data
        self.step_count = 0
        self.rng = np.random.default_rng((config.seed, _NOISE))
        self.prepare(data)
        layers, input_shape = self.layers()
        self.network = Network(layers, input_shape, rng=np.random.default_rng((config.seed, _WEIGHTS)))
        optimizer = OPTIMIZERS[config.optimizer](
            self.network.parameters.size, momentum=config.momentum, second_momentum=config.second_momentum
        )
        self.learner = Learner(self.network, LOSSES[config.loss](), optimizer, shards=config.shards)
        self._draws = any(isinstance(layer, Dropout) for layer in self.network.every_layer())
        self._test_loss = LOSSES[config.loss]()  # its own, since a loss keeps its gradient's memory
        self._order: NDArray[np.int64] | None = None
        self._order_epoch = -1
        *times, classes = self.network.output_shape
        self._labels = label_type(classes)
        self._test_predictions = np.zeros((self.test_count, *times), self._labels)
        self._test_step = -1
        self._measured: tuple[int, Metrics] = (-1, {})  # held-out metrics, and the step that they are of
        self._count_examples()

    def _count_examples(self) -> None:
        """Work out how long an epoch is and how often to evaluate; anew when examples come or go."""
        self._order_epoch = -1
        self._steps_per_epoch = max(1, ceil(self.train_count / self.config.batch_size))
        # As many evaluations per epoch as the aim for their cost allows; less than one where epochs are short.
        interval = ceil(self.test_count / (3 * EVALUATION_SHARE * self.config.batch_size))
        parts = max(1, self._steps_per_epoch // max(interval, 1))
        self._evaluation_interval = max(interval, ceil(self._steps_per_epoch / parts), 1)

    # What a model adds ------------------------------------------------------------------------------------------

    def prepare(self, data: Any) -> None:
        """Called first: look at the data, fit features, set `noisy`. `config`, `data` and `rng` are there already."""

    @property
    @abstractmethod
    def train_count(self) -> int:
        """Number of training examples; at least 1."""

    @property
    @abstractmethod
    def test_count(self) -> int:
        """Number of held-out examples; 0 when there are none."""

    @abstractmethod
    def layers(self) -> tuple[Sequence[Layer], Shape]:
        """New layers (dropout gets `self.rng`) and the shape of one input."""

    @abstractmethod
    def train_batch(self, chosen: NDArray[np.int64] | slice) -> Batch | WeightedBatch:
        """The chosen training examples, augmented if wished; only here may `rng` be used (and `noisy` be True)."""

    @abstractmethod
    def test_batch(self, chosen: slice) -> Batch | WeightedBatch:
        """The chosen held-out examples, never augmented."""

    def test_outputs(self, inputs: Array, chosen: slice) -> Array:
        """What it answers to the chosen held-out examples, whose `inputs` are those of `test_batch`."""
        return self.network.forward(inputs)

    @abstractmethod
    def snapshot(self) -> SnapshotT:
        """See Trainer; `snapshot_fields()` gives the fields of SupervisedSnapshot."""

    def classify(self, outputs: Array) -> NDArray[Any]:
        """Class of every row of outputs (N, K) or (N, T, K): the largest one, or above the threshold where K = 1."""
        if outputs.shape[-1] == 1:
            return (outputs[..., 0] > self.threshold).view(np.uint8)
        classes: NDArray[Any] = outputs.argmax(axis=-1).astype(self._labels)
        return classes

    # One run ----------------------------------------------------------------------------------------------------

    @property
    def steps_per_epoch(self) -> int:
        """Steps in which every training example is shown once; the last batch may be smaller."""
        return self._steps_per_epoch

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return self._steps_per_epoch * self.config.epochs

    @property
    def epoch(self) -> float:
        """Passes over the training data, fractional."""
        return self.step_count / self._steps_per_epoch

    @property
    def done(self) -> bool:
        """Whether all epochs are used up; extending `epochs` lets the run go on."""
        return self.step_count >= self.total_steps

    def step(self) -> Metrics:
        """One mini-batch: gradient of the loss, weight decay, optimizer. Returns the batch's "loss" and "accuracy".

        Raises TrainingError when loss or gradient is not a number or has exploded; then parameters, optimizer and
        generator are as they were before the step, so that it can be tried again with another step size.
        """
        config = self.config
        chosen = self._chosen()
        count = chosen.stop - chosen.start if isinstance(chosen, slice) else len(chosen)
        loss, accuracy = self.learner.update(
            map(self.train_batch, self._parts(chosen, count)),  # made one at a time, when the learner asks for them
            count,
            step_size(config.learning_rate, config.schedule, self.step_count, self.total_steps),
            step=self.step_count,
            l1=config.l1,
            l2=config.l2,
            rng=self.rng if self.noisy or self._draws else None,
            measure=self._accuracy,
        )
        self.step_count += 1
        return {"loss": loss, "accuracy": accuracy}

    def _chosen(self) -> NDArray[np.int64] | slice:
        """Which examples this step shows: a new random order in every epoch, fixed by seed and epoch."""
        if self._steps_per_epoch == 1:
            return slice(0, self.train_count)  # all of them: the order makes no difference
        epoch, position = divmod(self.step_count, self._steps_per_epoch)
        if self._order is None or epoch != self._order_epoch:
            self._order = np.random.default_rng((self.config.seed, _ORDER, epoch)).permutation(self.train_count)
            self._order_epoch = epoch
        start = position * self.config.batch_size
        return self._order[start : start + self.config.batch_size]

    def _parts(self, chosen: NDArray[np.int64] | slice, count: int) -> list[NDArray[np.int64] | slice]:
        """The choice in parts of at most LARGEST_CHUNK examples."""
        if count <= LARGEST_CHUNK:
            return [chosen]
        edges = [*range(0, count, LARGEST_CHUNK), count]
        if isinstance(chosen, slice):
            return [slice(chosen.start + start, chosen.start + stop) for start, stop in pairwise(edges)]
        return [chosen[start:stop] for start, stop in pairwise(edges)]

    def _accuracy(self, outputs: Array, targets: Array, weights: Array | None = None) -> float:
        """Share of the rows that are classified as they should be; with weights, of what they weigh together."""
        right: NDArray[np.bool_] = self.classify(outputs) == self.classify(targets)
        if weights is None:
            return int(np.count_nonzero(right)) / right.size
        return _counted(right, weights) / (float(weights.sum()) or 1.0)

    # Held-out data ----------------------------------------------------------------------------------------------

    def evaluation_due(self) -> bool:
        """A few times early on, when much changes, then at even distances such that evaluations stay cheap."""
        if not self.test_count:
            return False
        step, interval = self.step_count, self._evaluation_interval
        return step % interval == 0 or step in (interval // 8, interval // 3) or self.done

    @property
    def evaluation_cost(self) -> float:
        """In steps: held-out examples pass forwards only, which is a third of what an example costs in training."""
        return self.test_count / (3 * self.config.batch_size)

    def evaluate(self) -> Generator[None, None, Metrics]:
        """Loss and accuracy on all held-out examples, chunk by chunk: "test_loss", "test_accuracy"; none, none."""
        if not self.test_count:
            return {}
        predictions = np.empty_like(self._test_predictions)
        loss, right, count = 0.0, 0.0, 0.0  # count: rows, or what they weigh
        step = self.step_count
        for start in range(0, self.test_count, self.evaluation_chunk):
            if start:
                yield
            part = slice(start, min(start + self.evaluation_chunk, self.test_count))
            inputs, targets, *weights = self.test_batch(part)
            outputs = self.test_outputs(inputs, part)
            predictions[part] = self.classify(outputs)
            rows = float(weights[0].sum()) if weights else predictions[part].size
            loss += self._test_loss(outputs, targets, *weights)[0] * rows
            right += _counted(predictions[part] == self.classify(targets), *weights)
            count += rows
        predictions.flags.writeable = False
        self._test_predictions, self._test_step = predictions, step
        self._measured = step, {"test_loss": loss / (count or 1), "test_accuracy": right / (count or 1)}
        return dict(self._measured[1])

    # Looking at it, and moving it in time -----------------------------------------------------------------------

    def snapshot_fields(self) -> dict[str, Any]:
        """The fields of SupervisedSnapshot, as copies."""
        return {
            "step": self.step_count,
            "epoch": self.epoch,
            "config": self.config,
            "parameters": owned(self.network.parameters),
            "buffers": {name: owned(array) for name, array in self.network.buffers().items()},
            "test_predictions": owned(self._test_predictions) if self._test_step >= 0 else None,
            "test_step": self._test_step,
            "measured": dict(self._measured[1]) if self._measured[0] == self.step_count else {},
        }

    def fields(self) -> Sequence[Field]:
        """The learner, the generator, the step and the last evaluation's answers."""
        return [
            *self.learner.fields(),
            attribute(self, "_test_predictions", "test_predictions"),
            generator("generator", self.rng),
            number(self, "step_count"),
            number(self, "_test_step", "test_step"),
        ]

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """What was measured cannot be later than the run is, nor name classes that there are not."""
        self.learner.check(saved)
        if not -1 <= int(saved["test_step"]) <= int(saved["step_count"]):
            raise DataError("The saved step numbers do not fit together: the file is damaged.")
        if saved["test_predictions"].max(initial=0) >= max(2, self.network.output_shape[-1]):
            raise DataError("The saved answers name classes that do not exist: the file is damaged.")

    def restored(self) -> None:
        """Held-out numbers are of another way to this step, perhaps: they must be measured anew."""
        self._measured = (-1, {})

    def configure(self, config: ConfigT) -> None:
        """See Trainer; the step size, decay, momenta and the number of epochs can change during a run."""
        super().configure(config)
        self.learner.optimizer.momentum = config.momentum
        self.learner.optimizer.second_momentum = config.second_momentum

    @property
    def threads(self) -> int | None:
        """Shards that are worked out at the same time, at the most; None for as many as there are cores.

        It changes no bit. Where many runs go on side by side, each gets one.
        """
        return self.learner.threads

    @threads.setter
    def threads(self, count: int | None) -> None:
        self.learner.threads = count


def label_type(classes: int) -> np.dtype[Any]:
    """The smallest whole-number type that can name so many classes: a byte up to 256."""
    return np.dtype(np.min_scalar_type(max(classes - 1, 0)))


def _counted(right: NDArray[np.bool_], weights: Array | None = None) -> float:
    """How many rows are right, or what they weigh together."""
    return int(np.count_nonzero(right)) if weights is None else float(np.vdot(right, weights))


def run_evaluation(trainer: Trainer[Any, Any]) -> Metrics:
    """Carry out a whole evaluation at once (outside the window, where nobody waits for a frame)."""
    pieces = trainer.evaluate()
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            metrics: Metrics = end.value
            return metrics
