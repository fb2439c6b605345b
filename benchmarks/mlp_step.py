"""How fast is one training step? The digits network and a tiny one, side by side with PyTorch at its best thread count.

    python benchmarks/mlp_step.py

Both sides do the same work on the same data: batch from bytes, forward, loss and accuracy, backward, Adam. Ours runs on
one BLAS thread, as it does in the window; PyTorch (the `reference` extra) is tried with every number of threads up to
the number of cores, and its fastest is reported.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
from threadpoolctl import threadpool_limits

from models.data.pictures.mnist import ImageData
from models.digits import DigitsConfig, DigitsTrainer
from models.nn.layer import Layer, Shape
from models.supervised.mlp import MLPConfig, mlp_layers
from models.supervised.trainer import Batch, SupervisedSnapshot, SupervisedTrainer


class PlaneTrainer(SupervisedTrainer[MLPConfig, SupervisedSnapshot]):
    """Points in the plane, as in the Boundary tab: two inputs, one output."""

    def prepare(self, data: object) -> None:
        rng = np.random.default_rng(0)
        self.points = rng.normal(size=(300, 2)).astype(np.float32)
        self.targets = np.sign(self.points[:, :1] * self.points[:, 1:])

    train_count, test_count = 300, 0  # type: ignore[assignment]
    threshold = 0.0

    def layers(self) -> tuple[Sequence[Layer], Shape]:
        return mlp_layers(self.config, 1, self.rng), (2,)

    def train_batch(self, chosen: object) -> Batch:
        return self.points[chosen], self.targets[chosen]

    test_batch = train_batch

    def snapshot(self) -> SupervisedSnapshot:
        return SupervisedSnapshot(**self.snapshot_fields())


def digits_data() -> ImageData:
    """Random bytes with the shape of MNIST: the time does not depend on what is written."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(256, size=(60_000, 28, 28), dtype=np.uint8), rng.integers(10, size=60_000)
    return ImageData(
        images, labels.astype(np.uint8), images[:1], labels[:1].astype(np.uint8), tuple("0123456789"), "", ""
    )


def steps_per_second(step: Callable[[], object], seconds: float = 1.5, rounds: int = 3) -> float:
    """The best of a few rounds: what disturbs a measurement only ever makes it slower."""
    for _ in range(20):
        step()
    best = 0.0
    for _ in range(rounds):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < seconds / rounds:
            step()
            count += 1
        best = max(best, count / (time.perf_counter() - start))
    return best


def torch_step(sizes: Sequence[int], activation: str, batch: int, loss: str) -> Callable[[], object]:
    """The same step in PyTorch."""
    import torch

    layers: list[torch.nn.Module] = []
    for inputs, outputs in pairwise(sizes):
        layers += [torch.nn.Linear(inputs, outputs), {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}[activation]()]
    network = torch.nn.Sequential(*layers[:-1])
    optimizer = torch.optim.Adam(network.parameters(), 1e-3, foreach=True)
    rng = np.random.default_rng(0)
    if sizes[0] == 784:
        inputs = torch.tensor(rng.integers(256, size=(60_000, 784), dtype=np.uint8))
        targets = torch.tensor(rng.integers(10, size=60_000))
    else:
        inputs = torch.tensor(rng.normal(size=(300, sizes[0])).astype(np.float32))
        targets = torch.sign(inputs[:, :1] * inputs[:, 1:])
    order = torch.randperm(len(inputs))
    position = 0

    def step() -> tuple[float, float]:
        nonlocal position
        chosen = order[position : position + batch]
        position = (position + batch) % (len(order) - batch)
        x, t = inputs[chosen], targets[chosen]
        if x.dtype == torch.uint8:
            x = x.float() / 255
        optimizer.zero_grad()
        y = network(x)
        if loss == "cross_entropy":
            value = torch.nn.functional.cross_entropy(y, t)
            correct = (y.argmax(1) == t).float().mean()
        else:
            value = torch.nn.functional.mse_loss(y, t)
            correct = ((y > 0) == (t > 0)).float().mean()
        value.backward()
        optimizer.step()
        return value.item(), correct.item()

    return step


def main() -> None:
    """Print one line per network."""
    cases = {
        "digits 784-128-10, batch 128": (
            lambda: DigitsTrainer(DigitsConfig(epochs=100_000), digits_data()),
            ([784, 128, 10], "relu", 128, "cross_entropy"),
        ),
        "digits 784-50-10, batch 32": (
            lambda: DigitsTrainer(DigitsConfig(epochs=100_000, hidden=(50,), batch_size=32), digits_data()),
            ([784, 50, 10], "relu", 32, "cross_entropy"),
        ),
        "plane 2-8-8-1, batch 10": (
            lambda: PlaneTrainer(
                MLPConfig(hidden=(8, 8), activation=("tanh",), loss="mse", batch_size=10, epochs=100_000), None
            ),
            ([2, 8, 8, 1], "tanh", 10, "mse"),
        ),
    }
    for name, (make, reference) in cases.items():
        with threadpool_limits(1):
            ours = steps_per_second(make().step)
        line = f"{name:30} ours {ours:8,.0f} steps/s"
        try:
            import torch
        except ImportError:
            print(line + "   (PyTorch is not installed)")
            continue
        best, threads = 0.0, 0
        for count in range(1, (os.cpu_count() or 1) + 1):
            torch.set_num_threads(count)
            speed = steps_per_second(torch_step(*reference))
            if speed > best:
                best, threads = speed, count
        print(f"{line}   PyTorch {best:8,.0f} steps/s with {threads} thread(s)   ratio {ours / best:.2f}")


if __name__ == "__main__":
    main()
