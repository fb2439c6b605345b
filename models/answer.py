"""What a classifier says to pictures: how probable each class is, and what its layers found on the way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Answer:
    """What a network answers to N pictures; all of it comes from one pass, so the parts belong together.

    Attributes:
        probabilities: (N, classes), 0 … 1; each row sums to 1.
        activations: what every layer between input and answer made of the pictures, (N, …) each, the first layer
            first; None where nobody asked for it, since for many pictures it is much.
    """

    probabilities: NDArray[np.floating[Any]]
    activations: tuple[NDArray[np.floating[Any]], ...] | None = None


class Predict(Protocol):
    """(snapshot, pictures (N, H, W) uint8, 0 paper … 255 ink) → `Answer`."""

    def __call__(self, snapshot: Any, images: NDArray[np.uint8], *, activations: bool = False) -> Answer:
        """The answer; with `activations` also what the layers found. Pure: safe on any thread."""
        ...


def _as_it_is(snapshot: Any, image: NDArray[np.uint8]) -> None:
    """The network is given the pixels of the image."""


@dataclass(frozen=True)
class Classifier:
    """How a trained model answers drawings and pictures (the command line's `classify`, the canvas of a tab).

    Attributes:
        prepare_drawing: (config, Drawing) → what the model sees, an object with `.image` (H, W) uint8 and `.empty`.
        prepare_picture: (config, grey or colour picture as uint8 array) → the same.
        predict: (snapshot, images (N, H, W) uint8, activations=False) → `Answer`; safe on any thread.
        class_names: snapshot → the classes in the order of the probabilities.
        given: (snapshot, image (H, W) uint8) → the last step to what the network is really given, an object with
            `.name`, `.explanation` and `.image`, to be shown; None where that is the image itself.
    """

    prepare_drawing: Callable[[Any, Any], Any]
    prepare_picture: Callable[[Any, NDArray[np.uint8]], Any]
    predict: Predict
    class_names: Callable[[Any], tuple[str, ...]]
    given: Callable[[Any, NDArray[np.uint8]], Any] = _as_it_is


@dataclass(frozen=True, eq=False)
class Rows:
    """What a table holds: N inputs of D numbers each, and the N labels that it gives them, if it does."""

    inputs: NDArray[Any]
    labels: tuple[str, ...] | None = None


@dataclass(frozen=True)
class TableClassifier:
    """How a trained model answers tables of numbers (the command line's `classify`).

    Attributes:
        read: a file → `Rows`; raises DataError.
        predict: (snapshot, inputs (N, D)) → `Answer`; safe on any thread.
        class_names: snapshot → the classes in the order of the probabilities.
        kinds: what the files are, in words.
    """

    read: Callable[[Path], Rows]
    predict: Callable[[Any, NDArray[Any]], Answer]
    class_names: Callable[[Any], tuple[str, ...]]
    kinds: str = "tables of numbers (.csv)"
