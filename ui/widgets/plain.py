"""Words from somebody's file, and the names of files and columns, are shown letter for letter: `<b>` is three signs.

Qt takes a text for HTML whenever it looks like HTML, on labels, in tooltips and boxes. A column called
`<img src='/dev/zero'>` would then make the window read that file until the memory is full. So no label is made but
these two, and every tooltip that is not written down in the code goes through `as_tip`.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel, QWidget


class PlainLabel(QLabel):
    """A label that shows its text as it is written, whatever it looks like."""

    def __init__(self, words: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)  # before there is a text: to take one for HTML is to read it
        self.setText(words)


class MarkupLabel(QLabel):
    """A label whose text is HTML that this program wrote; every word in it that it did not write is escaped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.RichText)


def as_tip(text: str) -> str:
    """What to give as a tooltip, so that the text is shown letter for letter."""
    return as_lines([text]) if Qt.mightBeRichText(text) else text


def as_lines(lines: Sequence[str]) -> str:
    """A tooltip of several lines, broken where they are long; each is shown letter for letter."""
    return f"<qt>{'<br>'.join(escape(line) for text in lines for line in text.splitlines())}</qt>"
