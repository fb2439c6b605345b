"""What a user can do to the network by hand, beside changing its points (see `models/data/points/edits.py`)."""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Edit
from models.nn.layer import Array

LARGEST_WEIGHT = 1e4
"""Weights beyond this cannot be set by hand."""


@dataclass(frozen=True)
class SetWeight(Edit):
    """Set one weight or bias by hand.

    Attributes:
        layer: 0 for the weights into the first hidden layer … H for those into the outputs.
        source: number of the input or of the neuron it comes from, None for the bias.
        unit: number of the neuron it goes into.
        value: a finite number up to ±10,000.
    """

    layer: int
    source: int | None
    unit: int
    value: float


@dataclass(frozen=True)
class SetParameters(Edit):
    """Take over all weights and biases, for instance from a file: flat (P,), see models/supervised/weights_io.py."""

    parameters: Array


@dataclass(frozen=True)
class SwitchNeuron(Edit):
    """Switch a hidden neuron off (it says 0 to everyone) or on again; layers and neurons are counted from 0."""

    layer: int
    unit: int
    on: bool
