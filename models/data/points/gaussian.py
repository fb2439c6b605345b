"""The Gaussian bell in any number of dimensions: how dense it is at a point, and where its ellipse runs.

Everything goes through the Cholesky factor Σ = L Lᵀ. W = L⁻¹ *whitens*: it turns the ellipse of Σ into a unit circle,
so that the Mahalanobis distance is a plain length, (x−μ)ᵀ Σ⁻¹ (x−μ) = |W (x−μ)|², and log|Σ| is read off the diagonal.
Densities stay logarithms throughout: far from every bell they are smaller than any floating-point number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import TrainingError, owned

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Gaussians:
    """K weighted Gaussians, p(x) = Σ_k π_k N(x | μ_k, Σ_k); as estimates or as the truth a data set was drawn from.

    The arrays are copied to read-only float64.

    Attributes:
        weights: π, (K,), non-negative, sum 1.
        means: μ, (K, D).
        covariances: Σ, (K, D, D), symmetric positive definite.
    """

    weights: Array
    means: Array
    covariances: Array

    def __post_init__(self) -> None:
        for name in ("weights", "means", "covariances"):
            object.__setattr__(self, name, owned(np.asarray(getattr(self, name), dtype=np.float64)))
        k, d = self.means.shape
        if self.weights.shape != (k,) or self.covariances.shape != (k, d, d):
            raise ValueError(f"{k} means in {d} dimensions need weights ({k},) and covariances ({k}, {d}, {d})")

    @property
    def count(self) -> int:
        """K, the number of components."""
        return len(self.weights)

    @property
    def dimensions(self) -> int:
        """D, the number of coordinates of a point."""
        return int(self.means.shape[1])

    def arrays(self, prefix: str = "") -> dict[str, Array]:
        """The three arrays by name, for saving."""
        return {prefix + name: getattr(self, name) for name in ("weights", "means", "covariances")}


def whitening(covariances: Array) -> Array:
    """W = L⁻¹ with Σ = L Lᵀ, for a stack of covariances (K, D, D).

    Raises TrainingError when one of them is flat in some direction, so that it has no density.
    """
    try:
        return np.linalg.inv(np.linalg.cholesky(covariances))
    except np.linalg.LinAlgError:
        raise TrainingError(
            "A covariance is flat in some direction (not positive definite), so it has no density. "
            "Raise the regularisation, or use fewer components."
        ) from None


def differences(points: Array, means: Array) -> Array:
    """x_n − μ_k for points (N, D) and means (K, D): (K, D, N), so that the long axis runs along contiguous memory.

    Copying the transposed points first makes everything that follows two to four times faster.
    """
    result: Array = np.ascontiguousarray(points.T) - means[:, :, None]
    return result


def log_densities(points: Array, means: Array, covariances: Array, whiten: Array | None = None) -> Array:
    """log N(x_n | μ_k, Σ_k) for every component and point (Bishop, PRML, eq. 2.43).

    Args:
        points: (N, D).
        means: (K, D).
        covariances: (K, D, D).
        whiten: `whitening(covariances)` if it is known already.

    Returns:
        (K, N): one row per component, so that sums over components run along contiguous memory.
    """
    if whiten is None:
        whiten = whitening(covariances)
    dimensions = means.shape[1]
    log_root_determinant = -np.log(np.diagonal(whiten, axis1=1, axis2=2)).sum(axis=1)  # ½ log|Σ|, (K,)

    whitened = whiten @ differences(points, means)  # (K, D, N)
    whitened *= whitened
    result: Array = whitened.sum(axis=1)  # squared Mahalanobis distances, (K, N)
    result *= -0.5
    result -= (log_root_determinant + 0.5 * dimensions * np.log(2 * np.pi))[:, None]
    return result


def sample(truth: Gaussians, counts: ArrayLike, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
    """Draw exactly `counts[k]` points of each component; returns points (N, D) and their components (N,)."""
    counts = np.asarray(counts, dtype=np.int64)
    labels = np.repeat(np.arange(truth.count), counts)
    standard = rng.standard_normal((len(labels), truth.dimensions))
    factors = np.linalg.cholesky(truth.covariances)[labels]  # (N, D, D)
    points: Array = truth.means[labels] + np.einsum("nij,nj->ni", factors, standard)
    return points, labels


def ellipse(mean: ArrayLike, covariance: ArrayLike, sigmas: float = 1.0, corners: int = 64) -> Array:
    """The closed curve of points whose Mahalanobis distance from the mean is `sigmas`; 2-D only.

    Returns:
        (corners, 2): μ + sigmas · L (cos t, sin t); the last point repeats the first.
    """
    angle = np.linspace(0.0, 2 * np.pi, corners)
    circle = np.stack([np.cos(angle), np.sin(angle)])
    factor = np.linalg.cholesky(np.asarray(covariance, dtype=np.float64))
    result: Array = np.asarray(mean, dtype=np.float64) + sigmas * (factor @ circle).T
    return result


def log_sum_exp(logs: NDArray[Any]) -> Array:
    """log Σ_k exp(logs[k]) over the first axis, without overflow: the largest is taken out first."""
    largest = logs.max(axis=0)
    result: Array = largest + np.log(np.exp(logs - largest).sum(axis=0))
    return result
