"""Teaching from the window: my drawings go to the run as one edit, and a background job measures what that brings."""

from __future__ import annotations

from types import SimpleNamespace

from PySide6.QtCore import QObject, Signal, Slot

from models.base import PlaygroundError
from models.supervised import SupervisedSnapshot
from models.teach import Report, check, lesson_on
from playground.messages import Failure, Status
from playground.session import Session
from playground.teach import measured
from ui.background import Job
from ui.teach_panel import TeachPanel


class Teaching(QObject):
    """Connects a panel of drawings with a run.

    The lesson itself is an edit of the run: it has a checkpoint of its own on the timeline and is saved with the run.
    The report is measured beside it, on a copy of the network.

    Signals:
        refused(title, sentence): there is nothing to teach, or nobody to teach it to.
        told(sentence): what happened, for the status bar.
    """

    refused = Signal(str, str)
    told = Signal(str)

    def __init__(self, session: Session, panel: TeachPanel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._panel = session, panel
        self._taught: tuple[int, int] | None = None  # run and step of the latest lesson
        self._lesson_run = -1
        self.job = Job("teaching", self)
        self.job.results.connect(self._on_results)
        self.job.finished.connect(self._on_finished)
        self.job.failed.connect(self._on_job_failed)
        panel.asked.connect(self.teach)
        panel.undone.connect(self.undo)
        session.failed.connect(self._on_failed)
        session.status_changed.connect(self._on_status)

    @Slot()
    def teach(self) -> None:
        """Teach the run my drawings."""
        session, snapshot = self._session, self._session.snapshot
        if self.job.running:
            return
        if not isinstance(snapshot, SupervisedSnapshot):
            self.refused.emit("Nobody to teach yet", "The network is still being built: try again in a moment.")
            return
        data = session.data if session.data is not None else session.model.load(snapshot.config)
        try:
            lesson = lesson_on(*self._panel.prepared())
            check(lesson, SimpleNamespace(data=data, step_count=snapshot.step))
        except PlaygroundError as error:
            self.refused.emit("Nothing was taught", str(error))
            return
        session.pause()
        session.edit(lesson)
        self._taught = (session.status.run_id, snapshot.step)
        self._lesson_run = session.status.run_id
        self._panel.set_busy(True)
        self.job.start(measured(session.model, data, snapshot, lesson))

    @Slot()
    def undo(self) -> None:
        """Take the lesson back: to the step before it, and that step once more."""
        if self._taught is None:
            return
        _, step = self._taught
        self._forget()
        self._panel.report.setText("Taken back: the network is as it was before the teaching.")
        self._session.seek(step - 1)
        self._session.branch(play=False)
        self._session.step()
        self.told.emit("Teaching undone")

    def shutdown(self) -> None:
        """Join the job's thread."""
        self.job.shutdown()

    @Slot(object)
    def _on_results(self, reports: list[Report]) -> None:
        self._panel.show_report(reports[-1])

    @Slot()
    def _on_finished(self) -> None:
        self._panel.set_busy(False)
        self._panel.set_undoable(self._taught is not None)
        self.told.emit("Taught: the timeline holds the network before and after")

    @Slot(str)
    def _on_job_failed(self, sentence: str) -> None:
        self._panel.set_busy(False)
        self._panel.set_undoable(self._taught is not None)
        self.refused.emit("What teaching brought could not be measured", sentence)

    @Slot(object)
    def _on_failed(self, failure: Failure) -> None:
        if self.job.running and failure.run_id == self._lesson_run:  # the run did not take the edit
            self._forget()

    @Slot(object)
    def _on_status(self, status: Status) -> None:
        """A lesson can be undone as long as its step is part of the run that is shown."""
        if self._taught is None:
            return
        run, step = self._taught
        if status.run_id != run or (status.phase != "loading" and status.head < step):
            self._forget()

    def _forget(self) -> None:
        self.job.cancel()
        self._taught = None
        self._panel.set_busy(False)
        self._panel.set_undoable(False)
