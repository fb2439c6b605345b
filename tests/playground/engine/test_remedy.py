"""Advice works: after a failure, training succeeds with what is advised, and the run's own record comes first."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from toy import MODEL, ToyConfig, ToyTrainer

from models.base import TrainingError
from models.registry import get_model
from playground.engine.remedy import Remedy, remedy
from playground.engine.run import Run


def fail(run: Run) -> None:
    run.play()
    with suppress(TrainingError):
        while run.work(0.1):
            pass
    assert run.failure is not None


def found(run: Run, trainer, metrics) -> Remedy:
    advice = []

    def whole():
        advice.append((yield from remedy(run, trainer, metrics)))

    for _ in whole():
        pass
    assert advice[0] is not None
    return advice[0]


def follow(run: Run, advice: Remedy) -> None:
    run.seek(advice.step)
    run.configure(run.trainer.config.model_copy(update=dict(advice.changes)))
    run.play()


@pytest.mark.parametrize(
    ("name", "preset", "changes"),
    [
        ("boundary", "step-too-large", {}),
        ("digits", "sigmoid-100-large-step", {"learning_rate": 10.0, "epochs": 1}),
        ("digits", "sigmoid-100-large-step", {"learning_rate": 1.0, "epochs": 1}),
    ],
)
def test_after_the_remedy_training_succeeds(name, preset, changes):
    model = get_model(name)
    config = model.presets[preset].config.model_copy(update=changes)
    data = model.load(config)
    run = Run(model.trainer(config, data), metrics=model.metrics)
    fail(run)
    advice = found(run, model.trainer(config, data), model.metrics)
    assert not advice.recorded
    follow(run, advice)
    while run.work(0.5):
        pass
    assert run.failure is None
    assert run.finished
    loss = run.history.column("loss")
    assert np.mean(loss[-20:]) < 0.8 * loss[0]


def test_a_step_size_that_went_well_in_this_run_is_taken_up_again():
    model = get_model("boundary")
    config = model.presets["step-too-large"].config.model_copy(update={"learning_rate": 0.2})
    data = model.load(config)
    run = Run(model.trainer(config, data), metrics=model.metrics)
    run.advance(150)
    while run.work(0.1):
        pass
    run.configure(config.model_copy(update={"learning_rate": 9.0}))
    fail(run)
    advice = found(run, model.trainer(config, data), model.metrics)
    assert (advice.changes, advice.recorded) == ({"learning_rate": 0.2}, True)
    assert advice.step == 150
    follow(run, advice)
    while run.work(0.5):
        pass
    assert run.finished


def test_a_collapsed_mixture_goes_on():
    model = get_model("mixture")
    config = model.presets["collapse"].config
    data = model.load(config)
    run = Run(model.trainer(config, data), metrics=model.metrics)
    run.play()
    try:
        while run.work(0.1):
            pass
    except TrainingError:
        follow(run, found(run, model.trainer(config, data), model.metrics))
        while run.work(0.1):
            pass
    assert run.failure is None
    assert run.finished


def test_what_is_searched_leaves_the_run_alone():
    run = Run(ToyTrainer(ToyConfig(learning_rate=5.0), None), metrics=MODEL.metrics)
    fail(run)
    before, at = run.trainer.weights.copy(), run.position
    advice = found(run, ToyTrainer(ToyConfig(learning_rate=5.0), None), MODEL.metrics)
    assert advice.changes["learning_rate"] < 5
    assert (run.position, run.failure is None) == (at, False)
    np.testing.assert_array_equal(run.trainer.weights, before)


def test_a_loss_that_explodes_and_comes_down_has_not_gone_well():
    """A hundred sigmoid units at a step of 10: at .03 they answer nothing any more, and their loss is small."""
    model = get_model("digits")
    config = model.presets["sigmoid-100-large-step"].config.model_copy(update={"learning_rate": 10.0})
    data = model.load(config)
    run = Run(model.trainer(config, data), metrics=model.metrics)
    fail(run)
    advice = found(run, model.trainer(config, data), model.metrics)
    trainer = model.trainer(config.model_copy(update=dict(advice.changes)), data)
    accuracies = [trainer.step()["accuracy"] for _ in range(1500)]
    assert np.mean(accuracies[-100:]) > 0.5
