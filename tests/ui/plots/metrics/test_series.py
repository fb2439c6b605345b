"""A reduced curve loses no peak and no mean, in whatever pieces the values arrive."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from ui.plots.metrics.series import CAPACITY, Series


def run(n: int, seed: int = 0):
    rng = np.random.default_rng(seed)
    return np.arange(1, n + 1), np.exp(-np.arange(n) / 500) + 0.1 * rng.standard_normal(n)


def test_short_runs_are_kept_point_by_point():
    steps, values = run(100)
    series = Series()
    series.extend(steps, values)
    curve = series.curve()
    assert np.array_equal(curve.steps, steps)
    assert np.allclose(curve.mean, values)


@given(st.lists(st.integers(0, 3000), min_size=1, max_size=8))
@settings(max_examples=25, deadline=None)
def test_pieces_make_no_difference_and_nothing_is_lost(sizes):
    n = sum(sizes)
    steps, values = run(n)
    pieces, whole = Series(), Series()
    start = 0
    for size in sizes:
        pieces.extend(steps[start : start + size], values[start : start + size])
        start += size
    whole.extend(steps, values)
    a, b = pieces.curve(), whole.curve()
    assert np.array_equal(a.steps, b.steps)
    assert np.allclose(a.mean, b.mean)
    assert len(a.steps) <= CAPACITY
    if n:
        assert a.high.max() == max(values.max(), a.mean.max())
        assert a.low.min() == min(values.min(), a.mean.min())
        assert a.steps[-1] <= n


def test_a_single_peak_survives_a_million_steps():
    values = np.zeros(1_000_000)
    values[123_456] = 7.0
    series = Series()
    series.extend(np.arange(1, 1_000_001), values)
    curve = series.curve()
    assert CAPACITY // 2 <= len(curve.steps) <= CAPACITY
    assert curve.high.max() == 7.0
    assert abs(curve.steps[curve.high.argmax()] - 123_457) <= series.stretch


def test_noise_is_smoothed_and_a_clean_curve_is_left_alone():
    steps, values = run(20_000)
    noisy, clean = Series(), Series()
    noisy.extend(steps[-6000:] - 14_000, values[-6000:])
    clean.extend(steps, np.exp(-steps / 3000))
    assert noisy.curve().noisy
    assert noisy.curve().smooth.std() < 0.5 * noisy.curve().mean.std()
    assert not clean.curve().noisy


def test_values_that_are_not_finite_are_left_out():
    series = Series()
    series.extend(np.arange(4), np.array([1.0, np.nan, np.inf, 2.0]))
    assert series.curve().mean.tolist() == [1.0, 2.0]
    series.extend(np.array([5]), np.array([np.nan]))
    assert len(series.curve().steps) == 2


def test_an_empty_series_has_an_empty_curve():
    assert len(Series().curve().steps) == 0


def test_what_is_cut_apart_is_neither_joined_nor_averaged():
    series = Series()
    first, second = np.tile([1.0, 3.0], 100), np.tile([101.0, 103.0], 100)
    series.extend(np.arange(1, 401), np.concatenate([first, second]))
    joined = series.curve()
    assert joined.pieces() == [slice(0, 400)]
    series.cut((200.0,))
    curve = series.curve()
    assert curve.pieces() == [slice(0, 200), slice(200, 400)]
    assert joined.smooth[195:205].max() > 4  # the running mean has seen both sides
    assert curve.smooth[:200].max() <= 3
    assert curve.smooth[200:].min() >= 101
    series.cut((200.0, 400.0, 7000.0))
    assert series.curve().pieces() == curve.pieces()  # nothing has come after those yet


def test_cuts_hold_in_a_long_run_and_in_a_part_of_one():
    series = Series(first=100)
    series.extend(np.arange(100, 4000), np.ones(3900))
    series.cut((2000.0, 2000.5))
    (whole, rest) = series.curve().pieces()
    assert series.curve().steps[whole][-1] <= 2000 + series.stretch
    assert series.curve().steps[rest][0] > 2000


def test_a_curve_may_be_left_as_it_is():
    noise = np.random.default_rng(0).standard_normal(400)
    plain, averaged = Series(averaged=False), Series()
    for series in (plain, averaged):
        series.extend(np.arange(1, 401), noise)
    assert averaged.curve().noisy
    assert not plain.curve().noisy
