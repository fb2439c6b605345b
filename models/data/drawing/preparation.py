"""Every picture that a digit network is asked about, drawn or photographed, is first made to look like MNIST's own.

MNIST was made so (LeCun et al. 1998, section III.A): each black-and-white digit was scaled, keeping its proportions, to
fit a box of 20×20 pixels, whereby its edges became grey, and was moved by whole pixels so that its centre of mass falls
on the middle of a 28×28 image. A network that has only seen such images can only read others when prepared alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.drawing.components import Box

SIDE = 28
"""Height and width of the finished image in pixels."""

BOX = 20
"""Longer side of the ink in pixels."""

CENTRE = 14
"""Where MNIST's centres of mass lie, counting pixels from 0: measured 13.5 … 14.5 in both directions, on average 14."""

STROKE_WIDTH = 2.2
"""Width of a stroke in pixels. MNIST's grey levels fit 2.2 to 2.5; on pen strokes of thirty writers (never trained on)
networks trained on MNIST read 94 % for all widths from 1.8 to 2.4, and fewer outside."""

SOFTNESS = 1.2
"""Width of the grey edge of a stroke in pixels, from full ink to paper; fits MNIST's share of grey among its ink."""


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of a preparation, to be shown.

    Attributes:
        name: two or three words.
        explanation: one sentence: what was done, and why.
        image: (H, W) uint8, 0 paper … 255 ink, or (H, W, 3) for a colour photo as it came.
    """

    name: str
    explanation: str
    image: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Preparation:
    """What a network sees of a drawing or a photo, and how it came about.

    Attributes:
        image: (28, 28) uint8, 0 paper … 255 ink, read-only.
        empty: whether there is no ink at all; the image is then blank.
        pieces: where there are clearly several digits, a box around each, in units of the drawing, or in pixels of
            `image` for a photo; otherwise none.
        stages: the steps in order, the last one showing `image`; none unless they were asked for.
    """

    image: NDArray[np.uint8]
    empty: bool
    stages: tuple[Stage, ...] = ()
    pieces: tuple[Box, ...] = ()

    @property
    def several(self) -> bool:
        """Whether it shows several digits."""
        return len(self.pieces) > 1


def centre_by_mass(ink: NDArray[Any]) -> NDArray[Any]:
    """A 28×28 image with the same ink (H, W ≤ 28), moved by whole pixels until its centre of mass is in the middle.

    Ink never leaves the image: where the middle cannot be reached, the move stops at the border.
    """
    moved = np.zeros((SIDE, SIDE), ink.dtype)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if rows.size:
        ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        (height, width), weight = ink.shape, ink.astype(np.float64)
        mass = weight.sum()
        centre_y = float(weight.sum(axis=1) @ np.arange(height) / mass)
        centre_x = float(weight.sum(axis=0) @ np.arange(width) / mass)
        top = min(max(round(CENTRE - centre_y), 0), SIDE - height)
        left = min(max(round(CENTRE - centre_x), 0), SIDE - width)
        moved[top : top + height, left : left + width] = ink
    return moved


def to_bytes(coverage: NDArray[Any]) -> NDArray[np.uint8]:
    """Coverage 0 … 1 as read-only grey levels 0 … 255."""
    image: NDArray[np.uint8] = np.rint(np.clip(coverage, 0, 1) * 255).astype(np.uint8)
    image.flags.writeable = False
    return image


def resize(image: NDArray[Any], height: int, width: int) -> NDArray[np.float32]:
    """Images (…, H, W) at another size (…, height, width): each new pixel is the average of the area that it covers.

    Exact area averaging also when the sizes do not divide, so the mean grey level stays as it is. Enlarging repeats
    pixels. Height and width are two matrix products: rows · image · columnsᵀ.
    """
    rows, columns = _averaging(image.shape[-2], height), _averaging(image.shape[-1], width)
    resized: NDArray[np.float32] = rows @ image.astype(np.float32, copy=False) @ columns.T
    return resized


def _averaging(old: int, new: int) -> NDArray[np.float32]:
    """Matrix (new, old): the share of each old pixel in each new one; rows sum to 1."""
    edges = np.arange(new + 1) * (old / new)
    pixels = np.arange(old)
    overlap = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    shares: NDArray[np.float32] = (np.maximum(overlap, 0) * (new / old)).astype(np.float32)
    return shares
