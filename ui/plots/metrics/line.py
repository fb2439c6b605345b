"""One metric of a run: its complete history, the few hundred points that stand for it, and how earlier runs did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from models.base import MetricSpec
from ui.plots.metrics.reading import Reading
from ui.plots.metrics.series import CAPACITY, Curve, Series
from ui.widgets import theme

LEAST_FALL = 0.01
"""A fall of what never falls is a new beginning from this share of its range on; less is shown as it is."""

MAX_GHOSTS = 4
"""Earlier runs that are kept for comparison; the oldest goes first."""

_EMPTY = np.empty(0)


@dataclass(frozen=True)
class Ghost:
    """An earlier run, or a future that was left behind; `steps` and smoothed `values` have shape (P,)."""

    label: str
    steps: NDArray[Any]
    values: NDArray[Any]

    @classmethod
    def of(cls, label: str, steps: NDArray[Any], values: NDArray[Any]) -> Ghost:
        """The ghost of a history: `steps` (n,), n ≥ 1, and `values` (n,), thinned to half a curve's points."""
        first = float(steps[0])
        series = Series(first, max(1.0, np.ceil((float(steps[-1]) - first + 1) / (CAPACITY // 2))))
        series.extend(steps, values)
        curve = series.curve()
        return cls(label, curve.steps, curve.smooth)


class MetricLine:
    """A metric as it is plotted.

    Args:
        spec: what the metric is.
        color_index: which of the theme's curve colours is its own.

    Attributes:
        steps, values: the complete history, (n,) each, by reference.
        series: the history reduced to what can be drawn.
        shown: the points drawn: of the whole run, or of the part that is zoomed to.
        ghosts: earlier runs, oldest first.
        dirty: whether `shown` lags behind the data.
    """

    def __init__(self, spec: MetricSpec, color_index: int) -> None:
        self.spec = spec
        self._color_index = color_index
        self.steps: NDArray[Any] = _EMPTY
        self.values: NDArray[Any] = _EMPTY
        self._noted: dict[int, tuple[float, float]] = {}
        self._edits: tuple[int, ...] = ()
        self.series = self._empty()
        self.shown: Curve = self.series.curve()
        self.ghosts: list[Ghost] = []
        self.dirty = True

    def color(self, colors: theme.Theme) -> QColor:
        """The line's colour in a theme."""
        return colors.curves[self._color_index % len(colors.curves)]

    def take(self, steps: NDArray[Any], values: NDArray[Any]) -> bool:
        """Take over the history; reads only what is new if it continues what is known. True if anything changed.

        Whether it continues is told by the numbers noted last time, not by the arrays kept: the caller may have cut
        its buffer off and written another future into the same memory.
        """
        known, n = len(self.steps), len(steps)
        continues = n >= known and all((steps[i], values[i]) == point for i, point in self._noted.items())
        if continues and n == known:
            return False
        if not continues:
            self.series, known = self._empty(), 0
        self.series.extend(steps[known:], values[known:])
        self.steps, self.values = steps, values
        self._noted = {i: (steps[i].item(), values[i].item()) for i in {0, n // 2, n - 1} if n}
        self.dirty = True
        return True

    def forget(self) -> None:
        """Drop the run; ghosts stay."""
        self.steps = self.values = _EMPTY
        self._noted, self.series, self.dirty = {}, self._empty(), True
        self._edits = ()

    def cut_after(self, steps: Sequence[int]) -> bool:
        """What comes after each of these steps (rising) is a curve of its own; False if that was known."""
        if tuple(steps) == self._edits:
            return False
        self._edits, self.dirty = tuple(steps), True
        return True

    def _empty(self, first: float = 0, stretch: float = 1) -> Series:
        return Series(first, stretch, averaged=not self.spec.never_falls)

    def _cuts(self) -> tuple[float, ...]:
        """The steps after which a curve of its own begins."""
        if not self.spec.never_falls or len(self.values) < 2:
            return self._edits
        falls = np.flatnonzero(np.diff(self.values) < -LEAST_FALL * np.ptp(self.values))
        return tuple(sorted({*self._edits, *self.steps[falls].tolist()}))

    def refresh(self, span: tuple[float, float] | None) -> None:
        """Bring `shown` up to date: the steps from first to last of `span`, or the whole run."""
        series = self.series if span is None else self._close_up(*span)
        series.cut(self._cuts())
        self.shown = series.curve()
        self.dirty = False

    def _close_up(self, first: float, last: float) -> Series:
        """The series of a part of the run, as fine as the data allow."""
        begin = max(0, int(np.searchsorted(self.steps, first)) - 1)
        end = int(np.searchsorted(self.steps, last, side="right")) + 1
        steps, values = self.steps[begin:end], self.values[begin:end]
        origin = float(np.floor(steps[0] if len(steps) else first))
        series = self._empty(origin, max(1.0, np.ceil((last - origin + 2) / CAPACITY)))
        series.extend(steps, values)
        return series

    def add_ghost(self, ghost: Ghost) -> None:
        """Compare with one more earlier run."""
        self.ghosts = [*self.ghosts, ghost][-MAX_GHOSTS:]

    def reading(self, step: float | None = None) -> Reading:
        """What was measured last at or before a step (None: in the whole run); not a number if there is nothing."""
        count = len(self.steps) if step is None else int(np.searchsorted(self.steps, step, side="right"))
        if count == 0:
            return Reading(step or 0, float("nan"))
        return Reading(float(self.steps[count - 1]), float(self.values[count - 1]))
