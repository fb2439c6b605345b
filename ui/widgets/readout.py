"""A line of text that changes many times a second without moving anything around it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.widgets import theme

LEAP = 24
"""Pixels by which it grows when a text does not fit."""


class Readout(QWidget):
    """Paints one line in the theme's colours.

    A QLabel asks for a new layout at every change of its text, and a new layout repaints the whole tab. This widget
    only repaints itself; it grows in leaps when a text needs more room (up to `most` pixels), and is squeezed (down to
    `least`) only where the window is too narrow for all that stands beside it.
    """

    def __init__(
        self,
        name: str,
        *,
        sample: str = "",
        least: int = 60,
        most: int = 600,
        bold: bool = False,
        muted: bool = False,
        right: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """`sample` is a text for which there is room from the beginning."""
        super().__init__(parent)
        self._text = ""
        self._keep = 0
        self._muted = muted
        self._least, self._most = least, most
        self._flags = Qt.AlignmentFlag.AlignVCenter | (
            Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        )
        self.setAccessibleName(name)
        font = theme.number_font(self.font())
        font.setBold(bold)
        self.setFont(font)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._room = 0
        self._width = 0
        self._grow(sample)
        theme.manager().changed.connect(self.update)

    def text(self) -> str:
        """What it says."""
        return self._text

    def setText(self, text: str, keep: int = 0) -> None:
        """Say something else; where there is too little room, the last `keep` characters are not shortened."""
        if (text, keep) == (self._text, self._keep):
            return
        self._text, self._keep = text, keep
        self._grow(text)
        self.setAccessibleDescription(text)
        self.update()

    def set_muted(self, muted: bool) -> None:
        """Whether it is grey: what it says is of an earlier moment."""
        if muted != self._muted:
            self._muted = muted
            self.update()

    def sizeHint(self) -> QSize:
        """The room that it has taken."""
        return QSize(self._room, self.fontMetrics().height() + 4)

    def minimumSizeHint(self) -> QSize:
        """Room for a few letters."""
        return QSize(min(self._room, self._least), self.sizeHint().height())

    def _grow(self, text: str) -> None:
        self._width = self.fontMetrics().horizontalAdvance(text) + 2
        needed = min(self._width, self._most)
        if needed > self._room:
            self._room = -(-needed // LEAP) * LEAP
            self.updateGeometry()

    def shown(self) -> str:
        """The text, shortened where the room is too little: before what is kept, else at the end, or on the right of a
        line at the beginning.
        """
        metrics = self.fontMetrics()
        if self._width <= self.width():
            return self._text
        head, tail = self._text[: len(self._text) - self._keep], self._text[len(self._text) - self._keep :]
        room = self.width() - metrics.horizontalAdvance(tail)
        if tail and room > metrics.horizontalAdvance("m…"):
            return metrics.elidedText(head, Qt.TextElideMode.ElideRight, room) + tail
        right = self._flags & Qt.AlignmentFlag.AlignRight
        mode = Qt.TextElideMode.ElideLeft if right else Qt.TextElideMode.ElideRight
        return metrics.elidedText(self._text, mode, self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, as much of it as there is room for."""
        painter = QPainter(self)
        colors = theme.current()
        painter.setPen(colors.muted if self._muted else colors.text)
        painter.drawText(self.rect(), int(self._flags), self.shown())
        painter.end()
