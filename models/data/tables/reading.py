"""Reading a table: from a file, or from text that was pasted, in pieces between which others have their turn.

Cells stay text, so that a complaint can quote the cell and its line; numbers are made of them when columns are chosen.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TextIO

import numpy as np

from models.data.tables.column import Cells, evidence, profile
from models.data.tables.delimiter import declared, guess
from models.data.tables.encoding import composed, encoding_of, letters
from models.data.tables.formats import HEAD, binary_format, text_format
from models.data.tables.headings import ROW_NAMES, Layout, column_names, layout
from models.data.tables.lines import DELIMITERS, MOST_COLUMNS, MOST_EMPTY, Row, is_comment, rows, too_empty
from models.data.tables.numbers import Marks
from models.data.tables.table import Table, counted, cut
from models.errors import DataError, unreadable

MOST_ROWS = 200_000
MOST_BYTES = 32 * 2**20
SAMPLE_LINES = 100
SAMPLE_ROWS = 400
LONGEST_SAMPLE = 4_000
"""Letters of a line by which the separator is found out."""
TOGETHER = 50_000
"""Cells that are put away in one go."""

Steps = Iterator[float | Table]
"""What reading yields: the share of the work that is done (0 … 1), again and again, and last the table."""


def read_table(path: Path | str, delimiter: str | None = None, header: bool | None = None) -> Table:
    """Read a table from a file.

    Args:
        path: a text file (UTF-8, UTF-16, or Western European), at most MOST_BYTES and MOST_ROWS long.
        delimiter: what separates the cells; None finds out.
        header: whether the first line names the columns; None finds out.

    Raises:
        DataError: the file cannot be read, is too long, is no text, is empty, or its lines differ in their cells.
    """
    return _last(reading(path, delimiter, header))


def parse_table(
    text: str, delimiter: str | None = None, header: bool | None = None, name: str = "The pasted text"
) -> Table:
    """A table from text, such as what was pasted; otherwise as `read_table`. Lines that begin with # are left out."""
    return _last(parsing(text, delimiter, header, name))


def _last(steps: Steps) -> Table:
    for step in steps:
        if isinstance(step, Table):
            return step
    raise AssertionError("reading ends with the table")


def reading(path: Path | str, delimiter: str | None = None, header: bool | None = None) -> Steps:
    """As `read_table`, piece by piece."""
    path = Path(path)
    name = cut(path.name, 80)
    content = _content(path, name)
    yield 0.02
    encoding = ""
    for found in _encoding(content, name):
        yield 0.05
        encoding = found or encoding
    text = letters(content, encoding)
    yield from _steps(text, len(content), delimiter, header, name)


def read_text(path: Path) -> str:
    """The text of a file, by the same rules as a table's; raises DataError."""
    name = cut(path.name, 80)
    content = _content(path, name)
    encoding = [found for found in _encoding(content, name) if found][-1]
    return letters(content, encoding).read()


def _encoding(content: bytes, name: str) -> Iterator[str | None]:
    """How a text is written down: None between two pieces of the work, then the name; DataError when it is none."""
    told = binary_format(content[:HEAD])
    if told is not None:
        raise _named(name, told)
    encoding = ""
    for found in encoding_of(content):
        yield None
        encoding = found if found is not None else encoding
    if not encoding:
        raise DataError(f"{name} is not a text file. Save the table as CSV (comma-separated values) first.")
    yield encoding


def parsing(
    text: str, delimiter: str | None = None, header: bool | None = None, name: str = "The pasted text"
) -> Steps:
    """As `parse_table`, piece by piece."""
    if len(text) > MOST_BYTES:
        raise DataError(f"{name} is too long: at most {MOST_ROWS:,} points can be worked with here.")
    content = text.encode("utf-8", "replace")  # half of a surrogate pair is no letter
    yield from _steps(letters(content, "utf-8"), len(content), delimiter, header, name)


def _content(path: Path, name: str) -> bytes:
    """The bytes of a file; raises DataError."""
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise DataError(f"{name} is a folder or a device, not a file: choose a table.")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                f"{name} has {size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} MB ({MOST_ROWS:,} points) can "
                "be worked with here. Save a part of it, for instance every hundredth line, in a file of its own."
            )
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise unreadable(name, error) from error
    except ValueError as error:  # a null character in the name
        raise DataError(f"{name!a} is not the name of a file: choose a table.") from error


def _named(name: str, told: tuple[str, str]) -> DataError:
    what, remedy = told
    return DataError(f"{name} is {what}, which is not read here. {remedy}.")


def _steps(text: TextIO, size: int, delimiter: str | None, header: bool | None, name: str) -> Steps:
    """The table in a text of about `size` bytes."""
    head = text.read(HEAD)
    told = text_format(head)
    if told is not None:
        raise _named(name, told)
    text.seek(0)
    sample, first, remark = _first_lines(text, name)
    if not sample:
        raise DataError(f"{name} has no lines with data: write one point in every line.")
    said = declared(sample[0])
    after = first if said is not None else 0
    if said is not None:
        sample = sample[1:]
        if said not in DELIMITERS:
            raise DataError(f"Line {first} of {name} separates cells by “{said}”: only {_separators()} will do.")
    guessed = guess(sample)
    chosen = delimiter if delimiter is not None else said if said is not None else guessed
    if chosen not in DELIMITERS:
        raise DataError(f"Cells can be separated by {_separators()}, not by “{cut(chosen)}”.")
    text.seek(0)
    found = rows(text, chosen, name, after=after)
    if delimiter is None and said is None and chosen == "|":
        found = _without_rules(found)
    begin = list(islice(found, SAMPLE_ROWS))
    begin = [row for row in begin if any(row[1])]
    if not begin:
        raise DataError(f"{name} has no lines with data: write one point in every line.")
    named = _remark_cells(remark, chosen)
    laid = layout([cells for _, cells in begin], header, named)
    if laid.width > MOST_COLUMNS:
        raise DataError(f"{name} has {laid.width:,} columns; at most {MOST_COLUMNS} can be worked with.")
    if laid.width == 1 and guessed != chosen:
        raise DataError(
            f"{name} has only one column when cells are separated by a {DELIMITERS[chosen]}: "
            f"the separator seems to be a {DELIMITERS[guessed]}."
        )
    used_by_heading = laid.heading is not None and not (named is not None and tuple(named) == laid.heading)
    skip = laid.above + laid.below + used_by_heading
    store = _Store(laid, name, guessed if guessed != chosen else "")
    done = seen = 0
    for line, cells in chain(begin[skip:], found):
        store.add(line, cells)
        done += sum(map(len, cells)) + len(cells)
        seen += len(cells)
        if seen >= TOGETHER:
            seen = 0
            store.put_away()
            yield 0.05 + 0.65 * min(done / max(size, 1), 1.0)
    yield from _finished(store, laid, chosen, name)


def _first_lines(text: TextIO, name: str) -> tuple[list[str], int, str]:
    """The first lines that are no comments, the number of the first of them, and the comment right above it."""
    sample: list[str] = []
    first, remark = 0, ""
    for number, line in enumerate(text, start=1):
        if line.strip() and not is_comment(line):
            first = first or number
            sample.append(composed(line[:LONGEST_SAMPLE].rstrip("\n")))
            if len(sample) == SAMPLE_LINES:
                break
        elif line.strip() and not sample:
            remark = line[:LONGEST_SAMPLE].strip()
        if number > MOST_EMPTY + SAMPLE_LINES:
            raise too_empty(name)
    return sample, first, remark


def _remark_cells(remark: str, delimiter: str) -> list[str] | None:
    """The cells of a comment, as numpy.savetxt writes headings: “# x y label”."""
    words = remark.lstrip("#%/ \t")
    if not words:
        return None
    return next((cells for _, cells in rows(io.StringIO(words), delimiter, "")), None)


def _without_rules(found: Iterator[Row]) -> Iterator[Row]:
    """The rows of a table that is drawn with bars, without its rules (“|---|:-:|”)."""
    for line, cells in found:
        if not any(cells) or any(cell.strip(":-+= ") for cell in cells):
            yield line, cells


def _separators() -> str:
    return ", ".join(DELIMITERS.values())


class _Store:
    """Rows on their way into columns."""

    def __init__(self, laid: Layout, name: str, hint: str) -> None:
        self._width, self._name, self._hint = laid.width, name, hint
        self._rows: list[list[str]] = []
        self._pieces: list[list[bytes]] = [[] for _ in range(laid.width)]
        self.lines: list[int] = []

    def add(self, line: int, cells: list[str]) -> None:
        """Take a row; one of empty cells is passed over. Raises DataError for one that does not fit."""
        if not any(cells):
            return
        if len(cells) != self._width:
            if len(cells) < self._width or any(cells[self._width :]):
                raise self._misfit(line, len(cells))
            cells = cells[: self._width]
        if len(self.lines) >= MOST_ROWS:
            raise DataError(
                f"{self._name} has more than {MOST_ROWS:,} lines, the most that can be worked with here. Save a part "
                "of it, for instance every hundredth line, in a file of its own."
            )
        self._rows.append(cells)
        self.lines.append(line)

    def _misfit(self, line: int, cells: int) -> DataError:
        hint = f" Perhaps the separator is a {DELIMITERS[self._hint]}?" if self._hint else ""
        others = "the lines before it have" if self.lines else "the lines below it have"
        return DataError(f"Line {line} of {self._name} has {counted(cells, 'cell')}, {others} {self._width}.{hint}")

    def put_away(self) -> None:
        """Append the waiting rows to the columns."""
        if self._rows:
            for pieces, cells in zip(self._pieces, zip(*self._rows, strict=True), strict=True):
                pieces.append(("\n".join(cells) + "\n").encode("utf-8", "replace"))
            self._rows.clear()

    def columns(self) -> Iterator[Cells]:
        """The columns, one after the other; what they were made of is forgotten."""
        self.put_away()
        for pieces in self._pieces:
            yield Cells(b"".join(pieces), len(self.lines))
            pieces.clear()


def _finished(store: _Store, laid: Layout, delimiter: str, name: str) -> Steps:
    """The table, when all rows are there: what its columns are called, and what they hold."""
    columns = list(store.columns())
    if not store.lines:
        raise DataError(f"{name} has column names but no points: write one point in every line below.")
    names = column_names(laid.heading, laid.width)
    if laid.heading is not None and not laid.heading[0] and laid.width > 1:
        names = column_names((ROW_NAMES, *laid.heading[1:]), laid.width)
    nothing = b"\n" * len(store.lines)
    kept = [
        index
        for index, cells in enumerate(columns)
        if cells.text != nothing or (laid.heading is not None and laid.heading[index]) or len(columns) == 1
    ]
    kept = kept or [0]
    yield 0.72
    marks = []
    for place, index in enumerate(kept):
        marks.append(evidence(columns[index]))
        yield 0.72 + 0.08 * place / len(kept)
    together = Marks.NONE
    for each in marks:
        together |= each
    if delimiter == ";" and not together & (Marks.POINT_DECIMAL | Marks.COMMA_GROUPS):
        together |= Marks.COMMA_DECIMAL if _has_commas(columns, kept) else Marks.NONE
    profiles = []
    for place, index in enumerate(kept):
        profiles.append(profile(columns[index], marks[place], together))
        yield 0.8 + 0.2 * place / len(kept)
    yield Table(
        tuple(names[index] for index in kept),
        tuple(columns[index] for index in kept),
        np.array(store.lines, np.int64),
        delimiter,
        laid.heading is not None,
        tuple(profiles),
        together,
        names[laid.class_column] if laid.class_column in kept else None,
        frozenset(names[index] for index in laid.ignored),
    )


def _has_commas(columns: Sequence[Cells], kept: Sequence[int]) -> bool:
    """Whether there are commas in the cells: where semicolons separate them, those are decimal commas."""
    return any(b"," in columns[index].text for index in kept)
