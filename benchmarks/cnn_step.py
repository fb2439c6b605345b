"""One training step of a small convolutional network, side by side with PyTorch on the CPU.

conv 8@5×5 – ReLU – pool – conv 16@5×5 – ReLU – pool – dense 10, batches of 64 images of 28×28, cross-entropy, SGD or
Adam. PyTorch runs eagerly, in either memory order and with one thread or all cores; its best median counts. Ours runs
on one BLAS thread. All take turns in short rounds, so that a busy machine slows them alike.

    python -m benchmarks.cnn_step [--rounds 20] [--optimizer adam] [--json]
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable

import numpy as np
import torch
from threadpoolctl import threadpool_limits

from models.nn.activations import ReLU
from models.nn.conv import Conv2D
from models.nn.flatten import Flatten
from models.nn.initializers import he
from models.nn.linear import Linear
from models.nn.losses import CrossEntropy
from models.nn.network import Network
from models.nn.optimizers import OPTIMIZERS
from models.nn.pooling import MaxPool

STEPS_PER_ROUND = 15
WARM_UP = 3  # first steps of a round, in which caches and thread pools settle, are left out

Step = Callable[[], None]


def numpy_step(images: np.ndarray, labels: np.ndarray, optimizer_name: str) -> Step:
    # ReLU behind the pool gives the same numbers as before it (both are monotone) and has a quarter of the work.
    layers = [Conv2D(8, 5), MaxPool(2), ReLU(), Conv2D(16, 5), MaxPool(2), ReLU(), Flatten(), Linear(10, he())]
    network = Network(layers, (28, 28, 1), rng=np.random.default_rng(0))
    optimizer = OPTIMIZERS[optimizer_name](network.parameters.size)
    loss, targets = CrossEntropy(), np.eye(10, dtype=np.float32)[labels]

    def step() -> None:
        _, gradient = loss(network.forward(images, training=True), targets)
        network.backward(gradient)
        optimizer.update(network.parameters, network.gradients, 0.001)

    return step


def torch_step(images: np.ndarray, labels: np.ndarray, optimizer_name: str, channels_last: bool) -> Step:
    nn = torch.nn
    network = nn.Sequential(
        nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(256, 10),
    )  # fmt: skip
    x, y = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(labels)
    if channels_last:
        network, x = network.to(memory_format=torch.channels_last), x.contiguous(memory_format=torch.channels_last)
    kind = torch.optim.SGD if optimizer_name == "sgd" else torch.optim.Adam
    optimizer = kind(network.parameters(), lr=0.001)

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(network(x), y).backward()
        optimizer.step()

    return step


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--optimizer", choices=("sgd", "adam"), default="adam")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    rng = np.random.default_rng(0)
    images = rng.random((64, 28, 28, 1), dtype=np.float32)
    labels = rng.integers(0, 10, 64)
    torch.manual_seed(0)
    ours = numpy_step(images, labels, options.optimizer)
    theirs = {last: torch_step(images, labels, options.optimizer, last) for last in (False, True)}
    cores = os.cpu_count() or 1
    seconds: dict[str, list[float]] = {}

    def measure(name: str, step: Step) -> None:
        for i in range(STEPS_PER_ROUND):
            start = time.perf_counter()
            step()
            if i >= WARM_UP:
                seconds.setdefault(name, []).append(time.perf_counter() - start)

    for _ in range(options.rounds):
        with threadpool_limits(1):
            measure("numpy", ours)
        for threads in sorted({1, cores}):
            torch.set_num_threads(threads)
            for last, step in theirs.items():
                measure(f"torch, {threads} threads{', channels last' if last else ''}", step)

    medians = {name: 1000 * float(np.median(times)) for name, times in seconds.items()}
    best = min((name for name in medians if name != "numpy"), key=medians.__getitem__)
    ratio = medians["numpy"] / medians[best]
    if options.json:
        print(json.dumps({"milliseconds": medians, "torch_best": best, "ratio": ratio}))
        return
    for name, milliseconds in medians.items():
        print(f"{name:32s} {milliseconds:6.2f} ms a step (median)")
    print(f"numpy takes {ratio:.2f} × the time of {best}")


if __name__ == "__main__":
    main()
