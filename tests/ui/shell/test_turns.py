"""Parts take turns: nobody is forgotten, nobody comes twice in a frame, and the work of the frames is even."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.shell.turns import Turn, Turns


def frames(turns: Turns, parts: list[Turn], count: int) -> list[set[int]]:
    """Which parts are due in each of so many frames, by their place."""
    due = []
    for _ in range(count):
        turns.next_frame()
        due.append({place for place, turn in enumerate(parts) if turn.due})
    return due


def test_the_shells_three_turns_never_meet():
    turns = Turns()
    parts = [turns.turn(every) for every in (6, 3, 3)]
    turns.next_frame()  # the first shows everything
    assert all(len(due) <= 1 for due in frames(turns, parts, 60))


@given(st.lists(st.integers(1, 8), min_size=1, max_size=6))
def test_everybody_is_drawn_as_often_as_was_asked_for(intervals):
    turns = Turns()
    drawn = [0] * len(intervals)

    def draw(place: int) -> None:
        drawn[place] += 1

    for place, every in enumerate(intervals):
        turns.turn(every, lambda place=place: draw(place))
    turns.next_frame()
    turns.draw()
    for _ in range(840):  # a multiple of all intervals
        turns.next_frame()
        turns.draw()
    assert drawn == [1 + 840 // every for every in intervals]


@given(st.integers(2, 6), st.integers(1, 12))
def test_turns_that_are_equally_frequent_are_spread(every, count):
    turns = Turns()
    parts = [turns.turn(every) for _ in range(count)]
    turns.next_frame()
    busy = [len(due) for due in frames(turns, parts, every)]
    assert max(busy) - min(busy) <= 1


def test_what_comes_to_rest_is_shown_completely():
    turns, drawn = Turns(), []
    first, second = turns.turn(6, lambda: drawn.append("curves")), turns.turn(3)
    second.add(lambda: drawn.append("figures"), lambda: drawn.append("words"))
    for _ in range(3):
        turns.next_frame(everybody=True)
        turns.draw()
    assert drawn == 3 * ["curves", "figures", "words"]
    assert first.due
    assert second.due


def test_after_a_change_all_are_due_once():
    turns = Turns()
    parts = [turns.turn(every) for every in (6, 3, 3)]
    frames(turns, parts, 4)
    turns.all_in_the_next()
    first, second = frames(turns, parts, 2)
    assert first == {0, 1, 2}
    assert len(second) <= 1


@given(st.lists(st.integers(1, 8), max_size=4), st.integers(1, 6), st.integers(1, 4))
def test_the_costly_part_of_a_picture_comes_only_with_a_picture(others, every, seldom):
    turns = Turns()
    for other in others:
        turns.turn(other)
    picture = turns.turn(every)
    costly = turns.turn(seldom * every, among=picture)
    turns.next_frame()
    due = frames(turns, [picture, costly], 12 * seldom * every)
    assert sum(1 in each for each in due) == 12
    assert all(0 in each for each in due if 1 in each)


def test_a_frame_in_which_all_are_due_is_whole():
    turns = Turns()
    turns.turn(6)
    whole = []
    for everybody in (False, False, True, False):
        turns.next_frame(everybody=everybody)
        whole.append(turns.whole)
    assert whole == [True, False, True, False]


def test_a_part_is_drawn_in_every_frame_at_the_most():
    with pytest.raises(ValueError, match="every 0 frames"):
        Turns().turn(0)


def test_the_frames_of_a_part_are_frames_of_the_picture():
    turns = Turns()
    with pytest.raises(ValueError, match="drawn every 3 frames cannot be drawn every 4"):
        turns.turn(4, among=turns.turn(3))
