"""Clipping keeps one bad gradient from throwing the weights away: through many moments of time, blame can multiply.

R. Pascanu, T. Mikolov, Y. Bengio, *On the difficulty of training recurrent neural networks*, 2013.
"""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np

from models.nn.layer import Array

Clip = Callable[[Array], None]
"""Shortens a flat gradient in place."""


def by_value(limit: float) -> Clip:
    """Every number to between −limit and limit: the direction changes."""

    def clip(gradient: Array) -> None:
        np.clip(gradient, -limit, limit, out=gradient)

    return clip


def by_norm(limit: float) -> Clip:
    """The whole to a length of at most limit: the direction stays."""

    def clip(gradient: Array) -> None:
        length = sqrt(float(gradient @ gradient))
        if length > limit:
            gradient *= limit / length

    return clip


CLIPS: dict[str, Callable[[float], Clip] | None] = {"norm": by_norm, "value": by_value, "none": None}
"""Name → maker, in the order in which they are offered."""
