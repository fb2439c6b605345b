"""Loss and accuracy over the steps of a run: what the training data say, what the held-out data say, and how earlier
runs did.

The noisy value of every step is drawn faint, its running mean as a line; held-out values, which are measured now and
then, are dots on a line. Clicking or dragging picks a step to go back to. Every plot reads from a `Series`, so the cost
of a frame does not grow with the run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from models.base import MetricSpec
from ui import icons, theme
from ui.plots.colormaps import nice_above
from ui.plots.plot_base import Export, Table, number, short_number
from ui.plots.series import CAPACITY, Curve, Series

History = tuple[NDArray[Any], NDArray[Any]]
"""Steps and values of one metric, shapes (n,), steps ascending."""

MAX_GHOSTS = 4
MAX_DOTS = 60
"""Held-out values are marked with dots up to this many; beyond, the line alone is clearer."""

_EMPTY = np.empty(0)


def step_text(step: float) -> str:
    """A step number with thin spaces between thousands: 12 040."""
    return f"{round(step):,}".replace(",", "\u2009")


@dataclass(frozen=True)
class _Ghost:
    label: str
    steps: NDArray[Any]
    values: NDArray[Any]


class _Line:
    """One metric: the caller's complete history, its reduced series, and the items that draw it."""

    def __init__(self, spec: MetricSpec, slot: int) -> None:
        self.spec = spec
        self.slot = slot
        self.steps: NDArray[Any] = _EMPTY
        self.values: NDArray[Any] = _EMPTY
        self.noted: dict[int, tuple[float, float]] = {}
        self.series = Series()
        self.ghosts: list[_Ghost] = []
        self.dirty = True

    def color(self, colors: theme.Theme) -> QColor:
        return colors.curves[self.slot % len(colors.curves)]

    def take(self, steps: NDArray[Any], values: NDArray[Any]) -> bool:
        """Take over the history; reads only what is new if it continues what is known. True if anything changed.

        Whether it continues is told by the numbers noted last time, not by the arrays kept: the caller may have cut
        its buffer off and written another future into the same memory.
        """
        known, n = len(self.steps), len(steps)
        continues = n >= known and all((steps[i], values[i]) == point for i, point in self.noted.items())
        if continues and n == known:
            return False
        if not continues:
            self.series, known = Series(), 0
        self.series.extend(steps[known:], values[known:])
        self.steps, self.values = steps, values
        self.noted = {i: (steps[i].item(), values[i].item()) for i in {0, n // 2, n - 1} if n}
        self.dirty = True
        return True

    def forget(self) -> None:
        """Drop the run."""
        self.steps = self.values = _EMPTY
        self.noted, self.series, self.dirty = {}, Series(), True

    def value_at(self, step: float) -> float:
        """The last value measured at or before a step; not a number if there is none."""
        index = int(np.searchsorted(self.steps, step, side="right")) - 1
        return float(self.values[index]) if index >= 0 else float("nan")

    def latest(self) -> float:
        """The end of the line as it is drawn."""
        smooth = self.series.curve().smooth
        if len(smooth) == 0:
            return float("nan")
        return float(self.values[-1] if self.spec.held_out else smooth[-1])


class _Heading(QWidget):
    """Title and legend of a plot in one row; each entry has a fixed place for its number."""

    def __init__(self, title: str, unit: str, lines: Sequence[_Line]) -> None:
        super().__init__()
        self._title, self._unit, self._lines = title, unit, lines
        self._numbers = ["–"] * len(lines)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"legend of {title}")

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 14)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def show_numbers(self, values: Sequence[float]) -> None:
        texts = [number(value, self._unit) for value in values]
        if texts != self._numbers:
            self._numbers = texts
            self.update()

    def text(self) -> str:
        """The row in words."""
        parts = zip(self._lines, self._numbers, strict=True)
        return " · ".join(f"{line.spec.label} {text}" for line, text in parts)

    def paintEvent(self, event: QPaintEvent) -> None:
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        painter.setPen(colors.text)
        height, x = self.height(), 4.0
        painter.drawText(QRectF(x, 0, self.width(), height), Qt.AlignmentFlag.AlignVCenter, self._title)
        x += painter.fontMetrics().horizontalAdvance(self._title) + 18
        painter.setFont(self.font())
        metrics = painter.fontMetrics()
        room = metrics.horizontalAdvance("100.0 %" if self._unit == "%" else "0.0000" + self._unit) + 4
        labels = [line.spec.label.removesuffix(self._title).strip() or line.spec.label for line in self._lines]
        needed = sum(metrics.horizontalAdvance(label) + 46 + room for label in labels)
        with_words = needed <= self.width() - x
        for line, label, text in zip(self._lines, labels, self._numbers, strict=True):
            color = line.color(colors)
            painter.setPen(QPen(color, 2))
            middle = height / 2
            painter.drawLine(int(x), int(middle), int(x) + 16, int(middle))
            if line.spec.held_out:
                painter.setBrush(color)
                painter.drawEllipse(QRectF(x + 5, middle - 3, 6, 6))
            x += 22
            if with_words:
                painter.setPen(colors.muted)
                painter.drawText(QRectF(x, 0, 400, height), Qt.AlignmentFlag.AlignVCenter, label)
                x += metrics.horizontalAdvance(label) + 6
            painter.setPen(colors.text)
            painter.drawText(QRectF(x, 0, room + 40, height), Qt.AlignmentFlag.AlignVCenter, text)
            x += max(room, metrics.horizontalAdvance(text)) + 18
        ghosts = list(dict.fromkeys(ghost.label for line in self._lines for ghost in line.ghosts))
        room = self.width() - x - 24
        if ghosts and room > 40:
            pen = QPen(colors.muted, 1.2)
            pen.setDashPattern([4, 3])
            painter.setPen(pen)
            painter.drawLine(int(x), int(height / 2), int(x) + 16, int(height / 2))
            painter.setPen(colors.muted)
            words = metrics.elidedText(", ".join(ghosts), Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(x + 22, 0, room + 2, height), Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()


class MetricPanel(QWidget):
    """One of the plots: metrics that share a unit, over the steps of the run.

    It paints itself, which is several times cheaper here than a scene of items: axes, ghosts and curves go to a
    picture that is kept until data or range change, so that moving the pointer only draws two lines.
    """

    scrubbed = Signal(object)
    """Emitted with the step that was clicked or dragged to."""
    pointed = Signal(object)
    """Emitted with the step under the pointer, or None."""
    zoomed = Signal(object)
    """Emitted with (first, last) step to show, or None for all."""

    def __init__(self, title: str, specs: Sequence[MetricSpec]) -> None:
        super().__init__()
        slots = {True: iter((1, 4, 3)), False: iter((0, 2, 3, 4))}
        self.lines = [_Line(spec, next(slots[spec.held_out], 4)) for spec in specs]
        self.unit = specs[0].unit
        self.log = False
        self._y: tuple[float, float] | None = None
        self._x: tuple[float, float] = (0.0, 10.0)
        self._span: tuple[float, float] | None = None
        self._cursor: float | None = None
        self._pointer: float | None = None
        self._picture: QPixmap | None = None
        self._axes: tuple[object, QPixmap] | None = None
        self._shown: dict[str, Curve] = {}
        self.setAccessibleName(f"{title} over steps")
        self.setMinimumSize(140, 80)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip("Click or drag to look at an earlier step; turn the wheel to zoom; double-click to see all.")
        self.reset_action = QAction("Show the whole run", self, triggered=self.show_everything)
        self.export = Export(self, self.table)
        theme.manager().changed.connect(self._repaint)

    # -- range

    @property
    def x_range(self) -> tuple[float, float]:
        """First and last step on the axis."""
        return self._span or self._x

    @property
    def y_range(self) -> tuple[float, float]:
        """Ends of the values' axis, as log10 on a logarithmic one."""
        return self._y or (0.0, 1.0)

    def refresh(self) -> None:
        """Bring curves whose data changed, and the range, up to date."""
        if any(line.dirty for line in self.lines):
            for line in self.lines:
                if line.dirty:
                    self._shown[line.spec.name] = (self._close_up(line) if self._span else line.series).curve()
                    line.dirty = False
            self._fit()
            self._repaint()

    def redraw(self) -> None:
        """Draw everything anew, after ghosts or scale changed."""
        for line in self.lines:
            line.dirty = True
        self.refresh()

    def set_log(self, log: bool) -> None:
        """Switch the values' axis to logarithmic or back."""
        self.log = log
        self._y = None
        self.redraw()

    def set_span(self, span: tuple[float, float] | None) -> None:
        """Show only the steps from `first` to `last`; None shows the whole run."""
        self._span = span
        self._y = None if span is None else self._y
        self.redraw()

    def forget_range(self) -> None:
        """Choose the range afresh at the next refresh (a new run)."""
        self._x, self._y, self._span = (0.0, 10.0), None, None

    def last_step(self) -> float:
        """The last step of the run."""
        return max((line.series.last for line in self.lines), default=0.0)

    def _close_up(self, line: _Line) -> Series:
        """The series of the part of the run that is zoomed to, as fine as the data allow."""
        first, last = self.x_range
        begin = max(0, int(np.searchsorted(line.steps, first)) - 1)
        end = int(np.searchsorted(line.steps, last, side="right")) + 1
        steps, values = line.steps[begin:end], line.values[begin:end]
        origin = float(np.floor(steps[0] if len(steps) else first))
        series = Series(origin, max(1.0, np.ceil((last - origin + 2) / CAPACITY)))
        series.extend(steps, values)
        return series

    def _scaled(self, values: NDArray[Any]) -> NDArray[Any]:
        if not self.log:
            return values
        with np.errstate(divide="ignore", invalid="ignore"):
            logs = np.log10(values)
        return np.where(np.isfinite(logs), logs, np.nan)

    def _fit(self) -> None:
        """Grow the axes in leaps: a range stays until the curves no longer fit or fill too little of it."""
        ghosts = (float(ghost.steps[-1]) for line in self.lines for ghost in line.ghosts)
        last = max(self.last_step(), *ghosts, 0.0)
        if last > self._x[1] or last < 0.4 * self._x[1]:
            self._x = (0.0, nice_above(last * 1.15) if last > 10 else 10.0)
        needed = self._needed()
        if needed is None:
            return
        low, high = needed
        held = self._y
        if held is None or low < held[0] or high > held[1] or high - low < 0.5 * (held[1] - held[0]):
            self._y = _round_range(low, high, self.log, self.unit)

    def _needed(self) -> tuple[float, float] | None:
        """Lowest and highest value worth showing: all of the lines, and all but the wildest of the noise."""
        ends: list[float] = []
        for line in self.lines:
            curve = self._shown[line.spec.name]
            parts = [(curve.smooth, 0.0), (curve.low, 0.02), (curve.high, 0.02)]
            parts += [(ghost.values, 0.02) for ghost in line.ghosts]
            for values, cut in parts:
                values = self._scaled(values)
                ordered = np.sort(values[np.isfinite(values)])
                if len(ordered):
                    out = int(cut * len(ordered))
                    ends += [float(ordered[out]), float(ordered[-1 - out])]
        return (min(ends), max(ends)) if ends else None

    # -- painting

    def _area(self) -> QRectF:
        """The part of the widget inside the axes."""
        metrics = self.fontMetrics()
        left = metrics.horizontalAdvance("0.000" if self.unit != "%" else "100 %") + 14
        bottom = metrics.height() + 8
        return QRectF(left, 8, max(10, self.width() - left - 12), max(10, self.height() - 8 - bottom))

    def _pixels(self, steps: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Widget coordinates of points, values already scaled; points that are not finite are left out."""
        area, (first, last), (low, high) = self._area(), self.x_range, self.y_range
        xs = area.left() + (steps - first) * (area.width() / (last - first))
        ys = area.bottom() - (values - low) * (area.height() / (high - low))
        seen = np.isfinite(ys)
        return xs[seen], np.clip(ys[seen], area.top() - 1e4, area.bottom() + 1e4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the kept picture and draw the marks over it."""
        ratio = self.devicePixelRatioF()
        if self._picture is None or self._picture.size() != self.size() * ratio:
            self._picture = QPixmap(self.size() * ratio)
            self._picture.setDevicePixelRatio(ratio)
            canvas = QPainter(self._picture)
            canvas.setFont(self.font())
            self._paint_all(canvas)
            canvas.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        self._paint_marks(painter)
        painter.end()

    def _paint_all(self, painter: QPainter) -> None:
        colors, area = theme.current(), self._area()
        painter.drawPixmap(0, 0, self._axes_picture(painter))
        painter.setClipRect(area.adjusted(-1, -4, 5, 4))
        for line in self.lines:
            self._paint_noise(painter, line, colors)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for line in self.lines:
            faint = theme.blend(colors.surface, line.color(colors), 0.75)
            pen = QPen(faint, 1)
            pen.setDashPattern([5, 4])
            painter.setPen(pen)
            for ghost in line.ghosts:
                painter.drawPolyline(_polygon(*self._pixels(ghost.steps, self._scaled(ghost.values))))
        for line in self.lines:
            self._paint_line(painter, line, colors)

    def _axes_picture(self, painter: QPainter) -> QPixmap:
        """Background and axes; kept as long as ranges, size, font and theme stay, which is most of the time."""
        colors, ratio = theme.current(), self.devicePixelRatioF()
        key = (self.x_range, self.y_range, self.log, self.size(), ratio, self.font().key(), colors.name)
        if self._axes is None or self._axes[0] != key:
            picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            canvas = QPainter(picture)
            canvas.setFont(painter.font())
            canvas.fillRect(self.rect(), colors.surface)
            self._paint_axes(canvas, colors, self._area())
            canvas.end()
            self._axes = (key, picture)
        return self._axes[1]

    def _paint_axes(self, painter: QPainter, colors: theme.Theme, area: QRectF) -> None:
        metrics = painter.fontMetrics()
        flags = Qt.AlignmentFlag
        height = metrics.height()
        label_width = metrics.horizontalAdvance("step") + 8
        first, last = self.x_range
        low, high = self.y_range
        for value, text in value_ticks(low, high, area.height() / (2.4 * height), self.log, self.unit):
            y = round(area.bottom() - (value - low) / (high - low) * area.height()) + 0.5
            painter.setPen(colors.grid)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(colors.muted)
            painter.drawText(QRectF(0, y - 12, area.left() - 8, 24), flags.AlignRight | flags.AlignVCenter, text)
        for value in ticks(first, last, area.width() / 90):
            x = round(area.left() + (value - first) / (last - first) * area.width()) + 0.5
            painter.setPen(colors.grid)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            if x + 30 < area.right() - label_width:
                painter.setPen(colors.muted)
                box = QRectF(x - 50, area.bottom() + 4, 100, height)
                painter.drawText(
                    box, flags.AlignHCenter, f"{value / 1000:g}k" if last >= 10_000 and value else f"{value:g}"
                )
        painter.setPen(colors.muted)
        painter.drawText(QRectF(area.right() - 100, area.bottom() + 4, 100, height), flags.AlignRight, "step")
        painter.setPen(colors.border)
        painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right(), area.bottom() + 0.5))

    def _paint_noise(self, painter: QPainter, line: _Line, colors: theme.Theme) -> None:
        """The values of single steps, faint: as a line while there is a point for each, else as the band they fill."""
        curve = self._shown.get(line.spec.name)
        if curve is None:
            return
        color = line.color(colors)
        if curve.low is curve.mean:
            if not curve.noisy:
                return
            painter.setPen(theme.blend(colors.surface, color, 0.34))
            painter.drawPolyline(_polygon(*self._pixels(curve.steps, self._scaled(curve.mean))))
            return
        top_x, top_y = self._pixels(curve.steps, self._scaled(curve.high))
        low_x, low_y = self._pixels(curve.steps, self._scaled(curve.low))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.faded(color, 0.24))
        band = _polygon(np.concatenate([top_x, low_x[::-1]]), np.concatenate([top_y, low_y[::-1] + 1]))
        painter.drawPolygon(band)

    def _paint_line(self, painter: QPainter, line: _Line, colors: theme.Theme) -> None:
        curve = self._shown.get(line.spec.name)
        if curve is None:
            return
        xs, ys = self._pixels(curve.steps, self._scaled(curve.smooth))
        color = line.color(colors)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1))
        shape = _polygon(xs, ys)
        # Qt strokes lines of width 1 twenty times faster than wider ones: three of them, shifted, make a stronger line.
        for offset in (QPointF(0, -0.3), QPointF(0.3, 0.3), QPointF(-0.3, 0.3)):
            painter.drawPolyline(shape.translated(offset))
        if (line.spec.held_out and len(xs) <= MAX_DOTS) or len(xs) == 1:
            painter.setPen(QPen(colors.surface, 1))
            painter.setBrush(color)
            for x, y in zip(xs, ys, strict=True):
                painter.drawEllipse(QPointF(x, y), 3.5, 3.5)

    def _paint_marks(self, painter: QPainter) -> None:
        colors, area, (first, last) = theme.current(), self._area(), self.x_range
        pointer = QPen(colors.muted, 1)
        pointer.setDashPattern([2, 3])
        for step, pen in ((self._cursor, QPen(colors.accent, 2)), (self._pointer, pointer)):
            if step is None or not first <= step <= last:
                continue
            x = area.left() + (step - first) / (last - first) * area.width()
            painter.setPen(pen)
            painter.drawLine(QPointF(x, area.top() - 4), QPointF(x, area.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            for line in self.lines:
                value = self._scaled(np.array([line.value_at(step)]))
                xs, ys = self._pixels(np.array([step]), value)
                if len(ys) and area.top() - 1 <= ys[0] <= area.bottom() + 1:
                    painter.setPen(QPen(colors.surface, 1.5))
                    painter.setBrush(line.color(colors))
                    painter.drawEllipse(QPointF(xs[0], ys[0]), 4.5, 4.5)

    def show_marks(self, cursor: float | None, pointer: float | None) -> None:
        """Place the line of the step that is looked at, and the line under the pointer."""
        self._cursor, self._pointer = cursor, pointer
        self.update()

    @Slot()
    def _repaint(self) -> None:
        self._picture = None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint with another font or style."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._repaint()

    def table(self) -> Table:
        """Every value of every metric, for export (not the reduced curves)."""
        rows: list[Sequence[Any]] = [
            (line.spec.label, int(step), float(value))
            for line in self.lines
            for step, value in zip(line.steps, line.values, strict=True)
        ]
        return ["metric", "step", "value"], rows

    # -- pointer

    def step_at(self, x: float) -> float:
        """The step of the run at a horizontal position in the widget, kept within the run."""
        area, (first, last) = self._area(), self.x_range
        step = first + (x - area.left()) / area.width() * (last - first)
        return float(min(max(round(step), 0), self.last_step()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a step."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.scrubbed.emit(int(self.step_at(event.position().x())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which step is under the pointer; with the button down, pick it."""
        step = self.step_at(event.position().x())
        self.pointed.emit(step if self._area().contains(event.position()) else None)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.scrubbed.emit(int(step))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole run."""
        self.zoomed.emit(None)

    @Slot()
    def show_everything(self) -> None:
        """Show the whole run."""
        self.zoomed.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the steps around the pointer."""
        turn = event.angleDelta().y()
        if turn == 0:
            return
        area, (first, last) = self._area(), self.x_range
        share = min(max((event.position().x() - area.left()) / area.width(), 0.0), 1.0)
        span = max(10.0, (last - first) * 0.8 ** (turn / 120))
        start = max(0.0, first + share * (last - first - span))
        event.accept()
        self.zoomed.emit(None if span >= self._x[1] else (start, start + span))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer has left."""
        self.pointed.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Whole run, copy, save."""
        self.export.menu(event.globalPos(), [self.reset_action])


def _polygon(xs: NDArray[Any], ys: NDArray[Any]) -> QPolygonF:
    """Points as Qt draws them, without a Python loop."""
    return pg.functions.arrayToQPolygonF(xs, ys) if len(xs) else QPolygonF()


def ticks(low: float, high: float, count: float) -> list[float]:
    """Round places (1, 2 or 5 × 10ᵏ apart) between two ends, about `count` of them."""
    rough = (high - low) / max(count, 1.0)
    power = 10.0 ** math.floor(math.log10(rough))
    apart = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first = math.ceil(low / apart - 1e-9)
    return [index * apart for index in range(first, math.floor(high / apart + 1e-9) + 1)]


def value_ticks(low: float, high: float, count: float, log: bool, unit: str) -> list[tuple[float, str]]:
    """Places and texts of the ticks on the axis of values."""
    if not log:
        places = ticks(low, high, count)
        if unit == "%":
            return [(value, f"{round(100 * value, 3):g} %") for value in places if value <= 1 + 1e-9]
        return [(value, short_number(value) + (f" {unit}" if unit else "")) for value in places]
    decades = range(math.floor(low), math.ceil(high) + 1)
    for factors in ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 5), (1, 3), (1,)):
        marks = [(decade + math.log10(factor), factor * 10.0**decade) for decade in decades for factor in factors]
        marks = [mark for mark in marks if low - 1e-9 <= mark[0] <= high + 1e-9]
        if len(marks) <= max(1.5 * count, 2):
            break
    return [(place, short_number(value)) for place, value in marks]


class MetricPlots(QWidget):
    """All metrics of a model side by side, one plot per `MetricSpec.plot`.

    Give it the complete history as often as there is something new (30 times a second is fine): only what was appended
    since the last call is looked at. The arrays are kept by reference and must not be changed in place, but may be
    views of a growing buffer.
    """

    step_clicked = Signal(object)
    """Emitted with the step (int) that the user picked by clicking or dragging on a plot."""

    readout_changed = Signal(object)
    """Emitted with the sentence about the step under the pointer, or "" when it has left."""

    def __init__(self, specs: Sequence[MetricSpec] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("metrics over steps")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self.panels: list[MetricPanel] = []
        self._headings: list[_Heading] = []
        self._cells: list[QWidget] = []
        self._lines: dict[str, _Line] = {}
        self._cursor: float | None = None
        self._pointer: float | None = None
        self._readout = ""
        theme.manager().changed.connect(self.update)
        self.set_specs(specs)

    def set_specs(self, specs: Sequence[MetricSpec]) -> None:
        """Build the plots for these metrics; data and ghosts of others are dropped."""
        for cell in self._cells:
            self._row.removeWidget(cell)
            cell.deleteLater()
        self.panels, self._headings, self._cells, self._lines = [], [], [], {}
        titles = list(dict.fromkeys(spec.plot for spec in specs))
        for title in titles:
            self._add(title, [spec for spec in specs if spec.plot == title])

    def _add(self, title: str, specs: Sequence[MetricSpec]) -> None:
        panel = MetricPanel(title, specs)
        heading = _Heading(title, panel.unit, panel.lines)
        panel.scrubbed.connect(self.step_clicked)
        panel.pointed.connect(self._point)
        panel.zoomed.connect(self._zoom)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(heading, 1)
        if any(spec.log for spec in specs):
            button = QToolButton(autoRaise=True, checkable=True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setAccessibleName(f"logarithmic scale for {title}")
            button.setToolTip("Logarithmic scale: equal distances are equal ratios, so small losses can be told apart")
            icons.set_icon(button, "log-scale", "muted")
            button.toggled.connect(panel.set_log)
            top.addWidget(button)
        cell = QFrame()
        theme.set_role(cell, "card")
        column = QVBoxLayout(cell)
        column.setContentsMargins(6, 3, 4, 3)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(panel, 1)
        self._row.addWidget(cell, 1)
        self._cells.append(cell)
        self.panels.append(panel)
        self._headings.append(heading)
        self._lines |= {line.spec.name: line for line in panel.lines}

    # -- data

    def set_data(self, name: str, steps: NDArray[Any], values: NDArray[Any]) -> None:
        """Show the complete history of one metric: `steps` (n,) ascending, `values` (n,).

        A history that continues the known one costs only what is new; another one (a branch, a new run) is read anew.
        Names without a plot are ignored. Several metrics are better set at once with `set_all`.
        """
        self.set_all({name: (steps, values)})

    def set_all(self, histories: Mapping[str, History]) -> None:
        """Show the complete histories of several metrics; those not named stay as they are."""
        changed = False
        for name, (steps, values) in histories.items():
            line = self._lines.get(name)
            if line is not None:
                changed |= line.take(np.asarray(steps), np.asarray(values))
        if changed:
            for panel in self.panels:
                panel.refresh()
            self._tell()

    def clear(self) -> None:
        """Forget the run that is shown (a reset); ghosts stay."""
        for panel in self.panels:
            for line in panel.lines:
                line.forget()
            panel.forget_range()
            panel.refresh()
        for heading in self._headings:
            heading.update()
        self.set_cursor(None)

    # -- ghosts

    def keep_as_ghost(self, label: str) -> None:
        """Keep the curves shown now as a dimmed, dashed ghost to compare the next run with (the last four are kept)."""
        self.add_ghost(label, {name: (line.steps, line.values) for name, line in self._lines.items()})

    def add_ghost(self, label: str, histories: Mapping[str, History]) -> None:
        """Add an earlier run, or a future that was left behind, as a ghost."""
        for name, (steps, values) in histories.items():
            line = self._lines.get(name)
            if line is None or len(steps) == 0:
                continue
            first = float(steps[0])
            series = Series(first, max(1.0, np.ceil((float(steps[-1]) - first + 1) / (CAPACITY // 2))))
            series.extend(np.asarray(steps), np.asarray(values))
            curve = series.curve()
            line.ghosts = [*line.ghosts, _Ghost(label, curve.steps, curve.smooth)][-MAX_GHOSTS:]
        self._show_ghosts()

    def clear_ghosts(self) -> None:
        """Remove all ghosts."""
        for line in self._lines.values():
            line.ghosts = []
        self._show_ghosts()

    def ghost_labels(self) -> tuple[str, ...]:
        """Labels of the ghosts shown, oldest first."""
        return tuple(dict.fromkeys(ghost.label for line in self._lines.values() for ghost in line.ghosts))

    def _show_ghosts(self) -> None:
        for panel, heading in zip(self.panels, self._headings, strict=True):
            panel.redraw()
            heading.update()

    # -- marks and read-out

    def set_cursor(self, step: float | None) -> None:
        """Mark the step that is looked at; None while the run is shown live."""
        if step != self._cursor:
            self._cursor = step
            self._mark()

    @property
    def cursor_step(self) -> float | None:
        """The step that is marked."""
        return self._cursor

    @property
    def readout(self) -> str:
        """All curves in words, at the pointer, else at the cursor, else at the end of the run."""
        step = self._pointer if self._pointer is not None else self._cursor
        words = " · ".join(heading.text() for heading in self._headings)
        if step is None:
            step = max((line.series.last for line in self._lines.values()), default=0.0)
        return f"step {step_text(step)} · {words}"

    @Slot(object)
    def _point(self, step: float | None) -> None:
        if step != self._pointer:
            self._pointer = step
            self._mark()

    @Slot(object)
    def _zoom(self, span: tuple[float, float] | None) -> None:
        for panel in self.panels:
            panel.set_span(span)

    def _mark(self) -> None:
        for panel in self.panels:
            panel.show_marks(self._cursor, self._pointer)
        self._tell()
        self.readout_changed.emit(self.readout if self._pointer is not None else "")

    def _tell(self) -> None:
        step = self._pointer if self._pointer is not None else self._cursor
        for panel, heading in zip(self.panels, self._headings, strict=True):
            lines = panel.lines
            heading.show_numbers([line.latest() if step is None else line.value_at(step) for line in lines])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Left and right move the step that is looked at; Home and End go to the first and last."""
        last = max((line.series.last for line in self._lines.values()), default=0.0)
        step = self._cursor if self._cursor is not None else last
        leap = max(1.0, round(last / 100))
        moves = {
            Qt.Key.Key_PageUp: step - 10 * leap,
            Qt.Key.Key_PageDown: step + 10 * leap,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key not in moves or last == 0:
            super().keyPressEvent(event)
            return
        self.step_clicked.emit(int(min(max(moves[key], 0), last)))


def _round_range(low: float, high: float, log: bool, unit: str) -> tuple[float, float]:
    """A range with a margin and round ends that holds `low` to `high`."""
    if log:
        room = max(0.1, 0.06 * (high - low))
        return np.floor((low - room) * 5) / 5, np.ceil((high + room) * 5) / 5
    if unit == "%" and low >= 0 and high <= 1:
        floor = next(base for base in (0.98, 0.95, 0.9, 0.8, 0.5, 0.0) if base <= low)
        return floor - 0.02 * (1 - floor), 1.0 + 0.02 * (1 - floor)
    span = high - low or abs(high) or 1.0
    tick = nice_above(span) / 10
    bottom = np.floor((low - 0.04 * span) / tick) * tick
    if 0 <= low <= 0.5 * span:
        bottom = 0.0
    return float(bottom), float(np.ceil((high + 0.1 * span) / tick) * tick)
