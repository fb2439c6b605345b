"""Arrays with names that are kept from one step to the next: to ask for new ones thousands of times a second is slow, and
the larger they are, the slower.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.nn.layer import Array, Shape


class Memory:
    """Hands out one array per name, the same one again as long as shape and number type stay the same.

    A last batch may be smaller: then there is a new array, and another one for the next batch of the usual size.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def array(self, name: str, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """The array called `name`: zeros the first time, afterwards whatever was left in it."""
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[name] = np.zeros(shape, dtype)
        return array


def reuse(buffer: Array | None, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """The buffer itself if it has this shape and dtype, else a new, uninitialised one (a last batch may be smaller)."""
    if buffer is not None and buffer.shape == shape and buffer.dtype == dtype:
        return buffer
    return np.empty(shape, dtype)
