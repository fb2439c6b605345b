"""What a file may ask for before anything is built from it: a few bytes can announce a picture or a list that fills the
memory.

Each check takes one line where a file is read, and raises DataError with the size found and the size that would do.
"""

from __future__ import annotations

from typing import Any

from models.errors import DataError, short

MOST_MEMORY = 160 * 2**20
"""Bytes that the values of one JSON text may take once they are read."""

LONGEST_SIDE = 20_000
"""Pixels: the longest panorama of a phone; a matrix that averages this many to a few hundred takes some 100 MB."""

MOST_PIXELS = 50_000_000
LARGEST_KEPT = 2048
"""Pixels of the longer side of a picture that is gone on with: a digit on it is still hundreds of pixels high."""

MOST_STROKES = 5_000
"""Strokes of one drawing, empty ones too: more than anybody draws by hand."""

COSTS = ((b"{", 232), (b":", 150), (b"[", 72), (b",", 70))
"""Bytes that Python takes for an object, a name with a text in it, a list, and one more value, by the sign for it."""


def check_json(content: bytes, name: str) -> None:
    """Refuse a JSON text that would take too much memory once it is read; raises DataError."""
    needed = len(content) * (1 if content.isascii() else 4) + sum(content.count(sign) * cost for sign, cost in COSTS)
    if needed > MOST_MEMORY:
        raise DataError(
            f"“{short(name, 100)}” holds too much: read, it would take {needed >> 20} MB, and at most "
            f"{MOST_MEMORY >> 20} MB are read. Split it into several files."
        )


def check_strokes(strokes: list[Any], where: str) -> None:
    """Refuse a drawing of more strokes than anybody draws; raises DataError."""
    if len(strokes) > MOST_STROKES:
        raise DataError(f"{where} has {len(strokes)} strokes: at most {MOST_STROKES} are read. Draw fewer.")


def check_sides(width: int, height: int, name: str) -> None:
    """Refuse a picture that is too large, or too long and thin, before it is unpacked; raises DataError."""
    if width * height > MOST_PIXELS:
        raise DataError(f"“{short(name, 100)}” has {width}×{height} pixels: make it smaller than 50 megapixels.")
    if max(width, height) > LONGEST_SIDE:
        raise DataError(
            f"“{short(name, 100)}” has {width}×{height} pixels: cut it so that no side is longer than {LONGEST_SIDE}."
        )


def reduced(image: Any) -> Any:
    """The picture no longer than LARGEST_KEPT, so that what is made of it stays small; how it is turned is kept."""
    factor = max(image.size) // LARGEST_KEPT
    if factor < 2:
        return image
    exif = image.getexif().tobytes()
    if image.mode.startswith(("I", "F")):  # more than 8 bits a pixel: every so manieth one
        small = image.resize((max(image.width // factor, 1), max(image.height // factor, 1)), 0)
    else:
        if image.mode in ("1", "P"):
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        small = image.reduce((min(factor, image.width), min(factor, image.height)))
    small.info["exif"] = exif
    return small
