"""The complete record of a run: what every single step reported, and what every look at held-out data found.

The run engine owns one `History`; the window keeps a mirror of it that it extends with `HistoryRows`, the rows that are
new since it last asked. Row i belongs to step i + 1: there are no gaps and nothing is thinned.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import DataError, Metrics

Floats = NDArray[np.float64]
Steps = NDArray[np.int64]

ROOM = 256
"""Numbers for which memory is taken to begin with."""

LINES = 4096
"""Lines in a piece of the table: the text of a long run as a whole would take a hundred bytes a step."""


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


class _Numbers:
    """An array that grows at its end, at a cost that does not depend on how much it holds already.

    What was handed out by `shared` stays as it is for ever: after that, `cut` leaves the old memory alone.
    """

    def __init__(self, dtype: type[np.generic]) -> None:
        self._buffer: NDArray[Any] = np.empty(ROOM, dtype)
        self._length = 0
        self._shared = False

    def __len__(self) -> int:
        return self._length

    def view(self, start: int = 0) -> NDArray[Any]:
        """The numbers from `start` on, read-only; what is recorded anew after a cut shows in it."""
        view = self._buffer[start : self._length]
        view.flags.writeable = False
        return view

    def shared(self, start: int = 0) -> NDArray[Any]:
        """The numbers from `start` on, read-only and never to change, for other threads too.

        A small part is copied: a view of it would keep all of the memory alive.
        """
        view = self.view(start)
        if 2 * len(view) <= self._length:
            view = view.copy()
            view.flags.writeable = False
        else:
            self._shared = True
        return view

    def extend(self, values: ArrayLike, count: int) -> None:
        """Append so many numbers (or so many times the same one)."""
        end = self._length + count
        if end > len(self._buffer):
            self._move(max(end, 2 * len(self._buffer)))
        self._buffer[self._length : end] = values
        self._length = end

    def cut(self, length: int) -> None:
        """Keep only the first `length` numbers."""
        if length < self._length:
            self._length = length
            if self._shared:
                self._move(max(length, ROOM))

    def _move(self, room: int) -> None:
        """Go on in memory of our own, with room for so many numbers."""
        old, self._buffer = self._buffer, np.empty(room, self._buffer.dtype)
        self._buffer[: self._length] = old[: self._length]
        self._shared = False


class _Evaluations:
    """What was measured of one metric on held-out data: `steps`, rising, and `values`."""

    def __init__(self) -> None:
        self.steps = _Numbers(np.int64)
        self.values = _Numbers(np.float64)

    def before(self, step: int) -> int:
        """Number of evaluations before `step`."""
        return int(np.searchsorted(self.steps.view(), step))

    def cut(self, count: int) -> None:
        """Keep only the first `count`."""
        self.steps.cut(count)
        self.values.cut(count)

    def extend(self, steps: Steps, values: Floats) -> None:
        """Append evaluations at later steps."""
        self.steps.extend(steps, len(steps))
        self.values.extend(values, len(steps))


class History:
    """Metrics by step, appended one step at a time at a cost that does not grow with the run."""

    def __init__(self) -> None:
        self.branch = 0
        self._columns: dict[str, _Numbers] = {}
        self._length = 0
        self._pending: list[Metrics] = []
        self._evaluations: dict[str, _Evaluations] = {}

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
            record = self._evaluations.setdefault(name, _Evaluations())
            record.cut(record.before(step))
            record.extend(np.array([step]), np.array([value]))

    def column(self, name: str) -> Floats:
        """Values of a metric, one per step, shape (len(self),): a read-only view until the history is cut or mended."""
        self._flush()
        return self._columns[name].view()

    def evaluation(self, name: str) -> tuple[Steps, Floats]:
        """(steps, values) of a held-out metric, views as of `column`; empty when it was never measured."""
        record = self._evaluations.get(name) or _Evaluations()
        return record.steps.view(), record.values.view()

    def at(self, step: int) -> Metrics:
        """What was known after `step` steps: that step's metrics and the latest evaluation up to it."""
        self._flush()
        found = {}
        if 0 < step <= self._length:
            found = {name: float(column.view()[step - 1]) for name, column in self._columns.items()}
        for name, record in self._evaluations.items():
            if count := record.before(step + 1):
                found[name] = float(record.values.view()[count - 1])
        return found

    def cut(self, step: int) -> None:
        """Forget everything after `step`: the run takes another way from there."""
        self._flush()
        self._length = min(self._length, step)
        for column in self._columns.values():
            column.cut(self._length)
        for record in self._evaluations.values():
            record.cut(record.before(step + 1))
        self.branch += 1

    def rows(self, start: int = 0) -> HistoryRows:
        """The rows after `start` steps, with the evaluations from there on; they stay as they are now."""
        self._flush()
        start = min(start, self._length)
        columns = {name: column.shared(start) for name, column in self._columns.items()}
        evaluations = {}
        for name, record in self._evaluations.items():
            first = record.before(start)
            evaluations[name] = (record.steps.shared(first), record.values.shared(first))
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
        for name in {**self._columns, **rows.columns}:
            column = self._columns.setdefault(name, _Numbers(np.float64))
            column.cut(rows.start)
            column.extend(np.nan, rows.start - len(column))
            column.extend(rows.columns.get(name, np.nan), rows.length)
        self._length = rows.end
        for record in self._evaluations.values():
            record.cut(record.before(rows.start))
        for name, (steps, values) in rows.evaluations.items():
            self._evaluations.setdefault(name, _Evaluations()).extend(steps, values)
        self.branch = rows.branch

    def csv(self) -> Iterator[str]:
        """The record as a table with a line per step, in pieces; the history must not change meanwhile.

        Numbers are written such that reading them gives the same bits; what was not measured stays empty.
        """
        columns = [self.column(name) for name in self.names]
        records = [self.evaluation(name) for name in self.evaluation_names]
        yield ",".join(["step", *self.names, *self.evaluation_names]) + "\n"
        line = ",".join(["%s"] * (1 + len(columns) + len(records))) + "\n"
        untrained = any(0 in steps[:1] for steps, _ in records)
        end = len(self) + 1
        for first in range(0 if untrained else 1, end, LINES):
            last = min(first + LINES, end)
            cells: list[Iterable[Any]] = [range(first, last)]
            for column in columns:
                before = [""] if first == 0 else []  # no step has led to step 0
                cells.append(before + column[max(first - 1, 0) : last - 1].tolist())
            for steps, values in records:
                measured: list[Any] = [""] * (last - first)
                for index in range(*np.searchsorted(steps, (first, last))):
                    measured[steps[index] - first] = float(values[index])
                cells.append(measured)
            # One format for all lines of the piece: Python's `%` is twice as fast as a csv.writer.
            yield line * (last - first) % tuple(chain.from_iterable(zip(*cells, strict=True)))

    def evaluations_before(self, step: int) -> int:
        """How often the held-out data had been looked at before `step`."""
        return max((record.before(step) for record in self._evaluations.values()), default=0)

    def _flush(self) -> None:
        """Move pending steps into the columns: one array operation per metric instead of one per step."""
        if not self._pending:
            return
        pending, self._pending = self._pending, []
        if not self._columns:
            self._columns = {name: _Numbers(np.float64) for name in pending[0]}
        for name, column in self._columns.items():
            column.extend([metrics[name] for metrics in pending], len(pending))
        self._length += len(pending)
