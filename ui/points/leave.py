"""The button that leaves the user's own data: it names them, and nothing moves or loses its way when it goes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from ui.widgets.plain import as_tip

USUAL = "own points.csv"
"""A name of the usual length."""


class LeaveButton(QToolButton):
    """Leaves the user's own data; always of the same width while its bar is, whatever they are called.

    Args:
        heirs: who gets the keyboard when the button goes while it has it: the first that can take it. Otherwise Qt
            would give it to whatever comes next in the window, and the arrow keys would change that.
    """

    def __init__(self, *heirs: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heirs = heirs
        self._name = USUAL
        self.setAutoRaise(True)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, Space still trains and pauses
        room = self.sizePolicy()
        room.setHorizontalPolicy(room.Policy.Maximum)
        room.setRetainSizeWhenHidden(True)  # nothing moves when it comes and goes
        self.setSizePolicy(room)
        self._write()
        self.hide()

    def offer(self, name: str | None) -> None:
        """Name the data that can be left; None: there are none."""
        if name is not None and name != self._name:
            self._name = name
            self._write()
        if name is None and self.window().focusWidget() is self:
            for heir in self._heirs:
                if heir.isEnabled():
                    heir.setFocus(Qt.FocusReason.OtherFocusReason)
                    break
        self.setVisible(name is not None)

    def sizeHint(self) -> QSize:
        """Room for the name of a usual file, whatever it says now."""
        return self._around(f"Leave {USUAL}")

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters of the name."""
        return self._around("✕ abc…z")

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less of the name can be read."""
        super().resizeEvent(event)
        self._write()

    def _around(self, words: str) -> QSize:
        """The size that the button would have with these words."""
        return QSize(self._frame() + self.fontMetrics().horizontalAdvance(words), super().sizeHint().height())

    def _frame(self) -> int:
        """Pixels beside the words, as the style draws a button."""
        return super().sizeHint().width() - self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text()).width()

    def _write(self) -> None:
        """“Leave people.csv”; “✕ people.csv” where that is too long, and as much of the name as there is room for."""
        words, metrics = f"Leave {self._name}", self.fontMetrics()
        room = self.width() - self._frame()
        shown = words
        if metrics.horizontalAdvance(words) > room:
            shown = metrics.elidedText(f"✕ {self._name}", Qt.TextElideMode.ElideMiddle, room)
        self.setText(shown.replace("&", "&&"))
        self.setAccessibleName(words)
        self.setToolTip(as_tip(f"{words}: use the data set chosen in the settings again"))
