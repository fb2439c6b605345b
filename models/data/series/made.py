"""Series made by formulas: what is known exactly shows best what a network has understood.

Every one is a function `(count, rng) -> values (count,)` and one line in `MADE`.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Maker = Callable[[int, np.random.Generator], Array]


def sine(count: int, rng: np.random.Generator) -> Array:
    """Two waves whose periods, 25 and 40 steps, fit together every 200."""
    t = np.arange(count)
    return 0.5 * np.sin(2 * np.pi * t / 25) + 0.5 * np.sin(2 * np.pi * t / 40)


def damped(count: int, rng: np.random.Generator) -> Array:
    """A pendulum that swings out and is pushed again every 200 steps."""
    t = np.arange(count) % 200
    return np.exp(-t / 60) * np.cos(2 * np.pi * t / 20)


def square(count: int, rng: np.random.Generator) -> Array:
    """Ten steps up, fifteen down: to know when to jump, one has to count."""
    return np.where(np.arange(count) % 25 < 10, 1.0, -1.0)


def logistic(count: int, rng: np.random.Generator) -> Array:
    """x ← 3.9 x (1 − x): the next value follows exactly, and yet no one foresees the twentieth (R. May, 1976)."""
    values = np.empty(count)
    x = 0.4
    for index in range(count):
        values[index] = x
        x = 3.9 * x * (1.0 - x)
    return values


def mackey_glass(count: int, rng: np.random.Generator) -> Array:
    """Blood cells regulated with a delay of 17 (M. Mackey, L. Glass, 1977): chaos that looks nearly regular."""
    parts, delay = 10, 17  # Euler steps of 0.1
    lag = delay * parts
    x = np.full(lag + (count + 100) * parts, 1.2)
    for index in range(lag, len(x)):
        late = x[index - lag]
        x[index] = x[index - 1] + (0.2 * late / (1 + late**10) - 0.1 * x[index - 1]) / parts
    return x[lag + 100 * parts :: parts][:count]


def drawn(count: int, rng: np.random.Generator) -> Array:
    """What a hand might draw: hills that come again, no two alike. The canvas replaces it with the user's own."""
    t = np.arange(count)
    return np.sin(2 * np.pi * t / 32) + 0.4 * np.sin(2 * np.pi * t / 16 + 0.7) + 0.25 * np.sin(2 * np.pi * t / 64)


MADE: dict[str, Maker] = {
    "sine": sine,
    "damped": damped,
    "square": square,
    "logistic": logistic,
    "mackey-glass": mackey_glass,
    "drawn": drawn,
}
"""Name → maker, in the order in which they are offered."""
