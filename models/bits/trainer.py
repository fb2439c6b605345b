"""Two networks so small that every number in them fits on one page.

*Place values*: a single linear neuron is shown binary numbers and what they are worth, and finds 128, 64, … 2, 1 by
itself. *First network*: two layers of sigmoid neurons learn a truth table. Both use plain gradient descent on all rows
at once; `linear_update` and `sigmoid_update` in `models/bits/updates.py` are the whole algorithm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, Field, Metrics, Trainer, TrainingError, owned
from models.bits.config import BitsConfig
from models.bits.edits import (
    LARGEST_WEIGHT,
    DropRow,
    ReverseBits,
    SetCell,
    SetTable,
    SetTarget,
    SetWeight,
    SlideWeights,
)
from models.bits.snapshot import BitsSnapshot
from models.bits.truth_table import TruthTable, place_values
from models.bits.updates import Array, answers, linear_update, sigmoid, sigmoid_update
from models.state import attribute, in_place, number

EXPLODED = 1e9
"""A mean squared error beyond this that still grows has exploded, even though it is a number."""


class BitsTrainer(Trainer[BitsConfig, BitsSnapshot]):
    """Gradient descent on a truth table that can be edited at any time.

    Args:
        config: the settings.
        data: the table to begin with; `load_table` makes the one that the config asks for.
    """

    def __init__(self, config: BitsConfig, data: TruthTable) -> None:
        self.config = config
        self.step_count = 0
        self._reversed = np.zeros((), np.int64)
        rng = np.random.default_rng(config.seed)
        spread, inputs = config.initial_scale, data.bits + (config.bias and not self._linear)
        shapes = [(inputs,)] if self._linear else [(inputs, config.hidden), (config.hidden + config.bias,)]
        self._parameters = tuple(rng.uniform(-spread, spread, shape) for shape in shapes)
        self._take(data)

    @property
    def _linear(self) -> bool:
        return self.config.network == "place-values"

    def _take(self, table: TruthTable) -> None:
        self._table, self._bits, self._targets = table, table.rows, table.targets
        ones = np.ones((len(table), 1))
        with_bias = self.config.bias and not self._linear
        self._rows = np.concatenate([table.rows, ones], axis=1) if with_bias else table.rows

    def step(self) -> Metrics:
        """`updates_per_step` updates on all rows.

        Reports "loss" (mean squared error), "max_output_error" and, for place values, "max_weight_error". Raises
        TrainingError when the loss explodes; the weights are then as they were before the step.
        """
        config, parameters = self.config, self._parameters
        before = [array.copy() for array in parameters]
        rows, targets, rate, flaw = self._rows, self._table.targets, config.learning_rate, config.original_flaw
        with np.errstate(over="ignore", invalid="ignore"):
            if self._linear:
                for _ in range(config.updates_per_step):
                    linear_update(rows, targets, parameters[0], rate, flaw)
            else:
                for _ in range(config.updates_per_step):
                    sigmoid_update(rows, targets, parameters[0], parameters[1], rate, config.bias, flaw)
            metrics = self._metrics()
            loss = metrics["loss"]
            exploded = not isfinite(loss) or (loss > EXPLODED and not loss <= self._loss(before))
        if exploded:
            for array, old in zip(parameters, before, strict=True):
                array[...] = old
            raise TrainingError(
                f"The weights exploded at update {self.updates + 1}: the step size of {rate:g} is too large for these "
                "rows. Go back to an earlier step and go on with a smaller one."
            )
        self.step_count += 1
        return metrics

    def _loss(self, parameters: Sequence[Array]) -> float:
        """Mean squared error with these parameters."""
        error = answers(tuple(parameters), self._table.rows, self.config.bias) - self._table.targets
        return float(error @ error) / len(error)

    def _metrics(self) -> Metrics:
        error = answers(self._parameters, self._table.rows, self.config.bias) - self._table.targets
        metrics = {"loss": float(error @ error) / len(error), "max_output_error": float(np.abs(error).max())}
        if self._linear:
            metrics["max_weight_error"] = float(np.abs(self._parameters[0] - self._true_weights()).max())
        return metrics

    def _true_weights(self) -> Array:
        values = place_values(self._table.bits)
        return values[::-1] if self._reversed else values

    @property
    def updates(self) -> int:
        """Updates done so far."""
        return self.step_count * self.config.updates_per_step

    @property
    def total_steps(self) -> int:
        """Steps of the whole run."""
        return -(-self.config.updates // self.config.updates_per_step)

    @property
    def epoch(self) -> float:
        """Updates: every one sees all rows."""
        return float(self.updates)

    @property
    def done(self) -> bool:
        """Whether all updates are done."""
        return self.step_count >= self.total_steps

    def snapshot(self) -> BitsSnapshot:
        """Copies of the few numbers there are, and what follows from them."""
        table, bias = self._table, self.config.bias
        with np.errstate(over="ignore", invalid="ignore"):
            outputs = answers(self._parameters, table.rows, bias)
            hidden = None if self._linear else sigmoid(self._rows @ self._parameters[0])
        return BitsSnapshot(
            step=self.step_count,
            epoch=self.epoch,
            config=self.config,
            table=table,
            parameters=tuple(owned(array) for array in self._parameters),
            hidden=None if hidden is None else owned(hidden),
            outputs=owned(outputs),
            errors=owned(outputs - table.targets),
            updates=self.updates,
            rank=table.rank,
            null_space=owned(table.null_space()),
            true_weights=owned(self._true_weights()) if self._linear else None,
        )

    # Through time, and changes by hand -------------------------------------------------------------------------------

    def fields(self) -> Sequence[Field]:
        """See Trainer; nothing here is random after the start."""
        bits = self._table.bits
        return (
            number(self, "step_count", low=0),
            in_place("reversed", self._reversed, low=0, high=1),
            attribute(self, "_bits", "rows", shape=(None, bits), data=True),
            attribute(self, "_targets", "targets", shape=(None,), data=True),
            *(in_place(f"layer{index + 1}", array) for index, array in enumerate(self._parameters)),
        )

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer."""
        TruthTable(saved["rows"], saved["targets"])

    def restored(self) -> None:
        """See Trainer."""
        self._take(TruthTable(self._bits, self._targets))

    def edit(self, edit: Edit) -> None:
        """Change a cell, a target, the order of the bits or weights, or leave a row out.

        Raises ConfigError, and changes nothing, when the change does not fit.
        """
        rows, targets = self._table.rows.copy(), self._table.targets.copy()
        try:
            if isinstance(edit, SetCell):
                if not 0 <= edit.column < self._table.bits:
                    raise ConfigError(
                        f"A row has {self._table.bits} bits; there is none with number {edit.column + 1}."
                    )
                rows[self._row(edit.row), edit.column] = edit.value
            elif isinstance(edit, SetTarget):
                targets[self._row(edit.row)] = edit.value
            elif isinstance(edit, ReverseBits):
                rows = rows[:, ::-1]
            elif isinstance(edit, DropRow):
                if len(rows) == 1:
                    raise ConfigError("One row must stay: without any there is nothing to learn from.")
                kept = np.arange(len(rows)) != self._row(edit.row)
                rows, targets = rows[kept], targets[kept]
            elif isinstance(edit, SetTable):
                rows, targets = edit.table.rows, edit.table.targets
            elif isinstance(edit, SetWeight):
                self._set_weight(edit)
                return
            elif isinstance(edit, SlideWeights):
                self._slide_weights(edit.shift)
                return
            else:
                super().edit(edit)
            table = TruthTable(rows, targets)
        except DataError as error:
            raise ConfigError(str(error)) from error
        if table.bits != self._table.bits:
            raise ConfigError(f"This network reads {self._table.bits} bits, not {table.bits}: start a new run.")
        self._take(table)
        if isinstance(edit, ReverseBits):
            self._reversed[...] = not self._reversed

    def _row(self, row: int) -> int:
        if not 0 <= row < len(self._table):
            raise ConfigError(f"The table has {len(self._table)} rows; there is none with number {row + 1}.")
        return row

    def _set_weight(self, edit: SetWeight) -> None:
        if not 0 <= edit.layer < len(self._parameters):
            raise ConfigError(f"This network has {len(self._parameters)} layers of weights, counted from 0.")
        array = self._parameters[edit.layer]
        fits = len(edit.index) == array.ndim and all(
            0 <= place < size for place, size in zip(edit.index, array.shape, strict=True)
        )
        if not fits:
            raise ConfigError(f"Layer {edit.layer} has no weight {edit.index}: its weights are {list(array.shape)}.")
        if not abs(edit.value) <= LARGEST_WEIGHT:
            raise ConfigError(f"A weight must be a number between −1,000,000 and 1,000,000, not {edit.value}.")
        array[edit.index] = edit.value

    def _slide_weights(self, shift: Array) -> None:
        weights = self._parameters[0]
        if not self._linear or shift.shape != weights.shape:
            raise ConfigError(f"Only a linear neuron with {shift.size} weights can be slid like this.")
        if not (np.abs(weights + shift) <= LARGEST_WEIGHT).all():
            raise ConfigError("A weight would leave −1,000,000 … 1,000,000: slide them less far.")
        weights += shift
