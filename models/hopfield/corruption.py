"""Ways to damage a pattern, so that recall has something to repair."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.pictures.patterns import Pattern


def flip(pattern: NDArray[Any], rate: float, rng: np.random.Generator) -> Pattern:
    """Flip exactly int(N·rate) different pixels, chosen at random."""
    damaged = pattern.astype(np.int8)
    damaged[rng.choice(damaged.size, size=int(damaged.size * rate), replace=False)] *= -1
    return damaged


def noise(pattern: NDArray[Any], rate: float, rng: np.random.Generator) -> Pattern:
    """Flip every pixel independently with probability `rate`: about N·rate flips, sometimes more, sometimes fewer."""
    return np.where(rng.random(pattern.size) < rate, -pattern, pattern).astype(np.int8)


def blank_half(pattern: NDArray[Any], rate: float, rng: np.random.Generator) -> Pattern:
    """Wipe the second half of the picture (its lower half) to paper; `rate` does not matter."""
    damaged = pattern.astype(np.int8)
    damaged[damaged.size // 2 :] = -1
    return damaged


def flip_first(pattern: NDArray[Any], rate: float, rng: np.random.Generator) -> Pattern:
    """Flip the first int(N·rate) pixels; nothing is left to chance (the library's probes: bit 0, or bits 0 and 1)."""
    damaged = pattern.astype(np.int8)
    damaged[: int(damaged.size * rate)] *= -1
    return damaged


CORRUPTIONS: Mapping[str, Callable[[NDArray[Any], float, np.random.Generator], Pattern]] = {
    "flip": flip,
    "noise": noise,
    "blank-half": blank_half,
    "first-pixels": flip_first,
}
"""Name → corruption(pattern (N,), rate 0–1, rng) → damaged pattern (N,)."""
