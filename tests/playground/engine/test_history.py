"""The history is complete, and a mirror that is fed rows now and then is equal to it."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import DataError
from playground.engine import history as history_module
from playground.engine.history import History, HistoryRows


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


def test_the_record_of_evaluations_is_not_copied_to_be_looked_at():
    history = History()
    fill(history, 100)
    mirror = History()
    mirror.extend(history.rows())
    for each in (history, mirror):
        first, again = each.evaluation("test"), each.evaluation("test")
        assert all(np.shares_memory(one, other) for one, other in zip(first, again, strict=True))
        with pytest.raises(ValueError, match="read-only"):
            first[1][0] = 1.0
    before = mirror.evaluation("test")[1]
    fill(history, 100)
    mirror.extend(history.rows(100))
    assert np.shares_memory(mirror.evaluation("test")[1], before)  # only what is new was written
    assert mirror.evaluation("test")[0].tolist() == list(range(5, 201, 5))
    assert [len(part) for part in history.rows(198).evaluations["test"]] == [1, 1]


@given(st.integers(1, 600), st.integers(0, 600), st.integers(0, 600))
def test_rows_stay_as_they_are_whatever_is_recorded_afterwards(count, start, cut):
    history = History()
    fill(history, count)
    rows = history.rows(start)
    copies = {name: values.copy() for name, values in rows.columns.items()}
    evaluations = {name: (steps.copy(), values.copy()) for name, (steps, values) in rows.evaluations.items()}
    history.cut(min(cut, count))
    fill(history, 700)
    for name, values in rows.columns.items():
        assert not values.flags.writeable
        assert np.array_equal(values, copies[name])
    for name, pair in rows.evaluations.items():
        assert all(np.array_equal(now, then) for now, then in zip(pair, evaluations[name], strict=True))


def test_the_whole_record_is_handed_over_without_a_copy_and_a_part_does_not_keep_it_alive():
    history = History()
    fill(history, 1000)
    assert np.shares_memory(history.rows().columns["loss"], history.column("loss"))
    assert not np.shares_memory(history.rows(900).columns["loss"], history.column("loss"))


def test_a_second_look_at_a_step_replaces_the_first():
    history = History()
    fill(history, 10)
    rows = history.rows()
    history.append_evaluation(10, {"test": -1.0})
    assert [part.tolist() for part in history.evaluation("test")] == [[5, 10], [2.5, -1.0]]
    assert rows.evaluations["test"][1].tolist() == [2.5, 5.0]
    assert [len(part) for part in history.evaluation("never")] == [0, 0]


def test_a_metric_that_comes_later_has_no_values_before():
    mirror = History()
    mirror.extend(HistoryRows(0, 0, {"loss": np.arange(3.0)}))
    mirror.extend(HistoryRows(0, 2, {"other": np.ones(2)}))
    assert mirror.column("loss")[:2].tolist() == [0.0, 1.0]
    assert np.isnan(mirror.column("loss")[2:]).all()
    assert np.array_equal(mirror.column("other"), [np.nan, np.nan, 1.0, 1.0], equal_nan=True)


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


def by_csv_writer(history: History) -> str:
    """The table as Python's own writer makes it, a cell at a time."""
    records = [history.evaluation(name) for name in history.evaluation_names]
    measured = [dict(zip(steps.tolist(), values.tolist(), strict=True)) for steps, values in records]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["step", *history.names, *history.evaluation_names])
    for step in range(0 if any(0 in each for each in measured) else 1, len(history) + 1):
        row = [float(history.column(name)[step - 1]) if step else "" for name in history.names]
        writer.writerow([step, *row, *(each.get(step, "") for each in measured)])
    return text.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.floats(), max_size=40), st.dictionaries(st.integers(0, 40), st.floats(), max_size=9), st.integers(1, 9)
)
def test_the_table_has_the_same_text_in_pieces(values, measured, lines):
    history = History()
    for value in values:
        history.append({"loss": value, "first": -value})
    for step in sorted(measured):
        if step <= len(values):
            history.append_evaluation(step, {"test": measured[step]} | ({"late": 0.1} if step > 20 else {}))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history_module, "LINES", lines)
        pieces = list(history.csv())
    assert "".join(pieces) == by_csv_writer(history)
    assert all(piece.count("\n") <= lines for piece in pieces)
