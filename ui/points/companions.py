"""What stays with a point while points are edited: whether it is held out, and its value to predict."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.data.points.sets import PointSet
from ui.points.document import Points

MOST_REMEMBERED = 128
"""Sets of points whose companions are remembered: as many as one may want to take back."""


@dataclass(frozen=True)
class Companions:
    """What belongs to every point besides place and class: (N,) each.

    Attributes:
        held_out: whether it is only tested on.
        targets: its value to predict; zeros when points have classes.
    """

    held_out: NDArray[np.bool_]
    targets: NDArray[np.float64]

    @classmethod
    def of(cls, data: PointSet, held_out: NDArray[np.bool_] | None) -> Companions:
        """What is known of these points; what is not, is False and 0."""
        count = len(data)
        known = held_out is not None and len(held_out) == count
        return cls(
            held_out if held_out is not None and known else np.zeros(count, bool),
            np.zeros(count) if data.targets is None else data.targets,
        )


class PointMemory:
    """Keeps `held_out` and `targets` with their points through every edit, also when one is taken back.

    The canvas knows places and classes only. Points keep their order: new ones come last, removed ones close up.
    """

    def __init__(self) -> None:
        self._known: OrderedDict[bytes, Companions] = OrderedDict()
        self._points: Points = np.empty((0, 2))
        self._now = Companions(np.zeros(0, bool), np.zeros(0))

    def remember(self, points: Points, companions: Companions) -> None:
        """These are the points now."""
        key = points.tobytes()
        self._known[key] = companions
        self._known.move_to_end(key)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        self._points, self._now = points, companions

    def follow(self, points: Points, *, held_out: bool, target: float) -> Companions:
        """What belongs to these points, which have come from the last ones known by one gesture, perhaps half done.

        Args:
            points: (N, 2), as they are now.
            held_out: whether points that have been added are held out, and `target` their value.
        """
        before = self._now
        known = self._known.get(points.tobytes())
        if known is not None and len(known.held_out) == len(points):
            found = known
        elif len(points) > len(before.held_out):
            new = len(points) - len(before.held_out)
            found = Companions(
                np.append(before.held_out, np.full(new, held_out)), np.append(before.targets, np.full(new, target))
            )
        elif len(points) < len(before.held_out):
            kept = _kept(self._points, points)
            found = Companions(before.held_out[kept], before.targets[kept])
        else:
            found = before
        self.remember(points, found)
        return found


def _kept(before: Points, after: Points) -> NDArray[np.int64]:
    """Which of the points before are still there: the first way to find `after` in `before`, in order."""
    kept = np.zeros(len(after), np.int64)
    place = 0
    for index, point in enumerate(after):
        while place < len(before) - (len(after) - index) and not np.array_equal(before[place], point):
            place += 1
        kept[index] = place
        place += 1
    return kept
