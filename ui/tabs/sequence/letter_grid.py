"""A text whose letters are coloured by a number each: how active a unit is, how much a letter mattered."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent

from ui.plots.color_scale import ColorScale, Kind
from ui.plots.colormaps import symmetric_level
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget
from ui.tabs.sequence.lettering import Lettering
from ui.tabs.sequence.words import quoted, shown
from ui.widgets import theme
from ui.widgets.numbers import number

Span = tuple[int, int]
"""First letter, and the one behind the last."""


class LetterGrid(CellWidget):
    """Letters row by row, as many as fit; the wheel and the arrow keys go through a text that is longer.

    Args:
        name: what is read out for it.
        value_name: what a letter's number is.
        empty: what is said when there is nothing to show.

    Signals:
        spanned(first, behind the last): a stretch was chosen by dragging, or with a click one letter.
    """

    spanned = Signal(int, int)
    click_takes_keys = False

    def __init__(self, name: str, value_name: str, empty: str = "Nothing is read yet") -> None:
        super().__init__(name, (420, 120), (180, 60))
        self._value_name, self._empty = value_name, empty
        self._letters: tuple[str, ...] = ()
        self._values: NDArray[Any] = np.zeros(0)
        self._level = 1.0
        self._kind: Kind = "diverging"
        self._first_row = 0
        self._span: Span | None = None
        self._places: tuple[Span, ...] = ()
        self._grip: int | None = None
        self._lettering = Lettering()

    # -- data

    def show_letters(
        self,
        letters: tuple[str, ...],
        values: NDArray[Any],
        *,
        level: float | None = None,
        signed: bool = True,
        span: Span | None = None,
        places: tuple[Span, ...] = (),
    ) -> None:
        """Show letters with their values (T,); NaN has no colour.

        Args:
            level: the value with the strongest colour; None fits it.
            signed: whether values are signed, or magnitudes.
            span: a stretch that is framed.
            places: other stretches that are underlined.
        """
        same = letters == self._letters and (span, places) == (self._span, self._places)
        if same and np.array_equal(values, self._values, equal_nan=True):
            return
        if len(letters) != len(self._letters):
            self._first_row = 0
        self._letters, self._values, self._span, self._places = letters, values, span, places
        self._kind = "diverging" if signed else "sequential"
        finite = values[np.isfinite(values)]
        self._level = level or symmetric_level(finite.astype(np.float32)) if finite.size or level else 1.0
        self._level = self._level or 1.0
        self.refresh()

    def set_value_name(self, name: str) -> None:
        """Say that the numbers are others."""
        self._value_name = name

    def look_at(self, letter: int) -> None:
        """Bring a letter into view."""
        self.bring_into_view(letter)
        self.update()

    @property
    def count(self) -> int:
        """Letters."""
        return len(self._letters)

    @property
    def columns(self) -> int:
        """Letters in a row."""
        return max(1, int((self.width() - 8) / self._wide()))

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        value = float(self._values[index])
        words = f"{quoted(self._letters[index])} ({index + 1})"
        return words + (f": {self._value_name} {number(value)}" if np.isfinite(value) else "")

    def table(self) -> Table:
        """A row for every letter."""
        return ["letter", self._value_name], [
            (letter, float(value)) for letter, value in zip(self._letters, self._values, strict=True)
        ]

    # -- layout

    def _wide(self) -> int:
        return max(self.fontMetrics().horizontalAdvance("W") + 2, 13)

    def _high(self) -> int:
        return self.fontMetrics().height() + 5

    def _rows_shown(self) -> int:
        return max(1, (self.height() - 4) // self._high())

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        column, row = int((position.x() - 4) // self._wide()), int((position.y() - 2) // self._high())
        if not (0 <= column < self.columns and 0 <= row < self._rows_shown()):
            return None
        index = (row + self._first_row) * self.columns + column
        return index if index < self.count else None

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        row, column = divmod(index, self.columns)
        top = 2 + (row - self._first_row) * self._high()
        return QRectF(4 + column * self._wide(), top, self._wide(), self._high() - 2)

    def bring_into_view(self, index: int) -> None:
        """See CellWidget."""
        row = index // self.columns
        last = max(0, -(-self.count // self.columns) - self._rows_shown())
        self._first_row = max(0, min(max(self._first_row, row - self._rows_shown() + 1), row, last))

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Coloured letters, the stretch, other places."""
        painter = QPainter(self)
        if not self.count:
            self.paint_words(painter, self._empty)
            painter.end()
            return
        colors, columns = theme.current(), self.columns
        first = self._first_row * columns
        last = min(self.count, first + self._rows_shown() * columns)
        scale = ColorScale(self._kind, self._level)
        table = scale.qt_table()
        indices = scale.index(np.nan_to_num(self._values[first:last]).astype(np.float32))
        for index in range(first, last):
            box = self.box(index)
            if np.isfinite(self._values[index]):
                back = QColor.fromRgb(table[int(indices[index - first])])
                painter.fillRect(box, back)
                painter.setPen(theme.text_on(back))
            else:
                painter.setPen(colors.muted)
            self._lettering.draw(painter, box, shown(self._letters[index]))
        for start, end in self._places:
            self._mark(painter, start, end, QPen(colors.warning, 2), first, last, whole=False)
        if self._span is not None:
            self._mark(painter, *self._span, QPen(colors.accent, 2), first, last, whole=True)
        self.paint_marks(painter, colors.accent)
        if last < self.count or first:
            painter.setPen(colors.muted)
            words = f"{first + 1}–{last} of {self.count}"
            painter.drawText(
                self.rect().adjusted(0, 0, -6, -2), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, words
            )
        painter.end()

    def _mark(self, painter: QPainter, start: int, end: int, pen: QPen, first: int, last: int, *, whole: bool) -> None:
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for index in range(max(start, first), min(end, last)):
            box = self.box(index)
            painter.drawLine(box.bottomLeft(), box.bottomRight())
            if whole:
                painter.drawLine(box.topLeft(), box.topRight())
                if index == start:
                    painter.drawLine(box.topLeft(), box.bottomLeft())
                if index == end - 1:
                    painter.drawLine(box.topRight(), box.bottomRight())

    # -- pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A stretch begins."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._grip = self.index_at(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A stretch grows."""
        index = self.index_at(event.position())
        if self._grip is not None and index is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._span = (min(self._grip, index), max(self._grip, index) + 1)
            self.update()
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A stretch is chosen, or a letter."""
        grip, self._grip = self._grip, None
        index = self.index_at(event.position())
        if grip is None:
            return
        index = grip if index is None else index
        self.spanned.emit(min(grip, index), max(grip, index) + 1)
        if index == grip:
            self.pick(index)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Go through a long text."""
        rows = -(-self.count // self.columns)
        last = max(0, rows - self._rows_shown())
        if not last:
            event.ignore()
            return
        self._first_row = min(last, max(0, self._first_row - round(event.angleDelta().y() / 60)))
        self.refresh()
        event.accept()
