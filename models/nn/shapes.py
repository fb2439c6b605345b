"""How many numbers every layer of a network learns, worked out from the layers alone: nothing is filled or trained."""

from __future__ import annotations

import math
from collections.abc import Sequence

from models.layer_shapes import LayerShape
from models.nn.layer import Layer, Shape
from models.nn.linear import Linear


def count_parameters(layer: Layer, input_shape: Shape) -> int:
    """How many numbers a layer learns when its input has this shape (batch left out)."""
    return sum(math.prod(shape) for shape in layer.parameter_shapes(input_shape).values())


def dense_shapes(layers: Sequence[Layer], inputs: int, setting: str) -> tuple[LayerShape, ...]:
    """A row for every dense layer of a perceptron; the last one gives the answer and has no entry in the settings.

    Args:
        layers: new layers, as for a Network.
        inputs: D, how many numbers the network is given.
        setting: name of the list that has an entry for each hidden layer.

    Raises ConfigError when a layer does not fit on the one before it.
    """
    shape: Shape = (inputs,)
    rows: list[LayerShape] = []
    last = sum(isinstance(layer, Linear) for layer in layers) - 1
    for layer in layers:
        takes, shape = shape, layer.output_shape(shape)
        if isinstance(layer, Linear):
            entry = None if len(rows) == last else len(rows)
            name = "answer" if entry is None else f"layer {entry + 1}"
            rows.append(LayerShape(name, takes, shape, count_parameters(layer, takes), setting, entry))
    return tuple(rows)
