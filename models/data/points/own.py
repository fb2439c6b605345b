"""Points of the user's own, read from a table or set by hand: nobody could make them again, so a run keeps them.

They are part of the state that is saved, together with everything that is known about them: what they are called, their
axes and units, which of them are held out. An experiment therefore needs no other file, and a new run can be started on
exactly the points that are seen at any moment of an old one.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import DataError, Origin, State
from models.brought import Brought, TableOptions
from models.data.points.sets import Array, Flags, PointSet
from models.data.points.tables import Cleaning, points_from_table
from models.data.tables import examples
from models.data.tables.reading import read_table
from models.data.tables.roles import Columns, guess_columns, left_out, without_label
from models.data.tables.table import Table, counted, cut, differing_in_case, listed

BY_HAND = "own points"
LONGEST_NAME = 255


@dataclass(frozen=True)
class OwnPoints(PointSet):
    """The user's points.

    Attributes:
        name: the table's name, or “own points”: what the user reads.
        table: whether they come from a table, whose columns may have any units, so that standardising makes sense.

    Raises:
        DataError: see PointSet; also a name that is empty or endless.
    """

    name: str = BY_HAND
    table: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 < len(self.name) <= LONGEST_NAME:
            raise DataError(f"The name of these points must have 1 to {LONGEST_NAME} letters, not {len(self.name)}.")

    def origin(self) -> Origin:
        """See Data; the points themselves are part of every state."""
        return Origin(self.name)

    def in_file_units(self) -> OwnPoints:
        """The same points as they stood in the table: undoes the standardisation (see `original`)."""
        return replace(self, points=self.original(self.points), centre=None, scale=None)


def as_own(data: PointSet, name: str = "", *, table: bool = False) -> OwnPoints:
    """Points as the user's own; those that are already keep their name unless another is given."""
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
    places = np.asarray(points, np.float64)
    return as_own(replace(data, points=places, labels=labels, targets=targets, held_out=held_out))


def open_points(paths: Sequence[Path]) -> OwnPoints:
    """The user's own points from one CSV file with guessed columns, for `Model.open_data`; raises DataError."""
    if len(paths) != 1:
        raise DataError("The points are taken from one CSV file.")
    points: OwnPoints = open_table(paths[0], TableOptions()).data
    return points


def open_table(path: Path, options: TableOptions) -> Brought:
    """The user's own points for a model without answers, for `Model.open_table`; raises DataError.

    A class column is only set aside; whether it has gaps does not matter unless it was asked for.
    """
    if options.target is not None:
        raise DataError("--target: this model predicts nothing. Leave it out; --x and --y choose the coordinates.")
    return brought(path, options, needs_answer=False, make=_without_answers)


def _without_answers(table: Table, columns: Columns, cleaning: Cleaning) -> PointSet:
    return points_from_table(table, columns, cleaning=cleaning)


def brought(
    path: Path,
    options: TableOptions,
    *,
    needs_answer: bool,
    make: Callable[[Table, Columns, Cleaning], PointSet],
) -> Brought:
    """A table as the points of a model, and what was made of it; raises DataError, IncompleteLines where lines lack
    something.

    Args:
        path: the file, or the name of an example.
        options: what was asked for.
        needs_answer: whether every point needs a class or a value.
        make: builds the points.
    """
    file, example = examples.given(path)
    table = read_table(file, header=options.header)
    columns = guess_columns(
        table, x=options.x, y=options.y, label=options.label, target=options.target, predicts=needs_answer
    )
    if not needs_answer and options.label is None:
        columns = usable(table, columns)
    cleaning = Cleaning(options.skip_incomplete or example)
    data = as_own(make(table, columns, cleaning), file.name, table=True)
    skipped = len(table) - len(data)
    used = {
        "x": columns.coordinates[0],
        "y": columns.coordinates[1],
        "label": columns.label,
        "target": columns.target,
        "left_out": list(left_out(table, columns)),
    }
    remarks = [told_columns(table, columns, data)]
    if skipped:
        remarks.append(f"{counted(skipped, 'incomplete line')} skipped.")
    remarks += told_classes(data)
    return Brought(data, used, data.class_names, tuple(remarks))


def usable(table: Table, columns: Columns) -> Columns:
    """The same columns without a class column that has gaps or too many classes: where nothing depends on it."""
    if columns.label is None:
        return columns
    try:
        rows = table.complete_rows([], columns.label)
        table.labels(columns.label, rows)
    except DataError:
        return without_label(columns)
    return columns if rows.all() else without_label(columns)


def told_columns(table: Table, columns: Columns, data: PointSet) -> str:
    """Which columns are used and which are not, in a sentence or two."""
    x, y = map(cut, columns.coordinates)
    used = f"Coordinates are “{x}” and “{y}”"
    if columns.target is not None:
        used += f", the value to predict is “{cut(columns.target)}” (--label COLUMN for classes instead)"
    elif columns.label is not None:
        used += f", classes are in “{cut(columns.label)}” ({listed(data.class_names, 60)})"
    rest = left_out(table, columns)
    return f"{used}. Left out: {listed(rest, 80)}." if rest else f"{used}."


def told_classes(data: PointSet) -> list[str]:
    """What is noticeable about the names of the classes: differences in capital letters only."""
    return [
        f"Classes “{cut(one)}” and “{cut(other)}” differ in capital letters only: if one is meant, write them alike."
        for one, other in differing_in_case(data.class_names)[:1]
    ]


def same_points(a: PointSet, b: PointSet) -> bool:
    """Whether both hold the same points, answers and marks, bit for bit."""
    if a is b:
        return True
    pairs = [(a.points, b.points), (a.labels, b.labels), (a.targets, b.targets), (a.held_out, b.held_out)]
    return all(x is y or (x is not None and y is not None and np.array_equal(x, y)) for x, y in pairs)


# In the state of a run ----------------------------------------------------------------------------------------------

NO_NUMBERS = np.zeros(0)
NO_NUMBERS.flags.writeable = False


def _words(data: PointSet) -> NDArray[np.uint8]:
    """What things are called, as JSON; and whether the points are the user's own."""
    own = (data.name, data.table) if isinstance(data, OwnPoints) else None
    return _named(data.class_names, data.axis_names, own)


@lru_cache(maxsize=8)
def _named(classes: tuple[str, ...], axes: tuple[str, ...], own: tuple[str, bool] | None) -> NDArray[np.uint8]:
    """Read-only, and the same array for the same words, so that the states of a run share it."""
    words: dict[str, Any] = {"classes": classes, "axes": axes}
    if own is not None:
        words |= {"own": own[0], "table": own[1]}
    return np.frombuffer(json.dumps(words).encode(), np.uint8)


PARTS: Mapping[str, Callable[[PointSet], NDArray[Any] | None]] = {
    "points": lambda data: data.points,
    "answers": lambda data: data.targets if data.labels is None else data.labels,
    "held_out": lambda data: data.held_out,
    "words": _words,
    "centre": lambda data: NO_NUMBERS if data.centre is None else data.centre,
    "scale": lambda data: NO_NUMBERS if data.scale is None else data.scale,
}
"""Array in a state → how a set of points is read into it; None where the set has no such thing."""

EARLIER: Mapping[str, NDArray[Any]] = {
    "words": _words(PointSet(np.empty((0, 2)))),
    "centre": NO_NUMBERS,
    "scale": NO_NUMBERS,
}
"""What stands for arrays that states of earlier versions leave out."""


def described(data: PointSet) -> State:
    """Everything about points as arrays of a state, none of which is ever written to."""
    found = {name: read(data) for name, read in PARTS.items()}
    return {name: array for name, array in found.items() if array is not None}


def from_state(state: Mapping[str, NDArray[Any]]) -> PointSet:
    """The points that `described` turned into arrays; OwnPoints if they were the user's own.

    Raises DataError when something of it is missing or damaged.
    """
    if "points" not in state:
        raise DataError("The saved state has no “points”: the file is damaged or of another model.")
    points, answers, held_out = state["points"], state.get("answers"), state.get("held_out")
    if points.dtype != np.float64 or points.ndim != 2:
        raise DataError("The saved points are not a table of numbers: the file is damaged.")
    if answers is not None and answers.dtype not in (np.int64, np.float64):
        raise DataError("The saved points have neither classes nor values: the file is damaged.")
    if held_out is not None and held_out.dtype != np.bool_:
        raise DataError("The saved state does not say which points are held out: the file is damaged.")
    if any(each is not None and each.shape != points.shape[:1] for each in (answers, held_out)):
        raise DataError("The saved points and their answers do not fit together: the file is damaged.")
    try:
        words = json.loads(state.get("words", EARLIER["words"]).tobytes())
        classes, axes = (tuple(str(name) for name in words[key]) for key in ("classes", "axes"))
        own, table = words.get("own"), words.get("table", False)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise DataError("The names in the saved state cannot be read: the file is damaged.") from error
    if not isinstance(own, str | None) or not isinstance(table, bool):
        raise DataError("The saved state does not say whose points these are: the file is damaged.")
    data = PointSet(
        points,
        labels=answers if answers is not None and answers.dtype == np.int64 else None,
        targets=answers if answers is not None and answers.dtype == np.float64 else None,
        class_names=classes,
        axis_names=axes,
        centre=_units(state, "centre", points.shape[1]),
        scale=_units(state, "scale", points.shape[1]),
        held_out=held_out,
    )
    return data if own is None else as_own(data, own, table=table)


def _units(state: Mapping[str, NDArray[Any]], name: str, dimensions: int) -> Array | None:
    """(D,) where points were standardised, else None."""
    numbers = state.get(name, NO_NUMBERS)
    if numbers.dtype != np.float64 or numbers.shape not in ((0,), (dimensions,)) or not np.isfinite(numbers).all():
        raise DataError("The numbers that the saved points were standardised with are damaged.")
    return numbers if numbers.size else None
