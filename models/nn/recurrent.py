"""A recurrent layer reads a sequence one moment after the other and carries a note to itself from each to the next: the
hidden state h.

Every cell (`rnn`, `gru`, `lstm`) is the same loop with another rule for the note:

    for t in range(T):
        h = cell(x[t], h)        # what is seen now, and what is remembered

What is fast here is what does not wait for h. The inputs of the whole sequence go through their weights in one matrix
product, and so do the weights' gradients; only the recurrence itself is one product a moment. Arrays are kept time
first, so that a moment is one piece of memory.

Backwards, blame flows from each moment to the one before it: back-propagation through time (P. Werbos, 1990). It ends
where the batch begins. Where the state is carried over from the batch before, that is the truncated version: what was
read earlier still speaks, but no blame reaches it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from models.nn.initializers import Initializer, xavier
from models.nn.layer import Array, Layer, Shape

Start = tuple[Array, ...]
"""What a cell remembers, (N, H) each: (h,), or (h, c) for an LSTM."""


@dataclass(frozen=True)
class Unrolled:
    """A layer at work, moment by moment.

    Attributes:
        hidden: (N, T, H) the hidden state after every moment.
        gates: name → (N, T, H): gates, candidate and memory cell, by the names of the literature.
        end: what it remembers after the last moment, to go on from.
    """

    hidden: Array
    gates: Mapping[str, Array]
    end: Start


class Recurrent(Layer):
    """Base of the recurrent layers: x (N, T, D), or symbols (N, T) as whole numbers below `symbols`, → h (N, T, H).

    A symbol stands for a one-hot vector; its product with the weights is one row of them, which is looked up.

    Buffers: `free` (H,) is 0 for the units that are held at `held` (H,) instead of what the cell works out, else 1.
    With `streams` there are further ones, `carried_h` (N, H) and the like: the state at the end of the last training
    batch, from which the next one goes on.

    Attributes:
        blame, blame_of_sums: after `backward`: ∂L/∂h of every moment, (T, N, H), with all that came through later ones,
            and ∂L/∂(x W + h U + b), (T, N, gates·H); overwritten by the next.

    Args:
        units: H, how many numbers are remembered.
        symbols: how many different symbols there are, where the input is symbols; 0 where it is numbers.
        streams: N of the training batches, where the state is carried from each to the next; 0 to begin with zeros.
        keep_for: how many moments GRU and LSTM should remember at first (the chrono start); 0 for a few (a bias of 1),
            −1 for a bias of 0.
        initializer: how the input weights are drawn.
        recurrent_initializer: how the weights from state to state are drawn; by default orthogonal.
    """

    gate_count = 1
    state_names: tuple[str, ...] = ("h",)
    decayed = frozenset({"weight", "recurrent"})

    def __init__(
        self,
        units: int,
        *,
        symbols: int = 0,
        streams: int = 0,
        keep_for: int = 0,
        initializer: Initializer | None = None,
        recurrent_initializer: Initializer | None = None,
    ) -> None:
        super().__init__()
        self.units, self.symbols, self.streams, self.keep_for = units, symbols, streams, keep_for
        self._initializer = initializer or xavier()
        self._recurrent_initializer = recurrent_initializer or orthogonal()
        self._input: Array | None = None
        self._first: Array | None = None  # h before the first moment of the latest training batch
        self._shape: Shape = (0, 0, units)
        self.blame = self.blame_of_sums = np.zeros((0, 0, units))
        self._holding = False

    # What a cell says -----------------------------------------------------------------------------------------------

    def initialize_biases(self, rng: np.random.Generator) -> None:
        """The biases of a new layer, which are zeros so far."""

    def run(self, sums: Array, start: Start, *, training: bool) -> tuple[Array, Start]:
        """The loop over time: from input sums (T, N, gates·H), which may be overwritten, to h (T, N, H) and its end."""
        raise NotImplementedError

    def run_back(self, blame: Array) -> Array:
        """From ∂L/∂h (T, N, H) of all moments to ∂L/∂sums (T, N, gates·H), through the latest training run."""
        raise NotImplementedError

    def look(self, sums: Array, start: Start) -> tuple[Array, dict[str, Array], Start]:
        """As `run`, with everything that the formulas name: (T, N, H) each."""
        raise NotImplementedError

    def further_gradients(self, gradient: Array, before: Array) -> None:
        """Gradients of what the cell has besides: from ∂L/∂sums and the states before each moment."""
        np.matmul(before.reshape(-1, self.units).T, gradient, out=self.gradients["recurrent"])

    # Parameters -----------------------------------------------------------------------------------------------------

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """weight (D, gates·H), recurrent (H, gates·H), bias (gates·H,)."""
        inputs, width = self.symbols or input_shape[-1], self.gate_count * self.units
        return {"weight": (inputs, width), "recurrent": (self.units, width), "bias": (width,)}

    def output_shape(self, input_shape: Shape) -> Shape:
        """(T, D) or (T,) → (T, H)."""
        return input_shape[0], self.units

    def initialize(self, rng: np.random.Generator) -> None:
        """Each gate has weights of its own, drawn as for a layer of its own."""
        weight, recurrent = self.parameters["weight"], self.parameters["recurrent"]
        for gate in range(self.gate_count):
            part = slice(gate * self.units, (gate + 1) * self.units)
            self._initializer(rng, weight[:, part], weight.shape[0], self.units)
            self._recurrent_initializer(rng, recurrent[:, part], self.units, self.units)
        self.parameters["bias"].fill(0.0)
        self.initialize_biases(rng)
        dtype = weight.dtype
        self.buffers = {"free": np.ones(self.units, dtype), "held": np.zeros(self.units, dtype)}
        for name in self.state_names if self.streams else ():
            self.buffers[f"carried_{name}"] = np.zeros((self.streams, self.units), dtype)

    # The two directions ---------------------------------------------------------------------------------------------

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """h of every moment (N, T, H); while training from the carried state, else from zeros."""
        count, moments = x.shape[:2]
        self._note_held()
        start = self._start(count, training=training)
        h, end = self.run(self._sums(x, training=training), start, training=training)
        if not training:
            return np.ascontiguousarray(h.transpose(1, 0, 2))
        self._input, self._first = x, start[0]
        if self.streams:
            for name, state in zip(self.state_names, end, strict=True):
                self.buffers[f"carried_{name}"][...] = state
        out = self._kept.array("output", (count, moments, self.units), h.dtype)
        out[...] = h.transpose(1, 0, 2)
        return out

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """Through time, then one matrix product for each kind of weight."""
        x = self._input
        assert x is not None, "backward() needs a forward(training=True) first"
        count, moments = x.shape[:2]
        blame = self._kept.array("blame", (moments, count, self.units), gradient.dtype)
        blame[...] = gradient.transpose(1, 0, 2)
        self.blame, self.blame_of_sums = blame, self.run_back(blame)
        sums = self.blame_of_sums.reshape(moments * count, -1)
        before = self._kept.array("before", (moments, count, self.units), gradient.dtype)
        before[0] = self._first
        before[1:] = self._hidden[:-1]
        self.further_gradients(sums, before)
        np.add.reduce(sums, axis=0, out=self.gradients["bias"])
        weight = self.parameters["weight"]
        if self.symbols:
            rows_summed(np.ascontiguousarray(x.T).reshape(-1), sums, out=self.gradients["weight"])
            return None
        flat = self._kept.array("flat", (moments, count, x.shape[2]), x.dtype)
        flat[...] = x.transpose(1, 0, 2)
        np.matmul(flat.reshape(moments * count, -1).T, sums, out=self.gradients["weight"])
        if not need_input:
            return None
        back = np.matmul(sums, weight.T).reshape(moments, count, -1)
        out = self._kept.array("input gradient", x.shape, gradient.dtype)
        out[...] = back.transpose(1, 0, 2)
        return out

    def go_on(self, x: Array, start: Start | None = None) -> tuple[Array, Start]:
        """h of every moment (N, T, H) from `start` or zeros, and what is remembered at the end."""
        self._note_held()
        begin = self._start(len(x), training=False) if start is None else start
        h, end = self.run(self._sums(x, training=False), begin, training=False)
        return np.ascontiguousarray(h.transpose(1, 0, 2)), end

    def unroll(self, x: Array, start: Start | None = None) -> Unrolled:
        """The layer at work on x, from `start` or zeros, for those who want to see inside; nothing is remembered."""
        self._note_held()
        begin = self._start(len(x), training=False) if start is None else start
        h, gates, end = self.look(self._sums(x, training=False), begin)
        return Unrolled(h.transpose(1, 0, 2), {k: v.transpose(1, 0, 2) for k, v in gates.items()}, end)

    # Inside ---------------------------------------------------------------------------------------------------------

    @property
    def _hidden(self) -> Array:
        """h of every moment of the latest training run, (T, N, H)."""
        return self._kept.array("hidden", self._shape, self.parameters["recurrent"].dtype)

    def _sums(self, x: Array, *, training: bool) -> Array:
        """x W + b for all moments at once, (T, N, gates·H)."""
        weight = self.parameters["weight"]
        shape = (x.shape[1], x.shape[0], weight.shape[1])
        if training:
            self._shape = (*shape[:2], self.units)
        sums = self._kept.array("sums", shape, weight.dtype) if training else np.empty(shape, weight.dtype)
        if self.symbols:
            np.take(weight, x.T, axis=0, out=sums, mode="clip")
        else:
            np.matmul(np.ascontiguousarray(x.transpose(1, 0, 2)), weight, out=sums)
        sums += self.parameters["bias"]
        return sums

    def _start(self, count: int, *, training: bool) -> Start:
        """The carried state (copied), or zeros."""
        dtype = self.parameters["recurrent"].dtype
        if training and self.streams == count:
            return tuple(self.buffers[f"carried_{name}"].copy() for name in self.state_names)
        return tuple(np.zeros((count, self.units), dtype) for _ in self.state_names)

    def _note_held(self) -> None:
        free = self.buffers.get("free")
        self._holding = free is not None and not free.all()

    def _hold(self, h: Array) -> None:
        """Put the units that are held to what they are held at."""
        if self._holding:
            h *= self.buffers["free"]
            h += (1 - self.buffers["free"]) * self.buffers["held"]


def rows_summed(symbols: Array, rows: Array, *, out: Array) -> None:
    """out[s] = the sum of all rows (M, K) whose symbol (M,) is s: one-hotᵀ · rows.

    As a matrix product, zeros and all, it is many times faster than adding up rows where they belong.
    """
    one_hot = np.zeros((len(symbols), len(out)), rows.dtype)
    one_hot[np.arange(len(symbols)), symbols] = 1.0
    np.matmul(one_hot.T, rows, out=out)


def sigmoid_in_place(a: Array) -> None:
    """σ(a) = 1 / (1 + e⁻ᵃ). NumPy's exp is several times faster than its tanh; where it overflows, σ is 0."""
    np.negative(a, out=a)
    with np.errstate(over="ignore"):
        np.exp(a, out=a)
    a += 1.0
    np.reciprocal(a, out=a)


def orthogonal(gain: float = 1.0) -> Initializer:
    """A random rotation: it changes no length, so what is remembered neither fades nor grows at first.

    A. Saxe, J. McClelland, S. Ganguli, *Exact solutions to the nonlinear dynamics of learning in deep linear neural
    networks*, 2014.
    """

    def fill(rng: np.random.Generator, weights: Array, fan_in: int, fan_out: int) -> None:
        size = max(weights.shape)
        q, r = np.linalg.qr(rng.normal(size=(size, size)))
        q *= np.sign(np.diag(r))
        weights[...] = gain * q[: weights.shape[0], : weights.shape[1]]

    return fill


def keeping(rng: np.random.Generator, units: int, keep_for: int) -> Array:
    """Biases (H,) of a gate that keeps what is remembered.

    For `keep_for` moments at the longest they are log U(1, keep_for − 1), the chrono start (C. Tallec, Y. Ollivier,
    *Can recurrent neural networks warp time?*, 2018); for 0 they are 1, for −1 they are 0.
    """
    if keep_for > 0:
        return np.log(rng.uniform(1.0, max(keep_for - 1.0, 1.0), units))
    return np.full(units, 1.0 if keep_for == 0 else 0.0)
