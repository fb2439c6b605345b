"""A pen's way becomes strokes: only what lies on the sheet, and nothing twice."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import DataError
from ui.canvas.pen_gesture import PenGesture, clip


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ((10, 10), (20, 20), ((10, 10), (20, 20), False)),
        ((-10, 10), (10, 10), ((0, 10), (10, 10), True)),
        ((140, -140), (140, 420), ((140, 0), (140, 280), True)),
        ((-10, 300), (290, 300), None),
        ((300, 0), (300, 280), None),
    ],
)
def test_the_part_of_a_way_on_the_sheet(start, end, expected):
    assert clip(start, end) == expected


def test_a_pen_put_down_is_a_dot():
    gesture = PenGesture("mouse", room=100)
    assert gesture.extend((50, 60))
    assert gesture.strokes == [[(50, 60)]]
    assert not gesture.extend((50.1, 60))  # it trembles
    assert gesture.strokes == [[(50, 60)]]


def test_leaving_the_sheet_ends_a_stroke_and_coming_back_begins_another():
    gesture = PenGesture("mouse", room=100)
    ink = [gesture.extend(point) for point in [(270, 50), (290, 50), (300, 150), (290, 250), (270, 250)]]
    assert ink == [True, True, False, False, True]
    assert gesture.strokes == [[(270, 50), (280, 50)], [(280, 250), (270, 250)]]


def test_a_gesture_may_begin_outside():
    gesture = PenGesture("mouse", room=100)
    assert not gesture.extend((-20, 100))
    assert gesture.extend((20, 100))
    assert gesture.strokes == [[(0, 100), (20, 100)]]


def test_a_full_sheet_is_said_and_takes_no_more():
    gesture = PenGesture("mouse", room=10)
    for x in range(9):
        assert gesture.extend((10 + 5 * x, 100))
    with pytest.raises(DataError, match="full"):
        gesture.extend((60, 100))
    assert sum(map(len, gesture.strokes)) == 9


def test_strokes_are_read_only_arrays():
    gesture = PenGesture("mouse", room=100)
    gesture.extend((1, 2))
    gesture.extend((30, 4))
    (stroke,) = gesture.finished_strokes()
    assert stroke.dtype == np.float32
    assert not stroke.flags.writeable
    np.testing.assert_array_equal(stroke, [(1, 2), (30, 4)])
