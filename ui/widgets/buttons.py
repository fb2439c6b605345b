"""Buttons as they are everywhere in the window: each says what it does, and its tooltip says it in a sentence."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, SignalInstance
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QPushButton, QToolButton, QWidget

from ui.widgets import icons, theme
from ui.widgets.plain import as_tip

Pressed = Callable[..., object] | SignalInstance


class SteadyButton(QPushButton):
    """A button for which a double click is one click: what it says after the first was not meant.

    It keeps room for the longest of its words, whatever it says and however it is styled: nothing jumps.

    Args:
        words: what it says.
        longest: the longest text that it will ever say; None: these words.
    """

    LEAST = 104

    def __init__(self, words: str, parent: QWidget | None = None, *, longest: str | None = None) -> None:
        super().__init__(words, parent)
        self._longest = words if longest is None else longest
        self._measuring = False

    def event(self, event: QEvent) -> bool:
        """A style brings its own margins and letters."""
        done = super().event(event)
        if event.type() in (QEvent.Type.Polish, QEvent.Type.StyleChange) and not self._measuring:
            self._measuring = True
            words = self.text()
            self.setText(self._longest)
            self.setMinimumWidth(max(self.LEAST, self.sizeHint().width()))
            self.setText(words)
            self._measuring = False
        return done

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """The second press of a double click does nothing."""
        event.accept()


def push_button(words: str, tip: str, pressed: Pressed | None = None, *, role: str = "") -> QPushButton:
    """A button with words on it; `role`: how it looks (`theme.set_role`), e.g. "quiet"."""
    button = QPushButton(words)
    button.setToolTip(as_tip(tip))
    if role:
        theme.set_role(button, role)
    if pressed is not None:
        button.clicked.connect(pressed)
    return button


def tool_button(icon: str, name: str, tip: str, pressed: Pressed | None = None) -> QToolButton:
    """A flat button with an icon, its name for screen readers and a tooltip in plain words."""
    button = QToolButton()
    icons.set_icon(button, icon)
    button.setAccessibleName(name)
    button.setToolTip(as_tip(tip))
    button.setAutoRaise(True)
    if pressed is not None:
        button.clicked.connect(pressed)
    return button
