"""A learner is a network with what it is to make small and the rule by which it moves: shown a batch, it takes one step
downhill.

A trainer may have several: two networks on the same batches, or two that train against each other. Each keeps its own
account of what changes (`fields`), and each refuses a step that would wreck it.
"""

from __future__ import annotations

import copy
import os
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import pairwise
from math import isfinite, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.errors import ConfigError, DataError, TrainingError
from models.nn.layer import Array
from models.nn.losses import Loss
from models.nn.network import Network
from models.nn.optimizers import Optimizer, add_decay
from models.state import Field, generator, in_place, put, take

Batch = tuple[Array, Array]
"""Inputs (N, …) and targets (N, K) or (N, T, K), one-hot for classes."""

WeightedBatch = tuple[Array, Array, Array]
"""The same, and how much each row of the targets counts: (N,) or (N, T)."""

Measure = Callable[[Array, Array, Array | None], float]
"""(outputs, targets, weights or None) → a number that is averaged over the batch, such as the accuracy."""

EXPLODED_LOSS = 1e6
"""A loss so many times its first value (or 1, if that is more) has exploded even though it is still a number."""

EXPLODED_GRADIENT = 1e10
"""A gradient longer than this has exploded even though it is still a number."""


class Learner:
    """Gradient descent on one network.

    Heavy batches can be worked out in *shards*: the batch is cut into so many parts, each goes through a copy of the
    network with a memory of its own, several at the same time where there are cores, and the gradients are added up in
    the order of the parts. So the bits depend on the number of shards, and not on the number of threads.

    Args:
        network: what learns.
        loss: what it makes small.
        optimizer: how it moves; made for as many parameters as the network has.
        prefix: put before the names of its fields, such as "generator.", where a trainer has several learners.
        shards: parts of a batch; a batch with fewer examples has fewer.

    Attributes:
        first_loss: () the loss of the first update, by which later ones are judged.
        threads: parts that are worked out at the same time, at the most; None for as many as there are cores.
        clip: what is done to the gradient in place before the step (`models.nn.clipping`), if anything.
        gradient_length: of the latest gradient, weight decay included, before it was clipped.

    Raises ConfigError for shards where a layer compares the examples of a batch with one another.
    """

    def __init__(
        self, network: Network, loss: Loss, optimizer: Optimizer, *, prefix: str = "", shards: int = 1
    ) -> None:
        self.network = network
        self.loss = loss
        self.optimizer = optimizer
        self.prefix = prefix
        self.shards = shards
        self.threads: int | None = None
        self.clip: Callable[[Array], None] | None = None
        self.gradient_length = 0.0
        self.first_loss = np.zeros(())
        self._buffers = network.buffers()
        self._scratch = np.empty_like(network.parameters)
        self._inputs: Array | None = None  # the latest, to find out why a step went wrong
        self._copies: list[tuple[Network, Loss]] = [(network, loss)]
        self._pool: ThreadPoolExecutor | None = None
        self._pool_size = 0
        self._end_pool: Callable[[], object] | None = None
        if shards > 1:
            for layer in network.every_layer():
                if layer.compares_examples:
                    raise ConfigError(
                        f"A batch cannot be worked out in {shards} shards here, because {type(layer).__name__} "
                        "compares the examples of a batch with one another: choose 1 shard, or leave that layer out."
                    )

    # One step -------------------------------------------------------------------------------------------------------

    def update(
        self,
        batches: Iterable[Batch | WeightedBatch],
        count: int,
        learning_rate: float,
        *,
        step: int,
        l1: float = 0.0,
        l2: float = 0.0,
        rng: np.random.Generator | None = None,
        measure: Measure | None = None,
    ) -> tuple[float, float]:
        """One step downhill: gradient of the loss, weight decay, optimizer. Returns the loss and what `measure` says.

        Args:
            batches: the batch, in parts where it is large: their gradients are added up. They are asked for one by one,
                so that only one has to be in memory.
            count: examples in all parts together.
            learning_rate: size of this step, η.
            step: updates done before this one.
            l1, l2: weight decay, see `add_decay`.
            rng: where making the batch or passing it through the network draws from, if anything does.
            measure: see `Measure`; without one the second number is 0.

        Raises TrainingError when loss or gradient is not a number or has exploded; then network, optimizer and
        generator are as they were before.
        """
        luck = rng.bit_generator.state if rng is not None else None
        buffers = {name: array.copy() for name, array in self._buffers.items()}
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # what goes wrong is found by the check in _descend
                loss, score = self._differentiate(batches, count, measure)
                self._descend(loss, learning_rate, step, l1, l2)
        except BaseException:  # Ctrl+C too
            if rng is not None and luck is not None:
                rng.bit_generator.state = luck
            for name, array in buffers.items():
                self._buffers[name][...] = array
            raise
        return loss, score

    def differentiate(
        self, batches: Iterable[Batch | WeightedBatch], count: int, measure: Measure | None = None
    ) -> tuple[float, float]:
        """The first half of `update`: loss and measure of a batch; the gradient is left in `network.gradients`."""
        with np.errstate(over="ignore", invalid="ignore"):
            return self._differentiate(batches, count, measure)

    def descend(self, loss: float, learning_rate: float, *, step: int, l1: float = 0.0, l2: float = 0.0) -> None:
        """The second half of `update`: weight decay, check, and one step along `network.gradients`.

        The gradients may come from elsewhere: from another network that this one's output went into. Then several
        things have changed before the check fails: see `undone_on_failure`.
        """
        with np.errstate(over="ignore", invalid="ignore"):
            self._descend(loss, learning_rate, step, l1, l2)

    def _differentiate(
        self, batches: Iterable[Batch | WeightedBatch], count: int, measure: Measure | None
    ) -> tuple[float, float]:
        gradients = self.network.gradients
        loss = score = covered = 0.0
        total: Array | None = None
        for batch in batches:
            inputs = self._inputs = batch[0]
            targets, weights = batch[1], batch[2] if len(batch) == 3 else None
            examples = len(inputs)
            if self.shards > 1 and examples > 1:
                part_loss, part_score = self._in_shards(inputs, targets, weights, measure)
            else:
                part_loss, part_score = _pass(self.network, self.loss, inputs, targets, weights, measure)
            if examples == count:
                return part_loss, part_score  # the only part
            share = _size(inputs, weights) / count
            loss += share * part_loss
            score += share * part_score
            covered += share if weights is not None else 0.0
            total = np.zeros_like(gradients) if total is None else total
            total += gradients if self.loss.summed else share * gradients
        gradients[...] = 0.0 if total is None else total
        if covered:  # the shares of weighted parts are known for good only now
            loss, score = loss / covered, score / covered
            gradients *= 1.0 if self.loss.summed else 1.0 / covered
        return loss, score

    def _descend(self, loss: float, learning_rate: float, step: int, l1: float, l2: float) -> None:
        network = self.network
        gradients = network.gradients
        if l1 or l2:
            add_decay(gradients, network.parameters, network.decayed, l1, l2, self._scratch)
        squared_length = float(gradients @ gradients)
        largest = EXPLODED_LOSS * max(1.0, float(self.first_loss)) if step else float(np.finfo(np.float32).max)
        if not (loss <= largest and squared_length <= EXPLODED_GRADIENT**2):  # also when one is NaN
            raise TrainingError(self._diverged(loss, squared_length, learning_rate, step, l2))
        if step == 0:
            self.first_loss[...] = loss
        self.gradient_length = sqrt(squared_length)
        if self.clip is not None:
            self.clip(gradients)
        self.optimizer.update(network.parameters, gradients, learning_rate)

    def _diverged(self, loss: float, squared_length: float, rate: float, step: int, l2: float) -> str:
        """What went wrong, and what to do about it."""
        if self._inputs is not None and not np.isfinite(self._inputs).all():
            return "The data hold values that are not numbers: remove them or fill them in, then reset."
        if isfinite(loss):
            what = f"the loss is {loss:.3g} and the gradient has a length of {sqrt(squared_length):.3g}"
        else:
            what = "the loss is no longer a finite number"
        who = f" of the {self.prefix.strip('. ')}" if self.prefix else ""
        if rate * l2 >= 1.0:
            return (
                f"Training{who} diverged at step {step + 1}: {what}. The L2 decay of {l2:g} is too strong "
                f"for a step size of {rate:.3g}: make one of them smaller and go back to an earlier step."
            )
        return (
            f"Training{who} diverged at step {step + 1}: {what}. The step size of {rate:.3g} is too large here: "
            "go back to an earlier step and go on with a smaller one."
        )

    # In several parts at the same time ------------------------------------------------------------------------------

    def _in_shards(
        self, inputs: Array, targets: Array, weights: Array | None, measure: Measure | None
    ) -> tuple[float, float]:
        """As `_pass`, but in parts, each by its own copy of the network."""
        whole = self.network
        count = min(self.shards, len(inputs))
        ends = [len(inputs) * index // count for index in range(count + 1)]
        while len(self._copies) < count:  # made when first needed: a run that is only looked at has none
            self._copies.append((whole.replica(), copy.deepcopy(self.loss)))
        whole.draw_ahead(inputs)
        tasks: list[_Task] = []
        for (network, loss), (start, end) in zip(self._copies, pairwise(ends), strict=False):
            rows = slice(start, end)
            network.follow(whole, rows)
            tasks.append(
                (network, loss, inputs[rows], targets[rows], None if weights is None else weights[rows], measure)
            )
        try:
            found = self._carry_out(tasks)
        except BaseException:
            for network, _ in self._copies:
                network.follow_nobody()  # what was drawn for this batch must not meet the next one
            raise
        sizes = [_size(task[2], task[4]) for task in tasks]
        shares = [size / (sum(sizes) or 1.0) for size in sizes]
        gradients = whole.gradients
        if not self.loss.summed:
            gradients *= shares[0]
        for (network, _), share in zip(self._copies[1:count], shares[1:], strict=True):
            if self.loss.summed:
                gradients += network.gradients
            else:
                gradients += np.multiply(network.gradients, share, out=self._scratch)
        return (
            sum(share * loss for share, (loss, _) in zip(shares, found, strict=True)),
            sum(share * score for share, (_, score) in zip(shares, found, strict=True)),
        )

    def _carry_out(self, tasks: Sequence[_Task]) -> list[tuple[float, float]]:
        """`_pass` for each task, by as many threads as are allowed; this one takes part."""
        threads = min(len(tasks), self.threads or _cores())
        if threads <= 1:
            return [_pass(*task) for task in tasks]
        pool = self._threads(threads - 1)
        others = [pool.submit(_quietly, *task) for task in tasks[1:]]
        mine: dict[Future[tuple[float, float]], tuple[float, float]] = {}
        try:
            first = _pass(*tasks[0])
            for task, future in zip(tasks[:0:-1], others[::-1], strict=True):  # the pool begins at the other end
                if future.cancel():
                    mine[future] = _pass(*task)
        finally:
            wait(others)  # not even a failure leaves somebody at work on the gradients
        return [first, *(mine[future] if future in mine else future.result() for future in others)]

    def _threads(self, count: int) -> ThreadPoolExecutor:
        """The learner's own threads besides the one that calls; they end with it, or with `close`."""
        pool = self._pool
        if pool is None or self._pool_size != count:
            self.close()
            pool = self._pool = ThreadPoolExecutor(count, thread_name_prefix="shards")
            self._pool_size = count
            self._end_pool = weakref.finalize(self, pool.shutdown, wait=False)
        return pool

    def close(self) -> None:
        """End its threads; they begin anew when they are needed again."""
        if self._pool is not None and self._end_pool is not None:
            self._pool.shutdown()
            self._end_pool()
            self._pool = self._end_pool = None

    # Moving it in time ----------------------------------------------------------------------------------------------

    def fields(self) -> list[Field]:
        """Parameters, first loss, buffers and what the optimizer remembers."""
        prefix = self.prefix
        return [
            in_place(f"{prefix}parameters", self.network.parameters),
            in_place(f"{prefix}first_loss", self.first_loss),
            *(in_place(f"{prefix}buffer.{name}", array) for name, array in self._buffers.items()),
            *(in_place(f"{prefix}optimizer.{name}", array) for name, array in self.optimizer.state.items()),
        ]

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """Raise DataError where saved fields cannot be those of a learner."""
        for name in (field.name for field in self.fields()):
            if name.endswith(("running_variance", "mean_square")) and (saved[name] < 0).any():
                raise DataError(f"The saved {name} are means of squares, but some are negative: the file is damaged.")
            if name.endswith("remainder") and ((saved[name] < 0) | (saved[name] > 1)).any():
                raise DataError(f"The saved {name} are shares from 0 to 1, but some are not: the file is damaged.")


@contextmanager
def undone_on_failure(learners: Iterable[Learner], rng: np.random.Generator | None = None) -> Iterator[None]:
    """A step of several learners: what raises an exception inside leaves all of them, and `rng`, as they were.

    It copies everything that they have at every step; a step of one learner (`Learner.update`) needs none of it.
    """
    fields = [field for learner in learners for field in learner.fields()]
    if rng is not None:
        fields.append(generator("generator", rng))
    before = take(fields)
    try:
        yield
    except BaseException:  # Ctrl+C too
        put(fields, before)
        raise


_Task = tuple[Network, Loss, Array, Array, Array | None, Measure | None]


def _pass(
    network: Network, loss: Loss, inputs: Array, targets: Array, weights: Array | None, measure: Measure | None
) -> tuple[float, float]:
    """Forwards and backwards: the loss and the measure; the gradient is left in the network."""
    outputs = network.forward(inputs, training=True)
    value, gradient = loss(outputs, targets, weights)
    network.backward(gradient)
    return value, measure(outputs, targets, weights) if measure is not None else 0.0


def _quietly(*task: Any) -> tuple[float, float]:
    """`_pass` on another thread, where what NumPy warns of has to be switched off anew."""
    with np.errstate(over="ignore", invalid="ignore"):
        return _pass(*task)


def _size(inputs: Array, weights: Array | None) -> float:
    """How much a part of a batch counts: its examples, or the sum of its weights."""
    return len(inputs) if weights is None else float(weights.sum())


def _cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
