"""Expectation-maximisation: guess which bell each point came from, fit the bells to that guess, and repeat.

For a Gaussian mixture p(x) = Σ_k π_k N(x | μ_k, Σ_k) both steps have a closed form (Dempster, Laird & Rubin 1977; the
notation is that of Bishop, PRML, section 9.2). Neither step can lower the likelihood of the points, unless variances
are regularised: what is added to them moves the M-step off the maximum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import DataError
from models.data.points.gaussian import Array, Gaussians, differences, log_densities, log_sum_exp, whitening
from models.mixture.kmeans import kmeans_plus_plus, nearest

CovarianceType = Literal["full", "tied", "diagonal", "spherical"]

EMPTIED = "has lost all its points"

FAR = 20
"""An empty stretch so many times as wide as the middle half of the points parts what lies beyond it from the rest."""
FEWEST = 10
"""Of fewer points than these, none is called far from the others."""

CHUNK = 1 << 16
"""Numbers worked on at a time (half a megabyte): a chunk stays in the processor's cache from the first operation to
the last, which makes a step on 100,000 points several times faster than whole-array operations."""


def e_step(points: Array, mixture: Gaussians, responsibilities: Array | None = None) -> tuple[Array, float]:
    """Expectation: how much each component is responsible for each point, under the present parameters.

        γ(z_nk) = π_k N(x_n | μ_k, Σ_k) / Σ_j π_j N(x_n | μ_j, Σ_j)          (Bishop 9.23)
        log p(X) = Σ_n log Σ_k π_k N(x_n | μ_k, Σ_k)                          (Bishop 9.28)

    computed with logarithms, because densities far from every mean are smaller than any floating-point number.

    Args:
        points: (N, D).
        mixture: K components.
        responsibilities: (K, N), overwritten with the result where memory should be used again.

    Returns:
        The responsibilities (K, N), columns sum to 1, and the log-likelihood log p(X).

    Raises:
        TrainingError: a covariance is flat.
    """
    if responsibilities is None:
        responsibilities = np.empty((mixture.count, len(points)))
    log_likelihood = 0.0
    for part, log_joint in _log_joints(points, mixture):
        largest = log_joint.max(axis=0)  # taken out before exp, put back after log: nothing overflows
        joint = np.exp(np.subtract(log_joint, largest, out=log_joint), out=log_joint)
        total = joint.sum(axis=0)
        np.divide(joint, total, out=responsibilities[:, part])
        log_likelihood += float(largest.sum() + np.log(total).sum())
    return responsibilities, log_likelihood


def m_step(points: Array, responsibilities: Array, kind: CovarianceType, regularisation: ArrayLike) -> Gaussians:
    """Maximisation: the parameters under which points, shared out by these responsibilities, are most likely.

        N_k = Σ_n γ(z_nk)                                                     (Bishop 9.27)
        π_k = N_k / N                                                         (9.26)
        μ_k = 1/N_k Σ_n γ(z_nk) x_n                                           (9.24)
        Σ_k = 1/N_k Σ_n γ(z_nk) (x_n − μ_k)(x_n − μ_k)ᵀ                       (9.25)

    Args:
        points: (N, D).
        responsibilities: (K, N), columns sum to 1.
        kind: which covariances are allowed; see `constrained`.
        regularisation: added to every variance, in squared units of the points, ≥ 0: one number, or one for each axis
            (D,). With more than 0 the likelihood may fall a little.

    Returns:
        The new parameters. A component that has lost all its points has weight 0: see `collapsed`.
    """
    counts = responsibilities.sum(axis=1)  # N_k
    shares = np.maximum(counts, np.finfo(np.float64).tiny)  # an empty component must not divide by zero
    means = responsibilities @ points / shares[:, None]
    covariances = _scatter(points, responsibilities, means) / shares[:, None, None]
    covariances = constrained(covariances, counts, kind) + np.diag(np.full(points.shape[1], regularisation))
    return Gaussians(counts / counts.sum(), means, covariances)


def constrained(covariances: Array, counts: Array, kind: CovarianceType) -> Array:
    """The most likely covariances of the allowed kind, from the unrestricted ones (K, D, D) and N_k (K,).

    full: any ellipse for each component. tied: one ellipse, shared by all. diagonal: axes parallel to the coordinate
    axes. spherical: circles.
    """
    if kind == "full":
        return covariances
    if kind == "tied":
        shared = np.tensordot(counts / counts.sum(), covariances, axes=1)
        return np.broadcast_to(shared, covariances.shape)
    variances = np.diagonal(covariances, axis1=1, axis2=2)  # (K, D)
    if kind == "spherical":
        variances = np.broadcast_to(variances.mean(axis=1, keepdims=True), variances.shape)
    result: Array = variances[:, :, None] * np.eye(variances.shape[1])
    return result


def log_likelihood(points: Array, mixture: Gaussians) -> float:
    """log p(X) of the points (N, D): what an E-step would find, without the responsibilities."""
    return float(sum(log_sum_exp(log_joint).sum() for _, log_joint in _log_joints(points, mixture)))


def _log_joints(points: Array, mixture: Gaussians) -> Iterator[tuple[slice, Array]]:
    """log π_k + log N(x_n | μ_k, Σ_k), one chunk of points after the other: (which points, (K, n))."""
    with np.errstate(divide="ignore"):  # log 0 = −∞ is right for a component without weight
        log_weights = np.log(mixture.weights)[:, None]
    whiten = whitening(mixture.covariances)
    for part in _chunks(len(points), mixture.means.size):
        log_joint = log_densities(points[part], mixture.means, mixture.covariances, whiten)
        log_joint += log_weights
        yield part, log_joint


def _scatter(points: Array, responsibilities: Array, means: Array) -> Array:
    """Σ_n γ(z_nk) (x_n − μ_k)(x_n − μ_k)ᵀ for every component: (K, D, D)."""
    components, dimensions = means.shape
    total = np.zeros((components, dimensions, dimensions))
    for part in _chunks(len(points), means.size):
        difference = differences(points[part], means)  # (K, D, n)
        weighted = difference * responsibilities[:, None, part]
        total += np.einsum("kin,kjn->kij", weighted, difference)
    return total


def _chunks(count: int, numbers_per_point: int) -> Iterator[slice]:
    size = max(1, CHUNK // numbers_per_point)
    for begin in range(0, count, size):
        yield slice(begin, min(begin + size, count))


# -------------------------------------------------------------------------------------------------- where EM begins


def original_start() -> Gaussians:
    """The original's fixed start: three round bells near the corner, unevenly weighted."""
    widths = np.array([1.0, 2.0, 1.5])
    return Gaussians(
        weights=np.array([0.6, 0.2, 0.2]),
        means=np.array([[1.0, 1.0], [1.0, 2.0], [3.0, 2.0]]),
        covariances=widths[:, None, None] * np.eye(2),
    )


def random_start(points: Array, count: int, rng: np.random.Generator) -> Gaussians:
    """`count` bells around different points, drawn at random without looking at how they lie.

    Raises DataError when there are fewer different points.
    """
    check_enough(points, count)
    order = rng.permutation(len(points))
    chosen: list[NDArray[np.float64]] = []
    for candidate in points[order]:
        if not any(np.array_equal(candidate, other) for other in chosen):
            chosen.append(candidate)
        if len(chosen) == count:
            break
    return bells_around(points, np.stack(chosen))


def spread_start(points: Array, count: int, rng: np.random.Generator) -> Gaussians:
    """`count` bells around well spread points (k-means++). Raises DataError for fewer different points."""
    check_enough(points, count)
    return bells_around(points, kmeans_plus_plus(points, count, rng))


def bells_around(points: Array, means: Array) -> Gaussians:
    """Equal round bells around given means, as wide as points typically are away from the nearest of them."""
    count, dimensions = means.shape
    variance = nearest(points, means)[1].mean() / dimensions
    if not variance > 0:  # every point is a mean
        variance = points.var(axis=0).mean()
    return Gaussians(np.full(count, 1 / count), means, variance * np.stack([np.eye(dimensions)] * count))


def set_down(mixture: Gaussians, component: int, mean: Array, points: Array, kind: CovarianceType) -> Gaussians:
    """The mixture with one component taken away and set down with its mean at another place (D,).

    Where it was fitted to is no guide to what it will find there: a narrow bell that is carried out of its cluster sees
    no point at all, loses its weight, or narrows down on the one point that is nearest. So it begins anew, with the
    weight 1/K, and so wide that it sees all points from where it is now: Σ = 1/N Σ_n (x_n − μ)(x_n − μ)ᵀ, an M-step
    with all points to itself. What no other component explains is then its share.

    With tied covariances the shared one takes in the width of the new one by its weight.
    """
    share = 1 / mixture.count
    difference = points - mean
    width = difference.T @ difference / len(points)
    weights, means, covariances = (array.copy() for array in mixture.arrays().values())
    means[component] = mean
    rest = 1 - weights[component]
    weights = weights * ((1 - share) / rest) if rest > 0 else np.full(mixture.count, share)
    weights[component] = share
    if kind == "tied":
        covariances[:] = (1 - share) * covariances[component] + share * width
    else:
        covariances[component] = constrained(width[None], np.ones(1), kind)[0]
    return Gaussians(weights / weights.sum(), means, covariances)


# -------------------------------------------------------------------------------------------- how wide the points lie


def far_out(points: Array) -> NDArray[np.bool_]:
    """Which points (N, D) lie so far from all others that no cluster can be meant by them: (N,).

    Along some axis an empty stretch, more than FAR times as wide as the middle half of the points, parts them from the
    rest, and there are so few of them (at most D different ones) that a bell on them would have no width. They are at
    most a twentieth of all points (or one); of fewer than ten points none is far from “the others”.
    """
    count, dimensions = points.shape
    far = np.zeros(count, dtype=bool)
    if count < FEWEST:
        return far
    for axis in points.T:
        order = np.argsort(axis, kind="stable")
        values = axis[order]
        quarter = count // 4
        middle_half = values[count - 1 - quarter] - values[quarter]
        if not middle_half > 0:
            continue
        group = np.concatenate([[0], np.cumsum(np.diff(values) > FAR * middle_half)])  # parted by empty stretches
        for other in np.unique(group[group != group[count // 2]]):
            there = order[group == other]
            if len(there) <= max(1, count // 20) and len(np.unique(points[there], axis=0)) <= dimensions:
                far[there] = True
    return far if far.sum() <= max(1, count // 20) else np.zeros(count, dtype=bool)


def variances(points: Array, kind: CovarianceType) -> Array:
    """The variance of points (N, D) along each axis, (D,), as a measure of what is wide and what is narrow there.

    An axis along which all points agree is measured by the widest one. Circles are measured alike along all axes.
    """
    found: Array = points.var(axis=0)
    if kind == "spherical":
        found = np.full_like(found, found.mean())
    return np.where(found > 0, found, found.max())


def check_enough(points: Array, count: int) -> None:
    """Raise DataError when the points (N, D) cannot carry `count` components."""
    if len(points) < max(2, count):
        have = "There is 1 point" if len(points) == 1 else f"There are {len(points)} points"
        need = f"{count} components" if count > 1 else "a Gaussian"
        raise DataError(
            f"{have} for {need}: add points until there are at least {max(2, count)}, or use fewer components."
        )
    if not np.ptp(points, axis=0).any():
        raise DataError("All points are identical: a Gaussian needs points that differ. Move or add some.")
    few = np.unique(points[:1000], axis=0)
    different = len(few) if len(few) >= count or len(points) <= 1000 else len(np.unique(points, axis=0))
    if different < count:
        raise DataError(
            f"Only {different} of the {len(points)} points are different, too few for {count} components: "
            "add different points, or use fewer components."
        )


# --------------------------------------------------------------------------------------------- what can go wrong


def collapsed(mixture: Gaussians, points: Array, regularisation: ArrayLike) -> dict[int, str]:
    """Components that stopped describing a cluster, each with the reason in words.

    The likelihood has no upper bound: a bell that narrows down on a single point (or on a line) gains without end
    (Bishop, section 9.2.1). A component counts as collapsed when its points have no width at all in some direction
    (σ below 1/30,000 of the data's) and the regularisation does not give it a sensible one either (1/100 of the
    data's); or when hardly anything is left of its weight.
    """
    found: dict[int, str] = {}
    spread = points.std(axis=0)
    varied = np.ptp(points, axis=0) > 0  # an axis on which all points agree says nothing about a cluster
    scale = np.outer(spread[varied], spread[varied])
    relative = mixture.covariances[:, varied][:, :, varied] / scale
    added = np.full(len(varied), regularisation)[varied]
    unregularised = relative - np.diag(added / np.diag(scale))
    narrowest_raw = np.linalg.eigvalsh(unregularised)[:, 0]
    narrowest = np.linalg.eigvalsh(relative)[:, 0]
    for k in range(mixture.count):
        if mixture.weights[k] * len(points) < 1e-6:
            found[k] = EMPTIED
        elif narrowest_raw[k] < 1e-9 and narrowest[k] < 1e-4:
            found[k] = "has shrunk onto a single point, or a line, where its density grows without end"
    return found


# ------------------------------------------------------------------------------------------- how good is the result


def parameter_count(count: int, dimensions: int, kind: CovarianceType) -> int:
    """Free numbers in a mixture of K components: means, weights (they sum to 1) and covariances of that kind."""
    triangle = dimensions * (dimensions + 1) // 2
    covariance = {"full": count * triangle, "tied": triangle, "diagonal": count * dimensions, "spherical": count}[kind]
    return count * dimensions + covariance + count - 1


def bic(log_likelihood: float, points: int, parameters: int) -> float:
    """Bayesian information criterion −2 log p(X) + P log N; smaller is better (Schwarz 1978)."""
    return float(-2 * log_likelihood + parameters * np.log(points))


def aic(log_likelihood: float, parameters: int) -> float:
    """Akaike's information criterion −2 log p(X) + 2 P; smaller is better (Akaike 1974)."""
    return float(-2 * log_likelihood + 2 * parameters)


@dataclass(frozen=True)
class Match:
    """One true component beside the estimated one that was matched with it.

    Attributes:
        true, estimated: their numbers, counted from 0.
        weight_error: |π − π̂|.
        mean_error: |μ − μ̂|, Euclidean, in units of the points.
        covariance_error: largest |Σ_ij − Σ̂_ij|.
    """

    true: int
    estimated: int
    weight_error: float
    mean_error: float
    covariance_error: float


def compare(estimated: Gaussians, truth: Gaussians) -> tuple[Match, ...]:
    """Match estimated components with the true ones so that the means lie as close together as possible in total.

    The order in which EM numbers its components means nothing, so it must not count as an error. With different
    numbers of components the surplus ones stay out. Sorted by the true component's number.
    """
    distance = np.linalg.norm(truth.means[:, None] - estimated.means, axis=2)  # (true, estimated)
    pairs = best_assignment(distance) if len(distance) <= distance.shape[1] else best_assignment(distance.T)
    if len(distance) > distance.shape[1]:
        pairs = tuple(sorted((true, found) for found, true in pairs))
    return tuple(
        Match(
            true=t,
            estimated=e,
            weight_error=float(abs(truth.weights[t] - estimated.weights[e])),
            mean_error=float(distance[t, e]),
            covariance_error=float(np.abs(truth.covariances[t] - estimated.covariances[e]).max()),
        )
        for t, e in pairs
    )


def best_assignment(cost: Array) -> tuple[tuple[int, int], ...]:
    """Give every row a column of its own so that the total cost is smallest; exact, for up to about 12 columns.

    Dynamic programming over sets of columns: the best way to serve the first r rows with a set of r columns extends
    the best way to serve r − 1 rows with one column less. (Rows ≤ columns.)
    """
    rows, columns = cost.shape
    best: dict[int, tuple[float, tuple[int, ...]]] = {0: (0.0, ())}
    for row in range(rows):
        longer: dict[int, tuple[float, tuple[int, ...]]] = {}
        for taken, (total, chosen) in best.items():
            for column in range(columns):
                bit = 1 << column
                if taken & bit:
                    continue
                candidate = total + float(cost[row, column])
                if taken | bit not in longer or candidate < longer[taken | bit][0]:
                    longer[taken | bit] = (candidate, (*chosen, column))
        best = longer
    _, columns_of_rows = min(best.values())
    return tuple(enumerate(columns_of_rows))


# ---------------------------------------------------------------------------------------------- what can be asked


@dataclass(frozen=True)
class Explanation:
    """Bishop's eq. 9.23 for one point, with every number in it; arrays (K,).

    Attributes:
        distances: Mahalanobis distances from the means, in σ.
        densities: N(x | μ_k, Σ_k); may underflow to 0 far away, the responsibilities do not.
        joint: π_k N(x | μ_k, Σ_k), the numerators.
        total: p(x), the denominator.
        responsibilities: joint / total, computed from logarithms.
    """

    distances: Array
    densities: Array
    joint: Array
    total: float
    responsibilities: Array


def explain_point(mixture: Gaussians, x: ArrayLike) -> Explanation:
    """How the components share the point x (D,) among them, with the terms of the formula."""
    point = np.asarray(x, dtype=np.float64)[None]
    whitened = whitening(mixture.covariances) @ (point - mixture.means)[:, :, None]  # (K, D, 1)
    log_density = log_densities(point, mixture.means, mixture.covariances)[:, 0]
    shares, log_total = e_step(point, mixture)
    return Explanation(
        distances=np.sqrt((whitened**2).sum(axis=(1, 2))),
        densities=np.exp(log_density),
        joint=mixture.weights * np.exp(log_density),
        total=float(np.exp(log_total)),
        responsibilities=shares[:, 0],
    )


def density_grid(mixture: Gaussians, xs: ArrayLike, ys: ArrayLike) -> Array:
    """p(x, y) on a grid, for contours; 2-D mixtures only.

    Args:
        mixture: K components with D = 2.
        xs: (W,) coordinates of the columns.
        ys: (H,) coordinates of the rows.

    Returns:
        (H, W), densities per unit of area.
    """
    x, y = np.meshgrid(np.asarray(xs, dtype=np.float64), np.asarray(ys, dtype=np.float64))
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    logs = [log_sum_exp(log_joint) for _, log_joint in _log_joints(points, mixture)]
    return np.exp(np.concatenate(logs)).reshape(x.shape)
