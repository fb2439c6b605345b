"""The user's own points: what a change by hand leaves, and the way into a state and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.base import DataError
from models.data.points.own import BY_HAND, LONGEST_NAME, OwnPoints, as_own, described, edited, from_state, same_points
from models.data.points.sets import PointSet, make_points

PLACES = arrays(np.float64, st.tuples(st.integers(0, 9), st.just(2)), elements=st.floats(-1e100, 1e100))


def plain():
    return make_points("blobs", 4, 1.0, np.random.default_rng(0), 3)


@given(PLACES, st.booleans(), st.text(min_size=1, max_size=LONGEST_NAME), st.booleans())
def test_they_come_out_of_a_state_as_they_went_in(points, regression, name, table):
    count = len(points)
    answers = {"targets": points[:, 0]} if regression else {"labels": np.arange(count) % 2}
    held_out = np.arange(count) % 3 == 0
    numbers = {"centre": np.array([1.0, -2.0]), "scale": np.array([0.5, 3.0])} if table else {}
    own = OwnPoints(
        points, **answers, class_names=("a", "ü"), axis_names=("h", "w"), **numbers, name=name, table=table
    ).dealt(held_out)
    found = from_state(described(own))
    assert same_points(found, own)
    assert isinstance(found, OwnPoints)
    assert (found.name, found.table, found.class_names, found.axis_names) == (name, table, ("a", "ü"), ("h", "w"))
    for key in ("centre", "scale"):
        assert np.array_equal(getattr(found, key), numbers.get(key)) or key not in numbers


def test_points_of_a_data_set_are_not_ones_own_until_they_are_changed():
    data = plain()
    found = from_state(described(data))
    assert not isinstance(found, OwnPoints)
    changed = edited(found, found.points + 1, labels=found.labels)
    assert (changed.name, changed.table, changed.class_names) == (BY_HAND, False, ("A", "B", "C"))
    again = edited(as_own(data, "a.csv", table=True), data.points, labels=data.labels)
    assert (again.name, again.table) == ("a.csv", True)
    assert again.truth is data.truth


def test_marks_stay_with_their_points():
    marks = np.arange(12) % 2 == 0
    own = as_own(plain()).dealt(marks)
    chosen = own.taken([3, 4, 0])
    assert chosen.held_out.tolist() == [False, True, True]
    np.testing.assert_array_equal(chosen.points, own.points[[3, 4, 0]])
    assert own.taken(marks).held_out.all()
    assert not same_points(own, own.dealt(~marks))
    assert not same_points(own, plain())


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"points": None}, "no “points”"),
        ({"points": np.zeros(3)}, "not a table"),
        ({"points": np.zeros((12, 2), np.float32)}, "not a table"),
        ({"points": np.full((12, 2), np.inf)}, "finite"),
        ({"words": np.frombuffer(b"{", np.uint8)}, "cannot be read"),
        ({"words": np.frombuffer(b'"own"', np.uint8)}, "cannot be read"),
        ({"words": np.frombuffer(b"[" * 100_000, np.uint8)}, "cannot be read"),
        ({"words": np.frombuffer(b'{"classes": [], "axes": [], "own": []}', np.uint8)}, "whose points"),
        ({"words": np.frombuffer(b'{"classes": [], "axes": [], "own": "a", "table": 1}', np.uint8)}, "whose points"),
        ({"centre": np.zeros(3), "scale": np.ones(3)}, "standardised with"),
        ({"answers": np.zeros(12, bool)}, "neither classes nor values"),
        ({"answers": np.zeros(3)}, "do not fit together"),
        ({"held_out": np.zeros(12)}, "which points are held out"),
    ],
)
def test_damaged_states_are_refused_in_words(change, words):
    data = as_own(plain(), "a.csv")
    state = described(data) | change
    with pytest.raises(DataError, match=words):
        from_state({name: array for name, array in state.items() if array is not None})


def test_a_state_of_an_earlier_version_says_less():
    data = plain().dealt(None)
    found = from_state({"points": data.points})
    np.testing.assert_array_equal(found.points, data.points)
    assert (found.class_names, found.axis_names, found.centre, type(found)) == ((), ("x", "y"), None, PointSet)
    assert (found.labels, found.targets, found.held_out) == (None, None, None)


def test_marks_and_names_that_do_not_fit_are_refused():
    with pytest.raises(DataError, match="12 points but 3 marks"):
        as_own(plain()).dealt(np.ones(3, bool))
    with pytest.raises(DataError, match="name"):
        OwnPoints(np.zeros((2, 2)), name="")
    assert len(as_own(PointSet(np.zeros((2, 2))), "x" * 999).name) == LONGEST_NAME
