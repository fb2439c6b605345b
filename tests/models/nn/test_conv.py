"""The convolution equals its definition, PyTorch's, and its own central differences, for every way to tile it."""

import numpy as np
import pytest

from models.base import ConfigError
from models.nn import conv
from models.nn.conv import Conv2D, ConvEachMap, convolve, convolve_back
from models.nn.flatten import Flatten
from models.nn.gradient_check import gradient_check, numerical_gradient, relative_error
from models.nn.linear import Linear
from models.nn.losses import CrossEntropy
from models.nn.network import Network

CASES = [
    # shape (N, H, W, C), filters, kernel, stride, padding
    ((3, 9, 9, 1), 4, (5, 5), 1, 0),
    ((2, 8, 8, 3), 2, (3, 3), 1, 1),
    ((2, 11, 7, 2), 3, (3, 2), 2, 1),
    ((1, 12, 13, 2), 5, (4, 3), 3, 2),
    ((2, 5, 5, 2), 3, (5, 5), 1, 0),
    ((4, 6, 6, 3), 2, (1, 1), 1, 0),
    ((2, 9, 16, 2), 3, (2, 4), 1, 0),
    ((2, 10, 10, 1), 2, (2, 2), 3, 0),
]


def build(shape, filters, kernel, stride, padding, dtype=np.float64):
    layer = Conv2D(filters, kernel, stride=stride, padding=padding)
    Network([layer], shape[1:], dtype=dtype, rng=np.random.default_rng(1))
    layer.parameters["bias"][...] = np.random.default_rng(2).normal(size=filters)
    return layer


def padded(x, padding):
    return np.pad(x, ((0, 0), (padding, padding), (padding, padding), (0, 0)))


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), CASES)
def test_equals_the_plain_version_in_both_directions(shape, filters, kernel, stride, padding):
    layer = build(shape, filters, kernel, stride, padding)
    x = np.random.default_rng(0).normal(size=shape)
    weight, bias = layer.parameters["weight"], layer.parameters["bias"]
    expected = convolve(padded(x, padding), weight, bias, stride)
    close = {"rtol": 1e-12, "atol": 1e-12}
    np.testing.assert_allclose(layer.forward(x), expected, **close)
    np.testing.assert_allclose(layer.forward(x, training=True), expected, **close)
    assert expected.shape[1:] == layer.output_shape(shape[1:])

    gradient = np.random.default_rng(3).normal(size=expected.shape)
    of_images, of_weight, of_bias = convolve_back(padded(x, padding), weight, gradient, stride)
    inside = of_images[:, padding : padding + shape[1], padding : padding + shape[2]]
    for _ in range(2):  # also when the memory has been used before
        np.testing.assert_allclose(layer.backward(gradient), inside, **close)
        np.testing.assert_allclose(layer.gradients["weight"], of_weight, **close)
        np.testing.assert_allclose(layer.gradients["bias"], of_bias, **close)


def test_the_plain_version_is_the_sum_of_its_docstring():
    rng = np.random.default_rng(0)
    images, weight, bias = rng.normal(size=(2, 6, 5, 3)), rng.normal(size=(3, 2, 3, 4)), rng.normal(size=4)
    out = convolve(images, weight, bias, 2)
    assert out.shape == (2, 2, 2, 4)
    for n, y, x, f in np.ndindex(out.shape):
        terms = (images[n, 2 * y + i, 2 * x + j, c] * weight[i, j, c, f] for i, j, c in np.ndindex(3, 2, 3))
        assert out[n, y, x, f] == pytest.approx(bias[f] + sum(terms), abs=1e-12)


@pytest.mark.parametrize("tile", [1, 2, 3, 6])
def test_every_tile_gives_the_same(monkeypatch, tile):
    shape = (2, 8, 8, 2)
    x = np.random.default_rng(0).normal(size=shape)
    reference = build(shape, 3, (3, 3), 1, 0)
    out = reference.forward(x, training=True).copy()
    gradient = np.random.default_rng(1).normal(size=out.shape)
    below = reference.backward(gradient).copy()
    weight = reference.gradients["weight"].copy()

    monkeypatch.setattr(conv, "_plan", lambda *_: conv._Plan(6, 6, tile, tile + 2, 6 // tile, -(-(tile + 2) // tile)))
    layer = build(shape, 3, (3, 3), 1, 0)
    np.testing.assert_allclose(layer.forward(x, training=True), out, atol=1e-12)
    np.testing.assert_allclose(layer.backward(gradient), below, atol=1e-12)
    np.testing.assert_allclose(layer.gradients["weight"], weight, atol=1e-12)


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), CASES)
def test_gradients_are_those_of_central_differences(shape, filters, kernel, stride, padding):
    rng = np.random.default_rng(0)
    layers = [Conv2D(filters, kernel, stride=stride, padding=padding), Flatten(), Linear(3)]
    network = Network(layers, shape[1:], dtype=np.float64, rng=rng)
    x = rng.normal(size=shape)
    targets = np.eye(3)[rng.integers(0, 3, shape[0])]
    assert max(gradient_check(network, CrossEntropy(), x, targets).values()) <= 1e-6

    loss = CrossEntropy()
    _, gradient = loss(network.forward(x, training=True), targets)
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    numeric = numerical_gradient(lambda: loss(network.forward(x), targets)[0], x)
    assert relative_error(gradient, numeric) <= 1e-6


@pytest.mark.parametrize(("shape", "filters", "kernel", "stride", "padding"), CASES)
def test_equals_pytorch(shape, filters, kernel, stride, padding):
    torch = pytest.importorskip("torch")
    layer = build(shape, filters, kernel, stride, padding, np.float32)
    x = np.random.default_rng(0).normal(size=shape).astype("f4")
    out = layer.forward(x, training=True)
    gradient = np.random.default_rng(1).normal(size=out.shape).astype("f4")
    below = layer.backward(gradient)

    theirs = torch.from_numpy(x.transpose(0, 3, 1, 2).copy()).requires_grad_()
    weight = torch.from_numpy(layer.parameters["weight"].transpose(3, 2, 0, 1).copy()).requires_grad_()
    bias = torch.from_numpy(layer.parameters["bias"].copy()).requires_grad_()
    expected = torch.nn.functional.conv2d(theirs, weight, bias, stride=stride, padding=padding)
    expected.backward(torch.from_numpy(gradient.transpose(0, 3, 1, 2).copy()))
    close = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(out.transpose(0, 3, 1, 2), expected.detach().numpy(), **close)
    np.testing.assert_allclose(below.transpose(0, 3, 1, 2), theirs.grad.numpy(), **close)
    np.testing.assert_allclose(layer.gradients["weight"].transpose(3, 2, 0, 1), weight.grad.numpy(), **close)
    np.testing.assert_allclose(layer.gradients["bias"], bias.grad.numpy(), **close)


def test_inference_between_forward_and_backward_changes_nothing():
    shape = (2, 8, 8, 2)
    layer = build(shape, 3, (3, 3), 1, 1)
    rng = np.random.default_rng(0)
    x, other = rng.normal(size=shape), rng.normal(size=shape)
    out = layer.forward(x, training=True)
    gradient, kept = rng.normal(size=out.shape), out.copy()
    expected = layer.backward(gradient).copy()
    layer.forward(x, training=True)
    first = layer.forward(other)
    layer.forward(rng.normal(size=(5, 8, 8, 2)))
    np.testing.assert_array_equal(out, kept)
    np.testing.assert_array_equal(first, layer.forward(other))
    np.testing.assert_array_equal(layer.backward(gradient), expected)


def test_a_view_that_is_not_contiguous_is_read_right():
    layer = build((2, 6, 6, 2), 3, (3, 3), 1, 0)
    x = np.random.default_rng(0).normal(size=(2, 2, 6, 6)).transpose(0, 2, 3, 1)
    np.testing.assert_allclose(layer.forward(x), layer.forward(x.copy()), atol=1e-12)


def test_a_kernel_larger_than_the_map_is_refused_with_the_sizes():
    with pytest.raises(ConfigError, match=r"5×5 kernel is larger than the map.*4×4"):
        Conv2D(8, 5).output_shape((4, 4, 1))
    with pytest.raises(ConfigError, match="height, width, channels"):
        Conv2D(8, 5).output_shape((10,))


def test_he_start():
    layer = build((1, 9, 9, 8), 64, (5, 5), 1, 0)
    assert layer.parameters["weight"].std() == pytest.approx(np.sqrt(2 / 200), rel=0.05)


def test_each_map_equals_a_convolution_of_every_map_alone():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(3, 7, 7, 2))
    each = ConvEachMap(3, 3, padding=1)
    network = Network([each], x.shape[1:], dtype=np.float64, rng=rng)
    alone = Conv2D(3, 3, padding=1)
    Network.on(network.parameters, [alone], (7, 7, 1))
    maps = [alone.forward(x[..., i : i + 1]) for i in range(2)]
    np.testing.assert_allclose(each.forward(x), np.concatenate(maps, axis=-1), atol=1e-12)
    assert network.output_shape == (7, 7, 6)


def test_gradients_of_each_map_are_those_of_central_differences():
    rng = np.random.default_rng(0)
    layers = [Conv2D(2, 3), ConvEachMap(2, 3), Flatten(), Linear(3)]
    network = Network(layers, (8, 8, 1), dtype=np.float64, rng=rng)
    x, targets = rng.normal(size=(2, 8, 8, 1)), np.eye(3)[[0, 2]]
    assert max(gradient_check(network, CrossEntropy(), x, targets).values()) <= 1e-6


def test_an_axis_that_was_added_has_no_stride_to_trust():
    layer = build((3, 6, 6, 1), 2, (3, 3), 1, 0)
    x = np.random.default_rng(0).normal(size=(3, 6, 6))
    assert x[..., None].strides[-1] == 0
    np.testing.assert_array_equal(layer.forward(x[..., None]), layer.forward(x.copy().reshape(3, 6, 6, 1)))
