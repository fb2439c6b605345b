"""Memory that a layer keeps from one step to the next: asking for new memory thousands of times a second is slow."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.nn.layer import Array, Shape


def reuse(buffer: Array | None, shape: Shape, dtype: np.dtype[Any]) -> Array:
    """The buffer itself if it has this shape and dtype, else a new, uninitialised one (a last batch may be smaller)."""
    if buffer is not None and buffer.shape == shape and buffer.dtype == dtype:
        return buffer
    return np.empty(shape, dtype)
