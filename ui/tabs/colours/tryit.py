"""Try it: a colour, and what the network calls it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QWidget

from models.colours.predict import answer
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes
from ui.plots.probability_bars import ProbabilityBars
from ui.tabs.colours.picker import Picker
from ui.widgets.layout import column


class TryIt(QWidget):
    """The picker, and a bar for each name.

    Signals:
        changed(colour): the colour that is tried is another one.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.picker = Picker()
        self.picker.changed.connect(self._on_picked)
        self.bars = ProbabilityBars(("–",))
        self._snapshot: ColoursSnapshot | None = None
        self._pointed: Bytes | None = None
        column(self.picker, (self.bars, 1), margins=(8, 6, 8, 4), spacing=6, inside=self)

    @property
    def colour(self) -> Bytes:
        """What is tried: the colour under the pointer, else the one that was chosen."""
        return self.picker.colour if self._pointed is None else self._pointed

    def show_network(self, snapshot: ColoursSnapshot | None) -> None:
        """Ask another network about it."""
        self._snapshot = snapshot
        self._show()

    def choose(self, colour: Bytes) -> None:
        """Try this colour from now on."""
        self.picker.show_colour(colour)
        self._show()
        self.changed.emit(self.colour)

    def point(self, colour: Bytes | None) -> None:
        """Try this colour for as long as the pointer is on it."""
        self._pointed = None if colour is None else np.array(colour, np.uint8)
        self._show()

    @Slot(object)
    def _on_picked(self, colour: Bytes) -> None:
        self._show()
        self.changed.emit(colour)

    def _show(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            self.bars.set_untrained()
            return
        if self.bars.names != snapshot.data.names:
            self.bars.set_names(snapshot.data.names)
        if snapshot.step == 0:
            self.bars.set_untrained()
        else:
            self.bars.set_probabilities(answer(snapshot, self.colour[None]).probabilities[0])
