"""What a network calls colours; pure functions of a snapshot, safe on any thread."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.base import Answer
from models.colours.carried import carried
from models.colours.network import network_on
from models.colours.spaces import SPACES
from models.colours.trainer import ColoursSnapshot
from models.nn.activations import Softmax
from models.nn.layer import Array


def scores(snapshot: ColoursSnapshot, colours: NDArray[np.generic], inputs: Array | None = None) -> Array:
    """Scores (N, K) float32 of colours (N, 3), 0 … 255, before softmax; the largest is the answer.

    `inputs` (N, 3): what the network sees of these colours, for whoever asks about the same ones again and again.
    """
    config, names = snapshot.config, snapshot.data.names
    if config.whole_numbers:
        whole = carried(snapshot.parameters, config, names)
        return (whole.scores(colours) / whole.softness).astype(np.float32)
    seen = SPACES[config.space].inputs(colours) if inputs is None else inputs
    return network_on(snapshot.parameters, config, len(names)).forward(seen)


def names_of(snapshot: ColoursSnapshot, colours: NDArray[np.generic]) -> NDArray[np.int64]:
    """Number of the name (N,) of colours (N, 3)."""
    found: NDArray[np.int64] = scores(snapshot, colours).argmax(axis=1)
    return found


def answer(snapshot: ColoursSnapshot, colours: NDArray[np.generic], *, activations: bool = False) -> Answer:
    """Probabilities (N, K); with `activations` also what every hidden layer makes of the colours."""
    probabilities = Softmax.function(scores(snapshot, colours))
    if not activations:
        return Answer(probabilities)
    config = snapshot.config
    found = network_on(snapshot.parameters, config, len(snapshot.data.names)).activations(
        SPACES[config.space].inputs(colours)
    )
    per_layer = 3 if config.dropout else 2  # Linear, activation, maybe Dropout (silent here)
    return Answer(probabilities, tuple(found[per_layer * index + 1] for index in range(len(config.hidden))))
