"""Words from outside are shown letter for letter, because nothing in the window could show them otherwise."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtGui import Qt
from PySide6.QtWidgets import QLabel

import ui
from ui.plots.plot_base import Plot
from ui.widgets.plain import MarkupLabel, PlainLabel, as_lines, as_tip

HOSTILE = ["<img src='/dev/zero'>", "<b>bold</b>", "a < b <i>", "<qt>x", "&lt;b&gt;<u>", "two\nlines <b>x</b>", "R&D"]
SOURCES = sorted(Path(ui.__file__).parent.rglob("*.py"))
OURS = "ui/widgets/plain.py"


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_shows_every_letter(qtbot, text):
    label, reference = PlainLabel(text), QLabel("x" * len(text))
    qtbot.addWidget(label)
    qtbot.addWidget(reference)
    assert label.text() == text
    assert label.textFormat() == Qt.TextFormat.PlainText
    metrics = label.fontMetrics()
    longest = max(metrics.horizontalAdvance(line) for line in text.split("\n"))
    assert label.sizeHint().width() >= longest  # all of its letters have room: none was taken for markup


@pytest.mark.parametrize("text", HOSTILE)
def test_a_tooltip_shows_every_letter(qtbot, text):
    for tip in (as_tip(text), as_lines([text])):
        label = QLabel(tip)  # as Qt's own tooltip is one: it decides by the look of the text
        qtbot.addWidget(label)
        shown = label
        shown.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        shown.setSelection(0, len(text))
        if Qt.mightBeRichText(tip):
            assert shown.selectedText().replace("\u2028", "\n") == text
        else:
            assert tip == text
    assert as_tip("a plain word") == "a plain word"


def test_markup_of_our_own_is_still_shown_as_such(qtbot):
    label = MarkupLabel()
    qtbot.addWidget(label)
    label.setText("h<sub>3</sub>")
    assert label.sizeHint().width() < label.fontMetrics().horizontalAdvance("h<sub>3</sub>")


def test_axes_and_legends_of_plots_show_every_letter(qtbot):
    plot = Plot("<b>height</b>", "a<img src='/nowhere'>b")
    qtbot.addWidget(plot)
    plot.add_legend()
    plot.plot([0, 1], [0, 1], name="<i>loss</i>")
    texts = {item.toPlainText().strip() for item in plot.scene().items() if hasattr(item, "toPlainText")}
    assert {"<b>height</b>", "a<img src='/nowhere'>b", "<i>loss</i>"} <= texts
    plot.x_axis.set_label("<u>width</u>")
    assert plot.x_axis.label.toPlainText().strip() == "<u>width</u>"


def _calls(source: Path):
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func).rpartition(".")[2]


def _written_here(node: ast.expr) -> bool:
    """Whether a text stands in the code as it is, or is made fit to be shown."""
    if isinstance(node, ast.Constant):
        return True
    if isinstance(node, ast.IfExp):
        return _written_here(node.body) and _written_here(node.orelse)
    if isinstance(node, ast.BinOp):
        return _written_here(node.left) and _written_here(node.right)
    if isinstance(node, ast.Name):
        return node.id.isupper()
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("as_tip", "as_lines")


def test_no_label_is_made_that_decides_by_the_look_of_its_text():
    forbidden = {"QLabel", "QTextEdit", "QTextBrowser", "QErrorMessage", "QGraphicsTextItem", "TextItem", "LabelItem"}
    found = [
        f"{source}:{node.lineno}: {name}"
        for source in SOURCES
        if not source.as_posix().endswith(OURS)
        for node, name in _calls(source)
        if name in forbidden
    ]
    assert not found, "use PlainLabel (ui/widgets/plain.py)"


def test_every_tooltip_is_written_in_the_code_or_made_plain():
    found = []
    for source in SOURCES:
        for node, name in _calls(source):
            text = None
            if name in ("setToolTip", "setWhatsThis"):
                text = node.args[-1]
            elif (name == "setItemData" and "ToolTipRole" in ast.unparse(node)) or name == "showText":
                text = node.args[1]
            elif name == "addRow" and len(node.args) == 2 and "ayout" not in ast.unparse(node.args[0]):
                text = node.args[0]  # a form makes a label of its own of it
            if text is not None and not _written_here(text):
                found.append(f"{source}:{node.lineno}: {ast.unparse(text)}")
    assert not found, "wrap it: as_tip(…) (ui/widgets/plain.py)"
