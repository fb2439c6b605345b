"""A series of numbers in equal steps of time, as a network reads it: with mean 0 and spread 1, the end held out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import Data, DataError, Origin, owned

Array = NDArray[np.float64]

FEWEST = 24
"""Values: with fewer there is nothing to find out."""

MOST = 200_000

LARGEST = 1e30
"""Values beyond this overflow when they are squared."""

HELD_OUT = 0.2
"""Share of the values that is held out, at the end."""


@dataclass(frozen=True, eq=False)
class Series(Data):
    """Numbers in a row.

    Attributes:
        values: (M,) float64, finite, read-only; in the unit of the file.
        name: what they are called.
        digest: SHA-256 of the shipped file, "" for others.
        own: whether they are the user's own.
        step_name: what one step is ("year").

    Raises DataError for values that nothing can be learnt from, with the reason.
    """

    values: Array
    name: str = ""
    digest: str = ""
    own: bool = False
    step_name: str = "step"

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", owned(checked(self.values)))

    def origin(self) -> Origin:
        """See Data. The user's own series is part of the experiment."""
        return Origin(self.name[:255], self.digest)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def train_count(self) -> int:
        """Values to learn from, at the beginning."""
        return len(self) - round(HELD_OUT * len(self))

    @cached_property
    def centre(self) -> float:
        """Mean of the values to learn from."""
        return float(self.values[: self.train_count].mean())

    @cached_property
    def scale(self) -> float:
        """Standard deviation of the values to learn from; of all values where those do not change."""
        return float(self.values[: self.train_count].std()) or float(self.values.std())

    @cached_property
    def standard(self) -> NDArray[Any]:
        """The values with mean 0 and spread 1, (M,) float32."""
        return owned(((self.values - self.centre) / self.scale).astype(np.float32))

    def original(self, standard: ArrayLike) -> Array:
        """Standardised values in the unit of the file."""
        return np.asarray(standard, np.float64) * self.scale + self.centre


def checked(values: ArrayLike) -> Array:
    """Values that a series can be made of; raises DataError with the reason."""
    array = np.asarray(values, np.float64)
    if array.ndim != 1 or len(array) < FEWEST:
        raise DataError(f"A series needs at least {FEWEST} values, not {array.size}: give a longer one.")
    if len(array) > MOST:
        raise DataError(f"A series has at most {MOST:,} values here, not {len(array):,}: save a part of it in a file.")
    if not (np.abs(array) < LARGEST).all():
        raise DataError("The series has values that are no numbers, or too large: correct or remove them.")
    spread = float(array.std())
    if not spread > 1e-12 * float(np.abs(array).max()):
        raise DataError(
            f"The series is constant: every value is {array[0]:g}, and there is nothing to learn. Give another."
        )
    return array
