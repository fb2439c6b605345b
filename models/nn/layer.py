"""A layer turns numbers into numbers (`forward`) and can say how a change of its input or weights would change the
result (`backward`). A network is a list of layers; everything else is plumbing.

Shapes: the batch comes first. Vectors are (N, D), images (N, H, W, C), sequences (N, T, D). `input_shape` and
`output_shape` leave the batch out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.nn.memory import Memory

Array = NDArray[Any]
Shape = tuple[int, ...]


class Layer:
    """Base of all layers. A layer without weights overrides only `forward` and `backward`.

    The network owns the memory: it gives every layer views into one flat buffer of parameters and one of gradients,
    so that an optimizer can update everything with a few array operations. `forward(training=True)` remembers what
    `backward` needs; `forward(training=False)` remembers nothing and changes nothing.

    Attributes:
        parameters: name → weights (views into the network's buffer); the layer reads, the optimizer writes.
        gradients: name → gradient of the loss, same shapes; `backward` overwrites them in place.
        buffers: name → arrays that change while training without a gradient (running means of a batch norm).
        decayed: names of the parameters that weight decay applies to (weights, not biases).
        inner: the layers that this one is made of; see `models.nn.nesting`.
        compares_examples: whether an example's output depends on the others of its batch while training.

    Neither `forward` nor `backward` may write to the array it is given: others may need it still.
    """

    decayed: frozenset[str] = frozenset({"weight"})
    inner: tuple[Layer, ...] = ()
    compares_examples = False

    def __init__(self) -> None:
        self.parameters: dict[str, Array] = {}
        self.gradients: dict[str, Array] = {}
        self.buffers: dict[str, Array] = {}
        self._kept = Memory()  # of outputs and the like, overwritten at every step

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Name → shape of every parameter, for inputs of this shape (batch left out)."""
        return {}

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of the output without the batch; raises ConfigError when the input does not fit."""
        return input_shape

    def initialize(self, rng: np.random.Generator) -> None:
        """Fill the parameters with their starting values; called once the network has handed out the memory."""

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        """Take over the views that the network hands out: name → array, as `parameter_shapes` named them."""
        self.parameters, self.gradients = parameters, gradients

    def decays(self, name: str) -> bool:
        """Whether weight decay applies to this parameter."""
        return name in self.decayed

    def named_buffers(self) -> dict[str, Array]:
        """Name → the buffer itself, with those of all layers inside."""
        return dict(self.buffers)

    def put_buffer(self, name: str, array: Array) -> None:
        """Use this array as the buffer of that name from now on."""
        self.buffers[name] = array

    def walk(self) -> Iterator[Layer]:
        """This layer and all layers inside it, at any depth."""
        yield self
        for layer in self.inner:
            yield from layer.walk()

    # For a batch that is worked out in several parts at the same time, each by a copy of the network ----------------

    def draw_ahead(self, count: int, input_shape: Shape, dtype: np.dtype[Any]) -> None:
        """Draw what chance decides for a whole batch of `count` inputs, as its `forward(training=True)` would."""

    def follow(self, whole: Layer, rows: slice) -> None:
        """For the next `forward`: take over from the layer that this one is a copy of what holds for these examples."""

    def follow_nobody(self) -> None:
        """Forget what the last `follow` took over, if no `forward` came after it."""

    # The two directions ---------------------------------------------------------------------------------------------

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """The layer's output for a batch `x`; with `training` it also remembers what `backward` needs."""
        raise NotImplementedError

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """Chain rule: from ∂loss/∂output (same shape as the output) to ∂loss/∂input, filling `gradients` on the way.

        With `need_input=False` (the first layer of a network) ∂loss/∂input may be left out and None returned.
        Must follow a `forward(training=True)` of the same batch.
        """
        raise NotImplementedError
