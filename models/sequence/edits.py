"""What people do to a recurrent network by hand: hold a unit at a value, or let it go again."""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Edit


@dataclass(frozen=True)
class HoldUnit(Edit):
    """From now on this unit is `value` at every moment, whatever the cell works out; None lets it go.

    Held at 0 it is switched off; held at what it happens to be, frozen. It goes on so while the others learn.

    Attributes:
        cell: of which network ("rnn", "gru", "lstm").
        layer: number of the recurrent layer, from 0.
        unit: number of the unit.
        value: from −1 to 1.
    """

    cell: str
    layer: int
    unit: int
    value: float | None = 0.0
