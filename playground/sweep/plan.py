"""A sweep trains a model once for every combination of settings and every seed, and compares what came out.

One run says little: another seed, another number. So each combination is run with several seeds, and the table gives
the mean and the spread. The runs know nothing of each other; each is the very run that `playground run` does with the
same settings, to the last bit, and they are shared out over processes (threads would wait for one interpreter).

A warning that belongs to every sweep: who picks the best of many by its test accuracy has used the test set to choose,
and that figure is then too good (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., 7.2).
"""

from __future__ import annotations

import csv
import math
import multiprocessing
import os
import signal
import statistics
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from multiprocessing import connection, resource_tracker
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TextIO

from pydantic import ValidationError

from models.base import MetricSpec, Model
from models.config import Config, Setting, explain, settings_of
from models.errors import ConfigError, PlaygroundError, TrainingError
from models.registry import get_model
from playground.engine.options import option
from playground.engine.run import Run, limit_blas, train

if TYPE_CHECKING:
    from rich.table import Table

MOST_RUNS = 1_000
"""Runs in one sweep at the most: what is more was hardly meant."""

SEEDS = 3
"""Seeds for each combination when nothing is said; two are the least that have a spread."""

Settings = Mapping[str, Any]
"""Settings by name, as a Config holds them."""


# What is to be done ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """All runs of a sweep.

    Attributes:
        fixed: the settings that all runs share, without the seed.
        axes: the settings with more than one value, each with its values.
        seeds: what each combination is repeated with; empty when the model has no seed.
    """

    model: Model
    preset: str
    fixed: Settings
    axes: Mapping[str, tuple[Any, ...]]
    seeds: tuple[int, ...]

    @property
    def changed(self) -> Settings:
        """Those of the fixed settings that are not the preset's."""
        base = self.model.presets[self.preset].config
        return {name: value for name, value in self.fixed.items() if value != getattr(base, name)}

    @cached_property
    def combinations(self) -> list[Settings]:
        """One value of each axis, in every combination, sorted; a single empty one without axes."""
        return [dict(zip(self.axes, values, strict=True)) for values in product(*self.axes.values())]

    @cached_property
    def configs(self) -> list[Config]:
        """The settings of every run: combination after combination, each with all seeds.

        Raises ConfigError when a combination does not fit together.
        """
        seeds: list[Settings] = [{"seed": seed} for seed in self.seeds] or [{}]
        return [self._config(combination, seed) for combination in self.combinations for seed in seeds]

    def differences(self, config: Config) -> Settings:
        """Which combination a run belongs to."""
        return {name: getattr(config, name) for name in self.axes}

    def setting(self, name: str) -> Setting:
        """The declaration of a setting."""
        return next(setting for setting in settings_of(self.model.config) if setting.name == name)

    def words(self, settings: Settings) -> str:
        """Settings as they are written on a command line: "--hidden 50 20 --optimizer sgd"."""
        return " ".join(_as_option(self.setting(name), value) for name, value in settings.items())

    def _config(self, combination: Settings, seed: Settings) -> Config:
        try:
            return self.model.config.model_validate({**self.fixed, **combination, **seed})
        except ValidationError as error:
            sentence = explain(error, self.model.config, option)
            if not error.errors()[0]["loc"]:  # not one setting, but several together
                sentence += self._blame({**self.changed, **combination})
            raise ConfigError(sentence) from None

    def _blame(self, settings: Settings) -> str:
        """Which of the settings given may not fit together, and how lists are meant to be given."""
        if not settings:
            return ""
        hint = " Leave out a value, or sweep the two apart."
        for name, value in settings.items():
            if isinstance(value, tuple) and len(value) > 1:
                again = " ".join(self.words({name: (item,)}) for item in value[:2])
                hint = f" A sweep takes a list again for each value: {again}."
        return f" That was {self.words(settings)}.{hint}"


def plan(model: Model, preset: str, values: Mapping[str, tuple[Any, ...]], seeds: int | None = None) -> Plan:
    """What a preset and the values given for its settings (see `options.read_values`) amount to.

    Args:
        model, preset: what the settings that are not given are taken from.
        values: one or more values for each setting given; several seeds are what the runs are repeated with.
        seeds: how many seeds, counted on from the one given or the preset's; SEEDS when nothing is said.

    Raises ConfigError for seeds given twice over, too many runs, or a combination that does not fit together.
    """
    base = model.presets[preset].config
    settings = {name: values.get(name, (getattr(base, name),)) for name in type(base).model_fields}
    given = settings.pop("seed", ())
    if len(given) > 1 and seeds is not None:
        raise ConfigError("--seeds counts on from one --seed: give several seeds, or how many, but not both.")
    if len(given) == 1:
        given = tuple(range(given[0], given[0] + (SEEDS if seeds is None else seeds)))
    axes = {name: several for name, several in settings.items() if len(several) > 1}
    fixed = {name: one for name, (one, *more) in settings.items() if not more}
    _check_size([len(several) for several in axes.values()], max(1, len(given)))
    made = Plan(model, preset, fixed, axes, given)
    made.configs  # noqa: B018  (refused now rather than in the middle)
    return made


def _check_size(lengths: Sequence[int], seeds: int) -> None:
    runs = math.prod(lengths) * seeds
    if runs > MOST_RUNS:
        of = " × ".join(str(length) for length in lengths) or "1"
        raise ConfigError(
            f"That makes {runs:,} runs ({of} settings, {seeds} {_plural('seed', seeds)} each), more than the "
            f"{MOST_RUNS:,} of a sweep: leave out values, or take fewer --seeds."
        )


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# Doing it ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Result:
    """What came out of one run.

    Attributes:
        steps, epochs, seconds: how far it came, and in what time.
        metrics: as `playground run --json` reports them; empty when it failed.
        failed: why it did not come to its end (it diverged, a component collapsed, memory was short), or None.
        refused: whether it failed before it began, since the settings do not fit the model or the data.
    """

    config: Config
    steps: int
    epochs: float
    seconds: float
    metrics: Mapping[str, Any]
    failed: str | None = None
    refused: bool = False


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM): to be dealt with as Ctrl+C is."""


def results(
    plan: Plan,
    data: Sequence[Path] | None = None,
    *,
    jobs: int = 1,
    on_progress: Callable[[float], None] | None = None,
) -> Generator[Result, None, None]:
    """Do all runs of a plan; yields each result when it is there, which need not be in the plan's order.

    A run that fails is a result too. However this ends (close it when you leave early), no process is left behind.

    Args:
        plan: the runs.
        data: the user's own files, as for `playground run --data`.
        jobs: how many runs at a time, each in a process of its own; a single one is done in this process.
        on_progress: called some ten times a second with the number of runs done, the begun ones as fractions.
    """
    configs = plan.configs
    show = on_progress or _ignore
    if min(jobs, len(configs)) > 1:
        yield from _in_processes(plan.model.name, configs, data, min(jobs, len(configs)), show)
        return
    limit_blas()
    for done, config in enumerate(configs):
        yield _result(plan.model, config, data, _counting_from(done, show))
        show(done + 1)


def _ignore(done: float) -> None:
    """Nobody wants to know."""


def _counting_from(done: int, show: Callable[[float], None]) -> Callable[[float], None]:
    """Shows a part of a run as a part of the sweep, of which `done` runs came before."""
    return lambda part: show(done + part)


def _result(model: Model, config: Config, files: Sequence[Path] | None, on_progress: Callable[[float], None]) -> Result:
    """Do one run as `playground run` does it; `on_progress` is told the fraction of its steps that are done."""

    def tell(run: Run) -> None:
        total = getattr(run.trainer, "total_steps", None)
        on_progress(run.position / total if total else 0.0)

    trainer, refused, start = None, False, time.perf_counter()
    try:
        data = model.load(config) if files is None or model.open_data is None else model.open_data(files)
        trainer = model.trainer(config, data)
        run, seconds = train(trainer, tell)
        extra = model.report(run.trainer)[1] if model.report is not None else {}
        return Result(config, run.position, run.trainer.epoch, seconds, {**run.history.at(run.position), **extra})
    except PlaygroundError as error:
        why, refused = str(error), not isinstance(error, TrainingError)
    except MemoryError:
        why = "There was not enough memory: take fewer --jobs, or a smaller model."
    steps, epochs = (trainer.step_count, trainer.epoch) if trainer is not None else (0, 0.0)
    return Result(config, steps, epochs, time.perf_counter() - start, {}, why, refused)


@dataclass
class _Worker:
    """A process that does one run after the other, and the pipe to it."""

    process: Any  # multiprocessing's types differ between start methods
    pipe: connection.Connection
    config: Config | None = None  # of the run under way
    part: float = 0.0  # of that run that is done


def _in_processes(
    name: str, configs: Sequence[Config], files: Sequence[Path] | None, jobs: int, show: Callable[[float], None]
) -> Iterator[Result]:
    """The results of all configs, from `jobs` processes; all of them have ended when this ends, however it ends."""
    waiting, workers, done = deque(configs), list[_Worker](), 0
    try:
        while done < len(configs):
            while waiting and len(workers) < jobs:  # at the beginning, and after one has died
                workers.append(_start(name, files))
            for worker in workers:
                if worker.config is None and waiting:
                    worker.config, worker.part = waiting.popleft(), 0.0
                    with suppress(ConnectionError):  # it has died: the pipe says so when it is read
                        worker.pipe.send(worker.config)
            ready = connection.wait([worker.pipe for worker in workers if worker.config is not None])
            for worker in [worker for worker in workers if worker.pipe in ready]:
                said = _said(worker)
                if isinstance(said, float):
                    worker.part = said
                else:
                    worker.config, worker.part, done = None, 0.0, done + 1
                    if not worker.process.is_alive():
                        workers.remove(worker)
                    yield said
                show(done + sum(worker.part for worker in workers))
    finally:
        for worker in workers:
            worker.process.terminate()
        for worker in workers:
            worker.process.join()
            worker.pipe.close()


def _start(name: str, files: Sequence[Path] | None) -> _Worker:
    """A new process, started afresh ("spawn"): a fork of a process with threads may hang."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, name, files), daemon=True)
    with _without_interrupts():
        process.start()
    theirs.close()  # so that ours says when the process has ended
    return _Worker(process, ours)


def _said(worker: _Worker) -> float | Result:
    """What a process has sent: how far it is, or its result; a process that has died leaves a failed result."""
    try:
        said = worker.pipe.recv()
        assert isinstance(said, float | Result)
        return said
    except (EOFError, ConnectionError):
        worker.process.join()
        why = f"Its process ended early (exit code {worker.process.exitcode}); if memory was short, take fewer --jobs."
        assert worker.config is not None
        return Result(worker.config, 0, 0.0, 0.0, {}, why)


def _serve(pipe: connection.Connection, name: str, files: Sequence[Path] | None) -> None:
    """Do the runs that come through the pipe, in a process of its own, until there is nobody at the other end.

    Ten times a second it says how far it is. So it also finds out when the sweep was killed, and does not outlive it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all processes; the first one deals with it
    limit_blas()
    model = get_model(name)
    with suppress(EOFError, ConnectionError):
        while True:
            pipe.send(_result(model, pipe.recv(), files, pipe.send))


@contextmanager
def _without_interrupts() -> Iterator[None]:
    """Processes started in here never see Ctrl+C, not even before they can say so; here it waits until the end."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows
        yield
        return
    resource_tracker.ensure_running()  # multiprocessing would start it inside, and lift the mask
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def terminable() -> Iterator[None]:
    """SIGTERM raises Terminated inside, so that the results so far can be shown and the processes ended."""
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's business
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


# What came out -----------------------------------------------------------------------------------------------------


def ranking_metrics(model: Model) -> list[MetricSpec]:
    """The metrics that say which of two runs is better; held-out ones first, as the first one is the headline."""
    known = [spec for spec in model.metrics if spec.better]
    return sorted(known, key=lambda spec: not spec.held_out)


@dataclass(frozen=True)
class Figure:
    """A metric over the seeds: mean, and sample standard deviation (None for a single one)."""

    mean: float
    spread: float | None
    count: int

    @property
    def standard_error(self) -> float:
        """How far the mean itself may be off."""
        return (self.spread or 0.0) / math.sqrt(self.count)


@dataclass(frozen=True)
class Row:
    """What came out of one combination.

    Attributes:
        settings: the combination, one value of each axis.
        figures: over the seeds that came through, for every metric that is a number in all of them.
        failed: those that did not.
        verdict: "best" (all that are level); "as good" when its mean lies within one standard error of the best one's
            (the rule of Breiman, Friedman, Olshen and Stone, Classification and Regression Trees, 1984); else "".
    """

    settings: Settings
    results: tuple[Result, ...]
    figures: Mapping[str, Figure]
    failed: tuple[Result, ...] = ()
    verdict: str = ""


def summary(plan: Plan, found: Sequence[Result], metric: MetricSpec | None) -> list[Row]:
    """One row for each combination that has a result, in the plan's order.

    The best has the best mean of `metric` among those that came through with every seed: a mean over the survivors of
    a diverging combination would flatter it.
    """
    groups: dict[str, list[Result]] = {}
    for result in found:
        groups.setdefault(repr(plan.differences(result.config)), []).append(result)
    rows = []
    for config in plan.configs[:: max(1, len(plan.seeds))]:
        settings = plan.differences(config)
        those = sorted(groups.get(repr(settings), ()), key=lambda result: getattr(result.config, "seed", 0))
        if those:
            figures = _figures([result.metrics for result in those if result.failed is None])
            failed = tuple(result for result in those if result.failed is not None)
            rows.append(Row(settings, tuple(those), figures, failed))
    return _with_verdicts(rows, metric, max(1, len(plan.seeds)))


def _figures(metrics: Sequence[Mapping[str, Any]]) -> dict[str, Figure]:
    names = [name for name in metrics[0] if all(_is_number(each.get(name)) for each in metrics)] if metrics else []
    figures = {}
    for name in names:
        values = [float(each[name]) for each in metrics]
        spread = statistics.stdev(values) if len(values) > 1 else None
        figures[name] = Figure(statistics.fmean(values), spread, len(values))
    return figures


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _with_verdicts(rows: Sequence[Row], metric: MetricSpec | None, seeds: int) -> list[Row]:
    judged = [row for row in rows if metric and metric.name in row.figures and row.figures[metric.name].count == seeds]
    if metric is None or len(rows) < 2 or not judged:
        return list(rows)
    sign = 1 if metric.better == "higher" else -1
    best = max((row.figures[metric.name] for row in judged), key=lambda figure: sign * figure.mean)

    def verdict(row: Row) -> str:
        if row not in judged:
            return ""
        behind = sign * (best.mean - row.figures[metric.name].mean)
        return "best" if behind == 0 else "as good" if behind <= best.standard_error else ""

    return [replace(row, verdict=verdict(row)) for row in rows]


def as_json(plan: Plan, rows: Sequence[Row], metric: MetricSpec | None) -> dict[str, Any]:
    """Everything about a sweep as JSON values."""
    done = [result for row in rows for result in row.results]
    return {
        "model": plan.model.name,
        "preset": plan.preset,
        "config": dict(plan.fixed),
        "axes": dict(plan.axes),
        "seeds": list(plan.seeds),
        "metric": metric.name if metric is not None else None,
        "complete": len(done) == len(plan.configs),
        "runs": [_run_as_json(plan, result) for result in done],
        "summary": [
            {
                "config": row.settings,
                "runs": len(row.results),
                "failed": len(row.failed),
                "verdict": row.verdict,
                "metrics": {name: {"mean": f.mean, "spread": f.spread} for name, f in row.figures.items()},
            }
            for row in rows
        ],
    }


def _run_as_json(plan: Plan, result: Result) -> dict[str, Any]:
    outcome = {"metrics": result.metrics} if result.failed is None else {"failed": result.failed}
    return {
        "config": plan.differences(result.config),
        **({"seed": getattr(result.config, "seed", None)} if plan.seeds else {}),
        "steps": result.steps,
        "epochs": result.epochs,
        "seconds": result.seconds,
        **outcome,
    }


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
    return value if _is_number(value) else setting.format(value)


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
        parts.append(f"{_plural('seed', len(plan.seeds))} {seeds}")
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
    lines = []
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


def _as_option(setting: Setting, value: Any) -> str:
    """A setting as it is written on a command line."""
    if isinstance(value, bool):
        return option(setting) if value else f"--no-{option(setting)[2:]}"
    text = setting.format(value)
    if isinstance(value, tuple):
        text = text.replace(",", "")
    return f"{option(setting)} {text}".strip()


def _plural(word: str, count: int) -> str:
    return word if count == 1 else f"{word}s"
