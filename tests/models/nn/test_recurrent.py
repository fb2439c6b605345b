"""Recurrent layers: gradients by central differences, equality to PyTorch, states that go on, units held by hand."""

from __future__ import annotations

import numpy as np
import pytest

from models.nn.embedding import Embedding
from models.nn.gradient_check import gradient_check, numerical_gradient, relative_error
from models.nn.gru import GRU
from models.nn.linear import Linear
from models.nn.losses import CrossEntropy, MeanSquaredError
from models.nn.lstm import LSTM
from models.nn.network import Network
from models.nn.recurrent import orthogonal, rows_summed
from models.nn.rnn import RNN

CELLS = (RNN, GRU, LSTM)
EYE = np.eye(5)


class Fixed:
    """Puts the carried state back before every forward pass, so that a loss can be asked for twice."""

    def __init__(self, layer, rng):
        self.layer, self.forward = layer, layer.forward
        self.states = {k: rng.normal(size=v.shape) for k, v in layer.buffers.items() if "carried" in k}

    def __call__(self, x, *, training=False):
        for name, array in self.states.items():
            self.layer.buffers[name][...] = array
        return self.forward(x, training=training)


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("symbols", [0, 5])
@pytest.mark.parametrize("streams", [0, 3])
@pytest.mark.parametrize("held", [False, True])
def test_gradients_are_those_of_central_differences(cell, symbols, streams, held):
    rng = np.random.default_rng(1)
    layers = [cell(4, symbols=symbols, streams=streams), cell(3), Linear(5)]
    network = Network(layers, (6,) if symbols else (6, 2), dtype=np.float64, rng=rng)
    if streams:
        layers[0].forward = Fixed(layers[0], rng)
    if held:
        for layer in layers[:2]:
            layer.buffers["free"][1], layer.buffers["held"][1] = 0.0, 0.3
    x = rng.integers(0, 5, (3, 6)) if symbols else rng.normal(size=(3, 6, 2))
    errors = gradient_check(network, CrossEntropy(), x, EYE[rng.integers(0, 5, (3, 6))])
    assert max(errors.values()) < 1e-6, errors


@pytest.mark.parametrize("cell", CELLS)
def test_the_gradient_of_the_inputs_too(cell):
    rng = np.random.default_rng(2)
    network = Network([cell(4), Linear(3)], (5, 2), dtype=np.float64, rng=rng)
    x, targets, loss = rng.normal(size=(2, 5, 2)), rng.normal(size=(2, 5, 3)), MeanSquaredError()
    _, gradient = loss(network.forward(x, training=True), targets)
    found = network.backward(gradient, need_input=True).copy()
    numeric = numerical_gradient(lambda: loss(network.forward(x, training=True), targets)[0], x)
    assert relative_error(found, numeric) < 1e-6


def test_an_embedding_is_a_product_with_one_hot_vectors():
    rng = np.random.default_rng(3)
    network = Network([Embedding(5, 3), RNN(4), Linear(5)], (6,), dtype=np.float64, rng=rng)
    x = rng.integers(0, 5, (3, 6))
    assert max(gradient_check(network, CrossEntropy(), x, EYE[x]).values()) < 1e-6
    weight = network.layers[0].parameters["weight"]
    assert np.allclose(network.layers[0].forward(x), EYE[x] @ weight)


def test_symbols_are_one_hot_vectors():
    rng = np.random.default_rng(4)
    x = rng.integers(0, 5, (3, 6))
    by_row, by_product = (
        Network([GRU(4, symbols=symbols), Linear(5)], shape, dtype=np.float64, rng=np.random.default_rng(0))
        for symbols, shape in ((5, (6,)), (0, (6, 5)))
    )
    assert np.allclose(by_row.forward(x), by_product.forward(EYE[x]))


def test_rows_are_summed_by_symbol():
    rng = np.random.default_rng(5)
    symbols, rows, out = rng.integers(0, 7, 40), rng.normal(size=(40, 3)), np.full((8, 3), 9.0)
    rows_summed(symbols, rows, out=out)
    assert np.allclose(out, np.eye(8)[symbols].T @ rows)


@pytest.mark.parametrize("cell", CELLS)
def test_forward_and_gradients_are_those_of_pytorch(cell):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(6)
    units, inputs = 7, 3
    network = Network([cell(units)], (9, inputs), rng=rng)
    layer = network.layers[0]
    layer.parameters["bias"][...] = rng.normal(size=layer.parameters["bias"].shape)
    theirs = getattr(torch.nn, cell.__name__)(inputs, units, batch_first=True)
    # PyTorch's LSTM has the candidate before the output gate.
    order = [0, 1, 3, 2] if cell is LSTM else range(layer.gate_count)

    def turned(array):
        parts = np.split(np.asarray(array), layer.gate_count, axis=-1)
        return np.concatenate([parts[index] for index in order], axis=-1)

    hidden_bias = np.zeros(layer.gate_count * units, np.float32)
    if cell is GRU:
        layer.parameters["candidate_bias"][...] = rng.normal(size=units)
        hidden_bias[2 * units :] = layer.parameters["candidate_bias"]
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(torch.tensor(turned(layer.parameters["weight"]).T))
        theirs.weight_hh_l0.copy_(torch.tensor(turned(layer.parameters["recurrent"]).T))
        theirs.bias_ih_l0.copy_(torch.tensor(turned(layer.parameters["bias"])))
        theirs.bias_hh_l0.copy_(torch.tensor(hidden_bias))
    x = rng.normal(size=(4, 9, inputs)).astype(np.float32)
    blame = rng.normal(size=(4, 9, units)).astype(np.float32)
    given = torch.tensor(x, requires_grad=True)
    out, _ = theirs(given)
    (out * torch.tensor(blame)).sum().backward()
    close = {"rtol": 1e-4, "atol": 1e-5}
    np.testing.assert_allclose(network.forward(x, training=True), out.detach().numpy(), **close)
    found = network.backward(blame, need_input=True)
    np.testing.assert_allclose(found, given.grad.numpy(), **close)
    np.testing.assert_allclose(turned(layer.gradients["weight"]).T, theirs.weight_ih_l0.grad.numpy(), **close)
    np.testing.assert_allclose(turned(layer.gradients["recurrent"]).T, theirs.weight_hh_l0.grad.numpy(), **close)
    np.testing.assert_allclose(turned(layer.gradients["bias"]), theirs.bias_ih_l0.grad.numpy(), **close)
    if cell is GRU:
        theirs_bias = theirs.bias_hh_l0.grad.numpy()[2 * units :]
        np.testing.assert_allclose(layer.gradients["candidate_bias"], theirs_bias, **close)


@pytest.mark.parametrize("cell", CELLS)
def test_a_state_that_is_carried_makes_one_sequence_of_two(cell):
    rng = np.random.default_rng(7)
    x = rng.integers(0, 5, (3, 8))
    carrying = Network([cell(4, symbols=5, streams=3)], (4,), dtype=np.float64, rng=np.random.default_rng(0))
    whole = Network([cell(4, symbols=5)], (8,), dtype=np.float64, rng=np.random.default_rng(0))
    pieces = [carrying.forward(x[:, start : start + 4], training=True).copy() for start in (0, 4)]
    assert np.allclose(np.concatenate(pieces, axis=1), whole.forward(x))
    # Reading without training neither uses nor changes what is carried.
    before = {name: array.copy() for name, array in carrying.buffers().items()}
    assert np.allclose(carrying.forward(x), whole.forward(x))
    assert all(np.array_equal(before[name], array) for name, array in carrying.buffers().items())
    layer = carrying.layers[0]
    first, end = layer.go_on(x[:, :3])
    rest, _ = layer.go_on(x[:, 3:], end)
    assert np.allclose(np.concatenate([first, rest], axis=1), whole.forward(x))


@pytest.mark.parametrize("cell", CELLS)
def test_looking_inside_shows_what_the_formulas_say(cell):
    rng = np.random.default_rng(8)
    network = Network([cell(4)], (5, 2), dtype=np.float64, rng=rng)
    layer, x = network.layers[0], rng.normal(size=(1, 5, 2))
    seen = layer.unroll(x)
    assert np.allclose(seen.hidden, network.forward(x))
    before = np.concatenate([np.zeros((1, 1, 4)), seen.hidden[:, :-1]], axis=1)
    g = seen.gates
    if cell is LSTM:
        earlier = np.concatenate([np.zeros((1, 1, 4)), g["memory"][:, :-1]], axis=1)
        assert np.allclose(g["memory"], g["forget"] * earlier + g["input"] * g["candidate"])
        assert np.allclose(seen.hidden, g["output"] * np.tanh(g["memory"]))
    elif cell is GRU:
        assert np.allclose(seen.hidden, (1 - g["update"]) * g["candidate"] + g["update"] * before)
    for gate in set(g) - {"memory", "candidate"}:
        assert (g[gate] >= 0).all()
        assert (g[gate] <= 1).all()


@pytest.mark.parametrize("cell", CELLS)
def test_a_unit_that_is_held_stays_there(cell):
    network = Network([cell(4)], (5, 2), dtype=np.float64, rng=np.random.default_rng(9))
    layer, x = network.layers[0], np.random.default_rng(1).normal(size=(2, 5, 2))
    free = network.forward(x)
    layer.buffers["free"][2], layer.buffers["held"][2] = 0.0, 0.7
    held = network.forward(x)
    assert (held[:, :, 2] == 0.7).all()
    assert not np.allclose(held[:, 1:, 0], free[:, 1:, 0]), "the others hear of it at the next moment"
    layer.buffers["free"][2] = 1.0
    assert np.array_equal(network.forward(x), free)


def test_starts_that_remember():
    rng = np.random.default_rng(10)
    matrix = np.zeros((6, 6))
    orthogonal()(rng, matrix, 6, 6)
    assert np.allclose(matrix @ matrix.T, np.eye(6))
    for cell, gate in ((GRU, 1), (LSTM, 1)):
        for keep_for, low, high in ((0, 1, 1), (-1, 0, 0), (50, 0, np.log(49))):
            layer = Network([cell(64, keep_for=keep_for)], (5, 2), rng=rng).layers[0]
            bias = layer.parameters["bias"][gate * 64 : (gate + 1) * 64]
            assert low - 1e-6 <= bias.min() <= bias.max() <= high + 1e-6
            if keep_for == 50:
                assert bias.max() > 3
                if cell is LSTM:
                    assert np.array_equal(layer.parameters["bias"][:64], -bias)
