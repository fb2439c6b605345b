"""A network is a list of layers: forwards, each layer's output is the next one's input; backwards, blame flows back.

All parameters lie in one flat vector, all gradients in another; the layers hold views into them. So an optimizer
updates the whole network with a few array operations, and a snapshot is a single copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from models.base import DataError
from models.nn.layer import Array, Layer, Shape


class Network:
    """Layers in a row, with their parameters in one vector.

    Args:
        layers: new layers, used by this network alone.
        input_shape: shape of one input, without the batch: (D,), (H, W, C), (T, D).
        dtype: float32 to train, float64 to check gradients.
        rng: where the starting values come from.

    Attributes:
        parameters: all weights and biases, one flat vector (P,).
        gradients: ∂loss/∂parameters, flat (P,), overwritten by `backward`.
        decayed: 1.0 where weight decay applies, else 0.0, flat (P,).
        shapes: input shape followed by the output shape of every layer, without the batch.
    """

    def __init__(
        self, layers: Sequence[Layer], input_shape: Shape, *, dtype: Any = np.float32, rng: np.random.Generator
    ) -> None:
        size = self._lay_out(layers, input_shape)
        self.parameters: Array = np.zeros(size, dtype)
        self.gradients: Array = np.zeros(size, dtype)
        self.decayed: Array = np.zeros(size, dtype)
        for layer, slots in self._slots:
            layer.parameters = _views(self.parameters, slots)
            layer.gradients = _views(self.gradients, slots)
            for name, view in _views(self.decayed, slots).items():
                view.fill(1.0 if name in layer.decayed else 0.0)
            layer.initialize(rng)

    @classmethod
    def on(
        cls,
        parameters: Array,
        layers: Sequence[Layer],
        input_shape: Shape,
        buffers: Mapping[str, Array] | None = None,
    ) -> Network:
        """A network for prediction alone, on given parameters (flat, may be read-only): nothing is copied or drawn.

        Args:
            parameters: flat vector, e.g. from a snapshot.
            layers, input_shape: as for a new network; build new layers, do not share them with a training network.
            buffers: what `buffers()` of the trained network gave (copies), when it has any.

        Raises DataError when the vector does not have the size that the layers need.
        """
        network = cls.__new__(cls)
        size = network._lay_out(layers, input_shape)
        if parameters.shape != (size,):
            raise DataError(
                f"These layers have {size} parameters, but {parameters.size} were given: "
                "they belong to a network of another shape."
            )
        network.parameters = parameters
        network.gradients = network.decayed = np.zeros(0, parameters.dtype)
        for layer, slots in network._slots:
            layer.parameters = _views(parameters, slots)
        for key, array in (buffers or {}).items():
            index, name = key.split(".", 1)
            network.layers[int(index)].buffers[name] = array
        return network

    def _lay_out(self, layers: Sequence[Layer], input_shape: Shape) -> int:
        """Decide which layer gets which part of the flat vector; returns the vector's size."""
        self.layers = list(layers)
        self.input_shape = input_shape
        self.shapes: list[Shape] = [input_shape]
        self._slots: list[tuple[Layer, dict[str, tuple[int, int, Shape]]]] = []
        self._first_trained = len(self.layers)
        offset = 0
        for index, layer in enumerate(self.layers):
            slots: dict[str, tuple[int, int, Shape]] = {}
            for name, shape in layer.parameter_shapes(self.shapes[-1]).items():
                end = offset + int(np.prod(shape, dtype=np.int64))
                slots[name] = (offset, end, shape)
                offset = end
            if slots:
                self._first_trained = min(self._first_trained, index)
            self._slots.append((layer, slots))
            self.shapes.append(layer.output_shape(self.shapes[-1]))
        return offset

    @property
    def output_shape(self) -> Shape:
        """Shape of one output, without the batch."""
        return self.shapes[-1]

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Outputs for a batch x; while training they live in a buffer that the next call overwrites."""
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def backward(self, gradient: Array) -> None:
        """From ∂loss/∂outputs to `gradients`, layer by layer from the last to the first that has parameters."""
        for index in range(len(self.layers) - 1, self._first_trained - 1, -1):
            below = self.layers[index].backward(gradient, need_input=index > self._first_trained)
            if below is not None:
                gradient = below

    def activations(self, x: Array) -> list[Array]:
        """What every layer makes of a small batch: the outputs of all layers, in order."""
        outputs = []
        for layer in self.layers:
            x = layer.forward(x)
            outputs.append(x)
        return outputs

    def named_parameters(self) -> Iterator[tuple[str, Array]]:
        """("0.weight", view), … for every parameter, in the order of the flat vector."""
        for index, layer in enumerate(self.layers):
            for name, view in layer.parameters.items():
                yield f"{index}.{name}", view

    def buffers(self) -> dict[str, Array]:
        """("2.running_mean" → array) of what changes while training without a gradient; the arrays themselves."""
        return {f"{i}.{name}": array for i, layer in enumerate(self.layers) for name, array in layer.buffers.items()}


def _views(flat: Array, slots: Mapping[str, tuple[int, int, Shape]]) -> dict[str, Array]:
    return {name: flat[start:end].reshape(shape) for name, (start, end, shape) in slots.items()}
