"""Reading a table beside the window: a line over the canvas says how far it is, and can be told to stop."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QProgressBar, QSizePolicy, QWidget

from models.data.tables.reading import Steps
from models.data.tables.roles import guess_columns
from models.data.tables.table import Table
from models.errors import DataError
from playground.live.job import Job
from ui.widgets.buttons import push_button
from ui.widgets.layout import row
from ui.widgets.plain import PlainLabel

PATIENCE = 250
"""Milliseconds that a table is read without a word: most are read by then."""


def ready(steps: Steps) -> Steps:
    """The same, with the numbers of the columns that will be proposed already looked up: nobody then waits for them."""
    for step in steps:
        if isinstance(step, Table):
            with suppress(DataError):  # said when the columns are chosen
                for name in guess_columns(step, predicts=True).used:
                    if step.is_numeric(name):
                        step.look_up(name)
        yield step


class TableReader(QWidget):
    """Reads one table at a time; hidden until it takes long.

    Signals:
        read(Table, name, examples): a table is there; whether its incomplete lines are to be skipped without asking.
        failed(str): it could not be read; says why.

    Attributes:
        job: what it is read by; the page owns it.
    """

    read = Signal(object, str, object)
    failed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.job = Job("table", self)
        self.name = ""
        self._skips = False
        self._words = PlainLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setAccessibleName("share of the table that is read")
        self.cancel_button = push_button("Cancel", "Stop reading the table", self.cancel)
        row((self._words, 1), self.bar, self.cancel_button, inside=self, spacing=8, margins=(8, 4, 8, 4))
        self.setAutoFillBackground(True)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PATIENCE)
        self._soon.timeout.connect(self.show)
        self.job.results.connect(self._on_results)
        self.job.failed.connect(self._on_failed)
        self.hide()

    def start(self, steps: Steps, name: str, *, skips: bool = False) -> None:
        """Read this; what was being read is dropped."""
        self.name, self._skips = name, skips
        self._words.setText(f"Reading {name} …")
        self.bar.setValue(0)
        self._soon.start()
        self.job.start(ready(steps))

    @property
    def reading(self) -> bool:
        """Whether a table is being read."""
        return self.job.running

    @Slot()
    def cancel(self) -> None:
        """Stop reading; nothing comes of it."""
        self.job.cancel()
        self._rest()

    def _rest(self) -> None:
        self._soon.stop()
        self.hide()

    @Slot(object)
    def _on_results(self, results: list[float | Table]) -> None:
        last = results[-1]
        if isinstance(last, Table):
            self._rest()
            self.read.emit(last, self.name, self._skips)
        else:
            self.bar.setValue(round(100 * last))

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self._rest()
        self.failed.emit(sentence)
