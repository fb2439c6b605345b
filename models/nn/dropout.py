"""Dropout silences random neurons at every training step, so that no neuron can rely on a particular other one."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.nn.layer import Array, Layer, Shape


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
        self._whole_mask: Array | None = None  # of a batch that is worked out in parts
        self._given: Array | None = None  # the next batch's part of it

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """A fresh mask for every batch; the mask already holds the factor 1 / (1 − rate)."""
        if not training:
            return x
        assert self._rng is not None, "dropout needs a random generator to train with"
        if self._given is None:
            mask = self._mask = self._drawn(self._kept.array("mask", x.shape, x.dtype))
        else:
            mask, self._mask, self._given = self._given, self._given, None
        out = self._kept.array("output", x.shape, x.dtype)
        np.multiply(x, mask, out=out)
        return out

    def _drawn(self, mask: Array) -> Array:
        """Fill a mask."""
        assert self._rng is not None, "dropout needs a random generator to train with"
        self._rng.random(dtype=mask.dtype.type, out=mask)
        np.greater_equal(mask, self.rate, out=mask)
        mask *= 1.0 / (1.0 - self.rate)
        return mask

    def draw_ahead(self, count: int, input_shape: Shape, dtype: np.dtype[Any]) -> None:
        """The mask of the whole batch."""
        self._whole_mask = self._drawn(self._kept.array("whole mask", (count, *input_shape), dtype))

    def follow(self, whole: Layer, rows: slice) -> None:
        """These rows of the mask that `whole` has drawn."""
        assert isinstance(whole, Dropout)
        assert whole._whole_mask is not None, "follow() needs a draw_ahead() of the whole first"
        self._given = whole._whole_mask[rows]

    def follow_nobody(self) -> None:
        """Draw again."""
        self._given = None

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂L/∂x = ∂L/∂y · mask / (1 − rate): a silenced neuron is not to blame."""
        assert self._mask is not None, "backward() needs a forward(training=True) first"
        if not need_input:
            return None
        out = self._kept.array("input gradient", gradient.shape, gradient.dtype)
        np.multiply(gradient, self._mask, out=out)
        return out
