"""How far back blame reaches: the gradient of the loss at the end with respect to the state at every earlier moment,
RNN, GRU and LSTM side by side; and how well each does with longer and shorter gaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from models.sequence.config import CELL_NAMES, CELLS, SequenceConfig
from models.sequence.reach import AtGap, Blame, blame_of, by_gap
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import Memory
from playground.live.job import Job
from ui.plots.export import Table
from ui.plots.plot_base import Plot
from ui.widgets import problem, theme
from ui.widgets.buttons import push_button
from ui.widgets.layout import beside, column, heading, muted, row, widget_of
from ui.widgets.numbers import grouped, number, short_number

LEAST = 1e-12
"""Smaller gradients are drawn here."""

COLORS = dict(zip(CELLS, (0, 2, 3), strict=True))
"""Cell → which of the theme's curves: the same as in the plot of their losses."""


class CellPlot(Plot):
    """One curve for each cell."""

    def __init__(self, x_label: str, y_label: str, *, log: bool, name: str) -> None:
        self.curves = {cell: pg.PlotCurveItem(name=CELL_NAMES[cell]) for cell in CELLS}
        self._log = log
        self.data: dict[str, tuple[NDArray[Any], NDArray[Any]]] = {}
        super().__init__(x_label, y_label, name=name)
        if log:
            self.y_axis.setLogMode(y=True)
        self._legend = self.add_legend()
        for curve in self.curves.values():
            self.addItem(curve)

    def show_curves(self, data: dict[str, tuple[NDArray[Any], NDArray[Any]]]) -> None:
        """Cell → (x, y)."""
        if data.keys() != self.data.keys():
            self._legend.clear()
            for cell in data:
                self._legend.addItem(self.curves[cell], CELL_NAMES[cell])
        self.data = data
        for cell, curve in self.curves.items():
            x, y = data.get(cell, (np.zeros(0), np.zeros(0)))
            curve.setData(x, np.log10(np.maximum(y, LEAST)) if self._log else y)
        self._fit()

    def _fit(self) -> None:
        if not self.data:
            return
        xs = np.concatenate([x for x, _ in self.data.values()])
        ys = np.concatenate([y for _, y in self.data.values()])
        ys = np.log10(np.maximum(ys, LEAST)) if self._log else ys
        ys = ys[np.isfinite(ys)]
        if not len(xs) or not len(ys):
            return
        low, high = float(ys.min()), float(ys.max())
        if self._log:
            low, high = np.floor(low - 0.1), np.ceil(high + 0.1)
        else:
            low, high = min(0.0, low), max(high * 1.1, 1e-9)
        if self._log:
            decades = np.arange(low, high + 1)[:: max(1, round((high - low) / 6))]
            self.y_axis.setTicks([[(float(each), short_number(10.0**each)) for each in decades]])
        self.set_range((float(xs.min()) - 0.5, float(xs.max()) + 0.5), (low, high))

    def describe(self, x: float, y: float) -> str:
        """The values of all cells there."""
        words = []
        for cell, (xs, ys) in self.data.items():
            if len(xs):
                words.append(f"{CELL_NAMES[cell]} {number(float(ys[np.abs(xs - x).argmin()]))}")
        return f"{self.x_axis.name} {round(x)} · " + " · ".join(words) if words else ""

    def table(self) -> Table:
        """Every value."""
        rows: list[Sequence[Any]] = [
            (CELL_NAMES[cell], float(a), float(b))
            for cell, (xs, ys) in self.data.items()
            for a, b in zip(xs, ys, strict=True)
        ]
        return ["cell", self.x_axis.name or "x", self.y_axis.name or "y"], rows

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        for cell, curve in self.curves.items():
            curve.setPen(pg.mkPen(colors.curves[COLORS[cell]], width=2))


class MemoryView(QWidget):
    """Blame over time on the left, gaps on the right.

    Signals:
        all_wanted(): the user wants the three cells side by side.
    """

    all_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: SequenceSnapshot | None = None
        self._blame: dict[str, NDArray[Any]] = {}
        self._gaps: dict[str, dict[int, float]] = {}
        self.job = Job("blame", self)
        self.job.results.connect(self._on_blame)
        self.job.failed.connect(self._on_failed)
        self.gap_job = Job("gaps", self)
        self.gap_job.results.connect(self._on_gaps)
        self.gap_job.finished.connect(self._on_gaps_done)
        self.gap_job.failed.connect(self._on_failed)
        self.plot = CellPlot("moments before the end", "length of the gradient", log=True, name="blame through time")
        self.gap_plot = CellPlot("gap", "right", log=False, name="memory by gap")
        self.words = muted(wrap=True)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing() + 2)
        self.button = push_button(
            "All three cells", "A new run with RNN, GRU and LSTM side by side on the same batches", self._on_all
        )
        self.measure = push_button(
            "Try other gaps", "Sequences with shorter and longer gaps than those it learns from", self.try_gaps
        )
        left = column(
            row((heading("Blame on its way back", "‖∂L/∂h‖: how long the gradient of the loss at the end is with "
                 "respect to the state so many moments earlier; on a logarithmic scale, fading is a straight line"), 1),
                self.button),
            (self.plot, 1), spacing=4,
        )  # fmt: skip
        self.gap_title = heading("Other gaps")
        self._right = widget_of(column(row((self.gap_title, 1), self.measure), (self.gap_plot, 1), spacing=4))
        column((beside((widget_of(left), 3), (self._right, 2)), 1), self.words, inside=self)

    # What the tab calls ---------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """A new run."""
        self.job.cancel()
        self.gap_job.cancel()
        self._snapshot, self._blame, self._gaps = None, {}, {}
        self.plot.show_curves({})
        self.gap_plot.show_curves({})
        self.words.setText("")

    def show_snapshot(self, snapshot: SequenceSnapshot, gradient: float | None) -> None:
        """Work it out for the networks as they are now, unless that is still being done for earlier ones."""
        if self._snapshot is snapshot or self.job.running:
            return
        self._snapshot, self._gradient = snapshot, gradient
        memory = isinstance(snapshot.task, Memory)
        self._right.setVisible(memory)
        right = snapshot.task.loss == "cross_entropy"
        self.gap_plot.y_axis.set_label("right", "%") if right else self.gap_plot.y_axis.set_label("mean squared error")
        self.button.setVisible(snapshot.config.cell != "all")
        self.job.start(blame_of(snapshot.cells, snapshot.config, snapshot.task))

    @Slot()
    def try_gaps(self) -> None:
        """Measure the networks as they are now with other gaps."""
        snapshot = self._snapshot
        if snapshot is not None and isinstance(snapshot.task, Memory):
            self._gaps = {}
            self.measure.setEnabled(False)
            self.gap_title.setText(f"Other gaps · step {grouped(snapshot.step)}")
            self.gap_job.start(by_gap(snapshot.cells, snapshot.config, snapshot.task))

    @property
    def blame(self) -> dict[str, NDArray[Any]]:
        """What is drawn: cell → lengths from the end backwards."""
        return dict(self._blame)

    # Inside ---------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_blame(self, found: list[Blame]) -> None:
        if self._snapshot is None:
            return
        self._blame |= {each.cell: each.lengths[::-1] for each in found}
        here = {cell: self._blame[cell] for cell in (w.cell for w in self._snapshot.cells) if cell in self._blame}
        self.plot.show_curves({cell: (np.arange(len(lengths)), lengths) for cell, lengths in here.items()})
        self.words.setText(in_words(here, self._snapshot.config, self._gradient))

    @Slot(object)
    def _on_gaps(self, found: list[AtGap]) -> None:
        for each in found:
            self._gaps.setdefault(each.cell, {})[each.gap] = each.score
        self.gap_plot.show_curves(
            {cell: (np.array(list(gaps)), np.array(list(gaps.values()))) for cell, gaps in self._gaps.items()}
        )

    @Slot()
    def _on_gaps_done(self) -> None:
        self.measure.setEnabled(True)

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.measure.setEnabled(True)
        problem.report(self, "This could not be worked out", sentence)

    @Slot()
    def _on_all(self) -> None:
        self.all_wanted.emit()


def in_words(blame: dict[str, NDArray[Any]], config: SequenceConfig, gradient: float | None) -> str:
    """How much of the blame is left at the beginning, and what clipping does."""
    parts = []
    for cell, lengths in blame.items():
        if len(lengths) and lengths[0] > 0:
            left = float(lengths[-1] / lengths[0])
            parts.append(f"{CELL_NAMES[cell]}: {len(lengths) - 1} moments back, blame is {_times(left)} at the end")
    words = ". ".join(parts)
    if gradient is not None and config.clip != "none":
        how = "shortened to" if config.clip == "norm" and gradient > config.clip_at else "no longer than"
        words += f". The whole gradient was {number(gradient)} long"
        words += (
            f", {how} {config.clip_at:g}."
            if config.clip == "norm"
            else f"; its numbers are cut at ±{config.clip_at:g}."
        )
    elif gradient is not None:
        words += f". The whole gradient was {number(gradient)} long, and is not clipped."
    return words.replace("e-0", "e−").replace("e-", "e−").replace("e+0", "e")


def _times(ratio: float) -> str:
    if ratio < 0.01:
        return f"{ratio:.1e} of what it is"
    return f"{ratio:.2g} times as long as"
