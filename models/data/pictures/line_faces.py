"""A line drawing of a face is a few numbers: where the eyes are, how wide the mouth is, how far its corners rise.

Every part (a circle, a stroke, an arc) is described by its distance to each pixel; where the distance is less than half
the pen's width there is ink. So thousands of faces can be drawn at once with a few array operations and no brush.

A face lies in coordinates of its own: x to the right, y downwards, the head about 1 in radius around (0, 0).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]

SIDE = 28
SPAN = 22.0
"""Longer side of a face in pixels before it is varied; `face_pictures` brings drawings to the same size."""

NEUTRAL_SAG = 0.06
"""Up to here a mouth is neutral: how far its corners lie above its middle, as a share of half its width."""

MOOD_SAG = (0.25, 1.0)
"""From the first to the second, a mouth smiles (corners up) or frowns (corners down). What lies between is left out:
people would not agree about it."""

VISIBLE_SAG = 0.14
"""The corners of a smile or frown lie at least so many head radii above or below its middle: one and a half pixels."""

HIGHEST_MOUTH = 0.5
"""And at most so many, unless the mouth is narrow."""

SOFTNESS = 1.1
"""Width of the grey edge of a line in pixels."""

CHUNK = 250
"""Faces drawn at a time, so that their distances stay in the cache."""


@dataclass(frozen=True)
class FaceParameters:
    """The numbers of n faces; every field is an array (n,). Lengths are in head radii, angles in radians.

    Attributes:
        mood: 0 smiling, 1 neutral, 2 frowning.
        sag: height of the mouth's corners above its middle, as a share of half its width; negative is below.
        mouth_x, mouth_y, mouth_width: centre (half-way between middle and corners) and half width of the mouth.
        mouth_lean: slope of the line from corner to corner.
        mouth_lopsided: where the lowest (highest) point is, as a share of half the width.
        mouth_power: 1 is a V, 2 a bow, 3 a U.
        mouth_style: 0 a line, 1 open (corners joined by a line), 2 open and filled.
        eye_x, eye_y, eye_size: half the distance of the eyes, their height, their radius.
        eye_style: 0 dot, 1 tall dot, 2 ring, 3 ring with pupil, 4 arc ∩, 5 arc ∪, 6 upright stroke, 7 dash.
        eye_level: how much the right eye is lower.
        wink: whether the right eye is a dash.
        brow, brow_slope, brow_y: whether there are brows, their slope outwards, their height above the eyes.
        nose: 0 none, 1 stroke, 2 dot, 3 small arc.
        outline: 0 none, 1 line, 2 a solid head with everything else cut out of it.
        head_x, head_y, head_power: radii of the head; 2 is an ellipse, more is squarer.
        tilt: of the whole face.
        pen: width of the lines in pixels.
        size: longer side in shares of SPAN.
        shift_x, shift_y: of the whole face in pixels.
        wobble, wobble_phase: unsteadiness of the hand, and where it begins.
    """

    mood: NDArray[np.uint8]
    sag: Float32
    mouth_x: Float32
    mouth_y: Float32
    mouth_width: Float32
    mouth_lean: Float32
    mouth_lopsided: Float32
    mouth_power: Float32
    mouth_style: NDArray[np.int64]
    eye_x: Float32
    eye_y: Float32
    eye_size: Float32
    eye_style: NDArray[np.int64]
    eye_level: Float32
    wink: NDArray[np.bool_]
    brow: NDArray[np.bool_]
    brow_slope: Float32
    brow_y: Float32
    nose: NDArray[np.int64]
    outline: NDArray[np.int64]
    head_x: Float32
    head_y: Float32
    head_power: Float32
    tilt: Float32
    pen: Float32
    size: Float32
    shift_x: Float32
    shift_y: Float32
    wobble: Float32
    wobble_phase: Float32

    def part(self, chosen: slice) -> FaceParameters:
        """The numbers of some of the faces."""
        return FaceParameters(**{field.name: getattr(self, field.name)[chosen] for field in fields(self)})


def draw_parameters(count: int, rng: np.random.Generator) -> FaceParameters:
    """The numbers of `count` faces, a third of each mood, everything else independent of the mood."""

    def uniform(low: float, high: float) -> Float32:
        return rng.uniform(low, high, count).astype(np.float32)

    def choice(*shares: float) -> NDArray[np.int64]:
        return rng.choice(len(shares), count, p=shares)

    mood = rng.permutation(np.arange(count) % 3).astype(np.uint8)
    head_x, head_y = uniform(0.8, 1.1), uniform(0.85, 1.15)
    eye_y, eye_size = uniform(-0.5, -0.2), uniform(0.06, 0.2)
    nose = choice(0.6, 0.18, 0.12, 0.1)
    outline = choice(0.22, 0.7, 0.08)
    # The mouth keeps clear of nose and chin, and its bow can be seen at this size, or nobody could tell the mood.
    mouth_y = np.where(nose > 0, uniform(0.42, 0.55), uniform(0.28, 0.55))
    room = head_x * np.sqrt(1 - (mouth_y / head_y) ** 2) - np.float32(0.2)
    mouth_width = np.minimum(uniform(0.25, 0.62), room)
    least, most = MOOD_SAG
    least = np.maximum(least, VISIBLE_SAG / mouth_width)
    most = np.clip(HIGHEST_MOUTH / mouth_width, least, most)
    strong = least + (most - least) * uniform(0, 1)
    weak = uniform(-NEUTRAL_SAG, NEUTRAL_SAG)
    sag = np.where(mood == 1, weak, np.where(mood == 0, strong, -strong)).astype(np.float32)
    return FaceParameters(
        mood=mood,
        sag=sag,
        mouth_x=uniform(-0.12, 0.12),
        mouth_y=mouth_y.astype(np.float32),
        mouth_width=mouth_width,
        mouth_lean=uniform(-0.12, 0.12),
        mouth_lopsided=uniform(-0.3, 0.3),
        mouth_power=uniform(1.2, 3.0),
        mouth_style=choice(0.78, 0.12, 0.1),
        eye_x=uniform(0.25, 0.5),
        eye_y=eye_y,
        eye_size=eye_size,
        eye_style=choice(0.3, 0.16, 0.12, 0.08, 0.1, 0.06, 0.1, 0.08),
        eye_level=uniform(-0.06, 0.06),
        wink=rng.random(count) < 0.06,
        brow=rng.random(count) < 0.35,
        brow_slope=uniform(-0.6, 0.6),
        brow_y=uniform(0.2, 0.34),
        nose=nose,
        outline=outline,
        head_x=head_x,
        head_y=head_y,
        head_power=np.where(rng.random(count) < 0.75, 2.0, rng.uniform(2, 4, count)).astype(np.float32),
        tilt=uniform(-0.3, 0.3),
        pen=np.where(outline == 0, uniform(1.2, 2.8), uniform(1.2, 2.1)).astype(np.float32),
        size=uniform(0.86, 1.08),
        shift_x=uniform(-1.5, 1.5),
        shift_y=uniform(-1.5, 1.5),
        wobble=np.where(rng.random(count) < 0.6, uniform(0, 0.03), 0).astype(np.float32),
        wobble_phase=uniform(0, 2 * np.pi),
    )


def render(parameters: FaceParameters) -> NDArray[np.uint8]:
    """The faces as pictures (n, 28, 28), 0 paper … 255 ink."""
    count = len(parameters.mood)
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for first in range(0, count, CHUNK):
        chosen = slice(first, first + CHUNK)
        images[chosen] = _Canvas(parameters.part(chosen)).draw()
    return images


class _Canvas:
    """Draws some faces at once: for every pixel the distance to the nearest line, in pixels, (n, 784)."""

    def __init__(self, parameters: FaceParameters) -> None:
        self.p = parameters
        y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32).reshape(2, -1) + np.float32(0.5)
        middle_x, middle_y, radius = self._frame()
        self.radius = (np.float32(SPAN / 2) * parameters.size / radius)[:, None]
        x = (x - SIDE / 2 - parameters.shift_x[:, None]) / self.radius
        y = (y - SIDE / 2 - parameters.shift_y[:, None]) / self.radius
        cos, sin = np.cos(parameters.tilt)[:, None], np.sin(parameters.tilt)[:, None]
        x, y = cos * x + sin * y + middle_x[:, None], cos * y - sin * x + middle_y[:, None]
        wobble, phase = parameters.wobble[:, None], parameters.wobble_phase[:, None]
        self.x = x + wobble * np.sin(5 * y + phase)
        self.y = y + wobble * np.sin(4 * x + 2 * phase)
        self.distance = np.full(x.shape, np.inf, np.float32)

    def draw(self) -> NDArray[np.uint8]:
        """Ink where a line is nearer than half the pen's width."""
        p = self.p
        self._mouth()
        self._eyes()
        self._brows_and_nose()
        soft = np.float32(SOFTNESS)
        reach = p.pen[:, None] / 2
        features = np.clip((reach - self.distance) / soft + np.float32(0.5), 0, 1)
        head = self._head()
        line = np.clip((reach - np.abs(head)) / soft + np.float32(0.5), 0, 1)
        solid = np.clip(np.float32(0.5) - head / soft, 0, 1) * (1 - features)
        outline = p.outline[:, None]
        ink = np.where(outline == 0, features, np.where(outline == 1, np.maximum(features, line), solid))
        return (ink * 255 + 0.5).astype(np.uint8).reshape(-1, SIDE, SIDE)

    def _frame(self) -> tuple[Float32, Float32, Float32]:
        """Middle and radius of what is seen: of the head, or of eyes and mouth where there is no outline."""
        p = self.p
        top = p.eye_y - p.eye_size - np.where(p.brow, p.brow_y, 0)
        bottom = p.mouth_y + np.abs(p.sag) * p.mouth_width / 2
        side = np.maximum(p.eye_x + p.eye_size, p.mouth_width)
        bare = p.outline == 0
        middle = np.where(bare, (top + bottom) / 2, 0)
        radius = np.where(bare, np.maximum(side, (bottom - top) / 2), np.maximum(p.head_x, p.head_y))
        return np.zeros_like(middle), middle.astype(np.float32), radius.astype(np.float32)

    def _add(self, rows: NDArray[np.bool_], distance: Callable[..., Float32], *numbers: Float32) -> None:
        """Take a part into the faces where `rows` is true: distance(x, y, …) in head radii, numbers as (rows, 1)."""
        if not rows.any():
            return
        far = distance(self.x[rows], self.y[rows], *(number[rows][:, None] for number in numbers))
        self.distance[rows] = np.minimum(self.distance[rows], far * self.radius[rows])

    def _mouth(self) -> None:
        p = self.p
        middle = (p.mouth_y + p.sag * p.mouth_width / 2).astype(np.float32)  # of a smile, lower than its corners
        numbers = (p.mouth_x, middle, p.mouth_width, p.sag, p.mouth_lean, p.mouth_lopsided, p.mouth_power)
        everywhere = np.ones(len(p.mood), bool)
        self._add(everywhere, _mouth_line, *numbers)
        moody = p.mood != 1
        self._add(moody & (p.mouth_style == 1), _mouth_chord, *numbers)
        self._add(moody & (p.mouth_style == 2), _mouth_filled, *numbers)

    def _eyes(self) -> None:
        p = self.p
        for side in (-1, 1):
            x, y = side * p.eye_x, p.eye_y + (p.eye_level if side == 1 else 0)
            style = np.where(p.wink & (side == 1), 7, p.eye_style)
            r = p.eye_size
            small = np.minimum(r, np.float32(0.1))
            self._add(style == 0, _disc, x, y, small, small)
            self._add(style == 1, _disc, x, y, small * np.float32(0.7), r)
            large = np.maximum(r, np.float32(0.13))
            self._add((style == 2) | (style == 3), _ring, x, y, large)
            self._add(style == 3, _disc, x, y, large * np.float32(0.2), large * np.float32(0.2))
            self._add(style == 4, _arc, x, y, large, -large)
            self._add(style == 5, _arc, x, y, large, large)
            self._add(style == 6, _segment, x, y - large, x, y + large)
            self._add(style == 7, _segment, x - large, y, x + large, y)

    def _brows_and_nose(self) -> None:
        p = self.p
        half = np.float32(0.16)
        for side in (-1, 1):
            x, y = side * p.eye_x, p.eye_y - p.brow_y
            lift = side * p.brow_slope * half
            self._add(p.brow, _segment, x - half, y - lift, x + half, y + lift)
        zero = np.zeros_like(p.sag)
        self._add(p.nose == 1, _segment, zero, zero - np.float32(0.12), zero, zero + np.float32(0.14))
        tiny = zero + np.float32(0.03)
        self._add(p.nose == 2, _disc, zero, zero + np.float32(0.08), tiny, tiny)
        self._add(p.nose == 3, _arc, zero, zero + np.float32(0.08), zero + np.float32(0.1), zero + np.float32(0.08))

    def _head(self) -> Float32:
        """Signed distance to the head's outline in pixels, negative inside: |f| ÷ |∇f| is right near the line."""
        p = self.p
        power = p.head_power[:, None]
        u, v = np.abs(self.x / p.head_x[:, None]) + 1e-6, np.abs(self.y / p.head_y[:, None]) + 1e-6
        f = (u**power + v**power) ** (1 / power)
        slope_x, slope_y = (u / f) ** (power - 1) / p.head_x[:, None], (v / f) ** (power - 1) / p.head_y[:, None]
        signed: Float32 = (f - 1) / np.hypot(slope_x, slope_y) * self.radius
        return signed


# Distances of points (x, y) to shapes, negative inside where a shape is filled; all arguments broadcast.


def _disc(x: Float32, y: Float32, cx: Float32, cy: Float32, rx: Float32, ry: Float32) -> Float32:
    distance: Float32 = (np.hypot((x - cx) / rx, (y - cy) / ry) - 1) * np.minimum(rx, ry)
    return distance


def _ring(x: Float32, y: Float32, cx: Float32, cy: Float32, r: Float32) -> Float32:
    distance: Float32 = np.abs(np.hypot(x - cx, y - cy) - r)
    return distance


def _segment(x: Float32, y: Float32, ax: Float32, ay: Float32, bx: Float32, by: Float32) -> Float32:
    dx, dy = bx - ax, by - ay
    t = np.clip(((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy), 0, 1)
    distance: Float32 = np.hypot(x - ax - t * dx, y - ay - t * dy)
    return distance


def _arc(x: Float32, y: Float32, cx: Float32, cy: Float32, half: Float32, depth: Float32) -> Float32:
    """A bow of half width `half` whose middle lies `depth` lower than its ends."""
    t = np.clip((x - cx) / half, -1, 1)
    slope = -2 * depth * t / half
    distance: Float32 = np.hypot(x - cx - t * half, (y - cy - depth * (0.5 - t * t)) / np.sqrt(1 + slope * slope))
    return distance


def _mouth_curve(t: Float32, sag: Float32, lopsided: Float32, power: Float32) -> tuple[Float32, Float32]:
    """Height and slope of the mouth above its middle at t = −1 … 1 (in half widths): corners on average at `sag`."""
    u = t - lopsided
    size = np.abs(u) + np.float32(1e-6)
    norm = ((1 - lopsided) ** power + (1 + lopsided) ** power) / 2
    return sag * size**power / norm, sag * power * np.sign(u) * size ** (power - 1) / norm


def _mouth_line(
    x: Float32,
    y: Float32,
    cx: Float32,
    cy: Float32,
    half: Float32,
    sag: Float32,
    lean: Float32,
    lop: Float32,
    pw: Float32,
) -> Float32:
    t = np.clip((x - cx) / half, -1, 1)
    height, slope = _mouth_curve(t, sag, lop, pw)
    slope = lean - slope
    distance: Float32 = np.hypot(x - cx - t * half, (y - cy - half * (lean * t - height)) / np.sqrt(1 + slope * slope))
    return distance


def _mouth_chord(
    x: Float32,
    y: Float32,
    cx: Float32,
    cy: Float32,
    half: Float32,
    sag: Float32,
    lean: Float32,
    lop: Float32,
    pw: Float32,
) -> Float32:
    ends = [cy + half * (lean * t - _mouth_curve(np.full_like(sag, t), sag, lop, pw)[0]) for t in (-1, 1)]
    return _segment(x, y, cx - half, ends[0], cx + half, ends[1])


def _mouth_filled(
    x: Float32,
    y: Float32,
    cx: Float32,
    cy: Float32,
    half: Float32,
    sag: Float32,
    lean: Float32,
    lop: Float32,
    pw: Float32,
) -> Float32:
    """Negative between the line and its chord."""
    left, right = (_mouth_curve(np.full_like(sag, t), sag, lop, pw)[0] for t in (-1, 1))
    t = (x - cx) / half
    curve = _mouth_curve(np.clip(t, -1, 1), sag, lop, pw)[0]
    chord = left + (right - left) * (np.clip(t, -1, 1) + 1) / 2
    height = lean * t - (y - cy) / half
    way = np.sign(sag)
    depth = np.minimum((height - curve) * way, (chord - height) * way)  # vertical, positive between the two
    distance: Float32 = np.maximum(-depth, np.abs(t) - 1) * half
    return distance
