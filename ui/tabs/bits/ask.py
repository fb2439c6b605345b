"""Ask the neuron: set the switches to a binary number and watch it add up what it has learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QPainter, QPaintEvent, QPen, QValidator
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.bits.snapshot import BitsSnapshot, predict
from models.bits.truth_table import bits_of
from ui.form.rows import Sentence
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget, Key
from ui.tabs.bits.table import CENTRED, LEFT
from ui.widgets import theme
from ui.widgets.buttons import push_button
from ui.widgets.formula import FormulaView
from ui.widgets.layout import STRETCH, column, heading, row
from ui.widgets.numbers import MINUS, equals, figure, plain
from ui.widgets.wheel import CalmSpinBox

SWITCH = 34.0
TERM = 18.0
ANSWER = 26.0
WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class SwitchRow(CellWidget):
    """n switches, and below them the sum that the neuron forms, with every number in it.

    Picking a switch asks for its bit to be flipped; Space does it too. The place of each is its index.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("switches of the number asked for", parent=parent)
        self._bits: NDArray[np.float64] = np.zeros(0)
        self._answer, self._true = 0.0, 0.0
        self._terms: list[float] = []
        self._drawn: tuple[object, ...] = ()
        self.setFont(theme.number_font(self.font()))
        self.setToolTip("Click a switch to turn its bit on or off")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.hand = True

    def show_sum(self, bits: NDArray[np.float64], weights: NDArray[np.float64], answer: float, true: float) -> None:
        """Show a number's bits (n,), the weights (n,), the neuron's answer and what would be right."""
        self._answer, self._true = answer, true
        self._terms = weights[bits > 0].tolist()
        drawn = (bits.tobytes(), true, np.round(self._terms, 2).tobytes(), round(answer, 2))
        if drawn != self._drawn:
            self._drawn, self._bits = drawn, bits.copy()
            self.refresh()

    @property
    def sum_text(self) -> str:
        """The sum as it is painted: "128.00 + 8.13 − 0.20"."""
        return self._sum(self._places)

    @property
    def answer_text(self) -> str:
        """What it comes to, in as many places: "= 135.93"; "≈" if the terms as shown add up to something else."""
        places = self._places
        by_hand = sum(round(term, places) for term in self._terms)
        return f"{equals(by_hand, self._answer, places)} {figure(self._answer, places)}"

    @property
    def _places(self) -> int:
        """Places after the point, at most two, for which the sum fits into its two lines."""
        room = self._sum_box().toAlignedRect()
        for places in (2, 1):
            if self.fontMetrics().boundingRect(room, WRAPPED, self._sum(places)).height() <= room.height():
                return places
        return 0

    def _sum(self, places: int) -> str:
        text = " + ".join(figure(term, places) for term in self._terms) or "no bit is on"
        return text.replace(f"+ {MINUS}", f"{MINUS} ")

    def _sum_box(self) -> QRectF:
        return QRectF(2, SWITCH + 6, self.width() - 4, 2 * TERM + 2)

    def sizeHint(self) -> QSize:
        """Switches, two lines of the sum, the answer."""
        return QSize(300, round(SWITCH + 2 * TERM + ANSWER + 14))

    def minimumSizeHint(self) -> QSize:
        """Narrow switches."""
        return QSize(240, self.sizeHint().height())

    def switch(self, place: int) -> QRectF:
        """Where a switch is."""
        width = min(self.width() / max(len(self._bits), 1), 44.0)
        return QRectF(place * width + 1, 1, width - 3, SWITCH - 4)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bold = QFont(self.font())
        bold.setBold(True)
        painter.setFont(bold)
        for place, bit in enumerate(self._bits.tolist()):
            box = self.switch(place)
            painter.setPen(QPen(colors.accent if bit or self.under_pointer == place else colors.control, 1))
            painter.setBrush(colors.accent if bit else colors.surface)
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(colors.accent_text if bit else colors.muted)
            painter.drawText(box, CENTRED, str(int(bit)))
            if place == self.focused:
                painter.setPen(QPen(colors.text, 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box.adjusted(1, 1, -1, -1), 4, 4)
        painter.setFont(self.font())
        painter.setPen(colors.text)
        painter.drawText(self._sum_box(), WRAPPED, self.sum_text)
        top = self._sum_box().bottom() + 2
        good = abs(self._answer - self._true) < 0.5
        large = QFont(bold)
        large.setPointSizeF(1.35 * bold.pointSizeF())
        painter.setFont(large)
        painter.setPen(colors.success if good else colors.text)
        answer = self.answer_text
        room = max(painter.fontMetrics().horizontalAdvance(answer), painter.fontMetrics().horizontalAdvance("= 255.00"))
        painter.drawText(QRectF(2, top, room + 4, ANSWER), LEFT, answer)
        painter.setFont(self.font())
        painter.setPen(colors.muted)
        verdict = "right" if good else f"off by {figure(abs(self._answer - self._true))}"
        painter.drawText(
            QRectF(room + 18, top, self.width() - room - 18, ANSWER), LEFT, f"truly {plain(self._true)}: {verdict}"
        )
        painter.end()

    # -- switches

    @property
    def count(self) -> int:
        """Number of switches."""
        return len(self._bits)

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        return self.switch(index)

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget; between two switches is on one of them."""
        places = range(self.count)
        return next((i for i in places if self.switch(i).adjusted(-1, -1, 2, 3).contains(position)), None)

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        return f"bit {index + 1} of {self.count}: {'on' if self._bits[index] else 'off'}"

    def words_at_rest(self) -> str:
        """The sum and what it comes to."""
        return f"{self.sum_text} {self.answer_text}"

    def table(self) -> Table:
        """The switches, for export."""
        return ["bit", "on"], [(place + 1, int(bit)) for place, bit in enumerate(self._bits)]

    def keys(self) -> frozenset[Key]:
        """Space belongs to the switches while they have the focus."""
        return super().keys() | {Key.Key_Space}

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Space flips, besides the keys of every grid."""
        if event.key() == Key.Key_Space and self.count:
            self.pick(self.current or 0)
        else:
            super().keyPressEvent(event)


class AskedNumber(CalmSpinBox):
    """A field that lets any whole number be typed and takes those that have room: cutting 300 to 30 would answer
    something that nobody asked.

    Signals:
        refused(sentence): what is typed has no room on the switches, and why; "" when all is well again.
    """

    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._sentence = ""
        self._asked = 0
        self.setAccessibleName("number to ask for")
        self.setToolTip("Type a number: the switches show it in binary")
        self.setKeyboardTracking(True)
        self.setFixedWidth(88)
        self.lineEdit().textChanged.connect(self._look)
        self.editingFinished.connect(self._look_again)

    def validate(self, text: str, position: int) -> tuple[QValidator.State, str, int]:
        """Anything can be typed; what is no whole number with room on the switches is not taken."""
        if self._fits(text):
            return QValidator.State.Acceptable, text, position
        return QValidator.State.Intermediate, text, position

    def fixup(self, text: str) -> str:
        """What does not fit gives way to the number that was asked before any of it was typed."""
        return str(self._asked)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """What is typed from now on begins with this number."""
        self._asked = self.value()
        super().focusInEvent(event)

    def _fits(self, text: str) -> bool:
        return text.isascii() and text.isdecimal() and len(text) <= 30 and int(text) <= self.maximum()

    @Slot()
    def _look_again(self) -> None:
        """What did not fit has given way to the number before it."""
        self._asked = self.value()
        self._look(self.lineEdit().text())

    @Slot(str)
    def _look(self, text: str) -> None:
        large = bool(text.strip()) and not self._fits(text)
        shown = text if len(text) <= 12 else f"{text[:11]}…"
        bits = self.maximum().bit_length()
        sentence = ""
        if large and text.isascii() and text.isdecimal():
            sentence = (
                f"{shown} does not fit on {bits} switches: the largest number is {self.maximum()}; “Bits” in the "
                "settings gives more of them."
            )
        elif large:
            sentence = f"“{shown}” is no number that switches can say: type a whole number from 0 to {self.maximum()}."
        theme.set_role(self, "true" if large else "false", name="invalid")
        if sentence != self._sentence:
            self._sentence = sentence
            self.refused.emit(sentence)


class AskPanel(QWidget):
    """A number in figures and as switches, and what the neuron makes of it.

    Signals:
        add_row(bits, true value): put this number into the table.
    """

    add_row = Signal(object, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: BitsSnapshot | None = None
        self.bits: NDArray[np.float64] = np.zeros(0)
        """(n,), the switches."""
        self.number = AskedNumber()
        self.number.valueChanged.connect(self._on_number)
        self.problem = Sentence()
        self.number.refused.connect(self.problem.say)
        self.add_button = push_button(
            "Add to table", "Teach the neuron this number too: one more row of the table", self._on_add
        )
        self.switches = SwitchRow()
        self.switches.picked.connect(self._on_flipped)
        self.formula = FormulaView(
            r"\hat{y} = w_1 x_1 + w_2 x_2 + \cdots + w_n x_n",
            "answer = w 1 times x 1 + w 2 times x 2 and so on up to w n times x n",
            size=15.0,
        )
        self.formula.setToolTip("A linear neuron: every bit x is multiplied by its weight w, and all is added up")
        top = row(heading("Ask the neuron"), STRETCH, self.number, self.add_button, spacing=6)
        column(top, self.problem, self.formula, self.switches, spacing=6, inside=self)

    def show_snapshot(self, snapshot: BitsSnapshot) -> None:
        """The present weights' answer to the number on the switches."""
        true = snapshot.true_weights
        assert true is not None
        before = self._snapshot
        self._snapshot = snapshot
        if len(self.bits) != len(true) or before is None or before.true_weights is None:
            self.number.blockSignals(True)
            self.number.setRange(0, 2 ** len(true) - 1)
            self.number.blockSignals(False)
            self._spread(min(self.number.value() or round(0.7 * 2 ** len(true)), 2 ** len(true) - 1))
        elif before.true_weights[0] != true[0]:
            self.bits = self.bits[::-1].copy()
        self._refresh()

    def _refresh(self) -> None:
        snapshot = self._snapshot
        if snapshot is None or snapshot.true_weights is None:
            return
        answer = float(predict(snapshot, self.bits[None])[0])
        true = float(self.bits @ snapshot.true_weights)
        self.switches.show_sum(self.bits, snapshot.parameters[0], answer, true)

    def _spread(self, number: int) -> None:
        """Set the switches to a number, in the order of the bits now."""
        assert self._snapshot is not None
        true = self._snapshot.true_weights
        assert true is not None
        row = bits_of(number, len(true))
        self.bits = row[::-1].copy() if true[0] < true[-1] else row
        self.number.blockSignals(True)
        self.number.setValue(number)
        self.number.blockSignals(False)

    @Slot(int)
    def _on_number(self, number: int) -> None:
        if self._snapshot is not None:
            self._spread(number)
            self._refresh()

    @Slot(object)
    def _on_flipped(self, place: int) -> None:
        if self._snapshot is None or self._snapshot.true_weights is None:
            return
        self.bits[place] = 1 - self.bits[place]
        self.number.blockSignals(True)
        self.number.setValue(round(float(self.bits @ self._snapshot.true_weights)))
        self.number.blockSignals(False)
        self._refresh()

    @Slot()
    def _on_add(self) -> None:
        if self._snapshot is not None and self._snapshot.true_weights is not None:
            self.add_row.emit(self.bits.copy(), float(self.bits @ self._snapshot.true_weights))
