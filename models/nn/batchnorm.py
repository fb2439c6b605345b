"""Batch normalization keeps the numbers between two layers at a steady size: every channel is shifted to mean 0 and
scaled to spread 1 over the batch, and then given a mean and a spread that the network may choose.

S. Ioffe and C. Szegedy, *Batch normalization: accelerating deep network training by reducing internal covariate shift*,
2015, algorithm 1 (training) and 2 (inference). See `BatchNorm.backward` for the gradient that is often left out.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.nn.layer import Array, Layer, Shape


class BatchNorm(Layer):
    """y = scale · (x − mean) / √(variance + ε) + shift, per channel: any shape (N, …, C) → the same shape.

    While training, mean and variance are those of the batch (over all axes but the last), and running averages of them
    are kept in `buffers`; otherwise the running averages are used, so that an image's answer does not depend on others.

    Attributes:
        momentum: share of the newest batch in the running averages, as in PyTorch.
        epsilon: keeps a channel that is constant from being divided by zero.
    """

    decayed = frozenset()
    compares_examples = True

    def __init__(self, *, momentum: float = 0.1, epsilon: float = 1e-5) -> None:
        super().__init__()
        self.momentum = momentum
        self.epsilon = epsilon
        self.frozen = False
        self._normalized: Array | None = None
        self._deviation: Array | None = None

    def parameter_shapes(self, input_shape: Shape) -> Mapping[str, Shape]:
        """A scale and a shift per channel."""
        return {"scale": input_shape[-1:], "shift": input_shape[-1:]}

    def initialize(self, rng: np.random.Generator) -> None:
        """Scale 1, shift 0; the running averages start from mean 0 and variance 1."""
        self.parameters["scale"][...] = 1
        self.parameters["shift"][...] = 0
        self.buffers["running_mean"] = np.zeros_like(self.parameters["shift"])
        self.buffers["running_variance"] = np.ones_like(self.parameters["scale"])

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """Normalize each channel, then scale and shift it."""
        scale, shift = self.parameters["scale"], self.parameters["shift"]
        if not training:
            factor = scale / np.sqrt(self.buffers["running_variance"] + self.epsilon)
            return x * factor + (shift - self.buffers["running_mean"] * factor)
        rows = x.reshape(-1, x.shape[-1])
        if self.frozen:
            self._deviation = np.sqrt(self.buffers["running_variance"] + self.epsilon)
            self._normalized = (rows - self.buffers["running_mean"]) / self._deviation
            return (self._normalized * scale + shift).reshape(x.shape)
        mean = rows.mean(axis=0)
        centred = rows - mean
        variance = np.einsum("nc,nc->c", centred, centred) / len(rows)
        self._deviation = np.sqrt(variance + self.epsilon)
        self._normalized = centred / self._deviation
        # The running variance estimates that of all data: hence n − 1 instead of n.
        for name, value in ("running_mean", mean), ("running_variance", variance * len(rows) / max(len(rows) - 1, 1)):
            self.buffers[name] += self.momentum * (value - self.buffers[name])
        return (self._normalized * scale + shift).reshape(x.shape)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """With x̂ the normalized input and g = ∂loss/∂y: ∂x = scale / deviation · (g − mean(g) − x̂ · mean(g·x̂)).

        The two means are there because each number also moves the batch's mean and variance.
        """
        assert self._normalized is not None, "backward() needs a forward(training=True) first"
        assert self._deviation is not None
        g = gradient.reshape(self._normalized.shape)
        of_scale = np.einsum("nc,nc->c", g, self._normalized)
        of_shift = g.sum(axis=0)
        self.gradients["scale"][...] = of_scale
        self.gradients["shift"][...] = of_shift
        if not need_input:
            return None
        if self.frozen:
            return gradient * (self.parameters["scale"] / self._deviation)
        inner: Array = g - of_shift / len(g) - self._normalized * (of_scale / len(g))
        inner *= self.parameters["scale"] / self._deviation
        return inner.reshape(gradient.shape)
