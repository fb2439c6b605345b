"""A network is a list of layers: forwards, each layer's output is the next one's input; backwards, blame flows back.

All parameters lie in one flat vector, all gradients in another; the layers hold views into them. So an optimizer
updates the whole network with a few array operations, and a snapshot is a single copy.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from models.base import DataError
from models.nn.layer import Array, Layer, Shape
from models.nn.nesting import Sequential


class Network:
    """Layers in a row, with their parameters in one vector.

    Args:
        layers: new layers, used by this network alone; some may be made of layers (`models.nn.nesting`).
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
        self._row.bind(self._views(self.parameters), self._views(self.gradients))
        for name, view in self._views(self.decayed).items():
            view.fill(1.0 if self._row.decays(name) else 0.0)
        self._row.initialize(rng)

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
        network._row.bind(network._views(parameters), {})
        for name, array in (buffers or {}).items():
            network._row.put_buffer(name, array)
        return network

    def _lay_out(self, layers: Sequence[Layer], input_shape: Shape) -> int:
        """Decide which layer gets which part of the flat vector; returns the vector's size."""
        self._row = Sequential(layers)
        self.layers = list(layers)
        every = list(map(id, self.every_layer()))
        if len(set(every)) < len(every):
            raise ValueError("a layer stands in the network twice: every place needs a layer of its own")
        self.input_shape = input_shape
        self._slots: dict[str, tuple[int, int, Shape]] = {}
        offset = 0
        for name, shape in self._row.parameter_shapes(input_shape).items():
            end = offset + int(np.prod(shape, dtype=np.int64))
            self._slots[name] = (offset, end, shape)
            offset = end
        self.shapes: list[Shape] = [input_shape]
        for layer in self.layers:
            self.shapes.append(layer.output_shape(self.shapes[-1]))
        return offset

    def _views(self, flat: Array) -> dict[str, Array]:
        return {name: flat[start:end].reshape(shape) for name, (start, end, shape) in self._slots.items()}

    @property
    def output_shape(self) -> Shape:
        """Shape of one output, without the batch."""
        return self.shapes[-1]

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Outputs for a batch x; while training they live in a buffer that the next call overwrites."""
        for layer in self.layers:
            x = layer.forward(x, training=training)
        return x

    def backward(self, gradient: Array, *, need_input: bool = False) -> Array | None:
        """From ∂loss/∂outputs to `gradients`, layer by layer from the last to the first that has parameters.

        With `need_input` it goes on to ∂loss/∂x and returns that: in a buffer that the next call overwrites. So the
        blame can flow on into another network whose output x was.
        """
        return self._row.backward(gradient, need_input=need_input)

    def activations(self, x: Array) -> list[Array]:
        """What every layer makes of a small batch: the outputs of all layers, in order."""
        outputs = []
        for layer in self.layers:
            x = layer.forward(x)
            outputs.append(x)
        return outputs

    def named_parameters(self) -> Iterator[tuple[str, Array]]:
        """("0.weight", view), … for every parameter, in the order of the flat vector."""
        yield from self._row.parameters.items()

    def buffers(self) -> dict[str, Array]:
        """("2.running_mean" → array) of what changes while training without a gradient; the arrays themselves."""
        return self._row.named_buffers()

    def every_layer(self) -> Iterator[Layer]:
        """All layers at any depth, those made of layers before the ones inside them."""
        for layer in self._row.inner:
            yield from layer.walk()

    # A batch in several parts at the same time ----------------------------------------------------------------------

    def replica(self) -> Network:
        """A network on the same parameters with gradients and memory of its own, to work out a part of a batch."""
        twin = copy.copy(self)
        twin._row = copy.deepcopy(self._row)
        twin.layers = list(twin._row.inner)
        twin.gradients = np.zeros_like(self.parameters)  # one for prediction alone has none
        twin._row.bind(twin._views(self.parameters), twin._views(twin.gradients))
        return twin

    def draw_ahead(self, x: Array) -> None:
        """Draw what chance decides (dropout masks) for a whole batch x, so that its parts can `follow`."""
        self._row.draw_ahead(len(x), x.shape[1:], x.dtype)

    def follow(self, whole: Network, rows: slice) -> None:
        """The next `forward` is of these examples of the batch for which `whole` has drawn ahead."""
        self._row.follow(whole._row, rows)

    def follow_nobody(self) -> None:
        """The batch came to nothing: the next `forward` is of another one."""
        for layer in self.every_layer():
            layer.follow_nobody()
