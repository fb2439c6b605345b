"""However long a run gets, its curve has a few hundred points: each stands for a stretch of steps and remembers the
smallest, the largest and the mean value in it, so that no peak is lost.

When the run outgrows the stretches, neighbours are merged in pairs and each becomes twice as long. A new value is
looked at once; what is drawn costs the same after a million steps as after a thousand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

CAPACITY = 640
"""Stretches kept at most (an even number); between half of them and all are in use in a long run."""


@dataclass(frozen=True)
class Curve:
    """What is drawn of a series.

    Attributes:
        steps: (P,) place of each stretch (its middle; the very last stretch ends at the last step).
        mean: (P,) mean value in the stretch.
        smooth: (P,) mean over neighbouring stretches, one fortieth of the run; equals `mean` if there is no noise.
        low, high: (P,) smallest and largest value in the stretch; `mean` itself while each holds a single step.
        cuts: indices of the points, rising, at which a curve of its own begins (other than the first).
    """

    steps: Floats
    mean: Floats
    smooth: Floats
    low: Floats
    high: Floats
    cuts: tuple[int, ...] = ()

    def pieces(self) -> list[slice]:
        """Which points belong together, one slice for each curve of its own."""
        return [slice(begin, end) for begin, end in pairwise((0, *self.cuts, len(self.steps)))]

    @property
    def noisy(self) -> bool:
        """Whether the smooth line says something other than the values themselves."""
        return self.smooth is not self.mean


class Series:
    """A growing sequence of (step, value), kept in at most CAPACITY stretches of equal length.

    Args:
        first: step at which the first stretch begins.
        stretch: steps per stretch at the start.
        averaged: whether a restless curve is smoothed.
    """

    def __init__(self, first: float = 0, stretch: float = 1, *, averaged: bool = True) -> None:
        self.first, self.stretch, self._averaged = first, stretch, averaged
        self._cuts: tuple[float, ...] = ()
        self.last = first
        self.used = 0
        self._low: Floats = np.full(CAPACITY, np.inf)
        self._high: Floats = np.full(CAPACITY, -np.inf)
        self._sum: Floats = np.zeros(CAPACITY)
        self._count: Floats = np.zeros(CAPACITY)
        self._curve: Curve | None = None

    def extend(self, steps: NDArray[Any], values: NDArray[Any]) -> None:
        """Append points; `steps` (n,) never decrease; values that are not finite are left out."""
        finite = np.isfinite(values)
        if not finite.all():
            steps, values = steps[finite], values[finite]
        if len(steps) == 0:
            return
        self.last = float(steps[-1])
        while (self.last - self.first) >= self.stretch * CAPACITY:
            self._merge()
        index = ((steps - self.first) // self.stretch).astype(np.intp)
        starts = np.flatnonzero(np.diff(index, prepend=-1))
        at = index[starts]
        self._low[at] = np.minimum(self._low[at], np.minimum.reduceat(values, starts))
        self._high[at] = np.maximum(self._high[at], np.maximum.reduceat(values, starts))
        self._sum[at] += np.add.reduceat(values, starts, dtype=np.float64)
        self._count[at] += np.diff(starts, append=len(index))
        self.used = int(at[-1]) + 1
        self._curve = None

    def _merge(self) -> None:
        """Join neighbouring stretches: half as many, twice as long."""
        for array, join, empty in (
            (self._low, np.minimum, np.inf),
            (self._high, np.maximum, -np.inf),
            (self._sum, np.add, 0.0),
            (self._count, np.add, 0.0),
        ):
            array[: CAPACITY // 2] = join(array[0::2], array[1::2])
            array[CAPACITY // 2 :] = empty
        self.stretch *= 2

    def cut(self, after: Sequence[float]) -> None:
        """What comes after each of these steps (rising) is a curve of its own: neither joined nor averaged with it."""
        if tuple(after) != self._cuts:
            self._cuts, self._curve = tuple(after), None

    def curve(self) -> Curve:
        """The points to draw; computed once per change."""
        if self._curve is None:
            self._curve = self._build()
        return self._curve

    def _build(self) -> Curve:
        filled = np.flatnonzero(self._count[: self.used])
        count, total = self._count[filled], self._sum[filled]
        steps: NDArray[np.float64] = self.first + (filled.astype(np.float64) + 0.5) * self.stretch - 0.5
        if len(steps):
            steps[-1] = min(steps[-1], self.last)
        mean = total / count
        low, high = (mean, mean) if self.stretch == 1 else (self._low[filled], self._high[filled])
        next_stretch = (np.array(self._cuts) - self.first) // self.stretch + 1
        cuts = np.unique(np.searchsorted(filled, next_stretch))
        curve = Curve(steps, mean, mean, low, high, tuple(cuts[(cuts > 0) & (cuts < len(filled))].tolist()))
        half = len(filled) // 80
        restless = [piece for piece in curve.pieces() if _restless(mean[piece])] if half and self._averaged else []
        if not restless:
            return curve
        smooth = mean.copy()
        for piece in restless:
            smooth[piece] = _windowed_mean(total[piece], count[piece], half)
        return replace(curve, smooth=smooth)


def _restless(values: Floats) -> bool:
    """Whether a curve wiggles: the way it travels up and down is a multiple of the way from its top to its bottom."""
    return bool(np.abs(np.diff(values)).sum() > 3.0 * np.ptp(values))


def _windowed_mean(total: Floats, count: Floats, half: int) -> Floats:
    """Mean over `half` stretches to either side, without lag; the window shrinks towards the first step, so that the
    first drop of a loss is not smeared, and is cut off at the last one."""
    n = len(total)
    place = np.arange(n)
    reach = np.minimum(half, place)
    low, high = place - reach, np.minimum(place + reach + 1, n)
    sums = np.concatenate([[0.0], np.cumsum(total)])
    counts = np.concatenate([[0.0], np.cumsum(count)])
    result: Floats = (sums[high] - sums[low]) / (counts[high] - counts[low])
    return result
