"""Points of the user's own, read from a table or set by hand: nobody could make them again, so a run keeps them.

They are part of the state that is saved, together with everything that is known about them: what they are called, their
axes and units, which of them are held out. An experiment therefore needs no other file, and a new run can be started on
exactly the points that are seen at any moment of an old one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import DataError, Origin, State, owned
from models.data.points.sets import Array, PointSet

BY_HAND = "own points"
LONGEST_NAME = 255

Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class OwnPoints(PointSet):
    """The user's points.

    Attributes:
        name: the table's name, or “own points”: what the user reads.
        table: whether they come from a table, whose columns may have any units, so that standardising makes sense.
        held_out: (N,) bool, the points that are not trained on; None while they have not been dealt out.

    Raises:
        DataError: see PointSet; also held-out marks of another number, and a name that is empty or endless.
    """

    name: str = BY_HAND
    table: bool = False
    held_out: Flags | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < len(self.name) <= LONGEST_NAME:
            raise DataError(f"The name of these points must have 1 to {LONGEST_NAME} letters, not {len(self.name)}.")
        if self.held_out is not None:
            marks = owned(np.asarray(self.held_out, dtype=np.bool_))
            if marks.shape != self.points.shape[:1]:
                raise DataError(f"There are {len(self.points)} points but {marks.size} marks for held-out.")
            object.__setattr__(self, "held_out", marks)

    def origin(self) -> Origin:
        """See Data; the points themselves are part of every state."""
        return Origin(self.name)

    def taken(self, indices: ArrayLike) -> OwnPoints:
        """See PointSet; the points keep their marks."""
        chosen = PointSet.taken(self.dealt(None), indices)
        return chosen.dealt(None if self.held_out is None else self.held_out[np.asarray(indices)])

    def dealt(self, held_out: Flags | None) -> OwnPoints:
        """The same points with these marks (N,); None has them dealt out anew."""
        return replace(self, held_out=held_out)

    def in_file_units(self) -> OwnPoints:
        """The same points as they stood in the table: undoes the standardisation (see `original`)."""
        return replace(self, points=self.original(self.points), centre=None, scale=None)


def as_own(data: PointSet, name: str = "", *, table: bool = False) -> OwnPoints:
    """Points as the user's own; those that are already keep their marks, and their name unless another is given."""
    known = {key: value for key, value in vars(data).items() if key not in ("name", "table")}
    if isinstance(data, OwnPoints):
        name, table = name or data.name, table or data.table
    return OwnPoints(**known, name=name[:LONGEST_NAME] or BY_HAND, table=table)


def edited(
    data: PointSet,
    points: ArrayLike,
    *,
    labels: NDArray[np.int64] | None = None,
    targets: Array | None = None,
    held_out: Flags | None = None,
) -> OwnPoints:
    """`data` after a change by hand: other points (N, D), the same names and units. They are now the user's own."""
    bare = data.dealt(None) if isinstance(data, OwnPoints) else data
    changed = replace(bare, points=np.asarray(points, np.float64), labels=labels, targets=targets)
    return as_own(changed).dealt(held_out)


def same_points(a: PointSet, b: PointSet) -> bool:
    """Whether both hold the same points, answers and marks, bit for bit."""
    if a is b:
        return True
    pairs = [(a.points, b.points), (a.labels, b.labels), (a.targets, b.targets)]
    pairs.append((getattr(a, "held_out", None), getattr(b, "held_out", None)))
    return all(x is y or (x is not None and y is not None and np.array_equal(x, y)) for x, y in pairs)


# In the state of a run ----------------------------------------------------------------------------------------------


def described(data: PointSet) -> State:
    """What is known about points besides themselves, as arrays of a state: "words" (JSON), "centre" and "scale"."""
    words: dict[str, Any] = {"classes": data.class_names, "axes": data.axis_names}
    if isinstance(data, OwnPoints):
        words |= {"own": data.name, "table": data.table}
    state: State = {"words": np.frombuffer(json.dumps(words).encode(), np.uint8).copy()}
    if data.centre is not None and data.scale is not None:
        state |= {"centre": data.centre, "scale": data.scale}
    return state


def from_state(
    state: Mapping[str, NDArray[Any]],
    *,
    labels: NDArray[np.int64] | None = None,
    targets: Array | None = None,
    held_out: Flags | None = None,
) -> PointSet:
    """The points of a state (its "points" and what `described` wrote); OwnPoints if they were the user's own.

    Raises DataError when something of it is missing or damaged.
    """
    if "points" not in state:
        raise DataError("The saved state has no “points”: the file is damaged or of another model.")
    points = state["points"]
    if points.dtype != np.float64 or points.ndim != 2:
        raise DataError("The saved points are not a table of numbers: the file is damaged.")
    try:
        # A mixture saved by an earlier version has none.
        words = json.loads(state["words"].tobytes()) if "words" in state else {"classes": (), "axes": ("x", "y")}
        classes, axes = (tuple(str(name) for name in words[key]) for key in ("classes", "axes"))
        own, table = words.get("own"), words.get("table", False)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError("The names in the saved state cannot be read: the file is damaged.") from error
    if not isinstance(own, str | None) or not isinstance(table, bool):
        raise DataError("The saved state does not say whose points these are: the file is damaged.")
    centre, scale = state.get("centre"), state.get("scale")
    for numbers in (centre, scale):
        if numbers is not None and (
            numbers.dtype != np.float64 or numbers.shape != points.shape[1:] or not np.isfinite(numbers).all()
        ):
            raise DataError("The numbers that the saved points were standardised with are damaged.")
    data = PointSet(points, labels, targets, class_names=classes, axis_names=axes, centre=centre, scale=scale)
    return data if own is None else as_own(data, own, table=table).dealt(held_out)
