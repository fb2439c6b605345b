"""Paper is the majority of a photo, and its brightness changes slowly; ink is what stands out from it.

How far something stands out is measured relative to how bright the paper is there: in a shadow everything is darker by
the same factor, ink and paper alike.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data.drawing.preparation import resize

Float32 = NDArray[np.float32]
Mask = NDArray[np.bool_]

OVERVIEW = 256
"""Longer side in pixels at which the paper's brightness is estimated, and the digit is looked for."""

FILLINGS = 4
"""How often the paper under what stands out is filled in anew."""

FAINTEST = 6.0
"""Grey levels above which something may be ink and does not count as paper."""

WHITE = 240.0
"""Brightness of white paper in good light; contrasts are given as they would be there."""

DARKEST = 40.0
"""Paper that is darker than this in a shadow counts as this dark: there noise would grow without bound."""

NARROW = (3, 8, 18, 36)
"""Half the sides of squares, in pixels of a picture of 512, that strokes may be narrower than."""

CLEARLY = 4.0
"""So many times more must stand out one way than the other to be ink."""


def contrast_with_paper(page: Float32) -> tuple[Float32, bool]:
    """How far each pixel stands out from the paper, (H, W) in grey levels of white paper, ≥ 0; whether ink is dark.

    Args:
        page: (H, W) brightness, 0 … 255.
    """
    small = scaled(page, min(OVERVIEW, max(page.shape)))
    dark_ink = _is_dark(page)
    paper = _paper(255 - small if dark_ink else small)
    contrast: Float32 = np.maximum(blur(255 - page if dark_ink else page) - enlarged(paper, page.shape), 0)
    if dark_ink:
        contrast *= np.float32(WHITE) / enlarged(np.maximum(255 - paper, np.float32(DARKEST)), page.shape)
    return contrast, dark_ink


def without_unevenness(contrast: Float32) -> Float32:
    """The contrast (H, W) once more without paper: what was hidden among ruled lines shows when they are gone."""
    small = scaled(contrast, min(OVERVIEW, max(contrast.shape)))
    even: Float32 = np.maximum(contrast - enlarged(_paper(small), contrast.shape), 0)
    return even


def narrow(contrast: Float32) -> Float32:
    """What of the contrast (H, W) at the size of the overview is as narrow as a stroke."""
    return contrast - np.minimum(_opened(contrast, NARROW[1]), contrast)


def _is_dark(page: Float32) -> bool:
    """Whether the ink on a picture is dark.

    Strokes are narrow and shadows are not: where dark things vanish when the picture is closed by a small square, and
    bright ones do not when it is opened (or the reverse), they are the ink. The smallest square that makes enough
    vanish decides, since to a large one the loop of an 8 is narrow, too. If none does, ink is what sticks out.
    """
    smooth = blur(scaled(page, min(2 * OVERVIEW, max(page.shape))))
    gone = [(_vanishing(-smooth, reach), _vanishing(smooth, reach)) for reach in NARROW]
    enough = max(map(max, gone)) / 20 + smooth.size
    for dark, light in gone:
        if max(dark, light) > max(CLEARLY * min(dark, light), enough):
            return dark > light
    return _skewed_to_dark(scaled(page, min(OVERVIEW, max(page.shape))))


def _vanishing(bright_ink: Float32, reach: int) -> float:
    """How much of what is bright vanishes in an opening by a square: the sum of cubes, so that strong things count.

    What most of the picture loses, grain or the squares between ruled lines, is not ink.
    """
    lost = bright_ink - _opened(bright_ink, reach)
    return float((np.maximum(lost - 3 * np.median(lost), 0) ** 3).sum())


def _skewed_to_dark(grey: Float32) -> bool:
    """Whether the ink is dark.

    A quadratic surface fits the paper (least squares, repeated without what sticks out). Ink is the minority that
    sticks out, and the direction in which it does is its polarity.
    """
    height, width = grey.shape
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    brightness = grey.reshape(-1).astype(np.float64)
    residual = brightness - np.median(brightness)
    for _ in range(5):
        spread = max(1.4826 * float(np.median(np.abs(residual))), 2.0)
        weight = (np.abs(residual) < 3 * spread).astype(np.float64)
        weighted = terms * weight[:, None]
        # A trace of ridge keeps an image of one row solvable.
        surface = np.linalg.solve(terms.T @ weighted + 1e-6 * np.eye(6), weighted.T @ brightness)
        residual = brightness - terms @ surface
    return float((residual**3).sum()) < 0


def _paper(bright_ink: Float32) -> Float32:
    """The level of the paper under each pixel of a picture with bright ink, (H, W).

    It is first a morphological opening: the brightest level that a square wider than any stroke fits under. Unlike an
    average it follows the edge of a shadow and is not pulled up by the ink. Then what stands out is cut out, and the
    hole filled from around it.
    """
    smooth = blur(bright_ink)
    reach = max(round(0.14 * max(smooth.shape)), 3)
    paper = np.minimum(blur(_opened(smooth, reach)), smooth)
    for _ in range(FILLINGS):
        contrast = smooth - paper
        outstanding = contrast > max(FAINTEST, 6 * float(np.median(contrast)))
        hidden = extreme(outstanding.astype(np.float32), 2, np.maximum) > 0
        if not hidden.any() or hidden.all():
            break
        paper = np.minimum(np.maximum(_filled(smooth, ~hidden), paper), smooth)
    return paper


def _opened(image: Float32, reach: int) -> Float32:
    """The opening of the image by a square that reaches so far to each side.

    At the border the picture is continued as it goes there (turned about its last pixel in place and brightness), or
    no square would fit into the corner of a shadow that the border cuts off.
    """
    around = np.pad(image, 2 * reach, mode="reflect", reflect_type="odd")
    opened = extreme(extreme(around, reach, np.minimum), reach, np.maximum)
    return opened[2 * reach : -2 * reach, 2 * reach : -2 * reach]


def _filled(image: Float32, known: Mask) -> Float32:
    """The image with what is not known filled in from around it, smoothly.

    Push and pull (Gortler et al. 1996, "The lumigraph", section 3.4): averages of what is known, on ever coarser grids
    until no hole is left; then each grid's holes are filled from the next coarser one.
    """
    if known.all() or min(image.shape) < 2:
        return image if known.any() else np.zeros_like(image)
    height, width = image.shape
    even = ((0, height % 2), (0, width % 2))
    weight = np.pad(known.astype(np.float32), even)
    total = _halved(weight)
    mean = np.asarray(_halved(np.pad(image, even) * weight) / np.maximum(total, 1), np.float32)
    coarse = _filled(mean, total > 0)
    fine = enlarged(coarse, (2 * coarse.shape[0], 2 * coarse.shape[1]))[:height, :width]
    return np.where(known, image, fine)


def _halved(array: Float32) -> Float32:
    """Sums over squares of 2×2."""
    return array[::2, ::2] + array[1::2, ::2] + array[::2, 1::2] + array[1::2, 1::2]


def blur(image: Float32) -> Float32:
    """The image averaged with weights ¼ ½ ¼ in both directions."""
    padded = np.pad(image, 1, mode="edge")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4, np.float32)


def extreme(image: Float32, reach: int, choose: np.ufunc) -> Float32:
    """The smallest or largest value within `reach` pixels (a square), by doubling the window along each axis."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (reach, reach)
        window, wanted = 1, 2 * reach + 1
        moving = np.moveaxis(np.pad(image, padding, mode="edge"), axis, 0)
        while window < wanted:
            step = min(window, wanted - window)
            moving = choose(moving[:-step], moving[step:])
            window += step
        image = np.moveaxis(moving, 0, axis)
    return image


def scaled(grey: Float32, longest: int) -> Float32:
    """The image with its longer side at `longest` pixels: averaged when it shrinks, interpolated when it grows."""
    height, width = grey.shape
    factor = longest / max(height, width)
    rows, columns = max(round(height * factor), 1), max(round(width * factor), 1)
    return resize(grey, rows, columns) if factor <= 1 else enlarged(grey, (rows, columns))


def enlarged(image: Float32, shape: tuple[int, ...]) -> Float32:
    """The image at a larger size, interpolated."""
    rows, columns = (_interpolation(old, new) for old, new in zip(image.shape, shape, strict=True))
    return np.asarray(rows @ image @ columns.T, np.float32)


def _interpolation(old: int, new: int) -> Float32:
    """Matrix (new, old) of linear interpolation between the centres of the old pixels."""
    position = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    weights: Float32 = np.maximum(1 - np.abs(position[:, None] - np.arange(old)), 0).astype(np.float32)
    return weights
