"""What a preset shows stands on a card while it runs: the question, what to watch, what happened."""

from __future__ import annotations

import pytest
from hands import change, press
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from waiting import settle

from models.base import Preset
from models.boundary.config import BoundaryConfig
from models.registry import MODELS

SMALL = BoundaryConfig(dataset="circles", points_per_class=20, hidden=(4,), epochs=3)


def choose(tab, qtbot, name: str) -> None:
    """Choose a preset from the list, with the keyboard."""
    box = tab.run_bar.presets
    box.setCurrentIndex(box.findData(name) - 1)
    QTest.keyClick(box, Qt.Key.Key_Down)
    settle(tab, qtbot)


def test_a_card_has_the_question_then_what_to_watch_then_what_happened(make, qtbot, monkeypatch):
    tab = make("boundary")
    card = tab.preset_card
    assert card.text == ""
    presets = {**tab.model.presets, "xor": Preset(SMALL, "Can it?", "the line bend")}
    monkeypatch.setitem(tab.model.presets, "xor", presets["xor"])
    choose(tab, qtbot, "xor")
    assert card.text == "Can it? Watch the line bend."
    assert tab.preset_card.accessibleDescription() == card.text
    tab.session.step(2)
    settle(tab, qtbot)
    assert card.text == "Can it? Watch the line bend."
    tab.toggle()
    settle(tab, qtbot, "finished")
    status = tab.session.status
    accuracy = tab.session.history.at(status.position)["held_out_accuracy"]
    qtbot.waitUntil(lambda: "What happened" in card.text)
    assert f"What happened: held-out accuracy {100 * accuracy:.1f}\u202f%" in card.text
    assert f"after step {status.position}." in card.text
    tab.session.seek(1)
    settle(tab, qtbot)
    assert "Watch" in card.text  # what is seen is not the end


def test_how_a_run_failed_is_said_until_it_goes_on(make, qtbot):
    tab = make("boundary")
    choose(tab, qtbot, "step-too-large")
    tab.toggle()
    settle(tab, qtbot, "failed")
    step = tab.session.status.position
    assert tab.preset_card.text.endswith(f"What happened: training stopped at step {step}.")
    tab.session.seek(0)
    settle(tab, qtbot)
    assert "Watch" in tab.preset_card.text


def test_it_goes_with_the_preset_and_comes_back_with_it(make, qtbot):
    tab = make("boundary")
    choose(tab, qtbot, "xor")
    question = tab.model.presets["xor"].description
    assert question in tab.preset_card.text
    tab.run_bar.dice.click()  # another seed is the same question
    settle(tab, qtbot)
    assert question in tab.preset_card.text
    tab.session.step(3)
    settle(tab, qtbot)
    change(tab, hidden=(3,))
    settle(tab, qtbot)
    assert question in tab.preset_card.text  # this run is still the preset's
    tab.reset()
    settle(tab, qtbot)
    assert tab.preset_card.text == ""
    tab.go_back()
    settle(tab, qtbot)
    assert question in tab.preset_card.text


def test_closed_it_stays_closed_until_the_next_choice(make, qtbot):
    tab = make("boundary")
    choose(tab, qtbot, "xor")
    before = tab.preset_card.height()
    press(tab, "close the card of the preset")
    assert not tab.preset_card.isVisible()
    assert tab.preset_card.text == ""
    tab.reset()
    settle(tab, qtbot)
    assert not tab.preset_card.isVisible()
    choose(tab, qtbot, "blobs")
    assert tab.preset_card.isVisible()
    assert tab.preset_card.height() == before <= 32


def test_nothing_moves_while_a_preset_runs_to_its_end(make, qtbot):
    tab = make("hopfield")
    choose(tab, qtbot, "library")
    place = tab.plots.mapTo(tab, tab.plots.rect().topLeft()), tab.preset_card.geometry()
    tab.toggle()
    settle(tab, qtbot, "finished")
    qtbot.waitUntil(lambda: "What happened" in tab.preset_card.text)
    assert (tab.plots.mapTo(tab, tab.plots.rect().topLeft()), tab.preset_card.geometry()) == place


@pytest.mark.parametrize("name", MODELS)
def test_the_end_of_the_line_is_seen_in_a_small_window(make, qtbot, name):
    tab = make(name)
    tab.resize(960, 460)
    for preset in tab.model.presets:
        tab.preset_card.begin(preset, tab.session.status)
        shown = tab.preset_card._text.shown()
        assert shown.endswith(tab.preset_card.text.split(" Watch ")[-1])
        assert len(shown) > 40
    assert tab.preset_card.width() <= 960
