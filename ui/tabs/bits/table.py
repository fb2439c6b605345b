"""The table that the network learns: bits to click, targets to type, and what the network answers to every row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.bits.truth_table import LARGEST_TARGET, TruthTable
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


class BitTable(QWidget):
    """R rows of n bits; painted by hand, so that a frame costs only the answers that changed.

    The keyboard does what the mouse does: arrows move, Space or 0 and 1 set a bit, Enter types a target, Del drops the
    row.

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
        super().__init__(parent)
        self._compact = compact
        self._table: TruthTable | None = None
        self._outputs: NDArray[np.float64] = np.zeros(0)
        self._headings: tuple[str, ...] = ()
        self._close = 0.5
        self._places = 1
        self._level = 1.0
        self._usual_row = USUAL_ROW
        self._drawn = b""
        self._cursor = (0, 0)
        self._hover: tuple[int, int] | None = None
        self._row: int | None = None
        self._still: QPixmap | None = None
        self.editor = NumberEditor(self)
        self.editor.accepted.connect(self._on_target)
        self.editor.refused.connect(self.refused)
        self.setAccessibleName(name)
        self.setFont(theme.number_font(self.font()))
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        theme.manager().changed.connect(self._restyle)

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
        if table is not self._table or tuple(headings) != self._headings:
            if self._table is not None and table.bits != self._table.bits:
                self._row = None
            other = self._table is None or len(table) != len(self._table) or table.bits != self._table.bits
            self._table, self._headings = table, tuple(headings)
            self._level = max(float(np.abs(table.targets).max()) / 2, 0.5)
            self._cursor = (min(self._cursor[0], len(table) - 1), min(self._cursor[1], table.bits))
            if self._row is not None and self._row >= len(table):
                self._row = None
            self._still = None
            if other:
                self.editor.hide()
                self._hover = None
                self.setMinimumHeight(round(HEADER + LOWEST_ROW * len(table) + 2))
                self.setMaximumHeight(round(HEADER + HIGHEST_ROW * len(table) + 2))
                self.updateGeometry()
            self._describe()
        self._outputs, self._close, self._places = outputs, close, places
        drawn = np.round(outputs, places + 1).tobytes()
        if drawn != self._drawn or self._still is None:
            self._drawn = drawn
            self.update()

    def set_usual_row(self, height: float) -> None:
        """How high the rows like to be."""
        if round(height) != round(self._usual_row):
            self._usual_row = height
            self.updateGeometry()

    def choose(self, row: int | None) -> None:
        """Mark a row."""
        if row != self._row:
            self._row = row
            self._restyle()

    @property
    def row(self) -> int | None:
        """The row that is marked."""
        return self._row

    def columns(self) -> Columns:
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
        columns, height = self.columns(), self.row_height()
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
        colors, columns, height = theme.current(), self.columns(), self.row_height()
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
        painter.end()

    def _paint_still(self) -> QPixmap:
        assert self._table is not None
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        colors, columns, height = theme.current(), self.columns(), self.row_height()
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
                box = self.cell(row, column).adjusted(1.5, 1.5, -1.5, -1.5)
                under = self._hover == (row, column)
                painter.setPen(QPen(colors.accent if bit or under else colors.border, 1))
                painter.setBrush(one if bit else zero)
                painter.drawRoundedRect(box, 4, 4)
                painter.setPen(colors.text if bit else colors.muted)
                painter.setFont(bold if bit else self.font())
                painter.drawText(box, CENTRED, str(int(bit)))
            painter.setFont(self.font())
            box = self.cell(row, columns.bits).adjusted(6, 1.5, -4, -1.5)
            painter.setPen(QPen(colors.accent if self._hover == (row, columns.bits) else colors.border, 1))
            painter.setBrush(colors.surface)
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(colors.text)
            painter.drawText(box.adjusted(0, 0, -6, 0), RIGHT, plain(self._table.targets[row]))
            over = self._hover == (row, columns.bits + 1)
            painter.setPen(colors.error if over else colors.muted)
            painter.drawText(self.cell(row, columns.bits + 1), CENTRED, "×")
        if self.hasFocus():
            painter.setPen(QPen(colors.accent, 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.cell(*self._cursor).adjusted(1.5, 1.5, -1.5, -1.5), 4, 4)
        painter.end()
        return picture

    def _row_name(self, row: int) -> str:
        return f"{row + 1}" if self._compact else f"row {row + 1}"

    @Slot()
    def _restyle(self) -> None:
        self._still = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The columns move."""
        if self.editor.isVisible() and self._table is not None:
            row = self.editor.key
            assert isinstance(row, int)
            self.editor.follow(self._target_box(row))
        self._restyle()

    # -- mouse

    def place_at(self, position: QPointF) -> tuple[int, int] | None:
        """Row and column (n: the target, n + 1: the cross, −1: elsewhere in the row) at a place in the widget."""
        if self._table is None or position.y() < HEADER:
            return None
        row = int((position.y() - HEADER) // self.row_height())
        if row >= len(self._table):
            return None
        for column in range(self._table.bits + 2):
            if self.cell(row, column).contains(position):
                return row, column
        return row, -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show what a click would change."""
        place = self.place_at(event.position())
        if place == self._hover:
            return
        self._hover = place
        bits = self._table.bits if self._table else 0
        active = place is not None and place[1] >= 0
        self.setCursor(Qt.CursorShape.PointingHandCursor if active else Qt.CursorShape.ArrowCursor)
        words = ""
        if place is not None:
            column = place[1]
            words = "Click to flip this bit" if 0 <= column < bits else ""
            words = "Click to type another target" if column == bits else words
            words = f"Drop row {place[0] + 1}: what it says is then lost to the network" if column > bits else words
        self.setToolTip(words)
        self._restyle()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._hover = None
        self._restyle()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Flip a bit, edit a target, drop a row, or choose one."""
        place = self.place_at(event.position())
        if place is None or self._table is None or event.button() != Qt.MouseButton.LeftButton:
            return
        row, column = place
        if column <= self._table.bits:
            self._cursor = (row, max(column, 0))
            self._choose(row)
        self._act(row, column)

    def _choose(self, row: int) -> None:
        self._row = row
        self._restyle()
        self._describe()
        self.chosen.emit(row)

    def _act(self, row: int, column: int) -> None:
        assert self._table is not None
        bits = self._table.bits
        if 0 <= column < bits:
            self.bit_set.emit(row, column, 1 - int(self._table.rows[row, column]))
        elif column == bits:
            self._type_target(row)
        elif column == bits + 1:
            self.dropped.emit(row)

    def _type_target(self, row: int) -> None:
        assert self._table is not None
        self.editor.open_at(
            self._target_box(row),
            row,
            float(self._table.targets[row]),
            f"The target of row {row + 1}",
            -LARGEST_TARGET,
            LARGEST_TARGET,
        )

    def _target_box(self, row: int) -> QRectF:
        assert self._table is not None
        return self.cell(row, self._table.bits).adjusted(2, -1, 2, 1)

    @Slot(object, float)
    def _on_target(self, row: object, value: float) -> None:
        assert isinstance(row, int)
        self.target_set.emit(row, value)

    # -- keyboard

    def event(self, event: QEvent) -> bool:
        """Space belongs to the table while it has the focus, not to the window's Train button; so do the arrows."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in _KEYS
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows, Space, 0, 1, Enter, Del."""
        if self._table is None or event.key() not in _KEYS:
            super().keyPressEvent(event)
            return
        row, column = self._cursor
        bits, key = self._table.bits, event.key()
        if key in _MOVES:
            down, right = _MOVES[key]
            self._cursor = (
                min(max(row + down, 0), len(self._table) - 1),
                min(max(column + right, 0), bits),
            )
            if down:
                self._choose(self._cursor[0])
            self._restyle()
            self._describe()
        elif key == Qt.Key.Key_Delete:
            self.dropped.emit(row)
        elif key in (Qt.Key.Key_0, Qt.Key.Key_1) and column < bits:
            self.bit_set.emit(row, column, int(key == Qt.Key.Key_1))
        else:
            self._choose(row)
            self._act(row, column)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which cell the keys work on."""
        super().focusInEvent(event)
        self._restyle()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it."""
        super().focusOutEvent(event)
        self._restyle()

    def _describe(self) -> None:
        """Tell a screen reader what stands in the cell."""
        if self._table is None:
            return
        row, column = self._cursor
        if column < self._table.bits:
            words = f"row {row + 1}, bit {column + 1} of {self._table.bits}: {int(self._table.rows[row, column])}"
        else:
            words = f"row {row + 1}, target: {plain(self._table.targets[row])}"
        self.setAccessibleDescription(words)


_MOVES = {
    Qt.Key.Key_Left: (0, -1),
    Qt.Key.Key_Right: (0, 1),
    Qt.Key.Key_Up: (-1, 0),
    Qt.Key.Key_Down: (1, 0),
}
_KEYS = {
    *_MOVES,
    Qt.Key.Key_Space,
    Qt.Key.Key_0,
    Qt.Key.Key_1,
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Delete,
}
