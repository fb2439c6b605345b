"""What the tabs with points in a plane have in common: the plane, its tools, and whose points a run is about.

The points are those of a data set that the settings name, or the user's own: drawn by hand, or read from a table. Own
points belong to the run (see `models/data/points/own.py`), so a tab sends what was done to them, and knows whether the
next run is to begin with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

import numpy as np
from PySide6.QtCore import QMimeData, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.base import DataError, Model, Snapshot
from models.config import Config, settings_of
from models.data.points.edits import SetPoints
from models.data.points.own import OwnPoints, as_own, edited
from models.data.points.sets import PointSet
from playground.live.messages import Failure, Opened, Returned
from ui.points.canvas import HOLLOW, PointCanvas
from ui.points.companions import Companions, PointMemory
from ui.points.editor import Place, PointEdit, PointEditor
from ui.points.leave import LeaveButton
from ui.points.panel import PointPanel
from ui.points.source import PointSource
from ui.shell.model_tab import ModelTab
from ui.shell.speed import SpeedControl
from ui.shell.transport import PREVIOUS
from ui.widgets.dropped import files_in
from ui.widgets.layout import column, row, widget_of

_PARTS = {
    "panel": "the tools around a canvas of points: PointPanel(PointCanvas())",
    "back_button": "what leaves the user's own points: LeaveButton()",
    "speed": "how fast to watch: SpeedControl()",
}


@runtime_checkable
class HasPoints(Protocol):
    """A snapshot that says which points its model learns from."""

    data: PointSet


@dataclass(frozen=True)
class Lack:
    """Why no run can go on with the points that are seen.

    Attributes:
        title: in a few words.
        remedy: what to do about it.
        hint: both, for the corner of the plane; "" stands for the remedy.
    """

    title: str
    remedy: str
    hint: str = ""


NO_POINTS = Lack("There are no points", "Click into the plane to add some, or open a table of points.")


class PointTab(ModelTab):
    """A tab whose run learns from points in a plane.

    A subclass needs `make_canvas` (the plane, with what the model draws on it) and a `show_snapshot` that calls this
    one first and then draws the model. All else has a default; what a model may want otherwise is in the first section.

    Attributes:
        panel: the tools, around the canvas.
        shown: the snapshot that is drawn; None while a run is being built.
        picked: number of the point that is explained; None when none is.
        picked_at: (x, y) of what was clicked last, a point or an empty place; None before.
        start_pace: steps a second to begin with, None for no limit; `steps`: what they are called.
    """

    panel: PointPanel
    back_button: LeaveButton
    speed: SpeedControl

    start_pace: ClassVar[int | None] = None
    steps: ClassVar[str] = "steps"

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self.shown: Snapshot | None = None
        self.picked: int | None = None
        self.picked_at: Place | None = None
        self._source = PointSource()
        self._memory = PointMemory()
        self._aside: OwnPoints | None = None  # own points that were left for a preset
        super().__init__(model, parent)
        editor = self.editor
        self.session.set_pace(self.speed.pace)
        self.speed.pace_changed.connect(self.session.set_pace)
        editor.edited.connect(self._on_edited)
        self.panel.canvas.picked.connect(self._on_picked)
        self.panel.context = self.own_points
        self.panel.opened.connect(self.use_points)
        self.panel.failed.connect(self._on_bad_table)
        self.panel.told.connect(self.told)
        self.back_button.clicked.connect(self.use_data_set)
        self.own(self.panel.reader.job)

    # What a tab says -------------------------------------------------------------------------------------------------

    def make_canvas(self) -> PointCanvas:
        """The plane of points, with what the model draws on it."""
        raise NotImplementedError(
            f"{type(self).__name__} needs make_canvas, which returns the PointCanvas of this model, or a make_panel."
        )

    def make_panel(self) -> PointPanel:
        """The tools around the plane; here a tab adds views beside it (`panel.area`)."""
        return PointPanel(self.make_canvas())

    def fill_row(self, row: QHBoxLayout) -> None:
        """The controls below the plane."""
        row.addWidget(self.speed)
        row.addStretch(1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show the points, whose they are, and what they lack. Subclasses draw their model after this."""
        first, self.shown = self.shown is None, snapshot
        data = self.points_in(snapshot)
        self.note_points(data)
        self.draw_points(data)
        if first:
            self.begin_run(snapshot)
        if self.picked is not None and self.picked >= len(self.panel.canvas.points):
            self.picked = None
        self.show_origin()
        self.show_lack()

    def points_in(self, snapshot: Snapshot) -> PointSet:
        """The points that the model of this snapshot learns from."""
        if not isinstance(snapshot, HasPoints):
            raise TypeError(f"{type(snapshot).__name__} has no `data`: it is to hold the PointSet that is learnt from.")
        return snapshot.data

    def draw_points(self, data: PointSet) -> None:
        """Put the points on the plane, in the colours of their classes, held-out ones as rings."""
        self.panel.set_classes(data.class_names if data.labels is not None else ())
        marks = None if data.held_out is None else np.where(data.held_out, HOLLOW, 0).astype(np.uint8)
        self.panel.canvas.set_points(data.points, data.labels, marks=marks)
        self.remember(data)

    def begin_run(self, snapshot: Snapshot) -> None:
        """The first picture of a run: by default all points come into view."""
        self.panel.canvas.fit()

    def show_picked(self) -> None:
        """Another point was chosen to be explained (`picked`), or none, but a place (`picked_at`)."""

    def own_points(self) -> OwnPoints:
        """All points as they are seen, with all that is known about them, as the user's own."""
        editor, data = self.editor, self.session.data
        if self.shown is not None:
            data = self.points_in(self.shown)
        if not isinstance(data, PointSet):  # no run could be made yet
            data = PointSet(editor.points, class_names=editor.classes)
        with_them = self.companions()
        return edited(
            data,
            editor.points,
            labels=editor.labels if editor.classes else None,
            targets=None if data.targets is None else with_them.targets,
            held_out=None if data.held_out is None else with_them.held_out,
        )

    def new_point(self) -> tuple[bool, float]:
        """Whether points that are added are held out, and their value where values are to be predicted."""
        return False, 0.0

    def lacking(self) -> Lack | None:
        """Why no run can go on with the points that are seen; None if one can."""
        return NO_POINTS if self.editor.is_empty else None

    takes_any = False
    """Whether the model also takes points with which no run can go on: it is told of them, and waits."""

    def settings_for(self, points: PointSet, config: Config) -> Config:
        """The settings of a run on points from a table; raises DataError where the model cannot learn from them."""
        return config

    def settings_without(self, own: OwnPoints | None, config: Config) -> Config:
        """The settings of a run after the user's own points were left."""
        return config

    def brings_data(self) -> bool:
        """See ModelTab; points that were set by hand among the model's own ask for no other settings."""
        return isinstance(self.session.data, OwnPoints) and self.session.data.table

    def own_for(self, own: OwnPoints, running: Config, config: Config) -> OwnPoints | None:
        """The points of a new run with the settings `config`, after one with `running` on the user's `own`.

        None: the data set of the settings. Whoever chooses a data set wants to see it: by default this is whoever
        changes a setting of the group “Data”.
        """
        about_data = {setting.name for setting in settings_of(type(config)) if setting.group == "Data"}
        return None if running.changed(config) & about_data else own

    def axis_titles(self) -> tuple[str, str]:
        """What the coordinates of the points shown are, and how they were changed."""
        data: PointSet | None = self._source.own
        if data is None and self.shown is not None:
            data = self.points_in(self.shown)
        if data is None:
            return "x", "y"
        first, second = data.axis_names
        if data.centre is None or data.scale is None:
            return first, second
        centre, scale = data.centre, data.scale
        return (
            self.standardised(first, float(centre[0]), float(scale[0])),
            self.standardised(second, float(centre[1]), float(scale[1])),
        )

    def standardised(self, name: str, centre: float, scale: float) -> str:
        """What an axis is called whose coordinate was shifted and stretched."""
        return f"({name} − {centre:.4g}) / {scale:.4g}"

    def planes(self) -> tuple[PointCanvas, ...]:
        """Everything with these axes."""
        return (self.panel.canvas,)

    # Building --------------------------------------------------------------------------------------------------------

    @property
    def editor(self) -> PointEditor:
        """The points that can be edited."""
        return self.panel.canvas.editor

    def stage(self) -> QWidget:
        """See ModelTab."""
        stage = self.make_stage()
        for name, what in _PARTS.items():
            if name not in vars(self):
                raise TypeError(f"{type(self).__name__}.make_stage has to set self.{name} ({what}).")
        return stage

    def make_stage(self) -> QWidget:
        """The plane with its tools, and a row of controls below."""
        self.panel = self.make_panel()
        self.back_button = LeaveButton(self.run_bar.train_button, self.panel.canvas)
        self.panel.add_widget(self.back_button)
        self.speed = SpeedControl(self.steps, self.start_pace)
        controls = row(spacing=12)
        self.fill_row(controls)
        return widget_of(column((self.panel, 1), controls, margins=(8, 6, 4, 4), spacing=4))

    def own_data(self) -> str | None:
        """See ModelTab; the button beside the points says it."""
        return None

    # Points of one's own ---------------------------------------------------------------------------------------------

    @Slot(object, str)
    def use_points(self, points: PointSet, name: str) -> None:
        """Start a new run on points that were read from a table."""
        try:
            config = self.settings_for(points, self.form.config())
        except DataError as error:
            self._on_bad_table(str(error))
            return
        self.banner.clear()
        self.form.set_config(config)
        self.session.config = self.fitting(config, own=True)
        self.session.set_data(as_own(points, name, table=True))
        self._show_choice()
        self.say_begun(f"{len(points)} points from {name}")

    @Slot()
    def use_data_set(self) -> None:
        """Back to the data set of the settings."""
        self.commit()
        self.banner.clear()
        own = self.session.data
        config = self.settings_without(own if isinstance(own, OwnPoints) else None, self.form.config())
        self.session.data = None
        self.form.set_config(config)
        self.session.reset(self.fitting(config))
        self._show_choice()

    @Slot(object)
    def _on_edited(self, edit: PointEdit) -> None:
        """Changed by hand: the point that is explained keeps its number, unless points before it may be gone."""
        if edit.kind in ("remove", "undo"):
            self.picked = None
        self.send_edited()

    def send_edited(self) -> None:
        """The run goes on with the points that are seen, as soon as it can."""
        empty = self.session.status.phase == "empty"
        if self.shown is None and not empty:  # these are the points of a run that is being replaced
            return
        lack = self.lacking()
        if lack is not None:
            self.session.pause()
            if self.editor.is_empty or self.takes_any:
                self.panel.canvas.set_tool("add")
        self.show_lack()
        if lack is not None and not self.takes_any:
            return
        points = self.own_points()
        self.send_points(points)
        if empty:  # the points of the settings were refused, these may be better
            self.session.set_data(points)
        else:
            self.session.edit(SetPoints(points))

    def show_lack(self) -> None:
        """Say in the corner of the plane what is missing."""
        lack = self.lacking()
        self.panel.set_hint("" if lack is None else lack.hint or lack.remedy)

    @Slot(object, object)
    def _on_picked(self, index: int | None, at: Place) -> None:
        self.picked, self.picked_at = index, at
        self.show_picked()

    # Whose points ----------------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """A new run is being built: its points may lie elsewhere."""
        self.shown = self.picked = self.picked_at = None
        self.panel.set_hint("")
        self._source.forget()
        self.panel.canvas.forget()

    def note_points(self, data: PointSet) -> None:
        """Hear which points the model has now."""
        self._source.show(data, settled=self.session.settled)
        self._keep_points()

    def send_points(self, points: OwnPoints) -> None:
        """The user's own points are on their way to the model; what they are called is seen at once."""
        self._source.send(points)
        self._keep_points()
        self.show_origin()

    def show_origin(self) -> None:
        """Whose points these are: on the button that leaves them, and on the axes."""
        own = self._source.own
        self.back_button.offer(own.name if own is not None else None)
        for plane in self.planes():
            for axis, title in zip((plane.x_axis, plane.y_axis), self.axis_titles(), strict=True):
                if axis.name != title:
                    axis.set_label(title)

    def remember(self, data: PointSet) -> None:
        """What the model knows of the points that have just been drawn; marks just given by hand are newer."""
        now = self._source.own or data
        held_out = data.held_out if now.held_out is None else now.held_out
        if held_out is not None or now.targets is not None:
            self._memory.remember(now.points, Companions.of(now, held_out))

    def companions(self) -> Companions:
        """What belongs to the points that are seen, also in the middle of a gesture."""
        held_out, target = self.new_point()
        return self._memory.follow(self.editor.points, held_out=held_out, target=target)

    def change_companions(self, companions: Companions) -> None:
        """Give the points that are seen other values or marks."""
        self._memory.remember(self.editor.points, companions)
        self.send_edited()

    def _keep_points(self) -> None:
        self.session.data = self._points_for(self.session.config)

    def _points_for(self, config: Config) -> OwnPoints | None:
        """What a new run with these settings is about: the user's own points that are seen, or (None) a data set."""
        if self.shown is None:  # a run that is only being built, or could not be
            waiting = self.session.data
            return waiting if isinstance(waiting, OwnPoints) else None
        own, running = self._source.own, self.session.status.config
        if own is None or running is None:
            return own
        return self.own_for(own, running, config)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        super()._on_failed(failure)
        if failure.kind == "edit":
            self._source.refuse()
            self._keep_points()
            self.editor.refuse()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self.session.data = opened.data if isinstance(opened.data, OwnPoints) else None  # until the first picture comes
        super()._on_opened(opened)

    @Slot(object)
    def _on_returned(self, returned: Returned) -> None:
        self.session.data = returned.data if isinstance(returned.data, OwnPoints) else None  # until the first picture
        super()._on_returned(returned)

    @Slot(str)
    def _on_bad_table(self, sentence: str) -> None:
        self.banner.say("The table could not be used", sentence)

    # What the user does ----------------------------------------------------------------------------------------------

    @Slot()
    def toggle(self) -> None:
        """See ModelTab; without points nothing can be trained."""
        if self.session.training or not self._say_what_lacks():
            super().toggle()

    @Slot()
    def step(self) -> None:
        """See ModelTab."""
        if not self._say_what_lacks():
            super().step()

    def _say_what_lacks(self) -> bool:
        lack = self.lacking() if self.shown is not None else None
        if lack is None:
            return False
        self.banner.say(lack.title, lack.remedy, "info")
        self.panel.canvas.set_tool("add")
        return True

    @Slot()
    def reset(self) -> None:
        """See ModelTab; a changed data setting leaves the user's own points."""
        self.commit()
        self.session.data = self._points_for(self.form.config())
        super().reset()

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """See ModelTab; a preset brings its own data set, and takes the user's own points on request."""
        own = self._points_for(self.session.config)
        self._aside = own if own is not None else self._aside
        self.session.data = None
        super().choose_preset(name)
        if own is not None:
            self.banner.say(
                "The preset has points of its own",
                f"Yours ({own.name}) are kept: train on them with these settings, or go back to the run that had them.",
                "info",
                [("Use my points", self.use_points_aside), (PREVIOUS, self.go_back)],
                about="aside",
            )

    @Slot()
    def use_points_aside(self) -> None:
        """The user's own points that a preset has put aside, with the settings as they are now."""
        if self._aside is None:
            return
        points, self._aside = self._aside, None
        try:
            config = self.settings_for(points, self.form.config()) if points.table else self.form.config()
        except DataError as error:
            self._aside = points
            self._on_bad_table(str(error))
            return
        self.form.set_config(config)
        self.session.config = self.fitting(config, own=True)
        self.session.set_data(points)
        self._show_choice()
        self.say_begun(f"{len(points)} points of your own ({points.name})")

    @Slot(object)
    def _on_config(self, config: Config) -> None:
        self.session.data = self._points_for(config)
        super()._on_config(config)

    # Files -----------------------------------------------------------------------------------------------------------

    def drawing_surface(self) -> PointEditor:
        """The points: undo, redo and clear of the Edit menu."""
        return self.editor

    def paste(self) -> None:
        """Edit → Paste: points from a spreadsheet."""
        self.panel.paste_table()

    def take(self, mime: QMimeData | None) -> None:
        """A table was dropped somewhere on the window."""
        files = files_in(mime) if mime is not None else []
        if not files:
            raise DataError("Points come from a file: drop a table with two columns of numbers (CSV).")
        self.panel.open_table(files[0])

    def save_drawing(self, path: Path) -> None:
        """File → Save drawing: the points as CSV."""
        self.panel.save_table(path.with_suffix(".csv"))

    def open_drawing(self, path: Path) -> None:
        """File → Open drawing: points from a table."""
        self.panel.open_table(path)

    def open_example(self, name: str) -> None:
        """File → Open example data: a table that comes with the playground."""
        self.panel.open_example(name)

    def open_data(self, paths: list[Path]) -> None:
        """File → Open data: the same dialog as the button's."""
        if len(paths) != 1:
            self.banner.say("The data could not be opened", "The points are taken from one CSV file.")
            return
        self.panel.open_table(paths[0])
