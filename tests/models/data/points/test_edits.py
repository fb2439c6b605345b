"""What can be done to points by hand: the points after it, or a sentence."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError
from models.data.points.edits import AddPoint, MovePoint, Relabel, RemovePoints, SetPoints
from models.data.points.own import BY_HAND, OwnPoints, as_own
from models.data.points.sets import PointSet

PLACES = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])


def classes(**more):
    return PointSet(
        PLACES, np.array([0, 1, 1]), class_names=("a", "b"), held_out=np.array([False, True, False]), **more
    )


def values():
    return PointSet(PLACES, targets=np.array([0.5, 1.5, 2.5]), axis_names=("h", "w"))


@pytest.mark.parametrize("data", [classes(), values(), PointSet(PLACES)])
def test_points_come_move_and_go_with_all_that_belongs_to_them(data):
    after = RemovePoints((0,)).changed(MovePoint(2, 9.0, 8.0).changed(AddPoint(6.0, 7.0, 1, True).changed(data)))
    assert isinstance(after, OwnPoints)
    assert after.points.tolist() == [[2, 3], [9, 8], [6, 7]]
    assert (after.name, after.axis_names, after.class_names) == (BY_HAND, data.axis_names, data.class_names)
    assert (None if after.labels is None else after.labels.tolist()) == (None if data.labels is None else [1, 1, 1])
    assert (None if after.targets is None else after.targets.tolist()) == (
        None if data.targets is None else [1.5, 2.5, 1.0]
    )
    assert (None if after.held_out is None else after.held_out.tolist()) == (
        None if data.held_out is None else [True, False, True]
    )
    assert data.points.tolist() == PLACES.tolist()


def test_answers_change():
    assert Relabel((0, 2), 0).changed(classes()).labels.tolist() == [0, 1, 0]
    assert Relabel((0, 2), -3.5).changed(values()).targets.tolist() == [-3.5, 1.5, -3.5]


def test_others_in_their_place_keep_the_name_unless_they_bring_one():
    own = as_own(classes(), "a.csv")
    assert SetPoints(values()).changed(own).name == "a.csv"
    assert SetPoints(as_own(values(), "b.csv")).changed(own).name == "b.csv"
    assert SetPoints(values()).changed(classes()).name == BY_HAND
    assert SetPoints(values()).changed(own).axis_names == ("h", "w")


@pytest.mark.parametrize(
    ("edit", "data", "words"),
    [
        (MovePoint(3, 0, 0), classes(), "There are 3 points; there is none with number 4"),
        (RemovePoints((0, -1)), values(), "none with number 0"),
        (Relabel((3,), 0), classes(), "none with number 4"),
        (Relabel((0,), 2), classes(), "no class 3"),
        (Relabel((0,), 0.5), classes(), "no class 1.5"),
        (Relabel((0,), 1e9), values(), "±10,000"),
        (Relabel((0,), 0), PointSet(PLACES), "neither classes nor values"),
        (AddPoint(0, 0, np.nan), classes(), "no class"),
        (AddPoint(0, 0, np.nan), values(), "must be a number"),
        (AddPoint(0, 0), PointSet(np.zeros((2, 3))), "3 coordinates"),
        (MovePoint(0, 0, 0), PointSet(np.zeros((2, 1))), "1 coordinates"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(edit, data, words):
    with pytest.raises(ConfigError, match=words):
        edit.changed(data)
