"""The runs of a sweep are shared out over processes, each of which does one run after the other and says how far it is.

However a sweep ends (all done, Ctrl+C, an error), no process is left behind, and what is done is not lost.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import connection, resource_tracker
from types import FrameType
from typing import Any

from models.base import Model
from models.config import Config
from models.errors import PlaygroundError, TrainingError
from models.registry import get_model
from playground.engine.own_data import OwnFiles, fitted
from playground.engine.run import Run, limit_blas, train
from playground.engine.suited import suited
from playground.sweep.plan import Plan


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@dataclass(frozen=True)
class Result:
    """What came out of one run.

    Attributes:
        steps, epochs, seconds: how far it came, and in what time.
        metrics: as `playground run --json` reports them; empty when it failed.
        failed: why it did not come to its end (it diverged, a component collapsed, memory was short), or None.
        refused: whether it failed before it began, since the settings do not fit the model or the data.
        changed: why the run was done with other settings than `config`, which did not fit the data; "" if it was not.
        instead: those other settings, by name.
    """

    config: Config
    steps: int
    epochs: float
    seconds: float
    metrics: Mapping[str, Any]
    failed: str | None = None
    refused: bool = False
    changed: str = ""
    instead: Mapping[str, Any] = field(default_factory=dict)


class Terminated(KeyboardInterrupt):
    """The process was asked to end (SIGTERM): to be dealt with as Ctrl+C is."""


def results(
    plan: Plan,
    data: OwnFiles | None = None,
    *,
    jobs: int = 1,
    on_progress: Callable[[float], None] | None = None,
) -> Generator[Result, None, None]:
    """Do all runs of a plan; yields each result when it is there, which need not be in the plan's order.

    A run that fails is a result too. However this ends (close it when you leave early), no process is left behind.

    Args:
        plan: the runs.
        data: the user's own files, opened as by `playground run --data`.
        jobs: how many runs at a time, each in a process of its own; a single one is done in this process.
        on_progress: called some ten times a second with the number of runs done, the begun ones as fractions.
    """
    configs, asked = plan.configs, plan.asked
    show = on_progress or _ignore
    if min(jobs, len(configs)) > 1:
        yield from _in_processes(plan.model.name, configs, asked, data, min(jobs, len(configs)), show)
        return
    limit_blas()
    for done, config in enumerate(configs):
        yield _result(plan.model, config, asked, data, _counting_from(done, show))
        show(done + 1)


def _ignore(done: float) -> None:
    """Nobody wants to know."""


def _counting_from(done: int, show: Callable[[float], None]) -> Callable[[float], None]:
    """Shows a part of a run as a part of the sweep, of which `done` runs came before."""
    return lambda part: show(done + part)


def _result(
    model: Model,
    config: Config,
    asked: frozenset[str],
    files: OwnFiles | None,
    on_progress: Callable[[float], None],
) -> Result:
    """Do one run as `playground run` does it; `on_progress` is told the fraction of its steps that are done."""

    def tell(run: Run) -> None:
        total = run.trainer.total_steps
        on_progress(run.position / total if total else 0.0)

    trainer, refused, start = None, False, time.perf_counter()
    try:
        brought = files.open(model) if files is not None else None
        fitting, changed = suited(model, config, own=files is not None, asked=asked)
        fitting, too = fitted(fitting, brought, asked)
        changed = " ".join(filter(None, (changed, too)))
        data = brought.data if brought is not None else model.load(fitting)
        trainer = model.trainer(fitting, data)
        trainer.threads = 1  # the cores are there for other runs
        run, seconds = train(trainer, tell, metrics=model.metrics)
        extra = model.report(run.trainer).metrics if model.report is not None else {}
        metrics = {**run.history.at(run.position), **extra}
        asked_for = dict(config)
        instead = {name: value for name, value in fitting if value != asked_for[name]}
        return Result(config, run.position, run.trainer.epoch, seconds, metrics, changed=changed, instead=instead)
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
    name: str,
    configs: Sequence[Config],
    asked: frozenset[str],
    files: OwnFiles | None,
    jobs: int,
    show: Callable[[float], None],
) -> Iterator[Result]:
    """The results of all configs, from `jobs` processes; all of them have ended when this ends, however it ends."""
    waiting, workers, done = deque(configs), list[_Worker](), 0
    try:
        while done < len(configs):
            while waiting and len(workers) < jobs:  # at the beginning, and after one has died
                workers.append(_start(name, asked, files))
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


def _start(name: str, asked: frozenset[str], files: OwnFiles | None) -> _Worker:
    """A new process, started afresh ("spawn"): a fork of a process with threads may hang."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, name, asked, files), daemon=True)
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


def _serve(pipe: connection.Connection, name: str, asked: frozenset[str], files: OwnFiles | None) -> None:
    """Do the runs that come through the pipe, in a process of its own, until there is nobody at the other end.

    Ten times a second it says how far it is. So it also finds out when the sweep was killed, and does not outlive it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C reaches all processes; the first one deals with it
    limit_blas()
    model = get_model(name)
    with suppress(EOFError, ConnectionError):
        while True:
            pipe.send(_result(model, pipe.recv(), asked, files, pipe.send))


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
