"""Layers made of layers: the same mathematics as written out, parameters in one vector, names that tell the way."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError
from models.nn.activations import ReLU, Tanh
from models.nn.batchnorm import BatchNorm
from models.nn.conv import Conv2D
from models.nn.dropout import Dropout
from models.nn.flatten import Flatten
from models.nn.gradient_check import gradient_check, numerical_gradient, relative_error
from models.nn.initializers import normal
from models.nn.linear import Linear
from models.nn.losses import CrossEntropy, MeanSquaredError
from models.nn.nesting import Parallel, Residual, Sequential
from models.nn.network import Network
from models.nn.pooling import MaxPool


def linear(units):
    return Linear(units, normal(0, 0.6))


def built(layers, shape, dtype=np.float64):
    return Network(layers, shape, dtype=dtype, rng=np.random.default_rng(0))


NETWORKS = {
    "row": lambda: [Sequential([linear(5), Tanh()]), Sequential([]), linear(3)],
    "residual": lambda: [linear(4), Tanh(), Residual([linear(6), Tanh(), linear(4)]), linear(3)],
    "residual of one layer, first": lambda: [Residual(linear(6)), Tanh(), linear(3)],
    "residual without parameters, first": lambda: [Residual([Tanh()]), linear(3)],
    "concatenated": lambda: [Parallel([linear(4), [linear(3), Tanh()], []]), Tanh(), linear(3)],
    "added": lambda: [linear(4), Parallel([[linear(5), Tanh(), linear(4)], linear(4), []], "sum"), Tanh(), linear(3)],
    "one branch learns": lambda: [Parallel([[Tanh()], linear(2), []]), linear(3)],
    "three deep": lambda: [Residual([Parallel([Residual([linear(6), Tanh()]), linear(2)]), linear(6)]), linear(3)],
    "last": lambda: [linear(4), Tanh(), Parallel([[linear(3)], [Tanh(), linear(3)]], "sum")],
}


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_of_parameters_and_inputs_are_those_of_central_differences(name):
    rng = np.random.default_rng(1)
    network = built(NETWORKS[name](), (6,))
    x, targets, loss = rng.normal(size=(7, 6)), np.eye(3)[rng.integers(3, size=7)], CrossEntropy()
    errors = gradient_check(network, loss, x, targets)
    assert errors
    assert max(errors.values()) <= 1e-6

    def value():
        return loss(network.forward(x, training=True), targets)[0]

    gradient = loss(network.forward(x, training=True), targets)[1]
    below = network.backward(gradient, need_input=True).copy()
    with_input = network.gradients.copy()
    assert relative_error(below, numerical_gradient(value, x)) <= 1e-6
    gradient = loss(network.forward(x, training=True), targets)[1]
    assert network.backward(gradient) is None
    np.testing.assert_array_equal(network.gradients, with_input)
    np.testing.assert_allclose(network.forward(x), network.forward(x, training=True), rtol=1e-12)


def test_maps_and_averages_nest_too():
    """An inception block: filters of two sizes side by side, normalized, with pooling behind."""
    rng = np.random.default_rng(2)
    block = Parallel([[Conv2D(2, 3, padding=1), BatchNorm(), ReLU()], [Conv2D(3, 1), Tanh()], []])
    network = built(
        [block, MaxPool(2), Residual([Conv2D(7, 3, padding=1), BatchNorm(), Tanh()]), Flatten(), linear(2)], (4, 4, 2)
    )
    assert network.shapes == [(4, 4, 2), (4, 4, 7), (2, 2, 7), (2, 2, 7), (28,), (2,)]
    x, targets = rng.normal(size=(5, 4, 4, 2)), np.eye(2)[rng.integers(2, size=5)]
    errors = gradient_check(network, CrossEntropy(), x, targets)
    # Batch norm takes the mean of a bias in front of it away again: its gradient is 0, and so nothing but rounding.
    assert max(error for name, error in errors.items() if name not in ("0.0.0.bias", "2.0.bias")) <= 1e-6


def test_names_tell_the_way_and_decay_and_buffers_follow_them():
    network = built(
        [linear(2), Residual([linear(3), BatchNorm(), linear(2)]), Parallel([[Tanh(), linear(1)], BatchNorm()])], (2,)
    )
    names = [name for name, _ in network.named_parameters()]
    assert names == [
        "0.weight", "0.bias",
        "1.0.weight", "1.0.bias", "1.1.scale", "1.1.shift", "1.2.weight", "1.2.bias",
        "2.0.1.weight", "2.0.1.bias", "2.1.scale", "2.1.shift",
    ]  # fmt: skip
    flags = np.concatenate([np.full(view.size, name.endswith("weight")) for name, view in network.named_parameters()])
    np.testing.assert_array_equal(network.decayed, flags)
    assert sum(view.size for _, view in network.named_parameters()) == network.parameters.size
    assert all(np.shares_memory(view, network.parameters) for _, view in network.named_parameters())
    assert list(network.buffers()) == [
        "1.1.running_mean", "1.1.running_variance", "2.1.running_mean", "2.1.running_variance",
    ]  # fmt: skip


def test_a_nested_network_on_a_snapshot_predicts_the_same():
    def layers():
        return [linear(4), Residual([BatchNorm(), linear(4), Dropout(0.5, np.random.default_rng(0))]), linear(2)]

    network = built(layers(), (3,), np.float32)
    x = np.random.default_rng(1).normal(size=(6, 3)).astype(np.float32)
    for _ in range(3):
        network.forward(x, training=True)
    vector = network.parameters.copy()
    vector.flags.writeable = False
    buffers = {name: array.copy() for name, array in network.buffers().items()}
    np.testing.assert_array_equal(Network.on(vector, layers(), (3,), buffers).forward(x), network.forward(x))
    assert buffers["1.0.running_mean"].any()


def test_dropout_inside_draws_anew_in_training_and_its_gradient_is_that_of_its_mask():
    rng = np.random.default_rng(5)
    network = built([linear(5), Residual([Dropout(0.5, rng), linear(5)]), Dropout(0.3, rng), linear(2)], (4,))
    x, targets, loss = np.random.default_rng(1).normal(size=(6, 4)), np.zeros((6, 2)), MeanSquaredError()
    start = rng.bit_generator.state

    def value():
        rng.bit_generator.state = start  # the same masks at every look
        return loss(network.forward(x, training=True), targets)[0]

    value()
    network.backward(loss(network.forward(x), targets)[1])
    rng.bit_generator.state = start
    network.backward(loss(network.forward(x, training=True), targets)[1])
    assert relative_error(network.gradients, numerical_gradient(value, network.parameters)) <= 1e-6
    first = network.forward(x, training=True).copy()
    assert not np.array_equal(network.forward(x, training=True), first)


def test_blocks_equal_those_of_torch():
    torch = pytest.importorskip("torch")
    network = built([Residual([linear(3), ReLU(), linear(3)]), Parallel([linear(2), [ReLU()]])], (3,))
    x = np.random.default_rng(1).normal(size=(5, 3))
    tensors = {name: torch.tensor(view.copy(), requires_grad=True) for name, view in network.named_parameters()}
    h = torch.tensor(x, requires_grad=True)
    inside = torch.relu(h @ tensors["0.0.weight"] + tensors["0.0.bias"]) @ tensors["0.2.weight"] + tensors["0.2.bias"]
    y = h + inside
    z = torch.cat([y @ tensors["1.0.weight"] + tensors["1.0.bias"], torch.relu(y)], dim=1)
    z.square().sum().backward()
    out = network.forward(x, training=True)
    below = network.backward(2 * out, need_input=True)
    np.testing.assert_allclose(out, z.detach().numpy(), atol=1e-12)
    np.testing.assert_allclose(below, h.grad.numpy(), atol=1e-12)
    expected = np.concatenate([tensor.grad.numpy().ravel() for tensor in tensors.values()])
    np.testing.assert_allclose(network.gradients, expected, atol=1e-12)


def test_what_does_not_fit_is_refused_with_a_sentence():
    with pytest.raises(ConfigError, match=r"same shape: here \[3\] would become \[4\]"):
        built([Residual([linear(4)])], (3,))
    with pytest.raises(ConfigError, match=r"must have the same shape to be combined, but they are \[4\], \[3\]"):
        built([Parallel([linear(4), linear(3)], "sum")], (3,))
    with pytest.raises(ConfigError, match="up to the last axis"):
        built([Parallel([Conv2D(2, 3), Conv2D(2, 1)])], (4, 4, 1))
    with pytest.raises(ValueError, match="at least one"):
        Parallel([])
    shared = linear(3)
    with pytest.raises(ValueError, match="twice"):
        built([shared, Residual([shared])], (3,))
