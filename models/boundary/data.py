"""Where the points of the Boundary tab come from: a set by name, a file of one's own, or the pointer.

Also here: what the network is told about a point (its *input features*), and points that nobody has seen yet, to find
out how good the network really is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import ConfigError, DataError
from models.boundary.config import OWN, BoundaryConfig
from models.brought import Brought, TableOptions
from models.data.points.own import OwnPoints, as_own, brought
from models.data.points.sets import REGRESSION_SETS, PointSet, deal, make_points
from models.data.points.tables import KEEP_ALL, Cleaning, needed_rows, points_from_table
from models.data.tables.roles import Columns, guess_columns
from models.data.tables.table import Table, cut

Array = NDArray[np.float64]
PointSetT = TypeVar("PointSetT", bound=PointSet)

MOST_POINTS = 20_000
"""More own points than this can be neither drawn nor answered between two frames."""

LARGEST_COORDINATE = 1e4
"""Of a point in the plane as the network sees it; features square it in float32."""

FRESH_POINTS = 20_000

_DATA, _SPLIT, _UNSEEN = 10, 11, 12  # what a random stream is for; with the seed it starts a generator of its own

FEATURES: Mapping[str, Callable[[Array], Array]] = {
    "x": lambda p: p[:, 0],
    "y": lambda p: p[:, 1],
    "x2": lambda p: p[:, 0] ** 2,
    "y2": lambda p: p[:, 1] ** 2,
    "xy": lambda p: p[:, 0] * p[:, 1],
    "sin_x": lambda p: np.sin(np.pi * p[:, 0]),
    "sin_y": lambda p: np.sin(np.pi * p[:, 1]),
}
"""Input feature → function of points (N, 2), giving (N,)."""

FEATURE_NAMES = {"x": "x", "y": "y", "x2": "x²", "y2": "y²", "xy": "xy", "sin_x": "sin πx", "sin_y": "sin πy"}
"""Input feature → as it is written in formulas."""


LONGEST_INPUT = 10
"""Letters of a column's name beside an input and in a formula."""


def input_names(inputs: Sequence[str], axes: Sequence[str] = ("x", "y")) -> tuple[str, ...]:
    """The inputs as they are written in formulas, with the coordinates called by the names of their axes."""
    first, second = (cut(name, LONGEST_INPUT) for name in axes)
    if (first, second) == ("x", "y"):
        return tuple(FEATURE_NAMES[name] for name in inputs)
    named = {
        "x": first,
        "y": second,
        "x2": f"{first}²",
        "y2": f"{second}²",
        "xy": f"{first} · {second}",
        "sin_x": f"sin π {first}",
        "sin_y": f"sin π {second}",
    }
    return tuple(named[name] for name in inputs)


def features(points: ArrayLike, inputs: Sequence[str]) -> NDArray[np.float32]:
    """What the network is told about points (N, 2): (N, F) float32, one column for each name in `inputs`."""
    array = np.asarray(points, dtype=np.float64)
    if tuple(inputs) == ("x", "y"):
        return array.astype(np.float32)
    return np.stack([FEATURES[name](array) for name in inputs], axis=1).astype(np.float32)


def classes_of(config: BoundaryConfig, data: PointSet | None = None) -> int:
    """How many classes there are, in the user's own points or those that a config asks for; 0 for regression."""
    if data is not None:
        return 0 if is_regression(data) else len(data.class_names)
    if config.dataset in REGRESSION_SETS:
        return 0
    return config.classes if config.dataset in ("blobs", OWN) else 2


def load_points(config: BoundaryConfig) -> PointSet:
    """The points that a config asks for; for "own" an empty plane with `classes` classes."""
    if config.dataset == OWN:
        names = tuple("ABCDEF"[: config.classes])
        return PointSet(np.empty((0, 2)), np.empty(0, np.int64), class_names=names)
    rng = np.random.default_rng((config.seed, _DATA))
    return make_points(config.dataset, config.points_per_class, config.noise, rng, config.classes)


def fresh_points(config: BoundaryConfig, count: int = FRESH_POINTS) -> PointSet | None:
    """About `count` points from the same source that nobody has seen: neither training nor stop rule.

    None for own points: only their owner could say where more of them come from.
    """
    if config.dataset == OWN:
        return None
    classes = config.classes if config.dataset == "blobs" else 2
    rng = np.random.default_rng((config.seed, _UNSEEN))
    return make_points(config.dataset, -(-count // classes), config.noise, rng, config.classes)


def split_points(data: PointSetT, train_share: float, seed: int) -> PointSetT:
    """The points dealt out at random, the training points first."""
    training = deal(data, train_share, np.random.default_rng((seed, _SPLIT)))
    order = np.concatenate([np.flatnonzero(training), np.flatnonzero(~training)])
    return replace(data.taken(order), truth=None, held_out=~training[order])


def prepared(data: PointSet, config: BoundaryConfig) -> PointSet:
    """Points as a run uses them: `held_out` says which are not trained on.

    They are dealt out, unless they have been already: the user's own points stay what they are in every run. Those of a
    table are standardised, or not, as the settings say; the held-out ones have no say in it.
    """
    points = split_points(data, config.train_share, config.seed) if data.held_out is None else data
    if isinstance(points, OwnPoints) and points.table and points.held_out is not None:
        if config.standardise and points.centre is None:
            return standardised_by(points, ~points.held_out)
        if not config.standardise and points.centre is not None:
            return points.in_file_units()
    return points


def standardised_by(data: PointSetT, training: NDArray[np.bool_]) -> PointSetT:
    """The points shifted and stretched so that the *training* points have mean 0 and standard deviation 1.

    The held-out points have no say in it. `centre` and `scale` of the result keep the numbers. A coordinate that is the
    same everywhere is only shifted.
    """
    known = data.points[training] if training.any() else data.points
    if not len(known):
        return data
    centre = known.mean(axis=0)
    deviation = known.std(axis=0)
    # Squares of numbers below 1e-154 vanish, and with them the deviation: such an axis counts as constant too.
    scale = np.where((np.ptp(known, axis=0) > 0) & (deviation > 0), deviation, 1.0)
    return replace(data, points=(data.points - centre) / scale, centre=centre, scale=scale)


def check_plane(data: PointSet) -> None:
    """Raise DataError unless the points lie in the plane, are not too many and not too far out."""
    if data.dimensions != 2:
        raise DataError(f"The points must lie in the plane; these have {data.dimensions} coordinates.")
    if len(data) > MOST_POINTS:
        raise DataError(
            f"{len(data):,} points are too many to be watched while they train: at most {MOST_POINTS:,}. "
            "Save a part of them, for instance every tenth line, in a file of its own."
        )
    if len(data) and np.abs(data.points).max() > LARGEST_COORDINATE:
        raise DataError(
            f"A point lies at {np.abs(data.points).max():.3g}, too far out to learn from (at most "
            f"{LARGEST_COORDINATE:,.0f}): switch “standardise” on, or move it closer."
        )


# Files of one's own -------------------------------------------------------------------------------------------------


def open_points(paths: Sequence[Path]) -> OwnPoints:
    """The user's own points from one CSV file with guessed columns; raises DataError with what is wrong with it."""
    if len(paths) != 1:
        raise DataError("The Boundary tab takes its points from one CSV file.")
    points: OwnPoints = open_table(paths[0], TableOptions()).data
    return points


def open_table(path: Path, options: TableOptions) -> Brought:
    """The user's own points from a table with the columns that were asked for; raises DataError."""
    found = brought(path, options, needs_answer=True, make=_with_answers)
    values = found.data.targets is not None
    return replace(found, instead={"loss": ("cross_entropy", "mse")}) if values else found


def _with_answers(table: Table, columns: Columns, cleaning: Cleaning) -> OwnPoints:
    return own_points(table, columns, cleaning=cleaning)


def own_points(
    table: Table, columns: Columns | None = None, *, name: str = "", cleaning: Cleaning = KEEP_ALL
) -> OwnPoints:
    """Points with classes or with values to predict, from a table.

    Args:
        table: as read or pasted.
        columns: coordinates, class column or value to predict; None guesses: without a class column, a third column of
            numbers is the value to predict (regression).
        name: what the user reads, such as the name of the file.
        cleaning: what is done about incomplete lines.

    Raises:
        DataError: a cell is no number, there is nothing to predict, only one class or only one point.
    """
    columns = columns or guess_columns(table, predicts=True)
    if columns.target is None and columns.label is None:
        raise _nothing_to_predict(table, columns)
    data = points_from_table(table, columns, cleaning=cleaning)
    if data.labels is not None and len(data.class_names) < 2:
        raise DataError(
            f"All points belong to the same class (“{cut(data.class_names[0])}”): there is nothing to tell apart. "
            "Choose another class column, or add points of another class."
        )
    targets = None
    if columns.target is not None:
        targets = table.numbers(columns.target, needed_rows(table, columns, cleaning))
    if targets is not None and np.abs(targets).max() > LARGEST_COORDINATE:
        raise DataError(
            f"Column “{cut(columns.target or '')}” has values up to {np.abs(targets).max():.3g}, too large to be "
            f"predicted well (at most {LARGEST_COORDINATE:,.0f}): divide them, for instance by a thousand."
        )
    if len(data) > MOST_POINTS:
        check_plane(data)
    return as_own(replace(data, targets=targets), name, table=True)


def _nothing_to_predict(table: Table, columns: Columns) -> DataError:
    """What is said of a table in which no column says the class: which one might, or that there is none."""
    words = [name for name in table.names if not table.is_numeric(name)]
    if words:
        return DataError(
            f"Column “{cut(words[0])}” has {table.class_count(words[0]):,} different names: too many to be classes. "
            "Join some of them, choose another class column, or a column of numbers to predict."
        )
    return DataError(
        "This table has coordinates, but no column that says which class each point belongs to. "
        "Add a column of class names, or of numbers to predict."
    )


# How good one can be at best ----------------------------------------------------------------------------------------


def bayes_accuracy(points: PointSet, noise: float) -> float:
    """Share of these two-gaussians points that Bayes' rule gets right, which knows the true densities: the best.

    Raises ConfigError when there are no labels.
    """
    if points.labels is None:
        raise ConfigError("Bayes' rule needs points with classes.")
    if noise < 1e-6:  # so little that no class reaches into the other, and densities would overflow
        return 1.0

    def density(x: float, y: float, sigma: float) -> Array:
        squared = ((points.points - (x, y)) ** 2).sum(axis=1)
        result: Array = np.exp(-squared / (2 * (noise * sigma) ** 2)) / (noise * sigma) ** 2
        return result

    first = 0.5 * density(-1, 0.3, 0.2) + 0.5 * density(1, 0.3, 0.2)
    second = density(0, -0.1, 0.3)
    return float(np.mean((second > first) == (points.labels == 1)))


def is_regression(data: PointSet) -> bool:
    """Whether the points have values to predict instead of classes."""
    return data.targets is not None and data.labels is None
