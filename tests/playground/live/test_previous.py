"""The way back to the run before: whatever took its place, it comes back to the bit, and the other way round."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from toy import MODEL, Shift, ToyConfig, ToyTrainer

from models.base import Edit
from playground.engine.previous import KEPT_BYTES
from playground.live.session import Session


@dataclass(frozen=True)
class Sweep(Shift):
    sweeping: ClassVar[bool] = True


@pytest.fixture
def session(qapp):
    session = Session(MODEL)
    session.set_visible(True)
    yield session
    session.shutdown()
    session.deleteLater()


def phase(session: Session, *wanted: str):
    return lambda: session.settled and session.status.phase in wanted


def settled(session: Session, position: int):
    return lambda: session.settled and session.status.position == session.snapshot.step == position


def straight(count: int, **options) -> np.ndarray:
    trainer = ToyTrainer(ToyConfig(**options), None)
    for _ in range(count):
        trainer.step()
    return trainer.weights


def at(session: Session, position: int, head: int, qtbot) -> None:
    qtbot.waitUntil(settled(session, position))
    assert (session.status.head, len(session.history)) == (head, head)


def train(session: Session, steps: int, qtbot) -> None:
    session.step(steps)
    at(session, steps, steps, qtbot)


def test_another_run_is_one_step_from_the_way_back(session, qtbot):
    train(session, 100, qtbot)
    recorded, own = session.history.column("loss").copy(), session.config
    assert session.status.previous is None
    session.reset(ToyConfig(size=5))
    qtbot.waitUntil(settled(session, 0))
    before = session.status.previous
    assert (before.position, before.head, before.config) == (100, 100, own)
    session.step(30)
    at(session, 30, 30, qtbot)
    session.back()
    at(session, 100, 100, qtbot)
    assert session.config == session.status.config == own
    assert np.array_equal(session.history.column("loss"), recorded)
    assert np.array_equal(session.snapshot.weights, straight(100))
    session.play()
    qtbot.waitUntil(settled(session, 400))
    assert np.array_equal(session.snapshot.weights, straight(400))
    session.back()  # and the other way round
    at(session, 30, 30, qtbot)
    assert session.config.size == 5


def test_a_run_that_nobody_would_miss_does_not_take_the_place_of_one(session, qtbot):
    train(session, 10, qtbot)
    for seed in (1, 2, 3):
        session.reset(ToyConfig(seed=seed))
        qtbot.waitUntil(settled(session, 0))
    assert session.status.previous.head == 10
    session.back()
    at(session, 10, 10, qtbot)
    assert session.status.previous is None  # the untrained one was no loss
    session.edit(Shift(1.0))
    session.reset(ToyConfig(seed=4))
    qtbot.waitUntil(settled(session, 0))
    session.edit(Shift(2.0))  # made by hand: worth keeping without a step
    session.reset(ToyConfig(seed=5))
    qtbot.waitUntil(settled(session, 0))
    assert session.status.previous.config.seed == 4
    session.back()
    at(session, 0, 0, qtbot)
    assert np.array_equal(session.snapshot.weights, straight(0, seed=4) + 2.0)


@pytest.mark.parametrize("how", ["branch", "configure", "edit"])
def test_a_future_that_was_cut_off_comes_back(session, qtbot, how):
    train(session, 200, qtbot)
    said = []
    session.branched.connect(lambda step, head: said.append((step, head)))
    session.seek(50)
    qtbot.waitUntil(settled(session, 50))
    change = {
        "branch": lambda: session.branch(play=False),
        "configure": lambda: session.configure(session.config.model_copy(update={"learning_rate": 0.01})),
        "edit": lambda: session.edit(Shift(0.5)),
    }
    change[how]()
    at(session, 50, 50, qtbot)
    assert said == [(50, 200)]
    assert [(ghost.start, ghost.end) for ghost in session.ghosts] == [(50, 200)]
    session.step(10)
    at(session, 60, 60, qtbot)
    session.back()
    at(session, 50, 200, qtbot)
    assert said == [(50, 200)]
    assert [(ghost.start, ghost.end) for ghost in session.ghosts] == [(0, 60)]
    assert session.config.learning_rate == 0.1
    session.seek(200)
    at(session, 200, 200, qtbot)
    assert np.array_equal(session.snapshot.weights, straight(200))


def test_a_sweeping_edit_is_undone_by_the_way_back(session, qtbot):
    train(session, 20, qtbot)
    session.edit(Shift(0.5))
    at(session, 20, 20, qtbot)
    assert session.status.previous is None  # what a hand does by and by has an undo of its own
    session.edit(Sweep(0.5))
    at(session, 20, 20, qtbot)
    session.back()
    at(session, 20, 20, qtbot)
    assert np.array_equal(session.snapshot.weights, straight(20) + 0.5)


def test_what_is_refused_takes_no_place(session, qtbot):
    train(session, 20, qtbot)
    session.reset(ToyConfig(seed=2))
    qtbot.waitUntil(settled(session, 0))
    train(session, 30, qtbot)
    session.seek(10)
    qtbot.waitUntil(settled(session, 10))
    with qtbot.waitSignal(session.failed):
        session.edit(Edit())
    qtbot.waitUntil(lambda: session.settled)
    assert session.status.previous.head == 20


def test_a_run_that_failed_comes_back_as_one_that_failed(session, qtbot):
    session.reset(ToyConfig(learning_rate=5.0), play=True)
    qtbot.waitUntil(phase(session, "failed"))
    message, head = session.status.message, session.status.head
    session.reset(ToyConfig())
    qtbot.waitUntil(phase(session, "untrained"))
    session.back()
    qtbot.waitUntil(phase(session, "failed"))
    assert (session.status.message, session.status.head) == (message, head)


def test_a_run_in_mid_training_is_kept_at_rest_and_within_bounds(session, qtbot):
    session.reset(ToyConfig(size=300_000, steps=10_000_000), play=True)
    qtbot.waitUntil(lambda: session.status.head > 60)
    session.reset(ToyConfig())
    qtbot.waitUntil(settled(session, 0))
    previous = session._worker._previous
    held = {id(array): array.nbytes for kept in previous.recording.checkpoints for array in kept.state.values()}
    assert sum(held.values()) <= KEPT_BYTES
    session.back()
    qtbot.waitUntil(lambda: session.settled)
    assert session.status.phase == "paused"
    assert session.status.position == session.status.head == previous.head


def test_there_is_nothing_to_go_back_to(session, qtbot):
    session.reset()
    qtbot.waitUntil(settled(session, 0))
    session.back()
    assert session.settled  # nothing was asked of the worker
