"""Cursor, legend and headline of a tab: they follow the step that is shown, and never say what is not true of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from waiting import settle

from models.hopfield.edits import Corrupt
from playground.engine import arithmetic
from ui.widgets.numbers import number


def steps(tab, qtbot, count: int) -> None:
    tab.session.step(count)
    settle(tab, qtbot)


def test_the_cursor_follows_a_replay(make, qtbot):
    tab = make("boundary")
    steps(tab, qtbot, 300)
    tab.session.seek(100)
    settle(tab, qtbot)
    assert tab.plots.cursor_step == 100
    tab.session.set_pace(200)
    tab.session.play()
    qtbot.waitUntil(lambda: (tab.plots.cursor_step or 0) > 120)
    step = tab.plots.cursor_step
    loss = tab.session.history.column("loss")[int(step) - 1]
    assert f"training batch loss {loss:.4f}" in tab.plots.readout
    tab.session.set_pace(None)
    qtbot.waitUntil(lambda: tab.session.status.position > 300)
    tab.session.pause()
    settle(tab, qtbot)
    assert tab.plots.cursor_step is None


def test_a_past_step_shows_the_held_out_number_measured_there_now(make, qtbot):
    tab = make("boundary")
    steps(tab, qtbot, 60)
    measured = tab.session.history.evaluation("held_out_accuracy")[0]
    last = int(measured[:-1][np.diff(measured) > 1][0])  # the next step was not looked at
    recorded = tab.session.history.rows()
    for step in (last, last + 1):
        tab.session.seek(step)
        settle(tab, qtbot)
        accuracy = tab.session.snapshot.measured["held_out_accuracy"]
        assert tab.run_bar.headline.text() == f"held-out accuracy {100 * accuracy:.1f}\u202f%"
        assert tab.record.known["held_out_accuracy"] == (step, accuracy)
    after = tab.session.history.evaluation("held_out_accuracy")
    assert np.array_equal(recorded.evaluations["held_out_accuracy"], after)


@pytest.mark.parametrize("name", ["bits", "hopfield", "mixture"])
def test_after_a_reset_there_are_no_numbers(make, qtbot, name):
    tab = make(name)
    steps(tab, qtbot, 4)
    label = tab.model.metrics[0].label
    assert tab.run_bar.headline.text().startswith(label)
    assert f"{label} –" not in tab.plots.readout
    tab.reset()
    settle(tab, qtbot)
    assert tab.run_bar.headline.text() == ""
    assert f"{label} –" in tab.plots.readout


def test_after_an_edit_the_recorded_numbers_are_not_shown(make, qtbot):
    tab = make("hopfield")
    steps(tab, qtbot, 100)
    recorded = tab.session.history.at(100)
    tab.session.edit(Corrupt(seed=3))
    settle(tab, qtbot)
    energy = tab.session.snapshot.energy
    assert energy != recorded["energy"]
    assert tab.run_bar.headline.text() == f"energy {number(energy)}"
    assert "pixels changed –" in tab.plots.readout
    assert tab.session.history.at(100) == recorded
    steps(tab, qtbot, 1)
    assert "pixels changed –" not in tab.plots.readout
    tab.session.seek(99)
    settle(tab, qtbot)
    assert "pixels changed –" not in tab.plots.readout


@pytest.mark.parametrize("name", ["bits", "hopfield", "mixture"])
def test_what_snapshots_say_is_what_steps_report(make, qtbot, name):
    tab = make(name)
    steps(tab, qtbot, 5)
    known, recorded = tab.record.known, tab.session.history.at(5)
    assert {metric: reading.value for metric, reading in known.items()} == pytest.approx(recorded)


def test_the_first_frame_of_a_run_shows_all_of_it_though_it_trains_already(make, qtbot):
    tab = make("digits")
    endless = tab.form.config().model_copy(update={"hidden": (8,), "epochs": 1000})
    frames = {}

    def look():
        frames.setdefault(tab.session.status.run_id, []).append(tab.turns.whole)

    tab.session.frame.connect(look)  # after the tab's own
    for _ in range(3):
        tab.session.reset(endless, play=True)
        qtbot.waitUntil(lambda: not all(frames.get(tab.session.status.run_id, [True])))
    assert len(frames) == 3
    assert all(seen[0] for seen in frames.values())


def test_progress_is_counted_once(make, qtbot):
    bits, hopfield, mixture = make("bits"), make("hopfield"), make("mixture")
    for tab in (bits, hopfield, mixture):
        tab.show()
        steps(tab, qtbot, 2)
    assert bits.run_bar.readout.text() == "step 2"  # an update each
    assert hopfield.run_bar.readout.text() == "sweep 0.0 · step 2"
    assert mixture.run_bar.readout.text() == "iteration 1 · step 2"  # an E-step and an M-step


def test_a_new_run_has_the_colours_of_a_first_run(make, qtbot):
    tab = make("digits")
    fresh = tab.tiles.level
    tab.tiles.set_images(np.full((1, 28, 28), 2 * fresh, np.float32))  # as after long training
    assert tab.tiles.level > fresh
    tab.reset()
    settle(tab, qtbot)
    assert tab.tiles.level == fresh


def test_what_went_wrong_before_a_run_was_built_stays_to_be_read(make, qtbot):
    """A window that was opened with a damaged file builds a run of its own, and the worker says so a little later."""
    tab = make("bits")
    settle(tab, qtbot)
    tab.reset()
    status = tab.session.status
    assert status.phase == "loading"
    tab.banner.say("The experiment could not be opened", "It is damaged.")
    tab.session.status_changed.emit(replace(status, moving=True))
    assert "damaged" in tab.banner.text
    settle(tab, qtbot, "untrained")
    assert "damaged" in tab.banner.text
    tab.reset()
    assert not tab.banner.text


@pytest.mark.parametrize("forged", [False, True])
def test_an_opened_file_says_how_exactly_its_numbers_repeat(make, qtbot, tmp_path, monkeypatch, forged):
    tab = make("bits")
    steps(tab, qtbot, 5)
    with monkeypatch.context() as elsewhere:
        if forged:
            other = arithmetic.here().model_copy(update={"kernel": "Abacus"})
            elsewhere.setattr(arithmetic, "here", lambda: other)
        with qtbot.waitSignal(tab.session.saved):
            tab.save_experiment(tmp_path / "run.npz")
    with qtbot.waitSignal(tab.told, check_params_cb=lambda words: words.startswith("Opened run.npz. ")) as told:
        tab.open_experiment(tmp_path / "run.npz")
    settle(tab, qtbot)
    assert ("about the 4th digit" in told.args[0]) == forged
    assert ("the same bits" in told.args[0]) != forged
    assert tab.banner.isVisible() == forged
    if forged:
        assert "Abacus" in tab.banner.accessibleDescription()
    assert tab.session.status.position == 5
