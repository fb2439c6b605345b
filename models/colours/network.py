"""The network: three numbers in, a few neurons that bend their sums, one score for each name; the largest wins."""

from __future__ import annotations

import numpy as np

from models.colours.config import ColoursConfig
from models.nn.activations import ACTIVATIONS
from models.nn.dropout import Dropout
from models.nn.layer import Array, Layer
from models.nn.linear import Linear
from models.nn.network import Network


def layers(config: ColoursConfig, names: int, rng: np.random.Generator | None = None) -> list[Layer]:
    """New layers for so many names; `rng` is for dropout's masks, which prediction does without."""
    found: list[Layer] = []
    for units in config.hidden:
        found += [Linear(units, config.weight_initializer()), ACTIVATIONS[config.activation]()]
        if config.dropout:
            found.append(Dropout(config.dropout, rng))
    return [*found, Linear(names, config.weight_initializer())]


def network_on(parameters: Array, config: ColoursConfig, names: int) -> Network:
    """A network for prediction alone on given parameters (P,)."""
    return Network.on(parameters, layers(config, names), (3,))


def linears(network: Network) -> list[Linear]:
    """Its layers of weights, the first one first."""
    return [layer for layer in network.layers if isinstance(layer, Linear)]
