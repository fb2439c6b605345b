"""Boundary: a small network learns to tell points in the plane apart, and everything in it can be seen and changed.

The points can be moved while it learns, weights can be set by hand, neurons switched off. All of that is part of the
run's state, so that going back in time brings it back as well.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import (
    ConfigError,
    DataError,
    Edit,
    Metrics,
    MetricSpec,
    Model,
    Preset,
    State,
    TrainingError,
    matching,
    owned,
)
from models.boundary.data import (
    OWN,
    bayes_accuracy,
    check_plane,
    features,
    fresh_points,
    is_regression,
    load_points,
    open_points,
    prepared,
    split_points,
)
from models.boundary.network import BoundaryConfig, boundary_layers, class_of, target_range, targets_of
from models.data.points.own import OwnPoints, as_own, described, edited, from_state
from models.data.points.sets import PointSet
from models.nn.layer import Array, Layer, Shape
from models.nn.linear import Linear
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.nn.switch import Switch
from models.state import Field, in_place
from models.supervised.confusion import confusion
from models.supervised.trainer import Batch, SupervisedSnapshot, SupervisedTrainer

LARGEST_WEIGHT = 1e4
"""Weights beyond this cannot be set by hand."""

_ORDER = 13  # the random stream of the order in which points are shown

# Changes by hand ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AddPoint(Edit):
    """A new point at (x, y); `answer` is its class (counted from 0), or its value for regression."""

    x: float
    y: float
    answer: float
    held_out: bool = False


@dataclass(frozen=True)
class MovePoint(Edit):
    """Put the point with this index somewhere else."""

    index: int
    x: float
    y: float


@dataclass(frozen=True)
class RemovePoints(Edit):
    """Remove the points with these indices; the others close up."""

    indices: tuple[int, ...]


@dataclass(frozen=True)
class Relabel(Edit):
    """Give the points with these indices another class, or another value for regression."""

    indices: tuple[int, ...]
    answer: float


@dataclass(frozen=True)
class SetPoints(Edit):
    """Replace all points, for instance by pasted ones; with no more classes than the network has.

    Attributes:
        points: in the coordinates of the plane (`standardised_by` makes them and keeps the numbers).
        held_out: (N,) bool; None takes the marks of OwnPoints, and deals others out.
    """

    points: PointSet
    held_out: NDArray[np.bool_] | None = None


@dataclass(frozen=True)
class SetWeight(Edit):
    """Set one weight or bias by hand.

    Attributes:
        layer: 0 for the weights into the first hidden layer … H for those into the outputs.
        source: number of the input or of the neuron it comes from, None for the bias.
        unit: number of the neuron it goes into.
        value: a finite number up to ±10,000.
    """

    layer: int
    source: int | None
    unit: int
    value: float


@dataclass(frozen=True)
class SetParameters(Edit):
    """Take over all weights and biases, for instance from a file: flat (P,), see models/supervised/weights_io.py."""

    parameters: Array


@dataclass(frozen=True)
class SwitchNeuron(Edit):
    """Switch a hidden neuron off (it says 0 to everyone) or on again; layers and neurons are counted from 0."""

    layer: int
    unit: int
    on: bool


# The run ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BoundarySnapshot(SupervisedSnapshot):
    """The network, its points and its answers at one step; everything that the pure functions of models/boundary_maps
    need.

    Attributes:
        data: the points, their answers and names, in the coordinates of the plane (original = plane · scale + centre
            where they were standardised); OwnPoints once the user had a hand in them.
        held_out: (N,) bool, the points that are not trained on.
        switched_on: for every hidden layer (units,) bool.
        predictions: (N,), the class of each point now, uint8; for regression its value, float32.
        stop_reason: why the run is over, in words; "" while it is not.
        best_held_out_loss: as the stop rule has seen it, inf before its first look; `epochs_waited` since then.
    """

    config: BoundaryConfig
    data: PointSet
    held_out: NDArray[np.bool_]
    switched_on: tuple[NDArray[np.bool_], ...]
    predictions: NDArray[Any]
    stop_reason: str
    best_held_out_loss: float
    epochs_waited: int

    @property
    def regression(self) -> bool:
        """Whether values are predicted instead of classes."""
        return self.labels is None

    @property
    def points(self) -> NDArray[np.float64]:
        """(N, 2)."""
        return self.data.points

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """(N,) class of each point; None for regression."""
        return self.data.labels

    @property
    def targets(self) -> NDArray[np.float64] | None:
        """(N,) value to predict; None for classes."""
        return self.data.targets

    @property
    def class_names(self) -> tuple[str, ...]:
        """C names; empty for regression."""
        return self.data.class_names

    @property
    def axis_names(self) -> tuple[str, ...]:
        """What the two coordinates are called."""
        return self.data.axis_names

    @property
    def centre(self) -> NDArray[np.float64] | None:
        """(2,) when the points were standardised, else None."""
        return self.data.centre

    @property
    def scale(self) -> NDArray[np.float64] | None:
        """(2,) when the points were standardised, else None."""
        return self.data.scale


def network_of(snapshot: BoundarySnapshot, parameters: Array | None = None) -> Network:
    """A network for prediction on the snapshot's parameters, or on others of the same size (also float64)."""
    switches = [Switch(on) for on in snapshot.switched_on]
    layers = boundary_layers(snapshot.config, len(snapshot.class_names), switches)
    given = snapshot.parameters if parameters is None else parameters
    return Network.on(given, layers, (len(snapshot.config.inputs),))


class BoundaryTrainer(SupervisedTrainer[BoundaryConfig, BoundarySnapshot]):
    """Trains on points that may come, go and move at any time.

    Args:
        config: the settings.
        data: the points; see `prepared` for what happens to them before they are used.

    Raises:
        DataError: points that cannot be used.
        ConfigError: cross-entropy for values to predict.
    """

    data: PointSet

    def __init__(self, config: BoundaryConfig, data: PointSet) -> None:
        self._origin = np.zeros(2)  # step and epoch from which epochs are counted: moved on when points come or go
        self._stop = np.array([inf, 0.0])  # best held-out loss so far, and epochs since
        super().__init__(config, data)
        self._middle = 0.5 * sum(target_range(config))
        self._linears = [layer for layer in self.network.layers if isinstance(layer, Linear)]
        self._test_predictions = np.zeros(0, np.uint8)  # answers are computed when they are asked for
        self._plan()

    def prepare(self, data: PointSet) -> None:
        """Deal out training and held-out points, and standardise those of a file."""
        config = self.config
        if is_regression(data) and LOSSES[config.loss].fused_softmax:
            raise ConfigError("Cross-entropy needs classes, but these points have values: choose the loss mse.")
        if data.labels is None and data.targets is None:
            raise DataError("These points have neither classes nor values: there is nothing to learn.")
        points, held_out = prepared(data, config)
        check_plane(points)
        self._classes = len(points.class_names)
        self._regression = is_regression(points)
        self._use(points, held_out)

    def _use(self, points: PointSet, held_out: NDArray[np.bool_]) -> None:
        """Make these the points: what the network is told about them and what it should answer."""
        self._points = points.dealt(held_out) if isinstance(points, OwnPoints) else points
        self._held_out = owned(held_out)
        self._all_inputs = features(points.points, self.config.inputs)
        targets = targets_of(self.config, points)
        training = ~held_out
        self._train_inputs, self._train_targets = self._all_inputs[training], targets[training]
        self._test_inputs, self._test_targets = self._all_inputs[held_out], targets[held_out]
        self._shuffled_inputs, self._shuffled_targets = self._train_inputs, self._train_targets

    @property
    def train_count(self) -> int:
        """Number of training points; can be 0 when all have been removed by hand."""
        return len(self._train_inputs)

    @property
    def test_count(self) -> int:
        """Number of held-out points."""
        return len(self._test_inputs)

    def layers(self) -> tuple[Sequence[Layer], Shape]:
        """The network of the config, from the input features to its outputs."""
        self._switches = [Switch(np.ones(units, bool)) for units in self.config.hidden]
        self._on = np.ones(sum(self.config.hidden), bool)
        return boundary_layers(self.config, self._classes, self._switches, self.rng), (len(self.config.inputs),)

    def train_batch(self, chosen: NDArray[np.int64] | slice) -> Batch:
        """Input features (N, F) and targets (N, K)."""
        return self._shuffled_inputs[chosen], self._shuffled_targets[chosen]

    def test_batch(self, chosen: slice) -> Batch:
        """Input features (N, F) and targets (N, K) of held-out points."""
        return self._test_inputs[chosen], self._test_targets[chosen]

    def classify(self, outputs: Array) -> NDArray[np.uint8]:
        """See `class_of`."""
        return class_of(self.config, outputs)

    def _accuracy(self, outputs: Array, targets: Array, weights: Array | None = None) -> float:
        if outputs.shape[1] > 1:
            return super()._accuracy(outputs, targets)
        same = (outputs > self._middle) == (targets > self._middle)  # as `classify` does, in fewer steps
        return int(np.count_nonzero(same)) / len(outputs)

    # Epochs ----------------------------------------------------------------------------------------------------------

    def _plan(self) -> None:
        """Work out when the run ends; anew when points come or go and when `epochs` changes."""
        self._count_examples()
        self._start, epoch = int(self._origin[0]), float(self._origin[1])
        left = max(0.0, self.config.epochs - epoch)
        self._total_steps = self._start + ceil(left * self._steps_per_epoch - 1e-6)

    @property
    def total_steps(self) -> int:
        """Steps of the whole run, if nothing stops it early."""
        return self._total_steps

    @property
    def epoch(self) -> float:
        """Passes over the training points, fractional; goes on smoothly when points come or go."""
        return float(self._origin[1] + (self.step_count - self._origin[0]) / self._steps_per_epoch)

    def _chosen(self) -> slice:
        """The next points of an order that is new in every epoch: the points are shuffled once, then taken in turn."""
        epoch, position = divmod(self.step_count - self._start, self._steps_per_epoch)
        if epoch != self._order_epoch and self._steps_per_epoch > 1:
            order = np.random.default_rng((self.config.seed, _ORDER, self._start, epoch)).permutation(self.train_count)
            self._shuffled_inputs, self._shuffled_targets = self._train_inputs[order], self._train_targets[order]
            self._order_epoch = epoch
        start = position * self.config.batch_size
        return slice(start, min(start + self.config.batch_size, self.train_count))

    def step(self) -> Metrics:
        """One mini-batch; see SupervisedTrainer. For regression only "loss" is reported.

        Raises TrainingError also when no training point is left.
        """
        if not self.train_count:
            raise TrainingError("There are no points to train on: add some (or open a file), then go on.")
        metrics = super().step()
        if self._regression:
            del metrics["accuracy"]
        if self.config.patience and (self.step_count - self._start) % self._steps_per_epoch == 0:
            self._watch_held_out_loss()
        return metrics

    # Stop rule -------------------------------------------------------------------------------------------------------

    def _watch_held_out_loss(self) -> None:
        """At the end of an epoch: has the held-out loss improved? It is looked at, never trained on."""
        if not self.test_count:
            return
        with np.errstate(over="ignore", invalid="ignore"):
            loss = self._test_loss(self.network.forward(self._test_inputs), self._test_targets)[0]
        if loss < self._stop[0] - self.config.improvement:
            self._stop[:] = loss, 0.0
        else:
            self._stop[1] += 1.0

    @property
    def done(self) -> bool:
        """Whether all epochs are used up or the stop rule has spoken; a change by hand lets the run go on."""
        patience = self.config.patience
        return self.step_count >= self._total_steps or (patience > 0 and bool(self._stop[1] >= patience))

    @property
    def stop_reason(self) -> str:
        """Why the run is over or cannot go on, in words; "" while it can."""
        if not self.train_count:
            return "There are no points to train on."
        if self.config.patience and self._stop[1] >= self.config.patience:
            return (
                f"Stopped early: the held-out loss has not improved by {self.config.improvement:g} for "
                f"{int(self._stop[1])} epochs (best {self._stop[0]:.4g})."
            )
        return f"All {self.config.epochs:,} epochs are done." if self.step_count >= self._total_steps else ""

    # Held-out points -------------------------------------------------------------------------------------------------

    def evaluate(self) -> Generator[None, None, Metrics]:
        """Loss and accuracy on the held-out points: "held_out_loss", "held_out_accuracy" (not for regression)."""
        loss, right = 0.0, 0
        for start in range(0, self.test_count, self.evaluation_chunk):
            if start:
                yield
            inputs, targets = self.test_batch(slice(start, start + self.evaluation_chunk))
            with np.errstate(over="ignore", invalid="ignore"):
                outputs = self.network.forward(inputs)
                loss += self._test_loss(outputs, targets)[0] * len(outputs)
            right += int(np.count_nonzero(self.classify(outputs) == self.classify(targets)))
        if not self.test_count or not isfinite(loss):
            return {}
        metrics = {"held_out_loss": loss / self.test_count}
        if not self._regression:
            metrics["held_out_accuracy"] = right / self.test_count
        self._measured = self.step_count, metrics
        return dict(metrics)

    def measure(self, data: PointSet) -> Metrics:
        """Loss and accuracy (for regression "r2", the share of the variance explained) on any points of the plane."""
        inputs, targets = features(data.points, self.config.inputs), targets_of(self.config, data)
        outputs = self.network.forward(inputs)
        loss = self._test_loss(outputs, targets)[0]
        if self._regression:
            variance = float(targets.var())
            return {"loss": loss, "r2": 1.0 - float(((outputs - targets) ** 2).mean()) / variance if variance else 0.0}
        return {"loss": loss, "accuracy": float(np.mean(self.classify(outputs) == self.classify(targets)))}

    @property
    def training_points(self) -> PointSet:
        """The points that are trained on."""
        return self._points.taken(~self._held_out)

    @property
    def held_out_points(self) -> PointSet:
        """The points that are not."""
        return self._points.taken(self._held_out)

    # Looking at it, and moving it in time ----------------------------------------------------------------------------

    def snapshot(self) -> BoundarySnapshot:
        """Copies of the parameters; the points themselves are never changed, only replaced, so they are shared."""
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = self.network.forward(self._all_inputs)
        predictions = outputs[:, 0] if self._regression else self.classify(outputs)
        known = self.snapshot_fields() | {
            "test_predictions": None if self._regression else owned(predictions[self._held_out]),
            "test_step": self.step_count,
        }
        return BoundarySnapshot(
            **known,
            data=self._points,
            held_out=self._held_out,
            switched_on=tuple(owned(switch.on) for switch in self._switches),
            predictions=owned(predictions),
            stop_reason=self.stop_reason,
            best_held_out_loss=float(self._stop[0]),
            epochs_waited=int(self._stop[1]),
        )

    def fields(self) -> Sequence[Field]:
        """Those of the network, and the switches, the stop rule and where epochs are counted from."""
        return [
            *super().fields(),
            in_place("switched_on", self._on),
            in_place("stop_rule", self._stop, finite=False),
            in_place("origin", self._origin),
        ]

    def state(self) -> State:
        """Network, optimizer, generator and everything that can be changed by hand: points, split, switches."""
        points = self._points
        answers = points.targets if points.labels is None else points.labels
        return super().state() | {
            "points": points.points,  # read-only and replaced, never written to: safe to share among checkpoints
            "answers": _some(answers),
            "held_out": self._held_out,
            **described(points),
        }

    @staticmethod
    def data_in(_config: BoundaryConfig, state: Mapping[str, NDArray[Any]]) -> OwnPoints:
        """The user's own points in a saved state, with which a trainer can be built; raises DataError."""
        data, held_out = _points_in(state)
        return as_own(data).dealt(held_out)

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer. Everything is checked before anything is changed."""
        points, held_out = _points_in(state)
        if len(points.class_names) != self._classes or is_regression(points) != self._regression:
            raise DataError("The saved points have other classes than this network has outputs for.")
        stop = matching(state, "stop_rule", self._stop)
        origin = matching(state, "origin", self._origin)
        done = int(matching(state, "step_count", np.array(0)))
        if np.isnan(stop).any() or not 0 <= stop[1] < inf:
            raise DataError("The saved stop rule is not a number: the file is damaged.")
        # Epochs are counted from a step already done, and no step is more than a whole epoch.
        if not (0 <= origin[0] <= done and 0 <= origin[1] <= origin[0] + 1 and origin[0] % 1 == 0):
            raise DataError(
                f"The saved state counts its epochs from step {origin[0]:g} (epoch {origin[1]:g}), but it is of step "
                f"{done}: the file is damaged."
            )
        super().restore(state)
        self._use(points, held_out)
        self._set_switches()
        self._plan()

    def configure(self, config: BoundaryConfig) -> None:
        """See Trainer; step size, decay, momenta, epochs and the stop rule can change during a run."""
        stoppable = self.config.patience > 0
        super().configure(config)
        if not stoppable:
            self._stop[:] = inf, 0.0  # switched on only now: look from here on
        self._plan()

    # Changes by hand -------------------------------------------------------------------------------------------------

    def edit(self, edit: Edit) -> None:
        """Move, add, remove or relabel points, set weights, switch neurons; the stop rule starts anew.

        Raises ConfigError, and changes nothing, when the change does not fit.
        """
        try:
            if isinstance(edit, SetWeight):
                self._set_weight(edit)
            elif isinstance(edit, SetParameters):
                self._set_parameters(edit.parameters)
            elif isinstance(edit, SwitchNeuron):
                self._switch(edit)
            elif isinstance(edit, (AddPoint, MovePoint, RemovePoints, Relabel, SetPoints)):
                self._replace_points(*self._edited_points(edit))
            else:
                super().edit(edit)
        except DataError as error:
            raise ConfigError(str(error)) from error
        self._stop[:] = inf, 0.0

    def _edited_points(
        self, edit: AddPoint | MovePoint | RemovePoints | Relabel | SetPoints
    ) -> tuple[PointSet, NDArray[np.bool_]]:
        """The points after a change, and which of them are held out."""
        data, held_out = self._points, self._held_out
        if isinstance(edit, SetPoints):
            return self._fitting(edit.points, edit.held_out)
        if isinstance(edit, RemovePoints):
            kept = np.ones(len(data), bool)
            kept[self._indices(edit.indices)] = False
            return as_own(data.taken(kept)), held_out[kept]
        if isinstance(edit, Relabel):
            answers = _some(data.targets if self._regression else data.labels).copy()
            answers[self._indices(edit.indices)] = self._answer(edit.answer)
            return self._changed(data.points, answers), held_out
        if isinstance(edit, MovePoint):
            points = data.points.copy()
            points[self._indices((edit.index,))] = edit.x, edit.y
            return self._changed(points, _some(data.targets if self._regression else data.labels)), held_out
        answers = np.append(_some(data.targets if self._regression else data.labels), self._answer(edit.answer))
        return self._changed(np.vstack([data.points, (edit.x, edit.y)]), answers), np.append(held_out, edit.held_out)

    def _changed(self, points: ArrayLike, answers: NDArray[Any]) -> OwnPoints:
        if self._regression:
            return edited(self._points, points, targets=answers)
        return edited(self._points, points, labels=answers.astype(np.int64))

    def _indices(self, indices: Sequence[int]) -> list[int]:
        wrong = [index for index in indices if not 0 <= index < len(self._points)]
        if wrong:
            raise ConfigError(f"There are {len(self._points)} points; there is none with number {wrong[0] + 1}.")
        return list(indices)

    def _answer(self, answer: float) -> float:
        if self._regression:
            if not abs(answer) <= LARGEST_WEIGHT:
                raise ConfigError(f"The value to predict must be a number up to ±{LARGEST_WEIGHT:,.0f}, not {answer}.")
            return answer
        if answer not in range(self._classes):
            raise ConfigError(
                f"This network has {self._classes} classes, numbered from 1; there is no class {answer + 1:g}. "
                "More classes need a new run."
            )
        return answer

    def _fitting(self, data: PointSet, held_out: NDArray[np.bool_] | None) -> tuple[PointSet, NDArray[np.bool_]]:
        """New points for this network, dealt out if need be, with a name for every class that the network has."""
        if self._regression != is_regression(data) or (data.labels is None and data.targets is None):
            asked = "a value to predict" if self._regression else "a class"
            raise ConfigError(f"Every point needs {asked} here: start a new run for points of another kind.")
        if len(data.class_names) > self._classes:
            raise ConfigError(
                f"These points have {len(data.class_names)} classes, the network has {self._classes}: start a new run."
            )
        names = (*data.class_names, *self._points.class_names[len(data.class_names) :])
        name = self._points.name if isinstance(self._points, OwnPoints) else ""
        data = as_own(replace(data, class_names=names, truth=None), data.name if isinstance(data, OwnPoints) else name)
        held_out = data.held_out if held_out is None else held_out
        if held_out is None:
            return split_points(data, self.config.train_share, self.config.seed)
        if held_out.shape != (len(data),):
            raise ConfigError(f"{len(data)} points need {len(data)} marks for held-out, not {held_out.size}.")
        return data.dealt(None), held_out.astype(bool)

    def _replace_points(self, points: PointSet, held_out: NDArray[np.bool_]) -> None:
        check_plane(points)
        epoch, before = self.epoch, (self.train_count, self.test_count)
        self._use(points, held_out)
        if (self.train_count, self.test_count) != before:
            self._origin[:] = self.step_count, epoch
        self._plan()

    def _set_weight(self, edit: SetWeight) -> None:
        if not 0 <= edit.layer < len(self._linears):
            raise ConfigError(f"There are {len(self._linears)} layers of weights, counted from 0, not {edit.layer}.")
        parameters = self._linears[edit.layer].parameters
        array = parameters["bias"] if edit.source is None else parameters["weight"]
        index = (edit.unit,) if edit.source is None else (edit.source, edit.unit)
        if not all(0 <= number < size for number, size in zip(index, array.shape, strict=True)):
            raise ConfigError(f"Layer {edit.layer} has no such connection: its weights are {list(array.shape)}.")
        array[index] = self._weight(edit.value)

    @staticmethod
    def _weight(value: float) -> float:
        if not isinstance(value, (int, float)) or not abs(value) <= LARGEST_WEIGHT:
            raise ConfigError(f"A weight must be a number between −10,000 and 10,000, not {value}.")
        return float(value)

    def _set_parameters(self, parameters: Array) -> None:
        given = np.asarray(parameters)
        if given.shape != self.network.parameters.shape:
            raise ConfigError(
                f"These are {given.size} weights, but this network has {self.network.parameters.size}: "
                "they belong to a network of another shape."
            )
        if given.dtype.kind not in "iuf" or not (np.abs(given) <= LARGEST_WEIGHT).all():
            raise ConfigError("The weights must be numbers between −10,000 and 10,000.")
        self.network.parameters[...] = given

    def _switch(self, edit: SwitchNeuron) -> None:
        hidden = self.config.hidden
        if not 0 <= edit.layer < len(hidden) or not 0 <= edit.unit < hidden[edit.layer]:
            raise ConfigError(f"There is no neuron {edit.unit + 1} in hidden layer {edit.layer + 1}.")
        self._on[sum(hidden[: edit.layer]) + edit.unit] = edit.on
        self._set_switches()

    def _set_switches(self) -> None:
        start = 0
        for switch, units in zip(self._switches, self.config.hidden, strict=True):
            switch.set(self._on[start : start + units])
            start += units


def _points_in(state: Mapping[str, NDArray[Any]]) -> tuple[PointSet, NDArray[np.bool_]]:
    """The points of a saved state, and which are held out; raises DataError when there are none or they do not fit."""
    missing = {"points", "answers", "held_out"} - state.keys()
    if missing:
        raise DataError(f"The saved state has no “{min(missing)}”: the file is damaged or of another model.")
    points, answers, held_out = state["points"], state["answers"], state["held_out"]
    if points.ndim != 2 or held_out.shape != points.shape[:1] or held_out.dtype != np.bool_:
        raise DataError("The saved points and their split do not fit together: the file is damaged.")
    if answers.dtype not in (np.int64, np.float64):
        raise DataError("The saved points have neither classes nor values: the file is damaged.")
    kind = "labels" if answers.dtype == np.int64 else "targets"
    data = from_state(state, held_out=held_out, **{kind: answers})
    check_plane(data)
    return data, held_out


def _some(array: NDArray[Any] | None) -> NDArray[Any]:
    assert array is not None
    return array


# In the registry ----------------------------------------------------------------------------------------------------


def suited(config: BoundaryConfig, own: bool, fixed: Collection[str] = ()) -> tuple[BoundaryConfig, str]:
    """See `Model.suited`; raises ConfigError for points of one's own where there is no canvas to draw them on."""
    if config.dataset == OWN and not own:
        raise ConfigError("There are no points of your own to train on: give a file with --data points.csv.")
    return config, ""


def report(trainer: BoundaryTrainer) -> tuple[str, Mapping[str, Any]]:
    """Training and test results in full, and the confusion matrix.

    The test points are fresh ones from the same source where there is one, since a stop rule has looked at the held-out
    points; for points of the user's own they are the held-out ones.
    """
    config = trainer.config
    known = set(map(tuple, load_points(config).points))
    points = list(map(tuple, trainer.snapshot().points))
    generated = 2 * sum(point in known for point in points) >= len(points)
    fresh = fresh_points(config) if generated else None  # not when most points are the user's own
    test = trainer.held_out_points if fresh is None else fresh
    source = "held-out points" if fresh is None else "fresh points"
    metrics: dict[str, Any] = {"test_points": len(test), "test_source": source, "stop_reason": trainer.stop_reason}
    for name, data in (("train", trainer.training_points), ("test", test)):
        if len(data):
            metrics |= {f"{name}_{key}": value for key, value in trainer.measure(data).items()}
    lines = [trainer.stop_reason] if trainer.stop_reason else []
    for name, label in (("train", f"{trainer.train_count:,} training points"), ("test", f"{len(test):,} {source}")):
        if f"{name}_accuracy" in metrics:
            lines.append(f"accuracy on {label}: {100 * metrics[f'{name}_accuracy']:.2f} %")
        elif f"{name}_r2" in metrics:
            lines.append(f"variance explained on {label}: {100 * metrics[f'{name}_r2']:.2f} %")
    if config.dataset == "two-gaussians" and fresh is not None:
        metrics["bayes_accuracy"] = bayes_accuracy(fresh, config.noise)
        lines.append(f"best possible on these (Bayes’ rule): {100 * metrics['bayes_accuracy']:.2f} %")
    if test.labels is not None and len(test):
        classes = trainer.classify(trainer.network.forward(features(test.points, config.inputs)))
        counts = confusion(test.labels, classes, len(test.class_names))
        metrics["confusion"] = counts.tolist()
        width = max(8, *(len(name) + 2 for name in test.class_names))
        lines.append(f"{'true / answer':>{width + 6}}" + "".join(f"{name:>{width}}" for name in test.class_names))
        for name, row in zip(test.class_names, counts, strict=True):
            lines.append(f"{name:>{width + 6}}" + "".join(f"{count:>{width},}" for count in row))
    return "\n".join(lines), metrics


METRICS = (
    MetricSpec(
        "held_out_accuracy",
        "held-out accuracy",
        plot="accuracy",
        unit="%",
        held_out=True,
        better="higher",
        optional=True,
    ),
    MetricSpec("accuracy", "training batch accuracy", plot="accuracy", unit="%", better="higher", optional=True),
    MetricSpec("loss", "training batch loss", plot="loss", log=True, better="lower"),
    MetricSpec("held_out_loss", "held-out loss", plot="loss", log=True, held_out=True, better="lower"),
)

PRESETS = {
    "circles": Preset(
        BoundaryConfig(
            dataset="circles", points_per_class=250, hidden=(8,), learning_rate=0.03, schedule="one_cycle", epochs=80
        ),
        "A disc inside a ring: each of eight neurons draws a line, together they fence it in.",
    ),
    "two-gaussians": Preset(
        BoundaryConfig(
            dataset="two-gaussians",
            hidden=(32,),
            activation=("bipolar_sigmoid",),
            output_activation="bipolar_sigmoid",
            loss="mse",
            optimizer="momentum",
            momentum=0.6,
            learning_rate=0.1,
            batch_size=20_000,
            epochs=1000,
            patience=10,
            initializer="normal",
            initial_scale=0.5,
        ),
        "The MLP library’s classes and settings: momentum, full batch, and a patience of 10 epochs. 97.5 % of fresh "
        "points (97.8 % is the best possible); about one seed in twenty stops too soon, on a plateau.",
    ),
    "xor": Preset(
        BoundaryConfig(
            dataset="xor",
            points_per_class=400,
            hidden=(8,),
            activation=("relu",),
            initializer="he",
            learning_rate=0.02,
            epochs=60,
        ),
        "A checkerboard: no straight line can do it, one hidden layer can.",
    ),
    "spiral": Preset(
        BoundaryConfig(
            dataset="spiral",
            points_per_class=200,
            hidden=(16, 16, 16),
            learning_rate=0.02,
            schedule="one_cycle",
            batch_size=20,
            epochs=300,
            initializer="he",
        ),
        "Two arms around each other: three layers bend the plane until a line separates them.",
    ),
    "blobs": Preset(
        BoundaryConfig(dataset="blobs", classes=5, hidden=(8,), learning_rate=0.03, epochs=60),
        "Five classes, five outputs: softmax turns them into probabilities.",
    ),
    "regression": Preset(
        BoundaryConfig(
            dataset="hills",
            points_per_class=250,
            hidden=(16, 16),
            loss="mse",
            learning_rate=0.02,
            schedule="one_cycle",
            epochs=200,
        ),
        "Not a class but a value for every point: the network models three hills and three hollows.",
    ),
    "linear-on-xor": Preset(
        BoundaryConfig(dataset="xor", hidden=(), learning_rate=0.03, epochs=100),
        "Fails, and must: without a hidden layer the boundary is a straight line. Give it xy as an input, or neurons.",
    ),
    "step-too-large": Preset(
        BoundaryConfig(
            dataset="circles",
            hidden=(8,),
            activation=("relu",),
            output_activation="identity",
            loss="mse",
            optimizer="sgd",
            learning_rate=3.0,
            epochs=100,
            initializer="he",
        ),
        "Fails: every step overshoots and the loss explodes. Go back and make the step ten times smaller.",
    ),
}

MODEL = Model(
    name="boundary",
    title="Boundary",
    summary="A small network learns to tell points in the plane apart.",
    config=BoundaryConfig,
    trainer=BoundaryTrainer,
    load=load_points,
    presets=PRESETS,
    metrics=METRICS,
    open_data=open_points,
    suited=suited,
    report=report,
    length="epochs",
    task=frozenset({"dataset"}),
)
