"""Pictures of digits from elsewhere may lie on their side (EMNIST's do) or be dark on white; MNIST's are upright and
light on black.

Whether a set is transposed is seen by comparing it with MNIST: the average picture of each digit is as near as can be
the right way round.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError

Known = Callable[[], tuple[NDArray[np.uint8], NDArray[np.uint8]]]

AS_IS = "as-is"
WORDS = ("transpose", "invert", AS_IS)
"""What can be said about pictures, after their files."""

TROUBLE = {"transpose": "lie on their side (as EMNIST’s do)", "invert": "are dark on white"}

FEWEST = 30
"""With fewer pictures, how they lie is not guessed."""

BRIGHT = 170
"""Grey level above which the border of a picture is white paper."""

LIKE = 0.4
"""Least correlation of turned pictures with MNIST's averages: what is no digit at all is not judged."""

NEARER = 1.15
"""So many times better must the pictures fit MNIST's averages when they are turned."""


def is_inverted(images: NDArray[np.uint8]) -> bool:
    """Whether ink is dark on white in pictures (N, 28, 28): the border of most is bright."""
    some = images[:: max(len(images) // 1000, 1)]
    border = np.concatenate([some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1]], axis=1)
    return bool(np.median(border.mean(axis=1)) > BRIGHT)


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
    return bool(fits[1] > max(NEARER * fits[0], LIKE * len(images)))


class TurnedError(DataError):
    """Pictures are not as MNIST's are.

    Attributes:
        words: what would mend it, to be given after the files: "transpose", "invert".
    """

    def __init__(self, message: str, words: tuple[str, ...]) -> None:
        super().__init__(message)
        self.words = words


def turned(
    images: NDArray[np.uint8], labels: NDArray[np.uint8], words: Sequence[str], name: str, known: Known
) -> NDArray[np.uint8]:
    """Pictures (N, 28, 28) made as MNIST's are, as the words say; raises TurnedError when they should say more.

    Args:
        images: as they came.
        labels: (N,) what they show.
        words: any of `WORDS`; "as-is" stands for a decision to leave them.
        name: of their file, for messages.
        known: gives upright pictures and their labels, only if they are needed.
    """
    inverted = is_inverted(images)
    if AS_IS not in words:
        light = 255 - images if inverted else images
        transposed = len(images) >= FEWEST and is_transposed(light, labels, *known())
        wanted = (("transpose",) if transposed else ()) + (("invert",) if inverted else ())
        if wanted and not set(wanted) <= set(words):
            trouble = " and ".join(TROUBLE[word] for word in wanted)
            raise TurnedError(
                f"The pictures in “{name}” {trouble}: give {' '.join(wanted)} after the two files to turn them, or "
                f"{AS_IS} to take them as they are.",
                wanted,
            )
    if "transpose" in words:
        images = images.swapaxes(1, 2)
    return np.ascontiguousarray(255 - images if "invert" in words else images)


def _shape(mean: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """An average picture as a direction: without its own mean, of length 1."""
    centred = mean.astype(np.float64) - mean.mean()
    length = float(np.linalg.norm(centred))
    return np.asarray(centred / max(length, 1e-9), np.float64)
