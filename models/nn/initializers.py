"""Where learning starts: random weights, because neurons that start alike would stay alike for ever.

Too small and the signal fades from layer to layer, too large and it saturates; Xavier and He choose the spread from the
number of inputs (fan_in) and outputs (fan_out) so that its size stays the same.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.nn.layer import Array

Initializer = Callable[[np.random.Generator, Array, int, int], None]
"""Fills an array of weights in place: `initializer(rng, weights, fan_in, fan_out)`."""


def normal(mean: float = 0.0, scale: float = 0.1) -> Initializer:
    """Bell-shaped: N(mean, scale²)."""

    def fill(rng: np.random.Generator, weights: Array, fan_in: int, fan_out: int) -> None:
        weights[...] = rng.normal(mean, scale, weights.shape)

    return fill


def uniform(mean: float = 0.0, scale: float = 0.5) -> Initializer:
    """All numbers between mean − scale and mean + scale equally likely."""

    def fill(rng: np.random.Generator, weights: Array, fan_in: int, fan_out: int) -> None:
        weights[...] = rng.uniform(mean - scale, mean + scale, weights.shape)

    return fill


def xavier(mean: float = 0.0, scale: float = 1.0) -> Initializer:
    """U(−a, a) with a = √(6 / (fan_in + fan_out)): for sigmoid and tanh (Glorot & Bengio 2010, eq. 16)."""

    def fill(rng: np.random.Generator, weights: Array, fan_in: int, fan_out: int) -> None:
        limit = np.sqrt(6.0 / (fan_in + fan_out))
        weights[...] = rng.uniform(-limit, limit, weights.shape)

    return fill


def he(mean: float = 0.0, scale: float = 1.0) -> Initializer:
    """N(0, 2 / fan_in): for ReLU, which silences half of its inputs (He et al. 2015, eq. 10)."""

    def fill(rng: np.random.Generator, weights: Array, fan_in: int, fan_out: int) -> None:
        weights[...] = rng.normal(0.0, np.sqrt(2.0 / fan_in), weights.shape)

    return fill


INITIALIZERS: dict[str, Callable[[float, float], Initializer]] = {
    "he": he,
    "xavier": xavier,
    "normal": normal,
    "uniform": uniform,
}
"""Name → maker of an initializer from (mean, scale); Xavier and He choose both by themselves."""
