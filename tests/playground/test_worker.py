"""The worker without a thread: commands in, publications out, and no exception ever leaves it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from toy import MODEL, Shift, ToyConfig

from models.base import DataError
from playground import messages
from playground.messages import Mailbox, Request
from playground.worker import Worker


class Listener:
    """Collects what a worker says."""

    def __init__(self, worker: Worker) -> None:
        self.statuses: list[messages.Status] = []
        self.failures: list[messages.Failure] = []
        worker.status_changed.connect(self.statuses.append)
        worker.failed.connect(self.failures.append)


@pytest.fixture
def worker(qapp):
    worker = Worker(Mailbox())
    worker.heard = Listener(worker)
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
    publication = worker._mailbox.take()
    assert publication.status.position == 400
    assert publication.rows.end == 400
    assert not publication.snapshot.weights.flags.writeable


def test_it_publishes_while_running_only_when_asked(worker):
    build(worker, steps=10_000_000)
    pump(worker)
    worker.handle(messages.Play(1))
    worker._mailbox.take()  # its last word at rest
    for _ in range(3):
        worker._slice()
    assert worker._mailbox.take() is None
    worker._mailbox.ask(Request(1, 0, 0))
    worker._slice()
    first = worker._mailbox.take()
    worker._mailbox.ask(Request(1, 0, first.rows.end))
    worker._slice()
    second = worker._mailbox.take()
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
    worker.handle(messages.Configure(1, ToyConfig(size=9)))
    worker.handle(messages.ApplyEdit(1, messages.Edit()))
    assert [failure.title for failure in worker.heard.failures] == [
        "The settings were not changed",
        "The change was not made",
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


def test_a_request_left_from_an_earlier_run_is_no_request(worker):
    build(worker)
    worker.handle(messages.Advance(1, 50))
    pump(worker)
    worker._mailbox.ask(Request(1, 0, 50))
    build(worker, run_id=2)
    worker.handle(messages.Advance(2, 5))
    pump(worker)
    assert worker._mailbox.take().rows.start == 0


def test_a_run_that_is_gone_cannot_be_saved_and_that_is_said(worker, tmp_path):
    build(worker, run_id=1)
    build(worker, run_id=2)
    worker.handle(messages.Save(1, tmp_path / "run.npz"))
    assert "Another run" in worker.heard.failures[-1].message
    worker.handle(messages.Save(1, tmp_path / "run.npz", autosave=True))
    assert len(worker.heard.failures) == 1
    assert not list(tmp_path.iterdir())


def test_a_run_at_rest_is_shown_before_its_held_out_numbers_are_measured(worker, monkeypatch):
    """A single step need not wait for ten thousand test images, and its status never comes without its picture."""
    monkeypatch.setattr("playground.worker.SLICE", 0.0)  # one piece of work a slice
    build(worker)
    pump(worker)
    pictures = []
    worker.published.connect(lambda: pictures.append(worker._mailbox.take()))
    worker.heard.statuses.clear()
    worker.handle(messages.Advance(1, 1))
    worker._slice()
    assert [picture.snapshot.step for picture in pictures] == [1]
    assert worker._pump.isActive()
    pump(worker)
    assert [picture.snapshot.evaluated_at for picture in pictures] == [0, 1]
    resting = [status for status in worker.heard.statuses if status.position == 1]
    assert len(resting) == len(pictures)
    assert all(picture.status.number < status.number for picture, status in zip(pictures, resting, strict=True))


def test_every_command_is_answered(worker, tmp_path):
    build(worker)
    pump(worker)
    commands = [
        messages.Publish(1),
        messages.Pace(1, 5.0),
        messages.Advance(1, 1),
        messages.Configure(1, ToyConfig(learning_rate=0.01)),
        messages.Configure(1, ToyConfig(size=9)),
        messages.Save(1, tmp_path / "run.npz"),
        messages.Seek(7, 0),
        messages.Play(1),
        messages.Pause(1),
    ]
    for number, command in enumerate(commands, 2):
        worker.handle(command)
        assert worker.heard.statuses[-1].heard == number
