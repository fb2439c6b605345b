"""A picture of a few large cells, set and cleared one by one: an 8×8 face, a 16×16 pattern to remember."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QHideEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.canvas.cell_grid import Cell, CellGrid, cell_image, cells_between
from ui.canvas.surface import Surface
from ui.widgets import theme

SMALLEST, LARGEST = 1, 32
"""Rows and columns that a PixelCanvas can have."""


class PixelCanvas(Surface):
    """A grid of cells; click and drag sets them, or clears them when the first one was set; the right button clears.

    Signals:
        changed: a cell changed; at most once per input event.
        cell_hovered(row, column): the pointer or the cursor is over another cell; (−1, −1) when it left.
        cell_clicked(row, column): a cell was clicked, also when the canvas is not editable.
    """

    cell_hovered = Signal(int, int)
    cell_clicked = Signal(int, int)

    def __init__(
        self,
        rows: int = 8,
        columns: int = 8,
        *,
        low: float = 0.0,
        high: float = 1.0,
        signed: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        """Begin with all cells cleared.

        Args:
            rows: height in cells, 1 to 32.
            columns: width in cells, 1 to 32.
            low: value of a cleared cell (−1 for Hopfield patterns).
            high: value of a set cell; values in between are shown as grey.
            signed: colours from `negative` over the surface to `positive` instead of greys; 0 is the middle.
            parent: the widget this one lies in.

        Raises:
            ValueError: a size that does not fit, or `low` not below `high`.
        """
        if not low < high:
            raise ValueError(f"low must be below high, not {low} and {high}")
        self._low, self._high, self._signed = float(np.float32(low)), float(np.float32(high)), signed
        super().__init__(self._blank(rows, columns), parent)
        self._editable = True
        self._brush = self._high
        self._pixels: NDArray[np.float32] = self._history.current
        self._marks: NDArray[np.bool_] | None = None
        self._painting: float | None = None  # the value that the gesture under way gives to cells
        self._last: Cell = (0, 0)
        self._pressed: Cell | None = None
        self._hovered: Cell | None = None
        self._cursor: Cell = (0, 0)
        self._image: QImage | None = None
        self.setAccessibleName("Pixel canvas")
        self.setToolTip("Click or drag to set cells; begin on a set cell, or use the right button, to clear them.")
        self._describe()

    def _blank(self, rows: int, columns: int) -> NDArray[np.float32]:
        if not (SMALLEST <= rows <= LARGEST and SMALLEST <= columns <= LARGEST):
            raise ValueError(f"a pixel canvas has {SMALLEST} to {LARGEST} rows and columns, not {rows}×{columns}")
        return _frozen(np.full((rows, columns), self._low, dtype=np.float32))

    # ------------------------------------------------------------------------------------------------ content

    @property
    def rows(self) -> int:
        """Height in cells."""
        return int(self._pixels.shape[0])

    @property
    def columns(self) -> int:
        """Width in cells."""
        return int(self._pixels.shape[1])

    @property
    def is_empty(self) -> bool:
        """Whether no cell is set."""
        return bool((self._pixels == self._low).all())

    def pixels(self) -> NDArray[np.float32]:
        """A copy of the cells, (rows, columns), in [low, high]."""
        return self._pixels.copy()

    def set_pixels(self, pixels: NDArray[Any], *, undoable: bool = True) -> None:
        """Show other cells; the canvas takes over their number of rows and columns. Emits `changed`.

        Args:
            pixels: (rows, columns), 1 to 32 each; values are clipped to [low, high].
            undoable: undo goes back to what was there before; otherwise what was there is forgotten, which suits
                pictures that a running model sends many times a second.

        Raises:
            ValueError: not a grid of 1 to 32 rows and columns, or not finite numbers.
        """
        values = np.asarray(pixels, dtype=np.float32)
        if values.ndim != 2:
            raise ValueError(f"expected (rows, columns), not an array of shape {values.shape}")
        self._blank(*values.shape)  # checks the size
        if not np.isfinite(values).all():
            raise ValueError("cells must be finite numbers")
        values = _frozen(np.clip(values, self._low, self._high))
        self._abandon()
        if undoable:
            self._record(values)
        else:
            self._history = type(self._history)(values)
            self._arrived()

    def set_marks(self, marks: NDArray[np.bool_] | None) -> None:
        """Mark cells, for instance those that were flipped; (rows, columns) or None for no marks."""
        if marks is not None and marks.shape != self._pixels.shape:
            raise ValueError(f"marks of shape {marks.shape} do not fit {self.rows}×{self.columns} cells")
        self._marks = None if marks is None else marks.copy()
        self.update()

    def set_editable(self, editable: bool) -> None:
        """Whether cells can be set by hand; hovering and clicking are reported either way."""
        self._editable = editable
        self._abandon()
        self._show_state()

    def set_brush(self, value: float) -> None:
        """The value that drawing gives to cells (`high` at first): a grey between low and high."""
        self._brush = float(np.float32(np.clip(value, self._low, self._high)))

    def clear(self) -> None:
        """Clear all cells; can be undone."""
        if self._editable and not self.is_empty:
            self._record(self._blank(self.rows, self.columns))

    # ---------------------------------------------------------------------------------------------- gestures

    def cell_at(self, position: QPointF) -> Cell | None:
        """The (row, column) under a position in this widget, None beside the grid."""
        return self._grid().cell_at(position)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The first cell decides whether this gesture sets or clears."""
        if event.button() not in (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton):
            return
        self._set_cursor_shown(False)
        if self._painting is not None:
            return  # the other button, in the middle of a gesture
        cell = self.cell_at(event.position())
        self._pressed = cell if event.button() == Qt.MouseButton.LeftButton else None
        if cell is not None and self._editable:
            clears = event.button() == Qt.MouseButton.RightButton or self._pixels[cell] == self._brush
            self._painting, self._last = self._low if clears else self._brush, cell
            self._paint_to(cell)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A double click is two clicks."""
        self.mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Paint along the way since the last event, however fast the pointer was."""
        cell = self.cell_at(event.position())
        self._hover(cell)
        held = event.buttons() & (Qt.MouseButton.LeftButton | Qt.MouseButton.RightButton)
        if self._painting is not None and not held:
            self._finish()  # the release went to another window
        elif self._painting is not None:
            row, column = self._grid().place(event.position())
            # The pointer may be far outside; the way there still crosses the grid.
            self._paint_to((int(np.clip(row, -64, 96)), int(np.clip(column, -64, 96))))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The gesture is one step of undo."""
        if self._painting is not None and not event.buttons():
            self._finish()
        cell = self.cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None and cell == self._pressed:
            self.cell_clicked.emit(*cell)

    def _paint_to(self, cell: Cell) -> None:
        assert self._painting is not None
        touched = [(r, c) for r, c in cells_between(self._last, cell) if 0 <= r < self.rows and 0 <= c < self.columns]
        self._last = cell
        pixels = self._pixels.copy()
        for r, c in touched:
            pixels[r, c] = self._painting
        if (pixels != self._pixels).any():
            self._pixels = _frozen(pixels)
            self._redraw()
            self.changed.emit()

    def _finish(self) -> None:
        self._painting = None
        if (self._pixels != self._history.current).any():
            self._history.record(self._pixels)
            self._describe()
            self.history_changed.emit()

    @property
    def _busy(self) -> bool:
        return self._painting is not None

    def _abandon(self) -> None:
        self._painting = None

    def _show_state(self) -> None:
        self._pixels = self._history.current
        if self._marks is not None and self._marks.shape != self._pixels.shape:
            self._marks = None
        self._cursor = (min(self._cursor[0], self.rows - 1), min(self._cursor[1], self.columns - 1))
        self._describe()
        self._redraw()

    def hideEvent(self, event: QHideEvent) -> None:
        """A gesture ends when the canvas disappears under it."""
        if self._painting is not None:
            self._finish()
        super().hideEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is over no cell any more."""
        self._hover(None)
        super().leaveEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        """The pointer is over a cell already when it comes in."""
        self._hover(self.cell_at(event.position()))
        super().enterEvent(event)

    def _hover(self, cell: Cell | None) -> None:
        if cell != self._hovered:
            self._hovered = cell
            self.cell_hovered.emit(*(cell or (-1, -1)))
            self.update()

    def _move_cursor(self, dx: int, dy: int, far: bool) -> None:
        reach = 4 if far else 1
        row = min(max(self._cursor[0] + reach * dy, 0), self.rows - 1)
        column = min(max(self._cursor[1] + reach * dx, 0), self.columns - 1)
        self._cursor = (row, column)
        self._hover(self._cursor)
        self._describe()
        self.update()

    def _use_cursor(self) -> None:
        if self._editable:
            self._last = self._cursor
            self._painting = self._low if self._pixels[self._cursor] == self._brush else self._brush
            self._paint_to(self._cursor)
            self._finish()
        self.cell_clicked.emit(*self._cursor)

    def _describe(self) -> None:
        set_cells = int((self._pixels != self._low).sum())
        words = f"{self.rows} rows and {self.columns} columns, {set_cells} cells set"
        if self._cursor_shown:
            state = "set" if self._pixels[self._cursor] != self._low else "clear"
            words += f"; row {self._cursor[0] + 1}, column {self._cursor[1] + 1} is {state}"
        self.setAccessibleDescription(words)

    # ----------------------------------------------------------------------------------------------- painting

    def sizeHint(self) -> QSize:
        """Room for cells that are easy to hit."""
        side = max(10, 224 // max(self.rows, self.columns))
        return QSize(side * self.columns + 2, side * self.rows + 2)

    def minimumSizeHint(self) -> QSize:
        """Cells that can still be told apart."""
        side = max(4, 96 // max(self.rows, self.columns))
        return QSize(side * self.columns + 2, side * self.rows + 2)

    def _grid(self) -> CellGrid:
        return CellGrid(self.rows, self.columns, self.size())

    def cell_rect(self, row: int, column: int) -> QRectF:
        """Where a cell lies in this widget."""
        return self._grid().cell_rect(row, column)

    def _redraw(self) -> None:
        self._image = None
        self.update()

    def _restyle(self) -> None:
        self._redraw()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cells, marks, and what the pointer is at."""
        colors, grid = theme.current(), self._grid()
        if self._image is None:
            self._image = cell_image(self._pixels, self._low, self._high, signed=self._signed)
        painter = QPainter(self)
        grid.paint(painter, self._image, colors.control if self._editable else colors.border)
        if self._marks is not None:
            grid.paint_marks(painter, self._marks)
        if self._hovered is not None and not self._cursor_shown:
            painter.setPen(QPen(colors.accent, 1))
            painter.drawRect(grid.cell_rect(*self._hovered))
        if self._cursor_shown:
            painter.setPen(QPen(colors.accent, 2))
            painter.drawRect(grid.cell_rect(*self._cursor).adjusted(1, 1, -1, -1))
        elif self.hasFocus():
            painter.setPen(QPen(colors.accent, 1))
            painter.drawRect(grid.rect.adjusted(-1, -1, 1, 1))
        painter.end()


def _frozen(array: NDArray[np.float32]) -> NDArray[np.float32]:
    array.flags.writeable = False
    return array
