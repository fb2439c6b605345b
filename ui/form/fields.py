"""A field holds one value and knows how to take it from the hand: typed text, a dragged slider, a chosen entry.

None of them ever reacts to the mouse wheel, which belongs to the page.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionFrame,
    QStyleOptionSlider,
    QWidget,
)

from models.config import Setting
from ui.form.typed_number import pointed
from ui.widgets import theme
from ui.widgets.numbers import grouped
from ui.widgets.plain import as_tip
from ui.widgets.wheel import CalmComboBox, CalmSlider

DECADE = 20
"""Stops of a logarithmic slider per factor of ten: Renard's preferred numbers R20 (1, 1.1, 1.3, 1.4, 1.6, 1.8, 2 …)."""
SPELT = {"xor": "XOR", "and": "AND", "or": "OR"}
"""Choices that people write otherwise than the command line and the files do."""
LARGEST_SPAN = 1_000_000
"""A linear slider over more whole numbers than this cannot be aimed (a seed, for example): there is only the field."""


def stops(setting: Setting) -> tuple[float, ...]:
    """The values at which a slider stops, ascending; empty when the setting has no two bounds.

    Logarithmic when the setting says so or spans three decades; a logarithmic scale that begins at 0 has the stop 0
    and then six decades. Otherwise steps of 1, 2 or 5 × 10ⁿ, about a hundred of them.
    """
    low, high = setting.minimum, setting.maximum
    if low is None or high is None or low >= high:
        return ()
    whole = setting.kind in ("int", "int_list")
    if setting.log or (low > 0 and high / low >= 1000):
        start = low if low > 0 else 1.0 if whole else high * 1e-6
        first, last = math.ceil(DECADE * math.log10(start)), math.floor(DECADE * math.log10(high))
        values = {float(f"{10 ** (index / DECADE):.1e}") for index in range(first, last + 1)}
    elif whole and high - low > LARGEST_SPAN:
        return ()
    else:
        step, digits = _tidy_step((high - low) / 100, at_least=1 if whole else 0)
        first, last = math.ceil(low / step), math.floor(high / step)
        values = {round(index * step, digits) for index in range(first, last + 1)}
    values |= {float(low), float(high)}
    numbers: set[float] = {round(value) for value in values} if whole else values
    return tuple(sorted(number for number in numbers if setting.inside(number)))


def _tidy_step(size: float, at_least: float) -> tuple[float, int]:
    """The smallest of 1, 2, 5 × 10ⁿ that is not below `size`, and the decimals needed to write its multiples."""
    exponent = math.floor(math.log10(max(size, at_least)) + 1e-9)
    factor = next(factor for factor in (1, 2, 5, 10) if factor * 10.0**exponent >= max(size, at_least) * (1 - 1e-9))
    return factor * 10.0**exponent, max(0, -exponent)


def neighbour(values: Sequence[float], value: float, direction: int) -> float:
    """The next stop above (`direction` 1) or below (−1) a value; the value itself when there is none."""
    index = bisect_right(values, value) if direction > 0 else bisect_left(values, value) - 1
    return values[index] if 0 <= index < len(values) else value


class Entry(QLineEdit):
    """A line of text that stands for a value: taken over by Enter or on leaving, put back by Esc.

    What cannot be read stays in the field, marked, while `value` remains the last good one. Up and Down step through
    the numbers; the mouse wheel never does. The text is a short form of the value: a number
    with more digits than are shown keeps them until it is edited.
    """

    edited = Signal()
    refused = Signal(str)
    """Why the text is not taken ("must be … (it was …)"), or "" once it is all right again."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._numeric = setting.kind in ("int", "float")
        self._set_bounds(setting)
        self._shown = ""
        self._bad = False
        self.value: Any = setting.default
        if self._numeric:
            self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self.commit)
        self.textEdited.connect(self._reconsider)

    def narrow(self, setting: Setting) -> None:
        """Go on with other bounds; a text that was refused is looked at again."""
        self._set_bounds(setting)
        self._reconsider(self.text())

    def _set_bounds(self, setting: Setting) -> None:
        self._setting = setting
        self._stops = stops(setting) if self._numeric else ()

    def set_value(self, value: Any) -> None:
        """Show a value; silent."""
        self.value = value
        counts = self._setting.kind == "int" and value is not None
        self._shown = grouped(value) if counts else self._setting.format(value)
        self.setText(self._shown)
        self.setCursorPosition(0)
        self._mark(False)

    def commit(self) -> None:
        """Take over what was typed, or refuse it with a sentence."""
        if self.text() == self._shown:
            self._forgive()
            return
        try:
            value = self._parse(self.text())
        except ValueError as error:
            self._mark(True)
            self.refused.emit(str(error))
            return
        self._take(value)

    def _parse(self, text: str) -> Any:
        """What a text stands for; only a number that may have decimals may have a comma: 10,000 is not 10."""
        if self._setting.kind == "float":
            with suppress(ValueError):
                return self._setting.parse(pointed(text))
        if self._setting.kind == "int":
            with suppress(ValueError):
                return self._setting.parse("".join(text.split()))  # with spaces between thousands, thin or not
        return self._setting.parse(text)  # refused in the words that were typed

    def _take(self, value: Any) -> None:
        changed = value != self.value
        self._forgive()
        self.set_value(value)
        if changed:
            self.edited.emit()

    def _forgive(self) -> None:
        if self._bad:
            self._mark(False)
            self.refused.emit("")

    def _mark(self, bad: bool) -> None:
        self._bad = bad
        theme.set_role(self, "true" if bad else "false", name="invalid")

    def _reconsider(self, text: str) -> None:
        """While a refused text is being mended, take the mark away as soon as it can be read."""
        if self._bad:
            try:
                self._parse(text)
            except ValueError:
                return
            self._forgive()

    def _step(self, direction: int) -> None:
        if self.isReadOnly() or not self._numeric:
            return
        self.commit()
        if self._bad:
            return
        value = self._setting.minimum or 0 if self.value is None else self.value
        if self._stops:
            value = neighbour(self._stops, value, direction)
        elif self._setting.kind == "int":
            value += direction
        else:  # one unit of the second digit
            value = float(f"{value + direction * 10.0 ** (math.floor(math.log10(abs(value) or 1.0)) - 1):.6g}")
        try:
            self._take(self._setting.check(value))
        except ValueError:
            return  # at the end of the range

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and Down step, Esc puts the last good value back."""
        if self._numeric and event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if event.key() == Qt.Key.Key_Up else -1)
        elif event.key() == Qt.Key.Key_Escape and (self._bad or self.text() != self._shown):
            self.setText(self._shown)
            self._forgive()
        else:
            super().keyPressEvent(event)


class Whole(QLabel):
    """All of what an entry holds, on as many lines as it takes; only there while the entry is too narrow for it."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        theme.set_role(self, "muted")
        self.hide()
        entry.textChanged.connect(self._compare)
        entry.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The entry became wider or narrower."""
        if watched is self._entry and event.type() == QEvent.Type.Resize:
            self._compare()
        return False

    @Slot()
    def _compare(self) -> None:
        text = self._entry.text()
        option = QStyleOptionFrame()
        self._entry.initStyleOption(option)
        style = self._entry.style()
        room = style.subElementRect(QStyle.SubElement.SE_LineEditContents, option, self._entry).width() - 4
        self.setText(text)
        self.setVisible(self._entry.fontMetrics().horizontalAdvance(text) > room)


class Slider(CalmSlider):
    """A slider that goes where it is pressed and leaves the mouse wheel to the page."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Go to where the groove is pressed; dragging goes on from there."""
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        part = self.style().subControlRect
        complex_control, sub = QStyle.ComplexControl.CC_Slider, QStyle.SubControl
        handle = part(complex_control, option, sub.SC_SliderHandle, self)
        if event.button() == Qt.MouseButton.LeftButton and not handle.contains(event.position().toPoint()):
            groove = part(complex_control, option, sub.SC_SliderGroove, self)
            self.setValue(
                QStyle.sliderValueFromPosition(
                    self.minimum(),
                    self.maximum(),
                    round(event.position().x()) - groove.x() - handle.width() // 2,
                    groove.width() - handle.width(),
                )
            )
        super().mousePressEvent(event)


class Choice(CalmComboBox):
    """A combo box with a tooltip for each entry; it leaves the mouse wheel to the page."""

    def __init__(self, setting: Setting, texts: Sequence[str]) -> None:
        super().__init__()
        self.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for index, text in enumerate(texts):
            self.addItem(SPELT.get(text, text.replace("_", " ")), text)
            if text in setting.value_help:
                self.setItemData(index, as_tip(setting.value_help[text]), Qt.ItemDataRole.ToolTipRole)
        self.view().setMinimumWidth(self.sizeHint().width())  # the list may be wider than the box

    def minimumSizeHint(self) -> QSize:
        """Narrower than the longest entry, so that a long name does not widen the whole form."""
        return QSize(96, super().minimumSizeHint().height())

    def choose(self, text: str) -> None:
        """Show an entry; silent."""
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self.findData(text))
        self.blockSignals(blocked)
