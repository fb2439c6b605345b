"""Which number has which colour in a picture, in one small line: −1 ▒▒▒ 1."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.plots.color_scale import ColorScale, Kind
from ui.widgets import theme
from ui.widgets.numbers import short_number

GAP = 5
"""Pixels between the bar and its numbers."""


class ScaleBar(QWidget):
    """A bar of colours between the numbers at its ends, which takes the room that they leave.

    Args:
        kind: which colour map, see ColorScale.
        name: what the numbers are.
        width: pixels for all of it, whatever the numbers.
    """

    def __init__(self, kind: Kind, name: str, width: int) -> None:
        super().__init__()
        self.ends = ("", "")
        self._width = width
        self._scale = ColorScale(kind, 1.0)
        self._values = np.linspace(-1.0 if kind == "diverging" else 0.0, 1.0, 128, dtype=np.float32)[None]
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme.manager().changed.connect(self.update)

    def set_ends(self, low: float, high: float) -> None:
        """The numbers that have the first and the last colour; nothing is drawn of what is not finite."""
        ends = (two_digits(low), two_digits(high)) if math.isfinite(low) and math.isfinite(high) else ("", "")
        if ends != self.ends:
            self.ends = ends
            self.setAccessibleDescription(" to ".join(ends) if ends[0] else "")
            self.update()

    def sizeHint(self) -> QSize:
        """A line of text, as wide as was asked for."""
        return QSize(self._width, self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The numbers at the ends, the bar in between."""
        low, high = self.ends
        if not low:
            return
        painter = QPainter(self)
        colors, middle = theme.current(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colors.muted)
        left, right = (self.fontMetrics().horizontalAdvance(text) + GAP for text in self.ends)
        bar = QRectF(left, self.height() / 2 - 4, self.width() - left - right - 1, 8)
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignLeft, low)
        painter.drawText(self.rect(), middle | Qt.AlignmentFlag.AlignRight, high)
        painter.drawImage(bar, self._scale.picture(self._values))
        painter.setPen(QPen(colors.border, 1))
        painter.drawRect(bar)
        painter.end()


def two_digits(value: float) -> str:
    """A number as rough as the eye can tell colours apart: 0.947 → 0.95."""
    return short_number(float(f"{value:.2g}"))
