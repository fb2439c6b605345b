"""What is said of a step is what was recorded there, unless the model that is shown knows better."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from models.base import Snapshot
from playground.engine.history import History
from ui.plots.metrics.reading import EditedSteps, Reading, readings


@dataclass(frozen=True)
class Picture(Snapshot):
    energy: float


@pytest.fixture
def history():
    history = History()
    history.append_evaluation(0, {"test": 0.1})
    for step in range(1, 11):
        history.append({"energy": -float(step), "flips": 1.0})
    history.append_evaluation(4, {"test": 0.4})
    return history


def test_held_out_numbers_tell_when_they_were_measured(history):
    assert readings(history, None, 7) == {"energy": (7, -7.0), "flips": (7, 1.0), "test": (4, 0.4)}
    assert readings(history, None, 3)["test"] == Reading(0, 0.1)
    assert readings(history, None, 0) == {"test": (0, 0.1)}


def test_the_model_that_is_shown_knows_best(history):
    assert readings(history, Picture(7, 0.0, -3.5), 7)["energy"] == Reading(7, -3.5)
    assert readings(history, Picture(6, 0.0, -3.5), 7)["energy"] == Reading(7, -7.0)  # a picture of another step


def test_after_an_edit_what_the_step_reported_is_no_longer_true(history):
    known = readings(history, Picture(7, 0.0, -3.5), 7, edited=True)
    assert known["energy"].value == -3.5
    assert np.isnan(known["flips"].value)
    assert known["test"] == Reading(4, 0.4)
    assert history.at(7)["flips"] == 1.0


class FakeSession(SimpleNamespace):
    """What an `EditedSteps` looks at of a session."""

    def __init__(self) -> None:
        status = SimpleNamespace(position=0, seeking=None, phase="paused")
        super().__init__(status=status, history=SimpleNamespace(branch=0), revision=0, config="settings")


@pytest.fixture
def session():
    return FakeSession()


def test_an_edit_belongs_to_the_step_at_rest(session):
    edited = EditedSteps()
    edited.note(session)
    session.status.position, session.revision = 5, 1
    edited.note(session)
    session.status.position = 6
    edited.note(session)
    assert (5 in edited, 6 in edited) == (True, False)


def test_a_setting_is_no_edit(session):
    edited = EditedSteps()
    edited.note(session)
    session.status.position, session.revision, session.config = 5, 1, "others"
    edited.note(session)
    assert 5 not in edited


def test_another_branch_has_a_record_of_its_own(session):
    edited = EditedSteps()
    edited.note(session)
    session.status.position, session.revision = 5, 1
    edited.note(session)
    session.status.position, session.revision, session.history.branch = 3, 2, 1
    edited.note(session)
    assert (5 in edited, 3 in edited) == (False, True)


def test_an_edit_under_way_waits_for_its_step(session):
    edited = EditedSteps()
    edited.note(session)
    session.status.position, session.status.seeking, session.revision = 9, 4, 1
    edited.note(session)
    session.status.position, session.status.seeking = 4, None
    edited.note(session)
    assert (9 in edited, 4 in edited) == (False, True)
