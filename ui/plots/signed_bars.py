"""Many numbers between −1 and 1 as bars that stand up or hang down: how much a picture is like each stored pattern.

Each bar keeps its place, whatever the numbers do, so that one can watch one of them win.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget
from ui.widgets import theme
from ui.widgets.numbers import number

WIDEST = 34.0
"""Pixels per bar at the most: two bars should not fill a screen."""


class SignedBars(CellWidget):
    """P bars from −1 to 1 around a line of zero, with an axis and their names below as far as they fit.

    Where there are more bars than pixels, each pixel shows the value that is farthest from zero.

    Args:
        value_name: what a bar means ("overlap"), for read-outs.
        empty_text: what is said when there are no bars.
    """

    click_takes_keys = False

    def __init__(self, value_name: str, *, empty_text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(value_name, (260, 110), (120, 60), parent)
        self._value_name, self._empty_text = value_name, empty_text
        self._values: NDArray[Any] = np.zeros(0)
        self._names: Sequence[str] = ()
        self._highlight: int | None = None

    def set_values(self, values: NDArray[Any], names: Sequence[str], highlight: int | None = None) -> None:
        """Show values (P,) in [−1, 1] with P names; one of them in the accent colour."""
        if len(values) != len(names):
            raise ValueError(f"{len(values)} values need as many names, not {len(names)}")
        self._values, self._names, self._highlight = values, names, highlight
        self.refresh()

    def table(self) -> Table:
        """Names and values, for export."""
        return ["pattern", self._value_name], [(n, float(v)) for n, v in zip(self._names, self._values, strict=True)]

    # -- bars

    @property
    def count(self) -> int:
        """Number of bars."""
        return len(self._values)

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        index = int((position.x() - self._area().left()) // self._step()) if self.count else -1
        return index if 0 <= index < self.count else None

    def box(self, index: int) -> QRectF:
        """The whole height at a bar."""
        area, step = self._area(), self._step()
        return QRectF(area.left() + index * step, area.top(), step, area.height())

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        return f"{self._names[index]}: {self._value_name} {number(float(self._values[index]))}"

    def tip(self, index: int | None) -> str:
        """The number also stands beside the pointer."""
        return self.readout

    # -- layout

    def _area(self) -> QRectF:
        """Where the bars are: right of the axis's numbers and above the names."""
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("−1") + 8
        return QRectF(left, 6, max(1, self.width() - left - 4), max(1, self.height() - metrics.height() - 12))

    def _step(self) -> float:
        return min(self._area().width() / max(len(self._values), 1), WIDEST)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Axis, bars, names."""
        colors, area = theme.current(), self._area()
        painter = QPainter(self)
        if not len(self._values):
            self.paint_words(painter, self._empty_text)
            painter.end()
            return
        middle = area.center().y()
        text_height = painter.fontMetrics().height()
        for level, words in ((1, "1"), (0, "0"), (-1, "−1")):
            y = middle - level * area.height() / 2
            painter.setPen(QPen(colors.control if level == 0 else colors.grid, 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            painter.setPen(colors.muted)
            box = QRectF(0, y - text_height / 2, area.left() - 5, text_height)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
        if self._step() < 1:
            self._paint_columns(painter, colors, area)
        else:
            self._paint_bars(painter, colors, area)
        if self.focused is not None:
            painter.setPen(QPen(colors.text, 2))
            painter.drawRect(self.box(self.focused))
        painter.end()

    def _paint_bars(self, painter: QPainter, colors: theme.Theme, area: QRectF) -> None:
        step, middle = self._step(), area.center().y()
        gap = min(3.0, step * 0.2)
        room = max((painter.fontMetrics().horizontalAdvance(name) for name in self._names[:64]), default=0) + 4
        named = step >= room
        for index, value in enumerate(self._values):
            height = float(np.clip(value, -1, 1)) * area.height() / 2
            bar = QRectF(area.left() + index * step + gap / 2, middle - max(height, 0), step - gap, abs(height))
            painter.fillRect(bar, colors.positive if value >= 0 else colors.negative)
            if index == self.under_pointer:
                painter.fillRect(
                    QRectF(bar.left(), area.top(), bar.width(), area.height()), theme.faded(colors.text, 0.12)
                )
            chosen = index == self._highlight
            if named or chosen:
                painter.setPen(colors.accent if chosen else colors.muted)
                width = max(step, painter.fontMetrics().horizontalAdvance(self._names[index]) + 2.0)
                left = min(max(bar.center().x() - width / 2, 0.0), self.width() - width)
                words = QRectF(left, area.bottom() + 3, width, painter.fontMetrics().height())
                painter.drawText(words, Qt.AlignmentFlag.AlignHCenter, self._names[index])
            if chosen:
                painter.fillRect(QRectF(bar.left(), area.bottom() + 1, bar.width(), 2), colors.accent)

    def _paint_columns(self, painter: QPainter, colors: theme.Theme, area: QRectF) -> None:
        """More bars than pixels: one line per pixel, from the lowest to the highest value in it."""
        width, middle = int(area.width()), area.center().y()
        edges = np.unique(np.linspace(0, len(self._values), width + 1).astype(int)[:-1])
        highest = np.maximum.reduceat(self._values, edges)
        lowest = np.minimum.reduceat(self._values, edges)
        for values, color in ((highest, colors.positive), (lowest, colors.negative)):
            painter.setPen(QPen(color, 1))
            lines = [
                QLineF(area.left() + x + 0.5, middle, area.left() + x + 0.5, middle - float(v) * area.height() / 2)
                for x, v in enumerate(values)
                if (v > 0) == (color is colors.positive)
            ]
            painter.drawLines(lines)
        if self._highlight is not None:
            x = area.left() + (self._highlight + 0.5) * self._step()
            painter.fillRect(QRectF(x - 2, area.bottom() + 1, 4, 3), colors.accent)
