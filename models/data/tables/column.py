"""One column of a table: its cells as they were written, and what can be said about all of them at a glance.

The cells are kept as one string of bytes, which needs a tenth of the memory of as many strings of Python's.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from models.data.tables.numbers import Marks, is_missing, marks_of, name_of, number, taken_apart

_PLAIN = re.compile(rb"[-+.\deE\n]+")
_CERTAIN_POINT = re.compile(rb"(?:^|[^\d])(?:\d{4,}\.|\d*\.\d{0,2}(?=[\neE]|$)|\d*\.\d{4,}|0\.)", re.MULTILINE)


@dataclass(frozen=True)
class Cells:
    """N cells, one after the other, each followed by a line end; none holds a line end itself."""

    text: bytes
    count: int

    def __len__(self) -> int:
        return self.count

    def all(self) -> list[str]:
        """The cells."""
        return self.text.decode().split("\n")[:-1]

    def first(self, count: int) -> list[str]:
        """The first `count` cells, without a look at the others."""
        end, found = -1, 0
        while found < min(count, self.count):
            end = self.text.index(b"\n", end + 1)
            found += 1
        return self.text[: end + 1].decode().split("\n")[:-1]


@dataclass(frozen=True)
class Profile:
    """What a column holds.

    Attributes:
        numeric: more than half of the cells that are not missing are numbers (of one unit).
        unit: what stands beside its numbers: "cm"; "" where nothing does.
        whole: all its numbers are whole.
        counting: each is one more than the one above, from any start.
        different: how many different cells there are that are not missing; of numbers, how many different numbers.
        present: how many cells are not missing.
        empty: how many are empty.
        words: the words in it that say that something is missing, as written, with how often each stands there.
        marks: what its numbers say about the marks in them.
        plain: all its cells are numbers as programs write them.
    """

    numeric: bool
    unit: str
    whole: bool
    counting: bool
    different: int
    present: int
    empty: int
    words: tuple[tuple[str, int], ...]
    marks: Marks
    plain: bool = False

    @property
    def recurs(self) -> bool:
        """Whether some cell stands there more than once."""
        return self.different < self.present

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.empty and not self.words


def evidence(cells: Cells) -> Marks:
    """What a column says for certain about the marks in its numbers."""
    if _PLAIN.fullmatch(cells.text):
        return Marks.POINT_DECIMAL if _CERTAIN_POINT.search(cells.text) else Marks.NONE
    if not any(map(cells.text.__contains__, (b".", b",", b"'", b" "))):
        return Marks.NONE
    return marks_of(set(cells.all()))


def profile(cells: Cells, marks: Marks, table: Marks) -> Profile:
    """Look at a column.

    Args:
        cells: the column.
        marks: its `evidence`, `table` that of all columns together.
    """
    every = cells.all()
    plain = _plain_numbers(cells, every, marks, table)
    if plain is not None:
        counting = len(plain) > 2 and _counts(plain)
        different, whole = len(set(plain)), all(map(float.is_integer, plain))
        return Profile(True, "", whole, counting, different, len(plain), 0, (), marks, plain=True)
    counts = Counter(every)
    words = {cell: counts.pop(cell) for cell in [cell for cell in counts if is_missing(cell)]}
    empty = sum(words.pop(cell) for cell in [cell for cell in words if not cell])
    present = sum(counts.values())
    units: Counter[str] = Counter()
    for cell, often in counts.items():
        written = taken_apart(cell)
        if written is not None:
            units[written.unit] += often
    unit = units.most_common(1)[0][0] if units else ""
    numeric = units[unit] * 2 > present
    named = tuple(sorted(words.items()))
    if not numeric:
        return Profile(False, "", False, False, len(counts), present, empty, named, marks)
    values = {cell: number(cell, marks, table) for cell in counts}
    numbers = [value for cell in every if (value := values.get(cell)) is not None]
    finite = all(abs(value) < float("inf") for value in numbers)
    whole = finite and all(map(float.is_integer, numbers))
    counting = whole and len(numbers) == present > 2 and _counts(numbers)
    different = len({values[cell] if values[cell] is not None else cell for cell in counts})
    return Profile(True, unit, whole, counting, different, present, empty, named, marks)


def _plain_numbers(cells: Cells, every: list[str], marks: Marks, table: Marks) -> list[float] | None:
    """The column as numbers where all cells are numbers as programs write them, as most are; else None."""
    if not _PLAIN.fullmatch(cells.text):
        return None
    if (table | marks) & (Marks.COMMA_DECIMAL | Marks.POINT_GROUPS) and b"." in cells.text:
        return None
    try:
        return list(map(float, every))
    except ValueError:
        return None


def _counts(numbers: list[float]) -> bool:
    first = numbers[0]
    return (
        first.is_integer()
        and numbers[-1] == first + len(numbers) - 1
        and all(value == first + index for index, value in enumerate(numbers))
    )


def class_of(cell: str, marks: Marks, table: Marks) -> str:
    """What a cell is called as a class: equal numbers have one name, however they are written."""
    value = number(cell, marks, table)
    written = taken_apart(cell)
    if value is None or written is None or written.unit or not abs(value) < float("inf"):
        return cell
    return name_of(value)
