"""A linear layer: every output is a weighted sum of all inputs plus a bias."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.nn.initializers import Initializer, xavier
from models.nn.layer import Array, Layer, Shape


class Linear(Layer):
    """y = x W + b, with x (…, inputs), W (inputs, units), b (units,) and y (…, units).

    Column j of W holds the weights into unit j; for pixels as inputs it can be looked at as an image.
    """

    def __init__(self, units: int, initializer: Initializer | None = None, *, bias: bool = True) -> None:
        super().__init__()
        self.units = units
        self.bias = bias
        self._initializer = initializer or xavier()
        self._input: Array | None = None

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """Weight (inputs, units) and bias (units,)."""
        shapes: dict[str, Shape] = {"weight": (input_shape[-1], self.units)}
        if self.bias:
            shapes["bias"] = (self.units,)
        return shapes

    def output_shape(self, input_shape: Shape) -> Shape:
        """The last axis becomes `units`."""
        return (*input_shape[:-1], self.units)

    def initialize(self, rng: np.random.Generator) -> None:
        """Random weights, biases zero."""
        weight = self.parameters["weight"]
        self._initializer(rng, weight, weight.shape[0], weight.shape[1])
        if self.bias:
            self.parameters["bias"].fill(0.0)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """y = x W + b."""
        weight = self.parameters["weight"]
        if training:
            self._input = x
            y = self._kept.array("output", (*x.shape[:-1], self.units), x.dtype)
            np.matmul(x, weight, out=y)
        else:
            y = np.matmul(x, weight)
        if self.bias:
            y += self.parameters["bias"]
        return y

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂L/∂W = xᵀ g, ∂L/∂b = Σₙ gₙ, ∂L/∂x = g Wᵀ, where g = ∂L/∂y."""
        assert self._input is not None, "backward() needs a forward(training=True) first"
        weight = self.parameters["weight"]
        x = self._input.reshape(-1, weight.shape[0])
        g = gradient.reshape(-1, self.units)
        np.matmul(x.T, g, out=self.gradients["weight"])
        if self.bias:
            np.add.reduce(g, axis=0, out=self.gradients["bias"])  # a sum, without the detours of `g.sum`
        if not need_input:
            return None
        out = self._kept.array("input gradient", self._input.shape, gradient.dtype)
        return np.matmul(gradient, weight.T, out=out)
