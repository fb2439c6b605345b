"""Which held-out colours get another name than people gave them, pair by pair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import ColourSet, hex_of
from models.data.colours.survey import BASIC
from models.supervised.confusion import confusion
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget
from ui.plots.grids.confusion_matrix import ConfusionMatrix
from ui.widgets import theme
from ui.widgets.layout import below, column, muted, widget_of
from ui.widgets.numbers import grouped

CELL = 34

PEOPLE = (
    "A held-out name is the mean of many people. Single people disagree: of 40,000 single answers (measured once, they "
    "do not ship) no network at all could get more than 86.9 % right, so 100 % there would be a fault."
)


class Swatches(CellWidget):
    """Colours in rows; each says what it is called, what it should be, and what the network takes it for."""

    click_takes_keys = False

    def __init__(self) -> None:
        super().__init__("colours with another name", (300, 2 * CELL), (120, CELL))
        self._data: ColourSet | None = None
        self._shown: list[int] = []
        self._taken: list[int] = []
        self.hand = True

    def show_colours(self, data: ColourSet, shown: list[int], taken: list[int]) -> None:
        """Colours of a set by number, and the name that each is taken for."""
        self._data, self._shown, self._taken = data, shown, taken
        self.refresh()

    def colour(self, index: int) -> np.ndarray:
        """One of those shown, (3,) uint8."""
        assert self._data is not None
        colour: np.ndarray = self._data.colours[self._shown[index]]
        return colour

    @property
    def count(self) -> int:
        """See CellWidget."""
        return min(len(self._shown), self.columns * max(1, self.height() // CELL))

    @property
    def columns(self) -> int:
        """As many as fit."""
        return max(1, self.width() // CELL)

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        row, column_ = int(position.y() // CELL), int(position.x() // CELL)
        index = row * self.columns + column_
        return index if 0 <= column_ < self.columns and 0 <= index < self.count else None

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        row, column_ = divmod(index, self.columns)
        return QRectF(column_ * CELL + 1, row * CELL + 1, CELL - 3, CELL - 3)

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        assert self._data is not None
        place, names = self._shown[index], self._data.names
        colour = hex_of(self._data.colours[place])
        true, taken = names[self._data.labels[place]], names[self._taken[index]]
        told = f"“{self._data.call(place)}” {colour}: {true}"
        return told if true == taken else f"{told}, taken for {taken}"

    def tip(self, index: int | None) -> str:
        """The same beside the pointer."""
        return self.readout

    def table(self) -> Table:
        """See CellWidget."""
        if self._data is None:
            return ["colour", "name", "taken for"], []
        data = self._data
        rows: list[Sequence[Any]] = [
            (hex_of(data.colours[place]), data.names[data.labels[place]], data.names[taken])
            for place, taken in zip(self._shown, self._taken, strict=True)
        ]
        return ["colour", "name", "taken for"], rows

    def paintEvent(self, event: QPaintEvent) -> None:
        """The colours."""
        painter = QPainter(self)
        if not self._shown:
            self.paint_words(painter, "No colour to show")
        for index in range(self.count):
            painter.setPen(theme.current().border)
            painter.setBrush(QColor(*self.colour(index).tolist()))
            painter.drawRect(self.box(index))
        self.paint_marks(painter, theme.current().accent)
        painter.end()


class MistakesPage(QWidget):
    """The confusion matrix, and the colours behind its cells.

    Signals:
        chosen(colour): (3,) uint8 was clicked.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: ColoursSnapshot | None = None
        self._cell: tuple[int, int] | None = None
        self.matrix = ConfusionMatrix(("–", "–"))
        self.matrix.picked.connect(self._on_cell)
        self.matrix.readout_changed.connect(self._say)
        self.swatches = Swatches()
        self.swatches.picked.connect(self._on_swatch)
        self.swatches.readout_changed.connect(self._say)
        self.words = muted(wrap=True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        self.people = muted(PEOPLE, wrap=True)
        self.people.setMinimumHeight(4 * self.people.fontMetrics().lineSpacing())
        foot = widget_of(column(self.words, (self.swatches, 1), self.people, spacing=2))
        column((below((self.matrix, 3), (foot, 1)), 1), inside=self)

    def show_network(self, snapshot: ColoursSnapshot) -> None:
        """What it took held-out colours for at the latest look."""
        same = self._snapshot is not None and self._snapshot.data is snapshot.data
        known = same and self._snapshot is not None and self._snapshot.test_step == snapshot.test_step
        self._snapshot = snapshot
        if known and self.matrix.accuracy is not None:
            return
        data = snapshot.data
        if not same:
            self._cell = None
            self.people.setVisible(data.names == BASIC)
            self.matrix.set_names(data.names)
            self.matrix.set_counts(None)
        if snapshot.test_predictions is not None and len(data.test):
            counts = confusion(data.labels[data.test], snapshot.test_predictions, len(data.names))
            self.matrix.set_counts(counts)
        else:
            self.matrix.set_counts(None)
        self._show()

    def pairs(self) -> list[tuple[str, str, int]]:
        """(true, taken for, how often), the most frequent first."""
        snapshot = self._snapshot
        if snapshot is None or snapshot.test_predictions is None:
            return []
        data = snapshot.data
        counts = confusion(data.labels[data.test], snapshot.test_predictions, len(data.names))
        np.fill_diagonal(counts, 0)
        order = np.argsort(-counts, axis=None, kind="stable")
        places = [divmod(int(place), len(data.names)) for place in order if counts.flat[place]]
        return [(data.names[true], data.names[taken], int(counts[true, taken])) for true, taken in places]

    @Slot(object)
    def _on_cell(self, cell: tuple[int, int]) -> None:
        self._cell = None if cell == self._cell else cell
        self._show()

    @Slot(object)
    def _on_swatch(self, index: int) -> None:
        self.chosen.emit(np.array(self.swatches.colour(index)))

    def _show(self) -> None:
        snapshot = self._snapshot
        if snapshot is None or snapshot.test_predictions is None:
            self._say("")
            return
        data, taken = snapshot.data, snapshot.test_predictions
        truth = data.labels[data.test]
        chosen = truth != taken if self._cell is None else (truth == self._cell[0]) & (taken == self._cell[1])
        places = np.flatnonzero(chosen)
        self.swatches.show_colours(data, data.test[places].tolist(), taken[places].tolist())
        self._say("")

    @Slot(object)
    def _say(self, sentence: str) -> None:
        snapshot = self._snapshot
        if sentence:
            words = sentence
        elif snapshot is None or snapshot.test_predictions is None:
            held = snapshot is not None and len(snapshot.data.test)
            words = (
                "Held-out colours have not been looked at yet."
                if held or snapshot is None
                else "No colour is held out."
            )
        elif self._cell is not None:
            words = self.matrix.sentence(*self._cell)
        else:
            pairs = self.pairs()
            told = ", ".join(f"{true} → {taken} {count}" for true, taken, count in pairs[:3])
            when = f" at step {grouped(snapshot.test_step)}"
            words = f"Most often{when}: {told}." if pairs else f"No mistake on held-out colours{when}."
        if words != self.words.text():
            self.words.setText(words)
