"""Name it yourself: a colour is shown, you say what it is called; a handful of answers teach the network your words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget

from models.base import DataError
from models.colours.predict import answer
from models.colours.question import next_question
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import FEWEST, Bytes, ColourSet, hex_of, numbered, tidy
from models.data.colours.survey import survey
from ui.widgets import theme
from ui.widgets.buttons import push_button
from ui.widgets.flow_layout import FlowLayout
from ui.widgets.layout import STRETCH, column, muted, row
from ui.widgets.plain import PlainLabel
from ui.widgets.problem import report

TITLE = "my own words"


class NameIt(QWidget):
    """One question at a time.

    Signals:
        taught(ColourSet): there is something to learn: all answers so far.
        left(): the user wants the English names back.
    """

    taught = Signal(object)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pool = survey()[0]
        self.answers: list[tuple[Bytes, str]] = []
        self._skipped: list[int] = []
        self._snapshot: ColoursSnapshot | None = None
        self._asking = next_question(self.pool, np.zeros(0, np.int64), None)
        self.swatch = PlainLabel()
        self.swatch.setMinimumHeight(48)
        self.swatch.setMaximumHeight(140)
        self.field = QLineEdit()
        self.field.setPlaceholderText("What do you call it?")
        self.field.setAccessibleName("what you call this colour")
        self.field.setToolTip("Type a word in any language and press Enter")
        self.field.returnPressed.connect(self._on_typed)
        self.skip_button = push_button("Skip", "Ask about another colour", self.skip, role="quiet")
        self.back_button = push_button("Take back", "Forget the last answer", self.take_back, role="quiet")
        self.over_button = push_button(
            "Start over", "Forget all answers, and go back to the English names", self.start_over
        )
        self.words = QWidget()
        self._words_flow = FlowLayout(self.words)
        self._word_buttons: list[QPushButton] = []
        self.told = muted(wrap=True)
        self.told.setTextFormat(Qt.TextFormat.PlainText)
        self.told.setMinimumHeight(3 * self.told.fontMetrics().lineSpacing())
        column(
            (self.swatch, 3),
            row((self.field, 1), self.skip_button, spacing=4),
            self.words,
            self.told,
            row(self.back_button, self.over_button, spacing=4),
            STRETCH,
            margins=(8, 6, 8, 4),
            spacing=6,
            inside=self,
        )
        self._show()
        theme.follow(self, self._show)

    @property
    def question(self) -> Bytes:
        """The colour that is shown, (3,) uint8."""
        colour: Bytes = self.pool[self._asking]
        return colour

    def show_network(self, snapshot: ColoursSnapshot) -> None:
        """What it makes of all colours decides what is asked next; answers that came with a file are taken over."""
        self._snapshot = snapshot
        data = snapshot.data
        if data.own and data.title == TITLE and len(data) > len(self.answers):
            self.answers = [(data.colours[place], data.names[data.labels[place]]) for place in range(len(data))]
            self._ask()

    def give(self, word: str) -> None:
        """Answer the question; raises DataError for what is no word."""
        self.answers.append((self.question.copy(), tidy(word)))
        self.field.clear()
        self._ask()
        self._teach()

    @Slot()
    def skip(self) -> None:
        """Another question."""
        self._skipped.append(self._asking)
        self._ask()

    @Slot()
    def take_back(self) -> None:
        """Forget the last answer, and ask it again."""
        if self.answers:
            colour, _ = self.answers.pop()
            asked = self._places([colour])
            if asked:
                self._asking = asked[0]
                self._show()
            else:
                self._ask()
            self._teach()

    @Slot()
    def start_over(self) -> None:
        """Forget everything."""
        self.answers, self._skipped = [], []
        self._ask()
        self.left.emit()

    def palette_of_answers(self) -> ColourSet:
        """All answers as a set; raises DataError while they are too few."""
        names, labels = numbered([word for _, word in self.answers])
        colours = np.array([colour for colour, _ in self.answers], np.uint8).reshape(-1, 3)
        return ColourSet(colours, labels, names, np.zeros(len(labels), bool), title=TITLE, own=True)

    def _teach(self) -> None:
        if len(self.answers) >= FEWEST and len({word.casefold() for _, word in self.answers}) >= 2:
            try:
                self.taught.emit(self.palette_of_answers())
            except DataError as error:
                report(self, "These words cannot be learnt", str(error))

    def _places(self, colours: Sequence[Bytes]) -> list[int]:
        """Which of the questions these colours are; a file may hold others, about which nobody is asked."""
        found = [np.flatnonzero((self.pool == colour).all(axis=1)) for colour in colours]
        return [int(places[0]) for places in found if len(places)]

    def _ask(self) -> None:
        named = self._places([colour for colour, _ in self.answers])
        probabilities = None
        if self._snapshot is not None and self._snapshot.data.own:
            probabilities = answer(self._snapshot, self.pool).probabilities
        asked = np.array([*named, *self._skipped], np.int64)
        self._asking = next_question(self.pool, asked, probabilities, seed=0)
        self._show()

    def _show(self) -> None:
        border = theme.current().border.name()
        self.swatch.setStyleSheet(
            f"background: {hex_of(self.question)}; border: 1px solid {border}; border-radius: 6px;"
        )
        self.swatch.setAccessibleName(f"the colour {hex_of(self.question)}")
        known = list(dict.fromkeys(word for _, word in self.answers))
        if known != [button.property("word") for button in self._word_buttons]:
            for button in self._word_buttons:
                self._words_flow.removeWidget(button)
                button.deleteLater()
            self._word_buttons = [self._button(word) for word in known]
        count = len(self.answers)
        if count < FEWEST or len(known) < 2:
            words = f"{count} of at least {FEWEST} answers, with two different words. Any language will do."
        else:
            words = f"{count} answers, {len(known)} words: the network has begun to use them. Twenty answers go far."
        self.told.setText(words)
        self.back_button.setEnabled(bool(self.answers))
        self.over_button.setEnabled(bool(self.answers))

    def _button(self, word: str) -> QPushButton:
        button = push_button(word.replace("&", "&&"), "Answer with this word", self._on_word, role="quiet")
        button.setProperty("word", word)
        self._words_flow.addWidget(button)
        button.show()
        return button

    @Slot()
    def _on_word(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.give(str(button.property("word")))

    @Slot()
    def _on_typed(self) -> None:
        try:
            self.give(self.field.text())
        except DataError as error:
            report(self, "That is no name", str(error))
