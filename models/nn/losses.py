"""A loss is one number that says how wrong the outputs are; its gradient says in which direction they should move.

Outputs and targets have the same shape (N, K), or (N, T, K) for sequences; a class is a row with a single 1
("one-hot"). The loss is always reported per row of K outputs, so that batches of different size can be compared: per
example, or per moment of a sequence.
"""

from __future__ import annotations

import numpy as np

from models.nn.layer import Array
from models.nn.memory import reuse


class Loss:
    """Base of all losses: `loss(outputs, targets)` gives the value and ∂loss/∂outputs.

    The gradient is a buffer that the next call overwrites.
    """

    fused_softmax = False
    """Whether the loss applies softmax itself, so that the network ends in plain sums (logits)."""

    summed = False
    """Whether the gradient is the sum over the batch and not its mean, so that a larger batch means a larger step."""

    def __init__(self) -> None:
        self._gradient: Array | None = None

    def __call__(self, outputs: Array, targets: Array, weights: Array | None = None) -> tuple[float, Array]:
        """The loss per row and its gradient, of the shape of the outputs.

        Args:
            outputs, targets: (N, K) or (N, T, K).
            weights: how much each row counts, (N,) or (N, T), not negative; 0 leaves it out (a sequence that is shorter
                than the others). The mean over rows is then Σ w · loss / Σ w, and 0 where all weights are 0.
        """
        raise NotImplementedError


class MeanSquaredError(Loss):
    """L = 1/(N·K) Σ (y − t)²: the mean over all N·K outputs."""

    def __call__(self, outputs: Array, targets: Array, weights: Array | None = None) -> tuple[float, Array]:
        """∂L/∂y = 2 (y − t) / (N·K)."""
        error = self._gradient = reuse(self._gradient, outputs.shape, outputs.dtype)
        np.subtract(outputs, targets, out=error)
        if weights is not None:
            w, total = _normed(weights)
            value = float(np.vdot(error * w, error)) / (total * error.shape[-1])
            error *= w * (2.0 / (total * error.shape[-1]))
            return value, error
        flat = error.reshape(-1)
        value = float(flat @ flat) / error.size
        error *= 2.0 / error.size
        return value, error


class SummedSquaredError(Loss):
    """L = ½ Σₖ (yₖ − tₖ)² per row, but the gradient is *summed* over the batch instead of averaged.

    So the step grows with the batch: a step size that suits a mean is N times too large here. Many a first
    implementation does this, and it is what makes a wide layer collapse at a step of 0.01.
    """

    summed = True

    def __call__(self, outputs: Array, targets: Array, weights: Array | None = None) -> tuple[float, Array]:
        """∂(Σₙ Lₙ)/∂y = y − t, the delta rule."""
        error = self._gradient = reuse(self._gradient, outputs.shape, outputs.dtype)
        np.subtract(outputs, targets, out=error)
        if weights is not None:
            w, total = _normed(weights)
            value = 0.5 * float(np.vdot(error * w, error)) / total
            error *= w
            return value, error
        flat = error.reshape(-1)
        return 0.5 * float(flat @ flat) / (error.size // error.shape[-1]), error


class CrossEntropy(Loss):
    """L = −1/N Σ t · log p with p = softmax(y): how surprised the network is by the right answer, in nats.

    Softmax and logarithm are done together: log p = y − log Σ eʸ, with the largest y taken out of the sum
    (log-sum-exp), so nothing overflows and log 0 never happens; the gradient becomes simply p − t.
    """

    fused_softmax = True

    def __call__(self, outputs: Array, targets: Array, weights: Array | None = None) -> tuple[float, Array]:
        """∂L/∂y = (p − t) / N with N rows; each row of the targets must sum to 1."""
        p = self._gradient = reuse(self._gradient, outputs.shape, outputs.dtype)
        np.subtract(outputs, outputs.max(axis=-1, keepdims=True), out=p)
        if weights is not None:
            return self._weighted(p, targets, weights)
        rows = p.size // p.shape[-1]
        chosen = float(np.vdot(p, targets))
        np.exp(p, out=p)
        total = p.sum(axis=-1, keepdims=True)
        p /= total
        value = (float(np.log(total).sum()) - chosen) / rows
        p -= targets
        p *= 1.0 / rows
        return value, p

    @staticmethod
    def _weighted(p: Array, targets: Array, weights: Array) -> tuple[float, Array]:
        """L = −Σ w t · log p / Σ w; ∂L/∂y = w (p − t) / Σ w. `p` holds the outputs, the largest of each row being 0."""
        w, all_weights = _normed(weights)
        chosen = float(np.vdot(p * w, targets))
        np.exp(p, out=p)
        total = p.sum(axis=-1, keepdims=True)
        p /= total
        value = (float((w * np.log(total)).sum()) - chosen) / all_weights
        p -= targets
        p *= w * (1.0 / all_weights)
        return value, p


def _normed(weights: Array) -> tuple[Array, float]:
    """The weights as (…, 1), to be multiplied with rows, and their sum, but 1 where that is 0: it is divided by."""
    return weights[..., None], float(weights.sum()) or 1.0


LOSSES: dict[str, type[Loss]] = {
    "cross_entropy": CrossEntropy,
    "mse": MeanSquaredError,
    "mse_sum": SummedSquaredError,
}
"""Name → class, in the order in which they are offered."""
