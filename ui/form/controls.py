"""A control lets the hand choose one setting: drag a slider, type a number, tick a box, build a list.

There is one class per kind of setting. Each offers a `head` (the widget beside the label) and perhaps a `body` (the
widget below), keeps the last good value while something else is being typed, and tells when the value changes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QStandardItemModel
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QToolButton, QWidget

from models.config import LISTS, EntryKind, Setting
from models.layer_shapes import LayerShape
from ui.form.chips import Chip
from ui.form.entry_fields import EntryFields
from ui.form.fields import Choice, Entry, Slider, Whole, stops
from ui.form.shapes import brief, total, whole
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.layout import column, muted, widget_of
from ui.widgets.plain import as_tip


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

    def narrow(self, setting: Setting) -> None:
        """Go on with the same setting in other bounds; silent. The value stays: see `fitted`."""
        self.setting = setting

    def fitted(self) -> Any:
        """The value put inside the bounds: a number at the nearest one; a list without what lies outside."""
        return self.value

    def commit(self) -> None:
        """Take over what is being typed."""

    def show_layers(self, layers: Sequence[LayerShape]) -> tuple[str, ...]:
        """The layers that the value comes to, in order; returns the lines that are still to be shown below."""
        return (*map(brief, layers), total(layers)) if len(layers) > 1 else tuple(map(brief, layers))

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
    """A line of text; one that is too long for its field is repeated below in full."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.head: Entry = Entry(setting)
        self.head.setMinimumWidth(88)
        if setting.kind == "text" and not setting.structured:
            self.body = Whole(self.head)
        self.head.edited.connect(self._edited)
        self.head.refused.connect(self._refused)

    @property
    def value(self) -> Any:
        """The last value that could be read."""
        return self.head.value

    def set_value(self, value: Any) -> None:
        """Show a value; silent."""
        self.head.set_value(value)

    def narrow(self, setting: Setting) -> None:
        """Other bounds; silent."""
        super().narrow(setting)
        self.head.narrow(setting)

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
            self._space()
            self.slider.valueChanged.connect(self._slid)
            self.body = self.slider

    def set_value(self, value: Any) -> None:
        """Show a value; silent. The slider stands at the stop nearest to it."""
        super().set_value(value)
        self._follow()

    def narrow(self, setting: Setting) -> None:
        """Other bounds; silent. A range of one number leaves the slider a single stop."""
        super().narrow(setting)
        if self.slider is not None:
            self._stops = stops(setting) or (setting.minimum or 0.0,)
            blocked = self.slider.blockSignals(True)
            self._space()
            self.slider.blockSignals(blocked)
            self._follow()

    def fitted(self) -> Any:
        """The value, or the bound nearest to it."""
        low, high = self.setting.minimum, self.setting.maximum
        if self.value is None or low is None or high is None or self.setting.inside(self.value):
            return self.value
        return max(low, min(self.value, high))

    def widgets(self) -> list[QWidget]:
        """Field, slider."""
        return [self.head, self.slider] if self.slider else [self.head]

    def _space(self) -> None:
        """As many places on the slider as there are stops."""
        assert self.slider is not None
        self.slider.setRange(0, len(self._stops) - 1)
        self.slider.setPageStep(max(1, len(self._stops) // 10))

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
        self.items: list[QWidget] = []
        """A field for every entry; each in its chip."""
        self.chips: list[Chip] = []
        self.body: QWidget = QWidget()
        self._flow = FlowLayout(self.body)
        self._flow.setContentsMargins(0, 0, 0, 0)
        self._flow.setSpacing(4)
        self.fewer = self._button("−", "Remove the last entry")
        self.more = self._button("+", "Add an entry")
        self.fewer.clicked.connect(self._remove)
        self.more.clicked.connect(self._add)
        self._tail: tuple[QWidget, ...] = (self.fewer, self.more)  # what stands behind the entries
        for widget in self._tail:
            self._flow.addWidget(widget)

    @property
    def value(self) -> Any:
        """The list, as a tuple."""
        return self._value

    def set_value(self, value: Any) -> None:
        """Show a list; silent."""
        self._value = tuple(value or ())
        while len(self.items) > len(self._value):
            self.items.pop()
            chip = self.chips.pop()
            self._flow.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
        while len(self.items) < len(self._value):
            item = self._make()
            chip = Chip(item)
            chip.removed.connect(self._on_removed)
            chip.moved.connect(self._on_moved)
            chip.dropped.connect(self._on_dropped)
            self.items.append(item)
            self.chips.append(chip)
            for widget in self._tail:
                self._flow.removeWidget(widget)
            for widget in (chip, *self._tail):
                self._flow.addWidget(widget)
            chip.setVisible(True)
        for number, (item, part) in enumerate(zip(self.items, self._value, strict=True), start=1):
            self.chips[number - 1].name(f"{self.setting.label} {number}")
            self._fill(item, part)
        self._allow()

    def _allow(self) -> None:
        """Offer what fits: no entry too few or too many."""
        count, most = len(self._value), self.setting.max_length
        self.fewer.setEnabled(count > self.setting.min_length)
        self.more.setEnabled(most is None or count < most)
        for chip in self.chips:
            chip.allow(remove=count > self.setting.min_length, move=count > 1)

    def show_layers(self, layers: Sequence[LayerShape]) -> tuple[str, ...]:
        """See Control; each chip says in its tooltip what it comes to."""
        for layer in layers:
            if layer.entry is not None and layer.entry < len(self.chips):
                self.chips[layer.entry].describe(whole(layer))
        return super().show_layers(layers)

    def widgets(self) -> list[QWidget]:
        """The entries, then the buttons."""
        return [*self.items, self.fewer, self.more]

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

    def _sender_at(self) -> int:
        chip = self.sender()
        assert isinstance(chip, Chip)
        return self.chips.index(chip)

    @Slot()
    def _on_removed(self) -> None:
        at = self._sender_at()
        self._take(self._value[:at] + self._value[at + 1 :])
        if self.items:
            self.items[min(at, len(self.items) - 1)].setFocus()

    @Slot(int)
    def _on_moved(self, step: int) -> None:
        at = self._sender_at()
        self._move(at, at + step)

    @Slot(object)
    def _on_dropped(self, place: QPoint) -> None:
        at = self._sender_at()
        for index, chip in enumerate(self.chips):
            if chip.rect().contains(chip.mapFromGlobal(place)):
                self._move(at, index)
                return

    def _move(self, at: int, to: int) -> None:
        """Put an entry somewhere else; the others keep their order."""
        if 0 <= to < len(self._value) and to != at:
            value = list(self._value)
            value.insert(to, value.pop(at))
            self._take(tuple(value))
            self.items[to].setFocus()

    def _item_edited(self) -> None:
        self._take(tuple(self._read(item) for item in self.items))

    def _button(self, text: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setFixedSize(QSize(26, 26))
        button.setToolTip(as_tip(tip))
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


class Texted(List):
    """A list that can be typed as a text as well, for who would rather do that."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.head: Entry = Entry(setting)
        self.head.setMinimumWidth(88)
        self.head.setPlaceholderText(setting.value_help.get("", ""))
        self.head.edited.connect(self._typed)
        self.head.refused.connect(self._refused)
        self.head.hide()
        self.as_text = self._button("…", "Type the list as a text")
        self.as_text.setCheckable(True)
        self.as_text.toggled.connect(self._show_text)
        self._empty = muted(setting.value_help.get("", ""))  # what it means that there is no chip
        self._empty.setFixedHeight(self.more.height())
        self._tail = (self._empty, *self._tail, self.as_text)
        for widget in self._tail:
            self._flow.removeWidget(widget)
            self._flow.addWidget(widget)

    @Slot(bool)
    def _show_text(self, text: bool) -> None:
        """The text instead of the chips, or the chips: no value stands there twice."""
        self.head.setVisible(text)
        for widget in (*self.chips, self.fewer, self.more):
            widget.setVisible(not text)
        self._empty.setVisible(not text and not self._value and bool(self._empty.text()))
        if text:
            self.head.setFocus()

    def set_value(self, value: Any) -> None:
        """Show a list; silent."""
        super().set_value(value)
        self.head.set_value(self.value)
        text = self.as_text.isChecked()
        for chip in self.chips:
            chip.setVisible(not text)
        self._empty.setVisible(not text and not self._value and bool(self._empty.text()))

    def widgets(self) -> list[QWidget]:
        """The text, the fields, the buttons."""
        return [self.head, *super().widgets(), self.as_text]

    @Slot()
    def _typed(self) -> None:
        self._take(self.head.value)


class Numbers(Texted):
    """A list of numbers, such as the widths of hidden layers."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self._item = self._one_of(setting)

    def narrow(self, setting: Setting) -> None:
        """Other bounds of each number; silent."""
        super().narrow(setting)
        self._item = self._one_of(setting)
        for entry in (self.head, *self.items):
            if isinstance(entry, Entry):
                entry.narrow(setting if entry is self.head else self._item)

    def fitted(self) -> Any:
        """The numbers of the list that keep the bounds."""
        return tuple(number for number in self._value if self.setting.inside(number))

    def commit(self) -> None:
        """Take over what is being typed, in the text or in one of the fields."""
        for entry in (self.head, *self.items):
            if isinstance(entry, Entry) and entry.hasFocus():
                entry.commit()

    def _one_of(self, setting: Setting) -> Setting:
        """The setting of a single number of the list."""
        return replace(
            setting,
            kind="int" if setting.kind == "int_list" else "float",
            default=self._first(),
            min_length=0,
            max_length=None,
            optional=False,
        )

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
        self._each: int | None = None
        super().__init__(setting)
        for widget in self._tail:
            self._flow.removeWidget(widget)
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

    def _unused(self) -> list[Any]:
        return [value for value in self.setting.values if value not in self._value]

    def _add(self) -> None:
        """One more: of a list of different things the first that is not in it; of one for all, one for each."""
        if self.setting.distinct:
            self._take((*self._value, self._unused()[0]))
        elif self._each is not None:
            self._take(self._value + self._value[-1:] * (self._each - len(self._value)))
        else:
            super()._add()

    def _remove(self) -> None:
        self._take(self._value[:1] if self._each is not None else self._value[:-1])

    def match(self, count: int) -> None:
        """There are so many of what each entry is for; silent. One entry is for all of them."""
        self._each = max(1, count)
        self._allow()

    def fitted(self) -> Any:
        """One for all, or one for each."""
        if self._each is None or len(self._value) <= 1:
            return self._value
        return (self._value + self._value[-1:] * self._each)[: self._each]

    def _allow(self) -> None:
        super()._allow()
        if self.setting.distinct:
            self.more.setEnabled(self.more.isEnabled() and bool(self._unused()))
            for item in self.items:
                self._offer(item)
        if self._each is not None:
            self.more.setEnabled(len(self._value) == 1 < self._each)
            for chip in self.chips:
                chip.allow(remove=False, move=len(self._value) > 1)

    def _offer(self, item: Any) -> None:
        """Grey in a list what stands elsewhere already."""
        model = item.model()
        assert isinstance(model, QStandardItemModel)
        for row in range(item.count()):
            taken = item.itemData(row) in map(str, self._value) and row != item.currentIndex()
            model.item(row).setEnabled(not taken)

    def _make(self) -> Choice:
        choice = Choice(self.setting, self.setting.choices)
        choice.setFixedWidth(min(choice.sizeHint().width(), 158))  # with grip and × in 240 pixels
        choice.currentIndexChanged.connect(self._item_edited)
        return choice

    def _read(self, item: Choice) -> Any:
        return self.setting.values[self.setting.choices.index(item.currentData())]

    def _fill(self, item: Choice, part: Any) -> None:
        item.choose(str(part))


class Entries(Texted):
    """A text that is a list in words, such as the layers of a convolutional network: a chip for each entry.

    Attributes:
        fits: whether the settings would do with another text; what would not is not offered.
    """

    def __init__(self, setting: Setting) -> None:
        assert setting.entries is not None
        self._language = setting.entries
        self._text = ""
        super().__init__(setting)
        self.fits: Callable[[str], bool] | None = None
        self.more.clicked.disconnect(self._add)
        self._menu = QMenu(self.more)
        self._menu.setToolTipsVisible(True)
        self._menu.aboutToShow.connect(self._offer)
        for kind in self._language.kinds:
            action = self._menu.addAction(kind.name)
            action.setToolTip(as_tip(kind.description))
            action.triggered.connect(self._on_kind)
        self.more.setMenu(self._menu)
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.more.setStyleSheet("QToolButton::menu-indicator { image: none; }")
        self._long = Whole(self.head)
        self._long_place = widget_of(column(self._long))
        self._long_place.hide()
        self.body = widget_of(column(self.body, self._long_place))

    @property
    def value(self) -> str:
        """The text."""
        return self._text

    def set_value(self, value: Any) -> None:
        """Show a text; silent. One that cannot be read leaves the chips as they are, and stands in its field."""
        self._text = value or ""
        try:
            entries = self._language.read(self._text)
        except ValueError:
            self.head.set_value(self._text)
            return
        super().set_value(tuple(map(self._language.write, entries)))

    def show_layers(self, layers: Sequence[LayerShape]) -> tuple[str, ...]:
        """See Control; each chip says below its numbers what it comes to."""
        super().show_layers(layers)
        for layer in layers:
            if layer.entry is not None and layer.entry < len(self.chips):
                self.chips[layer.entry].show_note(brief(layer))
                item = self.items[layer.entry]
                for field in item.fields if isinstance(item, EntryFields) else ():
                    field.setAccessibleDescription(whole(layer))
        added = [f"{layer.name}: {brief(layer)}" for layer in layers if layer.entry is None]
        if self.as_text.isChecked():
            return (*map(brief, layers), total(layers))
        return (*added, total(layers)) if layers else ()

    @Slot(bool)
    def _show_text(self, text: bool) -> None:
        super()._show_text(text)
        self._long_place.setVisible(text)

    def commit(self) -> None:
        """Take over what is being typed, in the text or in one of the fields."""
        for entry in (self.head, *self._fields()):
            if isinstance(entry, Entry) and entry.hasFocus():
                entry.commit()

    def widgets(self) -> list[QWidget]:
        """The text, the fields of all entries, the buttons."""
        return [self.head, *self._fields(), self.fewer, self.more, self.as_text]

    def _fields(self) -> list[QWidget]:
        return [field for item in self.items if isinstance(item, EntryFields) for field in item.fields]

    def _take(self, value: Any) -> None:
        """A text, or the entries as they are written."""
        text = value if isinstance(value, str) else ", ".join(value)
        try:
            self.setting.check(text)
        except ValueError as error:
            self._refused(str(error))
            return
        self.set_value(text)
        self._refused("")
        self._edited()

    def _with(self, kind: EntryKind) -> str | None:
        """The text with one more entry of a kind, as near to the end as it fits; None where it fits nowhere."""
        for place in range(len(self._value), -1, -1):
            for offer in kind.offers:
                text = ", ".join((*self._value[:place], offer, *self._value[place:]))
                if self.fits is None or self.fits(text):
                    return text
        return None

    @Slot()
    def _offer(self) -> None:
        for action, kind in zip(self._menu.actions(), self._language.kinds, strict=True):
            action.setEnabled(self._with(kind) is not None)

    @Slot()
    def _on_kind(self) -> None:
        action = self.sender()
        assert isinstance(action, QAction)
        text = self._with(self._language.kind(action.text()))
        if text is not None:
            self._take(text)

    def _make(self) -> EntryFields:
        item = EntryFields(self._language)
        item.edited.connect(self._item_edited)
        item.refused.connect(self._refused)
        return item

    def _read(self, item: EntryFields) -> str:
        return self._language.write(item.value)

    def _fill(self, item: EntryFields, part: str) -> None:
        (entry,) = self._language.read(part)
        chip = self.chips[self.items.index(item)]
        for field in item.show_entry(entry, f"layer {self.items.index(item) + 1}"):
            chip.watch(field)


def control_for(setting: Setting) -> Control:
    """The control for a setting of any kind."""
    if setting.kind == "bool" and not setting.optional:
        return Switch(setting)
    if setting.kind in ("bool", "choice"):
        return Selection(setting)
    if setting.kind in ("int", "float"):
        return Number(setting)
    if setting.entries is not None:
        return Entries(setting)
    if setting.kind in LISTS and not setting.optional:
        return Selections(setting) if setting.kind == "choice_list" else Numbers(setting)
    return Line(setting)
