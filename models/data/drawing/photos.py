"""A photo of a digit is mostly paper, light and noise; `prepare_photo` finds the ink in it and makes of it a picture
like those in MNIST.

Dark ink on light paper or chalk on a blackboard, a phone's photo with a shadow across, a scan or a screenshot: the
steps are those of classic document analysis (estimate the paper, threshold, keep the connected strokes, thin them to
their middle line) and each is a few lines of NumPy.
"""

from __future__ import annotations

import io
import os
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.drawing.preparation import (
    BOX,
    SIDE,
    SOFTNESS,
    STROKE_WIDTH,
    Preparation,
    Stage,
    centre_by_mass,
    resize,
    to_bytes,
)
from models.data.drawing.raster import draw_path
from models.data.pictures.idx import read_bytes
from models.limits import MOST_PIXELS, check_sides, check_unpacked, reduced

Float32 = NDArray[np.float32]
Mask = NDArray[np.bool_]

MAX_FILE_BYTES = 64 * 2**20
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")

OVERVIEW = 256
"""Longer side in pixels at which the digit is looked for."""

DETAIL = 128
"""Longer side in pixels at which the found digit is worked on: over six pixels for each of the final picture."""

SMALLEST_CONTRAST = 12
"""Grey levels (of 255) between paper and ink below which there is nothing to see."""

MNIST_WIDTHS = (1.7, 3.4)
"""Stroke widths, in pixels of the final picture, that occur in MNIST and are left as they are."""


def read_photo(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """The picture in an image file, upright, as (H, W, 3) or, with transparency, (H, W, 4) uint8.

    Raises DataError when the file cannot be read, is no still picture of a known format, is damaged, or is larger
    than 50 megapixels.
    """
    return decode_photo(read_bytes(path, MAX_FILE_BYTES), Path(path).name)


def decode_photo(content: bytes, name: str = "the picture") -> NDArray[np.uint8]:
    """As `read_photo`, from the bytes of a file (a pasted or dropped picture); `name` is what messages call it."""
    from PIL import Image, ImageOps  # loaded only when a photo is opened: it costs start-up time

    damaged = f"“{name}” is damaged or cut short: fetch a fresh copy of the picture."
    problem = f"“{name}” is not a picture that can be opened: choose a PNG, JPEG, WebP, BMP, GIF or TIFF file."
    if _begins_as_picture(content):
        problem = damaged
    check_unpacked(content, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # our own limit on the size is stricter than Pillow's warning
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:
                width, height = image.size
                frames = getattr(image, "n_frames", 1)
                if width * height <= MOST_PIXELS and frames == 1:
                    image.verify()
            problem = damaged
            check_sides(width, height, name)
            if frames > 1:
                raise DataError(f"“{name}” holds {frames} pictures: choose one that neither moves nor has pages.")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:  # verify() uses the first one up
                if image.format == "JPEG":
                    image.draft("RGB", (4 * OVERVIEW, 4 * OVERVIEW))  # decodes large photos at half size or less
                image.load()
                image = reduced(image)
                if image.mode.startswith("I"):  # 16-bit grey levels
                    grey = np.clip(np.asarray(image, np.int64) >> 8, 0, 255).astype(np.uint8)
                    return np.repeat(grey[:, :, None], 3, axis=2)
                transparent = "A" in image.getbands() or "transparency" in image.info
                upright = ImageOps.exif_transpose(image).convert("RGBA" if transparent else "RGB")
                return np.array(upright, np.uint8)
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise DataError(f"“{name}” would unpack to far too many pixels: make it smaller than 50 megapixels.") from error
    except Exception as error:  # Pillow's readers raise whatever a damaged file makes them stumble over
        raise DataError(problem) from error


def _begins_as_picture(content: bytes) -> bool:
    """Whether the first bytes are those of a format that can be opened, whatever follows.

    Not TIFF: cameras' raw files begin like it, too, and are not damaged.
    """
    if content.startswith(b"RIFF"):
        return content[8:12] == b"WEBP"
    if content.startswith(b"BM"):
        return content[6:10] == bytes(4)  # reserved; many a text begins with BM, too
    return content.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a"))


def prepare_photo(photo: NDArray[np.uint8], *, stages: bool = False) -> Preparation:
    """A photo of one digit as a 28×28 picture, made as MNIST was.

    Args:
        photo: (H, W), (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA uint8, any size; dark ink on light or light on dark.
        stages: whether to return a picture of each step as well.

    Without ink (blank paper, noise, a single colour) the picture is blank and `empty` is set. Raises DataError when
    the array is not an image.
    """
    if photo.dtype != np.uint8 or photo.ndim not in (2, 3) or photo.size == 0 or photo.shape[2:] not in CHANNELS:
        raise DataError(
            f"A photo must be grey, RGB or RGBA with 8 bits a channel, not {photo.dtype} of shape {photo.shape}."
        )
    grey = _grey(photo)
    overview, dark_ink = _ink_upwards(_scaled(grey, OVERVIEW))
    contrast = _without_paper(overview)
    mask = _threshold(contrast)
    if mask is None or not (mask := _digit(mask)).any():
        blank = to_bytes(np.zeros((SIDE, SIDE)))
        seen = Stage("no ink found", "Nothing stands out from the paper clearly enough.", _shown(photo))
        return Preparation(blank, True, (seen,) if stages else ())

    # A second, closer look at the part of the photo in which the digit lies.
    crop = _crop(grey, mask)
    detail = _scaled(255 - crop if dark_ink else crop, DETAIL)
    detail_contrast = _without_paper(detail)
    close_mask = _threshold(detail_contrast)
    if close_mask is not None and (close_mask := _digit(close_mask)).any():
        ink = _soft_ink(detail_contrast, close_mask)
    else:
        ink = _soft_ink(contrast, mask)
    ink = _cut(ink, ink > 0.5)

    width = _stroke_width(ink) * BOX / max(ink.shape)
    usual = MNIST_WIDTHS[0] <= width <= MNIST_WIDTHS[1]
    box = _into_box(ink) if usual else _redrawn(ink > 0.5)
    image = to_bytes(centre_by_mass(box))
    if not stages:
        return Preparation(image, False)
    paper = "dark ink on light paper" if dark_ink else "light ink on a dark ground"
    return Preparation(
        image,
        False,
        (
            Stage("photo", "The picture as it came.", _shown(photo)),
            Stage(
                "without paper",
                f"Taken for {paper}; the brightness of the paper around is subtracted, so shadows go.",
                to_bytes(contrast / max(float(contrast.max()), 1)),
            ),
            Stage(
                "ink",
                "What stands out more than a threshold (Otsu 1979), cut to the digit; specks are left out.",
                to_bytes(ink),
            ),
            Stage(
                "20 pixels",
                f"The longer side is 20 pixels. The strokes were {width:.1f} pixels wide, "
                + ("as in MNIST." if usual else "unlike MNIST’s: drawn again along their middle."),
                to_bytes(box),
            ),
            Stage(
                "centred",
                "Moved by whole pixels until the centre of mass is in the middle of 28×28: "
                "this is what the network sees.",
                image,
            ),
        ),
    )


CHANNELS = ((), (1,), (3,), (4,))


def _grey(photo: NDArray[np.uint8]) -> Float32:
    """Brightness (H, W), 0 … 255; what is transparent becomes a ground that the ink stands out from."""
    if photo.ndim == 2 or photo.shape[2] == 1:
        flat: Float32 = photo.reshape(photo.shape[:2]).astype(np.float32)
        return flat
    grey = np.asarray(photo[:, :, :3] @ np.array([0.299, 0.587, 0.114], np.float32), np.float32)
    if photo.shape[2] == 4 and (photo[:, :, 3] < 255).any():
        opacity = photo[:, :, 3] * np.float32(1 / 255)
        ink = float((grey * opacity).sum() / max(float(opacity.sum()), 1e-6))
        ground = 255.0 if ink < 128 else 0.0
        grey = (opacity * grey + (1 - opacity) * np.float32(ground)).astype(np.float32)
    return grey


def _scaled(grey: Float32, longest: int) -> Float32:
    """The image with its longer side at `longest` pixels: averaged when it shrinks, interpolated when it grows."""
    height, width = grey.shape
    factor = longest / max(height, width)
    rows, columns = max(round(height * factor), 1), max(round(width * factor), 1)
    if factor <= 1:
        return resize(grey, rows, columns)
    return np.asarray(_interpolation(height, rows) @ grey @ _interpolation(width, columns).T, np.float32)


def _interpolation(old: int, new: int) -> Float32:
    """Matrix (new, old) of linear interpolation between the centres of the old pixels."""
    position = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
    weights: Float32 = np.maximum(1 - np.abs(position[:, None] - np.arange(old)), 0).astype(np.float32)
    return weights


def _ink_upwards(grey: Float32) -> tuple[Float32, bool]:
    """The image with bright ink, and whether the ink was dark.

    Paper is the majority and its brightness changes slowly: a quadratic surface fits it (least squares, repeated
    without what sticks out). Ink is the minority that sticks out, and the direction in which it does is its polarity.
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
    dark_ink = float((residual**3).sum()) < 0
    return (255 - grey if dark_ink else grey), dark_ink


def _without_paper(bright_ink: Float32) -> Float32:
    """How far each pixel stands out from the paper around it, in grey levels ≥ 0.

    The paper is a morphological opening: the brightest level that a square wider than any stroke fits under. Unlike an
    average it follows the edge of a shadow and is not pulled up by the ink.
    """
    smooth = _blur(bright_ink)
    reach = max(round(0.14 * max(smooth.shape)), 3)
    paper = _extreme(_extreme(smooth, reach, np.minimum), reach, np.maximum)
    return smooth - np.minimum(_blur(paper), smooth)


def _blur(image: Float32) -> Float32:
    """The image averaged with weights ¼ ½ ¼ in both directions."""
    padded = np.pad(image, 1, mode="edge")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) / 4
    return np.asarray((rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) / 4, np.float32)


def _extreme(image: Float32, reach: int, choose: np.ufunc) -> Float32:
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


def _threshold(contrast: Float32) -> Mask | None:
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


def _components(mask: Mask) -> NDArray[np.intp]:
    """A number for each connected patch of the mask (also over corners); pixels outside get −1.

    Every pixel starts with its own number and takes the smallest among its neighbours; looking up the number's own
    number (pointer jumping) lets small numbers travel fast.
    """
    count = mask.size
    labels = np.where(mask, np.arange(count).reshape(mask.shape), count)
    while True:
        padded = np.pad(labels, 1, constant_values=count)
        rows = np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
        smallest = np.minimum(np.minimum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
        smallest = np.where(mask, smallest, count)
        lookup = np.append(smallest.ravel(), count)
        for _ in range(3):
            smallest = lookup[smallest]
        if np.array_equal(smallest, labels):
            return np.where(mask, labels, -1)
        labels = smallest


def _digit(mask: Mask) -> Mask:
    """The mask without specks and without what reaches in from the border (a table's edge, a ruled line)."""
    labels = _components(mask)
    names, sizes = np.unique(labels[mask], return_counts=True)
    border = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    inner = ~np.isin(names, border)
    largest_inner = sizes[inner].max(initial=0)
    # A digit that fills the photo touches the border itself: then everything counts.
    if largest_inner < max(0.002 * mask.size, 0.1 * sizes.max(initial=0)):
        inner[:] = True
    wanted = inner & (sizes >= 0.06 * sizes[inner].max(initial=1))
    if sizes[wanted].sum() < max(4, 0.0003 * mask.size):
        return np.zeros_like(mask)
    return np.isin(labels, names[wanted])


def _crop(grey: Float32, mask: Mask) -> Float32:
    """The part of the photo around the mask (which has another size), with paper on all sides."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    margin = 0.25 * max(np.ptp(rows), np.ptp(columns)) + 2
    scale_y, scale_x = grey.shape[0] / mask.shape[0], grey.shape[1] / mask.shape[1]
    top, bottom = (rows[0] - margin) * scale_y, (rows[-1] + 1 + margin) * scale_y
    left, right = (columns[0] - margin) * scale_x, (columns[-1] + 1 + margin) * scale_x
    return grey[max(int(top), 0) : int(np.ceil(bottom)), max(int(left), 0) : int(np.ceil(right))]


def _soft_ink(contrast: Float32, mask: Mask) -> Float32:
    """Ink 0 … 1 with grey edges: full at the ink's typical level, half at half of it, none away from the mask."""
    level = max(float(np.median(contrast[mask])), 1e-3)
    grown = _extreme(mask.astype(np.float32), 1, np.maximum)
    ink: Float32 = np.clip(contrast / np.float32(level) * 2 - np.float32(0.5), 0, 1) * grown
    return ink


def _cut(image: Float32, mask: Mask) -> Float32:
    """The image cut to the bounding box of the mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _stroke_width(ink: Float32) -> float:
    """Average width of the strokes in pixels: a stroke's area is width × length, and its outline two lengths long.

    The outline's length is the total variation of the picture, the sum of its gradient's lengths.
    """
    padded = np.pad(ink, 2)
    across, down = (padded[1:-1, 2:] - padded[1:-1, :-2]) / 2, (padded[2:, 1:-1] - padded[:-2, 1:-1]) / 2
    return 2 * float(ink.sum()) / max(float(np.hypot(across, down).sum()), 1e-6)


def _into_box(ink: Float32) -> Float32:
    """The ink reduced so that its longer side is 20 pixels, each the average of the area it covers."""
    height, width = ink.shape
    longer = max(height, width)
    box = resize(ink, max(round(BOX * height / longer), 1), max(round(BOX * width / longer), 1))
    return box / np.float32(max(float(box.max()), 1e-6))


def _redrawn(mask: Mask) -> Float32:
    """The digit drawn again along the middle of its strokes, with the stroke width of a drawing."""
    middle = _skeleton(np.pad(mask, 1))
    y, x = np.nonzero(middle if middle.any() else mask)  # a square of 2×2 pixels is peeled off from all sides at once
    points = np.stack([x, y], axis=1).astype(np.float32)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    # What shrinks to less than a tenth has no middle line: it is a dot.
    scale = (BOX - STROKE_WIDTH - SOFTNESS + 1) / extent if extent > 0.1 * max(mask.shape) else 0.0
    return draw_path(list(points[:, None, :]), scale, (low + high) / 2, STROKE_WIDTH, SOFTNESS, BOX)


def _skeleton(mask: Mask) -> Mask:
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


def _shown(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A small copy of the photo for the first stage, grey or RGB."""
    step = max(max(photo.shape[:2]) // OVERVIEW, 1)
    small = photo[::step, ::step]
    return small[:, :, :3].copy() if small.ndim == 3 and small.shape[2] >= 3 else small.reshape(small.shape[:2]).copy()
