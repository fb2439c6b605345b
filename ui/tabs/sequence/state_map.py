"""A network unrolled in time: what it reads, what it remembers as a picture over time, what it expects next, and how
surprised it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen

from models.sequence.inspect import Reading
from ui.plots.color_scale import ColorScale
from ui.plots.export import Table
from ui.plots.grids.cell_widget import Cell, MatrixWidget
from ui.tabs.sequence.lettering import Lettering
from ui.tabs.sequence.words import quoted, shown
from ui.widgets import theme
from ui.widgets.numbers import figure, number, percent

NARROWEST, WIDEST = 30, 76
"""Pixels of a moment's column."""

EXPECTED = 3
"""Most probable next letters that are shown at every moment."""

LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class StateMap(MatrixWidget):
    """Rows are units, columns moments; above them the letters, below them what comes next. `place`: (unit, moment)."""

    click_takes_keys = False

    def __init__(self) -> None:
        super().__init__("state over time", (480, 300), (260, 168))
        self._reading: Reading | None = None
        self._names: tuple[str, ...] = ()
        self._values: NDArray[Any] = np.zeros((0, 0), np.float32)  # (T, H)
        self._value_name = "h"
        self._level = 1.0
        self._first = 0  # moment that is shown first
        self._image: QImage | None = None
        self._held: frozenset[int] = frozenset()
        self._chosen: Cell | None = None
        self._lettering = Lettering()
        self.hand = True

    # -- data

    def show_reading(
        self,
        reading: Reading,
        values: NDArray[Any],
        *,
        names: tuple[str, ...],
        value_name: str,
        level: float = 1.0,
        held: frozenset[int] = frozenset(),
    ) -> None:
        """Show values (T, H) of a reading, which are kept by reference.

        Args:
            names: what the answers are called.
            value_name: what the values are ("h", "forget gate").
            level: value at the end of the colours.
            held: units that are held by hand.
        """
        if values.shape != self._values.shape:
            self._first = 0
            if self._chosen is not None and not (
                self._chosen[0] < values.shape[1] and self._chosen[1] < values.shape[0]
            ):
                self._chosen = None
        self._reading, self._values, self._names = reading, values, names
        self._value_name, self._level, self._held = value_name, level, held
        self._image = None
        self.refresh()

    def clear(self) -> None:
        """Show nothing."""
        self._reading, self._values, self._image = None, np.zeros((0, 0), np.float32), None
        self.refresh()

    def choose(self, unit: int, moment: int) -> None:
        """Mark a unit and a moment."""
        self._chosen = (unit, moment)
        self.bring_into_view(unit * self.columns + moment)
        self.update()

    @property
    def chosen(self) -> Cell | None:
        """(unit, moment) that is marked."""
        return self._chosen

    # -- cells

    @property
    def columns(self) -> int:
        """Moments."""
        return max(1, int(self._values.shape[0]))

    @property
    def count(self) -> int:
        """Units × moments."""
        return self._values.size

    def table(self) -> Table:
        """A row for every moment."""
        reading = self._reading
        if reading is None:
            return ["moment", "read"], []
        units = [f"unit {unit + 1}" for unit in range(self._values.shape[1])]
        rows: list[Sequence[Any]] = [
            [moment + 1, letter, *self._values[moment].tolist(), float(reading.losses[moment])]
            for moment, letter in enumerate(reading.letters)
        ]
        return ["moment", "read", *units, "loss"], rows

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        unit, moment = self.place(index)
        assert self._reading is not None
        words = f"After {quoted(self._reading.letters[moment])} ({moment + 1}), unit {unit + 1}: {self._value_name} "
        words += number(float(self._values[moment, unit]))
        expected = self.expected(moment)
        if expected:
            words += " · expects " + ", ".join(f"{quoted(name)} {percent(p)}" for name, p in expected)
        loss = self._reading.losses[moment]
        return words + (f" · loss {number(float(loss))} bits" if np.isfinite(loss) else "")

    def words_at_rest(self) -> str:
        """See CellWidget."""
        return "What is remembered after every letter, and what is expected next"

    def expected(self, moment: int) -> list[tuple[str, float]]:
        """The most probable answers after a moment, with their probabilities."""
        if self._reading is None or len(self._names) < 2:
            return []
        answers = self._reading.answers[moment]
        best = np.argsort(-answers, kind="stable")[:EXPECTED]
        return [(self._names[index], float(answers[index])) for index in best]

    # -- layout

    def _line(self) -> int:
        return self.fontMetrics().height() + 2

    def _shown(self) -> int:
        """Moments that fit."""
        return max(1, min(self.columns, int((self.width() - self._margin() - 8) / NARROWEST)))

    def _margin(self) -> int:
        return self.fontMetrics().horizontalAdvance("remembers ") + 6

    def _wide(self) -> float:
        return min(WIDEST, (self.width() - self._margin() - 8) / self._shown())

    def _answers_high(self) -> int:
        if self._reading is None:
            return 0
        lines = min(EXPECTED, len(self._names)) if len(self._names) > 1 else 1
        return self._line() * (lines + int(np.isfinite(self._reading.losses).any()))

    def _area(self) -> QRectF:
        """Where the heat map is."""
        top = self._line() + 4
        bottom = self.height() - self._answers_high() - 8
        return QRectF(self._margin(), top, self._wide() * self._shown(), max(10.0, bottom - top))

    def cell_at(self, position: QPointF) -> Cell | None:
        """See MatrixWidget; letters and answers belong to the unit that is chosen."""
        area = self._area()
        column = int((position.x() - area.x()) // self._wide()) if position.x() >= area.x() else -1
        if not self._values.size or not 0 <= column < self._shown():
            return None
        moment = self._first + column
        if moment >= self.columns:
            return None
        units = self._values.shape[1]
        if area.top() <= position.y() < area.bottom():
            return min(units - 1, int((position.y() - area.top()) / area.height() * units)), moment
        return (self._chosen[0] if self._chosen else 0), moment

    def cell_rect(self, row: int, column: int) -> QRectF:
        """See MatrixWidget."""
        area, wide = self._area(), self._wide()
        high = area.height() / max(1, self._values.shape[1])
        return QRectF(area.x() + (column - self._first) * wide, area.y() + row * high, wide, high)

    def bring_into_view(self, index: int) -> None:
        """See CellWidget."""
        _, moment = self.place(index)
        shown = self._shown()
        self._first = min(max(self._first, moment - shown + 1), moment, max(0, self.columns - shown))
        self._first = max(0, self._first)

    # -- painting

    def forget(self) -> None:
        """See Painted."""
        self._image = None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Letters, memory, answers, losses."""
        painter = QPainter(self)
        reading = self._reading
        if reading is None or not self._values.size:
            self.paint_words(painter, "Nothing is read yet")
            painter.end()
            return
        colors, area, shown = theme.current(), self._area(), self._shown()
        moments = range(self._first, min(self._first + shown, self.columns))
        if self._image is None:
            self._image = ColorScale("diverging", self._level).picture(np.ascontiguousarray(self._values.T))
        part = self._image.copy(self._first, 0, len(moments), self._image.height())
        target = QRectF(area.x(), area.y(), len(moments) * self._wide(), area.height())
        painter.drawImage(target, part)
        painter.setPen(QPen(colors.border, 1))
        painter.drawRect(target)
        self._paint_margin(painter, area)
        for moment in moments:
            self._paint_moment(painter, moment, area)
        if self._chosen is not None and self._chosen[1] in moments:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(colors.accent, 2))
            left = area.x() + (self._chosen[1] - self._first) * self._wide()
            painter.drawRect(QRectF(left, 1, self._wide(), self.height() - 3))
            painter.drawRect(self.cell_rect(*self._chosen).adjusted(-1, -1, 1, 1))
        self.paint_marks(painter, colors.accent, margin=1)
        painter.end()

    def _paint_margin(self, painter: QPainter, area: QRectF) -> None:
        colors, line = theme.current(), self._line()
        painter.setPen(colors.muted)
        room = self._margin() - 4
        painter.drawText(QRectF(2, 0, room, line), LEFT, "reads")
        painter.drawText(QRectF(2, area.top(), room, line), LEFT, "remembers")
        painter.drawText(QRectF(2, area.top() + line, room, line), LEFT, f"{self._values.shape[1]} units")
        for unit in self._held:
            top = self.cell_rect(unit, self._first).center().y()
            painter.fillRect(QRectF(area.x() - 6, top - 2, 5, 4), colors.warning)
        below = area.bottom() + 2
        painter.drawText(QRectF(2, below, room, line), LEFT, "expects")
        assert self._reading is not None
        if np.isfinite(self._reading.losses).any():
            lines = min(EXPECTED, len(self._names)) if len(self._names) > 1 else 1
            painter.drawText(QRectF(2, below + lines * line, room, line), LEFT, "bits")

    def _paint_moment(self, painter: QPainter, moment: int, area: QRectF) -> None:
        reading, colors, line, wide = self._reading, theme.current(), self._line(), self._wide()
        assert reading is not None
        left = area.x() + (moment - self._first) * wide
        painter.setPen(colors.text)
        self._lettering.draw(painter, QRectF(left, 0, wide, line + 2), shown(reading.letters[moment]))
        below = area.bottom() + 2
        expected = self.expected(moment)
        if not expected:
            self._lettering.draw(painter, QRectF(left, below, wide, line), figure(float(reading.answers[moment, 0]), 2))
        right = self._names[reading.right[moment]] if reading.right[moment] >= 0 and expected else None
        for place, (name, p) in enumerate(expected):
            box = QRectF(left + 1, below + place * line, wide - 2, line - 1)
            painter.fillRect(box, theme.blend(colors.surface, colors.accent, 0.55 * p))
            if name == right:
                painter.fillRect(QRectF(box.x(), box.bottom() - 2, box.width(), 2), colors.success)
            painter.setPen(colors.text)
            self._lettering.draw(painter, box, self._answer(name, p, wide))
        if np.isfinite(reading.losses).any() and np.isfinite(reading.losses[moment]):
            painter.setPen(colors.muted)
            box = QRectF(left, below + max(1, len(expected)) * line, wide, line)
            self._lettering.draw(painter, box, figure(float(reading.losses[moment]), 2 if wide > 40 else 1))

    def _answer(self, name: str, p: float, wide: float) -> str:
        words = f"{shown(name)} {100 * p:.0f}"
        if self.fontMetrics().horizontalAdvance(words) <= wide - 4:
            return words
        return self.fontMetrics().elidedText(shown(name), Qt.TextElideMode.ElideRight, int(wide - 4))


def color_of(value: float, level: float = 1.0) -> QColor:
    """The colour of a signed value, as in the map."""
    scale = ColorScale("diverging", level)
    return QColor.fromRgb(scale.qt_table()[int(scale.index(np.array([value], np.float32))[0])])
