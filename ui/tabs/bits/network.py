"""A two-layer sigmoid network that can be seen whole: every neuron, and every weight as a line and a number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.bits.edits import LARGEST_WEIGHT
from models.bits.snapshot import BitsSnapshot
from models.bits.updates import sigmoid
from ui.plots.colormaps import HeldLevel, diverging_color, sequential_color
from ui.plots.painted import Painted
from ui.tabs.bits.editor import NumberEditor
from ui.tabs.bits.table import CENTRED
from ui.widgets import theme
from ui.widgets.formula import FormulaView
from ui.widgets.layout import column, row
from ui.widgets.numbers import equals, figure, plain
from ui.widgets.plain import as_tip

TOP = 36.0
"""Pixels of the headings."""

LABEL = QSize(38, 14)
"""Pixels of a weight's number."""

NODE_WIDTH = 46.0
ROOM_PER_UNIT = 19
"""Pixels of height per neuron at the least."""

_LOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")

Weight = tuple[int, tuple[int, ...]]
"""Layer 0 or 1, and the index in its array, as `SetWeight` takes them."""


def name_of(letter: str, index: int) -> str:
    """x₁, h₂ …, counted from 1."""
    return letter + str(index + 1).translate(_LOW)


@dataclass(frozen=True)
class Activity:
    """What one row of inputs makes of the network.

    Attributes:
        inputs: (n,), 0 or 1.
        hidden_sums, hidden: (H,), z and σ(z) of the hidden neurons.
        output_sum, output: z and σ(z) of the output neuron.
        target: what is right, if the row is one of the table's.
    """

    inputs: NDArray[np.float64]
    hidden_sums: NDArray[np.float64]
    hidden: NDArray[np.float64]
    output_sum: float
    output: float
    target: float | None

    @classmethod
    def of(cls, snapshot: BitsSnapshot, inputs: NDArray[np.float64], target: float | None) -> Activity:
        """Send a row (n,) through the network."""
        first, second = snapshot.parameters
        with np.errstate(over="ignore"):
            sums = (np.append(inputs, 1.0) if snapshot.config.bias else inputs) @ first
            hidden = sigmoid(sums.copy())
            total = (np.append(hidden, 1.0) if snapshot.config.bias else hidden) @ second
            output = float(sigmoid(np.array([total]))[0])
        return cls(inputs, sums, hidden, float(total), output, target)


class NetworkView(Painted):
    """Inputs left, hidden neurons in the middle, the output right; blue lines hold back, orange lines excite.

    Signals:
        input_flipped(place): an input was clicked.
        neuron_chosen(unit): a hidden neuron (0 to H − 1) or the output (H) was clicked.
        weight_set(layer, index, value): what the user wants.
        refused(sentence): a weight that is no number.
    """

    input_flipped = Signal(int)
    neuron_chosen = Signal(int)
    weight_set = Signal(object, float)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("the network", (620, 300), parent=parent)
        self._snapshot: BitsSnapshot | None = None
        self.activity: Activity | None = None
        """What is shown of one row of inputs."""
        self._shape = (0, 0, False)
        self._levels = (HeldLevel(), HeldLevel())
        self._hover: Weight | None = None
        self._chosen = 0
        self._drawn: tuple[object, ...] = ()
        self.labels: dict[Weight, QRectF] = {}
        """Where the number of each weight stands."""
        self.editor = NumberEditor(self, lambda weight: self.labels[weight])
        self.editor.accepted.connect(self.weight_set)
        self.editor.refused.connect(self.refused)
        self.setFont(theme.number_font(self.font()))

    def show_network(self, snapshot: BitsSnapshot, activity: Activity, chosen: int) -> None:
        """Show the weights and what one row makes of them; neuron `chosen` is marked (H: the output)."""
        self._snapshot, self.activity, self._chosen = snapshot, activity, chosen
        shape = (snapshot.table.bits, snapshot.config.hidden, snapshot.config.bias)
        if shape != self._shape:
            self._shape = shape
            for level in self._levels:
                level.reset()
            self.editor.hide()
            self.setMinimumHeight(round(TOP) + 6 + ROOM_PER_UNIT * max(self._inputs, self._slots))
            self._place()
        drawn = (snapshot.table.bits, activity.target, chosen, *_rounded(snapshot, activity))
        if drawn != self._drawn:  # painting some forty lines and numbers costs; many updates change none of them
            self._drawn = drawn
            self.update()

    # -- layout

    @property
    def _inputs(self) -> int:
        bits, _, bias = self._shape
        return bits + bias

    @property
    def _slots(self) -> int:
        _, hidden, bias = self._shape
        return hidden + bias

    def _x(self, column: int) -> float:
        left, right = 50.0, self.width() - 76.0
        block = self._inputs * LABEL.width() + NODE_WIDTH + 16
        middle = max(left + 0.6 * (right - left), min(left + block + 90, right - 120))
        return (left, middle, right)[column]

    def _y(self, index: int, count: int) -> float:
        top = TOP
        return top + (index + 0.5) * (self.height() - top - 4) / max(count, 1)

    def node(self, column: int, index: int) -> QRectF:
        """Where a neuron is: columns 0 inputs, 1 hidden, 2 output; a bias comes last in its column."""
        count = (self._inputs, self._slots, 1)[column]
        height = min(28.0, (self.height() - TOP - 4) / max(count, 1) - 4)
        if column == 2:
            height = 34.0
        width = NODE_WIDTH + (10 if column == 2 else 0)
        return QRectF(self._x(column) - width / 2, self._y(index, count) - height / 2, width, height)

    def _ends(self, weight: Weight) -> QLineF:
        """The line of a weight; into the hidden layer it ends where the neuron's row of numbers begins."""
        layer, index = weight
        source = self.node(layer, index[0])
        target = self.node(layer + 1, index[1] if layer == 0 else 0)
        end = target.left() - (self._inputs * LABEL.width() + 6 if layer == 0 else 0)
        return QLineF(source.right(), source.center().y(), end, target.center().y())

    def _place(self) -> None:
        """Put every number into a row before its hidden neuron, one column per input; behind it, onto its line."""
        bits, hidden, _ = self._shape
        self.labels = {}
        if not bits:
            return
        for j in range(hidden):
            box = self.node(1, j)
            left = box.left() - 4 - self._inputs * LABEL.width()
            for i in range(self._inputs):
                self.labels[0, (i, j)] = _around(QPointF(left + (i + 0.5) * LABEL.width(), box.center().y()))
        for j in range(self._slots):
            line = self._ends((1, (j,)))
            self.labels[1, (j,)] = _around(line.pointAt(min(0.35, (LABEL.width() / 2 + 10) / max(line.dx(), 1))))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything moves."""
        self._place()
        self.editor.follow()

    # -- painting

    def _value(self, weight: Weight) -> float:
        assert self._snapshot is not None
        layer, index = weight
        return float(self._snapshot.parameters[layer][index])

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lines, numbers, neurons."""
        snapshot, activity = self._snapshot, self.activity
        if snapshot is None or activity is None:
            return
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        levels = [
            held.update(float(np.abs(array).max()))
            for held, array in zip(self._levels, snapshot.parameters, strict=True)
        ]
        values = {weight: self._value(weight) for weight in self.labels}
        for weight, value in values.items():
            share = min(abs(value) / levels[weight[0]], 1.0)
            color = diverging_color(value, 0.7 * levels[weight[0]])
            hovered = weight == self._hover
            painter.setPen(QPen(colors.text if hovered else color, 1.0 + 4.0 * share + (1 if hovered else 0)))
            painter.drawLine(self._ends(weight))
        painter.setPen(QPen(colors.border, 1))
        painter.setBrush(colors.surface)
        for unit in range(self._shape[1]):
            box = self.node(1, unit)
            room = self._inputs * LABEL.width() + 6
            painter.drawRoundedRect(box.adjusted(-room, -1.5, 1.5, 1.5), 7, 7)
        small = QFont(self.font())
        small.setPointSizeF(0.88 * small.pointSizeF())
        painter.setFont(small)
        for weight, value in values.items():
            box = self.labels[weight]
            if weight[0]:
                painter.fillRect(box, colors.window)
            if weight == self._hover:
                painter.setPen(QPen(colors.accent, 1))
                painter.drawRect(box)
            painter.setPen(colors.positive if value >= 0 else colors.negative)
            painter.drawText(box, CENTRED, figure(value, 2 if abs(value) < 99.5 else 0))
        painter.setPen(colors.muted)
        for i in range(self._inputs):
            box = self.labels[0, (i, 0)]
            words = name_of("x", i) if i < self._shape[0] else "bias"
            top = self.node(1, 0).top() - 20
            painter.drawText(QRectF(box.left() - 4, top, box.width() + 8, 16), CENTRED, words)
        painter.setFont(self.font())
        self._paint_nodes(painter, colors, activity)
        self._paint_words(painter, colors, activity)
        painter.end()

    def _paint_nodes(self, painter: QPainter, colors: theme.Theme, activity: Activity) -> None:
        bits, hidden, bias = self._shape
        bold = QFont(self.font())
        bold.setBold(True)
        for i, bit in enumerate(activity.inputs.tolist()):
            box = self.node(0, i)
            painter.setPen(QPen(colors.accent if bit else colors.control, 1.2))
            painter.setBrush(colors.accent if bit else colors.surface)
            painter.drawRoundedRect(box, 6, 6)
            painter.setPen(colors.accent_text if bit else colors.text)
            painter.setFont(bold)
            painter.drawText(box, CENTRED, str(int(bit)))
            painter.setFont(self.font())
            painter.setPen(colors.muted)
            painter.drawText(QRectF(0, box.top(), box.left() - 4, box.height()), CENTRED, name_of("x", i))
        if bias:
            for box in (self.node(0, bits), self.node(1, hidden)):
                painter.setPen(QPen(colors.control, 1, Qt.PenStyle.DashLine))
                painter.setBrush(colors.surface)
                painter.drawRoundedRect(box, 6, 6)
                painter.setPen(colors.muted)
                painter.drawText(box, CENTRED, "1")
            box = self.node(0, bits)
            painter.drawText(QRectF(0, box.top(), box.left() - 2, box.height()), CENTRED, "bias")
        for unit in range(hidden + 1):
            last = unit == hidden
            box = self.node(2, 0) if last else self.node(1, unit)
            value = activity.output if last else float(activity.hidden[unit])
            fill = sequential_color(value)
            chosen = unit == self._chosen
            painter.setPen(QPen(colors.text if chosen else colors.control, 2.2 if chosen else 1.0))
            painter.setBrush(fill)
            painter.drawRoundedRect(box, 6, 6)
            painter.setPen(theme.text_on(fill))
            painter.setFont(bold)
            painter.drawText(box, CENTRED, figure(value, 3 if last else 2))
            painter.setFont(self.font())

    def _paint_words(self, painter: QPainter, colors: theme.Theme, activity: Activity) -> None:
        painter.setPen(colors.muted)
        for layer, words in enumerate(("inputs", "hidden neurons", "output")):
            painter.drawText(QRectF(self._x(layer) - 80, 0, 160, 18), CENTRED, words)
        box = self.node(2, 0)
        above = QRectF(box.center().x() - 74, box.top() - 24, 148, 20)
        below = QRectF(box.center().x() - 74, box.bottom() + 4, 148, 20)
        painter.setPen(colors.muted)
        if activity.target is None:
            painter.drawText(below, CENTRED, "not in the table")
            return
        painter.drawText(above, CENTRED, f"target {plain(activity.target)}")
        off = abs(activity.output - activity.target)
        painter.setPen(colors.success if off < 0.5 else colors.error)
        painter.drawText(below, CENTRED, f"{'right' if off < 0.5 else 'wrong'}, off by {figure(off, 3)}")

    # -- mouse

    def _weight_at(self, position: QPointF) -> Weight | None:
        return next((weight for weight, box in self.labels.items() if box.contains(position)), None)

    def _neuron_at(self, position: QPointF) -> int | None:
        hidden = self._shape[1]
        for unit in range(hidden):
            if self.node(1, unit).contains(position):
                return unit
        return hidden if hidden and self.node(2, 0).contains(position) else None

    def _input_at(self, position: QPointF) -> int | None:
        return next((i for i in range(self._shape[0]) if self.node(0, i).contains(position)), None)

    def describe(self, weight: Weight) -> str:
        """A weight in words: "the weight from x₁ to h₂"."""
        bits, hidden, _ = self._shape
        layer, index = weight
        source = name_of("x", index[0]) if layer == 0 else name_of("h", index[0])
        target = name_of("h", index[1]) if layer == 0 else "the output"
        if index[0] == (bits, hidden)[layer]:
            return f"the bias of {target}"
        return f"the weight from {source} to {target}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Follow a weight, and say what a click would do."""
        place = event.position()
        weight, words = self._weight_at(place), ""
        if weight is not None and self._snapshot is not None:
            words = f"{self.describe(weight).capitalize()}: {figure(self._value(weight), 4)}. Click to type another."
        elif self._input_at(place) is not None:
            words = "Click to flip this input"
        elif self._neuron_at(place) is not None:
            words = "Click to see how this neuron comes to its number"
        self.setToolTip(as_tip(words))
        self.setCursor(Qt.CursorShape.PointingHandCursor if words else Qt.CursorShape.ArrowCursor)
        if weight != self._hover:
            self._hover = weight
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._hover = None
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Edit a weight, flip an input, choose a neuron."""
        place = event.position()
        if event.button() != Qt.MouseButton.LeftButton or self._snapshot is None:
            return
        weight, bit, unit = self._weight_at(place), self._input_at(place), self._neuron_at(place)
        if weight is not None:
            words = self.describe(weight)
            self.editor.open_at(weight, self._value(weight), words[0].upper() + words[1:], LARGEST_WEIGHT)
        elif bit is not None:
            self.input_flipped.emit(bit)
        elif unit is not None:
            self.neuron_chosen.emit(unit)


class NeuronSum(QWidget):
    """How one neuron comes to its number: the formula, and the same with the numbers put in."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.formula = FormulaView(size=15.0)
        self.numbers = SumLines()
        column(row((self.formula, 1)), self.numbers, spacing=2, inside=self)

    def show_neuron(self, snapshot: BitsSnapshot, activity: Activity, unit: int) -> None:
        """Explain a hidden neuron (0 to H − 1) or the output (H)."""
        first, second = snapshot.parameters
        hidden, bias = snapshot.config.hidden, snapshot.config.bias
        constant = " + b" if bias else ""
        if unit >= hidden:
            self.formula.set_formula(
                rf"\hat{{y}} = \sigma(z),\quad z = \sum_j w_j\,h_j{constant},"
                r"\quad \sigma(z) = \frac{1}{1+e^{-z}}",
                "output = sigma of the sum over the hidden neurons of weight times activation",
            )
            name, inputs, weights = "ŷ", activity.hidden, second
            total, value = activity.output_sum, activity.output
        else:
            self.formula.set_formula(
                rf"h_{{{unit + 1}}} = \sigma(z),\quad z = \sum_i v_{{i{unit + 1}}}\,x_i{constant},"
                r"\quad \sigma(z) = \frac{1}{1+e^{-z}}",
                f"hidden neuron {unit + 1} = sigma of the sum over the inputs of weight times input",
            )
            name, inputs, weights = name_of("h", unit), activity.inputs, first[:, unit]
            total, value = float(activity.hidden_sums[unit]), float(activity.hidden[unit])
        places = 0 if unit < hidden else 3 if hidden <= 4 else 2  # as fit into two lines
        pairs = list(zip(inputs.tolist(), weights.tolist(), strict=False))
        terms = [f"{figure(x, places)}·{_factor(w)}" for x, w in pairs]
        by_hand = sum(round(x, places) * round(w, 2) for x, w in pairs)
        if bias:
            terms.append(_factor(float(weights[-1])))
            by_hand += round(float(weights[-1]), 2)
        result = f"{equals(by_hand, total, 2)} {figure(total, 2)}"
        self.numbers.set_text(f"z = {' + '.join(terms)} {result}   →   {name} = {figure(value, 3)}")


class SumLines(QWidget):
    """Text on a few lines; it changes with every frame and moves nothing."""

    def __init__(self, lines: int = 2, *, muted: bool = False) -> None:
        super().__init__()
        self.text = ""
        self.setFont(theme.number_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._muted = muted
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 4)
        theme.manager().changed.connect(self.update)

    def set_text(self, text: str) -> None:
        """Say something else."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(text)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words."""
        painter = QPainter(self)
        painter.setPen(theme.current().muted if self._muted else theme.current().text)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect(), int(flags), self.text)
        painter.end()


def _rounded(snapshot: BitsSnapshot, activity: Activity) -> tuple[bytes, ...]:
    """What can be seen of the numbers: two places of weights and hidden neurons, three of the output."""
    seen = [*(np.round(array, 2) for array in snapshot.parameters), activity.inputs, np.round(activity.hidden, 2)]
    return *(array.tobytes() for array in seen), np.round(activity.output, 3).tobytes()


def _around(centre: QPointF) -> QRectF:
    return QRectF(centre.x() - LABEL.width() / 2, centre.y() - LABEL.height() / 2, LABEL.width(), LABEL.height())


def _factor(weight: float) -> str:
    return f"({figure(weight, 2)})" if weight < 0 else figure(weight, 2)
