"""The training loop: learns, repeats to the bit, goes back in time, and refuses a step that would wreck it."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import ConfigError, DataError, TrainingError
from models.config import settings_of
from models.nn.initializers import INITIALIZERS
from models.nn.losses import LOSSES
from models.nn.optimizers import OPTIMIZERS
from models.nn.schedules import SCHEDULES
from models.supervised.mlp import MLPConfig, mlp_layers
from models.supervised.trainer import SupervisedConfig, SupervisedSnapshot, SupervisedTrainer, run_evaluation


class BlobTrainer(SupervisedTrainer[MLPConfig, SupervisedSnapshot]):
    """Three clouds of points in the plane; with `jitter`, every batch is moved a little, as if augmented."""

    train_count, test_count = 90, 60
    jitter = 0.0

    def prepare(self, data):
        rng = np.random.default_rng(99)
        self.labels = rng.integers(3, size=150)
        centres = np.array([[0, 2], [2, -1], [-2, -1]])
        self.points = (centres[self.labels] + rng.normal(size=(150, 2)) * 0.5).astype(np.float32)
        self.one_hot = np.eye(3, dtype=np.float32)
        self.noisy = self.jitter > 0

    def layers(self):
        return mlp_layers(self.config, 3, self.rng), (2,)

    def train_batch(self, chosen):
        x = self.points[:90][chosen]
        if self.noisy:
            x = x + self.rng.normal(0, self.jitter, x.shape).astype(np.float32)
        return x, self.one_hot[self.labels[:90][chosen]]

    def test_batch(self, chosen):
        return self.points[90:][chosen], self.one_hot[self.labels[90:][chosen]]

    def snapshot(self):
        return SupervisedSnapshot(**self.snapshot_fields())


class JitterTrainer(BlobTrainer):
    jitter = 0.1


def config(**changes):
    return MLPConfig(**({"hidden": (8,), "batch_size": 16, "epochs": 20, "learning_rate": 0.01} | changes))


def run(trainer, steps):
    return [trainer.step() for _ in range(steps)]


def same(first, second):
    assert first.keys() == second.keys()
    for name in first:
        np.testing.assert_array_equal(first[name], second[name], err_msg=name)


def test_choices_are_the_tables():
    for name, table in (
        ("loss", LOSSES),
        ("optimizer", OPTIMIZERS),
        ("schedule", SCHEDULES),
        ("initializer", INITIALIZERS),
    ):
        assert get_args(SupervisedConfig.model_fields[name].annotation) == tuple(table)


def test_every_setting_is_described_and_log_sliders_have_bounds():
    for setting in settings_of(MLPConfig):
        assert setting.description.endswith("."), setting.name
        if setting.log:
            assert setting.minimum > 0
            assert setting.maximum is not None
        assert set(setting.value_help) <= set(setting.choices)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("loss", LOSSES)
def test_learns_three_clouds(optimizer, loss):
    rate = {"sgd": 0.3, "momentum": 0.05, "nesterov": 0.05, "rmsprop": 0.01, "adam": 0.03}[optimizer]
    rate = rate / 16 if loss == "mse_sum" and optimizer not in ("adam", "rmsprop") else rate
    trainer = BlobTrainer(config(optimizer=optimizer, loss=loss, learning_rate=rate), None)
    while not trainer.done:
        metrics = trainer.step()
    assert set(metrics) == {"loss", "accuracy"}
    assert trainer.epoch == 20
    assert run_evaluation(trainer)["test_accuracy"] >= 0.9


@settings(max_examples=40, deadline=None)
@given(
    optimizer=st.sampled_from(list(OPTIMIZERS)),
    loss=st.sampled_from(list(LOSSES)),
    schedule=st.sampled_from(list(SCHEDULES)),
    dropout=st.sampled_from([0.0, 0.3]),
    trainer=st.sampled_from([BlobTrainer, JitterTrainer]),
    batch_size=st.sampled_from([7, 16, 90, 200]),
    before=st.integers(0, 30),
    after=st.integers(1, 20),
)
def test_restored_run_is_the_straight_run_bit_for_bit(
    optimizer, loss, schedule, dropout, trainer, batch_size, before, after
):
    settings = config(
        optimizer=optimizer, loss=loss, schedule=schedule, dropout=dropout, batch_size=batch_size, epochs=100,
        learning_rate=1e-4 if LOSSES[loss].summed else 0.003, l1=1e-4, l2=1e-3,
    )  # fmt: skip
    straight = trainer(settings, None)
    run(straight, before)
    saved = straight.state()
    expected = run(straight, after)

    other = trainer(settings, None)  # a new process that opens the file
    run(other, 5)
    run_evaluation(other)
    other.restore(saved)
    assert run(other, after) == expected
    same(other.state(), straight.state())

    straight.restore(saved)  # scrubbing back in the same run
    assert run(straight, after) == expected


def test_evaluations_do_not_influence_training():
    plain, watched = (JitterTrainer(config(dropout=0.2), None) for _ in range(2))
    for _ in range(50):
        plain.step()
        watched.step()
        run_evaluation(watched)
    np.testing.assert_array_equal(plain.network.parameters, watched.network.parameters)


def test_each_epoch_shows_every_example_once_in_a_new_order():
    trainer = BlobTrainer(config(batch_size=16), None)
    assert trainer.steps_per_epoch == 6
    orders = []
    for _ in range(2):
        seen = []
        for _ in range(6):
            seen.append(trainer._chosen())
            trainer.step()
        orders.append(np.concatenate(seen))
        assert sorted(orders[-1]) == list(range(90))
    assert not np.array_equal(*orders)


def test_a_batch_in_parts_gives_the_gradient_of_the_whole(monkeypatch):
    for loss in LOSSES:
        whole = BlobTrainer(config(batch_size=90, loss=loss), None)
        parts = BlobTrainer(config(batch_size=90, loss=loss), None)
        expected = whole.step()
        monkeypatch.setattr("models.supervised.trainer.LARGEST_CHUNK", 40)
        assert parts.step() == pytest.approx(expected, rel=1e-5)
        monkeypatch.undo()
        np.testing.assert_allclose(parts.network.gradients, whole.network.gradients, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("trainer_class", [BlobTrainer, JitterTrainer])
def test_divergence_is_refused_and_leaves_everything_as_it_was(trainer_class):
    trainer = trainer_class(
        config(optimizer="sgd", loss="mse_sum", learning_rate=10.0, schedule="constant", dropout=0.2, epochs=1000), None
    )
    losses = []

    def step_until_it_fails():
        nonlocal before
        while len(losses) < 500:
            before = trainer.state()
            losses.append(trainer.step()["loss"])

    before = {}
    with pytest.raises(TrainingError, match=r"step size of 10 is too large.*smaller"):
        step_until_it_fails()
    assert np.isfinite(losses).all()
    same(trainer.state(), before)
    assert np.isfinite(trainer.network.parameters).all()


def test_too_strong_decay_is_named_as_the_cause():
    trainer = BlobTrainer(
        config(optimizer="sgd", learning_rate=10.0, l2=1.0, schedule="constant", epochs=10_000, hidden=()), None
    )
    with pytest.raises(TrainingError, match="L2 decay of 1 is too strong"):
        run(trainer, 2000)


def test_data_that_are_not_numbers_are_named_as_the_cause():
    trainer = BlobTrainer(config(batch_size=90), None)
    trainer.points[3, 0] = np.nan
    with pytest.raises(TrainingError, match="not numbers"):
        trainer.step()


def test_live_changes_and_those_that_need_a_new_run():
    trainer = BlobTrainer(config(epochs=1), None)
    run(trainer, 6)
    assert trainer.done
    trainer.configure(config(epochs=3, learning_rate=0.5, momentum=0.5, l2=0.1))
    assert not trainer.done
    assert trainer.learner.optimizer.momentum == 0.5
    run(trainer, 12)
    assert trainer.done
    with pytest.raises(ConfigError, match="batch size, hidden"):
        trainer.configure(config(hidden=(9,), batch_size=4))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda s: s.pop("parameters"), "parameters"),
        (lambda s: s.update(parameters=s["parameters"][:-1]), "parameters"),
        (lambda s: s.update(parameters=s["parameters"].astype(np.float64)), "parameters"),
        (lambda s: s["parameters"].__setitem__(0, np.nan), "finite"),
        (lambda s: s["optimizer.mean"].__setitem__(0, np.nan), "optimizer.mean are not all finite"),
        (lambda s: s["optimizer.remainder"].fill(np.inf), "finite"),
        (lambda s: s["optimizer.mean_square"].fill(-1), "optimizer.mean_square .* negative"),
        (lambda s: s.update(first_loss=np.array(np.nan)), "finite"),
        (lambda s: s.update(generator=np.zeros(5, np.uint64)), "generator"),
        (lambda s: s.update(step_count=np.array(-3)), "step numbers"),
        (lambda s: s.pop("optimizer.mean"), "optimizer"),
        (lambda s: s["test_predictions"].fill(200), "classes"),
    ],
)
def test_damaged_state_is_refused_and_changes_nothing(change, message):
    trainer = BlobTrainer(config(), None)
    run(trainer, 3)
    saved = trainer.state()
    run(trainer, 3)
    before = trainer.state()
    change(saved)
    with pytest.raises(DataError, match=message):
        trainer.restore(saved)
    same(trainer.state(), before)


def test_snapshot_is_owned_read_only_and_knows_the_last_evaluation():
    trainer = BlobTrainer(config(), None)
    first = trainer.snapshot()
    assert (first.step, first.epoch, first.test_predictions, first.test_step) == (0, 0.0, None, -1)
    run(trainer, 3)
    run_evaluation(trainer)
    run(trainer, 1)
    second = trainer.snapshot()
    assert (second.step, second.test_step) == (4, 3)
    assert second.test_predictions.shape == (60,)
    assert not second.parameters.flags.writeable
    assert not np.shares_memory(second.parameters, trainer.network.parameters)
    assert not np.array_equal(first.parameters, second.parameters)


def test_evaluations_are_spread_and_affordable():
    trainer = BlobTrainer(config(epochs=50), None)
    due = []
    while not trainer.done:
        trainer.step()
        if trainer.evaluation_due():
            due.append(trainer.step_count)
    assert due[-1] == trainer.total_steps
    assert due[0] <= 3
    # A training example costs about three forward passes, a held-out one costs one.
    assert len(due) * trainer.test_count / (3 * trainer.total_steps * 16) <= 0.15


def test_evaluation_yields_between_pieces():
    trainer = BlobTrainer(config(), None)
    trainer.evaluation_chunk = 7
    assert sum(1 for _ in trainer.evaluate()) == 60 // 7
    in_pieces = trainer.snapshot().test_predictions
    trainer.evaluation_chunk = 1000
    run_evaluation(trainer)
    np.testing.assert_array_equal(trainer.snapshot().test_predictions, in_pieces)
