"""A truth table: rows of bits, and the answer that belongs to each row.

The tables of the Bits tab, and what linear algebra knows about them: how many rows really say something new (the rank),
and whether one set of weights only can answer all of them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.base import ConfigError, DataError, owned

Array = NDArray[np.float64]

MOST_ROWS = 64
MOST_BITS = 12
LARGEST_TARGET = 1e4

EIGHT_NUMBERS = (143, 85, 48, 27, 241, 220, 96, 166)
"""The numbers whose bits are the eight rows of "place values"."""


@dataclass(frozen=True)
class TruthTable:
    """Rows of bits with their answers; arrays are copied to read-only.

    Attributes:
        rows: (R, n) float64, every one 0 or 1; the most significant bit comes first.
        targets: (R,) float64, finite.

    Raises:
        DataError: no rows, too many, cells other than 0 and 1, targets that are not numbers.
    """

    rows: Array
    targets: Array

    def __post_init__(self) -> None:
        try:
            rows, targets = np.asarray(self.rows, dtype=np.float64), np.asarray(self.targets, dtype=np.float64)
        except (TypeError, ValueError):
            raise DataError("A truth table holds bits and numbers only.") from None
        if rows.ndim != 2 or not 1 <= len(rows) <= MOST_ROWS or not 1 <= rows.shape[1] <= MOST_BITS:
            raise DataError(f"A truth table has 1 to {MOST_ROWS} rows of 1 to {MOST_BITS} bits.")
        if not np.isin(rows, (0.0, 1.0)).all():
            raise DataError("Every cell of a truth table is a bit: 0 or 1.")
        if targets.shape != rows.shape[:1]:
            raise DataError(f"There are {len(rows)} rows but {targets.size} targets: every row needs one.")
        if not (np.abs(targets) <= LARGEST_TARGET).all():
            raise DataError(f"Every target must be a number between −{LARGEST_TARGET:,.0f} and {LARGEST_TARGET:,.0f}.")
        object.__setattr__(self, "rows", owned(rows))
        object.__setattr__(self, "targets", owned(targets))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def bits(self) -> int:
        """n, the number of bits in a row."""
        return int(self.rows.shape[1])

    @property
    def rank(self) -> int:
        """How many rows are no combination of the others; at most n."""
        return int(np.linalg.matrix_rank(self.rows))

    @property
    def unique(self) -> bool:
        """Whether at most one set of n weights answers all rows: the rank is n."""
        return self.rank == self.bits

    def null_space(self) -> Array:
        """(k, n), k = n − rank: directions in which weights can move without changing any row's answer.

        Orthonormal; no row at all when the solution is unique.
        """
        _, _, directions = np.linalg.svd(self.rows)
        return np.array(directions[self.rank :], dtype=np.float64)

    def solution(self) -> Array:
        """(n,), the weights nearest to zero that answer the rows best (least squares)."""
        return np.array(np.linalg.lstsq(self.rows, self.targets, rcond=None)[0], dtype=np.float64)


def bits_of(numbers: ArrayLike, bits: int) -> Array:
    """Whole numbers (N,) from 0 to 2ⁿ − 1 as rows of n bits, most significant first: (N, n)."""
    whole = np.asarray(numbers, dtype=np.int64)
    if whole.size and not (whole.min() >= 0 and whole.max() < 2**bits):
        raise ConfigError(f"With {bits} bits one can write the numbers from 0 to {2**bits - 1}.")
    return ((whole[..., None] >> np.arange(bits - 1, -1, -1)) & 1).astype(np.float64)


def place_values(bits: int) -> Array:
    """(n,): 2ⁿ⁻¹ … 4, 2, 1, what each place of a binary number is worth."""
    return np.array(2.0 ** np.arange(bits - 1, -1, -1), dtype=np.float64)


def place_value_table(bits: int, seed: int = 0) -> TruthTable:
    """As many binary numbers as bits, just enough to find out what every place is worth.

    With 8 bits the original's rows; otherwise the best of 2,000 random tables: the one whose smallest singular value is
    largest, for which gradient descent takes the fewest steps.
    """
    if bits == 8:
        numbers = np.array(EIGHT_NUMBERS)
        return TruthTable(bits_of(numbers, bits), numbers)
    candidates = np.random.default_rng((seed, bits)).integers(0, 2, (2000, bits, bits)).astype(np.float64)
    smallest = np.linalg.eigvalsh(candidates.transpose(0, 2, 1) @ candidates)[:, 0]
    rows = candidates[int(smallest.argmax())]
    return TruthTable(rows, rows @ place_values(bits))


def logic_table(name: str, inputs: int) -> TruthTable:
    """AND, OR, XOR or parity of all 2ⁿ rows of n bits; or "original": four rows of four bits, two of them twice.

    XOR is true for exactly one 1, parity for an odd number of 1s; with two inputs they are the same.
    """
    if name == "original":
        return TruthTable(bits_of([15, 9, 9, 15], 4), np.array([0.0, 1.0, 1.0, 0.0]))
    rows = bits_of(np.arange(2**inputs), inputs)
    ones = rows.sum(axis=1)
    answers = {"and": ones == inputs, "or": ones > 0, "xor": ones == 1, "parity": ones % 2 == 1}
    if name not in answers:
        raise ConfigError(f"There is no truth table “{name}”. Choose one of: original, {', '.join(answers)}.")
    return TruthTable(rows, answers[name].astype(np.float64))
