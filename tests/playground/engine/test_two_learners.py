"""A run may hold two learners, against each other or on the same batches: it is scrubbed, branched, saved and continued
to the same bits like any other."""

from __future__ import annotations

import numpy as np
import pytest
from duel import MODEL, DuelConfig, DuelTrainer

from models.base import DataError, TrainingError
from models.registry import MODELS
from playground.engine import experiment
from playground.engine.experiment import DataOrigin, Experiment, read, resume, write
from playground.engine.run import Run


@pytest.fixture(autouse=True)
def _duel(monkeypatch):
    monkeypatch.setitem(MODELS, "duel", "duel")


def at_rest(run):
    while run.work(1.0):
        pass
    return run


def go(run, step):
    run.advance(step - run.position)
    return at_rest(run)


def straight(config, changes, to):
    """State and metrics of a trainer that knows nothing of time travel; changes: step → settings from there on."""
    trainer, rows = DuelTrainer(config, None), []
    for step in range(to):
        if step in changes:
            trainer.configure(changes[step])
        rows.append(trainer.step())
    return trainer.state(), rows


def same_state(found, expected):
    assert found.keys() == expected.keys()
    for name in found:
        np.testing.assert_array_equal(found[name], expected[name], err_msg=name)


def same_rows(run, rows):
    assert [run.history.at(step) for step in range(1, run.head + 1)] == rows


@pytest.mark.parametrize("kind", ["duel", "twins"])
def test_scrubbed_branched_saved_and_continued_to_the_same_bits(kind, tmp_path):
    config = DuelConfig(kind=kind, steps=200)
    slower = config.model_copy(update={"learning_rate": 0.002})
    run = go(Run(DuelTrainer(config, None)), 120)
    same_state(run.trainer.state(), straight(config, {}, 120)[0])

    for step in (77, 3, 101):  # scrub: every moment is what it was
        run.seek(step)
        at_rest(run)
        assert run.position == step
        same_state(run.trainer.state(), straight(config, {}, step)[0])
    run.seek(60)
    at_rest(run)
    run.branch()
    run.configure(slower)
    go(run, 90)
    expected, rows = straight(config, {60: slower}, 90)
    same_state(run.trainer.state(), expected)
    same_rows(run, rows)
    assert len(run.futures) == 1

    path = tmp_path / "duel.npz"
    write(path, Experiment(MODEL, run.recording(experiment.CHECKPOINT_BYTES), DataOrigin(name="none", digest="00"), {}))
    opened = resume(read(path), None)
    assert (opened.position, opened.head) == (90, 90)
    same_state(opened.trainer.state(), expected)
    opened.seek(40)
    at_rest(opened)
    same_state(opened.trainer.state(), straight(config, {}, 40)[0])
    opened.seek(90)
    at_rest(opened)
    for each in run, opened:
        go(each, 150)
        expected, rows = straight(config, {60: slower}, 150)
        same_state(each.trainer.state(), expected)
        same_rows(each, rows)


def test_the_two_learners_keep_apart_what_is_theirs():
    names = set(DuelTrainer(DuelConfig(), None).state())
    assert names == {
        "forger.parameters", "forger.first_loss", "forger.optimizer.mean", "forger.optimizer.mean_square",
        "forger.optimizer.remainder", "critic.parameters", "critic.first_loss", "critic.optimizer.velocity",
        "generator", "step_count",
    }  # fmt: skip


def test_the_forger_learns_from_the_critic_where_the_real_points_are():
    trainer = DuelTrainer(DuelConfig(steps=2000, learning_rate=0.005), None)

    def distance():
        return float(np.abs(np.linalg.norm(trainer.snapshot().made, axis=1) - 1).mean())

    before = distance()
    while not trainer.done:
        metrics = trainer.step()
    assert distance() < 0.5 * before
    assert metrics["right"] < 0.9, "the critic is in doubt"


def test_a_step_that_explodes_leaves_both_and_a_damaged_state_changes_neither():
    run = go(Run(DuelTrainer(DuelConfig(), None)), 20)
    before = run.trainer.state()
    run.configure(run.trainer.config.model_copy(update={"learning_rate": 1e9}))
    with pytest.raises(TrainingError, match="Training of the forger diverged at step 21"):
        go(run, 60)  # the critic has already moved by then
    assert run.position == 20
    same_state(run.trainer.state(), before)

    damaged = before | {"critic.optimizer.velocity": before["critic.optimizer.velocity"] * np.nan}
    now = run.trainer.state()
    with pytest.raises(DataError, match=r"critic\.optimizer\.velocity are not all finite"):
        run.trainer.restore(damaged)
    same_state(run.trainer.state(), now)
