"""A drawn or photographed face is cut out, brought to one size and one strength of line before a network sees it, so
that it looks like the faces the network has learnt from.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.drawing.preparation import Preparation, Stage, resize, to_bytes
from models.data.drawing.strokes import Drawing, rasterize
from models.data.pictures.line_faces import SIDE, SPAN

Float32 = NDArray[np.float32]

PEN = 1.7
"""Width of a drawing's lines in pixels of the finished picture."""

THINNEST = 1.4
"""Thinner lines of a picture are made as wide as this, or they would fade when the picture is made small."""

FINE = 8
"""The work is done on a grid so many times finer than the finished picture."""

FAINTEST = 24
"""A picture whose grey levels differ less than this (of 255) shows nothing."""

TINY = 8
TINY_SPAN = 6

MOST_PIXELS = 50_000_000


def prepare_drawing(drawing: Drawing, side: int = SIDE, *, stages: bool = False) -> Preparation:
    """What a network for faces sees of a drawing; every pen gets the same width. Fast enough to follow the pen.

    Args:
        drawing: any number of strokes on a canvas of any size. On a canvas of 8×8 a tiny face is drawn cell by cell:
            every point inks the cell that it lies in.
        side: 28 for line faces, 8 for tiny ones (black and white).
        stages: whether to keep pictures of the steps.
    """
    if side == TINY and drawing.width == drawing.height == TINY:
        return _cells(drawing)
    if drawing.empty:
        return _finish(np.zeros((1, 1), np.float32), side, stages, [])
    points = np.concatenate(drawing.strokes)
    # Only the strokes matter, not the canvas around them: draw them as large as the fine grid allows.
    low, extent = points.min(axis=0), float(np.ptp(points, axis=0).max())
    canvas = max(extent, max(drawing.width, drawing.height) / 100) * 1.2
    moved = tuple(stroke - low + np.float32(canvas / 12) for stroke in drawing.strokes)
    fine = SIDE * FINE
    pen = PEN * fine / 1.2 / SPAN
    picture = rasterize(Drawing(moved, canvas, canvas), fine, pen)
    shown = [Stage("your drawing", "The path of the pen, each line as wide as all others.", picture)] if stages else []
    return _finish(picture.astype(np.float32) / np.float32(255), side, stages, shown)


def prepare_picture(picture: NDArray[np.uint8], side: int = SIDE, *, stages: bool = False) -> Preparation:
    """What a network for faces sees of a picture: line art, dark on light or light on dark, of any size.

    Args:
        picture: (H, W) grey, (H, W, 3) colour or (H, W, 4) with transparency, uint8.
        side: 28 for line faces, 8 for tiny ones (black and white).
        stages: whether to keep pictures of the steps.

    A picture of one colour gives `empty`. Raises DataError for arrays that are no picture.
    """
    if (
        picture.dtype != np.uint8
        or picture.ndim not in (2, 3)
        or (picture.ndim == 3 and picture.shape[2] not in (3, 4))
    ):
        raise DataError("This is no picture: grey, colour or colour with transparency in bytes is needed.")
    if not 0 < picture.size <= 4 * MOST_PIXELS:
        raise DataError(f"The picture must have at least one and at most {MOST_PIXELS:,} pixels: make it smaller.")
    ink = _ink(_grey(picture))
    shown = [Stage("the picture", "As it came.", picture[..., :3] if picture.ndim == 3 else picture)] if stages else []
    if stages:
        shown.append(Stage("ink", "Whatever differs from the colour of the border is ink.", to_bytes(ink)))
    if side == TINY and ink.shape[0] == ink.shape[1] and ink.shape[0] % TINY == 0:
        cells = ink.reshape(TINY, ink.shape[0] // TINY, TINY, ink.shape[0] // TINY)
        if np.ptp(cells, axis=(1, 3)).max() < 0.2:  # a tiny face already, each pixel as a square
            return Preparation(
                to_bytes((cells.mean(axis=(1, 3)) > 0.5).astype(np.float32)), not ink.any(), tuple(shown)
            )
    return _finish(ink, side, stages, shown)


def _cells(drawing: Drawing) -> Preparation:
    """A tiny face drawn on a grid of 8×8 cells."""
    ink = np.zeros((TINY, TINY), np.float32)
    for stroke in drawing.strokes:
        cells = np.floor(stroke).astype(int)
        column, row = cells[((cells >= 0) & (cells < TINY)).all(axis=1)].T
        ink[row, column] = 1
    return Preparation(to_bytes(ink), not ink.any())


def _grey(picture: NDArray[np.uint8]) -> Float32:
    """Brightness (H, W), 0 … 255; what is transparent is laid on white, or on black where the lines are white."""
    if picture.ndim == 2:
        return picture.astype(np.float32)
    grey: Float32 = picture[..., :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    if picture.shape[2] == 4:
        alpha = picture[..., 3].astype(np.float32) / 255
        covered = float(alpha.sum())
        drawn = float((grey * alpha).sum()) / covered if covered else 0.0
        grey = (grey * alpha + (0 if drawn > 160 else 255) * (1 - alpha)).astype(np.float32)
    return grey


def _ink(grey: Float32) -> Float32:
    """How much each pixel differs from the paper, 0 … 1; the paper is what most of the border shows."""
    border = np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])
    contrast = np.abs(grey - np.median(border))
    strongest = float(contrast.max())
    if strongest < FAINTEST:
        return np.zeros_like(grey)
    # Thin light lines must not vanish, and the grain of the paper must not become ink.
    usual = float(np.percentile(contrast[contrast > strongest / 4], 75))
    ink: Float32 = np.clip((contrast / usual - 0.25) / 0.5, 0, 1).astype(np.float32)
    return ink


def _finish(ink: Float32, side: int, stages: bool, shown: list[Stage]) -> Preparation:
    """Cut out, bring to size, strengthen thin lines, make small."""
    rows, columns = (np.flatnonzero(ink.max(axis=axis) > 0.4) for axis in (1, 0))
    if not len(rows):
        blank = to_bytes(np.zeros((side, side), np.float32))
        return Preparation(blank, True, tuple(shown))
    cut = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    span = SPAN if side == SIDE else TINY_SPAN
    scale = span * FINE / max(cut.shape)
    height, width = (max(1, round(size * scale)) for size in cut.shape)
    fine = np.zeros((side * FINE, side * FINE), np.float32)
    top, left = (fine.shape[0] - height) // 2, (fine.shape[1] - width) // 2
    fine[top : top + height, left : left + width] = resize(cut, height, width)
    strengthened = _thicken(fine, THINNEST * FINE)
    small = strengthened.reshape(side, FINE, side, FINE).mean(axis=(1, 3))
    if side == TINY:
        small = (small > 0.35).astype(np.float32)
    image = to_bytes(small)
    if stages:
        shown.append(Stage("cut out", "Cut out and brought to the middle, always as large.", to_bytes(fine)))
        shown.append(Stage("lines", "Thin lines made strong enough to survive becoming small.", to_bytes(strengthened)))
        shown.append(Stage("what the network sees", f"{side}×{side} pixels.", image))
    return Preparation(image, False, tuple(shown))


def _thicken(ink: Float32, width: float) -> Float32:
    """Lines thinner than `width` pixels grow to it: a line's width is twice its area divided by its two edges."""
    solid = ink > 0.5
    edges = np.count_nonzero(solid[1:] != solid[:-1]) + np.count_nonzero(solid[:, 1:] != solid[:, :-1])
    if not edges:
        return ink
    # Slanted edges are counted row by row and column by column: on average 4/π times their length.
    measured = 2 * float(solid.sum()) / (edges * np.pi / 4)
    grown = ink
    for turn in range(max(0, round((width - measured) / 2))):
        padded = np.pad(grown, 1)
        neighbours = [padded[1:-1, :-2], padded[1:-1, 2:], padded[:-2, 1:-1], padded[2:, 1:-1]]
        if turn % 2:  # crosses and squares by turns make an octagon, nearly a disc
            neighbours += [padded[:-2, :-2], padded[:-2, 2:], padded[2:, :-2], padded[2:, 2:]]
        grown = np.maximum.reduce([grown, *neighbours])
    return grown
