"""Pictures of digits from elsewhere may lie on their side (EMNIST's do) or be dark on white: MNIST's are upright and light
on black.

Whether a set is transposed is seen by comparing it with MNIST: the average picture of each digit is as near as can be
the right way round.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FEWEST = 30
"""With fewer pictures, how they lie is not guessed."""

NEARER = 1.15
"""So many times better must the pictures fit MNIST's averages when they are turned."""


def is_inverted(images: NDArray[np.uint8]) -> bool:
    """Whether ink is dark on white in pictures (N, 28, 28): the border of most is bright."""
    some = images[:: max(len(images) // 1000, 1)]
    border = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)
    return bool(np.median(border.mean(axis=1)) > 127)


def is_transposed(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], known: NDArray[np.uint8], known_labels: NDArray[np.uint8]
) -> bool:
    """Whether pictures (N, 28, 28), light on black, fit upright ones better with rows and columns exchanged.

    Args:
        images: pictures that may lie on their side.
        labels: (N,) what they show.
        known: upright pictures (M, 28, 28).
        known_labels: (M,) what those show.
    """
    if len(images) < FEWEST:
        return False
    fits = np.zeros(2)
    for digit in np.unique(labels):
        mine, theirs = images[labels == digit], known[known_labels == digit]
        if not len(theirs):
            continue
        mean, upright = (_shape(some[:500].mean(axis=0)) for some in (mine, theirs))
        fits += len(mine) * np.array([(mean * upright).sum(), (mean.T * upright).sum()])
    return bool(fits[1] > NEARER * max(fits[0], 0.0))


def remedy(transposed: bool, inverted: bool) -> str:
    """The names of what must be done, joined by a comma."""
    return ",".join(word for word, wanted in (("transpose", transposed), ("invert", inverted)) if wanted)


def name_of(path: Path) -> str:
    """What a file is called in messages."""
    return path.name


def _shape(mean: NDArray[np.floating]) -> NDArray[np.float64]:
    """An average picture as a direction: without its own mean, of length 1."""
    centred = mean.astype(np.float64) - mean.mean()
    length = float(np.linalg.norm(centred))
    return centred / max(length, 1e-9)
