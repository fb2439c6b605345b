"""A stroke's middle line and its width: what a pen did, without how thick the pen was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data.drawing.preparation import BOX, SOFTNESS, STROKE_WIDTH
from models.data.drawing.raster import draw_path

Float32 = NDArray[np.float32]
Mask = NDArray[np.bool_]


def stroke_width(ink: Float32) -> float:
    """Average width of the strokes in pixels: a stroke's area is width × length, and its outline two lengths long.

    The outline's length is the total variation of the picture, the sum of its gradient's lengths.
    """
    padded = np.pad(ink, 2)
    across, down = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2, (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    return 2 * float(ink.sum()) / max(float(np.hypot(across, down).sum()), 1e-6)


def redrawn(mask: Mask) -> Float32:
    """The digit drawn again along the middle of its strokes, with the stroke width of a drawing."""
    middle = skeleton(np.pad(mask, 1))
    y, x = np.nonzero(middle if middle.any() else mask)  # a square of 2×2 pixels is peeled off from all sides at once
    points = np.stack([x, y], axis=1).astype(np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    # What shrinks to less than a tenth has no middle line: it is a dot.
    scale = (BOX - STROKE_WIDTH - SOFTNESS + 1) / extent if extent > 0.1 * max(mask.shape) else 0.0
    return draw_path(list(points[:, None, :]), scale, (low + high) / 2, STROKE_WIDTH, SOFTNESS, BOX)


def skeleton(mask: Mask) -> Mask:
    """The middle line of the strokes, one pixel wide (Zhang & Suen 1984, "A fast parallel algorithm for thinning").

    Border pixels are peeled off, alternately from two sides, unless a line would break or get shorter. The mask's
    outermost rows and columns must be empty.
    """
    image = mask.copy()
    while True:
        before = image.copy()
        for side in (0, 1):
            p = [
                np.roll(image, shift, (0, 1))[1:-1, 1:-1]
                for shift in ((1, 0), (1, -1), (0, -1), (-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1))
            ]  # the eight neighbours, clockwise from the one above
            neighbours = np.sum(p, axis=0, dtype=np.int8)
            changes = np.sum([~p[i] & p[(i + 1) % 8] for i in range(8)], axis=0, dtype=np.int8)
            north, east, south, west = p[0], p[2], p[4], p[6]
            if side == 0:
                free = ~(north & east & south) & ~(east & south & west)
            else:
                free = ~(north & east & west) & ~(north & south & west)
            image[1:-1, 1:-1] &= ~((neighbours >= 2) & (neighbours <= 6) & (changes == 1) & free)
        if np.array_equal(image, before):
            return image
