"""Series that were measured: sunspots, carbon dioxide in the air, passengers of airlines (see resources/series)."""

from __future__ import annotations

import csv
from functools import lru_cache

import numpy as np

from models.data.series.curve import Series
from models.data.shipped_file import shipped_file

FILES: dict[str, tuple[str, str, str, str]] = {
    "passengers": (
        "airpassengers.csv",
        "99978bb7b6a159512558e0b70a47cc02aa3af37fdc750af4f06bc1fdab8610da",
        "passengers of airlines, 1949–1960",
        "month",
    ),
    "co2": (
        "co2.csv",
        "16695fa2786e53414e5a6b54767a3fdf5de99cfbc68617f69d1362d92776a92f",
        "CO₂ over Mauna Loa, 1958–2001",
        "week",
    ),
    "sunspots": (
        "sunspots.csv",
        "f67889b1d9002cd5227f0e0ef54e35b419cdd85a31279adef6f73fb41e5c0a9b",
        "sunspot numbers, 1700–2008",
        "year",
    ),
}
"""Name → (file, its SHA-256, title, what a step is). The values stand in the last column."""


@lru_cache(maxsize=4)
def measured(name: str) -> Series:
    """One of them; raises DataError when its file is missing or has been changed."""
    file, digest, title, step = FILES[name]
    rows = list(csv.reader(shipped_file("series", file, digest).decode("utf-8").splitlines()))[1:]
    values = [float(row[-1]) for row in rows if row and row[-1].strip()]
    return Series(np.array(values), title, digest, step_name=step)
