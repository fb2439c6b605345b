"""How points look: the colours and marks that the model gave them, kept beside their points while these are edited.

A model that has not yet heard of a change colours the points it knows. Until it has, what it said of a point stays with
that point.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from ui.points.document import Labels
from ui.widgets import theme

Colors = NDArray[np.uint8]
Marks = NDArray[np.uint8]


@dataclass(frozen=True)
class Looks:
    """What the model says of its points.

    Attributes:
        colors: (N, 3) mixed colours, 0–255; None: every point has the colour of its class.
        marks: (N,) sums of HOLLOW and WRONG; None: there are no marks.
    """

    colors: Colors | None = None
    marks: Marks | None = None

    def kept(self, keep: NDArray[np.bool_]) -> Looks:
        """After all points but these (N,) were removed."""
        colors = self.colors if self.colors is not None and len(self.colors) == len(keep) else None
        marks = self.marks if self.marks is not None and len(self.marks) == len(keep) else None
        return Looks(None if colors is None else colors[keep], None if marks is None else marks[keep])

    def grown(self, count: int, *, by_class: bool) -> Looks:
        """After so many points were added; `by_class`: points have the colours of classes."""
        colors = None
        if self.colors is not None and not by_class:
            colors = np.concatenate([self.colors[:, :3], np.tile(plain(), (count, 1))])
        marks = None if self.marks is None else np.concatenate([self.marks, np.zeros(count, np.uint8)])
        return Looks(colors, marks)

    def uncolored(self) -> Looks:
        """After classes were changed: colours follow them."""
        return Looks(None, self.marks)

    def colors_of(self, count: int, labels: Labels | None) -> Colors:
        """Colours (N, 3) of so many points of these classes."""
        if self.colors is not None and len(self.colors) == count:
            return self.colors
        if labels is None or len(labels) != count:
            return np.tile(plain(), (count, 1))
        return class_colors(labels)

    def marks_of(self, count: int) -> Marks:
        """Marks (N,) of so many points; a new array."""
        if self.marks is not None and len(self.marks) == count:
            return self.marks.copy()
        return np.zeros(count, np.uint8)


def plain() -> Colors:
    """The colour (3,) of a point of which nothing is known."""
    return rgb(theme.current().muted)


def class_colors(labels: Labels) -> Colors:
    """Colours (N, 3) of classes (N,)."""
    palette = np.stack([rgb(color) for color in theme.current().classes])
    colors: Colors = palette[labels % len(palette)]
    return colors


def rgb(color: QColor) -> Colors:
    """Red, green and blue (3,), 0–255."""
    return np.array([color.red(), color.green(), color.blue()], np.uint8)
