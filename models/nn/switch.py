"""A switch behind every neuron of a layer: a neuron that is switched off says 0 to everyone, whatever it has computed.

Switching neurons off by hand shows what each of them is good for (a *lesion*). It is not dropout: nothing is random,
nothing is scaled up, and it holds for prediction as well as for training.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.nn.layer import Array, Layer
from models.nn.memory import reuse


class Switch(Layer):
    """y = x where the neuron is on, 0 where it is off. While all are on, nothing is computed at all.

    Args:
        on: which neurons speak, (units,) bool; the layer keeps a copy, see `set`.
    """

    def __init__(self, on: NDArray[np.bool_]) -> None:
        super().__init__()
        self._on = on.copy()
        self._all_on = bool(on.all())
        self._output: Array | None = None
        self._input_gradient: Array | None = None

    @property
    def on(self) -> NDArray[np.bool_]:
        """Which neurons speak, (units,); a copy."""
        return self._on.copy()

    def set(self, on: NDArray[np.bool_]) -> None:
        """Switch neurons on and off: (units,) bool."""
        self._on[...] = on
        self._all_on = bool(on.all())

    def follow(self, whole: Layer, rows: slice) -> None:
        """As `whole` is switched now."""
        assert isinstance(whole, Switch)
        self.set(whole._on)

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """x (N, units) with silent columns where the neuron is off."""
        if self._all_on:
            return x
        self._output = reuse(self._output, x.shape, x.dtype)
        return np.multiply(x, self._on, out=self._output)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂L/∂x = ∂L/∂y where the neuron is on: one that is off has no part in the result, and learns nothing."""
        if self._all_on or not need_input:
            return gradient
        self._input_gradient = reuse(self._input_gradient, gradient.shape, gradient.dtype)
        return np.multiply(gradient, self._on, out=self._input_gradient)
