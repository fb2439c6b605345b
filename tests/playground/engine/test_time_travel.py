"""Whatever a user does, in whatever order, the run is at every step exactly what a straight replay of the recorded
decisions gives: Hypothesis plays the user, and a fresh trainer that knows nothing of time travel is the judge."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from toy import MODEL, Shift, ToyConfig, ToyTrainer

from models.base import ConfigError, Edit, State, TrainingError
from models.config import Config, settings_of
from models.registry import MODELS, get_model
from models.supervised.trainer import run_evaluation
from playground.engine.run import Run

DUE = 25


class SwingTrainer(ToyTrainer):
    """Its live settings touch the state, too: a new step size lets it swing from rest."""

    def configure(self, config: ToyConfig) -> None:
        before = self.config
        super().configure(config)
        if config.learning_rate != before.learning_rate:
            self.velocity = np.zeros_like(self.velocity)

    def evaluation_due(self) -> bool:
        return self.step_count % DUE == 0 or self.done


@dataclass
class Straight:
    """The recorded decisions by step, and what a fresh trainer makes of them."""

    start: ToyConfig
    trainer: type[ToyTrainer]
    decisions: dict[int, list[Config | Edit]] = field(default_factory=dict)

    def cut(self, step: int) -> None:
        self.decisions = {at: made for at, made in self.decisions.items() if at <= step}

    def decide(self, step: int, decision: Config | Edit) -> None:
        self.cut(step)
        self.decisions.setdefault(step, []).append(decision)

    def replay(self, to: int) -> tuple[State, list[float], dict[int, float]]:
        """State after `to` steps, the loss of each, and the held-out numbers where they were due."""
        trainer = self.trainer(self.start, None)
        losses, held_out = [], {}
        for step in range(to + 1):
            if step:
                losses.append(trainer.step()["loss"])
            for decision in self.decisions.get(step, ()):
                if isinstance(decision, Edit):
                    trainer.edit(decision)
                else:
                    trainer.configure(decision)
            if step and trainer.evaluation_due():
                held_out[step] = run_evaluation(trainer)["held_out"]
        return trainer.state(), losses, held_out


class User(RuleBasedStateMachine):
    """Somebody who presses everything."""

    @initialize(
        budget=st.sampled_from([300, 800, 3000, 10**6]),
        trainer=st.sampled_from([ToyTrainer, SwingTrainer]),
        steps=st.sampled_from([120, 400]),
    )
    def begin(self, budget: int, trainer: type[ToyTrainer], steps: int) -> None:
        config = ToyConfig(steps=steps)
        ticks = itertools.count()
        self.clock = lambda: next(ticks) * 0.01
        self.budget, self.trainer = budget, trainer
        self.run = Run(trainer(config, None), budget=budget, clock=self.clock)
        self.straight = Straight(config, trainer)

    def work(self, slices: int = 10**6) -> None:
        for _ in range(slices):
            try:
                if not self.run.work(0.03):
                    return
            except TrainingError:
                assert self.run.failure

    def arrive(self) -> None:
        while self.run.seeking is not None:
            self.work(1)

    @rule(steps=st.integers(1, 90), slices=st.sampled_from([0, 1, 3, 10**6]))
    def advance(self, steps: int, slices: int) -> None:
        self.run.advance(steps)
        self.work(slices)

    @rule(slices=st.integers(0, 12), pause=st.booleans())
    def play(self, slices: int, pause: bool) -> None:
        self.run.play()
        self.work(slices)
        if pause:
            self.run.pause()

    @rule(pace=st.sampled_from([None, 5.0, 1000.0]))
    def set_pace(self, pace: float | None) -> None:
        self.run.set_pace(pace)

    @rule(place=st.floats(0, 1), slices=st.sampled_from([0, 1, 2, 10**6]))
    def seek(self, place: float, slices: int) -> None:
        target = round(place * self.run.head)
        self.run.seek(target)
        self.work(slices)
        if slices > 2 and self.budget == 10**6:
            assert self.run.position == target  # only where memory is short may it be a later step

    @rule()
    def back_to_the_present(self) -> None:
        self.run.seek(self.run.head)
        self.work()
        assert self.run.position == self.run.head  # always in reach

    @rule()
    def branch(self) -> None:
        self.run.branch()
        assert self.run.head == self.run.position
        self.straight.cut(self.run.head)

    @rule(learning_rate=st.sampled_from([0.1, 0.02, 0.5, 1e6]), steps=st.sampled_from([None, 90, 300, 500]))
    def configure(self, learning_rate: float, steps: int | None) -> None:
        self.run.set_pace(self.run.pace)
        self.arrive()
        update = {"learning_rate": learning_rate} | ({} if steps is None else {"steps": steps})
        config = self.run.trainer.config.model_copy(update=update)
        changed = config != self.run.trainer.config
        self.run.configure(config)
        if changed:
            assert self.run.head == self.run.position
            assert self.run.failure is None
            self.straight.decide(self.run.head, config)

    @rule(by=st.sampled_from([-1.0, 0.25]))
    def edit(self, by: float) -> None:
        self.run.edit(Shift(by))
        assert self.run.head == self.run.position
        self.straight.decide(self.run.head, Shift(by))

    @rule()
    def be_refused(self) -> None:
        head = self.run.head
        with pytest.raises(ConfigError):
            self.run.configure(self.run.trainer.config.model_copy(update={"size": 9}))
        assert self.run.head == head

    @rule(checkpoint_bytes=st.sampled_from([0, 300, 1000, 10**6]))
    def save_and_reopen(self, checkpoint_bytes: int) -> None:
        recording = self.run.recording(checkpoint_bytes)
        trainer = self.trainer(recording.changes[0].config, None)
        self.run = Run.resume(trainer, recording, budget=self.budget, clock=self.clock)
        if checkpoint_bytes < 10**6:
            self.budget = min(self.budget, checkpoint_bytes)

    @precondition(lambda self: self.run.failure is not None)
    @rule()
    def rewind(self) -> None:
        self.run.seek(self.run.rewind_target(MODEL.metrics))
        self.work()
        assert self.run.failure is None

    @invariant()
    def nothing_differs_from_a_straight_replay(self) -> None:
        run = self.run
        state, losses, held_out = self.straight.replay(run.head)
        if run.seeking is None:
            state = self.straight.replay(run.position)[0] if run.position < run.head else state
            ours = run.trainer.state()
            assert {name: array.tolist() for name, array in ours.items()} == {
                name: array.tolist() for name, array in state.items()
            }
        assert run.history.rows().columns.get("loss", np.zeros(0)).tolist() == losses
        recorded = dict(zip(*(each.tolist() for each in run.history.evaluation("held_out")), strict=True))
        for step, value in held_out.items():
            if step < run.head:
                assert recorded[step] == value
        assert all(np.isfinite(losses))
        if not run.busy:  # what is shown beside the model was measured on it
            assert run.snapshot().evaluated_at == run.position


User.TestCase.settings = settings(
    max_examples=250, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestUser = User.TestCase


@pytest.mark.parametrize("name", MODELS)
def test_a_live_change_before_the_first_step_is_a_start_with_it(name):
    """A window may change a setting of an untrained model in place, and a file may build the model with it at once."""
    model = get_model(name)
    config = model.presets[model.default_preset].config
    data = model.load(config)
    for setting in settings_of(model.config):
        value = getattr(config, setting.name)
        other = {
            "bool": lambda value=value: not value,
            "int": lambda value=value: value + 1,
            "float": lambda value=value: value / 2 + 0.01,
        }.get(setting.kind)
        if other is None:
            continue
        changed = config.model_copy(update={setting.name: other()})
        if config.needs_rebuild(changed):
            continue
        late, early = model.trainer(config, data), model.trainer(changed, data)
        late.configure(changed)
        assert_same(late.state(), early.state())


FAILURES = {
    "digits": ("sigmoid-50", {"learning_rate": 10.0, "hidden": (4,), "dropout": 0.2, "shift": 1.0}),
    "boundary": ("step-too-large", {"learning_rate": 10.0}),
    "bits": ("place-values", {"learning_rate": 10.0}),
    "mixture": ("collapse", {"on_collapse": "stop", "regularisation": 0.0}),
}


@pytest.mark.parametrize("name", FAILURES)
@pytest.mark.parametrize("half_way", [False, True])
def test_a_step_that_fails_leaves_no_trace(name, half_way):
    model = get_model(name)
    preset, changes = FAILURES[name]
    config = model.presets[preset].config.model_copy(update=changes)
    trainer = model.trainer(config, model.load(config))
    for step in range(60):
        if name == "mixture" and half_way:  # a whole iteration may fail in its second half
            trainer.configure(config.model_copy(update={"half_steps": step % 2 == 0}))
        before = trainer.state()
        try:
            trainer.step()
        except TrainingError:
            assert_same(trainer.state(), before)
            return
    raise AssertionError("it did not fail")


def assert_same(ours: State, theirs: State) -> None:
    assert ours.keys() == theirs.keys()
    for name, array in theirs.items():
        assert np.array_equal(ours[name], array, equal_nan=array.dtype.kind == "f"), name
