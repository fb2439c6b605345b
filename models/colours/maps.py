"""Sheets of colours to be named: the whole of hue and lightness, a slice through the cube, the cube from outside.

Every sheet is a picture of colours (H, W, 3), 0 … 255; what a network calls each of them is asked elsewhere.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from models.colours.predict import answer, scores
from models.colours.spaces import SPACES, SpaceName
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes, ColourSet

Labels = NDArray[np.int64]

GREYS = 0.07
"""Share of the width of a map of hues that is left for colours without one."""

BODY = ((0, 1, 2), (1, 0, 2), (2, 0, 1))
"""For each axis of the cube: itself, then the two that span a slice across it, to the right and upwards."""


@dataclass(eq=False)
class Sheet:
    """A picture of colours, and what networks see of it, worked out once.

    Attributes:
        colours: (H, W, 3) uint8.
        inside: (H, W) bool: where there is a colour at all; None for everywhere.
    """

    colours: Bytes
    inside: NDArray[np.bool_] | None = None
    _inputs: dict[SpaceName, NDArray[np.float32]] = field(default_factory=dict)

    def named(self, snapshot: ColoursSnapshot) -> Labels:
        """Number of the name (H, W) that a network has for each colour; −1 where there is none."""
        flat = self.colours.reshape(-1, 3)
        space = snapshot.config.space
        if space not in self._inputs:
            self._inputs[space] = SPACES[space].inputs(flat)
        found = scores(snapshot, flat, self._inputs[space]).argmax(axis=1).reshape(self.colours.shape[:2])
        return found if self.inside is None else np.where(self.inside, found, -1)


def from_hsl(hue: NDArray[np.floating], saturation: object, lightness: NDArray[np.floating]) -> Bytes:
    """Hue (red 0, green ⅓, blue ⅔), saturation and lightness, 0 … 1 each, as colours (…, 3) (A. Smith, 1978)."""
    n = np.array([0.0, 8.0, 4.0])
    k = (n + 12 * np.asarray(hue)[..., None]) % 12
    light = np.asarray(lightness)[..., None]
    depth = np.asarray(saturation, np.float64)[..., None] * np.minimum(light, 1 - light)
    found: Bytes = np.rint(255 * (light - depth * np.clip(np.minimum(k - 3, 9 - k), -1, 1))).astype(np.uint8)
    return found


def hue_map(width: int, height: int, saturation: float = 1.0) -> Sheet:
    """All hues from left to right, light above and dark below; at the right edge the greys."""
    x = (np.arange(width) + 0.5) / width
    grey = x > 1 - GREYS
    hue, light = np.broadcast_arrays(np.minimum(x / (1 - GREYS), 1.0), 1 - (np.arange(height)[:, None] + 0.5) / height)
    return Sheet(from_hsl(hue, np.where(grey, 0.0, saturation) + 0 * light, light))


def cube_slice(axis: int, level: float, size: int) -> Sheet:
    """The colours of the RGB cube in which red, green or blue (0, 1, 2) has a level 0 … 1; the other two span it."""
    steps = (np.arange(size) + 0.5) / size
    fixed, right, up = BODY[axis]
    cube = np.empty((size, size, 3))
    cube[..., fixed], cube[..., right], cube[..., up] = level, steps, steps[::-1, None]
    return Sheet(np.rint(255 * cube).astype(np.uint8))


def turned(yaw: float, pitch: float) -> NDArray[np.float64]:
    """Three rows: the directions to the right, upwards and towards the eye, for a cube turned by two angles."""
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    return np.array([[-sy, cy, 0.0], [-sp * cy, -sp * sy, cp], [cp * cy, cp * sy, sp]])


REACH = 1.0
"""Half the side of the picture of a cube of side 1: no turn makes it larger than √3 / 2."""


def cube_view(yaw: float, pitch: float, size: int, cut: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Sheet:
    """The RGB cube from outside, cut off at some red, green and blue: for each ray of sight, where it enters the rest.

    A box is the common part of three slabs; a ray enters it where it has entered the last of them (Kay and Kajiya,
    1986). The eye is far away, so that all rays are parallel.
    """
    right, up, eye = turned(yaw, pitch)
    steps = REACH * (2 * (np.arange(size) + 0.5) / size - 1)
    origin = 0.5 + steps[None, :, None] * right + steps[::-1, None, None] * up  # (size, size, 3)
    direction = -np.where(np.abs(eye) < 1e-9, 1e-9, eye)
    first, second = (0.0 - origin) / direction, (np.array(cut) - origin) / direction
    enter, leave = np.minimum(first, second).max(axis=-1), np.maximum(first, second).min(axis=-1)
    inside = enter < leave
    place = np.clip(origin + enter[..., None] * direction, 0.0, 1.0)
    return Sheet(np.rint(255 * np.where(inside[..., None], place, 0.5)).astype(np.uint8), inside)


def borders(labels: Labels) -> NDArray[np.bool_]:
    """Where another name begins (H, W): to the right of a cell or below it."""
    found = np.zeros(labels.shape, bool)
    found[:, :-1] |= labels[:, :-1] != labels[:, 1:]
    found[:-1] |= labels[:-1] != labels[1:]
    return found


def middles(labels: Labels, names: int, least: float = 0.008) -> dict[int, tuple[float, float]]:
    """Where to write each name: (x, y), shares of width and height, inside its region; small ones are left out."""
    height, width = labels.shape
    found = {}
    for name in range(names):
        ys, xs = np.nonzero(labels == name)
        if len(xs) < least * labels.size:
            continue
        nearest = int(((xs - xs.mean()) ** 2 + (ys - ys.mean()) ** 2).argmin())
        found[name] = ((xs[nearest] + 0.5) / width, (ys[nearest] + 0.5) / height)
    return found


def typical(data: ColourSet) -> Bytes:
    """A colour (K, 3) for each name: the mean of those that are learnt as that; grey for a name that none has."""
    found = np.full((len(data.names), 3), 128, np.uint8)
    train = data.train
    for name in range(len(data.names)):
        mine = data.colours[train[data.labels[train] == name]]
        if len(mine):
            found[name] = np.rint(mine.mean(axis=0))
    return found


def between(start: Bytes, end: Bytes, count: int) -> Bytes:
    """Colours (count, 3) from one to another along the hue, the shorter way round; saturation and lightness follow."""
    (h0, l0, s0), (h1, l1, s1) = (colorsys.rgb_to_hls(*(float(part) / 255 for part in each)) for each in (start, end))
    way = np.linspace(0, 1, count)
    hue = h0 + ((h1 - h0 + 0.5) % 1 - 0.5) * way
    return from_hsl(hue % 1, s0 + (s1 - s0) * way, l0 + (l1 - l0) * way)


@dataclass(frozen=True, eq=False)
class NeuronMaps:
    """What every neuron makes of a square map of hues (R, R), row 0 at the bottom.

    Attributes:
        colours: (R, R, 3) uint8, the map itself.
        inputs: (3, R, R), what the network is told.
        hidden: for each hidden layer (units, R, R).
        names: (K, R, R) probabilities.
    """

    colours: Bytes
    inputs: NDArray[np.floating]
    hidden: tuple[NDArray[np.floating], ...]
    names: NDArray[np.floating]


def neuron_maps(snapshot: ColoursSnapshot, size: int) -> NeuronMaps:
    """Pictures of every neuron; pure, safe on any thread."""
    colours = hue_map(size, size).colours[::-1]
    flat = colours.reshape(-1, 3)
    found = answer(snapshot, flat, activations=True)
    assert found.activations is not None

    def pictures(values: NDArray[np.floating]) -> NDArray[np.floating]:
        return values.T.reshape(-1, size, size)

    inputs = pictures(SPACES[snapshot.config.space].inputs(flat))
    return NeuronMaps(colours, inputs, tuple(map(pictures, found.activations)), pictures(found.probabilities))
