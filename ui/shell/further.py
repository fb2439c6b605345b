"""A run that has used up its length can be given as much again; what that does to the step size is said beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from models.base import Model
from models.config import Config, settings_of, short_number
from models.nn.schedules import SCHEDULES
from playground.live.messages import Status
from ui.widgets.numbers import grouped

AS_LONG_AGAIN = 2
"""Train on makes a run this many times as long."""

NOTHING = 1e-3
"""A step size below this share of the chosen one is said to be almost 0."""


@dataclass(frozen=True)
class Further:
    """How a run goes on.

    Attributes:
        config: the settings with which it does.
        words: what changes, e.g. "epochs 5 → 10".
        caution: what a schedule makes of the longer run, as a sentence; "" without one.
    """

    config: Config
    words: str
    caution: str = ""


def further(model: Model, config: Config | None, status: Status) -> Further | None:
    """How a finished run with the settings `config` could go on.

    None when it is not at its end, when something other than its length has ended it (it converged, or a stop rule
    spoke), or when it is as long as it may be. Settings that already allow more come back as they are, without words.
    """
    if status.phase != "finished" or not model.length or config is None:
        return None
    length = next(setting for setting in settings_of(model.config) if setting.name == model.length)
    before = status.config if status.config is not None else config
    if status.epoch < getattr(before, model.length) - 1e-6:
        return None
    now = getattr(config, model.length)
    if now > status.epoch + 1e-6:
        return Further(config, "")
    done = max(now, ceil(status.epoch - 1e-6))  # the setting may have been made shorter than the run is
    longer = AS_LONG_AGAIN * done if length.maximum is None else min(AS_LONG_AGAIN * done, int(length.maximum))
    if longer <= done:
        return None
    words = f"{length.label.lower()} {grouped(now)} → {grouped(longer)}"
    return Further(
        config.model_copy(update={model.length: longer}), words, _caution(config, status.position, longer / done)
    )


def _caution(config: Config, step: int, factor: float) -> str:
    """A schedule that falls towards the end is stretched over the longer run: the step size rises again."""
    name, rate = getattr(config, "schedule", "constant"), getattr(config, "learning_rate", 0.0)
    before, after = (SCHEDULES[name](step, round(step * times)) for times in (1.0, factor))
    if after == before:
        return ""
    low, high = (short_number(float(f"{rate * share:.2g}")) for share in (before, after))
    return (
        f"The {name.replace('_', ' ')} schedule is stretched over the longer run: the step size rises from "
        f"{low if before > NOTHING else 'almost 0'} to {high} and falls again."
    )
