"""Where many small pictures lie when they share a space: as large as they can be, in whole screen pixels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF


@dataclass(frozen=True)
class TileGrid:
    """`count` tiles of `height`×`width` values each, row by row.

    Attributes:
        columns: tiles per row.
        gap: pixels between two tiles.
        size: pixels along one side of a value.
        corner: upper left corner of the first tile.
        ratio: screen pixels per pixel.
    """

    count: int
    height: int
    width: int
    columns: int
    gap: int
    size: float
    corner: QPointF
    ratio: float

    @classmethod
    def fitted(cls, shape: tuple[int, ...], room: tuple[int, int], ratio: float) -> TileGrid:
        """The grid with the largest tiles for images of `shape` (K, H, W) in a room of (width, height) pixels."""
        count, height, width = shape
        room_w, room_h = room[0] - 4, room[1] - 4
        if count == 0 or room_w <= 0 or room_h <= 0:
            return cls(count, height, width, 1, 2, 1.0, QPointF(0, 0), ratio)
        gap = 1 if room_w * room_h / count < 500 else 2 if room_w * room_h / count < 1600 else 4
        best, columns = 0.0, 1
        for candidate in range(1, count + 1):
            rows = math.ceil(count / candidate)
            size = min((room_w / candidate - gap) / width, (room_h / rows - gap) / height)
            if size > best:
                best, columns = size, candidate
        size = best * ratio
        size = max((math.floor(size) if size >= 2 else size) / ratio, 0.1)  # whole screen pixels stay equally large
        rows = math.ceil(count / columns)
        used_w, used_h = columns * (width * size + gap) - gap, rows * (height * size + gap) - gap
        corner = QPointF(round((room[0] - used_w) / 2), round(max(2, (room[1] - used_h) / 2)))
        return cls(count, height, width, columns, gap, size, corner, ratio)

    @property
    def rows(self) -> int:
        """Rows of tiles, the last of which may not be full."""
        return math.ceil(self.count / self.columns)

    @property
    def step(self) -> tuple[float, float]:
        """Pixels from one tile to the next, to the right and downwards."""
        return self.width * self.size + self.gap, self.height * self.size + self.gap

    def rect(self, index: int) -> QRectF:
        """Where a tile lies."""
        row, column = divmod(index, self.columns)
        step_x, step_y = self.step
        x, y = self.corner.x() + column * step_x, self.corner.y() + row * step_y
        return QRectF(x, y, self.width * self.size, self.height * self.size)

    def at(self, position: QPointF) -> tuple[int, int, int] | None:
        """(tile, row, column) of the value at a position; None between and beside the tiles."""
        x, y = position.x() - self.corner.x(), position.y() - self.corner.y()
        if self.count == 0 or x < 0 or y < 0:
            return None
        step_x, step_y = self.step
        tile_column, x = divmod(x, step_x)
        tile_row, y = divmod(y, step_y)
        index = int(tile_row) * self.columns + int(tile_column)
        row, column = int(y / self.size), int(x / self.size)
        if tile_column >= self.columns or index >= self.count or row >= self.height or column >= self.width:
            return None
        return index, row, column

    def gaps(self) -> list[QRectF]:
        """What lies between the tiles, and behind the last one."""
        (left, top), (step_x, step_y) = (self.corner.x(), self.corner.y()), self.step
        rows, columns, gap = self.rows, self.columns, self.gap
        found = [QRectF(left + column * step_x - gap, top, gap, rows * step_y) for column in range(1, columns)]
        found += [QRectF(left, top + row * step_y - gap, columns * step_x, gap) for row in range(1, rows)]
        if free := rows * columns - self.count:
            x = left + (columns - free) * step_x - gap
            found.append(QRectF(x, top + (rows - 1) * step_y, free * step_x + gap, step_y))
        return found

    def magnified(self, values: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Values (K, H, W) laid out as one picture in screen pixels, each a square; gaps repeat what is beside them.

        Two look-ups are cheaper than 128 scaled images.
        """
        rows, columns = self.rows, self.columns
        tiles = np.zeros((rows * columns, self.height, self.width), np.uint8)
        tiles[: self.count] = values
        grid = np.ascontiguousarray(tiles.reshape(rows, columns, self.height, self.width).swapaxes(1, 2))
        grid = grid.reshape(rows * self.height, columns * self.width)
        return grid.take(_sources(rows, self.height, self.size, self.gap, self.ratio), axis=0).take(
            _sources(columns, self.width, self.size, self.gap, self.ratio), axis=1
        )


@lru_cache(maxsize=64)
def _sources(tiles: int, pixels: int, size: float, gap: int, ratio: float) -> NDArray[np.intp]:
    """For every screen pixel along one side of the grid, the row (or column) of the data that it shows."""
    place = np.arange(round((tiles * (pixels * size + gap) - gap) * ratio)) / ratio
    tile, within = np.divmod(place + 0.5 / ratio, pixels * size + gap)
    return (tile * pixels + np.minimum(within // size, pixels - 1)).astype(np.intp)
