"""The complete record of a run: what every single step reported, and what every look at held-out data found.

The run engine owns one `History`; the window keeps a mirror of it that it extends with `HistoryRows`, the rows that are
new since it last asked. Row i belongs to step i + 1: there are no gaps and nothing is thinned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError, Metrics

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class HistoryRows:
    """A stretch of a history, frozen, to be handed to another thread or written to a file.

    Attributes:
        branch: number of times the run had been branched; a mirror of another branch must start anew from `start`.
        start: number of steps before the first row.
        columns: metric → values, one per step, all of the same length.
        evaluations: metric → (steps, values) of every evaluation at a step ≥ `start`.
    """

    branch: int
    start: int
    columns: Mapping[str, Floats]
    evaluations: Mapping[str, tuple[Steps, Floats]] = field(default_factory=dict)

    @property
    def length(self) -> int:
        """Number of steps that it covers."""
        return len(next(iter(self.columns.values()))) if self.columns else 0

    @property
    def end(self) -> int:
        """Step of the last row."""
        return self.start + self.length


class History:
    """Metrics by step, appended one step at a time at a cost that does not grow with the run."""

    def __init__(self) -> None:
        self.branch = 0
        self._columns: dict[str, Floats] = {}
        self._length = 0
        self._pending: list[Metrics] = []
        self._evaluations: dict[str, tuple[list[int], list[float]]] = {}

    def __len__(self) -> int:
        return self._length + len(self._pending)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the metrics reported at every step."""
        self._flush()
        return tuple(self._columns)

    @property
    def evaluation_names(self) -> tuple[str, ...]:
        """Names of the metrics measured on held-out data."""
        return tuple(self._evaluations)

    def append(self, metrics: Metrics) -> None:
        """Record what the next step reported; the dict is kept, so it must not be reused."""
        self._pending.append(metrics)
        if len(self._pending) >= 4096:
            self._flush()

    def append_evaluation(self, step: int, metrics: Mapping[str, float]) -> None:
        """Record held-out metrics measured after `step` steps; a second look at the same step replaces the first."""
        for name, value in metrics.items():
            steps, values = self._evaluations.setdefault(name, ([], []))
            while steps and steps[-1] >= step:
                steps.pop()
                values.pop()
            steps.append(step)
            values.append(float(value))

    def column(self, name: str) -> Floats:
        """Values of a metric, one per step, as a read-only view of shape (len(self),)."""
        self._flush()
        view = self._columns[name][: self._length]
        view.flags.writeable = False
        return view

    def evaluation(self, name: str) -> tuple[Steps, Floats]:
        """(steps, values) of a held-out metric; empty when it was never measured."""
        steps, values = self._evaluations.get(name, ([], []))
        return np.array(steps, dtype=np.int64), np.array(values, dtype=np.float64)

    def at(self, step: int) -> Metrics:
        """What was known after `step` steps: that step's metrics and the latest evaluation up to it."""
        self._flush()
        found = {name: float(values[step - 1]) for name, values in self._columns.items() if 0 < step <= self._length}
        for name, (steps, values) in self._evaluations.items():
            index = int(np.searchsorted(steps, step, side="right")) - 1
            if index >= 0:
                found[name] = values[index]
        return found

    def cut(self, step: int) -> None:
        """Forget everything after `step`: the run takes another way from there."""
        self._flush()
        self._length = min(self._length, step)
        for steps, values in self._evaluations.values():
            while steps and steps[-1] > step:
                steps.pop()
                values.pop()
        self.branch += 1

    def rows(self, start: int = 0) -> HistoryRows:
        """A frozen copy of the rows after `start` steps, with the evaluations from there on."""
        self._flush()
        start = min(start, self._length)
        columns = {name: _frozen(values[start : self._length]) for name, values in self._columns.items()}
        evaluations = {}
        for name in self._evaluations:
            steps, values = self.evaluation(name)
            keep = steps >= start
            evaluations[name] = (_frozen(steps[keep]), _frozen(values[keep]))
        return HistoryRows(self.branch, start, columns, evaluations)

    def extend(self, rows: HistoryRows) -> None:
        """Bring a mirror up to date with rows that start no later than it ends; what they overlap is replaced.

        Raises DataError when there would be a gap or the columns differ in length.
        """
        self._flush()
        if rows.start > self._length:
            raise DataError(f"The history has a gap: steps {self._length + 1} to {rows.start} are missing.")
        lengths = {len(values) for values in rows.columns.values()}
        if len(lengths) > 1:
            raise DataError("The history is damaged: its columns differ in length.")
        for name, values in rows.columns.items():
            if name not in self._columns:
                self._columns[name] = np.full(max(rows.end, 1024), np.nan)
            self._reserve(name, rows.end)
            self._columns[name][rows.start : rows.end] = values
        self._length = max(rows.end, rows.start)
        for steps, old in self._evaluations.values():
            while steps and steps[-1] >= rows.start:
                steps.pop()
                old.pop()
        for name, (new_steps, values) in rows.evaluations.items():
            known_steps, known_values = self._evaluations.setdefault(name, ([], []))
            known_steps.extend(int(step) for step in new_steps)
            known_values.extend(float(value) for value in values)
        self.branch = rows.branch

    def _flush(self) -> None:
        """Move pending steps into the columns: one array operation per metric instead of one per step."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        end = self._length + len(pending)
        if not self._columns:
            self._columns = {name: np.empty(max(end, 1024)) for name in pending[0]}
        for name in self._columns:
            self._reserve(name, end)
            self._columns[name][self._length : end] = [metrics[name] for metrics in pending]
        self._length = end

    def _reserve(self, name: str, length: int) -> None:
        column = self._columns[name]
        if len(column) < length:
            grown = np.empty(max(length, 2 * len(column)))
            grown[: len(column)] = column
            self._columns[name] = grown


def _frozen(array: NDArray[Any]) -> NDArray[Any]:
    copy = array.copy()
    copy.flags.writeable = False
    return copy
