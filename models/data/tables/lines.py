"""From lines to rows of cells: comments and empty lines are passed over, quoted cells may hold anything.

A row is handed out with the number of its line. Whatever a file may hold, no more of it is taken apart than a table
may have: lines with far too many separators and quotes that never end are refused before they are.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import TextIO

from models.data.tables.encoding import composed
from models.data.tables.table import cut
from models.errors import DataError

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space"}
MOST_COLUMNS = 200
MOST_SEPARATORS = 20_000
"""In one row: some may stand in quoted cells."""
MOST_EMPTY = 500_000
"""Empty lines and comments that are passed over."""
LONGEST_RECORD = 200
"""Lines that one quoted cell may go over."""

Row = tuple[int, list[str]]
_ERRORS = ("#n/a", "#na", "#div", "#val", "#ref", "#num", "#null")


def is_comment(line: str) -> bool:
    """Whether a line is a remark; “#N/A” at its beginning is a cell."""
    start = line.lstrip()
    if start.startswith("#"):
        return not start[:5].lower().startswith(_ERRORS)
    return start.startswith(("//", "%"))


def rows(text: TextIO, delimiter: str, name: str, *, after: int = 0) -> Iterator[Row]:
    """(line number, cells) of every row, from a text in which every line ends with a line feed.

    Args:
        text: open, at its beginning.
        delimiter: one of DELIMITERS.
        name: what the text is called in messages.
        after: leave out so many lines.

    Raises DataError for a line that cannot be taken apart.
    """
    lines = _Lines(text, delimiter, name, after)
    spaces = delimiter == " "
    reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
    while True:
        lines.begin()
        try:
            line = lines.unquoted() if spaces else None
            cells = next(reader) if line is None else line.split()
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(f"Line {lines.first} of {name} cannot be taken apart: {error}.") from error
        if lines.spaced:
            cells = [" ".join(cell.split()) if "\n" in cell else cell.strip() for cell in cells]
        if spaces and cells and not cells[-1]:
            cells.pop()
        yield lines.first, cells


class _Lines:
    """The lines that the taking apart asks for, without comments and empty ones between two rows.

    Attributes:
        number: of the last line; `first`: of the line that the present row begins with.
        spaced: whether the present row has spaces or line ends that may have to go.
    """

    def __init__(self, text: TextIO, delimiter: str, name: str, after: int) -> None:
        self._text, self._delimiter, self._name, self._after = text, delimiter, name, after
        self._inside = False
        self._separators = self._empty = 0
        self._waiting: str | None = None
        self.number = self.first = 0
        self.spaced = False

    def begin(self) -> None:
        """The next line begins a row."""
        self._inside = False

    def unquoted(self) -> str | None:
        """The next line, if there are no quotes in it; else it is kept for who can read them."""
        line = next(self)
        if '"' not in line:
            return line
        self._waiting = line.strip()
        return None

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if self._waiting is not None:
            line, self._waiting = self._waiting, None
            return line
        while True:
            line = next(self._text)
            self.number += 1
            if self._inside:
                break
            if self.number > self._after and line.strip() and not is_comment(line):
                self.first, self._separators, self.spaced = self.number, 0, False
                break
            self._empty += 1
            if self._empty > MOST_EMPTY:
                raise too_empty(self._name)
        self._check(line)
        self._inside = True
        return composed(line)

    def _check(self, line: str) -> None:
        self._separators += line.count(self._delimiter)
        if self._separators > MOST_SEPARATORS and (self._delimiter != " " or len(line.split(None, 400)) > 400):
            raise DataError(
                f"Line {self.first} of {self._name} has more than {MOST_COLUMNS} columns, the most that can be worked "
                "with: save those that are wanted in a file of their own."
            )
        if self.number - self.first > LONGEST_RECORD:
            raise DataError(
                f"In line {self.first} of {self._name} a quote begins that does not end: “{cut(line.strip())}” is "
                "still inside it. Close it, or remove it."
            )
        if not self.spaced:
            inner = line.rstrip("\n")
            self.spaced = self._inside or " " in inner or "\t" in inner or not inner.isascii()


def too_empty(name: str) -> DataError:
    """What is said of a file that goes on without points."""
    return DataError(
        f"{name} has more than {MOST_EMPTY:,} lines without data. Remove the empty lines and the comments."
    )
