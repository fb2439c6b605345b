"""The Bits tab: a single neuron discovers what binary digits are worth; a first network learns a truth table."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QWidget,
)

from models.base import ConfigError, DataError, Edit, Model, Snapshot
from models.bits.edits import DropRow, ReverseBits, SetCell, SetTable, SetTarget, SetWeight, SlideWeights
from models.bits.model import load_table
from models.bits.snapshot import BitsSnapshot
from models.bits.truth_table import TruthTable, logic_table
from models.config import Config
from playground.live.messages import Failure
from ui.shell.layer_steps import LayerSteps
from ui.shell.model_tab import ModelTab
from ui.shell.speed import SpeedControl
from ui.tabs.bits.ask import AskPanel
from ui.tabs.bits.bars import FOUND, WeightBars
from ui.tabs.bits.network import Activity, NetworkView, NeuronSum, SumLines, name_of
from ui.tabs.bits.rank import RankCard
from ui.tabs.bits.table import BitTable
from ui.widgets.buttons import push_button
from ui.widgets.layout import STRETCH, column, heading, row, widget_of
from ui.widgets.numbers import plain
from ui.widgets.readout import Readout

PACE = 500
"""Steps a second to begin with: slow enough to watch the weights part, fast enough to see them arrive."""

NETWORK_EVERY = 2
"""While it trains, the network is redrawn with every second frame: fifteen times a second."""

TABLE_SETTINGS = frozenset({"network", "bits", "table", "inputs"})
"""Settings that say which table a run begins with: when they change, the settings' table wins over an edited one."""

GATES = (("AND", "and"), ("OR", "or"), ("XOR", "xor"), ("Parity", "parity"))


class BitsTab(ModelTab):
    """Place values: bars over a table, switches on the right. First network: its picture, its truth table on the right.

    Which of the two is shown follows the run. An edited table outlives Reset; Restore brings the settings' table back.
    """

    side_width = 346
    side_share = 0.25

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._shown: BitsSnapshot | None = None
        self._row: int | None = 0  # of the truth table, sent through the network; None: inputs of the user's own
        self._inputs: np.ndarray[Any, np.dtype[np.float64]] = np.zeros(0)
        self._unit: int | None = None  # the neuron that is explained; None: the output
        self._dropped_from: TruthTable | None = None  # the table that a row was last dropped from,
        self._added_to: TruthTable | None = None  # and the one that inputs were last added to
        super().__init__(model, parent)
        self._network_turn = self.turns.turn(NETWORK_EVERY)
        self.session.set_pace(self.speed.pace)
        self.session.failed.connect(self._on_refused)

    # Building ------------------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """What has been learned, in words; below it the bars and the table, or the network."""
        self.verdict = Readout("what has been learned", most=2000, bold=True)
        self.scale = QPushButton("Doubling scale")
        self.scale.setCheckable(True)
        self.scale.setToolTip("Draw the bars so that twice as much is one line higher: small weights are seen as well")
        self.speed = SpeedControl("steps", PACE)
        self.speed.pace_changed.connect(self.session.set_pace)
        self.bars = WeightBars()
        self.bars.weight_set.connect(self._on_linear_weight)
        self.bars.refused.connect(self._on_bad_input)
        self.scale.toggled.connect(self.bars.set_doubling)
        self.table = BitTable("binary numbers and their targets")
        self._connect_table(self.table)
        self.network = NetworkView()
        self.network.input_flipped.connect(self._on_input)
        self.network.neuron_chosen.connect(self._on_neuron)
        self.network.weight_set.connect(self._on_weight)
        self.network.refused.connect(self._on_bad_input)
        self.sum = NeuronSum()
        self.views = QStackedWidget()
        self.views.addWidget(_scrolling(widget_of(column((self.bars, 1), self.table, spacing=2))))
        self.views.addWidget(_scrolling(widget_of(column((self.network, 1), self.sum, spacing=2))))
        self.layer_steps = LayerSteps()
        self.layer_steps.wanted.connect(self.try_settings)
        header = row(self.scale, (self.layer_steps, 1), self.speed)
        return widget_of(column(header, self.verdict, (self.views, 1), margins=(12, 6, 8, 4), spacing=4))

    def make_side(self) -> QWidget:
        """Switches and rank for place values; the truth table for the first network."""
        self.ask = AskPanel()
        self.ask.add_row.connect(self._on_add_row)
        self.rank = RankCard()
        self.rank.slid.connect(self._refresh)
        self.rank.keep.connect(self._on_keep)
        self.reverse_button = push_button(
            "Reverse the bits", "Read every number from the other end: the weights have to change places", self.reverse
        )
        self.drop_button = push_button("Drop row", "Leave the marked row out: what it says is lost", self.drop)
        self.restore_button = push_button("Restore", "Bring back the table of the settings", self.restore)
        buttons = row(self.reverse_button, self.drop_button, self.restore_button, spacing=6)
        left = column(self.ask, _line(), buttons, self.rank, STRETCH, margins=(8, 8, 12, 8), spacing=8)
        self.gate_buttons = {}
        for words, name in GATES:
            button = push_button(words, f"Teach this network {words} from now on", self._on_gate)
            button.setProperty("table", name)
            self.gate_buttons[name] = button
        self.add_truth = push_button(
            "Add inputs", "Put the inputs that the network is shown into the table", self.add_inputs
        )
        self.drop_truth = push_button("Drop row", "Leave the marked row out", self.drop)
        self.restore_truth = push_button("Restore", "Bring back the table of the settings", self.restore)
        self.truth = BitTable("truth table", compact=True)
        self._connect_table(self.truth)
        self.truth.chosen.connect(self._on_row)
        self.note = SumLines(4, muted=True)
        right = column(
            heading("Truth table"),
            row(*self.gate_buttons.values(), spacing=4),
            row(self.add_truth, self.drop_truth, self.restore_truth, spacing=6),
            self.truth,
            self.note,
            STRETCH,
            margins=(8, 8, 12, 8),
            spacing=6,
        )
        self.sides = QStackedWidget()
        for parts in (left, right):
            panel = widget_of(parts)
            area = _scrolling(panel)
            area.setMinimumWidth(panel.minimumSizeHint().width())  # scrolls up and down only
            self.sides.addWidget(area)
        return self.sides

    def _connect_table(self, table: BitTable) -> None:
        table.bit_set.connect(self._on_bit)
        table.target_set.connect(self._on_target)
        table.dropped.connect(self._on_drop)
        table.refused.connect(self._on_bad_input)

    def show_settings(self, config: Config) -> None:
        """+ and − offer what fits."""
        self.layer_steps.show_config(config)

    # What the run shows --------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """What was sent to the old run will not come back, and its slid weights are no longer there."""
        self._dropped_from = self._added_to = None
        self.rank.forget()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Bars and table, or the network."""
        assert isinstance(snapshot, BitsSnapshot)
        self._shown = snapshot
        linear = snapshot.true_weights is not None
        if linear or self.with_curves.due or self._network_turn.due:
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        snapshot = self._shown
        if snapshot is None:
            return
        linear = snapshot.true_weights is not None
        if self.views.currentIndex() != (not linear):
            self.views.setCurrentIndex(not linear)
            self.sides.setCurrentIndex(not linear)
            self.scale.setVisible(linear)
        if linear:
            self._show_place_values(snapshot)
        else:
            self._show_network(snapshot)

    def _show_place_values(self, snapshot: BitsSnapshot) -> None:
        assert snapshot.true_weights is not None
        self.rank.show_snapshot(snapshot)
        seen = self.rank.shown(snapshot)
        slid = seen is not snapshot
        self.bars.show_weights(
            seen.parameters[0],
            snapshot.true_weights,
            direction=self.rank.direction,
            before=snapshot.parameters[0] if slid else None,
        )
        headings = [name_of("x", place) for place in range(snapshot.table.bits)]
        self.table.show_rows(seen.table, seen.outputs, headings, close=FOUND, places=1)
        self.ask.show_snapshot(seen)
        if slid or self.with_curves.due:  # the numbers in the words are those of the curves
            self.verdict.setText(self._place_value_words(snapshot, slid))

    def _place_value_words(self, snapshot: BitsSnapshot, slid: bool) -> str:
        worst = snapshot.max_weight_error or 0.0
        true = snapshot.true_weights
        assert true is not None
        if slid:
            return "Other weights, the same answers: without the missing row nobody can tell which are right."
        if worst < 0.05:
            return f"The neuron has discovered binary: {', '.join(plain(value) for value in true)}."
        strange = np.flatnonzero(np.abs(snapshot.table.rows @ true - snapshot.table.targets) > 1e-6)
        if len(strange):
            row = int(strange[0])
            value = float(snapshot.table.rows[row] @ true)
            return f"Row {row + 1} is worth {plain(value)}, not its target: the weights settle somewhere else."
        if not snapshot.unique and float(np.abs(snapshot.errors).max()) < FOUND:
            return "Every row is answered right, and yet these are not the place values: a row is missing."
        if snapshot.step == 0:
            return "Random weights. Can the neuron find out what each place is worth?"
        found = int((np.abs(snapshot.parameters[0] - true) < FOUND).sum())
        return f"{found} of {len(true)} places found; the worst weight is off by {worst:.{2 if worst < 10 else 1}f}."

    def _show_network(self, snapshot: BitsSnapshot) -> None:
        table = snapshot.table
        if len(self._inputs) != table.bits:
            self._row = 0
            self._inputs = table.rows[0].copy()
        if self._row is None and table is not self._added_to:
            same = np.flatnonzero((table.rows == self._inputs).all(axis=1))
            self._row = int(same[-1]) if len(same) else None
        if self._row is not None:
            self._row = min(self._row, len(table) - 1)
            self._inputs = table.rows[self._row].copy()
        target = None if self._row is None else float(table.targets[self._row])
        activity = Activity.of(snapshot, self._inputs, target)
        hidden = snapshot.config.hidden
        unit = hidden if self._unit is None else min(self._unit, hidden)
        headings = [name_of("x", place) for place in range(table.bits)]
        self.truth.show_rows(table, snapshot.outputs, headings, close=0.5, places=3)
        self.truth.choose(self._row)
        self.network.show_network(snapshot, activity, unit)
        self.sum.show_neuron(snapshot, activity, unit)
        self.note.set_text(_about_table(table))
        if self.with_curves.due:
            self.verdict.setText(_truth_table_words(snapshot))

    # What the user does --------------------------------------------------------------------------------------------

    def _edit(self, edit: Edit) -> None:
        self.banner.clear()
        self.session.edit(edit)

    @Slot(int, int, int)
    def _on_bit(self, row: int, column: int, value: int) -> None:
        self._edit(SetCell(row, column, value))

    @Slot(int, float)
    def _on_target(self, row: int, value: float) -> None:
        self._edit(SetTarget(row, value))

    @Slot(int)
    def _on_drop(self, row: int) -> None:
        """Leave out this row; not the one that takes its place, when the click was a double one."""
        if self._shown is not None and self._shown.table is not self._dropped_from:
            self._dropped_from = self._shown.table
            self._edit(DropRow(row))

    @Slot(object)
    def _on_refused(self, _failure: Failure) -> None:
        self._dropped_from = self._added_to = None

    @Slot()
    def drop(self) -> None:
        """Leave out the marked row, or the last one."""
        if self._shown is not None:
            table = self.table if self._shown.true_weights is not None else self.truth
            self._on_drop(len(self._shown.table) - 1 if table.row is None else table.row)

    @Slot()
    def reverse(self) -> None:
        """Read all rows from the other end."""
        self._edit(ReverseBits())

    @Slot()
    def restore(self) -> None:
        """Bring back the table of the settings, in the order of the bits now."""
        if self._shown is None:
            return
        self.session.data = None
        table = load_table(self._shown.config)
        true = self._shown.true_weights
        if true is not None and true[0] < true[-1]:
            table = TruthTable(table.rows[:, ::-1], table.targets)
        self._edit(SetTable(table))

    @Slot(object, float)
    def _on_add_row(self, bits: object, value: float) -> None:
        assert isinstance(bits, np.ndarray)
        self._append(bits, value)

    @Slot()
    def add_inputs(self) -> None:
        """One more row of the truth table: the inputs that are shown, with the answer that the network gives now."""
        if self._shown is not None and len(self._inputs):
            answer = Activity.of(self._shown, self._inputs, None).output
            self._append(self._inputs, float(round(answer)))

    def _append(self, bits: np.ndarray[Any, Any], value: float) -> None:
        if self._shown is None:
            return
        table = self._shown.table
        try:
            longer = TruthTable(np.vstack([table.rows, bits]), np.append(table.targets, value))
        except DataError as error:
            self._on_bad_input(str(error))
            return
        if self._shown.true_weights is None:
            self._row, self._added_to = (
                None,
                table,
            )  # marked when it is there: frames without it may come
        self._edit(SetTable(longer))

    @Slot()
    def _on_gate(self) -> None:
        button = self.sender()
        if self._shown is None or not isinstance(button, QPushButton):
            return
        try:
            self._edit(SetTable(logic_table(str(button.property("table")), self._shown.table.bits)))
        except (ConfigError, DataError) as error:
            self._on_bad_input(str(error))

    @Slot(int, float)
    def _on_linear_weight(self, place: int, value: float) -> None:
        self._edit(SetWeight(0, (place,), value))

    @Slot(object, float)
    def _on_weight(self, weight: object, value: float) -> None:
        assert isinstance(weight, tuple)
        layer, index = weight
        self._edit(SetWeight(layer, index, value))

    @Slot(object)
    def _on_keep(self, shift: object) -> None:
        assert isinstance(shift, np.ndarray)
        self._edit(SlideWeights(shift))

    @Slot(int)
    def _on_row(self, row: int) -> None:
        self._row = row
        self._refresh()

    @Slot(int)
    def _on_input(self, place: int) -> None:
        """Inputs of the user's own; if they happen to be a row of the table, it is that row."""
        if self._shown is None:
            return
        self._inputs[place] = 1 - self._inputs[place]
        self._row = None
        self._refresh()

    @Slot(int)
    def _on_neuron(self, unit: int) -> None:
        self._unit = None if self._shown is not None and unit == self._shown.config.hidden else unit
        self._refresh()

    @Slot(str)
    def _on_bad_input(self, sentence: str) -> None:
        self.banner.say("That was not taken", sentence, "warning")

    # The user's own table outlives the run --------------------------------------------------------------------------

    @Slot()
    def reset(self) -> None:
        """A new run; a table that was edited stays as it is, with the bits in their usual order."""
        self._carry_table()
        super().reset()

    @Slot(str)
    def choose_preset(self, name: str) -> None:
        """A preset brings its own table."""
        self.session.data = None
        super().choose_preset(name)

    @Slot(int)
    def _on_seed(self, seed: int) -> None:
        self._carry_table()
        super()._on_seed(seed)

    @Slot(object)
    def _on_config(self, config: Config) -> None:
        if self.session.config.changed(config) & TABLE_SETTINGS:
            self.session.data = None
        elif self.session.status.head == 0:
            self._carry_table()
        super()._on_config(config)

    def _carry_table(self) -> None:
        """Give an edited table to the next run, if that is to learn a table of the same kind."""
        snapshot = self._shown
        if snapshot is None or snapshot.config.changed(self.form.config()) & TABLE_SETTINGS:
            self.session.data = None
            return
        table, true = snapshot.table, snapshot.true_weights
        if true is not None and true[0] < true[-1]:
            table = TruthTable(table.rows[:, ::-1], table.targets)
        usual = load_table(snapshot.config)
        same = np.array_equal(usual.rows, table.rows) and np.array_equal(usual.targets, table.targets)
        self.session.data = None if same else table

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a high window the rows are higher, too."""
        super().resizeEvent(event)
        for table in (self.table, self.truth):
            table.set_usual_row(float(np.clip(20 + (self.height() - 650) / 40, 20, 28)))

    def show_off(self) -> None:
        """A number on the switches."""
        if self._shown is not None and self._shown.true_weights is not None:
            self.ask.number.setValue(min(202, 2**self._shown.table.bits - 1))


def _truth_table_words(snapshot: BitsSnapshot) -> str:
    """How far the first network has come."""
    if snapshot.step == 0:
        return "Random weights. Can the network learn the truth table?"
    rows, errors = len(snapshot.table), np.abs(snapshot.errors)
    worst = float(errors.max())
    if worst < 0.1:
        return f"Learned: all {rows} rows are answered right, the worst is off by {worst:.4f}."
    return f"{int((errors < 0.5).sum())} of {rows} rows are on the right side; the worst is off by {worst:.3f}."


def _about_table(table: TruthTable) -> str:
    """What the rows say about what can be learned."""
    seen: dict[bytes, int] = {}
    for now in range(len(table)):
        first = seen.setdefault(table.rows[now].tobytes(), now)
        if table.targets[first] != table.targets[now]:
            return (
                f"Rows {first + 1} and {now + 1} are the same, but want different answers: no network can give both. "
                "It will settle in the middle."
            )
    outside = np.flatnonzero((table.targets < 0) | (table.targets > 1))
    if len(outside):
        return f"Row {int(outside[0]) + 1} wants an answer that a sigmoid cannot give: it stays between 0 and 1."
    return "Click a row to try it, numbers to change them."


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setStyleSheet("color: palette(midlight)")
    return line


def _scrolling(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidget(widget)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    return area
