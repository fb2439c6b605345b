"""Walking through a grid of cells with the arrow keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

KEYS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
    }
)
CHOOSE = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


def walk(key: int, current: int | None, columns: int, count: int) -> int | None:
    """The cell that a key leads to from `current` (None: nowhere yet); None if the key does not walk."""
    if key not in KEYS or count == 0:
        return None
    if current is None:
        return count - 1 if key == Qt.Key.Key_End else 0
    target = {
        Qt.Key.Key_Left: current - 1,
        Qt.Key.Key_Right: current + 1,
        Qt.Key.Key_Up: current - columns,
        Qt.Key.Key_Down: current + columns,
        Qt.Key.Key_Home: 0,
        Qt.Key.Key_End: count - 1,
    }[Qt.Key(key)]
    return target if 0 <= target < count else current


def keeps_key(event: QEvent) -> bool:
    """Claim the walking keys for a focused grid before a shortcut of the window gets them (call from `event`)."""
    if event.type() != QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier or event.key() not in KEYS | CHOOSE:
        return False
    event.accept()
    return True
