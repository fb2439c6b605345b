"""The history is complete, and a mirror that is fed rows now and then is equal to it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import DataError
from playground.history import History, HistoryRows


def fill(history: History, count: int) -> None:
    for _ in range(count):
        step = len(history) + 1
        history.append({"loss": 1 / step, "branch": float(history.branch)})
        if step % 5 == 0:
            history.append_evaluation(step, {"test": step / 2})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.integers(1, 3000), st.just("cut"), st.just("sync")), max_size=12), st.randoms())
def test_a_mirror_follows(moves, random):
    history, mirror = History(), History()
    for move in [*moves, "sync"]:
        if move == "cut":
            history.cut(random.randint(0, len(history)))
        elif move == "sync":
            start = len(mirror) if mirror.branch == history.branch else 0
            mirror.extend(history.rows(start))
        else:
            fill(history, move)
    assert len(mirror) == len(history)
    for name in history.names:
        assert np.array_equal(mirror.column(name), history.column(name))
    for ours, theirs in zip(mirror.evaluation("test"), history.evaluation("test"), strict=True):
        assert np.array_equal(ours, theirs)


def test_views_are_read_only_and_do_not_move():
    history = History()
    fill(history, 10)
    view = history.column("loss")
    fill(history, 5000)
    assert len(view) == 10
    with pytest.raises(ValueError, match="read-only"):
        view[0] = 1.0


def test_what_was_known_at_a_step():
    history = History()
    fill(history, 12)
    assert history.at(7) == {"loss": 1 / 7, "branch": 0.0, "test": 2.5}
    assert history.at(0) == {}


def test_gaps_and_ragged_columns_are_refused():
    with pytest.raises(DataError, match="gap"):
        History().extend(HistoryRows(0, 5, {"loss": np.zeros(3)}))
    with pytest.raises(DataError, match="differ in length"):
        History().extend(HistoryRows(0, 0, {"loss": np.zeros(3), "other": np.zeros(2)}))
