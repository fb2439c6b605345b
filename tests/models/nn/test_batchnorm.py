"""Batch normalization equals PyTorch's while training and after it, with the full gradient."""

import numpy as np
import pytest

from models.nn.batchnorm import BatchNorm
from models.nn.conv import Conv2D
from models.nn.flatten import Flatten
from models.nn.gradient_check import gradient_check, numerical_gradient, relative_error
from models.nn.linear import Linear
from models.nn.losses import CrossEntropy
from models.nn.network import Network


def build(shape, dtype=np.float64):
    layer = BatchNorm()
    Network([layer], shape[1:], dtype=dtype, rng=np.random.default_rng(0))
    layer.parameters["scale"][...] = np.linspace(0.5, 1.5, shape[-1])
    layer.parameters["shift"][...] = np.linspace(-1, 1, shape[-1])
    return layer


@pytest.mark.parametrize("shape", [(8, 5), (4, 3, 3, 2)])
def test_equals_pytorch(shape):
    torch = pytest.importorskip("torch")
    layer = build(shape)
    theirs = torch.nn.BatchNorm1d(shape[-1], dtype=torch.float64)
    theirs.weight.data = torch.from_numpy(layer.parameters["scale"].copy())
    theirs.bias.data = torch.from_numpy(layer.parameters["shift"].copy())
    rng = np.random.default_rng(1)
    for _ in range(3):
        x = rng.normal(2, 3, shape)
        out = layer.forward(x, training=True)
        gradient = rng.normal(size=shape)
        below = layer.backward(gradient)
        other = torch.from_numpy(x.reshape(-1, shape[-1])).requires_grad_()
        expected = theirs(other)
        theirs.zero_grad()
        expected.backward(torch.from_numpy(gradient.reshape(-1, shape[-1])))
        np.testing.assert_allclose(out.reshape(-1, shape[-1]), expected.detach().numpy(), atol=1e-12)
        np.testing.assert_allclose(below.reshape(-1, shape[-1]), other.grad.numpy(), atol=1e-12)
        np.testing.assert_allclose(layer.gradients["scale"], theirs.weight.grad.numpy(), atol=1e-12)
        np.testing.assert_allclose(layer.gradients["shift"], theirs.bias.grad.numpy(), atol=1e-12)
    np.testing.assert_allclose(layer.buffers["running_mean"], theirs.running_mean.numpy(), atol=1e-12)
    np.testing.assert_allclose(layer.buffers["running_variance"], theirs.running_var.numpy(), atol=1e-12)
    theirs.eval()
    expected = theirs(torch.from_numpy(x.reshape(-1, shape[-1]))).detach().numpy()
    np.testing.assert_allclose(layer.forward(x).reshape(-1, shape[-1]), expected, atol=1e-12)


def test_gradients_are_those_of_central_differences():
    rng = np.random.default_rng(0)
    layers = [Conv2D(3, 3), BatchNorm(), Flatten(), Linear(2)]
    network = Network(layers, (5, 5, 2), dtype=np.float64, rng=rng)
    x, targets = rng.normal(size=(6, 5, 5, 2)), np.eye(2)[rng.integers(0, 2, 6)]
    errors = gradient_check(network, CrossEntropy(), x, targets)
    # The mean over the batch takes a bias in front of it away again: its gradient is 0, and so nothing but rounding.
    assert max(error for name, error in errors.items() if name != "0.bias") <= 1e-6

    layer = build((6, 4))
    x, direction = rng.normal(size=(6, 4)), rng.normal(size=(6, 4))
    layer.forward(x, training=True)
    below = layer.backward(direction)
    numeric = numerical_gradient(lambda: float((layer.forward(x, training=True) * direction).sum()), x)
    assert relative_error(below, numeric) <= 1e-6


def test_the_answer_for_one_image_does_not_depend_on_the_others():
    rng = np.random.default_rng(0)
    layer = build((8, 3))
    layer.forward(rng.normal(size=(8, 3)), training=True)
    before = {name: array.copy() for name, array in layer.buffers.items()}
    x = rng.normal(size=(4, 3))
    np.testing.assert_allclose(layer.forward(x)[:1], layer.forward(x[:1]), atol=1e-12)
    for name, array in layer.buffers.items():
        np.testing.assert_array_equal(array, before[name])
