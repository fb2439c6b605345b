"""The network that reads a sequence: recurrent layers, and a linear one that makes an answer of what they remember."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.nn.embedding import Embedding
from models.nn.gru import GRU
from models.nn.initializers import uniform
from models.nn.layer import Array, Layer, Shape
from models.nn.linear import Linear
from models.nn.lstm import LSTM
from models.nn.network import Network
from models.nn.recurrent import Recurrent, Start
from models.nn.rnn import RNN
from models.sequence.config import SequenceConfig
from models.sequence.tasks import Task

CELL_TYPES: dict[str, type[Recurrent]] = {"rnn": RNN, "gru": GRU, "lstm": LSTM}

Starts = tuple[Start, ...]
"""What every recurrent layer remembers, from the first to the last."""


def layers(cell: str, config: SequenceConfig, task: Task) -> tuple[list[Layer], Shape]:
    """New layers for this cell, and the shape of an input."""
    even = uniform(0.0, 1.0) if config.weights == "uniform" else None
    found: list[Layer] = []
    symbols = task.symbols
    if symbols and config.embedding:
        found.append(Embedding(symbols, config.embedding))
        symbols = 0
    for _ in range(config.layers):
        found.append(
            CELL_TYPES[cell](
                config.units,
                symbols=symbols,
                streams=task.streams,
                keep_for={"one": 0, "chrono": task.longest, "zero": -1}[config.remember],
                initializer=even,
                recurrent_initializer=even,
            )
        )
        symbols = 0
    found.append(Linear(task.outputs, even))
    return found, (task.moments,) if task.symbols else (task.moments, task.inputs)


def recurrent_layers(network: Network) -> list[Recurrent]:
    """Those that remember."""
    return [layer for layer in network.layers if isinstance(layer, Recurrent)]


@dataclass(frozen=True)
class Weights:
    """A network between two steps, as a snapshot holds it: flat parameters (P,) and buffers by name, read-only."""

    cell: str
    parameters: Array
    buffers: Mapping[str, Array]


def network_on(weights: Weights, config: SequenceConfig, task: Task) -> Network:
    """A network for prediction alone, on the parameters of a snapshot."""
    found, shape = layers(weights.cell, config, task)
    return Network.on(weights.parameters, found, shape, weights.buffers)


def network_with_gradients(weights: Weights, config: SequenceConfig, task: Task) -> Network:
    """A copy of a snapshot's network that can be asked who is to blame, too; nothing is carried into it."""
    network = network_on(weights, config, task).replica()
    for layer in recurrent_layers(network):
        layer.streams = 0
    return network


def read(network: Network, x: Array, starts: Starts | None = None) -> tuple[Array, Starts]:
    """The outputs (N, T, K) for sequences, and what is remembered at their end, to go on from."""
    ends: list[Start] = []
    for layer in network.layers:
        if isinstance(layer, Recurrent):
            x, end = layer.go_on(x, None if starts is None else starts[len(ends)])
            ends.append(end)
        else:
            x = layer.forward(x)
    return x, tuple(ends)


def share_right(outputs: Array, targets: Array, weights: Array | None) -> float:
    """Share of the moments that count whose most probable answer is the right one.

    Args:
        outputs: (N, T, K) of a network.
        targets: (N, T, K), one-hot.
        weights: (N, T), how much each moment counts; None: all alike.
    """
    right = outputs.argmax(axis=-1) == targets.argmax(axis=-1)
    return float(np.mean(right) if weights is None else np.vdot(right, weights) / (weights.sum() or 1.0))
