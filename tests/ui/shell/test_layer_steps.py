"""+ and − on a drawn network try another one at once, and offer only what its settings allow."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.boundary.config import BoundaryConfig
from models.cnn.config import CnnConfig
from tests.ui.hands import button, press
from tests.ui.waiting import settle
from ui.shell.layer_steps import LayerSteps, other_layers
from ui.window.main_window import MainWindow


def test_what_has_one_entry_for_each_layer_grows_and_shrinks_with_them():
    config = BoundaryConfig(hidden=(8, 4), activation=("tanh", "relu"))
    more = other_layers(config, "layers", 1)
    assert more is not None
    assert (more.hidden, more.activation) == ((8, 4, 4), ("tanh", "relu", "relu"))
    less = other_layers(config, "layers", -1)
    assert less is not None
    assert (less.hidden, less.activation) == ((8,), ("tanh",))


@pytest.mark.parametrize(
    ("hidden", "change"),
    [((), ("layers", -1)), ((8,) * 6, ("layers", 1)), ((1,), ("units", -1)), ((32,), ("units", 1))],
)
def test_nothing_is_offered_beyond_what_is_allowed(qtbot, hidden, change):
    config = BoundaryConfig(hidden=hidden)
    assert other_layers(config, *change) is None
    steps = LayerSteps()
    qtbot.addWidget(steps)
    steps.show_config(config)
    assert not steps.buttons[change].isEnabled()


@pytest.mark.parametrize("name", ["boundary", "digits", "colours"])
def test_a_press_starts_a_run_with_the_other_network(window: MainWindow, qtbot, name):
    tab = window.show_tab(name)
    settle(tab, qtbot)
    if name == "colours":
        tab.views.show_view(2)
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


def test_a_convolutional_network_grows_by_what_fits(window: MainWindow, qtbot):
    tab = window.show_tab("cnn")
    settle(tab, qtbot)
    press(tab, "one layer more")
    settle(tab, qtbot)
    assert tab.session.status.config.layers == "conv 8 5x5, pool 2, conv 16 5x5, pool 2, conv 16 3x3"
    assert len(tab.network.stack.layers) == 7
    press(tab, "more neurons in the last layer")
    settle(tab, qtbot)
    assert tab.session.status.config.layers.endswith("conv 18 3x3")
    for _ in range(2):
        press(tab, "one layer less")
        settle(tab, qtbot)
    assert tab.form.config().layers == "conv 8 5x5, pool 2, conv 16 5x5"


def test_a_small_network_offers_what_it_can_vary(window: MainWindow, qtbot):
    tab = window.show_tab("bits")
    settle(tab, qtbot)
    press(tab, "one input less")
    settle(tab, qtbot)
    assert tab.session.status.config.bits == 7
    assert not any(each.isVisible() for key, each in tab.layer_steps.buttons.items() if key[0] != "inputs")
    tab.choose_preset("first-network")
    settle(tab, qtbot)
    press(tab, "fewer neurons in the last layer")
    settle(tab, qtbot)
    assert tab.session.status.config.hidden == 3
    assert not tab.layer_steps.buttons["inputs", 1].isVisible(), "the original table has four inputs"
    tab.choose_preset("xor")
    settle(tab, qtbot)
    press(tab, "one input more")
    settle(tab, qtbot)
    assert tab.session.status.config.inputs == 3
    assert tab.session.snapshot.table.bits == 3


@pytest.mark.parametrize("layers", ["", "pool 14", "dense 1", "conv 512 1x1", "batchnorm", "conv 1 1x1, dense 4096"])
@pytest.mark.parametrize("dial", ["layers", "units"])
@pytest.mark.parametrize("step", [-1, 1])
def test_what_is_offered_of_a_convolutional_network_is_always_one(layers, dial, step):
    config = CnnConfig(layers=layers)
    other = other_layers(config, dial, step)
    assert other is None or other.layers != layers
    assert other is not None or step < 0 or dial == "units" or "4096" in layers or "512" in layers
