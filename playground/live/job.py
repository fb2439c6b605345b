"""A long computation beside the window: a generator runs on a thread of its own, and what it yields arrives in batches.

The generator says how far it has come by yielding; between two yields it can be paused or cancelled. So whoever wants
something computed in the background writes a plain generator, without a thought of threads.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from typing import Any

from PySide6.QtCore import QObject, QThread, QTimer, Signal, Slot

from models.base import PlaygroundError
from playground.engine.run import limit_blas
from playground.live.event_thread import EventThread

BATCH = 0.05
"""Seconds of work between two batches of results, and between two looks at the commands."""

Work = Iterator[Any]

log = logging.getLogger(__name__)


class _Runner(QObject):
    """Lives on the job's thread and works the generator off, a batch at a time."""

    yielded = Signal(object, object)
    ended = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self._work: Work | None = None
        self._number = 0
        self._on = True
        self._pump = QTimer(self)
        self._pump.setInterval(0)
        self._pump.timeout.connect(self._batch)

    @Slot(object, object)
    def begin(self, number: int, work: Work | None) -> None:
        """Work on this; what was under way is dropped. None: on nothing."""
        self._number, self._work = number, work
        limit_blas()
        self.go(self._on)

    @Slot(object)
    def go(self, on: bool) -> None:
        """Go on, or rest; what is begun later rests as well."""
        self._on = on
        if on and self._work is not None:
            self._pump.start()
        else:
            self._pump.stop()

    @Slot()
    def end(self) -> None:
        """Drop what is under way and leave the thread."""
        self._pump.stop()
        self._work = None
        self.thread().quit()

    @Slot()
    def _batch(self) -> None:
        results, end, failure = [], time.perf_counter() + BATCH, ""
        assert self._work is not None
        try:
            while time.perf_counter() < end:
                results.append(next(self._work))
            finished = False
        except StopIteration:
            finished = True
        except PlaygroundError as error:
            finished, failure = True, str(error)
        except Exception as error:  # a defect of ours: log it in full, keep the window alive
            log.exception("A computation in the background failed")
            finished, failure = True, f"Something unexpected went wrong ({type(error).__name__}: {error})."
        if results:
            self.yielded.emit(self._number, results)
        if finished:
            self._work = None
            self._pump.stop()
            self.ended.emit(self._number, failure)


class Job(QObject):
    """One computation at a time, as the window sees it.

    Signals:
        results(list): what was yielded since the last batch.
        finished(): the generator has come to its end.
        failed(str): it raised; says why.
    """

    results = Signal(object)
    finished = Signal()
    failed = Signal(str)
    _begin = Signal(object, object)
    _go = Signal(object)
    _end = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._number = 0
        self._thread: EventThread | None = None
        self._paused = False
        self._closed = False
        self.running = False

    def start(self, work: Work) -> None:
        """Work this off; what was under way is dropped. After `shutdown` (by an event still under way) not done."""
        if self._closed:
            return
        if self._thread is None:
            self._thread = EventThread(self)
            self._thread.setObjectName(self._name)
            runner = self._runner = _Runner()
            runner.moveToThread(self._thread)
            self._begin.connect(runner.begin)
            self._go.connect(runner.go)
            self._end.connect(runner.end)
            runner.yielded.connect(self._on_yielded)
            runner.ended.connect(self._on_ended)
            self._thread.finished.connect(runner.deleteLater)  # on its own thread, with all its connections
            self._thread.start(QThread.Priority.LowPriority)
            self._go.emit(not self._paused)
        self._number += 1
        self.running = True
        self._begin.emit(self._number, work)

    def cancel(self) -> None:
        """Drop what is under way; nothing more is heard of it."""
        self._number += 1
        self.running = False
        if self._thread is not None:
            self._begin.emit(self._number, None)

    def set_paused(self, paused: bool) -> None:
        """Rest, or go on, for instance while nobody looks; holds for what is started later, too."""
        self._paused = paused
        if self._thread is not None:
            self._go.emit(not paused)

    def shutdown(self) -> None:
        """Drop what is under way and join the thread; safe to call twice."""
        self._closed = True
        if self._thread is None:
            return
        self._number += 1
        self.running = False
        # The runner ends its thread itself: quit() from here would overtake the commands that are still queued, and
        # generators would be left unclosed.
        self._end.emit()
        self._thread.wait()
        self._thread.deleteLater()
        self._thread = None

    @Slot(object, object)
    def _on_yielded(self, number: int, results: list[Any]) -> None:
        if number == self._number:
            self.results.emit(results)

    @Slot(object, object)
    def _on_ended(self, number: int, failure: str) -> None:
        if number != self._number:
            return
        self.running = False
        if failure:
            self.failed.emit(failure)
        else:
            self.finished.emit()
