"""Zero is exactly neutral, signs have their own colour, and the scale keeps still."""

from __future__ import annotations

import numpy as np
import pytest

from ui.plots import colormaps
from ui.widgets import theme

THEMES = [theme.LIGHT, theme.DARK]


@pytest.mark.parametrize("colors", THEMES, ids=lambda t: t.name)
def test_diverging_table(colors):
    table = colormaps.diverging(colors)
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    centre = table[colormaps.CENTRE].astype(int)
    assert np.ptp(centre) <= 16  # grey
    assert table[1, 2] > table[1, 0]  # blue for negative
    assert table[255, 0] > table[255, 2]  # orange for positive
    lightness = colormaps.to_oklab(table / 255)[:, 0]
    for half in (lightness[128:0:-1], lightness[128:]):
        steps = np.diff(half) * (1 if colors.dark else -1)
        assert steps.min() > -0.004  # away from zero always further from the background


@pytest.mark.parametrize("colors", THEMES, ids=lambda t: t.name)
def test_one_sided_tables_are_monotone(colors):
    for table in (colormaps.sequential(colors), colormaps.gray(colors)):
        lightness = np.diff(colormaps.to_oklab(table / 255)[:, 0])
        assert (lightness > -0.004).all() or (lightness < 0.004).all()


def test_zero_is_the_neutral_entry_and_signs_are_symmetric():
    values = np.array([-2.0, -1.0, -0.5, -0.0, 0.0, 0.5, 1.0, 2.0, np.nan], np.float32)
    index = colormaps.diverging_index(values, 1.0)
    assert index.tolist() == [1, 1, 64, 128, 128, 192, 255, 255, 128]
    assert colormaps.diverging_index(values, 0.0)[0] == 128
    assert colormaps.sequential_index(np.array([-1.0, 0.0, 1.0, 5.0]), 1.0).tolist() == [0, 0, 255, 255]


def test_colors_of_single_numbers():
    neutral = colormaps.diverging_color(0.0)
    assert (neutral.red(), neutral.green(), neutral.blue()) == tuple(colormaps.diverging()[128])
    assert colormaps.sequential_color(0.0) != colormaps.sequential_color(1.0)


def test_symmetric_level_ignores_one_outlier():
    values = np.random.default_rng(0).standard_normal(5000)
    values[17] = 1e6
    assert 2.0 < colormaps.symmetric_level(values) < 4.0
    assert colormaps.symmetric_level(np.zeros(0)) == 0.0
    assert colormaps.symmetric_level(np.array([np.nan, np.inf, -2.0])) == 2.0


def test_held_level_does_not_flicker():
    held = colormaps.HeldLevel()
    assert held.update(0.0) == 1.0
    assert held.update(0.9) == 1.0
    assert [held.update(x) for x in (0.95, 1.05, 0.5, 1.2)] == [1.0] * 4
    assert held.update(1.4) == 1.5
    assert held.update(0.1) == pytest.approx(0.1)
    held.reset()
    assert held.update(3.5) == 4.0


def test_at_rest_a_level_does_not_depend_on_the_past():
    grown, fresh, reset = colormaps.HeldLevel(), colormaps.HeldLevel(), colormaps.HeldLevel()
    assert [grown.update(x) for x in (2.8, 3.3)] == [3.0, 3.0]
    with colormaps.settled():
        assert grown.update(3.3) == fresh.update(3.3) == 4.0
    assert grown.update(2.9) == 4.0  # held again
    reset.update(3.0)
    with colormaps.settled():
        assert reset.update(1.4) == 1.5


@pytest.mark.parametrize(("value", "nice"), [(0.013, 0.015), (1.0, 1.0), (7.0, 8.0), (9.5, 10.0), (0.3, 0.3)])
def test_nice_above(value, nice):
    assert colormaps.nice_above(value) == pytest.approx(nice)
