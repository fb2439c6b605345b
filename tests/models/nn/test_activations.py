"""Every activation: its derivative by central differences, the same as PyTorch's, and safe at the ends of the scale."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from models.nn.activations import ACTIVATIONS, Softmax
from models.nn.gradient_check import numerical_gradient, relative_error

NAMES = list(ACTIVATIONS)


def away_from_kinks(shape, seed=0):
    """Numbers between 0.1 and 3 in size, of both signs: a nudge of 1e-5 does not cross a kink at 0."""
    rng = np.random.default_rng(seed)
    return rng.uniform(0.1, 3.0, shape) * rng.choice([-1.0, 1.0], shape)


@pytest.mark.parametrize("name", NAMES)
def test_backward_is_the_central_difference(name):
    layer = ACTIVATIONS[name]()
    x = away_from_kinks((4, 5))
    weights = np.random.default_rng(1).normal(size=x.shape)
    layer.forward(x, training=True)
    analytic = layer.backward(weights)
    numeric = numerical_gradient(lambda: float((layer.function(x) * weights).sum()), x)
    assert relative_error(analytic, numeric) <= 1e-6


@pytest.mark.parametrize("name", [name for name in NAMES if name != "softmax"])
def test_derivative_from_the_output_is_the_slope(name):
    layer = ACTIVATIONS[name]
    x = away_from_kinks(50)
    slope = (layer.function(x + 1e-6) - layer.function(x - 1e-6)) / 2e-6
    np.testing.assert_allclose(layer.derivative(layer.function(x)), slope, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_finite_and_silent_for_any_finite_input(name, dtype):
    x = np.array([[-3e38, -1e4, -100, -1, 0, 1, 100, 1e4]], dtype)
    layer = ACTIVATIONS[name]()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        y = layer.forward(x, training=True)
        gradient = layer.backward(np.ones_like(x))
    assert y.dtype == gradient.dtype == dtype
    assert np.isfinite(y).all()
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize("name", NAMES)
def test_prediction_neither_remembers_nor_shares_memory(name):
    layer = ACTIVATIONS[name]()
    x = away_from_kinks((3, 4))
    kept = layer.forward(x, training=True)
    before = kept.copy()
    y = layer.forward(-x)
    assert not np.shares_memory(y, kept)
    np.testing.assert_array_equal(kept, before)
    np.testing.assert_array_equal(layer.backward(np.ones_like(x)), layer.backward(np.ones_like(x)))


@pytest.mark.parametrize("name", NAMES)
def test_matches_torch(name):
    torch = pytest.importorskip("torch")
    functions = {
        "identity": lambda t: t * 1.0,
        "sigmoid": torch.sigmoid,
        "bipolar_sigmoid": lambda t: 2 * torch.sigmoid(t) - 1,
        "tanh": torch.tanh,
        "relu": torch.relu,
        "leaky_relu": lambda t: torch.nn.functional.leaky_relu(t, 0.01),
        "softmax": lambda t: torch.softmax(t, -1),
    }
    x = away_from_kinks((6, 7), 2).astype(np.float32)
    gradient = np.random.default_rng(3).normal(size=x.shape).astype(np.float32)
    tensor = torch.tensor(x, requires_grad=True)
    expected = functions[name](tensor)
    expected.backward(torch.tensor(gradient))
    layer = ACTIVATIONS[name]()
    np.testing.assert_allclose(layer.forward(x, training=True), expected.detach().numpy(), rtol=2e-6, atol=1e-6)
    np.testing.assert_allclose(layer.backward(gradient), tensor.grad.numpy(), rtol=1e-5, atol=1e-6)


def test_softmax_sums_to_one_and_ignores_a_common_shift():
    x = np.random.default_rng(0).normal(size=(5, 10)) * 20
    y = Softmax.function(x)
    np.testing.assert_allclose(y.sum(axis=1), 1.0)
    np.testing.assert_allclose(Softmax.function(x + 1000.0), y, rtol=1e-9)


def test_known_values():
    zero = np.zeros(1)
    assert ACTIVATIONS["sigmoid"].function(zero)[0] == 0.5
    assert ACTIVATIONS["bipolar_sigmoid"].function(zero)[0] == 0.0
    assert ACTIVATIONS["sigmoid"].derivative(np.array([0.5]))[0] == 0.25
    assert ACTIVATIONS["bipolar_sigmoid"].derivative(zero)[0] == 0.5
