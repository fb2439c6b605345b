"""One run is one recall: a damaged picture, the *probe*, is updated until nothing changes any more.

The patterns are stored at once, by a formula; what runs is remembering. The run says honestly what it ended in: the
pattern, its negative, a mixture that nobody stored, a cycle, or nothing settled.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, Field, Metrics, Trainer, owned
from models.data.pictures.patterns import Pattern, PatternSet, check_patterns, stack
from models.hopfield import modern
from models.hopfield.config import HopfieldConfig
from models.hopfield.corruption import CORRUPTIONS
from models.hopfield.edits import Corrupt, DeletePattern, SetProbe, StorePattern
from models.hopfield.energy import WORDS, Array, Verdict, judge, overlaps, wants_to_flip
from models.hopfield.memory import AssociativeMemory
from models.hopfield.recall import (
    Order,
    glauber_thresholds,
    update_all,
    update_in_order,
    without_repeats,
)
from models.hopfield.snapshot import HopfieldSnapshot
from models.state import DAMAGED, attribute, generator

SETTLED = 1e-6
"""The modern network has settled when no pixel changes by more than this in an update."""

FIELD_DRIFT = 1e-6
"""Largest difference, as a share of the largest field, between fields kept up to date and fields worked out anew: far
more than rounding makes of a million updates."""

COUNTERS = (
    *("step_count", "updates", "_position", "_flips", "_last_pixel"),
    *("_ended", "_cycle_length", "_since_anchor", "_next_anchor"),
)
"""The whole numbers of a recall, in the order in which they are saved."""


class HopfieldTrainer(Trainer[HopfieldConfig, HopfieldSnapshot]):
    """One recall: `step()` does `updates_per_step` updates. New probes and patterns come in as edits.

    Asynchronous recall ends as soon as no pixel wants to change, synchronous recall also when a picture comes back,
    all of them after `n_iter` updates. Stochastic recall has no other end, for heat never lets it settle.
    """

    labels: tuple[str, ...]
    updates: int
    _memory: AssociativeMemory
    _memory_before: AssociativeMemory | None  # the one before: going to and fro in time needs both in turn
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
    _stable_cache: tuple[AssociativeMemory, float, NDArray[np.bool_]] | None

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
        self._memory = AssociativeMemory.of(data.patterns[chosen], config.rule, config.diagonal)
        self._memory_before = None
        self.labels = tuple(data.labels[i] for i in chosen)
        self._stable_cache = None
        self._begin(probe)

    @property
    def patterns(self) -> Pattern:
        """What is stored, (P, N) int8 ±1, read-only; P may be 0."""
        return self._memory.patterns

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
            "energy": self._memory.energy(self._state, self._fields, self.config.beta),
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
        weights, stochastic = self._memory.weights, self.config.update == "stochastic"
        assert weights is not None, "the modern network updates all pixels at once"
        pieces = without_repeats(order) if self.config.update == "with-replacement" else (order,)
        done = last = 0
        for piece in pieces:
            thresholds = None
            if stochastic:
                uniform = self._uniform[self._position : self._position + len(piece)]
                thresholds = glauber_thresholds(uniform, self.config.temperature)
            flips, last_flip = update_in_order(
                weights, self._state, self._fields, piece, self.config.zero_field, thresholds
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
        self._fields = self._memory.fields(self._state, self.config.beta)
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
        memory, beta = self._memory, self.config.beta
        compares = self._modern and len(self.patterns)
        return HopfieldSnapshot(
            step=self.step_count,
            epoch=self.epoch,
            config=self.config,
            shape=self.shape,
            patterns=self.patterns,
            labels=self.labels,
            stable=self._stable(),
            weights=memory.weights,
            target=self._target,
            start=self._start,
            state=state,
            fields=owned(self._fields),
            overlaps=owned(overlaps(memory.xi, state)),
            attention=owned(modern.attention(memory.xi, state, beta)) if compares else None,
            overlap=self._overlap(),
            energy=memory.energy(self._state, self._fields, beta),
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
        beta = self.config.beta
        return self._memory.energy(start, self._memory.fields(start, beta), beta)

    # Moving it in time ----------------------------------------------------------------------------------------------

    def fields(self) -> Sequence[Field]:
        """The stored patterns, the picture, its fields, the order of updates, and the random generator."""
        neurons = len(self._start)
        reach = 1 + SETTLED if self._modern else 1.0
        pixels, one = np.dtype(np.int8), (neurons,)
        return (
            Field("patterns", pixels, (None, neurons), lambda: self.patterns, self._put_patterns, low=-1, high=1),
            Field("labels", np.dtype(np.str_), (None,), lambda: np.array(self.labels, np.str_), self._put_labels),
            Field("target", pixels, one, self._saved_target, self._put_target, low=-1, high=1),
            Field("start", pixels, one, lambda: self._start, self._put_start, low=-1, high=1),
            attribute(self, "_state", "state", low=-reach, high=reach),
            attribute(self, "_fields", "fields"),
            attribute(self, "_anchor", "anchor", low=-reach, high=reach),
            attribute(self, "_order", "order", low=0, high=neurons - 1),
            attribute(self, "_uniform", "uniform", low=0, high=1),
            Field("counters", np.dtype(np.int64), (len(COUNTERS),), self._counters, self._put_counters, low=-1),
            generator("rng", self._rng),
        )

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer."""
        patterns, start, target = saved["patterns"], saved["start"], saved["target"]
        if len(saved["labels"]) != len(patterns):
            raise DataError(f"The saved state names {len(saved['labels'])} of {len(patterns)} patterns: {DAMAGED}.")
        if len(patterns):
            check_patterns(patterns)
        if not start.all() or (target.any() and not target.all()):
            raise DataError("The saved probe has pixels that are neither paper nor ink: the file is damaged.")
        if not self._modern and any((np.abs(saved[name]) != 1).any() for name in ("state", "anchor")):
            raise DataError("The saved picture has pixels that are neither paper nor ink: the file is damaged.")
        if self.config.update != "with-replacement" and len(set(saved["order"].tolist())) < len(start):
            raise DataError("The saved order of updates leaves pixels out: the file is damaged.")
        at = dict(zip(COUNTERS, saved["counters"].tolist(), strict=True))
        pixel = at.pop("_last_pixel")
        fits = pixel < len(start) and at["_position"] <= len(start) and at["_ended"] <= 1
        if not fits or min(at.values()) < 0 or not at["_since_anchor"] <= at["_next_anchor"] or not at["_next_anchor"]:
            raise DataError("The saved counters of the recall do not fit together: the file is damaged.")
        # Fields are carried on from flip to flip, so that their last digits differ from those worked out at once.
        worked_out = self._memory_of(patterns).fields(saved["state"], self.config.beta)
        if np.abs(saved["fields"] - worked_out).max() > FIELD_DRIFT * (1 + np.abs(worked_out).max()):
            raise DataError("The saved fields are not those of the saved picture: the file is damaged.")

    def _put_patterns(self, saved: NDArray[Any]) -> None:
        self._take_over(self._memory_of(saved))

    def _put_labels(self, saved: NDArray[Any]) -> None:
        self.labels = tuple(str(label) for label in saved)

    def _saved_target(self) -> Pattern:
        return np.zeros_like(self._start) if self._target is None else self._target

    def _put_target(self, saved: NDArray[Any]) -> None:
        self._target = owned(saved) if saved.any() else None

    def _put_start(self, saved: NDArray[Any]) -> None:
        self._start = owned(saved)

    def _counters(self) -> NDArray[np.int64]:
        return np.array([getattr(self, name) for name in COUNTERS], dtype=np.int64)

    def _put_counters(self, saved: NDArray[Any]) -> None:
        for name, number in zip(COUNTERS, saved.tolist(), strict=True):
            setattr(self, name, bool(number) if name == "_ended" else number)

    # The memory ------------------------------------------------------------------------------------------------------

    def _chosen(self, data: PatternSet) -> list[int]:
        """Indices of the patterns to store from the start."""
        if self.config.patterns in ("mnist", "random", "own"):
            return list(range(len(data.patterns)))
        return list(self.config.store or (self.config.digit,))

    def _memory_of(self, patterns: Pattern) -> AssociativeMemory:
        """The memory that holds these patterns: one of those at hand, or a new one."""
        for memory in (self._memory, self._memory_before):
            if memory is not None and np.array_equal(memory.patterns, patterns):
                return memory
        self._memory_before = AssociativeMemory.of(patterns, self.config.rule, self.config.diagonal)
        return self._memory_before

    def _take_over(self, memory: AssociativeMemory) -> None:
        if memory is not self._memory:
            self._memory, self._memory_before = memory, self._memory

    def _memorise(self, patterns: Pattern, labels: tuple[str, ...]) -> None:
        """Make these the stored patterns, and go on from the present picture."""
        self._take_over(self._memory_of(patterns))
        self.labels = labels
        self._resume()

    def _store(self, edit: StorePattern) -> None:
        pattern = stack([self._fitting(edit.pixels)])[0]
        twins = np.flatnonzero((self.patterns == pattern).all(axis=1))
        if len(twins):
            raise DataError(f"This picture is stored already, as “{self.labels[twins[0]]}”.")
        self._memorise(stack([*self.patterns, pattern]), (*self.labels, edit.label))

    def _stable(self) -> NDArray[np.bool_]:
        """Which stored patterns are fixed points; worked out once per memory."""
        memory, beta = self._memory, self.config.beta
        if self._stable_cache is None or self._stable_cache[:2] != (memory, beta):
            self._stable_cache = (memory, beta, owned(memory.stable(self.config.zero_field, beta)))
        return self._stable_cache[2]

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
        self._fields = self._memory.fields(self._state, self.config.beta)
        self._flips = 0
        self._ended = False
        self._cycle_length = 0
        self._anchor, self._since_anchor, self._next_anchor = self._state.copy(), 0, 1

    def _wanting(self) -> NDArray[np.bool_]:
        """Which pixels disagree with their fields; not for the modern network."""
        return wants_to_flip(self._fields, self._state, self.config.zero_field)

    def _overlap(self) -> float:
        if self._target is not None:
            return float(self._target @ self._state / len(self._state))
        return float(overlaps(self._memory.xi, self._state).max(initial=-1.0))

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
    def _all_at_once(self) -> bool:
        return self._modern or self.config.update == "sync"
