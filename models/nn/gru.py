"""A gated recurrent unit (K. Cho et al., 2014) has two gates: one says how much of the old state stays, the other how
much of it is looked at when a new one is proposed.

    r, z ← σ(x W + h U + b)                 reset gate, update gate
    n    ← tanh(x W + b + r · (h U + b′))   what could be remembered instead
    h    ← (1 − z) · n + z · h

The reset gate is applied behind the product, as in PyTorch and cuDNN. Blame flows back through z: an update bias that
is positive (the chrono start) lets it flow from the first step on; without one a GRU does not learn to remember long.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.nn.layer import Array, Shape
from models.nn.recurrent import Recurrent, Start, keeping, sigmoid_in_place


class GRU(Recurrent):
    """Columns of the weights: reset gate, update gate, candidate (H each); `candidate_bias` (H,) is b′."""

    gate_count = 3

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """One bias more than other cells."""
        return {**super().parameter_shapes(input_shape), "candidate_bias": (self.units,)}

    def initialize_biases(self, rng: np.random.Generator) -> None:
        """Begin by keeping what there is."""
        bias, units = self.parameters["bias"], self.units
        bias[units : 2 * units] = keeping(rng, units, self.keep_for)
        self.parameters["candidate_bias"].fill(0.0)

    def run(self, sums: Array, start: Start, *, training: bool) -> tuple[Array, Start]:
        """Gates and candidate take the place of their sums."""
        units, recurrent, inner = self.units, self.parameters["recurrent"], self.parameters["candidate_bias"]
        shape = (*sums.shape[:2], units)
        kept = self._kept if training else type(self._kept)()
        hidden, looked = kept.array("hidden", shape, sums.dtype), kept.array("looked", shape, sums.dtype)
        product = kept.array("product", sums.shape[1:], sums.dtype)
        h = start[0]
        for t in range(len(sums)):
            a, seen, now = sums[t], looked[t], hidden[t]
            np.matmul(h, recurrent, out=product)
            gates, candidate = a[:, : 2 * units], a[:, 2 * units :]
            gates += product[:, : 2 * units]
            sigmoid_in_place(gates)
            np.add(product[:, 2 * units :], inner, out=seen)  # h U + b′
            np.multiply(seen, a[:, :units], out=now)
            candidate += now
            np.tanh(candidate, out=candidate)
            np.subtract(h, candidate, out=now)  # h ← n + z (h − n)
            now *= a[:, units : 2 * units]
            now += candidate
            if self._holding:
                self._hold(now)
            h = now
        return hidden, (h.copy(),)

    def run_back(self, blame: Array) -> Array:
        """∂L/∂sums; the part that went through U and the reset gate is kept for its own weights."""
        units, back = self.units, self.parameters["recurrent"].T
        moments, count = blame.shape[:2]
        kept, shape, dtype = self._kept, blame.shape, blame.dtype
        hidden, looked = self._hidden, kept.array("looked", shape, dtype)
        gates = kept.array("sums", (moments, count, 3 * units), dtype)
        gradient, through = (kept.array(name, gates.shape, dtype) for name in ("gradient", "through"))
        slope, scratch = kept.array("slope", gates.shape[1:], dtype), kept.array("scratch", shape[1:], dtype)
        assert self._first is not None
        for t in range(moments - 1, -1, -1):
            a, g, u, for_h = gates[t], gradient[t], through[t], blame[t]
            if self._holding:
                for_h *= self.buffers["free"]
            earlier = hidden[t - 1] if t else self._first
            reset, update, candidate = a[:, :units], a[:, units : 2 * units], a[:, 2 * units :]
            np.multiply(a, a, out=slope)  # σ′ = σ − σ², tanh′ = 1 − tanh²
            np.subtract(a[:, : 2 * units], slope[:, : 2 * units], out=slope[:, : 2 * units])
            np.subtract(1.0, slope[:, 2 * units :], out=slope[:, 2 * units :])
            np.subtract(earlier, candidate, out=scratch)
            np.multiply(scratch, for_h, out=g[:, units : 2 * units])
            np.multiply(for_h, update, out=scratch)  # what of the blame goes on along z
            np.subtract(for_h, scratch, out=g[:, 2 * units :])  # and what to the candidate, (1 − z)
            g[:, units:] *= slope[:, units:]
            np.multiply(g[:, 2 * units :], looked[t], out=g[:, :units])
            g[:, :units] *= slope[:, :units]
            u[:, : 2 * units] = g[:, : 2 * units]
            np.multiply(g[:, 2 * units :], reset, out=u[:, 2 * units :])
            if t:
                blame[t - 1] += scratch
                blame[t - 1] += np.matmul(u, back, out=scratch)
        return gradient

    def further_gradients(self, gradient: Array, before: Array) -> None:
        """U sees the blame of the candidate through the reset gate."""
        through = self._kept.array("through", (*before.shape[:2], 3 * self.units), gradient.dtype)
        flat = through.reshape(len(gradient), -1)
        super().further_gradients(flat, before)
        np.add.reduce(flat[:, 2 * self.units :], axis=0, out=self.gradients["candidate_bias"])

    def look(self, sums: Array, start: Start) -> tuple[Array, dict[str, Array], Start]:
        """Gates and candidate."""
        h, end = self.run(sums, start, training=False)
        parts = np.split(sums, 3, axis=2)
        return h, dict(zip(("reset", "update", "candidate"), parts, strict=True)), end
