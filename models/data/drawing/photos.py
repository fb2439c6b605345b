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
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.drawing.components import Box, components
from models.data.drawing.frame import without_frames
from models.data.drawing.ink import digit, soft_ink, threshold
from models.data.drawing.paper import OVERVIEW, contrast_with_paper, narrow, scaled, without_unevenness
from models.data.drawing.pieces import pieces
from models.data.drawing.preparation import (
    BOX,
    SIDE,
    Preparation,
    Stage,
    centre_by_mass,
    resize,
    to_bytes,
)
from models.data.drawing.rules import without_rules
from models.data.drawing.thinning import redrawn, stroke_width
from models.data.pictures.idx import read_bytes
from models.limits import MOST_PIXELS, MOST_UNPACKED, check_sides, check_unpacked, reduced

if TYPE_CHECKING:
    from PIL import Image

Float32 = NDArray[np.float32]
Mask = NDArray[np.bool_]

MAX_FILE_BYTES = 64 * 2**20
FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")

ORIENTATION = 0x0112
"""The Exif tag that says how the camera was held."""

INTEGER_RANGES = (255, 1023, 4095, 16383, 65535)
FLOAT_RANGES = (1.0, 255.0, 1023.0, 4095.0, 65535.0)
"""What white is in pictures of 8 to 16 bits, and in pictures of floats."""

PAGE = 1280
"""Most pixels of the longer side at which ruled lines are looked for: there one is two pixels wide, a pencil's five."""

DETAIL = 128
"""Longer side in pixels at which the found digit is worked on: over six pixels for each of the final picture."""

MNIST_WIDTHS = (1.7, 3.4)
"""Stroke widths, in pixels of the final picture, that occur in MNIST and are left as they are."""


def read_photo(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """The picture in an image file, upright, as (H, W, 3) or, with transparency, (H, W, 4) uint8.

    Raises DataError when the file cannot be read, is no still picture of a known format, is damaged, or is larger
    than 50 megapixels (JPEG) or 30 (other kinds).
    """
    return decode_photo(read_bytes(path, MAX_FILE_BYTES), Path(path).name)


def decode_photo(content: bytes, name: str = "the picture") -> NDArray[np.uint8]:
    """As `read_photo`, from the bytes of a file (a pasted or dropped picture); `name` is what messages call it."""
    from PIL import Image  # loaded only when a photo is opened: it costs start-up time

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
                most = MOST_PIXELS if image.format == "JPEG" else MOST_UNPACKED
                if width * height > most:  # before anybody counts frames or verifies
                    check_sides(width, height, name, most)
                frames = getattr(image, "n_frames", 1)
                if frames == 1:
                    image.verify()
            problem = damaged
            check_sides(width, height, name)
            if frames > 1:
                raise DataError(f"“{name}” holds {frames} pictures: choose one that neither moves nor has pages.")
            with Image.open(io.BytesIO(content), formats=FORMATS) as image:  # verify() uses the first one up
                if image.format == "JPEG":
                    image.draft("RGB", (4 * OVERVIEW, 4 * OVERVIEW))  # decodes large photos at half size or less
                image.load()
                orientation = image.getexif().get(ORIENTATION, 1)
                return _upright(_as_bytes(reduced(image)), orientation)
    except DataError:
        raise
    except Image.DecompressionBombError as error:
        raise DataError(f"“{name}” would unpack to far too many pixels: make it smaller than 30 megapixels.") from error
    except Exception as error:  # Pillow's readers raise whatever a damaged file makes them stumble over
        raise DataError(problem) from error


def _as_bytes(image: Image.Image) -> NDArray[np.uint8]:
    """The pixels of a picture of any mode as (H, W, 3) or (H, W, 4); finer grey levels are scaled by their range."""
    if image.mode.startswith(("I", "F")):
        return np.repeat(_eight_bits(np.asarray(image))[:, :, None], 3, axis=2)
    transparent = "A" in image.getbands() or "transparency" in image.info
    return np.array(image.convert("RGBA" if transparent else "RGB"), np.uint8)


def _eight_bits(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey levels (H, W) of 9 to 32 bits, or floats, as bytes.

    A file does not say how much of its 16 bits a camera or a scanner used (often 10 or 12), nor a float what is white:
    the smallest usual range that holds all its levels is taken, or else the levels' own range.
    """
    finite = np.nan_to_num(levels.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(finite.min()), float(finite.max())
    if low >= 0:
        usual = FLOAT_RANGES if levels.dtype.kind == "f" else INTEGER_RANGES
        low, high = 0.0, next((white for white in usual if high <= white), high)
    grey: NDArray[np.uint8] = np.rint((finite - low) * np.float32(255 / max(high - low, 1e-30))).astype(np.uint8)
    return grey


def _upright(picture: NDArray[np.uint8], orientation: int) -> NDArray[np.uint8]:
    """A picture (H, W, …) turned the way a camera says it was held (Exif 2.3, tag 274, values 1 to 8)."""
    if orientation in (5, 6, 7, 8):
        picture = picture.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    return np.ascontiguousarray(picture)


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
    page, dark_ink = contrast_with_paper(_page(_grey(photo)))
    if max(photo.shape) > 1.5 * OVERVIEW:  # in a smaller picture a printed line would be as thin as nothing
        page, ruled = without_rules(page)
        if ruled:
            page = without_unevenness(page)
    contrast = scaled(page, OVERVIEW)
    mask = threshold(contrast)
    if mask is None:  # perhaps the corner of a shadow spoils it, which is not as narrow as a stroke
        mask = threshold(narrow(contrast))
    if mask is None or not (mask := digit(without_frames(mask))).any():
        blank = to_bytes(np.zeros((SIDE, SIDE)))
        seen = Stage("no ink found", "Nothing stands out from the paper clearly enough.", _shown(photo))
        return Preparation(blank, True, (seen,) if stages else ())

    # A second, closer look at the part of the photo in which the digit lies.
    detail = scaled(_crop(page, mask), DETAIL)
    close_mask = threshold(detail)
    if close_mask is not None and (close_mask := digit(without_frames(close_mask))).any():
        ink = soft_ink(detail, close_mask)
    else:
        ink = soft_ink(contrast, mask)
    ink = _cut(ink, ink > 0.5)

    width = stroke_width(ink) * BOX / max(ink.shape)
    usual = MNIST_WIDTHS[0] <= width <= MNIST_WIDTHS[1]
    box = _into_box(ink) if usual else redrawn(ink > 0.5)
    image = to_bytes(centre_by_mass(box))
    several = _pieces(ink > 0.5, image)
    if not stages:
        return Preparation(image, False, pieces=several)
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
        several,
    )


def _pieces(ink: Mask, image: NDArray[np.uint8]) -> tuple[Box, ...]:
    """The digits in the ink (H, W), cut to its border, if there are several: a box around each in `image`."""
    found = components(ink)
    boxes = pieces([box for box, size in zip(found.boxes, found.sizes, strict=True) if size > 0.02 * ink.sum()])
    if len(boxes) < 2:
        return ()
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    across, down = (np.ptp(columns) + 1) / ink.shape[1], (np.ptp(rows) + 1) / ink.shape[0]
    left, top = int(columns[0]), int(rows[0])
    return tuple(
        Box(left + box.left * across, top + box.top * down, left + box.right * across, top + box.bottom * down)
        for box in boxes
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


def _page(grey: Float32) -> Float32:
    """The picture (H, W) at a size at which all that matters can be seen; of large ones squares are averaged."""
    step = -(-max(grey.shape) // PAGE)
    if step == 1:
        return grey if max(grey.shape) >= OVERVIEW else scaled(grey, OVERVIEW)
    rows, columns = (-(-size // step) for size in grey.shape)
    padded = np.pad(grey, ((0, rows * step - grey.shape[0]), (0, columns * step - grey.shape[1])), mode="edge")
    return np.asarray(padded.reshape(rows, step, columns, step).mean(axis=(1, 3)), np.float32)


def _crop(grey: Float32, mask: Mask) -> Float32:
    """The part of the photo around the mask (which has another size), with paper on all sides."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    margin = 0.25 * max(np.ptp(rows), np.ptp(columns)) + 2
    scale_y, scale_x = grey.shape[0] / mask.shape[0], grey.shape[1] / mask.shape[1]
    top, bottom = (rows[0] - margin) * scale_y, (rows[-1] + 1 + margin) * scale_y
    left, right = (columns[0] - margin) * scale_x, (columns[-1] + 1 + margin) * scale_x
    return grey[max(int(top), 0) : int(np.ceil(bottom)), max(int(left), 0) : int(np.ceil(right))]


def _cut(image: Float32, mask: Mask) -> Float32:
    """The image cut to the bounding box of the mask."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _into_box(ink: Float32) -> Float32:
    """The ink reduced so that its longer side is 20 pixels, each the average of the area it covers."""
    height, width = ink.shape
    longer = max(height, width)
    box = resize(ink, max(round(BOX * height / longer), 1), max(round(BOX * width / longer), 1))
    return box / np.float32(max(float(box.max()), 1e-6))


def _shown(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A small copy of the photo for the first stage, grey or RGB."""
    step = max(max(photo.shape[:2]) // OVERVIEW, 1)
    small = photo[::step, ::step]
    return small[:, :, :3].copy() if small.ndim == 3 and small.shape[2] >= 3 else small.reshape(small.shape[:2]).copy()
