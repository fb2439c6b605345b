"""516 names of colours from the survey of xkcd, each with its basic term (see resources/colours/README.md)."""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import Literal

import numpy as np

from models.data.colours.sets import Bytes, ColourSet, kept_back
from models.data.shipped_file import shipped_file

SHA256 = "3b929056b302a7f2bd45109d11199066044e608d5284854d3b56f35277d8c537"

BASIC = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
"""The eleven basic terms of English (B. Berlin and P. Kay, 1969)."""

SIX = ("black", "white", "red", "yellow", "green", "blue")
"""The six that languages name first."""

Terms = Literal["eleven", "six", "grue"]


@lru_cache(maxsize=1)
def survey() -> tuple[Bytes, tuple[str, ...], tuple[str, ...]]:
    """Colours (516, 3) uint8, what each is called, and the basic term of each; read once, then kept.

    Raises DataError when the file is missing or is not the one that was shipped.
    """
    rows = list(csv.DictReader(shipped_file("colours", "xkcd-terms.csv", SHA256).decode().splitlines()))
    colours = np.array([[int(row[part]) for part in "rgb"] for row in rows], np.uint8)
    colours.flags.writeable = False
    return colours, tuple(row["name"] for row in rows), tuple(row["term"] for row in rows)


def basic_terms(names: tuple[str, ...], share: float, seed: int) -> ColourSet:
    """The survey's colours that have one of these terms; a share of each term's is kept back."""
    colours, called, words = survey()
    chosen = [place for place, word in enumerate(words) if word in names]
    labels = np.array([names.index(words[place]) for place in chosen], np.int64)
    return ColourSet(
        colours[chosen],
        labels,
        names,
        kept_back(labels, share, seed),
        tuple(called[place] for place in chosen),
        title="xkcd colour survey",
        digest=SHA256,
    )
