"""What a run has to say at its end (`models.base.Report`), as tables and sentences in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from models.base import Report

Cell = str | float | None


def print_report(report: Report) -> None:
    """Print each table; a row that has nothing but its first entry is a sentence between tables."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal:  # the lines of a file may be long
        console.width = max(console.width, 200)
    for table in (report, *report.further):
        for is_sentence, rows in groupby(table.rows, _is_sentence):
            if is_sentence:
                for row in rows:
                    console.print(_words(row[0]), soft_wrap=True)
            else:
                console.print(_table(table.columns, list(rows)))


def _is_sentence(row: Sequence[Cell]) -> bool:
    return len(row) > 1 and all(cell is None for cell in row[1:])


def _table(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Table:
    table = Table()
    for index, heading in enumerate(columns):
        numbers = any(isinstance(row[index], int | float) for row in rows)
        table.add_column(Text(heading), justify="right" if numbers else "left")
    for row in rows:
        table.add_row(*(Text(_words(cell), justify="left" if isinstance(cell, str) else "right") for cell in row))
    return table


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, int):
        return f"{cell:,}"
    # two models are compared by differences of a few units, in thousands
    return f"{cell:,.1f}".removesuffix(".0") if 1e3 <= abs(cell) < 1e9 else f"{cell:.4g}"
