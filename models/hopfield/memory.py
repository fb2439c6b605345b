"""What a network remembers: the stored patterns, and what the rule made of them. Once stored nothing in it changes, so
that it can be shared; another pattern makes another memory.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import owned
from models.data.pictures.patterns import Pattern
from models.hopfield import modern
from models.hopfield.energy import Array, ZeroField, hebb_fields
from models.hopfield.recall import is_fixed_point
from models.hopfield.storage import Weights, store


@dataclass(frozen=True, eq=False)
class AssociativeMemory:
    """P patterns of N pixels; make one with `of`.

    Attributes:
        patterns: (P, N) int8 ±1, read-only; P may be 0.
        xi: the same as real numbers.
        weights: (N, N), read-only; None in the modern network, which has none.
        by_overlaps: whether fields are quicker worked out from the overlaps (Hebb's rule with few patterns).
        diagonal: "zero" or "kept".
    """

    patterns: Pattern
    xi: Array
    weights: Weights | None
    by_overlaps: bool
    diagonal: str

    @classmethod
    def of(cls, patterns: Pattern, rule: str, diagonal: str) -> AssociativeMemory:
        """Store these patterns (P, N) by a rule of HopfieldConfig; raises DataError when they are not rows of ±1."""
        neurons = patterns.shape[1]
        weights = None
        if rule != "modern":
            weights = owned(store(patterns, rule, diagonal) if len(patterns) else np.zeros((neurons, neurons)))
        by_overlaps = rule == "hebb" and 2 * len(patterns) < neurons
        return cls(owned(patterns), owned(patterns.astype(np.float64)), weights, by_overlaps, diagonal)

    def fields(self, state: Array, beta: float) -> Array:
        """Local fields Ws of a state (N,); in the modern network the state to which it is drawn."""
        if self.weights is None:
            return modern.update(self.xi, state, beta) if len(self.xi) else np.zeros_like(state)
        return hebb_fields(self.xi, state, self.diagonal) if self.by_overlaps else np.asarray(self.weights @ state)

    def energy(self, state: Array, fields: Array, beta: float) -> float:
        """Energy of a state with its fields."""
        if self.weights is None:
            return modern.energy(self.xi, state, beta) if len(self.xi) else 0.0
        return float(-0.5 * state @ fields)

    def stable(self, zero_field: ZeroField, beta: float) -> NDArray[np.bool_]:
        """(P,) which stored patterns are fixed points."""
        if not len(self.patterns):
            return np.zeros(0, dtype=np.bool_)
        if self.weights is None:
            return modern.is_fixed_point(self.xi, beta)
        return is_fixed_point(self.weights, self.patterns, zero_field)
