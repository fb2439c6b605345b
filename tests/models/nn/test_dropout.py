from __future__ import annotations

import numpy as np
import pytest

from models.nn.dropout import Dropout


def test_inverted_dropout_keeps_the_expected_value_and_the_mask_of_the_forward_pass():
    layer = Dropout(0.2, np.random.default_rng(0))
    x = np.ones((400, 500), np.float32)
    y = layer.forward(x, training=True)
    assert set(np.unique(y)) == {np.float32(0.0), np.float32(1.25)}
    assert abs(float(y.mean()) - 1.0) < 0.005  # five standard errors: 5 · √(0.2/0.8) / √200,000
    np.testing.assert_array_equal(layer.backward(np.ones_like(x)), y)  # the same mask, and y is linear in x


def test_prediction_lets_everything_pass_and_draws_nothing():
    rng = np.random.default_rng(0)
    before = rng.bit_generator.state
    layer = Dropout(0.5, rng)
    x = np.ones((3, 4), np.float32)
    assert layer.forward(x) is x
    assert rng.bit_generator.state == before
    assert Dropout(0.5).forward(x) is x


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_gradient_for_a_fixed_mask(dtype):
    x = np.random.default_rng(1).normal(size=(6, 5)).astype(dtype)
    layer = Dropout(0.4, np.random.default_rng(2))
    y = layer.forward(x, training=True).copy()
    gradient = layer.backward(np.ones_like(x))
    assert gradient.dtype == dtype
    np.testing.assert_allclose(y, x * gradient)  # y = mask·x, so ∂y/∂x is the mask: exact, no differences needed


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2.0])
def test_impossible_rates_are_refused(rate):
    with pytest.raises(ValueError, match="dropout rate"):
        Dropout(rate)
