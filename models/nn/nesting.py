"""Layers can be made of layers: several in a row, side by side, or with a way around them for the input as it is.

Such a layer is used like any other, and may stand inside another one. The names of its parameters tell the way to them:
"3.0.weight" is the weight of the first layer inside the fourth.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import numpy as np

from models.errors import ConfigError
from models.nn.layer import Array, Layer, Shape
from models.nn.memory import reuse


class Nested(Layer):
    """What all layers made of layers share: parameters and buffers are passed on to the layers inside.

    Args:
        inner: new layers, used by this one alone.
    """

    def __init__(self, inner: Sequence[Layer]) -> None:
        super().__init__()
        self.inner = tuple(inner)

    def initialize(self, rng: np.random.Generator) -> None:
        """One layer after the other."""
        for layer in self.inner:
            layer.initialize(rng)

    def bind(self, parameters: dict[str, Array], gradients: dict[str, Array]) -> None:
        """To each layer inside, what bears its number."""
        super().bind(parameters, gradients)
        for index, layer in enumerate(self.inner):
            layer.bind(_of(index, parameters), _of(index, gradients))

    def decays(self, name: str) -> bool:
        """The layer inside knows."""
        layer, rest = self._find(name)
        return layer.decays(rest)

    def named_buffers(self) -> dict[str, Array]:
        """Those of all layers inside."""
        return {
            f"{index}.{name}": array
            for index, layer in enumerate(self.inner)
            for name, array in layer.named_buffers().items()
        }

    def put_buffer(self, name: str, array: Array) -> None:
        """To the layer inside that it belongs to."""
        layer, rest = self._find(name)
        layer.put_buffer(rest, array)

    def follow(self, whole: Layer, rows: slice) -> None:
        """Every layer follows its counterpart."""
        for layer, its in zip(self.inner, whole.inner, strict=True):
            layer.follow(its, rows)

    def _find(self, name: str) -> tuple[Layer, str]:
        index, rest = name.split(".", 1)
        return self.inner[int(index)], rest


def _of(index: int, arrays: Mapping[str, Array]) -> dict[str, Array]:
    prefix = f"{index}."
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


class Sequential(Nested):
    """Layers in a row: each one's output is the next one's input; none at all pass the input on as it is."""

    _first_trained = 0  # number of the first layer with parameters

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Those of all layers, in order, named by their number."""
        shapes: dict[str, Shape] = {}
        self._first_trained = len(self.inner)
        for index, layer in enumerate(self.inner):
            own = {f"{index}.{name}": shape for name, shape in layer.parameter_shapes(input_shape).items()}
            if own:
                self._first_trained = min(self._first_trained, index)
            shapes |= own
            input_shape = layer.output_shape(input_shape)
        return shapes

    def output_shape(self, input_shape: Shape) -> Shape:
        """That of the last layer."""
        for layer in self.inner:
            input_shape = layer.output_shape(input_shape)
        return input_shape

    def draw_ahead(self, count: int, input_shape: Shape, dtype: np.dtype[Any]) -> None:
        """One layer after the other, as the batch will meet them."""
        for layer in self.inner:
            layer.draw_ahead(count, input_shape, dtype)
            input_shape = layer.output_shape(input_shape)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Through all layers, from the first to the last."""
        for layer in self.inner:
            x = layer.forward(x, training=training)
        return x

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """Through all layers, from the last to the first; without `need_input` to the first that has parameters."""
        if need_input:
            for layer in reversed(self.inner):
                gradient = cast(Array, layer.backward(gradient))
            return gradient
        first = self._first_trained
        for index in range(len(self.inner) - 1, first - 1, -1):
            below = self.inner[index].backward(gradient, need_input=index > first)
            if below is not None:
                gradient = below
        return None


class Residual(Sequential):
    """y = x + f(x), where f is what stands inside: it only has to learn what is to be changed about the input.

    The gradient has a way around f, which is why networks of many layers can be trained at all. K. He, X. Zhang,
    S. Ren, J. Sun, *Deep residual learning for image recognition*, 2016, equation 1.

    Args:
        inner: a layer, or several in a row; the output must have the shape of the input. Where it has not,
            `Parallel([inner, a layer that changes the shape], "sum")` does what the paper does (its equation 2).
    """

    def __init__(self, inner: Layer | Sequence[Layer]) -> None:
        super().__init__([inner] if isinstance(inner, Layer) else inner)
        self._output: Array | None = None
        self._input_gradient: Array | None = None

    def output_shape(self, input_shape: Shape) -> Shape:
        """That of the input; raises ConfigError when the inside makes another one of it."""
        inside = super().output_shape(input_shape)
        if inside != input_shape:
            raise ConfigError(
                f"What a residual block makes of its input is added to it, so both must have the same shape: here "
                f"{list(input_shape)} would become {list(inside)}."
            )
        return input_shape

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """y = x + f(x)."""
        change = super().forward(x, training=training)
        if not training:
            return x + change
        self._output = reuse(self._output, x.shape, x.dtype)
        return np.add(x, change, out=self._output)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂L/∂x = g + f′(x)ᵀ g, where g = ∂L/∂y."""
        below = super().backward(gradient, need_input=need_input)
        if below is None:
            return None
        self._input_gradient = reuse(self._input_gradient, gradient.shape, gradient.dtype)
        return np.add(gradient, below, out=self._input_gradient)


class Parallel(Nested):
    """Branches side by side: all see the same input, and their outputs are put next to each other, or added up.

    C. Szegedy et al., *Going deeper with convolutions*, 2015, puts filters of several sizes side by side like this.

    Args:
        branches: for each branch a layer, or several in a row; an empty row passes the input on as it is.
        combine: "concat" puts the outputs next to each other along their last axis, "sum" adds them.
    """

    def __init__(
        self, branches: Sequence[Layer | Sequence[Layer]], combine: Literal["concat", "sum"] = "concat"
    ) -> None:
        if not branches:
            raise ValueError("parallel branches: there must be at least one")
        super().__init__([branch if isinstance(branch, Layer) else Sequential(branch) for branch in branches])
        self.combine = combine
        self._trained: tuple[bool, ...] = ()
        self._ends: list[int] = []
        self._output: Array | None = None
        self._input_gradient: Array | None = None
        self._shares: list[Array | None] = [None] * len(self.inner)

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Those of all branches, named by the branch's number."""
        own = [layer.parameter_shapes(input_shape) for layer in self.inner]
        self._trained = tuple(map(bool, own))
        return {f"{index}.{name}": shape for index, shapes in enumerate(own) for name, shape in shapes.items()}

    def output_shape(self, input_shape: Shape) -> Shape:
        """That of one branch; concatenated, the last axis holds those of all. Raises ConfigError when they differ."""
        shapes = [layer.output_shape(input_shape) for layer in self.inner]
        same = len({shape[:-1] if self.combine == "concat" else shape for shape in shapes}) == 1
        if not same:
            what = "up to the last axis " if self.combine == "concat" else ""
            raise ConfigError(
                f"The outputs of parallel branches must {what}have the same shape to be combined, but they are "
                f"{', '.join(str(list(shape)) for shape in shapes)}."
            )
        self._ends = np.cumsum([shape[-1] for shape in shapes]).tolist()
        return (*shapes[0][:-1], self._ends[-1]) if self.combine == "concat" else shapes[0]

    def draw_ahead(self, count: int, input_shape: Shape, dtype: np.dtype[Any]) -> None:
        """One branch after the other."""
        for layer in self.inner:
            layer.draw_ahead(count, input_shape, dtype)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Every branch on its own, then the outputs together."""
        outputs = [layer.forward(x, training=training) for layer in self.inner]
        shape = outputs[0].shape
        if self.combine == "concat":
            shape = (*shape[:-1], self._ends[-1])
        out = reuse(self._output if training else None, shape, outputs[0].dtype)
        if training:
            self._output = out
        if self.combine == "concat":
            return np.concatenate(outputs, axis=-1, out=out)
        np.copyto(out, outputs[0])
        for output in outputs[1:]:
            out += output
        return out

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """Each branch gets the gradient of its part of the output; the input's gradient is the sum over branches."""
        total: Array | None = None
        for index, layer in enumerate(self.inner):
            if not (need_input or self._trained[index]):
                continue
            below = layer.backward(self._share(gradient, index), need_input=need_input)
            if below is None or not need_input:
                continue
            if total is None:
                total = self._input_gradient = reuse(self._input_gradient, below.shape, below.dtype)
                np.copyto(total, below)
            else:
                total += below
        return total

    def _share(self, gradient: Array, index: int) -> Array:
        """The part of the output's gradient that belongs to a branch, in one piece."""
        if self.combine == "sum":
            return gradient
        part = gradient[..., self._ends[index - 1] if index else 0 : self._ends[index]]
        share = self._shares[index] = reuse(self._shares[index], part.shape, part.dtype)
        np.copyto(share, part)
        return share
