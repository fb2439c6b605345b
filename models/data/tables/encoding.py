"""From bytes to letters: UTF-8, UTF-16 with its mark or without, or the old Western European set of Windows."""

from __future__ import annotations

import codecs
import io
import unicodedata
from collections.abc import Iterator

PIECE = 2**20
"""Bytes that are looked at in one go: between two pieces others have their turn."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(content: bytes) -> Iterator[str | None]:
    """Find out how a text is written down: yields None between two pieces of the work, then the encoding's name.

    The name is "" when it is no text.
    """
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    guess = marked or _without_mark(content[:4096])
    for name in [guess] if guess else ["utf-8", "cp1252", "latin-1"]:
        decoder = codecs.getincrementaldecoder(name)()
        try:
            for start in range(0, len(content), PIECE):
                if "\0" in decoder.decode(content[start : start + PIECE], start + PIECE >= len(content)):
                    yield ""
                    return
                yield None
        except UnicodeDecodeError:
            continue
        yield name
        return
    yield ""


def _without_mark(head: bytes) -> str:
    """UTF-16 without a mark: of Western letters every second byte is zero."""
    pairs = len(head) // 2
    if pairs < 2 or b"\0" not in head:
        return ""
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.1 * pairs:
        return "utf-16-le"
    return "utf-16-be" if even > 0.4 * pairs and odd < 0.1 * pairs else ""


def letters(content: bytes, encoding: str) -> io.TextIOWrapper:
    """The text, to be read line by line; every kind of line end is a line feed."""
    return io.TextIOWrapper(io.BytesIO(content), encoding, newline=None)


def composed(text: str) -> str:
    """The same letters in Unicode's composed form (NFC), in which equal words are equal."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)
