"""Where a table begins, and whether its first row names the columns: found out from its first rows.

Above a table there may be a title; below its headings there may be a row of units, or the two rows in which Orange says
what each column is. And what looks like a point, “0,1,2”, may be headings that a program numbered.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from models.data.tables.numbers import is_missing, taken_apart

Cells = Sequence[str]

LONGEST_NAME = 120
MOST_TITLES = 20
ROW_NAMES = "row names"

_ORANGE_TYPES = frozenset({"continuous", "discrete", "string", "time", "timevariable", "basic", "c", "d", "s", "t"})
_ORANGE_FLAGS = frozenset({"", "class", "meta", "ignore", "i", "m", "c", "w", "weight"})
_ORANGE_PREFIX = re.compile(r"(?P<flag>[mciw]?)(?P<type>[CDSTN]?)#(?P<name>.+)")


@dataclass(frozen=True)
class Layout:
    """How a table is laid out.

    Attributes:
        width: C, how many cells a row has.
        above: how many rows come before the headings, or before the points where there are none.
        heading: the cells that name the columns, C of them; None where they have no names.
        below: how many rows between the headings and the points say something else (units, types).
        class_column: number of the column that the file declares to be the class, if it does.
        ignored: numbers of the columns that it sets aside.
    """

    width: int
    above: int
    heading: tuple[str, ...] | None
    below: int = 0
    class_column: int | None = None
    ignored: frozenset[int] = frozenset()


def layout(rows: Sequence[Cells], header: bool | None = None, remark: Cells | None = None) -> Layout:
    """Look at the first rows of a table.

    Args:
        rows: at least one.
        header: whether there are headings; None finds out.
        remark: the cells of the comment right above the first row, which may name the columns.
    """
    filled = max(max((place + 1 for place, cell in enumerate(row) if cell), default=0) for row in rows)
    rows = [row[: max(filled, 1)] for row in rows]  # separators at the ends of lines make no columns
    widths = [len(row) for row in rows]
    counts = Counter(widths)
    width = max(counts, key=lambda each: (counts[each], each))
    if len(rows) == 2:
        width = max(widths) if not _rests(rows[0], rows[1]) else width
    above = _titles(rows, width)
    body = rows[above:]
    if not body:
        return Layout(width, 0, None)
    if header is not False and len(body) > 1 and len(body[0]) == width - 1 and _names_rows(body):
        return _with_types(body, ("", *body[0]), width, above)
    first = body[0]
    has = _is_heading(first, body[1:51]) if header is None else header
    if has:
        return _with_types(body, tuple(first), width, above)
    if header is None and remark is not None and len(remark) == width and not any(map(_is_number, remark)):
        return Layout(width, above, tuple(remark))
    return Layout(width, above, None)


def column_names(cells: Cells | None, count: int) -> tuple[str, ...]:
    """Names that are all different: from the headings where there are any, else “column 1” and so on."""
    names: list[str] = []
    taken = set()
    for index in range(count):
        given = " ".join("".join(c if c.isprintable() else " " for c in cells[index]).split()) if cells else ""
        name = given[:LONGEST_NAME] or f"column {index + 1}"
        unique, copies = name, 2
        while unique in taken:
            unique, copies = f"{name} ({copies})", copies + 1
        names.append(unique)
        taken.add(unique)
    return tuple(names)


# Titles --------------------------------------------------------------------------------------------------------------


def _titles(rows: Sequence[Cells], width: int) -> int:
    """How many of the first rows are titles: lines with too few cells, or with a single one that is filled."""
    if width < 2:
        return 0
    above = 0
    for place, row in enumerate(rows[:MOST_TITLES]):
        rest = rows[place + 1 :]
        filled = sum(bool(cell) for cell in row)
        if not rest or len(row) > width or (len(row) == width and filled > 1):
            break
        if len(row) == width - 1 and _names_rows(rows[place:]):
            break
        if len(row) == width and (_is_number(row[0]) or sum(map(bool, rest[0])) < width):
            if not (filled == 1 and row[0] and not _is_number(row[0]) and sum(map(bool, rest[0])) <= 1):
                break
        elif len(row) != width and all(len(other) != width for other in rest):
            break
        elif len(row) < width and filled > 1 and all(_is_number(cell) for cell in row if cell):
            break  # numbers are no title: a row that lacks a cell
        above = place + 1
    return above


def _names_rows(rows: Sequence[Cells]) -> bool:
    """Whether the headings are one cell short since the first column holds R's names of the rows."""
    head, below = rows[0], [row for row in rows[1:] if any(row)]
    if not below or not head or any(len(row) != len(head) + 1 for row in below[:50]):
        return False
    if not all(head) or any(map(_is_number, head)) or not any(row[-1] for row in below):
        return False
    first = [row[0] for row in below]
    return all(first) and len(set(first)) == len(first)


def _rests(first: Cells, second: Cells) -> bool:
    return len(first) == len(second)


# Headings ------------------------------------------------------------------------------------------------------------


def _is_number(cell: str) -> bool:
    return taken_apart(cell) is not None and not is_missing(cell)


def _is_heading(first: Cells, below: Sequence[Cells]) -> bool:
    """Whether a row names the columns: by words over numbers, by a number over words, by words that never recur."""
    below = [row for row in below if any(row)]
    if not below:
        return all(first) and not any(map(_is_number, first))
    if not any(first):
        return False
    columns = [[row[c] for row in below if c < len(row)] for c in range(len(first))]
    numeric = [_mostly_numbers(cells) for cells in columns]
    words = [c for c, cell in enumerate(first) if cell and not _is_number(cell) and not is_missing(cell)]
    numbers = [c for c, cell in enumerate(first) if _is_number(cell)]
    if any(first[c] in columns[c] for c in words if not numeric[c]):
        return False
    over_numbers = [c for c in words if numeric[c]]
    if not numbers:
        return bool(over_numbers) or (bool(words) and any(numeric) and len(words) == sum(map(bool, first)))
    if over_numbers and any(not numeric[c] or not _fits(first[c], columns[c]) for c in numbers):
        return True
    if not all(_is_count(first[c]) for c in numbers):
        return False  # with decimals: a point, not a name
    if any(not numeric[c] and any(columns[c]) for c in numbers):
        return True  # a number over words
    if over_numbers and len(over_numbers) >= len(numbers):
        return True
    values = [int(first[c]) for c in numbers]
    in_a_row = values == list(range(values[0], values[0] + len(values))) and values[0] in (0, 1)
    plain = [c for c in numbers if numeric[c]]
    others_have_decimals = any(sum("." in cell or "," in cell for cell in columns[c]) * 2 > len(below) for c in plain)
    new_words = bool(words) and all(_recurs(columns[c]) for c in words)
    if words:
        return in_a_row or others_have_decimals or new_words
    if not first[0] and len(values) == len(first) - 1:
        return in_a_row or others_have_decimals
    most_have = [sum("." in cell or "," in cell for cell in columns[c]) * 2 > len(below) for c in plain]
    return in_a_row and sum(most_have) >= max(1, len(plain) - 1)


def _fits(cell: str, below: Sequence[str]) -> bool:
    """Whether a number is written as most of those below it: with decimals where they have some."""
    decimals = sum("." in other or "," in other for other in below) * 2 > len(below)
    return decimals == ("." in cell or "," in cell)


def _is_count(cell: str) -> bool:
    return cell.isascii() and cell.isdecimal() and len(cell) < 10


def _mostly_numbers(cells: Sequence[str]) -> bool:
    present = [cell for cell in cells if not is_missing(cell)]
    return bool(present) and sum(map(_is_number, present)) * 2 > len(present)


def _recurs(cells: Sequence[str]) -> bool:
    """Whether a column is one of few words, each of which stands there again and again."""
    counts = Counter(cell for cell in cells if cell)
    return bool(counts) and len(counts) * 2 <= sum(counts.values())


# Rows below the headings ---------------------------------------------------------------------------------------------


def _with_types(body: Sequence[Cells], heading: tuple[str, ...], width: int, above: int) -> Layout:
    """The layout with what the rows below the headings say of the columns."""
    names, flags = list(heading), [""] * width
    below = 0
    if len(body) > 2 and len(body[1]) == width and _all_in(body[1], _ORANGE_TYPES, lists=True):
        below = 1
        if len(body[2]) <= width and {cell.split()[0].lower() if cell else "" for cell in body[2]} <= _ORANGE_FLAGS:
            flags = [cell.split()[0].lower() if cell else "" for cell in body[2]]
            flags += [""] * (width - len(flags))
            below = 2
    elif len(body) > 3 and _is_units(body[1], body[2:52]):
        below = 1
    else:
        found = [_ORANGE_PREFIX.fullmatch(name) for name in names]
        if any(found):
            flags = [match["flag"] if match else "" for match in found]
            names = [match["name"] if match else name for match, name in zip(found, names, strict=True)]
    marked = [c for c, flag in enumerate(flags) if flag in ("class", "c")]
    ignored = frozenset(c for c, flag in enumerate(flags) if flag in ("meta", "ignore", "m", "i"))
    return Layout(width, above, tuple(names), below, marked[0] if marked else None, ignored)


def _all_in(row: Cells, words: frozenset[str], *, lists: bool) -> bool:
    """Whether all cells are types of Orange's; a discrete column may list its values instead."""
    cells = [cell.lower() for cell in row if cell]
    known = [cell in words for cell in cells]
    if not cells or not any(known):
        return False
    long = any(cell in ("continuous", "discrete", "string") for cell in cells)
    return all(known) or (lists and long and all(good or " " in cell for good, cell in zip(known, cells, strict=True)))


def _is_units(row: Cells, below: Sequence[Cells]) -> bool:
    """Whether a row says the units: nothing in it is a number, where the rows below have hardly anything else."""
    if any(map(_is_number, row)):
        return False
    columns = [[each[c] for each in below if c < len(each)] for c in range(len(row))]
    numeric = [c for c, cells in enumerate(columns) if sum(map(_is_number, cells)) > 0.9 * len(cells)]
    named = [c for c in numeric if row[c] and (not is_missing(row[c]) or row[c] in ("-", "--"))]
    words = [c for c in range(len(row)) if c not in numeric and row[c] and row[c] in columns[c]]
    return bool(named) and not words and any(not is_missing(row[c]) for c in named)
