"""Speed of asynchronous recall on 28×28 patterns (784 neurons), beside the `hopfieldnetwork` package.

Run: python -m benchmarks.hopfield  (or python benchmarks/hopfield.py). The comparison needs `pip install
hopfieldnetwork`; without it only our own times are printed. Exit code 1 when a target is missed.

Timed is what both have to do for a new probe: take it over, then one sweep in which each neuron is updated once in
random order; and the recall until nothing changes. Both store the same patterns with the same weights.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

from models.data.pictures.patterns import digits, random_patterns
from models.hopfield.corruption import flip
from models.hopfield.energy import hebb_fields, wants_to_flip
from models.hopfield.recall import update_in_order
from models.hopfield.storage import store

NEURONS, REPEATS = 784, 30
TARGET_MS, TARGET_RATIO = 2.0, 10.0


def load_package() -> Any | None:
    """The package's network module, loaded alone: the package itself also imports plotting libraries."""
    found = importlib.util.find_spec("hopfieldnetwork")
    if found is None or not found.submodule_search_locations:
        return None
    spec = importlib.util.spec_from_file_location(
        "hopfieldnetwork_network", Path(found.submodule_search_locations[0]) / "libary.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def milliseconds(works: list[Callable[[Any], object]], probes: list[Any]) -> list[float]:
    """Median time of each work over the probes; they take turns by tens, so that a busy machine slows all alike."""
    times: list[list[float]] = [[] for _ in works]
    for first in range(0, len(probes), 10):
        for work, spent in zip(works, times, strict=True):
            work(probes[first])  # warm up
            for probe in probes[first : first + 10]:
                start = perf_counter()
                work(probe)
                spent.append(perf_counter() - start)
    return [1e3 * float(np.median(spent)) for spent in times]


def main() -> int:
    rng = np.random.default_rng(0)
    package = load_package()
    missed = False
    print(f"{NEURONS} neurons, one BLAS thread, median of {REPEATS} probes, milliseconds\n")
    print(f"{'patterns':>16} {'flipped':>8} {'task':>12} {'ours':>8} {'package':>8} {'ratio':>7}")
    for name, patterns in (
        ("10 random", random_patterns(10, NEURONS, rng)),
        ("digit 3 alone", digits(28).patterns[3:4]),
    ):
        weights, xi = store(patterns), patterns.astype(np.float64)

        def sweep(probe: Any, weights: Any = weights, xi: Any = xi) -> Any:
            state = probe.astype(np.float64)
            fields = hebb_fields(xi, state)
            update_in_order(weights, state, fields, rng.permutation(NEURONS))
            return state, fields

        def whole(probe: Any, weights: Any = weights) -> Any:
            state, fields = sweep(probe, weights)
            while wants_to_flip(fields, state).any():
                update_in_order(weights, state, fields, rng.permutation(NEURONS))
            return state

        other = None
        if package is not None:
            other = package.HopfieldNetwork(NEURONS)
            other.train_pattern(np.ascontiguousarray(patterns.T))
            assert np.allclose(other.w, weights), "both networks must have the same weights"

        def package_sweep(probe: Any, other: Any = other, run_max: bool = False) -> Any:
            other.set_initial_neurons_state(probe.copy())
            other.update_neurons(1, "async", run_max=run_max)
            return other.S

        def package_whole(probe: Any, other: Any = other) -> Any:
            return package_sweep(probe, other, run_max=True)

        for rate in (0.1, 0.25, 0.45):
            probes = [flip(patterns[0], rate, rng) for _ in range(REPEATS)]
            for task, ours, theirs in (("one sweep", sweep, package_sweep), ("whole recall", whole, package_whole)):
                mine, *rest = milliseconds([ours, theirs] if other is not None else [ours], probes)
                line = f"{name:>16} {rate:8.0%} {task:>12} {mine:8.3f}"
                missed |= task == "one sweep" and mine > TARGET_MS
                for their in rest:
                    line += f" {their:8.3f} {their / mine:6.1f}×"
                    missed |= rate == 0.25 and their / mine < TARGET_RATIO
                print(line)
    if package is None:
        print("\nThe hopfieldnetwork package is not installed, so there is no comparison: pip install hopfieldnetwork")
    print(f"\nTargets: a sweep in at most {TARGET_MS} ms; {TARGET_RATIO:.0f}× the package at 25 % flipped pixels.")
    print("MISSED" if missed else "met")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
