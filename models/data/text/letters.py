"""A text as a network reads it: every letter is a number, its place in the alphabet of that text."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.base import Data, DataError, Origin, owned
from models.data.text.graphemes import graphemes, normal

Codes = NDArray[np.int64]

MOST_BYTES = 4 * 2**20
"""Of a text: more would take longer than anybody waits."""

MOST_LETTERS = 200
"""Different letters: rarer ones become one and the same, `OTHER`."""

OTHER = "\ufffd"

LEAST_HELD_OUT = 400
"""A text with fewer letters is learnt by heart; a longer one has its last tenth held out."""

LONGEST_NAME = 255


@dataclass(frozen=True, eq=False)
class Text(Data):
    """A text, cut into letters.

    Attributes:
        content: the text itself, in form NFC, with \\n at the ends of lines.
        name: what it is called.
        digest: SHA-256 of the published file, where the text is not part of the experiment; else "".
        lines: whether it is a list whose lines stand for themselves, such as names.
        labels: what each line is (a name's language), one for each line; none where the text is only to be continued.
        holds_out: whether a part is held out, where it is long enough.
        own: whether it is the user's own.

    Raises DataError for a text from which nothing can be learnt, with the reason.
    """

    content: str
    name: str = ""
    digest: str = ""
    lines: bool = False
    labels: tuple[str, ...] = field(default=(), repr=False)
    holds_out: bool = True
    own: bool = False

    def __post_init__(self) -> None:
        size = len(self.content.encode("utf-8", "surrogatepass"))
        if size > MOST_BYTES:
            raise DataError(
                f"This text has {size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} MB can be learnt from here. "
                "Save a part of it in a file of its own."
            )
        if not self.content.strip():
            raise DataError("There is no text here: type, paste or open some words.")
        content = normal(self.content)
        try:
            content.encode("utf-8")
        except UnicodeEncodeError:
            raise DataError(
                "This text has characters that are none (halves of pairs): save it as UTF-8 again."
            ) from None
        object.__setattr__(self, "content", content)
        if len(self.codes) < 2:
            raise DataError("One letter alone has no next one: give at least two different letters.")
        if len(self.alphabet) < 2:
            raise DataError(
                f"The text has one letter only, “{self.alphabet[0]}”: there is nothing to guess. Add another letter."
            )
        if self.labels and len(self.labels) != len(self.content.splitlines()):
            raise DataError("Every line needs one label.")

    def origin(self) -> Origin:
        """See Data. The user's own text is part of the experiment."""
        return Origin(self.name[:LONGEST_NAME], self.digest)

    @cached_property
    def _letters(self) -> list[str]:
        return graphemes(self.content)

    @cached_property
    def _counted(self) -> Counter[str]:
        return Counter(self._letters)

    @cached_property
    def alphabet(self) -> tuple[str, ...]:
        """The different letters, sorted; if there are too many, the most frequent ones and OTHER."""
        if len(self._counted) <= MOST_LETTERS:
            return tuple(sorted(self._counted))
        frequent = sorted(self._counted, key=lambda letter: (-self._counted[letter], letter))[: MOST_LETTERS - 1]
        return (*sorted(set(frequent) - {OTHER}), OTHER)

    @cached_property
    def codes(self) -> Codes:
        """Every letter's place in the alphabet, (M,), read-only."""
        return owned(self.encode(self._letters))

    def encode(self, letters: list[str]) -> Codes:
        """Places of letters in the alphabet; what is not in it becomes OTHER, or the first letter without one."""
        place = {letter: index for index, letter in enumerate(self.alphabet)}
        other = place.get(OTHER, 0)
        return np.fromiter((place.get(letter, other) for letter in letters), np.int64, len(letters))

    def unknown(self, text: str) -> tuple[str, ...]:
        """The letters of another text that this one does not have, each once."""
        known = set(self.alphabet)
        return tuple(dict.fromkeys(letter for letter in graphemes(normal(text)) if letter not in known))

    @property
    def train_count(self) -> int:
        """Letters to learn from, at the beginning; the others are held out. In a list the cut lies between lines."""
        count = len(self.codes)
        if not self.holds_out or count < LEAST_HELD_OUT:
            return count
        cut = count - count // 10
        if self.lines and "\n" in self.alphabet:
            ends = np.flatnonzero(self.codes[:cut] == self.alphabet.index("\n"))
            cut = int(ends[-1]) + 1 if len(ends) else cut
        return cut

    @property
    def about(self) -> str:
        """How long it is and how many different letters it has, in words."""
        words = f"{len(self.codes):,} letters, {len(self.alphabet)} different"
        held = len(self.codes) - self.train_count
        words += f", the last {held:,} held out" if held else ", learnt by heart: none held out"
        if len(self._counted) > MOST_LETTERS:
            words += f"; of {len(self._counted):,} the rarest are read as “{OTHER}”"
        return words
