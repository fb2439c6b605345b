"""A banner says what went wrong, or what is on offer, in a sentence with a way out; it never interrupts, and it covers
nothing: what it is about makes room for it below, until it is closed or its cause is gone. It also says what widgets
inside its parent report (see `ui.widgets.problem`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ui.widgets import icons, theme
from ui.widgets.plain import PlainLabel
from ui.widgets.problem import Problem


class Banner(QFrame):
    """One message at a time, with buttons; hidden when there is nothing to say.

    Args:
        over: the widget that makes room for it, in a column; without one, a layout places it.

    Signals:
        dismissed(): the user closed it.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None, *, over: QWidget | None = None) -> None:
        super().__init__(parent)
        self._severity = self._about = ""
        theme.set_role(self, "banner")
        self.setAccessibleName("message")
        self._title = PlainLabel()
        theme.set_role(self._title, "heading")
        self._text = PlainLabel()
        self._text.setObjectName("text")
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._buttons: list[QPushButton] = []
        self._close = QPushButton()
        self._close.setToolTip("Close this message")
        self._close.setAccessibleName("close this message")
        theme.set_role(self._close, "quiet")
        icons.set_icon(self._close, "close")
        self._close.clicked.connect(self._dismiss)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(10)
        layout.addWidget(self._title)
        layout.addWidget(self._text, 1)
        layout.addWidget(self._close)
        self.hide()
        if over is not None:
            self.stand_over(over)
        elif parent is not None:
            parent.installEventFilter(self)

    def stand_over(self, widget: QWidget) -> None:
        """Stand above this widget from now on, which makes room, and hear what is reported inside its parent."""
        parent = widget.parentWidget()
        assert parent is not None  # what has none is no part of a page yet
        layout = parent.layout()
        assert isinstance(layout, QVBoxLayout)
        self.setParent(None)  # anew: in the order of Tab it comes last
        layout.insertWidget(layout.indexOf(widget), self)
        parent.installEventFilter(self)

    @property
    def text(self) -> str:
        """Title and message; "" when it is hidden."""
        return f"{self._title.text()}: {self._text.text()}" if not self.isHidden() else ""

    def say(
        self,
        title: str,
        text: str,
        severity: str = "error",
        actions: Sequence[tuple[str, Callable[[], object]]] = (),
        *,
        about: str = "",
    ) -> None:
        """Show a message instead of the present one; an action closes it and then does what its button says.

        `about` is what `forget` knows it by.
        """
        self._severity, self._about = severity, about
        theme.set_role(self, severity, name="severity")
        self._title.setText(title)
        self._text.setText(text)
        self.setAccessibleDescription(f"{title}: {text}")
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = []
        for label, action in actions:
            button = QPushButton(label)
            button.clicked.connect(self._dismiss)
            button.clicked.connect(action)
            self._buttons.append(button)
            layout = self.layout()
            assert isinstance(layout, QHBoxLayout)
            layout.insertWidget(layout.count() - 1, button)
        self.show()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say what is reported inside its parent."""
        if isinstance(event, Problem):
            self.say(event.title, event.sentence)
            event.accept()
            return True
        return False

    @Slot()
    def clear(self) -> None:
        """Hide it."""
        self.hide()

    def forget(self, about: str) -> None:
        """Hide a message that is about this; any other one stays."""
        if self._about == about:
            self.hide()

    def forget_error(self) -> None:
        """Hide an error, which something new has overtaken; an offer or a warning stays."""
        if self._severity == "error":
            self.hide()

    @Slot()
    def _dismiss(self) -> None:
        self.hide()
        self.dismissed.emit()
