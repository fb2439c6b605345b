"""A schedule changes the step size while training: bold at first, careful towards the end.

Each is a pure function of the step (0 … total − 1) and gives the factor by which the chosen step size is multiplied.
"""

from __future__ import annotations

from collections.abc import Callable
from math import cos, pi

Schedule = Callable[[int, int], float]
"""`schedule(step, total) -> factor`; total may change during a run when more epochs are asked for."""


def constant(step: int, total: int) -> float:
    """Always the chosen step size."""
    return 1.0


def cosine(step: int, total: int) -> float:
    """Half a cosine wave from 1 down to 0 (Loshchilov & Hutter 2017, eq. 5, one cycle)."""
    return 0.5 * (1.0 + cos(pi * min(step, total) / max(total, 1)))


def one_cycle(step: int, total: int, *, rise: float = 0.3, start: float = 1 / 25, end: float = 1 / 250_000) -> float:
    """From 1/25 up to 1 in the first 30 % of the steps, then down to almost 0, along cosines (Smith & Topin 2018).

    The slow start lets an optimizer gather its averages before the largest steps come.
    """
    top = rise * total - 1.0  # the step at which the factor is 1
    last = max(total - 1.0, 1.0)
    if step <= top:
        return _cosine_between(start, 1.0, step / max(top, 1e-9))
    return _cosine_between(1.0, end, min((step - top) / max(last - top, 1e-9), 1.0))


def _cosine_between(first: float, last: float, share: float) -> float:
    return last + (first - last) * 0.5 * (1.0 + cos(pi * share))


SCHEDULES: dict[str, Schedule] = {
    "constant": constant,
    "cosine": cosine,
    "one_cycle": one_cycle,
}
"""Name → function, in the order in which they are offered."""


def step_size(chosen: float, schedule: str, step: int, total: int) -> float:
    """The step size that the optimizer uses for the update after `step` steps of `total`; `chosen` is the setting."""
    return chosen * SCHEDULES[schedule](step, total)
