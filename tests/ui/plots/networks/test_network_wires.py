"""Connections show sign and strength, and of too many the strongest."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from ui.plots.networks.network_layout import NetworkLayout
from ui.plots.networks.network_wires import MOST_WIRES, NetworkWires

UNITS = (2, 3, 1)


@pytest.fixture
def layout():
    return NetworkLayout(UNITS, 400, 300, 10, 10, 20)


def wires_of(*weights) -> NetworkWires:
    wires = NetworkWires()
    wires.weights = [np.array(each, np.float32) for each in weights]
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
    painted(wires, layout)
    level = wires.level
    wires.weights = [weights * 1.1 for weights in wires.weights]
    painted(wires, layout)
    assert wires.level == level
    wires.reset()
    assert wires.count == 0


def test_a_diverged_layer_is_drawn_without_strength(qapp, layout):
    wires = wires_of([[np.nan, 1, 1], [1, 1, 1]], [[1], [1], [1]])
    assert not painted(wires, layout).isNull()
