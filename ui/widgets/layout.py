"""A page is written down as it looks: columns and rows of widgets, headings above them.

    column(
        row((views, 1), speed),
        heading("What it learned"),
        (stack, 1),
        margins=(12, 6, 8, 6),
        spacing=6,
    )

A part is a widget or another row or column; `(part, share)` gives it that share of the room that is left over; a number
is a gap of so many pixels; `STRETCH` takes what is left over itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QLayout, QSplitter, QVBoxLayout, QWidget

from ui.widgets import theme
from ui.widgets.plain import PlainLabel, as_tip

Whole = QWidget | QLayout
Part = Whole | tuple[Whole, int] | int
Margins = int | tuple[int, int, int, int]
"""Pixels around: everywhere the same, or left, top, right, bottom."""

Box = TypeVar("Box", bound=QBoxLayout)

STRETCH: Final = -1
"""Room that is left over."""


def column(
    *parts: Part, margins: Margins = 0, spacing: int | None = None, inside: QWidget | None = None
) -> QVBoxLayout:
    """Parts from top to bottom; `inside`: the widget that they fill. Without `spacing` the style decides."""
    return _filled(QVBoxLayout(), parts, margins, spacing, inside)


def row(*parts: Part, margins: Margins = 0, spacing: int | None = None, inside: QWidget | None = None) -> QHBoxLayout:
    """Parts from left to right, in the order of reading; see `column`."""
    return _filled(QHBoxLayout(), parts, margins, spacing, inside)


def widget_of(layout: QLayout) -> QWidget:
    """A plain widget that shows a row or a column."""
    widget = QWidget()
    widget.setLayout(layout)
    return widget


def beside(*parts: QWidget | tuple[QWidget, int]) -> QSplitter:
    """Parts from left to right, with handles between them; `(part, share)` grows with the window."""
    return _splitter(Qt.Orientation.Horizontal, parts)


def below(*parts: QWidget | tuple[QWidget, int]) -> QSplitter:
    """Parts from top to bottom, with handles between them; see `beside`."""
    return _splitter(Qt.Orientation.Vertical, parts)


def heading(words: str = "", tip: str = "") -> QLabel:
    """A line above something that says what it is."""
    return _label(words, "heading", tip)


def muted(words: str = "", tip: str = "", *, wrap: bool = False) -> QLabel:
    """Words that matter less; `wrap`: over several lines where the width is short."""
    label = _label(words, "muted", tip)
    label.setWordWrap(wrap)
    return label


def _splitter(orientation: Qt.Orientation, parts: Sequence[QWidget | tuple[QWidget, int]]) -> QSplitter:
    splitter = QSplitter(orientation)
    splitter.setChildrenCollapsible(False)
    for index, part in enumerate(parts):
        widget, share = part if isinstance(part, tuple) else (part, 0)
        splitter.addWidget(widget)
        if share:
            splitter.setStretchFactor(index, share)
    return splitter


def _label(words: str, role: str, tip: str) -> QLabel:
    label = PlainLabel(words)
    theme.set_role(label, role)
    label.setToolTip(as_tip(tip))
    return label


def _filled(layout: Box, parts: tuple[Part, ...], margins: Margins, spacing: int | None, inside: QWidget | None) -> Box:
    left, top, right, bottom = (margins,) * 4 if isinstance(margins, int) else margins
    layout.setContentsMargins(left, top, right, bottom)
    if spacing is not None:
        layout.setSpacing(spacing)
    if inside is not None:
        inside.setLayout(layout)
    for part in parts:
        _add(layout, part)
    return layout


def _add(layout: QBoxLayout, part: Part) -> None:
    if isinstance(part, int):
        if part == STRETCH:
            layout.addStretch(1)
        else:
            layout.addSpacing(part)
        return
    whole, share = part if isinstance(part, tuple) else (part, 0)
    if isinstance(whole, QLayout):
        layout.addLayout(whole, share)
    else:
        layout.addWidget(whole, share)
