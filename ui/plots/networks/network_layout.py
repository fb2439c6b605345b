"""Where everything in a network diagram is: columns of square pictures, and the connections between them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainterPath

LARGEST_SIDE = 44
SMALLEST_SIDE = 5


class NetworkLayout:
    """Places for a network in a widget.

    Args:
        units: neurons in every column.
        width, height: of the widget, in pixels.
        left, right: room for the names of inputs and outputs.
        top: room for the headings.

    Attributes:
        x: middle of every column; `sides`: of the pictures in it.
        column_width: distance between two columns.
    """

    def __init__(self, units: Sequence[int], width: int, height: int, left: float, right: float, top: float) -> None:
        self.units = tuple(units)
        columns = len(self.units)
        room = height - top - 4.0
        self.top, self.room = top, room
        rough = max(60.0, (width - left - right) / columns)
        self.sides = tuple(
            int(max(SMALLEST_SIDE, min(LARGEST_SIDE, 0.84 * room / count - 1, 0.55 * rough))) for count in self.units
        )
        first, last = left + self.sides[0] / 2 + 2, width - right - self.sides[-1] / 2 - 2
        self.x = np.linspace(first, max(last, first + 1), columns) if columns > 1 else np.array([width / 2])
        self.column_width = float(self.x[1] - self.x[0]) if columns > 1 else float(width)
        self.y = tuple(self._rows(count, side) for count, side in zip(self.units, self.sides, strict=True))

    def _rows(self, count: int, side: int) -> NDArray[np.float64]:
        stride = self._stride(count, side)
        start = round(self.top + (self.room - stride * (count - 1) - side) / 2)
        rows: NDArray[np.float64] = start + side / 2 + stride * np.arange(count, dtype=np.float64)
        return rows

    def _stride(self, count: int, side: int) -> int:
        return int(max(side, min(self.room / count, 1.75 * side + 6)))

    def stride(self, column: int) -> int:
        """Pixels from one picture of a column to the next."""
        return self._stride(self.units[column], self.sides[column])

    def corner(self, column: int, unit: int) -> tuple[int, int]:
        """Left and upper edge of a neuron's picture, in whole pixels."""
        side = self.sides[column]
        return max(0, round(float(self.x[column]) - side / 2)), round(float(self.y[column][unit]) - side / 2)

    def tile(self, column: int, unit: int) -> QRectF:
        """A neuron's picture."""
        left, top = self.corner(column, unit)
        return QRectF(left, top, self.sides[column], self.sides[column])

    def bias(self, column: int, unit: int) -> QRectF:
        """The dot that stands for a neuron's bias, at the lower left corner of its picture."""
        left, top = self.corner(column, unit)
        side = self.sides[column]
        size = min(8.0, side / 2.5)
        return QRectF(left - size / 2, top + side - size / 2, size, size)

    def ends(self, layer: int) -> tuple[float, float]:
        """Where the connections into a layer begin and end, from left to right."""
        return (
            float(self.x[layer]) + self.sides[layer] / 2,
            float(self.x[layer + 1]) - self.sides[layer + 1] / 2,
        )

    def add_wire(self, path: QPainterPath, layer: int, source: int, unit: int, *, straight: bool) -> None:
        """Add a connection to a path: an S-curve, or a straight line."""
        start, end = self.ends(layer)
        above, below = float(self.y[layer][source]), float(self.y[layer + 1][unit])
        path.moveTo(start, above)
        if straight:
            path.lineTo(end, below)
        else:
            middle = (start + end) / 2
            path.cubicTo(middle, above, middle, below, end, below)

    def wire_at(self, x: float, y: float, near: float, *, straight: bool) -> tuple[int, int, int] | None:
        """(layer, source, unit) of the connection that passes within `near` pixels of a place."""
        for layer in range(len(self.units) - 1):
            start, end = self.ends(layer)
            if not start <= x <= end:
                continue
            share = (x - start) / max(end - start, 1e-9)
            rise, slope = (share, 1.0) if straight else _rise(share)
            above, below = self.y[layer][:, None], self.y[layer + 1][None]
            heights = above + (below - above) * rise
            steep = (below - above) * slope / max(end - start, 1e-9)
            distance = np.abs(heights - y) / np.hypot(1.0, steep)
            source, unit = np.unravel_index(int(distance.argmin()), distance.shape)
            return (layer, int(source), int(unit)) if distance[source, unit] <= near else None
        return None


@lru_cache(maxsize=1)
def _curve() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """x and y of the S-curve from (0, 0) to (1, 1)."""
    t = np.linspace(0, 1, 129)
    x = 1.5 * t * (1 - t) ** 2 + 1.5 * t**2 * (1 - t) + t**3
    return x, 3 * t**2 * (1 - t) + t**3


def _rise(share: float) -> tuple[float, float]:
    """How high the S-curve is at `share` of its way, and how steep."""
    x, y = _curve()
    at = float(np.interp(share, x, y))
    return at, float(np.interp(share + 0.01, x, y) - np.interp(share - 0.01, x, y)) / 0.02
