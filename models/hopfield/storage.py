"""Storing is one formula: from the patterns to a symmetric matrix W of weights between every two pixels.

Hebb's rule strengthens the weight between pixels that agree. Patterns that look alike then disturb one another;
Storkey's rule subtracts part of that disturbance, the pseudo-inverse all of it.

Patterns are (P, N) with entries ±1; weights are (N, N) float64, W[i, j] from pixel j to pixel i. With a zero diagonal
no pixel listens to itself; a kept one makes every pixel more stubborn and adds spurious memories.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.pictures.patterns import check_patterns

Weights = NDArray[np.float64]


def hebb(patterns: NDArray[Any]) -> Weights:
    """W = Σ_μ ξ^μ ξ^μᵀ / N: "what fires together wires together" (Hopfield 1982, PNAS 79:2554, eq. 2)."""
    xi = patterns.astype(np.float64)
    return np.asarray(xi.T @ xi / xi.shape[1])


def storkey(patterns: NDArray[Any]) -> Weights:
    """Hebb's rule with what the memory already says taken off, one pattern after the other (Storkey 1997)."""
    weights = np.zeros((patterns.shape[1], patterns.shape[1]))
    for pattern in patterns:
        weights = add_storkey(weights, pattern)
    return weights


def add_storkey(weights: Weights, pattern: NDArray[Any]) -> Weights:
    """The weights after one more pattern: W_ij + (ξ_i ξ_j − ξ_i h_ji − h_ij ξ_j) / N, with h_ij = Σ_{k≠i,j} W_ik ξ_k.

    Only off-diagonal weights enter h, so a memory whose diagonal was zeroed can go on from there.
    """
    xi = pattern.astype(np.float64)
    own = np.diagonal(weights) * xi
    h = (weights @ xi - own)[:, None] - weights * xi  # leaves out k = i and k = j …
    h[np.diag_indices_from(h)] += own  # … and on the diagonal, where these are the same, only once
    cross = h * xi
    return weights + (np.outer(xi, xi) - cross - cross.T) / len(xi)


def pseudo_inverse(patterns: NDArray[Any]) -> Weights:
    """W = Ξ⁺Ξ, the projection onto all mixtures of the patterns: each ξ^μ is reproduced exactly.

    (Personnaz, Guyon & Dreyfus 1985, J. Physique Lett. 46:359; the SVD also copes with dependent patterns.)
    """
    xi = patterns.astype(np.float64)
    _, sizes, directions = np.linalg.svd(xi, full_matrices=False)
    independent = directions[sizes > sizes[0] * max(xi.shape) * np.finfo(np.float64).eps]
    return np.asarray(independent.T @ independent)


RULES: Mapping[str, Callable[[NDArray[Any]], Weights]] = {
    "hebb": hebb,
    "storkey": storkey,
    "pseudo-inverse": pseudo_inverse,
}
"""Name → rule; a new rule is one function and one line."""


def store(patterns: NDArray[Any], rule: str = "hebb", diagonal: str = "zero") -> Weights:
    """The weights (N, N) that store the patterns (P, N) by one of RULES, with a "zero" or "kept" diagonal.

    Raises DataError when there is nothing to store or the patterns are not rows of ±1.
    """
    weights = RULES[rule](check_patterns(patterns))
    return without_diagonal(weights) if diagonal == "zero" else weights


def without_diagonal(weights: Weights) -> Weights:
    """The same weights with W[i, i] = 0."""
    weights = weights.copy()
    np.fill_diagonal(weights, 0.0)
    return weights
