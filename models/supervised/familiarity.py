"""A classifier names a winner for anything, also for a black square. This measures whether it has ever learnt from
something like it: how far a picture lies from the nearest picture that the network was trained on.

The distance is taken where the network itself compares pictures, in its hidden space (the last layer that still has
maps, or all hidden layers of a perceptron), and besides on the pixels. A layer's answer counts by its direction alone
(the angle between two of them), since a bolder stroke raises all units alike; pixels count in both ways, as they are
and by direction. How far is too far is read off training pictures that are held aside: `PASS` of them lie nearer.
Compare novelty detection by nearest neighbours in a network's features: Y. Sun et al. 2022, "Out-of-distribution
detection with deep nearest neighbors".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.answer import Answer, Predict

Float32 = NDArray[np.float32]

REFERENCES = 4000
"""Training pictures that a picture is compared with, at the most."""

HELD_ASIDE = 2000
"""Training pictures that say how far is usual, at the most."""

FEWEST = 500
"""With fewer training pictures, what is usual cannot be told, and nothing is called unlike them."""

PASS = 0.985
"""Share of the pictures held aside that are not called unlike."""

PIECE = 250
"""Pictures looked at in one go: a few hundredths of a second."""

MAP_SIDE = 7
"""Maps are averaged down to about so many places in each direction, so that 4,000 of them fit into memory."""

_TINY = np.float32(1e-6)


@dataclass(frozen=True, eq=False)
class Judged:
    """How familiar N pictures are.

    Attributes:
        distance: (N,) from the nearest training picture; above 1 a picture is unlike anything learnt.
        nearest: (N,) which training picture that is.
    """

    distance: Float32
    nearest: NDArray[np.int64]

    @property
    def unlike(self) -> NDArray[np.bool_]:
        """(N,) whether each picture is unlike anything learnt."""
        return self.distance > 1


@dataclass(frozen=True, eq=False)
class _Space:
    """Points (R, D) that other points are compared with, with the squares of their lengths, and what is far here."""

    points: Float32
    squares: Float32
    far: float = 1.0

    def nearest(self, points: Float32) -> tuple[Float32, NDArray[np.int64]]:
        """(N,) distances of points (N, D) from the nearest reference, in shares of `far`, and (N,) which it is."""
        gaps = self.squares - 2 * (points @ self.points.T)
        nearest = gaps.argmin(axis=1)
        squares = np.take_along_axis(gaps, nearest[:, None], 1)[:, 0] + np.einsum("nd,nd->n", points, points)
        return np.sqrt(np.maximum(squares, 0)) / np.float32(self.far), nearest


class Familiarity:
    """What a network has learnt from, as far as it takes to say whether a picture is like any of it.

    It is derived from a snapshot and the training pictures, and saved nowhere. Safe on any thread.
    """

    def __init__(self, spaces: tuple[_Space, ...], members: NDArray[np.int64]) -> None:
        self._spaces, self._members = spaces, members

    def judge(self, images: NDArray[np.uint8], answer: Answer) -> Judged:
        """How familiar pictures (N, H, W) are; `answer` is the network's, with activations."""
        found = [space.nearest(part) for space, part in zip(self._spaces, _places(images, answer), strict=True)]
        distance = np.max([distances for distances, _ in found], axis=0)
        return Judged(distance.astype(np.float32), self._members[found[0][1]])


def learning(predict: Predict, snapshot: Any, images: NDArray[np.uint8]) -> Iterator[Familiarity | None]:
    """Work out the familiarity of a snapshot trained on pictures (N, H, W), piece by piece: None until it is done.

    Which pictures are compared and which are held aside is drawn once and for all for a number of pictures, so that the
    same network always says the same. With fewer than `FEWEST` pictures it ends without one.
    """
    if len(images) < FEWEST:
        return
    drawn = np.random.default_rng(len(images)).permutation(len(images))
    count = min(REFERENCES, 2 * len(images) // 3)
    members, aside = drawn[:count], drawn[count : count + HELD_ASIDE]
    parts = []
    for chosen in _pieces(members):
        parts.append(_places(images[chosen], predict(snapshot, images[chosen], activations=True)))
        yield None
    spaces = tuple(_space(np.concatenate(part)) for part in zip(*parts, strict=True))
    far = []
    for chosen in _pieces(aside):
        places = _places(images[chosen], predict(snapshot, images[chosen], activations=True))
        far.append([space.nearest(part)[0] for space, part in zip(spaces, places, strict=True)])
        yield None
    distances = np.concatenate(far, axis=1)  # (spaces, held aside)
    # Each space alone lets nearly all pass; then the largest of their shares is brought to what is wanted of all.
    alone = np.maximum(np.quantile(distances, 1 - (1 - PASS) / 2, axis=1), _TINY)
    together = max(float(np.quantile((distances / alone[:, None]).max(axis=0), PASS)), float(_TINY))
    measured = zip(spaces, alone, strict=True)
    yield Familiarity(tuple(_space(space.points, float(one) * together) for space, one in measured), members)


def familiarity(predict: Predict, snapshot: Any, images: NDArray[np.uint8]) -> Familiarity | None:
    """As `learning`, at once; None when there are too few pictures to tell."""
    found = None
    for found in learning(predict, snapshot, images):  # noqa: B007 - the last one is wanted
        pass
    return found


def _pieces(chosen: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(chosen), PIECE):
        yield chosen[start : start + PIECE]


def _space(points: Float32, far: float = 1.0) -> _Space:
    return _Space(points, np.einsum("nd,nd->n", points, points), far)


def _places(images: NDArray[np.uint8], answer: Answer) -> tuple[Float32, ...]:
    """Where pictures lie: (N, D) in hidden space (missing without hidden layers), as pixels, and by their direction."""
    pixels = images.reshape(len(images), -1) * np.float32(1 / 255)
    by_pixels = pixels, _direction(pixels)
    layers = answer.activations or ()
    maps = [layer for layer in layers if layer.ndim == 4]
    if maps:
        return _direction(_averaged(maps[-1])), *by_pixels
    return (np.concatenate([_direction(layer) for layer in layers], axis=1), *by_pixels) if layers else by_pixels


def _averaged(maps: NDArray[Any]) -> NDArray[Any]:
    """Maps (N, H, W, C) as rows, averaged over squares of whole pixels where they are large."""
    count, height, width, channels = maps.shape
    size = max(1, min(height, width) // MAP_SIDE)
    rows, columns = height // size, width // size
    cut = maps[:, : rows * size, : columns * size].reshape(count, rows, size, columns, size, channels)
    averaged: NDArray[Any] = cut.mean(axis=(2, 4)).reshape(count, -1)
    return averaged


def _direction(rows: NDArray[Any]) -> Float32:
    """Rows (N, D) of length 1; a row of zeros stays."""
    lengths = np.sqrt(np.einsum("nd,nd->n", rows, rows))[:, None]
    directions: Float32 = (rows / np.maximum(lengths, _TINY)).astype(np.float32, copy=False)
    return directions
