"""Type, and the network's answer follows, also while it trains: what comes next, after every letter."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from models.data.series.curve import Series
from models.data.text.letters import Text
from models.sequence.data import SequenceData
from models.sequence.inspect import Reading
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import Language, NextLetter, NextValue, Task
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget
from ui.tabs.sequence.words import quoted, shown
from ui.widgets import theme
from ui.widgets.buttons import push_button
from ui.widgets.layout import STRETCH, column, heading, muted, row
from ui.widgets.numbers import number, percent

MOST_SHOWN = 12
"""Answers in the list."""


class AnswerBars(CellWidget):
    """The most probable answers, one bar each, from the top."""

    def __init__(self) -> None:
        super().__init__("what comes next", (260, 240), (160, 120))
        self._names: tuple[str, ...] = ()
        self._values: NDArray[Any] = np.zeros(0)
        self._order: NDArray[np.int64] = np.zeros(0, np.int64)

    def show_answer(self, names: tuple[str, ...], probabilities: NDArray[Any]) -> None:
        """Show probabilities (K,)."""
        self._names, self._values = names, probabilities
        self._order = np.argsort(-probabilities, kind="stable")[:MOST_SHOWN]
        self.refresh()

    @property
    def count(self) -> int:
        """Bars."""
        return len(self._order)

    @property
    def columns(self) -> int:
        """One below the other."""
        return 1

    def _high(self) -> float:
        return float(min(28, max(16, (self.height() - 4) / max(1, MOST_SHOWN))))

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        row = int(position.y() // self._high())
        return row if 0 <= row < self.count else None

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        return QRectF(0, index * self._high(), self.width(), self._high())

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        name = self._names[self._order[index]]
        return f"{quoted(name) if len(name) < 3 else name}: {percent(float(self._values[self._order[index]]))}"

    def words_at_rest(self) -> str:
        """See CellWidget."""
        return ", ".join(self.words_about(index) for index in range(min(3, self.count)))

    def table(self) -> Table:
        """All answers."""
        return ["answer", "probability"], [(n, float(p)) for n, p in zip(self._names, self._values, strict=True)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, bar, per cent."""
        colors = theme.current()
        painter = QPainter(self)
        if not self.count:
            self.paint_words(painter, "No answer yet")
        metrics = self.fontMetrics()
        names = [shown(self._names[index]) for index in self._order]
        first = max([metrics.horizontalAdvance(name) for name in names], default=0) + 12
        last = metrics.horizontalAdvance("99.9 %") + 10
        middle = Qt.AlignmentFlag.AlignVCenter
        for place, index in enumerate(self._order):
            box, p = self.box(place), float(self._values[index])
            room = box.width() - first - last
            painter.fillRect(QRectF(first, box.y() + 3, max(1.0, room * p), box.height() - 6), colors.accent)
            painter.setPen(colors.text)
            painter.drawText(
                QRectF(0, box.y(), first - 6, box.height()), middle | Qt.AlignmentFlag.AlignRight, names[place]
            )
            spot = QRectF(first + max(1.0, room * p) + 4, box.y(), last, box.height())
            painter.drawText(spot, middle | Qt.AlignmentFlag.AlignLeft, percent(p))
        self.paint_marks(painter, colors.accent, margin=-1)
        painter.end()


class TryPanel(QWidget):
    """A line to type in, and what comes next.

    Signals:
        typed(str): the line is another.
        learn_wanted(str): what stands in it should be learnt.
    """

    typed = Signal(str)
    learn_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.line = QLineEdit()
        self.line.setAccessibleName("text to read")
        self.line.setMaxLength(400)
        self.line.setToolTip("Type anything: the network reads it letter by letter, also while it trains")
        self.line.textChanged.connect(self._on_typed)
        self.note = muted(wrap=True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        self.note.setMinimumHeight(2 * self.note.fontMetrics().lineSpacing())
        self.learn = push_button("Learn this", "A new run that learns what stands in the line", self._on_learn)
        self.learn.setEnabled(False)
        self.title: QLabel = heading("Comes next")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setWordWrap(True)
        self.bars = AnswerBars()
        self.about = muted(wrap=True)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        column(
            row(heading("Type something"), STRETCH, self.learn),
            self.line,
            self.note,
            self.title,
            (self.bars, 1),
            self.about,
            margins=(8, 6, 8, 6),
            inside=self,
        )

    @Slot(str)
    def _on_typed(self, text: str) -> None:
        self.learn.setEnabled(bool(text.strip()))
        self.typed.emit(text)

    @Slot()
    def _on_learn(self) -> None:
        self.learn_wanted.emit(self.text)

    # What the tab calls ---------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """What stands in the line; a line end is typed as ⏎."""
        return self.line.text().replace("⏎", "\n")

    def set_text(self, text: str) -> None:
        """Put something in the line."""
        self.line.setText(text.replace("\n", "⏎"))

    def clear(self) -> None:
        """A new run; what was typed stays."""
        self.bars.show_answer((), np.zeros(0))
        self.about.setText("")

    def offer(self, task: Task, data: SequenceData) -> None:
        """What this network reads."""
        letters = isinstance(task, NextLetter | Language)
        self.line.setPlaceholderText("type a text" if letters else "it reads no letters: type some to learn them")
        about = ""
        if isinstance(data, Text):
            about = f"{data.name}: {data.about}" if data.name else data.about
        if isinstance(data, Series):
            about = f"{data.name or 'series'}: {len(data):,} values, the last {len(data) - data.train_count:,} held out"
        self.about.setText(about)

    def show_reading(self, snapshot: SequenceSnapshot, reading: Reading | None, unknown: tuple[str, ...]) -> None:
        """What comes after the last letter that was read."""
        self.note.setText(_note(unknown))
        task = snapshot.task
        if reading is None or task.loss != "cross_entropy":
            self.bars.show_answer((), np.zeros(0))
            self.title.setText("Comes next" if reading is None else _value(task, reading))
            return
        end = "".join(shown(letter) for letter in reading.letters[-8:])
        what = "Language of" if isinstance(task, Language) else "Comes next after"
        if not isinstance(task, NextLetter | Language):
            what = "Remembers, after"
        self.title.setText(f"{what} “{'…' if len(reading.letters) > 8 else ''}{end}”")
        self.bars.show_answer(task.names, reading.answers[-1])


def _value(task: Task, reading: Reading) -> str:
    value = float(reading.answers[-1, 0])
    if isinstance(task, NextValue):
        return f"Next value: {number(float(task.series.original(value)))}"
    marked = [float(row[0]) for row in reading.inputs if row[1]]
    return f"It says {number(value)}; the sum is {number(sum(marked))}"


def _note(unknown: tuple[str, ...]) -> str:
    """Which letters it has never read."""
    if not unknown:
        return ""
    listed = ", ".join(quoted(letter) for letter in unknown[:4]) + (" …" if len(unknown) > 4 else "")
    return f"It has never read {listed}: each is taken for another letter."
