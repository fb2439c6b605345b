"""Counting models: what follows these few letters most often? A network that reads a text has to beat them.

With n letters of memory, p(c | the n letters before) is counted; where those were seen seldom, the model with one
letter less fills in (after T. Bell, I. Witten, J. Cleary, *Text Compression*, 1990, method C): a context seen N times,
followed by D different letters, keeps D/(N + D) for the shorter memory.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data.text.letters import Codes, Text

MEMORIES = (0, 1, 2, 3, 4, 5)
"""Letters of memory of the models."""

Array = NDArray[np.float64]


def counting_bits(text: Text, memories: tuple[int, ...] = MEMORIES) -> Array:
    """Bits a letter of the held-out part for each memory; (K,), or an empty array where nothing is held out."""
    codes, cut = text.codes, text.train_count
    if cut == len(codes):
        return np.zeros(0)
    size = len(text.alphabet)
    end = text.alphabet.index("\n") if text.lines and "\n" in text.alphabet else -1
    p = np.full(len(codes) - cut, 1.0 / size)
    before = [np.zeros(len(codes), np.int64)]  # the letter so many places before; in a list, never of another line
    found: list[float] = []
    for memory in range(max(memories) + 1):
        if memory:
            place = np.concatenate([before[-1][:1], (codes if memory == 1 else before[-1])[:-1]])
            before.append(place if memory == 1 else np.where(before[-1] == end, end, place))
        p = _blended(p, codes, cut, before[1:], size)
        if memory in memories:
            found.append(float(-np.log2(p).mean()))
    return np.array(found)


def _blended(shorter: Array, codes: Codes, cut: int, before: list[Codes], size: int) -> Array:
    """p (M − cut,) of every held-out letter after those `before` it, from that with one letter less."""
    memory = len(before)
    context = np.zeros(len(codes), np.int64)
    for letters in before:
        context = context * size + letters
    _, context = np.unique(context, return_inverse=True)  # small numbers again
    pair = context * size + codes
    pairs, counts = np.unique(pair[memory:cut], return_counts=True)
    totals, kinds = np.zeros(context.max() + 1), np.zeros(context.max() + 1)
    np.add.at(totals, pairs // size, counts)
    np.add.at(kinds, pairs // size, 1)
    where = np.searchsorted(pairs, pair[cut:]).clip(max=len(pairs) - 1)
    seen = np.where(pairs[where] == pair[cut:], counts[where], 0)
    total, kind = totals[context[cut:]], kinds[context[cut:]]
    known = np.maximum(total + kind, 1.0)
    return np.where(total > 0, (seen + kind * shorter) / known, shorter)
