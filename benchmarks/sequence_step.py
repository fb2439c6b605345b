"""How fast is one training step of a recurrent network? Side by side with PyTorch, its better of one and two threads.

    python benchmarks/sequence_step.py

Both sides do the same work on the same numbers: forward, cross-entropy, back through time, clipping, Adam (hello: plain
gradient descent, one sequence of four letters). Letters are looked up on our side and one-hot vectors on PyTorch's, as
each does it best: an embedding of the size of the gates' sums would be what we do. Ours runs on one BLAS thread, as it
does in the window. The rounds of all sides take turns, so that what else the machine does disturbs all of them alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from models.data.text.letters import Text
from models.sequence.config import SequenceConfig
from models.sequence.model import HELLO
from models.sequence.trainer import SequenceTrainer

ROUNDS = 12
SECONDS = 0.25
"""Of one round."""

Step = Callable[[], object]


def ours(config: SequenceConfig, letters: int) -> Step:
    """A trainer's step, on a text of chance letters or on a word."""
    if config.text == "hello" and letters == 4:
        return SequenceTrainer(config, Text("hello", holds_out=False)).step
    alphabet = [chr(0x4E00 + index) for index in range(letters)]
    text = Text("".join(np.random.default_rng(0).choice(alphabet, 60_000)))
    return SequenceTrainer(config, text).step


def theirs(config: SequenceConfig, letters: int) -> Step:
    """The same in PyTorch."""
    import torch

    rows, moments = (1, 4) if letters == 4 else (config.batch_size, config.window)
    kind = {"rnn": torch.nn.RNN, "gru": torch.nn.GRU, "lstm": torch.nn.LSTM}[config.cell]
    cell, out = kind(letters, config.units, batch_first=True), torch.nn.Linear(config.units, letters)
    parameters = [*cell.parameters(), *out.parameters()]
    if config.optimizer == "adam":
        optimizer: torch.optim.Optimizer = torch.optim.Adam(parameters, 1e-3, foreach=True)
    else:
        optimizer = torch.optim.SGD(parameters, 1e-3, foreach=True)
    codes = np.random.default_rng(0).integers(letters, size=(rows, moments + 1))
    x = torch.nn.functional.one_hot(torch.tensor(codes[:, :-1]), letters).float()
    targets = torch.tensor(codes[:, 1:].reshape(-1))
    state = None

    def step() -> float:
        nonlocal state
        optimizer.zero_grad()
        h, end = cell(x, state)
        if letters != 4:
            state = end.detach() if config.cell != "lstm" else tuple(part.detach() for part in end)
        y = out(h).reshape(-1, letters)
        loss = torch.nn.functional.cross_entropy(y, targets)
        right = (y.argmax(1) == targets).float().mean()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        right.item()
        return loss.item()

    return step


def one_round(step: Step) -> float:
    """Seconds of the quickest step in a round: what disturbs a step only ever makes it slower."""
    best, end = float("inf"), time.perf_counter() + SECONDS
    while (start := time.perf_counter()) < end:
        step()
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print one line per network."""
    cases = {
        "hello RNN-120, 1 × 4": (HELLO.model_copy(update={"updates": 10**6}), 4),
        "GRU-64, 32 × 32, 28 letters": (SequenceConfig(cell="gru", units=64, updates=10**6), 28),
        "LSTM-64, 32 × 32, 28 letters": (SequenceConfig(cell="lstm", units=64, updates=10**6), 28),
        "LSTM-128, 32 × 32, 28 letters": (SequenceConfig(cell="lstm", units=128, updates=10**6), 28),
        "LSTM-128, 32 × 32, 90 letters": (SequenceConfig(cell="lstm", units=128, updates=10**6), 90),
    }
    for name, (config, letters) in cases.items():
        with threadpool_limits(1):
            step = ours(config, letters)
            one_round(step)
        best = {"ours": np.inf}
        try:
            import torch
        except ImportError:
            torch = None  # type: ignore[assignment]
        other = None if torch is None else theirs(config, letters)
        for _ in range(ROUNDS):
            with threadpool_limits(1, user_api="blas"):
                best["ours"] = min(best["ours"], one_round(step))
            for threads in (1, 2) if torch is not None and other is not None else ():
                torch.set_num_threads(threads)
                best[f"{threads}"] = min(best.get(f"{threads}", np.inf), one_round(other))
        line = f"{name:32} ours {1e3 * best['ours']:7.2f} ms"
        if other is None:
            print(line + "   (PyTorch is not installed)")
            continue
        least = min(best["1"], best["2"])
        print(
            f"{line}   PyTorch {1e3 * best['1']:7.2f} ms with 1 thread, {1e3 * best['2']:7.2f} with 2"
            f"   ratio {best['ours'] / least:.2f}"
        )


if __name__ == "__main__":
    main()
