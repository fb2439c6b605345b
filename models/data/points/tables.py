"""Points from a table and back: which of its columns are coordinates and classes, in which units, and written as CSV.

How a table is read stands in `models/data/tables`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.points.sets import PointSet
from models.data.tables.roles import Columns, guess_columns
from models.data.tables.table import Rows, Table
from models.whole_file import atomically

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Cleaning:
    """What is done about cells in which nothing stands.

    Attributes:
        skip_incomplete: leave out the lines that lack something that is needed.
        classes: words, such as NA, that are names of classes although they might say that the class is missing.
    """

    skip_incomplete: bool = False
    classes: frozenset[str] = frozenset()


KEEP_ALL = Cleaning()


def needed_rows(table: Table, columns: Columns, cleaning: Cleaning = KEEP_ALL) -> Rows:
    """Which rows (N,) are used: those that lack nothing.

    Raises IncompleteLines where some do, unless they are to be skipped; DataError where no two are left.
    """
    numbers = [*columns.coordinates, *([columns.target] if columns.target is not None else [])]
    rows = table.complete_rows(numbers, columns.label, cleaning.classes)
    if not rows.all() and not cleaning.skip_incomplete:
        for name in numbers:  # what is wrong with a cell comes first: skipping would not help
            table.numbers(name, rows)
        raise table.refuse_incomplete(rows, columns.used)
    if rows.sum() < 2 <= len(table):
        raise DataError("Fewer than two lines have all that is needed. Fill in the others, or choose other columns.")
    return rows


def points_from_table(
    table: Table, columns: Columns | None = None, *, standardise: bool = False, cleaning: Cleaning = KEEP_ALL
) -> PointSet:
    """The points that the chosen columns describe.

    Args:
        table: as read.
        columns: which columns to use; None guesses. A target is not looked at.
        cleaning: what is done about incomplete lines.
        standardise: shift and stretch every coordinate to mean 0 and standard deviation 1; the numbers are kept in
            the set's `centre` and `scale`.

    Raises:
        DataError: a cell is no finite number, a label is missing, or there is only one point.
    """
    columns = columns or guess_columns(table)
    rows = needed_rows(table, columns, cleaning)
    points = np.stack([table.numbers(name, rows) for name in columns.coordinates], axis=1)
    if len(points) < 2:
        raise DataError("There is only one point in this table: there is nothing to learn from it. Add more lines.")
    labels, names = table.labels(columns.label, rows, cleaning.classes) if columns.label is not None else (None, ())
    data = PointSet(points, labels, class_names=names, axis_names=columns.coordinates)
    return standardised(data) if standardise else data


def standardised(data: PointSet) -> PointSet:
    """The points with mean 0 and standard deviation 1 along each axis; `data.original(…)` undoes it.

    A coordinate that is the same everywhere is only shifted.
    """
    centre = data.points.mean(axis=0)
    deviation = data.points.std(axis=0)
    # Squares of numbers below 1e-154 vanish, and with them the deviation: such an axis counts as constant too.
    scale = np.where((np.ptp(data.points, axis=0) > 0) & (deviation > 0), deviation, 1.0)
    before = data.centre if data.centre is not None else np.zeros_like(centre)
    stretch = data.scale if data.scale is not None else np.ones_like(scale)
    return replace(
        data,
        points=(data.points - centre) / scale,
        centre=before + stretch * centre,
        scale=stretch * scale,
        truth=None,
    )


# ------------------------------------------------------------------------------------------------------------ writing


def write_points(path: Path | str, data: PointSet) -> None:
    """Write points as CSV, in the units they came in, with labels or targets if there are any.

    Numbers keep every digit: reading the file gives the same points. The file appears complete or not at all.

    Raises DataError when the file cannot be written.
    """
    header: list[str] = list(data.axis_names)
    columns: list[Iterable[object]] = [column.tolist() for column in data.original(data.points).T]
    if data.labels is not None:
        header.append("label")
        columns.append(data.class_names[label] for label in data.labels)
    if data.targets is not None:
        header.append("target")
        columns.append(data.targets.tolist())
    write_rows(path, header, zip(*columns, strict=True))


def write_rows(path: Path | str, header: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a CSV file with these column names and rows; it appears complete or not at all.

    Raises DataError when the file cannot be written.
    """
    with atomically(Path(path)) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
        text.flush()
        text.detach()  # the file is closed by its owner
