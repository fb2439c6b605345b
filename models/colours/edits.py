"""What a user can change by hand in a network that names colours: any of its numbers."""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Edit

LARGEST_WEIGHT = 10_000


@dataclass(frozen=True)
class SetWeight(Edit):
    """Set one weight or bias, as `models.colours.carried` writes it: the first layer's are for coordinates 0 … 1.

    Attributes:
        layer: counted from 0, the first hidden layer (or the names, where there is none).
        source: number of the neuron that the connection comes from; None: the bias.
        unit: number of the neuron that it goes into.
        value: between −10,000 and 10,000.
    """

    layer: int
    source: int | None
    unit: int
    value: float
