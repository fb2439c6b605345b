"""The network writes: letter by letter, boldly or carefully, and it is said what it has simply learnt by heart."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QSizePolicy, QWidget

from models.data.text.letters import Text
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import NextLetter
from models.sequence.writing import LEAST_COPIED, Sample, samples
from playground.live.job import Job
from ui.tabs.sequence.reading import weights_of
from ui.widgets import problem, theme
from ui.widgets.buttons import push_button
from ui.widgets.layout import STRETCH, column, muted, row
from ui.widgets.numbers import grouped
from ui.widgets.plain import as_tip
from ui.widgets.readout import Readout
from ui.widgets.wheel import CalmSlider, CalmSpinBox

HOTTEST = 20
"""Tenths: the highest temperature is 2."""

NO_LETTERS = "This network does not read letters: choose a text, such as hello or names."


class GenerateView(QWidget):
    """Prefix, temperature, and what comes of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: SequenceSnapshot | None = None
        self._shown: tuple[Sample, ...] = ()
        self._about = self._cell = ""
        self.job = Job("writing", self)
        self.job.results.connect(self._on_results)
        self.job.finished.connect(self._on_finished)
        self.job.failed.connect(self._on_failed)
        self.prefix = QLineEdit()
        self.prefix.setAccessibleName("beginning")
        self.prefix.setPlaceholderText("beginning")
        self.prefix.setMaxLength(200)
        self.prefix.setToolTip("What the text begins with; the network goes on from there")
        self.prefix.setMaximumWidth(160)
        self.temperature = CalmSlider(Qt.Orientation.Horizontal)
        self.temperature.setRange(0, HOTTEST)
        self.temperature.setValue(7)
        self.temperature.setFixedWidth(110)
        self.temperature.setAccessibleName("temperature")
        self.temperature.setToolTip(
            "0 always takes the likeliest letter; 1 draws by the probabilities; more flattens them"
        )
        self.temperature.valueChanged.connect(self._on_temperature)
        self.degrees = muted()
        self.degrees.setFixedWidth(self.degrees.fontMetrics().horizontalAdvance("greedy ") + 8)
        self.count = self._number("samples", 1, 50, 10)
        self.length = self._number("letters", 1, 1000, 120)
        self.seed = self._number("seed", 0, 99_999, 0)
        self.button = push_button("Write", "Write samples with the network as it is now", self.write, role="primary")
        self.words = muted(wrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        self.greedy = Readout("what it writes with the likeliest letters", muted=True)
        self.greedy.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.greedy.setToolTip(
            "What it writes when it always takes the likeliest letter, with the network as it is now"
        )
        self.page = QPlainTextEdit()
        self.page.setReadOnly(True)
        self.page.setAccessibleName("what was written")
        self.page.setFont(theme.code_font())
        controls = row(
            self.prefix, muted("Temperature"), self.temperature, self.degrees, STRETCH, self.button, spacing=6
        )
        numbers = row(
            *(part for name, box in (("Samples", self.count), ("Letters", self.length), ("Seed", self.seed))
              for part in (muted(name), box)),
            STRETCH,
            spacing=6,
        )  # fmt: skip
        column(controls, numbers, self.words, self.greedy, (self.page, 1), spacing=4, inside=self)
        theme.follow(self, self._draw)
        self._on_temperature()

    def _number(self, name: str, low: int, high: int, value: int) -> CalmSpinBox:
        box = CalmSpinBox()
        box.setRange(low, high)
        box.setValue(value)
        box.setAccessibleName(name)
        box.setToolTip(as_tip(f"{name[:1].upper()}{name[1:]}, {low} to {grouped(high)}"))
        return box

    # What the tab calls ---------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """A new run: what was written is not its."""
        self.job.cancel()
        self._snapshot, self._shown = None, ()
        self.words.setText("")
        self.greedy.setText("")
        self._draw()

    def show_snapshot(self, snapshot: SequenceSnapshot, greedy: str, cell: str) -> None:
        """The network as it is now, and what it writes when it takes the likeliest letters."""
        first = self._snapshot is None
        self._snapshot, self._cell = snapshot, cell
        writes = isinstance(snapshot.task, NextLetter)
        self.button.setEnabled(writes)
        if not writes:
            self.words.setText(NO_LETTERS)
            return
        self.greedy.setText(f"Step {grouped(snapshot.step)}, likeliest: {greedy}".replace("\n", "⏎"))
        if first and self.isVisible():
            self.write()

    @Slot()
    def write(self) -> None:
        """Write with what stands in the fields."""
        snapshot = self._snapshot
        if snapshot is None or not isinstance(snapshot.task, NextLetter):
            return
        text, prefix = snapshot.task.text, self.prefix.text().replace("⏎", "\n")
        unknown = text.unknown(prefix)
        if unknown:
            problem.report(self, "Letters it has never read", f"{_listed(unknown)}: they are read as another letter.")
        self._text = text
        self._about = f"Step {grouped(snapshot.step)} · temperature {self._value():.1f} · seed {self.seed.value()}"
        work = samples(
            snapshot.network(weights_of(snapshot, self._cell).cell),
            text,
            prefix,
            self.length.value(),
            self._value(),
            self.seed.value(),
            self.count.value(),
        )
        self.words.setText("Writing …")
        self.job.start(work)

    @property
    def written(self) -> tuple[Sample, ...]:
        """The samples that are shown."""
        return self._shown

    # Inside ---------------------------------------------------------------------------------------------------------

    def _value(self) -> float:
        return self.temperature.value() / 10

    @Slot()
    def _on_temperature(self) -> None:
        value = self._value()
        self.degrees.setText(f"{value:.1f}" if value else "greedy")

    @Slot(object)
    def _on_results(self, results: list[tuple[Sample, ...]]) -> None:
        self._shown = results[-1]
        self._draw()

    @Slot()
    def _on_finished(self) -> None:
        self.words.setText(f"{self._about}. {in_words(self._text, self._shown)}")
        self._draw()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        problem.report(self, "Nothing could be written", sentence)

    @Slot()
    def _draw(self) -> None:
        """Plain text, whatever was written; what is copied has another background."""
        colors = theme.current()
        self.page.clear()
        cursor = self.page.textCursor()
        plain, marked = QTextCharFormat(), QTextCharFormat()
        plain.setForeground(colors.text)
        marked.setForeground(colors.text)
        marked.setBackground(theme.blend(colors.surface, QColor(colors.warning), 0.35))
        for sample in self._shown:
            spans = ((0, len(sample.text)),) if sample.known else sample.copied
            place = 0
            for first, last in spans:
                cursor.insertText(sample.text[place:first], plain)
                cursor.insertText(sample.text[first:last], marked)
                place = last
            cursor.insertText(sample.text[place:] + "\n", plain)
        self.page.moveCursor(QTextCursor.MoveOperation.Start)


def in_words(text: Text, written: tuple[Sample, ...]) -> str:
    """How much of it is copied."""
    if not written:
        return ""
    if text.lines:
        known = sum(sample.known for sample in written)
        return f"{known} of {len(written)} stand in the list that it learns from (marked); the others are new."
    letters = sum(len(sample.text) for sample in written)
    copied = sum(last - first for sample in written for first, last in sample.copied)
    if not copied:
        return f"No stretch of {LEAST_COPIED} letters or more is copied from what it learns from."
    share = copied / max(letters, 1)
    return f"{100 * share:.0f} % stands in stretches of {LEAST_COPIED} letters or more that are copied (marked)."


def _listed(letters: tuple[str, ...]) -> str:
    shown = ", ".join(f"“{letter}”" for letter in letters[:5])
    return shown + (" and others" if len(letters) > 5 else "")
