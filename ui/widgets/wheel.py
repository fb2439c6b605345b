"""Fields that never turn with the mouse wheel, and lists that show all their entries and then give the keyboard back.

What is scrolled past must not change a setting, whether it has the focus or not: the wheel belongs to the page. A list
that was chosen from has done its work: Home, End and the arrows mean the run again, not the next entry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Slot
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QSlider, QSpinBox, QTabBar, QTabWidget, QWidget

if TYPE_CHECKING:  # what comes after `Calm` in the bases of a class is a widget; for Python it must be no second one
    Field = QWidget
else:
    Field = object

EDGE = 4
"""Pixels between an open list and the edge of the screen."""

MOST_ENTRIES = 60
"""Entries of a list that are shown without scrolling, where the screen has room for them."""

OF_THE_RUN = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
"""Keys that go through the time of a run; a closed list has Up and Down for its entries."""


def room_on_screen(widget: QWidget) -> QRect:
    """Where a list may be on the screen of a widget."""
    return widget.screen().availableGeometry().adjusted(EDGE, EDGE, -EDGE, -EDGE)


def fitted(place: QRect, missing: int, room: QRect) -> QRect:
    """The place of an open list that lacks so many pixels of height: higher, but nowhere off the screen."""
    size = QSize(min(place.width(), room.width()), min(place.height() + max(0, missing), room.height()))
    x = max(room.left(), min(place.x(), room.right() + 1 - size.width()))
    y = max(room.top(), min(place.y(), room.bottom() + 1 - size.height()))
    return QRect(QPoint(x, y), size)


@runtime_checkable
class HasStage(Protocol):
    """A page whose middle gets the keyboard when something beside it has been chosen."""

    def focus_stage(self) -> None:
        """Give the keyboard to what the page is about."""


class Calm(Field):
    """What makes a field leave the wheel to the page; named before the field in a class's bases."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        if self.focusPolicy() == Qt.FocusPolicy.WheelFocus:
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel belongs to the page."""
        event.ignore()


class CalmSpinBox(Calm, QSpinBox):
    """A spin box that leaves the wheel to the page."""


class CalmDoubleSpinBox(Calm, QDoubleSpinBox):
    """The same for numbers with decimals."""


class CalmComboBox(Calm, QComboBox):
    """A list that leaves the wheel to the page, shows all its entries, and gives the keyboard to the stage when one was
    chosen from it.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.setMaxVisibleItems(MOST_ENTRIES)
        self._opened = False
        self.activated.connect(self._give_back)

    def showPopup(self) -> None:
        """Open the list, as high as all its entries where the screen has room: Qt forgets the style's padding. Where it
        has not, the list is as high as the screen and scrolls.
        """
        self._opened = True
        super().showPopup()
        view = self.view()
        frame = view.parentWidget()
        if frame is None or self.count() == 0:
            return
        shown = min(self.count(), self.maxVisibleItems())
        entries = sum(view.sizeHintForRow(row) for row in range(shown))
        for scroller in frame.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            if scroller is not view and scroller.isVisibleTo(frame):  # the bars above and below by which Qt scrolls
                entries += scroller.sizeHint().height()
        place = fitted(frame.geometry(), entries - view.viewport().height(), room_on_screen(self))
        if place != frame.geometry():
            frame.setGeometry(place)
        if view.viewport().height() < entries:  # Qt has switched the bar off, for it thought that all would be seen
            view.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """A key that comes here finds the list closed; what goes through time is no business of a list."""
        self._opened = False
        if event.key() in OF_THE_RUN and not self.isEditable():
            event.ignore()
        else:
            super().keyPressEvent(event)

    @Slot()
    def _give_back(self) -> None:
        """An entry was chosen from the open list: the keyboard goes to the stage of the page, if this is on one."""
        if not self._opened:
            return
        self._opened = False
        above = self.parentWidget()
        while above is not None:
            if isinstance(above, HasStage):
                above.focus_stage()
                return
            above = None if above.isWindow() else above.parentWidget()


class CalmSlider(Calm, QSlider):
    """A slider that leaves the wheel to the page."""


class CalmTabBar(Calm, QTabBar):
    """Tabs that leave the wheel to the page."""


class CalmTabWidget(QTabWidget):
    """Pages behind tabs that leave the wheel to the page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTabBar(CalmTabBar())

    def minimumSizeHint(self) -> QSize:
        """Wide enough for the names of all pages."""
        least = super().minimumSizeHint()
        return least.expandedTo(QSize(self.tabBar().sizeHint().width(), 0))
