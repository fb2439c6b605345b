"""The network unrolled in time: letters, memory, answers, losses; and one unit of it, in numbers and over the text."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.sequence.config import CELL_NAMES
from models.sequence.edits import HoldUnit
from models.sequence.inspect import Reading, worked_out
from models.sequence.snapshot import SequenceSnapshot
from ui.tabs.sequence.letter_grid import LetterGrid
from ui.tabs.sequence.moment import MomentPanel
from ui.tabs.sequence.reading import weights_of
from ui.tabs.sequence.state_map import StateMap
from ui.tabs.sequence.words import quoted
from ui.widgets.buttons import push_button
from ui.widgets.layout import STRETCH, below, beside, column, heading, row, widget_of
from ui.widgets.plain import as_tip
from ui.widgets.readout import Readout
from ui.widgets.wheel import CalmComboBox

STATE = "hidden state"
WORDS = {
    STATE: "What the unit says: h, from −1 to 1",
    "memory": "Memory cell c: what is kept inside",
    "input": "Input gate: how much of what is new is written, 0 to 1",
    "forget": "Forget gate: how much of the memory stays, 0 to 1",
    "output": "Output gate: how much of the memory is said, 0 to 1",
    "reset": "Reset gate: how much of the old state is looked at, 0 to 1",
    "update": "Update gate: how much of the old state stays, 0 to 1",
    "candidate": "Candidate: what could be remembered instead, −1 to 1",
}
MEMORY_LEVEL = 2.0
"""Value of a memory cell at the end of the colours."""


class UnrolledView(QWidget):
    """Everything about one reading.

    Signals:
        held(HoldUnit): the user wants a unit held, or let go.
        changed(): the user looks at something else.
    """

    held = Signal(object)
    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: SequenceSnapshot | None = None
        self._reading: Reading | None = None
        self.cells = _choice("which network")
        self.layers = _choice("which layer")
        self.parts = _choice("what is coloured")
        self.parts.addItem(STATE)
        self.map = StateMap()
        self.map.picked.connect(self._on_picked)
        self.words = Readout("what is under the pointer", muted=True)
        self.map.readout_changed.connect(self._on_words)
        self.panel = MomentPanel()
        self.unit_title = heading("Over the text")
        self.unit_title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.letters = LetterGrid("activity over the text", "activity", "Click a unit to see it over the text")
        self.letters.picked.connect(self._on_letter)
        self.freeze = push_button(
            "Freeze", "Hold this unit at what it is at this moment; the others go on, and go on learning", self._freeze
        )
        self.off = push_button(
            "Switch off", "Hold this unit at 0: what can the network no longer do?", self._switch_off
        )
        self.free = push_button("Let go", "Let the unit do again what the cell works out", self._let_go)
        for button in (self.freeze, self.off, self.free):
            button.setEnabled(False)
        holds = row(self.freeze, self.off, self.free, STRETCH, spacing=4)
        unit = column(self.unit_title, holds, (self.letters, 1), spacing=3)
        controls = row(self.cells, self.layers, self.parts, self.words, STRETCH, spacing=6)
        top = widget_of(column(controls, (self.map, 1), spacing=4))
        bottom = beside((self.panel, 1), (widget_of(unit), 2))
        column((below((top, 3), (bottom, 2)), 1), inside=self)
        for box in (self.cells, self.layers, self.parts):
            box.currentTextChanged.connect(self._on_choice)

    # What the tab calls ---------------------------------------------------------------------------------------------

    @property
    def cell(self) -> str:
        """The network that is looked at."""
        found: str = self.cells.currentData() or ""
        return found

    def clear(self) -> None:
        """A new run."""
        self._snapshot = self._reading = None
        self.map.clear()
        self.panel.clear()
        self.letters.show_letters((), np.zeros(0))

    def offer(self, snapshot: SequenceSnapshot) -> None:
        """Which networks, layers and parts there are to look at."""
        cells = [weights.cell for weights in snapshot.cells]
        if [self.cells.itemData(index) for index in range(self.cells.count())] != cells:
            self.cells.blockSignals(True)
            self.cells.clear()
            for cell in cells:
                self.cells.addItem(CELL_NAMES[cell], cell)
            self.cells.setCurrentIndex(len(cells) - 1)
            self.cells.blockSignals(False)
        self.cells.setVisible(len(cells) > 1)
        if self.layers.count() != snapshot.config.layers:
            self.layers.blockSignals(True)
            self.layers.clear()
            self.layers.addItems([f"layer {number + 1}" for number in range(snapshot.config.layers)])
            self.layers.blockSignals(False)
        self.layers.setVisible(snapshot.config.layers > 1)

    def show_reading(self, snapshot: SequenceSnapshot, reading: Reading, *, whole: bool = True) -> None:
        """Show what was read; `whole`: with what cannot be read thirty times a second."""
        self._snapshot, self._reading = snapshot, reading
        layer = max(0, self.layers.currentIndex())
        self._offer_parts(reading, layer)
        part = self.parts.currentText()
        states = reading.hidden[layer]
        values = states if part == STATE else reading.gates[layer][part]
        self.map.show_reading(
            reading,
            values,
            names=snapshot.task.names,
            value_name="h" if part == STATE else part,
            level=MEMORY_LEVEL if part == "memory" else 1.0,
            held=frozenset(self._held(layer)),
        )
        if whole:
            self._show_unit()

    def pick(self, unit: int, moment: int) -> None:
        """Look at a unit at a moment."""
        self.map.choose(unit, moment)
        self._show_unit()

    # Inside ---------------------------------------------------------------------------------------------------------

    def _offer_parts(self, reading: Reading, layer: int) -> None:
        parts = [STATE, *reading.gates[layer]]
        if [self.parts.itemText(index) for index in range(self.parts.count())] != parts:
            now = self.parts.currentText()
            self.parts.blockSignals(True)
            self.parts.clear()
            self.parts.addItems(parts)
            self.parts.setCurrentText(now if now in parts else STATE)
            self.parts.blockSignals(False)
        self.parts.setToolTip(as_tip(WORDS[self.parts.currentText()]))

    def _held(self, layer: int) -> list[int]:
        """Units of a layer that are held by hand."""
        assert self._snapshot is not None
        frees = [
            array
            for name, array in sorted(weights_of(self._snapshot, self.cell).buffers.items())
            if name.endswith(".free")
        ]
        return [int(unit) for unit in np.flatnonzero(frees[layer] == 0)] if layer < len(frees) else []

    def _show_unit(self) -> None:
        chosen, reading, snapshot = self.map.chosen, self._reading, self._snapshot
        for button in (self.freeze, self.off, self.free):
            button.setEnabled(chosen is not None)
        if chosen is None or reading is None or snapshot is None:
            self.panel.clear()
            self.letters.show_letters(reading.letters if reading else (), _nothing(reading))
            return
        (unit, moment), layer = chosen, max(0, self.layers.currentIndex())
        weights = weights_of(snapshot, self.cell)
        held = unit in self._held(layer)
        self.free.setEnabled(held)
        title = f"Unit {unit + 1} after {quoted(reading.letters[moment])} ({moment + 1})"
        found = worked_out(weights, snapshot.config, snapshot.task, reading.inputs, layer, unit, moment)
        self.panel.show_moment(f"{title}{' · held by hand' if held else ''}", weights.cell, found)
        part = self.parts.currentText()
        values = reading.hidden[layer] if part == STATE else reading.gates[layer][part]
        self.unit_title.setText(f"Unit {unit + 1} · {part}")
        self.letters.show_letters(
            reading.letters,
            values[:, unit],
            level=MEMORY_LEVEL if part == "memory" else 1.0,
            span=(moment, moment + 1),
        )

    @Slot(object)
    def _on_picked(self, place: tuple[int, int]) -> None:
        self.pick(*place)

    @Slot(object)
    def _on_letter(self, moment: int) -> None:
        chosen = self.map.chosen
        self.pick(chosen[0] if chosen else 0, moment)

    @Slot(object)
    def _on_words(self, words: str) -> None:
        self.words.setText(words)

    @Slot()
    def _on_choice(self) -> None:
        self.changed.emit()

    def _hold(self, value: float | None) -> None:
        if self.map.chosen is not None:
            self.held.emit(HoldUnit(self.cell, max(0, self.layers.currentIndex()), self.map.chosen[0], value))

    @Slot()
    def _freeze(self) -> None:
        chosen, reading = self.map.chosen, self._reading
        if chosen is not None and reading is not None:
            self._hold(float(reading.hidden[max(0, self.layers.currentIndex())][chosen[1], chosen[0]]))

    @Slot()
    def _switch_off(self) -> None:
        self._hold(0.0)

    @Slot()
    def _let_go(self) -> None:
        self._hold(None)


def _choice(name: str) -> CalmComboBox:
    box = CalmComboBox()
    box.setAccessibleName(name)
    box.setToolTip(as_tip(name[:1].upper() + name[1:]))
    box.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
    box.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return box


def _nothing(reading: Reading | None) -> NDArray[Any]:
    return np.full(len(reading.letters) if reading else 0, np.nan)
