"""How fast does the Boundary tab learn without its window? The 2–4–2–1 tanh net, ten points per step.

    python benchmarks/boundary_step.py

Reported: bare steps of the trainer, the same steps driven by the run engine (metrics history, evaluations, checkpoints
included), and what a frame needs: a snapshot, the maps of all neurons, the decision regions.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from threadpoolctl import threadpool_limits

from models.boundary.config import BoundaryConfig
from models.boundary.data import load_points
from models.boundary.maps import decision_grid, neuron_maps
from models.boundary.trainer import BoundaryTrainer
from playground.engine.run import Run

CONFIG = BoundaryConfig(
    dataset="circles", hidden=(4, 2), activation=("tanh",), loss="mse", batch_size=10, epochs=100_000
)


def per_second(work: Callable[[], object], seconds: float = 1.5, rounds: int = 3) -> float:
    """The best of a few rounds: what disturbs a measurement only ever makes it slower."""
    for _ in range(20):
        work()
    best = 0.0
    for _ in range(rounds):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds / rounds:
            work()
            count += 1
        best = max(best, count / (time.perf_counter() - start))
    return best


def engine_speed(config: BoundaryConfig, seconds: float = 1.5) -> float:
    """Steps per second in the slices of 8 ms that the window's worker uses."""
    run = Run(BoundaryTrainer(config, load_points(config)))
    run.play()
    start = time.perf_counter()
    while time.perf_counter() - start < seconds:
        run.work(0.008)
    return run.position / (time.perf_counter() - start)


def main() -> None:
    """Print one line per measurement."""
    with threadpool_limits(1):
        for optimizer in ("sgd", "momentum", "adam"):
            config = BoundaryConfig(**(CONFIG.model_dump() | {"optimizer": optimizer}))
            trainer = BoundaryTrainer(config, load_points(config))
            bare, driven = per_second(trainer.step), max(engine_speed(config) for _ in range(2))
            print(
                f"2-4-2-1 tanh, batch 10, {optimizer:9} {bare:8,.0f} steps/s {driven:8,.0f} steps/s in the run engine"
            )
        for hidden in ((4, 2), (8, 8), (32,) * 6):
            config = BoundaryConfig(**(CONFIG.model_dump() | {"hidden": hidden}))
            trainer = BoundaryTrainer(config, load_points(config))
            seen = trainer.snapshot()
            print(
                f"{'-'.join(map(str, hidden)):18} snapshot {1e6 / per_second(trainer.snapshot):6.0f} µs   "
                f"neuron maps 40×40 {1e3 / per_second(lambda seen=seen: neuron_maps(seen)):6.2f} ms   "
                f"decision grid 100×100 {1e3 / per_second(lambda seen=seen: decision_grid(seen)):6.2f} ms"
            )


if __name__ == "__main__":
    main()
