"""Which number of components describes the points best? Fit several mixtures and compare BIC and AIC."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass

import numpy as np

from models.base import DataError, TrainingError
from models.data.points.gaussian import Array
from models.data.points.sets import PointSet
from models.mixture.config import MixtureConfig
from models.mixture.trainer import MixtureTrainer


@dataclass(frozen=True)
class Selection:
    """How well K components describe the points.

    Attributes:
        components: K.
        log_likelihood: per point, of the best start.
        bic, aic: smaller is better.
        failure: why there is no result, in words; "" if there is one (the numbers are NaN otherwise).
    """

    components: int
    log_likelihood: float
    bic: float
    aic: float
    failure: str = ""


def model_selection(
    points: Array, config: MixtureConfig, components: Sequence[int] = tuple(range(1, 13)), restarts: int = 3
) -> Generator[Selection | None, None, None]:
    """Fit mixtures of several sizes, to compare their BIC and AIC; made for the background.

    Yields None after every iteration (the moment to let others work, or to give up) and a Selection for each K.
    Always starts from k-means++; otherwise the covariances, tolerance, regularisation and seed of `config`.
    """
    data = PointSet(points)
    for count in components:
        try:
            trainer = MixtureTrainer(
                MixtureConfig(
                    components=count,
                    covariance=config.covariance,
                    start="k-means++",
                    restarts=restarts,
                    half_steps=False,
                    max_iterations=max(100, config.max_iterations),
                    tolerance=max(config.tolerance, 1e-5),
                    regularisation=config.regularisation,
                    regularisation_unit=config.regularisation_unit,
                    outliers=config.outliers,
                    on_collapse="repair" if config.covariance != "tied" else "stop",
                    seed=config.seed,
                    start_seed=config.start_seed,
                ),
                data,
            )
            while not trainer.done:
                trainer.step()
                yield None
        except (DataError, TrainingError) as error:
            yield Selection(count, np.nan, np.nan, np.nan, str(error))
            continue
        found = trainer.snapshot()
        yield Selection(count, found.log_likelihood, found.bic, found.aic)
