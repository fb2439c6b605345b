"""What the mouse does on a plane of points: one object for each tool, and one for each gesture that a tool begins.

A new tool is one class here and one line in `TOOLS`; its button, key and tooltip follow.
"""

from __future__ import annotations

from typing import ClassVar, Protocol

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from ui.points.document import Points
from ui.points.editor import Gesture, PointEditor
from ui.points.editor import Place as Place
from ui.points.handles import Handles

NEAR = 9.0
"""Pixels within which a click means a point."""
NEAR_HANDLE = NEAR + 2
BRUSH = 12.0
"""Radius of the eraser and of the brush that gives another class, in pixels."""
SPACING = 14.0
"""Pixels between two points when they are sprinkled by dragging."""
STILL = 3.0
"""Pixels that the pointer may move in a click."""


class Plane(Protocol):
    """What a tool needs of the canvas.

    Attributes:
        editor: the points.
        handles: marks that can be dragged.
        loop: the line around what is being selected.
    """

    editor: PointEditor
    handles: Handles
    loop: pg.PlotCurveItem

    def pixels(self, places: Points, at: Place) -> NDArray[np.float64]:
        """Distances (N,) of places from a place on the axes, in pixels of the screen."""

    def nearest_point(self, at: Place, within: float = NEAR) -> int | None:
        """The point next to a place, if it is within so many pixels."""

    def pick(self, index: int | None, at: Place) -> None:
        """A point was clicked, or an empty place."""

    def tell_handle(self, index: int, at: Place, *, finished: bool) -> None:
        """A handle was dragged."""

    def return_handle(self, index: int) -> None:
        """A handle went back to where it was taken from."""


# Gestures -----------------------------------------------------------------------------------------------------------


class Drag(Gesture):
    """A gesture that knows where it began, and whether it is more than a click by now."""

    def __init__(self, plane: Plane, at: Place) -> None:
        self.plane, self.editor, self.start = plane, plane.editor, at
        self.moved = False

    def move(self, at: Place) -> None:
        """See Gesture."""
        self.moved = self.moved or bool(self.plane.pixels(np.array([self.start]), at)[0] > STILL)
        if self.moved:
            self.drag(at)

    def drag(self, at: Place) -> None:
        """The pointer is at this place, away from the first one."""
        raise NotImplementedError

    def cancel(self) -> None:
        """See Gesture."""


class DragHandle(Drag):
    """Takes a handle along; a click means what lies under it."""

    def __init__(self, plane: Plane, at: Place, index: int) -> None:
        super().__init__(plane, at)
        self.index = index
        self.origin = plane.handles.places[index].copy()
        plane.handles.held = index

    def drag(self, at: Place) -> None:
        """See Drag."""
        self.plane.handles.carry(self.index, at)
        self.plane.tell_handle(self.index, at, finished=False)

    def release(self) -> None:
        """See Gesture."""
        self.plane.handles.held = None
        if self.moved:
            x, y = self.plane.handles.places[self.index]
            self.plane.tell_handle(self.index, (float(x), float(y)), finished=True)
        else:
            self.plane.pick(self.plane.nearest_point(self.start), self.start)

    def cancel(self) -> None:
        """See Gesture."""
        self.plane.handles.held = None
        if self.moved and self.index < len(self.plane.handles.places):
            self.plane.handles.carry(self.index, (float(self.origin[0]), float(self.origin[1])))
            self.plane.return_handle(self.index)


class DragPoints(Drag):
    """Takes the selected points along; a click picks the one that was pressed."""

    def __init__(self, plane: Plane, at: Place, pressed: int) -> None:
        super().__init__(plane, at)
        self.pressed = pressed
        self.origin = self.editor.points

    def drag(self, at: Place) -> None:
        """See Drag."""
        if self.editor.may_edit():
            chosen = self.editor.selection
            self.editor.shift(self.origin, chosen, (at[0] - self.start[0], at[1] - self.start[1]))
            self.editor.progress("move", chosen)

    def release(self) -> None:
        """See Gesture."""
        if self.moved:
            self.editor.finish("move", self.editor.selection)
        else:
            self.plane.pick(self.pressed, self.start)


class Loop(Gesture):
    """Draws a line around points to select them; without a line, `picks` tells that an empty place was clicked."""

    def __init__(self, plane: Plane, at: Place, *, picks: bool) -> None:
        self.plane, self.picks = plane, picks
        self.path = [at]
        self.moved = False

    def move(self, at: Place) -> None:
        """See Gesture."""
        self.moved = self.moved or bool(self.plane.pixels(np.array(self.path[:1]), at)[0] > STILL)
        self.path.append(at)
        path = np.array([*self.path, self.path[0]])
        self.plane.loop.setData(path[:, 0], path[:, 1])

    def release(self) -> None:
        """See Gesture."""
        self.cancel()
        if self.moved:
            self.plane.editor.select(np.flatnonzero(inside(np.array(self.path), self.plane.editor.points)))
        elif self.picks:
            self.plane.pick(None, self.path[0])

    def cancel(self) -> None:
        """See Gesture."""
        self.plane.loop.setData([], [])


class Sprinkle(Gesture):
    """Adds a point where it begins, and more along the way."""

    def __init__(self, plane: Plane, at: Place) -> None:
        self.plane, self.editor = plane, plane.editor
        self.added: list[int] = []
        self._put(at)

    def _put(self, at: Place) -> None:
        self.last = at
        self.added += self.editor.put([at]).tolist()
        self.editor.progress("add", self.added)

    def move(self, at: Place) -> None:
        """See Gesture."""
        if not self.added or self.plane.pixels(np.array([self.last]), at)[0] >= SPACING:
            self._put(at)

    def release(self) -> None:
        """See Gesture."""
        self.editor.finish("add", self.added)

    def cancel(self) -> None:
        """See Gesture."""


class Brush(Gesture):
    """Does something to every point that it passes."""

    def __init__(self, plane: Plane, at: Place) -> None:
        self.plane, self.editor = plane, plane.editor
        self.move(at)

    def move(self, at: Place) -> None:
        """See Gesture."""
        hit = np.flatnonzero(self.plane.pixels(self.editor.points, at) <= BRUSH)
        if len(hit):
            self.touch(hit)

    def touch(self, hit: NDArray[np.int64]) -> None:
        """These points are under the brush."""
        raise NotImplementedError

    def cancel(self) -> None:
        """See Gesture."""


class Erase(Brush):
    """Removes what it passes."""

    def touch(self, hit: NDArray[np.int64]) -> None:
        """See Brush."""
        self.editor.drop(hit)
        self.editor.progress("remove", [])  # numbers have changed on the way: there is no list of them

    def release(self) -> None:
        """See Gesture."""
        self.editor.finish("remove", [])


class Relabel(Brush):
    """Gives what it passes the chosen class."""

    def __init__(self, plane: Plane, at: Place) -> None:
        self.touched: list[int] = []
        super().__init__(plane, at)

    def touch(self, hit: NDArray[np.int64]) -> None:
        """See Brush."""
        labels, label = self.editor.labels, self.editor.current_class
        if labels is None:
            return
        hit = hit[labels[hit] != label]
        if len(hit):
            self.editor.paint(hit, label)
            self.touched += hit.tolist()
            self.editor.progress("relabel", self.touched)

    def release(self) -> None:
        """See Gesture."""
        self.editor.finish("relabel", self.touched)


# Tools --------------------------------------------------------------------------------------------------------------


class Tool:
    """What the mouse does.

    Attributes:
        name: a word; the button's icon is `tool-<name>`.
        title, tip: what the button is called, and what it explains.
        key: the letter that takes it in hand.
        cursor: the pointer's shape.
        brush: whether a circle shows how far it reaches.
        needs_classes: whether it is of use only where points have classes.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    tip: ClassVar[str]
    key: ClassVar[Qt.Key]
    cursor: ClassVar[Qt.CursorShape] = Qt.CursorShape.CrossCursor
    brush: ClassVar[bool] = False
    needs_classes: ClassVar[bool] = False

    def press(self, plane: Plane, at: Place, *, more: bool = False) -> Gesture | None:
        """The left button went down; `more`: with Shift. Returns what is under way from now on, if anything is."""
        raise NotImplementedError

    def use(self, plane: Plane, at: Place) -> None:
        """Space at the keyboard's cursor: by default a click without moving."""
        gesture = self.press(plane, at)
        if gesture is not None:
            gesture.release()


class _Chooser(Tool):
    """A tool that chooses points: Space selects one or takes it out of the selection."""

    def use(self, plane: Plane, at: Place) -> None:
        """See Tool."""
        near = plane.nearest_point(at, 3 * NEAR)
        if near is not None:
            plane.editor.toggle(near)
        plane.pick(near, at)


class _Editing(Tool):
    """A tool that changes points: each press begins its gesture, unless the points are locked."""

    gesture: ClassVar[type[Sprinkle | Erase | Relabel]]

    def press(self, plane: Plane, at: Place, *, more: bool = False) -> Gesture | None:
        """See Tool."""
        return self.gesture(plane, at) if plane.editor.may_edit() else None


class SelectTool(_Chooser):
    """The arrow: looks at points, moves them and handles, selects."""

    name = "select"
    title = "Select and move"
    tip = "Click a point to look at it, drag it to move it, draw around points to select (V)"
    key = Qt.Key.Key_V
    cursor = Qt.CursorShape.ArrowCursor

    def press(self, plane: Plane, at: Place, *, more: bool = False) -> Gesture | None:
        """See Tool."""
        editor, handles = plane.editor, plane.handles
        if len(handles.places) and not editor.locked:
            distance = plane.pixels(handles.places, at)
            if distance.min() <= NEAR_HANDLE:
                return DragHandle(plane, at, int(distance.argmin()))
        near = plane.nearest_point(at)
        if near is None:
            if not more:
                editor.select([])
            return Loop(plane, at, picks=True)
        if more:
            editor.toggle(near)
            return None
        if near not in editor.selection:
            editor.select([near])
        return DragPoints(plane, at, near)


class AddTool(_Editing):
    """Adds points of the chosen class."""

    name = "add"
    title = "Add points"
    tip = "Click to add a point, drag to sprinkle several (A)"
    key = Qt.Key.Key_A
    gesture = Sprinkle


class LassoTool(_Chooser):
    """Selects what a line is drawn around."""

    name = "lasso"
    title = "Lasso"
    tip = "Draw around points to select them; Del removes them, 1–9 gives them a class (L)"
    key = Qt.Key.Key_L

    def press(self, plane: Plane, at: Place, *, more: bool = False) -> Gesture | None:
        """See Tool."""
        return Loop(plane, at, picks=False)


class EraseTool(_Editing):
    """Removes points."""

    name = "erase"
    title = "Erase"
    tip = "Drag over points to remove them (E)"
    key = Qt.Key.Key_E
    brush = True
    gesture = Erase


class RelabelTool(_Editing):
    """Gives points the chosen class."""

    name = "relabel"
    title = "Change class"
    tip = "Drag over points to give them the chosen class (R)"
    key = Qt.Key.Key_R
    brush = True
    needs_classes = True
    gesture = Relabel


TOOLS: tuple[Tool, ...] = (SelectTool(), AddTool(), LassoTool(), EraseTool(), RelabelTool())
"""All tools, in the order of their buttons. They remember nothing: what is under way is in the gesture."""


def inside(polygon: Points, points: Points) -> NDArray[np.bool_]:
    """Which points (N, 2) lie inside a closed polygon (M, 2): a ray crosses its edges an odd number of times.

    Returns:
        (N,) booleans.
    """
    x, y = points[:, 0], points[:, 1]
    result = np.zeros(len(points), bool)
    for (x1, y1), (x2, y2) in zip(polygon, np.roll(polygon, -1, axis=0), strict=True):
        if y1 == y2:
            continue
        spans = (y1 > y) != (y2 > y)
        result ^= spans & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return result
