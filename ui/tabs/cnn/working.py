"""One unit worked out: patch times filter, added up, bias, activation; or which number a pool lets pass."""

from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolButton, QWidget

from models.cnn.explain import Worked, WorkedNorm, WorkedPool, WorkedSum
from models.cnn.line import LayerSpec
from ui.plots import colormaps
from ui.widgets import icons, theme
from ui.widgets.numbers import figure, in_cell

ACTIVATION_NAMES = {"relu": "ReLU", "leaky_relu": "leaky ReLU", "tanh": "tanh", "sigmoid": "sigmoid"}

LARGEST_CELL = QSize(44, 26)
LEGENDS = ("products: orange for it, blue against it", "orange for it, blue against", "orange for, blue not")
"""What the colours of the products mean, where there is less and less room."""
MOST_TERMS = 6
"""Largest products of a dense unit that are written out."""


class WorkingView(QWidget):
    """The numbers behind one unit, painted in one go.

    Signals:
        closed(): the user is done with it.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._title = ""
        self._spec: LayerSpec | None = None
        self._worked: Worked | None = None
        self._below: tuple[int, int, int] = (1, 1, 1)
        self._answer: float | None = None
        self._plane = 0
        self._planes: list[QRectF] = []
        self._small = QFont(self.font())
        self._small.setPointSizeF(self._small.pointSizeF() * 0.82)
        self.setAccessibleName("worked out")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._close = QToolButton(self)
        icons.set_icon(self._close, "close")
        self._close.setAutoRaise(True)
        self._close.setAccessibleName("close the numbers")
        self._close.setToolTip("Back to the filters (Esc)")
        self._close.setShortcut(Qt.Key.Key_Escape)
        self._close.clicked.connect(self.closed)
        theme.manager().changed.connect(self.update)

    def set_working(
        self,
        title: str,
        spec: LayerSpec,
        worked: Worked | None,
        below: tuple[int, int, int],
        answer: float | None = None,
    ) -> None:
        """Show a unit.

        Args:
            title: which one, in words.
            spec: the layer that it belongs to.
            worked: its numbers; None for layers that only pass numbers on.
            below: (H, W, C) of the layer before.
            answer: the probability that it becomes, for the last layer.
        """
        if spec != self._spec or below != self._below:
            self._plane = 0
        self._title, self._spec, self._worked = title, spec, worked
        self._below, self._answer = below, answer
        if isinstance(worked, WorkedSum) and worked.patch.ndim == 3:
            self._plane = min(self._plane, worked.patch.shape[2] - 1)
        self.setAccessibleDescription(f"{title}: {self.sentence()}")
        self.update()

    def sentence(self) -> str:
        """How the unit's number comes about."""
        worked = self._worked
        if worked is None:
            return "dropout passes all numbers on; it silences some of them only while it trains"
        if isinstance(worked, WorkedPool):
            if worked.winner is None:
                return f"the mean of {worked.patch.size} numbers is {_text(worked.output)}"
            row, column = worked.winner
            if worked.patch.min() == worked.patch.max():
                return f"all {worked.patch.size} numbers are {_text(worked.output)}, and so is the largest"
            return (
                f"the largest of {worked.patch.size} numbers wins: {_text(worked.output)} (row {row + 1}, column "
                f"{column + 1})"
            )
        if isinstance(worked, WorkedNorm):
            words = (
                f"({_text(worked.value)} − {_text(worked.mean)}) / {_text(worked.deviation)} × {_text(worked.scale)} + "
                f"{_text(worked.shift)} = {_text(worked.total)}"
            )
        else:
            words = f"sum of {worked.products.size} products {_text(worked.total - worked.bias)}"
            words += f" + bias {_text(worked.bias)} = {_text(worked.total)}"
        if worked.activation:
            words += f" → {ACTIVATION_NAMES.get(worked.activation, worked.activation)} → {_text(worked.output)}"
        if self._answer is not None:
            words += f" → softmax → {100 * self._answer:.1f} %"
        return words

    def minimumSizeHint(self) -> QSize:
        """A heading and a grid."""
        return QSize(240, 96)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The close button keeps its corner."""
        super().resizeEvent(event)
        size = self._close.sizeHint()
        self._close.setGeometry(self.width() - size.width(), 0, size.width(), size.height())

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title, numbers, sentence."""
        colors = theme.current()
        painter = QPainter(self)
        line = self.fontMetrics().height()
        sentence = self.sentence()
        area = QRectF(0, 2, self.width(), max(self.height() - line - 8, 10))
        worked = self._worked
        self._planes = []
        if isinstance(worked, WorkedPool):
            self._paint_pool(painter, worked, area, colors)
        elif isinstance(worked, WorkedSum) and worked.patch.ndim == 3:
            self._paint_sum(painter, worked, area, colors)
        elif isinstance(worked, WorkedSum):
            self._paint_dense(painter, worked, area, colors)
        elif isinstance(worked, WorkedNorm):
            self._paint_norm(painter, worked, area, colors)
        painter.setFont(self.font())
        painter.setPen(colors.text)
        metrics = painter.fontMetrics()
        shown = metrics.elidedText(sentence[:1].upper() + sentence[1:], Qt.TextElideMode.ElideRight, self.width() - 2)
        painter.drawText(QRectF(0, self.height() - line - 3, self.width(), line + 2), _LEFT, shown)
        painter.end()

    def _paint_sum(self, painter: QPainter, worked: WorkedSum, area: QRectF, colors: theme.Theme) -> None:
        """patch × filter = products, for one of the maps; a square for every map's share of the sum."""
        rows, columns, planes = worked.patch.shape
        if planes > 1:
            area = self._paint_planes(painter, worked, area, colors)
        plane = self._plane
        caption = self.fontMetrics().height() * 0.9
        across = min((area.width() - 56 - self._close.width()) / (3 * columns), LARGEST_CELL.width())
        down = min((area.height() - caption) / rows, LARGEST_CELL.height())
        cell = QRectF(0, 0, max(math.floor(across), 2), max(math.floor(down), 2))
        patch, weights, products = (part[:, :, plane] for part in (worked.patch, worked.weights, worked.products))
        level = float(max(np.abs(worked.patch).max(), 1e-6))
        filter_level = float(max(np.abs(worked.weights).max(), 1e-6))
        product_level = float(max(np.abs(worked.products).max(), 1e-6))
        x, gap = area.left(), 24.0
        for grid, scale, words, sign in (
            (patch, level, "what it looks at", "×"),
            (weights, filter_level, "filter", "="),
            (products, product_level, f"products, together {_text(float(products.sum()))}", ""),
        ):
            self._paint_grid(painter, grid, scale, QPointF(x, area.top() + caption), cell, colors)
            painter.setFont(self._small)
            painter.setPen(colors.muted)
            painter.drawText(QRectF(x, area.top(), max(columns * cell.width() + gap, 150), caption), _LEFT, words)
            x += columns * cell.width()
            if sign:
                painter.setFont(self.font())
                painter.setPen(colors.text)
                middle = area.top() + caption + rows * cell.height() / 2
                painter.drawText(QRectF(x, middle - 10, gap, 20), _CENTRE, sign)
            x += gap

    def _paint_planes(self, painter: QPainter, worked: WorkedSum, area: QRectF, colors: theme.Theme) -> QRectF:
        """A square for every map that the unit looks at, coloured by its share of the sum; the chosen one framed."""
        sums = worked.products.sum(axis=(0, 1))
        level = float(max(np.abs(sums).max(), 1e-6))
        painter.setFont(self._small)
        painter.setPen(colors.muted)
        words = f"Map {self._plane + 1} of {len(sums)} (click another):"
        width = painter.fontMetrics().horizontalAdvance(words) + 8
        line = painter.fontMetrics().height()
        painter.drawText(QRectF(area.left(), area.top(), width, line), _LEFT, words)
        room = area.width() - width - self._close.width() - 6
        side = max(min(14.0, room / len(sums) - 2), 2.0)
        for index, value in enumerate(sums):
            rect = QRectF(area.left() + width + index * (side + 2), area.top() + (line - side) / 2, side, side)
            painter.fillRect(rect, colormaps.diverging_color(float(value), level))
            painter.setPen(QPen(colors.accent, 2) if index == self._plane else QPen(colors.border, 1))
            painter.drawRect(rect)
            self._planes.append(rect)
        return area.adjusted(0, line + 4, 0, 0)

    def _paint_pool(self, painter: QPainter, worked: WorkedPool, area: QRectF, colors: theme.Theme) -> None:
        """The numbers that a pool chooses from, the winner framed."""
        rows, columns = worked.patch.shape
        side = min(area.height() / rows, area.width() / columns, 48.0)
        cell = QRectF(0, 0, math.floor(max(side * 1.3, 2)), math.floor(max(side, 2)))
        level = float(max(np.abs(worked.patch).max(), 1e-6))
        corner = area.topLeft()
        self._paint_grid(painter, worked.patch, level, corner, cell, colors)
        if worked.winner is not None:
            row, column = worked.winner
            painter.setPen(QPen(colors.accent, 2.5))
            painter.drawRect(cell.translated(corner.x() + column * cell.width(), corner.y() + row * cell.height()))
        x = corner.x() + columns * cell.width() + 16
        middle = corner.y() + rows * cell.height() / 2
        painter.setFont(self.font())
        painter.setPen(colors.text)
        rule = "mean" if worked.winner is None else "largest"
        painter.drawText(QRectF(x, middle - 12, 260, 24), _LEFT, f"→ {rule} → {_text(worked.output)}")

    def _paint_norm(self, painter: QPainter, worked: WorkedNorm, area: QRectF, colors: theme.Theme) -> None:
        """One operation a line, with the number so far."""
        value = worked.value
        lines = [("the number of the layer before", value)]
        for words, number, change in (
            ("− mean of the channel", worked.mean, operator.sub),
            ("/ deviation of the channel", worked.deviation, operator.truediv),
            ("× scale that was learnt", worked.scale, operator.mul),
            ("+ shift that was learnt", worked.shift, operator.add),
        ):
            value = change(value, number)
            lines.append((f"{words} {_text(number)}", value))
        painter.setFont(self._small)
        metrics = painter.fontMetrics()
        line = min(metrics.height() + 4.0, area.height() / len(lines))
        wide = max(metrics.horizontalAdvance(words) for words, _ in lines) + 16
        for row, (words, number) in enumerate(lines):
            painter.setPen(colors.muted)
            painter.drawText(QRectF(area.left(), area.top() + row * line, wide, line), _LEFT, words)
            painter.setPen(colors.text)
            painter.drawText(QRectF(area.left() + wide, area.top() + row * line, 90, line), _LEFT, f"= {_text(number)}")

    def _paint_dense(self, painter: QPainter, worked: WorkedSum, area: QRectF, colors: theme.Theme) -> None:
        """All products as pictures of the maps that they come from, and the largest of them written out."""
        products, (height, width, maps) = worked.products.reshape(self._below), self._below
        level = float(max(np.abs(products).max(), 1e-6))
        painter.setFont(self._small)
        metrics = painter.fontMetrics()
        line = metrics.height()
        widest = metrics.horizontalAdvance("map 16, row 4, column 4: −0.12 × −0.12 = −0.12") + 12
        area = area.adjusted(0, 0, -self._close.width() - 4, 0)
        wide = min(widest, area.width() * 0.6)
        picture = area.adjusted(0, line, -wide, 0)
        painter.setPen(colors.muted)
        headings = (f"{products.size} products: orange speaks for it, blue against it", *LEGENDS)
        heading = next((it for it in headings if metrics.horizontalAdvance(it) <= picture.width() - 8), headings[-1])
        painter.drawText(QRectF(area.left(), area.top(), picture.width(), line), _LEFT, heading)
        best, across = 0.0, 1
        for candidate in range(1, maps + 1):
            down = math.ceil(maps / candidate)
            size = min((picture.width() / candidate - 2) / width, (picture.height() / down - 2) / height)
            if size > best:
                best, across = size, candidate
        best = min(best, 20.0)
        table = colormaps.qt_table(colormaps.diverging())
        for index in range(maps):
            row, column = divmod(index, across)
            entries = np.ascontiguousarray(colormaps.diverging_index(products[:, :, index], level))
            image = QImage(entries.data, width, height, width, QImage.Format.Format_Indexed8)
            image.setColorTable(table)
            x, y = picture.left() + column * (width * best + 2), picture.top() + row * (height * best + 2)
            painter.drawImage(QRectF(x, y, width * best, height * best), image)
        order = np.argsort(-np.abs(worked.products.reshape(-1)))[:MOST_TERMS]
        painter.setPen(colors.muted)
        x = area.right() - wide + 8
        painter.drawText(QRectF(x, area.top(), wide, line), _LEFT, "the largest:")
        painter.setPen(colors.text)
        inputs, weights, flat = (part.reshape(-1) for part in (worked.patch, worked.weights, worked.products))
        for row, place in enumerate(order[: max(int((area.height() - line) / line), 1)]):
            numbers = f"{in_cell(inputs[place])} × {in_cell(weights[place])} = {in_cell(flat[place])}"
            words = f"{self._place(int(place))}: {numbers}"
            words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(wide - 8))
            painter.drawText(QRectF(x, area.top() + (row + 1) * line, wide, line), _LEFT, words)

    def _place(self, index: int) -> str:
        height, width, maps = self._below
        if (height, width) == (1, 1):
            return f"unit {index + 1}"
        row, column, channel = np.unravel_index(index, (height, width, maps))
        return f"map {channel + 1}, row {row + 1}, column {column + 1}"

    def _paint_grid(
        self, painter: QPainter, grid: NDArray[Any], level: float, corner: QPointF, cell: QRectF, colors: theme.Theme
    ) -> None:
        """Numbers on their colours."""
        font = QFont(self._small)
        painter.setFont(font)
        widest = painter.fontMetrics().horizontalAdvance("−0.00") + 2
        if cell.width() < widest:
            font.setPointSizeF(font.pointSizeF() * max(cell.width() / widest, 0.75))
            painter.setFont(font)
        fits = cell.width() >= painter.fontMetrics().horizontalAdvance("−0.0") and cell.height() >= 9
        rows, columns = grid.shape
        rgb = colormaps.diverging()[colormaps.diverging_index(grid, level)]
        image = QImage(np.ascontiguousarray(rgb).data, columns, rows, 3 * columns, QImage.Format.Format_RGB888)
        area = QRectF(corner.x(), corner.y(), columns * cell.width(), rows * cell.height())
        painter.drawImage(area, image.copy())
        painter.setPen(QPen(colors.window, 1))
        painter.drawLines(
            [
                QLineF(area.left() + i * cell.width(), area.top(), area.left() + i * cell.width(), area.bottom())
                for i in range(1, columns)
            ]
            + [
                QLineF(area.left(), area.top() + i * cell.height(), area.right(), area.top() + i * cell.height())
                for i in range(1, rows)
            ]
        )
        if not fits:
            return
        dark = rgb @ np.array([0.299, 0.587, 0.114]) < 140
        for wanted, pen in ((True, "#ffffff"), (False, "#101317")):
            painter.setPen(QColor(pen))
            for row, column in np.argwhere(dark == wanted):
                place = cell.translated(corner.x() + column * cell.width(), corner.y() + row * cell.height())
                painter.drawText(place, _CENTRE, in_cell(float(grid[row, column])))

    # -- pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Another map."""
        index = self.plane_at(event.position())
        if index is not None:
            self.set_plane(index)

    def plane_at(self, position: QPointF) -> int | None:
        """The map whose square is at a position in the widget, as it was last painted; None beside them."""
        found = (index for index, rect in enumerate(self._planes) if rect.adjusted(-1, -4, 1, 4).contains(position))
        return next(found, None)

    def set_plane(self, index: int) -> None:
        """Show the numbers of another map that the unit looks at."""
        self._plane = index
        self.update()

    @property
    def plane(self) -> int:
        """The map whose numbers are shown."""
        return self._plane


_LEFT = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)
_CENTRE = int(Qt.AlignmentFlag.AlignCenter)


def _text(value: float) -> str:
    """Three places: enough to check the sum by hand."""
    return figure(value, 3)
