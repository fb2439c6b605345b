"""The line of layers is read, sized and refused as a person would expect."""

import itertools

import numpy as np
import pytest

from models.base import ConfigError
from models.cnn.line import build, check, parse_layers
from models.nn.network import Network


def line(text):
    return ", ".join(map(str, parse_layers(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("conv 8 5x5, pool 2", "conv 8 5x5, pool 2"),
        ("  Conv 8 5 ;\n max pool 2x2 , ", "conv 8 5x5, pool 2"),
        ("conv 4 3×5 stride 2 pad 1", "conv 4 3x5 pad 1 stride 2"),
        ("conv 2 3x3 on each map, average pool 3", "conv 2 3x3 each map, average pool 3"),
        ("batch norm, dropout .25, dense 10", "batchnorm, dropout 0.25, dense 10"),
        ("dropout 0.00001, dropout 0.12345678, dropout 0", "dropout 0.00001, dropout 0.12345678, dropout 0"),
        ("", ""),
    ],
)
def test_reads_and_writes(text, expected):
    assert line(text) == expected
    assert parse_layers(line(text)) == parse_layers(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("relu", "“relu” is no layer: write for example “conv 8 5x5”"),
        ("conv 0 5x5", "filters must be 1 to 512, not 0"),
        ("conv 8 5x5 pad 99", "padding must be 0 to 14"),
        ("dense 99999", "neurons must be 1 to 4096"),
        ("dropout 1", "is no layer"),
        (", ".join(["batchnorm"] * 21), "at most 20 layers"),
    ],
)
def test_refuses_what_it_cannot_read(text, message):
    with pytest.raises(ConfigError, match=message):
        parse_layers(text)


def test_sizes_are_worked_out():
    stages = check(parse_layers("conv 8 5x5, pool 2, conv 16 5x5, pool 2"), (28, 28, 1), 10)
    assert [stage.shape for stage in stages] == [(24, 24, 8), (12, 12, 8), (8, 8, 16), (4, 4, 16), (10,)]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("conv 8 5x5, pool 9, conv 3 9x9", r"Layer 3 \(conv 3 9x9\).*9×9 kernel.*2×2.*28×28×1 → conv 8 5x5 → 24×24×8"),
        ("pool 28, pool 2", r"Pooling 2×2 would leave nothing of a 1×1 map"),
        ("dense 5, conv 2 3x3", "needs maps"),
        ("dense 4096, dense 4096", "20,[0-9,]* weights; 5,000,000 is the most"),
        ("conv 64 5x5 pad 2, conv 64 5x5 pad 2", "multiplications; .* is the most"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_sizes(text, message):
    with pytest.raises(ConfigError, match=message):
        check(parse_layers(text), (28, 28, 1), 10)


@pytest.mark.parametrize("activation", ["relu", "tanh", "leaky_relu", "sigmoid"])
def test_the_activation_behind_the_pool_gives_what_it_gives_before_it(activation):
    from models.nn.activations import ACTIVATIONS

    rng = np.random.default_rng(0)
    architecture = build(parse_layers("conv 3 3x3, pool 2"), (8, 8, 1), 2, activation=activation)
    network = Network(architecture.layers, (8, 8, 1), rng=rng)
    kinds = [type(layer).__name__ for layer in architecture.layers]
    assert kinds == ["Conv2D", "MaxPool", ACTIVATIONS[activation].__name__, "Flatten", "Linear"]
    x = rng.normal(size=(2, 8, 8, 1)).astype("f4")
    conv, pool, bend = architecture.layers[:3]
    np.testing.assert_allclose(bend.forward(pool.forward(conv.forward(x))), pool.forward(bend.forward(conv.forward(x))))
    assert network.output_shape == (2,)


def test_every_hidden_layer_is_bent_exactly_once():
    text = "conv 4 3x3, average pool 2, conv 4 3x3, batchnorm, pool 2, dropout 0.1, dense 8, dense 6, dropout 0.2"
    architecture = build(parse_layers(text), (28, 28, 1), 10)
    kinds = [type(layer).__name__ for layer in architecture.layers]
    assert kinds.count("ReLU") == 4
    assert kinds[:8] == ["Conv2D", "ReLU", "AveragePool", "Conv2D", "BatchNorm", "MaxPool", "ReLU", "Dropout"]
    assert [stage.bends for stage in architecture.stages] == [
        True,
        False,
        False,
        True,
        True,
        False,
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    "text",
    [
        "conv 4 3x3, pool 2, batchnorm, dense 8",
        "conv 4 3x3, batchnorm, pool 2, batchnorm, dense 8",
        "conv 4 3x3, average pool 2, batchnorm, batchnorm, dense 8, batchnorm, dropout 0.2",
    ],
)
def test_a_stage_shows_what_the_network_passes_on(text):
    architecture = build(parse_layers(text), (8, 8, 1), 3, activation="tanh")
    network = Network(architecture.layers, (8, 8, 1), rng=np.random.default_rng(0))
    outputs = network.activations(np.random.default_rng(1).normal(size=(2, 8, 8, 1)).astype("f4"))
    for stage, following in itertools.pairwise(architecture.stages):
        shown = outputs[stage.layer]
        if stage.bends and following.spec.kind != "max_pool":  # else the network bends it behind the pool
            shown = np.tanh(shown)
        np.testing.assert_allclose(
            shown.ravel(), outputs[following.layer - 1].ravel(), rtol=1e-5, err_msg=str(stage.spec)
        )
