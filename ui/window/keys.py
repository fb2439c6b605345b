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
    QTabBar,
    QWidget,
)

MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End)
TYPING = (QAbstractSpinBox, QLineEdit, QComboBox, QAbstractItemView)
MOVING = (QAbstractSpinBox, QLineEdit, QAbstractItemView, QAbstractSlider, QTabBar)
"""What lives by the keys that otherwise go through the time of a run; a closed list does not."""


def needed(event: QKeyEvent, focus: QWidget | None) -> bool:
    """Whether the widget with the focus lives by this key, so that it is no shortcut of the window now."""
    plain = event.keyCombination() == QKeyCombination(Qt.Key(event.key()))
    if focus is None or not plain:
        return False
    return (
        (event.key() == Qt.Key.Key_Space and isinstance(focus, (QAbstractButton, *TYPING)))
        or (event.key() in MOVES and (isinstance(focus, MOVING) or _one_of_several(focus)))
        or (event.key() == Qt.Key.Key_Delete and isinstance(focus, TYPING))
    )


def _one_of_several(focus: QWidget) -> bool:
    """Whether it is a button of a group of which one is pressed: the arrows go through them."""
    if not isinstance(focus, QAbstractButton) or not focus.isCheckable():
        return False
    group = focus.group()
    return focus.autoExclusive() or (group is not None and group.exclusive())
