"""Is the gradient right? Nudge every parameter a little up and down and see whether the loss changes as predicted.

This is the definition of a derivative, (L(θ + ε) − L(θ − ε)) / 2ε, and needs no calculus: slow, but it cannot share
a mistake with the backward pass.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.nn.layer import Array
from models.nn.losses import Loss
from models.nn.network import Network


def numerical_gradient(function: Callable[[], float], x: Array, epsilon: float = 1e-5) -> Array:
    """∂function/∂x by central differences; `x` (float64) is nudged in place and put back.

    The error is of order ε² plus rounding/ε: about 1e-10 in float64 for functions of size 1.
    """
    gradient = np.zeros_like(x)
    for index in np.ndindex(x.shape):
        value = x[index]
        x[index] = value + epsilon
        above = function()
        x[index] = value - epsilon
        below = function()
        x[index] = value
        gradient[index] = (above - below) / (2 * epsilon)
    return gradient


def relative_error(a: Array, b: Array) -> float:
    """‖a − b‖ / (‖a‖ + ‖b‖); 0 when both are zero."""
    size = float(np.linalg.norm(a) + np.linalg.norm(b))
    return float(np.linalg.norm(a - b)) / size if size else 0.0


def gradient_check(network: Network, loss: Loss, x: Array, targets: Array, epsilon: float = 1e-5) -> dict[str, float]:
    """Relative error of every parameter's gradient, by name ("0.weight" → 3e-10).

    Everything must be float64 and nothing random: a dropout layer would roll its dice at every evaluation. A loss
    whose gradient is summed over the batch is compared with the summed loss.
    """
    scale = len(x) if loss.summed else 1

    def value() -> float:
        return loss(network.forward(x, training=True), targets)[0] * scale

    _, gradient = loss(network.forward(x, training=True), targets)
    network.backward(gradient)
    analytic = network.gradients.copy()
    numeric = numerical_gradient(value, network.parameters, epsilon)
    errors: dict[str, float] = {}
    offset = 0
    for name, view in network.named_parameters():
        end = offset + view.size
        errors[name] = relative_error(analytic[offset:end], numeric[offset:end])
        offset = end
    return errors
