"""The network of the Boundary tab: a small multilayer perceptron whose neurons can be switched off, and what its
outputs mean: a class, or a value.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.boundary.config import BoundaryConfig
from models.boundary.data import classes_of, is_regression
from models.data.points.sets import PointSet
from models.layer_shapes import LayerShape
from models.nn.activations import ACTIVATIONS
from models.nn.dropout import Dropout
from models.nn.layer import Array, Layer
from models.nn.linear import Linear
from models.nn.losses import LOSSES
from models.nn.shapes import dense_shapes
from models.nn.switch import Switch

# What the outputs mean ----------------------------------------------------------------------------------------------


def output_count(config: BoundaryConfig, classes: int) -> int:
    """One output for regression (0 classes) and for two classes with a squared error, else one for each class."""
    single = classes == 0 or (classes == 2 and not LOSSES[config.loss].fused_softmax)
    return 1 if single else classes


def target_range(config: BoundaryConfig) -> tuple[float, float]:
    """What an output should say for "not this class" and for "this class": the ends of its activation's range."""
    zero_to_one = config.output_activation == "sigmoid" or LOSSES[config.loss].fused_softmax
    return (0.0, 1.0) if zero_to_one else (-1.0, 1.0)


def output_activation(config: BoundaryConfig, classes: int) -> str:
    """Name of the activation after the last sums, "identity" where they are left as they are (logits, regression)."""
    return "identity" if classes == 0 or LOSSES[config.loss].fused_softmax else config.output_activation


def targets_of(config: BoundaryConfig, data: PointSet) -> Array:
    """What the outputs should be for every point, (N, K) float32.

    A single output for two classes should be high for the first class and low for the second, as in the MLP library.
    """
    if is_regression(data):
        assert data.targets is not None
        return data.targets[:, None].astype(np.float32)
    assert data.labels is not None
    low, high = target_range(config)
    if output_count(config, len(data.class_names)) == 1:
        return np.where(data.labels == 0, high, low)[:, None].astype(np.float32)
    one_hot: Array = np.eye(len(data.class_names), dtype=np.float32)[data.labels]
    return one_hot * (high - low) + low if low else one_hot


def class_of(config: BoundaryConfig, outputs: Array) -> NDArray[np.uint8]:
    """The class that outputs (N, K) stand for, (N,): the highest one; a single output says 0 above the middle."""
    if outputs.shape[1] == 1:
        low: NDArray[np.uint8] = (outputs[:, 0] <= 0.5 * sum(target_range(config))).view(np.uint8)
        return low
    classes: NDArray[np.uint8] = outputs.argmax(axis=1).astype(np.uint8)
    return classes


def boundary_layers(
    config: BoundaryConfig, classes: int, switches: Sequence[Switch], rng: np.random.Generator | None = None
) -> list[Layer]:
    """New layers: (Linear, activation, Switch, maybe Dropout) for each hidden layer, then Linear and its activation.

    Args:
        config: shape, activations, dropout and initializer.
        classes: number of classes, 0 for regression.
        switches: one for each hidden layer.
        rng: for the dropout masks; not needed for prediction.
    """
    layers: list[Layer] = []
    for units, activation, switch in zip(config.hidden, config.hidden_activations(), switches, strict=True):
        layers += [Linear(units, config.weight_initializer()), ACTIVATIONS[activation](), switch]
        if config.dropout:
            layers.append(Dropout(config.dropout, rng))
    layers.append(Linear(output_count(config, classes), config.weight_initializer()))
    last = output_activation(config, classes)
    if last != "identity":
        layers.append(ACTIVATIONS[last]())
    return layers


def layers_of(config: BoundaryConfig, data: object = None) -> tuple[LayerShape, ...]:
    """See `Model.layers_of`; the number of outputs depends on the classes of the points."""
    switches = [Switch(np.ones(units, bool)) for units in config.hidden]
    layers = boundary_layers(config, classes_of(config, data if isinstance(data, PointSet) else None), switches)
    return dense_shapes(layers, len(config.inputs), "hidden")


def layers_per_hidden(config: BoundaryConfig) -> int:
    """How many entries of `boundary_layers` make one hidden layer; the third is the one that the next layer sees."""
    return 4 if config.dropout else 3
