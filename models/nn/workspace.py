"""Arrays with names that a layer keeps from one step to the next: the larger they are, the more it costs to ask for new
ones every time.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from models.nn.layer import Array, Shape


class Workspace:
    """Hands out one array per name, the same one again as long as shape and number type stay the same."""

    def __init__(self) -> None:
        self._arrays: dict[str, Array] = {}

    def array(self, name: str, shape: Shape, dtype: np.dtype[Any]) -> Array:
        """The array called `name`: zeros the first time, afterwards whatever was left in it."""
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[name] = np.zeros(shape, dtype)
        return array
