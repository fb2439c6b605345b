"""What a user can change by hand while a network learns: the table, the order of its bits, and the weights."""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Edit
from models.bits.truth_table import TruthTable
from models.bits.updates import Array

LARGEST_WEIGHT = 1e6
"""Weights beyond this cannot be set by hand."""


@dataclass(frozen=True)
class SetCell(Edit):
    """Set one bit of the table (rows and columns counted from 0)."""

    row: int
    column: int
    value: int


@dataclass(frozen=True)
class SetTarget(Edit):
    """Set the answer that belongs to a row."""

    row: int
    value: float


@dataclass(frozen=True)
class ReverseBits(Edit):
    """Read every row from the other end; the targets stay, so the weights have to change places."""


@dataclass(frozen=True)
class DropRow(Edit):
    """Leave a row out: what it said about the weights is lost."""

    row: int


@dataclass(frozen=True)
class SetTable(Edit):
    """Replace the whole table (to add a row, or bring one back), with as many bits, in the order that they have now."""

    table: TruthTable


@dataclass(frozen=True)
class SetWeight(Edit):
    """Set one weight: `layer` 0 or 1, `index` (input,) for the linear neuron and the second layer, else (input, unit).

    With biases the input after the last is the bias.
    """

    layer: int
    index: tuple[int, ...]
    value: float


@dataclass(frozen=True, eq=False)
class SlideWeights(Edit):
    """Add `shift` (n,) to the linear neuron's weights: along `BitsSnapshot.null_space` no answer changes."""

    shift: Array
