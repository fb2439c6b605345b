"""What recall lowers, and how its result is judged.

A state s is N pixels of ±1. The *local field* h_i = Σ_j W_ij s_j is what all other pixels tell pixel i to be; the
energy E = −½ sᵀWs = −½ Σ_i s_i h_i is low where pixels agree with their fields. The *overlap* m = ξ·s / N compares
the state with a pattern: 1 the same, 0 unrelated, −1 its negative.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

ZeroField = Literal["keep", "up"]
"""What a pixel does at a field of exactly zero: stay as it is, or become +1 (ink)."""

ZERO = 1e-9
"""Fields closer to zero than this count as zero: true fields are multiples of about 1/N, rounding is below 1e-12."""

Verdict = Literal[
    "running", "recovered", "inverse", "other pattern", "spurious", "cycle", "not converged", "nothing stored"
]

WORDS: dict[Verdict, str] = {
    "running": "Recall is under way.",
    "recovered": "Recovered: the picture is exactly the stored pattern.",
    "inverse": "Inverse: the picture is the negative of a stored pattern, which has the same energy as the pattern.",
    "other pattern": "Another memory: recall ended in a stored pattern, but not in the one that was damaged.",
    "spurious": "Spurious: nothing changes any more, but nobody stored this picture; it is a mixture of memories.",
    "cycle": "Cycle: updating all pixels at once, the pictures repeat for ever and never settle.",
    "not converged": "Not converged: the updates were used up while some pixels still wanted to change.",
    "nothing stored": "Nothing is stored yet: draw or choose a pattern and store it.",
}
"""Each verdict in a sentence."""


def energy(weights: Array, state: NDArray[Any]) -> float:
    """E = −½ sᵀWs (Hopfield 1982, eq. 7)."""
    s = state.astype(np.float64)
    return float(-0.5 * s @ (weights @ s))


def hebb_fields(patterns: Array, state: Array, diagonal: str = "zero") -> Array:
    """Ws for Hebb's W without the matrix: h = Ξᵀm − s·P/N, m the overlaps; the last term is what a zero diagonal lacks.

    2·P·N multiplications in place of N², which is less for P < N/2.
    """
    fields = overlaps(patterns, state) @ patterns
    return np.asarray(fields - state * (len(patterns) / len(state)) if diagonal == "zero" else fields)


def wants_to_flip(fields: Array, state: Array, zero_field: ZeroField = "keep") -> NDArray[np.bool_]:
    """Which pixels disagree with their local field. Arrays broadcast: (N,) or (…, N)."""
    if zero_field == "keep":
        return np.asarray(fields * state < -ZERO)
    return np.asarray((fields > -ZERO) != (state > 0))


def overlaps(patterns: NDArray[Any], state: NDArray[Any]) -> Array:
    """m^μ = ξ^μ·s / N for every stored pattern, (P,), each −1 … 1."""
    return np.asarray(patterns @ state / len(state), dtype=np.float64)


def find(patterns: NDArray[Any], state: NDArray[Any]) -> tuple[int | None, bool]:
    """The stored pattern that the state equals, or whose negative it is: (index, is it the negative)."""
    signs = np.where(state > 0, 1, -1)
    agreeing = (patterns == signs).sum(axis=1)
    same = np.flatnonzero(agreeing == len(state))
    if len(same):
        return int(same[0]), False
    negative = np.flatnonzero(agreeing == 0)
    return (int(negative[0]), True) if len(negative) else (None, False)


def judge(patterns: NDArray[Any], state: NDArray[Any], target: NDArray[Any] | None) -> Verdict:
    """What a settled state is; `target` is the pattern that was damaged, if the probe came from one."""
    found, negative = find(patterns, state)
    if found is None:
        return "spurious"
    if negative:
        return "inverse"
    return "recovered" if target is None or (patterns[found] == target).all() else "other pattern"
