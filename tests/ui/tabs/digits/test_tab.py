"""The Digits tab: correct with a click, teach, see it, take it back; what was pointed out goes with its run."""

from __future__ import annotations

import numpy as np
import pytest
from hands import click_class, draw, press
from waiting import settle

from models.digits import DigitsConfig
from models.registry import get_model
from ui.tabs.digits.tab import DigitsTab
from ui.tryout import my_drawings as kept


@pytest.fixture
def tab(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "data_folder", lambda: tmp_path / "data")
    kept.my_drawings.cache_clear()
    tab = DigitsTab(get_model("digits"))
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    tab.show()
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    yield tab
    tab.shutdown()
    tab.close()
    kept.my_drawings.cache_clear()


def draw_one(tab, qtbot, lean):
    """A stroke down the middle."""
    canvas = tab.try_panel.pen_canvas
    canvas.clear()
    draw(canvas, *((0.5 + 0.02 * lean * y, 0.5 + 0.05 * y) for y in range(-5, 6)))
    tab.try_panel.refresh()


def test_correct_teach_undo(tab, qtbot):
    tab.session.step(60)
    settle(tab, qtbot, "paused")
    bars, panel = tab.try_panel.bars, tab.try_panel.teach
    for lean in (-2, -1, 0, 1):  # I write my nines as others write ones
        draw_one(tab, qtbot, lean)
        click_class(bars, "9")
    assert [example.label for example in panel.examples] == ["9"] * 4
    assert tab.try_panel.answer.probabilities[0].argmax() != 9
    before = tab.session.snapshot.parameters
    press(panel, "Teach")
    qtbot.waitUntil(lambda: not tab.teaching.busy)
    qtbot.waitUntil(lambda: not np.array_equal(tab.session.snapshot.parameters, before))
    assert tab.try_panel.answer.probabilities[0].argmax() == 9
    assert "9: " in bars.accessibleDescription()
    assert "other half judged: 0 %" in panel.report.text()
    assert tab.session.snapshot.step == 60
    press(panel, "Undo teaching")
    qtbot.waitUntil(lambda: np.array_equal(tab.session.snapshot.parameters, before))


def test_the_frame_of_a_unit_goes_with_its_run(tab, qtbot):
    tab.strip.picked.emit((0, 5))
    tab.session.step(1)
    settle(tab, qtbot, "paused")
    assert tab.tiles.highlight == {5}
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert not tab.tiles.highlight


def test_weights_that_are_no_picture_are_said_to_be_none(tab, qtbot):
    config = DigitsConfig(hidden=(8,), features="edges", epochs=1)
    tab.session.reset(config)
    settle(tab, qtbot, "untrained")
    assert "no picture" in tab.tiles.empty_text
    tab.grab()


def test_the_mistakes_say_of_which_step_they_are_while_it_trains(tab, qtbot):
    tab.session.reset(DigitsConfig(hidden=(8,), epochs=1000), play=True)
    qtbot.waitUntil(lambda: "at step" in tab.explorer.caption.text())
    tab.session.pause()
    settle(tab, qtbot, "paused")
    assert "at step" not in tab.explorer.caption.text()
    assert "mistakes" in tab.explorer.caption.text()
