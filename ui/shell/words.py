"""What a run is doing, in a sentence for the status bar."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from models.base import Model
from models.config import settings_of
from playground.engine.remedy import Remedy
from playground.live.messages import Before, Status
from ui.plots.metrics.reading import Readings
from ui.shell.transport import say, time_left
from ui.widgets.numbers import counted, grouped


@dataclass(frozen=True)
class Known:
    """What there is to say besides where the run stands.

    Attributes:
        readings: the numbers of the step that is shown.
        pending: settings that wait for a new run.
        news: what the run was begun with; "" when that is long ago.
        caution: what going on after the end does to the step size, while it does.
        next: what the main button would do at the end; "" when nothing is left to do.
    """

    readings: Readings
    pending: Collection[str]
    news: str
    caution: str
    next: str


def stopped(model: Model) -> str:
    """Of a run that failed."""
    return f"{model.doing} stopped"


def where_it_stands(model: Model, status: Status, known: Known) -> str:
    """The sentence."""
    step = grouped(status.position)
    if status.seeking is not None:
        return f"Going to step {grouped(status.seeking)} …"
    if status.position < status.head and status.phase != "running":
        return (
            f"Step {step} of {grouped(status.head)}: everything is shown as it was then. "
            f"{model.verb} repeats what was recorded; Continue from here takes another way."
        )
    if known.pending and status.head:
        names = ", ".join(sorted(known.pending)).replace("_", " ")
        return f"Press Reset to start a new run with the changed settings ({names})."
    shown = [spec for spec in model.metrics if spec.held_out] or list(model.metrics)
    summary = f"{known.news.rstrip('.')}." if known.news else model.summary
    there = shown and shown[0].name in known.readings
    result = f": {say(shown[0], known.readings[shown[0].name].value)}" if there else ""
    further = f". {known.next}" if known.next else ""
    return {
        "empty": "",
        "loading": "Building the model …",
        "untrained": f"{summary} Press {model.verb} (Space) to begin.",
        "running": " ".join(filter(None, (f"{model.doing} …", _sentence(time_left(status)), known.caution))),
        "paused": f"Paused at step {step}{result}",
        "finished": f"Finished after {counted(status.position, 'steps')}{result}{further}",
        "failed": f"{stopped(model)} at step {step}: go back to an earlier one, or change what made it fail.",
    }[status.phase]


def of_run(model: Model, before: Before) -> str:
    """What a run was, in a few words: its preset or its own settings, and where it stands."""
    config = before.config
    known = (name for name, preset in model.presets.items() if config.changed(preset.config) <= {"seed"})
    name = next(known, "own settings")
    seed = "" if config.random_seed is None else f", seed {config.random_seed}"
    at = f"at step {grouped(before.position)}"
    of = f" of {grouped(before.head)}" if before.position < before.head else ""
    return f"{name}{seed}, {at}{of}"


def of_remedy(model: Model, remedy: Remedy) -> str:
    """What the button says that goes back to a good step with settings that went well there."""
    by_name = {setting.name: setting for setting in settings_of(model.config)}
    changes = ", ".join(f"{by_name[name].label} {by_name[name].format(new)}" for name, new in remedy.changes.items())
    return f"Back to step {grouped(remedy.step)} with {changes}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}." if words else ""
