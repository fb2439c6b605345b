"""The numbers of one entry of a list in words: “conv 8 of 5 × 5”, with what is rarely needed behind a small button."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from models.config import Entry, EntryList, Part, Setting
from ui.form.fields import Entry as Field
from ui.widgets.layout import column, muted, row, widget_of
from ui.widgets.plain import as_tip


class EntryFields(QWidget):
    """One entry.

    Signals:
        edited(): the hand has changed a number.
        refused(str): why what was typed is not taken, or "" when it is all right again.
    """

    edited = Signal()
    refused = Signal(str)

    def __init__(self, language: EntryList) -> None:
        super().__init__()
        self._language = language
        self._entry: Entry | None = None
        self._by_name: dict[str, Field | QCheckBox] = {}
        self.fold = QToolButton()
        self.fold.setText("▸")
        self.fold.setAutoRaise(True)
        self.fold.setCheckable(True)
        self.fold.setFixedSize(24, 24)
        self.fold.setToolTip("Show or fold what is rarely changed")
        self.fold.toggled.connect(self._show_rare)
        self._inside: QWidget | None = None
        self._rare: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(2)

    @property
    def fields(self) -> list[QWidget]:
        """What takes the focus, in the order of reading; the entry itself where it has no numbers."""
        usual = [self._by_name[part.name] for part in self._parts() if not part.rare]
        rare = [self._by_name[part.name] for part in self._parts() if part.rare]
        return [*usual, self.fold, *rare] if rare else [*usual] if usual else [self]

    @property
    def value(self) -> Entry:
        """The entry as its fields have it."""
        assert self._entry is not None
        numbers = {
            name: field.isChecked() if isinstance(field, QCheckBox) else field.value
            for name, field in self._by_name.items()
        }
        return Entry(self._entry.kind, numbers)

    def show_entry(self, entry: Entry, called: str) -> list[QWidget]:
        """Show an entry; silent. Returns the fields that are new.

        Args:
            entry: kind and numbers.
            called: what it is of, for a screen reader: "layer 2".
        """
        new = self._entry is None or self._entry.kind != entry.kind
        self._entry = entry
        if new:
            self._build(entry.kind)
        for part in self._parts():
            field, value = self._by_name[part.name], entry.numbers[part.name]
            if isinstance(field, QCheckBox):
                field.setChecked(bool(value))
            else:
                field.set_value(value)
            field.setAccessibleName(f"{part.label}, {called}")
        self.fold.setAccessibleName(f"more of {called}")
        if any(part.rare and entry.numbers[part.name] != part.default for part in self._parts()):
            self.fold.setChecked(True)
        return self.fields if new else []

    def _parts(self) -> tuple[Part, ...]:
        return () if self._entry is None else self._language.kind(self._entry.kind).parts

    def _build(self, name: str) -> None:
        kind = self._language.kind(name)
        self.fold.setParent(None)
        for old in (self._inside, self._rare):
            if old is not None:
                self._column.removeWidget(old)
                old.hide()
                old.deleteLater()
        self._by_name = {}
        usual, rare, ticks = row(spacing=2), row(spacing=2), row(spacing=2)
        title = muted(kind.name)
        title.setToolTip(as_tip(kind.description))
        usual.addWidget(title)
        for part in kind.parts:
            self._add(part, usual if not part.rare else ticks if isinstance(part.default, bool) else rare)
        self._inside = widget_of(usual)
        self._column.addWidget(self._inside)
        has_rare = any(part.rare for part in kind.parts)
        self._rare = None
        if has_rare:
            usual.addWidget(self.fold)
            for line in (rare, ticks):
                line.addStretch(1)
            self._rare = widget_of(column(rare, ticks, spacing=2))
            self._column.addWidget(self._rare)
            self._rare.setVisible(self.fold.isChecked())
        self.fold.setVisible(has_rare)
        usual.addStretch(1)
        first = self.fields[0]
        if first is self:
            self.setFocusProxy(None)  # type: ignore[arg-type]
            self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        else:
            self.setFocusProxy(first)

    def _add(self, part: Part, line: QHBoxLayout) -> None:
        field: Field | QCheckBox
        if isinstance(part.default, bool):
            field = QCheckBox(part.before)
            field.clicked.connect(self.edited)
        else:
            if part.before:
                line.addWidget(muted(part.before))
            field = Field(_setting(part))
            field.setFixedWidth(56 if isinstance(part.default, float) else 40 if part.high > 28 else 28)
            field.setAlignment(Qt.AlignmentFlag.AlignCenter)
            field.edited.connect(self.edited)
            field.refused.connect(self.refused)
        field.setToolTip(as_tip(part.label))
        line.addWidget(field)
        self._by_name[part.name] = field

    @Slot(bool)
    def _show_rare(self, shown: bool) -> None:
        self.fold.setText("▾" if shown else "▸")
        if self._rare is not None:
            self._rare.setVisible(shown)


def _setting(part: Part) -> Setting:
    """A number of an entry as a setting of its own."""
    return Setting(
        name=part.name,
        kind="float" if isinstance(part.default, float) else "int",
        default=part.default,
        description=part.label,
        label=part.label,
        group="",
        unit="",
        minimum=part.low,
        maximum=part.high,
        exclusive_minimum=False,
        exclusive_maximum=False,
        min_length=0,
        max_length=None,
        choices=(),
        value_help={},
        live=False,
        log=False,
        advanced=False,
        shown_when=None,
    )
