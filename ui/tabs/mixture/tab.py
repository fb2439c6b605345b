"""The Mixture tab: EM finds clusters, one E-step and one M-step at a time; points and means can be taken in hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from models.base import DataError, Model, Snapshot
from models.config import Config
from models.data.points.own import OwnPoints, as_own, edited
from models.data.points.sets import PointSet
from models.mixture.em import check_enough
from models.mixture.trainer import MixtureConfig, MixtureSnapshot, MoveMean, SetPoints, suited
from playground.live.messages import Status
from ui.points.canvas import PointCanvas, PointEdit
from ui.points.leave import LeaveButton
from ui.points.panel import PointPanel
from ui.shell.point_tab import PointTab
from ui.shell.speed import SpeedControl
from ui.tabs.mixture.numbers import ComponentTable, PointExplanation, about_truth
from ui.tabs.mixture.selection import SelectionPanel
from ui.tabs.mixture.view import KMeansView, MixtureView
from ui.widgets import theme
from ui.widgets.numbers import grouped

CALM = 5
"""Steps per second to begin with: at full speed a run is over before one has seen an E-step."""

ONE_BY_ONE = 10
"""Steps per second up to which a step can be read; when they come faster, the parts of the tab take turns."""

_DATA_SETTINGS = frozenset({"dataset", "points_per_cluster", "noise"})


class MixtureTab(PointTab):
    """Points and bells in the middle; components, one point's shares and BIC/AIC on the right."""

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._shown: MixtureSnapshot | None = None
        self._fit_next = True
        super().__init__(model, parent)
        self.view.handle_moved.connect(self._on_mean_moved)
        self.selection.chosen.connect(self.use_components)
        self.selection.failed.connect(self._on_not_compared)
        self.session.status_changed.connect(self.selection.follow)
        theme.manager().changed.connect(self._show_page)  # the numbers have colours of their own

    def make_stage(self) -> QWidget:
        """The plane with its tools; k-means beside it when wanted."""
        self.view = MixtureView()
        self.kmeans = KMeansView()
        self.kmeans.view_box.setXLink(self.view.view_box)
        self.kmeans.view_box.setYLink(self.view.view_box)
        self.kmeans.hide()
        self.panel = PointPanel(self.view)
        self.panel.area.addWidget(self.kmeans, 1)
        self.speed = SpeedControl("steps", CALM)
        self.density_box = QCheckBox("Density")
        self.density_box.setChecked(True)
        self.density_box.setToolTip("Contour lines of the mixture's density; each has half the value of the one inside")
        self.density_box.toggled.connect(self.view.set_contours)
        self.kmeans_box = QCheckBox("k-means")
        self.kmeans_box.setToolTip("The same points from the same start, as k-means sees them: hard borders, no shapes")
        self.kmeans_box.clicked.connect(self._on_kmeans)
        self.back_button = LeaveButton(self.run_bar.train_button, self.view)
        self.panel.add_widget(self.back_button)
        self.words = QLabel()
        self.words.setAccessibleName("what the last step did")
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.legend = QLabel()
        self.legend.setAccessibleName("what the ellipses are")
        self.legend.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.legend.setToolTip(
            "Ellipses: every bell as far as one and two standard deviations reach; the true ones are dashed"
        )
        self.legend.setMinimumWidth(1)
        theme.set_role(self.legend, "muted")
        line = QWidget()
        words = QHBoxLayout(line)
        words.setContentsMargins(0, 0, 2, 0)
        words.addWidget(self.words, 1)
        self.panel.add_line(line)
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addWidget(self.speed)
        row.addWidget(self.legend, 1)
        row.addWidget(self.density_box)
        row.addWidget(self.kmeans_box)
        stage = QWidget()
        layout = QVBoxLayout(stage)
        layout.setContentsMargins(10, 6, 8, 4)
        layout.setSpacing(4)
        layout.addWidget(self.panel, 1)
        layout.addLayout(row)
        return stage

    def make_side(self) -> QWidget:
        """Three pages of numbers."""
        self.table = ComponentTable()
        self.explanation = PointExplanation()
        self.selection = SelectionPanel()
        self.pages = QTabWidget()
        self.pages.setAccessibleName("numbers of the mixture")
        page = QWidget()
        around = QVBoxLayout(page)
        around.setContentsMargins(8, 8, 8, 8)
        self.truth_note = QLabel()
        self.truth_note.setAccessibleName("what the truth is")
        self.truth_note.setWordWrap(True)
        self.truth_note.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.truth_note.setFixedHeight(2 * self.truth_note.fontMetrics().lineSpacing() + 2)
        theme.set_role(self.truth_note, "muted")
        around.setSpacing(4)
        around.addWidget(self.table)
        around.addWidget(self.truth_note)
        self.pages.addTab(page, "Components")
        self.pages.addTab(self.explanation, "One point")
        self.pages.addTab(self.selection, "How many?")
        self.pages.currentChanged.connect(self._show_page)
        return self.pages

    # What the session says -----------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """See PointTab."""
        super().clear_stage()
        self._fit_next = True
        self.words.setText("")
        self.panel.set_hint("")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Points, bells, numbers, and in words what was done."""
        assert isinstance(snapshot, MixtureSnapshot)
        self._shown = snapshot
        self.note_points(snapshot.data)
        part = snapshot.point_count > len(snapshot.points)
        count = grouped(snapshot.point_count)
        self.view.set_locked(f"Only a part of the {count} points is shown: they cannot be edited." if part else "")
        self.view.show_mixture(snapshot)
        beside = snapshot.kmeans_centres is not None
        self.kmeans.setVisible(beside)
        self.kmeans_box.setChecked(beside)
        self.kmeans.show_mixture(snapshot)
        if self._fit_next:
            self._fit_next = False
            self.view.fit(also=snapshot.mixture.means)
        self.legend.setText("1, 2\u00a0σ" + (" · dashed: truth" if snapshot.truth is not None else ""))
        self.show_origin()
        if self.my_turn(1):  # with the run bar
            self._show_words()
        if self.with_curves.due:
            self._show_page()

    @Slot()
    def _on_frame(self) -> None:
        """See ModelTab; a step that can be read is shown by all parts of the tab in the same frame."""
        snapshot = self.session.snapshot
        if self._one_by_one and snapshot is not None and (self._shown is None or self._shown.step != snapshot.step):
            self.turns.all_in_the_next()
        super()._on_frame()

    def my_turn(self, beat: int) -> bool:
        """See ModelTab."""
        return super().my_turn(beat) or self._one_by_one

    @property
    def _one_by_one(self) -> bool:
        return self.session.pace is not None and self.session.pace <= ONE_BY_ONE

    @Slot()
    def _show_page(self) -> None:
        """Only the page that is seen."""
        snapshot = self._shown
        if snapshot is None:
            return
        points = self.view.points
        if self._picked is not None and self._picked >= len(points):
            self._picked = None
        place = None if self._picked is None else points[self._picked]
        self.view.set_probe(place)
        if self.table.isVisible():
            self.table.show_mixture(snapshot)
            self.truth_note.setText(about_truth(snapshot))
        elif self.explanation.isVisible():
            self.explanation.show_point(snapshot, place, f"Point {(self._picked or 0) + 1}")
        whole = snapshot.point_count == len(snapshot.points)
        config = self.session.status.config
        assert isinstance(config, MixtureConfig)
        self.selection.offer(snapshot.points if whole else None, config)

    def _show_words(self) -> None:
        """What the last step did and what the next one will do; or what is missing."""
        snapshot, config = self._shown, self.session.status.config
        if snapshot is None or not isinstance(config, MixtureConfig):
            return
        points = self.view.points
        self.panel.set_hint("" if points is snapshot.points else self._missing(points))
        many = config.start != "original" and config.restarts > 1
        start = f"Start {snapshot.restart + 1} of {config.restarts} · " if many else ""
        iterations = "1 iteration" if snapshot.iteration == 1 else f"{snapshot.iteration} iterations"
        if self.session.status.phase == "finished" and many:
            start = f"Start {snapshot.restart + 1} of {config.restarts} was the best · "
        if snapshot.phase == "start":
            words = f"<b>Start</b> · {snapshot.mixture.count} bells, and no point belongs to any of them yet"
        elif snapshot.converged and snapshot.phase == "E":
            words = f"<b>Converged</b> after {iterations}"
        elif snapshot.phase == "E" and self.session.status.phase == "finished":
            words = f"<b>Not converged</b> after {iterations}, as many as were allowed"
        elif snapshot.phase == "E":
            words = "<b>E-step</b> · every point is shared out among the bells"
        else:
            words = f"<b>M-step {snapshot.iteration}</b> · every bell moves to its share of the points"
        self.words.setText(start + words)

    @Slot(object)
    def _on_status(self, status: Status) -> None:
        super()._on_status(status)
        self._show_words()

    # Points of one's own -------------------------------------------------------------------------------------------

    @Slot(object, str)
    def use_points(self, points: PointSet, name: str) -> None:
        """Start a new run on points that were read from a table."""
        self.banner.clear()
        config = self._fitting(self.form.config(), own=True)
        self.session.config = config
        self.session.set_data(as_own(points, name, table=True))
        self.say_begun(f"{len(points)} points from {name}")

    @Slot()
    def use_data_set(self) -> None:
        """Back to the data set of the settings."""
        self.commit()
        self.banner.clear()
        self.session.data = None
        self.session.reset(self._fitting(self.form.config()))

    def axis_titles(self) -> tuple[str, str]:
        """See PointTab."""
        own = self._source.own
        if own is None:
            return "x", "y"
        changed = ", standardised" if own.centre is not None else ""
        return own.axis_names[0] + changed, own.axis_names[1] + changed

    def planes(self) -> tuple[PointCanvas, ...]:
        """See PointTab."""
        return self.view, self.kmeans

    def point_set(self) -> PointSet | None:
        """See PointTab; where the canvas shows only a part of the points, none can have been changed."""
        snapshot = self._shown
        if snapshot is None:
            return None
        whole = snapshot.point_count == len(snapshot.points)
        return replace(snapshot.data, points=self.view.points if whole else snapshot.data.points, labels=None)

    def own_for(self, own: OwnPoints, running: Config, config: Config) -> OwnPoints | None:
        """See PointTab."""
        return None if running.changed(config) & _DATA_SETTINGS else own

    def lacking(self) -> tuple[str, str] | None:
        """See PointTab."""
        missing = self._missing(self.view.points)
        return ("There are not enough points", missing) if missing else None

    def _missing(self, points: Any) -> str:
        """Why a mixture cannot be fitted to these points, or ""."""
        config = self.session.status.config
        components = config.components if isinstance(config, MixtureConfig) else 1
        try:
            check_enough(points, components)
        except DataError as error:
            return str(error)
        return ""

    @Slot(object)
    def _on_edited(self, edit: PointEdit) -> None:
        """Points were changed by hand: the run goes on with the new ones, as soon as there are enough."""
        if self._missing(edit.points):
            if not len(edit.points):
                self.view.set_tool("add")
            self.session.pause()
            self._show_words()
            return
        waiting = self.session.data  # there is no run yet where too few points were refused
        before = self._shown.data if self._shown is not None else waiting
        points = edited(before, edit.points) if isinstance(before, PointSet) else as_own(PointSet(edit.points))
        self.send_points(points)
        self._show_words()
        if self.session.status.phase == "empty":
            self.session.set_data(points)
            return
        self.session.edit(SetPoints(points.points))

    @Slot(str)
    def _on_not_compared(self, sentence: str) -> None:
        self.banner.say("The comparison could not be done", sentence)

    # What the user does --------------------------------------------------------------------------------------------

    def _fitting(self, config: Config, *, own: bool = False) -> MixtureConfig:
        """The settings with a start that fits: the original's is made for its own three clusters."""
        assert isinstance(config, MixtureConfig)
        config, why = suited(config, own)
        if why:
            self.form.set_config(config)
            self._show_choice()
            self.banner.say("Another start", why, "info")
        return config

    @Slot()
    def reset(self) -> None:
        """See PointTab."""
        self.commit()
        self.banner.clear()
        self.session.data = self._points_for(self.form.config())
        self.session.reset(self._fitting(self.form.config(), own=self._has_table))

    @Slot(object)
    def _on_config(self, config: Config) -> None:
        self.session.data = self._points_for(config)
        super()._on_config(self._fitting(config, own=self._has_table))

    @property
    def _has_table(self) -> bool:
        """Whether a new run is about points for which the original's start was not made."""
        return isinstance(self.session.data, OwnPoints) and self.session.data.table

    @Slot(int)
    def use_components(self, count: int) -> None:
        """A new run with another number of bells, on the same points."""
        config = self.form.config().model_copy(update={"components": count})
        self.form.set_config(config)
        config = self._fitting(config, own=self._has_table)
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
        for name, preset in self.model.presets.items():
            if not config.changed(preset.config) - {"kmeans_beside", "seed"}:
                self.run_bar.show_choice(name, config.seed)
                return

    @Slot(object)
    def _on_picked(self, index: int | None) -> None:
        self._picked = index
        if index is not None:
            self.pages.setCurrentWidget(self.explanation)
        self._show_page()

    @Slot(int, object, bool)
    def _on_mean_moved(self, component: int, place: tuple[float, float], finished: bool) -> None:
        if self._shown is None:
            return
        if not finished:
            self.view.carry(component, place)
            return
        self.session.edit(MoveMean(component, np.array(place)))
        if self._shown.phase != "start":
            self.session.play()
        self.told.emit(f"Component {component + 1} was moved: EM goes on from there.")

    # Life -------------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The comparison goes on."""
        super().showEvent(event)
        self.selection.job.set_paused(False)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: the comparison rests."""
        super().hideEvent(event)
        self.selection.job.set_paused(True)

    def shutdown(self) -> None:
        """Stop the run and the comparison, and join their threads."""
        self.selection.shutdown()
        super().shutdown()

    def show_off(self) -> None:
        """One point explained."""
        self.view.picked.emit(len(self.view.points) // 2)
