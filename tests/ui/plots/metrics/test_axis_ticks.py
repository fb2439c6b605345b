"""Ticks and ranges are round, and nothing that should be seen lies outside them."""

from __future__ import annotations

import numpy as np
import pytest

from ui.plots.metrics.axis_ticks import round_range, step_ticks, ticks, value_ticks


def test_ticks_are_round_and_inside():
    assert ticks(0, 100, 5) == [0, 20, 40, 60, 80, 100]
    assert ticks(3, 4.2, 3) == pytest.approx([3.0, 3.5, 4.0])


def test_values_read_well():
    assert value_ticks(0, 1, 4, False, "%")[-1] == (1.0, "100 %")
    texts = [text for _, text in value_ticks(-2, 0.5, 6, True, "")]
    assert "0.01" in texts
    assert "1" in texts


def test_many_steps_are_counted_in_thousands():
    assert [text for _, text in step_ticks(0, 20_000, 2)] == ["0", "10k", "20k"]
    assert [text for _, text in step_ticks(0, 200, 2)] == ["0", "100", "200"]


@pytest.mark.parametrize("unit", ["", "%"])
@pytest.mark.parametrize("log", [False, True])
def test_a_round_range_holds_the_values(log, unit):
    rng = np.random.default_rng(0)
    for low, high in np.sort(rng.uniform(0, 1, (50, 2))):
        bottom, top = round_range(low, high, log, unit)
        assert bottom <= low < high <= top


def test_small_positive_values_are_seen_from_zero():
    assert round_range(0.3, 2.0, False, "")[0] == 0.0
    assert round_range(7.0, 8.0, False, "")[0] > 6.0


def test_a_constant_has_a_range_too():
    bottom, top = round_range(3.0, 3.0, False, "")
    assert bottom < 3.0 < top


@pytest.mark.parametrize("count", [0.3, 1.0, 1.6, 5.0])
@pytest.mark.parametrize("unit", ["", "%"])
@pytest.mark.parametrize("log", [False, True])
def test_there_are_always_two_ticks_at_least(count, unit, log):
    rng = np.random.default_rng(1)
    scale = 1 if unit == "%" else 200
    for low, high in np.sort(rng.uniform(0 if unit == "%" else -scale, scale, (50, 2))):
        if log:
            low, high = low / scale, high / scale
        marks = value_ticks(*round_range(low, high, log, unit), count, log, unit)
        assert len(marks) >= 2
        assert len({text for _, text in marks}) == len(marks)


def test_a_logarithmic_axis_has_marks_however_short_it_is():
    low, high = np.log10(1.23), np.log10(1.27)
    marks = value_ticks(low, high, 2, True, "")
    assert len(marks) >= 2
    assert all(low <= place <= high for place, _ in marks)


def test_numbers_below_zero_have_a_minus():
    assert [text for _, text in value_ticks(-120, 0, 3, False, "nats")] == ["−100 nats", "−50 nats", "0 nats"]
