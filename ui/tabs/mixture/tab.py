"""The Mixture tab: EM finds clusters, one E-step and one M-step at a time; points and means can be taken in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSizePolicy, QWidget

from models.base import DataError, Model, Snapshot
from models.data.points.own import OwnPoints, as_own
from models.data.points.sets import PointSet
from models.mixture.config import MixtureConfig
from models.mixture.edits import MoveMean
from models.mixture.em import check_enough
from models.mixture.snapshot import MixtureSnapshot
from playground.live.messages import Status
from ui.points.canvas import PointCanvas
from ui.points.panel import PointPanel
from ui.shell.point_tab import Lack, PointTab
from ui.tabs.mixture.numbers import ComponentTable, PointExplanation, about_truth
from ui.tabs.mixture.selection import SelectionPanel
from ui.tabs.mixture.view import KMeansView, MixtureView
from ui.widgets import theme
from ui.widgets.layout import column, muted, widget_of
from ui.widgets.numbers import grouped
from ui.widgets.plain import MarkupLabel, PlainLabel
from ui.widgets.wheel import CalmTabWidget

CALM = 5
"""Steps per second to begin with: at full speed a run is over before one has seen an E-step."""


class MixtureTab(PointTab):
    """Points and bells in the middle; components, one point's shares and BIC/AIC on the right."""

    shown: MixtureSnapshot | None
    start_pace = CALM
    side_name = "Numbers"

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self.view.handle_moved.connect(self._on_mean_moved)
        self.selection.chosen.connect(self.use_components)
        self.selection.failed.connect(self._on_not_compared)
        self.own(self.selection.job)
        self.session.status_changed.connect(self.selection.follow)
        theme.follow(self, self._show_page)  # the numbers have colours of their own

    # Building --------------------------------------------------------------------------------------------------------

    def make_canvas(self) -> PointCanvas:
        """See PointTab."""
        self.view = MixtureView()
        return self.view

    def make_panel(self) -> PointPanel:
        """The plane with its tools; k-means beside it when wanted."""
        panel = super().make_panel()
        self.kmeans = KMeansView()
        self.kmeans.view_box.setXLink(self.view.view_box)
        self.kmeans.view_box.setYLink(self.view.view_box)
        self.kmeans.hide()
        panel.area.addWidget(self.kmeans, 1)
        self.words = MarkupLabel()
        self.words.setAccessibleName("what the last step did")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        panel.add_line(self.words)
        return panel

    def fill_row(self, row: QHBoxLayout) -> None:
        """See PointTab."""
        self.density_box = QCheckBox("Density")
        self.density_box.setChecked(True)
        self.density_box.setToolTip("Contour lines of the mixture's density; each has half the value of the one inside")
        self.density_box.toggled.connect(self.view.set_contours)
        self.kmeans_box = QCheckBox("k-means")
        self.kmeans_box.setToolTip("The same points from the same start, as k-means sees them: hard borders, no shapes")
        self.kmeans_box.clicked.connect(self._on_kmeans)
        self.legend = PlainLabel()
        self.legend.setAccessibleName("what the ellipses are")
        self.legend.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.legend.setToolTip(
            "Ellipses: every component as far as one and two standard deviations reach; the true ones are dashed"
        )
        self.legend.setMinimumWidth(1)
        theme.set_role(self.legend, "muted")
        row.addWidget(self.speed)
        row.addWidget(self.legend, 1)
        row.addWidget(self.density_box)
        row.addWidget(self.kmeans_box)

    def make_side(self) -> QWidget:
        """Three pages of numbers."""
        self.table = ComponentTable()
        self.explanation = PointExplanation()
        self.selection = SelectionPanel()
        self.pages = CalmTabWidget()
        self.pages.setAccessibleName("numbers of the mixture")
        self.truth_note = muted(wrap=True)
        self.truth_note.setAccessibleName("what the truth is")
        self.truth_note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.truth_note.setFixedHeight(2 * self.truth_note.fontMetrics().lineSpacing() + 2)
        page = column(self.table, self.truth_note, margins=8, spacing=4)
        self.pages.addTab(widget_of(page), "Components")
        self.pages.addTab(self.explanation, "One point")
        self.pages.addTab(self.selection, "How many?")
        self.pages.currentChanged.connect(self._show_page)
        return self.pages

    # What the session says -------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """See PointTab."""
        super().clear_stage()
        self.words.setText("")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Points, bells, numbers, and in words what was done."""
        assert isinstance(snapshot, MixtureSnapshot)
        part = snapshot.point_count > len(snapshot.points)
        count = grouped(snapshot.point_count)
        self.editor.set_locked(f"Only a part of the {count} points is shown: they cannot be edited." if part else "")
        self.view.show_mixture(snapshot)
        super().show_snapshot(snapshot)
        beside = snapshot.kmeans_centres is not None
        self.kmeans.setVisible(beside)
        self.kmeans_box.setChecked(beside)
        self.kmeans.show_mixture(snapshot)
        self.legend.setText("1, 2\u00a0σ" + (" · dashed: truth" if snapshot.truth is not None else ""))
        self.explanation.show_moving(not self.turns.whole)
        if self.with_numbers.due:
            self._show_words()
        if self.with_curves.due:
            self._show_page()

    def draw_points(self, data: PointSet) -> None:
        """See PointTab; the view has drawn them, in the colours of the bells that share them."""

    def begin_run(self, snapshot: Snapshot) -> None:
        """See PointTab."""
        assert isinstance(snapshot, MixtureSnapshot)
        self.view.fit(also=snapshot.mixture.means)

    @Slot()
    def _show_page(self) -> None:
        """Only the page that is seen."""
        snapshot = self.shown
        if snapshot is None:
            return
        place = None if self.picked is None else self.view.points[self.picked]
        self.view.set_probe(place)
        if self.table.isVisible():
            self.table.show_mixture(snapshot)
            self.truth_note.setText(about_truth(snapshot))
        elif self.explanation.isVisible():
            picked = self.picked or 0
            aside = snapshot.point_count == len(snapshot.points) and picked in snapshot.set_aside
            self.explanation.show_point(snapshot, place, f"Point {picked + 1}", aside=aside)
        whole = snapshot.point_count == len(snapshot.points)
        config = self.session.status.config
        assert isinstance(config, MixtureConfig)
        self.selection.offer(snapshot.points if whole else None, config)

    def _show_words(self) -> None:
        """What the last step did and what the next one will do; or what is missing."""
        snapshot, config = self.shown, self.session.status.config
        if snapshot is None or not isinstance(config, MixtureConfig):
            return
        many = config.start != "original" and config.restarts > 1
        start = f"Start {snapshot.restart + 1} of {config.restarts} · " if many else ""
        iterations = "1 iteration" if snapshot.iteration == 1 else f"{snapshot.iteration} iterations"
        if self.session.status.phase == "finished" and many:
            start = f"Start {snapshot.restart + 1} of {config.restarts} was the best · "
        if snapshot.phase == "start":
            title, words = "Start", f" · {snapshot.mixture.count} components, and no point belongs to any of them yet"
        elif snapshot.converged and snapshot.phase == "E":
            title, words = "Converged", f" after {iterations}"
        elif snapshot.phase == "E" and self.session.status.phase == "finished":
            title, words = "Not converged", f" after {iterations}, as many as were allowed"
        elif snapshot.phase == "E":
            title, words = "E-step", " · every point is shared out among the components"
        else:
            title, words = f"M-step {snapshot.iteration}", " · every component moves to its share of the points"
        if snapshot.repaired:
            words += f" · {_put_back(snapshot)}"
        if snapshot.set_aside:
            words += f" · {_named(snapshot.set_aside)} set aside"
        self.words.setText(f"{escape(start)}<b>{escape(title)}</b>{escape(words)}")
        why = "\nPoints that are set aside lie far from all others." if snapshot.set_aside else ""
        self.words.setToolTip(f"{start}{title}{words}{why}")  # the line may be too short for it

    @Slot(object)
    def _on_status(self, status: Status) -> None:
        super()._on_status(status)
        self._show_words()

    # Points of one's own ---------------------------------------------------------------------------------------------

    def own_points(self) -> OwnPoints:
        """See PointTab; where the canvas shows only a part of the points, none can have been changed."""
        if self.shown is not None and self.shown.point_count > len(self.shown.points):
            return as_own(replace(self.shown.data, labels=None))
        return super().own_points()

    def lacking(self) -> Lack | None:
        """See PointTab."""
        points, config = self.view.points, self.session.status.config
        if self.shown is not None and points is self.shown.points:  # the trainer has them
            return None
        try:
            check_enough(points, config.components if isinstance(config, MixtureConfig) else 1)
        except DataError as error:
            return Lack("There are not enough points", str(error))
        return None

    def standardised(self, name: str, centre: float, scale: float) -> str:
        """See PointTab."""
        return f"{name}, standardised"

    def planes(self) -> tuple[PointCanvas, ...]:
        """See PointTab."""
        return self.view, self.kmeans

    def show_picked(self) -> None:
        """See PointTab."""
        if self.picked is not None:
            self.pages.setCurrentWidget(self.explanation)
        self._show_page()

    @Slot(str)
    def _on_not_compared(self, sentence: str) -> None:
        self.banner.say("The comparison could not be done", sentence)

    # What the user does ----------------------------------------------------------------------------------------------

    @Slot(int)
    def use_components(self, count: int) -> None:
        """A new run with another number of bells, on the same points."""
        config = self.form.config().model_copy(update={"components": count})
        self.form.set_config(config)
        config = self.fitting(config)
        self._show_choice()
        self.session.reset(config, play=True)
        self.told.emit(f"A new run with {count} components")

    @Slot(bool)
    def _on_kmeans(self, wanted: bool) -> None:
        config = self.form.config().model_copy(update={"kmeans_beside": wanted})
        self.form.set_config(config)
        self._on_config(config)

    def _show_choice(self) -> None:
        """See ModelTab; showing k-means or not makes no other run of a preset."""
        super()._show_choice()
        config = self.session.config if self._form is None else self._form.config()
        assert isinstance(config, MixtureConfig)
        for name, preset in self.model.presets.items():
            if not config.changed(preset.config) - {"kmeans_beside", "seed"}:
                self.run_bar.show_choice(name, config.random_seed)
                return

    @Slot(int, object, bool)
    def _on_mean_moved(self, component: int, place: tuple[float, float], finished: bool) -> None:
        if self.shown is None:
            return
        if not finished:
            self.view.carry(component, place)
            return
        self.session.edit(MoveMean(component, np.array(place)))
        if self.shown.phase != "start":
            self.session.play()
        self.told.emit(
            f"Component {component + 1} was moved: it begins anew there, as wide as all points seen from there, with "
            f"the weight 1/{self.shown.mixture.count}; EM goes on."
        )

    def show_off(self) -> None:
        """One point explained."""
        self.view.pick(len(self.view.points) // 2, (0.0, 0.0))


def _put_back(snapshot: MixtureSnapshot) -> str:
    """Which components were put back in this iteration, and why."""
    (first, why), *others = snapshot.repaired
    more = f" (and {len(others)} more)" if others else ""
    return f"component {first + 1}{more} {why} and was put back, as wide as all points"


def _named(points: Sequence[int]) -> str:
    """Points by their numbers, or how many they are."""
    if len(points) == 1:
        return f"point {points[0] + 1}"
    if len(points) <= 3:
        return "points " + ", ".join(str(point + 1) for point in points)
    return f"{len(points)} points"
