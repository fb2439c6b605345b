"""What every tab has: settings, run bar, plots of the metrics, timeline, messages, saving and opening.

A tab adds its own stage in the middle and, if it likes, a panel on the right to try the model out. It draws snapshots
(`show_snapshot`) and sends the user's intentions to its session; it never computes what the model should compute.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QByteArray, QMimeData, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QSplitter, QVBoxLayout, QWidget

from models.base import DataError, Model, Snapshot
from models.config import Config
from models.whole_file import atomically
from playground.live.messages import Failure, Opened, Saved, Status
from playground.live.session import Session
from ui.canvas.surface import Editable, Surface
from ui.form.form import ConfigForm
from ui.plots.colormaps import settled
from ui.plots.metrics.plot import MetricPlots
from ui.plots.metrics.reading import EditedSteps, Readings, readings
from ui.points.leave import LeaveButton
from ui.shell.further import further
from ui.shell.transport import Offer, RunBar, TimelineBar, say
from ui.widgets.banner import Banner
from ui.widgets.numbers import grouped

PLOTS_HEIGHT, PLOTS_LEAST = 134, 104
"""Pixels that the metric plots have to begin with in a small window, and at the least."""

BEATS = 3
"""While it trains, the parts of a tab take turns: each is redrawn with every third frame, ten times a second, and the
curves with every sixth. That is smooth to the eye, evens out the work, and leaves the interpreter to the training."""


class ModelTab(QWidget):
    """One model's tab. Subclasses override the methods of the first section.

    Attributes:
        model: the registry's entry.
        session: the one handle on the run.
        data_words, data_kinds: what File → Open data asks for, in words and as file name patterns.
        banner: where problems are said.

    Signals:
        told(str): what happened, in words, for the status bar.
        painted(): the tab is on the screen for the first time.
    """

    told = Signal(str)
    painted = Signal()

    data_words = "a table of numbers"
    data_kinds = "Tables (*.csv *.tsv *.txt);;All files (*)"

    form_width = 268
    side_width = 404
    side_share = 0.3

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.setObjectName(f"{model.name}-tab")
        self.session = Session(model, self)
        self._ghosts_shown: tuple[object, ...] = ()
        self._steps = np.arange(1, 1025, dtype=np.int64)
        self._placed: set[QSplitter] = set()  # by the user, now or in an earlier window: these stay
        self._remembered: dict[str, QByteArray] = {}  # from an earlier window, until the tab is shown
        self._beat = 0
        self._edited = EditedSteps()
        self._readings: Readings = {}  # at the step that is shown
        self._said = ""
        self._caution = ""  # what going on after the end does to the step size, while it does
        self._news = (0, "")  # a run, and what it was begun with: said until it moves
        self._begun = False
        self._cleared_for = 0  # the run for which the stage was cleared
        self._build()
        self._connect()
        self._show_choice()

    # What a tab adds -----------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """The middle of the tab: what this model is about, as large as possible."""
        raise NotImplementedError

    def make_side(self) -> QWidget | None:
        """The panel on the right where the model is tried out; None for a wider stage."""
        return None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the model; called at most 30 times a second, and only while the tab is visible."""
        raise NotImplementedError

    def clear_stage(self) -> None:
        """A new run is being built: whatever is shown belongs to the old one."""

    def drawing_surface(self) -> Editable | None:
        """The canvas that the Edit menu works on, if there is one."""
        return None

    def paste(self) -> None:
        """Edit → Paste: what the clipboard holds comes onto the canvas; raises DataError when there is none for it."""
        self.take(QGuiApplication.clipboard().mimeData())

    def take(self, mime: QMimeData | None) -> None:
        """Something was dropped on the window, or pasted: it is for the canvas; raises DataError like `paste`."""
        surface = self.drawing_surface()
        if not isinstance(surface, Surface):
            raise DataError(f"There is nothing to draw on in the {self.model.title} tab.")
        surface.load_mime(mime)

    def drawings(self) -> dict[str, Any]:
        """What of the user's own hand goes into the experiment file, as JSON values."""
        return {}

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """Put back what `drawings` returned; raises DataError when it makes no sense."""

    def save_drawing(self, path: Path) -> None:
        """File → Save drawing; raises DataError."""
        raise DataError(f"There is nothing to draw on in the {self.model.title} tab.")

    def open_drawing(self, path: Path) -> None:
        """File → Open drawing; raises DataError."""
        raise DataError(f"There is nothing to draw on in the {self.model.title} tab.")

    has_weights = False
    """Whether File → Save and Open weights make sense here; such a tab overrides the next two methods."""

    def save_weights(self, path: Path) -> None:
        """Write the weights to a .npz or .safetensors file; raises DataError."""
        raise DataError(f"There are no weights to save in the {self.model.title} tab.")

    def open_weights(self, path: Path) -> None:
        """Take over weights from a file; raises DataError when they do not fit this network."""
        raise DataError(f"There are no weights to open in the {self.model.title} tab.")

    @property
    def again(self) -> str:
        """What the main button says at the end of a run."""
        return f"{self.model.verb} on"

    def offer(self, status: Status) -> Offer | None:
        """What the main button would do for this finished run; None when nothing is left to do."""
        more = further(self.model, self.session.config, status)
        if more is None:
            return None
        return Offer(
            self.again, " ".join(filter(None, (f"{self.again} (Space): {more.words or 'more'}.", more.caution)))
        )

    def show_off(self) -> None:
        """Put something interesting on the canvas, for a picture of the tab."""

    # What the window calls -----------------------------------------------------------------------------------------

    def open_experiment(self, path: Path) -> None:
        """Go on from a file."""
        self.told.emit(f"Opening {path.name} …")
        self.session.open(path)

    def save_experiment(self, path: Path) -> None:
        """Write the run, with the user's drawings, to a file."""
        if self.session.status.phase in ("empty", "loading"):
            self.banner.say("Nothing to save yet", "The model is still being built: try again in a moment.", "info")
            return
        self.session.save(path, self.drawings())

    def open_data(self, paths: list[Path]) -> None:
        """Train on the user's own data from now on."""
        if self.model.open_data is None:
            self.banner.say("No data of your own here", f"{self.model.title} makes its own data.", "info")
            return
        try:
            data = self.model.open_data(paths)
        except DataError as error:
            self.banner.say("The data could not be opened", str(error))
            return
        self.banner.clear()
        self.session.set_data(data)
        self.say_begun(f"Data opened: {getattr(data, 'name', paths[0].name)}")

    def use_data_set(self) -> None:
        """Leave the user's own data for the model's."""
        self.banner.clear()
        self.session.set_data(None)

    def own_data(self) -> str | None:
        """What the user's own data are called, for the button above the settings that leaves them; None: no such."""
        data = self.session.data
        return None if data is None else getattr(data, "name", "your own data")

    def export_metrics(self, path: Path) -> None:
        """Write the complete history as CSV; raises DataError."""
        with atomically(path) as file:
            for piece in self.session.history.csv():
                file.write(piece.encode())
        self.told.emit(f"Exported the metrics to {path.name}")

    def shutdown(self) -> None:
        """Stop the run and join its thread."""
        self.session.shutdown()

    def save_layout(self) -> dict[str, QByteArray]:
        """Where the user put splitters; the others follow the size of the window the next time, too."""
        placed = {name: splitter.saveState() for name, splitter in self._splitters() if splitter in self._placed}
        return self._remembered | placed

    def restore_layout(self, layout: Mapping[str, QByteArray]) -> None:
        """Put the splitters back as soon as the tab has its size: in a smaller one they would not find their room."""
        self._remembered = dict(layout)

    def _splitters(self) -> tuple[tuple[str, QSplitter], ...]:
        return ("columns", self._columns), ("rows", self._rows)

    # Building ------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.run_bar = RunBar(self.model, self.offer, self.again)
        self._form: ConfigForm | None = None
        self._form_place = QWidget()
        self._form_place.setMinimumWidth(240)
        self.leave_button = LeaveButton(self.run_bar.train_button)
        self.leave_button.clicked.connect(self.use_data_set)
        room = self.leave_button.sizePolicy()
        room.setRetainSizeWhenHidden(False)  # few ever see it, and above the settings nothing else has to move
        self.leave_button.setSizePolicy(room)
        settings = QWidget()
        self._settings = QVBoxLayout(settings)
        self._settings.setContentsMargins(0, 0, 0, 0)
        self._settings.setSpacing(0)
        self._settings.addWidget(self.leave_button)
        self._settings.addWidget(self._form_place, 1)
        self.plots = MetricPlots(self.model.metrics)
        self.timeline = TimelineBar()
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setChildrenCollapsible(False)
        self._columns.addWidget(settings)
        self._columns.addWidget(self.make_stage())
        self._columns.setStretchFactor(1, 1)
        side = self.make_side()
        if side is not None:
            self._columns.addWidget(side)
        bottom = QWidget()
        plots = QHBoxLayout(bottom)
        plots.setContentsMargins(10, 4, 10, 0)
        plots.addWidget(self.plots)
        bottom.setMinimumHeight(PLOTS_LEAST)
        self._rows = QSplitter(Qt.Orientation.Vertical)
        self._rows.setChildrenCollapsible(False)
        self._rows.addWidget(self._columns)
        self._rows.addWidget(bottom)
        self._rows.setStretchFactor(0, 1)
        for _, splitter in self._splitters():
            splitter.splitterMoved.connect(self._on_splitter)
        self._page = QScrollArea()  # in a window that is too small for a tab its parts are scrolled, not squeezed
        self._page.setFrameShape(QFrame.Shape.NoFrame)
        self._page.setWidgetResizable(True)
        self._page.setWidget(self._rows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.run_bar)
        layout.addWidget(self._page, 1)
        layout.addWidget(self.timeline)
        self.banner = Banner(over=self._page)

    def _connect(self) -> None:
        session, bar, timeline = self.session, self.run_bar, self.timeline
        session.status_changed.connect(self._on_status)
        session.frame.connect(self._on_frame)
        session.config_changed.connect(self._on_settings)
        session.ghosts_changed.connect(self._on_ghosts)
        session.failed.connect(self._on_failed)
        session.opened.connect(self._on_opened)
        session.saved.connect(self._on_saved)
        bar.toggled.connect(self.toggle)
        bar.stepped.connect(self.step)
        bar.stepped_back.connect(session.step_back)
        bar.reset.connect(self.reset)
        bar.preset_chosen.connect(self.choose_preset)
        bar.seed_chosen.connect(self._on_seed)
        timeline.sought.connect(session.seek)
        timeline.stepped.connect(self.step)
        timeline.stepped_back.connect(session.step_back)
        timeline.branched.connect(self.branch)
        self.plots.step_clicked.connect(session.seek)

    @property
    def form(self) -> ConfigForm:
        """The settings; built right after the tab was first painted, since it is what takes longest to build."""
        if self._form is None:
            self._form = ConfigForm(self.session.config, without=("seed",))  # that is in the run bar
            self._form.changed.connect(self._on_config)
            self._settings.replaceWidget(self._form_place, self._form)
            self._form_place.deleteLater()
            self._show_pending()
        return self._form

    # What the user does --------------------------------------------------------------------------------------------

    def commit(self) -> None:
        """Take over what is being typed: whoever goes on to press a button or a shortcut means it."""
        self.run_bar.commit()
        self.form.commit()

    @Slot()
    def toggle(self) -> None:
        """Train or pause, with what stands in the form; a run that has used up its length is given as much again."""
        if self.session.training:
            self.form.commit()  # a seed that is being typed can wait: it would throw the run away
        else:
            self.commit()
        more = None if self.session.training else further(self.model, self.session.config, self.session.status)
        self._caution = more.caution if more is not None else ""
        if more is not None and more.words:
            self.form.set_config(more.config)
            self.session.configure(more.config)
            self._show_choice()
        self.session.toggle()

    @Slot()
    def step(self) -> None:
        """One step, with what stands in the form."""
        self.commit()
        self.session.step()

    @Slot()
    def reset(self) -> None:
        """A new run with the settings in the form."""
        self.commit()
        self.banner.clear()
        self.session.reset(self.form.config())

    @Slot()
    def branch(self) -> None:
        """Continue from the step that is shown, with what stands in the form."""
        self.commit()
        self.session.branch()

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """Start a new run with a preset's settings; the old run stays as a ghost curve."""
        config = self.model.presets[name].config
        self.form.set_config(config)
        self.banner.clear()
        self.session.reset(config)
        self._show_choice()
        self.say_begun(f"{name}: {self.model.presets[name].description}")

    @Slot(int)
    def _on_seed(self, seed: int) -> None:
        self.form.commit()
        config = self.form.config().model_copy(update={"seed": seed})
        self.form.set_config(config)
        self.session.reset(config, play=self.session.training)
        self._show_choice()

    @Slot(object)
    def _on_config(self, config: Config) -> None:
        self.session.configure(config)
        self._show_choice()

    # What the session says -----------------------------------------------------------------------------------------

    @Slot(object)
    def _on_settings(self, config: Config) -> None:
        """The step that is shown has settings of its own."""
        self.form.set_config(config)
        self._show_choice()

    @Slot(object)
    def _on_status(self, status: Status) -> None:
        if status.phase == "loading" and status.run_id != self._cleared_for:
            self._cleared_for = status.run_id  # the session says so, and then the worker does
            self.banner.forget_error()  # it was about an earlier attempt
            self._edited = EditedSteps()
            self.plots.clear()
            self.clear_stage()
        if status.phase == "failed":
            actions = [(f"Go back to step {grouped(status.rewind_to)}", self._rewind)] if status.head else []
            self.banner.say(self._stopped, status.message, "error", actions)
        elif self.banner.text.startswith(self._stopped):
            self.banner.clear()
        self.run_bar.show_status(status)
        self.timeline.show_status(status)
        self.leave_button.offer(self.own_data())
        self._show_known()
        self._show_pending()
        self._say()

    def say_begun(self, words: str) -> None:
        """Say what the new run was begun with; it stays in the status bar until the run moves."""
        self._news = (self.session.status.run_id, words)
        self._say()

    def _say(self) -> None:
        self._said = self._words(self.session.status)
        self.told.emit(self._said)

    @Slot()
    def _on_frame(self) -> None:
        session = self.session
        self._beat = (self._beat + 1) % (2 * BEATS)
        replaying = session.status.position < session.status.head
        if self._beat == 0 or session.status.phase != "running":
            self._draw_history()
            self._show_known()
        elif replaying and self.my_turn(1):  # the curves stay: only their cursor moves
            self._show_known()
        if session.status.phase != "running" and self._words(session.status) != self._said:
            self._say()  # the numbers of the step have come after the news that it was reached
        if self.my_turn(1):
            self.run_bar.show_status(session.status)
            self.timeline.show_status(session.status)
        if session.snapshot is None:
            return
        if session.status.phase == "running":
            self.show_snapshot(session.snapshot)
        else:
            with settled():  # at rest a step has the same colours whichever way led to it
                self.show_snapshot(session.snapshot)

    def my_turn(self, beat: int) -> bool:
        """Whether the part that is redrawn on this beat (numbers 1, what a tab likes 2) is due now.

        Always, unless the run is moving: what comes to rest is shown completely.
        """
        return self.session.status.phase != "running" or self._beat % BEATS == beat

    def measured_at(self) -> int | None:
        """While it trains, the step at which the held-out data were last looked at; at rest that is the one shown."""
        history = self.session.history
        if self.session.status.phase != "running" or not history.evaluation_names:
            return None
        steps, _ = history.evaluation(history.evaluation_names[0])
        return int(steps[-1]) if len(steps) else None

    def _draw_history(self) -> None:
        history = self.session.history
        count = len(history)
        if count > len(self._steps):
            self._steps = np.arange(1, 2 * count + 1, dtype=np.int64)
        curves = {name: (self._steps[:count], history.column(name)) for name in history.names}
        curves |= {name: history.evaluation(name) for name in history.evaluation_names}
        self.plots.set_all(curves)

    def _show_known(self) -> None:
        """Cursor, legend and headline: the same numbers, of the step that is shown."""
        session, status = self.session, self.session.status
        self._edited.note(session)
        step, edited = status.position, status.position in self._edited
        self._readings = readings(session.history, session.snapshot, step, edited=edited)
        self.plots.set_cursor(step if step < status.head else None, self._readings)
        self.run_bar.show_metrics(self._readings, None if status.busy else step)

    @Slot()
    def _on_ghosts(self) -> None:
        ghosts = self.session.ghosts
        if not ghosts:
            self.plots.clear_ghosts()
        for ghost in ghosts:
            if any(ghost is shown for shown in self._ghosts_shown):
                continue
            steps = np.arange(ghost.start + 1, ghost.end + 1, dtype=np.int64)
            curves = {name: (steps, values) for name, values in ghost.columns.items()} | dict(ghost.evaluations)
            label = f"earlier future, from step {ghost.start}" if ghost.start else "earlier run"
            self.plots.add_ghost(label, curves)
        self._ghosts_shown = ghosts

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        self.banner.say(failure.title, failure.message)
        if (config := self.session.status.config) is not None and failure.title.startswith("The settings"):
            self.form.set_config(config)
        self.told.emit(failure.title)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self.form.set_config(opened.config)
        self._show_choice()
        self.banner.clear()
        try:
            self.restore_drawings(opened.drawings)
        except DataError as error:
            self.banner.say("The drawings in the file were left out", str(error), "warning")
        self.told.emit(f"Opened {opened.path.name}")

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        if not saved.autosave:
            self.told.emit(f"Saved {saved.path.name} at step {grouped(saved.step)}")

    @Slot()
    def _rewind(self) -> None:
        self.session.seek(self.session.status.rewind_to)

    # Words and marks -----------------------------------------------------------------------------------------------

    def _show_choice(self) -> None:
        config = self.session.config if self._form is None else self._form.config()
        seed = getattr(config, "seed", None)
        plain = config.model_copy(update={"seed": 0}) if seed is not None else config
        found = None
        for name, preset in self.model.presets.items():
            other = preset.config.model_copy(update={"seed": 0}) if seed is not None else preset.config
            if plain == other:
                found = name
                break
        self.run_bar.show_choice(found, seed)
        self._show_pending()

    def _show_pending(self) -> None:
        pending = self.session.pending if self.session.status.head else frozenset()
        if self._form is not None:
            self._form.mark_pending(pending)
        self.run_bar.show_pending(bool(pending))

    def _words(self, status: Status) -> str:
        """What the run is doing, in a sentence."""
        step = grouped(status.position)
        if status.seeking is not None:
            return f"Going to step {grouped(status.seeking)} …"
        if status.position < status.head and status.phase != "running":
            return (
                f"Step {step} of {grouped(status.head)}: everything is shown as it was then. "
                f"{self.model.verb} repeats what was recorded; Continue from here takes another way."
            )
        if self.session.pending and status.head:
            names = ", ".join(sorted(self.session.pending)).replace("_", " ")
            return f"Press Reset to start a new run with the changed settings ({names})."
        shown = [spec for spec in self.model.metrics if spec.held_out] or list(self.model.metrics)
        known = self._readings
        begun_for, news = self._news
        summary = f"{news.rstrip('.')}." if news and begun_for == status.run_id else self.model.summary
        result = f": {say(shown[0], known[shown[0].name].value)}" if shown and shown[0].name in known else ""
        return {
            "empty": "",
            "loading": "Building the model …",
            "untrained": f"{summary} Press {self.model.verb} (Space) to begin.",
            "running": " ".join(filter(None, (f"{self.model.doing} …", self._caution))),
            "paused": f"Paused at step {step}{result}",
            "finished": f"Finished after {step} steps{result}{self._what_next(status)}",
            "failed": f"{self._stopped} at step {step}: go back to an earlier one, or change what made it fail.",
        }[status.phase]

    @property
    def _stopped(self) -> str:
        return f"{self.model.doing} stopped"

    def _what_next(self, status: Status) -> str:
        offer = self.offer(status)
        return f". {offer.tip}" if offer is not None else ""

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the run, and say where it stands; the first time, build it."""
        super().showEvent(event)
        self._lay_out()  # a tab has its size before it is shown
        self.session.set_visible(True)
        QTimer.singleShot(0, self, self._say)  # once the window knows that this tab is in front
        if not self._begun:
            self._begun = True
            QTimer.singleShot(0, self, self._begin)

    @Slot()
    def _begin(self) -> None:
        """Paint, then build what takes longest: the form here, the untrained model on the worker's thread."""
        self.window().repaint()
        self.painted.emit()
        self.form.show()
        if self.session.status.phase == "empty" and not self.session.opening:
            self.session.reset()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The size decides where the splitters are: a window that has grown and shrunk looks as it did before."""
        super().resizeEvent(event)
        if self.isVisible():
            self._lay_out()

    def _lay_out(self) -> None:
        for name, splitter in self._splitters():
            if name in self._remembered and splitter.restoreState(self._remembered.pop(name)):
                self._placed.add(splitter)
        if self._columns not in self._placed:
            side = max(self.side_width, round(self.side_share * self.width()))
            self._columns.setSizes([self.form_width, self.width() - self.form_width - side, side])
        if self._rows not in self._placed:
            below = max(PLOTS_HEIGHT, round(0.22 * self.height()))
            self._rows.setSizes([self._rows.height() - below, below])

    @Slot()
    def _on_splitter(self) -> None:
        splitter = self.sender()
        assert isinstance(splitter, QSplitter)
        self._placed.add(splitter)  # the user knows best

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is drawn until the tab is shown again."""
        super().hideEvent(event)
        self.session.set_visible(False)
