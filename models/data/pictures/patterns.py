"""Patterns for a memory to store: pictures whose pixels are +1 (ink) or −1 (paper), flattened to one row of numbers.

Digits and letters are our own drawings (see `glyphs`), resized to any side from 4 to 32; handwritten digits come from
MNIST, cut to black and white; the three 8-bit patterns are those of a small teaching library.
"""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError
from models.data.pictures import glyphs, mnist

Pattern = NDArray[np.int8]
"""Flattened pixels, each −1 or +1: (N,) for one pattern, (P, N) for several."""

SMALLEST, LARGEST = 4, 32
"""Sides of a square picture, in pixels."""

MARGIN_FROM = 8
"""Side from which glyphs keep their margin; smaller pictures need every pixel to tell them apart."""

BITS = ("--+-+--+", "-----+--", "-++--+-+")
"""The three patterns of eight neurons of the library preset."""


@dataclass(frozen=True)
class PatternSet:
    """Patterns of one size to choose from.

    Attributes:
        patterns: (P, N) int8, −1 or +1, read-only; P may be 0 (an empty memory, to be filled by drawing).
        labels: what each is called, P names.
        shape: (height, width) of the picture, height × width = N.
    """

    patterns: Pattern
    labels: tuple[str, ...]
    shape: tuple[int, int]


@lru_cache(maxsize=64)
def digits(side: int = 16) -> PatternSet:
    """The digits 0–9 of our own drawing, `side`×`side` pixels."""
    return _drawn(glyphs.DIGITS, string.digits, side)


@lru_cache(maxsize=64)
def letters(side: int = 16) -> PatternSet:
    """The letters A–Z of our own drawing, `side`×`side` pixels."""
    return _drawn(glyphs.LETTERS, string.ascii_uppercase, side)


@lru_cache(maxsize=1)
def bits() -> PatternSet:
    """The three 8-bit patterns, one row of eight pixels each."""
    rows = [[1 if bit == "+" else -1 for bit in pattern] for pattern in BITS]
    return PatternSet(_read_only(np.array(rows, dtype=np.int8)), ("first", "second", "third"), (1, 8))


@lru_cache(maxsize=4)
def handwritten(count: int) -> PatternSet:
    """The first `count` training images of MNIST, 28×28, in black and white (ink from mid-grey on)."""
    data = mnist.load()
    if not 1 <= count <= len(data.train_images):
        raise ConfigError(f"MNIST has {len(data.train_images)} training images: choose 1 to {len(data.train_images)}.")
    images = data.train_images[:count].reshape(count, -1)
    labels = tuple(f"{label} (#{i})" for i, label in enumerate(data.train_labels[:count]))
    return PatternSet(_read_only(np.where(images >= 128, 1, -1).astype(np.int8)), labels, (28, 28))


def random_patterns(count: int, neurons: int, rng: np.random.Generator) -> Pattern:
    """`count` patterns of independent fair coin flips, (count, neurons): what capacity theory is about.

    One that comes out in a single colour, which no memory stores, is drawn again. Needs at least two neurons.
    """
    patterns = _coin_flips(count, neurons, rng)
    while len(blank := _blank(patterns)):
        patterns[blank] = _coin_flips(len(blank), neurons, rng)
    return patterns


def empty(side: int) -> PatternSet:
    """No pattern at all, for pictures of `side`×`side` pixels: a memory that waits for drawings."""
    _check_side(side)
    return PatternSet(_read_only(np.empty((0, side * side), dtype=np.int8)), (), (side, side))


def from_image(image: NDArray[Any], shape: tuple[int, int], threshold: float = 0.5) -> Pattern:
    """A drawing or photograph as a pattern of the memory's size.

    Args:
        image: (H, W) grey values, uint8 0 paper … 255 ink, or floats 0 … 1.
        shape: (height, width) of the memory's pictures.
        threshold: a pixel becomes ink (+1) where at least this share of its area is inked, 0 … 1.

    Raises DataError for anything but one finite grey picture.
    """
    if image.ndim != 2 or image.size == 0:
        raise DataError(f"A pattern is one grey picture (height × width), not an array of shape {image.shape}.")
    grey = image.astype(np.float64) / (255.0 if image.dtype == np.uint8 else 1.0)
    if not np.isfinite(grey).all():
        raise DataError("The picture has pixels that are not numbers: it cannot become a pattern.")
    coverage = _coverage(image.shape[0], shape[0]) @ grey @ _coverage(image.shape[1], shape[1]).T
    return np.where(coverage >= threshold, 1, -1).astype(np.int8).ravel()


def resize(ink: NDArray[np.bool_], side: int) -> NDArray[np.bool_]:
    """A (H, W) drawing on a grid of `side`×`side`, keeping the share of ink so that thin strokes survive."""
    coverage = _coverage(ink.shape[0], side) @ ink @ _coverage(ink.shape[1], side).T
    inked = round(float(ink.mean()) * side * side)
    darkest_first = np.argsort(-coverage.ravel(), kind="stable")
    small = np.zeros(side * side, dtype=bool)
    small[darkest_first[:inked]] = True
    return small.reshape(side, side)


def check_patterns(patterns: NDArray[Any]) -> Pattern:
    """Patterns as a memory can store them, (P, N) int8; raises DataError naming what is wrong with them."""
    if patterns.ndim != 2:
        raise DataError(f"Patterns come as rows of equal length, not as an array of shape {patterns.shape}.")
    if len(patterns) == 0:
        raise DataError("There is nothing to store: draw or choose at least one pattern.")
    if patterns.shape[1] < 2:
        raise DataError("A pattern needs at least two pixels: a single neuron has nobody to remember it.")
    if not (np.abs(patterns) == 1).all():
        raise DataError(
            "The pixels of a pattern are −1 (paper) or +1 (ink): turn the picture into black and white first."
        )
    if len(blank := _blank(patterns)):
        raise DataError(f"Pattern {blank[0]} is one colour all over and says nothing: draw something in it first.")
    return patterns.astype(np.int8)


def stack(patterns: list[NDArray[Any]]) -> Pattern:
    """Several single patterns (N,) as one checked array (P, N); raises DataError when their sizes differ."""
    sizes = sorted({pattern.size for pattern in patterns})
    if len(sizes) > 1:
        raise DataError(
            f"The patterns have different sizes ({', '.join(map(str, sizes))} pixels): "
            "one memory stores pictures of one size; resize them first."
        )
    return check_patterns(np.array([pattern.ravel() for pattern in patterns]))


def render(pattern: NDArray[Any], shape: tuple[int, int]) -> str:
    """The picture as text: two █ for an inked pixel and two spaces for paper, so that pixels look square."""
    rows = pattern.reshape(shape) > 0
    return "\n".join("".join("██" if pixel else "  " for pixel in row) for row in rows)


def _coin_flips(count: int, neurons: int, rng: np.random.Generator) -> Pattern:
    return (2 * rng.integers(0, 2, size=(count, neurons), dtype=np.int8) - 1).astype(np.int8)


def _blank(patterns: NDArray[Any]) -> NDArray[np.int64]:
    """Which patterns (P, N) are one colour all over."""
    return np.flatnonzero((patterns == patterns[:, :1]).all(axis=1))


def _drawn(art: str, names: str, side: int) -> PatternSet:
    _check_side(side)
    drawn = glyphs.parse(art)
    if side < MARGIN_FROM:
        drawn = [_without_margin(glyph) for glyph in drawn]
    ink = np.array([resize(glyph, side) for glyph in drawn])
    patterns = np.where(ink, 1, -1).astype(np.int8).reshape(len(ink), -1)
    return PatternSet(_read_only(patterns), tuple(names), (side, side))


def _without_margin(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The drawing cut to the rows and columns that have ink."""
    rows, columns = np.nonzero(ink)
    return ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _check_side(side: int) -> None:
    if not SMALLEST <= side <= LARGEST:
        raise ConfigError(f"Pictures have a side of {SMALLEST} to {LARGEST} pixels, not {side}.")


def _coverage(old: int, new: int) -> NDArray[np.float64]:
    """(new, old) matrix that averages: entry (i, j) is the share of new cell i that old cell j covers."""
    edges_new = np.arange(new + 1) / new
    edges_old = np.arange(old + 1) / old
    overlap = np.minimum(edges_new[1:, None], edges_old[None, 1:]) - np.maximum(
        edges_new[:-1, None], edges_old[None, :-1]
    )
    # Rounded so that equal coverages compare equal whatever the order of summation.
    return np.asarray(np.round(np.maximum(overlap, 0.0) * new, 12))


def _read_only(patterns: Pattern) -> Pattern:
    patterns.flags.writeable = False
    return patterns
