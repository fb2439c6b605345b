from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.base import ConfigError
from models.data.pictures.patterns import bits, random_patterns
from models.hopfield.fixed_points import fixed_points
from models.hopfield.storage import store


def test_the_library_has_14_fixed_points() -> None:
    found = fixed_points(store(bits().patterns, "hebb", "kept"), "up")
    assert len(found) == 14
    rows = {tuple(row) for row in found.tolist()}
    assert all(tuple(pattern) in rows for pattern in bits().patterns.tolist())


@pytest.mark.parametrize("seed", range(3))
def test_every_fixed_point_is_found_and_nothing_else(seed: int) -> None:
    weights = store(random_patterns(2, 7, np.random.default_rng(seed)))
    expected = [s for s in itertools.product((-1, 1), repeat=7) if (np.array(s) * (weights @ s) >= -1e-9).all()]
    assert [tuple(row) for row in fixed_points(weights).tolist()] == expected


def test_sixteen_neurons_are_the_limit() -> None:
    assert len(fixed_points(store(random_patterns(1, 16, np.random.default_rng(0))))) == 2
    with pytest.raises(ConfigError, match=r"2\^17"):
        fixed_points(np.zeros((17, 17)))
