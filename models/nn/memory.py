"""Arrays with names, kept from one step to the next: asking for new ones thousands of times a second is slow, and the
larger they are, the slower.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Memory:
    """Hands out one array per name, the same one again as long as shape and number type stay the same.

    A last batch may be smaller: then there is a new array, and another one for the next batch of the usual size.
    """

    def __init__(self) -> None:
        self._arrays: dict[str, NDArray[Any]] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
        """The array called `name`: zeros the first time, afterwards whatever was left in it."""
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != dtype:
            array = self._arrays[name] = np.zeros(shape, dtype)
        return array
