"""Colours and what people call them: three numbers and a word each, some kept back to be judged on."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Data, DataError, Origin, owned

Bytes = NDArray[np.uint8]
Flags = NDArray[np.bool_]

MOST_NAMES = 24
"""Names that a network of this size can tell apart, and that fit beside it."""

LONGEST_NAME = 40
FEWEST = 3


@dataclass(frozen=True)
class ColourSet(Data):
    """N colours with their names; arrays are copied to read-only.

    Attributes:
        colours: (N, 3) uint8: red, green, blue, as screens show them (sRGB).
        labels: (N,) int64, index into `names`.
        names: K different words, at least two.
        held_out: (N,) bool: kept back from training.
        called: what a colour itself is called ("dark teal"), N texts; empty where nobody says.
        title: what the set is called on screen.
        digest: SHA-256 of a set that ships.
        own: whether the user brought it: then it is part of every state.

    Raises:
        DataError: fewer than three colours, fewer than two names, or more than there is room for.
    """

    colours: Bytes
    labels: NDArray[np.int64]
    names: tuple[str, ...]
    held_out: Flags
    called: tuple[str, ...] = ()
    title: str = ""
    digest: str = ""
    own: bool = False

    def __post_init__(self) -> None:
        count = len(self.colours)
        if self.colours.shape != (count, 3) or self.labels.shape != (count,) or self.held_out.shape != (count,):
            raise DataError("Colours, names and marks do not fit together: there must be one of each for every colour.")
        if count < FEWEST:
            there = {0: "There is no colour", 1: "There is one colour only"}.get(
                count, f"There are only {count} colours"
            )
            raise DataError(f"{there}: name at least {FEWEST}, and with two different words.")
        if len(set(self.names)) < 2 or len(np.unique(self.labels)) < 2:
            raise DataError(
                f"All colours are called “{self.names[0] if self.names else ''}”: with one name only there is nothing "
                "to tell apart. Give some of them another name."
            )
        if len(self.names) > MOST_NAMES:
            raise DataError(
                f"There are {len(self.names)} different names, and a network that fits on a page has room for "
                f"{MOST_NAMES}: choose fewer, for example only the basic term of each."
            )
        for key in ("colours", "labels", "held_out"):
            object.__setattr__(self, key, owned(getattr(self, key)))

    def __len__(self) -> int:
        return len(self.colours)

    def origin(self) -> Origin:
        """See Data."""
        return Origin(self.title, self.digest)

    @property
    def train(self) -> NDArray[np.int64]:
        """Indices of the colours that are learnt from."""
        return np.flatnonzero(~self.held_out)

    @property
    def test(self) -> NDArray[np.int64]:
        """Indices of the colours that are only judged on."""
        return np.flatnonzero(self.held_out)

    def call(self, index: int) -> str:
        """What a colour is called: its own name, or its numbers."""
        return self.called[index] if self.called else hex_of(self.colours[index])


def hex_of(colour: Sequence[int] | Bytes) -> str:
    """A colour as it is written on the web: #00b39f."""
    return "#" + "".join(f"{int(part):02x}" for part in colour)


def tidy(name: str) -> str:
    """A word as it is kept: letters composed (Unicode NFC), single spaces. Raises DataError for what is no word."""
    word = " ".join(unicodedata.normalize("NFC", name).split())
    if not word:
        raise DataError("A colour needs a name: type a word in any language.")
    if len(word) > LONGEST_NAME or not word.isprintable():
        raise DataError(f"A name has at most {LONGEST_NAME} letters that can be printed: choose a shorter word.")
    return word


def numbered(words: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Different names in the order of their first use, and the number of each word's name (N,).

    Names that differ only in capitals are one, spelt as it first came. Raises DataError as `tidy` does.
    """
    found: dict[str, tuple[int, str]] = {}
    labels = np.zeros(len(words), np.int64)
    for place, word in enumerate(map(tidy, words)):
        labels[place] = found.setdefault(word.casefold(), (len(found), word))[0]
    return tuple(word for _, word in found.values()), labels


def kept_back(labels: NDArray[np.int64], share: float, seed: int) -> Flags:
    """Which colours are kept back (N,): that share of each name's, drawn at random, but never all of them."""
    rng = np.random.default_rng((seed, len(labels)))
    held_out = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        mine = rng.permutation(np.flatnonzero(labels == label))
        held_out[mine[: min(round(share * len(mine)), len(mine) - 1)]] = True
    return held_out


# In the state of a run ----------------------------------------------------------------------------------------------


def described(data: ColourSet) -> dict[str, NDArray[Any]]:
    """Everything about a set as arrays of a state, none of which is ever written to."""
    words = json.dumps({"names": data.names, "called": data.called, "title": data.title}, ensure_ascii=False)
    return {
        "colours": data.colours,
        "colour_labels": data.labels,
        "colour_held_out": data.held_out,
        "colour_words": np.frombuffer(words.encode(), np.uint8),
    }


def from_state(state: Mapping[str, NDArray[Any]]) -> ColourSet | None:
    """The user's own set that `described` turned into arrays; None where there is none.

    Raises DataError when it is damaged.
    """
    if "colours" not in state:
        return None
    damaged = DataError("The colours in the saved state cannot be read: the file is damaged.")
    try:
        colours, labels, held_out = (state[key] for key in ("colours", "colour_labels", "colour_held_out"))
        words = json.loads(state["colour_words"].tobytes())
        names, called = (tuple(tidy(name) for name in words[key]) for key in ("names", "called"))
        title = str(words["title"])
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError, DataError) as error:
        raise damaged from error
    good = colours.dtype == np.uint8 and labels.dtype == np.int64 and held_out.dtype == np.bool_ and colours.ndim == 2
    if not good or not title or len(called) not in (0, len(colours)):
        raise damaged
    if labels.size and not (labels.min() >= 0 and labels.max() < len(names)):
        raise damaged
    return ColourSet(colours, labels, names, held_out, called, title, own=True)
