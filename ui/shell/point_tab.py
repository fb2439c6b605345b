"""What the tabs with points in a plane have in common: the plane, its tools, and whose points a run is about.

The points are those of a data set that the settings name, or the user's own: drawn by hand, or read from a table. Own
points belong to the run (see `models/data/points/own.py`), so a tab sends what was done to them, and knows whether the
next run is to begin with them.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, Slot
from PySide6.QtWidgets import QWidget

from models.base import DataError, Model, Snapshot
from models.config import Config
from models.data.points.own import OwnPoints
from models.data.points.sets import PointSet
from playground.live.messages import Failure, Opened
from ui.points.canvas import PointCanvas, PointEdit
from ui.points.leave import LeaveButton
from ui.points.panel import PointPanel
from ui.points.source import PointSource
from ui.shell.model_tab import ModelTab
from ui.shell.speed import SpeedControl
from ui.widgets.dropped import files_in


class PointTab(ModelTab):
    """A tab whose run learns from points in a plane.

    `make_stage` sets `panel` (the tools, around a canvas of points), `back_button` and `speed`. Besides the methods of
    ModelTab, subclasses override those of the first section.
    """

    panel: PointPanel
    back_button: LeaveButton
    speed: SpeedControl

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._shown: Snapshot | None = None
        self._source = PointSource()
        self._picked: int | None = None
        super().__init__(model, parent)
        self.session.set_pace(self.speed.pace)
        self.speed.pace_changed.connect(self.session.set_pace)
        self.panel.canvas.edited.connect(self._keep_picked)
        self.panel.canvas.edited.connect(self._on_edited)
        self.panel.canvas.picked.connect(self._on_picked)
        self.panel.context = self.point_set
        self.panel.opened.connect(self.use_points)
        self.panel.failed.connect(self._on_bad_table)
        self.panel.told.connect(self.told)
        self.back_button.clicked.connect(self.use_data_set)

    # What a tab says about its points ------------------------------------------------------------------------------

    def own_for(self, own: OwnPoints, running: Config, config: Config) -> OwnPoints | None:
        """The points of a new run with the settings `config`, after one with `running` on the user's `own`.

        None: the data set of the settings. Whoever chooses a data set wants to see it.
        """
        raise NotImplementedError

    def own_data(self) -> str | None:
        """See ModelTab; the button beside the points says it."""
        return None

    def axis_titles(self) -> tuple[str, str]:
        """What the coordinates of the points shown are, and how they were changed."""
        raise NotImplementedError

    def planes(self) -> tuple[PointCanvas, ...]:
        """Everything with these axes."""
        return (self.panel.canvas,)

    def point_set(self) -> PointSet | None:
        """All points with all that is known about them, as a table is to have them; None before there are any."""
        raise NotImplementedError

    def lacking(self) -> tuple[str, str] | None:
        """Why no run can go on with the points that are seen, and what to do about it; None if one can."""
        raise NotImplementedError

    @Slot(object, str)
    def use_points(self, points: PointSet, name: str) -> None:
        """Start a new run on points that were read from a table."""
        raise NotImplementedError

    @Slot()
    def use_data_set(self) -> None:
        """Back to the data set of the settings."""
        raise NotImplementedError

    @Slot(object)
    def _on_edited(self, edit: PointEdit) -> None:
        """Points were changed by hand."""
        raise NotImplementedError

    @Slot(object)
    def _on_picked(self, index: int | None) -> None:
        """A point was chosen to be explained."""
        raise NotImplementedError

    # Whose points --------------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """A new run is being built: its points may lie elsewhere."""
        self._shown = None
        self._picked = None
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

    def _keep_points(self) -> None:
        self.session.data = self._points_for(self.session.config)

    def _points_for(self, config: Config) -> OwnPoints | None:
        """What a new run with these settings is about: the user's own points that are seen, or (None) a data set."""
        if self._shown is None:  # a run that is only being built, or could not be
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
            self.panel.canvas.refuse()

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self.session.data = opened.data if isinstance(opened.data, OwnPoints) else None  # until the first picture comes
        super()._on_opened(opened)

    @Slot(str)
    def _on_bad_table(self, sentence: str) -> None:
        self.banner.say("The table could not be used", sentence)

    @Slot(object)
    def _keep_picked(self, edit: PointEdit) -> None:
        """The point that is explained keeps its number, unless points before it may have gone: then none is."""
        if edit.kind in ("remove", "undo"):
            self._picked = None

    # What the user does --------------------------------------------------------------------------------------------

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
        lacking = self.lacking() if self._shown is not None else None
        if lacking is None:
            return False
        self.banner.say(*lacking, "info")
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
        """See ModelTab; a preset brings its own data set."""
        self.session.data = None
        super().choose_preset(name)

    @Slot(object)
    def _on_config(self, config: Config) -> None:
        self.session.data = self._points_for(config)
        super()._on_config(config)

    # Files ---------------------------------------------------------------------------------------------------------

    def drawing_surface(self) -> PointCanvas:
        """The points: undo, redo and clear of the Edit menu."""
        return self.panel.canvas

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

    def open_data(self, paths: list[Path]) -> None:
        """File → Open data: the same dialog as the button's."""
        if len(paths) != 1:
            self.banner.say("The data could not be opened", "The points are taken from one CSV file.")
            return
        self.panel.open_table(paths[0])
