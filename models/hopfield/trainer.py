"""One run is one recall: a damaged picture, the *probe*, is updated until nothing changes any more.

The patterns are stored at once, by a formula; what runs is remembering. The run says honestly what it ended in: the
pattern, its negative, a mixture that nobody stored, a cycle, or nothing settled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import (
    ConfigError,
    DataError,
    Edit,
    Metrics,
    Snapshot,
    State,
    Trainer,
    generator_state,
    matching,
    owned,
    restore_generator,
)
from models.data.pictures.patterns import Pattern, PatternSet, stack
from models.hopfield import modern
from models.hopfield.config import HopfieldConfig
from models.hopfield.corruption import CORRUPTIONS
from models.hopfield.energy import WORDS, Array, Verdict, hebb_fields, judge, overlaps, wants_to_flip
from models.hopfield.recall import (
    Order,
    glauber_thresholds,
    is_fixed_point,
    update_all,
    update_in_order,
    without_repeats,
)
from models.hopfield.storage import Weights, store

SETTLED = 1e-6
"""The modern network has settled when no pixel changes by more than this in an update."""


@dataclass(frozen=True, eq=False)
class StorePattern(Edit):
    """Store one more pattern: `pixels` (N,) ±1, and what to call it. Recall goes on with the new memory."""

    pixels: NDArray[Any]
    label: str = "drawing"


@dataclass(frozen=True)
class DeletePattern(Edit):
    """Forget the stored pattern with this index."""

    index: int


@dataclass(frozen=True, eq=False)
class SetProbe(Edit):
    """Start a new recall from `pixels` (N,) ±1; `target` is the index of the stored pattern to reach, if any."""

    pixels: NDArray[Any]
    target: int | None = None


@dataclass(frozen=True)
class Corrupt(Edit):
    """Damage the picture as it is now and start a new recall from there.

    Attributes:
        kind: one of `models.hopfield.corruption.CORRUPTIONS`.
        rate: share of the pixels, 0 … 1.
        seed: chooses the pixels; None goes on with the run's own random numbers.
    """

    kind: str = "flip"
    rate: float = 0.2
    seed: int | None = None


@dataclass(frozen=True)
class HopfieldSnapshot(Snapshot):
    """The memory and one moment of a recall. All arrays are read-only; `patterns` and `weights` are shared, not copied.

    Attributes:
        config: the settings in force.
        shape: (height, width) of the pictures; N = height × width.
        patterns: (P, N) int8 ±1, what is stored; P may be 0.
        labels: names of the stored patterns.
        stable: (P,) bool, which stored patterns are fixed points.
        weights: (N, N), or None for the modern network, which has no weights.
        target: (N,) int8, the pattern that was damaged, or None if the probe was drawn.
        start: (N,) int8, the damaged pattern from which recall began.
        state: (N,) the picture now; ±1, in the modern network −1 … 1.
        fields: (N,) local fields Ws of that state; in the modern network the state to which it is drawn.
        overlaps: (P,) overlap with every stored pattern, −1 … 1.
        attention: (P,) softmax weights of the modern network, sum 1; None for the others.
        overlap: overlap with the target; without a target, the largest of `overlaps`.
        energy: energy now.
        energy_start: energy of `start`.
        verdict: what recall has come to; `models.hopfield.energy.WORDS` says it in a sentence.
        cycle_length: number of pictures that repeat when the verdict is "cycle", otherwise 0.
        updates: updates in this recall so far.
        last_pixel: the pixel updated last, or None before the first update and when all are updated at once.
        last_flipped: number of pixels that the last step changed.
    """

    config: HopfieldConfig
    shape: tuple[int, int]
    patterns: Pattern
    labels: tuple[str, ...]
    stable: NDArray[np.bool_]
    weights: Weights | None
    target: Pattern | None
    start: Pattern
    state: Array
    fields: Array
    overlaps: Array
    attention: Array | None
    overlap: float
    energy: float
    energy_start: float
    verdict: Verdict
    cycle_length: int
    updates: int
    last_pixel: int | None
    last_flipped: int


class HopfieldTrainer(Trainer[HopfieldConfig, HopfieldSnapshot]):
    """One recall: `step()` does `updates_per_step` updates. New probes and patterns come in as edits.

    Asynchronous recall ends as soon as no pixel wants to change, synchronous recall also when a picture comes back,
    all of them after `n_iter` updates. Stochastic recall has no other end, for heat never lets it settle.
    """

    patterns: Pattern
    labels: tuple[str, ...]
    updates: int
    _xi: Array  # the patterns as real numbers
    _weights: Weights
    _target: Pattern | None
    _start: Pattern
    _state: Array
    _fields: Array
    _order: Order  # the pixels of the present sweep …
    _uniform: Array  # … and the luck of each
    _position: int  # in that order
    _last_pixel: int
    _flips: int
    _ended: bool
    _anchor: Array  # an earlier picture, for the search for cycles
    _since_anchor: int
    _next_anchor: int
    _cycle_length: int
    _stable_cache: tuple[float, NDArray[np.bool_]] | None

    def __init__(self, config: HopfieldConfig, data: PatternSet) -> None:
        self.config = config
        self.shape = data.shape
        self._rng = np.random.default_rng(config.seed)
        chosen = self._chosen(data)
        self._target = None
        probe = np.full(data.patterns.shape[1], -1, dtype=np.int8)
        if len(data.patterns):
            self._target = data.patterns[config.digit]
            probe = CORRUPTIONS[config.corruption](self._target, config.corruption_rate, self._rng)
        self._memorise(data.patterns[chosen], tuple(data.labels[i] for i in chosen))
        self._begin(probe)

    @property
    def epoch(self) -> float:
        """Sweeps over all pixels in this recall; updates, where each one changes all pixels."""
        return float(self.updates) if self._all_at_once else self.updates / len(self._state)

    @property
    def done(self) -> bool:
        """Whether recall has settled, repeats itself or has used up its updates (or nothing is stored)."""
        return self._ended or not len(self.patterns) or self.updates >= self.config.n_iter

    def step(self) -> Metrics:
        """Do `updates_per_step` updates; reports energy, overlap with the target and the number of changed pixels."""
        self.advance(self.config.updates_per_step)
        self.step_count += 1
        return {
            "energy": self._energy(self._state, self._fields),
            "overlap": self._overlap(),
            "flips": float(self._flips),
        }

    def advance(self, updates: int) -> None:
        """Do up to `updates` updates, fewer if recall ends; raises DataError when nothing is stored."""
        if not len(self.patterns):
            raise DataError(WORDS["nothing stored"])
        updates = min(updates, self.config.n_iter - self.updates)
        self._flips = 0
        if self._all_at_once:
            for _ in range(updates):
                if not self._ended:
                    self._update_all()
            return
        while updates > 0 and not self._ended:
            if self._position == len(self._order):
                self._new_sweep()
            order = self._order[self._position : self._position + updates]
            updates -= self._update_pixels(order)

    def _update_pixels(self, order: Order) -> int:
        """Update these pixels one after the other; returns how many updates it took until the end of recall, or all."""
        stochastic = self.config.update == "stochastic"
        pieces = without_repeats(order) if self.config.update == "with-replacement" else (order,)
        done = last = 0
        for piece in pieces:
            thresholds = None
            if stochastic:
                uniform = self._uniform[self._position : self._position + len(piece)]
                thresholds = glauber_thresholds(uniform, self.config.temperature)
            flips, last_flip = update_in_order(
                self._weights, self._state, self._fields, piece, self.config.zero_field, thresholds
            )
            self._flips += flips
            last = done + last_flip if flips else last
            done += len(piece)
        if not stochastic and not self._wanting().any():
            self._ended = True
            done = max(last, 1)  # what came after the last flip changed nothing and need not be done
        self._position += done
        self.updates += done
        self._last_pixel = int(order[done - 1])
        return done

    def _new_sweep(self) -> None:
        """Draw the next N pixels to be updated, and the luck of each if updates are stochastic."""
        n = len(self._state)
        replace = self.config.update == "with-replacement"
        self._order = self._rng.integers(n, size=n) if replace else self._rng.permutation(n)
        if self.config.update == "stochastic":
            self._uniform = self._rng.random(n)
        self._position = 0

    def _update_all(self) -> None:
        """One update of all pixels at once: synchronous, or modern."""
        before = self._state
        if self._modern:
            self._state = self._fields
            self._ended = bool(np.abs(self._state - before).max() < SETTLED)
        else:
            self._state = update_all(self._fields, before, self.config.zero_field)
            self._ended = bool((self._state == before).all())
            if not self._ended:
                self._look_for_cycle()
        self._fields = self._fields_of(self._state)
        self._flips += int(((self._state > 0) != (before > 0)).sum())
        self.updates += 1

    def _look_for_cycle(self) -> None:
        """Brent's algorithm: keep one earlier picture, replaced after 1, 2, 4, 8 … updates, until it comes back."""
        self._since_anchor += 1
        if (self._state == self._anchor).all():
            self._cycle_length, self._ended = self._since_anchor, True
        elif self._since_anchor == self._next_anchor:
            self._anchor, self._since_anchor, self._next_anchor = self._state, 0, 2 * self._next_anchor

    def edit(self, edit: Edit) -> None:
        """Store or forget a pattern, or start a new recall (StorePattern, DeletePattern, SetProbe, Corrupt).

        Raises DataError for pixels that cannot be a pattern, ConfigError for an index or a kind that does not exist.
        """
        if isinstance(edit, StorePattern):
            self._store(edit)
        elif isinstance(edit, DeletePattern):
            index = self._checked(edit.index)
            self._memorise(np.delete(self.patterns, index, axis=0), self.labels[:index] + self.labels[index + 1 :])
            self._resume()
        elif isinstance(edit, SetProbe):
            probe = self._fitting(edit.pixels)
            self._target = None if edit.target is None else self.patterns[self._checked(edit.target)]
            self._begin(probe)
        elif isinstance(edit, Corrupt):
            if edit.kind not in CORRUPTIONS or not 0.0 <= edit.rate <= 1.0:
                raise ConfigError(f"A picture is damaged by one of {', '.join(CORRUPTIONS)}, at a share from 0 to 1.")
            rng = self._rng if edit.seed is None else np.random.default_rng(edit.seed)
            picture = np.where(self._state > 0, 1, -1).astype(np.int8)
            self._begin(CORRUPTIONS[edit.kind](picture, edit.rate, rng))
        else:
            super().edit(edit)

    def configure(self, config: HopfieldConfig) -> None:
        """Take over live changes; a settled recall goes on if the new settings disturb it."""
        changed = self.config.changed(config)
        super().configure(config)
        if changed & {"beta", "temperature"}:
            self._resume()

    def verdict(self) -> Verdict:
        """What recall has come to so far."""
        if not len(self.patterns):
            return "nothing stored"
        if self._cycle_length:
            return "cycle"
        if not self.done:
            return "running"
        outcome = judge(self.patterns, self._state, self._target)
        # Heat never ends a recall, and the last allowed update may be the one that settles it: ask the pixels.
        settled = self._ended or not (self._modern or self._wanting().any())
        return outcome if settled or outcome == "recovered" else "not converged"

    def snapshot(self) -> HopfieldSnapshot:
        """The memory and the picture as they are now."""
        state = owned(self._state)
        likeness = overlaps(self._xi, state)
        return HopfieldSnapshot(
            step=self.step_count,
            epoch=self.epoch,
            config=self.config,
            shape=self.shape,
            patterns=self.patterns,
            labels=self.labels,
            stable=self._stable(),
            weights=None if self._modern else self._weights,
            target=self._target,
            start=self._start,
            state=state,
            fields=owned(self._fields),
            overlaps=owned(likeness),
            attention=owned(modern.attention(self._xi, state, self.config.beta)) if self._compares else None,
            overlap=self._overlap(),
            energy=self._energy(self._state, self._fields),
            energy_start=self.energy_start(),
            verdict=self.verdict(),
            cycle_length=self._cycle_length,
            updates=self.updates,
            last_pixel=self._last_pixel if self._last_pixel >= 0 else None,
            last_flipped=self._flips,
        )

    def energy_start(self) -> float:
        """Energy of the probe, before the first update."""
        start = self._start.astype(np.float64)
        return self._energy(start, self._fields_of(start))

    def state(self) -> State:
        """The stored patterns, the picture, its fields, the order of updates, and the random generator."""
        counters = [self.step_count, self.updates, self._position, self._flips, self._last_pixel]
        counters += [self._ended, self._cycle_length, self._since_anchor, self._next_anchor]
        return {
            "counters": np.array(counters, dtype=np.int64),
            "patterns": self.patterns.copy(),
            "labels": np.array(self.labels, dtype=np.str_),
            "target": np.zeros_like(self._start) if self._target is None else self._target.copy(),
            "start": self._start.copy(),
            "state": self._state.copy(),
            "fields": self._fields.copy(),
            "order": self._order.copy(),
            "uniform": self._uniform.copy(),
            "anchor": self._anchor.copy(),
            "rng": generator_state(self._rng),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go to a state taken earlier, with the patterns that were stored then."""
        patterns, labels = self._saved_patterns(state)
        fitting = {
            name: matching(state, name, like).copy()
            for name, like in self.state().items()
            if name not in ("patterns", "labels")
        }
        order, counters = fitting["order"], [int(number) for number in fitting["counters"]]
        if order.min() < 0 or order.max() >= len(order) or not 0 <= counters[2] <= len(order):
            raise DataError("The saved order of updates names pixels that do not exist: the file is damaged.")
        if not all(np.isfinite(fitting[name]).all() for name in ("state", "fields", "anchor", "uniform")):
            raise DataError("The saved picture or its fields are not all finite numbers: the file is damaged.")
        for name in ("state", "anchor"):
            size = np.abs(fitting[name])
            if (size > 1 + SETTLED).any() if self._modern else (size != 1).any():
                raise DataError("The saved picture has pixels that are neither paper nor ink: the file is damaged.")
        restore_generator(self._rng, fitting["rng"])
        if not np.array_equal(patterns, self.patterns):
            self._memorise(patterns, labels)
        self.labels = labels
        self._target = owned(fitting["target"]) if fitting["target"].any() else None
        self._start = owned(fitting["start"])
        self._state, self._fields, self._anchor = fitting["state"], fitting["fields"], fitting["anchor"]
        self._order, self._uniform = order, fitting["uniform"]
        self.step_count, self.updates, self._position, self._flips, self._last_pixel = counters[:5]
        self._ended = bool(counters[5])
        self._cycle_length, self._since_anchor, self._next_anchor = counters[6:]

    # The memory ------------------------------------------------------------------------------------------------------

    def _chosen(self, data: PatternSet) -> list[int]:
        """Indices of the patterns to store from the start."""
        if self.config.patterns in ("mnist", "random", "own"):
            return list(range(len(data.patterns)))
        return list(self.config.store or (self.config.digit,))

    def _memorise(self, patterns: Pattern, labels: tuple[str, ...]) -> None:
        """Make these the stored patterns. New arrays replace the old ones, which earlier snapshots still show."""
        n = patterns.shape[1]
        self.patterns, self.labels = owned(patterns), labels
        self._xi = owned(patterns.astype(np.float64))
        if self._modern:
            self._weights = np.zeros((0, 0))
        elif len(patterns):
            self._weights = owned(store(patterns, self.config.rule, self.config.diagonal))
        else:
            self._weights = owned(np.zeros((n, n)))
        self._stable_cache = None

    def _store(self, edit: StorePattern) -> None:
        pattern = stack([self._fitting(edit.pixels)])[0]
        twins = np.flatnonzero((self.patterns == pattern).all(axis=1))
        if len(twins):
            raise DataError(f"This picture is stored already, as “{self.labels[twins[0]]}”.")
        self._memorise(stack([*self.patterns, pattern]), (*self.labels, edit.label))
        self._resume()

    def _stable(self) -> NDArray[np.bool_]:
        """Which stored patterns are fixed points; worked out once per memory."""
        if self._stable_cache is None or self._stable_cache[0] != self.config.beta:
            stable: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
            if not len(self.patterns):
                pass
            elif self._modern:
                stable = modern.is_fixed_point(self._xi, self.config.beta)
            else:
                stable = is_fixed_point(self._weights, self.patterns, self.config.zero_field)
            self._stable_cache = (self.config.beta, owned(stable))
        return self._stable_cache[1]

    def _saved_patterns(self, state: Mapping[str, NDArray[Any]]) -> tuple[Pattern, tuple[str, ...]]:
        """Patterns and labels of a saved state, checked: their number may differ from now, their size may not."""
        for name in ("patterns", "labels"):
            if name not in state:
                raise DataError(f"The saved state has no “{name}”: the file is damaged or belongs to another model.")
        patterns, labels = state["patterns"], state["labels"]
        fits = patterns.dtype == np.int8 and patterns.ndim == 2 and patterns.shape[1] == len(self._start)
        if not fits or (np.abs(patterns) != 1).any() or labels.shape != patterns.shape[:1] or labels.dtype.kind != "U":
            raise DataError(
                f"The saved patterns do not fit a memory of {len(self._start)} pixels: "
                "the file is damaged or belongs to another model."
            )
        return patterns, tuple(str(label) for label in labels)

    # The probe -------------------------------------------------------------------------------------------------------

    def _begin(self, probe: Pattern) -> None:
        """Start a new recall from this picture."""
        self._start = owned(probe)
        self._state = probe.astype(np.float64)
        n = len(probe)
        self._order = np.arange(n)
        self._uniform = np.zeros(n)
        self._position = n  # the first update draws the first sweep
        self.updates = 0
        self._last_pixel = -1
        self._resume()

    def _resume(self) -> None:
        """Go on from the present picture: fields and the search for cycles begin anew."""
        self._fields = self._fields_of(self._state)
        self._flips = 0
        self._ended = False
        self._cycle_length = 0
        self._anchor, self._since_anchor, self._next_anchor = self._state.copy(), 0, 1

    def _fields_of(self, state: Array) -> Array:
        """Local fields of a state; in the modern network the state to which it is drawn."""
        if self._modern:
            return modern.update(self._xi, state, self.config.beta) if len(self._xi) else np.zeros_like(state)
        if self.config.rule == "hebb" and 2 * len(self._xi) < len(state):
            return hebb_fields(self._xi, state, self.config.diagonal)
        return np.asarray(self._weights @ state)

    def _wanting(self) -> NDArray[np.bool_]:
        """Which pixels disagree with their fields; not for the modern network."""
        return wants_to_flip(self._fields, self._state, self.config.zero_field)

    def _energy(self, state: Array, fields: Array) -> float:
        if self._modern:
            return modern.energy(self._xi, state, self.config.beta) if len(self._xi) else 0.0
        return float(-0.5 * state @ fields)

    def _overlap(self) -> float:
        if self._target is not None:
            return float(self._target @ self._state / len(self._state))
        return float(overlaps(self._xi, self._state).max(initial=-1.0))

    def _fitting(self, pixels: NDArray[Any]) -> Pattern:
        """A picture from outside, checked to have ±1 pixels and this memory's size."""
        if pixels.size != len(self._start):
            height, width = self.shape
            raise DataError(
                f"The picture has {pixels.size} pixels, but this memory holds pictures of {width}×{height} = "
                f"{len(self._start)}: resize it first."
            )
        if not (np.abs(pixels) == 1).all():
            raise DataError("The pixels of a picture are −1 (paper) or +1 (ink): turn it into black and white first.")
        return pixels.astype(np.int8).ravel()

    def _checked(self, index: int) -> int:
        if not 0 <= index < len(self.patterns):
            raise ConfigError(f"There is no stored pattern {index}: the memory holds {len(self.patterns)}.")
        return index

    @property
    def _modern(self) -> bool:
        return self.config.rule == "modern"

    @property
    def _compares(self) -> bool:
        return self._modern and len(self.patterns) > 0

    @property
    def _all_at_once(self) -> bool:
        return self._modern or self.config.update == "sync"
