"""The layers of a network as columns of maps: what is drawn where, what is under the pointer, what the keys do."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from ui.plots import colormaps
from ui.plots.networks.layer_layout import Layer, lay_out
from ui.plots.networks.layer_stack import LayerStack, Part, Unit
from ui.widgets import theme

LAYERS = (
    Layer("picture", "input", "28×28", (28, 28, 1)),
    Layer("conv 8 5x5", "conv", "24×24×8", (24, 24, 8)),
    Layer("tanh", "conv", "8×6×5", (8, 6, 5), signed=True),
    Layer("dense 40", "dense", "40 units", (1, 1, 40)),
    Layer("answer", "answer", "3 classes", (1, 1, 3), labels=("a", "b", "c")),
)


def values(seed=0):
    rng = np.random.default_rng(seed)
    found = [rng.random(layer.maps, np.float32) for layer in LAYERS]
    found[2] -= np.float32(0.5)
    return [*found[:3], found[3].reshape(-1), np.array([0.1, 0.7, 0.2], np.float32)]


@pytest.fixture
def stack(qtbot):
    stack = LayerStack()
    qtbot.addWidget(stack)
    stack.resize(700, 260)
    stack.set_layers(LAYERS)
    stack.set_values(values())
    stack.show()
    return stack


@pytest.mark.parametrize("size", [(260, 120), (580, 240), (1400, 800), (300, 900)])
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_columns_stay_in_their_order_and_keep_their_maps_apart(size, ratio):
    area = QRectF(4, 30, size[0] - 8, size[1] - 40)
    columns = lay_out(LAYERS, area, ratio)
    for before, after in itertools.pairwise(columns):
        assert before.area.right() < after.area.left()
    for layer, column in zip(LAYERS, columns, strict=True):
        rects = [column.part_rect(i, 0, 0, *layer.maps[:2]) for i in range(layer.maps[2])]
        assert not any(a.intersects(b) for i, a in enumerate(rects) for b in rects[:i])
        assert all(column.area.adjusted(-0.01, -0.01, 0.01, 0.01).contains(rect) for rect in rects)


def test_every_unit_is_found_where_it_is_drawn(stack):
    for index, layer in enumerate(LAYERS):
        rng = np.random.default_rng(index)
        for _ in range(30):
            row, column, channel = (int(rng.integers(size)) for size in layer.maps)
            unit = Unit(index, row, column, channel)
            assert stack.unit_at(stack.unit_rect(unit).center()) == unit
    assert stack.unit_at(QPointF(1, 1)) is None


def test_pictures_show_the_numbers(stack):
    columns = lay_out(LAYERS, QRectF(0, 0, 2000, 600))
    entries = np.arange(1, 1 + 8 * 6 * 5, dtype=np.uint8).reshape(8, 6, 5)
    picture = columns[2].picture(entries)
    for row, column, channel in ((0, 0, 0), (7, 5, 4), (3, 2, 1)):
        place = columns[2].part_rect(channel, row, column, row + 1, column + 1).center() - columns[2].area.topLeft()
        assert picture[int(place.y()), int(place.x())] == entries[row, column, channel]
    corner = columns[2].part_rect(0, 0, 0, 8, 6).bottomRight() - columns[2].area.topLeft()
    assert picture[int(corner.y()) + 1, int(corner.x()) + 1] == 0  # between the maps


@pytest.mark.parametrize("name", ["light", "dark"])
def test_what_is_painted_has_the_colour_of_its_number(stack, qapp, name):
    theme.apply(qapp, name)
    found = values()
    found[1][...] = 0
    found[1][5, 7, 3] = 1.0
    found[2][...] = 0
    found[2][1, 2, 0], found[2][3, 4, 0] = 0.5, -0.5
    stack.set_values(found)
    image = stack.grab().toImage()

    def at(unit):
        return image.pixelColor((stack.unit_rect(unit).center() * image.devicePixelRatio()).toPoint())

    assert at(Unit(1, 5, 7, 3)) == colormaps.sequential_color(1.0)
    assert at(Unit(1, 5, 7, 2)) == colormaps.sequential_color(0.0)
    assert at(Unit(2, 1, 2, 0)).red() > at(Unit(2, 1, 2, 0)).blue()
    assert at(Unit(2, 3, 4, 0)).red() < at(Unit(2, 3, 4, 0)).blue()
    assert at(Unit(2, 7, 5, 4)) == colormaps.diverging_color(0.0)


def test_scales_keep_still_while_numbers_move_a_little(stack):
    found = values()
    found[1][0, 0, 0] = 1.0
    unit, strongest = Unit(1, 0, 0, 0), colormaps.sequential_color(1.0)

    def colour(share):
        stack.set_values([value * np.float32(share) for value in found])
        return stack.grab().toImage().pixelColor(stack.unit_rect(unit).center().toPoint())

    assert colour(1.0) == strongest
    assert colour(0.5) != strongest  # half as much is half as strong
    stack.clear_levels()
    assert colour(0.5) == strongest


def test_pointing_and_clicking(stack, qtbot):
    hovered, clicked = [], []
    stack.hovered.connect(hovered.append)
    stack.clicked.connect(clicked.append)
    unit = Unit(1, 10, 12, 5)
    place = stack.unit_rect(unit).center().toPoint()
    qtbot.mouseMove(stack, place)
    qtbot.waitUntil(lambda: bool(hovered))
    assert hovered[-1].layer == 1
    qtbot.mouseClick(stack, Qt.MouseButton.LeftButton, pos=place)
    assert clicked == [stack.unit_at(QPointF(place))]
    assert stack.chosen == clicked[0]
    qtbot.mouseMove(stack, QPoint(1, 1))
    qtbot.waitUntil(lambda: hovered[-1] is None)
    assert stack.unit == clicked[0]


def test_the_keys_walk_through_the_network(stack, qtbot):
    clicked = []
    stack.clicked.connect(clicked.append)
    stack.setFocus()
    qtbot.keyClick(stack, Qt.Key.Key_Right)
    assert stack.unit == Unit(1, 0, 0, 0)
    for key, unit in (
        (Qt.Key.Key_Right, Unit(1, 0, 1, 0)),
        (Qt.Key.Key_Down, Unit(1, 1, 1, 0)),
        (Qt.Key.Key_Plus, Unit(1, 1, 1, 1)),
        (Qt.Key.Key_PageDown, Unit(2, 1, 1, 1)),
        (Qt.Key.Key_PageDown, Unit(3, 0, 0, 1)),
        (Qt.Key.Key_PageDown, Unit(4, 0, 0, 1)),
        (Qt.Key.Key_PageDown, Unit(4, 0, 0, 1)),
        (Qt.Key.Key_PageUp, Unit(3, 0, 0, 1)),
    ):
        qtbot.keyClick(stack, key)
        assert stack.unit == unit
    qtbot.keyClick(stack, Qt.Key.Key_Return)
    assert clicked == [Unit(3, 0, 0, 1)]
    qtbot.keyClick(stack, Qt.Key.Key_Escape)
    assert stack.unit == Unit(3, 0, 0, 1)  # chosen


def test_units_in_words(stack):
    assert stack.describe(Unit(0, 2, 3, 0)).startswith("picture · row 3, column 4 · ink 0.")
    assert stack.describe(Unit(1, 2, 3, 4)).startswith("conv 8 5x5 · map 5, row 3, column 4 · ")
    assert stack.describe(Unit(3, 0, 0, 4)).startswith("dense 40 · unit 5 · ")
    assert stack.describe(Unit(4, 0, 0, 1)) == "answer “b” · 70.0 %"


def test_a_trace_is_outlined_and_told(stack):
    plain = stack.grab().toImage()
    stack.set_trace([Part(1, 3, 3, 4, 4, (2,)), Part(0, 3, 3, 8, 8, (0,))], "sees 5×5 pixels")
    assert stack.accessibleDescription() == "sees 5×5 pixels"
    assert stack.grab().toImage() != plain
    stack.set_trace(())
    assert stack.readout == ""


def test_without_a_network_nothing_is_drawn(qtbot):
    stack = LayerStack()
    qtbot.addWidget(stack)
    stack.show()
    stack.grab()
    assert stack.unit is None
    qtbot.keyClick(stack, Qt.Key.Key_Right)
    qtbot.mouseClick(stack, Qt.MouseButton.LeftButton)


def test_a_network_of_twenty_layers_fits(qtbot):
    stack = LayerStack()
    qtbot.addWidget(stack)
    stack.resize(580, 240)
    stack.set_layers([LAYERS[0], *([LAYERS[1]] * 20), LAYERS[4]])
    stack.grab()
    assert stack.unit_rect(Unit(21, 0, 0, 2)).left() < 800


def test_names_of_many_layers_are_abbreviated_and_not_cut(stack, monkeypatch):
    specs = ("conv 8 3x3", "batchnorm", "pool 2", "conv 16 3x3", "pool 2", "dropout 0.2")
    kinds = ("conv", "batchnorm", "max_pool", "conv", "max_pool", "dropout")
    many = [Layer(name, kind, "26×26×8", (26, 26, 8)) for name, kind in zip(specs, kinds, strict=True)]
    stack.set_layers([LAYERS[0], *many, LAYERS[-1]])
    stack.resize(430, 240)
    said, draw = set(), QPainter.drawText
    monkeypatch.setattr(QPainter, "drawText", lambda *args: (said.add(args[-1]), draw(*args)))
    stack.set_trace((), "a unit")  # what is said below is no name
    stack.grab()
    assert not any("…" in words for words in said)
    assert said >= {words for layer in many for words in (layer.short_name, layer.short_size)}
    assert [layer.short_name for layer in many] == ["conv", "norm", "pool", "conv", "pool", "drop"]
