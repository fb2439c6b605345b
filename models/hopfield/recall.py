"""Recall: pixels look at their local fields and change their minds, until nobody wants to change any more. Written out
plainly, that is `update_one_by_one`, the first function below; `update_in_order` makes the same flips, faster.

*Asynchronous*: one pixel after the other. Each flip changes all fields, h ← h + W[:, i] Δs_i, and lowers the energy.
*Synchronous*: all at once; the energy may rise and the pictures may repeat, so cycles have to be looked for.
*Stochastic* (Glauber dynamics): a pixel becomes +1 with probability 1 / (1 + e^(−2h/T)); heat can leave false valleys.

All of these need symmetric weights.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.hopfield.energy import Array, ZeroField, wants_to_flip

Order = NDArray[np.int64]

BLOCK = 112
"""Updates decided together; measured fastest for 784 pixels, and still good from 64 to 1,024."""


def update_one_by_one(
    weights: Array,
    state: Array,
    order: Order,
    zero_field: ZeroField = "keep",
    thresholds: Array | None = None,
) -> int:
    """Each pixel in its turn asks all others (h_i = Σ_j W_ij s_j) and flips when it disagrees; returns how many did.

    Arguments as for `update_in_order`, which the tests compare with this; here a pixel may have several turns.
    """
    flips = 0
    for turn, pixel in enumerate(order):
        field, above = weights[pixel] @ state, None if thresholds is None else thresholds[turn]
        if _disagree(field, state[pixel], zero_field, above):
            state[pixel], flips = -state[pixel], flips + 1
    return flips


def update_in_order(
    weights: Array,
    state: Array,
    fields: Array,
    order: Order,
    zero_field: ZeroField = "keep",
    thresholds: Array | None = None,
) -> tuple[int, int]:
    """Update the pixels of `order` one after the other, in place; the same flips as a loop over them, but faster.

    Nearly always, the pixels that want to flip now are those that will flip. So this guesses them for a block of
    updates, works out the fields that each pixel of the block would meet in its turn, and looks whether the guess
    repeats itself. If not, the new one is right for at least one pixel more, so the loop ends; and a guess that
    repeats is the result of the one-by-one loop, because every decision follows from the ones before it.

    Args:
        weights: (N, N), symmetric.
        state: (N,), ±1; changed in place.
        fields: (N,), W s of that state; kept up to date in place.
        order: (n,) indices of pixels, n ≥ 1; no pixel may occur twice (see `without_repeats`).
        zero_field: what happens at a field of exactly zero.
        thresholds: (n,) for stochastic updates: a pixel becomes +1 where its field exceeds its threshold.

    Returns:
        Number of flips, and how many updates had been done after the last of them (0 without a flip).
    """
    flips, last = 0, 0
    for start in range(0, len(order), BLOCK):
        pixels = order[start : start + BLOCK]
        before, now = state[pixels], fields[pixels]
        above = None if thresholds is None else thresholds[start : start + BLOCK]
        flipping = _disagree(now, before, zero_field, above).nonzero()[0]
        while len(flipping):
            change = -2.0 * before[flipping]
            rows = weights.take(pixels[flipping], axis=0)  # W is symmetric: rows serve as columns
            felt = rows.take(pixels, axis=1)
            felt *= _later(len(pixels))[flipping]  # a pixel feels only the flips before its turn
            again = _disagree(now + change @ felt, before, zero_field, above).nonzero()[0]
            if again.tobytes() == flipping.tobytes():  # the quickest comparison of two short arrays
                fields += change @ rows
                state[pixels[flipping]] += change
                flips += len(flipping)
                last = start + int(flipping[-1]) + 1
                break
            flipping = again
    return flips, last


def without_repeats(picks: Order) -> Iterator[Order]:
    """Cut a sequence of picks into pieces in which no pixel occurs twice."""
    start, seen = 0, set[int]()
    for position, pixel in enumerate(picks.tolist()):
        if pixel in seen:
            yield picks[start:position]
            start, seen = position, set()
        seen.add(pixel)
    if start < len(picks):
        yield picks[start:]


def missed_by_picks(neurons: int, damaged: int, picks: int) -> tuple[float, float]:
    """What picking with replacement leaves undone.

    Returns:
        The probability (1 − 1/N)^picks that a given pixel is never picked, and about how likely it is that all
        `damaged` pixels are picked at least once. With one stored pattern that is the chance of a complete repair.
    """
    missed = (1.0 - 1.0 / neurons) ** picks
    return missed, (1.0 - missed) ** damaged


def update_all(fields: Array, state: Array, zero_field: ZeroField = "keep") -> Array:
    """The next state when all pixels change at once (synchronous)."""
    return np.where(wants_to_flip(fields, state, zero_field), -state, state)


def glauber_thresholds(uniform: Array, temperature: float) -> Array:
    """Fields above which pixels become +1: u < 1/(1 + e^(−2h/T)) solved for h, with u uniform in [0, 1).

    (Glauber 1963; temperature in units of the field, which is about 1 inside a stored pattern.)
    """
    u = np.maximum(uniform, np.finfo(np.float64).tiny)
    return np.asarray(0.5 * temperature * (np.log(u) - np.log1p(-u)))


def is_fixed_point(weights: Array, patterns: NDArray[np.int8], zero_field: ZeroField = "keep") -> NDArray[np.bool_]:
    """For each pattern (P, N) whether no pixel of it wants to flip, (P,)."""
    states = patterns.astype(np.float64)
    return np.asarray(~wants_to_flip(states @ weights, states, zero_field).any(axis=1))


def _disagree(fields: Array, state: Array, zero_field: ZeroField, thresholds: Array | None) -> NDArray[np.bool_]:
    """Which pixels flip when they meet these fields."""
    if thresholds is not None:
        return np.asarray((fields > thresholds) != (state > 0))
    return wants_to_flip(fields, state, zero_field)


@lru_cache(maxsize=256)
def _later(size: int) -> Array:
    """(size, size): 1 where the second position comes after the first."""
    mask = np.triu(np.ones((size, size)), 1)
    mask.flags.writeable = False
    return mask
