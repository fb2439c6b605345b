"""A control lets the hand choose one setting: drag a slider, type a number, tick a box, build a list.

There is one class per kind of setting. Each offers a `head` (the widget beside the label) and perhaps a `body` (the
widget below), keeps the last good value while something else is being typed, and tells when the value changes.
"""

from __future__ import annotations

import itertools
import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSizePolicy,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QToolButton,
    QWidget,
)
from superqt import QFlowLayout

from models.config import LISTS, Setting
from ui import theme

DECADE = 20
"""Stops of a logarithmic slider per factor of ten: Renard's preferred numbers R20 (1, 1.1, 1.3, 1.4, 1.6, 1.8, 2 …)."""
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

    What cannot be read stays in the field, marked, while `value` remains the last good one. Up and Down, and the mouse
    wheel while the field has the focus, step through the numbers. The text is a short form of the value: a number
    with more digits than are shown keeps them until it is edited.
    """

    edited = Signal()
    refused = Signal(str)
    """Why the text is not taken ("must be … (it was …)"), or "" once it is all right again."""

    def __init__(self, setting: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._setting = setting
        self._stops = stops(setting) if setting.kind in ("int", "float") else ()
        self._numeric = setting.kind in ("int", "float")
        self._shown = ""
        self._bad = False
        self.value: Any = setting.default
        if self._numeric:
            self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.editingFinished.connect(self.commit)
        self.textEdited.connect(self._reconsider)

    def set_value(self, value: Any) -> None:
        """Show a value; silent."""
        self.value = value
        self._shown = self._setting.format(value)
        self.setText(self._shown)
        self.setCursorPosition(0)
        self._mark(False)

    def commit(self) -> None:
        """Take over what was typed, or refuse it with a sentence."""
        if self.text() == self._shown:
            self._forgive()
            return
        try:
            value = self._setting.parse(self.text())
        except ValueError as error:
            self._mark(True)
            self.refused.emit(str(error))
            return
        self._take(value)

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
                self._setting.parse(text)
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

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel belongs to the page unless this has the focus."""
        if self._numeric and self.hasFocus() and event.angleDelta().y():
            self._step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()


class Slider(QSlider):
    """A slider that goes where it is pressed and leaves the mouse wheel to the page unless it has the focus."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel belongs to the page unless this has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

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


class Choice(QComboBox):
    """A combo box with a tooltip for each entry; it leaves the mouse wheel to the page unless it has the focus."""

    def __init__(self, setting: Setting, texts: Sequence[str]) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(7)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for index, text in enumerate(texts):
            self.addItem(text.replace("_", " "), text)
            if text in setting.value_help:
                self.setItemData(index, setting.value_help[text], Qt.ItemDataRole.ToolTipRole)

    def choose(self, text: str) -> None:
        """Show an entry; silent."""
        blocked = self.blockSignals(True)
        self.setCurrentIndex(self.findData(text))
        self.blockSignals(blocked)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel belongs to the page unless this has the focus."""
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()


class Control(QObject):
    """What all kinds of control share.

    Attributes:
        head: the widget beside the label.
        body: the widget below it, if there is one.
    """

    edited = Signal(object)
    """The hand changed the value; carries this control."""
    refused = Signal(object, str)
    """This control, and why what was typed is not taken ("" when it is all right again)."""

    head: QWidget
    body: QWidget | None = None

    def __init__(self, setting: Setting) -> None:
        super().__init__()
        self.setting = setting

    @property
    def value(self) -> Any:
        """The last good value."""
        raise NotImplementedError

    def set_value(self, value: Any) -> None:
        """Show a value; silent."""
        raise NotImplementedError

    def commit(self) -> None:
        """Take over what is being typed."""

    def widgets(self) -> list[QWidget]:
        """The widgets that take the focus, in tab order."""
        return [self.head]

    def _edited(self) -> None:
        self.edited.emit(self)

    def _refused(self, reason: str) -> None:
        self.refused.emit(self, reason)


class Switch(Control):
    """A tick for yes or no."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.head: QCheckBox = QCheckBox()
        self.head.clicked.connect(self._edited)

    @property
    def value(self) -> bool:
        """Whether it is ticked."""
        return self.head.isChecked()

    def set_value(self, value: bool) -> None:
        """Tick or clear it; silent (only the hand's click is reported)."""
        self.head.setChecked(value)


class Selection(Control):
    """A combo box for one of several values."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        texts = setting.choices or ("on", "off")
        self.head: Choice = Choice(setting, (*texts, "none") if setting.optional else texts)
        self.head.currentIndexChanged.connect(self._edited)

    @property
    def value(self) -> Any:
        """The chosen value, as the Config holds it."""
        return self.setting.parse(self.head.currentData())

    def set_value(self, value: Any) -> None:
        """Show a value; silent."""
        self.head.choose(self.setting.format(value))


class Line(Control):
    """A line of text."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.head: Entry = Entry(setting)
        self.head.setMinimumWidth(88)
        self.head.edited.connect(self._edited)
        self.head.refused.connect(self._refused)

    @property
    def value(self) -> Any:
        """The last value that could be read."""
        return self.head.value

    def set_value(self, value: Any) -> None:
        """Show a value; silent."""
        self.head.set_value(value)

    def commit(self) -> None:
        """Take over what is being typed."""
        self.head.commit()


class Number(Line):
    """A field for any number in the range and, where there are bounds, a slider over tidy ones."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.head.setFixedWidth(88)
        self._stops = stops(setting)
        self.slider = Slider() if len(self._stops) > 1 else None
        if self.slider is not None:
            self.slider.setRange(0, len(self._stops) - 1)
            self.slider.setPageStep(max(1, len(self._stops) // 10))
            self.slider.valueChanged.connect(self._slid)
            self.body = self.slider

    def set_value(self, value: Any) -> None:
        """Show a value; silent. The slider stands at the stop nearest to it."""
        super().set_value(value)
        self._follow()

    def widgets(self) -> list[QWidget]:
        """Field, slider."""
        return [self.head, self.slider] if self.slider else [self.head]

    def _edited(self) -> None:
        self._follow()
        super()._edited()

    def _follow(self) -> None:
        if self.slider is not None:
            value = self._stops[0] if self.value is None else self.value
            right = min(bisect_left(self._stops, value), len(self._stops) - 1)
            left = max(right - 1, 0)
            middle = (self._stops[left] + self._stops[right]) / 2
            blocked = self.slider.blockSignals(True)
            self.slider.setValue(left if value < middle else right)
            self.slider.blockSignals(blocked)

    def _slid(self, index: int) -> None:
        self._refused("")
        self.head.set_value(self._stops[index])
        self.edited.emit(self)


class List(Control):
    """Small fields (or combo boxes) in a row, − and + for their number, and the whole list as text.

    Subclasses make one entry (`_make`), read it (`_read`) and fill it (`_fill`).
    """

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._value: tuple[Any, ...] = ()
        self._items: list[QWidget] = []
        self.body: QWidget = QWidget()
        self._flow = QFlowLayout(self.body)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setSpacing(4)
        self.fewer = self._button("−", "Remove the last entry")
        self.more = self._button("+", "Add an entry")
        self.fewer.clicked.connect(self._remove)
        self.more.clicked.connect(self._add)
        self._tail: tuple[QWidget, ...] = (self.fewer, self.more)

    @property
    def value(self) -> Any:
        """The list, as a tuple."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a list; silent."""
        self._value = tuple(value or ())
        while len(self._items) > len(self._value):
            item = self._items.pop()
            self._flow.removeWidget(item)
            item.hide()
            item.deleteLater()
        while len(self._items) < len(self._value):
            item = self._make()
            self._items.append(item)
            for widget in self._tail:  # stays behind the entries
                self._flow.removeWidget(widget)
            for widget in (item, *self._tail):
                self._flow.addWidget(widget)
            item.setVisible(True)
        for number, (item, part) in enumerate(zip(self._items, self._value, strict=True), start=1):
            item.setAccessibleName(f"{self.setting.label} {number}")
            self._fill(item, part)
        self.fewer.setEnabled(len(self._value) > self.setting.min_length)
        self.more.setEnabled(self.setting.max_length is None or len(self._value) < self.setting.max_length)
        for before, after in itertools.pairwise(self.widgets()):
            QWidget.setTabOrder(before, after)

    def widgets(self) -> list[QWidget]:
        """The entries, then the buttons."""
        return [*self._items, self.fewer, self.more]

    def _take(self, value: tuple[Any, ...]) -> None:
        try:
            self.setting.check(value)
        except ValueError as error:
            self._refused(str(error))
            return
        self.set_value(value)
        self._refused("")
        self._edited()

    def _add(self) -> None:
        self._take((*self._value, self._value[-1] if self._value else self._first()))

    def _remove(self) -> None:
        self._take(self._value[:-1])

    def _item_edited(self) -> None:
        self._take(tuple(self._read(item) for item in self._items))

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setFixedSize(QSize(26, 26))
        button.setToolTip(tip)
        button.setAccessibleName(f"{tip}: {self.setting.label}")
        return button

    def _first(self) -> Any:
        raise NotImplementedError

    def _make(self) -> QWidget:
        raise NotImplementedError

    def _read(self, item: Any) -> Any:
        raise NotImplementedError

    def _fill(self, item: Any, part: Any) -> None:
        raise NotImplementedError


class Numbers(List):
    """A list of numbers, such as the widths of hidden layers."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._item = replace(
            setting,
            kind="int" if setting.kind == "int_list" else "float",
            default=self._first(),
            min_length=0,
            max_length=None,
            optional=False,
        )
        self.head: Entry = Entry(setting)
        self.head.setMinimumWidth(88)
        self.head.edited.connect(self._typed)
        self.head.refused.connect(self._refused)

    def set_value(self, value: Any) -> None:
        """Show a list; silent."""
        super().set_value(value)
        self.head.set_value(self._value)

    def commit(self) -> None:
        """Take over what is being typed, in the text or in one of the fields."""
        for entry in (self.head, *self._items):
            if isinstance(entry, Entry) and entry.hasFocus():
                entry.commit()

    def widgets(self) -> list[QWidget]:
        """The text, the fields, the buttons."""
        return [self.head, *super().widgets()]

    def _typed(self) -> None:
        self._take(self.head.value)

    def _first(self) -> float:
        return self.setting.default[-1] if self.setting.default else self.setting.minimum or 0

    def _make(self) -> Entry:
        entry = Entry(self._item)
        entry.setFixedWidth(54)
        entry.setAlignment(Qt.AlignmentFlag.AlignCenter)
        entry.edited.connect(self._item_edited)
        entry.refused.connect(self._refused)
        return entry

    def _read(self, item: Entry) -> Any:
        return item.value

    def _fill(self, item: Entry, part: Any) -> None:
        item.set_value(part)


class Selections(List):
    """A list of choices, such as the activation of each layer."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._tail = ()
        self.head = QWidget()
        layout = QHBoxLayout(self.head)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addStretch(1)
        layout.addWidget(self.fewer)
        layout.addWidget(self.more)

    def _first(self) -> Any:
        return self.setting.values[0]

    def _make(self) -> Choice:
        choice = Choice(self.setting, self.setting.choices)
        choice.setFixedWidth(100)
        choice.currentIndexChanged.connect(self._item_edited)
        return choice

    def _read(self, item: Choice) -> Any:
        return self.setting.values[self.setting.choices.index(item.currentData())]

    def _fill(self, item: Choice, part: Any) -> None:
        item.choose(str(part))


def control_for(setting: Setting) -> Control:
    """The control for a setting of any kind."""
    if setting.kind == "bool" and not setting.optional:
        return Switch(setting)
    if setting.kind in ("bool", "choice"):
        return Selection(setting)
    if setting.kind in ("int", "float"):
        return Number(setting)
    if setting.kind in LISTS and not setting.optional:
        return Selections(setting) if setting.kind == "choice_list" else Numbers(setting)
    return Line(setting)
