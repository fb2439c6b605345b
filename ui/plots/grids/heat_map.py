"""A matrix as a picture: one colour per number, with a closer look under the wheel and the number under the pointer.

A thousand rows by a thousand columns are coloured once, when the matrix changes, and shrunk to the widget once per
size and view, so that a running model costs nothing here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QKeyEvent, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.plots import colormaps
from ui.plots.export import Export, Table
from ui.plots.grids.grid_keys import CHOOSE, keeps_key, walk
from ui.widgets import theme
from ui.widgets.numbers import number, short_number

Cell = tuple[int, int]

CLOSEST = 4
"""Cells per side at the largest magnification."""


class HeatMap(QWidget):
    """Signed numbers (R, C) in the diverging colours; wheel and drag look closer, a double click shows everything.

    Args:
        row_name, column_name: what a row and a column are ("to pixel"), for axes and read-outs.
        value_name: what a number is ("weight").
        empty_text: what is said when there is nothing to show.
    """

    cell_clicked = Signal(object, object)
    """Emitted with (row, column) of the cell that was clicked, or chosen with Enter."""
    readout_changed = Signal(object)
    """Emitted with the cell under the pointer in words, or ""."""

    def __init__(
        self,
        row_name: str = "row",
        column_name: str = "column",
        value_name: str = "value",
        *,
        empty_text: str = "Nothing to show yet",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._row_name, self._column_name, self._value_name = row_name, column_name, value_name
        self._empty_text = empty_text
        self._describe: Callable[[int, int], str] | None = None
        self._values: NDArray[Any] = np.zeros((0, 0), np.float32)
        self._level = 1.0
        self._image: QImage | None = None
        self._scaled: tuple[tuple[object, ...], QImage] | None = None
        self._view = QRectF()  # what is shown, in cells
        self._marked: int | None = None
        self._hover: Cell | None = None
        self._current: Cell | None = None
        self._grip: tuple[QPointF, QRectF] | None = None  # where a drag began, and the view then
        self.readout = ""
        self.export = Export(self, self.table)
        self.setAccessibleName(f"{value_name} matrix")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.manager().changed.connect(self._restyle)

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
            self._hover = self._current = None
        self._values = values
        needed = colormaps.symmetric_level(values) if level is None else level
        self._level = colormaps.nice_above(needed) if needed > 0 else 1.0
        self._image = None
        self._tell()
        self.update()

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

    # -- layout

    def sizeHint(self) -> QSize:
        """Square."""
        return QSize(360, 360)

    def minimumSizeHint(self) -> QSize:
        """Small, so that splitters stay free to move."""
        return QSize(120, 120)

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

    def _cell_rect(self, row: float, column: float, rows: float = 1, columns: float = 1) -> QRectF:
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
            index = np.ascontiguousarray(colormaps.diverging_index(self._values, self._level))
            rows, columns = index.shape
            image = QImage(index.tobytes(), columns, rows, columns, QImage.Format.Format_Indexed8)
            image.setColorTable(colormaps.qt_table(colormaps.diverging()))
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
            painter.setPen(colors.muted)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
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
            row = self._cell_rect(self._marked, 0, 1, self._values.shape[1])
            painter.drawRect(row.adjusted(-1, -1, 1, max(0.0, 2 - row.height())))
        cell = self._hover or (self._current if self.hasFocus() else None)
        if cell is not None:
            painter.setPen(QPen(colors.accent, 2))
            painter.drawRect(self._cell_rect(*cell).adjusted(-1, -1, 1, 1))
        painter.setClipping(False)
        self._paint_bar(painter, colors)
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

    def _paint_bar(self, painter: QPainter, colors: theme.Theme) -> None:
        """The colour scale with its numbers: −0.4 ▒▒▒ 0.4 weight."""
        metrics = painter.fontMetrics()
        words = (f"−{short_number(self._level)}", short_number(self._level), self._value_name)
        low, high, name = (metrics.horizontalAdvance(text) + 8 for text in words)
        width = max(30, min(160, self.width() - low - high - name))
        x, top = (self.width() - low - width - high - name) / 2, self.height() - metrics.height() - 2
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.setPen(colors.muted)
        painter.drawText(QRectF(x, top, low, metrics.height()), flags, words[0])
        painter.drawText(QRectF(x + low + width + 8, top, high, metrics.height()), flags, words[1])
        painter.setPen(colors.text)
        painter.drawText(QRectF(x + low + width + high + 4, top, name, metrics.height()), flags, words[2])
        bar = QRectF(x + low, top + metrics.height() / 2 - 4, width, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = colormaps.qt_table(colormaps.diverging())
        for entry in range(1, 256, 127 // 4):
            gradient.setColorAt((entry - 1) / 254, table[entry])
        gradient.setColorAt(1, table[255])
        painter.setPen(QPen(colors.border, 1))
        painter.setBrush(gradient)
        painter.drawRect(bar)

    @Slot()
    def _restyle(self) -> None:
        self._image = None
        self.update()

    # -- pointer and keys

    def _tell(self) -> None:
        cell = self._hover or (self._current if self.hasFocus() else None)
        words = ""
        if cell is not None and self._values.size:
            place = (
                self._describe(*cell)
                if self._describe
                else (f"{self._row_name} {cell[0]}, {self._column_name} {cell[1]}")
            )
            words = f"{place}: {self._value_name} {number(float(self._values[cell]))}"
        if words != self.readout:
            self.readout = words
            self.setAccessibleDescription(words)
            self.readout_changed.emit(words)

    def _point(self, cell: Cell | None) -> None:
        if cell != self._hover:
            self._hover = cell
            self._tell()
            self.update()

    def _look_at(self, view: QRectF) -> None:
        """Show this part, moved and shrunk until it lies inside the matrix."""
        rows, columns = self._values.shape
        width, height = min(view.width(), columns), min(view.height(), rows)
        x = min(max(view.x(), 0.0), columns - width)
        y = min(max(view.y(), 0.0), rows - height)
        self._view = QRectF(x, y, width, height)
        self.update()

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
        self._point(self.cell_at(event.position()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the cell under the pointer; with the button held, move the part that is shown."""
        if self._grip is not None and event.buttons() & Qt.MouseButton.LeftButton:
            place, view = self._grip
            area = self._area()
            x = round((place.x() - event.position().x()) / area.width() * view.width())
            y = round((place.y() - event.position().y()) / area.height() * view.height())
            self._look_at(view.translated(x, y))
        self._point(self.cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click chooses a cell; it may become a drag."""
        if event.button() == Qt.MouseButton.LeftButton and self.cell_at(event.position()) is not None:
            self._grip = (event.position(), QRectF(self._view))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Choose the cell under the pointer if this was no drag."""
        grip, self._grip = self._grip, None
        cell = self.cell_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or grip is None or cell is None:
            return
        if (event.position() - grip[0]).manhattanLength() < 4:
            self._current = cell
            self.cell_clicked.emit(*cell)
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show everything again."""
        rows, columns = self._values.shape
        self._look_at(QRectF(0, 0, columns, rows))

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the read-out."""
        self._point(None)

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys while focused."""
        return True if keeps_key(event) else super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk from cell to cell, Enter chooses."""
        rows, columns = self._values.shape
        if event.key() in CHOOSE and self._current is not None:
            self.cell_clicked.emit(*self._current)
            return
        at = None if self._current is None else self._current[0] * columns + self._current[1]
        target = walk(event.key(), at, columns, rows * columns)
        if target is None:
            super().keyPressEvent(event)
            return
        self._current = divmod(target, columns)
        self._tell()
        self.update()
