"""Points in the plane that can be taken in hand: click to add, drag to move, lasso, erase, give another class.

The canvas never changes a model. Every gesture is shown at once and told as an `edited` signal with all points as they
are meant to be; the tab sends them to its run. Until the run has taken them over it still publishes the old points, so
the canvas remembers what it has sent and does not let older points flicker through (see `set_points`).

Keys while the canvas has the focus: V, A, L, E, R choose the tool, 1–9 the class (and give it to the selected points),
Ctrl+A selects all, Del removes the selected points, Ctrl+Z takes back. Reached with Tab it shows a cursor, moved by the
arrow keys (Shift: further); Space uses the tool there, Alt+arrows move the selected points, Esc hides the cursor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent
from PySide6.QtWidgets import QWidget

from ui.plots.plot_base import Plot
from ui.points.document import Labels, PointDocument, Points
from ui.points.layer import CHOSEN, HOLLOW, WRONG, PointLayer
from ui.widgets import theme
from ui.widgets.numbers import number

__all__ = ["CHOSEN", "HOLLOW", "WRONG", "PointCanvas", "PointEdit", "Tool"]

Tool = Literal["select", "add", "lasso", "erase", "relabel"]
Kind = Literal["add", "move", "remove", "relabel", "undo"]

NEAR = 9.0
"""Pixels within which a click means a point or handle."""
BRUSH = 12.0
"""Radius of the eraser and of the brush that gives another class, in pixels."""
SPACING = 14.0
"""Pixels between two points when they are sprinkled by dragging."""
READOUT_FRAME = 24
"""Pixels of the plane's width that the read-out cannot use: its border, its padding, and the margin around it."""
MOST_EDITABLE = 20_000
"""Points that can be edited by hand: every gesture goes to the model with all of them."""
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
_TOOL_KEYS: dict[int, Tool] = {
    Qt.Key.Key_V: "select",
    Qt.Key.Key_A: "add",
    Qt.Key.Key_L: "lasso",
    Qt.Key.Key_E: "erase",
    Qt.Key.Key_R: "relabel",
}


@dataclass(frozen=True)
class PointEdit:
    """What the user has done, and the points as they should be now.

    Attributes:
        kind: what was done; "undo" stands for redo as well.
        points: (N, 2) all points, read-only.
        labels: (N,) their classes, read-only; None on a canvas without classes.
        which: (M,) indices of the points added, moved or relabelled; of a removal, in the points before.
        finished: False while the gesture goes on (a point under way), True at its end.
    """

    kind: Kind
    points: Points
    labels: Labels | None
    which: NDArray[np.int64]
    finished: bool = True


class PointCanvas(Plot):
    """A plane with points, tools to change them, a picture behind them, and handles that can be dragged.

    Tabs add curves with `addItem` as to every plot (z-values: picture −50, curves 10, points 20, handles 30).

    Attributes:
        classes: names of the classes; empty when points have none. See `set_classes`.
        tool: the tool in hand.
        current_class: the class that new and relabelled points get.
        selection: indices of the selected points.
        describe_place: words for the read-out at (x, y); None shows coordinates and the point under the pointer.

    Signals:
        edited(PointEdit): points were added, moved, removed or relabelled; up to 30 times a second during a gesture.
        picked(index or None): a point was clicked without moving it, or an empty place.
        selection_changed(), history_changed(), tool_changed(str), class_changed(int).
        handle_moved(index, (x, y), finished): a handle was dragged.
        noticed(sentence): why a gesture does nothing.
    """

    edited = Signal(object)
    picked = Signal(object)
    selection_changed = Signal()
    history_changed = Signal()
    tool_changed = Signal(str)
    class_changed = Signal(int)
    handle_moved = Signal(int, object, bool)
    noticed = Signal(str)

    def __init__(
        self,
        x_label: str = "x",
        y_label: str = "y",
        *,
        classes: Sequence[str] = (),
        name: str = "points",
        square: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        """A canvas; `square` keeps a unit of x as long as a unit of y."""
        self.layer = PointLayer()
        self.classes: tuple[str, ...] = tuple(classes)
        self.tool: Tool = "select"
        self.current_class = 0
        self.selection: NDArray[np.int64] = np.empty(0, np.int64)
        self.describe_place: Callable[[float, float], str] | None = None
        self.document = PointDocument(with_labels=bool(classes))
        self._colors: NDArray[np.uint8] | None = None
        self._marks: NDArray[np.uint8] | None = None
        self._locked = ""
        self._gesture = ""
        self._start = self._last = (0.0, 0.0)
        self._start_points = self.points
        self._moved = False
        self._kind: Kind = "move"
        self._touched: list[int] = []
        self._path: list[tuple[float, float]] = []
        self._pressed_point: int | None = None
        self._handle = -1
        self._handles: Points = np.empty((0, 2))
        self._cursor: tuple[float, float] | None = None
        self._cursor_before: tuple[float, float] | None = None  # when the window lost the focus
        super().__init__(x_label, y_label, name=name, crosshair=True, zoom=True, parent=parent)
        self.clear = self.clear_points  # what a plot's own `clear` would take away are the curves
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.view_box.setAspectLocked(square)
        self.picture = pg.ImageItem()
        self.picture.setZValue(-50)
        self.layer.setZValue(20)
        self._handle_marks = pg.ScatterPlotItem(size=17, symbol="o", pxMode=True)
        self._handle_marks.setZValue(30)
        self._loop = pg.PlotCurveItem()
        self._loop.setZValue(40)
        self._brush = pg.ScatterPlotItem(size=2 * BRUSH, symbol="o", pxMode=True)
        self._brush.setZValue(40)
        self._keyboard = pg.ScatterPlotItem(size=22, symbol="+", pxMode=True)
        self._keyboard.setZValue(41)
        for item in (self.picture, self.layer, self._handle_marks, self._loop, self._brush, self._keyboard):
            self.addItem(item, ignoreBounds=True)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(33)
        self._soon.timeout.connect(self._tell_progress)
        self.setCursor(Qt.CursorShape.ArrowCursor)

    # ------------------------------------------------------------------------------------------------ what is shown

    @property
    def points(self) -> Points:
        """All points as they are shown, (N, 2), read-only."""
        return self.document.points

    @property
    def labels(self) -> Labels | None:
        """Their classes (N,), read-only; None without classes."""
        return self.document.labels

    @property
    def is_empty(self) -> bool:
        """Whether there is no point."""
        return not len(self.points)

    def set_points(
        self,
        points: Points,
        labels: Labels | None = None,
        *,
        colors: NDArray[np.uint8] | None = None,
        marks: NDArray[np.uint8] | None = None,
    ) -> None:
        """Show what the model has now; may be called on every frame.

        Points that are older than an edit still on its way are not shown; their colours are, if they fit. Points of any
        other origin (a new run, another step of the timeline) end the gesture under way and begin a new history.

        Args:
            points: (N, 2).
            labels: (N,) classes, if the canvas has classes.
            colors: (N, 3) uint8, mixed colours; None gives every point the colour of its class.
            marks: (N,) uint8, a sum of HOLLOW (held-out) and WRONG (misclassified).
        """
        if self.document.take(points, labels):
            fits = len(points) == len(self.points)
            self._colors, self._marks = (colors, marks) if fits else (None, None)
        else:
            self._drop_gesture()
            self._colors, self._marks = colors, marks
            self._select([])
            self.history_changed.emit()
        self._draw()

    def refuse(self) -> None:
        """The model did not accept the last edit: show the points that it has."""
        self._drop_gesture()
        self.document.refuse()
        self._colors = self._marks = None
        self._select([])
        self.history_changed.emit()
        self._draw()

    def _drop_gesture(self) -> None:
        self._gesture = ""
        self._soon.stop()
        self._loop.setData([], [])

    def set_classes(self, names: Sequence[str]) -> None:
        """Name the classes that points can have."""
        self.classes = tuple(names)
        self.set_current_class(min(self.current_class, max(len(names) - 1, 0)))

    def set_locked(self, reason: str) -> None:
        """Forbid edits, with the reason in words; "" allows them again."""
        self._locked = reason

    def set_picture(
        self, rgba: NDArray[np.uint8] | None, x: tuple[float, float] = (0, 1), y: tuple[float, float] = (0, 1)
    ) -> None:
        """A picture (H, W, 4) behind the points, row 0 at the lower edge, covering x and y; None takes it away."""
        self.picture.setVisible(rgba is not None)
        if rgba is not None:
            self.picture.setImage(rgba, levels=None)
            self.picture.setRect(QRectF(x[0], y[0], x[1] - x[0], y[1] - y[0]))

    def set_handles(self, places: ArrayLike, colors: Sequence[QColor] = ()) -> None:
        """Marks (H, 2) that can be dragged (means, centres); the one in hand stays with the pointer."""
        places = np.array(places, dtype=np.float64).reshape(-1, 2)
        if self._gesture == "handle" and len(places) == len(self._handles):
            places[self._handle] = self._handles[self._handle]
        self._handles = places
        surface, ink = theme.current().surface, theme.current().ink
        self._handle_marks.setData(
            pos=places,
            brush=[pg.mkBrush(color) for color in colors] or pg.mkBrush(surface),
            pen=pg.mkPen(ink, width=1),
        )

    def fit(self, margin: float = 0.08, also: ArrayLike | None = None) -> None:
        """Show all points, and all of `also` (M, 2), with a margin around them."""
        places = self.points if also is None else np.concatenate([self.points, np.reshape(also, (-1, 2))])
        if not len(places):
            self.set_range((-1, 1), (-1, 1))
            return
        low, high = places.min(axis=0), places.max(axis=0)
        room = np.maximum(high - low, 1e-9 + 1e-6 * np.abs(high))
        low, high = low - margin * room, high + margin * room
        self.set_range((float(low[0]), float(high[0])), (float(low[1]), float(high[1])))

    @property
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The part of the plane that is seen: (x range, y range)."""
        (left, right), (bottom, top) = self.view_box.viewRange()
        return (left, right), (bottom, top)

    def _draw(self) -> None:
        count = len(self.points)
        colors = self._colors
        if colors is None or len(colors) != count:
            colors = self._class_colors()
        marks = np.zeros(count, np.uint8)
        if self._marks is not None and len(self._marks) == count:
            marks |= self._marks
        marks[self.selection] |= CHOSEN
        self.layer.set_points(self.points, colors, marks)

    def _class_colors(self) -> NDArray[np.uint8]:
        if self.labels is None or len(self.labels) != len(self.points):
            plain = theme.current().muted
            return np.tile(np.array(plain.getRgb()[:3], np.uint8), (len(self.points), 1))
        palette = np.array([color.getRgb()[:3] for color in theme.current().classes], np.uint8)
        return palette[self.labels % len(palette)]

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        self._loop.setPen(pg.mkPen(colors.accent, width=1.5, style=Qt.PenStyle.DashLine))
        self._brush.setPen(pg.mkPen(colors.ink, width=1))
        self._brush.setBrush(None)
        self._keyboard.setPen(pg.mkPen(colors.accent, width=2))
        self._draw()

    def describe(self, x: float, y: float) -> str:
        """The point under the pointer, or the place."""
        if self.describe_place is not None:
            return self._wrapped(self.describe_place(x, y))
        near = self.nearest_point((x, y))
        if near is None:
            return super().describe(x, y)
        at = self.points[near]
        name = f" · {self.classes[self.labels[near]]}" if self.labels is not None and self.classes else ""
        return f"point {near + 1}{name}: {number(at[0])}, {number(at[1])}"

    def _wrapped(self, words: str) -> str:
        """Words with “ · ” between them in as many lines as it takes to see them all: a small plane is narrow."""
        room, metrics = self.view_box.sceneBoundingRect().width() - READOUT_FRAME, self._words.fontMetrics()
        lines: list[str] = []
        for part in words.split(" · "):
            longer = f"{lines[-1]} · {part}" if lines else part
            if lines and metrics.horizontalAdvance(longer) <= room:
                lines[-1] = longer
            else:
                lines.append(part)
        return "\n".join(lines)

    # -------------------------------------------------------------------------------------------- tools and classes

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools there are: relabelling needs classes."""
        return ("select", "add", "lasso", "erase", "relabel") if self.classes else ("select", "add", "lasso", "erase")

    def set_tool(self, tool: Tool) -> None:
        """Take a tool in hand."""
        if tool == self.tool or tool not in self.tools:
            return
        self.tool = tool
        shapes = {"select": Qt.CursorShape.ArrowCursor}
        self.setCursor(shapes.get(tool, Qt.CursorShape.CrossCursor))
        self._brush.setData([], [])
        self.tool_changed.emit(tool)

    @Slot(int)
    def set_current_class(self, label: int) -> None:
        """Choose the class of new and relabelled points."""
        if label != self.current_class and 0 <= label < max(len(self.classes), 1):
            self.current_class = label
            self.class_changed.emit(label)

    # ------------------------------------------------------------------------------------------------------ editing

    def add(self, places: ArrayLike, label: int | None = None) -> None:
        """Add points (M, 2), of the current class unless another is given."""
        if self._may_edit():
            before = len(self.points)
            self._change_add(places, label)
            self._finish("add", np.arange(before, len(self.points)))

    def remove(self, which: ArrayLike) -> None:
        """Remove the points with these indices."""
        chosen = np.unique(np.asarray(which, dtype=np.int64))
        if len(chosen) and self._may_edit():
            self._change_remove(chosen)
            self._finish("remove", chosen)

    def move(self, which: ArrayLike, by: tuple[float, float]) -> None:
        """Move the points with these indices by (dx, dy) on the axes."""
        chosen = np.asarray(which, dtype=np.int64)
        if len(chosen) and self._may_edit():
            self._change_move(self.points, chosen, by)
            self._finish("move", chosen)

    def relabel(self, which: ArrayLike, label: int) -> None:
        """Give the points with these indices another class."""
        chosen = np.asarray(which, dtype=np.int64)
        if len(chosen) and self.labels is not None and self._may_edit():
            self._change_relabel(chosen, label)
            self._finish("relabel", chosen)

    @Slot()
    def remove_selected(self) -> None:
        """Remove the selected points."""
        self.remove(self.selection)

    @Slot()
    def clear_points(self) -> None:
        """Remove the selected points; without a selection all of them. Can be taken back."""
        self.remove(self.selection if len(self.selection) else np.arange(len(self.points)))

    @Slot()
    def select_all(self) -> None:
        """Select every point."""
        self._select(np.arange(len(self.points)))

    def select(self, which: ArrayLike) -> None:
        """Select the points with these indices and no others."""
        self._select(which)

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return bool(self._gesture) or self.document.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to repeat."""
        return self.document.can_redo

    @Slot()
    def undo(self) -> None:
        """Take back the gesture under way, else the last finished one."""
        if self._gesture:
            self._drop_gesture()
            self.document.abandon()
        elif self.document.can_undo:
            self.document.undo()
        else:
            return
        self._arrived()

    @Slot()
    def redo(self) -> None:
        """Repeat what was last taken back."""
        if self.document.can_redo and not self._gesture:
            self.document.redo()
            self._arrived()

    def _arrived(self) -> None:
        self._select([])
        self._draw()
        self._tell("undo", np.empty(0, np.int64), True)
        self.history_changed.emit()

    def _may_edit(self) -> bool:
        if self._locked:
            self.noticed.emit(self._locked)
        return not self._locked

    def _change_add(self, places: ArrayLike, label: int | None = None) -> None:
        new = np.asarray(places, dtype=np.float64).reshape(-1, 2)
        if len(self.points) + len(new) > MOST_EDITABLE:
            self.noticed.emit(f"There are {len(self.points):,} points already, the most that can be edited by hand.")
            return
        self.document.add(new, self.current_class if label is None else label)
        if self._colors is not None and not self.classes:
            plain = np.array(theme.current().muted.getRgb()[:3], np.uint8)
            self._colors = np.concatenate([self._colors[:, :3], np.tile(plain, (len(new), 1))])
        else:
            self._colors = None
        if self._marks is not None:
            self._marks = np.concatenate([self._marks, np.zeros(len(new), np.uint8)])
        self._draw()

    def _change_remove(self, which: NDArray[np.int64]) -> None:
        keep = np.ones(len(self.points), bool)
        keep[which] = False
        position = np.cumsum(keep) - 1
        self.document.keep(keep)
        self._colors = None if self._colors is None or len(self._colors) != len(keep) else self._colors[keep]
        self._marks = None if self._marks is None or len(self._marks) != len(keep) else self._marks[keep]
        self._select(position[self.selection[keep[self.selection]]])
        self._draw()

    def _change_move(self, origin: Points, which: NDArray[np.int64], by: tuple[float, float]) -> None:
        self.document.move(origin, which, by)
        self._draw()

    def _change_relabel(self, which: NDArray[np.int64], label: int) -> None:
        self.document.relabel(which, label)
        if self.classes:
            self._colors = None
        self._draw()

    def _finish(self, kind: Kind, which: NDArray[np.int64]) -> None:
        """A gesture is over: it can be taken back from now on."""
        self._soon.stop()
        if not self.document.record():
            return
        self._tell(kind, which, True)
        self.history_changed.emit()

    def _tell(self, kind: Kind, which: NDArray[np.int64], finished: bool) -> None:
        self.document.mark_sent()
        self.edited.emit(PointEdit(kind, self.points, self.labels, which, finished))

    @Slot()
    def _tell_progress(self) -> None:
        if self._gesture:
            self._tell(self._kind, np.array(self._touched, np.int64), False)

    def _progress(self, kind: Kind, which: Sequence[int] | NDArray[np.int64]) -> None:
        """In the middle of a gesture: tell it, but not on every movement of the mouse."""
        self._kind = kind
        self._touched = [int(index) for index in which]
        if not self._soon.isActive():
            self._soon.start()

    def _select(self, which: ArrayLike) -> None:
        chosen = np.unique(np.asarray(which, dtype=np.int64))
        if not np.array_equal(chosen, self.selection):
            self.selection = chosen
            self._draw()
            self.selection_changed.emit()

    # --------------------------------------------------------------------------------------------------- the mouse

    def _pixels(self, places: Points, at: tuple[float, float]) -> NDArray[np.float64]:
        """Distances (N,) of places from a place on the axes, in pixels of the screen."""
        x, y = self.view_box.viewPixelSize()
        return np.hypot((places[:, 0] - at[0]) / max(x, 1e-300), (places[:, 1] - at[1]) / max(y, 1e-300))

    def nearest_point(self, at: tuple[float, float], within: float = NEAR) -> int | None:
        """The point next to a place, if it is within so many pixels."""
        if not len(self.points):
            return None
        distance = self._pixels(self.points, at)
        near = int(distance.argmin())
        return near if distance[near] <= within else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture with the tool in hand; other buttons move the view."""
        place = self.place(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place is None:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._begin(place, bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        self.pressed.emit(place)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture."""
        place = self._unclipped(event.position())
        if self._gesture and event.buttons() & Qt.MouseButton.LeftButton:
            self._continue(place)
            self._point(self.place(event.position()))
        else:
            super().mouseMoveEvent(event)
        if self.tool in ("erase", "relabel"):
            self._brush.setData([place[0]], [place[1]])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        if event.button() == Qt.MouseButton.LeftButton:
            if self._gesture:
                self._end()
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks are two clicks; with the arrow on an empty place everything comes into view."""
        place = self.place(event.position())
        if place is not None and self.tool == "select" and self.nearest_point(place) is None:
            self.show_everything()
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The brush leaves with the pointer."""
        super().leaveEvent(event)
        self._brush.setData([], [])

    def _unclipped(self, position: QPointF) -> tuple[float, float]:
        point = self.view_box.mapSceneToView(self.mapToScene(position.toPoint()))
        (left, right), (bottom, top) = self.view
        return min(max(point.x(), left), right), min(max(point.y(), bottom), top)

    def _begin(self, at: tuple[float, float], more: bool = False) -> None:
        self._start = self._last = at
        self._start_points = self.points
        self._moved = False
        self._touched = []
        if self.tool == "select":
            self._begin_select(at, more)
        elif self.tool == "lasso":
            self._gesture = "lasso"
            self._path = [at]
        elif self._may_edit():
            self._gesture = self.tool
            self._apply(at)

    def _begin_select(self, at: tuple[float, float], more: bool) -> None:
        if len(self._handles) and not self._locked:
            distance = self._pixels(self._handles, at)
            if distance.min() <= NEAR + 2:
                self._gesture, self._handle = "handle", int(distance.argmin())
                return
        near = self.nearest_point(at)
        if near is None:
            self._gesture = "lasso"
            self._path = [at]
            if not more:
                self._select([])
        elif more:
            self._select(np.setxor1d(self.selection, [near]))
        else:
            if near not in self.selection:
                self._select([near])
            self._gesture = "move"
        self._pressed_point = near

    def _continue(self, at: tuple[float, float]) -> None:
        far = self._pixels(np.array([self._start]), at)[0] > 3
        self._moved = self._moved or bool(far)
        if self._gesture == "handle" and self._moved:
            self._handles[self._handle] = at
            self._handle_marks.setData(pos=self._handles)
            self.handle_moved.emit(self._handle, at, False)
        elif self._gesture == "move" and self._moved and self._may_edit():
            self._change_move(self._start_points, self.selection, (at[0] - self._start[0], at[1] - self._start[1]))
            self._progress("move", self.selection)
        elif self._gesture == "lasso":
            self._path.append(at)
            path = np.array([*self._path, self._path[0]])
            self._loop.setData(path[:, 0], path[:, 1])
        elif self._gesture in ("add", "erase", "relabel"):
            self._apply(at)

    def _apply(self, at: tuple[float, float]) -> None:
        """What the brushes do at a place."""
        if self._gesture == "add":
            if not self._touched or self._pixels(np.array([self._last]), at)[0] >= SPACING:
                before = len(self.points)
                self._change_add([at])
                self._progress("add", [*self._touched, *range(before, len(self.points))])
                self._last = at
            return
        hit = np.flatnonzero(self._pixels(self.points, at) <= BRUSH)
        if self._gesture == "erase" and len(hit):
            self._change_remove(hit)
            self._progress("remove", [])
        elif self._gesture == "relabel" and self.labels is not None:
            hit = hit[self.labels[hit] != self.current_class]
            if len(hit):
                self._change_relabel(hit, self.current_class)
                self._progress("relabel", [*self._touched, *hit])

    def _end(self) -> None:
        gesture, self._gesture = self._gesture, ""
        if gesture == "handle":
            if self._moved:
                x, y = self._handles[self._handle]
                self.handle_moved.emit(self._handle, (float(x), float(y)), True)
            else:  # only clicked: what lies under it is meant
                self.picked.emit(self.nearest_point(self._start))
        elif gesture == "lasso":
            self._loop.setData([], [])
            if self._moved:
                self._select(np.flatnonzero(inside(np.array(self._path), self.points)))
            elif self.tool == "select":
                self.picked.emit(None)
        elif gesture == "move" and not self._moved:
            self.picked.emit(self._pressed_point)
        else:
            kinds: dict[str, Kind] = {"move": "move", "add": "add", "erase": "remove", "relabel": "relabel"}
            self._finish(kinds[gesture], np.array(self._touched, np.int64))

    # ----------------------------------------------------------------------------------------------- the keyboard

    def event(self, event: QEvent) -> bool:
        """Claim our own keys before the window's shortcuts get them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._key(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out our own keys; all others go on to the window."""
        action = self._key(event)
        if action is None:
            event.ignore()
            return
        action()
        event.accept()

    def _key(self, event: QKeyEvent) -> Callable[[], object] | None:
        """What a key means here; None for a key that is not ours."""
        key, modifiers = event.key(), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        standard = QKeySequence.StandardKey
        if event.matches(standard.Undo):
            return self.undo
        if event.matches(standard.Redo) or (modifiers == Qt.KeyboardModifier.ControlModifier and key == Qt.Key.Key_Y):
            return self.redo
        if event.matches(standard.SelectAll):
            return self.select_all
        if key in _ARROWS and self._cursor is not None:
            if modifiers & Qt.KeyboardModifier.AltModifier:
                return lambda: self._nudge(*_ARROWS[key])
            far = 8 if modifiers & Qt.KeyboardModifier.ShiftModifier else 1
            return lambda: self._move_cursor(*_ARROWS[key], far)
        if modifiers:
            return None
        if key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            return self.clear_points if len(self.selection) else None
        if key in _TOOL_KEYS and _TOOL_KEYS[key] in self.tools:
            return lambda: self.set_tool(_TOOL_KEYS[key])
        if Qt.Key.Key_1 <= key < Qt.Key.Key_1 + min(len(self.classes), 9):
            return lambda: self.choose_class(key - Qt.Key.Key_1)
        if key == Qt.Key.Key_Space and self._cursor is not None:
            return self._use_cursor
        if key == Qt.Key.Key_Escape and (self._cursor is not None or len(self.selection)):
            return self._escape
        return None

    def choose_class(self, label: int) -> None:
        """Choose a class and give it to the selected points."""
        self.set_current_class(label)
        self.relabel(self.selection, label)

    def _escape(self) -> None:
        self._select([])
        self._set_cursor(None)

    def _use_cursor(self) -> None:
        """Space: a click of the tool in hand at the cursor (a press and a release, without moving)."""
        assert self._cursor is not None
        at = self._cursor
        if self.tool in ("select", "lasso"):
            near = self.nearest_point(at, 3 * NEAR)
            if near is not None:
                self._select(np.setxor1d(self.selection, [near]))
            self.picked.emit(near)
            return
        self._begin(at)
        if self._gesture:
            self._end()

    def _move_cursor(self, dx: int, dy: int, far: int) -> None:
        assert self._cursor is not None
        width, height = self.view_box.viewPixelSize()
        (left, right), (bottom, top) = self.view
        x, y = self._cursor[0] + 5 * far * dx * width, self._cursor[1] + 5 * far * dy * height
        self._set_cursor((min(max(x, left), right), min(max(y, bottom), top)))

    def _nudge(self, dx: int, dy: int) -> None:
        width, height = self.view_box.viewPixelSize()
        self.move(self.selection, (5 * dx * width, 5 * dy * height))

    def _set_cursor(self, at: tuple[float, float] | None) -> None:
        self._cursor = at
        self._keyboard.setData([] if at is None else [at[0]], [] if at is None else [at[1]])
        self._point(at)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard's cursor appears when the keyboard brought the focus here."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            (left, right), (bottom, top) = self.view
            self._set_cursor(((left + right) / 2, (bottom + top) / 2))
        elif event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self._set_cursor(self._cursor_before)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Without the focus there is no cursor."""
        super().focusOutEvent(event)
        self._cursor_before = self._cursor
        self._set_cursor(None)


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
