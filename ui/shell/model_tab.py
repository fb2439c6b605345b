"""What every tab has: settings, run bar, plots of the metrics, timeline, messages, saving and opening.

A tab adds its own stage in the middle and, if it likes, a panel on the right to try the model out. It draws snapshots
(`show_snapshot`) and sends the user's intentions to its session; it never computes what the model should compute.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSize, Qt, QTimer, Slot
from PySide6.QtGui import QHideEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QWidget

from models.base import ConfigError, DataError, Model, Snapshot, origin_of
from models.config import Config, settings_of
from models.data.pictures.turned import AS_IS, TurnedError
from models.layer_shapes import LayerShape
from models.whole_file import atomically
from playground.engine.suited import suited
from playground.live.messages import Failure, Opened, Returned, Saved, Status
from playground.live.session import Session
from ui.form.form import ConfigForm
from ui.form.rows import title
from ui.plots.colormaps import settled
from ui.plots.metrics.plot import MetricPlots
from ui.points.leave import LeaveButton
from ui.shell import words
from ui.shell.further import further
from ui.shell.history_view import HistoryView
from ui.shell.page import Page
from ui.shell.places import Places
from ui.shell.preset_card import PresetCard
from ui.shell.step_size import SETTING, StepSizeCurve
from ui.shell.transport import PREVIOUS, Offer, RunBar, TimelineBar
from ui.shell.turns import Turns
from ui.widgets.fold import ScrolledColumn
from ui.widgets.layout import below, beside, column, row, widget_of
from ui.widgets.numbers import grouped

PLOTS_LEAST = 104
"""Pixels of height that the metric plots have at the least."""

PARTS_EVERY = 3
"""While it trains, most parts of a tab are redrawn with every third frame, ten times a second."""

ONE_BY_ONE = 10
"""Steps per second up to which a step can be read; when they come faster, the parts of a tab take turns."""


class ModelTab(Page):
    """One model's tab. Subclasses override the methods of the first section.

    Attributes:
        model: the registry's entry.
        session: the one handle on the run.
        record: curves and numbers of the run.
        turns: who draws when; a tab adds its own parts, or looks whether one of the following turns is due.
        with_curves, with_numbers, apart: the turns of the curves, of the run bar's figures, and one with neither.
        side_name: what the panel on the right is called where it is folded away.
        data_words, data_kinds: what File → Open data asks for, in words and as file name patterns.
    """

    data_words = "a table of numbers"
    data_kinds = "Tables (*.csv *.tsv *.txt);;All files (*)"

    form_width = 268
    side_width = 404
    side_share = 0.3
    side_name = "Try it"

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._untaken: tuple[tuple[Path, ...], tuple[str, ...]] = (), ()  # data that wait for a word on how they lie
        super().__init__(model.name, model.title, parent)
        self.model = model
        self.session = Session(model, self)
        self.turns = Turns()
        self.with_curves, self.with_numbers, self.apart = (
            self.turns.turn(every) for every in (2 * PARTS_EVERY, PARTS_EVERY, PARTS_EVERY)
        )
        self._drawn = (0, 0)  # run and step of the latest frame
        self._said = ""
        self._caution = ""  # what going on after the end does to the step size, while it does
        self._news = (0, "")  # a run, and what it was begun with: said until it moves
        self._begun = False
        self._failed = Status(0)  # the latest failure, for the ways on from it
        self._told_of_branch = False  # the user has asked for another way, and need not be told
        self._cleared_for = 0  # the run for which the stage was cleared
        self._build()
        self.with_curves.add(self.record.draw)
        self.with_numbers.add(self._show_numbers)
        self._connect()
        self._show_choice()

    # What a tab adds -----------------------------------------------------------------------------------------------

    def stage(self) -> QWidget:
        """What `make_stage` makes; a kind of tab that needs parts of it asks for them here, before anything else."""
        return self.make_stage()

    def make_stage(self) -> QWidget:
        """The middle of the tab: what this model is about, as large as possible."""
        raise NotImplementedError

    def make_side(self) -> QWidget | None:
        """The panel on the right where the model is tried out; None for a wider stage."""
        return None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the model; called at most 30 times a second, and only while the tab is visible."""
        raise NotImplementedError

    def show_settings(self, config: Config) -> None:
        """The settings that are chosen now, for a picture in which they can be changed (see `try_settings`)."""

    def clear_stage(self) -> None:
        """A new run is being built: whatever is shown belongs to the old one."""

    def drawings(self) -> dict[str, Any]:
        """What of the user's own hand goes into the experiment file, as JSON values."""
        return {}

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """Put back what `drawings` returned; raises DataError when it makes no sense."""

    def meaningless(self) -> Collection[str]:
        """Names of metrics that say nothing about the model as it is now, though the record may have numbers."""
        return ()

    has_weights = False
    """Whether File → Save and Open weights make sense here; such a tab overrides the next two methods."""

    def save_weights(self, path: Path) -> None:
        """Write the weights to a .npz or .safetensors file; raises DataError."""
        raise DataError(f"There are no weights to save in the {self.title} tab.")

    def open_weights(self, path: Path) -> None:
        """Take over weights from a file; raises DataError when they do not fit this network."""
        raise DataError(f"There are no weights to open in the {self.title} tab.")

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
            self.banner.say(
                "Nothing to save yet", "The model is still being built: try again in a moment.", "info", about="early"
            )
            return
        self.session.save(path, self.drawings())

    def open_data(self, paths: list[Path]) -> None:
        """Train on the user's own data from now on."""
        if self.model.open_data is None:
            self.banner.say("No data of your own here", f"{self.model.title} makes its own data.", "info")
            return
        try:
            data = self.model.open_data(paths)
        except TurnedError as error:
            self._untaken = tuple(paths), error.words
            actions = [("Turn them", self._open_turned), ("Take them as they are", self._open_as_they_are)]
            self.banner.say("These pictures are not as MNIST’s are", str(error), "warning", actions)
            return
        except DataError as error:
            self.banner.say("The data could not be opened", str(error))
            return
        self.banner.clear()
        self.session.config = self.fitting(self.form.config(), own=True)
        self.session.set_data(data)
        self.say_begun(f"Data opened: {origin_of(data).name or paths[0].name}")

    @Slot()
    def _open_turned(self) -> None:
        paths, words = self._untaken
        self.open_data([*paths, *map(Path, words)])

    @Slot()
    def _open_as_they_are(self) -> None:
        self.open_data([*self._untaken[0], Path(AS_IS)])

    def use_data_set(self) -> None:
        """Leave the user's own data for the model's."""
        self.banner.clear()
        self.session.set_data(None)

    def own_data(self) -> str | None:
        """What the user's own data are called, for the button above the settings that leaves them; None: no such."""
        data = self.session.data
        return None if data is None else origin_of(data).name or "your own data"

    def export_metrics(self, path: Path) -> None:
        """Write the complete history as CSV; raises DataError."""
        with atomically(path) as file:
            for piece in self.session.history.csv():
                file.write(piece.encode())
        self.told.emit(f"Exported the metrics to {path.name}")

    def shutdown(self) -> None:
        """Stop the run and all that is computed beside it, and join their threads."""
        super().shutdown()
        self.session.shutdown()

    def save_layout(self) -> dict[str, QByteArray]:
        """Where the user put splitters; the others follow the size of the window the next time, too."""
        return self._places.save()

    def restore_layout(self, layout: Mapping[str, QByteArray]) -> None:
        """Put the splitters back as soon as the tab has its size."""
        self._places.restore(layout)

    # Building ------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        self.run_bar = RunBar(self.model, self.offer, self.again)
        self.preset_card = PresetCard(self.model)
        self._form: ConfigForm | None = None
        self.step_size = StepSizeCurve(self)
        self.step_size.hide()  # it stands below the schedule, where there is one
        self._form_place = QWidget()
        self._form_place.setMinimumWidth(240)
        self.leave_button = LeaveButton(self.run_bar.train_button)
        self.leave_button.clicked.connect(self.use_data_set)
        room = self.leave_button.sizePolicy()
        room.setRetainSizeWhenHidden(False)  # few ever see it, and above the settings nothing else has to move
        self.leave_button.setSizePolicy(room)
        self._settings = column(self.leave_button, (self._form_place, 1), spacing=0)
        self.plots = MetricPlots(self.model.metrics)
        self.record = HistoryView(self.session, self.plots, self.run_bar, self.meaningless)
        self.timeline = TimelineBar()
        self._stage = self.stage()
        settings, stage, side = widget_of(self._settings), ScrolledColumn(self._stage), self.make_side()
        columns = beside(settings, (stage, 1))
        beyond = None if side is None else ScrolledColumn(side)
        if beyond is not None:
            columns.addWidget(beyond)
        bottom = widget_of(row(self.plots, margins=(10, 4, 10, 0)))
        bottom.setMinimumHeight(PLOTS_LEAST)
        rows = below((columns, 1), bottom)
        self._places = Places(
            settings,
            stage,
            beyond,
            bottom,
            columns,
            rows,
            form_width=self.form_width,
            side_width=self.side_width,
            side_share=self.side_share,
            side_name=self.side_name,
        )
        whole = widget_of(row(self._places.left, (rows, 1), self._places.right, spacing=0))
        self.fill(whole, above=[self.run_bar, self.preset_card], below=[self._places.below, self.timeline])

    def _connect(self) -> None:
        session, bar, timeline = self.session, self.run_bar, self.timeline
        session.status_changed.connect(self._on_status)
        session.frame.connect(self._on_frame)
        session.config_changed.connect(self._on_settings)
        session.failed.connect(self._on_failed)
        session.opened.connect(self._on_opened)
        session.saved.connect(self._on_saved)
        session.returned.connect(self._on_returned)
        session.branched.connect(self._on_branched)
        bar.toggled.connect(self.toggle)
        bar.stepped.connect(self.step)
        bar.stepped_back.connect(session.step_back)
        bar.reset.connect(self.reset)
        bar.preset_chosen.connect(self.choose_preset)
        bar.seed_chosen.connect(self._on_seed)
        self.preset_card.closed.connect(self.focus_stage)
        timeline.sought.connect(session.seek)
        timeline.stepped.connect(self.step)
        timeline.stepped_back.connect(session.step_back)
        timeline.branched.connect(self.branch)
        timeline.returned.connect(self.go_back)
        self.plots.step_clicked.connect(session.seek)

    @property
    def form(self) -> ConfigForm:
        """The settings; built right after the tab was first painted, since it is what takes longest to build."""
        if self._form is None:
            self._form = ConfigForm(
                self.session.config,
                without=("seed",),  # that is in the run bar
                layers_of=self.layers_of if self.model.layers_of is not None else None,
            )
            self._form.changed.connect(self._on_config)
            if SETTING in self._form.rows:
                self._form.rows[SETTING].add_below(self.step_size)
                self.step_size.show()
                self.step_size.show_status(self.session.status)
            self._settings.replaceWidget(self._form_place, self._form)
            self._form_place.deleteLater()
            self._show_pending()
        return self._form

    def layers_of(self, config: Config) -> tuple[LayerShape, ...]:
        """The layers that a network with these settings would have, on the data that a new run would be given."""
        return () if self.model.layers_of is None else self.model.layers_of(config, self.session.data)

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
        """A new run with the settings in the form; none while a field holds what cannot be taken."""
        self.commit()
        if self._refused():
            return
        self.banner.clear()
        self.session.reset(self.fitting(self.form.config()))

    @Slot(object)
    def try_settings(self, config: Config) -> None:
        """A new run with settings that were chosen in the picture of the model."""
        self.form.set_config(config)
        self._on_config(config)
        self.reset()

    @Slot()
    def branch(self) -> None:
        """Continue from the step that is shown, with what stands in the form."""
        self.commit()
        self._told_of_branch = True
        self.session.branch()

    @Slot()
    def go_back(self) -> None:
        """Back to the run before this one, which is the one before that then."""
        if self.session.status.previous is None:
            self.told.emit("There is no earlier run to go back to")
            return
        self.banner.clear()
        self.session.back()

    def focus_stage(self) -> None:
        """Something was chosen from a list: the keyboard goes to the stage, where keys mean the run."""
        self._stage.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """Start a new run with a preset's settings; the old run stays as a ghost curve, and can be gone back to."""
        config = self.model.presets[name].config
        self.form.set_config(config)
        self.banner.clear()
        self.session.reset(self.fitting(config))
        self._show_choice()
        self.preset_card.begin(name, self.session.status)
        self.say_begun(f"{name}: {self.model.presets[name].description}")

    @Slot(int)
    def _on_seed(self, seed: int) -> None:
        self.form.commit()
        if self._refused():
            self._show_choice()
            return
        config = self.form.config().model_copy(update={"seed": seed})
        self.form.set_config(config)
        self.session.reset(self.fitting(config), play=self.session.training)
        self._show_choice()

    def _refused(self) -> bool:
        """Whether a field holds what cannot be taken: then no new run begins, and the field is shown."""
        refused = self.form.refused()
        name, sentence = refused
        if not sentence:
            return False
        if name:
            self.form.reveal(name)
        self.banner.say("No new run was started", f"{sentence} Mend it, or press Esc in the field.", "warning")
        return True

    @Slot(object)
    def _on_config(self, config: Config) -> None:
        self.banner.forget("configure")
        self.session.configure(self.fitting(config))
        self._show_choice()

    def brings_data(self) -> bool:
        """Whether a new run is about data that the user brought, which the settings have to fit (`Model.suited`)."""
        return self.session.data is not None

    def fitting(self, config: Config, *, own: bool | None = None) -> Config:
        """What a new run is built with: these settings, or others that fit the data (`own` ones), which is said."""
        try:
            fit, why = suited(self.model, config, own=self.brings_data() if own is None else own)
        except ConfigError as error:
            self.banner.say("These settings do not fit", str(error), about="fit")
            return config
        self.banner.forget("fit")
        if why:
            self.form.set_config(fit)
            self._show_choice()
            changed = config.changed(fit)
            first = next(setting for setting in settings_of(type(config)) if setting.name in changed)
            self.banner.say(f"Another {title(first).lower()}", why, "info")
        return fit

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
            self.banner.forget("branch")  # and this about another run
            self.record.clear()
            self.clear_stage()
        if status.phase == "failed" and status.seeking is None:  # else it is being left just now
            self._failed = status
            self.banner.say(words.stopped(self.model), status.message, "error", self._ways_on(status), about="failure")
        elif status.run_id != self._failed.run_id or status.seeking is not None:
            self.banner.forget("failure")  # it is somewhere else
        elif status.position != self._failed.position:
            self.banner.forget("failure")  # it was gone back, or goes on; what is only typed takes no way back away
        if status.phase not in ("empty", "loading"):
            self.banner.forget("early")
        self._show_place(status)
        previous = status.previous
        self.timeline.name_previous(words.of_run(self.model, previous) if previous is not None else "")
        self.leave_button.offer(self.own_data())
        self.record.show_known()
        self._show_preset()
        self._show_pending()
        self._say()

    def _show_preset(self) -> None:
        """On the card: what the preset of this run shows."""
        preset = "" if self.session.data is not None else self.run_bar.preset  # it says nothing of anybody's own data
        self.preset_card.show_status(self.session.status, preset, self.record.known)

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
        moving = session.status.phase == "running"
        self._begin_frame(session.status)
        with nullcontext() if moving else settled():  # at rest a step has the same colours whichever way led to it
            if session.snapshot is not None:
                self.show_snapshot(session.snapshot)
            self.turns.draw()
        if not moving:
            self._show_preset()
        if not moving and self._words(session.status) != self._said:
            self._say()  # the numbers of the step have come after the news that it was reached

    def _begin_frame(self, status: Status) -> None:
        """Whose turn it is: everybody's where it rests, in a run's first frame, and at each step that can be read."""
        before, self._drawn = self._drawn, (status.run_id, status.position)
        pace = self.session.pace
        readable = pace is not None and pace <= ONE_BY_ONE and self._drawn != before
        self.turns.next_frame(everybody=status.phase != "running" or status.run_id != before[0] or readable)

    def _show_numbers(self) -> None:
        """Where the run stands, in figures; in a replay the curves stay, and their cursor moves."""
        status = self.session.status
        if status.position < status.head and not self.with_curves.due:
            self.record.show_known()
        self._show_place(status)

    def _show_place(self, status: Status) -> None:
        """Where the run stands, on the two bars and in the schedule's curve."""
        self.run_bar.show_status(status)
        self.timeline.show_status(status)
        if not self.step_size.isHidden():
            self.step_size.show_status(status)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        ways = [(PREVIOUS, self.go_back)] if failure.way_back else []
        self.banner.say(failure.title, failure.message, "error", ways, about=failure.kind)
        if (config := self.session.status.config) is not None and failure.kind == "configure":
            self.form.set_config(config)
        self.told.emit(failure.title)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        self.form.set_config(opened.config)
        self._show_choice()
        self.preset_card.follow(self.run_bar.preset, self.session.status)
        self.banner.clear()
        if opened.repeats == "closely":
            self.banner.say("Numbers repeat to about the 4th digit", opened.about, "info")
        try:
            self.restore_drawings(opened.drawings)
        except DataError as error:
            self.banner.say("The drawings in the file were left out", str(error), "warning")
        self.told.emit(f"Opened {opened.path.name}. {opened.about}".strip())

    @Slot(object)
    def _on_returned(self, returned: Returned) -> None:
        """The run before is the present one again, with its settings."""
        self.form.set_config(returned.config)
        self._show_choice()
        self.preset_card.follow(self.run_bar.preset, self.session.status)
        self.say_begun("Back in the previous run; the one that you left is one click away")

    @Slot(object, object)
    def _on_branched(self, step: int, head: int) -> None:
        """A change in the past took another way: what is lost, where it still can be seen, and how to get it back."""
        sentence = f"What was recorded up to step {grouped(head)} stays as a ghost curve"
        if self._told_of_branch:
            self.told.emit(f"Another way from step {grouped(step)}. {sentence}; {PREVIOUS} takes it up again.")
        else:
            title = f"Another way from step {grouped(step)}"
            self.banner.say(title, f"{sentence}.", "info", [(PREVIOUS, self.go_back)], about="branch")
        self._told_of_branch = False

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        if not saved.autosave:
            self.banner.forget("save")
            self.told.emit(f"Saved {saved.path.name} at step {grouped(saved.step)}")

    def _ways_on(self, status: Status) -> list[tuple[str, Callable[[], object]]]:
        """What can be done about a failure, in one click: the settings that went well, from a good step."""
        if status.remedy is not None:
            return [(words.of_remedy(self.model, status.remedy), self._take_remedy)]
        return [(f"Go back to step {grouped(status.rewind_to)}", self._rewind)] if status.head else []

    @Slot()
    def _rewind(self) -> None:
        self.session.seek(self._failed.rewind_to)

    @Slot()
    def _take_remedy(self) -> None:
        """Back to the good step, and on with what went well there."""
        remedy = self._failed.remedy
        if remedy is None:
            return
        self._told_of_branch = True
        self.session.seek(remedy.step)
        config = self.form.config().model_copy(update=dict(remedy.changes))
        self.form.set_config(config)
        self.session.configure(config)
        self._show_choice()

    # Words and marks -----------------------------------------------------------------------------------------------

    def _show_choice(self) -> None:
        config = self.session.config if self._form is None else self._form.config()
        seed = config.random_seed
        plain = config.model_copy(update={"seed": 0}) if seed is not None else config
        found = None
        for name, preset in self.model.presets.items():
            other = preset.config.model_copy(update={"seed": 0}) if seed is not None else preset.config
            if plain == other:
                found = name
                break
        self.run_bar.show_choice(found, seed)
        self.show_settings(config)
        self._show_pending()
        if self._form is not None:
            self._form.show_layers()

    def _show_pending(self) -> None:
        pending = self.session.pending if self.session.status.head else frozenset()
        if self._form is not None:
            self._form.mark_pending(pending)
        self.run_bar.show_pending(bool(pending))

    def _words(self, status: Status) -> str:
        """What the run is doing, in a sentence."""
        offer = self.offer(status) if status.phase == "finished" else None
        begun_for, news = self._news
        known = words.Known(
            self.record.known,
            self.session.pending,
            news if begun_for == status.run_id else "",
            self._caution,
            "" if offer is None else offer.tip,
        )
        return words.where_it_stands(self.model, status, known)

    def showEvent(self, event: QShowEvent) -> None:
        """Look at the run, and say where it stands; the first time, build it."""
        super().showEvent(event)
        self._places.arrange(self._room())  # a tab has its size before it is shown
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
            self._places.arrange(self._room())

    def _room(self) -> QSize:
        """What is left between the bars; a banner comes and goes, and folds nothing."""
        bars = self.run_bar.sizeHint().height() + self.timeline.sizeHint().height()
        return QSize(self.width(), self.height() - bars)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is drawn until the tab is shown again."""
        super().hideEvent(event)
        self.session.set_visible(False)
