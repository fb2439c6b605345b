"""What a user can do to a mixture by hand, beside moving its points (see `models/data/points/edits.py`)."""

from __future__ import annotations

from dataclasses import dataclass

from models.base import Edit
from models.data.points.gaussian import Array


@dataclass(frozen=True)
class MoveMean(Edit):
    """Put the mean of one component (counted from 0) somewhere else: (D,); EM goes on from there."""

    component: int
    mean: Array
