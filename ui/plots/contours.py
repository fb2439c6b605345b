"""Contour lines: where a function on a grid has one particular value.

Marching squares (Lorensen & Cline 1987, in the plane), for all cells at once: a line crosses those edges of a cell
whose ends lie on different sides of the level; where exactly is interpolated between the two values.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Corners of a cell: 0 lower left, 1 lower right, 2 upper right, 3 upper left. Edge e joins corner e and corner e + 1.
# For each of the 16 patterns of corners above the level: the pairs of edges that a line joins (−1: none).
_LINES = np.full((16, 2, 2), -1)
for _pattern, _pairs in {
    1: [(3, 0)],
    2: [(0, 1)],
    3: [(3, 1)],
    4: [(1, 2)],
    5: [(3, 0), (1, 2)],
    6: [(0, 2)],
    7: [(3, 2)],
    8: [(2, 3)],
    9: [(2, 0)],
    10: [(0, 1), (2, 3)],
    11: [(2, 1)],
    12: [(1, 3)],
    13: [(1, 0)],
    14: [(0, 3)],
}.items():
    _LINES[_pattern, : len(_pairs)] = _pairs


def contour_lines(values: Array, xs: Array, ys: Array, level: float) -> Array:
    """Line segments of one contour.

    Args:
        values: (H, W), one row per y.
        xs: (W,) and ys: (H,), where the values were taken.
        level: the value that the line follows.

    Returns:
        (2 M, 2): the ends of M segments, two by two; draw with `connect="pairs"`.
    """
    above = values > level
    code = above[:-1, :-1] | above[:-1, 1:] << 1 | above[1:, 1:] << 2 | above[1:, :-1] << 3
    rows, columns = np.nonzero((code > 0) & (code < 15))
    if not len(rows):
        return np.empty((0, 2))
    crossings = np.stack([_crossing(values, xs, ys, level, rows, columns, edge) for edge in range(4)], axis=1)
    edges = _LINES[code[rows, columns]]  # (cells, 2 lines, 2 ends)
    cell, line = np.nonzero(edges[:, :, 0] >= 0)
    ends: Array = crossings[cell[:, None], edges[cell, line]]  # (M, 2 ends, 2)
    return ends.reshape(-1, 2)


def _crossing(
    values: Array, xs: Array, ys: Array, level: float, rows: NDArray[np.int64], columns: NDArray[np.int64], edge: int
) -> Array:
    """Where the level lies on one edge of each cell: (cells, 2); any place at all where it does not cross it."""
    (r1, c1), (r2, c2) = (((0, 0), (0, 1)), ((0, 1), (1, 1)), ((1, 1), (1, 0)), ((1, 0), (0, 0)))[edge]
    first, second = values[rows + r1, columns + c1], values[rows + r2, columns + c2]
    difference = second - first
    share = np.clip((level - first) / np.where(difference == 0, 1.0, difference), 0.0, 1.0)
    x1, x2, y1, y2 = xs[columns + c1], xs[columns + c2], ys[rows + r1], ys[rows + r2]
    return np.stack([x1 + share * (x2 - x1), y1 + share * (y2 - y1)], axis=1)
