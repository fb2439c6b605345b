"""Curves, ghosts, legend and headline say the same of one step, and nothing of what means nothing now."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.registry import get_model
from playground.live.session import Session
from ui.plots.metrics.plot import MetricPlots
from ui.shell.history_view import HistoryView
from ui.shell.transport import RunBar


@pytest.fixture
def session(qapp):
    """Ten recorded steps, of which the seventh is shown; the held-out points were looked at after the fifth."""
    session = Session(get_model("boundary"))
    for step in range(1, 11):
        session.history.append({"loss": 1 / step})
    session.history.append_evaluation(5, {"held_out_accuracy": 0.9})
    session.status = replace(session.status, phase="paused", position=7, head=10)
    return session


def view(qtbot, session, meaningless=()):
    plots, bar = MetricPlots(session.model.metrics), RunBar(session.model)
    for widget in (plots, bar):
        qtbot.addWidget(widget)
    return HistoryView(session, plots, bar, lambda: meaningless), plots, bar


def test_all_show_the_same_step(session, qtbot):
    record, plots, bar = view(qtbot, session)
    record.draw()
    assert plots.cursor_step == 7
    assert record.known["loss"] == (7, 1 / 7)
    assert f"training batch loss {1 / 7:.4f}" in plots.readout
    assert bar.headline.text() == "held-out accuracy 90.0\u202f% at step 5"


def test_what_means_nothing_now_is_no_number_and_of_no_step(session, qtbot):
    record, plots, bar = view(qtbot, session, {"held_out_accuracy"})
    record.draw()
    assert bar.headline.text() == "held-out accuracy –"
    assert "held-out accuracy –" in plots.readout


def test_each_earlier_run_is_drawn_once_and_all_go_together(session, qtbot):
    _record, plots, _ = view(qtbot, session)
    session.ghosts = (session.history.rows(),)
    session.ghosts_changed.emit()
    session.ghosts_changed.emit()
    assert plots.ghost_labels() == ("earlier run",)
    session.ghosts = (*session.ghosts, session.history.rows(4))
    session.ghosts_changed.emit()
    assert plots.ghost_labels() == ("earlier run", "earlier future, from step 4")
    session.clear_ghosts()
    assert plots.ghost_labels() == ()


def test_while_it_trains_the_held_out_number_is_of_an_earlier_step(session, qtbot):
    record, _, _ = view(qtbot, session)
    assert record.measured_at() == 5  # at step 7, which has not been measured yet
    session.status = replace(session.status, position=5)
    assert record.measured_at() is None
    session.status = replace(session.status, phase="running")
    assert record.measured_at() == 5


def test_while_it_trains_the_headline_always_names_the_step_of_what_was_measured(session, qtbot):
    record, _, bar = view(qtbot, session)
    for position, words, grey in ((5, "at step 5", False), (6, "at step 5", True)):
        session.status = replace(session.status, phase="running", position=position, head=10, busy=True)
        record.show_known()
        assert bar.headline.text().endswith(words)
        assert bar.headline._muted == grey
    session.status = replace(session.status, phase="paused", position=5, busy=False)
    record.show_known()
    assert "at step" not in bar.headline.text()
