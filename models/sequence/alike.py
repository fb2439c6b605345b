"""Which units are on over a stretch of a text, and where else are the same ones on?

After H. Strobelt, S. Gehrmann, H. Pfister, A. Rush, *LSTMVis*, 2018.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.nn.layer import Array
from models.nn.recurrent import Recurrent, Start
from models.sequence.config import SequenceConfig
from models.sequence.network import Weights, network_on
from models.sequence.tasks import Language, NextLetter

Units = NDArray[np.int64]

ENOUGH = 0.75
"""Share of the units that has to be on."""

MOST_SEARCHED = 6000
"""Letters of the text that are looked through."""

PIECE = 250
"""Letters that are read between two looks at whether somebody still wants to know."""


@dataclass(frozen=True)
class Alike:
    """A stretch, its units, and other places.

    Attributes:
        units: those that are on in all of the stretch and, if there are any such, off on either side of it.
        threshold: above which a unit is on.
        letters: of the text that was looked through.
        share: (M,) share of the units that is on after each of its letters.
        places: stretches (first, behind the last) of it, best first.
    """

    units: Units
    threshold: float
    letters: tuple[str, ...]
    share: Array
    places: tuple[tuple[int, int], ...]


def units_on(states: Array, span: slice, threshold: float | None = None) -> tuple[Units, float]:
    """The units that are on (above the threshold) in all of a span of the states (T, H), and off on either side of it.

    Without a threshold, of −0.8, −0.7, … 0.9 the one is chosen that leaves the fewest units, but at least three.
    """
    if threshold is not None:
        return _on(states, span, threshold), threshold
    tried = [round(each, 1) for each in np.arange(-0.8, 0.95, 0.1)]
    found = {each: _on(states, span, each) for each in tried}
    enough = {each: units for each, units in found.items() if len(units) >= 3}
    best = min(enough, key=lambda each: len(enough[each])) if enough else max(found, key=lambda each: len(found[each]))
    return found[best], best


def _on(states: Array, span: slice, threshold: float) -> Units:
    on = states > threshold
    around = [each for each in (span.start - 1, span.stop) if 0 <= each < len(states)]
    everywhere = on[span].all(axis=0)
    both = np.flatnonzero(everywhere & ~on[around].any(axis=0))
    return both if len(both) else np.flatnonzero(everywhere)


def stretches(share: Array, length: int, most: int = 20) -> list[tuple[int, int]]:
    """Runs (first, behind the last) of moments where enough units are on; those as long as `length` come first."""
    good = np.concatenate([[False], share >= ENOUGH, [False]])
    starts, ends = np.flatnonzero(good[1:] & ~good[:-1]), np.flatnonzero(~good[1:] & good[:-1])
    places = [(int(first), int(last)) for first, last in zip(starts, ends, strict=True)]
    places.sort(key=lambda place: (abs(place[1] - place[0] - length), -float(share[place[0] : place[1]].mean()), place))
    return places[:most]


def search(
    weights: Weights,
    config: SequenceConfig,
    task: NextLetter | Language,
    states: Array,
    span: tuple[int, int],
    threshold: float | None = None,
) -> Iterator[Alike]:
    """Read on through the text that is learnt from, a piece at a time: what has been found so far, after each.

    Args:
        states: (T, H) of the first layer, of the reading in which the span is.
        span: first letter, and the one behind the last.
        threshold: above which a unit is on; None chooses one.
    """
    units, level = units_on(states, slice(*span), threshold)
    layers = network_on(weights, config, task).layers
    codes = task.text.codes[:MOST_SEARCHED]
    letters = tuple(task.text.alphabet[code] for code in codes)
    share = np.zeros(len(codes))
    start: Start | None = None
    for first in range(0, len(codes), PIECE):
        x: Array = codes[None, first : first + PIECE]
        for layer in layers:
            if isinstance(layer, Recurrent):
                x, start = layer.go_on(x, start)
                break
            x = layer.forward(x)
        if len(units):
            share[first : first + PIECE] = (x[0][:, units] > level).mean(axis=1)
        yield Alike(units, level, letters, share.copy(), tuple(stretches(share, span[1] - span[0])))
