"""Dropout silences random neurons at every training step, so that no neuron can rely on a particular other one."""

from __future__ import annotations

import numpy as np

from models.nn.layer import Array, Layer
from models.nn.memory import reuse


class Dropout(Layer):
    """Inverted dropout (Srivastava et al. 2014): y = x · mask / (1 − rate) while training, y = x otherwise.

    Dividing at once by the share that stays keeps the expected sum the same, so nothing needs scaling later.

    Args:
        rate: share of the inputs that is silenced, 0 ≤ rate < 1.
        rng: generator the masks are drawn from; only training needs one.
    """

    def __init__(self, rate: float, rng: np.random.Generator | None = None) -> None:
        super().__init__()
        if not 0.0 <= rate < 1.0:
            raise ValueError(f"the dropout rate must be at least 0 and below 1, not {rate}")
        self.rate = rate
        self._rng = rng
        self._mask: Array | None = None
        self._output: Array | None = None
        self._input_gradient: Array | None = None

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """A fresh mask for every batch; the mask already holds the factor 1 / (1 − rate)."""
        if not training:
            return x
        assert self._rng is not None, "dropout needs a random generator to train with"
        mask = self._mask = reuse(self._mask, x.shape, x.dtype)
        self._rng.random(dtype=mask.dtype.type, out=mask)
        np.greater_equal(mask, self.rate, out=mask)
        mask *= 1.0 / (1.0 - self.rate)
        self._output = reuse(self._output, x.shape, x.dtype)
        return np.multiply(x, mask, out=self._output)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂L/∂x = ∂L/∂y · mask / (1 − rate): a silenced neuron is not to blame."""
        assert self._mask is not None, "backward() needs a forward(training=True) first"
        if not need_input:
            return None
        self._input_gradient = reuse(self._input_gradient, gradient.shape, gradient.dtype)
        return np.multiply(gradient, self._mask, out=self._input_gradient)
