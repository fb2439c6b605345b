"""A series and what the network makes of it: one step ahead, and on its own from a place that can be dragged; and a
curve drawn by hand for it to continue.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QWidget

from models.base import DataError
from models.data.series.curve import Series
from models.nn.network import Network
from models.sequence.data import own_series
from models.sequence.series import Forecast, forecast
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import NextValue
from playground.live.job import Job
from ui.plots.export import Table
from ui.plots.plot_base import Plot
from ui.tabs.sequence.reading import weights_of
from ui.widgets import problem, theme
from ui.widgets.buttons import push_button
from ui.widgets.layout import column, muted, row
from ui.widgets.numbers import grouped, number

FURTHER = 200
"""Steps that it goes on alone."""

SHOWN = 500
"""Values before the end that are shown of a long series."""

POINTS = 400
"""Values that a drawn curve is made of."""

FEWEST_DRAWN = 12
"""Places of the pen that make a curve."""


class SeriesPlot(Plot):
    """Series, foretelling, free run with its usual error, and the line where it lets go.

    Signals:
        released(int): the line was dragged to before this value.
        drawn(values): a curve was drawn, (N,).
    """

    released = Signal(int)
    drawn = Signal(object)

    def __init__(self) -> None:
        self.truth = pg.PlotCurveItem(name="series", connect="finite")
        self.ahead = pg.PlotCurveItem(name="one step ahead", connect="finite")
        self.free = pg.PlotCurveItem(name="on its own")
        self.low, self.high = pg.PlotCurveItem(), pg.PlotCurveItem()
        self.band = pg.FillBetweenItem(self.low, self.high)
        self.pen = pg.PlotCurveItem()
        self.line = pg.InfiniteLine(angle=90, movable=True)
        self.drawing = False
        self._way: list[tuple[float, float]] = []
        super().__init__("step", "value", name="series")
        self.add_legend()
        for item in (self.band, self.low, self.high, self.truth, self.ahead, self.free, self.pen):
            self.addItem(item)
        self.addItem(self.line, ignoreBounds=True)
        self.line.sigPositionChangeFinished.connect(self._on_line)

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        self.truth.setPen(pg.mkPen(colors.ink, width=1))
        self.ahead.setPen(pg.mkPen(colors.accent, width=2))
        self.free.setPen(pg.mkPen(colors.positive, width=2))
        self.pen.setPen(pg.mkPen(colors.accent, width=3))
        faint = pg.mkPen(theme.faded(colors.positive, 0.35))
        self.low.setPen(faint)
        self.high.setPen(faint)
        self.band.setBrush(theme.faded(colors.positive, 0.15))
        self.line.setPen(pg.mkPen(colors.muted, width=2, style=Qt.PenStyle.DashLine))
        self.line.setHoverPen(pg.mkPen(colors.accent, width=3))

    def show_forecast(self, series: Series, found: Forecast) -> None:
        """Draw all."""
        count = len(series)
        x = np.arange(count)
        end = found.release + np.arange(len(found.free))
        self.truth.setData(x, series.values)
        self.ahead.setData(x, found.one_step)
        self.free.setData(np.concatenate([[found.release - 1], end]),
                          np.concatenate([[series.values[found.release - 1]], found.free]))  # fmt: skip
        known = np.isfinite(found.error)
        for curve, sign in ((self.low, -1), (self.high, 1)):
            curve.setData(end[known], (found.free + sign * found.error)[known])
        self.line.setBounds((2, count))
        if not self.line.moving:
            self.line.setValue(found.release)

    def fit(self, series: Series) -> None:
        """Show the end of a series, and room to go on."""
        count = len(series)
        low, high = float(series.values.min()), float(series.values.max())
        room = 0.25 * (high - low)
        self.set_range((max(0, count - SHOWN) - 1, count + FURTHER), (low - room, high + room))

    def _on_line(self) -> None:
        self.released.emit(round(self.line.value()))

    # -- drawing

    def set_drawing(self, on: bool) -> None:
        """A pen instead of a pointer."""
        self.drawing = on
        self._way = []
        self.pen.setData([], [])
        self.line.setMovable(not on)
        self.setCursor(Qt.CursorShape.CrossCursor if on else Qt.CursorShape.ArrowCursor)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """The pen goes down."""
        if self.drawing and event.button() == Qt.MouseButton.LeftButton:
            self._way = []
            self._note(event.position())
            event.accept()
            return
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The pen moves, to the right only."""
        if self.drawing and event.buttons() & Qt.MouseButton.LeftButton:
            self._note(event.position())
            event.accept()
            return
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The pen goes up."""
        if self.drawing and event.button() == Qt.MouseButton.LeftButton:
            way, self._way = self._way, []
            event.accept()
            self.drawn.emit(as_values(way))
            return
        super().mouseReleaseEvent(event)

    def _note(self, position: QPointF) -> None:
        place = self.place(position)
        if place is not None and (not self._way or place[0] > self._way[-1][0]):
            self._way.append(place)
            self.pen.setData(*np.array(self._way).T)

    def table(self) -> Table:
        """Every value of the curves with a name."""
        rows: list[Sequence[Any]] = []
        for curve in (self.truth, self.ahead, self.free):
            xs, ys = curve.getData()
            if xs is not None:
                rows.extend((curve.name(), float(x), float(y)) for x, y in zip(xs, ys, strict=True))
        return ["curve", "step", "value"], rows


def as_values(way: list[tuple[float, float]]) -> NDArray[np.float64]:
    """A way of the pen, from left to right, as values in equal steps; none for what is no curve."""
    if len(way) < FEWEST_DRAWN:
        return np.zeros(0)
    x, y = np.array(way, np.float64).T
    values: NDArray[np.float64] = np.interp(np.linspace(x[0], x[-1], POINTS), x, y)
    return values


def _forecasts(network: Network, series: Series, release: int) -> Iterator[Forecast]:
    yield forecast(network, series, release, FURTHER)


class SeriesView(QWidget):
    """The plot with its tools.

    Signals:
        series_drawn(Series): the user has drawn a curve to learn from.
    """

    series_drawn = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: SequenceSnapshot | None = None
        self._series: Series | None = None
        self._cell = ""
        self._release: int | None = None
        self._found: Forecast | None = None
        self.job = Job("forecast", self)
        self.job.results.connect(self._on_found)
        self.job.failed.connect(self._on_failed)
        self.plot = SeriesPlot()
        self.plot.released.connect(self.let_go)
        self.plot.drawn.connect(self._on_drawn)
        self.draw_button = push_button(
            "Draw your own", "Draw a curve from left to right; it is learnt as soon as the pen is lifted"
        )
        self.draw_button.setCheckable(True)
        self.draw_button.toggled.connect(self._on_drawing)
        self.end_button = push_button(
            "Let go at the end", "On its own beyond the last value that is known", self._at_end
        )
        self.cut_button = push_button("At the held-out part", "On its own from where it has never learnt", self._at_cut)
        self.words = muted(wrap=True)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        column(
            row(self.draw_button, self.cut_button, self.end_button, (self.words, 1), spacing=6),
            (self.plot, 1),
            spacing=4,
            inside=self,
        )

    # What the tab calls ---------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """A new run."""
        self.job.cancel()
        self._snapshot = self._series = self._release = self._found = None
        self.words.setText("")

    def show_snapshot(self, snapshot: SequenceSnapshot, cell: str) -> None:
        """What the network foretells now, unless that is still being worked out for an earlier one."""
        task = snapshot.task
        is_series = isinstance(task, NextValue)
        for button in (self.end_button, self.cut_button):
            button.setEnabled(is_series)
        if not isinstance(task, NextValue):
            self.words.setText("This network reads no series. Draw one, or choose sine, sunspots or another.")
            return
        if task.series is not self._series:
            self._series = task.series
            self._release = task.series.train_count
            self.plot.fit(task.series)
        if self._snapshot is not snapshot and not self.job.running:
            self._snapshot, self._cell = snapshot, cell
            self._work()

    @Slot(int)
    def let_go(self, release: int) -> None:
        """On its own from before this value on."""
        if self._series is not None:
            self._release = min(max(2, release), len(self._series))
            self._work()

    @property
    def found(self) -> Forecast | None:
        """What is drawn."""
        return self._found

    # Inside ---------------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        if self._snapshot is not None and self._series is not None and self._release is not None:
            network = self._snapshot.network(weights_of(self._snapshot, self._cell).cell)
            self.job.start(_forecasts(network, self._series, self._release))

    @Slot(object)
    def _on_found(self, found: list[Forecast]) -> None:
        series = self._series
        if series is None or self._snapshot is None:
            return
        self._found = found[-1]
        self.plot.show_forecast(series, self._found)
        self.words.setText(in_words(series, self._found, self._snapshot.step))

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        problem.report(self, "The series could not be foretold", sentence)

    @Slot()
    def _at_end(self) -> None:
        if self._series is not None:
            self.let_go(len(self._series))

    @Slot()
    def _at_cut(self) -> None:
        if self._series is not None:
            self.let_go(self._series.train_count)

    @Slot(bool)
    def _on_drawing(self, on: bool) -> None:
        self.plot.set_drawing(on)
        if on:
            self.words.setText("Draw from left to right, two or three waves or more, and lift the pen.")

    @Slot(object)
    def _on_drawn(self, values: NDArray[np.float64]) -> None:
        self.draw_button.setChecked(False)
        try:
            if not len(values):
                raise DataError("That was too short for a curve: draw from left to right through most of the plot.")
            series = own_series(values)
        except DataError as error:
            problem.report(self, "This curve cannot be learnt", str(error))
            return
        self.series_drawn.emit(series)


def in_words(series: Series, found: Forecast, step: int) -> str:
    """How far off it is."""
    words = f"Step {grouped(step)}: let go before value {grouped(found.release)}. "
    there = min(len(found.free), len(series) - found.release)
    spread = float(series.values.std())
    if there > 0:
        error = float(
            np.sqrt(np.mean((found.free[:there] - series.values[found.release : found.release + there]) ** 2))
        )
        words += f"Off by {number(error)} over {there} known steps, {100 * error / spread:.0f} % of its spread. "
    known = np.flatnonzero(np.isfinite(found.error))
    if len(known):
        first, last = float(found.error[known[0]]), float(found.error[known[-1]])
        words += f"Usually {number(first)} after one step, {number(last)} after {known[-1] + 1}."
    return words
