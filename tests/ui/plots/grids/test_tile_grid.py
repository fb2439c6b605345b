"""Tiles lie within their room, every value has a place, and the picture shows it there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF

from ui.plots.grids.tile_grid import TileGrid

ROOM = (500, 400)


def middle(grid: TileGrid, tile: int, row: int, column: int) -> QPointF:
    rect = grid.rect(tile)
    return rect.topLeft() + QPointF((column + 0.5) * grid.size, (row + 0.5) * grid.size)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("shape", [(1, 28, 28), (12, 5, 5), (7, 3, 9), (128, 28, 28), (1000, 8, 8)])
def test_every_value_is_found_where_it_lies(shape, ratio):
    grid = TileGrid.fitted(shape, ROOM, ratio)
    count, height, width = shape
    for tile in (0, count // 2, count - 1):
        assert QRectF(0, 0, *ROOM).contains(grid.rect(tile))
        for place in ((0, 0), (height - 1, width - 1), (height // 2, 0)):
            assert grid.at(middle(grid, tile, *place)) == (tile, *place)


def test_between_and_beside_the_tiles_there_is_nothing():
    grid = TileGrid.fitted((7, 5, 5), ROOM, 1.0)
    assert grid.at(grid.rect(0).topRight() + QPointF(grid.gap / 2, 3)) is None
    assert grid.at(grid.corner - QPointF(1, 1)) is None
    behind = QPointF(grid.rect(grid.columns - 1).center().x(), grid.rect(6).center().y())
    assert (grid.at(behind) is None) == (grid.rows * grid.columns > 7)
    assert TileGrid.fitted((0, 1, 1), ROOM, 1.0).at(QPointF(10, 10)) is None


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_picture_shows_every_value_at_its_place(ratio):
    values = np.random.default_rng(0).integers(0, 256, (12, 5, 4)).astype(np.uint8)
    grid = TileGrid.fitted(values.shape, ROOM, ratio)
    picture = grid.magnified(values)
    for tile, row, column in [(0, 0, 0), (3, 4, 1), (11, 2, 3), (7, 0, 2)]:
        at = (middle(grid, tile, row, column) - grid.corner) * ratio
        assert picture[int(at.y()), int(at.x())] == values[tile, row, column]


def test_gaps_touch_no_tile():
    grid = TileGrid.fitted((7, 5, 5), ROOM, 1.0)
    for gap in grid.gaps():
        assert not any(gap.intersects(grid.rect(tile)) for tile in range(7))


def test_without_room_there_is_a_grid_all_the_same():
    assert TileGrid.fitted((3, 2, 2), (4, 4), 1.0).columns == 1
