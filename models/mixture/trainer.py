"""A Gaussian mixture finds clusters: it describes the points as a few bells and lets every point say how much it
belongs to each. The E-step shares the points out, the M-step fits the bells to their shares; both stand side by side in
`models/mixture/em.py`, and this file makes a run of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, Field, Metrics, TrainingError, owned
from models.data.points.gaussian import Array, Gaussians, whitening
from models.data.points.own import OwnPoints
from models.data.points.sets import PointSet, check_points
from models.data.points.trainer import PointTrainer
from models.mixture.config import MixtureConfig
from models.mixture.data import load_points
from models.mixture.edits import MoveMean
from models.mixture.em import (
    EMPTIED,
    Match,
    aic,
    bic,
    check_enough,
    collapsed,
    compare,
    e_step,
    far_out,
    log_likelihood,
    m_step,
    original_start,
    parameter_count,
    random_start,
    set_down,
    spread_start,
    variances,
)
from models.mixture.kmeans import moved, nearest
from models.mixture.snapshot import PHASES, MixtureSnapshot, Phase
from models.state import DAMAGED, attribute, generator, generator_state, number

MOST_SHOWN = 20_000
"""Points in a snapshot; of larger sets every n-th point is shown, all of them are used."""


MOST_COUNTED = 2**53
"""No run is longer: from here on counting would one day leave the 64 bits of a counter."""


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


@dataclass(frozen=True)
class _Repaired:
    """Which components were put back last, saved as one int64 array (3,)."""

    iteration: int = 0
    shrunk: int = 0  # bit k stands for component k: it had narrowed down
    emptied: int = 0  # bit k: it had lost all its points

    def array(self) -> NDArray[np.int64]:
        return np.array(list(vars(self).values()), dtype=np.int64)

    @staticmethod
    def of(iteration: int, lost: Mapping[int, str]) -> _Repaired:
        emptied = sum(1 << k for k, why in lost.items() if why == EMPTIED)
        return _Repaired(iteration, sum(1 << k for k in lost) - emptied, emptied)

    def components(self) -> tuple[tuple[int, str], ...]:
        """Their numbers, counted from 0, and what had become of them."""
        reasons = ((self.shrunk, "had shrunk onto a single point or a line"), (self.emptied, "had lost all its points"))
        found = [(k, why) for bits, why in reasons for k in range(bits.bit_length()) if bits >> k & 1]
        return tuple(sorted(found))


class MixtureTrainer(PointTrainer[MixtureConfig, MixtureSnapshot]):
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
        self._truth, self._has_truth = data.truth, data.truth is not None
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
        self._repaired_in = _Repaired()
        self._resting: Array | None  # centres of k-means that do not move on these points any more
        self.use_points(data)
        self._begin()

    # ------------------------------------------------------------------------------------------------ the two steps

    def step(self) -> Metrics:
        """An E-step or an M-step, or both: see `half_steps`. Raises TrainingError when a component collapses."""
        before, rng = copy(self), generator_state(self._rng)
        before._counters = replace(self._counters)  # all else is replaced in a step, not changed
        try:
            if self.config.half_steps:
                self._half_step()
            else:
                self._iteration()
        except TrainingError:
            self.restore(before.state() | {"rng": rng})  # the first half of the step may have been done
            raise
        self.step_count += 1
        return self._metrics()

    def _half_step(self) -> None:
        self._next_start_if_over()
        if self._phase == "E":
            self._m_step()
            self._likelihood = log_likelihood(self._points, self._mixture) / len(self._points)
        else:
            self._e_step()

    def _iteration(self) -> None:
        self._next_start_if_over()
        if self._phase != "E":  # at a start, or where half steps were done before
            self._e_step()
        if not self._counters.over:
            self._m_step()
            self._e_step()

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
        mixture = m_step(points, self._responsibilities, config.covariance, self._added)
        lost = collapsed(mixture, points, self._added)
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

    # ------------------------------------------------------------------------------------- starts, and what goes wrong

    def _next_start_if_over(self) -> None:
        if self._counters.over:
            self._counters.restart += 1
            self._begin()

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
        self._repaired_in = _Repaired()

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
        """The mixture with collapsed components put back on random points; or TrainingError, if that is not wanted.

        One that has lost its points can always be put back; a width that all components share cannot.
        """
        tied = self.config.covariance == "tied"
        if self.config.on_collapse == "stop" or (tied and any(why != EMPTIED for why in lost.values())):
            raise TrainingError(self._what_collapsed(lost))
        chosen = list(lost)
        weights, means, covariances = (array.copy() for array in mixture.arrays().values())
        weights[chosen] = 1 / self.config.components
        means[chosen] = self._points[self._rng.integers(len(self._points), size=len(chosen))]
        everywhere = np.diag(np.maximum(self._points.var(axis=0), self._added))
        if self.config.covariance == "spherical":
            everywhere = np.eye(len(everywhere)) * np.trace(everywhere) / len(everywhere)
        if not tied:
            covariances[chosen] = everywhere
        self._counters.repairs += len(chosen)
        self._repaired_in = _Repaired.of(self._counters.iteration + 1, lost)
        self._likelihood_before = np.nan  # the likelihood may fall now: that is no convergence
        return Gaussians(weights / weights.sum(), means, covariances)

    def _what_collapsed(self, lost: Mapping[int, str]) -> str:
        """Cause and remedy, with the points that are behind it by name."""
        first = min(lost)
        others = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
        repaired = "let collapsed components be repaired (setting “on collapse”)"
        if (far := np.flatnonzero(far_out(self.data.points))).size and self.config.outliers == "keep":
            more = f" (and {far.size - 1} more)" if far.size > 1 else ""
            return (
                f"Point {self._called(far[0])}{more} lies far away from all others, and component {first + 1}{others} "
                f"has collapsed. Set the point aside (setting “outliers”) or remove it; or {repaired}."
            )
        assert self._responsibilities is not None
        holds = np.flatnonzero(self._responsibilities[first] > 0.5)
        where = lost[first]
        if where != EMPTIED and holds.size and len(np.unique(self._points[holds], axis=0)) == 1:
            number = int(np.flatnonzero(~self._far)[holds[0]])
            where = (
                f"has shrunk onto a single point (number {self._called(number)}), where its density grows without end"
            )
        return (
            f"Component {first + 1}{others} {where}. Use fewer components, another start or start seed, or a "
            f"larger regularisation; or {repaired}."
        )

    def _called(self, number: int) -> str:
        """A point by its number and place."""
        return f"{number + 1} at ({', '.join(f'{value:.4g}' for value in self.data.points[number][:4])})"

    def configure(self, config: MixtureConfig) -> None:
        """Take over live changes; more iterations or a smaller tolerance let a finished run go on."""
        before = self.config
        super().configure(config)
        if self.done and (before.max_iterations, before.tolerance) != (config.max_iterations, config.tolerance):
            iterations = self._counters.iteration - self._counters.allowed_from
            self._counters.over = int(iterations >= config.max_iterations)
            self._counters.converged &= self._counters.over

    def remedies(self) -> Iterable[Mapping[str, Any]]:
        """A collapsed bell is repaired; where that is not possible, all are kept wide by more regularisation."""
        yield {"on_collapse": "repair"}
        spread = float(self._points.var(axis=0).mean())
        yield from ({"regularisation": float(f"{share * spread:.1g}")} for share in (1e-3, 1e-2, 1e-1))

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
        """The points that the components are fitted to."""
        return self._used

    @property
    def _added(self) -> Array:
        """What is added to the variance along each axis, in squared units of the points: (D,)."""
        unit = self._variances if self.config.regularisation_unit == "variance" else np.ones(len(self._variances))
        return self.config.regularisation * unit

    @property
    def mixture(self) -> Gaussians:
        """The parameters now."""
        return self._mixture

    def _matches(self) -> tuple[Match, ...]:
        truth = self.data.truth
        return () if truth is None or truth.dimensions != self._mixture.dimensions else compare(self._mixture, truth)

    def _metrics(self) -> Metrics:
        metrics = {"log_likelihood_per_point": self._likelihood}
        matches = self._matches()
        if matches:
            metrics["max_mean_error"] = max(match.mean_error for match in matches)
        return metrics

    def snapshot(self) -> MixtureSnapshot:
        """The mixture now, with the points to draw."""
        every = -(-len(self.data) // MOST_SHOWN)
        points = self.data.points[::every] if every > 1 else self.data.points
        count = len(self._points)
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
            data=self.data,
            points=points,
            responsibilities=self._shares_shown(every),
            log_likelihood=self._likelihood,
            bic=bic(total, count, parameters),
            aic=aic(total, parameters),
            matches=self._matches(),
            repairs=self._counters.repairs,
            repaired=self._repaired_in.components() if self._repaired_in.iteration == self._counters.iteration else (),
            set_aside=tuple(int(number) for number in np.flatnonzero(self._far)),
            kmeans_centres=owned(self._centres) if beside else None,
            kmeans_labels=owned(nearest(points, self._centres)[0]) if beside else None,
        )

    def _shares_shown(self, every: int) -> NDArray[np.float32] | None:
        """The responsibilities for every so many-th point, (n, K); points that were set aside belong to nobody."""
        shares = self._responsibilities
        if shares is None:
            return None
        if not self._far.any():
            return owned(shares[:, ::every].T.astype(np.float32))
        found = np.zeros((len(self.data), len(shares)), dtype=np.float32)
        found[~self._far] = shares.T
        return owned(found[::every])

    # ------------------------------------------------------------------------------------------------ through time

    def fields(self) -> Sequence[Field]:
        """See Trainer; responsibilities are left out, because `restored` computes the same ones again."""
        centres = self._centres.shape
        return (
            *super().fields(),
            number(self, "_has_truth", "has_truth"),
            number(self, "step_count", low=0),
            Field(
                "counters",
                np.dtype(np.int64),
                (None,),
                lambda: self._counters.array(),
                self._put_counters,
                low=0,
                high=MOST_COUNTED,
            ),
            Field("likelihoods", np.dtype(np.float64), (3,), self._likelihoods, self._put_likelihoods, finite=False),
            attribute(self, "_centres", "kmeans_centres", shape=centres),
            attribute(self, "_best_centres", "best_kmeans_centres", shape=centres),
            Field(
                "repaired",
                np.dtype(np.int64),
                (3,),
                lambda: self._repaired_in.array(),
                self._put_repaired,
                low=0,
                missing=_Repaired().array,
            ),
            generator("rng", self._rng),
            *_parameters(self, "_mixture", ""),
            *_parameters(self, "_shared_by", "shared_by_"),
            *_parameters(self, "_best", "best_"),
        )

    def _likelihoods(self) -> Array:
        return np.array([self._likelihood, self._likelihood_before, self._best_likelihood])

    def _put_likelihoods(self, saved: Array) -> None:
        self._likelihood, self._likelihood_before, self._best_likelihood = (float(value) for value in saved)

    def _put_repaired(self, saved: NDArray[np.int64]) -> None:
        self._repaired_in = _Repaired(*(int(number) for number in saved))

    def _put_counters(self, saved: NDArray[np.int64]) -> None:
        counters = self._counters = _Counters(*(int(number) for number in saved))
        if len(saved) < len(counters.array()):  # an earlier version did not say which start the mixture comes from
            finished = counters.over and counters.restart + 1 >= self._restarts
            counters.origin = counters.best_restart if finished else counters.restart

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer."""
        super().check(saved)
        if bool(saved["has_truth"]) != self._has_truth:  # it is the same for the whole run, whatever becomes of points
            raise DataError("The saved states do not agree whether the truth is known: the file is damaged.")
        counters, known = saved["counters"], len(self._counters.array())
        if len(counters) not in (known - 1, known):
            raise DataError(f"The saved state has {len(counters)} counters, not {known}: the file is damaged.")
        read = _Counters(*(int(number) for number in counters))
        if not 0 <= read.phase < len(PHASES):
            raise DataError("The saved state is in no known phase: the file is damaged.")
        if max(saved["repaired"][1:]) >> self.config.components:
            raise DataError("The saved state repairs a component that there is not: the file is damaged.")
        if max(read.converged, read.over, read.best_converged) > 1:
            raise DataError("The saved state holds a truth value that is none: the file is damaged.")
        # There is no likelihood before the first (NaN), and no best one before the first end of a start (−∞).
        if not np.isfinite(saved["likelihoods"][0]) or np.isnan(saved["likelihoods"][2]):
            raise DataError("The saved likelihoods are no numbers: the file is damaged.")
        for prefix in ("", "shared_by_", "best_"):
            weights = saved[prefix + "weights"]
            if (weights < 0).any() or abs(weights.sum() - 1) > 1e-6:
                raise DataError("The saved weights are no shares that sum to 1: the file is damaged.")
            try:
                whitening(saved[prefix + "covariances"])
            except TrainingError as error:
                raise DataError(f"The saved mixture is damaged: {error}") from error

    def restored(self) -> None:
        """See Trainer."""
        super().restored()
        self._responsibilities = None if self._phase == "start" else e_step(self._points, self._shared_by)[0]

    @classmethod
    def data_in(cls, config: MixtureConfig, state: Mapping[str, NDArray[Any]]) -> OwnPoints:
        """See PointTrainer; if they are changed points of a data set, the truth that those have is still known."""
        known = state.get("has_truth")
        if known is None or known.dtype != np.bool_ or known.shape != ():
            raise DataError(f"The saved state does not say whether a truth is known: {DAMAGED}.")
        return replace(super().data_in(config, state), truth=load_points(config).truth if known else None)

    # ---------------------------------------------------------------------------------------------- changes by hand

    def use_points(self, data: PointSet) -> None:
        """See PointTrainer; the truth is that of the run, whatever becomes of its points."""
        truth = self._truth if self._has_truth else None
        super().use_points(data if data.truth is truth else replace(data, truth=truth))
        self._resting = None
        self._far = self._to_set_aside(self.data.points)
        self._used = self.data.points[~self._far] if self._far.any() else self.data.points
        self._variances = variances(self._used, self.config.covariance)
        self._responsibilities = None

    def _to_set_aside(self, points: Array) -> NDArray[np.bool_]:
        """Which points the components are fitted without; none where the others would be too few."""
        none = np.zeros(len(points), dtype=bool)
        if self.config.outliers == "keep":
            return none
        far = far_out(points)
        try:
            check_enough(points[~far], self.config.components)
        except DataError:
            return none
        return far

    def check_points(self, data: PointSet) -> None:
        """See PointTrainer."""
        super().check_points(data)
        check_enough(data.points, self.config.components)

    def replace_points(self, data: OwnPoints) -> None:
        """See PointTrainer; the colours follow at once, and EM goes on from there."""
        super().replace_points(data)
        if self._phase == "start":
            self._begin()
        else:
            self._responsibilities = None
            self._go_on()

    def edit(self, edit: Edit) -> None:
        """Move points or a mean.

        Raises ConfigError, and changes nothing, when the points are too few or a number is not finite.
        """
        if isinstance(edit, MoveMean):
            self._move_mean(edit.component, edit.mean)
        else:
            super().edit(edit)

    def _move_mean(self, component: int, mean: Array) -> None:
        if not 0 <= component < self._mixture.count:
            raise ConfigError(f"There are {self._mixture.count} components; there is none with number {component + 1}.")
        try:
            new = check_points(np.asarray(mean, dtype=np.float64)[None])[0]
        except DataError as error:
            raise ConfigError(str(error)) from error
        if new.shape != (self._mixture.dimensions,):
            raise ConfigError(f"A mean has {self._mixture.dimensions} coordinates here, not {new.size}.")
        self._mixture = set_down(self._mixture, component, new, self._points, self.config.covariance)
        if self._phase == "start":
            self._centres = self._mixture.means
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


def _parameters(owner: MixtureTrainer, key: str, prefix: str) -> list[Field]:
    """Fields for the three arrays of the mixture in an attribute; mixtures are replaced, never written to."""

    def field(name: str, shape: tuple[int, ...]) -> Field:
        def read() -> Array:
            array: Array = getattr(getattr(owner, key), name)
            return array

        def write(saved: Array) -> None:
            setattr(owner, key, replace(getattr(owner, key), **{name: saved}))

        return Field(prefix + name, np.dtype(np.float64), shape, read, write)

    return [field(name, array.shape) for name, array in getattr(owner, key).arrays().items()]
