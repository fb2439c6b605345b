"""The worker trains on a thread of its own, in slices so short that every command of the user is heard at once.

Its event loop alternates between one slice of `Run.work()` and the commands that have queued up meanwhile: nothing is
locked, polled or slept on. It never touches a widget; what there is to draw goes into the mailbox when the window asks.
"""

from __future__ import annotations

import itertools
import logging
import math
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from models.base import DataError, Model, PlaygroundError, TrainingError
from models.config import Config
from playground import messages
from playground.experiment import CHECKPOINT_BYTES, Experiment, data_of, origin_of, read, resume, write
from playground.messages import Failure, Mailbox, Opened, Phase, Publication, Request, Saved, Status
from playground.run import Run, limit_blas

SLICE = 0.008
"""Seconds of work between two looks at the command queue."""

LONGEST_REST = 33
"""Milliseconds between two slices of a run in slow motion at the most."""

log = logging.getLogger(__name__)


class Worker(QObject):
    """Owns one `Run` and drives it; lives on a worker thread (or, in tests, on any).

    Signals:
        status_changed(Status): the run changed its phase, came to rest, or was given a command. That of a run at rest
            follows its publication.
        published(): a publication is in the mailbox that the window does not come for by itself: the run is at rest, or
            a frame is overdue.
        failed(Failure): a command could not be carried out.
        opened(Opened), saved(Saved): a file was read or written.
    """

    status_changed = Signal(object)
    published = Signal()
    failed = Signal(object)
    opened = Signal(object)
    saved = Signal(object)

    def __init__(self, mailbox: Mailbox) -> None:
        super().__init__()
        self._mailbox = mailbox
        self._run: Run | None = None
        self._run_id = 0
        self._model: Model | None = None
        self._data: Any = None
        self._request = Request(self._run_id, 0, 0)
        self._phase: Phase = "empty"
        self._heard = 0
        self._told = 0
        self._numbers = itertools.count(1)
        self._pace: float | None = None
        self._pump = QTimer(self)  # a child moves to the worker's thread with its parent
        self._pump.setTimerType(Qt.TimerType.PreciseTimer)
        self._pump.setInterval(0)
        self._pump.timeout.connect(self._slice)

    @Slot(object)
    def handle(self, command: messages.Command) -> None:
        """Carry out a command; what goes wrong is reported through `failed` and leaves the run as it was."""
        self._heard += 1
        try:
            self._handle(command)
        except PlaygroundError as error:
            self._report(command, str(error))
        except Exception as error:  # a defect of ours: log it in full, tell the user, keep the window alive
            log.exception("A command failed: %r", type(command).__name__)
            self._report(command, f"Something unexpected went wrong ({type(error).__name__}: {error}).")
        self._resume()

    def _handle(self, command: messages.Command) -> None:
        match command:
            case messages.Build():
                self._build(command)
                return
            case messages.Open():
                self._open(command)
                return
            case messages.Close():
                self._pump.stop()
                self._run = self._data = None
                self._phase = "empty"
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
                run.branch()
                if play:
                    run.play()
            case messages.Configure(config=config):
                run.configure(config)
            case messages.ApplyEdit(edit=edit):
                run.edit(edit)
                if run.moving:
                    # What may lie in the mailbox is older than the change: the next frame should show it.
                    self._asked()
                    self._mailbox.put(self._publication(run))
            case messages.Save():
                self._save(command, run)
                return
            case messages.Publish():
                pass
            case _:
                raise TypeError(f"unknown command {command!r}")
        if not run.moving:
            self._publish()

    def _build(self, command: messages.Build) -> None:
        self._run = None  # frees its memory before the new one takes its own
        self._announce_loading(command.run_id, command.config)
        limit_blas()
        data = command.data if command.data is not None else command.model.load(command.config)
        by_hand = command.data is not None and not origin_of(data).files
        run = Run(command.model.trainer(command.config, data), own_data=by_hand)
        self._adopt(run, command.run_id, command.model, data)
        if command.play:
            run.play()
        self._publish()

    def _open(self, command: messages.Open) -> None:
        experiment = read(command.path)
        recording = experiment.recording
        self._announce_loading(command.run_id, recording.config)
        limit_blas()
        data = data_of(experiment)
        run = resume(experiment, data)
        self._adopt(run, command.run_id, experiment.model, data)
        self.opened.emit(Opened(command.run_id, command.path, recording.config, data, experiment.drawings))
        self._publish()

    def _adopt(self, run: Run, run_id: int, model: Model, data: Any) -> None:
        self._run, self._run_id, self._model, self._data = run, run_id, model, data
        run.set_pace(self._pace)
        self._request = Request(self._run_id, 0, 0)

    def _save(self, command: messages.Save, run: Run) -> None:
        assert self._model is not None
        recording = run.recording(0 if command.autosave else CHECKPOINT_BYTES)
        write(command.path, Experiment(self._model, recording, origin_of(self._data), command.drawings))
        self.saved.emit(Saved(command.run_id, command.path, recording.step, command.autosave))

    @Slot()
    def _slice(self) -> None:
        run = self._run
        if run is None:
            self._pump.stop()
            return
        try:
            self._work(run)
        except Exception as error:  # a defect of ours, as above; stop rather than fail again on every slice
            log.exception("Training failed")
            self._pump.stop()
            run.fail(f"Something unexpected went wrong ({type(error).__name__}: {error}).")
            self._announce(self._status(run))

    def _work(self, run: Run) -> None:
        was_moving, was_seeking = run.moving, run.seeking is not None
        try:
            more = run.work(SLICE)
        except TrainingError:
            more = run.busy  # run.failure holds the sentence; the status carries it to the window
        if not more:
            self._pump.stop()
            self._publish()
            return
        if (was_moving and not run.moving) or (was_seeking and run.seeking is None):
            self._publish()  # the step that was asked for; its held-out numbers follow
        if phase_of(run) != self._phase:
            self._announce(self._status(run))
        # On the way to another step there is nothing to see.
        if run.seeking is None and self._asked():
            self._mailbox.put(self._publication(run))
            if self._mailbox.missed():
                self.published.emit()
        self._await(run.rest)

    def _resume(self) -> None:
        """Start the pump when there is work, and answer the command: the window waits for what comes of it."""
        run = self._run
        if run is None:
            return
        self._await(0.0)
        if run.busy and not self._pump.isActive():
            self._pump.start()
        if self._told != self._heard or phase_of(run) != self._phase:
            self._announce(self._status(run))

    def _await(self, seconds: float) -> None:
        """Have the next slice in so many seconds: the event loop waits, and commands are heard meanwhile.

        A run in slow motion still looks up thirty times a second, for the window may have asked for a picture.
        """
        interval = min(math.ceil(1000 * seconds), LONGEST_REST)
        if interval != self._pump.interval():
            self._pump.setInterval(interval)

    def _publish(self) -> None:
        """Put the run at rest into the mailbox, unasked."""
        run = self._run
        if run is None:
            return
        self._asked()
        self._mailbox.put(self._publication(run))
        self.published.emit()
        self._announce(self._status(run))

    def _asked(self) -> bool:
        """Whether the window has asked; a request that was left from an earlier run says nothing about this one."""
        request = self._mailbox.asked()
        if request is None or request.run_id != self._run_id:
            return False
        self._request = request
        return True

    def _publication(self, run: Run) -> Publication:
        known = self._request.length if self._request.branch == run.history.branch else 0
        return Publication(self._status(run), run.snapshot(), run.history.rows(known), run.futures)

    def _status(self, run: Run) -> Status:
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
            rewind_to=run.rewind_target() if failed else 0,
            number=next(self._numbers),
            heard=self._heard,
        )

    def _announce_loading(self, run_id: int, config: Config) -> None:
        self._announce(Status(run_id, "loading", config=config, number=next(self._numbers), heard=self._heard))

    def _announce(self, status: Status) -> None:
        self._phase = status.phase
        self._told = status.heard
        self.status_changed.emit(status)

    def _report(self, command: messages.Command, message: str) -> None:
        titles = {
            messages.Build: "The run could not be started",
            messages.Open: "The experiment could not be opened",
            messages.Save: "The experiment could not be saved",
            messages.Configure: "The settings were not changed",
            messages.ApplyEdit: "The change was not made",
        }
        self.failed.emit(Failure(command.run_id, titles.get(type(command), "That did not work"), message))
        if self._run is not None:
            self._announce(self._status(self._run))
        elif isinstance(command, messages.Build | messages.Open):
            self._announce(Status(command.run_id, "empty", number=next(self._numbers), heard=self._heard))


def phase_of(run: Run) -> Phase:
    """The phase that a run is in."""
    if run.failure is not None:
        return "failed"
    if run.playing:
        return "running"
    if run.finished:
        return "finished"
    return "paused" if run.head else "untrained"
