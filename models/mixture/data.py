"""Where the points of a mixture come from."""

from __future__ import annotations

import numpy as np

from models.data.points.sets import PointSet, make_points
from models.mixture.config import MixtureConfig


def load_points(config: MixtureConfig) -> PointSet:
    """The points that a config asks for, drawn anew from its seed."""
    return make_points(config.dataset, config.points_per_cluster, config.noise, np.random.default_rng(config.seed))
