from __future__ import annotations

import numpy as np
import pytest

from models.nn.gradient_check import gradient_check, numerical_gradient, relative_error
from models.nn.initializers import normal
from models.nn.linear import Linear
from models.nn.losses import MeanSquaredError
from models.nn.network import Network


@pytest.mark.parametrize("shape", [(5, 3), (4, 6, 3)], ids=["vectors", "sequences"])
def test_gradients_are_the_central_differences(shape):
    rng = np.random.default_rng(0)
    network = Network([Linear(4, normal(0, 1))], shape[1:], dtype=np.float64, rng=rng)
    x, targets = rng.normal(size=shape), rng.normal(size=(*shape[:-1], 4))
    errors = gradient_check(network, MeanSquaredError(), x, targets)
    assert set(errors) == {"0.weight", "0.bias"}
    assert max(errors.values()) <= 1e-6

    layer, weights = network.layers[0], rng.normal(size=targets.shape)
    layer.forward(x, training=True)
    analytic = layer.backward(weights)
    numeric = numerical_gradient(lambda: float((layer.forward(x) * weights).sum()), x)
    assert relative_error(analytic, numeric) <= 1e-6


def test_matches_torch():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(1)
    network = Network([Linear(7)], (5,), rng=rng)
    layer = network.layers[0]
    reference = torch.nn.Linear(5, 7)
    with torch.no_grad():
        reference.weight.copy_(torch.tensor(layer.parameters["weight"].T.copy()))
        reference.bias.copy_(torch.tensor(layer.parameters["bias"]))
    x = rng.normal(size=(6, 5)).astype(np.float32)
    g = rng.normal(size=(6, 7)).astype(np.float32)
    tensor = torch.tensor(x, requires_grad=True)
    expected = reference(tensor)
    expected.backward(torch.tensor(g))
    np.testing.assert_allclose(layer.forward(x, training=True), expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.backward(g), tensor.grad.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.gradients["weight"].T, reference.weight.grad.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(layer.gradients["bias"], reference.bias.grad.numpy(), rtol=1e-5, atol=1e-6)


def test_first_layer_may_skip_the_input_gradient_and_bias_may_be_left_out():
    network = Network([Linear(2, bias=False)], (3,), rng=np.random.default_rng(0))
    layer = network.layers[0]
    layer.forward(np.ones((4, 3), np.float32), training=True)
    assert layer.backward(np.ones((4, 2), np.float32), need_input=False) is None
    np.testing.assert_array_equal(layer.gradients["weight"], np.full((3, 2), 4.0))
    assert network.parameters.size == 6
