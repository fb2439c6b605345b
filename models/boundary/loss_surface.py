"""The loss surface: a network is a single place in a space of very many weights, and the loss is the height there.

Nobody can see that space. What can be drawn is a flat slice through it: the loss at θ + a·d₁ + b·d₂ for two directions
d₁ and d₂ around the current weights θ. The optimizer's path does not lie in the slice; it is projected onto it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError
from models.boundary.data import features
from models.boundary.network import targets_of
from models.boundary.snapshot import BoundarySnapshot, network_of
from models.nn.layer import Array
from models.nn.losses import LOSSES
from models.nn.network import Network

DIRECTIONS = 14
"""The random stream of the directions; with a run's seed it starts a generator of its own. Not 0: `default_rng(seed)`
is `default_rng((seed, 0))`, from which the first weights came, and a direction along the weights is not random."""

MOST_POINTS = 1000
"""Training points that the height is measured on; of more, evenly many are taken."""


@dataclass(frozen=True)
class Directions:
    """A flat slice of the space of weights: θ + a · first + b · second.

    Attributes:
        first, second: (P,) float64.
        names: what a and b are, as on the axes.
    """

    first: NDArray[np.float64]
    second: NDArray[np.float64]
    names: tuple[str, str]


def random_directions(network: Network, rng: np.random.Generator) -> Directions:
    """Two random directions with the proportions of the network ("filter normalisation").

    The part of a direction that belongs to one neuron's weights is made as long as those weights are, so that one unit
    means the same for a layer of large and of small weights; biases stay where they are (Li et al. 2018, "Visualizing
    the loss landscape of neural nets", section 4).
    """
    first, second = (_filter_normalised(network, rng) for _ in range(2))
    return Directions(first, second, ("first random direction", "second random direction"))


def _filter_normalised(network: Network, rng: np.random.Generator) -> NDArray[np.float64]:
    parts = []
    for _, weights in network.named_parameters():
        if weights.ndim < 2:
            parts.append(np.zeros(weights.size))
            continue
        direction = rng.standard_normal(weights.shape)  # a neuron's weights are a column
        inputs = tuple(range(weights.ndim - 1))
        length = np.sqrt((weights.astype(np.float64) ** 2).sum(axis=inputs))
        direction *= length / np.sqrt((direction**2).sum(axis=inputs))
        parts.append(direction.ravel())
    return np.concatenate(parts) if parts else np.zeros(0)


def path_directions(path: Sequence[Array], centre: Array) -> Directions:
    """The two directions in which a path went farthest: the principal components of its steps away from `centre`.

    In random directions a path hardly moves at all, since in a space of many weights almost everything is at right
    angles to it; these two show most of it (Li et al. 2018, section 7).

    Raises ConfigError for a place of another size.
    """
    if any(place.shape != centre.shape for place in path):
        raise ConfigError("The path belongs to a network of another shape.")
    away = np.array([place.astype(np.float64) - centre for place in path]).reshape(-1, centre.size)
    components = np.zeros((2, centre.size))
    found = np.linalg.svd(away, full_matrices=False)[2][:2] if len(away) else components
    components[: len(found)] = found
    return Directions(components[0], components[1], ("first principal direction", "second principal direction"))


def weight_directions(network: Network, first: int, second: int) -> Directions:
    """Along two chosen weights, given by their places in the flat vector: a and b are then added to these two.

    Raises ConfigError for the same weight twice or a place that does not exist.
    """
    size = network.parameters.size
    if first == second or not (0 <= first < size and 0 <= second < size):
        raise ConfigError(f"Choose two different weights, with numbers from 0 to {size - 1}.")
    names = weight_names(network)
    along = np.zeros((2, size))
    along[0, first] = along[1, second] = 1.0
    return Directions(along[0], along[1], (names[first], names[second]))


def weight_names(network: Network) -> list[str]:
    """What every place of the flat vector is: "w 2→1, layer 1" or "b 1, layer 1" (all counted from 1)."""
    names: list[str] = []
    number = 0
    for layer in network.layers:
        number += bool(layer.parameters)
        for array in layer.parameters.values():
            for index in np.ndindex(array.shape):
                where = "→".join(str(place + 1) for place in index)
                names.append(f"{'w' if array.ndim > 1 else 'b'} {where}, layer {number}")
    return names


@dataclass(frozen=True)
class LossRow:
    """One row of the picture: losses (R,) at all values of a, for the row with this number and value of b."""

    row: int
    b: float
    losses: NDArray[np.float64]


def loss_rows(
    loss: Callable[[Array], float], centre: Array, directions: Directions, extent: float = 1.0, resolution: int = 31
) -> Generator[LossRow, None, None]:
    """The loss over the square −extent … extent, row by row from below, to be computed in the background.

    Args:
        loss: height at a place θ (P,); `loss_function` makes one.
        centre: θ, the current weights.
        directions: which slice.
        extent: how far to go, in units of the directions.
        resolution: places along each side; odd, so that the middle is θ itself.

    Raises:
        ConfigError: an even or too small resolution, or an extent that is not positive.
    """
    if resolution < 3 or resolution % 2 == 0 or not extent > 0:
        raise ConfigError("A slice needs an odd number of places (at least 3) and a positive extent.")
    steps = np.linspace(-extent, extent, resolution)
    origin = centre.astype(np.float64)
    for row, b in enumerate(steps):
        places = origin + steps[:, None] * directions.first + b * directions.second
        yield LossRow(row, float(b), np.array([loss(place) for place in places.astype(centre.dtype)]))


def loss_function(snapshot: BoundarySnapshot) -> Callable[[Array], float]:
    """The loss on the snapshot's training points (without decay) as a function of all weights; inf where it overflows.

    Raises ConfigError when there are no training points.
    """
    data = snapshot.data.taken(~snapshot.held_out)
    if not len(data):
        raise ConfigError("Without training points there is no loss: add some.")
    data = data.taken(np.arange(0, len(data), -(-len(data) // MOST_POINTS)))
    inputs, targets = features(data.points, snapshot.config.inputs), targets_of(snapshot.config, data)
    measure = LOSSES[snapshot.config.loss]()

    def loss(parameters: Array) -> float:
        with np.errstate(over="ignore", invalid="ignore"):
            value = measure(network_of(snapshot, parameters).forward(inputs), targets)[0]
        return value if np.isfinite(value) else np.inf

    return loss


@dataclass(frozen=True)
class Projection:
    """The optimizer's path as the slice shows it.

    Attributes:
        places: (T, 2), a and b of the nearest place of the slice.
        distance: (T,), how far the real place is from it (length in the space of weights): the path seen is a shadow.
    """

    places: NDArray[np.float64]
    distance: NDArray[np.float64]


def project(path: Sequence[Array], centre: Array, directions: Directions) -> Projection:
    """Project places (P,) onto the slice by least squares; each must have the size of `centre`.

    Raises ConfigError for a place of another size.
    """
    if any(place.shape != centre.shape for place in path):
        raise ConfigError("The path belongs to a network of another shape.")
    axes = np.stack([directions.first, directions.second], axis=1)
    away = np.array([place.astype(np.float64) - centre for place in path]).reshape(-1, centre.size)
    places = np.linalg.lstsq(axes, away.T, rcond=None)[0].T
    return Projection(places, np.linalg.norm(away - places @ axes.T, axis=1))


def slice_of(
    snapshot: BoundarySnapshot, directions: Directions, extent: float = 1.0, resolution: int = 31
) -> Iterator[LossRow]:
    """`loss_rows` around a snapshot's weights, on its training points."""
    yield from loss_rows(loss_function(snapshot), snapshot.parameters, directions, extent, resolution)
