"""The timeline keeps checkpoints of a run, close enough together that any step can be reached again quickly, and few
enough that they fit in a fixed amount of memory.

A checkpoint is what `Trainer.state()` returned. To show the model as it was at some step, the run engine restores the
nearest checkpoint before it and repeats the steps in between: same state, same bits.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass

from models.base import State
from models.config import Config

BUDGET = 128 * 2**20
"""Memory for one run's checkpoints, in bytes."""

MOST = 512
"""Checkpoints of one run at the most, however small they are."""


@dataclass(frozen=True)
class Checkpoint:
    """A run's state after `step` steps.

    Attributes:
        pinned: taken right after a change made by hand, which a replay from earlier could not repeat; thinned last.
    """

    step: int
    state: State
    pinned: bool = False

    @property
    def size(self) -> int:
        """Memory that it takes, in bytes, if it shares nothing with others."""
        return sum(array.nbytes for array in self.state.values())


@dataclass(frozen=True)
class Change:
    """Settings that came into force after `step` steps."""

    step: int
    config: Config


class Timeline:
    """Checkpoints by step within a memory budget, and the settings that were in force when.

    The first checkpoint (step 0) and the newest are always kept. When the budget is exceeded, the checkpoint whose
    absence leaves the smallest gap goes, so that those that stay are spread evenly over the run.

    A change made by hand (an *edit*) cannot be repeated by replaying steps, so a replay never crosses one. The
    checkpoint taken right after it is thinned last; should it go all the same, the steps from the edit up to the next
    checkpoint are out of reach, and `nearest` answers with that next checkpoint.
    """

    def __init__(self, config: Config, *, budget: int = BUDGET, most: int = MOST) -> None:
        self.budget = budget
        self.most = most
        self.changes: list[Change] = [Change(0, config)]
        self.edits: list[int] = []
        self._checkpoints: list[Checkpoint] = []
        self._holders: Counter[int] = Counter()  # how many checkpoints hold an array, by its id
        self._size = 0

    @property
    def checkpoints(self) -> tuple[Checkpoint, ...]:
        """All checkpoints, in the order of their steps."""
        return tuple(self._checkpoints)

    @property
    def size(self) -> int:
        """Memory that the checkpoints take, in bytes; an array that several of them share counts once."""
        return self._size

    def add(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint; one at the same step is replaced. Thins the others when memory runs out."""
        index = self._index(checkpoint.step)
        if index >= 0 and self._checkpoints[index].step == checkpoint.step:
            self._count(self._checkpoints[index], -1)
            self._checkpoints[index] = checkpoint
        else:
            self._checkpoints.insert(index + 1, checkpoint)
        self._count(checkpoint, 1)
        if checkpoint.pinned and checkpoint.step not in self.edits:
            self.edits.append(checkpoint.step)
            self.edits.sort()
        self._thin()

    def nearest(self, step: int) -> Checkpoint:
        """The last checkpoint at or before `step` from which a replay leads there exactly.

        Where an edit lies in between, the first checkpoint after `step` instead: the closest moment still in reach.
        Raises LookupError when there is no checkpoint.
        """
        index = self._index(step)
        if index < 0:
            raise LookupError(f"no checkpoint at or before step {step}")
        edits_before = bisect_right(self.edits, step)
        found = self._checkpoints[index]
        # Behind an edit only what was taken after it counts; at the very step, only its own (pinned) checkpoint.
        last_edit = self.edits[edits_before - 1] if edits_before else -1
        bridged = last_edit > found.step or (last_edit == found.step and not found.pinned)
        if bridged and index + 1 < len(self._checkpoints):
            index += 1
        return self._checkpoints[index]

    def cut(self, step: int) -> None:
        """Forget checkpoints and changed settings after `step`."""
        index = self._index(step)
        for gone in self._checkpoints[index + 1 :]:
            self._count(gone, -1)
        del self._checkpoints[index + 1 :]
        self.changes = [change for change in self.changes if change.step <= step]
        self.edits = [edit for edit in self.edits if edit <= step]

    def change(self, step: int, config: Config) -> None:
        """Note that `config` is in force from `step` on (it replaces an earlier change at the same step)."""
        kept = [change for change in self.changes if change.step < step]
        self.changes = [*kept, Change(step, config)]

    def config_at(self, step: int) -> Config:
        """The settings with which the step after `step` is made."""
        index = bisect_right(self.changes, step, key=lambda change: change.step) - 1
        return self.changes[max(index, 0)].config

    def _count(self, checkpoint: Checkpoint, change: int) -> None:
        """Note that a checkpoint has come (1) or goes (−1)."""
        for array in checkpoint.state.values():
            before = self._holders[id(array)]
            self._holders[id(array)] += change
            if not before:
                self._size += array.nbytes
            elif before + change == 0:
                self._size -= array.nbytes
                del self._holders[id(array)]

    def _index(self, step: int) -> int:
        return bisect_right(self._checkpoints, step, key=lambda checkpoint: checkpoint.step) - 1

    def _thin(self) -> None:
        while (self._size > self.budget or len(self._checkpoints) > self.most) and len(self._checkpoints) > 2:
            kept = self._checkpoints
            between = range(1, len(kept) - 1)
            candidates = [i for i in between if not kept[i].pinned] or list(between)
            index = min(candidates, key=lambda i: (kept[i + 1].step - kept[i - 1].step, i))
            self._count(kept[index], -1)
            del kept[index]
