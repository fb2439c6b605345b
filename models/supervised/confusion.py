"""A confusion matrix counts, for every true class, what the model took its examples for: the diagonal is right."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def confusion(labels: NDArray[Any], predictions: NDArray[Any], classes: int) -> NDArray[np.int64]:
    """Counts (classes, classes), `counts[true, predicted]`, from labels and predictions (N,) in [0, classes)."""
    pairs = labels.astype(np.int64) * classes + predictions
    return np.bincount(pairs, minlength=classes * classes).reshape(classes, classes)
