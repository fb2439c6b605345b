"""The points behind a point canvas: what they are now, what they were before, and what the model knows of it.

An edit takes a while to reach the model. Until then the model still publishes the old points, and these must not
flicker through. So the document remembers which states it has sent: points that match one of them, or the last one
confirmed, are its own echo; all others come from elsewhere (a new run, another step of the timeline) and replace it.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ui.canvas.surface import History

Points = NDArray[np.float64]
Labels = NDArray[np.int64]
State = tuple[Points, Labels | None]
ArrayT = TypeVar("ArrayT", Points, Labels)

MOST_SENT = 64
"""Edits on their way to the model that are remembered; more than this only pile up where no model listens."""


class PointDocument:
    """Points (N, 2) and, where there are classes, labels (N,); both read-only, replaced by every change.

    Args:
        with_labels: whether points have classes.
    """

    def __init__(self, *, with_labels: bool) -> None:
        self.points: Points = frozen(np.empty((0, 2)))
        self.labels: Labels | None = frozen(np.empty(0, np.int64)) if with_labels else None
        self._confirmed = self.state
        self._sent: list[State] = []
        self._history: History[State] = History(self.state)

    @property
    def state(self) -> State:
        """Points and labels together."""
        return self.points, self.labels

    # What the model says -------------------------------------------------------------------------------------------

    def take(self, points: Points, labels: Labels | None) -> bool:
        """Hear what the model has; False when it was something foreign, which is now the beginning of a new history."""
        state = (points, labels)
        for index in reversed(range(len(self._sent))):
            if same(state, self._sent[index]):
                self._confirmed = self._sent[index]
                del self._sent[: index + 1]
                return True
        if same(state, self._confirmed):
            return True
        self._begin((frozen(points), None if labels is None else frozen(labels)))
        return False

    def refuse(self) -> None:
        """The model did not accept what was sent: back to what it has."""
        self._begin(self._confirmed)

    def mark_sent(self) -> None:
        """The present state is on its way to the model."""
        self._sent = [*self._sent[1 - MOST_SENT :], self.state]

    def _begin(self, state: State) -> None:
        self.points, self.labels = self._confirmed = state
        self._sent.clear()
        self._history = History(state)

    # Changes -------------------------------------------------------------------------------------------------------

    def add(self, places: Points, label: int) -> None:
        """Append points (M, 2) of a class."""
        self.points = frozen(np.concatenate([self.points, places]))
        if self.labels is not None:
            labels: Labels = np.concatenate([self.labels, np.full(len(places), label, np.int64)])
            self.labels = frozen(labels)

    def keep(self, which: NDArray[np.bool_]) -> None:
        """Keep the points where the mask (N,) is true."""
        self.points = frozen(self.points[which])
        if self.labels is not None:
            self.labels = frozen(self.labels[which])

    def move(self, origin: Points, which: NDArray[np.int64], by: tuple[float, float]) -> None:
        """Put the chosen points where they were in `origin` (N, 2), moved by (dx, dy)."""
        points = origin.copy()
        points[which] += np.array(by)
        self.points = frozen(points)

    def relabel(self, which: NDArray[np.int64], label: int) -> None:
        """Give the chosen points another class."""
        assert self.labels is not None
        labels = self.labels.copy()
        labels[which] = label
        self.labels = frozen(labels)

    # History -------------------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to repeat."""
        return self._history.can_redo

    def record(self) -> bool:
        """A gesture is over: it can be taken back from now on; False when it changed nothing."""
        if same(self.state, self._history.current):
            return False
        self._history.record(self.state)
        return True

    def abandon(self) -> None:
        """Forget the gesture under way."""
        self.points, self.labels = self._history.current

    def undo(self) -> None:
        """Take back the last finished gesture."""
        self.points, self.labels = self._history.undo()

    def redo(self) -> None:
        """Repeat what was last taken back."""
        self.points, self.labels = self._history.redo()


def same(first: State, second: State) -> bool:
    """Whether two states hold the same points and classes."""
    for a, b in zip(first, second, strict=True):
        if a is not b and (a is None or b is None or not np.array_equal(a, b)):
            return False
    return True


def frozen(array: ArrayT) -> ArrayT:
    """The array as one that nobody writes to; copied only where somebody could."""
    if array.flags.writeable or array.base is not None:
        array = array.copy()
        array.flags.writeable = False
    return array
