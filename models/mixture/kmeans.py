"""k-means finds clusters with hard boundaries: every point belongs to its nearest centre, every centre is the mean of
its points. It is what EM for a Gaussian mixture becomes when all bells are equally round and vanishingly narrow.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.points.gaussian import Array, differences

CHUNK = 1 << 16
"""Numbers in the table of distances that is built at a time (half a megabyte: it stays in the processor's cache)."""


def squared_distances(points: Array, centres: Array) -> Array:
    """|x_n − c_k|² for points (N, D) and centres (K, D); returns (K, N)."""
    difference = differences(points, centres)
    difference *= difference
    result: Array = difference.sum(axis=1)
    return result


def nearest(points: Array, centres: Array) -> tuple[NDArray[np.int64], Array]:
    """For each point the index of its nearest centre (N,) and the squared distance to it (N,)."""
    labels = np.empty(len(points), dtype=np.int64)
    distances = np.empty(len(points))
    size = max(1, CHUNK // centres.size)
    for begin in range(0, len(points), size):
        part = slice(begin, begin + size)
        table = squared_distances(points[part], centres)
        labels[part] = table.argmin(axis=0)
        distances[part] = table.min(axis=0)
    return labels, distances


def kmeans_plus_plus(points: Array, count: int, rng: np.random.Generator) -> Array:
    """Well spread starting centres: each next one is a point drawn with probability ∝ its squared distance to the
    nearest centre so far (Arthur & Vassilvitskii 2007).

    Args:
        points: (N, D), with at least `count` different points.
        count: K, the number of centres.
        rng: the only source of randomness.

    Returns:
        (K, D), each row one of the points.

    Raises:
        DataError: fewer different points than centres.
    """
    centres = np.empty((count, points.shape[1]))
    centres[0] = points[rng.integers(len(points))]
    distances = nearest(points, centres[:1])[1]
    for k in range(1, count):
        total = distances.sum()
        if not total > 0:
            raise DataError(
                f"There are only {k} different points for {count} clusters: add points or use fewer clusters."
            )
        centres[k] = points[rng.choice(len(points), p=distances / total)]
        distances = np.minimum(distances, nearest(points, centres[k : k + 1])[1])
    return centres


class KMeans:
    """Lloyd's algorithm, one iteration at a time (Lloyd 1957/1982; Bishop, PRML, section 9.1).

    Attributes:
        points: (N, D), not written to.
        centres: (K, D), replaced at every step.
        labels: (N,), the nearest centre of every point, for the centres shown.
        inertia: Σ_n |x_n − c_label(n)|², never rises from step to step.
        iterations: steps done.
        done: no point changed its centre in the last step.
    """

    def __init__(self, points: Array, centres: Array) -> None:
        self.points = points
        self.centres = np.array(centres, dtype=np.float64)
        self.labels, distances = nearest(points, self.centres)
        self.inertia = float(distances.sum())
        self.iterations = 0
        self.done = False

    def step(self) -> float:
        """Move every centre to the mean of its points, then assign the points anew; returns the inertia."""
        self.centres = moved(self.points, self.labels, self.centres)
        before = self.labels
        self.labels, distances = nearest(self.points, self.centres)
        self.inertia = float(distances.sum())
        self.iterations += 1
        self.done = bool(np.array_equal(before, self.labels))
        return self.inertia


def moved(points: Array, labels: NDArray[np.int64], centres: Array) -> Array:
    """Every centre moved to the mean of its points; a centre without points stays where it is."""
    count = len(centres)
    sizes = np.bincount(labels, minlength=count)
    sums = np.stack([np.bincount(labels, weights=column, minlength=count) for column in points.T], axis=1)
    return np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], centres)
