"""How a run that failed can go on: back to a good step, with the last settings that went well, or milder ones.

Advice that leads to the same failure is worse than none. So each candidate is rehearsed on a model of its own, and the
first with which the loss does not grow is what is advised. First come the settings of the run's own record: what was in
force before the failure's. Only a run that never had others is given milder ones.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from models.base import ConfigError, MetricSpec, TrainingError
from models.config import Config
from playground.engine.run import AnyTrainer, Run

REHEARSED = 120
"""Steps that a candidate has to go well for."""

JUDGED = 20
"""Losses at the end of a rehearsal whose mean is compared with the loss at its beginning."""

TOLERANCE = 1.25
"""A loss that has grown by more than this has not gone well: batches differ a little."""

LEAP = 4.0
"""A loss that has once been so many times that of the beginning has exploded, even if it has come down since: units
that answer nothing any more make a small loss, too, and learn nothing.
"""

TOLERANCE_RECORDED = 2.0
"""The same for settings that the run itself has had: that nothing failed then says more than a few batches now."""


@dataclass(frozen=True)
class Remedy:
    """Go back to `step`, and go on with these settings; `recorded` where the run itself has had them."""

    step: int
    changes: Mapping[str, Any]
    recorded: bool


def remedy(run: Run, trainer: AnyTrainer, metrics: Sequence[MetricSpec]) -> Generator[None, None, Remedy | None]:
    """Look for one, a rehearsed step at a time; `trainer` is a fresh one of the run's first settings and data.

    The run must have failed, and is only read.
    """
    failed = run.trainer.config
    losses_of = (spec.name for spec in metrics if spec.better == "lower" and spec.log and not spec.evaluated)
    judge = next((name for name in losses_of if name in run.history.names), None)
    for step, changes, recorded in _candidates(run):
        checkpoint = run.timeline.nearest(step)
        try:
            config = failed.model_copy(update=changes)
            trainer.config = run.timeline.config_at(checkpoint.step)
            trainer.configure(config)
            trainer.restore(checkpoint.state)
            losses: list[float] = []
            for _ in range(REHEARSED):
                if trainer.done:
                    break
                reported = trainer.step()
                if judge is not None:
                    losses.append(reported[judge])
                yield
        except (ConfigError, TrainingError):
            yield
            continue
        known = run.history.column(judge)[: checkpoint.step][-JUDGED:].tolist() if judge is not None else []
        start = max([*losses[:1], *([float(np.mean(known))] if known else [])], default=0.0)
        most = (TOLERANCE_RECORDED if recorded else TOLERANCE) * start
        exploded = not recorded and max(losses, default=0.0) > LEAP * start
        if not losses or (float(np.mean(losses[-JUDGED:])) <= most and not exploded):
            return Remedy(max(step, checkpoint.step), changes, recorded)
    return None


def _candidates(run: Run) -> Iterator[tuple[int, Mapping[str, Any], bool]]:
    """Where to go back to, with which settings, and whether they stand in the record; the latest that went well first.

    Behind a change of a setting that is to blame nothing is good any more, so the way leads to where it was made.
    """
    failed: Config = run.trainer.config
    milder = list(run.trainer.remedies())
    names = {name for changes in milder for name in changes}
    began = 0  # since when the settings to blame have been in force
    for change, following in zip(run.timeline.changes[-2::-1], run.timeline.changes[:0:-1], strict=True):
        began = max(began, following.step if change.config.changed(failed) & names else 0)
        blamed = change.config.changed(failed) & names
        if blamed and following.step > change.step:
            yield following.step, {name: getattr(change.config, name) for name in blamed}, True
    for changes in milder:
        yield began, changes, False
