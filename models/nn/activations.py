"""An activation bends a neuron's sum into its output; without one, a stack of layers would be a single straight line.

Each function stands beside its derivative. The derivative is computed from the *output* y = f(x), which is at hand in
the backward pass, so the input needs not be kept. All of them are safe for any finite input: nothing overflows.
"""

from __future__ import annotations

import numpy as np

from models.nn.layer import Array, Layer


class Activation(Layer):
    """y = f(x), number by number; subclasses give `function` and `derivative`, the chain rule is the same for all."""

    def __init__(self) -> None:
        super().__init__()
        self._output: Array | None = None

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """f(x), same shape as x; written into `out` when given."""
        raise NotImplementedError

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """f′(x), computed from the output y = f(x); written into `out` when given."""
        raise NotImplementedError

    def forward(self, x: Array, *, training: bool = False) -> Array:
        """f of every number; x of any shape."""
        if not training:
            return self.function(x)
        self._output = self._kept.array("output", x.shape, x.dtype)
        return self.function(x, self._output)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂L/∂x = ∂L/∂y · f′(x)."""
        assert self._output is not None, "backward() needs a forward(training=True) first"
        if not need_input:
            return None
        out = self._kept.array("input gradient", gradient.shape, gradient.dtype)
        self.derivative(self._output, out)
        out *= gradient
        return out


class Identity(Activation):
    """y = x: a linear unit, for outputs that may be any number."""

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """y = x."""
        return np.positive(x, out=out)

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """y′ = 1."""
        out = np.empty_like(y) if out is None else out
        out.fill(1.0)
        return out


class Sigmoid(Activation):
    """y = 1 / (1 + e⁻ˣ), between 0 and 1: how strongly a neuron fires."""

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """y = 1 / (1 + e⁻ˣ); −x is cut off at 80, where e⁸⁰ still fits into float32 and y is 0 for all purposes."""
        out = np.negative(x, out=out)
        np.minimum(out, 80.0, out=out)
        np.exp(out, out=out)
        out += 1.0
        return np.reciprocal(out, out=out)

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """y′ = y (1 − y)."""
        out = np.subtract(1.0, y, out=out)
        out *= y
        return out


class BipolarSigmoid(Activation):
    """y = 2 / (1 + e⁻ˣ) − 1, between −1 and +1: the sigmoid stretched to both signs."""

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """y = 2 / (1 + e⁻ˣ) − 1, which is tanh(x / 2) and never overflows in that form."""
        out = np.multiply(x, 0.5, out=out)
        return np.tanh(out, out=out)

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """y′ = ½ (1 + y)(1 − y) = ½ (1 − y²)."""
        out = np.multiply(y, y, out=out)
        np.subtract(1.0, out, out=out)
        out *= 0.5
        return out


class Tanh(Activation):
    """y = tanh x, between −1 and +1."""

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """y = tanh x = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)."""
        return np.tanh(x, out=out)

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """y′ = 1 − y²."""
        out = np.multiply(y, y, out=out)
        return np.subtract(1.0, out, out=out)


class ReLU(Activation):
    """y = max(0, x): silent below zero, linear above."""

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """y = max(0, x)."""
        return np.maximum(x, 0.0, out=out)

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """y′ = 1 where the unit is on, else 0: just the sign of y, which is never negative."""
        return np.sign(y, out=out)


class LeakyReLU(Activation):
    """y = x above zero and 0.01·x below, so that a silent unit can still learn."""

    slope = 0.01

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """y = max(0.01·x, x)."""
        out = np.multiply(x, LeakyReLU.slope, out=out)
        return np.maximum(out, x, out=out)

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """y′ = 1 where y > 0, else 0.01."""
        out = np.heaviside(y, y.dtype.type(0.0), out=out)
        out *= 1.0 - LeakyReLU.slope
        out += LeakyReLU.slope
        return out


class Softmax(Activation):
    """yᵢ = eˣⁱ / Σⱼ eˣʲ over the last axis: ten numbers become ten probabilities that sum to 1.

    Every output depends on every input, so there is no single derivative per number: `backward` is its own.
    """

    @staticmethod
    def function(x: Array, out: Array | None = None) -> Array:
        """The largest x is subtracted first: it cancels in the fraction and keeps e from overflowing."""
        out = np.subtract(x, x.max(axis=-1, keepdims=True), out=out)
        np.exp(out, out=out)
        out /= out.sum(axis=-1, keepdims=True)
        return out

    @staticmethod
    def derivative(y: Array, out: Array | None = None) -> Array:
        """Only ∂yᵢ/∂xᵢ = yᵢ (1 − yᵢ), the diagonal; the rest is ∂yᵢ/∂xⱼ = −yᵢ yⱼ."""
        return Sigmoid.derivative(y, out)

    def backward(self, gradient: Array, *, need_input: bool = True) -> Array | None:
        """∂L/∂xᵢ = yᵢ (gᵢ − Σⱼ gⱼ yⱼ): the whole Jacobian diag(y) − y yᵀ, applied to the gradient g."""
        assert self._output is not None, "backward() needs a forward(training=True) first"
        if not need_input:
            return None
        y = self._output
        out = self._kept.array("input gradient", gradient.shape, gradient.dtype)
        np.subtract(gradient, (gradient * y).sum(axis=-1, keepdims=True), out=out)
        out *= y
        return out


ACTIVATIONS: dict[str, type[Activation]] = {
    "identity": Identity,
    "sigmoid": Sigmoid,
    "bipolar_sigmoid": BipolarSigmoid,
    "tanh": Tanh,
    "relu": ReLU,
    "leaky_relu": LeakyReLU,
    "softmax": Softmax,
}
"""Name → class, in the order in which they are offered."""
