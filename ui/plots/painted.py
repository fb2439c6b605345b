"""A picture painted by hand: no child widgets, one pass of a painter, so that it can follow a running model."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QSizePolicy, QWidget

from ui.widgets import theme

CENTRED = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap


class Painted(QFrame):
    """What such pictures have in common: they follow the theme, know their size, and say what they show in words.

    Subclasses paint in `paintEvent`, in the colours of `theme.current()`. What they keep between two frames because it
    costs time, such as names, axes and coloured matrices, they drop in `forget`.

    Args:
        name: what is read out for the picture, and the suggested name of its file.
        room: pixels (width, height) that it would like to have.
        least: pixels that it needs; small, so that splitters stay free to move.
    """

    readout_changed = Signal(object)
    """Emitted with the words about what is under the pointer (or was reached with the keys), or ""."""

    def __init__(
        self,
        name: str,
        room: tuple[int, int] = (-1, -1),
        least: tuple[int, int] = (-1, -1),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._room, self._least = QSize(*room), QSize(*least)
        self._readout = ""
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.follow(self, self._restyle)

    def forget(self) -> None:
        """The colours are others: drop what is kept painted. For subclasses."""

    @property
    def readout(self) -> str:
        """The words about what is under the pointer, or was reached with the keys; "" where there is nothing."""
        return self._readout

    def say(self, words: str, spoken: str | None = None) -> None:
        """Change the read-out; a screen reader is told the same, or what is `spoken` instead."""
        spoken = words if spoken is None else spoken
        if spoken != self.accessibleDescription():
            self.setAccessibleDescription(spoken)
        if words != self._readout:
            self._readout = words
            self.readout_changed.emit(words)

    def sizeHint(self) -> QSize:
        """See the class."""
        return self._room

    def minimumSizeHint(self) -> QSize:
        """See the class."""
        return self._least

    def sheet(self) -> QPixmap:
        """An empty sheet as large as this picture, in screen pixels: for what is painted once and kept."""
        ratio = self.devicePixelRatioF()
        sheet = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        sheet.setDevicePixelRatio(ratio)
        sheet.fill(Qt.GlobalColor.transparent)
        return sheet

    def paint_words(self, painter: QPainter, words: str) -> None:
        """Say in the middle why there is nothing to see."""
        painter.setPen(theme.current().muted)
        painter.drawText(self.contentsRect(), CENTRED, words)

    @Slot()
    def _restyle(self) -> None:
        self.forget()
        self.update()
