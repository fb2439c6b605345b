"""Where the points of a mixture come from: a set by name, or a table of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from models.base import DataError
from models.data.points.own import OwnPoints, as_own
from models.data.points.sets import PointSet, make_points
from models.data.points.tables import points_from_table, read_table
from models.mixture.config import MixtureConfig


def load_points(config: MixtureConfig) -> PointSet:
    """The points that a config asks for, drawn anew from its seed."""
    return make_points(config.dataset, config.points_per_cluster, config.noise, np.random.default_rng(config.seed))


def open_points(paths: Sequence[Path]) -> OwnPoints:
    """The user's own points from one CSV file with guessed columns; raises DataError."""
    if len(paths) != 1:
        raise DataError("A Gaussian mixture takes its points from one CSV file.")
    return as_own(points_from_table(read_table(paths[0])), paths[0].name, table=True)
