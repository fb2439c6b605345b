"""One run of a model, in time: forwards a step at a time, back to any earlier step, and on from there another way.

No Qt and no threads: the command line drives a `Run` in a plain loop, the window's worker drives it in short slices.
What is pending (steps to do, a step to go to, held-out data to look at) is done in `work()`, a little at a time, so
that whoever drives it can listen to the user in between.

The *head* is the newest step of the recorded history, the *position* is the step that the model is at. Looking at the
past moves the position only. Training from a past position repeats the recorded steps to the same bits up to the head
and goes on from there; a change of settings or an edit in the past starts a new branch, as `branch()` does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, Metrics, MetricSpec, Snapshot, State, Trainer, TrainingError
from models.config import Config
from playground.engine.arithmetic import Arithmetic, with_here
from playground.engine.history import History, HistoryRows
from playground.engine.timeline import BUDGET, Change, Checkpoint, Timeline

CHECKPOINT_SHARE = 0.01
"""Share of the time that taking checkpoints may cost."""

SHORTEST_GAP = 0.05
"""Seconds of training between two automatic checkpoints at the least."""

CATCH_UP = 0.1
"""Seconds that a slow-motion run makes up for after it was held up; what is older is let go."""

EVALUATION_SHARE = 0.12
"""Share of the work that looking at held-out data may be.

It is counted in steps (`Trainer.evaluation_cost`), not in seconds: the clock would have the same run evaluated at other
steps every time, and its record would not repeat.
"""

FREE_EVALUATIONS = 8
"""Evaluations that do not count: in the beginning much changes."""

MOST_FUTURES = 4
"""Abandoned futures that are kept to be shown as ghost curves."""

AnyTrainer = Trainer[Any, Any]


@dataclass(frozen=True)
class Recording:
    """A run at rest, as arrays and configs: enough to build the same run again (see `Run.recording`).

    Attributes:
        state: the model at `step`.
        history: every row up to the head, which may be later than `step`.
        futures: what was recorded and then left behind by branching, oldest first.
        changes: the settings in force, by step; the first is at step 0.
        edits: steps after which something was changed by hand.
        checkpoints: as many as were asked for.
        data: names of the arrays in all these states that are the user's own data.
        evaluation_pieces: of how many pieces an evaluation consists; 0 while none was done.
        made_with: what did the arithmetic, the latest last.
    """

    step: int
    state: State
    history: HistoryRows
    changes: tuple[Change, ...]
    edits: tuple[int, ...] = ()
    checkpoints: tuple[Checkpoint, ...] = ()
    futures: tuple[HistoryRows, ...] = ()
    data: frozenset[str] = frozenset()
    evaluation_pieces: int = 0
    made_with: tuple[Arithmetic, ...] = ()

    @property
    def config(self) -> Config:
        """The settings in force at `step`."""
        return [change for change in self.changes if change.step <= self.step][-1].config


class Run:
    """A trainer with its history and its timeline.

    Attributes:
        trainer: the model as it is at the position.
        history: what every step up to the head reported.
        timeline: checkpoints and changes of settings.
        futures: what was recorded and then left behind by branching, oldest first; the last few are kept.
        playing: whether steps are done one after the other until it is stopped.
        pace: slow motion: steps per second while playing; None for as fast as it can.
        failure: why the mathematics failed at this position, or None.
        made_with: what did the arithmetic so far, where that was not only this process.
    """

    def __init__(
        self,
        trainer: AnyTrainer,
        *,
        budget: int = BUDGET,
        clock: Callable[[], float] = time.perf_counter,
        own_data: bool = False,
        metrics: Sequence[MetricSpec] | None = None,
    ) -> None:
        """A run at step 0; with `own_data`, which no config can make again, recordings hold that step as well.

        What is reported is compared with the declared `metrics`, unless there are none: a misspelt one stops the run
        with a TrainingError at its first step, or at its first evaluation.
        """
        self.trainer = trainer
        self.made_with: tuple[Arithmetic, ...] = ()
        self.history = History()
        self.timeline = Timeline(trainer.config, budget=budget)
        self.futures: tuple[HistoryRows, ...] = ()
        self.playing = False
        self.pace: float | None = None
        self.failure: str | None = None
        self._clock = clock
        self._declared = {evaluated: _names(metrics, evaluated) for evaluated in (False, True)} if metrics else {}
        self._own: State = {}
        self._due = 0.0
        self._steps_wanted = 0
        self._seeking: int | None = None
        self._evaluation: Generator[None, None, Metrics] | None = None
        self._evaluated_at: int | None = None
        self._pieces = 0
        self._evaluation_pieces = 0
        self._since_checkpoint = 0.0
        self._checkpoint_cost = 0.0
        self._rate = 0.0
        self._rate_steps = 0
        self._rate_seconds = 0.0
        self.timeline.add(Checkpoint(0, self._state(), pinned=own_data))

    @classmethod
    def resume(
        cls,
        trainer: AnyTrainer,
        recording: Recording,
        *,
        budget: int = BUDGET,
        clock: Callable[[], float] = time.perf_counter,
        metrics: Sequence[MetricSpec] | None = None,
    ) -> Run:
        """The run that `recording` was taken of; `trainer` is fresh, built with the settings at step 0.

        Raises DataError when the recording does not fit the model.
        """
        run = cls(trainer, budget=budget, clock=clock, metrics=metrics)
        run.made_with = recording.made_with
        run._evaluation_pieces = recording.evaluation_pieces
        run.timeline.changes = list(recording.changes)
        for checkpoint in recording.checkpoints:
            run.timeline.add(replace(checkpoint, state=run._sharing(checkpoint.state)))
        run.timeline.edits = sorted(recording.edits)
        run.history.extend(recording.history)
        run.futures = recording.futures
        if recording.step > run.head:
            raise DataError(f"The history ends at step {run.head}, but the model is at step {recording.step}.")
        run._restore(Checkpoint(recording.step, recording.state))
        run._checkpoint()
        return run

    @property
    def position(self) -> int:
        """The step that the model is at."""
        return self.trainer.step_count

    @property
    def head(self) -> int:
        """The newest recorded step."""
        return len(self.history)

    @property
    def finished(self) -> bool:
        """Whether the model is at the end of its run and nothing is left to repeat."""
        return self.position >= self.head and self.trainer.done

    @property
    def busy(self) -> bool:
        """Whether `work()` has something to do: it moves, or there is held-out data to look at."""
        return self.moving or self._evaluation is not None or self._evaluated_at != self.position

    @property
    def moving(self) -> bool:
        """Whether it is on the way to another step; a run that is not is at rest, with its position settled."""
        wanted = self.playing or self._steps_wanted > 0
        return self._seeking is not None or (wanted and self.failure is None and not self.finished)

    @property
    def seeking(self) -> int | None:
        """The step that it is on the way to, or None."""
        return self._seeking

    @property
    def steps_per_second(self) -> float:
        """Training speed lately (evaluations included), 0 before the first measurement."""
        return self._rate if self.pace is None else min(self._rate, self.pace)

    @property
    def rest(self) -> float:
        """Seconds until `work()` has something to do: 0 unless it plays in slow motion and waits for its next step."""
        if self.pace is None or not self.playing or self._seeking is not None or self._evaluation is not None:
            return 0.0
        return max(0.0, self._due - self._clock())

    # What the user wants -------------------------------------------------------------------------------------------

    def play(self) -> None:
        """Do steps from now on; not at the end of the run, nor after a failure (`seek` to an earlier step first)."""
        self.playing = self._can_go_on
        self._due = self._clock()
        self._rate_steps, self._rate_seconds = 0, 0.0

    def pause(self) -> None:
        """Stop doing steps; a step under way to be shown is still reached."""
        self.playing = False
        self._steps_wanted = 0

    def set_pace(self, steps_per_second: float | None) -> None:
        """Play in slow motion, or (None) as fast as it can. Single steps and the way to another step are not held up.

        Raises ConfigError when the pace is not positive.
        """
        if steps_per_second is not None and not steps_per_second > 0:
            raise ConfigError(f"Slow motion needs more than 0 steps per second (it was {steps_per_second}): pause.")
        self.pace = steps_per_second
        self._due = self._clock()

    def advance(self, steps: int = 1) -> None:
        """Do this many steps and stop; none at the end of the run, nor after a failure."""
        self.playing = False
        if self._can_go_on:
            self._steps_wanted += steps

    def seek(self, step: int) -> None:
        """Show the model as it was after `step` steps (clipped to what is recorded); a later call replaces it."""
        if self.position == self.head and self.failure is None and self.timeline.nearest(self.head).step != self.head:
            self._checkpoint()  # so that the way back to the present is short
        self.pause()
        self._seeking = min(max(step, 0), self.head)
        self._drop_evaluation()

    def branch(self) -> None:
        """Make the position the head; the recorded future, if there is any, joins `futures`."""
        self._arrive()
        if self.position == self.head:
            return
        self.futures = (*self.futures, self.history.rows(self.position))[-MOST_FUTURES:]
        self.history.cut(self.position)
        self.timeline.cut(self.position)

    def configure(self, config: Config) -> None:
        """Take over settings that may change while it runs; in the past this starts a branch.

        After a failure it may be tried again from here: with a smaller step size it may well go on.
        Raises ConfigError when they need a new run; nothing has changed then.
        """
        self._arrive()
        if config == self.trainer.config:
            return
        before = self.trainer.state()
        self.trainer.configure(config)
        self.branch()
        self.failure = None
        self.timeline.change(self.position, config)
        after = self._state()
        if any(not _same(after[name], before[name]) for name in after):
            self._remember(after)  # it changed more than the settings: a replay would have to guess when

    def edit(self, edit: Edit) -> None:
        """Carry out a change made by hand, with a checkpoint behind it; in the past this starts a branch.

        Raises ConfigError when the model refuses it; nothing has changed then.
        """
        self._arrive()
        self.trainer.edit(edit)
        self.branch()
        self.failure = None
        self._remember(self._state())

    def fail(self, why: str) -> None:
        """Stop here: nothing more is done until another step is sought, or something is changed."""
        self.pause()
        self._seeking = None
        self.failure = why

    @property
    def _can_go_on(self) -> bool:
        """Whether there will be a next step to do, once a seek under way has arrived."""
        return self._seeking is not None or (self.failure is None and not self.finished)

    def _remember(self, state: State) -> None:
        """Keep the state right after something was changed by hand: no replay leads there."""
        self.timeline.add(Checkpoint(self.position, state, pinned=True))
        self._drop_evaluation()

    def _drop_evaluation(self) -> None:
        """Forget what was measured at this position, or is just being measured."""
        self._evaluation = None
        self._evaluated_at = None

    def _arrive(self) -> None:
        """Finish a seek under way: what the user does next is meant for the step that was asked for."""
        while self._seeking is not None:
            self._approach(self._seeking)

    # What is done about it -----------------------------------------------------------------------------------------

    def work(self, seconds: float) -> bool:
        """Do what is pending for about `seconds` (at least one piece of it); True when more remains.

        Raises TrainingError when the mathematics fails: the position is then the last good step, and `failure` is set.
        """
        start = now = self._clock()
        end = start + seconds
        steps_before = self.position
        was_training = self.playing and self._seeking is None
        try:
            while self.busy and not self.rest:
                self._piece(end)
                now = self._clock()
                if now >= end:
                    break
            if self.finished and self._seeking is None:
                self.pause()
        finally:
            if was_training:
                self._measure(self.position - steps_before, now - start)
        return self.busy

    def _piece(self, end: float) -> None:
        """A piece of pending work: a repeated step, new steps until the time `end`, or a part of an evaluation."""
        if self._seeking is not None:
            self._approach(self._seeking)
        elif self._evaluation is not None:
            self._evaluate()
        elif (self.playing or self._steps_wanted) and self.failure is None and not self.finished:
            if self.position and self._evaluated_at != self.position and self._evaluation_due():
                self._begin_evaluation()  # in a repeated step, or when something came in between
            elif self.position < self.head:
                self._steps_wanted = max(self._steps_wanted - 1, 0)
                self._repeat()
                self._ahead(self._clock())
            else:
                self._train(end)
        else:
            self._begin_evaluation()

    def _approach(self, target: int) -> None:
        """Come one step closer to `target`: jump to a checkpoint if that helps, else repeat a recorded step."""
        nearest = self.timeline.nearest(target)
        if nearest.step > target:  # an edit lies in between: this is the closest moment still in reach
            self._seeking = target = nearest.step
        if not nearest.step <= self.position <= target or self.failure is not None:
            self._restore(nearest)
        if self.position < target:
            self._repeat()
        if self.position == target:
            self._seeking = None

    def _repeat(self) -> None:
        """Repeat one recorded step, with the settings and edits of then; steps that are out of reach are skipped."""
        try:
            self.trainer.step()
        except TrainingError as error:  # on another computer the last bits may differ
            self.fail(str(error))
            raise
        nearest = self.timeline.nearest(self.position)
        if nearest.step > self.position or (nearest.pinned and nearest.step == self.position):
            self._restore(nearest)
        self._follow_config()

    def _train(self, end: float) -> None:
        """Do new steps until the time `end` or until there is something else to do; the one hot loop of the engine."""
        trainer, history, clock, due = self.trainer, self.history, self._clock, self._evaluation_due
        wanted, paced = self._steps_wanted, self.playing and self.pace is not None
        started = now = clock()
        pause_after = started + max(SHORTEST_GAP, self._checkpoint_cost / CHECKPOINT_SHARE) - self._since_checkpoint
        try:
            while True:
                reported = trainer.step()
                if False in self._declared:
                    self._check_reported(reported)
                history.append(reported)
                wanted -= 1
                now = clock()
                if now >= end or now >= pause_after or wanted == 0 or due() or trainer.done:
                    self._ahead(now)
                    break
                if paced and self._ahead(now):
                    break
        except TrainingError as error:
            self.fail(str(error))
            raise
        self._steps_wanted = max(wanted, 0)
        self._since_checkpoint += now - started
        if now >= pause_after:
            self._checkpoint()
        if due():
            self._begin_evaluation()
        if trainer.done:
            self.pause()

    def _ahead(self, now: float) -> bool:
        """After a step: whether a run in slow motion has to wait before it does the next one."""
        if self.pace is None or not self.playing:
            return False
        self._due = max(self._due + 1.0 / self.pace, now - CATCH_UP)
        return self._due > now

    def _follow_config(self) -> None:
        """At every position the settings are those of the timeline, whichever way led there."""
        config = self.timeline.config_at(self.position)
        if config != self.trainer.config:
            self.trainer.configure(config)

    def _restore(self, checkpoint: Checkpoint) -> None:
        config = self.timeline.config_at(checkpoint.step)
        if config != self.trainer.config:  # first, since it may touch the state
            self.trainer.configure(config)
        self.trainer.restore(checkpoint.state)
        self.failure = None
        self._drop_evaluation()

    def _checkpoint(self) -> None:
        started = self._clock()
        # An edit's own checkpoint at this very step holds the same state: keep its pin.
        pinned = self.position in self.timeline.edits
        self.timeline.add(Checkpoint(self.position, self._state(), pinned=pinned))
        self._checkpoint_cost = self._clock() - started
        self._since_checkpoint = 0.0

    def _state(self) -> State:
        """The trainer's state, as it is kept."""
        return self._sharing(self.trainer.state())

    def _sharing(self, state: State) -> State:
        """The same state. The user's own data in it are one and the same array for as long as they do not change.

        So checkpoints, and the file, hold them once.
        """
        shared = dict(state)
        for field in self.trainer.fields():
            if field.data and field.name in state:
                before, now = self._own.get(field.name), state[field.name]
                self._own[field.name] = shared[field.name] = (
                    before if before is not None and _same(before, now) else now
                )
        return shared

    def _evaluation_due(self) -> bool:
        """Whether to look at the held-out data after this step: the trainer wants it, and enough steps were done.

        The answer follows from the step and from how often they were looked at before, so it is the same when the run
        is repeated.
        """
        if not self.trainer.evaluation_due():
            return False
        cost = self.trainer.evaluation_cost
        if cost is None:
            cost = max(self._evaluation_pieces, 1)
        spent = (self.history.evaluations_before(self.position) - FREE_EVALUATIONS) * cost
        return spent * (1 - EVALUATION_SHARE) <= EVALUATION_SHARE * self.position or self.trainer.done

    def _begin_evaluation(self) -> None:
        self._evaluation = self.trainer.evaluate()
        self._evaluated_at = self.position
        self._pieces = 0
        self._evaluate()

    def _evaluate(self) -> None:
        assert self._evaluation is not None
        self._pieces += 1
        try:
            next(self._evaluation)
        except StopIteration as finished:
            self._evaluation = None
            self._evaluation_pieces = self._pieces
            if finished.value and True in self._declared:
                self._check_evaluated(finished.value)
            # A look at the past shows its numbers but does not add to the record.
            if finished.value and self.position == self.head:
                self.history.append_evaluation(self.position, finished.value)

    def _check_reported(self, reported: Metrics) -> None:
        """Compare the first step's report with the declaration, and with a record that it goes on with.

        Raises TrainingError, the model being as it was.
        """
        problem = _mismatch(reported, *self._declared.pop(False), "step()")
        recorded = self.history.names
        if recorded and reported.keys() != set(recorded):  # of a run that was opened; then no column could be longer
            problem = f"step() reports {', '.join(reported)}, but the record so far holds {', '.join(recorded)}."
        if problem:
            self._restore(self.timeline.nearest(self.head))
            raise TrainingError(problem)

    def _check_evaluated(self, measured: Metrics) -> None:
        """The same for the first evaluation that has something to say."""
        if problem := _mismatch(measured, *self._declared.pop(True), "evaluate()"):
            self.fail(problem)
            raise TrainingError(problem)

    def _measure(self, steps: int, seconds: float) -> None:
        self._rate_steps += max(steps, 0)
        self._rate_seconds += seconds
        if self._rate_seconds >= 0.5:
            self._rate = self._rate_steps / self._rate_seconds
            self._rate_steps, self._rate_seconds = 0, 0.0

    # What can be taken away ----------------------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """What the tab draws, at the position."""
        snapshot = self.trainer.snapshot()
        assert isinstance(snapshot, Snapshot)
        return snapshot

    def recording(self, checkpoint_bytes: int = 0) -> Recording:
        """The run at rest, with as many evenly spread checkpoints as fit into `checkpoint_bytes`.

        Where one behind an edit does not fit, the steps up to the next one are out of reach, as in the timeline. The
        beginning and the head never are: while the past is looked at, the newest checkpoint is always kept. It costs
        no more than the state itself, and no replay is sure to lead there: on another computer it may fail.
        """
        first, *later = self.timeline.checkpoints
        small = Timeline(self.trainer.config, budget=checkpoint_bytes)
        for checkpoint in later:
            small.add(checkpoint)
        kept = list(small.checkpoints) if small.size <= checkpoint_bytes else []
        if first.pinned:  # changed by hand before the first step; otherwise it is rebuilt from the config
            kept.insert(0, first)
        newest = self.timeline.nearest(self.head)
        if newest.step > self.position and newest.step not in {checkpoint.step for checkpoint in kept}:
            kept.append(newest)
        return Recording(
            step=self.position,
            state=self._state(),
            history=self.history.rows(),
            changes=tuple(self.timeline.changes),
            edits=tuple(self.timeline.edits),
            checkpoints=tuple(kept),
            futures=self.futures,
            data=frozenset(self._own),
            evaluation_pieces=self._evaluation_pieces,
            made_with=with_here(self.made_with),
        )

    def rewind_target(self, metrics: Sequence[MetricSpec]) -> int:
        """A good step to go back to after a failure: where the loss, smoothed, was lowest.

        A model without a loss is judged by the first of `metrics` that can be good or bad; one without any goes back to
        the last checkpoint.
        """
        judging = [spec for spec in metrics if spec.better and spec.name in self.history.names]
        judging.sort(key=lambda spec: spec.better == "higher")
        if not judging or not self.head:
            return self.timeline.nearest(self.head).step
        values = self.history.column(judging[0].name)
        window = min(len(values), 16)
        smooth = np.convolve(values, np.full(window, 1.0 / window), mode="valid")
        best = np.argmax(smooth) if judging[0].better == "higher" else np.argmin(smooth)
        return self.timeline.nearest(int(best) + window).step


def _names(metrics: Sequence[MetricSpec], evaluated: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Which metrics every step (or every evaluation) must report, and which it may."""
    known = [spec for spec in metrics if spec.evaluated == evaluated]
    return frozenset(spec.name for spec in known if not spec.optional), frozenset(spec.name for spec in known)


def _mismatch(reported: Metrics, needed: frozenset[str], known: frozenset[str], where: str) -> str:
    """What is reported but not declared, or the other way round, in a sentence; "" when all fits."""
    missing, foreign = sorted(needed - reported.keys()), sorted(reported.keys() - known)
    said = [f"does not report “{name}”, which the model's metrics declare" for name in missing[:1]]
    said += [f"reports “{name}”, which the model's metrics do not declare for it" for name in foreign[:1]]
    if not said:
        return ""
    return f"{where} {' and '.join(said)}: give both the same names (declared: {', '.join(sorted(known)) or 'none'})."


def _same(a: NDArray[Any], b: NDArray[Any]) -> bool:
    """Whether two arrays are the same to the bit; NaN, which equals nothing, is the same as itself here."""
    return a is b or (a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes())


@cache
def limit_blas() -> None:
    """Let matrix products use one thread: on matrices of this size more are slower, and the other core paints."""
    from threadpoolctl import threadpool_limits  # late: only what trains needs it

    threadpool_limits(limits=1, user_api="blas")


def train(
    trainer: AnyTrainer,
    on_progress: Callable[[Run], None] | None = None,
    *,
    every: float = 0.1,
    metrics: Sequence[MetricSpec] | None = None,
) -> tuple[Run, float]:
    """Train to the end without a window; returns the run and the seconds that it took (evaluations included).

    `on_progress` is called about every `every` seconds. Raises TrainingError when the mathematics fails, and when what
    is reported is not what the `metrics` declare (see Run).
    """
    run = Run(trainer, metrics=metrics)
    run.play()
    start = time.perf_counter()
    while run.work(every):
        if on_progress is not None:
            on_progress(run)
    return run, time.perf_counter() - start
