"""A table that has been read: columns of cells with names, their numbers, their classes, and its incomplete lines."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.data.tables.column import Cells, Profile, class_of
from models.data.tables.numbers import Marks, is_missing, number, taken_apart
from models.errors import DataError

Array = NDArray[np.float64]
Rows = NDArray[np.bool_]

MOST_CLASSES = 12
"""More different labels than this are numbers to predict, not classes."""

LONGEST_CLASS = 60
"""Letters of a class's name that are kept."""


class IncompleteLines(DataError):  # noqa: N818  (a sentence for the user, with what could be left out)
    """Some lines lack a value that is needed; without them the table could be used.

    Attributes:
        lines: their numbers.
    """

    def __init__(self, sentence: str, lines: Sequence[int]) -> None:
        super().__init__(sentence)
        self.lines = tuple(lines)


@dataclass(frozen=True)
class Table:
    """Columns of text cells with their names.

    Attributes:
        names: C column names, all different.
        columns: C columns of N cells each, as written (spaces around them removed).
        lines: N line numbers in the file, for messages.
        delimiter: what separates the cells.
        had_header: whether the names come from the file.
        profiles: what each column holds.
        marks: what all columns say about the marks in numbers.
        class_column: the column that the file itself declares to be the class; None where it says nothing.
        ignored: columns that the file itself sets aside.
    """

    names: tuple[str, ...]
    columns: tuple[Cells, ...]
    lines: NDArray[np.int64]
    delimiter: str
    had_header: bool
    profiles: tuple[Profile, ...]
    marks: Marks = Marks.NONE
    class_column: str | None = None
    ignored: frozenset[str] = frozenset()
    _read: dict[str, tuple[Array, dict[int, str]]] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.lines)

    def index(self, name: str) -> int:
        """The place of a column; raises DataError naming the columns there are."""
        if name in self.names:
            return self.names.index(name)
        same = [index for index, known in enumerate(self.names) if known.casefold() == name.casefold()]
        if len(same) == 1:
            return same[0]
        raise DataError(f"There is no column “{cut(name)}”. The columns are: {listed(self.names)}.")

    def cells(self, name: str) -> list[str]:
        """The cells of a column; raises DataError naming the columns there are."""
        return self.columns[self.index(name)].all()

    def profile(self, name: str) -> Profile:
        """What a column holds; raises DataError as `cells`."""
        return self.profiles[self.index(name)]

    def is_numeric(self, name: str) -> bool:
        """Whether the column is meant as numbers: more than half of its cells, not counting missing ones, are."""
        return self.profile(name).numeric

    # Numbers ---------------------------------------------------------------------------------------------------------

    def numbers(self, name: str, rows: Rows | None = None) -> Array:
        """A column as finite numbers (N,), or those of some rows; raises DataError quoting the first cell that is not
        one, and its line.
        """
        values, wrong = self._numbers(name)
        for row in sorted(wrong):
            if rows is None or rows[row]:
                raise DataError(self._complaint(name, row, wrong[row]))
        return values if rows is None else values[rows]

    def look_up(self, name: str) -> None:
        """Work out the numbers of a column now, so that who asks for them next does not wait."""
        self._numbers(name)

    def _numbers(self, name: str) -> tuple[Array, dict[int, str]]:
        """The numbers of a column, NaN where there is none, and the cells that are none; kept for the next question."""
        index = self.index(name)
        name = self.names[index]
        if name not in self._read:
            every, look = self.columns[index].all(), self.profiles[index]
            known: dict[str, float] = {}
            if look.plain:
                values = np.fromiter(map(float, every), np.float64, len(every))
            else:
                for cell in set(every):
                    known[cell] = self._value(cell, look)
                values = np.fromiter(map(known.__getitem__, every), np.float64, len(every))
            wrong = {int(row): every[row] for row in np.flatnonzero(~np.isfinite(values))}
            while len(self._read) >= 6:
                self._read.pop(next(iter(self._read)))
            values.flags.writeable = False
            self._read[name] = values, wrong
        return self._read[name]

    def _value(self, cell: str, look: Profile) -> float:
        """The number in a cell; NaN where it is missing, is none, may be two, or has another unit than the others."""
        written = taken_apart(cell)
        if written is None or written.unit != (look.unit if look.numeric else ""):
            return math.nan
        value = number(cell, look.marks, self.marks)
        return math.nan if value is None else value

    def _complaint(self, name: str, row: int, cell: str) -> str:
        where = f"Line {self.lines[row]}, column “{cut(name)}”"
        look, written = self.profile(name), taken_apart(cell)
        if is_missing(cell):
            return f"{where}: the value is missing. Fill it in or remove the line."
        if written is None:
            return (
                f"{where}: “{cut(cell)}” is text where a number is needed. Choose another column or correct the cell."
            )
        if written.value is not None and not math.isfinite(written.value):
            return f"{where}: “{cut(cell)}” is not a finite number. Correct it or remove the line."
        if written.unit != look.unit:
            others = f"“{cut(look.unit)}”" if look.unit else "none"
            return f"{where}: “{cut(cell)}” has another unit than most numbers of the column ({others}). Use one unit."
        if written.unclear:
            point, whole = written.body.replace(",", "."), written.body.replace(written.unclear, "")
            return (
                f"{where}: “{cut(cell)}” may be {point} or {whole}. Write it with a decimal point, or without a mark."
            )
        return f"{where}: “{cut(cell)}” is not a finite number. Correct it or remove the line."

    # Classes ---------------------------------------------------------------------------------------------------------

    def missing_labels(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """The cells of a class column that say that the class is missing, and those of them that might be a class.

        An empty cell is missing. A word such as NA, none or - that recurs is a class of that name, unless the column
        holds numbers, or the same word stands for missing numbers elsewhere in the table: then it may be either.
        """
        look = self.profile(name)
        missing, doubtful = {""}, set()
        elsewhere = {
            word.lower()
            for other, known in zip(self.names, self.profiles, strict=True)
            if known.numeric and other != name
            for word, _ in known.words
        }
        for word, often in look.words:
            if often < 2 or look.numeric:
                missing.add(word)
            elif word.lower() in elsewhere:
                missing.add(word)
                doubtful.add(word)
        return frozenset(missing), frozenset(doubtful)

    def class_count(self, name: str) -> int:
        """How many classes a column would have, words that are classes included."""
        missing, _ = self.missing_labels(name)
        look = self.profile(name)
        return look.different + sum(word not in missing for word, _ in look.words)

    def labels(
        self, name: str, rows: Rows | None = None, classes: frozenset[str] = frozenset()
    ) -> tuple[NDArray[np.int64], tuple[str, ...]]:
        """A column as classes: codes (N,) and the class names in the order of the codes (numbers by size, else ABC).

        Args:
            name: the column.
            rows: the rows that are wanted; None: all.
            classes: words that are classes although they might say that something is missing.

        Raises DataError for a missing label or more than MOST_CLASSES classes.
        """
        look, every = self.profile(name), self.cells(name)
        missing = self.missing_labels(name)[0] - classes
        called: dict[str, str] = {}
        codes = []
        for row, cell in enumerate(every):
            if rows is not None and not rows[row]:
                continue
            if cell in missing:
                raise DataError(f"Line {self.lines[row]}, column “{cut(name)}”: the label is missing.")
            if cell not in called:
                called[cell] = class_of(cell, look.marks, self.marks) if look.numeric else cell
            codes.append(called[cell])
        found = set(codes)
        if len(found) > MOST_CLASSES:
            raise DataError(
                f"Column “{cut(name)}” has {len(found)} different values, too many for classes (at most "
                f"{MOST_CLASSES}). Choose another label column, or none."
            )
        sizes = {each: number(each, Marks.NONE, Marks.NONE) for each in found}
        numeric = all(size is not None for size in sizes.values())
        order = sorted(found, key=lambda each: (sizes[each] or 0.0, each) if numeric else (0.0, each))
        code = {each: place for place, each in enumerate(order)}
        return np.array([code[each] for each in codes], dtype=np.int64), shortened(order)

    # Incomplete lines ------------------------------------------------------------------------------------------------

    def complete_rows(self, numbers: Sequence[str], label: str | None, classes: frozenset[str] = frozenset()) -> Rows:
        """Which rows (N,) have all that is needed: a value in the columns of numbers, and a label."""
        rows = np.ones(len(self), dtype=np.bool_)
        for name in numbers:
            _, wrong = self._numbers(name)
            rows[[row for row, cell in wrong.items() if is_missing(cell)]] = False
        if label is not None:
            missing = self.missing_labels(label)[0] - classes
            look = self.profile(label)
            if look.empty or any(word in missing for word, _ in look.words):
                rows &= np.fromiter((cell not in missing for cell in self.cells(label)), np.bool_, len(self))
        return rows

    def refuse_incomplete(self, rows: Rows, columns: Sequence[str]) -> IncompleteLines:
        """What is said where lines are incomplete: the first of them, and how many there are."""
        gaps = np.flatnonzero(~rows)
        first = int(gaps[0])
        lacking = [name for name in columns if is_missing(self.columns[self.index(name)].first(first + 1)[-1])]
        named = f", column “{cut(lacking[0])}”" if lacking else ""
        what = "the value is missing" if lacking and self.is_numeric(lacking[0]) else "the label is missing"
        rest = f" {len(gaps) - 1:,} more {'line is' if len(gaps) == 2 else 'lines are'} incomplete." * (len(gaps) > 1)
        lines = [int(line) for line in self.lines[gaps]]
        return IncompleteLines(
            f"Line {lines[0]}{named}: {what}.{rest} Fill it in, or skip {counted(len(lines), 'incomplete line')}.",
            lines,
        )


def differing_in_case(names: Sequence[str]) -> list[tuple[str, str]]:
    """Pairs of class names that are the same but for capital letters: perhaps one was meant."""
    seen: dict[str, str] = {}
    pairs = []
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            pairs.append((other, name))
    return pairs


def shortened(names: Sequence[str]) -> tuple[str, ...]:
    """Class names, none longer than LONGEST_CLASS, still all different."""
    found: list[str] = []
    for name in names:
        short = name if len(name) <= LONGEST_CLASS else name[: LONGEST_CLASS - 1] + "…"
        unique, copies = short, 2
        while unique in found:
            unique, copies = f"{short} ({copies})", copies + 1
        found.append(unique)
    return tuple(found)


def cut(text: str, most: int = 40) -> str:
    """A text from a file, fit for a sentence."""
    return text if len(text) <= most else text[: most - 1] + "…"


def listed(names: Sequence[str], most: int = 160) -> str:
    """Names in a row, as many as fit."""
    shown: list[str] = []
    for place, name in enumerate(names):
        if sum(map(len, shown)) + 2 * len(shown) + min(len(name), 40) > most:
            return ", ".join([*shown, f"… ({len(names) - place} more)"])
        shown.append(cut(name))
    return ", ".join(shown)


def counted(count: int, thing: str) -> str:
    """A number of things: "1 cell", "2 cells"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
