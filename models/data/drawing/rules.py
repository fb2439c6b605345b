"""Lined and squared paper: the printed lines run from side to side, and what is written does not.

Once a page is turned such that its lines lie in rows of pixels, most of such a row is line, whatever else is on it. The
row is taken away, and where writing crosses it, the writing is taken to go straight on.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data.drawing.paper import extreme

Float32 = NDArray[np.float32]
Mask = NDArray[np.bool_]

SLANTS = np.tan(np.deg2rad(np.arange(-6, 6.5, 0.5)))
"""How a page may be turned: at the most six degrees either way, in steps that a line of a page survives."""

SHARE = 0.3
"""The level that all but this share of a row's pixels exceed: a rule's own level, since writing and gaps take less."""

SAMPLES = 60
"""In so many columns a page is looked at to find its rules."""

LEAST_RULE = 5.0
"""Grey levels by which a ruled line stands out from white paper at the least."""

THICKEST = 0.014
"""Thickness of the thickest rule, as a share of the page's longer side: a pen's stroke across the page is no rule."""

MANY = 3
"""So many lines are rules even if they end before the picture does; fewer must run from edge to edge."""


def without_rules(contrast: Float32) -> tuple[Float32, bool]:
    """What stands out from a page (H, W) without the lines that are printed on it, and whether there were any."""
    found = False
    for _ in range(2):
        contrast = np.ascontiguousarray(contrast.T)
        cleaned = _without_rows(contrast)
        if cleaned is not None:
            contrast, found = cleaned, True
    return contrast, found


def _without_rows(contrast: Float32) -> Float32 | None:
    """`contrast` without the lines that run from left to right, perhaps slanted; None if there are none."""
    profiles = [_profile(contrast, slant) for slant in SLANTS]
    slant = float(SLANTS[int(np.argmax([np.sort(profile)[-len(profile) // 12 :].mean() for profile in profiles]))])
    level = _sheared(contrast, slant)
    profile = _profile(contrast, slant)
    reach = round(_thickest(contrast))
    above_paper = profile - extreme(extreme(profile[:, None], reach, np.minimum), reach, np.maximum)[:, 0]
    rules = _rules(level, profile, above_paper > max(6 * float(np.median(above_paper)), LEAST_RULE))
    if not rules.any() or rules.mean() > 0.5:
        return None
    kept = np.flatnonzero(~rules)
    rows = np.arange(len(profile))
    place = np.searchsorted(kept, rows)
    above, below = kept[np.maximum(place - 1, 0)], kept[np.minimum(place, len(kept) - 1)]
    share = ((rows - above) / np.maximum(below - above, 1)).astype(np.float32)[:, None]
    bridged = (1 - share) * level[above] + share * level[below]
    level[rules] = bridged[rules]
    return _sheared(level, -slant)


def _profile(contrast: Float32, slant: float) -> Float32:
    """What most of each row has at least, (H,), once the page is levelled; a few columns are enough to know."""
    width = contrast.shape[1]
    columns = np.arange(width // (2 * SAMPLES), width, max(width // SAMPLES, 1))
    place = int(SHARE * len(columns))
    profile: Float32 = np.partition(_sheared(contrast, slant, columns), place, axis=1)[:, place]
    return profile


def _rules(level: Float32, profile: Float32, peaks: Mask) -> Mask:
    """Which rows (H,) of a levelled page are on printed lines, given where the profile stands out."""
    edges = np.flatnonzero(np.diff(peaks.astype(np.int8), prepend=0, append=0))
    runs = [(int(start), int(end)) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    runs = [(start, end) for start, end in runs if end - start <= _thickest(level)]
    if len(runs) < MANY:
        brim = max(level.shape[1] // 40, 2)
        runs = [
            (start, end)
            for start, end in runs
            if min(level[start:end, :brim].mean(), level[start:end, -brim:].mean()) > 0.3 * profile[start:end].mean()
        ]
    rules = np.zeros(len(profile), bool)
    for start, end in runs:
        rules[max(start - 2, 0) : end + 2] = True  # with their soft edges
    return rules


def _thickest(page: Float32) -> float:
    """Thickness of the thickest rule in pixels of this page."""
    return max(THICKEST * float(max(page.shape)), 4.0)


def _sheared(image: Float32, slant: float, columns: NDArray[np.intp] | None = None) -> Float32:
    """The image with each column moved down by `slant` times its distance from the middle; what leaves comes back.

    Of given `columns`, only those.
    """
    height, width = image.shape
    places = np.arange(width) if columns is None else columns
    shift = np.rint((places - width // 2) * slant).astype(np.intp)
    if not shift.any():
        return image[:, places]
    return np.asarray(image[(np.arange(height)[:, None] - shift) % height, places])
