"""The timeline stays within its budget and always knows a checkpoint from which a step can be reached exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from toy import ToyConfig

from playground.engine.timeline import Checkpoint, Timeline


def checkpoint(step: int, size: int = 10, pinned: bool = False) -> Checkpoint:
    return Checkpoint(step, {"x": np.zeros(size)}, pinned)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.integers(1, 300), st.integers(2, 60))
def test_the_budget_holds_and_the_ends_stay(size, count, room):
    timeline = Timeline(ToyConfig(), budget=room * 80 * size)
    for step in range(count):
        timeline.add(checkpoint(step * 7, size))
    steps = [kept.step for kept in timeline.checkpoints]
    assert timeline.size == sum(kept.size for kept in timeline.checkpoints) <= max(room, 2) * 80 * size
    assert steps[0] == 0
    assert steps[-1] == (count - 1) * 7
    assert steps == sorted(set(steps))


def test_thinning_leaves_even_gaps():
    timeline = Timeline(ToyConfig(), budget=20 * 80)
    for step in range(1000):
        timeline.add(checkpoint(step))
    gaps = np.diff([kept.step for kept in timeline.checkpoints])
    assert gaps.max() <= 4 * 1000 / 20


def test_nearest_and_cut():
    timeline = Timeline(ToyConfig())
    with pytest.raises(LookupError):
        timeline.nearest(0)
    for step in (0, 10, 20, 30):
        timeline.add(checkpoint(step))
    assert [timeline.nearest(step).step for step in (0, 9, 10, 29, 99)] == [0, 0, 10, 20, 30]
    timeline.cut(20)
    assert timeline.nearest(99).step == 20
    assert timeline.size == 3 * 80


def test_pinned_checkpoints_go_last_and_are_never_bridged():
    timeline = Timeline(ToyConfig(), budget=4 * 80)
    timeline.add(checkpoint(0))
    timeline.add(checkpoint(5, pinned=True))
    for step in range(10, 100, 10):
        timeline.add(checkpoint(step))
    assert timeline.nearest(7).step == 5
    for step in range(101, 110):
        timeline.add(checkpoint(step, pinned=True))
    assert timeline.size <= 4 * 80
    for step in range(110):
        start = timeline.nearest(step).step
        assert start > step or not any(start < edit <= step for edit in timeline.edits)


def test_settings_by_step():
    first, second = ToyConfig(), ToyConfig(learning_rate=0.5)
    timeline = Timeline(first)
    timeline.change(30, second)
    assert timeline.config_at(29) is first
    assert timeline.config_at(30) is second
    timeline.change(30, first)
    assert timeline.config_at(31) is first
