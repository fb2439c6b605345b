"""What there is to see of a mixture between two steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.base import Snapshot
from models.data.points.gaussian import Array, Gaussians
from models.data.points.sets import PointSet
from models.mixture.em import Match

Phase = Literal["start", "E", "M"]
PHASES: tuple[Phase, ...] = ("start", "E", "M")


@dataclass(frozen=True)
class MixtureSnapshot(Snapshot):
    """The mixture between two steps.

    Attributes:
        phase: what was done last: nothing yet ("start"), an E-step or an M-step.
        iteration: M-steps done since the present start.
        restart: which start this comes from, counted from 0.
        converged: the last iteration gained less than the tolerance.
        mixture: the parameters (weights, means, covariances).
        data: all points, with what is known about them; OwnPoints once the user had a hand in them.
        points: (n, D), those that are shown: all up to MOST_SHOWN, else evenly many of them.
        responsibilities: (n, K) float32, of the points shown, from the last E-step; None before the first.
        log_likelihood: log p(X) of all points that are not set aside under `mixture`, divided by their number.
        bic, aic: of `mixture`; smaller is better.
        matches: true components beside estimated ones; empty without a truth.
        repairs: collapsed components put back so far.
        repaired: those put back in this iteration: number from 0, and what had become of it, in words.
        set_aside: numbers of the points that the components are fitted without, for they lie far from all others; they
            have no responsibilities (zeros).
        kmeans_centres, kmeans_labels: k-means from the same start after as many iterations, (K, D) and (n,), or None.
    """

    phase: Phase
    iteration: int
    restart: int
    converged: bool
    mixture: Gaussians
    data: PointSet
    points: Array
    responsibilities: NDArray[np.float32] | None
    log_likelihood: float
    bic: float
    aic: float
    matches: tuple[Match, ...]
    repairs: int
    repaired: tuple[tuple[int, str], ...]
    set_aside: tuple[int, ...]
    kmeans_centres: Array | None
    kmeans_labels: NDArray[np.int64] | None

    @property
    def point_count(self) -> int:
        """N, how many points there really are."""
        return len(self.data)

    @property
    def truth(self) -> Gaussians | None:
        """The Gaussians the points were drawn from, if they were."""
        return self.data.truth

    @property
    def max_mean_error(self) -> float | None:
        """The largest distance of a true mean from its estimate; None without a truth."""
        return max(match.mean_error for match in self.matches) if self.matches else None
