"""A neuron taken apart: its formula with the current numbers, its weights to be edited, their gradients checked."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QAbstractItemView, QWidget

from models.base import ConfigError, DataError
from models.boundary.neuron import FORMULAS, Neuron, inspect_neuron
from models.boundary.snapshot import BoundarySnapshot
from models.data.tables.table import cut
from ui.plots.networks.network_diagram import Spot
from ui.tabs.boundary.weight_editor import parse_weight
from ui.widgets.buttons import push_button
from ui.widgets.formula import FormulaView
from ui.widgets.layout import column, heading, muted, row
from ui.widgets.number_table import NumberTable
from ui.widgets.numbers import grouped, small, true_minus

ROW = 22
TERMS = 4
"""Products written out; of more, the rest is summed up."""
SHARE = 0.05
"""Share of the window's time that the formula may take while the network trains."""
SLOWEST = 0.35
"""Seconds at least between two looks while it trains: numbers that change faster cannot be read."""

INVITATION = (
    "Click a neuron to see its formula with the current numbers. Click a connection, or the dot of a bias, to change "
    "it. Double-click a neuron to switch it off. Point at one to see its picture on the plane."
)


class Inspector(QWidget):
    """One neuron with its numbers.

    Signals:
        entered(Spot, value): a weight or bias should have this value.
        switch_asked(layer, unit, on): the neuron should be switched.
        refused(sentence): what was typed is no weight.
        typed(): nothing is being typed any more: what came meanwhile can be shown.
    """

    entered = Signal(object, float)
    typed = Signal()
    switch_asked = Signal(int, int, bool)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.neuron: Neuron | None = None
        self._asked: tuple[int, int] | None = None
        self._next = 0.0
        self.heading = heading("Inside the network")
        self.switch = push_button(
            "Switch off", "A neuron that is switched off says 0 to everyone (double click on it, or O)", self._on_switch
        )
        room = self.switch.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.switch.setSizePolicy(room)
        self.switch.hide()
        self.where = muted(INVITATION, wrap=True)
        self.formula = FormulaView(size=14.0)
        self.table = _WeightTable()
        self.table.cellChanged.connect(self._on_cell)
        self.table.itemDelegate().closeEditor.connect(self.typed)
        self.check = muted()
        self.check.setWordWrap(True)
        self._filler = QWidget()
        column(
            row((self.heading, 1), self.switch),
            self.where,
            self.formula,
            (self.table, 1),
            self.check,
            (self._filler, 1),
            margins=(8, 6, 8, 4),
            spacing=4,
            inside=self,
        )
        self._show_parts(False)

    def _show_parts(self, shown: bool) -> None:
        for widget in (self.formula, self.table, self.check):
            widget.setVisible(shown)
        self._filler.setVisible(not shown)

    def choose(self, neuron: tuple[int, int] | None) -> None:
        """Look at a neuron (layer, unit), or at none."""
        self._asked = neuron
        self._next = 0.0
        if neuron is None:
            self.neuron = None
            self.heading.setText("Inside the network")
            self.where.setText(INVITATION)
            self.switch.hide()
            self._show_parts(False)

    @property
    def chosen(self) -> tuple[int, int] | None:
        """(layer, unit) of the neuron that is looked at."""
        return self._asked

    def mark(self, source: int | None) -> None:
        """Show the row of one weight (None: of the bias)."""
        if self.neuron is not None:
            self.table.selectRow(len(self.neuron.weights) if source is None else source)

    def show_neuron(
        self, snapshot: BoundarySnapshot, place: tuple[float, float], where: str, *, patient: bool = False
    ) -> None:
        """Work everything out for one point of the plane.

        Args:
            snapshot: the network and its points.
            place: (x, y) of the point.
            where: the point in words.
            patient: it trains: only now and then, so that training has the time. Then the formula is dimmed, and the
                words beside it name its step.
        """
        self.formula.set_dimmed(patient)
        begin = time.perf_counter()
        if self._asked is None or self.table.editing or (patient and begin < self._next):
            return
        try:
            neuron = inspect_neuron(snapshot, *self._asked, place)
        except ConfigError:  # another network, without this neuron
            self.choose(None)
            return
        self._show(neuron, snapshot, f"{where}, at step {grouped(snapshot.step)}" if patient else where)
        spent = time.perf_counter() - begin
        self._next = time.perf_counter() + max(SLOWEST, spent / SHARE)

    def _show(self, neuron: Neuron, snapshot: BoundarySnapshot, where: str) -> None:
        first = self.neuron is None
        self.neuron = neuron
        self.heading.setText(neuron.title)
        hidden = neuron.layer < len(snapshot.config.hidden)
        self.switch.setVisible(hidden)
        self.switch.setText("Switch off" if neuron.on else "Switch on")
        silent = "" if neuron.on else " It is switched off and says 0."
        self.where.setText(f"for {where}.{silent}")
        self.formula.set_formula(formula(neuron), " ".join(neuron.lines()[1:5]))
        if first:
            self._show_parts(True)
        self.table.show_neuron(neuron)
        gradient = neuron.gradient
        self.check.setText(
            "Without training points there is no gradient."
            if gradient is None
            else f"Nudged: (L(w + ε) − L(w − ε)) / 2ε. Relative difference {gradient.relative_error:.0e}"
        )

    @Slot()
    def _on_switch(self) -> None:
        if self.neuron is not None:
            self.switch_asked.emit(self.neuron.layer, self.neuron.unit, not self.neuron.on)

    @Slot(int, int)
    def _on_cell(self, row: int, column: int) -> None:
        if self.neuron is None or column != 1 or self.table.writing:
            return
        count = len(self.neuron.weights)
        source = None if row == count else row
        spot = Spot(self.neuron.layer, self.neuron.unit, source, "bias" if source is None else "weight")
        item = self.table.item(row, 1)
        assert item is not None
        try:
            value = parse_weight(item.text())
        except DataError as error:
            self.refused.emit(str(error))
            self.table.show_neuron(self.neuron)
            return
        self._next = 0.0
        self.entered.emit(spot, value)


class _WeightTable(NumberTable):
    """Weights into a neuron with their gradients; the values can be typed over."""

    def __init__(self) -> None:
        super().__init__(
            ["", "value", "∂L/∂w", "nudged"],
            [
                "Where the weight comes from; b is the bias",
                "The weight; type another number",
                "How the loss on the training points changes with it, by back-propagation",
                "The same measured: the loss with the weight nudged up and down a little",
            ],
            "weights and gradients",
        )
        self.writing = False
        edit = QAbstractItemView.EditTrigger
        self.setEditTriggers(edit.DoubleClicked | edit.EditKeyPressed | edit.AnyKeyPressed | edit.SelectedClicked)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setMinimumSectionSize(34)
        self.setMinimumHeight(3 * ROW)

    @property
    def editing(self) -> bool:
        """Whether a number is being typed."""
        return self.state() == QAbstractItemView.State.EditingState

    def show_neuron(self, neuron: Neuron) -> None:
        """Fill the rows: one for every weight, the last for the bias."""
        self.writing = True
        rows = len(neuron.weights) + 1
        if self.rowCount() != rows:
            self.setRowCount(rows)
        gradient = neuron.gradient
        for place in range(rows):
            last = place == rows - 1
            value = neuron.bias if last else float(neuron.weights[place])
            texts = [_four(value), "–", "–"]
            if gradient is not None:
                texts[1] = _slope(gradient.bias if last else float(gradient.weights[place]))
                texts[2] = _slope(gradient.checked_bias if last else float(gradient.checked_weights[place]))
            name = "b" if last else f"w · {cut(neuron.sources[place], 8)}"
            self.write(place, [name, *texts])
            self._lock(place)
        self.writing = False

    def _lock(self, place: int) -> None:
        """Only the value can be typed over."""
        for part in (0, 2, 3):
            item = self.item(place, part)
            if item is not None and item.flags() & Qt.ItemFlag.ItemIsEditable:
                item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)


def formula(neuron: Neuron) -> str:
    """The neuron's sum and its answer in LaTeX, with the numbers in it, two products to a line."""
    terms = [rf"{_tex(w)} \cdot {_tex(x)}" for w, x in zip(neuron.weights, neuron.inputs, strict=True)]
    shown = terms if len(terms) <= TERMS + 1 else [*terms[:TERMS], r"\ldots"]
    parts = [*shown, _tex(neuron.bias)]
    lines = [" + ".join(parts[start : start + 2]) for start in range(0, len(parts), 2)]
    last = rf"{FORMULAS[neuron.activation][1]} = {_plain(neuron.answer)}"
    off = "" if neuron.on else r" \to 0"
    rows = [
        rf"z &= \sum_i w_i {'x' if neuron.layer == 0 else 'a'}_i + b",
        rf"&= {lines[0]}",
        *(rf"&\quad + {line}" for line in lines[1:]),
        rf"&= {_plain(neuron.z)}",
        rf"a &= {last}{off}",
    ]
    return r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}"


def _tex(value: float) -> str:
    return _plain(value) if value >= 0 else f"({_plain(value)})"


def _plain(value: float) -> str:
    return f"{value:.3f}" if value >= 0 else f"{{-}}{-value:.3f}"


def _four(value: float) -> str:
    return true_minus(f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}")


def _slope(value: float) -> str:
    return "0" if value == 0 else small(value, 5)
