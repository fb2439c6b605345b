"""Samples of what a network writes, letter by letter, and how much of them it has simply learnt by heart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from models.data.text.graphemes import graphemes, normal
from models.data.text.letters import Text
from models.nn.network import Network
from models.sequence.generate import choose
from models.sequence.network import read

LEAST_COPIED = 12
"""Letters of a stretch from which on it counts as copied, where the text is no list."""

Span = tuple[int, int]


@dataclass(frozen=True)
class Sample:
    """One text that was written.

    Attributes:
        text: prefix and what follows.
        known: for a list: whether this very line is among those learnt from.
        copied: for other texts: stretches (first, behind the last) that stand in the part learnt from, word for word.
    """

    text: str
    known: bool = False
    copied: tuple[Span, ...] = ()


def start_of(text: Text, prefix: str) -> list[str]:
    """The letters that a sample begins with: what was typed; in a list behind the end of a line."""
    letters = graphemes(normal(prefix))
    if text.lines and "\n" in text.alphabet:
        return ["\n", *letters]
    return letters or [text.alphabet[text.codes[0]]]


def samples(
    network: Network, text: Text, prefix: str, length: int, temperature: float, seed: int, count: int
) -> Iterator[tuple[Sample, ...]]:
    """All samples after every letter; in the end with what is copied in them. The same seed writes the same."""
    letters = start_of(text, prefix)
    rng = np.random.default_rng((seed, 2))
    outputs, starts = read(network, np.repeat(text.encode(letters)[None], count, axis=0))
    written = [letters.copy() for _ in range(count)]
    ended = np.zeros(count, bool)
    for _ in range(length):
        chosen = choose(outputs[:, -1], temperature, rng)
        for row, code in enumerate(chosen):
            letter = text.alphabet[code]
            ended[row] |= text.lines and letter == "\n"
            if not ended[row]:
                written[row].append(letter)
        yield tuple(Sample(_joined(text, each)) for each in written)
        if ended.all():
            break
        outputs, starts = read(network, chosen[:, None], starts)
    yield tuple(judged(text, _joined(text, each)) for each in written)


def _joined(text: Text, letters: list[str]) -> str:
    joined = "".join(letters)
    return joined.removeprefix("\n") if text.lines else joined


def judged(text: Text, sample: str) -> Sample:
    """The sample, with what of it stands in the part learnt from."""
    if text.lines:
        return Sample(sample, known=sample in _lines(text))
    return Sample(sample, copied=tuple(copied(_learnt(text), sample)))


def copied(source: str, sample: str, least: int = LEAST_COPIED) -> list[Span]:
    """Stretches of at least so many characters that stand in the source word for word, from left to right."""
    found: list[Span] = []
    start = 0
    while start + least <= len(sample):
        end = start + least
        if sample[start:end] not in source:
            start += 1
            continue
        while end < len(sample) and sample[start : end + 1] in source:
            end += 1
        found.append((start, end))
        start = end
    return found


@lru_cache(maxsize=2)
def _learnt(text: Text) -> str:
    return "".join(text.alphabet[code] for code in text.codes[: text.train_count])


@lru_cache(maxsize=2)
def _lines(text: Text) -> frozenset[str]:
    return frozenset(_learnt(text).splitlines())
