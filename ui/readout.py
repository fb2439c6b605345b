"""A line of text that changes many times a second without moving anything around it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme

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

    def setText(self, text: str) -> None:
        """Say something else."""
        if text == self._text:
            return
        self._text = text
        self._grow(text)
        self.setAccessibleDescription(text)
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

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, shortened where the room is too little: at the end, or on the right of a line at the beginning."""
        painter = QPainter(self)
        colors = theme.current()
        painter.setPen(colors.muted if self._muted else colors.text)
        words = self._text
        if self._width > self.width():
            right = self._flags & Qt.AlignmentFlag.AlignRight
            mode = Qt.TextElideMode.ElideLeft if right else Qt.TextElideMode.ElideRight
            words = self.fontMetrics().elidedText(words, mode, self.width())
        painter.drawText(self.rect(), int(self._flags), words)
        painter.end()
