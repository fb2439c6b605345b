"""A Gaussian mixture finds clusters: it describes the points as a few bells and lets every point say how much it
belongs to each. The two steps that do it stand side by side in `models/mixture/em.py`; this file makes a run of them.
"""

from __future__ import annotations

from collections.abc import Collection, Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.base import (
    ConfigError,
    DataError,
    Edit,
    Metrics,
    MetricSpec,
    Model,
    Preset,
    Snapshot,
    State,
    Trainer,
    TrainingError,
    generator_state,
    matching,
    owned,
    restore_generator,
)
from models.config import Config, setting
from models.data.points.gaussian import Array, Gaussians, whitening
from models.data.points.own import OwnPoints, as_own, described, edited, from_state
from models.data.points.sets import PointSet, check_points, make_points
from models.data.points.tables import points_from_table, read_table
from models.mixture.em import (
    CovarianceType,
    Match,
    aic,
    bic,
    check_enough,
    collapsed,
    compare,
    e_step,
    log_likelihood,
    m_step,
    original_start,
    parameter_count,
    random_start,
    spread_start,
)
from models.mixture.kmeans import moved, nearest

Phase = Literal["start", "E", "M"]
PHASES: tuple[Phase, ...] = ("start", "E", "M")

MOST_SHOWN = 20_000
"""Points in a snapshot; of larger sets every n-th point is shown, all of them are used."""


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
            "ring": "A ring: no single bell fits it, many together bend around it.",
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
    components: int = setting(3, "How many bells to describe the points with (K).", ge=1, le=12)
    covariance: CovarianceType = setting(
        "full",
        "Which shapes the bells may take.",
        value_help={
            "full": "Any ellipse for each bell.",
            "tied": "Any ellipse, but the same for all bells.",
            "diagonal": "Ellipses that do not tilt.",
            "spherical": "Circles.",
        },
    )
    start: Literal["original", "random-points", "k-means++"] = setting(
        "original",
        "Where the bells are at the beginning; EM only climbs to the nearest summit, so this matters.",
        group="Start",
        value_help={
            "original": "The original's fixed start: three round bells near the lower left corner (K = 3 only).",
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
        "One step is only an E-step (colour the points) or only an M-step (move the bells), so that each can be seen.",
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
        "Added to every variance so that no bell can become infinitely narrow.",
        group="Iteration",
        unit="squared units",
        ge=0.0,
        le=10.0,
        live=True,
        advanced=True,
    )
    on_collapse: Literal["stop", "repair"] = setting(
        "stop",
        "What to do when a bell shrinks onto a single point or loses all its points.",
        group="Iteration",
        live=True,
        value_help={
            "stop": "Stop and say which bell collapsed and why.",
            "repair": "Put that bell, as wide as all the data, on a point drawn at random and go on.",
        },
    )
    kmeans_beside: bool = setting(
        False,
        "Run k-means beside it, on the same points from the same start.",
        group="Iteration",
        live=True,
        label="k-means beside",
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


@dataclass(frozen=True)
class SetPoints(Edit):
    """Replace all points, after adding, moving or removing some: (N, D), in the plane D = 2."""

    points: Array


@dataclass(frozen=True)
class MoveMean(Edit):
    """Put the mean of one component (counted from 0) somewhere else: (D,); EM goes on from there."""

    component: int
    mean: Array


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
        log_likelihood: log p(X) of all points under `mixture`, divided by N.
        bic, aic: of `mixture`; smaller is better.
        matches: true components beside estimated ones; empty without a truth.
        repairs: collapsed components put back so far.
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


@dataclass
class _Counters:
    """The whole numbers of a run, saved as one int64 array."""

    iteration: int = 0
    restart: int = 0
    allowed_from: int = 0  # the iteration from which max_iterations counts: moved on by an edit
    phase: int = 0  # index in PHASES
    converged: int = 0
    over: int = 0  # this start has come to its end
    repairs: int = 0
    best_restart: int = 0
    best_iteration: int = 0
    best_converged: int = 0
    origin: int = 0  # the start that the mixture comes from; `restart` says how many are used up

    def array(self) -> NDArray[np.int64]:
        return np.array(list(vars(self).values()), dtype=np.int64)


class MixtureTrainer(Trainer[MixtureConfig, MixtureSnapshot]):
    """One run of EM, from a start to convergence; with restarts, several of them and then back to the best.

    A step is an E-step or an M-step in turn (`half_steps`) or a whole iteration. A whole iteration ends with the E-step
    that belongs to the new parameters, so that colours, numbers and ellipses shown together fit together.

    Args:
        config: the settings.
        data: the points, in any number of dimensions; labels are not looked at.

    Raises:
        DataError: too few different points.
        ConfigError: the original's start with other than three components in the plane.
    """

    def __init__(self, config: MixtureConfig, data: PointSet) -> None:
        self.config = config
        self._use(data)
        self._counters = _Counters()
        self._mixture: Gaussians
        self._responsibilities: Array | None = None
        self._shared_by: Gaussians  # the parameters behind the responsibilities
        self._likelihood: float  # per point, of `_mixture`
        self._likelihood_before: float  # at the E-step before, NaN if there was none
        self._best: Gaussians
        self._best_likelihood: float
        self._centres: Array  # of k-means
        self._best_centres: Array
        self._begin()

    def _use(self, data: PointSet) -> None:
        """Make these the points; what is known about them goes into every state, so it is written down only once."""
        data = replace(data, labels=None) if data.labels is not None else data  # not looked at, so not kept either
        self._data, self._described = data, described(data)
        self._resting: Array | None = None  # centres of k-means that do not move on these points any more

    # ------------------------------------------------------------------------------------------------ the two steps

    def _e_step(self) -> None:
        """Share the points out among the components, and see whether the last iteration still gained anything."""
        self._responsibilities, total = e_step(self._points, self._mixture, self._responsibilities)
        self._shared_by = self._mixture
        self._likelihood = total / len(self._points)
        self._counters.phase = PHASES.index("E")
        gain = self._likelihood - self._likelihood_before
        self._likelihood_before = self._likelihood
        self._counters.converged = int(abs(gain) < self.config.tolerance)  # NaN at a start: not converged
        iterations = self._counters.iteration - self._counters.allowed_from
        if self._counters.converged or iterations >= self.config.max_iterations:
            self._finish_start()

    def _m_step(self) -> None:
        """Fit the components to their shares of the points; nothing is taken over when one of them collapses."""
        assert self._responsibilities is not None
        config, points = self.config, self._points
        mixture = m_step(points, self._responsibilities, config.covariance, config.regularisation)
        lost = collapsed(mixture, points, config.regularisation)
        if lost:
            mixture = self._repaired(mixture, lost)
        self._mixture = mixture
        self._counters.phase = PHASES.index("M")
        self._counters.iteration += 1
        self._move_centres()

    def _move_centres(self) -> None:
        """One iteration of k-means; also while it is not shown, so that it is as far as EM when somebody looks."""
        if self._centres is self._resting:
            return
        centres = moved(self._points, nearest(self._points, self._centres)[0], self._centres)
        if np.array_equal(centres, self._centres):
            self._resting = self._centres
        else:
            self._centres = centres

    def step(self) -> Metrics:
        """An E-step or an M-step, or both: see `half_steps`. Raises TrainingError when a component collapses."""
        before = self.state()
        try:
            self._do_step()
        except TrainingError:
            self.restore(before)  # the first half of the step may have been done
            raise
        self.step_count += 1
        return self._metrics()

    def _do_step(self) -> None:
        if self._counters.over:
            self._counters.restart += 1
            self._begin()
        if self._phase == "E":
            self._m_step()
            if self.config.half_steps:
                self._likelihood = log_likelihood(self._points, self._mixture) / len(self._points)
            else:
                self._e_step()
        else:
            self._e_step()
            if not self.config.half_steps and not self._counters.over:
                self._m_step()
                self._e_step()

    # ------------------------------------------------------------------------------------- starts, and what goes wrong

    def _begin(self) -> None:
        """Go to the beginning of start number `restart`, with a generator of its own."""
        config, counters = self.config, self._counters
        # The 1 at the end keeps the first start apart from the points: [seed, 0, 0] would be the stream of [seed].
        self._rng = np.random.default_rng([config.seed, config.start_seed, counters.restart, 1])
        check_enough(self._points, config.components)
        if config.start == "original":
            self._mixture = original_start()
            if (config.components, self._points.shape[1]) != (3, 2):
                raise ConfigError(
                    "The original's start is made for three components in the plane: "
                    "choose the start “k-means++”, or three components."
                )
        else:
            make = random_start if config.start == "random-points" else spread_start
            self._mixture = make(self._points, config.components, self._rng)
        if counters.restart == 0:
            self._best, self._best_likelihood, self._best_centres = self._mixture, -np.inf, self._mixture.means
        self._centres = self._mixture.means
        self._responsibilities = None
        self._shared_by = self._mixture
        self._likelihood = log_likelihood(self._points, self._mixture) / len(self._points)
        self._likelihood_before = np.nan
        counters.phase = PHASES.index("start")
        counters.origin = counters.restart
        counters.iteration = counters.allowed_from = counters.converged = counters.over = 0

    @property
    def _restarts(self) -> int:
        return 1 if self.config.start == "original" else self.config.restarts

    def _finish_start(self) -> None:
        """Keep the best result so far; after the last start go back to it."""
        counters = self._counters
        counters.over = 1
        if self._likelihood >= self._best_likelihood:
            self._best, self._best_likelihood, self._best_centres = self._mixture, self._likelihood, self._centres
            counters.best_restart, counters.best_iteration = counters.origin, counters.iteration
            counters.best_converged = counters.converged
        elif counters.restart + 1 >= self._restarts:
            self._mixture, self._centres = self._best, self._best_centres
            self._shared_by = self._best
            counters.origin, counters.iteration = counters.best_restart, counters.best_iteration
            counters.converged = counters.best_converged
            self._responsibilities, total = e_step(self._points, self._mixture, self._responsibilities)
            self._likelihood = self._likelihood_before = total / len(self._points)

    def _repaired(self, mixture: Gaussians, lost: Mapping[int, str]) -> Gaussians:
        """The mixture with collapsed components put back on random points; or TrainingError, if that is not wanted."""
        first = min(lost)
        others = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        if self.config.on_collapse == "stop" or self.config.covariance == "tied":
            raise TrainingError(
                f"Component {first + 1}{others} {lost[first]}. Use fewer components, another start or start seed, or a "
                "larger regularisation; or let collapsed components be repaired (setting “on collapse”)."
            )
        chosen = list(lost)
        weights, means, covariances = (array.copy() for array in mixture.arrays().values())
        weights[chosen] = 1 / self.config.components
        means[chosen] = self._points[self._rng.integers(len(self._points), size=len(chosen))]
        everywhere = np.diag(np.maximum(self._points.var(axis=0), self.config.regularisation))
        if self.config.covariance == "spherical":
            everywhere = np.eye(len(everywhere)) * np.trace(everywhere) / len(everywhere)
        covariances[chosen] = everywhere
        self._counters.repairs += len(chosen)
        self._likelihood_before = np.nan  # the likelihood may fall now: that is no convergence
        return Gaussians(weights / weights.sum(), means, covariances)

    def configure(self, config: MixtureConfig) -> None:
        """Take over live changes; more iterations or a smaller tolerance let a finished run go on."""
        before = self.config
        super().configure(config)
        if self.done and (before.max_iterations, before.tolerance) != (config.max_iterations, config.tolerance):
            iterations = self._counters.iteration - self._counters.allowed_from
            self._counters.over = int(iterations >= config.max_iterations)
            self._counters.converged &= self._counters.over

    # --------------------------------------------------------------------------------------------- what others see

    @property
    def epoch(self) -> float:
        """Iterations done since the present start."""
        return float(self._counters.iteration)

    @property
    def done(self) -> bool:
        """Whether the last start has converged or used up its iterations."""
        return bool(self._counters.over) and self._counters.restart + 1 >= self._restarts

    @property
    def _phase(self) -> Phase:
        return PHASES[self._counters.phase]

    @property
    def _points(self) -> Array:
        return self._data.points

    @property
    def _truth(self) -> Gaussians | None:
        return self._data.truth

    @property
    def mixture(self) -> Gaussians:
        """The parameters now."""
        return self._mixture

    def _matches(self) -> tuple[Match, ...]:
        if self._truth is None or self._truth.dimensions != self._mixture.dimensions:
            return ()
        return compare(self._mixture, self._truth)

    def _metrics(self) -> Metrics:
        metrics = {"log_likelihood_per_point": self._likelihood}
        matches = self._matches()
        if matches:
            metrics["max_mean_error"] = max(match.mean_error for match in matches)
        return metrics

    def snapshot(self) -> MixtureSnapshot:
        """The mixture now, with the points to draw."""
        count = len(self._points)
        shown = slice(None, None, -(-count // MOST_SHOWN))
        points = self._points[shown] if count > MOST_SHOWN else self._points
        shares = self._responsibilities
        total = self._likelihood * count
        parameters = parameter_count(self._mixture.count, self._mixture.dimensions, self.config.covariance)
        beside = self.config.kmeans_beside
        return MixtureSnapshot(
            step=self.step_count,
            epoch=self.epoch,
            phase=self._phase,
            iteration=self._counters.iteration,
            restart=self._counters.origin,
            converged=bool(self._counters.converged),
            mixture=self._mixture,
            data=self._data,
            points=points,
            responsibilities=None if shares is None else owned(shares[:, shown].T.astype(np.float32)),
            log_likelihood=self._likelihood,
            bic=bic(total, count, parameters),
            aic=aic(total, parameters),
            matches=self._matches(),
            repairs=self._counters.repairs,
            kmeans_centres=owned(self._centres) if beside else None,
            kmeans_labels=owned(nearest(points, self._centres)[0]) if beside else None,
        )

    # ------------------------------------------------------------------------------------------------ through time

    def state(self) -> State:
        """Everything to go on; responsibilities are left out, because `restore` computes the same ones again."""
        return {
            "points": self._points,  # read-only and replaced, never written to: safe to share among checkpoints
            **self._described,
            "has_truth": np.array(self._truth is not None),
            "step_count": np.array(self.step_count),
            "counters": self._counters.array(),
            "likelihoods": np.array([self._likelihood, self._likelihood_before, self._best_likelihood]),
            "kmeans_centres": self._centres.copy(),
            "best_kmeans_centres": self._best_centres.copy(),
            "rng": generator_state(self._rng),
            **self._mixture.arrays(),
            **self._shared_by.arrays("shared_by_"),
            **self._best.arrays("best_"),
        }

    @staticmethod
    def data_in(config: MixtureConfig, state: Mapping[str, NDArray[Any]]) -> OwnPoints:
        """The user's own points in a saved state, with which a trainer can be built; raises DataError.

        If they are changed points of a data set, the truth that those were drawn from is still known.
        """
        truth = load_points(config).truth if matching(state, "has_truth", np.array(True)) else None
        return as_own(replace(from_state(state), truth=truth))

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go to a state taken earlier. Raises DataError when it does not belong to this model."""
        like = self._mixture
        mixtures = [
            Gaussians(*(matching(state, prefix + name, array) for name, array in like.arrays().items()))
            for prefix in ("", "shared_by_", "best_")
        ]
        counters = self._saved_counters(state)
        likelihoods = matching(state, "likelihoods", np.empty(3))
        centres = matching(state, "kmeans_centres", self._centres)
        best_centres = matching(state, "best_kmeans_centres", self._centres)
        step_count = int(matching(state, "step_count", np.array(0)))
        has_truth = bool(matching(state, "has_truth", np.array(True)))
        data = from_state(state)
        if data.dimensions != like.dimensions:
            raise DataError("The saved state has no points of this model's kind: the file is damaged.")
        # A run on points of the user's own, opened from a file, was perhaps built on others, which have a truth.
        data = replace(data, truth=self._truth if has_truth else None)
        # There is no likelihood before the first (NaN), and no best one before the first end of a start (−∞).
        numbers = [*(array for mixture in mixtures for array in mixture.arrays().values()), centres, best_centres]
        if not all(np.isfinite(array).all() for array in (*numbers, likelihoods[0])) or np.isnan(likelihoods[2]):
            raise DataError("The saved mixture is not all finite numbers: the file is damaged.")
        if any((mixture.weights < 0).any() or abs(mixture.weights.sum() - 1) > 1e-6 for mixture in mixtures):
            raise DataError("The saved weights are no shares that sum to 1: the file is damaged.")
        if not 0 <= counters.phase < len(PHASES):
            raise DataError("The saved state is in no known phase: the file is damaged.")
        check_enough(data.points, self.config.components)
        shares = None
        try:
            for mixture in mixtures:
                whitening(mixture.covariances)
            if counters.phase != PHASES.index("start"):
                shares = e_step(data.points, mixtures[1])[0]
        except TrainingError as error:
            raise DataError(f"The saved mixture is damaged: {error}") from error
        restore_generator(self._rng, matching(state, "rng", generator_state(self._rng)))
        self._use(data)
        self.step_count, self._counters, self._responsibilities = step_count, counters, shares
        self._mixture, self._shared_by, self._best = mixtures
        self._likelihood, self._likelihood_before, self._best_likelihood = (float(value) for value in likelihoods)
        self._centres, self._best_centres = np.array(centres), np.array(best_centres)

    def _saved_counters(self, state: Mapping[str, NDArray[Any]]) -> _Counters:
        """The counters of a saved state; those of an earlier version do not say which start the mixture comes from."""
        saved = state.get("counters")
        present = self._counters.array()
        if saved is not None and saved.shape == (len(present) - 1,):
            counters = _Counters(*(int(number) for number in matching(state, "counters", present[:-1])))
            finished = counters.over and counters.restart + 1 >= self._restarts
            counters.origin = counters.best_restart if finished else counters.restart
            return counters
        return _Counters(*(int(number) for number in matching(state, "counters", present)))

    # ---------------------------------------------------------------------------------------------- changes by hand

    def edit(self, edit: Edit) -> None:
        """Move points or a mean; the colours follow at once, and EM goes on from there.

        Raises ConfigError, and changes nothing, when the points are too few or a number is not finite.
        """
        if isinstance(edit, SetPoints):
            self._set_points(edit.points)
        elif isinstance(edit, MoveMean):
            self._move_mean(edit.component, edit.mean)
        else:
            super().edit(edit)

    def _set_points(self, points: Array) -> None:
        try:
            new = check_points(points)
            if new.shape[1] != self._mixture.dimensions:
                raise DataError(
                    f"These points have {new.shape[1]} coordinates, the mixture {self._mixture.dimensions}."
                )
            check_enough(new, self.config.components)
        except DataError as error:
            raise ConfigError(str(error)) from error
        self._use(edited(self._data, new))
        if self._phase == "start":
            self._begin()
        else:
            self._responsibilities = None
            self._go_on()

    def _move_mean(self, component: int, mean: Array) -> None:
        if not 0 <= component < self._mixture.count:
            raise ConfigError(f"There are {self._mixture.count} components; there is none with number {component + 1}.")
        try:
            new = check_points(np.asarray(mean, dtype=np.float64)[None])[0]
        except DataError as error:
            raise ConfigError(str(error)) from error
        means = self._mixture.means.copy()
        if new.shape != means[component].shape:
            raise ConfigError(f"A mean has {means.shape[1]} coordinates here, not {new.size}.")
        means[component] = new
        self._mixture = replace(self._mixture, means=means)
        if self._phase == "start":
            self._centres = means
            self._shared_by = self._mixture
            self._likelihood = log_likelihood(self._points, self._mixture) / len(self._points)
        else:
            self._go_on()

    def _go_on(self) -> None:
        """After a change by hand this start is the only one that counts, and has all its iterations before it."""
        counters = self._counters
        counters.restart = self._restarts - 1
        counters.allowed_from = counters.iteration
        counters.over = 0
        self._best_likelihood = -np.inf
        self._likelihood_before = np.nan
        self._e_step()


# ------------------------------------------------------------------------------------------- which number of components


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


# ---------------------------------------------------------------------------------------------------- in the registry


def load_points(config: MixtureConfig) -> PointSet:
    """The points that a config asks for, drawn anew from its seed."""
    return make_points(config.dataset, config.points_per_cluster, config.noise, np.random.default_rng(config.seed))


def open_points(paths: Sequence[Path]) -> OwnPoints:
    """The user's own points from one CSV file with guessed columns; raises DataError."""
    if len(paths) != 1:
        raise DataError("A Gaussian mixture takes its points from one CSV file.")
    return as_own(points_from_table(read_table(paths[0])), paths[0].name, table=True)


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


def report(trainer: MixtureTrainer) -> tuple[str, Mapping[str, Any]]:
    """A table of estimates against the truth, and the numbers behind it."""
    seen = trainer.snapshot()
    mixture, truth = seen.mixture, seen.truth
    true_of = {match.estimated: match for match in seen.matches}
    order = sorted(range(mixture.count), key=lambda k: true_of[k].true if k in true_of else mixture.count + k)
    lines = [f"{'':10}{'weight':>8}  {'mean':<20}  covariance"]
    for k in order:
        lines.append(_row(f"estimate {k + 1}", mixture, k))
        if truth is not None and k in true_of:
            match = true_of[k]
            lines.append(_row("  truth", truth, match.true))
            lines.append(
                f"{'  error':10}{match.weight_error:8.3f}  {match.mean_error:<20.3f}  {match.covariance_error:.3f}"
            )
    lines.append(
        f"log-likelihood per point {seen.log_likelihood:.4f} after {seen.iteration} iterations"
        f" ({'converged' if seen.converged else 'not converged'}), BIC {seen.bic:.1f}, AIC {seen.aic:.1f}"
    )
    if seen.repairs:
        lines.append(f"Collapsed components repaired: {seen.repairs}.")
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
    return "\n".join(lines), metrics


def _row(name: str, mixture: Gaussians, k: int) -> str:
    mean = "(" + ", ".join(f"{value:.3f}" for value in mixture.means[k]) + ")"
    covariance = "; ".join(" ".join(f"{value:7.3f}" for value in row) for row in mixture.covariances[k])
    return f"{name:10}{mixture.weights[k]:8.3f}  {mean:<20}  [{covariance}]"


_PRESETS = {
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
    presets=_PRESETS,
    metrics=(
        MetricSpec("log_likelihood_per_point", "log-likelihood per point", "log-likelihood", better="higher"),
        MetricSpec("max_mean_error", "largest error of a mean", "error of the means", better="lower", optional=True),
    ),
    open_data=open_points,
    suited=suited,
    report=report,
    verb="Run",
    doing="Running",
    cycle="iteration",
    length="max_iterations",
    task=frozenset({"dataset", "half_steps"}),
)
