"""Colours of the Boundary tab: which class the network says, how sure it is, and what a single neuron says.

A class has the colour of its points. Where the network is undecided between classes the plane has no colour, so the
boundary shows as a pale line. Signed numbers (neurons, values to predict) go from blue to orange.

These functions run on every frame while the network trains. They look colours up in tables and use few NumPy calls:
each one on a large array hands the interpreter to the training thread, and has to wait until it comes back.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.boundary.maps import NeuronMaps, misclassified
from models.boundary.network import target_range
from models.boundary.snapshot import BoundarySnapshot
from models.nn.activations import Softmax
from models.nn.losses import LOSSES
from ui.plots import colormaps
from ui.points.layer import HOLLOW, WRONG
from ui.points.looks import Looks
from ui.widgets import theme

Colors = NDArray[np.uint8]
"""(…, 4) red, green, blue and an opacity of 255."""

SHADES = 64
STRONGEST = 0.62
"""Share of the class's colour where the network is sure: points of the same class must still stand out."""
DECIDED = 0.42
"""The same where only the decision is shown."""
BOUNDED = 1.4
"""What neurons between −1 and 1 are measured against: many are near the ends, in whole areas, and must not shout."""


def region_colors(confidence: NDArray[np.float32], *, discrete: bool = False) -> Colors:
    """Colours (…, 4) of confidences (…, C): the likeliest class, paler where it is less sure; discrete: all alike."""
    classes = confidence.shape[-1]
    name = theme.current().name
    colors: Colors
    if classes == 2 and not discrete:
        return _two_class_table(name)[_index(confidence[..., 0], 2 * SHADES - 1, 0.0, 2 * SHADES - 1)]
    table = _class_table(name)
    best = confidence.argmax(axis=-1)
    if discrete:
        colors = table[best, round(DECIDED / STRONGEST * (SHADES - 1))]
    else:
        scale = (SHADES - 1) * classes / (classes - 1)
        colors = table[best, _index(confidence.max(axis=-1), scale, -scale / classes, SHADES - 1)]
    return colors


def _index(values: NDArray[np.float32], scale: float, shift: float, last: int) -> NDArray[np.uint8]:
    """values · scale + shift, rounded, as places of a table; 0 for what is no number."""
    places = values * np.float32(scale)
    places += np.float32(shift + 0.5)
    np.fmin(np.fmax(places, 0, out=places), last, out=places)
    return places.astype(np.uint8)


@lru_cache(maxsize=4)
def _class_table(_name: str) -> Colors:
    """(classes, SHADES, 4): from the surface to each class's colour."""
    colors = theme.current()
    surface = np.array(colors.surface.getRgb(), np.float64)
    strong = np.array([color.getRgb() for color in colors.classes], np.float64)
    share = STRONGEST * np.linspace(0, 1, SHADES)[None, :, None]
    return np.rint(surface + share * (strong[:, None] - surface)).astype(np.uint8)


@lru_cache(maxsize=4)
def _two_class_table(name: str) -> Colors:
    """(2 · SHADES, 4): from surely the second class to surely the first."""
    table = _class_table(name)
    return np.concatenate([table[1, ::-1], table[0]])


@lru_cache(maxsize=4)
def _signed_table(_name: str) -> Colors:
    table = colormaps.diverging()
    return np.concatenate([table, np.full((256, 1), 255, np.uint8)], axis=1)


def signed_colors(values: NDArray[np.float32], level: float | NDArray[np.float32]) -> Colors:
    """Colours (…, 4) of signed numbers: blue at −level, neutral at 0, orange at +level."""
    places = values * (np.float32(127) / np.asarray(level, np.float32))
    places += np.float32(colormaps.CENTRE + 0.5)
    np.fmin(np.fmax(places, 1, out=places), 255, out=places)
    return _signed_table(theme.current().name)[places.astype(np.uint8)]


def value_level(snapshot: BoundarySnapshot) -> float:
    """What values to predict are measured against: the largest of them; 1 for classes."""
    if snapshot.targets is None:
        return 1.0
    return max(1e-9, float(np.abs(snapshot.targets).max(initial=0.0)))


def point_looks(snapshot: BoundarySnapshot) -> Looks:
    """Colours of values, None for those of classes, and the marks of held-out and of wrong points."""
    colors = None
    if snapshot.targets is not None:
        colors = signed_colors(snapshot.targets.astype(np.float32), value_level(snapshot))[:, :3]
    marks = np.where(snapshot.held_out, HOLLOW, 0).astype(np.uint8)
    marks[misclassified(snapshot)] |= WRONG
    return Looks(colors, marks)


def outline(snapshot: BoundarySnapshot) -> str:
    """The theme's colour around a point: values near 0 are as pale as the surface."""
    return "muted" if snapshot.regression else "surface"


def answer_colors(answers: NDArray[np.float32], level: float, *, discrete: bool = False) -> Colors:
    """Colours of `predict`'s answers (…, C): regions for classes, signed numbers for a value (C = 1)."""
    if answers.shape[-1] == 1:
        return signed_colors(answers[..., 0], level)
    return region_colors(answers, discrete=discrete)


def neuron_level(activation: str, values: NDArray[np.float32]) -> float:
    """What a neuron's colours are measured against: fixed where the activation is bounded, else what its layer says."""
    if activation in ("tanh", "bipolar_sigmoid", "sigmoid"):
        return BOUNDED
    largest = float(np.abs(values).max(initial=0.0))
    return 0.8 * largest if 0 < largest < np.inf else 1.0


def tile_colors(snapshot: BoundarySnapshot, maps: NeuronMaps, level: float) -> list[Colors]:
    """One picture per neuron, by column of the diagram: (units, R, R, 4), inputs first, outputs last.

    Args:
        snapshot: whose maps they are.
        maps: as `neuron_maps` makes them.
        level: what regression's output is measured against.
    """
    columns = [maps.inputs, *maps.hidden]
    levels = [max(BOUNDED, 0.8 * float(np.abs(maps.inputs).max()))]
    levels += [
        neuron_level(activation, values)
        for activation, values in zip(snapshot.config.hidden_activations(), maps.hidden, strict=True)
    ]
    counts = [len(column) for column in columns]
    each = np.repeat(np.array(levels, np.float32), counts).reshape(-1, 1, 1)
    colors = signed_colors(np.concatenate(columns), each)
    return [*np.split(colors, np.cumsum(counts)[:-1]), _output_tiles(snapshot, maps.outputs, level)]


def _output_tiles(snapshot: BoundarySnapshot, outputs: NDArray[np.float32], level: float) -> Colors:
    """An output's picture has the colour of its class where it speaks for it."""
    if snapshot.regression:
        return signed_colors(outputs, level)
    if LOSSES[snapshot.config.loss].fused_softmax:
        share = Softmax.function(outputs.reshape(len(outputs), -1).T).T.reshape(outputs.shape)
    else:
        low, high = target_range(snapshot.config)
        share = (outputs - low) / np.float32(high - low)
    if len(outputs) == 1:  # high for the first class, low for the second
        return _two_class_table(theme.current().name)[_index(share, 2 * SHADES - 1, 0.0, 2 * SHADES - 1)]
    table = _class_table(theme.current().name)
    which = np.arange(len(outputs)).reshape(-1, 1, 1)
    return table[which % len(table), _index(share, SHADES - 1, 0.0, SHADES - 1)]
