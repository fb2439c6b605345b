"""A long short-term memory cell (S. Hochreiter, J. Schmidhuber, 1997) keeps a memory c beside what it says, h, and has
three gates, numbers from 0 to 1, that say what to write into it, what to keep, and what to say of it.

    i, f, o ← σ(x W + h U + b)          input, forget, output gate
    g       ← tanh(x W + h U + b)       what could be written
    c       ← f · c + i · g
    h       ← o · tanh(c)

Blame flows back along c almost untouched: it is only multiplied by f. So f begins near 1 (a positive forget bias, or
the chrono start); an LSTM that begins by forgetting half at every moment never finds out what it should remember.
"""

from __future__ import annotations

import numpy as np

from models.nn.layer import Array
from models.nn.recurrent import Recurrent, Start, keeping, sigmoid_in_place


class LSTM(Recurrent):
    """Columns of the weights: input gate, forget gate, output gate, candidate (H each)."""

    gate_count = 4
    state_names = ("h", "c")

    def initialize_biases(self, rng: np.random.Generator) -> None:
        """Begin by remembering; in the chrono start, what is kept for long is written seldom."""
        bias, units = self.parameters["bias"], self.units
        bias[units : 2 * units] = keeping(rng, units, self.keep_for)
        if self.keep_for > 0:
            bias[:units] = -bias[units : 2 * units]

    def run(self, sums: Array, start: Start, *, training: bool) -> tuple[Array, Start]:
        """Gates and candidate take the place of their sums."""
        h, end, _, _ = self._run(sums, start, training=training)
        return h, end

    def _run(self, sums: Array, start: Start, *, training: bool) -> tuple[Array, Start, Array, Array]:
        """h, its end, c and tanh(c), all (T, N, H); with `training` c and h are kept."""
        units, recurrent = self.units, self.parameters["recurrent"]
        shape = (*sums.shape[:2], units)
        kept = self._kept if training else type(self._kept)()
        hidden, memory, said = (kept.array(name, shape, sums.dtype) for name in ("hidden", "memory", "said"))
        product = kept.array("product", sums.shape[1:], sums.dtype)
        written = kept.array("written", shape[1:], sums.dtype)
        h, c = start
        if training:
            kept.array("first memory", shape[1:], sums.dtype)[...] = c
        for t in range(len(sums)):
            a = sums[t]
            np.matmul(h, recurrent, out=product)
            a += product
            candidate = a[:, 3 * units :]  # tanh(a) = 2 σ(2a) − 1: one function for all four
            candidate *= 2.0
            sigmoid_in_place(a)
            candidate *= 2.0
            candidate -= 1.0
            now, says = memory[t], said[t]
            np.multiply(a[:, units : 2 * units], c, out=now)
            now += np.multiply(a[:, :units], a[:, 3 * units :], out=written)
            np.tanh(now, out=says)
            c, h = now, np.multiply(a[:, 2 * units : 3 * units], says, out=hidden[t])
            if self._holding:
                self._hold(h)
        return hidden, (h.copy(), c.copy()), memory, said

    def run_back(self, blame: Array) -> Array:
        """Blame of c goes on to the moment before through the forget gate, that of h through U."""
        units, back = self.units, self.parameters["recurrent"].T
        moments, count = blame.shape[:2]
        kept, shape, dtype = self._kept, blame.shape, blame.dtype
        memory, said = kept.array("memory", shape, dtype), kept.array("said", shape, dtype)
        gates = kept.array("sums", (moments, count, 4 * units), dtype)
        gradient = kept.array("gradient", gates.shape, dtype)
        slope, for_c = kept.array("slope", gates.shape[1:], dtype), kept.array("for c", shape[1:], dtype)
        scratch = kept.array("written", shape[1:], dtype)
        for_c.fill(0.0)
        for t in range(moments - 1, -1, -1):
            a, g, says, for_h = gates[t], gradient[t], said[t], blame[t]
            if self._holding:
                for_h *= self.buffers["free"]
            earlier = memory[t - 1] if t else kept.array("first memory", shape[1:], dtype)
            np.multiply(for_h, says, out=g[:, 2 * units : 3 * units])
            # ∂h/∂c = o (1 − tanh² c) = o − tanh c · h
            np.multiply(says, says, out=scratch)
            np.subtract(1.0, scratch, out=scratch)
            scratch *= a[:, 2 * units : 3 * units]
            scratch *= for_h
            for_c += scratch
            np.multiply(for_c, a[:, 3 * units :], out=g[:, :units])
            np.multiply(for_c, earlier, out=g[:, units : 2 * units])
            np.multiply(for_c, a[:, :units], out=g[:, 3 * units :])
            for_c *= a[:, units : 2 * units]
            np.multiply(a, a, out=slope)  # σ′ = σ − σ², tanh′ = 1 − tanh²
            np.subtract(a[:, : 3 * units], slope[:, : 3 * units], out=slope[:, : 3 * units])
            np.subtract(1.0, slope[:, 3 * units :], out=slope[:, 3 * units :])
            g *= slope
            if t:
                blame[t - 1] += np.matmul(g, back, out=scratch)
        return gradient

    def look(self, sums: Array, start: Start) -> tuple[Array, dict[str, Array], Start]:
        """Gates, candidate and memory."""
        h, end, memory, _ = self._run(sums, start, training=False)
        parts = np.split(sums, 4, axis=2)
        return h, dict(zip(("input", "forget", "output", "candidate"), parts, strict=True)) | {"memory": memory}, end
