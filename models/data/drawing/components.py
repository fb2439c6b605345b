"""What is connected belongs together: the patches of a black-and-white picture, found by passing numbers from neighbour
to neighbour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Box:
    """An upright rectangle, ends not included; in pixels of whatever picture it was found in."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def joined(self, other: Box) -> Box:
        """The smallest box around both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


@dataclass(frozen=True, eq=False)
class Components:
    """The connected patches of a mask (also over corners).

    Attributes:
        labels: (H, W), a number 0 … n−1 for each patch, −1 outside of all.
        sizes: (n,) pixels of each.
        boxes: the rectangle around each, n of them.
    """

    labels: NDArray[np.intp]
    sizes: NDArray[np.intp]
    boxes: tuple[Box, ...]

    def at_border(self) -> Mask:
        """Which patches touch the picture's border, or very nearly, (n,)."""
        labels, brim = self.labels, max(max(self.labels.shape) // 100, 1)
        strips = labels[:brim], labels[-brim:], labels[:, :brim], labels[:, -brim:]
        names = np.concatenate([strip.ravel() for strip in strips])
        found = np.zeros(len(self.sizes), bool)
        found[names[names >= 0]] = True
        return found

    def mask(self, wanted: Mask) -> Mask:
        """The pixels (H, W) of the patches that are `wanted` (n,)."""
        found: Mask = np.append(wanted, False)[self.labels]
        return found


def components(mask: Mask) -> Components:
    """The connected patches of a mask (H, W), in the order of their first pixels."""
    spread = spread_labels(mask)
    names, labels = np.unique(spread, return_inverse=True)
    labels = labels.reshape(mask.shape) - int(names.size > 0 and names[0] < 0)
    count = int(names.size) - int(names.size > 0 and names[0] < 0)
    rows, columns = np.nonzero(mask)
    owners = labels[rows, columns]
    low, high = np.full((2, count), np.iinfo(np.intp).max), np.full((2, count), -1)
    for axis, places in enumerate((rows, columns)):
        np.minimum.at(low[axis], owners, places)
        np.maximum.at(high[axis], owners, places)
    boxes = tuple(
        Box(int(left), int(top), int(right) + 1, int(bottom) + 1)
        for (top, left), (bottom, right) in zip(low.T, high.T, strict=True)
    )
    return Components(labels, np.bincount(owners, minlength=count), boxes)


def spread_labels(mask: Mask) -> NDArray[np.intp]:
    """A number for each connected patch, that of its first pixel, (H, W); pixels outside get −1.

    Every pixel starts with its own number and takes the smallest among its neighbours; looking up the number's own
    number (pointer jumping) lets small numbers travel fast.
    """
    count = mask.size
    labels = np.where(mask, np.arange(count).reshape(mask.shape), count)
    while True:
        padded = np.pad(labels, 1, constant_values=count)
        rows = np.minimum(np.minimum(padded[:-2], padded[1:-1]), padded[2:])
        smallest = np.minimum(np.minimum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:])
        smallest = np.where(mask, smallest, count)
        lookup = np.append(smallest.ravel(), count)
        for _ in range(3):
            smallest = lookup[smallest]
        if np.array_equal(smallest, labels):
            return np.where(mask, labels, -1)
        labels = smallest
