"""The modern Hopfield network keeps the patterns themselves and compares: softmax picks the one most like the state.

Where classic memory adds all patterns up in one matrix and confuses them beyond 0.14 N, this one stores thousands:
one update is usually enough. It is the same formula as attention in a transformer, with patterns as keys and values.

Source: H. Ramsauer et al. 2020, "Hopfield Networks is All You Need", eqs. 2 and 3. Ξ: patterns (P, N), ±1; ξ: state
(N,), real numbers from −1 to 1; β > 0: how sharply the best match is preferred.
"""

from __future__ import annotations

import numpy as np

from models.hopfield.energy import Array


def attention(patterns: Array, state: Array, beta: float) -> Array:
    """p = softmax(β Ξ ξ): how much of each pattern goes into the next state, (P,), positive, sum 1.

    Also for a batch of states (B, N): then (B, P).
    """
    logits = beta * (state @ patterns.T)
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def update(patterns: Array, state: Array, beta: float) -> Array:
    """ξ ← Ξᵀ softmax(β Ξ ξ), eq. 3: the average of the patterns, weighted by their likeness to the state."""
    return np.asarray(attention(patterns, state, beta) @ patterns)


def energy(patterns: Array, state: Array, beta: float) -> float:
    """E = −lse(β, Ξξ) + ½ ξᵀξ + ln(P)/β + ½ M², eq. 2, M² = N the largest squared norm; it never rises, E ≥ 0."""
    logits = beta * (patterns @ state)
    top = logits.max()
    lse = (top + np.log(np.exp(logits - top).sum())) / beta
    return float(-lse + 0.5 * state @ state + np.log(len(patterns)) / beta + 0.5 * patterns.shape[1])


def is_fixed_point(patterns: Array, beta: float) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """For each stored pattern whether an update leads back to it (in black and white), (P,)."""
    return np.asarray((update(patterns, patterns, beta) * patterns > 0).all(axis=1))
