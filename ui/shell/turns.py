"""Who draws when: while something moves, the parts of a page take turns within thirty frames a second.

Ten pictures a second of each part are smooth to the eye. Drawing all of them in the same frame would make that frame
late, and drawing all of them in every frame would leave the interpreter no time for the training. So each part has a
turn in every second, third or sixth frame, and turns that are equally frequent fall on different frames. What comes to
rest is shown completely: then everybody's turn has come.
"""

from __future__ import annotations

from collections.abc import Callable
from math import lcm

Draw = Callable[[], object]


class Turn:
    """When something is drawn: every so many frames.

    Attributes:
        every: frames from one turn to the next.
        first: in which of them it is due.
        due: whether it is due in the present frame; holds until the next one, also for what the user does meanwhile.
    """

    def __init__(self, every: int, first: int) -> None:
        self.every, self.first = every, first
        self.due = True
        self._parts: list[Draw] = []

    def add(self, *parts: Draw) -> Turn:
        """Draw these parts whenever it is due; parts that show the same numbers share a turn."""
        self._parts += parts
        return self

    def draw(self) -> None:
        """Draw its parts, if it is due."""
        if self.due:
            for part in self._parts:
                part()


class Turns:
    """The turns of one page.

    Attributes:
        whole: whether in the present frame all of them are due.
    """

    def __init__(self) -> None:
        self._turns: list[Turn] = []
        self._frame = -1
        self._all_next = True
        self.whole = True

    def turn(self, every: int, *parts: Draw, among: Turn | None = None) -> Turn:
        """A turn in every so many frames (at least 1), in those that have the least to do so far.

        Args:
            every: frames from one turn to the next.
            parts: what is drawn then.
            among: only when this is due, too: the costly part of a picture comes with a picture, only more seldom.
        """
        if every < 1:
            raise ValueError(f"a part cannot be drawn every {every} frames")
        if among is not None and every % among.every:
            raise ValueError(f"a part of what is drawn every {among.every} frames cannot be drawn every {every}")
        period = lcm(every, *(turn.every for turn in self._turns))
        load = [sum(frame % turn.every == turn.first for turn in self._turns) for frame in range(period)]
        places = range(every) if among is None else range(among.first, every, among.every)
        shares = {place: load[place::every] for place in places}
        first = min(places, key=lambda place: (max(shares[place]), sum(shares[place])))
        turn = Turn(every, first).add(*parts)
        self._turns.append(turn)
        return turn

    def next_frame(self, *, everybody: bool = False) -> None:
        """A frame begins; `everybody`: what is shown has come to rest, so that every turn is due."""
        self._frame += 1
        self.whole = everybody or self._all_next
        self._all_next = False
        for turn in self._turns:
            turn.due = self.whole or self._frame % turn.every == turn.first

    def draw(self) -> None:
        """Draw every part that is due in this frame."""
        for turn in self._turns:
            turn.draw()

    def all_in_the_next(self) -> None:
        """Every turn is due in the next frame, whether or not something moves: the user has changed something."""
        self._all_next = True
