"""Time travel is exact: whatever way a run takes to a step, the bits there are the same."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import MODEL, Shift, ToyConfig, ToyTrainer

from models.base import ConfigError, MetricSpec, TrainingError
from models.mixture.config import MixtureConfig
from models.mixture.data import load_points
from models.mixture.trainer import MixtureTrainer
from models.registry import MODELS, get_model
from playground.engine.run import EVALUATION_SHARE, FREE_EVALUATIONS, Run, train


def new_run(**options) -> Run:
    """A run whose clock ticks once per look, so that a test decides how much happens in a slice."""
    ticks = itertools.count()
    return Run(ToyTrainer(ToyConfig(**options), None), clock=lambda: next(ticks) * 0.01)


def work(run: Run) -> None:
    while run.work(0.05):
        pass


def straight(count: int, **options) -> ToyTrainer:
    trainer = ToyTrainer(ToyConfig(**options), None)
    for _ in range(count):
        trainer.step()
    return trainer


def same(run: Run, trainer: ToyTrainer) -> bool:
    ours, theirs = run.trainer.state(), trainer.state()
    return all(np.array_equal(ours[name], theirs[name]) for name in theirs)


def test_a_run_records_every_step_and_each_evaluation():
    run, _ = train(ToyTrainer(ToyConfig(steps=123), None))
    assert run.head == run.position == 123
    assert len(run.history.column("loss")) == 123
    assert list(run.history.evaluation("held_out")[0]) == [50, 100, 123]
    assert same(run, straight(123))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 300), min_size=1, max_size=6))
def test_scrubbing_shows_the_bits_of_a_straight_run(targets):
    run = new_run(steps=300)
    run.play()
    work(run)
    for target in targets:
        run.seek(target)
        work(run)
        assert run.position == target
        assert run.head == 300
        assert same(run, straight(target))
        assert run.snapshot().evaluated_at == target  # what is shown beside it was measured there


def test_a_new_seek_replaces_one_under_way():
    run = new_run(steps=300)
    run.play()
    work(run)
    run.seek(250)
    run.work(0.02)
    run.seek(10)
    work(run)
    assert run.position == 10


def test_training_from_the_past_repeats_and_then_goes_on():
    run = new_run(steps=300)
    run.advance(200)
    work(run)
    losses = run.history.column("loss").copy()
    run.seek(50)
    work(run)
    run.play()
    work(run)
    assert run.position == 300
    assert np.array_equal(run.history.column("loss")[:200], losses)
    assert same(run, straight(300))
    assert not run.futures


def test_continue_from_here_makes_a_branch_and_keeps_the_old_future():
    run = new_run(steps=300)
    run.play()
    work(run)
    old = run.history.column("loss").copy()
    run.seek(120)
    work(run)
    run.branch()
    assert run.head == 120
    (future,) = run.futures
    assert future.start == 120
    assert np.array_equal(future.columns["loss"], old[120:])
    run.play()
    work(run)
    assert same(run, straight(300))  # nothing was changed, so the new future equals the old one


def test_continuing_while_still_on_the_way_there():
    run = new_run(steps=300)
    run.play()
    work(run)
    run.seek(120)
    run.branch()
    assert run.head == run.position == 120
    assert len(run.futures) == 1


def test_live_changes_are_repeated_when_scrubbing():
    run = new_run(steps=300)
    run.advance(100)
    work(run)
    run.configure(run.trainer.config.model_copy(update={"learning_rate": 0.01}))
    run.advance(100)
    work(run)
    reference = ToyTrainer(ToyConfig(steps=300), None)
    for step in range(170):
        if step == 100:
            reference.configure(ToyConfig(steps=300, learning_rate=0.01))
        reference.step()
    for start in (0, 60, 200):
        run.seek(start)
        work(run)
        run.seek(170)
        work(run)
        assert same(run, reference)
    run.seek(30)
    work(run)
    assert run.trainer.config.learning_rate == 0.1  # the past is shown with its own settings


def test_a_live_setting_changed_before_training_is_no_change_by_hand():
    config = MixtureConfig()  # at its start the state holds a NaN: there is no likelihood before the first
    run = Run(MixtureTrainer(config, load_points(config)))
    run.configure(config.model_copy(update={"tolerance": 1e-6}))
    assert not run.timeline.edits
    assert [change.step for change in run.timeline.changes] == [0]


def test_a_change_in_the_past_starts_a_branch():
    run = new_run(steps=300)
    run.play()
    work(run)
    run.seek(80)
    run.configure(run.trainer.config.model_copy(update={"learning_rate": 0.02}))  # while still on the way there
    assert run.head == run.position == 80
    assert run.timeline.config_at(80).learning_rate == 0.02
    assert len(run.futures) == 1


def test_edits_survive_scrubbing():
    run = new_run(steps=300)
    run.advance(100)
    work(run)
    run.edit(Shift(3.0))
    run.advance(100)
    work(run)
    reference = straight(100, steps=300)
    reference.edit(Shift(3.0))
    for _ in range(40):
        reference.step()
    for start in (0, 99, 200):
        run.seek(start)
        work(run)
        run.seek(140)
        work(run)
        assert same(run, reference)
    run.seek(99)
    work(run)
    assert same(run, straight(99, steps=300))
    run.advance(1)  # over the edit, forwards
    work(run)
    run.advance(40)
    work(run)
    assert same(run, reference)


def test_divergence_stops_before_bad_numbers_and_can_be_rewound():
    run = new_run(learning_rate=20.0)
    run.play()
    with pytest.raises(TrainingError, match="smaller step size"):
        work(run)
    assert run.failure
    assert not run.playing
    assert np.all(np.isfinite(run.trainer.weights))
    assert np.all(np.isfinite(run.history.column("loss")))
    work(run)  # the last good step is evaluated, then it rests
    assert not run.busy
    target = run.rewind_target(MODEL.metrics)
    run.seek(target)
    work(run)
    assert run.failure is None
    run.configure(run.trainer.config.model_copy(update={"learning_rate": 0.1}))
    run.play()
    work(run)
    assert run.finished


def test_settings_that_need_a_new_run_are_refused():
    run = new_run()
    with pytest.raises(ConfigError, match="size cannot change"):
        run.configure(ToyConfig(size=7))
    assert run.trainer.config.size == 3


def test_a_finished_run_goes_on_when_its_end_is_moved():
    run = new_run(steps=60)
    run.play()
    work(run)
    assert run.finished
    run.configure(run.trainer.config.model_copy(update={"steps": 90}))
    run.play()
    work(run)
    assert run.position == 90


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 200), st.integers(0, 200), st.booleans())
def test_a_recording_resumes_to_the_same_bits(at, position, checkpoints):
    run = new_run(steps=200)
    run.advance(at)
    work(run)
    run.configure(run.trainer.config.model_copy(update={"learning_rate": 0.03}))
    run.play()
    work(run)
    run.seek(position)
    work(run)
    recording = run.recording(100_000 if checkpoints else 0)
    again = Run.resume(ToyTrainer(recording.changes[0].config, None), recording)
    assert again.position == position
    assert again.head == 200
    assert np.array_equal(again.history.column("loss"), run.history.column("loss"))
    for target in (position, 17, 200):
        for each in (run, again):
            each.seek(target)
            work(each)
        assert same(again, run.trainer)


def test_slow_motion_keeps_the_pace_and_the_bits():
    now = [0.0]
    run = Run(ToyTrainer(ToyConfig(steps=1000), None), clock=lambda: now[0])
    run.set_pace(20.0)
    run.play()
    for _ in range(200):  # two seconds in looks of 10 ms
        run.work(0.008)
        now[0] += 0.01
    assert 38 <= run.head <= 42
    run.work(0.008)
    assert 0 < run.rest <= 0.05
    assert same(run, straight(run.head))
    now[0] += 60.0  # the computer slept: what was missed is not made up for
    before = run.head
    run.work(0.008)
    assert run.head - before <= 4
    run.seek(0)
    while run.work(0.008):
        pass
    assert run.position == 0
    run.advance(30)
    assert run.rest == 0.0
    run.work(0.008)  # neither seeking nor single steps are held up
    assert run.position == 30


def test_slow_motion_repeats_the_past_slowly_too():
    now = [0.0]
    run = Run(ToyTrainer(ToyConfig(steps=1000), None), clock=lambda: now[0])
    run.advance(100)
    work(run)
    run.seek(10)
    work(run)
    run.set_pace(10.0)
    run.play()
    for _ in range(100):
        run.work(0.008)
        now[0] += 0.01
    assert 19 <= run.position <= 22
    run.set_pace(None)
    assert run.rest == 0.0
    with pytest.raises(ConfigError):
        run.set_pace(0.0)


@pytest.mark.parametrize("checkpoint_bytes", [0, 10_000])
def test_an_edit_before_the_first_step_survives_saving(checkpoint_bytes):
    run = new_run(steps=300)
    run.edit(Shift(2.0))
    edited = run.trainer.state()
    run.advance(50)
    work(run)
    again = Run.resume(ToyTrainer(ToyConfig(steps=300), None), run.recording(checkpoint_bytes))
    for target in (0, 30):
        for each in (run, again):
            each.seek(target)
            work(each)
        assert same(again, run.trainer)
    again.seek(0)
    work(again)
    assert np.array_equal(again.trainer.weights, edited["weights"])


def test_what_is_repeated_is_measured_where_it_was_measured_the_first_time():
    """Training again from the past shows the held-out numbers of then, and adds nothing to the record."""
    run = new_run(steps=300)
    run.play()
    work(run)
    recorded = run.history.evaluation("held_out")
    run.seek(20)
    work(run)
    run.play()
    seen = set()
    while run.work(0.0):
        seen.add(run.snapshot().evaluated_at)
    assert {20, 50, 100, 150, 200, 250} <= seen
    assert run.snapshot().evaluated_at == 300
    again = run.history.evaluation("held_out")
    assert all(np.array_equal(a, b) for a, b in zip(again, recorded, strict=True))
    assert same(run, straight(300))


def test_where_to_go_back_to():
    """To where the model was best, whether that is where a number was low or where it was high."""
    run = new_run(steps=300)
    assert run.rewind_target(MODEL.metrics) == 0
    run.play()
    work(run)
    loss = run.history.column("loss")
    lowest = run.timeline.nearest(int(np.argmin(np.convolve(loss, np.full(16, 1 / 16), mode="valid"))) + 16).step
    assert run.rewind_target(MODEL.metrics) == lowest > 0
    assert run.rewind_target([MetricSpec("loss", "", "", better="higher")]) < lowest
    assert run.rewind_target([MetricSpec("loss", "", "")]) == run.timeline.checkpoints[-1].step
    run.seek(0)
    run.branch()
    assert run.rewind_target(MODEL.metrics) == 0


@pytest.mark.parametrize("way", ["forwards", "backwards", "step by step", "a file"])
def test_at_the_step_of_a_change_the_new_settings_are_in_force_whichever_way_led_there(way):
    run = new_run(steps=30)
    run.play()
    work(run)
    assert (run.position, run.finished) == (30, True)
    run.configure(run.trainer.config.model_copy(update={"steps": 60, "learning_rate": 0.02}))
    run.play()
    work(run)
    run.seek(40 if way == "backwards" else 10)
    work(run)
    if way == "step by step":
        run.advance(20)
    else:
        run.seek(30)
    work(run)
    if way == "a file":
        run = Run.resume(ToyTrainer(ToyConfig(steps=30), None), run.recording())
    assert run.position == 30
    assert (run.trainer.config.steps, run.trainer.config.learning_rate) == (60, 0.02)
    run.branch()
    assert not run.finished
    run.play()
    work(run)
    assert run.position == 60


# What is declared and what is reported ------------------------------------------------------------------------------


def renamed(which: str, /, **changes) -> tuple[MetricSpec, ...]:
    """The toy's metrics, one of them declared otherwise."""
    return tuple(replace(spec, **changes) if spec.name == which else spec for spec in MODEL.metrics)


@pytest.mark.parametrize(
    ("metrics", "words", "where"),
    [
        (renamed("loss", name="lost"), ("does not report “lost”", "reports “loss”"), 0),
        (MODEL.metrics[1:], ("reports “loss”",), 0),
        ((*MODEL.metrics, MetricSpec("f1", "F1", "f1")), ("does not report “f1”",), 0),
        (renamed("held_out", name="test"), ("evaluate() does not report “test”", "reports “held_out”"), 50),
        (renamed("held_out", evaluated=False), ("does not report “held_out”",), 0),
    ],
)
def test_a_metric_that_is_misspelt_or_never_reported_stops_the_run_at_once(metrics, words, where):
    run = Run(ToyTrainer(ToyConfig(), None), metrics=metrics)
    run.play()
    with pytest.raises(TrainingError) as caught:
        work(run)
    for part in words:
        assert part in str(caught.value)
    assert run.failure == str(caught.value)
    assert not run.playing
    assert run.position == run.head == where
    assert same(run, straight(where))


def test_a_run_that_was_opened_goes_on_with_the_metrics_of_its_record():
    run, _ = train(ToyTrainer(ToyConfig(steps=30), None), metrics=MODEL.metrics)
    recording = run.recording()
    rows = recording.history
    recording = replace(recording, history=replace(rows, columns={"loss": rows.columns["loss"]}))
    optional = renamed("first", optional=True)
    opened = Run.resume(ToyTrainer(ToyConfig(steps=30), None), recording, metrics=optional)
    opened.configure(ToyConfig(steps=60))
    opened.play()
    with pytest.raises(TrainingError, match="reports loss, first, but the record so far holds loss"):
        work(opened)
    assert opened.position == opened.head == 30
    assert opened.recording().history.length == 30  # what there is can still be kept


def test_optional_metrics_may_be_missing_and_evaluated_is_not_held_out():
    assert MetricSpec("a", "a", "a", held_out=True).evaluated is True
    assert MetricSpec("a", "a", "a").evaluated is False
    cheap = MetricSpec("a", "a", "a", held_out=True, evaluated=False)
    assert cheap.held_out
    assert not cheap.evaluated
    metrics = (*renamed("held_out", held_out=False, evaluated=True), MetricSpec("f1", "F1", "f1", optional=True))
    run, _ = train(ToyTrainer(ToyConfig(steps=60), None), metrics=metrics)
    assert list(run.history.evaluation("held_out")[0]) == [50, 60]


@pytest.mark.parametrize("name", list(MODELS))
def test_every_preset_reports_what_its_model_declares(name):
    model = get_model(name)
    for preset in model.presets.values():
        run = Run(model.trainer(preset.config, model.load(preset.config)), metrics=model.metrics)
        run.advance(1)
        while run.moving:
            run.work(0.0)
        assert run.position == run.head == 1 or run.finished


# Evaluations keep to a budget --------------------------------------------------------------------------------------


class Curious(ToyTrainer):
    """Would look at its held-out data after every step."""

    cost: float | None = None

    def evaluation_due(self) -> bool:
        return True

    @property
    def evaluation_cost(self) -> float | None:
        return self.cost


class Slow(Curious):
    cost = 40.0


def evaluated_at(run: Run) -> list[int]:
    return run.history.evaluation("held_out")[0].tolist()


@pytest.mark.parametrize(("trainer", "cost"), [(Curious, 4), (Slow, 40)])
def test_evaluations_are_kept_to_their_share_of_the_work_and_to_the_same_steps(trainer, cost):
    """Four pieces count as four steps, unless the model says what it costs; the clock has no say in it."""
    runs = []
    for tick in (1e-9, 0.003, 0.2):
        ticks = itertools.count()
        run = Run(trainer(ToyConfig(steps=3000), None), clock=lambda ticks=ticks, tick=tick: next(ticks) * tick)
        run.play()
        work(run)
        runs.append(run)
    steps = evaluated_at(runs[0])
    assert steps[:FREE_EVALUATIONS] == list(range(1, FREE_EVALUATIONS + 1))
    assert steps[-1] == 3000
    spent = (len(steps) - FREE_EVALUATIONS) * cost
    spared = spent - 2 * cost  # the one that is just begun, and the one at the end
    assert 0.5 * EVALUATION_SHARE < spared / (spared + 3000) <= EVALUATION_SHARE
    assert all(evaluated_at(run) == steps for run in runs)


def test_a_run_that_was_saved_is_evaluated_where_it_would_have_been_anyway():
    straight_on = new_trainer_run(Curious, 600)
    stopped = new_trainer_run(Curious, 600)
    stopped.play()
    while stopped.position < 300:
        stopped.work(0.05)
    stopped.pause()
    work(stopped)
    resumed = Run.resume(Curious(ToyConfig(steps=600), None), stopped.recording(), clock=stopped._clock)
    for run in (straight_on, resumed, stopped):
        run.play()
        work(run)
    assert evaluated_at(resumed) == evaluated_at(stopped)
    assert abs(len(evaluated_at(stopped)) - len(evaluated_at(straight_on))) <= 1  # it was looked at where it rested


def new_trainer_run(trainer: type[ToyTrainer], steps: int) -> Run:
    ticks = itertools.count()
    return Run(trainer(ToyConfig(steps=steps), None), clock=lambda: next(ticks) * 0.01)


@pytest.mark.parametrize("name", list(MODELS))
def test_the_models_themselves_are_never_held_up(name):
    """They say how often they want it such that it stays cheap, and are given all they ask for."""
    model = get_model(name)
    for preset in model.presets.values():
        trainer = model.trainer(preset.config, model.load(preset.config))
        cost, wanted, total = trainer.evaluation_cost, 0, min(trainer.total_steps or 0, 100_000)
        for step in range(1, total):
            trainer.step_count = step
            if not trainer.evaluation_due():
                continue
            assert cost is not None, "it looks at held-out data, so it should say what that costs"
            spent = (wanted - FREE_EVALUATIONS) * cost
            assert spent * (1 - EVALUATION_SHARE) <= EVALUATION_SHARE * step, (preset, step)
            wanted += 1
