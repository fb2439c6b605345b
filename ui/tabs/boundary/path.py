"""The way of the weights through a run, as far as it was seen: what the loss surface draws the projection of."""

from __future__ import annotations

import numpy as np

from models.nn.layer import Array

LONGEST_PATH = 400
"""Places of the path that are kept; of more, every second one is dropped."""


class Path:
    """The weights at the steps that were seen, thinned."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """A new run."""
        self.steps: list[int] = []
        self.places: list[Array] = []
        self._every = 1

    def note(self, step: int, place: Array) -> bool:
        """Remember where the run is; False when it was here already. Going back in time forgets what came after."""
        changed = False
        while self.steps and (self.steps[-1] > step or self.places[-1].shape != place.shape):
            self.steps.pop()
            self.places.pop()
            changed = True
        if self.steps and self.steps[-1] == step:
            if np.array_equal(self.places[-1], place):
                return changed
            self.steps.pop()  # the weights were changed by hand
            self.places.pop()
        elif self.steps and step - self.steps[-1] < self._every:
            return changed
        self.steps.append(step)
        self.places.append(place)
        if len(self.steps) > LONGEST_PATH:
            self.steps, self.places = self.steps[::2], self.places[::2]
            self._every = max(1, (self.steps[-1] - self.steps[0]) // (LONGEST_PATH // 2))
        return True
