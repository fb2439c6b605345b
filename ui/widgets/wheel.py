"""Fields that leave the mouse wheel to the page: what is scrolled past must not change a setting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QComboBox, QSlider, QSpinBox, QWidget

if TYPE_CHECKING:  # what comes after `Calm` in the bases of a class is a widget; for Python it must be no second one
    Field = QWidget
else:
    Field = object


class Calm(Field):
    """What makes a field turn with the wheel only while it has the focus; named before the field in a class's bases."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel belongs to the page unless this has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class CalmSpinBox(Calm, QSpinBox):
    """A spin box that leaves the wheel to the page."""


class CalmComboBox(Calm, QComboBox):
    """A list that leaves the wheel to the page."""


class CalmSlider(Calm, QSlider):
    """A slider that leaves the wheel to the page."""
