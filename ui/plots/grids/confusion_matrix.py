"""A confusion matrix counts, for each true class, what the model took its examples for.

Right answers lie on the diagonal and stay calm; mistakes stand out, coloured by their share of the true class.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ui.plots.export import Table
from ui.plots.grids.cell_widget import Cell, MatrixWidget
from ui.widgets import theme
from ui.widgets.shorten import told_apart

NO_BREAK = "\u00a0"
"""A space at which no line ends."""

MOST_UPRIGHT = 60
"""Pixels of height for the names of the columns where these stand upright."""

MOST_NAMES = 0.35
"""Share of the width for the names of the rows."""


class ConfusionMatrix(MatrixWidget):
    """Counts (n, n), rows true classes, columns predictions; the place of a cell is (true class, predicted class)."""

    def __init__(self, names: Sequence[str] = tuple("0123456789"), parent: QWidget | None = None) -> None:
        super().__init__("confusion matrix", parent=parent)
        self._names = tuple(names)
        self._counts: NDArray[Any] | None = None
        self._upright = False  # the names of the columns, which have no room for them otherwise
        self._laid_out: tuple[tuple[object, ...], QRectF] | None = None

    def set_counts(self, counts: NDArray[Any] | None) -> None:
        """Show counts (n, n), integers ≥ 0, `counts[true, predicted]`; None: not measured yet."""
        n = len(self._names)
        if counts is not None and counts.shape != (n, n):
            raise ValueError(f"expected counts of shape ({n}, {n}), not {counts.shape}")
        self._counts = None if counts is None else np.array(counts)
        self.refresh()

    def set_names(self, names: Sequence[str]) -> None:
        """Change the classes; the counts are dropped if their number differs."""
        if len(names) != len(self._names):
            self._counts = None
            self.reach(None)
        self._names = tuple(names)
        self.refresh()

    @property
    def accuracy(self) -> float | None:
        """Share of right answers, 0 to 1; None while nothing is measured."""
        total = 0 if self._counts is None else self._counts.sum()
        return float(np.trace(self._counts) / total) if self._counts is not None and total else None

    def sentence(self, true: int, predicted: int) -> str:
        """What one cell says, in words."""
        if self._counts is None:
            return "Not measured yet"
        count, total = int(self._counts[true, predicted]), int(self._counts[true].sum())
        name, other = self._names[true], self._names[predicted]
        if name.isdigit():
            name += "s"  # 2 of 982 true 4s; "2 of 30 true smiling" is said of pictures
        if total == 0:
            return f"there are no true {name}"
        share = f"{100 * count / total:.1f}{NO_BREAK}%"
        if true == predicted:
            return f"{count} of {total} true {name} were recognised ({share})"
        return f"{count} of {total} true {name} {'was' if count == 1 else 'were'} taken for {other} ({share})"

    def table(self) -> Table:
        """The counts, for export."""
        rows: list[Sequence[Any]] = []
        if self._counts is not None:
            rows = [(name, *map(int, row)) for name, row in zip(self._names, self._counts, strict=True)]
        return [r"true \ predicted", *self._names], rows

    # -- cells

    @property
    def columns(self) -> int:
        """Classes."""
        return len(self._names)

    @property
    def count(self) -> int:
        """Pairs of classes."""
        return self.columns**2

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        return self.sentence(*self.place(index))

    def tip(self, index: int | None) -> str:
        """The sentence also stands beside the pointer."""
        return self.readout

    def pick(self, index: int) -> None:
        """Choose a cell; there is none to choose before something is measured."""
        if self._counts is not None:
            super().pick(index)

    # -- layout

    def sizeHint(self) -> QSize:
        """Room for numbers in the cells."""
        return QSize(30 * len(self._names) + 110, 26 * len(self._names) + 60)

    def minimumSizeHint(self) -> QSize:
        """Without numbers."""
        return QSize(11 * len(self._names) + 90, 11 * len(self._names) + 50)

    def _grid(self) -> QRectF:
        """The square-ish area of the cells; headings left and above, accuracies right."""
        key = (self.size(), self._names, self.font().key())
        if self._laid_out is None or self._laid_out[0] != key:
            self._laid_out = (key, self._lay_out())
        return self._laid_out[1]

    def _lay_out(self) -> QRectF:
        level = self._lay_out_below(0)
        names = self._widest()
        self._upright = level.width() / len(self._names) < names
        return self._lay_out_below(min(names, MOST_UPRIGHT) - self.fontMetrics().height()) if self._upright else level

    def _widest(self) -> int:
        """Pixels of the longest name, as far as there is room for it: names come from files, too."""
        longest = max(self.fontMetrics().horizontalAdvance(name) for name in self._names)
        return min(longest, max(round(MOST_NAMES * self.width()), MOST_UPRIGHT))

    def _lay_out_below(self, more: int) -> QRectF:
        """The cells below headings that are so many pixels higher than a line."""
        n, metrics = len(self._names), self.fontMetrics()
        left, top = metrics.height() + self._widest() + 14.0, 2.0 * metrics.height() + 10 + more
        right = metrics.horizontalAdvance("100 %") + 14.0
        side_w = math.floor(max(n, self.width() - left - right) / n)
        side_h = math.floor(max(n, self.height() - top - 4) / n)
        side_w = min(side_w, round(1.6 * side_h))
        side_h = min(side_h, round(1.2 * side_w))
        used_w, used_h = left + side_w * n + right, top + side_h * n + 4
        return QRectF(
            math.floor(max(0, (self.width() - used_w) / 2) + left),
            math.floor(max(0, (self.height() - used_h) / 2) + top),
            side_w * n,
            side_h * n,
        )

    def cell_rect(self, true: int, predicted: int) -> QRectF:
        """Where a cell is drawn."""
        grid, n = self._grid(), len(self._names)
        width, height = grid.width() / n, grid.height() / n
        return QRectF(grid.left() + predicted * width, grid.top() + true * height, width, height)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell at a position in the widget."""
        grid, n = self._grid(), len(self._names)
        if not grid.contains(position):
            return None
        row = int((position.y() - grid.top()) / grid.height() * n)
        column = int((position.x() - grid.left()) / grid.width() * n)
        return min(row, n - 1), min(column, n - 1)

    # -- painting

    def cell_color(self, true: int, predicted: int, colors: theme.Theme) -> QColor:
        """Diagonal: a tint of the accent, stronger with the accuracy; elsewhere: orange, by share of the row.

        A tint that is plain to see on white is almost black on a dark ground, so the dark theme takes more of it.
        """
        if self._counts is None:
            return colors.surface
        total = self._counts[true].sum()
        share = float(self._counts[true, predicted] / total) if total else 0.0
        if true == predicted:
            faintest, more = (0.06, 0.62) if colors.dark else (0.04, 0.46)
            return theme.blend(colors.surface, colors.accent, faintest + more * share**2)
        # The square root makes an error of one per cent visible; from 30 % on the colour is full.
        return theme.blend(colors.surface, QColor("#e8761a"), min(1.0, math.sqrt(share / 0.3)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw headings, cells, numbers, accuracies."""
        colors = theme.current()
        painter = QPainter(self)
        grid, n = self._grid(), len(self._names)
        for true in range(n):
            for predicted in range(n):
                cell = self.cell_rect(true, predicted).adjusted(0.5, 0.5, -0.5, -0.5)
                painter.fillRect(cell, self.cell_color(true, predicted, colors))
        self._paint_headings(painter, grid, colors)
        if self._counts is None:
            painter.setPen(colors.muted)
            painter.drawText(grid, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, "Not measured yet")
        else:
            self._paint_numbers(painter, grid, colors)
        painter.setPen(colors.border)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(grid.adjusted(-0.5, -0.5, 0.5, 0.5))
        self.paint_marks(painter, colors.accent)
        painter.end()

    def _paint_headings(self, painter: QPainter, grid: QRectF, colors: theme.Theme) -> None:
        n, metrics = len(self._names), painter.fontMetrics()
        line = metrics.height()
        side = grid.width() / n
        flags = Qt.AlignmentFlag
        plain = QFont(self.font())
        tight = grid.height() / n / line
        if tight < 1:
            plain.setPointSizeF(max(5.0, plain.pointSizeF() * tight))
        bold = QFont(plain)
        bold.setWeight(QFont.Weight.DemiBold)
        widest = self._widest()
        above = min(widest, MOST_UPRIGHT) if self._upright else line
        lit = (-1, -1) if self.under_pointer is None else self.place(self.under_pointer)
        room = above + 4 if self._upright else max(round(side) - 2, metrics.averageCharWidth())
        rows, columns = (told_apart(self._names, metrics, most) for most in (widest + 1, room))
        for index, (name, shown) in enumerate(zip(rows, columns, strict=True)):
            row = self.cell_rect(index, 0)
            painter.setFont(bold if index == lit[0] else plain)
            painter.setPen(colors.text)
            box = QRectF(row.left() - widest - 10, row.top() - 4, widest + 4, row.height() + 8)
            painter.drawText(box, flags.AlignRight | flags.AlignVCenter, name)
            painter.setFont(bold if index == lit[1] else plain)
            if self._upright:
                painter.save()
                painter.translate(grid.left() + (index + 0.5) * side, grid.top() - 4)
                painter.rotate(-90)
                painter.drawText(QRectF(0, -line / 2, above + 2, line), flags.AlignLeft | flags.AlignVCenter, shown)
                painter.restore()
            else:
                box = QRectF(grid.left() + index * side - 4, grid.top() - line - 4, side + 8, line + 2)
                painter.drawText(box, flags.AlignCenter, shown)
        painter.setFont(self.font())
        painter.setPen(colors.muted)
        box = QRectF(grid.left() - 20, grid.top() - above - line - 7, grid.width() + 40, line + 2)
        painter.drawText(box, flags.AlignCenter, "predicted")
        painter.save()
        painter.translate(grid.left() - widest - 14 - line / 2, grid.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -line / 2, 120, line), flags.AlignCenter, "true")
        painter.restore()
        box = QRectF(grid.right() + 4, grid.top() - line - 4, self.width(), line + 2)
        painter.drawText(box, flags.AlignLeft | flags.AlignVCenter, "right")

    def _paint_numbers(self, painter: QPainter, grid: QRectF, colors: theme.Theme) -> None:
        assert self._counts is not None
        n, metrics = len(self._names), painter.fontMetrics()
        flags = Qt.AlignmentFlag
        widest = metrics.horizontalAdvance(str(int(self._counts.max()))) + 4.0
        side_w, side_h = grid.width() / n, grid.height() / n
        font = QFont(self.font())
        if widest > side_w and side_w >= 0.78 * widest:
            font.setPointSizeF(font.pointSizeF() * 0.8)
            widest *= 0.8
        painter.setFont(font)
        totals = self._counts.sum(axis=1)
        if side_w >= widest and side_h >= metrics.height() * 0.9:
            for true, predicted in np.argwhere(self._counts):
                painter.setPen(theme.text_on(self.cell_color(int(true), int(predicted), colors)))
                cell = self.cell_rect(int(true), int(predicted))
                painter.drawText(cell, flags.AlignCenter, str(int(self._counts[true, predicted])))
        painter.setFont(self.font())
        if side_h < metrics.height() * 0.8:
            return
        for true in range(n):
            share = self._counts[true, true] / totals[true] if totals[true] else None
            painter.setPen(colors.muted)
            cell = self.cell_rect(true, n - 1)
            box = QRectF(cell.right() + 6, cell.top(), 80, cell.height())
            text = "–" if share is None else f"{100 * share:.0f} %"
            painter.drawText(box, flags.AlignLeft | flags.AlignVCenter, text)
