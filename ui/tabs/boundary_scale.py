"""Which number has which colour on the plane or the loss surface, in one small line: −1 ▒▒▒ 1."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.plots.color_scale import ColorScale, Kind
from ui.plots.plot_base import short_number

BAR, GAP = 54, 5
"""Pixels of the bar, and between it and the numbers."""
LONGEST = "−0.95"
"""Room is kept for two numbers like this one."""


class ScaleBar(QWidget):
    """A bar of colours between the numbers at its ends; its size never changes.

    Args:
        kind: which colour map, see ColorScale.
        name: what the numbers are.
    """

    def __init__(self, kind: Kind, name: str) -> None:
        super().__init__()
        self.ends = ("", "")
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
        """Two numbers and the bar."""
        metrics = self.fontMetrics()
        return QSize(2 * (metrics.horizontalAdvance(LONGEST) + GAP) + BAR, metrics.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """The numbers close to the bar, from the left."""
        low, high = self.ends
        if not low:
            return
        painter = QPainter(self)
        colors, middle = theme.current(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colors.muted)
        bar = QRectF(painter.fontMetrics().horizontalAdvance(low) + GAP, self.height() / 2 - 4, BAR, 8)
        painter.drawText(self.rect(), middle, low)
        painter.drawText(QRectF(bar.right() + GAP, 0, self.width() - bar.right() - GAP, self.height()), middle, high)
        painter.drawImage(bar, self._scale.picture(self._values))
        painter.setPen(QPen(colors.border, 1))
        painter.drawRect(bar)
        painter.end()


def two_digits(value: float) -> str:
    """A number as rough as the eye can tell colours apart: 0.947 → 0.95."""
    return short_number(float(f"{value:.2g}"))
