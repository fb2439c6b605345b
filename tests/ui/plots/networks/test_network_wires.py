"""Connections show sign and strength, and of too many the strongest."""

from __future__ import annotations

from contextlib import nullcontext

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from ui.plots.colormaps import settled
from ui.plots.networks.network_diagram import NetworkDiagram, NetworkShape
from ui.plots.networks.network_layout import NetworkLayout
from ui.plots.networks.network_wires import MOST_WIRES, NetworkWires

UNITS = (2, 3, 1)


@pytest.fixture
def layout():
    return NetworkLayout(UNITS, 400, 300, 10, 10, 20)


def wires_of(*weights) -> NetworkWires:
    wires = NetworkWires()
    wires.weights = [np.array(each, np.float32) for each in weights]
    wires.fit()
    return wires


def painted(wires, layout) -> QImage:
    image = QImage(400, 300, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    wires.paint(painter, layout)
    painter.end()
    return image


def beside(layout, layer, source) -> QPointF:
    """Where the connections from a neuron begin."""
    return QPointF(layout.ends(layer)[0] + 2, layout.y[layer][source])


def test_negative_is_blue_and_positive_orange(qapp, layout):
    image = painted(wires_of([[1, 0, 0], [0, 0, -1]], [[0], [0], [0]]), layout)
    positive = QColor(image.pixelColor(beside(layout, 0, 0).toPoint()))
    negative = QColor(image.pixelColor(beside(layout, 0, 1).toPoint()))
    assert positive.red() > positive.blue()
    assert negative.blue() > negative.red()


def test_what_is_near_a_place_is_the_connection_drawn_there(qapp, layout):
    wires = wires_of(np.ones((2, 3)), np.ones((3, 1)))
    assert wires.at(layout, beside(layout, 1, 2)) == (1, 2, 0)
    assert wires.at(layout, QPointF(-50, -50)) is None


def test_of_too_many_connections_the_strongest_are_drawn(qapp):
    units = (32, 40, 2)
    rng = np.random.default_rng(0)
    wires = wires_of(rng.standard_normal((32, 40)), rng.standard_normal((40, 2)))
    layout = NetworkLayout(units, 500, 400, 10, 10, 20)
    sizes = np.sort(np.abs(np.concatenate([weights.ravel() for weights in wires.weights])))
    paths = wires.paths(layout, sizes[-MOST_WIRES])
    assert sum(path.elementCount() for path in paths.values()) == 2 * MOST_WIRES  # straight lines: two points each
    assert not painted(wires, layout).isNull()


def test_the_scale_is_held_while_weights_drift_and_forgotten_with_the_network(qapp, layout):
    wires = wires_of(np.ones((2, 3)), np.ones((3, 1)))
    level = wires.level
    wires.weights = [weights * 1.1 for weights in wires.weights]
    wires.fit()
    assert wires.level == level
    wires.reset()
    assert wires.count == 0


def test_at_rest_connections_are_as_strong_whichever_way_led_to_them(qtbot, qapp):
    weights, biases = [np.full((2, 3), 0.5), np.full((3, 1), -0.5)], [np.zeros(3), np.zeros(1)]
    on, tiles = [np.ones(3, bool)], [np.zeros((units, 2, 2, 4), np.uint8) for units in UNITS]
    pictures = []
    for before, now in ((1.0, settled()), (2.0, settled()), (2.0, nullcontext())):
        diagram = NetworkDiagram()
        qtbot.addWidget(diagram)
        diagram.resize(400, 300)
        diagram.set_shape(NetworkShape(("inputs", "3 tanh", "value"), UNITS, (("x", "y"), ("",))))
        diagram.show_state([before * layer for layer in weights], biases, on, tiles)
        with now:
            diagram.show_state(weights, biases, on, tiles)
        pictures.append(diagram.grab().toImage())
    assert pictures[0] == pictures[1]
    assert pictures[1] != pictures[2]  # while it trains the scale is held


def test_a_diverged_layer_is_drawn_without_strength(qapp, layout):
    wires = wires_of([[np.nan, 1, 1], [1, 1, 1]], [[1], [1], [1]])
    assert not painted(wires, layout).isNull()
