"""What a reader takes for one letter may be several characters of the computer: e and its accent, a flag, a family.

`graphemes` cuts a text between what readers take for letters (the default rules of Unicode Standard Annex 29, for the
scripts and emoji in use; without those for old Korean letters written in parts, which NFC has joined already).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

JOINER = "\u200d"
"""Between two pictures: they are one, such as a family."""

STAY = frozenset("\u200c" + JOINER) | {chr(code) for code in range(0xE0020, 0xE0080)}
"""Further characters that belong to the one before: joiners, and the tags in the flags of regions."""

SKINS = frozenset(chr(code) for code in range(0x1F3FB, 0x1F400))
"""Skin colours of the picture before."""

VIRAMAS = frozenset("\u094d\u09cd\u0acd\u0b4d\u0c4d\u0d4d")
"""Signs of Indian scripts that take the vowel from a consonant and tie it to the next one."""


def normal(text: str) -> str:
    """The text in form NFC (an accent is part of its letter, however it was typed), lines ended by \\n alone."""
    return unicodedata.normalize("NFC", text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))


def graphemes(text: str) -> list[str]:
    """The text's letters as a reader sees them; joined they are the text again."""
    if text.isascii():
        return list(text)  # what most long texts are
    return list(_clusters(text))


def _clusters(text: str) -> Iterator[str]:
    start = 0
    flags = 0  # letters of flags (regional indicators) right before: two are one flag
    for index in range(1, len(text)):
        before, now = text[index - 1], text[index]
        flags = flags + 1 if _is_flag(before) else 0
        if now.isascii() and before.isascii():
            together = False
        elif _is_flag(now):
            together = flags % 2 == 1
        else:
            together = _stays(now, before) or _joined(text, index)
        if not together:
            yield text[start:index]
            start = index
    if text:
        yield text[start:]


def _is_flag(letter: str) -> bool:
    return "\U0001f1e6" <= letter <= "\U0001f1ff"


def _stays(letter: str, before: str) -> bool:
    """Whether a character belongs to the one before it, whatever that is, except for the end of a line."""
    return before != "\n" and (letter in STAY or letter in SKINS or unicodedata.category(letter) in ("Mn", "Me", "Mc"))


def _joined(text: str, index: int) -> bool:
    """Whether this character is tied to what stands before: a picture by a joiner, a consonant by a virama."""
    before, now = text[index - 1], text[index]
    if before == JOINER and unicodedata.category(now) == "So":
        place = index - 2
        while place >= 0 and _stays(text[place], "x"):
            place -= 1
        return place >= 0 and unicodedata.category(text[place]) == "So"
    if unicodedata.category(now) != "Lo":
        return False
    place = index - 1
    while place >= 0 and text[place] == JOINER:
        place -= 1
    return place >= 0 and text[place] in VIRAMAS and ord(now) >> 7 == ord(text[place]) >> 7
