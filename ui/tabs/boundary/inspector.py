"""A neuron taken apart: its formula with the current numbers, its weights to be edited, their gradients with a check.

Also the small editor that opens where a connection was clicked.
"""

from __future__ import annotations

import time

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from models.base import ConfigError, DataError
from models.boundary.edits import LARGEST_WEIGHT
from models.boundary.neuron import FORMULAS, Neuron, inspect_neuron
from models.boundary.snapshot import BoundarySnapshot
from ui.form.typed_number import pointed
from ui.plots.networks.network_diagram import Spot
from ui.widgets import theme
from ui.widgets.formula import FormulaView

ROW = 22
TERMS = 4
"""Products written out; of more, the rest is summed up."""
SHARE = 0.05
"""Share of the window's time that the formula may take while the network trains."""
SLOWEST = 0.35
"""Seconds at least between two looks while it trains: numbers that change faster cannot be read."""

_LEAVING = (Qt.FocusReason.MouseFocusReason, Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)

INVITATION = (
    "Click a neuron to see its formula with the current numbers. Click a connection, or the dot of a bias, to change "
    "it. Double-click a neuron to switch it off. Point at one to see its picture on the plane."
)


def parse_weight(text: str) -> float:
    """A weight as somebody types it (0.5, −2, 1e-3, also 0,5); raises DataError with what is wrong with it."""
    try:
        value = float(pointed(text))
    except ValueError:
        raise DataError(f"“{text.strip()[:20]}” is not a number: type for instance 0.5 or −2.") from None
    if not abs(value) <= LARGEST_WEIGHT:
        raise DataError("A weight must be a finite number between −10,000 and 10,000.")
    return value


class WeightEditor(QFrame):
    """Opens beside a connection; Enter takes the number over, ↑ and ↓ change it in steps of 0.1, Esc closes.

    Signals:
        entered(Spot, value): a weight or bias should have this value.
    """

    entered = Signal(object, float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        theme.set_role(self, "card")
        self.setAutoFillBackground(True)
        self.spot: Spot | None = None
        self._at = QPoint()
        self.title = QLabel()
        self.field = QLineEdit()
        self.field.setAccessibleName("new value of the weight")
        self.field.setToolTip("Type a number and press Enter; ↑ and ↓ change it by 0.1; Esc closes")
        self.field.setFixedWidth(96)
        self.field.returnPressed.connect(self.commit)
        self.field.installEventFilter(self)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.problem.setAccessibleName("what is wrong with the number")
        self.problem.hide()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.title)
        row.addWidget(self.field)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addWidget(self.problem)
        theme.manager().changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def open(self, spot: Spot, title: str, value: float, at: QPoint) -> None:
        """Edit a weight; `at` is where it was clicked."""
        self.spot = spot
        self.title.setText(title)
        self.field.setText(f"{value:.4g}")
        self._at = at
        self.show()  # before it is measured: a layout that was never shown does not notice the new title
        self._say("")
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    @Slot()
    def commit(self) -> bool:
        """Take over what stands in the field, or say why not."""
        try:
            value = parse_weight(self.field.text())
        except DataError as error:
            self._say(str(error))
            return False
        self._say("")
        if self.spot is not None:
            self.entered.emit(self.spot, value)
        return True

    def _say(self, sentence: str) -> None:
        self.problem.setText(sentence)
        self.problem.setVisible(bool(sentence))
        self.adjustSize()
        diagram = self.parentWidget()
        assert diagram is not None
        room = diagram.size() - self.size()
        self.move(max(2, min(self._at.x() + 10, room.width() - 2)), max(2, min(self._at.y() + 10, room.height() - 2)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the field, and closing when one goes elsewhere."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            steps = {Qt.Key.Key_Up: 0.1, Qt.Key.Key_Down: -0.1}
            if event.key() == Qt.Key.Key_Escape:
                self.hide()
                return True
            if event.key() in steps and self.commit():
                self.field.setText(f"{parse_weight(self.field.text()) + steps[Qt.Key(event.key())]:.4g}")
                self.commit()
                return True
        if isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() in _LEAVING:
            self.hide()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that the field has no use for are not meant for the diagram behind it."""
        event.accept()

    @Slot()
    def _restyle(self) -> None:
        colors = theme.current()
        self.problem.setStyleSheet(f"color: {colors.error.name()}")
        self.setStyleSheet(
            f"WeightEditor {{ background: {colors.raised.name()}; border: 1px solid {colors.control.name()};"
            "border-radius: 6px; }"
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
        self.heading = QLabel("Inside the network")
        theme.set_role(self.heading, "heading")
        self.switch = QPushButton("Switch off")
        self.switch.setToolTip("A neuron that is switched off says 0 to everyone (double click on it, or O)")
        self.switch.clicked.connect(self._on_switch)
        room = self.switch.sizePolicy()
        room.setRetainSizeWhenHidden(True)
        self.switch.setSizePolicy(room)
        self.switch.hide()
        self.where = QLabel(INVITATION)
        self.where.setWordWrap(True)
        theme.set_role(self.where, "muted")
        self.formula = FormulaView(size=14.0)
        self.table = _WeightTable()
        self.table.cellChanged.connect(self._on_cell)
        self.table.itemDelegate().closeEditor.connect(self.typed)
        self.check = QLabel()
        theme.set_role(self.check, "muted")
        self.check.setWordWrap(True)
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.switch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 6, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(top)
        layout.addWidget(self.where)
        layout.addWidget(self.formula)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.check)
        self._filler = QWidget()
        layout.addWidget(self._filler, 1)
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
            patient: it trains: only now and then, so that training has the time.
        """
        begin = time.perf_counter()
        if self._asked is None or self.table.editing or (patient and begin < self._next):
            return
        try:
            neuron = inspect_neuron(snapshot, *self._asked, place)
        except ConfigError:  # another network, without this neuron
            self.choose(None)
            return
        self._show(neuron, snapshot, where)
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
        self.table.write(neuron)
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
            self.table.write(self.neuron)
            return
        self._next = 0.0
        self.entered.emit(spot, value)


class _WeightTable(QTableWidget):
    """Weights into a neuron with their gradients; the values can be typed over."""

    def __init__(self) -> None:
        super().__init__(0, 4)
        self.writing = False
        self.setAccessibleName("weights and gradients")
        self.setHorizontalHeaderLabels(["", "value", "∂L/∂w", "nudged"])
        for column, tip in enumerate(
            (
                "Where the weight comes from; b is the bias",
                "The weight; type another number",
                "How the loss on the training points changes with it, by back-propagation",
                "The same measured: the loss with the weight nudged up and down a little",
            )
        ):
            heading = self.horizontalHeaderItem(column)
            assert heading is not None
            heading.setToolTip(tip)
        edit = QAbstractItemView.EditTrigger
        self.setEditTriggers(edit.DoubleClicked | edit.EditKeyPressed | edit.AnyKeyPressed | edit.SelectedClicked)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self.horizontalHeader().setMinimumSectionSize(34)
        self.setShowGrid(False)
        self.setMinimumHeight(3 * ROW)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    @property
    def editing(self) -> bool:
        """Whether a number is being typed."""
        return self.state() == QAbstractItemView.State.EditingState

    def write(self, neuron: Neuron) -> None:
        """Fill the rows: one for every weight, the last for the bias."""
        self.writing = True
        rows = len(neuron.weights) + 1
        if self.rowCount() != rows:
            self.setRowCount(rows)
        gradient = neuron.gradient
        for row in range(rows):
            last = row == rows - 1
            value = neuron.bias if last else float(neuron.weights[row])
            texts = ["b" if last else f"w · {neuron.sources[row]}", _four(value), "–", "–"]
            if gradient is not None:
                texts[2] = _small(gradient.bias if last else float(gradient.weights[row]))
                texts[3] = _small(gradient.checked_bias if last else float(gradient.checked_weights[row]))
            for column, text in enumerate(texts):
                self._write(row, column, text.replace("-", "−") if column else text)
        self.writing = False

    def _write(self, row: int, column: int, text: str) -> None:
        item = self.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
            flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(flags | Qt.ItemFlag.ItemIsEditable if column == 1 else flags)
            self.setItem(row, column, item)
        if item.text() != text:
            item.setText(text)


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
    return f"{value:.4f}" if abs(value) < 100 else f"{value:.2f}"


def _small(value: float) -> str:
    if value == 0:
        return "0"
    return f"{value:.5f}" if abs(value) >= 1e-3 else f"{value:.1e}"
