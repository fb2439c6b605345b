"""The weights of a linear neuron as bars, each over the column of bits that it multiplies, beside its true worth."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from models.bits.edits import LARGEST_WEIGHT
from ui.plots.colormaps import HeldLevel
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget
from ui.tabs.bits.editor import NumberEditor
from ui.tabs.bits.table import BESIDE, CENTRED, LEFT, Columns
from ui.widgets import theme
from ui.widgets.numbers import figure, plain

FOUND = 0.5
"""A weight nearer than this to its place value would be rounded to it."""

SIZES = (1.0, 0.85, 0.72)
"""How large the numbers below the bars are written, of the usual size: as large as they fit between their neighbours.
"""

NARROWEST = 7.0
"""Pixels of a column for each digit of the largest place value, in which it can still be read."""

NUMBERS = 38.0
"""Height of the two lines of numbers below the bars."""


class WeightBars(CellWidget):
    """n bars with their numbers below; picking one types another weight. The place of each is its index.

    Signals:
        weight_set(place, value): what the user wants.
        refused(sentence): a weight that is no number.
    """

    weight_set = Signal(int, float)
    refused = Signal(str)

    click_takes_keys = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("weights of the neuron", (620, 240), parent=parent)
        self._weights: NDArray[np.float64] = np.zeros(0)
        self._before: NDArray[np.float64] | None = None
        self._true: NDArray[np.float64] = np.zeros(0)
        self._direction: NDArray[np.float64] | None = None
        self._doubling = False
        self._top, self._below = HeldLevel(), HeldLevel()
        self._drawn: tuple[object, ...] = ()
        self._still: QPixmap | None = None
        self._span = (0.0, 1.0)
        self.editor = NumberEditor(self, self._number_box)
        self.editor.accepted.connect(self._on_weight)
        self.editor.refused.connect(self.refused)
        self.setFont(theme.number_font(self.font()))
        self.hand = True
        self.picked.connect(self._type_weight)

    def show_weights(
        self,
        weights: NDArray[np.float64],
        true_weights: NDArray[np.float64],
        *,
        direction: NDArray[np.float64] | None = None,
        before: NDArray[np.float64] | None = None,
    ) -> None:
        """Show weights (n,) beside the place values (n,).

        `direction` (n,) is drawn as arrows: the way in which the weights can slide. `before` are the weights that they
        were slid from.
        """
        if len(weights) != len(self._weights):
            self._top.reset()
            self._below.reset()
            self.editor.hide()
        if not np.array_equal(true_weights, self._true):
            self._true = true_weights
            self._still = None
            self.updateGeometry()
        self._weights, self._direction, self._before = weights, direction, before
        top = self._top.update(max(float(true_weights.max()), float(weights.max())))
        lowest = -float(weights.min())
        below = self._below.update(lowest) if lowest > 0.02 * top else 0.0
        top = max(float(true_weights.max()), top if float(weights.max()) > 1.06 * float(true_weights.max()) else 0.0)
        span = (-1.15 * below, 1.06 * top)
        if span != self._span:
            self._span = span
            self._still = None
        parts = (weights, direction, before)
        drawn = (span, *(None if part is None else np.round(part, 2).tobytes() for part in parts))
        if drawn != self._drawn or self._still is None:
            self._drawn = drawn
            self.refresh()

    @Slot(bool)
    def set_doubling(self, doubling: bool) -> None:
        """Draw the doubling scale, on which twice as much is one line higher, or the true sizes."""
        if doubling != self._doubling:
            self._doubling = doubling
            self.forget()
            self.update()

    def minimumSizeHint(self) -> QSize:
        """Bars that can still be compared, over numbers that can be read."""
        digits = max((len(plain(value)) for value in self._true.tolist()), default=0)
        return QSize(max(420, round(BESIDE + NARROWEST * digits * len(self._true))), 112)

    # -- layout

    def edges(self) -> Columns:
        """The columns of the table below."""
        return Columns.fitted(self.width(), max(len(self._weights), 2), False)

    def weights_in(self, width: float) -> tuple[float, list[str]]:
        """(share of the usual size, the weights in words) for columns of a width: none runs into the next one."""
        bold = QFont(self.font())
        bold.setBold(True)
        weights = self._weights.tolist()
        ways = [
            [figure(weight, places if abs(weight) < 999.5 else min(places, 1)) for weight in weights]
            for places in ((2, 1, 0) if width >= 52 else (1, 0))
        ]
        return _fitting(bold, width, ways)

    def _scaled(self, value: float) -> float:
        # asinh is the logarithm for large numbers and a straight line around zero: negative weights have a place too.
        return math.asinh(2 * value) if self._doubling else value

    def y_of(self, value: float) -> float:
        """Pixels from the top to where a weight of this value would end, on the scale that is chosen."""
        low, high = (self._scaled(end) for end in self._span)
        room = self.height() - NUMBERS - 10
        return 6 + room * (high - self._scaled(value)) / (high - low)

    def _number_box(self, place: int) -> QRectF:
        columns = self.edges()
        return QRectF(columns.bit(place) - 5, self.height() - NUMBERS, columns.width + 10, NUMBERS / 2)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lines and marks from a picture, bars and numbers anew."""
        count = len(self._weights)
        if not count:
            return
        if self._still is None:
            self._still = self._paint_still()
        colors, columns = theme.current(), self.edges()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        zero = self.y_of(0.0)
        inset = min(max(columns.width * 0.16, 3.0), 12.0)
        bold = QFont(self.font())
        bold.setBold(True)
        fitting, numbers = self.weights_in(columns.width)
        bold.setPointSizeF(fitting * bold.pointSizeF())
        painter.setFont(bold)
        if self._direction is not None:
            self._paint_arrows(painter, colors, columns)
        for place, (weight, true) in enumerate(zip(self._weights.tolist(), self._true.tolist(), strict=True)):
            left, width = columns.bit(place) + inset, columns.width - 2 * inset
            y = min(max(self.y_of(weight), 0.0), self.height() - NUMBERS)
            bar = QRectF(left, min(y, zero), width, max(abs(y - zero), 1.0))
            color = colors.positive if weight >= 0 else colors.negative
            painter.fillRect(bar, theme.faded(color, 1.0 if self.under_pointer == place else 0.82))
            mark = self.y_of(true)
            found = abs(weight - true) < FOUND
            painter.fillRect(
                QRectF(columns.bit(place) + 2, mark - 1.2, columns.width - 4, 2.4),
                colors.success if found else colors.ink,
            )
            painter.setPen(colors.success if found else colors.text)
            painter.drawText(self._number_box(place), CENTRED, numbers[place])
        if self._before is not None:
            painter.setPen(QPen(colors.muted, 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for place, weight in enumerate(self._before.tolist()):
                y = self.y_of(weight)
                painter.drawRect(
                    QRectF(columns.bit(place) + inset, min(y, zero), columns.width - 2 * inset, abs(y - zero))
                )
        if self.focused is not None:
            painter.setPen(QPen(colors.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.box(self.focused).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_arrows(self, painter: QPainter, colors: theme.Theme, columns: Columns) -> None:
        assert self._direction is not None
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.accent, 2))
        largest = float(np.abs(self._direction).max()) or 1.0
        for place, share in enumerate((self._direction / largest).tolist()):
            if abs(share) < 0.05:
                continue
            x = columns.bit(place) + columns.width / 2
            floor = self.height() - NUMBERS - 3
            start = min(max(self.y_of(float(self._weights[place])), 4.0), floor)
            tip = min(max(start - share * 24, 2.0), floor)
            painter.drawLine(QLineF(x, start, x, tip))
            back = 4 if share > 0 else -4
            painter.drawLine(QLineF(x, tip, x - 3.5, tip + back))
            painter.drawLine(QLineF(x, tip, x + 3.5, tip + back))

    def _paint_still(self) -> QPixmap:
        picture = self.sheet()
        colors, columns = theme.current(), self.edges()
        painter = QPainter(picture)
        painter.setFont(self.font())
        right = columns.bit(columns.bits)
        levels = sorted(self._true.tolist(), reverse=True) if self._doubling else self._lines()
        written = -100.0
        for level in [*levels, 0.0]:
            y = self.y_of(level)
            painter.setPen(QPen(colors.control if level == 0 else colors.grid, 1))
            painter.drawLine(QLineF(columns.left, y, right, y))
            if y - written < painter.fontMetrics().ascent():
                continue
            written = y
            painter.setPen(colors.muted)
            painter.drawText(
                QRectF(0, y - 8, columns.left - 6, 16),
                int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter),
                plain(level),
            )
        base = self.height() - NUMBERS
        small = QFont(self.font())
        fitting, _ = _fitting(small, columns.width, ([plain(value) for value in self._true.tolist()],))
        small.setPointSizeF(fitting * small.pointSizeF())
        painter.setPen(colors.muted)
        painter.drawText(QRectF(6, base, columns.left - 8, NUMBERS / 2), LEFT, "weight")
        painter.drawText(QRectF(6, base + NUMBERS / 2, columns.left - 8, NUMBERS / 2), LEFT, "worth")
        painter.setFont(small)
        for place, value in enumerate(self._true.tolist()):
            box = QRectF(columns.bit(place) - 5, base + NUMBERS / 2, columns.width + 10, NUMBERS / 2)
            painter.drawText(box, CENTRED, plain(value))
        painter.setFont(self.font())
        self._paint_legend(painter, colors, columns)
        painter.end()
        return picture

    def _paint_legend(self, painter: QPainter, colors: theme.Theme, columns: Columns) -> None:
        left, top, line = columns.target + 10, 4.0, painter.fontMetrics().height() + 4.0
        width = columns.end - left - 4
        for words, color, high in (
            ("weight of the neuron", colors.positive, 11.0),
            ("what the place is worth", colors.ink, 2.4),
            ("found: off by less than ½", colors.success, 2.4),
        ):
            painter.fillRect(QRectF(left, top + (line - high) / 2, 16, high), color)
            painter.setPen(colors.text)
            painter.drawText(QRectF(left + 24, top, width - 24, line), LEFT, words)
            top += line
        painter.setPen(colors.muted)
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
        painter.drawText(
            QRectF(left, top + 2, width, self.height() - top),
            flags,
            "Each weight is added where its bit is 1."
            if self.height() < 150
            else "The neuron’s answer to a row: the sum of the weights over the bits that are 1.",
        )

    def _lines(self) -> list[float]:
        top = float(self._true.max())
        return [top, top / 2, top / 4]

    def forget(self) -> None:
        """See Painted."""
        self._still = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns move."""
        self.editor.follow()
        self.forget()
        self.refresh()

    # -- bars

    @property
    def count(self) -> int:
        """Number of weights."""
        return len(self._weights)

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        edges = self.edges()
        place = int((position.x() - edges.left) // edges.width)
        return place if 0 <= place < self.count else None

    def box(self, index: int) -> QRectF:
        """The number below a bar, which a click changes."""
        return self._number_box(index)

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        weight, true = float(self._weights[index]), float(self._true[index])
        return f"Weight {index + 1}: {figure(weight, 4)} (the place is worth {plain(true)}). Click to type another."

    def tip(self, index: int | None) -> str:
        """The same stands beside the pointer."""
        return self.readout

    def table(self) -> Table:
        """The weights beside what their places are worth, for export."""
        pairs = zip(self._weights.tolist(), self._true.tolist(), strict=True)
        return ["bit", "weight", "worth"], [(place + 1, *pair) for place, pair in enumerate(pairs)]

    @Slot(object)
    def _type_weight(self, place: int) -> None:
        self.editor.open_at(place, float(self._weights[place]), f"Weight {place + 1}", LARGEST_WEIGHT)

    @Slot(object, float)
    def _on_weight(self, place: object, value: float) -> None:
        assert isinstance(place, int)
        self.weight_set.emit(place, value)


def _fitting(font: QFont, width: float, ways: Sequence[list[str]]) -> tuple[float, list[str]]:
    """The first way to write a row of numbers that fits into columns of a width, and how large: see SIZES."""
    for numbers in ways:
        for size in SIZES[:2] if numbers is not ways[-1] else SIZES:
            smaller = QFont(font)
            smaller.setPointSizeF(size * font.pointSizeF())
            metrics = QFontMetricsF(smaller)
            if max(map(metrics.horizontalAdvance, numbers), default=0.0) <= width - 1:
                return size, numbers
    return SIZES[-1], ways[-1]
