"""The inspector: its formula gives the network's own answer, its gradient is confirmed by finite differences."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError
from models.boundary.config import BoundaryConfig
from models.boundary.data import features, load_points
from models.boundary.edits import SwitchNeuron
from models.boundary.maps import layer_outputs
from models.boundary.neuron import FORMULAS, inspect_neuron
from models.boundary.trainer import BoundaryTrainer
from models.data.points.edits import RemovePoints
from models.nn.activations import ACTIVATIONS


def trainer_of(**settings):
    config = BoundaryConfig(**{"hidden": (4, 3), "dataset": "xor"} | settings)
    trainer = BoundaryTrainer(config, load_points(config))
    for _ in range(20):
        trainer.step()
    return trainer


def test_every_activation_has_a_formula():
    assert FORMULAS.keys() == ACTIVATIONS.keys()


@pytest.mark.parametrize(
    "settings",
    [
        {"inputs": ("x", "y", "xy"), "dropout": 0.3},
        {"loss": "mse", "activation": ("sigmoid", "bipolar_sigmoid"), "output_activation": "sigmoid"},
        {"loss": "mse_sum", "learning_rate": 1e-3},
        {"dataset": "blobs", "classes": 4},
        {"dataset": "hills", "loss": "mse", "activation": ("leaky_relu",)},
    ],
)
def test_formula_and_gradient_are_right(settings):
    trainer = trainer_of(**settings)
    trainer.edit(SwitchNeuron(0, 2, False))
    seen = trainer.snapshot()
    point = np.array([0.3, -0.4])
    layers = layer_outputs(seen, features(point[None], seen.config.inputs))
    for layer, outputs in enumerate(layers):
        for unit in range(outputs.shape[1]):
            neuron = inspect_neuron(seen, layer, unit, point)
            assert neuron.z == pytest.approx(float(neuron.weights @ neuron.inputs) + neuron.bias)
            if neuron.activation != "softmax":
                assert neuron.a == pytest.approx(float(outputs[0, unit]), rel=1e-4, abs=1e-6)
            assert neuron.gradient is not None
            assert neuron.gradient.relative_error < 1e-6
            assert neuron.on == (not (layer == 0 and unit == 2))
            text = "\n".join(neuron.lines())
            assert f"{abs(neuron.bias):.3f}" in text
            assert ("switched off" in text) == (not neuron.on)
            latex = neuron.latex()
            assert latex.count("{") == latex.count("}")
            assert rf"= {neuron.z:.3f} \\" in latex


def test_a_silent_neuron_has_no_gradient():
    trainer = trainer_of()
    trainer.edit(SwitchNeuron(1, 0, False))
    neuron = inspect_neuron(trainer.snapshot(), 1, 0, (0.1, 0.2))
    assert not neuron.gradient.weights.any()
    assert not neuron.gradient.checked_weights.any()


def test_softmax_outputs_sum_to_one():
    seen = trainer_of(dataset="blobs", classes=3).snapshot()
    assert sum(inspect_neuron(seen, 2, unit, (0, 0)).a for unit in range(3)) == pytest.approx(1)


def test_without_points_there_is_a_formula_but_no_gradient():
    trainer = trainer_of()
    trainer.edit(RemovePoints(tuple(range(len(trainer.snapshot().points)))))
    neuron = inspect_neuron(trainer.snapshot(), 0, 0, (0, 0))
    assert neuron.gradient is None
    assert len(neuron.lines()) == 5


def test_what_does_not_exist_is_refused():
    seen = trainer_of().snapshot()
    for layer, unit in ((3, 0), (0, 4), (-1, 0)):
        with pytest.raises(ConfigError, match="There is no neuron"):
            inspect_neuron(seen, layer, unit, (0, 0))
    with pytest.raises(ConfigError, match="two numbers"):
        inspect_neuron(seen, 0, 0, (0, np.nan))
