"""How many components? BIC and AIC over K, worked out in the background while the tab stays at hand.

More components always fit better; both criteria charge for the additional numbers, BIC more than AIC. Smaller is
better.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QProgressBar, QWidget

from models.data.points.gaussian import Array
from models.mixture.config import MixtureConfig
from models.mixture.selection import Selection, model_selection
from playground.live.job import Job
from playground.live.messages import Status
from ui.plots.export import Table
from ui.plots.plot_base import Plot
from ui.widgets import theme
from ui.widgets.buttons import SteadyButton, push_button
from ui.widgets.layout import column, muted, row

MOST = 12
BEST, SO_FAR = "Use the best", "Use best so far"
MOST_UNASKED = 5_000
"""Points up to which the comparison starts by itself when somebody looks at it."""


class SelectionPlot(Plot):
    """BIC and AIC over K; a click chooses one."""

    def __init__(self) -> None:
        self.results: dict[int, Selection] = {}
        self.current = 0
        super().__init__("components K", "criterion", name="BIC and AIC over K", crosshair=True)
        self.x_axis.setTicks([[(k, str(k)) for k in range(1, MOST + 1)], []])
        self._now = pg.InfiniteLine(angle=90, movable=False)
        self._now.setZValue(-10)
        self.addItem(self._now, ignoreBounds=True)
        self.add_legend()
        self.bic = self.plot(name="BIC", symbol="o", symbolSize=8, antialias=True)
        self.aic = self.plot(name="AIC", symbol="s", symbolSize=7, antialias=True)
        self._best = pg.ScatterPlotItem(size=18, symbol="o", pxMode=True)
        self.addItem(self._best, ignoreBounds=True)
        self.set_range((0.5, MOST + 0.5), (0, 1))

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        for curve, color in ((self.bic, colors.curves[0]), (self.aic, colors.curves[2])):
            curve.setPen(pg.mkPen(color, width=2))
            curve.setSymbolBrush(color)
            curve.setSymbolPen(pg.mkPen(colors.surface))
        self._now.setPen(pg.mkPen(theme.faded(colors.muted, 0.5), width=6))
        self._best.setPen(pg.mkPen(colors.ink, width=2))
        self._best.setBrush(None)

    def show_results(self, results: dict[int, Selection], current: int) -> None:
        """Draw what is known so far; `current` is the K in use."""
        self.results, self.current = results, current
        self._now.setValue(current)
        good = [r for r in results.values() if np.isfinite(r.bic)]
        counts = [r.components for r in good]
        for curve, values in ((self.bic, [r.bic for r in good]), (self.aic, [r.aic for r in good])):
            curve.setData(counts, values)
        if good:
            best = self.best
            self._best.setData([best.components] * 2, [best.bic, best.bic])
            both = np.array([(r.bic, r.aic) for r in good])
            low, high = both.min(), both.max()
            room = 0.08 * (high - low) + 1e-9 + 1e-6 * abs(high)
            self.set_range((0.5, MOST + 0.5), (float(low - room), float(high + 2.5 * room)))
        else:
            self._best.setData([], [])
            self.set_range((0.5, MOST + 0.5), (0, 1))

    @property
    def best(self) -> Selection:
        """The K with the smallest BIC so far."""
        return min((r for r in self.results.values() if np.isfinite(r.bic)), key=lambda r: r.bic)

    def describe(self, x: float, y: float) -> str:
        """The numbers at the K under the pointer."""
        found = self.results.get(round(x))
        if found is None:
            return f"K = {round(x)}"
        if found.failure:
            return f"K = {found.components}: {found.failure}"
        return f"K = {found.components} · BIC {found.bic:.1f} · AIC {found.aic:.1f} · click to use"

    def table(self) -> Table:
        """See Plot."""
        rows: list[Sequence[Any]] = [(r.components, r.log_likelihood, r.bic, r.aic) for r in self.results.values()]
        return ["components", "log-likelihood per point", "BIC", "AIC"], rows


class SelectionPanel(QWidget):
    """The comparison with its buttons; compares anew when asked.

    Signals:
        chosen(K): the user wants this number of components.
        failed(sentence): the comparison could not be done.
    """

    chosen = Signal(int)
    failed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.job = Job("model selection", self)
        self.job.results.connect(self._on_results)
        self.job.finished.connect(self._update)
        self.job.failed.connect(self._on_failed)
        self._most = MOST  # components in the present comparison: at most one for every point
        self._results: dict[int, Selection] = {}
        self._current = 0
        self.words = muted(
            "Fits 1 to 12 components to these points, each from three starts, and compares them.", wrap=True
        )
        self.words.setMinimumHeight(2 * self.words.fontMetrics().height() + 4)
        self.plot = SelectionPlot()
        self.plot.setToolTip("Click a number of components to start a new run with it")
        self.plot.pressed.connect(self._on_pressed)
        signs = muted("○ smallest BIC   ▮ in use now")
        signs.setToolTip("The ring marks the number of components with the smallest BIC, the grey bar that of this run")
        self.button = push_button(
            "Compare", "Fit every number of components in the background; training goes on meanwhile", self._toggle
        )
        self.use = SteadyButton(SO_FAR)  # the longer of its texts
        self.use.setToolTip("Start a new run with the number of components that has the smallest BIC")
        self.use.clicked.connect(self._use_best)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("progress of the comparison")
        buttons = row(self.button, (self.progress, 1), self.use)
        column(self.words, (self.plot, 1), signs, buttons, margins=8, spacing=6, inside=self)
        self._offered: tuple[Array, MixtureConfig] | None = None
        self._asked = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(400)  # points that are being dragged are not worth a comparison
        self._soon.timeout.connect(self.compare)
        self._update()

    # What the tab calls --------------------------------------------------------------------------------------------

    def offer(self, points: Array | None, config: MixtureConfig) -> None:
        """The points and settings that a comparison would be about now; what was found for others is dropped."""
        before, known = self._offered, self._current
        self._current = config.components
        if points is None:
            self._offered = None
        else:
            self._offered = (points, config)
            if before is not None and _same_question(before, self._offered):
                if known != self._current:
                    self._update()
                return
        self.cancel()
        self._results = {}
        self._asked = False
        self.look()
        self._update()

    @Slot(object)
    def follow(self, status: Status) -> None:
        """No run could be made of the points: those of the run before are not theirs."""
        if status.phase == "empty" and self._offered is not None:
            self._offered, self._results = None, {}
            self.cancel()

    def look(self) -> None:
        """Somebody looks at this page: compare, unless that was done or asked for, or there are very many points."""
        if self.isVisible() and not self._asked and self._offered and len(self._offered[0]) <= MOST_UNASKED:
            self._soon.start()

    @Slot()
    def compare(self) -> None:
        """Begin (again) with the points offered."""
        if self._offered is None:
            return
        points, config = self._offered
        self._asked = True
        self._most = min(MOST, len(points))
        self._results = {}
        self.job.start(model_selection(points, config, tuple(range(1, self._most + 1))))
        self._update()

    @Slot()
    def cancel(self) -> None:
        """Stop comparing; what was found stays."""
        self._soon.stop()
        self.job.cancel()
        self._update()

    @property
    def results(self) -> dict[int, Selection]:
        """What is known so far, by K."""
        return dict(self._results)

    # Plumbing ------------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_results(self, results: list[Selection | None]) -> None:
        """Some iterations were done (None), perhaps up to the end of a K."""
        found = [result for result in results if result is not None]
        if found:
            self._results |= {result.components: result for result in found}
            self._update()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._update()
        self.failed.emit(sentence)

    @Slot()
    def _toggle(self) -> None:
        if self.job.running:
            self.cancel()
        else:
            self.compare()

    @Slot()
    def _use_best(self) -> None:
        self.chosen.emit(self.plot.best.components)

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks."""
        super().showEvent(event)
        self.look()

    @Slot(object)
    def _on_pressed(self, place: tuple[float, float]) -> None:
        found = self._results.get(round(place[0]))
        if found is not None and not found.failure:
            self.chosen.emit(found.components)

    @Slot()
    def _update(self) -> None:
        good = [r for r in self._results.values() if not r.failure]
        self.plot.show_results(self._results, self._current)
        self.button.setText("Stop" if self.job.running else "Compare")
        self.button.setEnabled(self._offered is not None)
        whole = len(self._results) == self._most
        self.use.setText(BEST if whole or not good else SO_FAR)
        self.use.setEnabled(bool(good) and not self.job.running)  # the best can still change
        self.progress.setRange(0, self._most)
        self.progress.setValue(len(self._results) if self.job.running else 0)
        self.words.setText(self._say(good))

    def _say(self, good: list[Selection]) -> str:
        if self.job.running:
            return f"Comparing: {len(self._results)} of {self._most} done. Smaller is better."
        if not good:
            return "Fits 1 to 12 components to these points, each from three starts, and compares them."
        best, by_aic = self.plot.best, min(good, key=lambda r: r.aic)
        also = "AIC agrees" if by_aic is best else f"AIC, which charges less for each number, K = {by_aic.components}"
        failed = [r for r in self._results.values() if r.failure]
        note = f" K = {failed[0].components} did not work out." if failed else ""
        so_far = "" if len(self._results) == self._most else f"Stopped after {len(self._results)} of {self._most}: "
        return f"{so_far}BIC prefers K = {best.components}; {also}. Click a K to use it.{note}"


def _same_question(first: tuple[Array, MixtureConfig], second: tuple[Array, MixtureConfig]) -> bool:
    """Whether two comparisons would have the same answer."""
    names = (
        "covariance",
        "max_iterations",
        "tolerance",
        "regularisation",
        "regularisation_unit",
        "outliers",
        "seed",
        "start_seed",
    )
    return first[1].changed(second[1]).isdisjoint(names) and (
        first[0] is second[0] or np.array_equal(first[0], second[0])
    )
