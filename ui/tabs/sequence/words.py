"""Letters as they can be shown: what has no picture of its own gets one."""

from __future__ import annotations

import unicodedata

VISIBLE = {"\n": "⏎", " ": "␣", "\t": "⇥"}


def shown(letter: str) -> str:
    """A letter for a cell: line ends, spaces and characters without a picture are made visible."""
    if letter in VISIBLE:
        return VISIBLE[letter]
    first = letter[:1]
    if first and unicodedata.category(first) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Co", "Cn"):
        return f"U+{ord(first):04X}"
    if first and unicodedata.category(first) in ("Mn", "Me", "Mc"):
        return "◌" + letter
    return letter


def quoted(letter: str) -> str:
    """A letter in a sentence."""
    return f"“{shown(letter)}”"
