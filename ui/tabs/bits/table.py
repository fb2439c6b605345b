"""The table that the network learns: bits to click, targets to type, and what the network answers to every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.bits.truth_table import LARGEST_TARGET, TruthTable
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget, Key
from ui.tabs.bits.editor import NumberEditor
from ui.widgets import theme
from ui.widgets.numbers import figure, plain

HEADER = 22.0
LOWEST_ROW, USUAL_ROW, HIGHEST_ROW = 16.0, 20.0, 30.0
CENTRED = int(Qt.AlignmentFlag.AlignCenter)
RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)


GUTTER, WIDTHS = 54.0, (62.0, 70.0, 74.0, 24.0)
"""Pixels of the row names, and of target, answer, error and cross."""

BESIDE = GUTTER + sum(WIDTHS) + 4.0
"""Pixels of a table that are not bits."""


@dataclass(frozen=True)
class Columns:
    """Where the columns are: row names, the bits, then target, answer, error, and the cross that drops the row.

    The bars above the table stand in the same columns, so that a weight is seen over the bits that it multiplies.
    """

    left: float
    width: float
    bits: int
    target: float
    answer: float
    error: float
    drop: float
    end: float

    @classmethod
    def fitted(cls, total: float, bits: int, compact: bool) -> Columns:
        """Divide a width among the columns; `compact` for the narrow panel."""
        gutter = 26.0 if compact else GUTTER
        wide = total > 760  # in a wide window there is room for longer bars of the errors
        widths = (50.0, 58.0, 66.0, 22.0) if compact else (*WIDTHS[:2], 130.0 if wide else WIDTHS[2], WIDTHS[3])
        width = float(np.clip((total - gutter - sum(widths) - 4) / bits, 16.0, 34.0 if compact else 76.0))
        target = gutter + bits * width + 4
        answer = target + widths[0]
        error = answer + widths[1]
        return cls(gutter, width, bits, target, answer, error, total - widths[3], total)

    def bit(self, index: int) -> float:
        """Left edge of a bit's column."""
        return self.left + index * self.width


class BitTable(CellWidget):
    """R rows of n bits; painted by hand, so that a frame costs only the answers that changed.

    The keyboard does what the mouse does: arrows move, Space or 0 and 1 set a bit, Enter types a target, Del drops the
    row. The place of a cell is (row, column), where column n is the target and n + 1 the cross that drops the row. The
    keys walk over bits and targets; the crosses have the numbers behind those, one for each row.

    Signals:
        bit_set(row, column, value), target_set(row, value), dropped(row): what the user wants.
        chosen(row): a row was clicked.
        refused(sentence): a target that is no number.
    """

    bit_set = Signal(int, int, int)
    target_set = Signal(int, float)
    dropped = Signal(int)
    chosen = Signal(int)
    refused = Signal(str)

    def __init__(self, name: str, *, compact: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(name, parent=parent)
        self._compact = compact
        self._table: TruthTable | None = None
        self._outputs: NDArray[np.float64] = np.zeros(0)
        self._headings: tuple[str, ...] = ()
        self._close = 0.5
        self._places = 1
        self._level = 1.0
        self._usual_row = USUAL_ROW
        self._drawn = b""
        self._reached = 0
        self._row: int | None = None
        self._still: QPixmap | None = None
        self.hand = True
        self.editor = NumberEditor(self, self._target_box)
        self.editor.accepted.connect(self._on_target)
        self.editor.refused.connect(self.refused)
        self.setFont(theme.number_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def show_rows(
        self,
        table: TruthTable,
        outputs: NDArray[np.float64],
        headings: Sequence[str],
        *,
        close: float,
        places: int,
    ) -> None:
        """Show a table and the answers to its rows (R,); an answer nearer than `close` to its target is a good one."""
        self._outputs, self._close, self._places = outputs, close, places
        if table is not self._table or tuple(headings) != self._headings:
            if self._table is not None and table.bits != self._table.bits:
                self._row = None
            row, column = (0, 0) if self._table is None or self._reached is None else self.place(self._reached)
            other = self._table is None or len(table) != len(self._table) or table.bits != self._table.bits
            self._table, self._headings = table, tuple(headings)
            self._level = max(float(np.abs(table.targets).max()) / 2, 0.5)
            row, column = min(row, len(table) - 1), min(column, table.bits)
            self._reached = row * self.columns + column
            if self._row is not None and self._row >= len(table):
                self._row = None
            self._still = None
            if other:
                self.editor.hide()
                self.setMinimumHeight(round(HEADER + LOWEST_ROW * len(table) + 2))
                self.setMaximumHeight(round(HEADER + HIGHEST_ROW * len(table) + 2))
                self.updateGeometry()
        drawn = np.round(outputs, places + 1).tobytes()
        if drawn != self._drawn or self._still is None:
            self._drawn = drawn
            self.refresh()

    def set_usual_row(self, height: float) -> None:
        """How high the rows like to be."""
        if round(height) != round(self._usual_row):
            self._usual_row = height
            self.updateGeometry()

    def choose(self, row: int | None) -> None:
        """Mark a row."""
        if row != self._row:
            self._row = row
            self.forget()
            self.update()

    @property
    def row(self) -> int | None:
        """The row that is marked."""
        return self._row

    def forget(self) -> None:
        """See Painted."""
        self._still = None

    def table(self) -> Table:
        """The rows with their targets, answers and errors, for export."""
        shown = self._table
        if shown is None:
            return [], []
        numbers = zip(shown.rows.astype(int).tolist(), shown.targets.tolist(), self._outputs.tolist(), strict=True)
        rows: list[Sequence[float]] = [(*bits, target, answer, answer - target) for bits, target, answer in numbers]
        return [*self._headings, "target", "answer", "error"], rows

    # -- layout

    def edges(self) -> Columns:
        """Where the columns are now."""
        return Columns.fitted(self.width(), self._table.bits if self._table else 8, self._compact)

    def sizeHint(self) -> QSize:
        """Rows that are easy to hit."""
        return QSize(
            340 if self._compact else 620,
            round(HEADER + self._usual_row * (len(self._table) if self._table else 8) + 2),
        )

    def row_height(self) -> float:
        """Height of a row in pixels."""
        rows = len(self._table) if self._table else 8
        return min(max((self.height() - HEADER - 2) / rows, LOWEST_ROW), HIGHEST_ROW)

    def cell(self, row: int, column: int) -> QRectF:
        """Where a cell is; column n is the target, n + 1 the cross."""
        columns, height = self.edges(), self.row_height()
        top = HEADER + row * height
        if column < columns.bits:
            return QRectF(columns.bit(column), top, columns.width, height)
        if column == columns.bits:
            return QRectF(columns.target, top, columns.answer - columns.target, height)
        return QRectF(columns.drop, top, columns.end - columns.drop, height)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """What stands still from a picture, the answers anew."""
        if self._table is None:
            return
        if self._still is None:
            self._still = self._paint_still()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._still)
        colors, columns, height = theme.current(), self.edges(), self.row_height()
        errors = self._outputs - self._table.targets
        width = columns.drop - columns.error - 10
        middle = columns.error + 4 + width / 2
        places = self._places + (1 if self._places == 1 else 0)
        for row, (output, error) in enumerate(zip(self._outputs.tolist(), errors.tolist(), strict=True)):
            top = HEADER + row * height
            good = abs(error) < self._close
            painter.setPen(colors.success if good else colors.text)
            painter.drawText(
                QRectF(columns.answer, top, columns.error - columns.answer - 8, height),
                RIGHT,
                figure(output, self._places),
            )
            share = max(-1.0, min(error / self._level, 1.0)) * width / 2
            fine = good and abs(error) < self._close / 50
            bar = QRectF(min(middle, middle + share), top + height - 4, abs(share), 2.5)
            if abs(share) >= 1.0:
                painter.fillRect(bar, colors.positive if error > 0 else colors.negative)
            painter.setPen(colors.muted)
            painter.drawText(
                QRectF(columns.error, top if fine else top - 2, width + 8, height - 1),
                CENTRED,
                "✓" if fine else figure(error, places),
            )
        self._paint_pointed(painter, colors)
        painter.end()

    def _paint_pointed(self, painter: QPainter, colors: theme.Theme) -> None:
        """What a click would change, and the cell on which the keys work."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.under_pointer is not None:
            row, column = self.place(self.under_pointer)
            if column == self.columns:
                painter.setPen(colors.error)
                painter.drawText(self.cell(row, column), CENTRED, "×")
            else:
                painter.setPen(QPen(colors.accent, 1))
                painter.drawRoundedRect(self._frame(row, column), 4, 4)
        if self.focused is not None:
            painter.setPen(QPen(colors.accent, 2))
            painter.drawRoundedRect(self.box(self.focused).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)

    def _frame(self, row: int, column: int) -> QRectF:
        """The outline of a bit or target inside of its cell."""
        left, right = (1.5, -1.5) if column < self.columns - 1 else (6, -4)
        return self.cell(row, column).adjusted(left, 1.5, right, -1.5)

    def _paint_still(self) -> QPixmap:
        assert self._table is not None
        picture = self.sheet()
        colors, columns, height = theme.current(), self.edges(), self.row_height()
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        painter.setPen(colors.muted)
        for index, heading in enumerate(self._headings):
            painter.drawText(QRectF(columns.bit(index) - 6, 0, columns.width + 12, HEADER), CENTRED, heading)
        for left, right, words, flags in (
            (columns.target, columns.answer - 10, "target", RIGHT),
            (columns.answer, columns.error - 8, "answer", RIGHT),
            (columns.error, columns.drop - 2, "error", CENTRED),
        ):
            painter.drawText(QRectF(left, 0, right - left, HEADER), flags, words)
        bold = QFont(self.font())
        bold.setBold(True)
        one = theme.blend(colors.surface, colors.accent, 0.24)
        zero = theme.blend(colors.surface, colors.window, 0.7)
        for row in range(len(self._table)):
            top = HEADER + row * height
            if row == self._row:
                painter.setPen(QPen(colors.accent, 1.2))
                painter.setBrush(theme.faded(colors.accent, 0.08))
                painter.drawRoundedRect(QRectF(1, top + 0.6, columns.end - 2, height - 1.2), 5, 5)
            painter.setPen(colors.muted)
            painter.drawText(QRectF(6, top, columns.left - 12, height), LEFT, self._row_name(row))
            for column, bit in enumerate(self._table.rows[row].tolist()):
                box = self._frame(row, column)
                painter.setPen(QPen(colors.accent if bit else colors.border, 1))
                painter.setBrush(one if bit else zero)
                painter.drawRoundedRect(box, 4, 4)
                painter.setPen(colors.text if bit else colors.muted)
                painter.setFont(bold if bit else self.font())
                painter.drawText(box, CENTRED, str(int(bit)))
            painter.setFont(self.font())
            box = self._frame(row, columns.bits)
            painter.setPen(QPen(colors.border, 1))
            painter.setBrush(colors.surface)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(colors.text)
            painter.drawText(box.adjusted(0, 0, -6, 0), RIGHT, plain(self._table.targets[row]))
            painter.setPen(colors.muted)
            painter.drawText(self.cell(row, columns.bits + 1), CENTRED, "×")
        painter.end()
        return picture

    def _row_name(self, row: int) -> str:
        return f"{row + 1}" if self._compact else f"row {row + 1}"

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns move."""
        self.editor.follow()
        self.forget()
        self.refresh()

    # -- cells

    @property
    def columns(self) -> int:
        """Bits and target."""
        return self._table.bits + 1 if self._table else 1

    @property
    def count(self) -> int:
        """Bits and targets of all rows."""
        return len(self._table) * self.columns if self._table else 0

    def place(self, index: int) -> tuple[int, int]:
        """See the class."""
        return divmod(index, self.columns) if index < self.count else (index - self.count, self.columns)

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        return self.cell(*self.place(index))

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        row = self._row_at(position)
        if row is None:
            return None
        cells = [*range(row * self.columns, (row + 1) * self.columns), self.count + row]
        return next((index for index in cells if self.box(index).contains(position)), None)

    def _row_at(self, position: QPointF) -> int | None:
        row = int((position.y() - HEADER) // self.row_height())
        return row if self._table is not None and 0 <= row < len(self._table) else None

    def words_about(self, index: int) -> str:
        """What stands in the cell; with a target, the answer to its row."""
        assert self._table is not None
        row, column = self.place(index)
        if column < self._table.bits:
            return f"row {row + 1}, bit {column + 1} of {self._table.bits}: {int(self._table.rows[row, column])}"
        answer = figure(float(self._outputs[row]), self._places)
        return f"row {row + 1}, target: {plain(self._table.targets[row])}, answer: {answer}"

    def words_at_rest(self) -> str:
        """The size of the table."""
        return f"{len(self._table)} rows of {self._table.bits} bits" if self._table else ""

    def tip(self, index: int | None) -> str:
        """What a click would do."""
        if index is None or self.under_pointer is None:
            return ""
        row, column = self.place(index)
        if column == self.columns:
            return f"Drop row {row + 1}: what it says is then lost to the network"
        return "Click to flip this bit" if column < self.columns - 1 else "Click to type another target"

    # -- what the user does

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click works on a cell; beside the cells it chooses the row."""
        row = self._row_at(event.position())
        if row is not None and event.button() == Qt.MouseButton.LeftButton and self.index_at(event.position()) is None:
            self.reach(row * self.columns)
            self._choose(row)
        else:
            super().mousePressEvent(event)

    def reach(self, index: int | None) -> None:
        """In another row, that is the one that is looked at."""
        before = self._reached
        super().reach(index)
        if index is not None and before is not None and self.place(index)[0] != self.place(before)[0]:
            self._choose(self.place(index)[0])

    def pick(self, index: int) -> None:
        """Flip a bit, edit a target, or drop a row."""
        assert self._table is not None
        row, column = self.place(index)
        if column > self._table.bits:
            self.dropped.emit(row)
            return
        super().pick(index)
        self._choose(row)
        if column < self._table.bits:
            self.bit_set.emit(row, column, 1 - int(self._table.rows[row, column]))
        else:
            self._type_target(row)

    def _choose(self, row: int) -> None:
        self.choose(row)
        self.chosen.emit(row)

    def _type_target(self, row: int) -> None:
        assert self._table is not None
        target = float(self._table.targets[row])
        self.editor.open_at(row, target, f"The target of row {row + 1}", LARGEST_TARGET)

    def _target_box(self, row: int) -> QRectF:
        assert self._table is not None
        return self.cell(row, self._table.bits).adjusted(2, -1, 2, 1)

    @Slot(object, float)
    def _on_target(self, row: object, value: float) -> None:
        assert isinstance(row, int)
        self.target_set.emit(row, value)

    def keys(self) -> frozenset[Key]:
        """Besides those of every grid: Space belongs to the table while it has the focus, not to the Train button."""
        return super().keys() | _KEYS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space, 0, 1 and Del, besides the keys of every grid."""
        key, index = event.key(), self._reached
        if key not in _KEYS or index is None:
            super().keyPressEvent(event)
            return
        row, column = self.place(index)
        if key == Key.Key_Delete:
            self.dropped.emit(row)
        elif key != Key.Key_Space and column < self.columns - 1:
            self.bit_set.emit(row, column, int(key == Key.Key_1))
        else:
            self.pick(index)


_KEYS = frozenset({Key.Key_Space, Key.Key_0, Key.Key_1, Key.Key_Delete})
