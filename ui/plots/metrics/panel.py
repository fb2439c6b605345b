"""One plot of metrics that share a unit, over the steps of a run; clicking or dragging on it picks a step.

It paints itself, which is several times cheaper here than a scene of items. Axes, ghosts and curves go to a picture
that is kept until data or range change, so that moving the pointer only draws two lines.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from models.base import MetricSpec
from ui.plots.colormaps import nice_above
from ui.plots.export import Export, Table, action
from ui.plots.metrics.axes import MetricAxes, scaled
from ui.plots.metrics.axis_ticks import round_range, value_ticks
from ui.plots.metrics.curves import paint_curves, paint_levels, paint_step
from ui.plots.metrics.line import MetricLine
from ui.plots.metrics.reading import Readings
from ui.widgets import theme

_EMPTY_RUN = (0.0, 10.0)
"""First and last step on the axis before there is anything to show."""

TICK_GAP = 2.4
"""Distance between two ticks on the axis of values, in heights of a line of text."""

FIRST_LEAP = 0.1
"""Share of the steps, those with the lowest values, that the axis of what never falls need not hold."""

NO_ERRORS = (-3.0, 0.04)
"""The logarithmic axis of an error rate while there are no errors: from 0.1 % to 100 %."""

AS_MUCH_AGAIN = 2
"""How many times as long as the present run the axis of steps may be for the sake of an earlier one."""

EMPTY = "The curve begins with the first step"


class MetricPanel(QWidget):
    """Draws its `lines`; after their data changed, call `refresh`, after anything else about them, `redraw`."""

    scrubbed = Signal(object)
    """Emitted with the step (int) that was clicked or dragged to."""
    pointed = Signal(object)
    """Emitted with the step under the pointer, or None."""
    zoomed = Signal(object)
    """Emitted with (first, last) step to show, or None for all."""

    def __init__(self, title: str, specs: Sequence[MetricSpec]) -> None:
        super().__init__()
        self.title = title
        color_indices = {True: iter((1, 4, 3)), False: iter((0, 2, 3, 4))}  # held-out metrics, and those of training
        self.lines = [MetricLine(spec, next(color_indices[spec.held_out], 4)) for spec in specs]
        self.unit = specs[0].unit
        self.log = False
        self.complement = False
        self._title = title
        self._whole = _EMPTY_RUN
        self._span: tuple[float, float] | None = None  # zoomed to
        self._values: tuple[float, float] | None = None
        self._cursor: float | None = None
        self._pointer: float | None = None
        self._known: Readings = {}
        self._levels: tuple[tuple[str, float], ...] = ()
        self._picture: QPixmap | None = None
        self._axes_picture: tuple[object, QPixmap] | None = None  # and what it depends on
        self.setAccessibleName(f"{title} over steps")
        self.setMinimumSize(140, 80)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setToolTip("Click or drag to look at an earlier step; turn the wheel to zoom; double-click to see all.")
        self.reset_action = action("Show the whole run", self, self.show_everything)
        self.export = Export(self, self.table)
        theme.follow(self, self._repaint)

    # -- data

    def refresh(self) -> None:
        """Bring curves whose data changed, and the range, up to date."""
        lagging = [line for line in self.lines if line.dirty]
        for line in lagging:
            line.refresh(self._span)
        if lagging:
            self._fit()
            self._repaint()

    def redraw(self) -> None:
        """Draw everything anew, after ghosts or scale changed."""
        for line in self.lines:
            line.dirty = True
        self.refresh()

    def last_step(self) -> float:
        """The last step of the run."""
        return max((line.series.last for line in self.lines), default=0.0)

    def table(self) -> Table:
        """Every value of every metric, for export (not the reduced curves)."""
        rows: list[Sequence[Any]] = [
            (line.spec.label, int(step), float(value))
            for line in self.lines
            for step, value in zip(line.steps, line.values, strict=True)
        ]
        return ["metric", "step", "value"], rows

    def set_levels(self, levels: Sequence[tuple[str, float]]) -> None:
        """Draw values to be reached, each with its name, as dashed lines across the plot."""
        if tuple(levels) != self._levels:
            self._levels = tuple(levels)
            self.redraw()

    # -- range

    @property
    def axes(self) -> MetricAxes:
        """What is shown, and where in the widget it lies."""
        metrics = self.fontMetrics()
        height = max(10, self.height() - 8 - (metrics.height() + 8))
        ticks = value_ticks(*self.y_range, height / (TICK_GAP * metrics.height()), self.log, self.unit)
        least = "0.000" if self.unit != "%" else "100 %"  # room for these always: the axis should rarely move
        left = max(metrics.horizontalAdvance(text) for text in (least, *(text for _, text in ticks))) + 14
        area = QRectF(left, 8, max(10, self.width() - left - 12), height)
        return MetricAxes(area, self.x_range, self.y_range, self.log, tuple(ticks), self.complement)

    @property
    def empty(self) -> bool:
        """Whether there is neither a run nor an earlier one to show."""
        return not any(len(line.steps) or line.ghosts for line in self.lines)

    @property
    def x_range(self) -> tuple[float, float]:
        """First and last step on the axis."""
        return self._span or self._whole

    @property
    def y_range(self) -> tuple[float, float]:
        """Ends of the values' axis, as log10 on a logarithmic one."""
        return self._values or (NO_ERRORS if self.complement else (0.0, 1.0))

    def set_log(self, log: bool) -> None:
        """Switch the values' axis to logarithmic or back."""
        self.log = log
        self._values = None
        self.redraw()

    def set_complement(self, complement: bool) -> None:
        """Show one minus the values, on a logarithmic axis, or the values themselves."""
        self.complement = complement
        self.setAccessibleName(f"{self.lines[0].spec.complement if complement else self._title} over steps")
        self.set_log(complement)

    def set_span(self, span: tuple[float, float] | None) -> None:
        """Show only the steps from `first` to `last`; None shows the whole run."""
        self._span = span
        self._values = None if span is None else self._values
        self.redraw()

    def forget_range(self) -> None:
        """Choose the range afresh at the next refresh (a new run)."""
        self._whole, self._values, self._span = _EMPTY_RUN, None, None

    def _fit(self) -> None:
        """Grow the axes in leaps: a range stays until the curves no longer fit or fill too little of it.

        The steps are those of the present run, which may be a slow one: a longer one before it is seen as far as there
        is as much room again, and whole while there is no other.
        """
        own = self.last_step()
        ghosts = max((float(ghost.steps[-1]) for line in self.lines for ghost in line.ghosts), default=0.0)
        last = max(own, min(ghosts, AS_MUCH_AGAIN * own) if own else ghosts)
        if last > self._whole[1] or last < 0.4 * self._whole[1]:
            self._whole = (0.0, nice_above(last * 1.15)) if last > 10 else _EMPTY_RUN
        needed = self._needed()
        if needed is None:
            return
        low, high = needed
        held = self._values
        if held is None or low < held[0] or high > held[1] or high - low < 0.5 * (held[1] - held[0]):
            self._values = round_range(low, high, self.log, self.unit)

    def _needed(self) -> tuple[float, float] | None:
        """Lowest and highest value worth showing: all of the lines, and all but the wildest of the noise.

        The axes are those of the present run: earlier ones have a say only within as much room again on either side,
        for one that has exploded would press all others flat. Of what never falls the leap of the first steps is left
        out, and earlier runs are: small gains must be seen.
        """
        own: list[float] = []
        earlier: list[float] = []
        for line in self.lines:
            curve = line.shown
            if line.spec.never_falls and len(curve.steps) > 0:
                own += self._ends(curve.smooth, FIRST_LEAP, 0.0)
                continue
            for values, cut in ((curve.smooth, 0.0), (curve.low, 0.02), (curve.high, 0.02)):
                own += self._ends(values, cut, cut)
            for ghost in line.ghosts:
                earlier += self._ends(ghost.values[ghost.steps <= self.x_range[1]], 0.02, 0.02)
        if own or earlier:
            own += [float(scaled(np.array(value), self.log, self.complement)) for _, value in self._levels]
        if not own or not earlier:
            return (min(own + earlier), max(own + earlier)) if own or earlier else None
        low, high = min(own), max(own)
        room = high - low or abs(high) or 1.0
        return max(min(low, *earlier), low - room), min(max(high, *earlier), high + room)

    def _ends(self, values: NDArray[Any], low: float, high: float) -> list[float]:
        """Lowest and highest of the values as they are drawn, but for a share of them at either end."""
        values = scaled(values, self.log, self.complement)
        ordered = np.sort(values[np.isfinite(values)])
        first, last = int(low * len(ordered)), int(high * len(ordered))
        return [float(ordered[first]), float(ordered[-1 - last])] if len(ordered) else []

    # -- painting

    def show_marks(self, cursor: float | None, pointer: float | None, known: Readings) -> None:
        """Place the line of the step that is looked at, with what is `known` of it, and the line under the pointer."""
        self._cursor, self._pointer, self._known = cursor, pointer, known
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the kept picture and draw the marks over it."""
        axes, colors = self.axes, theme.current()
        if self._picture is None or self._picture.size() != self.size() * self.devicePixelRatioF():
            self._picture = self._new_picture()
            canvas = QPainter(self._picture)
            canvas.drawPixmap(0, 0, self._painted_axes(axes, colors))
            canvas.setClipRect(axes.area.adjusted(-1, -4, 5, 4))
            paint_levels(canvas, axes, self._levels, colors)
            paint_curves(canvas, axes, self.lines, colors)
            canvas.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        pointer = QPen(colors.muted, 1)
        pointer.setDashPattern([2, 3])
        for step, known, pen in ((self._cursor, self._known, QPen(colors.accent, 2)), (self._pointer, {}, pointer)):
            if step is not None:
                dots = [(line, known.get(line.spec.name) or line.reading(step)) for line in self.lines]
                paint_step(painter, axes, dots, step, pen, colors)
        painter.end()

    def _painted_axes(self, axes: MetricAxes, colors: theme.Theme) -> QPixmap:
        """Background and axes; kept as long as ranges, size, font and theme stay, which is most of the time."""
        key = (axes, self.empty, self.size(), self.devicePixelRatioF(), self.font().key(), colors.name)
        if self._axes_picture is None or self._axes_picture[0] != key:
            picture = self._new_picture()
            canvas = QPainter(picture)
            canvas.setFont(self.font())
            canvas.fillRect(self.rect(), colors.surface)
            if self.empty:
                canvas.setPen(colors.muted)
                canvas.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, EMPTY)
            else:
                axes.paint(canvas, colors)
            canvas.end()
            self._axes_picture = (key, picture)
        return self._axes_picture[1]

    def _new_picture(self) -> QPixmap:
        """As large as the widget, at the screen's resolution."""
        ratio = self.devicePixelRatioF()
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        return picture

    @Slot()
    def _repaint(self) -> None:
        self._picture = None
        self.update()

    def changeEvent(self, event: QEvent) -> None:
        """Repaint with another font or style."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._repaint()

    # -- pointer

    def step_at(self, x: float) -> float:
        """The step of the run at a horizontal position in the widget, kept within the run."""
        return self._within_run(self.axes.step_at(x))

    def _within_run(self, step: float) -> float:
        return float(min(max(round(step), 0), self.last_step()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a step."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.scrubbed.emit(int(self.step_at(event.position().x())))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell which step is under the pointer; with the button down, pick it."""
        axes, position = self.axes, event.position()
        step = self._within_run(axes.step_at(position.x()))
        self.pointed.emit(step if axes.area.contains(position) else None)
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.scrubbed.emit(int(step))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole run."""
        self.show_everything()

    @Slot()
    def show_everything(self) -> None:
        """Show the whole run."""
        self.zoomed.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom the steps around the pointer."""
        turn = event.angleDelta().y()
        if turn == 0:
            return
        area, (first, last) = self.axes.area, self.x_range
        share = min(max((event.position().x() - area.left()) / area.width(), 0.0), 1.0)
        span = max(10.0, (last - first) * 0.8 ** (turn / 120))
        start = max(0.0, first + share * (last - first - span))
        event.accept()
        self.zoomed.emit(None if span >= self._whole[1] else (start, start + span))

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer has left."""
        self.pointed.emit(None)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Whole run, copy, save."""
        self.export.menu(event.globalPos(), [self.reset_action])
