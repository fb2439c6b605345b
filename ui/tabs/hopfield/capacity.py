"""The capacity experiment: how many random patterns can a memory hold before it forgets them all?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QProgressBar, QPushButton, QSizePolicy, QSpinBox, QWidget

from models.hopfield.capacity import (
    CRITICAL_LOAD,
    RECALLED,
    SMALLEST,
    CapacityPoint,
    capacity_experiment,
    default_counts,
)
from models.hopfield.config import HopfieldConfig
from playground.live.job import Job
from ui.plots.export import Table
from ui.plots.plot_base import Plot
from ui.widgets import icons, theme
from ui.widgets.layout import STRETCH, Part, column, muted, row
from ui.widgets.plain import MarkupLabel, as_tip
from ui.widgets.wheel import CalmSpinBox

RULES = ("hebb", "pseudo-inverse", "modern", "storkey")
"""Every rule keeps its place in the list of colours."""

ALWAYS = ("hebb", "pseudo-inverse", "modern")
"""Rules that are always compared; the chosen one joins them."""

MOST_NEURONS = 400

LABEL = {"position": 0.45, "anchors": [(1, 0.5), (1, 0.5)]}
"""The label of the line at 0.138 N stands to its left, where no curve is."""

POINTS = 16
"""Numbers of stored patterns that are tried, closer together around 0.138 N."""


class CapacityPlot(Plot):
    """Recall rate against the number of stored patterns, one curve per rule."""

    def __init__(self, parent: QWidget | None = None) -> None:
        self._points: dict[str, dict[int, CapacityPoint]] = {}
        self._curves: dict[str, pg.PlotDataItem] = {}
        super().__init__("stored random patterns", "recalled", y_unit="%", name="capacity", parent=parent)
        self._critical = pg.InfiniteLine(angle=90, movable=False, label="", labelOpts=LABEL)
        self.addItem(self._critical, ignoreBounds=True)
        self.y_axis.setTicks([[(rate / 100, str(rate)) for rate in range(0, 101, 20)]])
        for rule in RULES:
            self._curves[rule] = self.plot([], [], symbol="o", symbolSize=6, antialias=True)

    def begin(self, neurons: int, counts: Sequence[int], rules: Sequence[str]) -> None:
        """Clear the curves for a new experiment."""
        self._points = {rule: {} for rule in rules}
        for curve in self._curves.values():
            curve.setData([], [])
        self.set_range((0, max(counts) * 1.03), (-0.08, 1.06))
        critical = CRITICAL_LOAD * neurons
        self._critical.setValue(critical)
        self._critical.label.setFormat(f"0.138 N = {critical:.0f}")

    @property
    def points(self) -> dict[str, dict[int, CapacityPoint]]:
        """What is known of each rule, by number of stored patterns."""
        return self._points

    def legend_html(self) -> str:
        """The rules in the colours of their curves."""
        colors = theme.current().curves
        return " &nbsp; ".join(
            f'<span style="color:{colors[RULES.index(rule)].name()}">● {rule}</span>' for rule in self._points
        )

    def add(self, points: Sequence[CapacityPoint]) -> None:
        """Take in results."""
        for point in points:
            self._points[point.rule][point.stored] = point
        for rule in {point.rule for point in points}:
            known = sorted(self._points[rule].items())
            self._curves[rule].setData([stored for stored, _ in known], [point.rate for _, point in known])

    def describe(self, x: float, y: float) -> str:
        """The measured rates at the count that is nearest to the pointer."""
        counts = sorted({stored for points in self._points.values() for stored in points})
        if not counts:
            return ""
        nearest = min(counts, key=lambda count: abs(count - x))
        parts = [
            f"{rule} {points[nearest].recalled} of {points[nearest].trials}"
            for rule, points in self._points.items()
            if nearest in points
        ]
        return f"{nearest} stored · " + " · ".join(parts)

    def table(self) -> Table:
        """Every measured point, for export."""
        rows: list[Sequence[Any]] = [
            (rule, stored, point.recalled, point.trials)
            for rule, points in self._points.items()
            for stored, point in sorted(points.items())
        ]
        return ["rule", "stored patterns", "recalled", "trials"], rows

    def restyle(self, colors: theme.Theme) -> None:
        """One colour per rule."""
        for rule, curve in self._curves.items():
            color = colors.curves[RULES.index(rule)]
            curve.setPen(pg.mkPen(color, width=2))
            curve.setSymbolBrush(color)
            curve.setSymbolPen(None)
        self._critical.setPen(pg.mkPen(colors.muted, width=1.5, style=Qt.PenStyle.DashLine))
        self._critical.label.setColor(colors.text)
        self._critical.label.fill = pg.mkBrush(colors.surface)


class CapacityView(QWidget):
    """Settings, the plot, progress; the experiment runs beside the window and can be cancelled.

    Signals:
        failed(str): the experiment could not be done.
    """

    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._config = HopfieldConfig()
        self._note = ""
        self.job = Job("capacity experiment", self)
        self.job.results.connect(self._on_results)
        self.job.finished.connect(self._on_finished)
        self.job.failed.connect(self._on_failed)
        self._spins: list[tuple[str, QSpinBox]] = []
        self.neurons = self._spin("Neurons N", SMALLEST, MOST_NEURONS, 100, "Pixels of each random pattern", 20)
        self.trials = self._spin("Trials", 1, 200, 20, "Damaged patterns to recall for each point of a curve", 5)
        self.damage = self._spin("Damage", 0, 45, 10, "Share of the pixels that are flipped before recall", 5)
        self.damage.setSuffix(" %")
        self.button = QPushButton("Measure")
        self.button.setMinimumWidth(110)
        self.button.clicked.connect(self.toggle)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(8)
        self.progress.setAccessibleName("progress of the experiment")
        self.words = muted(wrap=True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().height())
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.plot = CapacityPlot()
        self.legend = MarkupLabel()
        self.legend.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.legend.setAccessibleName("legend")
        theme.follow(self, self._show_legend)
        controls: list[Part] = []
        for label, spin in self._spins:
            text = muted(label)
            text.setBuddy(spin)
            controls += [text, spin, 6]
        card = QFrame()
        theme.set_role(card, "card")
        column(self.legend, (self.plot, 1), margins=6, spacing=0, inside=card)
        column(
            row(*controls, STRETCH, self.button, spacing=6),
            self.progress,
            (card, 1),
            self.words,
            spacing=6,
            inside=self,
        )
        self._show_empty()
        self._show_running(False)

    def _spin(self, label: str, low: int, high: int, value: int, tooltip: str, step: int) -> QSpinBox:
        spin = CalmSpinBox()
        spin.setRange(low, high)
        spin.setValue(value)
        spin.setSingleStep(step)
        spin.setAccessibleName(label)
        spin.setToolTip(as_tip(tooltip))
        self._spins.append((label, spin))
        return spin

    def set_config(self, config: HopfieldConfig) -> None:
        """The chosen rule joins the comparison; its β, diagonal and seed hold for the next experiment."""
        self._config = config

    @Slot()
    def _show_legend(self) -> None:
        self.legend.setText(self.plot.legend_html())

    @property
    def rules(self) -> tuple[str, ...]:
        """Rules that the next experiment compares."""
        return ALWAYS if self._config.rule in ALWAYS else (*ALWAYS, self._config.rule)

    @Slot()
    def toggle(self) -> None:
        """Measure, or cancel."""
        if self.job.running:
            self.job.cancel()
            self._show_running(False)
            self.words.setText("Cancelled: the curves show what was measured until then.")
            return
        neurons, config = self.neurons.value(), self._config
        counts = default_counts(neurons, POINTS)
        self.plot.begin(neurons, counts, self.rules)
        self._show_legend()
        self.progress.setValue(0)
        self._show_running(True)
        self._note = " The diagonal is kept, as in the settings." if config.diagonal == "kept" else ""
        self.words.setText("Measuring …")
        self.job.start(
            capacity_experiment(
                neurons,
                self.rules,
                counts,
                corruption_rate=self.damage.value() / 100,
                trials=self.trials.value(),
                diagonal=config.diagonal,
                beta=config.beta,
                seed=config.seed,
            )
        )

    def _show_empty(self) -> None:
        neurons = self.neurons.value()
        self.plot.begin(neurons, default_counts(neurons, POINTS), self.rules)
        self._show_legend()
        self.words.setText(
            "Stores more and more random patterns, damages one and looks whether it comes back "
            f"(overlap ≥ {RECALLED}). Theory for Hebb's rule: recall collapses at 0.138 N."
        )

    def _show_running(self, running: bool) -> None:
        self.button.setText("Cancel" if running else "Measure")
        self.button.setToolTip("Stop the experiment" if running else "Run the experiment in the background")
        icons.set_icon(self.button, "close" if running else "play")
        for _, spin in self._spins:
            spin.setEnabled(not running)

    @Slot(object)
    def _on_results(self, points: list[CapacityPoint]) -> None:
        self.plot.add(points)
        last = points[-1]
        self.progress.setValue(round(100 * last.progress))
        self.words.setText(f"Measuring … {last.stored} stored, trial {last.trials} of {self.trials.value()}")

    @Slot()
    def _on_finished(self) -> None:
        self.progress.setValue(100)
        self._show_running(False)
        self.words.setText(self.summary())

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._show_running(False)
        self.failed.emit(sentence)

    def summary(self) -> str:
        """Where each rule's curve falls below one half."""
        neurons, parts = self.neurons.value(), []
        for rule, points in self.plot.points.items():
            known = sorted(points.items())
            low = next((stored for stored, point in known if point.rate < 0.5), None)
            most = max(stored for stored, _ in known)
            parts.append(f"{rule} at {low} ({low / neurons:.2f} N)" if low else f"{rule} not up to {most}")
        return f"Half of the recalls fail: {'; '.join(parts)}. Theory for Hebb and large N: 0.138 N.{self._note}"
