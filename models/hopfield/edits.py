"""What people do to a memory by hand: store a pattern or forget one, and begin recall from another picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from models.base import Edit


@dataclass(frozen=True, eq=False)
class StorePattern(Edit):
    """Store one more pattern: `pixels` (N,) ±1, and what to call it. Recall goes on with the new memory."""

    pixels: NDArray[Any]
    label: str = "drawing"


@dataclass(frozen=True)
class DeletePattern(Edit):
    """Forget the stored pattern with this index."""

    index: int


@dataclass(frozen=True, eq=False)
class SetProbe(Edit):
    """Start a new recall from `pixels` (N,) ±1; `target` is the index of the stored pattern to reach, if any."""

    pixels: NDArray[Any]
    target: int | None = None


@dataclass(frozen=True)
class Corrupt(Edit):
    """Damage the picture as it is now and start a new recall from there.

    Attributes:
        kind: one of `models.hopfield.corruption.CORRUPTIONS`.
        rate: share of the pixels, 0 … 1.
        seed: chooses the pixels; None goes on with the run's own random numbers.
    """

    kind: str = "flip"
    rate: float = 0.2
    seed: int | None = None
