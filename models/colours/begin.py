"""What a network knows before it learns somebody's own words: the English ones.

A handful of answers cannot teach a network to see. But a network that names colours in English has found out which
differences matter; somebody else's words are then mixtures of what it can already tell apart.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.base import owned
from models.colours.config import ColoursConfig
from models.colours.network import layers, linears, network_on
from models.colours.spaces import SPACES
from models.data.colours.sets import Bytes
from models.data.colours.survey import BASIC, basic_terms
from models.nn.activations import Softmax
from models.nn.layer import Array
from models.nn.learner import Learner
from models.nn.losses import CrossEntropy
from models.nn.network import Network
from models.nn.optimizers import Adam
from models.nn.schedules import step_size

EPOCHS, BATCH, RATE, DECAY = 100, 64, 0.01, 5e-4


def english(config: ColoursConfig) -> Array:
    """Parameters (P,) of a network of this shape that has learnt all 516 English names; a third of a second, once."""
    return _english(_shape(config))


def _shape(config: ColoursConfig) -> ColoursConfig:
    """Only what decides about the English network."""
    return ColoursConfig(hidden=config.hidden, activation=config.activation, space=config.space, seed=config.seed)


@lru_cache(maxsize=8)
def _english(config: ColoursConfig) -> Array:
    data = basic_terms(BASIC, 0.0, 0)
    inputs = SPACES[config.space].inputs(data.colours)
    targets = np.eye(len(BASIC), dtype=np.float32)[data.labels]
    network = Network(layers(config, len(BASIC)), (3,), rng=np.random.default_rng((config.seed, 3)))
    learn(network, inputs, targets, epochs=EPOCHS, rate=RATE, decay=DECAY, seed=config.seed)
    return owned(network.parameters)


def learn(
    network: Network, inputs: Array, targets: Array, *, epochs: int, rate: float, decay: float, seed: int
) -> None:
    """Mini-batches of 64 in random order, Adam with a step that falls to zero: no window, nothing reported."""
    learner = Learner(network, CrossEntropy(), Adam(network.parameters.size, momentum=0.9, second_momentum=0.99))
    rng = np.random.default_rng((seed, 4))
    starts = range(0, len(inputs), BATCH)
    for step, start in enumerate(start for _ in range(epochs) for start in starts):
        if start == 0:
            order = rng.permutation(len(inputs))
        chosen = order[start : start + BATCH]
        now = step_size(rate, "cosine", step, epochs * len(starts))
        learner.update([(inputs[chosen], targets[chosen])], len(chosen), now, step=step, l2=decay)


def begin_with(network: Network, config: ColoursConfig, colours: Bytes, labels: NDArray[np.int64], names: int) -> None:
    """Give a new network the English one's hidden layers, and for each word a mixture of the English outputs.

    The mixture is what the English network, on average, takes the colours for that somebody called by that word.
    """
    known = network_on(english(config), config, len(BASIC))
    probabilities = Softmax.function(known.forward(SPACES[config.space].inputs(colours)))
    mixture = np.zeros((names, len(BASIC)), np.float32)
    for label in np.unique(labels):
        mixture[label] = probabilities[labels == label].mean(axis=0)
    for mine, theirs in zip(linears(network)[:-1], linears(known)[:-1], strict=True):
        for key, values in theirs.parameters.items():
            mine.parameters[key][...] = values
    mine, theirs = linears(network)[-1], linears(known)[-1]
    mine.parameters["weight"][...] = theirs.parameters["weight"] @ mixture.T
    mine.parameters["bias"][...] = mixture @ theirs.parameters["bias"]
