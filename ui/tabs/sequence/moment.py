"""One unit at one moment: the cell's formulas, with its numbers."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.sequence.inspect import Moment
from ui.widgets.formula import FormulaView
from ui.widgets.layout import column, heading
from ui.widgets.number_table import ROW, NumberTable
from ui.widgets.numbers import figure
from ui.widgets.plain import as_tip

SIGNS = {
    "rnn": {"state": ("h", "tanh")},
    "gru": {"reset": ("r", "σ"), "update": ("z", "σ"), "candidate": ("n", "tanh")},
    "lstm": {"input": ("i", "σ"), "forget": ("f", "σ"), "output": ("o", "σ"), "candidate": ("g", "tanh")},
}
"""For each cell: part → (its sign in the formulas, what squashes its sum)."""


class _Parts(NumberTable):
    """Its first column has room for the longest name of any cell, so that nothing moves when a unit is chosen."""

    def sizeHintForColumn(self, column: int) -> int:
        """See QTableView."""
        hint = super().sizeHintForColumn(column)
        if column:
            return hint
        names = (_name(sign, name) for parts in SIGNS.values() for name, (sign, _) in parts.items())
        return max(hint, 12 + max(self.fontMetrics().horizontalAdvance(name) for name in names))


def _name(sign: str, name: str) -> str:
    """What a part is called in the table."""
    return f"{sign} {name}" if name != sign else sign


class MomentPanel(QWidget):
    """A table of what every part of the cell got from the input and from memory, and below what becomes of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = heading("Click a unit at a moment", "A cell of the picture: a row is a unit, a column a moment")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        headings = ("", "input", "state", "bias", "sum", "value")
        tips = (
            "Part of the cell",
            "x W: what the letter or value read now contributes",
            "h U: what the state of the moment before contributes",
            "b: what is added always",
            "The three together",
            "The sum, squashed by σ (from 0 to 1) or tanh (from −1 to 1)",
        )
        self.table = _Parts(headings, tips, "numbers of the unit at this moment")
        self.table.setMinimumHeight(3 * ROW)
        self.formulas = (FormulaView(size=15.0), FormulaView(size=15.0))
        column(self.title, (self.table, 1), *self.formulas, spacing=3, inside=self)

    def clear(self, words: str = "Click a unit at a moment") -> None:
        """Say what to do."""
        self.title.setText(words)
        self.table.setRowCount(0)
        for formula in self.formulas:
            formula.set_formula("")

    def show_moment(self, title: str, cell: str, moment: Moment) -> None:
        """Show these numbers."""
        self.title.setText(title)
        signs = SIGNS[cell]
        self.table.setRowCount(len(moment.gates))
        for line, (name, (given, memory, bias, value)) in enumerate(moment.gates.items()):
            sign, squash = signs[name]
            inner = given + memory + bias
            if cell == "gru" and name == "candidate":  # r · (h U + b′)
                inner = given + moment.gates["reset"][3] * memory + bias
            texts = [figure(each, 2) for each in (given, memory, bias, inner)]
            self.table.write(line, [_name(sign, name), *texts, figure(value, 2)])
            item = self.table.item(line, 0)
            assert item is not None
            item.setToolTip(as_tip(f"{sign} = {squash}(sum)"))
        for formula, latex in zip(self.formulas, (*_formulas(cell, moment), ""), strict=False):
            formula.set_formula(latex)


def _formulas(cell: str, moment: Moment) -> tuple[str, ...]:
    """What becomes of the gates, in LaTeX with numbers."""

    def tex(value: float) -> str:
        return f"{value:.2f}"

    def signed(value: float) -> str:
        return tex(value) if value >= 0 else rf"\left({tex(value)}\right)"

    value = {name: numbers[3] for name, numbers in moment.gates.items()}
    h = tex(moment.after[0])
    if cell == "rnn":
        given, memory, bias, _ = moment.gates["state"]
        return (rf"h=\tanh\left({tex(given)}+{signed(memory)}+{signed(bias)}\right)={h}",)
    if cell == "gru":
        z, n, before = value["update"], value["candidate"], moment.before[0]
        return (rf"h=(1-z)\,n+z\,h'=(1-{tex(z)})\cdot{signed(n)}+{tex(z)}\cdot{signed(before)}={h}",)
    i, f, o, g = (value[name] for name in ("input", "forget", "output", "candidate"))
    c = tex(moment.after[1])
    return (
        rf"c=f\,c'+i\,g={tex(f)}\cdot{signed(moment.before[1])}+{tex(i)}\cdot{signed(g)}={c}",
        rf"h=o\,\tanh(c)={tex(o)}\cdot\tanh({c})={h}",
    )
