"""A multilayer perceptron: layers of neurons, each neuron joined to all of the layer before.

Hidden layers turn the input, step by step, into something the last layer can read off with plain weighted sums.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, model_validator

from models.config import Config, a_few, setting
from models.nn.activations import ACTIVATIONS
from models.nn.dropout import Dropout
from models.nn.layer import Layer
from models.nn.linear import Linear
from models.nn.losses import LOSSES
from models.supervised.config import SupervisedConfig

HiddenActivation = Literal["relu", "leaky_relu", "sigmoid", "bipolar_sigmoid", "tanh", "identity"]
OutputActivation = Literal["identity", "sigmoid", "bipolar_sigmoid", "tanh", "relu", "leaky_relu", "softmax"]

ACTIVATION_HELP = {
    "relu": "max(0, x): silent below zero, linear above.",
    "leaky_relu": "Like ReLU, but a little is let through below zero.",
    "sigmoid": "Smoothly from 0 to 1.",
    "bipolar_sigmoid": "Smoothly from −1 to +1: the sigmoid for both signs.",
    "tanh": "Smoothly from −1 to +1, twice as steep.",
    "identity": "No bend at all: then several layers are no more than one.",
    "softmax": "All outputs become positive and sum to 1.",
}


def turned_layers(units: Sequence[int], dial: str, step: int) -> tuple[int, ...]:
    """The sizes of hidden layers with the last one once more or not at all ("layers"), or larger or smaller ("units").

    See `Config.turned`.
    """
    hidden = list(units)
    if dial == "layers":
        hidden = [*hidden, hidden[-1] if hidden else 8] if step > 0 else hidden[:-1]
    elif hidden:
        hidden[-1] += step * a_few(hidden[-1])
    return tuple(hidden)


class NetworkConfig(Config):
    """The shape of a multilayer perceptron."""

    hidden: tuple[Annotated[int, Field(ge=1, le=2048)], ...] = setting(
        (128,),
        "Number of neurons in each hidden layer; leave it empty for none.",
        group="Network",
        label="hidden layers",
        max_length=8,
        item_ge=1,
        item_le=2048,
    )
    activation: tuple[HiddenActivation, ...] = setting(
        ("relu",),
        "How a hidden neuron bends its sum: one for all layers, or one for each.",
        group="Network",
        min_length=1,
        max_length=8,
        one_for_each="hidden",
        value_help={name: text for name, text in ACTIVATION_HELP.items() if name != "softmax"},
    )
    output_activation: OutputActivation = setting(
        "identity",
        "How the outputs are bent; cross-entropy always brings its own softmax instead.",
        group="Network",
        advanced=True,
        shown_when=("loss", ("mse", "mse_sum")),
        value_help=ACTIVATION_HELP,
    )

    def dials(self) -> tuple[str, ...]:
        """See Config."""
        return ("layers", "units")

    def turned(self, dial: str, step: int) -> Mapping[str, Any] | None:
        """See Config: the last hidden layer once more or not at all, or with more neurons or fewer."""
        return {"hidden": turned_layers(self.hidden, dial, step)}

    @model_validator(mode="after")
    def _one_activation_or_one_each(self) -> NetworkConfig:
        if len(self.activation) not in (1, max(1, len(self.hidden))):
            raise ValueError(
                f"Give one activation for all hidden layers or one for each of the {len(self.hidden)}, "
                f"not {len(self.activation)}."
            )
        return self


class MLPConfig(SupervisedConfig, NetworkConfig):
    """A multilayer perceptron and its training."""


def mlp_layers(config: MLPConfig, outputs: int, rng: np.random.Generator | None = None) -> list[Layer]:
    """New layers: (Linear, activation, Dropout) for each hidden layer, then Linear and the output's activation.

    Args:
        config: shape, activations, dropout and initializer.
        outputs: number of outputs.
        rng: for the dropout masks; not needed for prediction alone.
    """
    activations = config.activation if len(config.activation) > 1 else config.activation * len(config.hidden)
    layers: list[Layer] = []
    for units, activation in zip(config.hidden, activations, strict=True):
        layers += [Linear(units, config.weight_initializer()), ACTIVATIONS[activation]()]
        if config.dropout:
            layers.append(Dropout(config.dropout, rng))
    layers.append(Linear(outputs, config.weight_initializer()))
    if config.output_activation != "identity" and not LOSSES[config.loss].fused_softmax:
        layers.append(ACTIVATIONS[config.output_activation]())
    return layers
