"""What there is to see of a memory and of one moment of a recall."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.base import Snapshot
from models.data.pictures.patterns import Pattern
from models.hopfield.config import HopfieldConfig
from models.hopfield.energy import Array, Verdict
from models.hopfield.storage import Weights


@dataclass(frozen=True)
class HopfieldSnapshot(Snapshot):
    """The memory and one moment of a recall. All arrays are read-only; `patterns` and `weights` are shared, not copied.

    Attributes:
        config: the settings in force.
        shape: (height, width) of the pictures; N = height × width.
        patterns: (P, N) int8 ±1, what is stored; P may be 0.
        labels: names of the stored patterns.
        stable: (P,) bool, which stored patterns are fixed points.
        weights: (N, N), or None for the modern network, which has no weights.
        target: (N,) int8, the pattern that was damaged, or None if the probe was drawn.
        start: (N,) int8, the damaged pattern from which recall began.
        state: (N,) the picture now; ±1, in the modern network −1 … 1.
        fields: (N,) local fields Ws of that state; in the modern network the state to which it is drawn.
        overlaps: (P,) overlap with every stored pattern, −1 … 1.
        attention: (P,) softmax weights of the modern network, sum 1; None for the others.
        overlap: overlap with the target; without a target, the largest of `overlaps`.
        energy: energy now.
        energy_start: energy of `start`.
        verdict: what recall has come to; `models.hopfield.energy.WORDS` says it in a sentence.
        cycle_length: number of pictures that repeat when the verdict is "cycle", otherwise 0.
        updates: updates in this recall so far.
        last_pixel: the pixel updated last, or None before the first update and when all are updated at once.
        last_flipped: number of pixels that the last step changed.
    """

    config: HopfieldConfig
    shape: tuple[int, int]
    patterns: Pattern
    labels: tuple[str, ...]
    stable: NDArray[np.bool_]
    weights: Weights | None
    target: Pattern | None
    start: Pattern
    state: Array
    fields: Array
    overlaps: Array
    attention: Array | None
    overlap: float
    energy: float
    energy_start: float
    verdict: Verdict
    cycle_length: int
    updates: int
    last_pixel: int | None
    last_flipped: int
