"""The mixture as the playground knows it: its presets, what it measures, and what it has to say at the end."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from models.base import MetricSpec, Model, Preset, Report, ReportTable
from models.data.points.gaussian import Array, Gaussians
from models.data.points.own import open_points, open_table
from models.mixture.config import MixtureConfig
from models.mixture.data import load_points
from models.mixture.trainer import MixtureTrainer

OWN = (
    ("regularisation_unit", "variance", "The regularisation counts in shares of your points' variance."),
    ("outliers", "set-aside", "Single points far from all others, if there are any, are set aside."),
)
"""Settings for the user's own points: name, value, and what that does, in words."""


def suited(config: MixtureConfig, own: bool, fixed: Collection[str] = ()) -> tuple[MixtureConfig, str]:
    """Settings with a start that fits, and for the user's own points a measure that they bring with them.

    The original's start is made for its own three clusters; a regularisation in squared units says nothing about points
    in nanometres; and nobody has looked at them for what a component would collapse on. See `Model.suited`.
    """
    changes: dict[str, Any] = {}
    why = []
    if config.start == "original" and "start" not in fixed and (config.components != 3 or own):
        changes["start"] = "k-means++"
        changes["restarts"] = config.restarts if "restarts" in fixed else max(config.restarts, 3)
        count = "1 component" if config.components == 1 else f"{config.components} components"
        which = "points of your own" if own else count
        why.append(
            f"The original's fixed start is made for its own three clusters; with {which} the components begin at "
            "k-means++."
        )
    for name, value, words in OWN:
        if own and name not in fixed and getattr(config, name) != value:
            changes[name] = value
            why.append(words)
    return (config.model_copy(update=changes), " ".join(why)) if changes else (config, "")


def report(trainer: MixtureTrainer) -> Report:
    """Estimates against the truth, and the numbers behind them."""
    seen = trainer.snapshot()
    mixture, truth = seen.mixture, seen.truth
    true_of = {match.estimated: match for match in seen.matches}
    order = sorted(range(mixture.count), key=lambda k: true_of[k].true if k in true_of else mixture.count + k)
    rows: list[tuple[str | float | None, ...]] = []
    for k in order:
        rows.append(_row(f"estimate {k + 1}", mixture, k))
        if truth is not None and k in true_of:
            match = true_of[k]
            rows.append(_row("truth", truth, match.true))
            rows.append(("error", match.weight_error, match.mean_error, match.covariance_error))
    fit: list[tuple[str | float | None, ...]] = [
        ("log-likelihood per point", seen.log_likelihood),
        ("iterations", seen.iteration),
        ("converged", "yes" if seen.converged else "no"),
        ("BIC", seen.bic),
        ("AIC", seen.aic),
    ]
    if seen.repairs:
        fit.append(("collapsed components repaired", seen.repairs))
    for point in seen.set_aside[:MOST_NAMED]:
        fit.append((f"point {point + 1}, far from all others: set aside", _vector(seen.data.points[point])))
    if (more := len(seen.set_aside) - MOST_NAMED) > 0:
        fit.append(("more points set aside", more))
    metrics: dict[str, Any] = {
        "log_likelihood_per_point": seen.log_likelihood,
        "iterations": seen.iteration,
        "converged": seen.converged,
        "max_mean_error": seen.max_mean_error,
        "weights": mixture.weights[order].tolist(),
        "means": mixture.means[order].tolist(),
        "covariances": mixture.covariances[order].tolist(),
        "bic": seen.bic,
        "aic": seen.aic,
    }
    if seen.repairs:
        metrics["repairs"] = seen.repairs
    if seen.set_aside:
        metrics["set_aside"] = [point + 1 for point in seen.set_aside]
    columns = ("component", "weight", "mean", "covariance")
    return Report(columns, tuple(rows), metrics, (ReportTable(("fit", "value"), tuple(fit)),))


def _row(name: str, mixture: Gaussians, k: int) -> tuple[str | float | None, ...]:
    covariance = "; ".join(" ".join(f"{value:.4g}" for value in row) for row in mixture.covariances[k])
    return name, float(mixture.weights[k]), _vector(mixture.means[k]), f"[{covariance}]"


def _vector(values: Array) -> str:
    """Coordinates with four significant digits, whatever they are measured in."""
    return f"({', '.join(f'{value:.4g}' for value in values)})"


MOST_NAMED = 5
"""Points that are named one by one; of more, only how many there are is said."""


PRESETS = {
    "original": Preset(
        MixtureConfig(),
        "Three clusters and a start far from them: watch the components find their way in about 26 iterations.",
    ),
    "k-means++": Preset(
        MixtureConfig(start="k-means++", restarts=5, start_seed=23, kmeans_beside=True),
        "Five well spread starts, one after the other: two end on a lower summit, the best is kept.",
        watch="the summit that each start ends on",
    ),
    "anisotropic": Preset(
        MixtureConfig(dataset="anisotropic", start="k-means++", restarts=5, max_iterations=100, kmeans_beside=True),
        "Long, thin clusters: ellipses follow them, k-means cuts them across.",
        watch="what the ellipses and k-means make of the same points",
    ),
    "unequal": Preset(
        MixtureConfig(dataset="unequal", start="k-means++", restarts=5, max_iterations=100, kmeans_beside=True),
        "One wide cluster, two small ones: k-means gives away points of the wide one, the mixture does not.",
        watch="what the ellipses and k-means make of the wide cluster",
    ),
    "ring": Preset(
        MixtureConfig(dataset="ring", components=8, start="k-means++", restarts=3, max_iterations=200),
        "No cluster at all: eight components share the ring. A mixture can describe any density, not only clusters.",
        watch="how the components divide the ring among them",
    ),
    "collapse": Preset(
        MixtureConfig(
            points_per_cluster=8, components=12, start="random-points", max_iterations=200, on_collapse="stop"
        ),
        "Too many components for 24 points: one shrinks onto a single point. Try a larger regularisation, or repair.",
        watch="one ellipse shrink onto a point",
    ),
}

MODEL = Model(
    name="mixture",
    title="Mixture",
    summary="Find clusters: fit a Gaussian mixture by expectation-maximisation, one E-step and one M-step at a time.",
    config=MixtureConfig,
    trainer=MixtureTrainer,
    load=load_points,
    presets=PRESETS,
    metrics=(
        MetricSpec(
            "log_likelihood_per_point",
            "log-likelihood per point",
            "log-likelihood",
            better="higher",
            anew=True,
            never_falls=True,
        ),
        MetricSpec(
            "max_mean_error", "largest error of a mean", "error of the means", better="lower", optional=True, anew=True
        ),
    ),
    open_data=open_points,
    open_table=open_table,
    suited=suited,
    report=report,
    verb="Run",
    doing="Running",
    cycle="iteration",
    length="max_iterations",
    task=frozenset({"dataset", "half_steps"}),
)
