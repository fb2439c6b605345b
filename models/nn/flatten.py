"""Flatten lays the numbers of all maps in one row, so that a dense layer can weigh each of them."""

from __future__ import annotations

import math

from models.nn.layer import Array, Layer, Shape


class Flatten(Layer):
    """(N, H, W, C) → (N, H·W·C), pixel by pixel, the channels of a pixel side by side; no number changes."""

    def __init__(self) -> None:
        super().__init__()
        self._input_shape: tuple[int, ...] = ()

    def output_shape(self, input_shape: Shape) -> Shape:
        """(H, W, C) → (H·W·C,)."""
        return (math.prod(input_shape),)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """The same numbers in another shape."""
        if training:
            self._input_shape = x.shape
        return x.reshape(len(x), -1)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """The same shape as before."""
        return gradient.reshape(self._input_shape)
