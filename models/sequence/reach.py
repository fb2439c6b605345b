"""How far does a memory reach? Sequences with other gaps than those it has learnt from, and blame on its way back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.nn.layer import Array
from models.nn.losses import LOSSES
from models.sequence.config import SequenceConfig
from models.sequence.inspect import blame_through_time
from models.sequence.network import Weights, network_on, read, share_right
from models.sequence.tasks import Memory, Task

GAPS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0)
"""Gaps that are tried, as shares of the one learnt from."""

TRIED = 100
"""Sequences for each gap."""


@dataclass(frozen=True)
class Blame:
    """Length of ∂L/∂hₜ for every moment, (T,), of one cell."""

    cell: str
    lengths: Array


@dataclass(frozen=True)
class AtGap:
    """How one cell does with one gap: its accuracy, or its mean squared error."""

    cell: str
    gap: int
    score: float


def blame_of(cells: tuple[Weights, ...], config: SequenceConfig, task: Task) -> Iterator[Blame]:
    """For each network how far back blame reaches."""
    for weights in cells:
        yield Blame(weights.cell, blame_through_time(weights, config, task))


def by_gap(cells: tuple[Weights, ...], config: SequenceConfig, task: Memory) -> Iterator[AtGap]:
    """How each network does with gaps from a tenth to three times the one learnt from."""
    gaps = sorted({max(2, round(share * task.delay)) for share in GAPS})
    for gap in gaps:
        x, targets, weights = task.made(np.random.default_rng((501, gap)), TRIED, gap)
        for each in cells:
            outputs, _ = read(network_on(each, config, task), x)
            if task.loss == "cross_entropy":
                score = share_right(outputs, targets, weights)
            else:
                score, _ = LOSSES[task.loss]()(outputs, targets, weights)
            yield AtGap(each.cell, gap, score)
