"""The heat map: what it says of a cell, how it looks closer, and that a large matrix is coloured only once."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QWheelEvent

from ui.plots import colormaps
from ui.plots.color_scale import ColorScale
from ui.plots.grids.heat_map import CLOSEST, HeatMap
from ui.widgets import theme

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def heat(qtbot):
    heat = HeatMap("to", "from", "weight")
    qtbot.addWidget(heat)
    heat.resize(400, 400)
    heat.show()
    return heat


def center(heat, row, column) -> QPoint:
    return heat.cell_rect(row, column).center().toPoint()


def turn(heat, place: QPoint, notches: int) -> None:
    at = QPointF(place)
    event = QWheelEvent(
        at, heat.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    heat.wheelEvent(event)


def test_it_reads_out_and_chooses_cells(heat, qtbot):
    values = np.arange(12.0).reshape(3, 4) - 6
    heat.set_values(values)
    qtbot.mouseMove(heat, center(heat, 2, 1))
    assert heat.readout == "to 2, from 1: weight 3.0000"
    with qtbot.waitSignal(heat.picked) as chosen:
        qtbot.mouseClick(heat, LEFT, pos=center(heat, 0, 3))
    assert chosen.args == [(0, 3)]
    heat.setFocus()
    qtbot.keyClick(heat, Qt.Key.Key_Down)
    with qtbot.waitSignal(heat.picked) as chosen:
        qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert chosen.args == [(1, 3)]
    assert heat.cell_at(QPointF(1, 1)) is None
    assert heat.table()[1][2] == (2, 2.0, 3.0, 4.0, 5.0)


def test_signs_have_their_colours(heat, qtbot):
    heat.set_values(np.array([[-1.0, 1.0], [1.0, -1.0]]))
    image = heat.grab().toImage()
    low, high = (image.pixelColor(center(heat, 0, column)) for column in (0, 1))
    assert low.blue() > low.red()
    assert high.red() > high.blue()


def test_the_wheel_looks_closer_and_a_double_click_shows_everything(heat, qtbot):
    heat.set_values(np.random.default_rng(0).normal(size=(100, 100)))
    place = center(heat, 30, 70)
    for _ in range(30):
        turn(heat, place, 1)
    assert heat.view.width() == heat.view.height() == CLOSEST
    assert heat.view.contains(70, 30)
    row, column = heat.cell_at(QPointF(place))
    assert (abs(row - 30), abs(column - 70)) <= (2, 2)
    before = heat.view
    clicks = []
    heat.picked.connect(clicks.append)
    qtbot.mousePress(heat, LEFT, pos=place)
    qtbot.mouseMove(heat, place + QPoint(150, 0))
    qtbot.mouseRelease(heat, LEFT, pos=place + QPoint(150, 0))
    assert not clicks  # a drag is no click
    qtbot.mouseDClick(heat, LEFT, pos=place)
    assert (heat.view.width(), heat.view.height()) == (100, 100)
    for _ in range(3):
        turn(heat, place, -1)
    assert (heat.view.width(), heat.view.height()) == (100, 100)
    assert before.width() == CLOSEST


def test_a_large_matrix_is_coloured_and_shrunk_once(heat, qtbot, monkeypatch):
    values = np.random.default_rng(0).normal(size=(1024, 1024))
    coloured, shrunk = [], []
    index, scaled = ColorScale.index, QImage.scaled
    monkeypatch.setattr(ColorScale, "index", lambda *args: (coloured.append(args), index(*args))[1])
    monkeypatch.setattr(QImage, "scaled", lambda *args: (shrunk.append(args), scaled(*args))[1])
    heat.set_values(values)
    heat.grab()
    heat.set_values(values)
    heat.set_marked(3)
    qtbot.mouseMove(heat, center(heat, 500, 500))
    heat.grab()
    assert (len(coloured), len(shrunk)) == (1, 1)
    heat.set_values(values + 1)
    heat.grab()
    assert (len(coloured), len(shrunk)) == (2, 2)


def test_empty_other_shapes_and_themes(heat, qapp):
    heat.clear("no weights here")
    heat.grab()
    assert heat.cell_at(QPointF(200, 200)) is None
    heat.set_values(np.zeros((2, 50)))
    for choice in ("dark", "light"):
        theme.apply(qapp, choice)
        heat.grab()
    with pytest.raises(ValueError, match="matrix"):
        heat.set_values(np.zeros(3))


@pytest.mark.parametrize("choice", ["light", "dark"])
def test_magnitudes_have_a_scale_from_zero_on(qtbot, qapp, choice):
    theme.apply(qapp, choice)
    heat = HeatMap("row", "column", "distance", scale="sequential")
    qtbot.addWidget(heat)
    heat.resize(300, 300)
    heat.show()
    heat.set_values(np.array([[0.0, 1.0], [2.0, 0.5]]))
    image = heat.grab().toImage()

    def entry(row: int, column: int) -> QColor:
        return image.pixelColor(center(heat, row, column) + QPoint(9, 9))

    table = [QColor(*(int(channel) for channel in color)) for color in colormaps.sequential()]
    assert [entry(*cell) for cell in ((0, 0), (1, 0))] == [table[0], table[255]]
    assert entry(0, 1) == table[128]
    heat.set_values(np.array([[0.0, 4.0]]), level=8.0)  # the end of the scale can be said
    image = heat.grab().toImage()
    assert entry(0, 1) == table[128]
    theme.apply(qapp, "light")


def test_the_keys_bring_a_cell_into_view(heat, qtbot):
    heat.set_values(np.random.default_rng(0).normal(size=(100, 100)))
    for _ in range(30):
        turn(heat, center(heat, 30, 70), 1)
    heat.setFocus()
    qtbot.keyClick(heat, Qt.Key.Key_End)
    assert heat.view.contains(QPointF(99.5, 99.5))
    assert heat.rect().contains(center(heat, 99, 99))
    qtbot.keyClick(heat, Qt.Key.Key_Home)
    assert heat.view.contains(QPointF(0.5, 0.5))
    assert heat.view.width() == CLOSEST
