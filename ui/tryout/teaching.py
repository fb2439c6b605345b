"""Teaching from the window: my drawings go to the run as one edit, and a background job measures what that brings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

from PySide6.QtCore import QObject, Signal, Slot

from models.base import PlaygroundError
from models.supervised.teach import Report, TakeBack, Teach, check, check_not_held_out, lesson_on
from models.supervised.trainer import SupervisedSnapshot
from playground.engine.teach import measured
from playground.live.job import Job
from playground.live.messages import Failure, Status
from playground.live.session import Session
from ui.tryout.teach_panel import TeachPanel
from ui.widgets.numbers import grouped

MOST = 20
"""Lessons that can be taken back, the last one first; each keeps a copy of the parameters."""


@dataclass(frozen=True, eq=False)
class Given:
    """A lesson that the run was given at `step`, and the edit that takes it back."""

    step: int
    take_back: TakeBack


class Teaching(QObject):
    """Connects a panel of drawings with a run.

    A lesson is an edit of the run: it has a checkpoint of its own on the timeline and is saved with the run. So is
    taking it back, which needs the network exactly as it was: both wait until the run has come to rest. The report is
    measured beside the run, on a copy of the network, by `job`, which belongs to the page.

    Signals:
        refused(title, sentence): there is nothing to teach, or nobody to teach it to.
        overtaken(): what was refused last is no news any more.
        told(sentence): what happened, for the status bar.
    """

    refused = Signal(str, str)
    overtaken = Signal()
    told = Signal(str)

    def __init__(self, session: Session, panel: TeachPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._lessons: list[Given] = []
        self._todo: Callable[[], None] | None = None  # as soon as the run rests
        self._run_id, self._phase = session.status.run_id, session.status.phase
        self._refused = False  # and nothing has overtaken that
        self.job = Job("teaching", self)
        self.job.results.connect(self._on_results)
        self.job.finished.connect(self._on_finished)
        self.job.failed.connect(self._on_job_failed)
        panel.asked.connect(self.teach)
        panel.undone.connect(self.undo)
        session.failed.connect(self._on_failed)
        session.status_changed.connect(self._on_status)
        session.frame.connect(self._on_frame)

    @property
    def busy(self) -> bool:
        """Whether a lesson is given, measured or taken back."""
        return self._todo is not None or self.job.running

    @Slot()
    def teach(self) -> None:
        """Teach the run my drawings."""
        session, snapshot = self._session, self._session.snapshot
        if self.busy:
            return
        if not isinstance(snapshot, SupervisedSnapshot):
            self._refuse("Nobody to teach yet", "The network is still being built: try again in a moment.")
            return
        data = session.data if session.data is not None else session.model.load(snapshot.config)
        try:
            lesson = lesson_on(*self._panel.prepared())
            check(lesson, SimpleNamespace(data=data, step_count=snapshot.step))
            check_not_held_out(lesson.images, data)
        except PlaygroundError as error:
            self._refuse("Nothing was taught", str(error))
            return
        self._overtake()
        self._panel.set_busy(True)
        self._at_rest(partial(self._give, lesson, data))

    @Slot()
    def undo(self) -> None:
        """Take the last lesson back, with all that was trained after it."""
        if self._lessons and self._todo is None:
            self.job.cancel()
            self._panel.set_busy(False)
            self._panel.set_undoable(False)
            self._at_rest(self._take_back)

    def _refuse(self, title: str, sentence: str) -> None:
        self._refused = True
        self.refused.emit(title, sentence)

    def _overtake(self) -> None:
        """A lesson begins, or the network is not what it was: the latest refusal is no news any more."""
        if self._refused:
            self._refused = False
            self.overtaken.emit()

    # When the run rests ---------------------------------------------------------------------------------------------

    def _at_rest(self, todo: Callable[[], None]) -> None:
        """Stop the run, and do this as soon as all that is known here is up to date."""
        self._todo = todo
        self._session.pause()

    @Slot()
    def _on_frame(self) -> None:
        if self._todo is None:
            return
        if self._session.settled:
            todo, self._todo = self._todo, None
            todo()
        elif self._session.status.phase == "running":
            self._session.pause()

    def _give(self, lesson: Teach, data: Any) -> None:
        session, snapshot = self._session, self._session.snapshot
        assert isinstance(snapshot, SupervisedSnapshot)
        take_back = TakeBack(**vars(lesson), before=snapshot.parameters)
        earlier = [given for given in self._lessons if given.step <= snapshot.step]  # later ones end with this
        self._lessons = [*earlier, Given(snapshot.step, take_back)][-MOST:]
        session.edit(lesson)
        self._panel.set_undoable(True)
        self.job.start(measured(session.model, data, snapshot, lesson))

    def _take_back(self) -> None:
        given = self._lessons.pop()
        self._session.seek(given.step)
        self._session.edit(given.take_back)
        self._at_rest(self._taken_back)

    def _taken_back(self) -> None:
        self._panel.set_undoable(bool(self._lessons))
        count = len(self._lessons)
        stays = "" if not count else f" {count} earlier lesson{' stays' if count == 1 else 's stay'}."
        self._panel.say(f"Taken back: the network is as it was before the teaching.{stays}")
        self.told.emit("Teaching undone")

    # What comes back ------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_results(self, reports: list[Report]) -> None:
        self._panel.show_report(reports[-1])

    @Slot()
    def _on_finished(self) -> None:
        self._panel.set_busy(False)
        at = f" at step {grouped(self._lessons[-1].step)}" if self._lessons else ""
        self.told.emit(
            f"Taught{at}: the last points of the test curves are of the network after the lesson, one step back (←) "
            "shows it before; Undo teaching takes the lesson back"
        )

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._panel.set_busy(False)
        self._panel.say("")  # half a report would promise the other half
        self._refuse("What teaching brought could not be measured", sentence)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        """The run did not take an edit: nothing was taught, or nothing taken back."""
        if failure.run_id != self._session.status.run_id or failure.kind != "edit":
            return
        if self.job.running:
            self._forget(self._lessons[:-1])
        elif self._todo is not None:
            self._todo = None
            self._panel.set_undoable(bool(self._lessons))

    @Slot(object)
    def _on_status(self, status: Status) -> None:
        """A lesson can be taken back as long as its step is part of the run that is shown."""
        before, self._phase = self._phase, status.phase
        trained = status.phase != before and (status.phase == "running" or before == "untrained")
        if trained or status.run_id != self._run_id:  # not by a run that goes on as it did when Teach was refused
            self._overtake()
        if status.run_id != self._run_id:
            self._run_id = status.run_id
            self._forget([])
        elif status.phase != "loading":
            kept = [given for given in self._lessons if given.step <= status.head]
            if len(kept) < len(self._lessons):
                self._forget(kept)
        self._on_frame()

    def _forget(self, kept: list[Given]) -> None:
        """Only these lessons are left: the report, complete or under way, is about the latest one, which is not."""
        self._lessons = kept
        self._todo = None
        self.job.cancel()
        self._panel.say("")
        self._panel.set_busy(False)
        self._panel.set_undoable(bool(kept))
