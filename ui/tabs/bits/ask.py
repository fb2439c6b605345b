"""Ask the neuron: set the switches to a binary number and watch it add up what it has learned."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QFont, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QSpinBox, QVBoxLayout, QWidget

from models.bits.snapshot import BitsSnapshot, predict
from models.bits.truth_table import bits_of
from ui.tabs.bits.table import CENTRED, LEFT
from ui.widgets import theme
from ui.widgets.formula import FormulaView
from ui.widgets.numbers import MINUS, equals, figure, plain

SWITCH = 34.0
TERM = 18.0
ANSWER = 26.0
WRAPPED = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)


class SwitchRow(QWidget):
    """n switches, and below them the sum that the neuron forms, with every number in it.

    Signals:
        flipped(place): a switch was clicked, or Space pressed on it.
    """

    flipped = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bits: NDArray[np.float64] = np.zeros(0)
        self._answer, self._true = 0.0, 0.0
        self._terms: list[float] = []
        self._drawn: tuple[object, ...] = ()
        self._at = 0
        self._hover: int | None = None
        self.setFont(theme.number_font(self.font()))
        self.setAccessibleName("switches of the number asked for")
        self.setToolTip("Click a switch to turn its bit on or off")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.manager().changed.connect(self.update)

    def show_sum(self, bits: NDArray[np.float64], weights: NDArray[np.float64], answer: float, true: float) -> None:
        """Show a number's bits (n,), the weights (n,), the neuron's answer and what would be right."""
        self._answer, self._true = answer, true
        self._at = min(self._at, len(bits) - 1)
        self._terms = weights[bits > 0].tolist()
        drawn = (bits.tobytes(), true, np.round(self._terms, 2).tobytes(), round(answer, 2))
        if drawn != self._drawn:
            self._drawn, self._bits = drawn, bits.copy()
            self.update()

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
            painter.setPen(QPen(colors.accent if bit or self._hover == place else colors.control, 1))
            painter.setBrush(colors.accent if bit else colors.surface)
            painter.drawRoundedRect(box, 5, 5)
            painter.setPen(colors.accent_text if bit else colors.muted)
            painter.drawText(box, CENTRED, str(int(bit)))
            if self.hasFocus() and place == self._at:
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

    # -- mouse and keyboard

    def _place_at(self, position: QPointF) -> int | None:
        for place in range(len(self._bits)):
            if self.switch(place).adjusted(-1, -1, 2, 3).contains(position):
                return place
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Show which switch a click would flip."""
        place = self._place_at(event.position())
        if place != self._hover:
            self._hover = place
            self.setCursor(Qt.CursorShape.ArrowCursor if place is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._hover = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Flip a switch."""
        place = self._place_at(event.position())
        if place is not None and event.button() == Qt.MouseButton.LeftButton:
            self._at = place
            self.flipped.emit(place)

    def event(self, event: QEvent) -> bool:
        """Space and the arrows belong to the switches while they have the focus."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right)
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move, Space flips."""
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            step = 1 if event.key() == Qt.Key.Key_Right else -1
            self._at = min(max(self._at + step, 0), max(len(self._bits) - 1, 0))
            self.update()
        elif event.key() == Qt.Key.Key_Space and len(self._bits):
            self.flipped.emit(self._at)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show which switch the keys work on."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide it."""
        super().focusOutEvent(event)
        self.update()


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
        heading = QLabel("Ask the neuron")
        theme.set_role(heading, "heading")
        self.number = QSpinBox()
        self.number.setAccessibleName("number to ask for")
        self.number.setToolTip("Type a number: the switches show it in binary")
        self.number.setKeyboardTracking(True)
        self.number.setFixedWidth(88)
        self.number.valueChanged.connect(self._on_number)
        self.add_button = QPushButton("Add to table")
        self.add_button.setToolTip("Teach the neuron this number too: one more row of the table")
        self.add_button.clicked.connect(self._on_add)
        self.switches = SwitchRow()
        self.switches.flipped.connect(self._on_flipped)
        self.formula = FormulaView(
            r"\hat{y} = w_1 x_1 + w_2 x_2 + \cdots + w_n x_n",
            "answer = w 1 times x 1 + w 2 times x 2 and so on up to w n times x n",
            size=15.0,
        )
        self.formula.setToolTip("A linear neuron: every bit x is multiplied by its weight w, and all is added up")
        top = QHBoxLayout()
        top.setSpacing(6)
        top.addWidget(heading)
        top.addStretch(1)
        top.addWidget(self.number)
        top.addWidget(self.add_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(top)
        layout.addWidget(self.formula)
        layout.addWidget(self.switches)

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

    @Slot(int)
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
