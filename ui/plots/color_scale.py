"""Which number has which colour in a picture, and the bar below it that says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QLinearGradient, QPainter, QPen

from ui.plots import colormaps
from ui.widgets import theme
from ui.widgets.numbers import short_number

Kind = Literal["diverging", "sequential", "gray"]

_TABLES = {"diverging": colormaps.diverging, "sequential": colormaps.sequential, "gray": colormaps.gray}


@dataclass(frozen=True)
class ColorScale:
    """A colour map in the colours of the current theme, with the value at its end.

    Attributes:
        kind: "diverging" for signed numbers, "sequential" for magnitudes, "gray" for pictures.
        level: the value that has the last colour; on a diverging scale −level has the first one.
    """

    kind: Kind
    level: float

    def qt_table(self) -> list[int]:
        """The 256 colours as Qt wants them, 0xFFRRGGBB."""
        return colormaps.qt_table(_TABLES[self.kind]())

    def index(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Entries of the table for values of any shape; bytes on a scale up to 255 are entries already."""
        if self.kind == "diverging":
            return colormaps.diverging_index(values, self.level)
        if values.dtype == np.uint8 and self.level == 255:
            return values
        return colormaps.sequential_index(values, self.level)

    def picture(self, values: NDArray[Any]) -> QImage:
        """Values (H, W) as an image, a pixel each."""
        pixels = np.array(self.qt_table(), np.uint32)[self.index(values)]
        height, width = pixels.shape
        return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()

    def paint_bar(self, painter: QPainter, width: int, bottom: int, name: str) -> None:
        """The scale with its numbers, centred on `width`, above `bottom`: −0.4 ▒▒▒ 0 ▒▒▒ 0.4 weight."""
        colors, metrics = theme.current(), painter.fontMetrics()
        signed = self.kind == "diverging"
        low, high = "−" + short_number(self.level) if signed else "0", short_number(self.level)
        height = metrics.height()
        top = bottom - height - 3
        low_w, high_w, name_w = (metrics.horizontalAdvance(text) for text in (low, high, name))
        bar_w = min(180, max(30, width - low_w - high_w - name_w - 50))
        x = (width - (low_w + bar_w + high_w + name_w + 26)) / 2
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colors.muted)
        painter.drawText(QRectF(x, top, low_w + 2, height), flags, low)
        x += low_w + 8
        bar = QRectF(x, top + height / 2 - 4, bar_w, 8)
        painter.setPen(QPen(colors.border, 1))
        painter.setBrush(self._gradient(bar))
        painter.drawRect(bar)
        painter.setPen(colors.muted)
        if signed:
            painter.drawLine(QPointF(bar.center().x(), bar.bottom()), QPointF(bar.center().x(), bar.bottom() + 3))
        x += bar_w + 8
        painter.drawText(QRectF(x, top, high_w + 2, height), flags, high)
        painter.setPen(colors.text)
        painter.drawText(QRectF(x + high_w + 10, top, name_w + 4, height), flags, name)

    def _gradient(self, bar: QRectF) -> QLinearGradient:
        """From the first colour to the last; a diverging scale uses entries 1 … 255, so that zero is in the middle."""
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = self.qt_table()
        stops = (1, 33, 65, 97, 128, 160, 192, 224, 255) if self.kind == "diverging" else range(0, 256, 17)
        for entry in stops:
            gradient.setColorAt((entry - stops[0]) / (255 - stops[0]), table[entry])
        return gradient
