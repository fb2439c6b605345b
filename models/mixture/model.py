"""The mixture as the playground knows it: its presets, what it measures, and what it has to say at the end."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from models.base import MetricSpec, Model, Preset, Report, ReportTable
from models.data.points.gaussian import Gaussians
from models.data.points.own import open_points, open_table
from models.mixture.config import MixtureConfig
from models.mixture.data import load_points
from models.mixture.trainer import MixtureTrainer


def suited(config: MixtureConfig, own: bool, fixed: Collection[str] = ()) -> tuple[MixtureConfig, str]:
    """Settings with a start that fits: the original's is made for its own three clusters. See `Model.suited`."""
    if config.start != "original" or "start" in fixed or (config.components == 3 and not own):
        return config, ""
    restarts = config.restarts if "restarts" in fixed else max(config.restarts, 3)
    bells = "1 component" if config.components == 1 else f"{config.components} components"
    why = "points of your own" if own else bells
    return (
        config.model_copy(update={"start": "k-means++", "restarts": restarts}),
        f"The original's fixed start is made for its own three clusters; with {why} the bells begin at k-means++.",
    )


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
    columns = ("component", "weight", "mean", "covariance")
    return Report(columns, tuple(rows), metrics, (ReportTable(("fit", "value"), tuple(fit)),))


def _row(name: str, mixture: Gaussians, k: int) -> tuple[str | float | None, ...]:
    mean = ", ".join(f"{value:.3f}" for value in mixture.means[k])
    covariance = "; ".join(" ".join(f"{value:.3f}" for value in row) for row in mixture.covariances[k])
    return name, float(mixture.weights[k]), f"({mean})", f"[{covariance}]"


PRESETS = {
    "original": Preset(
        MixtureConfig(),
        "Three clusters and a start far from them: watch the bells find their way in about 26 iterations.",
    ),
    "k-means++": Preset(
        MixtureConfig(start="k-means++", restarts=5, start_seed=23, kmeans_beside=True),
        "Five well spread starts, one after the other: two end on a lower summit, the best is kept.",
    ),
    "anisotropic": Preset(
        MixtureConfig(dataset="anisotropic", start="k-means++", restarts=5, max_iterations=100, kmeans_beside=True),
        "Long, thin clusters: ellipses follow them, k-means cuts them across.",
    ),
    "unequal": Preset(
        MixtureConfig(dataset="unequal", start="k-means++", restarts=5, max_iterations=100, kmeans_beside=True),
        "One wide cluster, two small ones: k-means gives away points of the wide one, the mixture does not.",
    ),
    "ring": Preset(
        MixtureConfig(dataset="ring", components=8, start="k-means++", restarts=3, max_iterations=200),
        "No cluster at all: eight bells share the ring. A mixture can describe any density, not only clusters.",
    ),
    "collapse": Preset(
        MixtureConfig(points_per_cluster=8, components=12, start="random-points", max_iterations=200),
        "Too many bells for 24 points: one shrinks onto a single point. Try a larger regularisation, or repair.",
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
        MetricSpec("log_likelihood_per_point", "log-likelihood per point", "log-likelihood", better="higher"),
        MetricSpec("max_mean_error", "largest error of a mean", "error of the means", better="lower", optional=True),
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
