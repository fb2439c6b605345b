"""Shape and parameters of every layer are said where it is chosen, and follow every change before it is applied."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.registry import get_model
from tests.ui.waiting import settle
from ui.form.controls import List
from ui.form.shapes import brief, total
from ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.mark.parametrize(("name", "setting"), [("digits", "hidden"), ("boundary", "hidden"), ("cnn", "layers")])
def test_every_layer_says_what_it_comes_to(window: MainWindow, qtbot, name, setting):
    tab = window.show_tab(name)
    settle(tab, qtbot)
    layers = get_model(name).layers_of(tab.form.config(), None)
    row = tab.form.rows[setting]
    assert row.layers.isVisible()
    assert total(layers) in row.layers.text()
    for layer in layers:
        assert brief(layer) in row.layers.text() or any(brief(layer) == chip.note.text() for chip in row.control.chips)
    for chip, layer in zip(row.control.chips, layers, strict=False):
        assert brief(layer).split("→")[0] in chip.field.accessibleDescription()
        assert "parameters" in chip.toolTip()


def test_a_change_is_counted_before_it_is_applied(window: MainWindow, qtbot):
    tab = window.show_tab("digits")
    settle(tab, qtbot)
    row = tab.form.rows["hidden"]
    assert "101\u202f770 parameters in all" in row.layers.text()
    assert isinstance(row.control, List)
    run = tab.session.status.run_id
    QTest.mouseClick(row.control.more, LEFT)
    assert row.layers.text().splitlines()[1].startswith("128→128 · 16\u202f512")
    assert "118\u202f282 parameters in all" in row.layers.text()
    row.control.items[1].selectAll()
    QTest.keyClicks(row.control.items[1], "10")
    QTest.keyClick(row.control.items[1], Qt.Key.Key_Return)
    assert "128→10 · 1\u202f290" in row.layers.text()
    assert tab.session.status.run_id >= run
    assert tab.session.status.head == 0


def test_the_two_small_networks_are_counted_too(window: MainWindow, qtbot):
    tab = window.show_tab("bits")
    settle(tab, qtbot)
    assert tab.form.rows["bits"].layers.text() == "8→1 · 8"
    tab.choose_preset("first-network")
    settle(tab, qtbot)
    assert tab.form.rows["hidden"].layers.text().splitlines() == ["4→4 · 16", "4→1 · 4", "20 parameters in all"]
    assert not tab.form.rows["bits"].layers.isVisible()
