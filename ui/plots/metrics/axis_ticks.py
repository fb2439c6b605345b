"""Round numbers for an axis: where its ticks are, what they say, and the ends between which the values fit."""

from __future__ import annotations

import math

import numpy as np

from ui.plots.colormaps import nice_above
from ui.widgets.numbers import short_number


def ticks(low: float, high: float, count: float) -> list[float]:
    """Round places (1, 2 or 5 × 10ᵏ apart) between two ends, about `count` of them."""
    rough = (high - low) / max(count, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    apart = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / apart - 1e-9)
    return [index * apart for index in range(first, math.floor(high / apart + 1e-9) + 1)]


def value_ticks(low: float, high: float, count: float, log: bool, unit: str) -> list[tuple[float, str]]:
    """Places and texts of about `count` ticks on an axis of values; on a logarithmic one all places are log10.

    There are always two at least: from a single one no height can be read.
    """
    return _log_ticks(low, high, count, unit) if log else _linear_ticks(low, high, count, unit)


def _linear_ticks(low: float, high: float, count: float, unit: str) -> list[tuple[float, str]]:
    top = min(high, 1.0) if unit == "%" and low < 1.0 else high  # no share is above 100 %
    places = ticks(low, top, count)
    while len(places) < 2:
        count = 1.5 * max(count, 1.0)
        places = ticks(low, top, count)
    if unit == "%":
        return [(value, f"{round(100 * value, 3):g} %") for value in places]
    return [(value, _named(value, unit)) for value in places]


def _log_ticks(low: float, high: float, count: float, unit: str) -> list[tuple[float, str]]:
    decades = range(math.floor(low), math.ceil(high) + 1)
    chosen: list[tuple[float, str]] = []
    for factors in ((1,), (1, 3), (1, 2, 5), (1, 2, 3, 4, 5, 6, 7, 8, 9)):  # from few to many
        marks = [(decade + math.log10(factor), factor * 10.0**decade) for decade in decades for factor in factors]
        marks = [mark for mark in marks if low - 1e-9 <= mark[0] <= high + 1e-9]
        if len(chosen) >= 2 and len(marks) > 1.5 * count:
            break
        chosen = [(place, f"{100 * value:g} %" if unit == "%" else _named(value, unit)) for place, value in marks]
    if len(chosen) < 2:  # less than a ninth of a decade: the axis is as good as linear
        return [(math.log10(value), text) for value, text in _linear_ticks(10.0**low, 10.0**high, count, unit)]
    return chosen


def _named(value: float, unit: str) -> str:
    return short_number(value) + (f" {unit}" if unit else "")


def step_ticks(first: float, last: float, count: float) -> list[tuple[float, str]]:
    """Places and texts of about `count` ticks on an axis of steps; from 10,000 steps on in thousands: "12k"."""
    return [
        (step, f"{step / 1000:g}k" if last >= 10_000 and step else f"{step:g}") for step in ticks(first, last, count)
    ]


def round_range(low: float, high: float, log: bool, unit: str) -> tuple[float, float]:
    """A range with a margin and round ends that holds `low` to `high` (all of them log10 on a logarithmic axis)."""
    if log:
        room = max(0.1, 0.06 * (high - low))
        top = float(np.ceil((high + room) * 5) / 5)
        top = max(min(top, 0.04), high) if unit == "%" else top  # no share is above 100 %
        return float(np.floor((low - room) * 5) / 5), top
    if unit == "%" and low >= 0 and high <= 1:
        floor = next(base for base in (0.98, 0.95, 0.9, 0.8, 0.5, 0.0) if base <= low)
        return floor - 0.02 * (1 - floor), 1.0 + 0.02 * (1 - floor)
    span = high - low or abs(high) or 1.0
    tick = nice_above(span) / 10
    bottom = np.floor((low - 0.04 * span) / tick) * tick
    if 0 <= low <= 0.5 * span:
        bottom = 0.0
    return float(bottom), float(np.ceil((high + 0.1 * span) / tick) * tick)
