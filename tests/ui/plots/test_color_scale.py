"""A scale gives each number its colour; bytes of a picture are colours already."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QColor, QImage, QPainter

from ui.plots import colormaps
from ui.plots.color_scale import ColorScale


def test_the_ends_and_the_middle():
    values = np.array([-2.0, 0.0, 2.0, 99.0])
    assert ColorScale("diverging", 2.0).index(values).tolist() == [1, colormaps.CENTRE, 255, 255]
    assert ColorScale("sequential", 2.0).index(values).tolist() == [0, 0, 255, 255]


def test_bytes_of_a_picture_stay_what_they_are():
    values = np.arange(6, dtype=np.uint8)
    assert ColorScale("gray", 255).index(values) is values
    assert ColorScale("gray", 5).index(values)[-1] == 255


def test_a_picture_has_a_pixel_for_each_value(qapp):
    picture = ColorScale("diverging", 1.0).picture(np.array([[0.0, 1.0, -1.0], [0.5, 0.0, 0.0]]))
    assert (picture.width(), picture.height()) == (3, 2)
    table = colormaps.diverging()
    assert picture.pixelColor(0, 0) == QColor(*table[colormaps.CENTRE].tolist())
    assert picture.pixelColor(1, 0) == QColor(*table[255].tolist())


def test_the_bar_is_above_the_bottom(qapp):
    for kind in ("diverging", "sequential", "gray"):
        image = QImage(300, 60, QImage.Format.Format_RGB32)
        image.fill(0)
        painter = QPainter(image)
        ColorScale(kind, 0.4).paint_bar(painter, 300, 60, "weight")
        painter.end()
        rows = np.frombuffer(image.constBits(), np.uint32).reshape(60, 300)
        painted = np.flatnonzero((rows & 0xFFFFFF).any(axis=1))
        assert 20 < painted.min() < painted.max() < 60
