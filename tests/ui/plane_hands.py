"""What people do with their hands: press and drag on a plane, change a setting, mark points."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QWidget

from ui.plots.plot_base import Plot
from ui.shell.model_tab import ModelTab

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier


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


def drag(plot: Plot, *places: Any) -> None:
    """Press at the first place of the axes, pass all others, let go at the last; of two, also half-way between them."""
    spots = [spot(plot, *place) for place in places]
    if len(spots) == 2:
        spots.insert(1, spots[0] + (spots[1] - spots[0]) / 2)
    QTest.mousePress(plot.viewport(), LEFT, pos=spots[0])
    for at in spots[1:]:
        move_held(plot, at)
    QTest.mouseRelease(plot.viewport(), LEFT, pos=spots[-1])


def change(tab: ModelTab, **settings: Any) -> None:
    """Change settings in the form."""
    config = tab.form.config().model_copy(update=settings)
    tab.form.set_config(config)
    tab.form.changed.emit(config)


def tick(box: QCheckBox, wanted: bool) -> None:
    """Click a box so that it is ticked in the end, or not; also where it was so before."""
    box.setChecked(not wanted)
    box.click()


def button(page: QWidget, name: str) -> QWidget:
    """The button that is called so, which can be seen."""
    found = [widget for widget in page.findChildren(QWidget) if widget.accessibleName() == name and widget.isVisible()]
    assert found, f"nothing that can be seen is called “{name}”"
    return found[0]


def press(page: QWidget, name: str) -> None:
    """Press the button that is called so."""
    QTest.mouseClick(button(page, name), LEFT)
