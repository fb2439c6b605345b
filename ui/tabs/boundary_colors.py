"""Colours of the Boundary tab: which class the network says, how sure it is, and what a single neuron says.

A class has the colour of its points. Where the network is undecided between classes the plane has no colour, so the
boundary shows as a pale line. Signed numbers (neurons, values to predict) go from blue to orange.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.boundary import BoundarySnapshot
from models.boundary_maps import NeuronMaps
from models.nn.activations import Softmax
from models.nn.losses import LOSSES
from ui import theme
from ui.plots import colormaps

Colors = NDArray[np.uint8]
"""(…, 3) red, green, blue."""

SHADES = 64
STRONGEST = 0.62
"""Share of the class's colour where the network is sure: points of the same class must still stand out."""
DECIDED = 0.42
"""The same where only the decision is shown."""


def region_colors(confidence: NDArray[np.float32], *, discrete: bool = False) -> Colors:
    """Colours (…, 3) of confidences (…, C): the likeliest class, paler where it is less sure; discrete: all alike."""
    classes = confidence.shape[-1]
    best = confidence.argmax(axis=-1)
    table = _class_table(theme.current().name)
    if discrete:
        return table[best, round(DECIDED / STRONGEST * (SHADES - 1))]
    certainty = (np.nan_to_num(confidence.max(axis=-1)) - 1 / classes) * (classes / (classes - 1))
    return table[best, np.clip(certainty * (SHADES - 1), 0, SHADES - 1).astype(np.uint8)]


@lru_cache(maxsize=4)
def _class_table(_name: str) -> Colors:
    """(classes, SHADES, 3): from the surface to each class's colour."""
    colors = theme.current()
    surface = np.array(colors.surface.getRgb()[:3], np.float64)
    strong = np.array([color.getRgb()[:3] for color in colors.classes], np.float64)
    share = STRONGEST * np.linspace(0, 1, SHADES)[None, :, None]
    return np.rint(surface + share * (strong[:, None] - surface)).astype(np.uint8)


def signed_colors(values: NDArray[np.float32], level: float) -> Colors:
    """Colours (…, 3) of signed numbers: blue at −level, neutral at 0, orange at +level."""
    return colormaps.diverging()[colormaps.diverging_index(values, level)]


def answer_colors(answers: NDArray[np.float32], level: float, *, discrete: bool = False) -> Colors:
    """Colours of `predict`'s answers (…, C): regions for classes, signed numbers for a value (C = 1)."""
    if answers.shape[-1] == 1:
        values = answers[..., 0]
        return signed_colors(np.rint(values / level * 4) * (level / 4) if discrete else values, level)
    return region_colors(answers, discrete=discrete)


def neuron_level(activation: str, values: NDArray[np.float32]) -> float:
    """What a neuron's colours are measured against: 1 where the activation is bounded, else what its layer says."""
    if activation in ("tanh", "bipolar_sigmoid", "sigmoid"):
        return 1.0
    return colormaps.symmetric_level(values, 98.0) or 1.0


def tile_colors(snapshot: BoundarySnapshot, maps: NeuronMaps, level: float) -> list[Colors]:
    """One picture per neuron, by column of the diagram: (units, R, R, 3), inputs first, outputs last.

    Args:
        snapshot: whose maps they are.
        maps: as `neuron_maps` makes them.
        level: what regression's output is measured against.
    """
    config = snapshot.config
    tiles = [signed_colors(maps.inputs, max(1.0, colormaps.symmetric_level(maps.inputs, 90.0)))]
    for activation, values in zip(config.hidden_activations(), maps.hidden, strict=True):
        tiles.append(signed_colors(values, neuron_level(activation, values)))
    tiles.append(_output_tiles(snapshot, maps.outputs, level))
    return tiles


def _output_tiles(snapshot: BoundarySnapshot, outputs: NDArray[np.float32], level: float) -> Colors:
    """An output's picture has the colour of its class where it speaks for it."""
    if snapshot.regression:
        return signed_colors(outputs, level)
    if len(outputs) == 1:
        return signed_colors(outputs, neuron_level(snapshot.config.output_activation, outputs))
    if LOSSES[snapshot.config.loss].fused_softmax:
        share = Softmax.function(np.moveaxis(outputs, 0, -1).reshape(-1, len(outputs)))
        share = np.moveaxis(share.reshape(*outputs.shape[1:], -1), -1, 0)
    else:
        share = 0.5 + 0.5 * outputs / neuron_level(snapshot.config.output_activation, outputs)
    table = _class_table(theme.current().name)
    shade = np.clip(np.nan_to_num(share) * (SHADES - 1), 0, SHADES - 1).astype(np.uint8)
    which = np.arange(len(outputs)).reshape(-1, 1, 1)
    return table[which % len(table), shade]


def opaque(colors: Colors) -> Colors:
    """(…, 4) with an opacity of 255, for pictures."""
    result = np.full((*colors.shape[:-1], 4), 255, np.uint8)
    result[..., :3] = colors
    return result
