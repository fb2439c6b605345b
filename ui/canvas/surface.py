"""What every canvas has in common: each finished gesture can be taken back, and everything works from the keyboard.

Keys while a canvas has the focus: Ctrl+Z takes back, Ctrl+Shift+Z or Ctrl+Y repeats, Del clears. A canvas that was
reached with Tab also shows a cursor, moved by the arrow keys (Shift: further), with Space to draw; Esc hides it. After
a click there is no cursor, so Space and the arrows keep what they mean to the window: train, pause, step.
"""

from __future__ import annotations

from typing import Any, Generic, Protocol, TypeVar

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from models.errors import DataError
from ui.widgets import theme

StateT = TypeVar("StateT")

HISTORY_LIMIT = 200
"""How many gestures can be taken back."""

_ARROWS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class History(Generic[StateT]):
    """The states that undo and redo walk through; states are immutable, so keeping them costs only what differs."""

    def __init__(self, first: StateT, limit: int = HISTORY_LIMIT) -> None:
        self._states = [first]
        self._at = 0
        self._limit = limit

    @property
    def current(self) -> StateT:
        """The state in force."""
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is an earlier state."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a later state, left by undo."""
        return self._at + 1 < len(self._states)

    def record(self, state: StateT) -> None:
        """A new state after the current one; what had been undone is forgotten."""
        del self._states[self._at + 1 :]
        self._states.append(state)
        del self._states[: max(0, len(self._states) - 1 - self._limit)]
        self._at = len(self._states) - 1

    def undo(self) -> StateT:
        """Go back one state, as far as there is one."""
        self._at = max(0, self._at - 1)
        return self.current

    def redo(self) -> StateT:
        """Go forward one state, as far as there is one."""
        self._at = min(len(self._states) - 1, self._at + 1)
        return self.current


class Editable(Protocol):
    """What the Edit menu works on: pixels, strokes, points."""

    def undo(self) -> None:
        """Take back the gesture under way, else the last finished one."""

    def redo(self) -> None:
        """Repeat what was last taken back."""

    def clear(self) -> None:
        """Take away what is there; can be taken back."""


class Surface(QWidget):
    """Base of the canvases: undo, redo, clear, focus and keys. What is drawn, and how, is the subclass's business.

    Signals:
        changed: what is drawn changed, also in the middle of a gesture; at most once per input event.
        history_changed: `can_undo` or `can_redo` may have changed.
    """

    changed = Signal()
    history_changed = Signal()

    def __init__(self, first_state: Any, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._history: History[Any] = History(first_state)
        self._cursor_shown = False
        self._cursor_before = False  # when the window lost the focus: it comes back as it was
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        theme.follow(self, self._restyle)

    # ------------------------------------------------------------------------------- what subclasses implement

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drawn."""
        raise NotImplementedError

    def clear(self) -> None:
        """Empty the canvas; can be undone."""
        raise NotImplementedError

    def load_mime(self, mime: QMimeData | None) -> None:
        """Put what was dropped or pasted onto the canvas; raises DataError where it takes nothing of the kind."""
        raise DataError(
            "Nothing can be dropped or pasted onto single pixels: File → Open drawing takes a picture from a file."
        )

    def _show_state(self) -> None:
        """Redraw everything after the state in force became another one; gestures under way are over."""
        raise NotImplementedError

    @property
    def _busy(self) -> bool:
        """Whether a gesture is under way."""
        raise NotImplementedError

    def _abandon(self) -> None:
        """Drop the gesture under way, if there is one."""
        raise NotImplementedError

    def _move_cursor(self, dx: int, dy: int, far: bool) -> None:
        """An arrow key was pressed while the keyboard's cursor is shown."""
        raise NotImplementedError

    def _use_cursor(self) -> None:
        """Space was pressed while the keyboard's cursor is shown."""
        raise NotImplementedError

    def _restyle(self) -> None:
        """The theme changed."""
        self.update()

    # ------------------------------------------------------------------------------------------------- history

    @property
    def can_undo(self) -> bool:
        """Whether there is a gesture to take back, finished or under way."""
        return self._busy or self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is a gesture to repeat."""
        return self._history.can_redo

    def undo(self) -> None:
        """Take back the gesture under way, else the last one: a stroke, a clear, a loaded drawing."""
        if self._busy:
            self._abandon()
            self._arrived()
        elif self.can_undo:
            self._history.undo()
            self._arrived()

    def redo(self) -> None:
        """Repeat what was last taken back; not in the middle of a gesture."""
        if self.can_redo and not self._busy:
            self._history.redo()
            self._arrived()

    def _record(self, state: Any) -> None:
        """Make `state` the one in force and tell everybody."""
        self._abandon()
        self._history.record(state)
        self._arrived()

    def _arrived(self) -> None:
        self._show_state()
        self.history_changed.emit()
        self.changed.emit()

    # ---------------------------------------------------------------------------------------- focus and keys

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard's cursor appears when the keyboard brought the focus here."""
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        back = event.reason() in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason)
        self._set_cursor_shown(by_key or (back and self._cursor_before))
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Without the focus there is no cursor."""
        self._cursor_before = self._cursor_shown
        self._set_cursor_shown(False)
        super().focusOutEvent(event)

    def _set_cursor_shown(self, shown: bool) -> None:
        if shown != self._cursor_shown:
            self._cursor_shown = shown
        self.update()

    def event(self, event: QEvent) -> bool:
        """Claim our own keys before the window's shortcuts get them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._action(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out our own keys; all others go on to the window."""
        action = self._action(event)
        if action == "undo":
            self.undo()
        elif action == "redo":
            self.redo()
        elif action == "clear":
            self.clear()
        elif action == "hide":
            self._set_cursor_shown(False)
        elif action == "use":
            if not event.isAutoRepeat():
                self._use_cursor()
        elif action == "move":
            far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._move_cursor(*_ARROWS[event.key()], far)
        elif action:
            self._do(action)
        else:
            super().keyPressEvent(event)

    def _action(self, event: QKeyEvent) -> str:
        """What a key means here; "" for a key that is not ours."""
        control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.matches(QKeySequence.StandardKey.Undo):
            return "undo"
        if event.matches(QKeySequence.StandardKey.Redo) or (control and event.key() == Qt.Key.Key_Y):
            return "redo"
        plain = not event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if plain and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return "clear"
        if plain and self._cursor_shown:
            if event.key() in _ARROWS:
                return "move"
            if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Escape):
                return "use" if event.key() == Qt.Key.Key_Space else "hide"
        return ""

    def _do(self, action: str) -> None:
        """Carry out a key that only the subclass knows (see `_action`)."""
