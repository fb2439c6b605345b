"""The plain recurrent cell (J. Elman, 1990): the new state is a squashed sum of what is seen and what was remembered.

h ← tanh(x W + h U + b)
"""

from __future__ import annotations

import numpy as np

from models.nn.layer import Array
from models.nn.recurrent import Recurrent, Start


class RNN(Recurrent):
    """A tanh layer whose output is its own further input."""

    gate_count = 1

    def run(self, sums: Array, start: Start, *, training: bool) -> tuple[Array, Start]:
        """h ← tanh(sums + h U)."""
        recurrent, h = self.parameters["recurrent"], start[0]
        hidden = self._hidden if training else np.empty_like(sums)
        for t in range(len(sums)):
            now = hidden[t]
            np.matmul(h, recurrent, out=now)
            now += sums[t]
            np.tanh(now, out=now)
            if self._holding:
                self._hold(now)
            h = now
        return hidden, (h.copy(),)

    def run_back(self, blame: Array) -> Array:
        """g = ∂L/∂h · (1 − h²), and ∂L/∂h of the moment before gets g Uᵀ."""
        hidden, back = self._hidden, self.parameters["recurrent"].T
        slope = self._kept.array("slope", hidden.shape, hidden.dtype)
        np.multiply(hidden, hidden, out=slope)
        np.subtract(1.0, slope, out=slope)
        if self._holding:
            slope *= self.buffers["free"]
        sums = self._kept.array("sums", hidden.shape, hidden.dtype)
        earlier = self._kept.array("earlier", hidden.shape[1:], hidden.dtype)
        for t in range(len(hidden) - 1, -1, -1):
            now = sums[t]
            np.multiply(blame[t], slope[t], out=now)
            if t:
                blame[t - 1] += np.matmul(now, back, out=earlier)
        return sums

    def look(self, sums: Array, start: Start) -> tuple[Array, dict[str, Array], Start]:
        """The state is all there is."""
        h, end = self.run(sums, start, training=False)
        return h, {}, end
