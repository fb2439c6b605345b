"""From one name to another: a strip of colours, and the place where the network changes its mind."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from models.colours.maps import between, typical
from models.colours.predict import answer
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes, ColourSet, hex_of
from ui.plots.painted import Painted
from ui.widgets import theme
from ui.widgets.layout import column, muted, row
from ui.widgets.wheel import CalmComboBox

STEPS = 256
BAND = 0.45
"""Share of the height that the colours have; below them the probabilities."""


class Strip(Painted):
    """Colours from left to right; below them how probable the names are, and a line wherever another one wins.

    Signals:
        pointed(colour or None), chosen(colour): as in `Regions`.
    """

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("strip of colours between two names", (420, 180), (160, 90))
        self._colours: Bytes = np.zeros((0, 3), np.uint8)
        self._probabilities: NDArray[np.floating] | None = None
        self._names: tuple[str, ...] = ()
        self._shades: Bytes = np.zeros((0, 3), np.uint8)

    def show_strip(
        self, colours: Bytes, probabilities: NDArray[np.floating] | None, names: tuple[str, ...], shades: Bytes
    ) -> None:
        """Colours (S, 3), probabilities (S, K) of K names or None before training, and a colour for each curve."""
        self._colours, self._probabilities, self._names, self._shades = colours, probabilities, names, shades
        self.update()

    @property
    def colours(self) -> Bytes:
        """Those that are shown, (S, 3)."""
        return self._colours

    def changes(self) -> list[int]:
        """Where another name begins to win: numbers of the steps."""
        if self._probabilities is None:
            return []
        return [int(place) + 1 for place in np.flatnonzero(np.diff(self._probabilities.argmax(axis=1)))]

    def _colour_at(self, position: QPointF) -> Bytes | None:
        place = int(position.x() / max(self.width(), 1) * len(self._colours))
        return self._colours[place] if 0 <= place < len(self._colours) else None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Band, curves, lines."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not len(self._colours):
            painter.end()
            return
        count = len(self._colours)
        band = QRectF(0, 0, self.width(), BAND * self.height())
        line = np.ascontiguousarray(np.concatenate([self._colours, np.full((count, 1), 255, np.uint8)], axis=1))
        painter.drawImage(band, QImage(line.data, count, 1, 4 * count, QImage.Format.Format_RGBA8888))
        below = QRectF(0, band.bottom() + 4, self.width(), self.height() - band.bottom() - 6)
        painter.setPen(QPen(colors.border, 1))
        painter.drawRect(below.adjusted(0.5, 0.5, -0.5, -0.5))
        if self._probabilities is not None:
            self._paint_curves(painter, below, colors)
        painter.end()

    def _paint_curves(self, painter: QPainter, below: QRectF, colors: theme.Theme) -> None:
        assert self._probabilities is not None
        xs = below.left() + (np.arange(len(self._colours)) + 0.5) / len(self._colours) * below.width()
        for name in np.flatnonzero(self._probabilities.max(axis=0) > 0.05):
            ys = below.bottom() - self._probabilities[:, name] * below.height()
            curve = QPolygonF([QPointF(x, y) for x, y in zip(xs.tolist(), ys.tolist(), strict=True)])
            painter.setPen(QPen(colors.ink, 3.4))
            painter.drawPolyline(curve)
            painter.setPen(QPen(QColor(*self._shades[name].tolist()), 2))
            painter.drawPolyline(curve)
            top = int(self._probabilities[:, name].argmax())
            words = self._names[name]
            width = painter.fontMetrics().horizontalAdvance(words) + 10
            left = min(max(xs[top] - width / 2, below.left()), below.right() - width)
            painter.setPen(colors.text)
            painter.drawText(QRectF(left, ys[top] + 4, width, 18), Qt.AlignmentFlag.AlignCenter, words)
        for place in self.changes():
            x = below.left() + place / len(self._colours) * below.width()
            painter.setPen(QPen(colors.text, 1, Qt.PenStyle.DashLine))
            painter.drawLine(QPointF(x, 0), QPointF(x, below.bottom()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell the colour under the pointer."""
        self.pointed.emit(self._colour_at(event.position()))

    def leaveEvent(self, event: object) -> None:
        """Nothing is under the pointer."""
        self.pointed.emit(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose it."""
        colour = self._colour_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and colour is not None:
            self.chosen.emit(colour.copy())


class BetweenPage(QWidget):
    """Two names to choose, and the strip between them."""

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: ColoursSnapshot | None = None
        self._data: ColourSet | None = None
        self._shades: Bytes = np.zeros((0, 3), np.uint8)
        self.ends = [CalmComboBox(), CalmComboBox()]
        for end, words in zip(self.ends, ("from this name", "to this name"), strict=True):
            end.setAccessibleName(words)
            end.currentIndexChanged.connect(self._draw)
        self.strip = Strip()
        self.strip.pointed.connect(self.pointed)
        self.strip.chosen.connect(self.chosen)
        self.words = muted(wrap=True)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        controls = row(muted("From"), (self.ends[0], 1), muted("to"), (self.ends[1], 1), spacing=6)
        column(controls, (self.strip, 1), self.words, spacing=4, inside=self)

    def show_network(self, snapshot: ColoursSnapshot) -> None:
        """Ask it about every colour of the strip."""
        self._snapshot = snapshot
        if snapshot.data is not self._data:
            self._offer(snapshot.data)
        self._draw()

    def _offer(self, data: ColourSet) -> None:
        self._data, self._shades = data, typical(data)
        wanted = [
            data.names.index(name) if name in data.names else place for place, name in enumerate(("green", "blue"))
        ]
        for end, place in zip(self.ends, wanted, strict=True):
            end.blockSignals(True)
            end.clear()
            end.addItems(list(data.names))
            end.setCurrentIndex(place)
            end.blockSignals(False)

    @Slot()
    def _draw(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        start, end = (self._shades[max(box.currentIndex(), 0)] for box in self.ends)
        colours = between(start, end, STEPS)
        probabilities = answer(snapshot, colours).probabilities
        names = snapshot.data.names
        self.strip.show_strip(colours, probabilities, names, self._shades)
        winners = probabilities.argmax(axis=1)
        told = [
            f"{names[winners[place - 1]]} → {names[winners[place]]} at {round(100 * place / STEPS)} % of the way "
            f"({hex_of(colours[place])})"
            for place in self.strip.changes()
        ]
        many = f" and {len(told) - 3} more" if len(told) > 3 else ""
        words = (
            f"It changes its mind: {'; '.join(told[:3])}{many}." if told else f"It is {names[winners[0]]} all the way."
        )
        if words != self.words.text():
            self.words.setText(words)
