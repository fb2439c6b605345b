"""What can be chosen for a Gaussian mixture: the points, how many components of which shape, where they begin."""

from __future__ import annotations

from typing import Literal

from models.config import Config, setting
from models.mixture.em import CovarianceType


class MixtureConfig(Config):
    """Settings of a Gaussian mixture; the defaults are the original's."""

    dataset: Literal["original", "anisotropic", "unequal", "ring"] = setting(
        "original",
        "Which points to find clusters in.",
        group="Data",
        value_help={
            "original": "Three tilted clusters of equal size.",
            "anisotropic": "Three long, thin clusters side by side: circles cannot describe them.",
            "unequal": "One wide cluster with most of the points and two small, narrow ones.",
            "ring": "A ring: no single component fits it, many together bend around it.",
        },
    )
    points_per_cluster: int = setting(
        200,
        "How many points each cluster has (on average, if they are unequal).",
        group="Data",
        ge=2,
        le=50_000,
        log=True,
    )
    noise: float = setting(
        1.0, "How far the points scatter: 1 as designed, 2 twice as far.", group="Data", ge=0.05, le=5.0, advanced=True
    )
    components: int = setting(3, "How many components (Gaussians) to describe the points with: K.", ge=1, le=12)
    covariance: CovarianceType = setting(
        "full",
        "Which shapes the components may take.",
        value_help={
            "full": "Any ellipse for each component.",
            "tied": "Any ellipse, but the same for all components.",
            "diagonal": "Ellipses that do not tilt.",
            "spherical": "Circles.",
        },
    )
    start: Literal["original", "random-points", "k-means++"] = setting(
        "original",
        "Where the components are at the beginning; EM only climbs to the nearest summit, so this matters.",
        group="Start",
        value_help={
            "original": "The original's fixed start: three circles near the lower left corner (K = 3 only).",
            "random-points": "Around points drawn at random.",
            "k-means++": "Around points drawn so that they lie far from each other.",
        },
    )
    restarts: int = setting(
        1,
        "How many random starts to try one after the other; the likeliest result is kept.",
        group="Start",
        ge=1,
        le=20,
        shown_when=("start", ("random-points", "k-means++")),
    )
    half_steps: bool = setting(
        True,
        "One step is only an E-step (colour the points) or only an M-step (move the components): each can be seen.",
        group="Iteration",
        live=True,
    )
    max_iterations: int = setting(
        50,
        "Iterations (an E- and an M-step each) after which a start is given up.",
        group="Iteration",
        ge=1,
        le=10_000,
        live=True,
    )
    tolerance: float = setting(
        1e-5,
        "Stop when an iteration raises the log-likelihood per point by less than this; 0 never stops early.",
        group="Iteration",
        ge=0.0,
        le=1.0,
        live=True,
    )
    regularisation: float = setting(
        1e-6,
        "Added to every variance so that no component can become infinitely narrow.",
        group="Iteration",
        ge=0.0,
        le=10.0,
        live=True,
        advanced=True,
    )
    regularisation_unit: Literal["absolute", "variance"] = setting(
        "absolute",
        "What the regularisation is measured in.",
        group="Iteration",
        value_help={
            "absolute": "Squared units of the points, whatever these are.",
            "variance": "The variance of all points along each axis: it means the same in metres and in nanometres.",
        },
        live=True,
        advanced=True,
    )
    outliers: Literal["keep", "set-aside"] = setting(
        "keep",
        "What to do with single points that lie far away from all others: a component would shrink onto each.",
        group="Iteration",
        value_help={
            "keep": "They count like all others.",
            "set-aside": "They are shown and named, and the components are fitted without them.",
        },
        advanced=True,
    )
    on_collapse: Literal["stop", "repair"] = setting(
        "repair",
        "What to do when a component shrinks onto a single point or loses all its points.",
        group="Iteration",
        live=True,
        value_help={
            "stop": "Stop and say which component collapsed and why.",
            "repair": "Put that component, as wide as all the data, on a point drawn at random and go on.",
        },
    )
    kmeans_beside: bool = setting(
        False,
        "Run k-means beside it, on the same points from the same start.",
        group="Iteration",
        live=True,
        label="compare with k-means",
    )
    seed: int = setting(
        0,
        "Draws the points and the random starts; the same seed gives the same run.",
        group="Start",
        ge=0,
        le=2**31 - 1,
    )
    start_seed: int = setting(
        0,
        "Another number, another random start on the same points.",
        group="Start",
        ge=0,
        le=2**31 - 1,
        advanced=True,
        shown_when=("start", ("random-points", "k-means++")),
    )
