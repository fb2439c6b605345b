"""A network that foretells the next letter can write: draw a letter from its foretelling, show it that, and so on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.nn.activations import Softmax
from models.nn.layer import Array
from models.nn.network import Network
from models.sequence.network import read

Codes = NDArray[np.int64]


def generate(
    network: Network,
    prefix: Codes,
    length: int,
    *,
    temperature: float = 0.0,
    rng: np.random.Generator | None = None,
    count: int = 1,
) -> Codes:
    """What follows a prefix (P,) of at least one letter: (count, length).

    Args:
        network: for prediction.
        prefix: what it has read before.
        length: letters to write.
        temperature: 1 draws by the probabilities, less prefers the likely ones, 0 always takes the best.
        rng: where chance comes from; needed above a temperature of 0.
        count: how many continuations.
    """
    outputs, starts = read(network, np.repeat(prefix[None], count, axis=0))
    written = np.empty((count, length), np.int64)
    for place in range(length):
        letters = choose(outputs[:, -1], temperature, rng)
        written[:, place] = letters
        if place < length - 1:
            outputs, starts = read(network, letters[:, None], starts)
    return written


def choose(outputs: Array, temperature: float, rng: np.random.Generator | None) -> Codes:
    """One letter for each row of outputs (N, K): the best one, or drawn."""
    if temperature <= 0 or rng is None:
        best: Codes = outputs.argmax(axis=1)
        return best
    heap = Softmax.function(outputs.astype(np.float64) / temperature).cumsum(axis=1)
    drawn: Codes = np.minimum((rng.random((len(heap), 1)) * heap[:, -1:] >= heap).sum(axis=1), outputs.shape[1] - 1)
    return drawn
