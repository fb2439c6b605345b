"""What people do with their hands: buttons are looked for by what stands on them, places as a pointer would.

Everything is done to what can be seen. Places on a plot are in the units of its axes, places on a sheet shares of it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QCheckBox, QWidget

from ui.canvas.pixel_canvas import PixelCanvas
from ui.canvas.stroke_canvas import StrokeCanvas
from ui.plots.grids.image_gallery import ImageGallery
from ui.plots.plot_base import Plot
from ui.plots.probability_bars import ProbabilityBars
from ui.shell.model_tab import ModelTab

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
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


# Buttons and settings ------------------------------------------------------------------------------------------------


def button(within: QWidget, words: str) -> QAbstractButton:
    """The button that says so, or is called so to a screen reader."""
    called = [each for each in within.findChildren(QAbstractButton) if words in (each.text(), each.accessibleName())]
    found = [each for each in called if each.isVisible()]
    assert len(found) == 1, f"{len(found)} buttons that can be seen are called “{words}”"
    return found[0]


def press(within: QWidget, words: str) -> None:
    """Press the button that says so, with the mouse."""
    pressed = button(within, words)
    assert pressed.isEnabled(), f"“{words}” is greyed"
    QTest.mouseClick(pressed, LEFT)


def tick(box: QCheckBox, wanted: bool) -> None:
    """Click a box so that it is ticked in the end, or not; also where it was so before."""
    box.setChecked(not wanted)
    box.click()


def change(tab: ModelTab, **settings: Any) -> None:
    """Change settings in the form."""
    config = tab.form.config().model_copy(update=settings)
    tab.form.set_config(config)
    tab.form.changed.emit(config)


# Cells, bars and pictures --------------------------------------------------------------------------------------------


def click_box(widget: QWidget, box: QRect | QRectF) -> None:
    """Click the middle of a part of a widget."""
    QTest.mouseClick(widget, LEFT, pos=QRectF(box).center().toPoint())


def click_class(bars: ProbabilityBars, name: str) -> None:
    """Click the bar of a class."""
    click_box(bars, bars.box(bars.names.index(name)))


def click_picture(gallery: ImageGallery, index: int) -> None:
    """Click a picture of a gallery."""
    click_box(gallery, gallery.box(index))


def click_cell(canvas: PixelCanvas, row: int, column: int) -> None:
    """Click a cell of a canvas."""
    click_box(canvas, canvas.cell_rect(row, column))


def draw_cells(canvas: PixelCanvas, *cells: tuple[int, int]) -> None:
    """Draw with the button down through cells of a canvas."""
    _stroke(canvas, [canvas.cell_rect(row, column).center().toPoint() for row, column in cells])


def draw(canvas: StrokeCanvas, *way: tuple[float, float]) -> None:
    """One stroke; places are shares of the sheet's side, from its top left corner."""
    sheet = canvas.sheet_rect()
    _stroke(canvas, [QPointF(sheet.x() + x * sheet.width(), sheet.y() + y * sheet.height()).toPoint() for x, y in way])


def _stroke(canvas: QWidget, spots: list[QPoint]) -> None:
    QTest.mousePress(canvas, LEFT, pos=spots[0])
    for spot in spots[1:]:
        QTest.mouseMove(canvas, spot)
    QTest.mouseRelease(canvas, LEFT, pos=spots[-1])


# The plane -----------------------------------------------------------------------------------------------------------


def spot(plot: Plot, x: float, y: float) -> QPoint:
    """Where (x, y) of the axes is in the plot's widget."""
    at: QPoint = plot.mapFromScene(plot.view_box.mapViewToScene(QPointF(x, y)))
    return at


def click(plot: Plot, x: float, y: float, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Click at a place of the axes."""
    QTest.mouseClick(plot.viewport(), LEFT, modifiers, spot(plot, x, y))


def move_held(plot: Plot, at: QPoint) -> None:
    """Move with the button held, which QTest.mouseMove does not do."""
    view, place = plot.viewport(), QPointF(at)
    QApplication.sendEvent(view, QMouseEvent(QEvent.Type.MouseMove, place, view.mapToGlobal(place), LEFT, LEFT, NONE))


def move_held_on(widget: QWidget, at: QPoint) -> None:
    """The same on a widget that paints itself."""
    place = QPointF(at)
    event = QMouseEvent(QEvent.Type.MouseMove, place, widget.mapToGlobal(place), LEFT, LEFT, NONE)
    QApplication.sendEvent(widget, event)


def drag(plot: Plot, *places: Any) -> None:
    """Press at the first place of the axes, pass all others, let go at the last; of two, also half-way between them."""
    spots = [spot(plot, *place) for place in places]
    if len(spots) == 2:
        spots.insert(1, spots[0] + (spots[1] - spots[0]) / 2)
    QTest.mousePress(plot.viewport(), LEFT, pos=spots[0])
    for at in spots[1:]:
        move_held(plot, at)
    QTest.mouseRelease(plot.viewport(), LEFT, pos=spots[-1])
