"""Tiles show the right number at the right place, in colours that keep still."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor

from ui.plots import colormaps
from ui.plots.grids.image_tiles import ImageTiles


@pytest.fixture
def tiles(qtbot):
    widget = ImageTiles(tile_name="hidden unit", value_name="weight")
    qtbot.addWidget(widget)
    widget.resize(500, 400)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def middle(tiles: ImageTiles, tile: int, row: int, column: int) -> QPoint:
    rect, grid = tiles.box(tile), tiles.grid
    x = rect.left() + (column + 0.5) * rect.width() / grid.width
    y = rect.top() + (row + 0.5) * rect.height() / grid.height
    return QPoint(int(x), int(y))


def weights(count=12, size=5, seed=0):
    return np.random.default_rng(seed).standard_normal((count, size, size)).astype(np.float32)


def test_every_pixel_has_its_colour(tiles):
    images = weights()
    tiles.set_images(images)
    shot = tiles.grab().toImage()
    table = colormaps.diverging()
    for tile, row, column in [(0, 0, 0), (3, 4, 1), (11, 2, 3), (7, 0, 4)]:
        at = middle(tiles, tile, row, column)
        assert tiles.pixel_at(at.toPointF()) == (tile, row, column)
        entry = colormaps.diverging_index(images[tile], tiles.level)[row, column]
        assert shot.pixelColor(at) == QColor(*(int(c) for c in table[entry]))


def test_zero_is_neutral(tiles):
    tiles.set_images(np.zeros((3, 4, 4), np.float32))
    at = middle(tiles, 1, 1, 1)
    assert tiles.grab().toImage().pixelColor(at) == QColor(*(int(c) for c in colormaps.diverging()[128]))


def test_the_scale_keeps_still_while_weights_drift(tiles):
    levels = set()
    for step in range(30):
        tiles.set_images(weights(seed=0) * (1 + 0.01 * step))
        levels.add(tiles.level)
    assert len(levels) <= 2


@pytest.mark.parametrize(("count", "size"), [(1, 28), (10, 28), (50, 28), (128, 28), (4, 3), (1000, 8)])
def test_all_tiles_fit(tiles, count, size):
    tiles.set_images(np.zeros((count, size, size), np.float32))
    inside = tiles.rect().adjusted(-1, -1, 1, 1)
    for index in (0, tiles.columns - 1, count - 1):
        assert inside.contains(tiles.grid.rect(min(index, count - 1)).toRect())
    assert not tiles.grab().isNull()


def test_read_out_and_click(tiles, qtbot):
    images = weights()
    tiles.set_images(images)
    with qtbot.waitSignals([tiles.hovered, tiles.readout_changed]):
        qtbot.mouseMove(tiles, middle(tiles, 7, 2, 1))
    assert tiles.readout.startswith("hidden unit 7 · row 2, column 1 · weight ")
    assert f"{abs(images[7, 2, 1]):.4f}" in tiles.readout
    assert not tiles.grab().isNull()  # with the enlarged tile
    with qtbot.waitSignal(tiles.picked) as caught:
        qtbot.mouseClick(tiles, Qt.MouseButton.LeftButton, pos=middle(tiles, 5, 0, 0))
    assert caught.args == [5]
    before = tiles.readout
    tiles.set_images(images + 1)  # training goes on under a resting pointer
    assert tiles.readout != before


def test_keys_walk_and_choose(tiles, qtbot):
    tiles.set_images(weights())
    tiles.setFocus(Qt.FocusReason.TabFocusReason)
    columns = tiles.columns
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Left):
        qtbot.keyClick(tiles, key)
    with qtbot.waitSignal(tiles.picked) as caught:
        qtbot.keyClick(tiles, Qt.Key.Key_Return)
    assert caught.args == [columns - 1]
    qtbot.keyClick(tiles, Qt.Key.Key_End)
    qtbot.keyClick(tiles, Qt.Key.Key_Right)
    assert tiles.current == 11


def test_uint8_pictures_and_fixed_levels(qtbot):
    pictures = ImageTiles("gray")
    qtbot.addWidget(pictures)
    pictures.set_images(np.full((2, 3, 3), 255, np.uint8), ["one", "two"])
    assert pictures.level == 255
    fixed = ImageTiles("sequential", level=2.0)
    qtbot.addWidget(fixed)
    fixed.set_images(weights() * 100)
    assert fixed.level == 2.0
    assert not fixed.grab().isNull()


def test_wrong_shapes_are_refused_and_empty_is_worded(tiles):
    with pytest.raises(ValueError, match="shape"):
        tiles.set_images(np.zeros((4, 4)))
    tiles.clear()
    assert tiles.count == 0
    assert tiles.pixel_at(QPoint(10, 10).toPointF()) is None
    assert not tiles.grab().isNull()


def test_table_lists_every_pixel(tiles):
    tiles.set_images(weights(2, 3))
    heading, rows = tiles.table()
    assert heading == ["hidden unit", "row", "column", "weight"]
    assert len(rows) == 18
