"""What separates the cells of a row: tried out on the first lines."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from models.data.tables.lines import DELIMITERS, is_comment, rows
from models.data.tables.numbers import taken_apart
from models.errors import DataError

_DECLARED = re.compile(r"\s*\"?sep\s*=\s*(?P<sign>\\t|.)\"?\s*[,;\t]*\s*", re.IGNORECASE)


def declared(line: str) -> str | None:
    """The separator that Excel's first line `sep=;` names; None for any other line."""
    found = _DECLARED.fullmatch(line.rstrip("\n"))
    if found is None:
        return None
    return "\t" if found["sign"] == "\\t" else found["sign"]


def guess(lines: Sequence[str]) -> str:
    """The separator that cuts the lines into the same number of cells, more than one, and leaves the most numbers.

    The comma when there is none. (Numbers matter because “1,5;2,5” splits evenly at the comma, too.) Titles above the
    table do not count.
    """
    best, most = ",", 1.0
    useful = [line for line in lines if line.strip() and not is_comment(line)]
    text = "\n".join(useful)
    for delimiter in DELIMITERS:
        try:
            found = [cells for _, cells in rows(io.StringIO(text), delimiter, "")]
        except (DataError, csv.Error):
            continue
        widths = [len(row) for row in found]
        if not widths:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        start = min(widths.index(usual), 10)
        agreeing = widths[start:].count(usual) / len(widths[start:])
        below = found[start + 1 :] or found[start:]  # the first row may be headings
        cells = [cell for row in below for cell in row[:50] if cell]
        numeric = sum(_looks_numeric(cell, delimiter) for cell in cells) / max(len(cells), 1)
        worth = agreeing + numeric - 0.01 * start
        if usual > 1 and agreeing >= 0.8 and worth > most:
            best, most = delimiter, worth
    return best


def _looks_numeric(cell: str, delimiter: str) -> bool:
    """Whether a cell is a number; at commas only quoted cells hold one, and only there it is part of a number."""
    written = taken_apart(cell)
    if written is None:
        return False
    return delimiter != " " or not written.unit
