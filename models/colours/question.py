"""Which colour to ask about next, so that a handful of answers says as much as possible.

First colours that differ as much as possible from those already named; then colours about which the network is in
doubt and that nobody has named anything like (uncertainty sampling: D. Lewis and W. Gale, 1994).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.colours.spaces import lab
from models.data.colours.sets import Bytes

ALL_OVER = 6
"""Answers before the network's doubts are worth following."""


def next_question(
    pool: Bytes, asked: NDArray[np.int64], probabilities: NDArray[np.floating] | None, seed: int = 0
) -> int:
    """Index of the colour to ask about.

    Args:
        pool: (N, 3) colours that can be asked about.
        asked: indices of those that were.
        probabilities: (N, K) what the network makes of all of them; None before there is one.
        seed: chooses the first.
    """
    if not len(asked):
        return int(np.random.default_rng(seed).integers(len(pool)))
    places = lab(pool)
    nearest = np.min([np.linalg.norm(places - places[index], axis=1) for index in asked], axis=0)
    if len(asked) < ALL_OVER or probabilities is None:
        return int(nearest.argmax())
    two = np.sort(probabilities, axis=1)[:, -2:]
    doubt = 1.0 - (two[:, 1] - two[:, 0])
    return int((doubt * nearest**2).argmax())
