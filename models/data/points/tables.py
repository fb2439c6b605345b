"""A table is what most people have their data in: a text file with one row per point. This file reads it, finds out
what its columns are, and says in plain words what is wrong with it.

Reading (`read_table`) keeps the cells as text, so that a complaint can quote the cell and its line. Numbers are made
of them when columns are chosen (`points_from_table`).
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.points.sets import PointSet
from models.errors import unreadable
from models.whole_file import atomically

Array = NDArray[np.float64]

MOST_ROWS = 200_000
MOST_COLUMNS = 200
MOST_BYTES = 32 * 2**20
MOST_CLASSES = 12
"""More different labels than this are numbers to predict, not classes."""

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-"})
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+(e[+-]?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """Columns of text cells with their names.

    Attributes:
        names: C column names, all different.
        columns: C columns of N cells each, as written (spaces around them removed, decimal commas made points).
        lines: N line numbers in the file, for messages.
        delimiter: what separates the cells.
        had_header: whether the names come from the file.
    """

    names: tuple[str, ...]
    columns: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    delimiter: str
    had_header: bool

    def __len__(self) -> int:
        return len(self.lines)

    def cells(self, name: str) -> tuple[str, ...]:
        """The cells of a column; raises DataError naming the columns there are."""
        if name not in self.names:
            raise DataError(f"There is no column “{name}”. The columns are: {', '.join(self.names)}.")
        return self.columns[self.names.index(name)]

    def is_numeric(self, name: str) -> bool:
        """Whether the column is meant as numbers: more than half of its cells, not counting missing ones, are."""
        cells = [cell for cell in self.cells(name) if cell.lower() not in MISSING]
        return bool(cells) and sum(_number(cell) is not None for cell in cells) * 2 > len(cells)

    def numbers(self, name: str) -> Array:
        """A column as finite numbers (N,); raises DataError quoting the first cell that is not one, and its line."""
        cells = self.cells(name)
        values = np.empty(len(cells))
        for row, cell in enumerate(cells):
            value = _number(cell)
            if value is None or not math.isfinite(value):
                raise DataError(self._complaint(name, row, cell))
            values[row] = value
        return values

    def _complaint(self, name: str, row: int, cell: str) -> str:
        where = f"Line {self.lines[row]}, column “{name}”"
        if cell.lower() in MISSING:
            return f"{where}: the value is missing. Fill it in or remove the line."
        if _number(cell) is not None:
            return f"{where}: “{_short(cell)}” is not a finite number. Correct it or remove the line."
        return f"{where}: “{_short(cell)}” is text where a number is needed. Choose another column or correct the cell."

    def labels(self, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """A column as classes: codes (N,) and the class names in the order of the codes (numbers by size, else ABC).

        Raises DataError for a missing label or more than MOST_CLASSES classes.
        """
        cells = self.cells(name)
        for row, cell in enumerate(cells):
            if cell.lower() in MISSING:
                raise DataError(f"Line {self.lines[row]}, column “{name}”: the label is missing.")
        found = set(cells)
        if len(found) > MOST_CLASSES:
            raise DataError(
                f"Column “{name}” has {len(found)} different values, too many for classes (at most {MOST_CLASSES}). "
                "Choose another label column, or none."
            )
        numeric = all(_number(cell) is not None for cell in found)
        names = tuple(sorted(found, key=lambda cell: (_number(cell) or 0.0, cell) if numeric else (0.0, cell)))
        code = {cell: index for index, cell in enumerate(names)}
        return np.array([code[cell] for cell in cells], dtype=np.int64), names


@dataclass(frozen=True)
class Columns:
    """Which columns of a table mean what: the coordinates, and the label if there is one."""

    coordinates: tuple[str, ...]
    label: str | None = None


# ------------------------------------------------------------------------------------------------------------ reading


def read_table(path: Path | str, delimiter: str | None = None, header: bool | None = None) -> Table:
    """Read a CSV file.

    Args:
        path: a text file (UTF-8, UTF-16 with its mark, or Latin-1), at most MOST_BYTES and MOST_ROWS long.
        delimiter: what separates the cells; None finds out.
        header: whether the first line names the columns; None finds out.

    Raises:
        DataError: the file cannot be read, is too long, is no text, is empty, or its lines differ in their cells.
    """
    path = Path(path)
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise DataError(f"{path.name} is a folder or a device, not a file: choose a table.")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                f"{path.name} has {size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} MB ({MOST_ROWS:,} points) can "
                "be worked with here. Save a part of it, for instance every hundredth line, in a file of its own."
            )
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise unreadable(path.name, error) from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):  # "Unicode text", as spreadsheets call it
        with suppress(UnicodeDecodeError):
            return parse_table(content.decode("utf-16"), delimiter, header, name=path.name)
    if b"\0" in content:
        raise DataError(f"{path.name} is not a text file. Save the table as CSV (comma-separated values) first.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    return parse_table(text, delimiter, header, name=path.name)


def parse_table(
    text: str, delimiter: str | None = None, header: bool | None = None, name: str = "The pasted text"
) -> Table:
    """A table from text, such as what was pasted; otherwise as `read_table`. Lines that begin with # are left out."""
    if len(text) > MOST_BYTES:
        raise DataError(f"{name} is too long: at most {MOST_ROWS:,} points can be worked with here.")
    sample = [line for _, line in zip(range(100), _useful_lines(text), strict=False)]
    if not sample:
        raise DataError(f"{name} has no lines with data: write one point in every line.")
    guessed = _guess_delimiter([line for _, line in sample])
    chosen = delimiter if delimiter is not None else guessed
    if chosen not in DELIMITERS:
        raise DataError(f"Cells can be separated by {', '.join(DELIMITERS.values())}, not by “{chosen}”.")
    rows: list[list[str]] = []
    lines: list[int] = []
    for line, cells in _rows(text, chosen, name):
        if rows and len(cells) != len(rows[0]):
            hint = f" Perhaps the separator is a {DELIMITERS[guessed]}?" if guessed != chosen else ""
            raise DataError(
                f"Line {line} of {name} has {_count(len(cells), 'cell')}, "
                f"the lines before it have {len(rows[0])}.{hint}"
            )
        if len(cells) > MOST_COLUMNS:
            raise DataError(f"{name} has {len(cells)} columns; at most {MOST_COLUMNS} can be worked with.")
        if len(rows) > MOST_ROWS:
            raise DataError(
                f"{name} has more than {MOST_ROWS:,} lines, the most that can be worked with here. Save a part of it, "
                "for instance every hundredth line, in a file of its own."
            )
        rows.append(cells)
        lines.append(line)
    if len(rows[0]) == 1 and guessed != chosen:
        raise DataError(
            f"{name} has only one column when cells are separated by a {DELIMITERS[chosen]}: "
            f"the separator seems to be a {DELIMITERS[guessed]}."
        )
    had_header = _looks_like_header(rows) if header is None else header
    names = _column_names(rows[0] if had_header else None, len(rows[0]))
    if had_header:
        rows, lines = rows[1:], lines[1:]
    if not rows:
        raise DataError(f"{name} has column names but no points: write one point in every line below.")
    return Table(names, tuple(zip(*rows, strict=True)), tuple(lines), chosen, had_header)


def _useful_lines(text: str) -> Iterator[tuple[int, str]]:
    """(line number, line) without empty lines and comments, one by one, so that a long text is never copied whole."""
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield number, line.rstrip("\n")


def _rows(text: str, delimiter: str, name: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in _useful_lines(text):
        try:
            yield number, _cells(line, delimiter)
        except csv.Error as error:
            raise DataError(f"Line {number} of {name} cannot be taken apart: {error}.") from error


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line; where the comma does not separate cells, it is a decimal comma and becomes a point."""
    if delimiter == " ":
        cells = line.split()
    else:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True))]
    if delimiter == ",":
        return cells
    return [cell.replace(",", ".") if _DECIMAL_COMMA.fullmatch(cell) else cell for cell in cells]


def _guess_delimiter(lines: Sequence[str]) -> str:
    """The separator that cuts the lines into the same number of cells, more than one, and leaves the most numbers.

    The comma when there is none. (Numbers matter because “1,5;2,5” splits evenly at the comma, too.)
    """
    best, most = ",", 1.0
    for delimiter in DELIMITERS:
        try:
            rows = [_cells(line, delimiter) for line in lines]
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        usual = max(set(widths), key=widths.count)
        agreeing = widths.count(usual) / len(widths)
        cells = [cell for row in rows for cell in row]
        numeric = sum(_number(cell) is not None for cell in cells) / max(len(cells), 1)
        if usual > 1 and agreeing >= 0.8 and agreeing + numeric > most:
            best, most = delimiter, agreeing + numeric
    return best


def _looks_like_header(rows: Sequence[Sequence[str]]) -> bool:
    """The first line names the columns if it has words where the lines below it have numbers."""
    first, below = rows[0], rows[1:51]
    if any(_number(cell) is not None for cell in first):
        return False
    if not below:
        return all(first)
    return any(sum(_number(row[c]) is not None for row in below) * 2 > len(below) for c in range(len(first)))


def _column_names(cells: Sequence[str] | None, count: int) -> tuple[str, ...]:
    """Names that are all different: from the header where it has any, else “column 1” and so on."""
    names: list[str] = []
    for index in range(count):
        name = (cells[index] if cells else "") or f"column {index + 1}"
        unique, copies = name, 2
        while unique in names:
            unique, copies = f"{name} ({copies})", copies + 1
        names.append(unique)
    return tuple(names)


def _number(cell: str) -> float | None:
    """The number in a cell, None if there is none; “nan” and “inf” count as numbers, though unusable ones."""
    try:
        return float(cell) if "_" not in cell else None
    except ValueError:
        return None


def _short(cell: str) -> str:
    return cell if len(cell) <= 40 else cell[:39] + "…"


def _count(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


# -------------------------------------------------------------------------------------------------------- using columns


def guess_columns(table: Table) -> Columns:
    """The first two columns of numbers as coordinates, and the label: a column so named, or one of few different words.

    Raises DataError when there are not two columns of numbers.
    """
    label = next(
        (name for name in table.names if name.lower() in ("label", "class", "target", "group", "species")), None
    )
    if label is None:
        words = (name for name in table.names if not table.is_numeric(name))
        label = next((name for name in words if len(set(table.cells(name))) <= MOST_CLASSES), None)
    numeric = [name for name in table.names if name != label and table.is_numeric(name)]
    if len(numeric) < 2:
        found = f"only “{numeric[0]}” is one" if numeric else "there is none"
        raise DataError(
            f"Points in the plane need two columns of numbers, but {found} among: {', '.join(table.names)}. "
            f"Cells were separated by a {DELIMITERS[table.delimiter]}; "
            f"{' or '.join(DELIMITERS[other] for other in DELIMITERS if other != table.delimiter)} would do as well."
        )
    if label is None and len(numeric) > 2:
        # A third column of a few whole numbers that stands last is most likely the class.
        cells = set(table.cells(table.names[-1]))
        if numeric[-1] == table.names[-1] and len(cells) <= MOST_CLASSES and all(_is_whole(cell) for cell in cells):
            label = table.names[-1]
    return Columns(tuple(name for name in numeric if name != label)[:2], label)


def _is_whole(cell: str) -> bool:
    value = _number(cell)
    return value is not None and math.isfinite(value) and value == int(value)


def points_from_table(table: Table, columns: Columns | None = None, *, standardise: bool = False) -> PointSet:
    """The points that the chosen columns describe.

    Args:
        table: as read.
        columns: which columns to use; None guesses.
        standardise: shift and stretch every coordinate to mean 0 and standard deviation 1; the numbers are kept in
            the set's `centre` and `scale`.

    Raises:
        DataError: a cell is no finite number, a label is missing, or there is only one point.
    """
    columns = columns or guess_columns(table)
    points = np.stack([table.numbers(name) for name in columns.coordinates], axis=1)
    if len(points) < 2:
        raise DataError("There is only one point in this table: there is nothing to learn from it. Add more lines.")
    labels, names = table.labels(columns.label) if columns.label is not None else (None, ())
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
