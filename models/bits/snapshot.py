"""What there is to see of a small network between two steps, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from models.base import Snapshot
from models.bits.config import BitsConfig
from models.bits.truth_table import TruthTable, bits_of
from models.bits.updates import Array, answers


@dataclass(frozen=True)
class BitsSnapshot(Snapshot):
    """Everything there is to see.

    Attributes:
        config: the settings in force.
        table: the rows and targets now.
        parameters: one array (n,) for place values, else (n [+ 1], H) and (H [+ 1],), the biases last.
        hidden: (R, H), what the hidden neurons say to each row; None for place values.
        outputs: (R,), the answer to each row.
        errors: (R,), output − target.
        updates: updates done.
        rank: of the rows; the solution is unique when it is the number of bits.
        null_space: (k, n), directions in which the linear neuron's weights can move without changing any answer.
        true_weights: (n,) place values in the order of the bits now; None for the first network.
    """

    config: BitsConfig
    table: TruthTable
    parameters: tuple[Array, ...]
    hidden: Array | None
    outputs: Array
    errors: Array
    updates: int
    rank: int
    null_space: Array
    true_weights: Array | None

    @property
    def unique(self) -> bool:
        """Whether the rows determine the linear neuron's weights."""
        return self.rank == self.table.bits

    @property
    def max_weight_error(self) -> float | None:
        """How far the worst weight is from its place value; None for the first network."""
        return None if self.true_weights is None else float(np.abs(self.parameters[0] - self.true_weights).max())

    def about_solution(self) -> str:
        """What the rank means, in a sentence."""
        bits, free = self.table.bits, self.table.bits - self.rank
        if not free:
            return f"The {len(self.table)} rows have rank {bits}: they determine all {bits} weights."
        ways = "one direction" if free == 1 else f"{free} directions"
        rows = "single row has" if len(self.table) == 1 else f"{len(self.table)} rows have"
        return (
            f"The {rows} rank {self.rank}, but there are {bits} weights: the solution is not "
            f"unique. The weights can move in {ways} without changing any answer."
        )


def predict(snapshot: BitsSnapshot, rows: ArrayLike) -> Array:
    """The network's answers (N,) to any rows of bits (N, n). Pure: safe on any thread."""
    with np.errstate(over="ignore", invalid="ignore"):
        return answers(snapshot.parameters, np.asarray(rows, dtype=np.float64), snapshot.config.bias)


def predict_number(snapshot: BitsSnapshot, number: int) -> float:
    """What the network makes of a whole number from 0 to 2ⁿ − 1, written in the order of bits that it was taught.

    Raises ConfigError for a number that has more bits.
    """
    row = bits_of([number], snapshot.table.bits)
    if snapshot.true_weights is not None and snapshot.table.bits > 1 and snapshot.true_weights[0] == 1.0:
        row = row[:, ::-1]
    return float(predict(snapshot, row)[0])
