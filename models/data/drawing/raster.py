"""To draw a line is to ask every pixel how far it is from the line: near ones are ink, far ones paper, and those at the
edge something in between.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]


def draw_path(
    strokes: Sequence[Float32], scale: float, middle: Float32, width: float, softness: float, side: int
) -> Float32:
    """How much of each pixel the ink covers, (side, side) float32, 0 … 1.

    The ink reaches half a stroke's width from the path. A pixel's coverage falls from 1 to 0 over `softness` pixels
    around that distance: that is the anti-aliasing. Only the pixels near each piece of the path are looked at, so
    the time depends on the length of the path, not on the size of the picture.

    Args:
        strokes: at least one array (n, 2) of points x, y with n ≥ 1; a single point is a dot.
        scale: pixels per unit of the points.
        middle: (2,), the point that comes to lie in the middle of the picture.
        width: width of the stroke in pixels.
        softness: width of the grey edge in pixels, above 0; 1 is ordinary anti-aliasing.
        side: height and width of the picture in pixels; ink beyond is cut off.
    """
    piece = max(1.0, width / 2)
    outline = (width + softness) / 2  # further from the path than this there is only paper
    reach = math.floor(outline + piece / 2 + 0.5)  # pixels to look at around the one where a piece has its middle
    starts, steps = _pieces(
        [(stroke - middle) * np.float32(scale) + np.float32(side / 2) for stroke in strokes], piece, outline, side
    )

    # A frame around the picture takes what the windows of pieces at the border reach beyond it.
    framed = side + 4 * reach
    window = np.arange(-reach, reach + 1)
    window_offsets = window[:, None] * framed + window
    nearest = np.full(framed * framed, np.inf, np.float32)
    at_once = min(4096, 1 + 2**20 // window_offsets.size)  # bounds the memory for the wildest scribble and widest pen
    for first in range(0, len(starts), at_once):
        start, step = starts[first : first + at_once], steps[first : first + at_once]
        home = np.floor(start + step / 2)  # the pixel in which the piece has its middle
        # Pixel (row, column) has its centre at (column + ½, row + ½).
        to_x, to_y = ((home + np.float32(0.5) - start).T)[:, :, None] + window.astype(np.float32)
        step_x, step_y = step[:, 0, None, None], step[:, 1, None, None]
        to_x, to_y = to_x[:, None, :], to_y[:, :, None]
        # Distance to a segment: project onto it, stay between its ends (t = 0 … 1), measure from there.
        length_squared = np.maximum(step_x * step_x + step_y * step_y, np.float32(1e-12))
        t = np.clip((to_x * step_x + to_y * step_y) / length_squared, 0, 1)
        distance_squared = (to_x - t * step_x) ** 2 + (to_y - t * step_y) ** 2
        column, row = home.astype(np.intp).T + 2 * reach
        pixels = (row * framed + column)[:, None, None] + window_offsets
        np.minimum.at(nearest, pixels.ravel(), distance_squared.ravel())
    inner = slice(2 * reach, 2 * reach + side)
    distance: Float32 = np.sqrt(nearest.reshape(framed, framed)[inner, inner])
    coverage: Float32 = (np.float32(width / 2) - distance) / np.float32(softness) + np.float32(0.5)
    return coverage.clip(0, 1)


def _pieces(strokes: list[Float32], longest: float, outline: float, side: int) -> tuple[Float32, Float32]:
    """The path as straight pieces of at most `longest` pixels: their starts and their steps to the end, (n, 2) each.

    Parts of the path that are too far outside the picture to colour it are left out.
    """
    strokes = [_thin_out(stroke) for stroke in strokes]
    starts = np.concatenate([stroke[:-1] if len(stroke) > 1 else stroke for stroke in strokes])
    ends = np.concatenate([stroke[1:] if len(stroke) > 1 else stroke for stroke in strokes])
    steps = ends - starts
    if starts.min() < 0 or starts.max() > side or ends.min() < 0 or ends.max() > side:
        starts, steps = _clip(starts, steps, -outline, side + outline)
    counts = np.maximum(np.ceil(np.hypot(steps[:, 0], steps[:, 1]) / longest), 1).astype(np.intp)
    if counts.size and counts.max() > 1:
        steps = np.repeat(steps / counts[:, None].astype(np.float32), counts, axis=0)
        number = np.arange(len(steps)) - np.repeat(np.cumsum(counts) - counts, counts)
        starts = np.repeat(starts, counts, axis=0) + number[:, None].astype(np.float32) * steps
    return starts, steps


def _thin_out(stroke: Float32) -> Float32:
    """The stroke without points that add less than an eighth of a pixel of path: a fast pen reports many."""
    if len(stroke) <= 64:
        return stroke
    path = np.concatenate(([0], np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))))
    keep = np.diff(np.floor(path * 8), prepend=-1) > 0
    keep[-1] = True
    thinned: Float32 = stroke[keep]
    return thinned


def _clip(starts: Float32, steps: Float32, low: float, high: float) -> tuple[Float32, Float32]:
    """The parts of segments inside the square low … high (Liang & Barsky 1984); those wholly outside are dropped."""
    still = np.abs(steps) < 1e-9
    safe = np.where(still, np.float32(1e-9), steps)
    first, second = (low - starts) / safe, (high - starts) / safe
    enter = np.maximum(np.minimum(first, second).max(axis=1), 0)
    leave = np.minimum(np.maximum(first, second).min(axis=1), 1)
    inside = enter <= leave
    enter, leave = enter[inside, None], leave[inside, None]
    clipped: Float32 = (starts[inside] + enter * steps[inside]).astype(np.float32)
    return clipped, ((leave - enter) * steps[inside]).astype(np.float32)
