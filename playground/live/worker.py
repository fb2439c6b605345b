"""The worker trains on a thread of its own, in slices so short that every command of the user is heard at once.

Its event loop alternates between one slice of `Run.work()` and the commands that have queued up meanwhile: nothing is
locked, polled or slept on. It never touches a widget. All that the window knows of the run it takes from the mailbox,
where the worker leaves one consistent moment at a time: an answer to every command, a picture when the window asks for
one, and the run as it is whenever it comes to rest.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from models.base import DataError, Model, PlaygroundError, Snapshot, TrainingError, origin_of
from models.errors import short
from playground.engine.arithmetic import about, repeats
from playground.engine.previous import Previous, keep, worth_keeping
from playground.engine.remedy import Remedy, remedy
from playground.engine.run import Run, limit_blas
from playground.live import messages
from playground.live.messages import (
    Before,
    Failure,
    FailureKind,
    Mailbox,
    Opened,
    Phase,
    Publication,
    Returned,
    Saved,
    Status,
)

SLICE = 0.008
"""Seconds of work between two looks at the command queue."""

LONGEST_REST = 33
"""Milliseconds between two slices of a run in slow motion at the most."""

_FAILURES: Mapping[type[messages.Command], tuple[FailureKind, str]] = {
    messages.Build: ("build", "The run could not be started"),
    messages.Open: ("open", "The experiment could not be opened"),
    messages.Save: ("save", "The experiment could not be saved"),
    messages.Configure: ("configure", "The settings were not changed"),
    messages.ApplyEdit: ("edit", "The change was not made"),
}

log = logging.getLogger(__name__)


class Worker(QObject):
    """Owns one `Run` and drives it; lives on a worker thread (or, in tests, on any).

    Signals:
        news(): something is in the mailbox that the window does not come for by itself: a command was answered, the run
            came to rest, or a frame is overdue.
        failed(Failure): a command could not be carried out.
        opened(Opened), saved(Saved): a file was read or written.
        returned(Returned): the previous run is ready.
        closed(): the last command was carried out.
    """

    news = Signal()
    failed = Signal(object)
    opened = Signal(object)
    saved = Signal(object)
    returned = Signal(object)
    closed = Signal()

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._run: Run | None = None
        self._run_id = 0
        self._model: Model | None = None
        self._data: Any = None
        self._parked: tuple[int, Run, Model, Any] | None = None
        self._previous: Previous | None = None
        self._returning = 0  # the id that the previous run will have when it is adopted
        self._search: Generator[None, None, Remedy | None] | None = None  # for a way on, after a failure
        self._remedy: Remedy | None = None
        self._snapshot: Snapshot | None = None
        self._phase: Phase = "empty"
        self._pace: float | None = None
        self._heard = 0
        self._waiting: deque[messages.Command] = deque()
        self._pump = QTimer(self)  # a child moves to the worker's thread with its parent
        self._pump.setTimerType(Qt.TimerType.PreciseTimer)
        self._pump.setInterval(0)
        self._pump.timeout.connect(self._slice)

    # Commands ------------------------------------------------------------------------------------------------------

    @Slot(object)
    def handle(self, command: messages.Command) -> None:
        """Carry out a command and answer it; what goes wrong is reported through `failed`."""
        if isinstance(command, messages.Build | messages.Close):
            self._dismiss_waiting()
        elif self._must_wait(command):
            self._waiting.append(command)
            return
        self._carry_out(command)
        if isinstance(command, messages.Close):
            self.closed.emit()
            return
        self._answer()
        self._resume()

    def _must_wait(self, command: messages.Command) -> bool:
        """Whether a command is meant for a step that the run has yet to reach, or follows one that is."""
        if self._mailbox.closing or self._run is None:
            return False
        there = messages.Branch | messages.Configure | messages.ApplyEdit | messages.Save
        return bool(self._waiting) or (self._run.seeking is not None and isinstance(command, there))

    def _dismiss_waiting(self) -> None:
        """The run that these commands wait for will not go on: only what is to be saved is still of interest."""
        for command in self._waiting:
            if isinstance(command, messages.Save):
                self._carry_out(command)
            else:
                self._heard += 1
        self._waiting.clear()

    def _carry_out(self, command: messages.Command) -> None:
        self._heard += 1
        if self._mailbox.closing and not isinstance(command, messages.Save | messages.Close):
            return
        try:
            self._handle(command)
        except PlaygroundError as error:
            self._report(command, str(error))
        except Exception as error:  # a defect of ours: log it in full, tell the user, keep the window alive
            log.exception("A command failed: %r", type(command).__name__)
            self._report(command, f"Something unexpected went wrong ({type(error).__name__}: {error}).")

    def _handle(self, command: messages.Command) -> None:
        match command:
            case messages.Build():
                self._build(command)
                return
            case messages.Open():
                self._open(command)
                return
            case messages.Back(run_id=run_id):
                self._go_back(run_id)
                return
            case messages.Adopt(run_id=run_id):
                if self._parked is not None and self._parked[0] == run_id:
                    if self._returning == run_id:
                        self._previous = None  # it is the present one now, and the present one takes its place
                    self._keep()
                    self._adopt(*self._parked)
                return
            case messages.Close():
                self._let_go(self._run_id)
                self._previous = None
                return
            case messages.Pace(steps_per_second=pace):
                self._pace = pace
                if self._run is not None:
                    self._run.set_pace(pace)
                return
        run = self._run
        if run is None or command.run_id != self._run_id:
            if isinstance(command, messages.Save) and not command.autosave:
                raise DataError("Another run has taken its place in the meantime. Save that one, if you like.")
            return
        match command:
            case messages.Play():
                run.play()
            case messages.Pause():
                run.pause()
            case messages.Advance(steps=steps):
                run.advance(steps)
            case messages.Seek(step=step):
                run.seek(step)
            case messages.Branch(play=play):
                with self._way_back(run):
                    run.branch()
                if play:
                    run.play()
            case messages.Configure(changes=changes):
                with self._way_back(run):
                    run.configure(run.trainer.config.model_copy(update=dict(changes)))
            case messages.ApplyEdit(edit=edit):
                with self._way_back(run, edit.sweeping):
                    run.edit(edit)
            case messages.Save():
                self._save(command, run)
            case messages.Publish():
                pass  # the answer is all that is wanted
            case _:
                raise TypeError(f"unknown command {command!r}")

    def _keep(self) -> None:
        """Another run takes the place of the present one: keep that, if it is worth keeping."""
        if self._run is not None and self._model is not None and worth_keeping(self._run):
            self._previous = keep(self._run, self._model, self._data)

    @contextmanager
    def _way_back(self, run: Run, sweeping: bool = False) -> Iterator[None]:
        """Keep the run as it was before what is done inside, if that leaves a recorded future behind (or is sweeping).

        What is refused leaves the run kept before alone.
        """
        assert self._model is not None
        kept = keep(run, self._model, self._data) if sweeping or run.position < run.head else None
        branch = run.history.branch
        yield
        if sweeping or run.history.branch != branch:
            self._previous = kept

    def _go_back(self, run_id: int) -> None:
        """Make the previous run ready; the present one stays until the window adopts it."""
        previous = self._previous
        if previous is None:
            raise DataError("There is no earlier run to go back to.")
        limit_blas()
        self._parked, self._returning = (run_id, previous.resume(), previous.model, previous.data), run_id
        self.returned.emit(Returned(run_id, previous.recording.config, previous.data, previous.head))

    def _build(self, command: messages.Build) -> None:
        self._keep()
        self._let_go(command.run_id)  # frees its memory before the new one takes its own
        self._phase = "loading"
        status = Status(command.run_id, "loading", config=command.config, moving=True, previous=self._before())
        self._leave(Publication(status))
        limit_blas()
        data = command.data if command.data is not None else command.model.load(command.config)
        by_hand = command.data is not None and not origin_of(data).files
        run = Run(command.model.trainer(command.config, data), own_data=by_hand, metrics=command.model.metrics)
        self._adopt(command.run_id, run, command.model, data)
        if command.play:
            run.play()

    def _open(self, command: messages.Open) -> None:
        from playground.engine.experiment import data_of, read, resume  # only files need it, and a start has none

        experiment = read(command.path)
        if command.model not in ("", experiment.model.name):
            raise DataError(
                f"{short(command.path.name, 100)} holds a {experiment.model.title} run, which does not belong into "
                "this tab: open it with File → Open experiment."
            )
        limit_blas()
        data = data_of(experiment)
        recording = experiment.recording
        config = recording.config
        self._parked = (command.run_id, resume(experiment, data), experiment.model, data)
        made_with = recording.made_with
        opened = Opened(
            command.run_id, command.path, config, data, experiment.drawings, repeats(made_with), about(made_with)
        )
        self.opened.emit(opened)

    def _adopt(self, run_id: int, run: Run, model: Model, data: Any) -> None:
        self._let_go(run_id)
        self._run, self._model, self._data = run, model, data
        run.set_pace(self._pace)

    def _let_go(self, run_id: int) -> None:
        """From now on it is about the run with this id, which is not there yet."""
        self._pump.stop()
        self._run_id, self._phase = run_id, "empty"
        self._run = self._data = self._snapshot = self._parked = None
        self._search = self._remedy = None

    def _save(self, command: messages.Save, run: Run) -> None:
        from playground.engine.experiment import CHECKPOINT_BYTES, Experiment, saved_origin, write

        assert self._model is not None
        recording = run.recording(0 if command.autosave else CHECKPOINT_BYTES)
        write(command.path, Experiment(self._model, recording, saved_origin(self._data), command.drawings))
        self.saved.emit(Saved(command.run_id, command.path, recording.step, command.autosave))

    def _report(self, command: messages.Command, message: str) -> None:
        kind, title = _FAILURES.get(type(command), ("other", "That did not work"))
        if isinstance(command, messages.Build):
            self._let_go(command.run_id)
        if self._mailbox.closing:  # there is no window any more to say it
            log.error("%s: %s", title, message)
        way_back = self._run is None and self._previous is not None
        self.failed.emit(Failure(command.run_id, kind, title, message, way_back))

    # Work ----------------------------------------------------------------------------------------------------------

    @Slot()
    def _slice(self) -> None:
        run = self._run
        if run is None or self._mailbox.closing:
            self._pump.stop()
            return
        try:
            self._work(run)
        except Exception as error:  # a defect of ours, as above; stop rather than fail again on every slice
            log.exception("Training failed")
            self._pump.stop()
            run.fail(f"Something unexpected went wrong ({type(error).__name__}: {error}).")
            self._answer()

    def _work(self, run: Run) -> None:
        was_moving, was_seeking = run.moving, run.seeking is not None
        try:
            more = run.work(SLICE)
        except TrainingError:
            more = run.busy  # run.failure holds the sentence; the status carries it to the window
            assert self._model is not None
            trainer = self._model.trainer(run.timeline.config_at(0), self._data)
            self._search, self._remedy = remedy(run, trainer, self._model.metrics), None
        if run.failure is None:
            self._search = self._remedy = None
        elif self._search is not None and not more and phase_of(run) == self._phase:
            self._look_for_remedy(self._search)
            return
        if was_seeking and run.seeking is None and self._waiting:
            self._catch_up()
        elif not more:
            if self._search is None:
                self._pump.stop()
            self._answer()
        elif (was_moving and not run.moving) or (was_seeking and run.seeking is None):
            self._answer()  # the step that was asked for; its held-out numbers follow
        elif phase_of(run) != self._phase:
            self._answer()
        elif run.seeking is None and self._mailbox.asked():  # on the way to another step there is nothing to see
            self._snapshot = run.snapshot()
            self._leave(self._publication(run), tell=self._mailbox.missed())
        self._await(run.rest)

    def _look_for_remedy(self, search: Generator[None, None, Remedy | None]) -> None:
        """A slice of the search for a way on; the window hears of what was found."""
        end = time.perf_counter() + SLICE
        try:
            while time.perf_counter() < end:
                next(search)
        except StopIteration as found:
            self._search, self._remedy = None, found.value
            self._pump.stop()
            self._answer()

    def _catch_up(self) -> None:
        """The run is where the commands that have come meanwhile are meant for."""
        while self._waiting and (self._run is None or self._run.seeking is None):
            self._carry_out(self._waiting.popleft())
        self._answer()
        self._resume()

    def _resume(self) -> None:
        """Start the pump when there is work."""
        run = self._run
        if run is None or self._mailbox.closing:
            return
        self._await(0.0)
        if run.failure is None:
            self._search = self._remedy = None
        if (run.busy or self._search is not None) and not self._pump.isActive():
            self._pump.start()

    def _await(self, seconds: float) -> None:
        """Have the next slice in so many seconds: the event loop waits, and commands are heard meanwhile.

        A run in slow motion still looks up thirty times a second, for the window may have asked for a picture.
        """
        interval = min(math.ceil(1000 * seconds), LONGEST_REST)
        if interval != self._pump.interval():
            self._pump.setInterval(interval)

    # What the window is told ---------------------------------------------------------------------------------------

    def _answer(self) -> None:
        """Tell where the run stands, with a picture of it; on the way to another step there is nothing to see."""
        run = self._run
        if run is None:
            self._leave(Publication(Status(self._run_id, self._phase, heard=self._heard, previous=self._before())))
            return
        try:
            if run.seeking is None:
                self._mailbox.asked()
                self._snapshot = run.snapshot()
            publication = self._publication(run)
        except Exception as error:  # a defect that not even lets it be shown
            log.exception("The run cannot be shown")
            shown = self._snapshot
            self._let_go(self._run_id)
            message = f"Something unexpected went wrong ({type(error).__name__}: {error}). Press Reset."
            status = Status(self._run_id, "failed", message=message, heard=self._heard, previous=self._before())
            publication = Publication(status, shown)
        self._phase = publication.status.phase
        self._leave(publication)

    def _leave(self, publication: Publication, *, tell: bool = True) -> None:
        self._mailbox.put(publication)
        if tell:
            self.news.emit()

    def _publication(self, run: Run) -> Publication:
        known = self._mailbox.known
        since = known.length if (known.run_id, known.branch) == (self._run_id, run.history.branch) else 0
        edits = tuple(run.timeline.edits)
        return Publication(self._status(run), self._snapshot, run.history.rows(since), run.futures, edits)

    def _status(self, run: Run) -> Status:
        assert self._model is not None
        failed = run.failure is not None
        return Status(
            run_id=self._run_id,
            phase=phase_of(run),
            position=run.position,
            head=run.head,
            epoch=run.trainer.epoch,
            steps_per_second=run.steps_per_second,
            seeking=run.seeking,
            config=run.trainer.config,
            message=run.failure or "",
            rewind_to=run.rewind_target(self._model.metrics) if failed else 0,
            moving=run.moving,
            busy=run.busy,
            heard=self._heard,
            previous=self._before(),
            remedy=self._remedy if failed else None,
            total=run.trainer.total_steps,
        )

    def _before(self) -> Before | None:
        """What the window hears of the run that is kept."""
        previous = self._previous
        if previous is None:
            return None
        return Before(previous.recording.config, previous.recording.step, previous.head)


def phase_of(run: Run) -> Phase:
    """The phase that a run is in."""
    if run.failure is not None:
        return "failed"
    if run.playing:
        return "running"
    if run.finished:
        return "finished"
    return "paused" if run.head else "untrained"
