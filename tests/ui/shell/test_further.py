"""A run that has used up its length goes on when the main button or Space is pressed, and says what that changes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from models.config import settings_of
from models.registry import MODELS, get_model
from playground.live.messages import Status
from ui.form.form import ConfigForm
from ui.shell.further import further
from ui.tabs.boundary.tab import BoundaryTab

LEFT = Qt.MouseButton.LeftButton


def ended(config, **others):
    return Status(1, "finished", **{"position": 100, "head": 100, "epoch": 10.0, "config": config, **others})


@pytest.mark.parametrize("name", [name for name in MODELS if get_model(name).length])
def test_the_length_is_a_live_whole_number_with_bounds(name):
    model = get_model(name)
    (length,) = [setting for setting in settings_of(model.config) if setting.name == model.length]
    assert (length.live, length.kind) == (True, "int")
    assert length.maximum is not None
    for preset in model.presets.values():
        reached = getattr(preset.config, model.length)
        more = further(model, preset.config, ended(preset.config, epoch=float(reached)))
        assert getattr(more.config, model.length) == min(2 * reached, length.maximum)
        assert preset.config.needs_rebuild(more.config) == frozenset()


def test_a_run_goes_on_only_where_its_length_has_ended_it():
    model = get_model("boundary")
    config = model.config(epochs=10)
    assert further(model, config, ended(config)).words == "epochs 10 → 20"
    assert further(model, config, ended(config, epoch=4.0)) is None  # a stop rule spoke
    assert further(model, config, replace(ended(config), phase="paused")) is None
    assert further(replace(model, length=""), config, ended(config)) is None
    most = model.config(epochs=100_000)
    assert further(model, most, ended(most, epoch=1e5)) is None
    shorter = config.model_copy(update={"epochs": 4})  # than it is already
    assert further(model, shorter, ended(shorter)).config.epochs == 20
    more = config.model_copy(update={"epochs": 30})  # the form has been changed already
    assert (further(model, more, ended(config)).config, further(model, more, ended(config)).words) == (more, "")


def test_a_schedule_that_is_stretched_is_announced():
    model = get_model("boundary")
    config = model.config(epochs=10, schedule="cosine", learning_rate=0.04)
    assert "cosine schedule" in (caution := further(model, config, ended(config)).caution)
    assert "rises from almost 0 to 0.02" in caution  # half-way down the longer wave
    assert further(model, model.config(epochs=10), ended(config)).caution == ""


@pytest.fixture
def tab(qtbot):
    model = get_model("boundary")
    config = model.config(epochs=3, schedule="cosine", hidden=(4,))
    tab = BoundaryTab(replace(model, presets={"short": replace(model.presets[model.default_preset], config=config)}))
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    tab.show()
    qtbot.waitUntil(lambda: tab.session.settled and tab.findChild(ConfigForm) is not None)
    yield tab
    tab.shutdown()
    tab.close()


def at_the_end(tab, qtbot):
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.phase == "finished")
    return tab.session.status


def test_the_main_button_trains_on(tab, qtbot):
    said = []
    tab.told.connect(said.append)
    button, place = tab.run_bar.train_button, tab.run_bar.train_button.geometry()
    qtbot.mouseClick(button, LEFT)
    first = at_the_end(tab, qtbot)
    assert (button.text(), button.isEnabled(), button.geometry()) == ("Train on", True, place)
    assert "epochs 3 → 6" in button.toolTip()
    assert "epochs 3 → 6" in said[-1]
    assert "cosine schedule" in said[-1]
    losses = tab.session.history.column("loss").copy()
    qtbot.mouseClick(button, LEFT)
    second = at_the_end(tab, qtbot)
    assert second.epoch == pytest.approx(2 * first.epoch)
    assert tab.form.config().epochs == second.config.epochs == 6
    assert any(words.startswith("Training …") and "cosine schedule" in words for words in said)
    assert (
        tab.session.history.column("loss")[: len(losses)] == losses
    ).all()  # an ordinary live change: nothing is lost
    tab.session.seek(first.head - 1)
    qtbot.waitUntil(lambda: tab.session.settled and tab.form.config().epochs == 3)  # and known to the timeline


def test_two_clicks_are_not_four_times_as_much(tab, qtbot):
    tab.toggle()
    at_the_end(tab, qtbot)
    for _ in range(2):
        tab.toggle()
    qtbot.waitUntil(lambda: tab.session.settled)
    assert tab.form.config().epochs == 6


def test_a_stop_rule_is_not_trained_past(tab, qtbot):
    config = tab.form.config().model_copy(update={"epochs": 400, "patience": 1, "improvement": 10.0})
    tab.form.set_config(config)
    tab.session.reset(config, play=True)
    at_the_end(tab, qtbot)
    assert tab.session.status.epoch < 400
    assert not tab.run_bar.train_button.isEnabled()
    assert "ended by itself" in tab.run_bar.train_button.toolTip()
