"""Colours from a table: three numbers or #rrggbb in each line, and perhaps the word that somebody has for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from models.base import DataError
from models.data.colours.sets import Bytes, ColourSet, kept_back, numbered
from models.data.tables.reading import parse_table, read_text
from models.data.tables.table import Table
from models.errors import short

HEX = re.compile(r"#?([0-9a-f]{6}|[0-9a-f]{3})", re.IGNORECASE)
_HEX_LINE = re.compile(r"^(\s*)(#[0-9a-z]{1,8})(?=\s*([,;\t|]|$))", re.IGNORECASE | re.MULTILINE)

PARTS = (("r", "red"), ("g", "green"), ("b", "blue"))
WHOLE = ("hex", "colour", "color", "rgb")
WORDS = ("label", "term", "name", "word", "answer")
"""What a column of names is called, the best first: a table may have a term beside a longer name."""

HELD_OUT = 0.2
"""Share of a table's colours that is kept back."""


@dataclass(frozen=True)
class NamedColours:
    """What a table says.

    Attributes:
        colours: (N, 3) uint8.
        words: what each is called, N texts ("" for an empty cell); None where the table has no such column.
    """

    colours: Bytes
    words: tuple[str, ...] | None


def parse_hex(text: str) -> tuple[int, int, int]:
    """#rrggbb or #rgb, with or without #, as three numbers 0 … 255; raises DataError for anything else."""
    found = HEX.fullmatch(text.strip().strip("\"'"))
    if found is None:
        raise DataError(
            f"“{short(text, 20)}” is no colour: write # and six digits from 0 to f, two each for red, green and blue, "
            "such as #00b39f."
        )
    digits = found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def read_colours(path: Path) -> NamedColours:
    """The colours in a CSV file: columns r, g, b (0–255, or 0–1 throughout) or hex; and label, term or name.

    Raises DataError when it cannot be read, has no colours, or a cell is no colour (with its line).
    """
    return parse_colours(read_text(path), path.name)


def parse_colours(text: str, name: str) -> NamedColours:
    """The same from text; `name` is what it is called in messages."""
    marked = _HEX_LINE.sub(r'\1"\2"', text)  # a line that begins with # would be a comment
    table = parse_table(marked, name=name)
    if not table.had_header and {column.first(1)[0].lower() for column in table.columns} & {*WHOLE, *WORDS}:
        table = parse_table(marked, header=True, name=name)  # of words alone nobody else would know
    known = {column.strip().lower(): column for column in reversed(table.names)}
    parts = [next((known[key] for key in keys if key in known), None) for keys in PARTS]
    if not table.had_header:
        return _unnamed(table, name)
    whole = next((known[key] for key in WHOLE if key in known), None)
    word = next((known[key] for key in WORDS if key in known), None)
    words = tuple(table.cells(word)) if word is not None else None
    if all(part is not None for part in parts):
        return NamedColours(_numbers(table, [part for part in parts if part is not None], name), words)
    if whole is not None:
        return NamedColours(_hexes(table, whole, name), words)
    raise _without(name)


def open_colours(paths: Sequence[Path]) -> ColourSet:
    """The user's own colours with names from one CSV file, for `Model.open_data`; raises DataError."""
    if len(paths) != 1:
        raise DataError("The colours are taken from one CSV file.")
    found = read_colours(paths[0])
    if found.words is None:
        raise DataError(f"{paths[0].name} has colours but no names: add a column “name” with a word for each.")
    for place, word in enumerate(found.words):
        if not word:
            raise DataError(f"Colour {place + 1} of {paths[0].name} has no name: write one, or leave the line out.")
    names, labels = numbered(found.words)
    held_out = kept_back(labels, HELD_OUT, 0)
    return ColourSet(found.colours, labels, names, held_out, title=paths[0].name[:200], own=True)


def _unnamed(table: Table, name: str) -> NamedColours:
    """A table without headings: three columns of numbers, or one of #rrggbb; the first of words are the names."""
    numeric = [column for column in table.names if table.is_numeric(column)]
    hexes = [column for column in table.names if all(HEX.fullmatch(cell.strip('"')) for cell in table.cells(column))]
    marked = [column for column in table.names if table.cells(column)[0].startswith("#")]
    if len(numeric) >= 3:
        used, colours = set(numeric), _numbers(table, numeric[:3], name)
    elif hexes or marked:
        used = {(hexes or marked)[0]}
        colours = _hexes(table, (hexes or marked)[0], name)
    else:
        raise _without(name)
    word = next((column for column in table.names if column not in used), None)
    return NamedColours(colours, tuple(table.cells(word)) if word is not None else None)


def _hexes(table: Table, column: str, name: str) -> Bytes:
    found = []
    for line, cell in zip(table.lines, table.cells(column), strict=True):
        try:
            found.append(parse_hex(cell))
        except DataError as error:
            raise DataError(f"Line {line} of {name}: {error}") from error
    return np.array(found, np.uint8)


def _numbers(table: Table, columns: Sequence[str], name: str) -> Bytes:
    """Three columns of numbers 0 … 255, or 0 … 1 throughout, as bytes."""
    values = np.column_stack([table.numbers(column) for column in columns])
    outside = ((values < 0) | (values > 255)).any(axis=1)
    if outside.any():
        line = table.lines[int(np.flatnonzero(outside)[0])]
        raise DataError(f"Line {line} of {name} is no colour: red, green and blue are numbers from 0 to 255.")
    broken = (values % 1 != 0).any(axis=1)
    if values.max() <= 1:
        return np.rint(255 * values).astype(np.uint8)
    if broken.any():
        line = table.lines[int(np.flatnonzero(broken)[0])]
        raise DataError(
            f"Line {line} of {name} has fractions, as colours from 0 to 1 have, but other numbers go up to "
            f"{values.max():g}: write all of them from 0 to 255, or all from 0 to 1."
        )
    return values.astype(np.uint8)


def _without(name: str) -> DataError:
    return DataError(
        f"{name} has no colours: it needs columns called r, g and b (0 to 255), or one called hex (#rrggbb); and one "
        "called name to learn from."
    )
