"""Learning from examples with known answers: show a few, see how wrong the network is, nudge every weight, repeat.

This is the loop that the networks of the playground share. A model adds what is its own: the layers, and how its data
become a batch of inputs and targets.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite, sqrt
from typing import Any, Generic, Literal, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.base import (
    DataError,
    Metrics,
    MetricSpec,
    Snapshot,
    State,
    Trainer,
    TrainingError,
    generator_state,
    matching,
    owned,
    restore_generator,
)
from models.config import Config, setting
from models.nn.initializers import INITIALIZERS, Initializer
from models.nn.layer import Array, Layer, Shape
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.nn.optimizers import OPTIMIZERS, add_decay
from models.nn.schedules import SCHEDULES

LARGEST_CHUNK = 4096
"""A batch larger than this is worked off in parts whose gradients are added up, so that memory stays small. Layers that
compare examples (batch normalization) see one part at a time: they then normalize over the part, not the batch."""

EVALUATION_CHUNK = 1000
"""Held-out examples looked at between two yields: a few milliseconds for a small network."""

EVALUATION_SHARE = 0.12
"""Aim for the cost of evaluations, as a share of training (a training example costs about three forward passes)."""

EXPLODED_LOSS = 1e6
"""A loss so many times its first value (or 1, if that is more) has exploded even though it is still a number."""

EXPLODED_GRADIENT = 1e10
"""A gradient longer than this has exploded even though it is still a number."""

_WEIGHTS, _ORDER, _NOISE = 0, 1, 2  # what a random stream is for; with the seed it starts a generator of its own


SCHEDULE_HELP = {
    "constant": "The same all the time.",
    "cosine": "Falls smoothly to zero.",
    "one_cycle": "Rises for the first 30 % of the run, then falls to zero.",
}
INITIALIZER_HELP = {
    "he": "Spread by the number of inputs, for ReLU.",
    "xavier": "Spread by the number of inputs and outputs, for sigmoid and tanh.",
    "normal": "A bell curve with the mean and spread below.",
    "uniform": "Evenly between mean − spread and mean + spread.",
}


class SupervisedConfig(Config):
    """The settings that every network trained from examples has."""

    loss: Literal["cross_entropy", "mse", "mse_sum"] = setting(
        "cross_entropy",
        "How wrongness is measured: the number that training makes small.",
        group="Training",
        value_help={
            "cross_entropy": "Softmax and cross-entropy: how surprised the network is by the right answer.",
            "mse": "Mean squared error: the squared distance to the target, averaged over outputs and batch.",
            "mse_sum": "Squared error with the gradient summed over the batch: a larger batch takes larger steps.",
        },
    )
    optimizer: Literal["sgd", "momentum", "nesterov", "rmsprop", "adam"] = setting(
        "adam",
        "The rule that turns gradients into steps.",
        group="Training",
        value_help={
            "sgd": "Plain gradient descent: straight downhill.",
            "momentum": "A heavy ball: keeps rolling in the direction it had.",
            "nesterov": "Momentum that looks ahead before it steps.",
            "rmsprop": "A step size for each weight, by the usual size of its gradient.",
            "adam": "Momentum and RMSProp together: works well without much tuning.",
        },
    )
    learning_rate: float = setting(
        0.003,
        "How far one step goes: too small takes for ever, too large overshoots.",
        group="Training",
        label="step size",
        ge=1e-5,
        le=10.0,
        live=True,
        log=True,
    )
    schedule: Literal["constant", "cosine", "one_cycle"] = setting(
        "one_cycle",
        "How the step size changes during the run.",
        group="Training",
        value_help=SCHEDULE_HELP,
    )
    batch_size: int = setting(
        128, "How many examples are shown between two steps.", group="Training", ge=1, le=100_000, log=True
    )
    epochs: int = setting(
        5, "How often all training examples are shown; can be extended.", group="Training", ge=1, le=100_000, live=True
    )
    momentum: float = setting(
        0.9,
        "How much of the previous direction a step keeps (β₁ in Adam).",
        group="Training",
        ge=0.0,
        lt=1.0,
        live=True,
        advanced=True,
        shown_when=("optimizer", ("momentum", "nesterov", "adam")),
    )
    second_momentum: float = setting(
        0.99,
        "Decay of the mean square: how long the usual size of a gradient is remembered (β₂).",
        group="Training",
        label="β₂",
        ge=0.0,
        lt=1.0,
        live=True,
        advanced=True,
        shown_when=("optimizer", ("rmsprop", "adam")),
    )
    l2: float = setting(
        0.0,
        "Pulls every weight towards zero, large ones more: a smoother answer (weight decay). The pull is part of the "
        "gradient, which RMSProp and Adam rescale; AdamW would not.",
        group="Regularisation",
        label="L2 decay",
        ge=0.0,
        le=1.0,
        live=True,
    )
    l1: float = setting(
        0.0,
        "Pulls every weight towards zero with the same force, so that many end up at zero.",
        group="Regularisation",
        label="L1 decay",
        ge=0.0,
        le=1.0,
        live=True,
    )
    dropout: float = setting(
        0.0,
        "Share of the hidden units that is silenced, at random, in every training step.",
        group="Regularisation",
        ge=0.0,
        le=0.9,
    )
    initializer: Literal["he", "xavier", "normal", "uniform"] = setting(
        "he",
        "How the weights are drawn before training.",
        group="Start",
        label="first weights",
        value_help=INITIALIZER_HELP,
    )
    initial_mean: float = setting(
        0.0,
        "Mean of the weights before training.",
        group="Start",
        ge=-1.0,
        le=1.0,
        advanced=True,
        shown_when=("initializer", ("normal", "uniform")),
    )
    initial_scale: float = setting(
        0.1,
        "Spread of the weights before training: standard deviation (normal) or half the width (uniform).",
        group="Start",
        ge=0.0,
        le=5.0,
        advanced=True,
        shown_when=("initializer", ("normal", "uniform")),
    )
    seed: int = setting(
        0, "Start of all random numbers: the same seed repeats the same run.", group="Start", ge=0, le=2**31 - 1
    )

    def weight_initializer(self) -> Initializer:
        """The function that fills the weights of a new layer."""
        return INITIALIZERS[self.initializer](self.initial_mean, self.initial_scale)


@dataclass(frozen=True)
class SupervisedSnapshot(Snapshot):
    """A network between two steps, with what it answered at the last evaluation.

    Attributes:
        config: the settings in force.
        parameters: all weights and biases, flat (P,), read-only; `Network.on` makes a network of it.
        buffers: running means and the like by name, when the network has any.
        test_predictions: class of every held-out example (M,) uint8 at the last evaluation; None before the first.
        test_step: step of that evaluation; −1 before the first.
        measured: held-out metrics by name of this very step, as `evaluate` found them; empty when it did not look.
    """

    config: Any
    parameters: Array
    buffers: Mapping[str, Array]
    test_predictions: NDArray[np.uint8] | None
    test_step: int
    measured: Mapping[str, float]


ConfigT = TypeVar("ConfigT", bound=SupervisedConfig)
SnapshotT = TypeVar("SnapshotT", bound=SupervisedSnapshot)

Batch = tuple[Array, Array]
"""Inputs (N, …) and targets (N, K), one-hot for classes."""

METRICS = (
    MetricSpec("test_accuracy", "test accuracy", plot="accuracy", unit="%", held_out=True, better="higher"),
    MetricSpec("accuracy", "training batch accuracy", plot="accuracy", unit="%", better="higher"),
    MetricSpec("loss", "training batch loss", plot="loss", log=True, better="lower"),
    MetricSpec("test_loss", "test loss", plot="loss", log=True, held_out=True, better="lower"),
)
"""What every trainer here reports. The training metrics are those of the mini-batch, measured before its step."""


class SupervisedTrainer(Trainer[ConfigT, SnapshotT], Generic[ConfigT, SnapshotT]):
    """Mini-batch gradient descent on a `Network`. Subclasses say what is learnt: see the abstract methods.

    Every random choice comes from the seed: the first weights, the order of the examples (a generator per epoch, so it
    needs not be stored), and `rng` for everything else (dropout masks, augmentation), which is part of the state.

    Attributes:
        network: the network being trained.
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
        self._loss = LOSSES[config.loss]()
        self._test_loss = LOSSES[config.loss]()  # its own, since a loss keeps its gradient's memory
        self._optimizer = OPTIMIZERS[config.optimizer](
            self.network.parameters.size, momentum=config.momentum, second_momentum=config.second_momentum
        )
        self._scratch = np.empty_like(self.network.parameters)
        self._buffers = self.network.buffers()
        self._order: NDArray[np.int64] | None = None
        self._order_epoch = -1
        self._inputs: Array | None = None  # of the latest batch, to find out why a step went wrong
        self._first_loss = np.zeros(())
        self._test_predictions = np.zeros(self.test_count, np.uint8)
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
    def train_batch(self, chosen: NDArray[np.int64] | slice) -> Batch:
        """The chosen training examples, augmented if wished; only here may `rng` be used (and `noisy` be True)."""

    @abstractmethod
    def test_batch(self, chosen: slice) -> Batch:
        """The chosen held-out examples, never augmented."""

    @abstractmethod
    def snapshot(self) -> SnapshotT:
        """See Trainer; `snapshot_fields()` gives the fields of SupervisedSnapshot."""

    def classify(self, outputs: Array) -> NDArray[np.uint8]:
        """Class of every row of the outputs (N, K): the largest one, or above the threshold where K = 1."""
        if outputs.shape[1] == 1:
            return (outputs[:, 0] > self.threshold).view(np.uint8)
        classes: NDArray[np.uint8] = outputs.argmax(axis=1).astype(np.uint8)
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
        config, network = self.config, self.network
        generator = self.rng.bit_generator.state if self.noisy or config.dropout else None
        buffers = {name: array.copy() for name, array in self._buffers.items()}
        with np.errstate(over="ignore", invalid="ignore"):  # what goes wrong is found by the check below
            loss, accuracy = self._loss_and_gradients(self._chosen())
            if config.l1 or config.l2:
                add_decay(network.gradients, network.parameters, network.decayed, config.l1, config.l2, self._scratch)
            squared_length = float(network.gradients @ network.gradients)
        if not (loss <= self._largest_loss() and squared_length <= EXPLODED_GRADIENT**2):  # also when one is NaN
            if generator is not None:
                self.rng.bit_generator.state = generator
            for name, array in buffers.items():
                self._buffers[name][...] = array
            self._diverged(loss, squared_length)
        if self.step_count == 0:
            self._first_loss[...] = loss
        factor = SCHEDULES[config.schedule](self.step_count, self.total_steps)
        self._optimizer.update(network.parameters, network.gradients, config.learning_rate * factor)
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

    def _loss_and_gradients(self, chosen: NDArray[np.int64] | slice) -> tuple[float, float]:
        """Loss and accuracy of the chosen examples; their gradient is left in the network."""
        begin, end = (chosen.start, chosen.stop) if isinstance(chosen, slice) else (0, len(chosen))
        count = end - begin
        if count <= LARGEST_CHUNK:
            return self._pass(chosen)
        loss = accuracy = 0.0
        total = np.zeros_like(self.network.gradients)
        for start in range(begin, end, LARGEST_CHUNK):
            stop = min(start + LARGEST_CHUNK, end)
            part = slice(start, stop) if isinstance(chosen, slice) else chosen[start:stop]
            part_loss, part_accuracy = self._pass(part)
            share = (stop - start) / count
            loss += share * part_loss
            accuracy += share * part_accuracy
            total += self.network.gradients if self._loss.summed else share * self.network.gradients
        self.network.gradients[...] = total
        return loss, accuracy

    def _pass(self, chosen: NDArray[np.int64] | slice) -> tuple[float, float]:
        inputs, targets = self.train_batch(chosen)
        self._inputs = inputs
        outputs = self.network.forward(inputs, training=True)
        loss, gradient = self._loss(outputs, targets)
        self.network.backward(gradient)
        return loss, self._accuracy(outputs, targets)

    def _accuracy(self, outputs: Array, targets: Array) -> float:
        return float(np.count_nonzero(self.classify(outputs) == self.classify(targets))) / len(outputs)

    def _largest_loss(self) -> float:
        if self.step_count == 0:
            return float(np.finfo(np.float32).max)
        return EXPLODED_LOSS * max(1.0, float(self._first_loss))

    def _diverged(self, loss: float, squared_length: float) -> NoReturn:
        config = self.config
        if self._inputs is not None and not np.isfinite(self._inputs).all():
            raise TrainingError("The data hold values that are not numbers: remove them or fill them in, then reset.")
        if isfinite(loss):
            what = f"the loss is {loss:.3g} and the gradient has a length of {sqrt(squared_length):.3g}"
        else:
            what = "the loss is no longer a finite number"
        rate = config.learning_rate * SCHEDULES[config.schedule](self.step_count, self.total_steps)
        if rate * config.l2 >= 1.0:
            raise TrainingError(
                f"Training diverged at step {self.step_count + 1}: {what}. The L2 decay of {config.l2:g} is too strong "
                f"for a step size of {rate:.3g}: make one of them smaller and go back to an earlier step."
            )
        raise TrainingError(
            f"Training diverged at step {self.step_count + 1}: {what}. The step size of {rate:.3g} is too large here: "
            f"go back to an earlier step and go on with a smaller one, for example {rate / 10:.2g}."
        )

    # Held-out data ----------------------------------------------------------------------------------------------

    def evaluation_due(self) -> bool:
        """A few times early on, when much changes, then at even distances such that evaluations stay cheap."""
        if not self.test_count:
            return False
        step, interval = self.step_count, self._evaluation_interval
        return step % interval == 0 or step in (interval // 8, interval // 3) or self.done

    def evaluate(self) -> Generator[None, None, Metrics]:
        """Loss and accuracy on all held-out examples, chunk by chunk: "test_loss", "test_accuracy"."""
        predictions = np.empty_like(self._test_predictions)
        loss, correct = 0.0, 0
        step = self.step_count
        for start in range(0, self.test_count, self.evaluation_chunk):
            if start:
                yield
            part = slice(start, min(start + self.evaluation_chunk, self.test_count))
            inputs, targets = self.test_batch(part)
            outputs = self.network.forward(inputs)
            loss += self._test_loss(outputs, targets)[0] * len(outputs)
            predictions[part] = self.classify(outputs)
            correct += int(np.count_nonzero(predictions[part] == self.classify(targets)))
        self._test_predictions, self._test_step = predictions, step
        count = max(self.test_count, 1)
        self._measured = step, {"test_loss": loss / count, "test_accuracy": correct / count}
        return dict(self._measured[1])

    # Looking at it, and moving it in time -----------------------------------------------------------------------

    def snapshot_fields(self) -> dict[str, Any]:
        """The fields of SupervisedSnapshot, as copies."""
        return {
            "step": self.step_count,
            "epoch": self.epoch,
            "config": self.config,
            "parameters": owned(self.network.parameters),
            "buffers": {name: owned(array) for name, array in self._buffers.items()},
            "test_predictions": owned(self._test_predictions) if self._test_step >= 0 else None,
            "test_step": self._test_step,
            "measured": dict(self._measured[1]) if self._measured[0] == self.step_count else {},
        }

    def state(self) -> State:
        """Parameters, buffers, optimizer, generator, step and the last evaluation's answers."""
        return {name: array.copy() for name, array in self._live_state().items()} | {
            "generator": generator_state(self.rng),
            "step_count": np.array(self.step_count, np.int64),
            "test_step": np.array(self._test_step, np.int64),
        }

    def _live_state(self) -> State:
        """The arrays of the state that are changed in place."""
        return {
            "parameters": self.network.parameters,
            "first_loss": self._first_loss,
            "test_predictions": self._test_predictions,
            **{f"buffer.{name}": array for name, array in self._buffers.items()},
            **{f"optimizer.{name}": array for name, array in self._optimizer.state.items()},
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer. Everything is checked before anything is changed."""
        live = self._live_state()
        arrays = {name: matching(state, name, array) for name, array in live.items()}
        numbers = {name: int(matching(state, name, np.array(0, np.int64))) for name in ("step_count", "test_step")}
        for name in SupervisedTrainer._live_state(self):  # a subclass may add an inf, and checks that itself
            if not np.isfinite(arrays[name]).all():
                raise DataError(f"The saved {name} are not all finite numbers: the file is damaged.")
            if name.endswith(("running_variance", "mean_square")) and (arrays[name] < 0).any():
                raise DataError(f"The saved {name} are means of squares, but some are negative: the file is damaged.")
        if not -1 <= numbers["test_step"] <= numbers["step_count"]:
            raise DataError("The saved step numbers do not fit together: the file is damaged.")
        if arrays["test_predictions"].max(initial=0) >= max(2, self.network.output_shape[-1]):
            raise DataError("The saved answers name classes that do not exist: the file is damaged.")
        restore_generator(self.rng, matching(state, "generator", np.zeros(6, np.uint64)))
        for name, array in live.items():
            array[...] = arrays[name]
        self.step_count, self._test_step = numbers["step_count"], numbers["test_step"]
        self._measured = (-1, {})  # of another way to this step, perhaps

    def configure(self, config: ConfigT) -> None:
        """See Trainer; the step size, decay, momenta and the number of epochs can change during a run."""
        super().configure(config)
        self._optimizer.momentum = config.momentum
        self._optimizer.second_momentum = config.second_momentum


def run_evaluation(trainer: Trainer[Any, Any]) -> Metrics:
    """Carry out a whole evaluation at once (outside the window, where nobody waits for a frame)."""
    pieces = trainer.evaluate()
    while True:
        try:
            next(pieces)
        except StopIteration as end:
            metrics: Metrics = end.value
            return metrics
