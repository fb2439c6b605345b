"""A number on the screen becomes a field when it is clicked: type another one, Enter takes it, Esc leaves it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.form.typed_number import pointed
from ui.widgets.numbers import plain

NARROWEST = 64


def read_number(text: str, low: float, high: float, what: str) -> float:
    """The number that was typed, with a comma or a point; raises ValueError with a sentence."""
    try:
        value = float(pointed(text))
    except ValueError:
        typed = text.strip() or "nothing"
        raise ValueError(f"{what} must be a number, such as 12 or −0.5; “{typed}” is none.") from None
    if not low <= value <= high:
        raise ValueError(f"{what} must be a number from {plain(low)} to {plain(high)}, not {text.strip()}.")
    return value


class NumberEditor(QLineEdit):
    """One field that is moved to whatever number is being edited.

    A text that is no number stays in the field, marked, until it is mended or given up; the old number holds meanwhile.

    Signals:
        accepted(key, value): what `open` was called with, and the new number.
        refused(sentence): what was typed is no number.
    """

    accepted = Signal(object, float)
    refused = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._below = parent
        self._key: object = None
        self._what, self._low, self._high, self._before = "", 0.0, 0.0, ""
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def open_at(self, place: QRectF, key: object, value: float, what: str, low: float, high: float) -> None:
        """Appear over a number; `what` names it in messages ("The target of row 3")."""
        self._key, self._what, self._low, self._high = key, what, low, high
        self._before = plain(round(value, 4))
        self.setAccessibleName(what)
        self.setToolTip(f"{what}: Enter takes the number, Esc leaves it as it was")
        self._mark(False)
        self.setText(self._before)
        self.follow(place)
        self.show()
        self.setFocus()
        self.selectAll()

    @property
    def key(self) -> object:
        """What `open_at` was called with."""
        return self._key

    def follow(self, place: QRectF) -> None:
        """The number has moved: so does the field."""
        width, height = max(NARROWEST, round(place.width())), max(24, round(place.height()))
        left = min(max(round(place.center().x() - width / 2), 0), max(self._below.width() - width, 0))
        top = min(max(round(place.center().y() - height / 2), 0), max(self._below.height() - height, 0))
        self.setGeometry(left, top, width, height)

    def _take(self) -> None:
        if self.text() == self._before:
            self._leave()
            return
        try:
            value = read_number(self.text(), self._low, self._high, self._what)
        except ValueError as error:
            self._mark(True)
            self.refused.emit(str(error))
            return
        self._leave()
        self.accepted.emit(self._key, value)

    def _leave(self) -> None:
        self._before = self.text()
        self.hide()
        self._below.setFocus()

    def _mark(self, invalid: bool) -> None:
        if self.property("invalid") != invalid:
            self.setProperty("invalid", invalid)
            self.style().unpolish(self)
            self.style().polish(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes the number, Esc leaves everything as it was; neither reaches the widget below."""
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Clicking elsewhere takes a number, and says so when it is none."""
        super().focusOutEvent(event)
        if self.isVisible() and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            before, text = self._before, self.text()
            self.hide()
            if text == before:
                return
            try:
                value = read_number(text, self._low, self._high, self._what)
            except ValueError as error:
                self.refused.emit(str(error))
                return
            self.accepted.emit(self._key, value)
