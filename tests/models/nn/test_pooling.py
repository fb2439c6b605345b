"""Pooling passes on the right number and sends the gradient to where it came from."""

import numpy as np
import pytest

from models.base import ConfigError
from models.nn.gradient_check import numerical_gradient, relative_error
from models.nn.pooling import AveragePool, MaxPool

SHAPES = [((2, 6, 6, 3), 2), ((1, 7, 9, 2), 3), ((3, 5, 8, 1), 2), ((2, 4, 4, 5), 4), ((2, 3, 3, 2), 1)]


@pytest.mark.parametrize(("shape", "size"), SHAPES)
@pytest.mark.parametrize("kind", [MaxPool, AveragePool])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_equals_pytorch(kind, shape, size, dtype):
    torch = pytest.importorskip("torch")
    layer = kind(size)
    rng = np.random.default_rng(0)
    x = rng.normal(size=shape).astype(dtype)
    out = layer.forward(x, training=True)
    gradient = rng.normal(size=out.shape).astype(dtype)
    below = layer.backward(gradient)

    theirs = torch.from_numpy(x.transpose(0, 3, 1, 2).copy()).requires_grad_()
    function = torch.nn.functional.max_pool2d if kind is MaxPool else torch.nn.functional.avg_pool2d
    expected = function(theirs, size)
    expected.backward(torch.from_numpy(gradient.transpose(0, 3, 1, 2).copy()))
    np.testing.assert_allclose(out.transpose(0, 3, 1, 2), expected.detach().numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(below.transpose(0, 3, 1, 2), theirs.grad.numpy(), rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(out, layer.forward(x))
    assert out.shape[1:] == layer.output_shape(shape[1:])


@pytest.mark.parametrize(("shape", "size"), SHAPES)
@pytest.mark.parametrize("kind", [MaxPool, AveragePool])
def test_gradients_are_those_of_central_differences(kind, shape, size):
    layer = kind(size)
    rng = np.random.default_rng(1)
    x = rng.normal(size=shape)
    direction = rng.normal(size=layer.forward(x).shape)
    layer.forward(x, training=True)
    below = layer.backward(direction)
    numeric = numerical_gradient(lambda: float((layer.forward(x) * direction).sum()), x)
    assert relative_error(below, numeric) <= 1e-6


def test_one_of_equal_numbers_gets_the_whole_gradient():
    layer = MaxPool(2)
    x = np.ones((1, 4, 4, 2), np.float32)
    layer.forward(x, training=True)
    below = layer.backward(np.ones((1, 2, 2, 2), np.float32))
    expected = np.zeros((4, 4))
    expected[::2, ::2] = 1
    np.testing.assert_array_equal(below[0, :, :, 0], expected)


def test_inference_between_forward_and_backward_changes_nothing():
    rng = np.random.default_rng(0)
    layer, x = MaxPool(2), rng.normal(size=(2, 4, 4, 3))
    out = layer.forward(x, training=True)
    kept, gradient = out.copy(), rng.normal(size=out.shape)
    expected = layer.backward(gradient).copy()
    layer.forward(-x)
    np.testing.assert_array_equal(out, kept)
    np.testing.assert_array_equal(layer.backward(gradient), expected)


def test_pooling_to_nothing_is_refused_with_the_sizes():
    with pytest.raises(ConfigError, match=r"4×4 would leave nothing of a 3×5 map"):
        MaxPool(4).output_shape((3, 5, 1))
    with pytest.raises(ConfigError, match="height, width, channels"):
        MaxPool(2).output_shape((16,))
