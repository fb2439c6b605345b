"""What a grid of cells looks like, and where each of them is: the picture of a PixelCanvas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen

from ui.widgets import theme

Cell = tuple[int, int]
"""(row, column)."""

LINES_FROM = 6
"""Pixels to a cell's side from which on there are lines between the cells."""


@dataclass(frozen=True)
class CellGrid:
    """Square cells, as large as fit into a widget and in its middle; sides are whole numbers, so all look alike.

    Attributes:
        rows, columns: numbers of cells.
        size: of the widget, in device-independent pixels.
    """

    rows: int
    columns: int
    size: QSize

    @property
    def side(self) -> float:
        """Side of a cell in device-independent pixels."""
        side = min((self.size.width() - 2) / self.columns, (self.size.height() - 2) / self.rows)
        return max(1.0, float(int(side)))

    @property
    def rect(self) -> QRectF:
        """Where the cells lie in the widget."""
        width, height = self.side * self.columns, self.side * self.rows
        return QRectF((self.size.width() - width) // 2, (self.size.height() - height) // 2, width, height)

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell lies in the widget."""
        grid, side = self.rect, self.side
        return QRectF(grid.x() + column * side, grid.y() + row * side, side, side)

    def place(self, position: QPointF) -> Cell:
        """The (row, column) of a position; outside of the grid as if it went on."""
        grid, side = self.rect, self.side
        return int((position.y() - grid.y()) // side), int((position.x() - grid.x()) // side)

    def cell_at(self, position: QPointF) -> Cell | None:
        """The cell under a position, None beside the grid."""
        row, column = self.place(position)
        return (row, column) if 0 <= row < self.rows and 0 <= column < self.columns else None

    def paint(self, painter: QPainter, image: QImage, frame: QColor) -> None:
        """The cells as one small picture scaled up, lines between them, and a frame around."""
        grid, side, colors = self.rect, self.side, theme.current()
        painter.drawImage(grid, image)
        painter.setPen(QPen(theme.blend(colors.border, colors.muted, 0.25), 1))
        if side >= LINES_FROM:
            for column in range(1, self.columns):
                x = grid.x() + column * side
                painter.drawLine(QPointF(x, grid.top()), QPointF(x, grid.bottom()))
            for row in range(1, self.rows):
                y = grid.y() + row * side
                painter.drawLine(QPointF(grid.left(), y), QPointF(grid.right(), y))
        painter.setPen(QPen(frame, 1))
        painter.drawRect(grid)

    def paint_marks(self, painter: QPainter, marks: NDArray[np.bool_]) -> None:
        """A dot in every marked cell."""
        colors, radius = theme.current(), max(1.5, self.side * 0.18)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colors.surface, 1))
        painter.setBrush(colors.error)
        for row, column in np.argwhere(marks):
            painter.drawEllipse(self.cell_rect(int(row), int(column)).center(), radius, radius)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)


def cell_image(values: NDArray[np.float32], low: float, high: float, *, signed: bool) -> QImage:
    """Cells (rows, columns) in [low, high] as a picture of one pixel each, in the theme's colours.

    Greys between surface and ink; `signed`: from `negative` over the surface to `positive`, 0 in the middle.
    """
    colors = theme.current()
    if signed:
        reach = max(abs(low), abs(high))
        stops = [-reach, 0.0, reach]
        ends = [colors.negative, colors.surface, colors.positive]
    else:
        stops, ends = [low, high], [colors.surface, colors.ink]
    rgba = np.full((*values.shape, 4), 255.0)
    for channel, part in enumerate((QColor.red, QColor.green, QColor.blue)):
        rgba[..., channel] = np.interp(values, stops, [part(end) for end in ends])
    pixels = np.ascontiguousarray(rgba.round().astype(np.uint8))
    rows, columns = values.shape
    return QImage(pixels.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888).copy()


def cells_between(start: Cell, end: Cell) -> list[Cell]:
    """The cells on the straight way from one cell to another, both included (as J. E. Bresenham draws lines)."""
    steps = max(abs(end[0] - start[0]), abs(end[1] - start[1]))
    if steps == 0:
        return [end]
    rows = np.rint(np.linspace(start[0], end[0], steps + 1)).astype(int)
    columns = np.rint(np.linspace(start[1], end[1], steps + 1)).astype(int)
    return list(zip(rows.tolist(), columns.tolist(), strict=True))
