"""Boundary: a small network learns to tell points in the plane apart, and everything in it can be seen and changed.

The points can be moved while it learns, weights can be set by hand, neurons switched off. All of that is part of the
run's state, so that going back in time brings it back as well.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from math import ceil, inf, isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, Field, Metrics, TrainingError, owned
from models.boundary.config import BoundaryConfig
from models.boundary.data import check_plane, features, is_regression, prepared, split_points
from models.boundary.edits import LARGEST_WEIGHT, SetParameters, SetWeight, SwitchNeuron
from models.boundary.network import boundary_layers, class_of, target_range, targets_of
from models.boundary.snapshot import BoundarySnapshot
from models.data.points.own import OwnPoints
from models.data.points.sets import PointSet
from models.data.points.trainer import PointTrainer
from models.nn.layer import Array, Layer, Shape
from models.nn.linear import Linear
from models.nn.losses import LOSSES
from models.nn.switch import Switch
from models.state import in_place
from models.supervised.trainer import Batch, SupervisedTrainer

_ORDER = 13  # the random stream of the order in which points are shown


class BoundaryTrainer(
    PointTrainer[BoundaryConfig, BoundarySnapshot], SupervisedTrainer[BoundaryConfig, BoundarySnapshot]
):
    """Trains on points that may come, go and move at any time.

    Args:
        config: the settings.
        data: the points; see `prepared` for what happens to them before they are used.

    Raises:
        DataError: points that cannot be used.
        ConfigError: cross-entropy for values to predict.
    """

    learns_answers = True
    holds_out = True
    fewest_points = 0

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
        if is_regression(data) and LOSSES[self.config.loss].fused_softmax:
            raise ConfigError("Cross-entropy needs classes, but these points have values: choose the loss mse.")
        points = prepared(data, self.config)
        check_plane(points)
        self.use_points(points)

    def use_points(self, data: PointSet) -> None:
        """See PointTrainer: what the network is told about the points, and what it should answer."""
        super().use_points(data)
        assert self.data.held_out is not None
        self._held_out, self._regression = self.data.held_out, is_regression(self.data)
        self._all_inputs = features(self.data.points, self.config.inputs)
        targets, training = targets_of(self.config, self.data), ~self._held_out
        self._train_inputs, self._train_targets = self._all_inputs[training], targets[training]
        self._test_inputs, self._test_targets = self._all_inputs[self._held_out], targets[self._held_out]
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
        return boundary_layers(self.config, len(self.data.class_names), self._switches, self.rng), (
            len(self.config.inputs),
        )

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
        return self.data.taken(~self._held_out)

    @property
    def held_out_points(self) -> PointSet:
        """The points that are not."""
        return self.data.taken(self._held_out)

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
            data=self.data,
            switched_on=tuple(owned(switch.on) for switch in self._switches),
            predictions=owned(predictions),
            stop_reason=self.stop_reason,
            best_held_out_loss=float(self._stop[0]),
            epochs_waited=int(self._stop[1]),
        )

    def fields(self) -> Sequence[Field]:
        """See Trainer: network and points, and what else can be changed by hand."""
        return (
            *super().fields(),
            in_place("switched_on", self._on),
            in_place("stop_rule", self._stop, finite=False),
            in_place("origin", self._origin, finite=False),
        )

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer."""
        super().check(saved)
        stop, origin, done = saved["stop_rule"], saved["origin"], int(saved["step_count"])
        if np.isnan(stop).any() or not 0 <= stop[1] < inf:
            raise DataError("The saved stop rule is not a number: the file is damaged.")
        # Epochs are counted from a step already done, and no step is more than a whole epoch.
        if not (0 <= origin[0] <= done and 0 <= origin[1] <= origin[0] + 1 and origin[0] % 1 == 0):
            raise DataError(
                f"The saved state counts its epochs from step {origin[0]:g} (epoch {origin[1]:g}), but it is of step "
                f"{done}: the file is damaged."
            )

    def restored(self) -> None:
        """See Trainer."""
        super().restored()
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
        """Change points, set weights, switch neurons; the stop rule starts anew.

        Raises ConfigError, and changes nothing, when the change does not fit.
        """
        if isinstance(edit, SetWeight):
            self._set_weight(edit)
        elif isinstance(edit, SetParameters):
            self._set_parameters(edit.parameters)
        elif isinstance(edit, SwitchNeuron):
            self._switch(edit)
        else:
            super().edit(edit)
        self._stop[:] = inf, 0.0

    def check_points(self, data: PointSet) -> None:
        """See PointTrainer."""
        check_plane(data)
        super().check_points(data)

    def fitting(self, data: OwnPoints) -> OwnPoints:
        """See PointTrainer; points without marks are dealt out."""
        data = replace(super().fitting(data), truth=None)
        return split_points(data, self.config.train_share, self.config.seed) if data.held_out is None else data

    def replace_points(self, data: OwnPoints) -> None:
        """See PointTrainer; epochs are counted on from here where points come or go."""
        epoch, before = self.epoch, (self.train_count, self.test_count)
        super().replace_points(data)
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
