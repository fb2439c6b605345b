"""What a trained convolutional network says to a picture: how probable each class is, and what its filters and feature
maps look like. Everything here takes a snapshot and changes nothing, so that it may run on any thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Answer
from models.cnn.config import CnnConfig, fitting
from models.cnn.line import Stage
from models.nn.activations import ACTIVATIONS, Softmax
from models.nn.layer import Array
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.supervised.trainer import SupervisedSnapshot

PREDICTION_CHUNK = 100
"""Images worked off at a time when predicting: their feature maps stay in the processor's cache."""


@dataclass(frozen=True)
class CnnSnapshot(SupervisedSnapshot):
    """The network at one step; everything that the functions below need."""

    config: CnnConfig

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the outputs stand for."""
        return self.config.class_names


def encode(images: NDArray[Any]) -> NDArray[np.float32]:
    """Pictures (N, H, W), 0 paper … 255 ink, as the network's input (N, H, W, 1), 0 … 1."""
    inputs: NDArray[np.float32] = np.multiply(images, np.float32(1 / 255), dtype=np.float32)
    return inputs[..., None]


def network_of(snapshot: CnnSnapshot) -> tuple[Network, tuple[Stage, ...]]:
    """The snapshot's network, for prediction, and how its layers map to the entries of the config's line."""
    architecture = snapshot.config.architecture()
    network = Network.on(snapshot.parameters, architecture.layers, snapshot.config.input_shape, snapshot.buffers)
    return network, architecture.stages


def predict(snapshot: CnnSnapshot, images: NDArray[Any]) -> NDArray[np.float32]:
    """Probabilities (N, K) for pictures (N, H, W), 0 paper … 255 ink. Pure: safe on any thread."""
    network, _ = network_of(snapshot)
    parts = [images[start : start + PREDICTION_CHUNK] for start in range(0, len(images), PREDICTION_CHUNK)]
    if not parts:
        return np.empty((0, len(snapshot.class_names)), np.float32)
    return np.concatenate([probabilities(snapshot.config, network.forward(encode(part))) for part in parts])


def probabilities(config: CnnConfig, outputs: Array) -> NDArray[np.float32]:
    """What the outputs (N, K) say: their softmax, or with squared error the outputs themselves, made to sum to 1."""
    if LOSSES[config.loss].fused_softmax:
        return Softmax.function(outputs)
    positive = np.maximum(outputs, np.float32(1e-9))
    shares: NDArray[np.float32] = positive / positive.sum(axis=1, keepdims=True)
    return shares


def answer(snapshot: CnnSnapshot, images: NDArray[np.uint8], *, activations: bool = False) -> Answer:
    """Probabilities (N, K) for pictures (N, H, W); with `activations` also what every entry of the line made of them.

    These are feature maps (N, H, W, C) or units (N, D), after the activation, of all pictures at once: ask for few.
    Raises ConfigError when the pictures have another size than the network's input.
    """
    if not activations:
        return Answer(predict(snapshot, images))
    fitting(snapshot.config, images[0])
    network, stages = network_of(snapshot)
    outputs = network.activations(encode(images))
    bend = ACTIVATIONS[snapshot.config.activation].function
    found = tuple(bend(outputs[stage.layer]) if stage.bends else outputs[stage.layer] for stage in stages[:-1])
    return Answer(probabilities(snapshot.config, outputs[-1]), found)


def filters(snapshot: CnnSnapshot) -> list[tuple[str, NDArray[np.float32]]]:
    """The filters of every convolution as (entry, (filters, C, kh, kw)): images with one plane per map they look at."""
    network, stages = network_of(snapshot)
    return [
        (str(stage.spec), network.layers[stage.layer].parameters["weight"].transpose(3, 2, 0, 1))
        for stage in stages
        if stage.spec.kind == "conv"
    ]
