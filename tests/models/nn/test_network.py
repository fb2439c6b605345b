from __future__ import annotations

import threading

import numpy as np
import pytest

from models.base import DataError
from models.nn.activations import ACTIVATIONS
from models.nn.dropout import Dropout
from models.nn.gradient_check import gradient_check
from models.nn.initializers import normal
from models.nn.linear import Linear
from models.nn.losses import LOSSES
from models.nn.network import Network


def mlp(activation="tanh", dropout=0.0):
    layers = []
    for units in (5, 4):
        layers += [Linear(units, normal(0, 0.7)), ACTIVATIONS[activation]()]
        if dropout:
            layers.append(Dropout(dropout, np.random.default_rng(3)))
    return [*layers, Linear(3, normal(0, 0.7))]


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_whole_network_passes_the_gradient_check(activation, loss):
    rng = np.random.default_rng(0)
    network = Network(mlp(activation), (6,), dtype=np.float64, rng=rng)
    x, targets = rng.normal(size=(7, 6)), np.eye(3)[rng.integers(3, size=7)]
    errors = gradient_check(network, LOSSES[loss](), x, targets)
    assert len(errors) == 6
    assert max(errors.values()) <= 1e-6


def test_layers_hold_views_into_one_vector():
    network = Network(mlp(), (6,), rng=np.random.default_rng(0))
    named = dict(network.named_parameters())
    assert sum(view.size for view in named.values()) == network.parameters.size
    assert all(np.shares_memory(view, network.parameters) for view in named.values())
    assert network.parameters.dtype == np.float32
    network.parameters.fill(0.0)
    assert not network.forward(np.ones((2, 6), np.float32)).any()
    # Decay marks weights and not biases, in the order of the flat vector.
    flags = np.concatenate([np.full(v.size, name.endswith("weight")) for name, v in named.items()])
    np.testing.assert_array_equal(network.decayed, flags)
    assert network.shapes == [(6,), (5,), (5,), (4,), (4,), (3,)]
    assert network.output_shape == (3,)


def test_a_network_on_a_read_only_vector_predicts_the_same_on_any_thread():
    trained = Network(mlp(dropout=0.3), (6,), rng=np.random.default_rng(0))
    vector = trained.parameters.copy()
    vector.flags.writeable = False
    x = np.random.default_rng(1).normal(size=(4, 6)).astype(np.float32)
    expected = trained.forward(x)
    answers = []

    def answer():
        answers.append(Network.on(vector, mlp(dropout=0.3), (6,)).forward(x))

    threads = [threading.Thread(target=answer) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    for y in answers:
        np.testing.assert_array_equal(y, expected)
    with pytest.raises(DataError, match="another shape"):
        Network.on(vector[:-1], mlp(), (6,))


def test_prediction_between_forward_and_backward_changes_nothing():
    rng = np.random.default_rng(0)
    network = Network(mlp(), (6,), rng=rng)
    x = rng.normal(size=(4, 6)).astype(np.float32)
    gradient = np.ones((4, 3), np.float32)
    network.forward(x, training=True)
    network.backward(gradient)
    expected = network.gradients.copy()
    network.forward(x, training=True)
    network.forward(-x)
    network.activations(x[:2])
    network.backward(gradient)
    np.testing.assert_array_equal(network.gradients, expected)


def test_activations_are_the_outputs_of_every_layer():
    network = Network(mlp(), (6,), rng=np.random.default_rng(0))
    x = np.ones((2, 6), np.float32)
    outputs = network.activations(x)
    assert [y.shape[1:] for y in outputs] == network.shapes[1:]
    np.testing.assert_array_equal(outputs[-1], network.forward(x))
    np.testing.assert_array_equal(outputs[1], np.tanh(outputs[0]))


def test_gradients_agree_with_torch_through_three_layers():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    network = Network(mlp("relu"), (6,), rng=rng)
    x = rng.normal(size=(8, 6)).astype(np.float32)
    targets = np.eye(3, dtype=np.float32)[rng.integers(3, size=8)]
    tensors = {name: torch.tensor(view.copy(), requires_grad=True) for name, view in network.named_parameters()}
    h = torch.tensor(x)
    for index in (0, 2, 4):
        h = h @ tensors[f"{index}.weight"] + tensors[f"{index}.bias"]
        h = torch.relu(h) if index < 4 else h
    loss = torch.nn.functional.cross_entropy(h, torch.tensor(targets))
    loss.backward()
    value, gradient = LOSSES["cross_entropy"]()(network.forward(x, training=True), targets)
    network.backward(gradient)
    assert value == pytest.approx(loss.item(), rel=1e-5)
    expected = np.concatenate([tensor.grad.numpy().ravel() for tensor in tensors.values()])
    np.testing.assert_allclose(network.gradients, expected, rtol=1e-4, atol=1e-6)
