from __future__ import annotations

import numpy as np
import pytest

from models.nn.initializers import INITIALIZERS

FAN_IN, FAN_OUT = 400, 300


@pytest.mark.parametrize(
    ("name", "mean", "deviation", "largest"),
    [
        ("normal", 0.1, 0.3, np.inf),
        ("uniform", 0.1, 0.3 / np.sqrt(3), 0.4),
        ("xavier", 0.0, np.sqrt(2 / (FAN_IN + FAN_OUT)), np.sqrt(6 / (FAN_IN + FAN_OUT))),
        ("he", 0.0, np.sqrt(2 / FAN_IN), np.inf),
    ],
)
def test_mean_and_spread(name, mean, deviation, largest):
    weights = np.empty((FAN_IN, FAN_OUT), np.float32)
    INITIALIZERS[name](0.1, 0.3)(np.random.default_rng(0), weights, FAN_IN, FAN_OUT)
    error = deviation / np.sqrt(weights.size)
    assert abs(weights.mean() - mean) < 5 * error
    assert weights.std() == pytest.approx(deviation, rel=0.02)
    assert np.abs(weights).max() <= largest * (1 + 1e-6)


@pytest.mark.parametrize("name", INITIALIZERS)
def test_same_seed_same_bits(name):
    first, second = np.empty((2, 5, 4), np.float32)
    for weights in (first, second):
        INITIALIZERS[name](0.0, 1.0)(np.random.default_rng(7), weights, 5, 4)
    np.testing.assert_array_equal(first, second)
