"""What is known of the step that is looked at: a number for every metric, and the step at which it was measured.

Legend, headline and marks all show these, so that they never contradict each other or the picture beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from models.base import Snapshot
from playground.engine.history import History
from playground.live.session import Session


class Reading(NamedTuple):
    """A number (NaN: no longer known) and the step at which it was measured."""

    step: float
    value: float


UNKNOWN = Reading(0, float("nan"))

Readings = Mapping[str, Reading]
"""By the name of the metric."""


def readings(history: History, snapshot: Snapshot | None, step: int, *, edited: bool = False) -> dict[str, Reading]:
    """What is known after `step` steps.

    A snapshot of that step that has a metric among its attributes, or what was `measured` of it, is right: it was taken
    of the model that is shown, which may have been changed by hand (`edited`) after the step was recorded, or looked at
    more closely than back then. What an edited step reported before is not true of the changed model: it is not a
    number here. The record itself stays as it is.
    """
    seen = snapshot if snapshot is not None and snapshot.step == step else None
    known: dict[str, Reading] = {}
    for name, value in history.at(step).items():
        if name in history.evaluation_names:
            measured = history.evaluation(name)[0]
            known[name] = Reading(int(measured[np.searchsorted(measured, step, side="right") - 1]), value)
        else:
            known[name] = Reading(step, float("nan") if edited else value)
    own = seen.reported((*history.names, *history.evaluation_names)) if seen is not None else {}
    return known | {name: Reading(step, value) for name, value in own.items()}


class EditedSteps:
    """After which steps of a run something other than a setting was changed by hand, as far as this window saw it."""

    def __init__(self) -> None:
        self._steps: set[int] = set()
        self._branch = 0
        self._revision = 0
        self._config: object = None

    def __contains__(self, step: int) -> bool:
        return step in self._steps

    def note(self, session: Session) -> None:
        """Look whether something was changed since the last look; call it whenever there is something new."""
        status, branch = session.status, session.history.branch
        if branch != self._branch:  # later steps are other ones now; of earlier ones the record is right again
            self._steps, self._branch = set(), branch
        if status.seeking is not None:
            return  # the change is meant for the step that it is on the way to
        changed, same_settings = session.revision != self._revision, session.config == self._config
        if changed and same_settings and status.phase != "running":
            self._steps.add(status.position)
        self._revision, self._config = session.revision, session.config
