"""Pooling makes a map smaller and keeps what matters: of each little square it passes on one number, the largest or the
mean. Where exactly in the square it was found is forgotten, so a small shift of the image changes little.

A square is worked off in two rounds: first the rows of the map against each other, then the columns of what is left.
"""

from __future__ import annotations

import numpy as np

from models.base import ConfigError
from models.nn.layer import Array, Layer, Shape
from models.nn.memory import Memory


class _Pool(Layer):
    """Squares of size × size pixels side by side: (N, H, W, C) → (N, ⌊H/size⌋, ⌊W/size⌋, C).

    Rows and columns that fill no whole square are left out, as in other libraries.

    Attributes:
        size: side of a square in pixels.
    """

    def __init__(self, size: int = 2) -> None:
        super().__init__()
        self.size = size
        self._input_shape: tuple[int, ...] = ()

    def output_shape(self, input_shape: Shape) -> Shape:
        """(H, W, C) → (⌊H/size⌋, ⌊W/size⌋, C); raises ConfigError when no square fits."""
        if len(input_shape) != 3:
            raise ConfigError(f"Pooling needs maps (height, width, channels), not {input_shape[0]} numbers in a row.")
        height, width, channels = input_shape
        if min(height, width) < self.size:
            raise ConfigError(
                f"Pooling {self.size}×{self.size} would leave nothing of a {height}×{width} map: "
                "pool less, or use smaller kernels or padding before it."
            )
        return height // self.size, width // self.size, channels

    def _row_slots(self, x: Array) -> list[Array]:
        """First, second, … row of every square: `size` views of shape (N, H', W, C)."""
        stop = x.shape[1] // self.size * self.size
        return [x[:, i : stop : self.size] for i in range(self.size)]

    def _column_slots(self, x: Array) -> Array:
        """First, second, … column of every square: a view (size, N, H', W'), whose items are whole pixels.

        NumPy moves a pixel of C numbers much faster as one item than as C items.
        """
        samples, height, width, channels = x.shape
        columns = width // self.size
        pixels = x.view(np.dtype((np.void, channels * x.itemsize)))[:, :, : columns * self.size, 0]
        return pixels.reshape(samples, height, columns, self.size).transpose(3, 0, 1, 2)

    def _gather_columns(self, x: Array, kept: Memory) -> Array:
        """First, second, … column of every square, one after the other: (size, N, H', W', C)."""
        slots = self._column_slots(x)
        gathered = kept.array("columns", (*slots.shape, x.shape[-1]), x.dtype)
        gathered.view(slots.dtype)[..., 0] = slots
        return gathered


class MaxPool(_Pool):
    """Each square passes on its largest number; only that number gets the gradient.

    Between equal numbers the first column wins, and in a column the first row.
    """

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """The winner of every square: (N, H, W, C) → (N, H', W', C)."""
        kept = self._kept if training else Memory()
        rows = self._winners(self._row_slots(x), "rows", kept, training)
        out = self._winners(list(self._gather_columns(rows, kept)), "columns", kept, training)
        if training:
            self._input_shape = x.shape
        return out

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """A winner's gradient is the square's; all others would have to grow before anything changed: 0."""
        if not need_input:
            return None
        samples, height, width, channels = self._input_shape
        rows = self._kept.array("rows gradient", (samples, height // self.size, width, channels), gradient.dtype)
        shares = self._kept.array("columns gradient", (self.size, *gradient.shape), gradient.dtype)
        self._hand_back(gradient, list(shares), "columns")
        slots = self._column_slots(rows)
        slots[...] = shares.view(slots.dtype)[..., 0]
        total = self._kept.array("input gradient", self._input_shape, gradient.dtype)
        self._hand_back(rows, self._row_slots(total), "rows")
        return total

    @staticmethod
    def _winners(slots: list[Array], name: str, kept: Memory, training: bool) -> Array:
        """The largest of the slots, place by place; in training also who won, for `_hand_back`."""
        best = slots[0]
        out = kept.array(f"best {name}", best.shape, best.dtype)
        for i, challenger in enumerate(slots[1:], 1):
            if training:
                np.greater(challenger, best, out=kept.array(f"{name} {i} won", best.shape, np.dtype(bool)))
            best = np.maximum(best, challenger, out=out)
        return best

    def _hand_back(self, gradient: Array, slots: list[Array], name: str) -> None:
        """Write the gradient into the winner's slot and 0 into the others, from the last challenger to the first."""
        rest = gradient
        for i in range(len(slots) - 1, 0, -1):
            won = self._kept.array(f"{name} {i} won", gradient.shape, np.dtype(bool))
            np.multiply(rest, won, out=slots[i])
            rest = np.subtract(rest, slots[i], out=slots[0])
        if len(slots) == 1:
            slots[0][...] = gradient


class AveragePool(_Pool):
    """Each square passes on its mean; every number gets an equal share of the gradient."""

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """The mean of every square: (N, H, W, C) → (N, H', W', C)."""
        kept = self._kept if training else Memory()
        slots = self._row_slots(x)
        rows = kept.array("rows", slots[0].shape, x.dtype)
        np.copyto(rows, slots[0])
        for slot in slots[1:]:
            rows += slot
        columns = self._gather_columns(rows, kept)
        out: Array = columns[0]
        for column in columns[1:]:
            out += column
        out *= 1 / self.size**2
        if training:
            self._input_shape = x.shape
        return out

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂mean/∂x = 1 / size² for every number of the square."""
        if not need_input:
            return None
        samples, height, width, channels = self._input_shape
        share = gradient * (1 / self.size**2)
        rows = self._kept.array("rows gradient", (samples, height // self.size, width, channels), gradient.dtype)
        slots = self._column_slots(rows)
        slots[...] = share.view(slots.dtype)[..., 0]
        total = self._kept.array("input gradient", self._input_shape, gradient.dtype)
        for slot in self._row_slots(total):
            np.copyto(slot, rows)
        return total
