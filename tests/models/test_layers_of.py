"""What the settings say about a network's layers is what the network then has: for every preset of every model."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from models.bits.config import BitsConfig
from models.bits.trainer import BitsTrainer
from models.bits.truth_table import TruthTable
from models.boundary.config import BoundaryConfig
from models.boundary.data import load_points
from models.boundary.trainer import BoundaryTrainer
from models.cnn.config import CnnConfig
from models.colours.trainer import ColoursTrainer
from models.digits import DigitsConfig, mlp_layers
from models.nn.network import Network
from models.registry import get_model


@pytest.mark.parametrize("preset", get_model("boundary").presets)
def test_boundary_has_the_parameters_that_were_announced(preset):
    model = get_model("boundary")
    config = model.presets[preset].config
    assert model.layers_of is not None
    rows = model.layers_of(config, None)
    network = BoundaryTrainer(config, load_points(config)).network
    assert sum(row.parameters for row in rows) == network.parameters.size
    assert rows[-1].gives == network.output_shape
    assert [row.entry for row in rows] == [*range(len(config.hidden)), None]


@pytest.mark.parametrize("change", [{"network": "place-values"}, {"network": "first-network"}])
@pytest.mark.parametrize("bias", [False, True])
@pytest.mark.parametrize("table", ["original", "xor"])
def test_bits_has_the_parameters_that_were_announced(change, bias, table):
    model = get_model("bits")
    config = BitsConfig(**change, bias=bias, table=table, inputs=3, hidden=5)
    assert model.layers_of is not None
    snapshot = BitsTrainer(config, model.load(config)).snapshot()
    assert [row.parameters for row in model.layers_of(config, None)] == [each.size for each in snapshot.parameters]


def test_an_edited_table_counts_as_it_is():
    model = get_model("bits")
    assert model.layers_of is not None
    table = TruthTable(np.eye(3), np.zeros(3))
    assert model.layers_of(BitsConfig(network="first-network", hidden=2), table)[0].parameters == 6


@pytest.mark.parametrize("dropout", [0.0, 0.5])
@pytest.mark.parametrize("preset", get_model("cnn").presets)
def test_a_convolutional_network_has_the_parameters_that_were_announced(preset, dropout):
    model = get_model("cnn")
    config = model.presets[preset].config.model_copy(update={"dropout": dropout})
    assert isinstance(config, CnnConfig)
    assert model.layers_of is not None
    rows = model.layers_of(config, None)
    network = Network(config.architecture().layers, config.input_shape, rng=np.random.default_rng(0))
    assert sum(row.parameters for row in rows) == network.parameters.size
    assert rows[0].takes == config.input_shape
    for before, after in pairwise(rows):
        assert before.gives == after.takes
    assert [row.entry for row in rows].count(None) == 1 + (dropout > 0)


@pytest.mark.parametrize(("features", "inputs"), [("pixels", 784), ("edges", 392), ("pca", 50)])
def test_digits_has_the_parameters_that_were_announced(features, inputs):
    model = get_model("digits")
    config = DigitsConfig(features=features, hidden=(30, 20), dropout=0.1)
    assert model.layers_of is not None
    rows = model.layers_of(config, None)
    network = Network(mlp_layers(config, 10), (inputs,), rng=np.random.default_rng(0))
    assert sum(row.parameters for row in rows) == network.parameters.size
    assert [(row.takes, row.gives) for row in rows] == [((inputs,), (30,)), ((30,), (20,)), ((20,), (10,))]


@pytest.mark.parametrize("preset", get_model("colours").presets)
def test_colours_has_the_parameters_that_were_announced(preset):
    model = get_model("colours")
    config = model.presets[preset].config
    assert model.layers_of is not None
    data = model.load(config)
    network = ColoursTrainer(config, data).network
    for own in (None, data):
        rows = model.layers_of(config, own)
        assert sum(row.parameters for row in rows) == network.parameters.size
        assert rows[-1].gives == network.output_shape
        assert [row.entry for row in rows] == [*range(len(config.hidden)), None]


def test_own_points_say_how_many_classes_there_are():
    model = get_model("boundary")
    assert model.layers_of is not None
    config = BoundaryConfig(dataset="own", classes=2, loss="cross_entropy")
    assert model.layers_of(config, load_points(config.model_copy(update={"classes": 5})))[-1].gives == (5,)
