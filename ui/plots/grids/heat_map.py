"""A matrix as a picture: one colour per number, with a closer look under the wheel and the number under the pointer.

A thousand rows by a thousand columns are coloured once, when the matrix changes, and shrunk to the widget once per
size and view, so that a running model costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from ui.plots import colormaps
from ui.plots.color_scale import ColorScale, Kind
from ui.plots.export import Table
from ui.plots.grids.cell_widget import Cell, MatrixWidget
from ui.widgets import theme
from ui.widgets.numbers import number

CLOSEST = 4
"""Cells per side at the largest magnification."""


class HeatMap(MatrixWidget):
    """Numbers (R, C) as colours; wheel and drag look closer, a double click shows everything.

    Args:
        row_name, column_name: what a row and a column are ("to pixel"), for axes and read-outs.
        value_name: what a number is ("weight").
        scale: "diverging" for signed numbers, "sequential" for magnitudes from 0 on, "gray" for pictures.
        empty_text: what is said when there is nothing to show.
    """

    def __init__(
        self,
        row_name: str = "row",
        column_name: str = "column",
        value_name: str = "value",
        *,
        scale: Kind = "diverging",
        empty_text: str = "Nothing to show yet",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(f"{value_name} matrix", (360, 360), (120, 120), parent)
        self._row_name, self._column_name, self._value_name = row_name, column_name, value_name
        self._empty_text = empty_text
        self._describe: Callable[[int, int], str] | None = None
        self._values: NDArray[Any] = np.zeros((0, 0), np.float32)
        self._scale = ColorScale(scale, 1.0)
        self._image: QImage | None = None
        self._scaled: tuple[tuple[object, ...], QImage] | None = None
        self._view = QRectF()  # what is shown, in cells
        self._marked: int | None = None
        self._grip: tuple[QPointF, QRectF] | None = None  # where a drag began, and the view then

    # -- data

    def set_values(
        self,
        values: NDArray[Any],
        *,
        level: float | None = None,
        describe: Callable[[int, int], str] | None = None,
    ) -> None:
        """Show a matrix (R, C); it is kept by reference and must not change. The same matrix again costs nothing.

        Args:
            values: (R, C) numbers.
            level: the value at the end of the colour scale; None fits it to the numbers.
            describe: what to call a cell (row, column) in the read-out, instead of its numbers.
        """
        if values.ndim != 2:
            raise ValueError(f"expected a matrix, not an array of shape {values.shape}")
        self._describe = describe
        if values is self._values:
            return
        if values.shape != self._values.shape:
            self._view = QRectF(0, 0, values.shape[1], values.shape[0])
            self._reached = None
        self._values = values
        needed = colormaps.symmetric_level(values) if level is None else level
        self._scale = ColorScale(self._scale.kind, colormaps.nice_above(needed) if needed > 0 else 1.0)
        self._image = None
        self.refresh()

    def clear(self, empty_text: str | None = None) -> None:
        """Show nothing, and say why."""
        self._empty_text = self._empty_text if empty_text is None else empty_text
        self.set_values(np.zeros((0, 0), np.float32))

    def set_names(self, row_name: str, column_name: str, value_name: str) -> None:
        """Say anew what a row, a column and a number are."""
        self._row_name, self._column_name, self._value_name = row_name, column_name, value_name
        self.setAccessibleName(f"{value_name} matrix")
        self.update()

    def set_marked(self, row: int | None) -> None:
        """Frame a row."""
        if row != self._marked:
            self._marked = row
            self.update()

    @property
    def view(self) -> QRectF:
        """The part that is shown, in cells: x is the column, y the row."""
        return QRectF(self._view)

    def table(self) -> Table:
        """The matrix, for export."""
        columns = [f"{self._column_name} {column}" for column in range(self._values.shape[1])]
        return [self._row_name, *columns], [(row, *line) for row, line in enumerate(self._values.tolist())]

    # -- cells

    @property
    def columns(self) -> int:
        """Of the matrix."""
        return int(self._values.shape[1])

    @property
    def count(self) -> int:
        """Numbers in the matrix."""
        return self._values.size

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        row, column = cell = self.place(index)
        name = self._describe(row, column) if self._describe else None
        name = name or f"{self._row_name} {row}, {self._column_name} {column}"
        return f"{name}: {self._value_name} {number(float(self._values[cell]))}"

    def bring_into_view(self, index: int) -> None:
        """See CellWidget."""
        row, column = self.place(index)
        view = QRectF(self._view)
        view.moveLeft(min(max(view.x(), column + 1 - view.width()), column))
        view.moveTop(min(max(view.y(), row + 1 - view.height()), row))
        self._look_at(view)

    # -- layout

    def _area(self) -> QRectF:
        """Where the cells are: beside the axes' names, above the colour bar; a square matrix stays square."""
        metrics = self.fontMetrics()
        line = metrics.height()
        room = QRectF(line + 4, line + 4, self.width() - line - 8, self.height() - 2 * line - 14)
        width, height = max(room.width(), 1.0), max(room.height(), 1.0)
        rows, columns = self._values.shape
        if rows == columns:
            width = height = min(width, height)
        left = room.left() + (room.width() - width) / 2
        return QRectF(round(left), room.top(), round(width), round(height))

    def cell_at(self, position: QPointF) -> Cell | None:
        """(row, column) at a place in the widget; None beside the matrix."""
        area = self._area()
        if not self._values.size or not area.contains(position):
            return None
        column = self._view.x() + (position.x() - area.x()) / area.width() * self._view.width()
        row = self._view.y() + (position.y() - area.y()) / area.height() * self._view.height()
        rows, columns = self._values.shape
        return min(int(row), rows - 1), min(int(column), columns - 1)

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell is drawn; outside the widget when it is not in view."""
        return self._part_rect(row, column, 1, 1)

    def _part_rect(self, row: int, column: int, rows: int, columns: int) -> QRectF:
        area, view = self._area(), self._view
        x, y = area.width() / view.width(), area.height() / view.height()
        return QRectF(area.x() + (column - view.x()) * x, area.y() + (row - view.y()) * y, columns * x, rows * y)

    # -- painting

    def _picture(self, area: QRectF) -> QImage:
        """The part that is shown, in screen pixels: cells smaller than a pixel are averaged, not left out."""
        ratio = self.devicePixelRatioF()
        size = QSize(max(1, round(area.width() * ratio)), max(1, round(area.height() * ratio)))
        view = self._view.toAlignedRect()
        key = (size, view)
        if self._image is None:
            index = np.ascontiguousarray(self._scale.index(self._values))
            rows, columns = index.shape
            image = QImage(index.tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8)
            image.setColorTable(self._scale.qt_table())
            self._image, self._scaled = image.convertToFormat(QImage.Format.Format_RGB32), None
        if self._scaled is None or self._scaled[0] != key:
            part = self._image.copy(view)
            shrinks = part.width() > size.width() or part.height() > size.height()
            mode = Qt.TransformationMode.SmoothTransformation if shrinks else Qt.TransformationMode.FastTransformation
            self._scaled = (key, part.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode))
        return self._scaled[1]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Cells, axes, marks, colour bar."""
        colors = theme.current()
        painter = QPainter(self)
        if not self._values.size:
            self.paint_words(painter, self._empty_text)
            painter.end()
            return
        area = self._area()
        painter.drawImage(area, self._picture(area))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.border, 1))
        painter.drawRect(area)
        self._paint_axes(painter, colors, area)
        painter.setClipRect(area.adjusted(-1, -1, 1, 1))
        if self._marked is not None and self._marked < self._values.shape[0]:
            painter.setPen(QPen(colors.text, 1))
            row = self._part_rect(self._marked, 0, 1, self.columns)
            painter.drawRect(row.adjusted(-1, -1, 1, max(0.0, 2 - row.height())))
        self.paint_marks(painter, colors.accent, margin=1)
        painter.setClipping(False)
        self._scale.paint_bar(painter, self.width(), self.height(), self._value_name)
        painter.end()

    def _paint_axes(self, painter: QPainter, colors: theme.Theme, area: QRectF) -> None:
        view, line = self._view.toAlignedRect(), painter.fontMetrics().height()
        painter.setPen(colors.muted)
        center = Qt.AlignmentFlag.AlignCenter
        top = f"{self._column_name} {view.left()} … {view.right()}  →"
        painter.drawText(QRectF(area.left(), area.top() - line - 2, area.width(), line), center, top)
        painter.save()
        painter.translate(area.left() - line - 2, area.bottom())
        painter.rotate(-90)
        left = f"←  {self._row_name} {view.top()} … {view.bottom()}"
        painter.drawText(QRectF(0, 0, area.height(), line), center, left)
        painter.restore()

    def forget(self) -> None:
        """See Painted."""
        self._image = None

    # -- the part that is shown

    def _look_at(self, view: QRectF) -> None:
        """Show this part, moved and shrunk until it lies inside the matrix."""
        rows, columns = self._values.shape
        width, height = min(view.width(), columns), min(view.height(), rows)
        x = min(max(view.x(), 0.0), columns - width)
        y = min(max(view.y(), 0.0), rows - height)
        self._view = QRectF(x, y, width, height)
        self.refresh()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Look closer, or less close, at the place under the pointer."""
        cell, notches = self.cell_at(event.position()), event.angleDelta().y() / 120
        if cell is None or not notches:
            event.ignore()
            return
        area, view = self._area(), self._view
        share = QPointF(
            (event.position().x() - area.x()) / area.width(), (event.position().y() - area.y()) / area.height()
        )
        factor = 0.8**notches
        rows, columns = self._values.shape
        width = max(min(CLOSEST, columns), round(view.width() * factor))
        height = max(min(CLOSEST, rows), round(view.height() * factor))
        left = view.x() + share.x() * (view.width() - width)
        top = view.y() + share.y() * (view.height() - height)
        self._look_at(QRectF(round(left), round(top), width, height))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the cell under the pointer; with the button held, move the part that is shown."""
        if self._grip is not None and event.buttons() & Qt.MouseButton.LeftButton:
            place, view = self._grip
            area = self._area()
            x = round((place.x() - event.position().x()) / area.width() * view.width())
            y = round((place.y() - event.position().y()) / area.height() * view.height())
            self._look_at(view.translated(x, y))
        super().mouseMoveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click chooses a cell; it may become a drag."""
        if event.button() == Qt.MouseButton.LeftButton and self.cell_at(event.position()) is not None:
            self._grip = (event.position(), QRectF(self._view))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer if this was no drag."""
        grip, self._grip = self._grip, None
        index = self.index_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or grip is None or index is None:
            return
        if (event.position() - grip[0]).manhattanLength() < 4:
            self.pick(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        rows, columns = self._values.shape
        self._look_at(QRectF(0, 0, columns, rows))
