"""Points in the plane to learn from: small data sets whose whole story can be seen at a glance.

Every set is a function `(per_class, noise, rng) -> PointSet`, and one line in `MIXTURE_SETS` or `BOUNDARY_SETS`.
`noise` multiplies the scatter that the set is designed with: 1 is as designed, 0 none, 2 twice as much. The same
generator state always gives the same points.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import ConfigError, Data, DataError, owned
from models.data.points.gaussian import Gaussians, sample

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

LARGEST = 1e100
"""Coordinates beyond this overflow when they are squared a few times."""


@dataclass(frozen=True)
class PointSet(Data):
    """Points with what is known about them. Arrays are copied to read-only; edits make a new set.

    Attributes:
        points: (N, D) float64, finite; D is 2 for everything that is drawn in the plane.
        labels: (N,) int64, the class of each point, 0 … C−1; None for regression or when unknown.
        targets: (N,) float64, the value to predict at each point; None unless it is a regression set.
        class_names: C names in plain words; empty when there are no labels.
        axis_names: D names, as on the axes of the plot.
        truth: the Gaussians that the points were drawn from, where there are such.
        centre, scale: (D,) each, where the points were standardised: original = points · scale + centre.
        held_out: (N,) bool, the points that are not trained on; None while they have not been dealt out.

    Raises:
        DataError: shapes that do not fit together, numbers that are not finite, labels without a name.
    """

    points: Array
    labels: NDArray[np.int64] | None = None
    targets: Array | None = None
    class_names: tuple[str, ...] = ()
    axis_names: tuple[str, ...] = ("x", "y")
    truth: Gaussians | None = None
    centre: Array | None = None
    scale: Array | None = None
    held_out: Flags | None = None

    def __post_init__(self) -> None:
        points = check_points(self.points)
        object.__setattr__(self, "points", owned(points))
        if len(self.axis_names) != points.shape[1]:
            object.__setattr__(self, "axis_names", tuple(f"x{d + 1}" for d in range(points.shape[1])))
        if self.labels is not None:
            labels = owned(np.asarray(self.labels, dtype=np.int64))
            if labels.shape != points.shape[:1]:
                raise DataError(f"There are {len(points)} points but {labels.size} labels: every point needs one.")
            if labels.size and not 0 <= labels.min() <= labels.max() < len(self.class_names):
                raise DataError(f"Labels run from 0 to {len(self.class_names) - 1}, one for each class name.")
            object.__setattr__(self, "labels", labels)
        if self.targets is not None:
            targets = owned(np.asarray(self.targets, dtype=np.float64))
            if targets.shape != points.shape[:1] or not np.isfinite(targets).all():
                raise DataError("Every point needs one target, and it must be a finite number.")
            object.__setattr__(self, "targets", targets)
        if self.held_out is not None:
            marks = owned(np.asarray(self.held_out, dtype=np.bool_))
            if marks.shape != points.shape[:1]:
                raise DataError(f"There are {len(points)} points but {marks.size} marks for held-out.")
            object.__setattr__(self, "held_out", marks)
        for name in ("centre", "scale"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, owned(np.asarray(getattr(self, name), dtype=np.float64)))

    def __len__(self) -> int:
        return len(self.points)

    @property
    def dimensions(self) -> int:
        """D, the number of coordinates of a point."""
        return int(self.points.shape[1])

    def taken(self, indices: ArrayLike) -> Self:
        """The set made of the points with these indices (or where a boolean mask is true), in this order."""
        chosen = np.asarray(indices)
        return replace(
            self,
            points=self.points[chosen],
            labels=None if self.labels is None else self.labels[chosen],
            targets=None if self.targets is None else self.targets[chosen],
            held_out=None if self.held_out is None else self.held_out[chosen],
        )

    def dealt(self, held_out: Flags | None) -> Self:
        """The same points with these marks (N,); None takes them away, so that they can be dealt out anew."""
        return self if held_out is self.held_out else replace(self, held_out=held_out)

    def original(self, points: ArrayLike) -> Array:
        """Points (…, D) in the units of the file that was read: undoes the standardisation.

        Of the numbers that standardising turns into these very points, bit for bit, the one with the fewest digits is
        meant: what stood in the file, unless it had more than 15.
        """
        plane = np.array(points, dtype=np.float64)
        if self.centre is None or self.scale is None:
            return plane
        result = plane * self.scale + self.centre
        size = np.abs(self.centre) + np.abs(plane).max(axis=tuple(range(plane.ndim - 1)), initial=0.0) * self.scale
        decimals = 15 - np.ceil(np.log10(np.maximum(size, 1e-200))).astype(int)
        for axis, most in enumerate(decimals.tolist()):
            for digits in (most + 1, most):
                short = np.round(result[..., axis], digits)
                same = (short - self.centre[axis]) / self.scale[axis] == plane[..., axis]
                result[..., axis] = np.where(same, short, result[..., axis])
        return result


def check_points(points: ArrayLike) -> Array:
    """Points as a float64 array (N, D); raises DataError naming the first one that is not usable."""
    try:
        array = np.asarray(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("Points must be numbers, two coordinates each.") from None
    if array.ndim != 2 or array.shape[1] < 1:
        raise DataError(f"Points must be a table with one row per point; this one has the shape {list(array.shape)}.")
    usable = np.abs(array) <= LARGEST  # false for NaN too
    if not usable.all():
        row, column = np.argwhere(~usable)[0]
        raise DataError(
            f"Point {row + 1} has the coordinate {array[row, column]}: every coordinate must be a finite number "
            f"up to {LARGEST:.0e}. Correct or remove that point."
        )
    return array


def split(data: PointSet, train_share: float, rng: np.random.Generator) -> tuple[PointSet, PointSet]:
    """Deal the points at random into a training and a held-out set, class by class, so that both have all classes.

    Args:
        data: N points.
        train_share: share of each class that goes to training, 0 < share < 1.
        rng: the order in which they are dealt.

    Returns:
        (training set, held-out set), disjoint, together all N points. With a class of at least two points both parts
        get one of them.
    """
    training = deal(data, train_share, rng)
    return data.taken(training), data.taken(~training)


def deal(data: PointSet, train_share: float, rng: np.random.Generator) -> Flags:
    """Which points `split` gives to training: (N,) bool."""
    groups = data.labels if data.labels is not None else np.zeros(len(data), dtype=np.int64)
    training = np.zeros(len(data), dtype=bool)
    for group in np.unique(groups):
        members = rng.permutation(np.flatnonzero(groups == group))
        count = round(train_share * len(members))
        if len(members) >= 2:
            count = min(max(count, 1), len(members) - 1)
        training[members[:count]] = True
    return training


# ---------------------------------------------------------------- clusters without labels: the Gaussian mixture's sets


def _clusters(truth: Gaussians, counts: ArrayLike, noise: float, rng: np.random.Generator) -> PointSet:
    """A set of Gaussian clusters; `noise` stretches their standard deviations, and the truth with them."""
    scatter = max(noise, 1e-6) ** 2  # a truth must keep a density, even with no noise
    truth = replace(truth, covariances=truth.covariances * scatter)
    points, labels = sample(truth, counts, rng)
    names = tuple(f"cluster {k + 1}" for k in range(truth.count))
    return PointSet(points, labels, class_names=names, truth=truth)


def three_clusters(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """The original's three clusters: means (2,1), (4,6), (7,3), each tilted differently."""
    covariances = [[[1, 0.7], [0.7, 1]], [[1, 0.4], [0.4, 1]], [[2, 0.2], [0.2, 2]]]
    truth = Gaussians(np.full(3, 1 / 3), np.array([[2, 1], [4, 6], [7, 3]]), np.array(covariances))
    return _clusters(truth, [per_class] * 3, noise, rng)


def anisotropic(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """Three long, thin, parallel clusters: k-means cuts them across, full covariances do not."""
    long_and_thin = np.array([[2.5, 2.0], [2.0, 1.8]])
    truth = Gaussians(
        np.full(3, 1 / 3), np.array([[-3.0, 1.0], [0.0, 0.0], [3.0, -1.0]]), np.stack([long_and_thin] * 3)
    )
    return _clusters(truth, [per_class] * 3, noise, rng)


def unequal(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """A wide cluster of many points and two narrow ones of few: 8 to 1 to 1, `per_class` on average."""
    total = 3 * per_class
    small = max(1, total // 10)
    counts = np.array([total - 2 * small, small, small])
    covariances = np.array([np.eye(2) * 4.0, np.eye(2) * 0.09, np.eye(2) * 0.25])
    truth = Gaussians(counts / total, np.array([[0.0, 0.0], [4.5, 3.0], [5.0, -3.0]]), covariances)
    return _clusters(truth, counts, noise, rng)


def ring(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """A ring of radius 3 with 3 · `per_class` points: no Gaussian fits, many together bend around it."""
    count = 3 * per_class
    angle = rng.uniform(0, 2 * np.pi, count)
    radius = 3 + 0.25 * noise * rng.standard_normal(count)
    return PointSet(_polar(radius, angle))


# ------------------------------------------------------------------------- two classes and more: the boundary's sets


def two_gaussians(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """The MLP library's two classes: A half at x = −1, half at x = +1, y = .3, σ = .2; B at (0, −.1), σ = .3.

    The best possible classifier gets 97.8 % of fresh points right (measured by Bayes' rule on the true densities).
    """
    left = per_class // 2
    means = np.repeat([[-1.0, 0.3], [1.0, 0.3], [0.0, -0.1]], [left, per_class - left, per_class], axis=0)
    sigma = np.repeat([0.2, 0.3], per_class)[:, None]
    points = means + noise * sigma * rng.standard_normal(means.shape)
    return PointSet(points, np.repeat([0, 1], per_class), class_names=("A", "B"))


def xor(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """Four squares in a checkerboard: A where x and y have the same sign. No straight line separates them."""
    labels = np.repeat([0, 1], per_class)
    size = rng.uniform(0.08, 1.0, (2 * per_class, 2))  # a margin of .08 on both sides of each axis
    sign_x = rng.choice([-1.0, 1.0], 2 * per_class)
    sign_y = np.where(labels == 0, sign_x, -sign_x)
    points = size * np.stack([sign_x, sign_y], axis=1) + 0.02 * noise * rng.standard_normal(size.shape)
    return PointSet(points, labels, class_names=("A", "B"))


def circles(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """A disc (A) inside a ring (B), as in TensorFlow Playground."""
    radius = np.concatenate([rng.uniform(0.0, 0.5, per_class), rng.uniform(0.7, 1.0, per_class)])
    points = _polar(radius, rng.uniform(0, 2 * np.pi, 2 * per_class))
    points += 0.025 * noise * rng.standard_normal(points.shape)
    return PointSet(points, np.repeat([0, 1], per_class), class_names=("A", "B"))


def moons(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """Two interleaved half circles, centred and scaled to about −1 … 1."""
    angle = rng.uniform(0, np.pi, 2 * per_class)
    labels = np.repeat([0, 1], per_class)
    upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
    points = np.where(labels[:, None] == 0, upper, -upper) / 1.5
    points += 0.06 * noise * rng.standard_normal(points.shape)
    return PointSet(points, labels, class_names=("A", "B"))


def spiral(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """Two arms that wind 1¾ times around each other, as in TensorFlow Playground."""
    along = np.tile(np.linspace(0.02, 1.0, per_class), 2)  # from the middle to the rim
    labels = np.repeat([0, 1], per_class)
    points = _polar(along, 1.75 * 2 * np.pi * along + np.pi * labels)
    points += 0.015 * noise * rng.standard_normal(points.shape)
    return PointSet(points, labels, class_names=("A", "B"))


def blobs(per_class: int, noise: float, rng: np.random.Generator, classes: int = 3) -> PointSet:
    """2–6 round clusters, one per class, evenly spaced on a circle of radius 1.

    Raises ConfigError for fewer than 2 or more than 6 classes.
    """
    if not 2 <= classes <= 6:
        raise ConfigError(f"Blobs come in 2 to 6 classes, not {classes}.")
    angle = 2 * np.pi * np.arange(classes) / classes + np.pi / 2
    truth = Gaussians(
        np.full(classes, 1 / classes), _polar(np.ones(classes), angle), np.stack([np.eye(2) * 0.04] * classes)
    )
    found = _clusters(truth, [per_class] * classes, noise, rng)
    return replace(found, class_names=tuple("ABCDEF"[:classes]))


def plane_surface(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """Regression, 2 · `per_class` points: the tilted plane t = (x + y)/2, a single linear neuron is enough."""
    return _surface(lambda p: p.sum(axis=1) / 2, per_class, noise, rng)


def hills_surface(per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    """Regression, 2 · `per_class` points: three hills (+1) and three hollows (−1), σ = .2."""
    centres = np.array([[-0.65, 0.4], [0.0, 0.65], [0.65, 0.4], [-0.65, -0.4], [0.0, -0.65], [0.65, -0.4]])
    heights = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])

    def hills(p: Array) -> Array:
        squared = ((p[:, None] - centres) ** 2).sum(axis=2)
        result: Array = np.exp(-squared / (2 * 0.2**2)) @ heights
        return result

    return _surface(hills, per_class, noise, rng)


def _surface(height: Callable[[Array], Array], per_class: int, noise: float, rng: np.random.Generator) -> PointSet:
    points = rng.uniform(-1, 1, (2 * per_class, 2))
    return PointSet(points, targets=height(points) + 0.02 * noise * rng.standard_normal(len(points)))


def _polar(radius: Array, angle: Array) -> Array:
    """Points (N, 2) from polar coordinates, both (N,); angles in radians."""
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


Maker = Callable[[int, float, np.random.Generator], PointSet]

MIXTURE_SETS: Mapping[str, Maker] = {
    "original": three_clusters,
    "anisotropic": anisotropic,
    "unequal": unequal,
    "ring": ring,
}

BOUNDARY_SETS: Mapping[str, Maker] = {
    "two-gaussians": two_gaussians,
    "xor": xor,
    "circles": circles,
    "moons": moons,
    "spiral": spiral,
    "blobs": blobs,
    "plane": plane_surface,
    "hills": hills_surface,
}

REGRESSION_SETS: frozenset[str] = frozenset({"plane", "hills"})
"""Names in BOUNDARY_SETS whose points have targets instead of labels."""


def make_points(
    name: str, per_class: int, noise: float, rng: np.random.Generator, classes: int | None = None
) -> PointSet:
    """A set by name, from either table; `classes` matters to blobs only.

    Raises ConfigError for a name that is in neither table, a size below 1 or a negative noise.
    """
    if per_class < 1 or not 0 <= noise < np.inf:
        raise ConfigError("A data set needs at least one point per class and a noise of zero or more.")
    if name == "blobs" and classes is not None:
        return blobs(per_class, noise, rng, classes)
    maker = {**MIXTURE_SETS, **BOUNDARY_SETS}.get(name)
    if maker is None:
        raise ConfigError(
            f"There is no data set “{name}”. Choose one of: {', '.join((*MIXTURE_SETS, *BOUNDARY_SETS))}."
        )
    return maker(per_class, noise, rng)
