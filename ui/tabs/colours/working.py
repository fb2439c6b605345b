"""How the network comes to its answer: the formula of one neuron, with the numbers of the colour in hand."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.colours.carried import Carried, carried
from models.colours.lines import PARTS
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes, hex_of
from ui.widgets import theme
from ui.widgets.numbers import equals, figure

LINES = 3
MOST_TERMS = 5
"""Products that are written out; the largest ones of more."""


class Working(QWidget):
    """Lines of text that change with every frame and move nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = ""
        self.setFont(theme.number_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(LINES * self.fontMetrics().lineSpacing() + 4)
        self.setAccessibleName("how the answer is worked out")
        theme.follow(self, self._restyle)

    def show_neuron(self, snapshot: ColoursSnapshot, colour: Bytes, neuron: tuple[int, int] | None) -> None:
        """Work out one neuron, (layer, unit) counted from 0; None: the name that wins, and the runner-up."""
        numbers = carried(snapshot.parameters, snapshot.config, snapshot.data.names)
        trace = [values[0] for values in numbers.trace(colour[None])]
        last = len(numbers.weights) - 1
        if neuron is not None and (neuron[0] > last or neuron[1] >= len(numbers.biases[neuron[0]])):
            neuron = None
        if neuron is None:
            first, second = np.argsort(-trace[-1], kind="stable")[:2].tolist()
            runner_up = f"next: {numbers.names[second]} = {figure(float(trace[-1][second]), 2)}"
            told = [_told(numbers, trace, last, first), runner_up]
        else:
            told = [_told(numbers, trace, *neuron)]
        self.say(f"{hex_of(colour)}: " + "; ".join(told))

    def say(self, text: str) -> None:
        """Other words."""
        if text != self.text:
            self.text = text
            self.setAccessibleDescription(text)
            self.update()

    @Slot()
    def _restyle(self) -> None:
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words."""
        painter = QPainter(self)
        painter.setPen(theme.current().text)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect(), int(flags), self.text)
        painter.end()


def _told(numbers: Carried, trace: list[np.ndarray], layer: int, unit: int) -> str:
    """“blue = −0.41 + 2.31·0.92 (h3) + … = 5.12”."""
    last = len(numbers.weights) - 1
    weights, bias = numbers.weights[layer][:, unit], float(numbers.biases[layer][unit])
    inputs = trace[layer]
    hidden = [f"{'hk'[layer - 1]}{place + 1}" for place in range(len(inputs))] if layer else []
    names = hidden or list(("red", "green", "blue") if numbers.unit == 255 else PARTS[numbers.space])
    products = weights * inputs
    order = np.argsort(-np.abs(products), kind="stable")
    shown = sorted(order[:MOST_TERMS].tolist())
    places = 0 if numbers.whole else 2
    terms = [
        f"{_signed(float(weights[at]), places)}·{figure(float(inputs[at]), places)} ({names[at]})"
        for at in shown
        if products[at]
    ]
    rest = float(products.sum() - products[shown].sum())
    if len(order) > MOST_TERMS and rest:
        terms.append(f"{_signed(rest, 2)} (the others)")
    unit_words = f"{figure(bias, 0)}·255" if numbers.unit == 255 else figure(bias, 2)
    total = float(products.sum() + bias * numbers.unit)
    who = numbers.names[unit] if layer == last else f"{'hk'[layer]}{unit + 1}"
    by_hand = round(bias, places) * numbers.unit + sum(
        round(float(weights[at]), places) * round(float(inputs[at]), places) for at in shown
    )
    by_hand += round(rest, 2) if len(order) > MOST_TERMS else 0.0
    end = f" {equals(by_hand, total, places)} {figure(total, places)}"
    if layer < last:
        end += f"   →   {numbers.activation.replace('_', ' ')}   →   {figure(float(trace[layer + 1][unit]), 2)}"
    return f"{who} = {unit_words} {' '.join(terms)}{end}"


def _signed(value: float, places: int) -> str:
    """A term of a sum: + 1.2, − 0.5."""
    return f"{'−' if value < 0 else '+'} {figure(abs(value), places)}"
