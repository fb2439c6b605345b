"""How well does a network foretell a series: one step ahead, knowing all that came before, and on its own?

On its own it has only its own foretelling to go on from, and every error is read as if it were true.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.data.series.curve import Series
from models.nn.layer import Array
from models.nn.network import Network
from models.sequence.network import Starts, read

FREE = 200
"""Steps of a free run by which a network is judged."""

Values = NDArray[np.float32]


def one_step(network: Network, values: Values) -> tuple[Array, Starts]:
    """What is foretold for the value after each of these (T,), and the memory at their end."""
    outputs, ends = read(network, values[None, :, None])
    return outputs[0, :, 0], ends


def free_run(network: Network, values: Values, steps: int) -> Array:
    """Having read these values (T,), what it foretells for the next `steps`, reading its own foretelling."""
    outputs, starts = read(network, values[None, :, None])
    found = np.empty(steps, np.float32)
    for step in range(steps):
        found[step] = outputs[0, -1, 0]
        if step < steps - 1:
            with np.errstate(over="ignore", invalid="ignore"):
                outputs, starts = read(network, found[None, step : step + 1, None], starts)
    return found


RELEASES = 16
"""Places from which a free run is tried to find out how its error grows."""

CONTEXT = 300
"""Values that it reads before it is let go there."""


@dataclass(frozen=True)
class Forecast:
    """What a network makes of a series, in the unit of the series.

    Attributes:
        one_step: (M,) foretold one step ahead for every value; NaN for the first.
        release: value before which it was let go.
        free: (F,) foretold from there on, on its own.
        error: (F,) how far off such a run usually is after so many steps: the root of the mean square over other places
            in the held-out part (in all of it where that is too short); NaN where there is no place so long.
    """

    one_step: NDArray[np.float64]
    release: int
    free: NDArray[np.float64]
    error: NDArray[np.float64]


def forecast(network: Network, series: Series, release: int, steps: int) -> Forecast:
    """One step ahead everywhere, and on its own for `steps` from before the value number `release` (2 … M)."""
    values = series.standard
    foretold, _ = one_step(network, values[:-1])
    free = free_run(network, values[max(0, release - CONTEXT) : release], steps)
    known = np.concatenate([[np.nan], series.original(foretold)])
    error = usual_error(network, values, series.train_count, steps) * series.scale
    return Forecast(known, release, series.original(free), error)


def usual_error(network: Network, values: Values, cut: int, steps: int) -> NDArray[np.float64]:
    """Root mean square error after 1 … steps steps alone, (steps,), from places behind the cut."""
    last = len(values) - min(steps, (len(values) - cut) // 2 or 1)
    first = min(cut, last - 1)
    places = np.unique(np.linspace(max(2, first), last, RELEASES).astype(int))
    context = min(CONTEXT, int(places.min()))
    outputs, starts = read(network, np.stack([values[place - context : place] for place in places])[:, :, None])
    squares = np.full((len(places), steps), np.nan)
    now = outputs[:, -1:]
    for step in range(steps):
        there = places + step < len(values)
        squares[there, step] = (now[there, 0, 0] - values[places[there] + step]) ** 2
        if not there.any():
            break
        with np.errstate(over="ignore", invalid="ignore"):
            now, starts = read(network, now, starts)
    counts = np.isfinite(squares).sum(axis=0)
    sums = np.nansum(squares, axis=0)
    return np.sqrt(np.where(counts > 0, sums / np.maximum(counts, 1), np.nan))
