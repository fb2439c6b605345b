"""A caution: the same grey on other grounds looks different to you, and is three equal numbers to the network."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from models.colours.predict import names_of
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes, hex_of
from ui.plots.painted import Painted
from ui.widgets.layout import column, muted

GROUNDS = ("#000000", "#ffffff", "#e8c200", "#0a3fb5", "#c8261c", "#2e8b3a")
GREY = np.array([128, 128, 128], np.uint8)


class Grounds(Painted):
    """Patches of two colours, each on six grounds."""

    def __init__(self) -> None:
        super().__init__("the same colours on six grounds", (420, 200), (200, 100))
        self.colours = [GREY, GREY]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Grounds, and a patch in the middle of each."""
        painter = QPainter(self)
        width, height = self.width() / len(GROUNDS), self.height() / len(self.colours)
        for line, colour in enumerate(self.colours):
            for place, ground in enumerate(GROUNDS):
                box = QRectF(place * width, line * height, width, height)
                painter.fillRect(box, QColor(ground))
                side = 0.42 * min(width, height)
                patch = QRectF(0, 0, side, side)
                patch.moveCenter(box.center())
                painter.fillRect(patch, QColor(*colour.tolist()))
        painter.end()


class GroundsPage(QWidget):
    """The patches, and what the network says to them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grounds = Grounds()
        self.words = muted(wrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setMinimumHeight(4 * self.words.fontMetrics().lineSpacing())
        column((self.grounds, 1), self.words, spacing=4, inside=self)

    def show_network(self, snapshot: ColoursSnapshot, colour: Bytes) -> None:
        """Ask it about grey, and about the colour in hand."""
        self.grounds.colours = [GREY, np.array(colour, np.uint8)]
        self.grounds.update()
        grey, other = (snapshot.data.names[name] for name in names_of(snapshot, np.stack(self.grounds.colours)))
        words = (
            f"Above: the same {hex_of(GREY)} six times. Below: {hex_of(colour)}, the colour in hand. Your eye allows "
            f"for what lies around, and for the light; the network is told three numbers and says “{grey}” and "
            f"“{other}” each time. A photo in yellow light needs its white balance first."
        )
        if words != self.words.text():
            self.words.setText(words)
