"""Where the maps of a network's layers lie: columns from left to right, every map as large as the room allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF

ARROW = 18.0
"""Room between two layers, for an arrow."""

LABELS = 62.0
"""Room for the names of the classes beside the answer."""

SMALLEST_CELL, LARGEST_CELL = 2.0, 15.0
"""Side of a unit of a dense layer in pixels."""


SHORT = {
    "input": "pic",
    "conv": "conv",
    "max_pool": "pool",
    "average_pool": "pool",
    "dense": "dense",
    "dropout": "drop",
    "batchnorm": "norm",
}
"""Kinds of layers where there is no room for what is known of them."""


@dataclass(frozen=True)
class Layer:
    """A column of the picture.

    Attributes:
        name: what stands above it, "conv 8 5x5".
        kind: "input", a kind of layer, or "answer".
        size: a second line, "24×24, 8 maps".
        maps: (H, W, C); a dense layer of D units has (1, 1, D).
        signed: whether its numbers can be negative.
        labels: names of the classes, for the answer.
    """

    name: str
    kind: str
    size: str
    maps: tuple[int, int, int]
    signed: bool = False
    labels: tuple[str, ...] = ()

    @property
    def short_name(self) -> str:
        """What stands above a column that is too narrow for its name."""
        return SHORT.get(self.kind, self.name)

    @property
    def short_size(self) -> str:
        """How many maps or units, where there is no room for the whole size."""
        height, width, count = self.maps
        return str(count) if (height, width) == (1, 1) else f"{height}²" if height == width else f"{height}×{width}"


@dataclass(frozen=True, eq=False)
class Column:
    """Where a layer lies.

    Attributes:
        slot: all of its room.
        area: where the maps are.
        maps: (H, W, C).
        across: maps side by side.
        tile: (width, height) of a map in device-independent pixels.
        gap: between two maps.
        rows, columns: for every screen pixel of the picture, the row (column) of the grid of maps that it shows;
            −1 between the maps.
    """

    slot: QRectF
    area: QRectF
    maps: tuple[int, int, int]
    across: int
    tile: tuple[float, float]
    gap: float
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]

    def picture(self, entries: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Entries of a colour table (H, W, C), 1 … 255, laid out as one picture in screen pixels; 0 is between."""
        height, width, count = self.maps
        down = math.ceil(count / self.across)
        tiles = np.zeros((down * self.across, height, width), np.uint8)
        tiles[:count] = entries.transpose(2, 0, 1)
        grid = tiles.reshape(down, self.across, height, width).swapaxes(1, 2).reshape(down * height, -1)
        # Row and column −1 lie between the maps: they are looked up in an empty last row and column.
        framed = np.zeros((grid.shape[0] + 1, grid.shape[1] + 1), np.uint8)
        framed[:-1, :-1] = grid
        return framed.take(self.rows, axis=0, mode="wrap").take(self.columns, axis=1, mode="wrap")

    def corner(self, channel: int) -> QPointF:
        """Top left corner of a map."""
        down, across = divmod(channel, self.across)
        x = self.area.left() + across * (self.tile[0] + self.gap)
        return QPointF(x, self.area.top() + down * (self.tile[1] + self.gap))

    def part_rect(self, channel: int, top: int, left: int, bottom: int, right: int) -> QRectF:
        """Where rows top … bottom − 1 and columns left … right − 1 of a map are drawn."""
        corner = self.corner(channel)
        across, down = self.tile[0] / self.maps[1], self.tile[1] / self.maps[0]
        return QRectF(
            corner.x() + left * across, corner.y() + top * down, (right - left) * across, (bottom - top) * down
        )

    def place_at(self, position: QPointF) -> tuple[int, int, int] | None:
        """(map, row, column) under a position; None between and beside the maps."""
        height, width, count = self.maps
        x, y = position.x() - self.area.left(), position.y() - self.area.top()
        if x < 0 or y < 0:
            return None
        across, x = divmod(x, self.tile[0] + self.gap)
        down, y = divmod(y, self.tile[1] + self.gap)
        channel = int(down) * self.across + int(across)
        if across >= self.across or channel >= count or x >= self.tile[0] or y >= self.tile[1]:
            return None
        return channel, int(y / self.tile[1] * height), int(x / self.tile[0] * width)


def lay_out(
    layers: Sequence[Layer], area: QRectF, ratio: float = 1.0, narrowest: Sequence[Sequence[float]] = ()
) -> tuple[Column, ...]:
    """Columns for all layers in an area, with the largest maps that fit.

    Args:
        layers: the columns.
        area: the room for them.
        ratio: screen pixels per device-independent pixel.
        narrowest: the width that each column gets at least, for its name, and for shorter names; the first for which
            there is room is kept to.
    """
    if not layers:
        return ()
    height, arrow = area.height(), min(ARROW, 0.3 * area.width() / len(layers))
    arrows = arrow * (len(layers) - 1)
    fitting = (names for names in narrowest if sum(names) + arrows <= 0.94 * area.width())
    least = next(fitting, [8.0] * len(layers))

    def widths(size: float) -> list[float]:
        return [max(_width(layer, size, height), low) for layer, low in zip(layers, least, strict=True)]

    best = 4.0
    low, high = 4.0, max(height, 5.0)
    for _ in range(12):  # by halving: the needed width grows with the size of a map
        middle = (low + high) / 2
        if sum(widths(middle)) + arrows <= area.width():
            best = low = middle
        else:
            high = middle
    best = max(float(math.floor(best)), 4.0)
    columns = []
    needed = widths(best)
    spare = max(area.width() - sum(needed) - arrows, 0.0) / max(len(layers) - 1, 1)
    x = area.left()
    for layer, width in zip(layers, needed, strict=True):
        slot = QRectF(x, area.top(), width + min(spare, 40.0), area.height())
        columns.append(_column(layer, slot, best, ratio))
        x += width + arrow + min(spare, 40.0)
    return tuple(columns)


def _tile(layer: Layer, size: float, height: float) -> tuple[float, float, int]:
    """(side of a map along its longer side, gap, maps side by side)."""
    rows, columns, count = layer.maps
    if (rows, columns) == (1, 1):
        if layer.kind == "answer":
            return min(LARGEST_CELL, height / count - 2), 2.0, 1
        across = next((n for n in range(1, 33) if height / math.ceil(count / n) - 1 >= 5.0), 32)
        cell = height / math.ceil(count / across) - 1
        return min(max(cell, SMALLEST_CELL), LARGEST_CELL), 1.0, across
    gap = 3.0 if size >= 16 else 1.0
    if count == 1:
        return min(size * 2.2, height, 28.0 * 8), gap, 1
    down = max(1, int((height + gap) // (size + gap)))
    across = math.ceil(count / down)
    return size, gap, across


def _width(layer: Layer, size: float, height: float) -> float:
    tile, gap, across = _tile(layer, size, height)
    width = across * (tile + gap) - gap
    return width + (LABELS if layer.kind == "answer" else 0.0)


def _column(layer: Layer, slot: QRectF, size: float, ratio: float) -> Column:
    tile, gap, across = _tile(layer, size, slot.height())
    rows, columns, count = layer.maps
    across = math.ceil(count / math.ceil(count / across))  # as even as can be
    scale = tile / max(rows, columns)
    wide, high = round(columns * scale * ratio) / ratio, round(rows * scale * ratio) / ratio
    down = math.ceil(count / across)
    area = QRectF(0, 0, across * (wide + gap) - gap, down * (high + gap) - gap)
    left = round(slot.left())
    area.moveTo(left, round(slot.top() + max(slot.height() - area.height(), 0) / 2))
    return Column(
        slot,
        area,
        layer.maps,
        across,
        (wide, high),
        gap,
        _sources(down, rows, high, gap, ratio),
        _sources(across, columns, wide, gap, ratio),
    )


def _sources(tiles: int, cells: int, size: float, gap: float, ratio: float) -> NDArray[np.intp]:
    """For every screen pixel along one side of the grid, the row (or column) of the data that it shows, or −1."""
    place = (np.arange(max(1, round((tiles * (size + gap) - gap) * ratio))) + 0.5) / ratio
    tile, within = np.divmod(place, size + gap)
    cell = np.minimum((within / size * cells).astype(np.intp), cells - 1)
    found = tile.astype(np.intp) * cells + cell
    return np.where(within < size, found, -1).astype(np.intp)
