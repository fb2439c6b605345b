"""Ink is told from paper by a threshold, and the digit from specks by its size."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data.drawing.components import components
from models.data.drawing.paper import extreme

Float32 = NDArray[np.float32]
Mask = NDArray[np.bool_]

SMALLEST_CONTRAST = 12
"""Grey levels (of 255) between paper and ink below which there is nothing to see."""


def threshold(contrast: Float32) -> Mask | None:
    """Where the ink is: above Otsu's threshold, which splits the levels into two classes as far apart as possible.

    None when the two classes are not really two: too little contrast, or not more than noise would give.
    """
    levels = np.minimum(contrast, 255).astype(np.int64)
    counts = np.bincount(levels.ravel(), minlength=256).astype(np.float64)
    below = np.cumsum(counts)
    above = below[-1] - below
    moment = np.cumsum(counts * np.arange(256))
    mean_below = moment / np.maximum(below, 1)
    mean_above = (moment[-1] - moment) / np.maximum(above, 1)
    cut = int((below * above * (mean_above - mean_below) ** 2).argmax())
    mask = levels > cut
    if not mask.any() or mask.all():
        return None
    difference = mean_above[cut] - mean_below[cut]
    # Half a bell curve and the other half lie 2.6 of their own spreads apart; ink and paper lie further.
    spread = max(float(contrast[mask].std()), float(contrast[~mask].std()))
    return mask if difference >= SMALLEST_CONTRAST and difference > 2.8 * spread else None


def digit(mask: Mask) -> Mask:
    """The mask without specks and without what reaches in from the border (a table's edge, a ruled line)."""
    found = components(mask)
    if not found.sizes.size:
        return mask
    sizes, inner = found.sizes, ~found.at_border()
    # A digit that fills the photo touches the border itself: then everything counts.
    if sizes[inner].max(initial=0) < max(0.002 * mask.size, 0.1 * sizes.max()):
        inner[:] = True
    wanted = inner & (sizes >= 0.06 * sizes[inner].max())
    if sizes[wanted].sum() < max(4, 0.0003 * mask.size):
        return np.zeros_like(mask)
    return found.mask(wanted)


def soft_ink(contrast: Float32, mask: Mask) -> Float32:
    """Ink 0 … 1 with grey edges: full at the ink's typical level, half at half of it, none away from the mask."""
    level = max(float(np.median(contrast[mask])), 1e-3)
    grown = extreme(mask.astype(np.float32), 1, np.maximum)
    ink: Float32 = np.clip(contrast / np.float32(level) * 2 - np.float32(0.5), 0, 1) * grown
    return ink
