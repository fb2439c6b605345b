"""What does it look at? Which earlier letters drive what is expected next; and where else are the same units on?"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QListWidget, QSizePolicy, QWidget

from models.sequence.alike import Alike
from models.sequence.alike import search as same_units
from models.sequence.inspect import Reading, driving
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import Language, NextLetter
from playground.live.job import Job
from ui.tabs.sequence.letter_grid import LetterGrid, Span
from ui.tabs.sequence.reading import weights_of
from ui.tabs.sequence.words import quoted, shown
from ui.widgets import problem
from ui.widgets.layout import below, beside, column, heading, muted, row, widget_of
from ui.widgets.numbers import figure, grouped
from ui.widgets.plain import PlainLabel
from ui.widgets.wheel import CalmSlider

AROUND = 14
"""Letters on either side of a place that are listed with it."""

HINT = "Click a letter: what drives the one after it? Drag over some: where else are the same units on?"


class LooksView(QWidget):
    """The reading, coloured by what mattered; below, other places in the text."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: SequenceSnapshot | None = None
        self._reading: Reading | None = None
        self._cell = ""
        self._letter: int | None = None
        self._span: Span | None = None
        self._found: Alike | None = None
        self.job = Job("same units", self)
        self.job.results.connect(self._on_found)
        self.job.failed.connect(self._on_failed)
        self.title = heading("What drives the next letter")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.grid = LetterGrid("what drives the next letter", "gradient × input")
        self.grid.setToolTip(HINT)
        self.grid.spanned.connect(self._on_spanned)
        self.hint = muted(HINT, wrap=True)
        self.units = muted(wrap=True)
        self.units.setMinimumHeight(2 * self.units.fontMetrics().lineSpacing())
        self.threshold = CalmSlider(Qt.Orientation.Horizontal)
        self.threshold.setRange(-9, 9)
        self.threshold.setFixedWidth(110)
        self.threshold.setAccessibleName("threshold")
        self.threshold.setToolTip("Above what value a unit counts as on; chosen for you until you move it")
        self.threshold.sliderMoved.connect(self._on_threshold)
        self.level = PlainLabel()
        self.level.setMinimumWidth(self.level.fontMetrics().horizontalAdvance("−0.9 "))
        self.text = LetterGrid("where else the same units are on", "share of the units that is on", "Drag over letters")
        self.places = QListWidget()
        self.places.setAccessibleName("other places")
        self.places.setMinimumWidth(180)
        self.places.currentRowChanged.connect(self._on_place)
        top = widget_of(column(self.title, (self.grid, 1), self.hint, spacing=3))
        controls = row(
            heading("The same units elsewhere"), (self.units, 1), muted("threshold"), self.threshold, self.level
        )
        bottom = widget_of(column(controls, (beside((self.text, 3), (self.places, 2)), 1), spacing=3))
        column((below((top, 1), (bottom, 1)), 1), inside=self)

    # What the tab calls ---------------------------------------------------------------------------------------------

    def clear(self) -> None:
        """A new run."""
        self.job.cancel()
        self._snapshot = self._reading = self._letter = self._span = self._found = None
        self.grid.show_letters((), np.zeros(0))
        self._show_found()

    def show_reading(self, snapshot: SequenceSnapshot, reading: Reading, cell: str) -> None:
        """What the network makes of the reading now."""
        before = self._reading
        self._snapshot, self._reading, self._cell = snapshot, reading, cell
        if not isinstance(snapshot.task, NextLetter | Language):
            self.title.setText("This network does not read letters")
            self.grid.show_letters((), np.zeros(0))
            return
        if before is None or before.letters != reading.letters:
            self._letter, self._span, self._found = len(reading.letters) - 1, None, None
            self._show_found()
        self._show_driving()

    def look(self, letter: int) -> None:
        """What drives the answer after this letter?"""
        self._letter = letter
        self._show_driving()

    def search(self, first: int, last: int) -> None:
        """Where else are the units on that are on from the first to before the last letter?"""
        self._span = (first, last)
        self._search(None)

    @property
    def found(self) -> Alike | None:
        """The latest search."""
        return self._found

    # Inside ---------------------------------------------------------------------------------------------------------

    def _show_driving(self) -> None:
        snapshot, reading = self._snapshot, self._reading
        if snapshot is None or reading is None or not len(reading.letters):
            return
        letter = min(self._letter or 0, len(reading.letters) - 1)
        right = int(reading.right[letter])
        answer = right if right >= 0 else int(reading.answers[letter].argmax())
        codes = reading.inputs[: letter + 1]
        drives = driving(weights_of(snapshot, self._cell), snapshot.config, snapshot.task, codes, answer)
        values = np.full(len(reading.letters), np.nan)
        values[: letter + 1] = drives
        name = snapshot.task.names[answer]
        said = "comes next" if right >= 0 else "is expected most"
        self.title.setText(
            f"What drives {quoted(name) if len(name) < 3 else name}, which {said} after letter {letter + 1}, "
            f"{quoted(reading.letters[letter])} · step {grouped(snapshot.step)}"
        )
        self.grid.show_letters(reading.letters, values, span=self._span or (letter, letter + 1))

    @Slot(int, int)
    def _on_spanned(self, first: int, last: int) -> None:
        if last - first <= 1:
            self._span = None
            self.look(first)
        else:
            self.search(first, last)
            self._show_driving()

    @Slot(int)
    def _on_threshold(self, tenths: int) -> None:
        self._search(tenths / 10)

    def _search(self, threshold: float | None) -> None:
        snapshot, reading, span = self._snapshot, self._reading, self._span
        if snapshot is None or reading is None or span is None:
            return
        task = snapshot.task
        if isinstance(task, NextLetter | Language):
            weights = weights_of(snapshot, self._cell)
            self.job.start(same_units(weights, snapshot.config, task, reading.hidden[0], span, threshold))

    @Slot(object)
    def _on_found(self, found: list[Alike]) -> None:
        self._found = found[-1]
        self._show_found()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        problem.report(self, "The text could not be searched", sentence)

    def _show_found(self) -> None:
        found = self._found
        self.places.blockSignals(True)
        self.places.clear()
        if found is None:
            self.units.setText("")
            self.level.setText("")
            self.text.show_letters((), np.zeros(0))
        else:
            self.units.setText(about_units(found))
            self.level.setText(figure(found.threshold))
            if not self.threshold.isSliderDown():
                self.threshold.setValue(round(10 * found.threshold))
            self.text.show_letters(found.letters, found.share, level=1.0, signed=False, places=found.places)
            self.places.addItems([_in_context(found, place) for place in found.places])
        self.places.blockSignals(False)

    @Slot(int)
    def _on_place(self, index: int) -> None:
        if self._found is not None and 0 <= index < len(self._found.places):
            self.text.look_at(self._found.places[index][0])


def about_units(found: Alike) -> str:
    """Which units they are, in words."""
    if not len(found.units):
        return "No unit is on in all of it: drag over fewer letters, or lower the threshold."
    listed = ", ".join(str(unit + 1) for unit in found.units[:8]) + (" …" if len(found.units) > 8 else "")
    return f"{len(found.units)} units are on here: {listed}. Looked through {grouped(len(found.letters))} letters."


def _in_context(found: Alike, place: Span) -> str:
    first, last = place
    before, inside, after = (
        "".join(shown(letter) for letter in found.letters[max(0, a) : b])
        for a, b in ((first - AROUND, first), (first, last), (last, last + AROUND))
    )
    return f"{before}[{inside}]{after}"
