"""What the network makes of the whole plane: pictures of its answer, of every single neuron, and of the plane as a
hidden layer of two neurons sees it.

Pure functions of a snapshot, safe on any thread. Pictures are arrays with row 0 at the *bottom* (smallest y) and column
0 at the left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import ConfigError
from models.boundary.config import BoundaryConfig
from models.boundary.data import features
from models.boundary.network import layers_per_hidden, target_range
from models.boundary.snapshot import BoundarySnapshot, network_of
from models.nn.activations import Softmax
from models.nn.layer import Array
from models.nn.losses import LOSSES
from models.supervised.confusion import confusion

Box = tuple[float, float, float, float]
"""Left, right, bottom, top of a part of the plane."""

PLANE: Box = (-1.5, 1.5, -1.5, 1.5)


def view_box(snapshot: BoundarySnapshot, margin: float = 0.15) -> Box:
    """A square part of the plane that shows all points, at least −1 … 1 both ways, with a margin around it."""
    low, high = np.array([-1.0, -1.0]), np.array([1.0, 1.0])
    if len(snapshot.points):
        low, high = np.minimum(low, snapshot.points.min(axis=0)), np.maximum(high, snapshot.points.max(axis=0))
    centre, half = (low + high) / 2, float((high - low).max()) / 2 * (1 + margin)
    return centre[0] - half, centre[0] + half, centre[1] - half, centre[1] + half


def grid_points(box: Box, resolution: int) -> NDArray[np.float64]:
    """The centres of resolution × resolution cells of the box, (resolution², 2), row by row from below."""
    left, right, bottom, top = box
    middle = (np.arange(resolution) + 0.5) / resolution
    x, y = np.meshgrid(left + (right - left) * middle, bottom + (top - bottom) * middle)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def predict(snapshot: BoundarySnapshot, xy: ArrayLike) -> NDArray[np.float32]:
    """What the network says about points (N, 2) of the plane.

    For classes (N, C): how sure it is of each, 0 … 1, rows sum to 1. Cross-entropy trains just that (softmax); with a
    squared error the outputs are mapped from their target range to 0 … 1, cut off there and divided by their sum. For
    regression the values, (N, 1).
    """
    inputs = features(np.asarray(xy, dtype=np.float64).reshape(-1, 2), snapshot.config.inputs)
    with np.errstate(over="ignore", invalid="ignore"):
        return _confidence(snapshot, network_of(snapshot).forward(inputs))


def _confidence(snapshot: BoundarySnapshot, outputs: Array) -> NDArray[np.float32]:
    if snapshot.regression:
        return outputs
    if LOSSES[snapshot.config.loss].fused_softmax:
        return Softmax.function(outputs)
    low, high = target_range(snapshot.config)
    share = np.clip((outputs - low) / (high - low), 0.0, 1.0)
    if outputs.shape[1] == 1:
        return np.concatenate([share, 1.0 - share], axis=1)
    total = share.sum(axis=1, keepdims=True)
    equal = share.dtype.type(1 / share.shape[1])
    return np.where(total > 0.0, share / np.where(total > 0.0, total, 1.0), equal)


def decision_grid(snapshot: BoundarySnapshot, box: Box = PLANE, resolution: int = 100) -> NDArray[np.float32]:
    """`predict` everywhere: (resolution, resolution, C) confidences, or (resolution, resolution, 1) values."""
    return predict(snapshot, grid_points(box, resolution)).reshape(resolution, resolution, -1)


@dataclass(frozen=True)
class NeuronMaps:
    """What every neuron says to every point of a part of the plane.

    Attributes:
        inputs: (F, R, R), the input features.
        hidden: for every hidden layer (units, R, R), what the next layer is told (0 where a neuron is off).
        outputs: (K, R, R), after the output's activation; for cross-entropy the sums before softmax (logits).
    """

    inputs: NDArray[np.float32]
    hidden: tuple[NDArray[np.float32], ...]
    outputs: NDArray[np.float32]


def neuron_maps(snapshot: BoundarySnapshot, box: Box = PLANE, resolution: int = 40) -> NeuronMaps:
    """The maps of all neurons at once: one forward pass over resolution² points."""
    inputs = features(grid_points(box, resolution), snapshot.config.inputs)
    with np.errstate(over="ignore", invalid="ignore"):
        *hidden, outputs = layer_outputs(snapshot, inputs)

    def pictures(values: Array) -> NDArray[np.float32]:
        return np.ascontiguousarray(values.T).reshape(-1, resolution, resolution)

    return NeuronMaps(pictures(inputs), tuple(pictures(values) for values in hidden), pictures(outputs))


def layer_outputs(snapshot: BoundarySnapshot, inputs: Array) -> list[Array]:
    """What every hidden layer tells the next one, (N, units) each, and last the outputs (N, K); inputs (N, F)."""
    every = network_of(snapshot).activations(inputs)
    step = layers_per_hidden(snapshot.config)
    return [*(every[step * index + 2] for index in range(len(snapshot.config.hidden))), every[-1]]


# How well the points are told apart --------------------------------------------------------------------------------


def misclassified(snapshot: BoundarySnapshot) -> NDArray[np.bool_]:
    """Which points (N,) the network puts into a wrong class; none for regression."""
    if snapshot.labels is None:
        return np.zeros(len(snapshot.points), dtype=bool)
    wrong: NDArray[np.bool_] = snapshot.predictions != snapshot.labels
    return wrong


def confusion_counts(snapshot: BoundarySnapshot, held_out: bool = True) -> NDArray[np.int64]:
    """Counts (C, C), [true, predicted], of the held-out points or of the training points.

    Raises ConfigError for regression, which has no classes.
    """
    if snapshot.labels is None:
        raise ConfigError("Regression predicts values: there are no classes to confuse.")
    chosen = snapshot.held_out == held_out
    return confusion(snapshot.labels[chosen], snapshot.predictions[chosen], len(snapshot.class_names))


# The plane as a hidden layer sees it -------------------------------------------------------------------------------


@dataclass(frozen=True)
class HiddenSpace:
    """The plane after a hidden layer of two neurons has bent it.

    Attributes:
        points: (N, 2), where the points have gone.
        lines: (2·L, S, 2), where the lines of a square grid have gone: L upright ones, then L level ones.
        box: the part of the hidden plane that holds all of it.
        regions: (R, R, C), what the rest of the network makes of every place in the box (as `decision_grid`).
    """

    points: NDArray[np.float32]
    lines: NDArray[np.float32]
    box: Box
    regions: NDArray[np.float32]


def two_unit_layers(config: BoundaryConfig) -> tuple[int, ...]:
    """The hidden layers (counted from 0) that can be shown as a plane."""
    return tuple(index for index, units in enumerate(config.hidden) if units == 2)


def hidden_space(
    snapshot: BoundarySnapshot,
    layer: int,
    box: Box = PLANE,
    *,
    lines: int = 21,
    samples: int = 81,
    resolution: int = 60,
) -> HiddenSpace:
    """Where points and a square grid go in a hidden layer of two neurons (Olah 2014, "Neural networks, manifolds …").

    Args:
        snapshot: the network.
        layer: hidden layer, counted from 0; raises ConfigError unless it has two neurons.
        box: the part of the plane that the grid covers.
        lines: lines each way.
        samples: places along a line.
        resolution: cells along each side of the picture of the regions.
    """
    if layer not in two_unit_layers(snapshot.config):
        raise ConfigError("Only a hidden layer of exactly two neurons can be shown as a plane.")
    left, right, bottom, top = box
    along, across = np.linspace(0, 1, samples), np.linspace(0, 1, lines)
    moving = np.broadcast_to(along, (lines, samples))
    fixed = np.broadcast_to(across[:, None], (lines, samples))
    upright = np.stack([left + (right - left) * fixed, bottom + (top - bottom) * moving], axis=-1)
    level = np.stack([left + (right - left) * moving, bottom + (top - bottom) * fixed], axis=-1)
    grid = np.concatenate([upright, level])
    everything = np.concatenate([snapshot.points, grid.reshape(-1, 2)])
    with np.errstate(over="ignore", invalid="ignore"):
        seen = layer_outputs(snapshot, features(everything, snapshot.config.inputs))[layer]
        count = len(snapshot.points)
        low, high = seen.min(axis=0), seen.max(axis=0)
        margin = 0.05 * np.maximum(high - low, 1e-3)
        hidden_box = tuple(float(v) for pair in zip(low - margin, high + margin, strict=True) for v in pair)
        assert len(hidden_box) == 4
        places = grid_points(hidden_box, resolution).astype(np.float32)
        for rest in network_of(snapshot).layers[layers_per_hidden(snapshot.config) * layer + 3 :]:
            places = rest.forward(places)
        regions = _confidence(snapshot, places).reshape(resolution, resolution, -1)
    return HiddenSpace(seen[:count], seen[count:].reshape(2 * lines, samples, 2), hidden_box, regions)
