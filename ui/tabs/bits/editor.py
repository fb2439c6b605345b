"""A number on the screen becomes a field when it is clicked: type another one, Enter takes it, Esc leaves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from ui.form.typed_number import pointed
from ui.widgets.numbers import plain
from ui.widgets.plain import as_tip

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

    Args:
        parent: the widget with the numbers.
        place_of: where in it the number with a key stands now.

    Signals:
        accepted(key, value): what `open_at` was called with, and the new number.
        refused(sentence): what was typed is no number.
    """

    accepted = Signal(object, float)
    refused = Signal(str)

    def __init__(self, parent: QWidget, place_of: Callable[[Any], QRectF]) -> None:
        super().__init__(parent)
        self._below, self._place_of = parent, place_of
        self._key: object = None
        self._what, self._most, self._before = "", 0.0, ""
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hide()

    def open_at(self, key: object, value: float, what: str, most: float) -> None:
        """Appear over a number in [−most, most]; `what` names it in messages ("The target of row 3")."""
        self._key, self._what, self._most = key, what, most
        self._before = plain(round(value, 4))
        self.setAccessibleName(what)
        self.setToolTip(as_tip(f"{what}: Enter takes the number, Esc leaves it as it was"))
        self._mark(False)
        self.setText(self._before)
        self._lie_over()
        self.show()
        self.setFocus()
        self.selectAll()

    def follow(self) -> None:
        """The numbers have moved: so does the field."""
        if self.isVisible():
            self._lie_over()

    def _lie_over(self) -> None:
        place = self._place_of(self._key)
        width, height = max(NARROWEST, round(place.width())), max(24, round(place.height()))
        left = min(max(round(place.center().x() - width / 2), 0), max(self._below.width() - width, 0))
        top = min(max(round(place.center().y() - height / 2), 0), max(self._below.height() - height, 0))
        self.setGeometry(left, top, width, height)

    def _take(self) -> None:
        if self.text() == self._before:
            self._leave()
            return
        value = self._read()
        if value is None:
            self._mark(True)
        else:
            self._leave()
            self.accepted.emit(self._key, value)

    def _read(self) -> float | None:
        """The number that was typed; None, and a sentence, where it is none."""
        try:
            return read_number(self.text(), -self._most, self._most, self._what)
        except ValueError as error:
            self.refused.emit(str(error))
            return None

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
            self.hide()
            value = None if self.text() == self._before else self._read()
            if value is not None:
                self.accepted.emit(self._key, value)
