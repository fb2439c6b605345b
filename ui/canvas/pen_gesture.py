"""What a pen draws between pressing and lifting: one stroke, or several if it leaves the sheet in between."""

from __future__ import annotations

import math
from typing import Literal

from models.errors import DataError
from ui.canvas.canvas_input import SHEET, Stroke, as_stroke

Point = tuple[float, float]
"""x to the right and y downwards, in sheet units."""

Device = Literal["mouse", "touch", "tablet", "keys"]

_CLOSEST = 0.5
"""Points nearer than this to the one before (in sheet units) say nothing new."""


class PenGesture:
    """A gesture under way.

    Args:
        device: what the pen is; all others are ignored meanwhile.
        room: points that still fit into the drawing.
        touch_id: of the finger, if it is one.

    Attributes:
        strokes: what lies on the sheet, in the order in which it was drawn.
    """

    def __init__(self, device: Device, room: int, touch_id: int = -1) -> None:
        self.device, self.touch_id = device, touch_id
        self.strokes: list[list[Point]] = []
        self._room = room
        self._last: Point | None = None  # also outside the sheet

    def extend(self, to: Point) -> bool:
        """The pen went straight to a point (at first: was put down there); returns whether that left ink.

        Raises:
            DataError: there is no room for more points.
        """
        before, self._last = self._last, to
        way = clip(to if before is None else before, to)
        if way is None:
            return False
        if self._room < 2:
            raise DataError("The sheet is full: take back some strokes (Ctrl+Z) or clear it (Del) to go on drawing.")
        start, stop, enters = way
        begins = before is None or enters
        if begins:
            self.strokes.append([start])
            self._room -= 1
        stroke = self.strokes[-1]
        moved = math.dist(stop, stroke[-1]) >= _CLOSEST
        if moved:
            stroke.append(stop)
            self._room -= 1
        return begins or moved

    def finished_strokes(self) -> tuple[Stroke, ...]:
        """The strokes so far, as they become part of a drawing."""
        return tuple(as_stroke(stroke) for stroke in self.strokes)


def clip(start: Point, end: Point) -> tuple[Point, Point, bool] | None:
    """The part of a straight way that lies on the sheet (Liang and Barsky 1984).

    Returns its two ends and whether it enters the sheet from outside; None if it misses the sheet.
    """
    enter, leave = 0.0, 1.0
    for origin, delta in ((start[0], end[0] - start[0]), (start[1], end[1] - start[1])):
        if delta == 0:
            if not 0 <= origin <= SHEET:
                return None
            continue
        near, far = sorted(((0 - origin) / delta, (SHEET - origin) / delta))
        enter, leave = max(enter, near), min(leave, far)
    if enter > leave:
        return None

    def at(share: float) -> Point:
        return (
            min(max(start[0] + share * (end[0] - start[0]), 0.0), SHEET),
            min(max(start[1] + share * (end[1] - start[1]), 0.0), SHEET),
        )

    return at(enter), at(leave), enter > 0
