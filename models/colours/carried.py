"""A network written down: its numbers, rounded so that they can be carried by hand, and what it then answers.

Everything here is in double precision, step by step as on paper, so that the lines that are written for other languages
(`models.colours.lines`) answer exactly the same.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import owned
from models.colours.config import ColoursConfig
from models.colours.network import linears, network_on
from models.colours.spaces import SPACES, Array, SpaceName
from models.nn.activations import ACTIVATIONS

LARGEST_WHOLE = 99
"""Whole numbers have two digits."""

ALL_DIGITS = 9
"""Digits that say everything about a number of single precision."""


@dataclass(frozen=True, eq=False)
class Carried:
    """The arithmetic of a network that names colours.

    A colour's coordinates u (3,) become scores (K,): sums of products, bent in between by the activation.

    Attributes:
        space: which coordinates u are; see `unit`.
        weights: for each layer (inputs, units), and `biases` (units,); float64, read-only.
        activation: what bends the sums of all layers but the last.
        names: K names; the one with the largest score is the answer, of equal ones the first.
        whole: whether all numbers are whole ones of two digits.
        softness: scores divided by this are those that softmax makes probabilities of.
    """

    space: SpaceName
    weights: tuple[Array, ...]
    biases: tuple[Array, ...]
    activation: str
    names: tuple[str, ...]
    whole: bool = False
    softness: float = 1.0

    @property
    def unit(self) -> int:
        """What stands for 1: with whole numbers in red, green and blue 255, so that all arithmetic is whole."""
        return 255 if self.whole and self.space == "rgb" else 1

    @property
    def count(self) -> int:
        """How many numbers it consists of."""
        return sum(array.size for array in (*self.weights, *self.biases))

    def inputs(self, colours: NDArray[np.generic]) -> Array:
        """The coordinates (N, 3) of colours (N, 3), 0 … 255."""
        return np.asarray(colours, np.float64) if self.unit == 255 else SPACES[self.space].of(colours)

    def trace(self, colours: NDArray[np.generic]) -> list[Array]:
        """Coordinates (N, 3), what each hidden layer makes of them (N, units), and the scores (N, K)."""
        found = [self.inputs(colours)]
        last = len(self.weights) - 1
        for layer, (weights, biases) in enumerate(zip(self.weights, self.biases, strict=True)):
            x = found[-1] @ weights + biases * self.unit
            found.append(ACTIVATIONS[self.activation].function(x) if layer < last else x)
        return found

    def scores(self, colours: NDArray[np.generic]) -> Array:
        """Scores (N, K) of colours (N, 3), 0 … 255."""
        return self.trace(colours)[-1]

    def answers(self, colours: NDArray[np.generic]) -> NDArray[np.int64]:
        """Number of the name (N,) of colours (N, 3)."""
        found: NDArray[np.int64] = self.scores(colours).argmax(axis=1)
        return found


def carried(
    parameters: NDArray[np.float32], config: ColoursConfig, names: tuple[str, ...], digits: int = ALL_DIGITS
) -> Carried:
    """A network's numbers, each rounded to so many significant digits; whole ones where the settings ask for them."""
    if config.whole_numbers:
        return whole_numbers(parameters, config, names)
    weights, biases = _folded(parameters, config, len(names))
    return Carried(
        config.space,
        tuple(owned(rounded(array, digits)) for array in weights),
        tuple(owned(rounded(array, digits)) for array in biases),
        config.activation,
        names,
    )


def whole_numbers(
    parameters: NDArray[np.float32], config: ColoursConfig, names: tuple[str, ...], largest: int = LARGEST_WHOLE
) -> Carried:
    """A network without hidden layer as whole numbers −99 … 99: scaled, so that the largest has that size, and rounded.

    Adding the same to all scores changes no answer; so each coordinate's weights, and the biases, are first moved to
    lie evenly around zero, where the scale serves them best.
    """
    (weights,), (biases,) = _folded(parameters, config, len(names))
    table = np.vstack([weights, biases])
    table -= (table.max(axis=1, keepdims=True) + table.min(axis=1, keepdims=True)) / 2
    scale = largest / (float(np.abs(table).max()) or 1.0)
    table = np.rint(scale * table) + 0.0  # no −0
    unit = 255 if config.space == "rgb" else 1
    return Carried(config.space, (owned(table[:3]),), (owned(table[3]),), config.activation, names, True, scale * unit)


def rounded(values: Array, digits: int) -> Array:
    """Each number to so many significant digits."""
    size = np.floor(np.log10(np.abs(np.where(values == 0, 1.0, values))))
    step = 10.0 ** (size - digits + 1)
    # Through text, so that 0.3 is the same number as whoever types 0.3 has; the division above only finds the digits.
    flat = [float(f"{number:.{digits}g}") for number in (np.rint(values / step) * step).ravel()]
    return np.array(flat).reshape(values.shape) + 0.0


def _folded(parameters: NDArray[np.float32], config: ColoursConfig, names: int) -> tuple[list[Array], list[Array]]:
    """Weights and biases in double precision, for coordinates u instead of what the network sees of them."""
    space = SPACES[config.space]
    found = linears(network_on(parameters, config, names))
    weights = [layer.parameters["weight"].astype(np.float64) for layer in found]
    biases = [layer.parameters["bias"].astype(np.float64) for layer in found]
    biases[0] = biases[0] + np.array(space.shift) @ weights[0]
    weights[0] = weights[0] * np.array(space.scale)[:, None]
    return weights, biases
