"""What a recurrent network is asked. Whatever it is, a batch looks the same: sequences, an answer for every moment, and
how much each moment counts.

* the next letter: every moment asks what comes next;
* the language of a name: only the moment after the last letter counts;
* the next value of a series;
* recall and adding: only the end counts, so that blame has to find its way back through all that came before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.series.curve import Series
from models.data.text.letters import Text
from models.nn.layer import Array
from models.sequence.config import SequenceConfig

Sequences = tuple[Array, Array, Array | None]
"""Inputs (N, T) symbols or (N, T, D) numbers, targets (N, T, K), and how much each moment counts (N, T), or None."""

TESTS = 500
"""Sequences on which a memory is judged."""

HELD_OUT_ROWS = 32
"""Pieces side by side in which a held-out text is read."""


class Task(ABC):
    """One question, with its data.

    Attributes:
        symbols: how many different inputs there are, where they are symbols; 0 for numbers.
        inputs: D, numbers in an input; 1 for symbols.
        outputs: K, classes or numbers of an answer.
        moments: T of a batch.
        rows: N of a batch.
        streams: N where the state is carried from batch to batch, else 0.
        loss: its name in `models.nn.losses.LOSSES`.
        names: what the K answers are called.
    """

    symbols = 0
    inputs = 1
    outputs: int
    moments: int
    rows: int
    streams = 0
    loss = "cross_entropy"
    names: tuple[str, ...] = ()

    @abstractmethod
    def batch(self, step: int, rng: np.random.Generator) -> Sequences:
        """The batch of this step (counted from 0)."""

    def begins_anew(self, step: int) -> bool:
        """Whether the batch of this step begins at the beginning: nothing is carried into it."""
        return False

    def held_out(self) -> Iterator[Sequences]:
        """What it is judged by, in pieces that go on from one another; nothing where nothing is held out."""
        yield from ()

    @property
    def held_out_moments(self) -> int:
        """Moments in all pieces of `held_out`, rows counted."""
        return 0

    @property
    def longest(self) -> int:
        """Moments through which something should be remembered."""
        return self.moments

    def probe(self) -> Sequences:
        """A fixed batch of which only the last moment counts: how far back does blame reach?"""
        x, targets, _ = self.batch(0, np.random.default_rng(0))
        x, targets = x[:16], targets[:16]
        weights = np.zeros(x.shape[:2], np.float32)
        weights[:, -1] = 1.0
        return x, targets, weights


class NextLetter(Task):
    """Read a text, and say at every letter what comes next.

    A short one is read whole, again and again, from nothing. A long one is read in `rows` places at the same time, each
    a part of the text, a window at a time. The lines of a list are shuffled anew for every pass: or the network would
    know each name by the one before it.
    """

    def __init__(self, text: Text, config: SequenceConfig) -> None:
        self.text = text
        self.symbols = self.outputs = len(text.alphabet)
        self.names = text.alphabet
        self._eye = np.eye(self.outputs, dtype=np.float32)
        self._shuffled = (0, np.zeros((0, 0), np.int64))
        codes = text.codes[: text.train_count]
        self.whole = len(codes) <= config.window + 1
        if self.whole:
            self.rows, self.moments, self._pieces = 1, len(codes) - 1, 1
            self._rows = codes[None]
        else:
            self.moments = config.window
            self.rows = max(1, min(config.batch_size, (len(codes) - 1) // config.window))
            self._rows = in_rows(codes, self.rows)
            self._pieces = (self._rows.shape[1] - 1) // self.moments
            self.streams = self.rows if config.carry else 0

    def batch(self, step: int, rng: np.random.Generator) -> Sequences:
        """The next window of every row; after the last one comes the first."""
        first = step % self._pieces * self.moments
        piece = self._pass(step // self._pieces)[:, first : first + self.moments + 1]
        return piece[:, :-1], self._eye[piece[:, 1:]], None

    def _pass(self, number: int) -> NDArray[np.int64]:
        """The rows of a pass over the text, counted from 0; kept until another one is asked for."""
        if not self.text.lines or self.whole or not number:
            return self._rows
        kept = self._shuffled
        if kept[0] != number:
            codes = shuffled_lines(self.text, np.random.default_rng((number, 3)))
            kept = self._shuffled = (number, in_rows(codes, self.rows))  # in one go: others may read it meanwhile
        return kept[1]

    def begins_anew(self, step: int) -> bool:
        """See Task."""
        return step % self._pieces == 0

    def _held_out_rows(self) -> NDArray[np.int64]:
        codes = self.text.codes[self.text.train_count - 1 :] if self.held_out_moments else np.zeros(0, np.int64)
        return in_rows(codes, min(HELD_OUT_ROWS, max(1, (len(codes) - 1) // 32)))

    def held_out(self) -> Iterator[Sequences]:
        """The held-out part, read in rows."""
        if not self.held_out_moments:
            return
        rows = self._held_out_rows()
        for first in range(0, rows.shape[1] - 1, 32):
            piece = rows[:, first : first + 33]
            yield piece[:, :-1], self._eye[piece[:, 1:]], None

    @property
    def held_out_moments(self) -> int:
        """See Task."""
        return len(self.text.codes) - self.text.train_count


def in_rows(codes: NDArray[np.int64], rows: int) -> NDArray[np.int64]:
    """A text cut into rows of one length; each ends with the letter that the next one begins with."""
    length = (len(codes) - 1) // rows
    return np.stack([codes[row * length : (row + 1) * length + 1] for row in range(rows)])


def shuffled_lines(text: Text, rng: np.random.Generator) -> NDArray[np.int64]:
    """The part of a list that is learnt from, its lines in another order."""
    codes = text.codes[: text.train_count]
    ends = np.flatnonzero(codes == text.alphabet.index("\n")) + 1 if "\n" in text.alphabet else np.zeros(0, np.int64)
    starts = np.concatenate([[0], ends])
    lengths = np.diff(np.append(starts, len(codes)))
    order = rng.permutation(len(starts))
    moved = lengths[order]
    first = np.cumsum(moved) - moved  # where each line comes to stand
    found: NDArray[np.int64] = codes[np.arange(len(codes)) + np.repeat(starts[order] - first, moved)]
    return found


class Language(Task):
    """Read a name letter by letter, and say at its end which language it is of.

    It answers at every letter, but only the answer at the end of the line counts.
    """

    def __init__(self, text: Text, config: SequenceConfig) -> None:
        self.text = text
        self.symbols = len(text.alphabet)
        self.names = tuple(sorted(set(text.labels)))
        self.outputs = len(self.names)
        end = text.alphabet.index("\n")
        lines = np.split(text.codes, np.flatnonzero(text.codes == end) + 1)[: len(text.labels)]
        self.moments = max(map(len, lines))
        self.rows = config.batch_size
        self._x = np.full((len(lines), self.moments), end)
        self._weights = np.zeros(self._x.shape, np.float32)
        for row, line in enumerate(lines):
            self._x[row, : len(line)] = line
            self._weights[row, len(line) - 1] = 1.0
        labels = np.array([self.names.index(label) for label in text.labels])
        self._targets = np.eye(self.outputs, dtype=np.float32)[labels]
        self._train = len(lines) - len(lines) // 10

    def _of(self, chosen: NDArray[Any]) -> Sequences:
        targets = np.repeat(self._targets[chosen][:, None], self.moments, axis=1)
        return self._x[chosen], targets, self._weights[chosen]

    def batch(self, step: int, rng: np.random.Generator) -> Sequences:
        """Names drawn at random."""
        return self._of(rng.integers(self._train, size=self.rows))

    def held_out(self) -> Iterator[Sequences]:
        """The last tenth of the names."""
        for first in range(self._train, len(self._x), 64):
            yield self._of(np.arange(first, min(first + 64, len(self._x))))

    @property
    def held_out_moments(self) -> int:
        """See Task."""
        return (len(self._x) - self._train) * self.moments


class NextValue(Task):
    """Read a series, and say at every moment what the next value is, in units of its spread."""

    loss = "mse"
    outputs = 1
    names = ("next value",)

    def __init__(self, series: Series, config: SequenceConfig) -> None:
        self.series = series
        self.noise = config.noise
        self.moments = min(config.window, series.train_count // 2)
        self.rows = config.batch_size

    def batch(self, step: int, rng: np.random.Generator) -> Sequences:
        """Pieces from anywhere in the part to learn from."""
        starts = rng.integers(self.series.train_count - self.moments, size=self.rows)
        pieces = self.series.standard[starts[:, None] + np.arange(self.moments + 1)]
        x = pieces[:, :-1, None]
        if self.noise:
            x = x + self.noise * rng.standard_normal(x.shape, np.float32)
        return x, pieces[:, 1:, None], None

    @property
    def held_out_moments(self) -> int:
        """See Task; they are read in one piece, by `models.sequence.series`."""
        return len(self.series) - self.series.train_count


class Memory(Task):
    """Tasks whose sequences are made up anew for every batch: the loss of a batch is one on sequences never seen."""

    def __init__(self, config: SequenceConfig) -> None:
        self.delay, self.rows = config.delay, config.batch_size

    @abstractmethod
    def made(self, rng: np.random.Generator, count: int, delay: int) -> Sequences:
        """Sequences with this delay."""

    def batch(self, step: int, rng: np.random.Generator) -> Sequences:
        """New ones."""
        return self.made(rng, self.rows, self.delay)

    def held_out(self) -> Iterator[Sequences]:
        """The same for every run."""
        rng = np.random.default_rng((500, self.delay))
        for _ in range(TESTS // 100):
            yield self.made(rng, 100, self.delay)

    @property
    def held_out_moments(self) -> int:
        """See Task."""
        return TESTS * self.moments


class Recall(Memory):
    """Some of eight symbols are shown, then blanks; at question marks they have to be said in their order.

    S. Hochreiter and J. Schmidhuber, 1997, and M. Arjovsky, A. Shah, Y. Bengio, 2016, have tasks like it.
    """

    symbols, outputs = 10, 8
    names = tuple("ABCDEFGH")
    letters = (*"ABCDEFGH", "·", "?")

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__(config)
        self.items = config.items
        self.moments = config.delay + 2 * config.items

    def made(self, rng: np.random.Generator, count: int, delay: int) -> Sequences:
        """See Memory."""
        items = self.items
        shown = rng.integers(8, size=(count, items))
        x = np.full((count, delay + 2 * items), 8)
        x[:, :items], x[:, -items:] = shown, 9
        targets = np.zeros((*x.shape, 8), np.float32)
        targets[:, :, 0] = 1.0  # of moments that do not count
        targets[:, -items:] = np.eye(8, dtype=np.float32)[shown]
        weights = np.zeros(x.shape, np.float32)
        weights[:, -items:] = 1.0
        return x, targets, weights


class Adding(Memory):
    """Numbers from 0 to 1, two of them marked, one in each half: the answer at the end is their sum.

    Whoever always says 1 has a mean squared error of 1/6. (Hochreiter and Schmidhuber, 1997.)
    """

    inputs, outputs = 2, 1
    loss = "mse"
    names = ("sum",)

    def __init__(self, config: SequenceConfig) -> None:
        super().__init__(config)
        self.moments = config.delay

    def made(self, rng: np.random.Generator, count: int, delay: int) -> Sequences:
        """See Memory."""
        x = np.zeros((count, delay, 2), np.float32)
        x[:, :, 0] = rng.uniform(size=(count, delay))
        half, rows = delay // 2, np.arange(count)
        first, second = rng.integers(half, size=count), half + rng.integers(delay - half, size=count)
        x[rows, first, 1] = x[rows, second, 1] = 1.0
        targets = np.zeros((count, delay, 1), np.float32)
        targets[:, -1, 0] = x[rows, first, 0] + x[rows, second, 0]
        weights = np.zeros((count, delay), np.float32)
        weights[:, -1] = 1.0
        return x, targets, weights


def make_task(config: SequenceConfig, data: Text | Series | None) -> Task:
    """The question that a config asks of its data."""
    if isinstance(data, Text):
        return Language(data, config) if data.labels else NextLetter(data, config)
    if isinstance(data, Series):
        return NextValue(data, config)
    if config.dataset == "recall":
        return Recall(config)
    if config.dataset == "adding":
        return Adding(config)
    raise DataError("There are no data of your own yet: open, paste or draw some, or choose a data set.")
