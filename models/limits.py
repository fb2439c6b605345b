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
"""Pixels of a photo: JPEG is unpacked at half its size where it is large."""

MOST_UNPACKED = 30_000_000
"""Pixels of a picture of any other kind, which is unpacked whole: 4 bytes each, twice over."""

MOST_WEBP_PIXELS = 16_000_000
"""A WebP picture takes 15 bytes a pixel while it is opened."""

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


def check_sides(width: int, height: int, name: str, most: int = MOST_PIXELS) -> None:
    """Refuse a picture of more than `most` pixels, or too long and thin, before it is unpacked; raises DataError."""
    if width * height > most:
        raise DataError(
            f"“{short(name, 100)}” has {width}×{height} pixels: make it smaller than {most // 1_000_000} megapixels."
        )
    if max(width, height) > LONGEST_SIDE:
        raise DataError(
            f"“{short(name, 100)}” has {width}×{height} pixels: cut it so that no side is longer than {LONGEST_SIDE}."
        )


def check_unpacked(content: bytes, name: str) -> None:
    """Refuse a picture by its first bytes where merely to open it takes many bytes a pixel; raises DataError.

    A WebP picture may be one of a film, so its decoder keeps several whole pictures from the beginning. Source:
    https://developers.google.com/speed/webp/docs/riff_container.
    """
    if content[:4] != b"RIFF" or content[8:12] != b"WEBP" or len(content) < 30:
        return
    if content[12:16] == b"VP8X":
        width, height = (int.from_bytes(content[k : k + 3], "little") + 1 for k in (24, 27))
    elif content[12:16] == b"VP8L":
        both = int.from_bytes(content[21:25], "little")
        width, height = (both & 0x3FFF) + 1, (both >> 14 & 0x3FFF) + 1
    else:
        width, height = (int.from_bytes(content[k : k + 2], "little") & 0x3FFF for k in (26, 28))
    if width * height > MOST_WEBP_PIXELS:
        raise DataError(
            f"“{short(name, 100)}” has {width}×{height} pixels: make it smaller than "
            f"{MOST_WEBP_PIXELS // 1_000_000} megapixels, or save it as JPEG."
        )


def reduced(image: Any) -> Any:
    """The picture no longer than LARGEST_KEPT, so that what is made of it stays small; how it is turned is kept."""
    factor = max(image.size) // LARGEST_KEPT
    if factor < 2:
        return image
    exif = image.getexif().tobytes()
    if image.mode.startswith(("I", "F")):  # more than 8 bits a pixel: one pixel in so many
        small = image.resize((max(image.width // factor, 1), max(image.height // factor, 1)), 0)
    else:
        if image.mode in ("1", "P"):
            image = image.convert("RGBA" if "transparency" in image.info else "RGB")
        small = image.reduce((min(factor, image.width), min(factor, image.height)))
    small.info["exif"] = exif
    return small
