"""A session is the one handle that a tab has on a run: it sends what the user wants to the worker and shows what comes
back, at most thirty times a second and only while somebody is looking.

Every widget of a tab talks to its session; none of them knows that there is a thread.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from models.base import Edit, Model, Snapshot, origin_of
from models.config import Config
from playground.engine.history import History, HistoryRows
from playground.live import messages
from playground.live.event_thread import EventThread
from playground.live.messages import Failure, Known, Mailbox, Opened, Publication, Returned, Saved, Status
from playground.live.worker import Worker

FRAME = 33
"""Milliseconds between two looks into the mailbox: 30 frames a second."""

PRESENT = 2**62
"""A step that no run ever reaches: sought, it leads to the newest one."""

MOST_GHOSTS = 4
"""Earlier runs and abandoned futures that are kept to be shown as ghost curves."""


class Session(QObject):
    """One tab's run, as the window sees it.

    Attributes:
        model: the registry's entry.
        config: the settings in force at the step that is shown, with those that wait for a new run (see `pending`).
        status: where the run stands, as last heard.
        snapshot: the model as last published; None before the first.
        history: a mirror of the complete history, up to the last publication.
        edits: the steps of it after which something was changed by hand, rising.
        ghosts: earlier runs and abandoned futures, oldest first.
        data: the user's own data, or None for the model's.
        revision: counts what was changed by hand during this run, settings included.
        pace: slow motion: steps per second while it trains; None for as fast as it can.

    Signals:
        status_changed(Status): the phase or the position changed.
        frame(): a new snapshot and new history rows are here; draw them.
        config_changed(Config): at the step that is shown other settings are in force than the user last asked for, or
            those were refused.
        ghosts_changed(): the ghosts changed.
        failed(Failure): something could not be done; says why and what would help.
        opened(Opened), saved(Saved): an experiment file was read or written.
        returned(Returned): the previous run is the present one again.
        branched(step, head): the run takes another way from this step; what was recorded up to `head` is a ghost.
    """

    status_changed = Signal(object)
    frame = Signal()
    config_changed = Signal(object)
    ghosts_changed = Signal()
    failed = Signal(object)
    opened = Signal(object)
    saved = Signal(object)
    returned = Signal(object)
    branched = Signal(object, object)
    _command = Signal(object)

    def __init__(self, model: Model, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.model = model
        self.config: Config = model.presets[model.default_preset].config
        self.status = Status(0)
        self.snapshot: Snapshot | None = None
        self.history = History()
        self.edits: tuple[int, ...] = ()
        self.ghosts: tuple[HistoryRows, ...] = ()
        self.data: Any = None
        self.revision = 0
        self.pace: float | None = None
        self._run_id = 0
        self._ids = itertools.count(1)
        self._sent = 0
        self._sought = 0  # number of the command that last said where to go,
        self._decided = 0  # that last said whether to train,
        self._will_train = False
        self._configured = 0  # and that last changed settings
        self._asked_for: Config | None = None
        self._opening = 0
        self._visible = False
        self._futures: tuple[HistoryRows, ...] = ()
        self._thread: EventThread | None = None
        self._closed = False
        self._mailbox = Mailbox()
        self._frames = QTimer(self)
        self._frames.setTimerType(Qt.TimerType.PreciseTimer)
        self._frames.setInterval(FRAME)
        self._frames.timeout.connect(self._tick)

    # Life ----------------------------------------------------------------------------------------------------------

    def start_thread(self) -> None:
        """Start the worker's thread; called by the first command."""
        if self._thread is not None:
            return
        self._thread = EventThread(self)
        self._thread.setObjectName(f"{self.model.name} worker")
        worker = self._worker = Worker(self._mailbox)
        worker.moveToThread(self._thread)
        self._command.connect(worker.handle)
        worker.news.connect(self._on_news)
        worker.failed.connect(self._on_failed)
        worker.opened.connect(self._on_opened)
        worker.saved.connect(self._on_saved)
        worker.returned.connect(self._on_returned)
        # On the worker's thread, which alone knows when all that was asked for before is done.
        worker.closed.connect(self._thread.quit, Qt.ConnectionType.DirectConnection)
        self._thread.start()
        if self.pace is not None:
            self._emit(messages.Pace(self._run_id, self.pace))

    def shutdown(self) -> None:
        """Stop the timers, let the worker finish its slice and what is to be saved, and join its thread.

        Safe to call twice. What is asked for afterwards (by an event that was still under way) is not done.
        """
        self._closed = True
        self._frames.stop()
        if self._thread is None:
            return
        self._mailbox.closing = True
        self._emit(messages.Close(self._run_id))
        self._thread.wait()
        self._command.disconnect()
        self._worker.deleteLater()
        self._thread.deleteLater()
        self._thread = None
        self._run_id = next(self._ids)  # whatever is still on its way is dropped
        self.status = Status(self._run_id)

    # What the user wants -------------------------------------------------------------------------------------------

    def reset(self, config: Config | None = None, *, play: bool = False) -> None:
        """Start a new, untrained run (with `config`, or the settings last asked for).

        The old one becomes a ghost, unless the new one has another task: then no curve so far can be compared with it.
        """
        if config is not None:
            self.config = config
        before = self.status.config
        if before is not None and before.changed(self.config) & self.model.task:
            self.clear_ghosts()
        elif len(self.history):
            self._add_ghost(self.history.rows())
        self._opening = 0  # a file that is still being read comes too late
        self._new_run(next(self._ids))
        self._send(messages.Build(self._run_id, self.model, self.config, self.data, play), train=play)

    def set_data(self, data: Any) -> None:
        """Use the user's own data (None: the model's again) in a new run; curves on other data are no use as ghosts."""
        self.data = data
        self.history = History()
        self.clear_ghosts()
        self.reset()

    def open(self, path: Path) -> None:
        """Go on from an experiment file; the present run stays until the file has proved to be good."""
        self._opening = next(self._ids)
        self._send(messages.Open(self._opening, path, self.model.name))

    def back(self) -> None:
        """Go back to the previous run, if there is one; the present one is the previous one then."""
        if self.status.previous is not None and not self.opening:
            self._opening = next(self._ids)
            self._send(messages.Back(self._opening))

    @property
    def settled(self) -> bool:
        """Whether all that was asked for has been done: the run is at rest and everything here is up to date."""
        status = self.status
        done = not status.busy and not self.opening and status.heard == self._sent > 0
        return done and status.phase != "loading" and status.seeking is None

    @property
    def opening(self) -> bool:
        """Whether a file is being read, or the previous run made ready, that will replace the run."""
        return self._opening > 0

    def save(self, path: Path, drawings: Mapping[str, Any] | None = None, *, autosave: bool = False) -> None:
        """Write an experiment file; `saved` or `failed` follows."""
        self._send(messages.Save(self._run_id, path, drawings or {}, autosave))

    def play(self) -> None:
        """Train; builds the run first if there is none."""
        if self.status.phase == "empty":
            self.reset(play=True)
        else:
            self._send(messages.Play(self._run_id), train=True)

    def pause(self) -> None:
        """Stop training."""
        self._send(messages.Pause(self._run_id), train=False)

    @property
    def training(self) -> bool:
        """Whether it trains, or will once the worker has heard what was asked."""
        return self._will_train if self.status.heard < self._decided else self.status.phase == "running"

    def toggle(self) -> None:
        """Train if it rests, pause if it trains."""
        if self.training:
            self.pause()
        else:
            self.play()

    def step(self, steps: int = 1) -> None:
        """Do some steps and stop."""
        if self.status.phase == "empty":
            self.reset()
        self._send(messages.Advance(self._run_id, steps), train=False)

    def set_pace(self, steps_per_second: float | None) -> None:
        """Play in slow motion, this run and later ones, or (None) as fast as it can."""
        self.pace = steps_per_second
        if self._thread is not None:
            self._emit(messages.Pace(self._run_id, steps_per_second))

    def seek(self, step: int) -> None:
        """Show the model as it was at a recorded step, with the settings in force there."""
        if self.status.phase in ("empty", "loading"):
            return
        # A run that trains has moved on since it was last heard of: the newest step known means the newest there is.
        target = step if step < self.status.head else PRESENT
        self._send(messages.Seek(self._run_id, target), train=False)
        self._sought = self._sent
        self._show(replace(self.status, seeking=min(max(step, 0), self.status.head)))

    def step_back(self) -> None:
        """Show the step before the present one."""
        at = self.status.position if self.status.seeking is None else self.status.seeking
        self.seek(at - 1)

    def branch(self, *, play: bool = True) -> None:
        """Continue from the step that is shown; the recorded future becomes a ghost."""
        self._send(messages.Branch(self._run_id, play), train=True if play else None)

    def configure(self, config: Config) -> None:
        """Take over new settings.

        What may change while the model trains takes effect at once. What needs a new run waits for `reset` (see
        `pending`), so that a touch of a slider never costs a trained model; an untrained one is simply built anew.
        """
        self.config = config
        running = self.status.config if self.status.heard >= self._configured else self._asked_for
        if running is None or self.status.phase in ("empty", "loading") or (self.status.head == 0 and self.pending):
            self.reset(play=self.training)
            return
        changes = {name: getattr(config, name) for name in running.changed(config) - self.pending}
        if changes:
            self.revision += 1
            self._asked_for = running.model_copy(update=changes)
            self._send(messages.Configure(self._run_id, changes))
            self._configured = self._sent

    @property
    def pending(self) -> frozenset[str]:
        """Names of the settings that were changed but need a new run to take effect."""
        running = self.status.config
        return frozenset() if running is None else running.needs_rebuild(self.config)

    def edit(self, edit: Edit) -> None:
        """Change the model by hand."""
        self.revision += 1
        self._send(messages.ApplyEdit(self._run_id, edit))

    def clear_ghosts(self) -> None:
        """Forget earlier runs and futures."""
        self.ghosts = ()
        self.ghosts_changed.emit()

    def set_visible(self, visible: bool) -> None:
        """Whether somebody is looking: a hidden tab asks for nothing and costs nothing."""
        self._visible = visible
        if visible:
            self._pace()
            if self._thread is not None:
                self._send(messages.Publish(self._run_id))
        else:
            self._frames.stop()

    # What comes back -----------------------------------------------------------------------------------------------

    @Slot()
    def _on_news(self) -> None:
        if self._collect() and self._frames.isActive():
            self._mailbox.ask()

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        if failure.run_id == self._opening:
            self._opening = 0
            if self.status.phase == "empty":  # the window was opened with a file that is no good
                self.reset()
        self.failed.emit(failure)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        if opened.run_id != self._opening:
            return
        self._change_to(opened)
        self.ghosts = ()
        self.ghosts_changed.emit()
        self.opened.emit(opened)
        self._send(messages.Adopt(self._run_id))

    @Slot(object)
    def _on_returned(self, returned: Returned) -> None:
        if returned.run_id != self._opening:
            return
        before, rows = self.status.config, self.history.rows()
        self._change_to(returned)
        # The run that is shown again is no ghost any more, whole or as a future that was left behind.
        same = next((ghost for ghost in reversed(self.ghosts) if ghost.end == returned.head), None)
        self.ghosts = tuple(ghost for ghost in self.ghosts if ghost is not same)
        if before is not None and before.changed(returned.config) & self.model.task:
            self.ghosts = ()
        elif rows.length:
            self.ghosts = (*self.ghosts, rows)[-MOST_GHOSTS:]
        self.ghosts_changed.emit()
        self.returned.emit(returned)
        self._send(messages.Adopt(self._run_id))

    def _change_to(self, ready: Opened | Returned) -> None:
        """Another run is ready to be adopted."""
        self._opening = 0
        self.config = ready.config
        self._new_run(ready.run_id)
        self.data = ready.data if origin_of(ready.data).files else None

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        self.saved.emit(saved)

    @Slot()
    def _tick(self) -> None:
        if not self._collect():
            self._mailbox.miss()  # rather a late frame than none
        self._mailbox.ask()

    def _collect(self) -> bool:
        """Take what is in the mailbox, bring the mirror up to date, and have it drawn; False when nothing was there."""
        publication = self._mailbox.take()
        if publication is None or publication.status.run_id != self._run_id:
            return False
        self._accept(publication)
        return True

    def _accept(self, publication: Publication) -> None:
        if publication.rows is not None:
            self.history.extend(publication.rows)
            self.edits = publication.edits
            self._mailbox.known = Known(self._run_id, self.history.branch, len(self.history))
        fresh = self.status.phase == "loading"
        before, self.snapshot = self.snapshot, publication.snapshot
        self._take_over(publication.status)
        if publication.futures != self._futures:
            known = (*self._futures, *self.ghosts)  # a run that was gone back to brings futures that are ghosts already
            new = [future for future in publication.futures if not any(future is old for old in known)]
            self._futures = publication.futures
            if new and not fresh:
                self.branched.emit(new[-1].start, new[-1].end)
            for future in new:
                self._add_ghost(future)
        if self._visible and self.snapshot is not before and self.snapshot is not None and self.status.seeking is None:
            self.frame.emit()

    # Plumbing ------------------------------------------------------------------------------------------------------

    def _take_over(self, status: Status) -> None:
        if status.heard < self._sought:  # it was made before the worker knew where to go
            status = replace(status, seeking=self.status.seeking)
        self._show(status)

    def _show(self, status: Status) -> None:
        before, self.status = self.status, status
        if status.news != before.news:
            self._pace()
            self._follow()
            self.status_changed.emit(status)

    def _follow(self) -> None:
        """Take over the settings in force at the step that is shown: after a journey in time they may be others."""
        running = self.status.config
        if running is None or self.status.seeking is not None:
            return
        if self.status.heard < self._configured:
            return  # the user has changed something since
        config = running.model_copy(update={name: getattr(self.config, name) for name in self.pending})
        if config != self.config:
            self.config = config
            self.config_changed.emit(config)

    def _new_run(self, run_id: int) -> None:
        """From now on whatever is still on its way from the old run is dropped."""
        self._run_id = run_id
        self.revision = 0
        self.history = History()
        self.edits = ()
        self.snapshot = None
        self._futures = ()
        self.status = Status(self._run_id, "loading", config=self.config, previous=self.status.previous)
        self.status_changed.emit(self.status)

    def _add_ghost(self, rows: HistoryRows) -> None:
        if rows.length:
            self.ghosts = (*self.ghosts, rows)[-MOST_GHOSTS:]
            self.ghosts_changed.emit()

    def _send(self, command: messages.Command, *, train: bool | None = None) -> None:
        """Send a command; `train` says whether it will train after it, if the command decides that."""
        if self._closed:
            return
        self.start_thread()
        self._emit(command)
        if train is not None:
            self._will_train, self._decided = train, self._sent

    def _emit(self, command: messages.Command) -> None:
        self._sent += 1
        self._command.emit(command)

    def _pace(self) -> None:
        """Look into the mailbox at frame rate while something moves and somebody looks."""
        if self._visible and (self.status.moving or self.status.seeking is not None):
            if not self._frames.isActive():
                self._frames.start()
        else:
            self._frames.stop()
