"""One training step of a small convolutional network, side by side with PyTorch on the CPU.

The network is that of a preset of the CNN (`--preset`; the default one: conv 8@5×5 – pool – conv 16@5×5 – pool –
dense 10), the batches are noise of the right shape, 64 pictures of 28×28; cross-entropy, SGD or Adam. Ours runs on one
BLAS thread, in each of the given numbers of shards, on as many threads as there are cores. PyTorch runs eagerly, in
either memory order, with one thread and with two; its best median counts. All take turns in short rounds, so that a
busy machine slows them alike; the processor time that each used is told too, since that is less of a gamble there.

    python -m benchmarks.cnn_step [--preset digits] [--rounds 20] [--shards 1 2 4] [--optimizer adam] [--json]
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

from models.cnn.config import CnnConfig
from models.cnn.line import parse_layers
from models.cnn.model import PRESETS
from models.nn.learner import Learner
from models.nn.losses import CrossEntropy
from models.nn.network import Network
from models.nn.optimizers import OPTIMIZERS

BATCH = 64
STEPS_PER_ROUND = 10
WARM_UP = 3  # first steps of a round, in which caches and thread pools settle, are left out

Step = Callable[[], None]


def numpy_step(config: CnnConfig, images: np.ndarray, labels: np.ndarray, optimizer: str, shards: int) -> Step:
    layers = config.architecture(np.random.default_rng(0)).layers
    network = Network(layers, config.input_shape, rng=np.random.default_rng(0))
    learner = Learner(network, CrossEntropy(), OPTIMIZERS[optimizer](network.parameters.size), shards=shards)
    targets = np.eye(len(config.class_names), dtype=np.float32)[labels]
    done = 0

    def step() -> None:
        nonlocal done
        learner.update([(images, targets)], len(images), 0.001, step=done)
        done += 1

    return step


def torch_step(
    config: CnnConfig, images: np.ndarray, labels: np.ndarray, optimizer_name: str, channels_last: bool
) -> Step:
    nn = torch.nn
    layers: list[torch.nn.Module] = []
    flat = False
    for spec in parse_layers(config.layers):
        if spec.kind == "conv":
            layers += [nn.LazyConv2d(spec.filters, spec.kernel, spec.stride, spec.padding), nn.ReLU()]
        elif spec.kind == "max_pool":
            layers.append(nn.MaxPool2d(spec.size))
        elif spec.kind == "dense":
            layers += [*([] if flat else [nn.Flatten()]), nn.LazyLinear(spec.units), nn.ReLU()]
            flat = True
        else:
            raise SystemExit(f"This benchmark does not know “{spec}”: choose a preset of conv, pool and dense.")
    layers += [*([] if flat else [nn.Flatten()]), nn.LazyLinear(len(config.class_names))]
    network = nn.Sequential(*layers)
    x, y = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()), torch.from_numpy(labels)
    network(x)  # works out the sizes that were left open
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
    parser.add_argument("--preset", choices=[name for name in PRESETS if "original" not in name], default="digits")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--shards", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--optimizer", choices=("sgd", "adam"), default="adam")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()

    config = PRESETS[options.preset].config
    rng = np.random.default_rng(0)
    images = rng.random((BATCH, *config.input_shape), dtype=np.float32)
    labels = rng.integers(0, len(config.class_names), BATCH)
    torch.manual_seed(0)
    ours = {
        f"numpy, {shards} shard{'' if shards == 1 else 's'}": numpy_step(
            config, images, labels, options.optimizer, shards
        )
        for shards in options.shards
    }
    theirs = {last: torch_step(config, images, labels, options.optimizer, channels_last=last) for last in (False, True)}
    seconds: dict[str, list[float]] = {}
    processor: dict[str, list[float]] = {}

    def measure(name: str, step: Step) -> None:
        for i in range(STEPS_PER_ROUND):
            start, start_processor = time.perf_counter(), time.process_time()
            step()
            if i >= WARM_UP:
                seconds.setdefault(name, []).append(time.perf_counter() - start)
                processor.setdefault(name, []).append(time.process_time() - start_processor)

    for _ in range(options.rounds):
        with threadpool_limits(1):
            for name, step in ours.items():
                measure(name, step)
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for last, step in theirs.items():
                measure(f"torch, {threads} threads{', channels last' if last else ''}", step)

    medians = {name: 1000 * float(np.median(times)) for name, times in seconds.items()}
    used = {name: 1000 * float(np.median(times)) for name, times in processor.items()}
    best = min((name for name in medians if name not in ours), key=medians.__getitem__)
    ratios = {name: medians[name] / medians[best] for name in ours}
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    if options.json:
        values = {"milliseconds": medians, "processor_milliseconds": used, "torch_best": best, "ratios": ratios}
        print(json.dumps(values | {"load": load}))
        return
    for name, milliseconds in medians.items():
        print(f"{name:32s} {milliseconds:7.2f} ms a step, {used[name]:7.2f} ms of processor time (medians)")
    for name, ratio in ratios.items():
        print(f"{name} takes {ratio:.2f} × the time of {best} (load of the machine: {load:.1f})")


if __name__ == "__main__":
    main()
