"""A chip is one entry of a list: a small field with a grip to drag it to another place and a button that removes it.

Keys do the same while the field has the focus: Ctrl+Shift with Left or Right moves the entry, Ctrl+Delete removes it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QLabel, QToolButton, QWidget

from ui.widgets import theme
from ui.widgets.layout import column, row
from ui.widgets.plain import PlainLabel, as_tip

MOVE = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Grip(QLabel):
    """Where a chip is taken hold of.

    Signals:
        dropped(object): let go at this place (QPoint of the screen).
    """

    dropped = Signal(object)

    def __init__(self) -> None:
        super().__init__("⋮")
        self.setCursor(Qt.CursorShape.OpenHandCursor)
        self.setToolTip("Drag to another place (Ctrl+Shift+←, Ctrl+Shift+→)")
        theme.set_role(self, "muted")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold."""
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        event.accept()
        self.dropped.emit(event.globalPosition().toPoint())


class Chip(QFrame):
    """One entry.

    Signals:
        removed(): it is to go.
        moved(int): so many places to the right (negative: left).
        dropped(object): it was let go at this place of the screen.
    """

    removed = Signal()
    moved = Signal(int)
    dropped = Signal(object)

    def __init__(self, field: QWidget) -> None:
        super().__init__()
        self.field = field
        self.note = PlainLabel()
        theme.set_role(self.note, "muted")
        self.note.hide()
        self.grip = Grip()
        self.close_button = QToolButton()
        self.close_button.setText("×")
        self.close_button.setAutoRaise(True)
        self.close_button.setToolTip("Remove this entry (Ctrl+Delete)")
        self.close_button.setFixedSize(24, 24)
        self.close_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the field's keys do it, with half the stops for Tab
        line = row(self.grip, field, self.close_button, spacing=1)
        column(line, self.note, spacing=0, inside=self)
        self.grip.dropped.connect(self.dropped)
        self.close_button.clicked.connect(self._close)
        self.watch(field)

    def watch(self, field: QWidget) -> None:
        """The keys of the chip work in this field too."""
        field.installEventFilter(self)

    def show_note(self, words: str) -> None:
        """A short line below the field; "" takes it away."""
        self.note.setText(words)
        self.note.setVisible(bool(words))

    def name(self, words: str) -> None:
        """What the entry is called by a screen reader."""
        self.field.setAccessibleName(words)
        self.close_button.setAccessibleName(f"Remove {words}")

    def describe(self, words: str) -> None:
        """What the entry comes to, in a sentence."""
        self.setToolTip(as_tip(words))
        self.field.setToolTip(as_tip(words))
        self.field.setAccessibleDescription(words)

    def allow(self, *, remove: bool, move: bool) -> None:
        """What can be done with it now."""
        self.close_button.setEnabled(remove)
        self.grip.setEnabled(move)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The keys of a chip, before the field makes something else of them."""
        if isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
            moves = step is not None and event.modifiers() == MOVE
            control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
            removes = event.key() == Qt.Key.Key_Delete and control and self.close_button.isEnabled()
            if (moves or removes) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
                event.accept()
                if event.type() == QEvent.Type.KeyPress:
                    if moves and step is not None:
                        self.moved.emit(step)
                    else:
                        self.removed.emit()
                return True
        return False

    @Slot()
    def _close(self) -> None:
        self.removed.emit()
