"""The two learning rules in full: a linear neuron's delta rule, and back-propagation through two sigmoid layers.

Each update sees all rows at once and changes the weights in place. Numbers are float64, since people read them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def linear_update(rows: Array, targets: Array, weights: Array, learning_rate: float, flaw: bool = False) -> None:
    """The delta rule (Widrow & Hoff 1960) on all rows at once, in place: w ← w − η Xᵀ (X w − t).

    It descends ½ Σ (X w − t)². With the flaw each row's error counts as often as the row has ones: a weighted sum of
    squares. Where all rows can be answered exactly it has the same answer, so the flaw changes only the way there.

    Args:
        rows: X (R, n); targets: t (R,).
        weights: w (n,), changed.
        learning_rate: η.
        flaw: the original's mistake.
    """
    error = np.dot(rows, weights)
    error -= targets
    if flaw:
        error *= rows.sum(axis=1)
    weights -= learning_rate * np.dot(error, rows)


def sigmoid(x: Array) -> Array:
    """1 / (1 + e⁻ˣ), in place. Where e⁻ˣ overflows to infinity this is 0, as it should be (switch the warning off)."""
    np.negative(x, out=x)
    np.exp(x, out=x)
    x += 1.0
    return np.reciprocal(x, out=x)


def sigmoid_update(
    rows: Array, targets: Array, first: Array, second: Array, learning_rate: float, bias: bool, flaw: bool = False
) -> None:
    """One update of a two-layer sigmoid network on all rows at once, by back-propagation, in place.

    Forwards h = σ(X V), y = σ(h w); backwards δ₂ = (y − t) y (1 − y), δ₁ = δ₂ wᵀ h (1 − h); then w ← w − η hᵀ δ₂ and
    V ← V − η Xᵀ δ₁, which descends ½ Σ (y − t)². With biases, X and h have a last column of ones.

    Args:
        rows: X (R, n), with the column of ones if there are biases; targets: t (R,).
        first: V (n, H), changed, with the biases as its last row; second: w (H,), with the bias as its last entry.
        learning_rate: η.
        bias: whether there are biases.
        flaw: the original's mistake: the first layer's gradient uses y where the inputs belong, so that all inputs of
            a neuron are changed alike, and the layer never learns to look at any one of them.
    """
    units = first.shape[1]
    hidden = sigmoid(np.dot(rows, first))  # np.dot: on matrices this small, @ takes twice as long
    seen = np.concatenate([hidden, np.ones((len(rows), 1))], axis=1) if bias else hidden
    output = sigmoid(np.dot(seen, second))
    delta2 = output - targets
    delta2 *= output
    delta2 *= 1.0 - output
    delta1 = delta2[:, None] * second[:units]
    delta1 *= hidden
    delta1 *= 1.0 - hidden
    second -= learning_rate * np.dot(delta2, seen)
    if flaw:
        first -= learning_rate * np.dot(output, delta1)
    else:
        first -= learning_rate * np.dot(rows.T, delta1)


def answers(parameters: tuple[Array, ...], rows: Array, bias: bool) -> Array:
    """What a network says to rows (R, n): (R,). One array of parameters is the linear neuron, two are both layers."""
    if len(parameters) == 1:
        return np.asarray(rows @ parameters[0])
    ones = np.ones((len(rows), 1))
    hidden = sigmoid((np.concatenate([rows, ones], axis=1) if bias else rows) @ parameters[0])
    return sigmoid((np.concatenate([hidden, ones], axis=1) if bias else hidden) @ parameters[1])
