"""A network that is drawn whole keeps its room, however long the names beside it are."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from ui.plots.networks.network_diagram import NetworkDiagram, NetworkShape, Spot
from ui.widgets import theme

LONG = ("length of the petals", "length of the sepals")
UNITS = (2, 4, 4, 3)


def diagram(qtbot, inputs, outputs, width=360):
    widget = NetworkDiagram()
    qtbot.addWidget(widget)
    widget.resize(width, 300)
    widget.set_shape(NetworkShape(("in", "4 tanh", "4 tanh", "out"), UNITS, (inputs, outputs)))
    widget.show_state(
        [np.ones((a, b), np.float32) for a, b in pairwise(UNITS)],
        [np.zeros(units, np.float32) for units in UNITS[1:]],
        [np.ones(4, bool)] * 2,
        [np.zeros((units, 8, 8, 4), np.uint8) for units in UNITS],
    )
    return widget


@pytest.fixture(autouse=True)
def light(qapp):
    theme.apply(qapp, "light")


@pytest.mark.parametrize("width", [240, 360, 520])
@pytest.mark.parametrize(
    ("inputs", "outputs"),
    [(LONG, ("Iris-setosa", "Iris-versicolor", "Iris-virginica")), (LONG, ("a", "b", "c")), (("x", "y"), 3 * LONG[:1])],
)
def test_long_names_leave_room_for_the_connections(qtbot, inputs, outputs, width):
    layout = diagram(qtbot, inputs, outputs, width).layout_
    for layer in range(len(UNITS) - 1):
        start, end = layout.ends(layer)
        assert end - start >= 12
    assert layout.tile(len(UNITS) - 1, 0).right() <= width


def test_who_points_at_an_input_reads_its_whole_name(qtbot):
    assert LONG[0] in diagram(qtbot, LONG, ()).describe(Spot(-1, 0))


def test_short_names_take_no_more_than_they_need(qtbot):
    short, none = diagram(qtbot, ("x", "y"), ()), diagram(qtbot, (), ())
    wide = short.fontMetrics().horizontalAdvance("x")
    assert short.layout_.x[0] - none.layout_.x[0] == pytest.approx(wide, abs=2)
