"""The worker without a thread: commands in, publications out, and no exception ever leaves it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toy import MODEL, Shift, ToyConfig

from models.base import DataError
from models.registry import MODELS
from playground.engine.experiment import read
from playground.live import messages
from playground.live.messages import Known, Mailbox
from playground.live.worker import Worker


class Listener:
    """Collects what a worker says, and acknowledges it as the window does."""

    def __init__(self, worker: Worker, mailbox: Mailbox) -> None:
        self.publications: list[messages.Publication] = []
        self.failures: list[messages.Failure] = []
        self._mailbox = mailbox
        worker.news.connect(self.look)
        worker.failed.connect(self.failures.append)

    def look(self) -> None:
        publication = self._mailbox.take()
        if publication is None:
            return
        self.publications.append(publication)
        if publication.rows is not None:
            self._mailbox.known = Known(publication.status.run_id, publication.rows.branch, publication.rows.end)

    @property
    def statuses(self) -> list[messages.Status]:
        return [publication.status for publication in self.publications]


@pytest.fixture
def worker(qapp, monkeypatch):
    monkeypatch.setitem(MODELS, "toy", "toy")  # so that its files can be read again
    mailbox = Mailbox()
    worker = Worker(mailbox)
    worker.heard = Listener(worker, mailbox)
    yield worker
    worker.handle(messages.Close(1))
    worker.deleteLater()


def pump(worker: Worker) -> None:
    for _ in range(10_000):
        if not worker._pump.isActive():
            return
        worker._slice()
    raise AssertionError("the worker never came to rest")


def build(worker: Worker, run_id: int = 1, play: bool = False, **options) -> None:
    worker.handle(messages.Build(run_id, MODEL, ToyConfig(**options), play=play))


def test_a_run_goes_through_its_phases(worker):
    build(worker)
    pump(worker)
    worker.handle(messages.Advance(1, 3))
    pump(worker)
    worker.handle(messages.Play(1))
    pump(worker)
    phases = [status.phase for status in worker.heard.statuses]
    order = list(dict.fromkeys(phases))
    assert order == ["loading", "untrained", "paused", "running", "finished"]
    publication = worker.heard.publications[-1]
    assert publication.status.position == publication.snapshot.step == publication.rows.end == 400
    assert not publication.snapshot.weights.flags.writeable


def test_it_publishes_while_running_only_when_asked(worker):
    build(worker, steps=10_000_000)
    pump(worker)
    worker.handle(messages.Play(1))
    said = len(worker.heard.publications)
    for _ in range(3):
        worker._slice()
    assert worker._mailbox.take() is None
    worker._mailbox.ask()
    worker._slice()
    worker.heard.look()
    worker._mailbox.ask()
    worker._slice()
    worker.heard.look()
    first, second = worker.heard.publications[said:]
    assert second.rows.start == first.rows.end
    assert second.rows.end > first.rows.end
    assert worker._mailbox.take() is None


def test_commands_of_an_earlier_run_are_dropped(worker):
    build(worker, run_id=1)
    build(worker, run_id=2)
    pump(worker)
    worker.handle(messages.Advance(1, 5))
    pump(worker)
    assert worker._run.position == 0


def test_refused_settings_and_edits_leave_the_run_as_it_was(worker):
    build(worker)
    worker.handle(messages.Advance(1, 5))
    pump(worker)
    before = worker._run.trainer.state()
    worker.handle(messages.Configure(1, {"size": 9}))
    worker.handle(messages.ApplyEdit(1, messages.Edit()))
    assert [(failure.kind, failure.title) for failure in worker.heard.failures] == [
        ("configure", "The settings were not changed"),
        ("edit", "The change was not made"),
    ]
    after = worker._run.trainer.state()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    worker.handle(messages.ApplyEdit(1, Shift(1.0)))
    assert np.array_equal(worker._run.trainer.weights, before["weights"] + 1)


def test_divergence_is_a_phase_with_a_way_back(worker):
    build(worker, learning_rate=20.0)
    worker.handle(messages.Play(1))
    pump(worker)
    status = worker.heard.statuses[-1]
    assert status.phase == "failed"
    assert "smaller step size" in status.message
    worker.handle(messages.Seek(1, status.rewind_to))
    pump(worker)
    assert worker.heard.statuses[-1].phase in ("paused", "untrained")
    assert not worker.heard.failures


def test_a_defect_is_reported_and_the_worker_lives_on(worker, monkeypatch, caplog):
    build(worker)
    pump(worker)

    def broken(self):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("toy.ToyTrainer.step", broken)
    worker.handle(messages.Play(1))
    pump(worker)
    assert worker.heard.statuses[-1].phase == "failed"
    assert "ZeroDivisionError: oops" in worker.heard.statuses[-1].message
    assert "oops" in caplog.text
    monkeypatch.undo()
    build(worker, run_id=2)
    worker.handle(messages.Advance(2, 5))
    pump(worker)
    assert worker._run.position == 5


def test_data_that_cannot_be_loaded_leaves_an_empty_tab(worker):
    def load(config):
        raise DataError("no data")

    worker.handle(messages.Build(1, replace(MODEL, load=load), ToyConfig()))
    assert worker.heard.failures[-1].message == "no data"
    assert worker.heard.statuses[-1].phase == "empty"


def test_what_was_known_of_an_earlier_run_says_nothing_of_this_one(worker):
    build(worker)
    worker.handle(messages.Advance(1, 50))
    pump(worker)
    worker._mailbox.known = Known(1, 0, 50)
    worker.heard.publications.clear()
    build(worker, run_id=2)
    assert worker.heard.publications[-1].rows.start == 0


def test_a_run_that_is_gone_cannot_be_saved_and_that_is_said(worker, tmp_path):
    build(worker, run_id=1)
    build(worker, run_id=2)
    worker.handle(messages.Save(1, tmp_path / "run.npz"))
    assert "Another run" in worker.heard.failures[-1].message
    worker.handle(messages.Save(1, tmp_path / "run.npz", autosave=True))
    assert len(worker.heard.failures) == 1
    assert not list(tmp_path.iterdir())


def test_a_run_at_rest_is_shown_before_its_held_out_numbers_are_measured(worker, monkeypatch):
    """A single step need not wait for ten thousand test images."""
    monkeypatch.setattr("playground.live.worker.SLICE", 0.0)  # one piece of work a slice
    build(worker)
    pump(worker)
    worker.heard.publications.clear()
    worker.handle(messages.Advance(1, 1))
    worker._slice()
    going, there = worker.heard.publications
    assert (going.status.moving, going.status.position) == (True, 0)
    assert (there.status.moving, there.status.busy, there.status.position, there.snapshot.step) == (False, True, 1, 1)
    pump(worker)
    last = worker.heard.publications[-1]
    assert (last.status.busy, last.snapshot.evaluated_at) == (False, 1)


def test_every_command_is_answered_with_one_moment(worker, tmp_path):
    build(worker)
    pump(worker)
    commands = [
        messages.Publish(1),
        messages.Pace(1, 5.0),
        messages.Advance(1, 1),
        messages.Configure(1, {"learning_rate": 0.01}),
        messages.Configure(1, {"size": 9}),
        messages.Save(1, tmp_path / "run.npz"),
        messages.ApplyEdit(1, Shift(1.0)),
        messages.ApplyEdit(1, messages.Edit()),
        messages.Seek(7, 0),
        messages.Play(1),
        messages.Pause(1),
    ]
    for number, command in enumerate(commands, 2):
        worker.handle(command)
        last = worker.heard.publications[-1]
        assert last.status.heard == number
        assert last.status.moving or last.snapshot.step == last.status.position
        assert last.rows.end == last.status.head


def test_each_row_crosses_once(worker):
    """Also at rest, where nobody asks for frames: after a million steps a single one must not carry a million rows."""
    build(worker, steps=10_000)
    for _ in range(5):
        worker.handle(messages.Advance(1, 100))
        pump(worker)
    rows = [publication.rows for publication in worker.heard.publications if publication.rows is not None]
    assert sum(each.length for each in rows) == 500
    assert rows[-1].end == 500


def test_what_is_asked_on_the_way_is_done_on_arrival(worker, monkeypatch, tmp_path):
    """A branch, a change, an edit and a save are meant for the step that was sought; the queue stays open meanwhile."""
    build(worker)
    worker.handle(messages.Advance(1, 60))
    pump(worker)
    worker._run.timeline.cut(0)  # a long way
    monkeypatch.setattr("playground.live.worker.SLICE", 0.0)
    worker.handle(messages.Seek(1, 40))
    worker._slice()
    assert worker._run.seeking == 40
    heard = worker.heard.statuses[-1].heard
    file = tmp_path / "run.npz"
    for command in (
        messages.Save(1, file),
        messages.ApplyEdit(1, Shift(1.0)),
        messages.Configure(1, {"learning_rate": 0.02}),
        messages.Advance(1, 2),
    ):
        worker.handle(command)
        assert worker._run.position < 40
        assert worker.heard.statuses[-1].heard == heard
    pump(worker)
    assert read(file).recording.step == 40
    assert (worker._run.timeline.edits, worker._run.head) == ([40], 42)
    assert worker.heard.statuses[-1].heard == heard + 4
    assert not worker.heard.failures


def test_what_was_to_be_saved_on_the_way_is_saved_before_the_end(worker, monkeypatch, tmp_path):
    build(worker)
    worker.handle(messages.Advance(1, 60))
    pump(worker)
    worker._run.timeline.cut(0)
    monkeypatch.setattr("playground.live.worker.SLICE", 0.0)
    worker.handle(messages.Seek(1, 40))
    worker.handle(messages.Save(1, tmp_path / "run.npz"))
    worker.handle(messages.Play(1))
    worker._mailbox.closing = True
    ends = []
    worker.closed.connect(lambda: ends.append(1))
    worker.handle(messages.Build(2, MODEL, ToyConfig()))  # too late
    worker.handle(messages.Close(1))
    assert ends == [1]
    assert worker._run is None
    assert read(tmp_path / "run.npz").recording.history.end == 60


def test_a_run_that_cannot_even_be_shown_is_given_up_with_a_sentence(worker, monkeypatch, caplog):
    build(worker)
    pump(worker)

    def broken(self):
        raise ZeroDivisionError("oops")

    monkeypatch.setattr("toy.ToyTrainer.epoch", property(broken))
    worker.handle(messages.Advance(1, 5))
    pump(worker)
    status = worker.heard.statuses[-1]
    assert (status.phase, status.heard) == ("failed", 2)
    assert "ZeroDivisionError: oops" in status.message
    assert "oops" in caplog.text
    worker.handle(messages.Advance(1, 5))
    assert worker.heard.statuses[-1].heard == 3


def test_a_file_is_opened_beside_the_run_and_takes_its_place_only_when_adopted(worker, tmp_path):
    build(worker)
    worker.handle(messages.Advance(1, 60))
    pump(worker)
    worker.handle(messages.Save(1, tmp_path / "run.npz"))
    worker.handle(messages.Advance(1, 5))
    pump(worker)
    opened = []
    worker.opened.connect(opened.append)
    worker.handle(messages.Open(2, tmp_path / "run.npz"))
    worker.handle(messages.Open(3, tmp_path / "nothing.npz"))
    pump(worker)
    assert [each.run_id for each in opened] == [2]
    assert (worker.heard.statuses[-1].run_id, worker._run.position) == (1, 65)
    worker.handle(messages.Adopt(3))
    assert worker.heard.statuses[-1].run_id == 1
    worker.handle(messages.Adopt(2))
    pump(worker)
    assert (worker.heard.statuses[-1].run_id, worker._run.position) == (2, 60)
