"""A box printed around a digit is no ink: it encloses the digit, which no part of a digit does."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data.drawing.components import Box, Components, components

Mask = NDArray[np.bool_]

ENCLOSED = 0.25
"""Least size of what a frame frames, as a share of the frame's: a speck in a 0 does not make a frame of it."""

SIDE_COVERED = 0.6
"""Share of each of its four sides that a frame covers even with round corners; a round 0 covers a third."""

SIDE_BAND = 0.05
"""Thickness of the strip along a side within which the frame lies, as a share of its shorter side."""


def without_frames(mask: Mask) -> Mask:
    """The mask (H, W) without boxes that are drawn or printed around something, whether that touches them or not."""
    found = components(mask)
    for _ in range(3):  # a frame may stand in a frame
        frames = [i for i, size in enumerate(found.sizes) if size > 8 and _is_frame(found, i)]
        if not frames:
            break
        unwanted = np.zeros(len(found.sizes), bool)
        unwanted[frames] = True
        mask = mask & ~found.mask(unwanted)
        found = components(mask)
    return _cut_free(mask, found)


def _is_frame(found: Components, index: int) -> bool:
    """Whether this patch encloses another one of some size."""
    outer = found.boxes[index]
    inside = [i for i, box in enumerate(found.boxes) if i != index and _framed(box, outer)]
    if not inside:
        return False
    rows, columns = slice(int(outer.top), int(outer.bottom)), slice(int(outer.left), int(outer.right))
    patch = found.labels[rows, columns]
    # What cannot be reached from outside the box without crossing the patch is enclosed.
    free = np.pad(patch != index, 1, constant_values=True)
    grounds = components(free)
    outside = grounds.labels[0, 0]
    enclosed = (grounds.labels[1:-1, 1:-1] != outside) & (patch != index)
    return any(bool(enclosed[patch == i].all()) for i in inside)


def _framed(inner: Box, outer: Box) -> bool:
    """Whether a box lies within another, and is of some size compared to it."""
    return (
        inner.left > outer.left
        and inner.top > outer.top
        and inner.right < outer.right
        and inner.bottom < outer.bottom
        and max(inner.width, inner.height) >= ENCLOSED * max(outer.width, outer.height)
    )


def _cut_free(mask: Mask, found: Components) -> Mask:
    """The mask, of which these are the patches, without the sides of a box that the digit in it touches."""
    for index in np.argsort(-found.sizes)[:3]:
        box = found.boxes[index]
        band = max(round(SIDE_BAND * min(box.width, box.height)), 2)
        if min(box.width, box.height) < 8 * band or found.sizes[index] < 16:
            continue
        rows, columns = slice(int(box.top), int(box.bottom)), slice(int(box.left), int(box.right))
        patch = found.labels[rows, columns] == index
        sides = (patch[:band], patch[-band:], patch[:, :band].T, patch[:, -band:].T)
        inner = patch[2 * band : -2 * band, 2 * band : -2 * band]
        if min(float(side.any(axis=0).mean()) for side in sides) < SIDE_COVERED or inner.sum() < 0.05 * patch.sum():
            continue
        kept = patch.copy()
        for side in (kept[:band], kept[-band:], kept[:, :band].T, kept[:, -band:].T):
            lines = side.mean(axis=1) > SIDE_COVERED
            if lines.any():  # with their soft edges
                lines = lines | np.append(lines[1:], False) | np.append(False, lines[:-1])
                side[lines] = False
            else:  # the box is not quite upright
                side[:] = False
        mask = mask.copy()
        mask[rows, columns] &= kept | (found.labels[rows, columns] != index)
    return mask
