"""What is read in the views: what the user has typed, or a piece of what is learnt; worked out once for all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.data.text.graphemes import graphemes, normal
from models.data.text.letters import Text
from models.nn.layer import Array
from models.sequence.inspect import Reading, letters_of, read_closely
from models.sequence.network import Weights
from models.sequence.snapshot import SequenceSnapshot
from models.sequence.tasks import Language, NextLetter, NextValue

MOST_READ = 96
"""Letters or values that are read when nothing is typed."""


def weights_of(snapshot: SequenceSnapshot, cell: str) -> Weights:
    """The network of a cell; the last one where there is none."""
    return next((each for each in snapshot.cells if each.cell == cell), snapshot.cells[-1])


class Reader:
    """Reads with the network of a snapshot; asked for the same again, it does not work it out anew.

    Attributes:
        unknown: letters of what was typed that the text does not have.
    """

    def __init__(self) -> None:
        self.unknown: tuple[str, ...] = ()
        self._asked: tuple[SequenceSnapshot, str, str] | None = None
        self._reading: Reading | None = None

    def read(self, snapshot: SequenceSnapshot, typed: str, cell: str = "") -> Reading | None:
        """What the network makes of the text that was typed, or of what is learnt; None for what it cannot read."""
        asked = (snapshot, typed, cell)
        known = self._asked
        if known is None or known[0] is not snapshot or known[1:] != asked[1:]:
            self._asked, self._reading = asked, self._read(snapshot, typed, cell)
        return self._reading

    def _read(self, snapshot: SequenceSnapshot, typed: str, cell: str) -> Reading | None:
        task = snapshot.task
        self.unknown = ()
        if isinstance(task, NextLetter | Language):
            if typed:
                self.unknown = task.text.unknown(typed)
            x: Array = codes_of(task, typed)
            right = np.full(len(x), -1)
            if isinstance(task, NextLetter):
                right[:-1] = x[1:]
        elif isinstance(task, NextValue):
            x = task.series.standard[-MOST_READ:, None]
            right = np.full(len(x), -1)
        else:
            inputs, targets, _ = task.probe()
            x = inputs[0]
            right = np.full(len(x), -1)
            if task.loss == "cross_entropy":
                right[-1] = targets[0, -1].argmax()
        if not len(x):
            return None
        return read_closely(weights_of(snapshot, cell), snapshot.config, task, x, right, letters_of(task, x))


def codes_of(task: NextLetter | Language, typed: str) -> NDArray[np.int64]:
    """What is typed, or else: a short text, the beginning of what is held out, the first name."""
    text: Text = task.text
    if typed:
        return text.encode(graphemes(normal(typed)))
    if isinstance(task, Language):
        return text.codes[: 1 + int(np.flatnonzero(text.codes == text.alphabet.index("\n"))[0])]
    first = text.train_count if task.held_out_moments else 0
    return text.codes[first : first + MOST_READ]
