"""What hands and eyes find in a window: places are looked for as a pointer would, buttons by what stands on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QAbstractButton, QWidget
from pytestqt.qtbot import QtBot

from ui.canvas.pixel_canvas import PixelCanvas
from ui.canvas.stroke_canvas import StrokeCanvas
from ui.plots.grids.image_gallery import ImageGallery
from ui.plots.probability_bars import ProbabilityBars

LEFT = Qt.MouseButton.LeftButton
STEP = 3
"""Pixels between two places that are looked at."""


def middle_of(widget: QWidget, is_there: Callable[[QPoint], bool]) -> QPoint:
    """The middle of all places of a widget where it is so."""
    spots = [
        (x, y)
        for y in range(0, widget.height(), STEP)
        for x in range(0, widget.width(), STEP)
        if is_there(QPoint(x, y))
    ]
    assert spots, "it is nowhere to be seen"
    return QPoint(*(round(each) for each in np.mean(spots, axis=0)))


def button(within: QWidget, words: str) -> QAbstractButton:
    """The button that says so, or is called so to a screen reader."""
    found = [each for each in within.findChildren(QAbstractButton) if words in (each.text(), each.accessibleName())]
    assert len(found) == 1, f"{len(found)} buttons are called “{words}”"
    return found[0]


def press(qtbot: QtBot, within: QWidget, words: str) -> None:
    """Press the button that says so, with the mouse."""
    pressed = button(within, words)
    assert pressed.isEnabled(), f"“{words}” is greyed"
    qtbot.mouseClick(pressed, LEFT)


def click_class(qtbot: QtBot, bars: ProbabilityBars, name: str) -> None:
    """Click the bar of a class."""
    qtbot.mouseClick(bars, LEFT, pos=bars.box(bars.names.index(name)).center().toPoint())


def click_picture(qtbot: QtBot, gallery: ImageGallery, index: int) -> None:
    """Click a picture of a gallery."""
    qtbot.mouseClick(gallery, LEFT, pos=gallery.box(index).center().toPoint())


def click_cell(qtbot: QtBot, canvas: PixelCanvas, row: int, column: int) -> None:
    """Click a cell of a canvas."""
    qtbot.mouseClick(canvas, LEFT, pos=canvas.cell_rect(row, column).center().toPoint())


def draw(qtbot: QtBot, canvas: StrokeCanvas, *way: tuple[float, float]) -> None:
    """One stroke with the mouse; places are shares of the sheet's side, from its top left corner."""
    sheet = canvas.sheet_rect()
    first, *others = [QPointF(sheet.x() + x * sheet.width(), sheet.y() + y * sheet.height()).toPoint() for x, y in way]
    qtbot.mousePress(canvas, LEFT, pos=first)
    for spot in others:
        qtbot.mouseMove(canvas, spot)
    qtbot.mouseRelease(canvas, LEFT, pos=(others or [first])[-1])
