"""A made-up language with six words for colours, one of them for both green and blue, as many languages have.

It stands for somebody whose words the network does not know: twenty colours are shown one after the other, each answer
decides which is shown next, and the rule below plays the one who answers.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from models.colours.begin import begin_with, learn
from models.colours.config import ColoursConfig
from models.colours.network import layers
from models.colours.question import ALL_OVER, next_question
from models.colours.spaces import SPACES, hsv, lab
from models.data.colours.sets import Bytes, ColourSet
from models.data.colours.survey import survey
from models.nn.activations import Softmax
from models.nn.network import Network

WORDS = ("súl", "dúm", "rás", "ámb", "glas", "víl")
"""Pale, dark, red, orange to yellow, green and blue, purple to pink."""

ANSWERS = 20


def spoken(colours: NDArray[np.generic]) -> NDArray[np.int64]:
    """The word (N,) that a speaker has for colours (N, 3), by lightness L, chroma C and hue."""
    lightness, a, b = 100 * np.moveaxis(lab(colours), -1, 0)
    hue = 360 * hsv(colours)[..., 0]
    pale = (lightness > 85) & (np.hypot(a, b) < 30)
    found: NDArray[np.int64] = np.select(
        [pale, lightness < 25, (hue < 25) | (hue >= 345), hue < 70, hue < 255], [0, 1, 2, 3, 4], 5
    )
    return found


def taught(colours: Bytes, labels: NDArray[np.int64], names: int, config: ColoursConfig, epochs: int = 100) -> Network:
    """A network that has learnt a few answers on top of English; some hundredths of a second."""
    network = Network(layers(config, names), (3,), rng=np.random.default_rng((config.seed, 0)))
    begin_with(network, config, colours, labels, names)
    inputs = SPACES[config.space].inputs(colours)
    learn(network, inputs, np.eye(names, dtype=np.float32)[labels], epochs=epochs, rate=0.02, decay=1e-3, seed=0)
    return network


@lru_cache(maxsize=4)
def dialogue(seed: int, answers: int = ANSWERS) -> ColourSet:
    """Twenty answers to learn from; all other colours of the survey, by the same rule, are held out."""
    pool, called, _ = survey()
    config = ColoursConfig(seed=seed)
    labels = spoken(pool)
    asked: list[int] = []
    while len(asked) < answers:
        probabilities = None
        if len(asked) >= ALL_OVER:
            network = taught(pool[asked], labels[asked], len(WORDS), config)
            probabilities = Softmax.function(network.forward(SPACES[config.space].inputs(pool)))
        asked.append(next_question(pool, np.array(asked, np.int64), probabilities, seed))
    held_out = np.ones(len(pool), bool)
    held_out[asked] = False
    return ColourSet(pool, labels, WORDS, held_out, called, title="twenty answers in a made-up language")
