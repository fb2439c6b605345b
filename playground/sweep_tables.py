"""The command line's tables of a sweep: for a person to read, and row by row for a program."""

from __future__ import annotations

import csv
import statistics
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TextIO

from models.base import MetricSpec
from models.config import Setting
from playground.engine.option_names import option
from playground.sweep.plan import Plan, plural
from playground.sweep.pool import Result
from playground.sweep.summary import Figure, Row, is_number

if TYPE_CHECKING:
    from rich.table import Table


class CsvTable:
    """A table with one row for each run, written as soon as the run is done: what is done is not lost."""

    def __init__(self, plan: Plan, file: TextIO) -> None:
        self._plan, self._file = plan, file
        self._metrics = [spec.name for spec in plan.model.metrics]
        seed = ["seed"] if plan.seeds else []
        self._settings = [plan.setting(name) for name in [*plan.axes, *seed]]
        self._writer = csv.writer(file, lineterminator="\n")
        names = [setting.name for setting in self._settings]
        self._write([*names, "steps", "epochs", "seconds", *self._metrics, "failed"])

    def add(self, result: Result) -> None:
        """Write one row; numbers with all their digits, what a run did not measure as nothing."""
        settings = [_exact(setting, getattr(result.config, setting.name)) for setting in self._settings]
        metrics = [result.metrics.get(name, "") for name in self._metrics]
        self._write([*settings, result.steps, result.epochs, result.seconds, *metrics, result.failed or ""])

    def _write(self, row: Sequence[Any]) -> None:
        self._writer.writerow(row)
        self._file.flush()


def _exact(setting: Setting, value: Any) -> Any:
    return value if is_number(value) else setting.format(value)


def print_tables(plan: Plan, rows: Sequence[Row], metric: MetricSpec | None) -> None:
    """Print all combinations, then, of two axes, the headline metric by both; and what the figures are worth."""
    from rich.console import Console

    console = Console(markup=False, emoji=False, highlight=False)
    wrap = console.is_terminal
    if not wrap:  # the lines of a file may be long
        console.width = max(console.width, 200)
    console.print(_title(plan), style="italic", soft_wrap=not wrap)
    console.print(_table(plan, rows))
    if metric is not None and len(plan.axes) == 2:
        console.print(_matrix_title(plan, metric), style="italic")
        console.print(_matrix(plan, rows, metric))
    for line in [*_failures(plan, rows), *_remarks(plan, rows, metric)]:
        console.print(line, soft_wrap=not wrap)


def _title(plan: Plan) -> str:
    """What all runs have in common, and the seeds."""
    first, last = (plan.seeds[0], plan.seeds[-1]) if plan.seeds else (0, 0)
    in_a_row = len(plan.seeds) > 2 and plan.seeds == tuple(range(first, last + 1))
    seeds = f"{first} to {last}" if in_a_row else ", ".join(str(seed) for seed in plan.seeds)
    parts = [plan.model.title, plan.preset, plan.words(plan.changed)]
    if seeds:
        parts.append(f"{plural('seed', len(plan.seeds))} {seeds}")
    return " · ".join(part for part in parts if part)


def _table(plan: Plan, rows: Sequence[Row]) -> Table:
    """All combinations with all figures."""
    from rich.table import Table

    table = Table()
    for name in plan.axes:
        table.add_column(_named(plan, name), justify="right" if _numeric(plan, name) else "left")
    shown = [spec for spec in plan.model.metrics if any(spec.name in row.figures for row in rows)]
    for spec in shown:
        table.add_column(spec.label, justify="right")
    table.add_column("seconds", justify="right")
    table.add_column("")
    for row in rows:
        settings = [plan.setting(name).format(value) for name, value in row.settings.items()]
        figures = [_written(row.figures.get(spec.name), spec) for spec in shown]
        seconds = statistics.fmean(result.seconds for result in row.results)
        table.add_row(*settings, *figures, f"{seconds:.2f}", _outcome(row))
    return table


def _down_and_across(plan: Plan) -> tuple[str, str]:
    """The names of two axes; the one with more values goes down."""
    first, second = plan.axes
    return (second, first) if len(plan.axes[second]) > len(plan.axes[first]) else (first, second)


def _matrix_title(plan: Plan, metric: MetricSpec) -> str:
    down, across = _down_and_across(plan)
    return f"{metric.label}: {_named(plan, down)} down, {_named(plan, across)} across"


def _matrix(plan: Plan, rows: Sequence[Row], metric: MetricSpec) -> Table:
    """The means of one metric by two axes."""
    from rich.table import Table

    down, across = _down_and_across(plan)
    table = Table()
    table.add_column("", justify="right" if _numeric(plan, down) else "left")
    for value in plan.axes[across]:
        table.add_column(plan.setting(across).format(value), justify="right")
    for value in plan.axes[down]:
        cells = []
        for other in plan.axes[across]:
            row = next((r for r in rows if r.settings == {down: value, across: other}), None)
            cells.append(_cell(row, metric) if row is not None else "")
        table.add_row(plan.setting(down).format(value), *cells)
    return table


def _cell(row: Row, metric: MetricSpec) -> str:
    mean = _written(row.figures.get(metric.name), metric, spread=False)
    return " ".join(part for part in (_outcome(row), mean) if part)


def _outcome(row: Row) -> str:
    """Whether it is the best, or how many of its runs failed, in a word or two."""
    if not row.failed:
        return row.verdict
    if all(result.refused for result in row.failed):
        word = "refused"
    else:
        word = "diverged" if all("diverged" in (result.failed or "") for result in row.failed) else "failed"
    return word if len(row.failed) == len(row.results) else f"{len(row.failed)} of {len(row.results)} {word}"


def _written(figure: Figure | None, spec: MetricSpec, *, spread: bool = True) -> str:
    """A figure in words, such as "97.31 ± 0.12 %"; nothing where there is none."""
    if figure is None:
        return ""
    scale, unit = (100.0, " %") if spec.unit == "%" else (1.0, f" {spec.unit}" if spec.unit else "")
    mean = f"{scale * figure.mean:.2f}" if spec.unit == "%" else f"{figure.mean:.4g}"
    if not spread or figure.spread is None:
        return mean + unit
    around = f"{scale * figure.spread:.2f}" if spec.unit == "%" else f"{figure.spread:.2g}"
    return f"{mean} ± {around}{unit}"


def _failures(plan: Plan, rows: Sequence[Row], most: int = 5) -> list[str]:
    """Why runs failed: a sentence for each combination, but not for too many."""
    failed = [row for row in rows if row.failed]
    lines = [f"{plan.words(row.settings)}: {row.failed[0].failed}".removeprefix(": ") for row in failed[:most]]
    return [*lines, *([f"… and {len(failed) - most} more combinations."] if len(failed) > most else [])]


def _remarks(plan: Plan, rows: Sequence[Row], metric: MetricSpec | None) -> list[str]:
    """What the figures are, and what they are not."""
    lines = list(dict.fromkeys(result.changed for row in rows for result in row.results if result.changed))
    if not plan.axes:
        lines.append("Only the seed varied. A list is given again for each value: --hidden 50 --hidden 100.")
    if any(figure.spread is not None for row in rows for figure in row.figures.values()):
        lines.append("± is the standard deviation over the seeds.")
    elif plan.axes and len(plan.seeds) == 1:
        lines.append("One seed cannot tell a difference from chance: more --seeds can.")
    verdicts = {row.verdict for row in rows}
    if metric is None or "best" not in verdicts:
        return lines
    which = "highest" if metric.better == "higher" else "lowest"
    best = f"Best is the {which} mean {metric.label}"
    if any(row.failed for row in rows):
        best += " of those that came through with every seed"
    lines.append(f"{best}; as good: within its standard error." if "as good" in verdicts else f"{best}.")
    if metric.held_out:
        lines.append("It was chosen by this very figure, which is therefore optimistic: judge it on other data.")
    else:
        lines.append("It is measured on what the model was given, so it says nothing about new data.")
    return lines


def _named(plan: Plan, name: str) -> str:
    """A setting as it is called on the command line."""
    return option(plan.setting(name)).removeprefix("--")


def _numeric(plan: Plan, name: str) -> bool:
    return plan.setting(name).kind in ("int", "float")
