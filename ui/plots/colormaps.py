"""A colour map turns a number into a colour, the same number into the same colour in every tab.

Signed quantities go blue − neutral − orange, magnitudes go from neutral to teal, images from paper to ink. On the light
theme the neutral middle is white. On the dark theme it is a dark grey: a weight of zero should look like nothing, and a
hundred white squares on a dark window would be the brightest thing in it.

A table has 256 colours; entry 128 of the diverging one is exactly the neutral colour, so zero is never tinted. Mixing
happens in the OKLab colour space (B. Ottosson, 2020), where equal steps look equal.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from ui.widgets import theme

Table = NDArray[np.uint8]
"""256 colours, shape (256, 3), red green blue."""

CENTRE = 128
"""Entry of the diverging table that stands for zero."""

_DIVERGING = {
    "light": ("#0a4384", "#3d8ad6", "#fbfbfb", "#f0913a", "#9a4103"),
    "dark": ("#a3d4ff", "#2f80d0", "#262b33", "#d9741c", "#ffc98f"),
}
_SEQUENTIAL = {
    "light": ("#f8fafa", "#7cc7bd", "#178079", "#073b3a"),
    "dark": ("#262b33", "#146f69", "#4cc5b7", "#dffbf4"),
}
_GRAY = {"light": ("#ffffff", "#15191f"), "dark": ("#14171c", "#f4f6f8")}


def diverging(colors: theme.Theme | None = None) -> Table:
    """The table for signed quantities: blue is negative, orange positive, entry 128 neutral."""
    return _diverging((colors or theme.current()).name)


def sequential(colors: theme.Theme | None = None) -> Table:
    """The table for magnitudes: entry 0 is neutral, entry 255 strongest."""
    return _ramp(_SEQUENTIAL[(colors or theme.current()).name])


def gray(colors: theme.Theme | None = None) -> Table:
    """The table for pictures: entry 0 is paper (no ink), entry 255 full ink; inverted on the dark theme."""
    return _ramp(_GRAY[(colors or theme.current()).name])


def diverging_index(values: NDArray[Any], level: float) -> NDArray[np.uint8]:
    """Entries of the diverging table for values in [-level, level]; what lies outside gets the end colours."""
    scale = 127.0 / level if level > 0 else 0.0
    index: NDArray[np.float32] = np.multiply(values, np.float32(scale), dtype=np.float32)
    np.nan_to_num(index, copy=False, posinf=127.0, neginf=-127.0)
    np.rint(index, out=index)
    np.clip(index, -127, 127, out=index)
    index += CENTRE
    return index.astype(np.uint8)


def sequential_index(values: NDArray[Any], level: float) -> NDArray[np.uint8]:
    """Entries of a one-sided table for values in [0, level]; what lies outside gets the end colours."""
    scale = 255.0 / level if level > 0 else 0.0
    index: NDArray[np.float32] = np.multiply(values, np.float32(scale), dtype=np.float32)
    np.nan_to_num(index, copy=False, posinf=255.0, neginf=0.0)
    np.rint(index, out=index)
    np.clip(index, 0, 255, out=index)
    return index.astype(np.uint8)


def diverging_color(value: float, level: float = 1.0) -> QColor:
    """The colour of one signed number on a scale of [-level, level]."""
    return _pick(diverging(), int(diverging_index(np.array([value], np.float32), level)[0]))


def sequential_color(value: float, level: float = 1.0) -> QColor:
    """The colour of one magnitude on a scale of [0, level]."""
    return _pick(sequential(), int(sequential_index(np.array([value], np.float32), level)[0]))


def qt_table(table: Table) -> list[int]:
    """A colour table for QImage.setColorTable (one 0xAARRGGBB per entry)."""
    wide = table.astype(np.uint32)
    packed = 0xFF000000 | wide[:, 0] << 16 | wide[:, 1] << 8 | wide[:, 2]
    return [int(entry) for entry in packed]


def symmetric_level(values: NDArray[Any], percentile: float = 99.5) -> float:
    """The level L for a scale of [-L, L]: a high percentile of |values|, so that one outlier does not dim the rest.

    0.0 for an empty array or one of zeros; values that are not finite are left out. Of large arrays an evenly spaced
    sample of about ten thousand values is looked at.
    """
    flat = np.abs(np.asarray(values).reshape(-1)[:: max(1, values.size // 10_000)])
    if flat.dtype.kind == "f":
        flat = flat[np.isfinite(flat)]
    if flat.size == 0:
        return 0.0
    position = min(flat.size - 1, round(percentile / 100 * (flat.size - 1)))
    return float(np.partition(flat, position)[position])


_settled: ContextVar[bool] = ContextVar("settled", default=False)


@contextmanager
def settled() -> Iterator[None]:
    """What is shown inside is at rest: no level is held, so that the same data have the same colours."""
    token = _settled.set(True)
    try:
        yield
    finally:
        _settled.reset(token)


class HeldLevel:
    """A level that stays put until it no longer fits, so that colours do not flicker while a model trains.

    It leaps to a round number when the data outgrow it by a quarter or need less than 40 % of it; of data that are at
    rest (see `settled`), such as a run before its first step, always to the round number that fits best.
    """

    def __init__(self) -> None:
        self.value = 0.0

    def update(self, needed: float) -> float:
        """Take note of what the data need now and return the level to draw with (1.0 while everything is zero)."""
        held = 0.4 * self.value <= needed <= 1.25 * self.value and not _settled.get()
        if needed > 0 and math.isfinite(needed) and not held:
            self.value = nice_above(needed)
        return self.value or 1.0

    def reset(self) -> None:
        """Forget the level: the next update chooses afresh."""
        self.value = 0.0


def nice_above(value: float) -> float:
    """The smallest of 1, 1.5, 2, 3, 4, 5, 6, 8 × 10ᵏ that is not below a positive value."""
    power = 10.0 ** math.floor(math.log10(value))
    for factor in (1, 1.5, 2, 3, 4, 5, 6, 8):
        if factor * power >= value * (1 - 1e-9):
            return factor * power
    return 10 * power


# ------------------------------------------------------------------------------------------------ building tables

_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def to_oklab(rgb: NDArray[Any]) -> NDArray[np.float64]:
    """sRGB colours in [0, 1], shape (..., 3), to OKLab."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    result: NDArray[np.float64] = np.cbrt(linear @ _TO_LMS.T) @ _TO_LAB.T
    return result


def _from_oklab(lab: NDArray[np.float64]) -> NDArray[np.float64]:
    linear = np.clip((lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_LMS).T, 0, 1)
    return np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def _between(anchors: tuple[str, ...], count: int) -> NDArray[np.float64]:
    """`count` colours (sRGB, 0 to 255) at even distances along the anchors, mixed in OKLab."""
    colors = [QColor(anchor) for anchor in anchors]
    lab = to_oklab(np.array([[c.redF(), c.greenF(), c.blueF()] for c in colors]))
    place = np.linspace(0, len(anchors) - 1, count)
    mixed = np.stack([np.interp(place, np.arange(len(anchors)), lab[:, k]) for k in range(3)], axis=1)
    return np.rint(255 * _from_oklab(mixed))


@lru_cache
def _diverging(name: str) -> Table:
    anchors = _DIVERGING[name]
    low = _between(anchors[:3], CENTRE)  # entries 1 … 128
    high = _between(anchors[2:], CENTRE)  # entries 128 … 255
    return _frozen(np.concatenate([low[:1], low[:-1], high]))


@lru_cache
def _ramp(anchors: tuple[str, ...]) -> Table:
    return _frozen(_between(anchors, 256))


def _frozen(table: NDArray[np.float64]) -> Table:
    result = table.astype(np.uint8)
    result.flags.writeable = False
    return result


def _pick(table: Table, index: int) -> QColor:
    red, green, blue = (int(channel) for channel in table[index])
    return QColor(red, green, blue)
