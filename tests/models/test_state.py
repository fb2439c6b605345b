"""What is declared about a run's state is all that decides whether a saved one is taken."""

from __future__ import annotations

import numpy as np
import pytest

from models.errors import DataError
from models.state import check, generator, generator_state, in_place, put, take

GOOD = generator_state(np.random.default_rng(5))


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (2, 0),  # an even increment: with zeros alone it would draw 0 for ever
        (4, 2),  # a half of a number is kept or not
        (5, 2**32),  # and has 32 bits
        (5, 2**64 - 1),
    ],
)
def test_numbers_that_no_generator_has_are_refused_before_anything_is_written(place, value):
    rng, weights = np.random.default_rng(0), np.zeros(3)
    fields = [in_place("weights", weights), generator("generator", rng)]
    before = generator_state(rng)
    numbers = GOOD.copy()
    numbers[place] = value
    with pytest.raises(DataError, match="The state of the random generator is damaged"):
        put(fields, check(fields, {"weights": np.ones(3), "generator": numbers}))
    np.testing.assert_array_equal(generator_state(rng), before)
    assert not weights.any()


def test_any_generator_that_has_drawn_is_taken():
    for seed in range(50):
        rng = np.random.default_rng(seed)
        rng.integers(7, size=seed, dtype=np.uint32)  # an odd number of them leaves half of a number behind
        saved = take([generator("generator", rng)])
        drawn = rng.random(5)
        other = np.random.default_rng(1000)
        fields = [generator("generator", other)]
        put(fields, check(fields, saved))
        np.testing.assert_array_equal(other.random(5), drawn)
