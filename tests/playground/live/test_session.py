"""The session with its real thread: what a tab sees of a run, and how it ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QThread
from toy import MODEL, Shift, ToyConfig, ToyTrainer

from models.registry import MODELS
from playground.engine.experiment import read
from playground.live.session import Session


@pytest.fixture
def session(qapp, monkeypatch):
    monkeypatch.setitem(MODELS, "toy", "toy")
    session = Session(MODEL)
    session.set_visible(True)
    yield session
    session.shutdown()
    session.deleteLater()


def phase(session: Session, *wanted: str):
    """Whether everything asked for is done and it rests in one of these phases."""
    return lambda: session.settled and session.status.phase in wanted


def settled(session: Session, position: int):
    return lambda: session.settled and session.status.position == session.snapshot.step == position


def straight(count: int, **options) -> np.ndarray:
    trainer = ToyTrainer(ToyConfig(**options), None)
    for _ in range(count):
        trainer.step()
    return trainer.weights


def test_train_pause_scrub_branch(session, qtbot):
    session.play()
    qtbot.waitUntil(phase(session, "finished"))
    qtbot.waitUntil(settled(session, 400))
    assert len(session.history) == 400
    assert np.array_equal(session.snapshot.weights, straight(400))
    session.seek(123)
    qtbot.waitUntil(settled(session, 123))
    assert np.array_equal(session.snapshot.weights, straight(123))
    session.step_back()
    qtbot.waitUntil(settled(session, 122))
    session.branch(play=False)
    qtbot.waitUntil(lambda: session.status.head == 122 and len(session.history) == 122)
    (ghost,) = session.ghosts
    assert (ghost.start, ghost.end) == (122, 400)
    session.play()
    qtbot.waitUntil(settled(session, 400))
    assert np.array_equal(session.snapshot.weights, straight(400))
    assert len(session.history) == 400


def test_frames_arrive_while_it_trains_and_stop_when_hidden(session, qtbot):
    frames = []
    session.frame.connect(lambda: frames.append(session.snapshot.step))
    session.reset(ToyConfig(steps=10_000_000), play=True)
    qtbot.waitUntil(lambda: len(frames) > 5)
    assert frames == sorted(frames)
    session.set_visible(False)
    seen = len(frames)
    qtbot.wait(100)
    assert len(frames) == seen
    assert not session._frames.isActive()
    session.set_visible(True)
    qtbot.waitUntil(lambda: len(frames) > seen)
    session.pause()
    qtbot.waitUntil(phase(session, "paused"))
    qtbot.waitUntil(lambda: len(session.history) == session.status.head)


def test_live_changes_act_and_others_wait(session, qtbot):
    session.reset(ToyConfig(steps=10_000_000), play=True)
    qtbot.waitUntil(lambda: session.status.head > 10)
    session.configure(session.config.model_copy(update={"learning_rate": 0.01, "size": 5}))
    assert session.pending == {"size"}
    qtbot.waitUntil(lambda: session.status.config.learning_rate == 0.01)
    assert session.status.config.size == 3
    assert session.status.head > 10
    session.reset()
    qtbot.waitUntil(phase(session, "untrained"))
    qtbot.waitUntil(lambda: session.snapshot is not None)
    assert session.snapshot.weights.shape == (5,)
    assert not session.pending
    assert len(session.ghosts) == 1


def test_the_way_somewhere_is_known_before_the_worker_knows_it(session, qtbot):
    session.step(25)
    qtbot.waitUntil(settled(session, 25))
    told = []
    session.status_changed.connect(lambda status: told.append(status.seeking))
    session.seek(10)
    assert told == [10]
    session._take_over(replace(session.status, seeking=None))  # made before the worker was asked to go anywhere
    assert session.status.seeking == 10
    assert not session.settled
    session.step_back()
    assert session.status.seeking == 9
    qtbot.waitUntil(lambda: session.settled)
    assert session.snapshot.step == 9


def test_settled_means_that_the_steps_are_done_and_measured(session, qtbot):
    for count in range(1, 40):
        session.step(3)
        qtbot.waitUntil(lambda: session.settled)
        assert session.snapshot.step == session.status.position == len(session.history) == 3 * count
        assert session.history.evaluation("held_out")[0][-1] == 3 * count


def test_a_setting_moved_there_and_back_at_once(session, qtbot):
    session.reset(ToyConfig(steps=10_000_000), play=True)
    qtbot.waitUntil(lambda: session.status.head > 10)
    first = session.config
    session.configure(first.model_copy(update={"learning_rate": 0.01}))
    session.configure(first)
    session.pause()
    qtbot.waitUntil(lambda: session.settled)
    assert session.status.config == session.config == first


def test_a_change_on_the_way_to_the_past_changes_nothing_else(session, qtbot):
    """The form still shows the settings of the present; only what was touched may follow it to the past."""
    session.step(20)
    qtbot.waitUntil(settled(session, 20))
    early = session.config.learning_rate
    session.configure(session.config.model_copy(update={"learning_rate": 0.01}))
    session.step(20)
    qtbot.waitUntil(settled(session, 40))
    session.seek(10)
    session.configure(session.config.model_copy(update={"steps": 300}))
    qtbot.waitUntil(lambda: session.settled)
    config = session.status.config
    assert (config.learning_rate, config.steps, session.status.head) == (early, 300, 10)
    assert session.config == config


def test_intentions_do_not_wait_for_news(session, qtbot):
    config = ToyConfig(steps=10_000_000)
    session.reset(config, play=True)
    assert session.training
    session.reset(config.model_copy(update={"seed": 1}), play=session.training)
    session.configure(config.model_copy(update={"seed": 2}))  # builds an untrained run anew
    qtbot.waitUntil(lambda: session.status.head > 10)
    assert session.status.config.seed == 2
    for _ in range(3):
        session.toggle()  # stop, go, stop
    assert not session.training
    qtbot.waitUntil(lambda: session.settled)
    assert session.status.phase == "paused"


def test_a_file_that_is_no_good_after_one_that_is(session, qtbot, tmp_path):
    session.step(20)
    qtbot.waitUntil(settled(session, 20))
    session.save(tmp_path / "good.npz")
    session.step(5)
    qtbot.waitUntil(settled(session, 25))
    with qtbot.waitSignal(session.failed):
        session.open(tmp_path / "good.npz")
        session.open(tmp_path / "bad.npz")
    session.step(5)
    qtbot.waitUntil(settled(session, 30))
    assert np.array_equal(session.snapshot.weights, straight(30))


def test_what_was_to_be_saved_is_saved_before_the_end(qapp, qtbot, tmp_path, monkeypatch):
    monkeypatch.setitem(MODELS, "toy", "toy")
    for count in range(20):
        session = Session(MODEL)
        session.set_visible(True)
        session.reset(ToyConfig(steps=10_000_000), play=True)
        qtbot.waitUntil(lambda session=session: session.status.head > 10)
        file = tmp_path / f"{count}.npz"
        session.save(file)
        session.shutdown()
        session.deleteLater()
        assert read(file).recording.history.end > 10


def test_an_untrained_run_is_built_anew_at_once(session, qtbot):
    session.reset()
    qtbot.waitUntil(phase(session, "untrained"))
    session.configure(ToyConfig(size=7))
    qtbot.waitUntil(lambda: session.snapshot is not None and session.snapshot.weights.shape == (7,))


def test_save_reopen_continue_to_the_same_bits(session, qtbot, tmp_path):
    session.step(150)
    qtbot.waitUntil(settled(session, 150))
    session.configure(session.config.model_copy(update={"learning_rate": 0.02}))
    session.edit(Shift(0.5))
    session.step(50)
    qtbot.waitUntil(settled(session, 200))
    session.seek(180)
    qtbot.waitUntil(settled(session, 180))
    file = tmp_path / "run.npz"
    with qtbot.waitSignal(session.saved):
        session.save(file, {"note": [1, 2]})
    other = Session(MODEL)
    other.set_visible(True)
    try:
        with qtbot.waitSignal(other.opened) as opened:
            other.open(file)
        assert opened.args[0].drawings == {"note": [1, 2]}
        qtbot.waitUntil(settled(other, 180))
        assert other.config.learning_rate == 0.02
        assert len(other.history) == 200
        for each in (session, other):
            each.play()
        for each in (session, other):
            qtbot.waitUntil(settled(each, 400))
        assert np.array_equal(session.snapshot.weights, other.snapshot.weights)
        assert np.array_equal(session.history.column("loss"), other.history.column("loss"))
        for each in (session, other):
            each.seek(149)
            qtbot.waitUntil(settled(each, 149))
        assert np.array_equal(other.snapshot.weights, straight(149))
    finally:
        other.shutdown()
        other.deleteLater()


def test_a_bad_file_leaves_the_present_run_alone(session, qtbot, tmp_path):
    session.step(20)
    qtbot.waitUntil(settled(session, 20))
    bad = tmp_path / "bad.npz"
    bad.write_bytes(b"PK\x03\x04 this is no archive")
    with qtbot.waitSignal(session.failed) as failed:
        session.open(bad)
    assert "not an experiment file" in failed.args[0].message
    session.step(5)
    qtbot.waitUntil(settled(session, 25))
    with qtbot.waitSignal(session.failed) as failed:
        session.save(tmp_path / "no" / "such" / "folder.npz")
    assert "could not be written" in failed.args[0].message


def test_everything_at_once_in_mid_training(session, qtbot):
    config = ToyConfig(steps=10_000_000)
    for seed in range(30):
        session.reset(config.model_copy(update={"seed": seed}), play=True)
        session.step()
        session.seek(seed)
        session.step_back()
        session.configure(config.model_copy(update={"seed": seed, "learning_rate": 0.5}))
        session.branch()
        session.pause()
        session.toggle()
        session.set_visible(seed % 2 == 0)
        qtbot.wait(seed % 4)
    session.set_visible(True)
    session.pause()
    qtbot.waitUntil(phase(session, "paused", "untrained"))


def test_a_hundred_times_open_train_close(qapp, qtbot):
    for count in range(100):
        session = Session(MODEL)
        session.set_visible(True)
        session.reset(ToyConfig(steps=10_000_000), play=True)
        if count % 3:
            qtbot.waitUntil(lambda session=session: session.status.head > 0)
        session.shutdown()
        session.shutdown()
        assert not any(thread.isRunning() for thread in session.findChildren(QThread))
        session.deleteLater()


def test_slow_motion_holds_for_later_runs(session, qtbot):
    session.set_pace(100.0)
    session.reset(ToyConfig(steps=10_000_000), play=True)
    qtbot.waitUntil(lambda: session.status.head > 20)
    session.reset(ToyConfig(steps=10_000_000, seed=1), play=True)
    qtbot.waitUntil(lambda: session.status.head > 5)
    assert session.status.head < 1000
    assert session.status.steps_per_second <= 100.0
    session.set_pace(None)
    qtbot.waitUntil(lambda: session.status.head > 2000)


def test_nothing_starts_after_the_end(qapp):
    session = Session(MODEL)
    session.shutdown()
    session.reset()
    session.play()
    assert session._thread is None
    session.deleteLater()


def test_many_steps_back_at_once_are_that_many(session, qtbot):
    session.step(50)
    qtbot.waitUntil(settled(session, 50))
    for _ in range(7):
        session.step_back()
    qtbot.waitUntil(settled(session, 43))


def test_the_present_is_the_newest_step_even_while_it_trains(session, qtbot):
    session.reset(ToyConfig(steps=10_000_000), play=True)
    qtbot.waitUntil(lambda: session.status.head > 100)
    session.seek(session.status.head)
    qtbot.waitUntil(phase(session, "paused"))
    assert session.status.position == session.status.head


def test_settings_follow_the_step_that_is_shown(session, qtbot):
    told = []
    session.config_changed.connect(told.append)
    session.step(50)
    qtbot.waitUntil(settled(session, 50))
    session.configure(session.config.model_copy(update={"learning_rate": 0.02, "size": 5}))
    session.step(50)
    qtbot.waitUntil(settled(session, 100))
    assert not told  # what the user asked for is not echoed
    session.seek(20)
    qtbot.waitUntil(settled(session, 20))
    assert (session.config.learning_rate, session.config.size) == (0.1, 5)  # the size still waits for a new run
    assert told == [session.config]
    session.seek(100)
    qtbot.waitUntil(settled(session, 100))
    assert session.config.learning_rate == 0.02
    session.seek(20)
    qtbot.waitUntil(settled(session, 20))
    session.branch(play=False)
    qtbot.waitUntil(lambda: session.status.head == 20)
    session.configure(session.config.model_copy(update={"steps": 300}))  # only what was touched changes
    qtbot.waitUntil(lambda: session.status.config.steps == 300)
    assert session.status.config.learning_rate == 0.1


def test_a_live_change_before_the_first_step_keeps_what_was_done_by_hand(session, qtbot):
    session.reset()
    session.edit(Shift(5.0))
    qtbot.waitUntil(lambda: session.snapshot is not None and phase(session, "untrained")())
    shifted = session.snapshot.weights
    session.configure(session.config.model_copy(update={"learning_rate": 0.02}))
    qtbot.waitUntil(lambda: session.status.config.learning_rate == 0.02)
    assert np.array_equal(session.snapshot.weights, shifted)


def test_opening_a_file_while_another_run_trains(session, qtbot, tmp_path):
    session.step(30)
    qtbot.waitUntil(settled(session, 30))
    with qtbot.waitSignal(session.saved):
        session.save(tmp_path / "run.npz")
    for round_ in range(20):
        session.reset(ToyConfig(steps=10_000_000, seed=round_), play=True)
        qtbot.waitUntil(lambda: session.status.head > 10)
        session.open(tmp_path / "run.npz")
        session.pause()  # of the run that is about to go
        qtbot.waitUntil(settled(session, 30))
        assert np.array_equal(session.snapshot.weights, straight(30))
        assert len(session.history) == 30
        session.step()  # the worker has the same run
        qtbot.waitUntil(settled(session, 31))


def test_a_reset_while_a_file_is_being_opened_wins(session, qtbot, tmp_path):
    session.step(30)
    qtbot.waitUntil(settled(session, 30))
    with qtbot.waitSignal(session.saved):
        session.save(tmp_path / "run.npz")
    session.open(tmp_path / "run.npz")
    session.reset(ToyConfig(seed=5))
    session.step(3)
    qtbot.waitUntil(settled(session, 3))
    assert np.array_equal(session.snapshot.weights, straight(3, seed=5))


def test_a_failed_run_goes_on_after_a_live_change_or_a_journey(session, qtbot):
    session.reset(ToyConfig(learning_rate=50.0), play=True)
    qtbot.waitUntil(phase(session, "failed"))
    failed_at = session.status.position
    assert failed_at > 0
    session.configure(session.config.model_copy(update={"learning_rate": 0.1}))
    session.play()
    qtbot.waitUntil(settled(session, 400))
    session.reset(ToyConfig(learning_rate=50.0), play=True)
    qtbot.waitUntil(phase(session, "failed"))
    session.seek(session.status.rewind_to)
    session.play()  # at once: it repeats what was recorded, and fails at the same step
    qtbot.waitUntil(lambda: session.status.phase == "failed" and session.status.position == failed_at)


def test_a_replay_brings_the_settings_of_every_step_that_it_passes(session, qtbot, tmp_path):
    session.step(50)
    qtbot.waitUntil(settled(session, 50))
    session.configure(session.config.model_copy(update={"learning_rate": 0.02}))
    session.step(50)
    qtbot.waitUntil(settled(session, 100))
    session.seek(20)
    qtbot.waitUntil(settled(session, 20))
    with qtbot.waitSignal(session.saved):
        session.save(tmp_path / "past.npz")
    with qtbot.waitSignal(session.opened):
        session.open(tmp_path / "past.npz")
    qtbot.waitUntil(settled(session, 20))
    session.configure(session.config.model_copy(update={"size": 5}))  # waits for a new run
    assert session.config.learning_rate == 0.1
    session.step(40)
    qtbot.waitUntil(settled(session, 60))
    assert (session.config.learning_rate, session.config.size) == (0.02, 5)
    session.configure(session.config.model_copy(update={"steps": 300}))  # only what was touched changes
    qtbot.waitUntil(lambda: session.settled and session.status.config.steps == 300)
    assert session.status.config.learning_rate == 0.02


def test_curves_of_another_task_are_no_ghosts(qapp, qtbot):
    session = Session(replace(MODEL, task=frozenset({"size"})))
    session.set_visible(True)
    session.step(10)
    qtbot.waitUntil(settled(session, 10))
    session.reset(session.config.model_copy(update={"learning_rate": 0.02}))
    assert len(session.ghosts) == 1
    qtbot.waitUntil(settled(session, 0))
    session.reset(session.config.model_copy(update={"size": 5}))  # none of this run, and none from before
    assert session.ghosts == ()
    session.shutdown()
