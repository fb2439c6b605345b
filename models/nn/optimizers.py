"""An optimizer turns gradients into steps: which way is downhill is known, how far and how boldly to go is its choice.

All parameters of a network lie in one flat vector θ, and so do their gradients g; each rule below is a few lines on
whole vectors, in place, without new memory. η is the step size (learning rate).
"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from models.nn.layer import Array


class Optimizer:
    """Base of all optimizers.

    Args:
        size: number of parameters.
        dtype: their type.
        momentum: μ or β₁: how much of the previous direction is kept, 0–1; may be changed between two steps.
        second_momentum: β₂: how much of the running mean of g² is kept, 0–1; may be changed between two steps.

    Attributes:
        state: name → flat array that changes while training (velocities, running means, the number of updates).
    """

    averages: tuple[str, ...] = ()

    def __init__(
        self, size: int, dtype: Any = np.float32, *, momentum: float = 0.9, second_momentum: float = 0.99
    ) -> None:
        self.momentum = momentum
        self.second_momentum = second_momentum
        self.state: dict[str, Array] = {name: np.zeros(size, dtype) for name in self.averages}
        self._scratch = np.empty(size, dtype)

    def update(self, parameters: Array, gradients: Array, learning_rate: float) -> None:
        """Change the parameters in place by one step; the gradients are left as they are."""
        raise NotImplementedError


class SGD(Optimizer):
    """Plain gradient descent: θ ← θ − η g."""

    def update(self, parameters: Array, gradients: Array, learning_rate: float) -> None:
        """θ ← θ − η g."""
        parameters -= np.multiply(gradients, learning_rate, out=self._scratch)


class Momentum(Optimizer):
    """A heavy ball: v ← μ v + g, θ ← θ − η v (Polyak 1964)."""

    averages = ("velocity",)

    def update(self, parameters: Array, gradients: Array, learning_rate: float) -> None:
        """v ← μ v + g, θ ← θ − η v."""
        velocity = self.state["velocity"]
        velocity *= self.momentum
        velocity += gradients
        parameters -= np.multiply(velocity, learning_rate, out=self._scratch)


class Nesterov(Optimizer):
    """A ball that looks ahead: v ← μ v + g, θ ← θ − η (g + μ v) (Nesterov 1983; form of PyTorch).

    As η stands outside the velocity, this is the form of Sutskever et al. (2013) only while η and μ stay the same.
    """

    averages = ("velocity",)

    def update(self, parameters: Array, gradients: Array, learning_rate: float) -> None:
        """v ← μ v + g, θ ← θ − η (g + μ v)."""
        velocity, step = self.state["velocity"], self._scratch
        velocity *= self.momentum
        velocity += gradients
        np.multiply(velocity, self.momentum, out=step)
        step += gradients
        step *= learning_rate
        parameters -= step


class RMSProp(Optimizer):
    """Each parameter gets its own step, divided by the usual size of its gradient (Tieleman & Hinton 2012)."""

    averages = ("mean_square",)
    epsilon = 1e-8

    def update(self, parameters: Array, gradients: Array, learning_rate: float) -> None:
        """s ← β₂ s + (1 − β₂) g², θ ← θ − η g / (√s + ε)."""
        mean_square, step = self.state["mean_square"], self._scratch
        mean_square *= self.second_momentum
        np.multiply(gradients, gradients, out=step)
        step *= 1.0 - self.second_momentum
        mean_square += step
        np.sqrt(mean_square, out=step)
        step += self.epsilon
        np.divide(gradients, step, out=step)
        step *= learning_rate
        parameters -= step


class Adam(Optimizer):
    """Momentum and RMSProp together, corrected for their start at zero (Kingma & Ba 2015, algorithm 1)."""

    averages = ("mean", "mean_square")
    epsilon = 1e-8

    def __init__(
        self, size: int, dtype: Any = np.float32, *, momentum: float = 0.9, second_momentum: float = 0.99
    ) -> None:
        super().__init__(size, dtype, momentum=momentum, second_momentum=second_momentum)
        # How much of the start at zero is still in the two means: β₁ᵗ and β₂ᵗ (a product, as the βs may change).
        self.state["remainder"] = np.ones(2, np.float64)

    def update(self, parameters: Array, gradients: Array, learning_rate: float) -> None:
        """m ← β₁ m + (1 − β₁) g, s ← β₂ s + (1 − β₂) g², θ ← θ − η m̂ / (√ŝ + ε) with m̂ = m/(1−β₁ᵗ), ŝ = s/(1−β₂ᵗ)."""
        beta1, beta2 = self.momentum, self.second_momentum
        mean, mean_square, remainder = self.state["mean"], self.state["mean_square"], self.state["remainder"]
        remaining, square_remaining = remainder.item(0) * beta1, remainder.item(1) * beta2
        remainder[0], remainder[1] = remaining, square_remaining
        step = self._scratch
        mean *= beta1
        mean += np.multiply(gradients, 1.0 - beta1, out=step)
        mean_square *= beta2
        np.multiply(gradients, gradients, out=step)
        step *= 1.0 - beta2
        mean_square += step
        # Both corrections are single factors: √ŝ + ε = (√s + ε √(1−β₂ᵗ)) / √(1−β₂ᵗ). That saves two passes.
        root = sqrt(1.0 - square_remaining)
        np.sqrt(mean_square, out=step)
        step += self.epsilon * root
        np.divide(mean, step, out=step)
        step *= learning_rate * root / (1.0 - remaining)
        parameters -= step


def add_decay(gradients: Array, parameters: Array, decayed: Array, l1: float, l2: float, scratch: Array) -> None:
    """Add the gradient of the penalty λ₁ Σ|w| + ½ λ₂ Σw² to the gradients, in place.

    L1 pulls every weight towards 0 with the same force (many end there), L2 with a force that grows with the weight.
    Being part of the gradient, the pull is rescaled by RMSProp and Adam like the rest of it; decoupled weight decay
    (AdamW, Loshchilov & Hutter 2019) would shrink the weights apart from that.

    Args:
        gradients, parameters, scratch: flat vectors of the same size; scratch is overwritten.
        decayed: 1 for the weights and 0 for biases and the like, which are left alone.
        l1, l2: λ₁ and λ₂, not negative.
    """
    if l2:
        np.multiply(parameters, decayed, out=scratch)
        scratch *= l2
        gradients += scratch
    if l1:
        np.sign(parameters, out=scratch)
        scratch *= decayed
        scratch *= l1
        gradients += scratch


OPTIMIZERS: dict[str, type[Optimizer]] = {
    "sgd": SGD,
    "momentum": Momentum,
    "nesterov": Nesterov,
    "rmsprop": RMSProp,
    "adam": Adam,
}
"""Name → class, in the order in which they are offered."""
