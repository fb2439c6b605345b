"""The run before this one: kept when another takes its place, or its future is cut off, so that there is a way back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.base import Model
from playground.engine.run import Recording, Run

KEPT_BYTES = 64 * 2**20
"""Memory for the checkpoints of a run that is kept; those that another run shares cost nothing."""


@dataclass(frozen=True)
class Previous:
    """A run at rest, with what it takes to go on with it.

    Attributes:
        failure: why the mathematics had failed at its position, or None.
        seeking: the step that it was on the way to, or None.
    """

    model: Model
    data: Any
    recording: Recording
    failure: str | None = None
    seeking: int | None = None

    @property
    def head(self) -> int:
        """Its newest recorded step."""
        return self.recording.history.end

    def resume(self) -> Run:
        """The run, as it was; it goes on to the same bits."""
        recording = self.recording
        trainer = self.model.trainer(recording.changes[0].config, self.data)
        run = Run.resume(trainer, recording, metrics=self.model.metrics)
        run.failure = self.failure
        if self.seeking is not None:
            run.seek(self.seeking)
        return run


def worth_keeping(run: Run) -> bool:
    """Whether somebody would miss it: it has learnt something, or something in it was made by hand."""
    return run.head > 0 or bool(run.timeline.edits)


def keep(run: Run, model: Model, data: Any) -> Previous:
    """The run as it is now; it may go on, or go: what is kept shares its arrays, and nobody writes to them."""
    return Previous(model, data, run.recording(KEPT_BYTES), run.failure, run.seeking)
