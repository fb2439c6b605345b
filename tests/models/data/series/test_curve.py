from __future__ import annotations

import numpy as np
import pytest

from models.base import DataError
from models.data.series.curve import Series
from models.data.series.made import MADE
from models.data.series.measured import FILES, measured


def test_the_end_is_held_out_and_the_scale_is_that_of_the_rest():
    series = Series(np.arange(100.0))
    assert series.train_count == 80
    assert series.standard[:80].mean() == pytest.approx(0, abs=1e-6)
    assert series.standard[:80].std() == pytest.approx(1, abs=1e-6)
    assert series.original(series.standard) == pytest.approx(series.values, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (np.ones(50), "constant"),
        (np.full(50, 1e8), "constant"),
        (np.arange(5.0), "at least 24"),
        ([*range(50), np.nan], "no numbers"),
        ([*range(50), 1e99], "too large"),
        (np.zeros((5, 5)), "at least 24"),
        (np.zeros(200_001), "at most 200,000"),
    ],
)
def test_what_cannot_be_learnt_is_refused_in_a_sentence(values, why):
    with pytest.raises(DataError, match=why):
        Series(values)


def test_a_series_that_changes_only_in_the_held_out_part_has_a_scale():
    values = np.zeros(100)
    values[90:] = 1
    assert np.isfinite(Series(values).standard).all()


@pytest.mark.parametrize("name", MADE)
def test_made_series_are_the_same_again(name):
    first, second = (MADE[name](300, np.random.default_rng(0)) for _ in range(2))
    assert np.array_equal(first, second)
    Series(first)


def test_measured_series():
    assert [len(measured(name)) for name in FILES] == [144, 2225, 309]
    assert measured("sunspots").values[:3].tolist() == [5, 11, 16]
    assert measured("co2").origin().digest
