"""How many patterns fit? Store more and more random ones and see how often a damaged one still comes back.

Theory for Hebb's rule and large N: recall breaks down at once at 0.138 N patterns (Amit, Gutfreund & Sompolinsky 1985,
PRL 55:1530). The pseudo-inverse goes further, towards N; the modern network far beyond.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np

from models.base import ConfigError
from models.data.pictures.patterns import random_patterns
from models.hopfield import modern
from models.hopfield.corruption import flip
from models.hopfield.energy import Array, wants_to_flip
from models.hopfield.recall import update_in_order
from models.hopfield.storage import store

CRITICAL_LOAD = 0.138
"""Patterns per neuron at which recall by Hebb's rule collapses."""

RECALLED = 0.95
"""Overlap with the pattern from which on it counts as recalled: at the critical load a few pixels are always wrong."""

MAX_SWEEPS = 50

SMALLEST = 16
"""Neurons from which the experiment makes sense: random patterns in fewer are often alike."""


@dataclass(frozen=True)
class CapacityPoint:
    """Result so far for one rule and number of stored patterns; a later point for the same pair replaces it.

    Attributes:
        rule: "hebb", "storkey", "pseudo-inverse" or "modern".
        stored: number of stored random patterns.
        recalled: probes that came back.
        trials: probes tried so far.
        progress: share of the whole experiment done, 0 … 1.
    """

    rule: str
    stored: int
    recalled: int
    trials: int
    progress: float

    @property
    def rate(self) -> float:
        """Share of the probes that came back, 0 … 1."""
        return self.recalled / self.trials


def default_counts(neurons: int, points: int = 12) -> tuple[int, ...]:
    """Numbers of stored patterns from 1 to 0.6 N, closer together around 0.138 N."""
    loads = np.concatenate([np.linspace(0.02, 0.25, points - points // 3), np.linspace(0.3, 0.6, points // 3)])
    return tuple(sorted({max(1, round(float(load) * neurons)) for load in loads}))


def capacity_experiment(
    neurons: int = 100,
    rules: tuple[str, ...] = ("hebb", "pseudo-inverse", "modern"),
    counts: tuple[int, ...] | None = None,
    *,
    corruption_rate: float = 0.1,
    trials: int = 20,
    diagonal: str = "zero",
    beta: float = 0.25,
    seed: int = 0,
) -> Generator[CapacityPoint, None, None]:
    """Measure recall rates, yielding after every probe so that the window can draw, or stop, at any time.

    Each trial draws its own patterns, damages the first one and recalls it by asynchronous sweeps. All rules meet the
    same patterns, damages and orders, which depend only on the seed, the count and the trial's number.

    Raises ConfigError when there is nothing to measure.
    """
    counts = default_counts(neurons) if counts is None else counts
    if neurons < SMALLEST or trials < 1 or not rules or not counts or min(counts) < 1:
        raise ConfigError(
            f"The capacity experiment needs at least {SMALLEST} neurons, a rule, a trial, and counts from 1 on."
        )
    total, done = len(counts) * trials * len(rules), 0
    for stored in counts:
        recalled = dict.fromkeys(rules, 0)
        for trial in range(trials):
            for rule in rules:
                rng = np.random.default_rng([seed, stored, trial])
                patterns = random_patterns(stored, neurons, rng)
                probe = flip(patterns[0], corruption_rate, rng).astype(np.float64)
                if rule == "modern":
                    state = recall_modern(patterns.astype(np.float64), probe, beta)
                else:
                    state = recall_sweeps(store(patterns, rule, diagonal), probe, rng)
                recalled[rule] += float(patterns[0] @ np.sign(state)) / neurons >= RECALLED
                done += 1
                yield CapacityPoint(rule, stored, recalled[rule], trial + 1, done / total)


def recall_sweeps(weights: Array, probe: Array, rng: np.random.Generator, max_sweeps: int = MAX_SWEEPS) -> Array:
    """The state (N,) in which asynchronous sweeps over random permutations end; `probe` is left as it is."""
    state = probe.copy()
    fields = weights @ state
    for _ in range(max_sweeps):
        if not wants_to_flip(fields, state).any():
            break
        update_in_order(weights, state, fields, rng.permutation(len(state)))
    return state


def recall_modern(patterns: Array, probe: Array, beta: float, max_updates: int = MAX_SWEEPS) -> Array:
    """The state (N,) in which softmax updates end; `probe` is left as it is."""
    state = probe
    for _ in range(max_updates):
        following = modern.update(patterns, state, beta)
        if np.abs(following - state).max() < 1e-6:
            return following
        state = following
    return state
