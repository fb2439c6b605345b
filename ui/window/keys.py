"""Which keys a widget needs for itself: Space presses a button, arrows move a slider, and letters go into a field."""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QWidget,
)

MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
TYPING = (QAbstractSpinBox, QLineEdit, QComboBox, QAbstractItemView)


def needed(event: QKeyEvent, focus: QWidget | None) -> bool:
    """Whether the widget with the focus lives by this key, so that it is no shortcut of the window now."""
    plain = event.keyCombination() == QKeyCombination(Qt.Key(event.key()))
    if focus is None or not plain:
        return False
    return (
        (event.key() == Qt.Key.Key_Space and isinstance(focus, (QAbstractButton, *TYPING)))
        or (event.key() in MOVES and isinstance(focus, (QAbstractSlider, *TYPING)))
        or (event.key() == Qt.Key.Key_Delete and isinstance(focus, TYPING))
    )
