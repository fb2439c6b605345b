"""An embedding gives every symbol a vector of its own, which is learnt: symbols that are used alike come to lie close.

It is a matrix product with one-hot vectors (Y. Bengio and others, *A neural probabilistic language model*, 2003).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.nn.layer import Array, Layer, Shape
from models.nn.recurrent import rows_summed


class Embedding(Layer):
    """Symbols (N, T), whole numbers below `symbols`, → their vectors (N, T, size).

    Args:
        symbols: how many there are.
        size: how many numbers stand for one.
    """

    def __init__(self, symbols: int, size: int) -> None:
        super().__init__()
        self.symbols, self.size = symbols, size
        self._input: Array | None = None

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """weight (symbols, size)."""
        return {"weight": (self.symbols, self.size)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T,) → (T, size)."""
        return *input_shape, self.size

    def initialize(self, rng: np.random.Generator) -> None:
        """N(0, 1/size): vectors of length 1 or so."""
        weight = self.parameters["weight"]
        weight[...] = rng.normal(0.0, self.size**-0.5, weight.shape)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Look up the rows."""
        weight = self.parameters["weight"]
        if not training:
            return np.take(weight, x, axis=0)
        self._input = x
        out = self._kept.array("output", (*x.shape, self.size), weight.dtype)
        np.take(weight, x, axis=0, out=out, mode="clip")
        return out

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """Every row gets the sum of what its symbol is to blame for; symbols themselves have no gradient."""
        assert self._input is not None, "backward() needs a forward(training=True) first"
        rows_summed(self._input.reshape(-1), gradient.reshape(-1, self.size), out=self.gradients["weight"])
        return None
