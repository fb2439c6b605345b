"""+ and − on a drawn network try another one at once, and offer only what its settings allow."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.boundary.config import BoundaryConfig
from tests.ui.hands import button, press
from tests.ui.waiting import settle
from ui.shell.layer_steps import LayerSteps, other_layers
from ui.window.main_window import MainWindow


def test_what_has_one_entry_for_each_layer_grows_and_shrinks_with_them():
    config = BoundaryConfig(hidden=(8, 4), activation=("tanh", "relu"))
    more = other_layers(config, layers=1)
    assert more is not None
    assert (more.hidden, more.activation) == ((8, 4, 4), ("tanh", "relu", "relu"))
    less = other_layers(config, layers=-1)
    assert less is not None
    assert (less.hidden, less.activation) == ((8,), ("tanh",))


@pytest.mark.parametrize(
    ("hidden", "change"),
    [((), {"layers": -1}), ((8,) * 6, {"layers": 1}), ((1,), {"units": -1}), ((32,), {"units": 1})],
)
def test_nothing_is_offered_beyond_what_is_allowed(qtbot, hidden, change):
    config = BoundaryConfig(hidden=hidden)
    assert other_layers(config, **change) is None
    steps = LayerSteps()
    qtbot.addWidget(steps)
    steps.show_config(config)
    assert [each.isEnabled() for each in steps.buttons.values()].count(False) >= 1


@pytest.mark.parametrize("name", ["boundary", "digits"])
def test_a_press_starts_a_run_with_the_other_network(window: MainWindow, qtbot, name):
    tab = window.show_tab(name)
    settle(tab, qtbot)
    before, run = tab.session.config.hidden, tab.session.status.run_id
    press(tab, "one layer more")
    settle(tab, qtbot)
    assert tab.session.status.run_id > run
    assert tab.session.status.config.hidden == (*before, before[-1])
    assert tab.form.config().hidden == (*before, before[-1])
    fewer = button(tab, "fewer neurons in the last layer")
    fewer.setFocus()
    QTest.keyClick(fewer, Qt.Key.Key_Space)
    settle(tab, qtbot)
    assert tab.session.status.config.hidden[-1] < before[-1]
    assert tab.session.status.phase == "untrained"
