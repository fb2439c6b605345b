"""One EM iteration beside scikit-learn's, and what the original preset reaches over many samples.

    OPENBLAS_NUM_THREADS=1 python -m benchmarks.mixture        (or: python benchmarks/mixture.py)

scikit-learn is measured at its best: with one BLAS thread and with all, the faster counts. Its time per iteration is
(fit of 11 iterations − fit of 1) / 10, so that its set-up is not counted; ours is `MixtureTrainer.step()` as the window
calls it, with metrics and the watch for collapses. Both start from the same parameters.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.data.points.gaussian import Gaussians
from models.data.points.sets import PointSet
from models.mixture.config import MixtureConfig
from models.mixture.data import load_points
from models.mixture.em import bells_around, e_step, log_likelihood, m_step
from models.mixture.kmeans import KMeans
from models.mixture.trainer import MixtureTrainer

POINTS, COMPONENTS, REPEATS = 100_000, 8, 7


def best_time(work: Callable[[], object], repeats: int = REPEATS) -> float:
    times = []
    for _ in range(repeats):
        begin = time.perf_counter()
        work()
        times.append(time.perf_counter() - begin)
    return min(times)


def their_precisions(mixture: Gaussians, kind: str) -> np.ndarray:
    inverse = np.linalg.inv(mixture.covariances)
    return {
        "full": inverse,
        "tied": inverse[0],
        "diagonal": np.diagonal(inverse, axis1=1, axis2=2),
        "spherical": inverse[:, 0, 0],
    }[kind]


def speed(kind: str, dimensions: int = 2) -> None:
    from sklearn.mixture import GaussianMixture

    rng = np.random.default_rng(0)
    centres = 5 * rng.standard_normal((COMPONENTS, dimensions))
    points = centres[rng.integers(COMPONENTS, size=POINTS)] + rng.standard_normal((POINTS, dimensions))
    start = bells_around(points, points[:COMPONENTS])

    def theirs(iterations: int) -> GaussianMixture:
        return GaussianMixture(
            COMPONENTS,
            covariance_type="diag" if kind == "diagonal" else kind,
            tol=0,
            max_iter=iterations,
            weights_init=start.weights,
            means_init=start.means,
            precisions_init=their_precisions(start, kind),
        ).fit(points)

    def their_iteration() -> float:
        return (best_time(lambda: theirs(11), 5) - best_time(lambda: theirs(1), 5)) / 10

    with threadpool_limits(1):
        one_thread = their_iteration()
    all_threads = their_iteration()

    config = MixtureConfig(
        components=COMPONENTS,
        covariance=kind,
        start="k-means++",
        half_steps=False,
        tolerance=0.0,
        max_iterations=10_000,
    )
    with threadpool_limits(1):
        trainer = MixtureTrainer(config, PointSet(points))
        trainer.step()
        ours = best_time(trainer.step, 15)
    mixture = start
    for _ in range(11):
        mixture = m_step(points, e_step(points, mixture)[0], config.covariance, 1e-6)
    difference = abs(log_likelihood(points, mixture) / POINTS - theirs(11).score(points))
    best = min(one_thread, all_threads)
    print(
        f"{kind:10} D={dimensions}  ours {1e3 * ours:6.1f} ms   scikit-learn {1e3 * best:6.1f} ms "
        f"(1 thread {1e3 * one_thread:.1f}, all {1e3 * all_threads:.1f})   ratio {ours / best:.2f}"
        f"   |Δ log-likelihood per point| after 11 iterations {difference:.1e}"
    )


def kmeans_speed() -> None:
    from sklearn.cluster import KMeans as TheirKMeans

    rng = np.random.default_rng(0)
    points = rng.standard_normal((POINTS, 2))
    start = points[:COMPONENTS]
    ours = KMeans(points, start)
    mine = best_time(ours.step)

    def theirs(iterations: int) -> object:
        return TheirKMeans(COMPONENTS, init=start, n_init=1, tol=0, max_iter=iterations, algorithm="lloyd").fit(points)

    their = (best_time(lambda: theirs(21), 5) - best_time(lambda: theirs(1), 5)) / 20
    print(f"k-means    D=2  ours {1e3 * mine:6.1f} ms   scikit-learn {1e3 * their:6.1f} ms   ratio {mine / their:.2f}")


def original_preset(samples: int = 50) -> None:
    errors, iterations, likelihoods = [], [], []
    for seed in range(samples):
        config = MixtureConfig(seed=seed, half_steps=False)
        trainer = MixtureTrainer(config, load_points(config))
        while not trainer.done:
            trainer.step()
        seen = trainer.snapshot()
        errors.append(seen.max_mean_error or np.nan)
        iterations.append(seen.iteration)
        likelihoods.append(seen.log_likelihood)
    print(
        f"original preset, {samples} samples: largest error of a mean: median {np.median(errors):.3f}, "
        f"worst {max(errors):.3f}, ≤ .45 in {sum(error <= 0.45 for error in errors)}; "
        f"iterations: median {np.median(iterations):.0f}, most {max(iterations)}; "
        f"log-likelihood per point: mean {np.mean(likelihoods):.3f}"
    )


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # scikit-learn warns that it has not converged, as intended
    original_preset()
    print(f"one iteration, {POINTS:,} points, K = {COMPONENTS}, best of several:")
    for covariance in ("full", "tied", "diagonal", "spherical"):
        speed(covariance)
    speed("full", dimensions=10)
    kmeans_speed()
