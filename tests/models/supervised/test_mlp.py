from __future__ import annotations

from typing import get_args

import numpy as np
import pytest
from pydantic import ValidationError

from models.config import explain, settings_of
from models.nn.activations import ACTIVATIONS
from models.nn.network import Network
from models.supervised.mlp import ACTIVATION_HELP, HiddenActivation, MLPConfig, OutputActivation, mlp_layers


def names(layers):
    return [type(layer).__name__ for layer in layers]


def test_layers_follow_the_config():
    config = MLPConfig(hidden=(20, 10), activation=("relu", "tanh"), dropout=0.5)
    layers = mlp_layers(config, 3)
    assert names(layers) == ["Linear", "ReLU", "Dropout", "Linear", "Tanh", "Dropout", "Linear"]
    network = Network(layers, (4,), rng=np.random.default_rng(0))
    assert network.parameters.size == 4 * 20 + 20 + 20 * 10 + 10 + 10 * 3 + 3
    assert names(mlp_layers(MLPConfig(hidden=(5, 6, 7), activation=("sigmoid",)), 2))[1::2] == ["Sigmoid"] * 3
    assert names(mlp_layers(MLPConfig(hidden=()), 2)) == ["Linear"]


def test_output_activation_is_only_for_squared_error():
    assert names(mlp_layers(MLPConfig(hidden=(), loss="mse", output_activation="sigmoid"), 2)) == ["Linear", "Sigmoid"]
    assert names(mlp_layers(MLPConfig(hidden=(), loss="cross_entropy", output_activation="sigmoid"), 2)) == ["Linear"]


def test_one_activation_or_one_for_each_layer():
    with pytest.raises(ValidationError) as caught:
        MLPConfig(hidden=(20, 10, 5), activation=("relu", "tanh"))
    assert "one for each of the 3, not 2" in explain(caught.value)


def test_choices_are_in_the_table_and_explained():
    offered = {*get_args(HiddenActivation), *get_args(OutputActivation)}
    assert offered == set(ACTIVATIONS) == set(ACTIVATION_HELP)


def test_network_settings_come_first_in_the_form():
    groups = list(dict.fromkeys(setting.group for setting in settings_of(MLPConfig)))
    assert groups[0] == "Network"
