"""All memories of a small network, wanted or not: go through all 2^N pictures and keep those that stay as they are.

Beside the stored patterns one finds their negatives and *spurious* states, mixtures that nobody stored.
"""

from __future__ import annotations

import numpy as np

from models.base import ConfigError
from models.data.pictures.patterns import Pattern
from models.hopfield.energy import Array, ZeroField, wants_to_flip

LARGEST = 16
"""Neurons up to which all pictures are tried: 2^16 = 65,536."""


def fixed_points(weights: Array, zero_field: ZeroField = "keep") -> Pattern:
    """Every state in which no pixel wants to flip, (K, N), counted up in binary with the first pixel as highest bit.

    Raises ConfigError for more than 16 neurons.
    """
    neurons = len(weights)
    if neurons > LARGEST:
        raise ConfigError(
            f"{neurons} pixels make 2^{neurons} pictures, too many to try: fixed points are listed up to {LARGEST}."
        )
    numbers = np.arange(2**neurons)[:, None] >> np.arange(neurons)[::-1]
    states = (2 * (numbers & 1) - 1).astype(np.int8)
    fields = states @ weights
    return states[~wants_to_flip(fields, states.astype(np.float64), zero_field).any(axis=1)]
