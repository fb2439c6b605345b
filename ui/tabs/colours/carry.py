"""Carry it: the network as numbers and plain lines, rounded as one likes, and what the rounding costs."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from models.colours.by_hand import worked_example
from models.colours.carried import ALL_DIGITS, Carried, carried
from models.colours.lines import LANGUAGES, PARTS, lines, plain
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes
from ui.widgets import theme
from ui.widgets.buttons import push_button
from ui.widgets.layout import column, muted, row
from ui.widgets.numbers import percent
from ui.widgets.wheel import CalmComboBox

DIGITS = (("all digits", ALL_DIGITS), ("3 digits", 3), ("2 digits", 2), ("1 digit", 1))
FORMS = ("Table", "Pseudo-code", "Python", "Spreadsheet")


class CarryIt(QWidget):
    """What is written, how it is rounded, the text, and a button that copies it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: ColoursSnapshot | None = None
        self._moving = False
        self._shown: tuple[object, ...] = ()
        self.form = CalmComboBox()
        self.form.setAccessibleName("what is written")
        self.form.addItems(list(FORMS))
        self.form.setCurrentIndex(1)
        self.digits = CalmComboBox()
        self.digits.setAccessibleName("how the numbers are rounded")
        self.digits.addItems([words for words, _ in DIGITS])
        self.digits.setCurrentIndex(2)
        self.digits.setToolTip("Significant digits of each number; what that costs is said below")
        self.of = CalmComboBox()
        self.of.setAccessibleName("which network")
        self.of.addItems(["This network", "An example"])
        self.of.setToolTip("The network as it is now, or 44 whole numbers that were trained here before")
        for box in (self.form, self.digits, self.of):
            box.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(5)
            box.currentIndexChanged.connect(self._write)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setAccessibleName("the network as lines")
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(theme.number_font(self.font()))
        self.text.setMinimumHeight(80)
        self.cost = muted(wrap=True)
        self.cost.setTextFormat(Qt.TextFormat.PlainText)
        self.cost.setMinimumHeight(3 * self.cost.fontMetrics().lineSpacing())
        self.copy = push_button("Copy", "Put the lines on the clipboard", self.copy_text)
        column(
            row((self.of, 4), (self.digits, 3), spacing=4),
            row((self.form, 1), self.copy, spacing=4),
            (self.text, 1),
            self.cost,
            margins=(8, 6, 8, 4),
            spacing=4,
            inside=self,
        )

    def show_network(self, snapshot: ColoursSnapshot, *, moving: bool) -> None:
        """Write another network down."""
        self._snapshot, self._moving = snapshot, moving
        self._write()

    @Slot()
    def copy_text(self) -> None:
        """Put the lines on the clipboard."""
        QGuiApplication.clipboard().setText(self.text.toPlainText())

    @Slot()
    def _write(self) -> None:
        snapshot = self._snapshot
        if snapshot is None:
            return
        example = self.of.currentIndex() == 1
        self.digits.setEnabled(not example and not snapshot.config.whole_numbers)
        digits = DIGITS[max(self.digits.currentIndex(), 0)][1]
        shown = (id(snapshot.parameters), snapshot.step, self.form.currentIndex(), digits, example, self._moving)
        if shown == self._shown:
            return
        self._shown = shown
        numbers = worked_example() if example else _of(snapshot, digits)
        place = self.form.currentIndex()
        text = table(numbers) if place == 0 else lines(numbers, LANGUAGES[place - 1])
        if text != self.text.toPlainText():
            at = self.text.verticalScrollBar().value()
            self.text.setPlainText(text)
            self.text.verticalScrollBar().setValue(at)
        self.cost.setText(_cost(snapshot, numbers, example))


def _of(snapshot: ColoursSnapshot, digits: int) -> Carried:
    return carried(snapshot.parameters, snapshot.config, snapshot.data.names, digits)


def table(numbers: Carried) -> str:
    """All numbers, layer by layer: a row for each neuron, its weights and then its bias, separated by tabs."""
    found = []
    for layer, (weights, biases) in enumerate(zip(numbers.weights, numbers.biases, strict=True)):
        last = layer == len(numbers.weights) - 1
        names = numbers.names if last else [f"{'hk'[layer]}{unit + 1}" for unit in range(len(biases))]
        inputs = (
            [f"{'hk'[layer - 1]}{unit + 1}" for unit in range(len(weights))] if layer else list(PARTS[numbers.space])
        )
        found.append("\t".join(["to", *(f"from {name}" for name in inputs), f"from {numbers.unit}"]))
        for name, column_, bias in zip(names, weights.T, biases, strict=True):
            found.append("\t".join([name, *map(plain, column_), plain(bias)]))
        found.append("")
    return "\n".join(found)


@lru_cache(maxsize=1)
def _everywhere() -> NDArray[np.int64]:
    """Colours all over the cube, (4913, 3)."""
    steps = np.linspace(0, 255, 17).round().astype(np.int64)
    return np.stack(np.meshgrid(steps, steps, steps, indexing="ij"), axis=-1).reshape(-1, 3)


def _cost(snapshot: ColoursSnapshot, numbers: Carried, example: bool) -> str:
    """How many numbers they are, and what rounding them costs."""
    data = snapshot.data
    words = f"{numbers.count} numbers"
    if example:
        return (
            f"{words} of at most two digits, trained here: red, green, blue and 255 times a number each; the largest "
            "wins."
        )
    exact = _exact(snapshot)
    changed = float(np.mean(exact.answers(_everywhere()) != numbers.answers(_everywhere())))
    test: Bytes = data.colours[data.test]
    if not len(test):
        return f"{words}. Rounding renames {percent(changed)} of all colours."
    truth = data.labels[data.test]
    before, after = (float(np.mean(each.answers(test) == truth)) for each in (exact, numbers))
    return (
        f"{words}. Rounding renames {percent(changed)} of all colours; held-out names right: {100 * after:.1f} % "
        f"instead of {100 * before:.1f} %."
    )


def _exact(snapshot: ColoursSnapshot) -> Carried:
    config = snapshot.config
    if config.whole_numbers:
        config = config.model_copy(update={"whole_numbers": False})
    return carried(snapshot.parameters, config, snapshot.data.names)
