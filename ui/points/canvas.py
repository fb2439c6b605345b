"""Points in the plane that can be taken in hand: click to add, drag to move, lasso, erase, give another class.

The canvas shows points and hands events on: the mouse's to the tool in hand (`tools`), the keyboard's to `keys`. What
is done to the points is the business of its `editor`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from ui.plots.plot_base import Plot
from ui.points.document import Labels, Points
from ui.points.editor import Place, PointEdit, PointEditor
from ui.points.handles import Handles
from ui.points.keys import PointKeys
from ui.points.layer import CHOSEN, HOLLOW, WRONG, PointLayer
from ui.points.looks import Colors, Looks, Marks
from ui.points.tools import BRUSH, NEAR, TOOLS, SelectTool, Tool
from ui.widgets import theme
from ui.widgets.numbers import number

__all__ = ["CHOSEN", "HOLLOW", "WRONG", "PointCanvas", "PointEdit"]

READOUT_FRAME = 24
"""Pixels of the plane's width that the read-out cannot use: its border, its padding, and the margin around it."""


class PointCanvas(Plot):
    """A plane with points, tools to change them, a picture behind them, and handles that can be dragged.

    Tabs add curves with `addItem` as to every plot (z-values: picture −50, curves 10, points 20, handles 30). Items
    that `restyle` colours are made before `super().__init__()`, which asks for colours.

    Attributes:
        editor: the points, their classes, the selection, undo; its signals tell what was done.
        tool: the tool in hand.
        handles: marks that can be dragged.
        describe_place: words for the read-out at (x, y); None shows coordinates and the point under the pointer.

    Signals:
        picked(index or None, (x, y)): a point was clicked without moving it, or an empty place; and where that is.
        handle_moved(index, (x, y), finished): a handle was dragged.
        handle_returned(index): its drag was taken back.
        tool_changed(name): another tool is in hand.
    """

    picked = Signal(object, object)
    handle_moved = Signal(int, object, bool)
    handle_returned = Signal(int)
    tool_changed = Signal(str)

    def __init__(
        self,
        x_label: str = "x",
        y_label: str = "y",
        *,
        classes: Sequence[str] = (),
        name: str = "points",
        square: bool = True,
        picture: pg.ImageItem | None = None,
        parent: QWidget | None = None,
    ) -> None:
        """A canvas; `square` keeps a unit of x as long as a unit of y, `picture` paints what lies behind the points."""
        self.editor = PointEditor(classes)
        self.layer = PointLayer()
        self.layer.setZValue(20)
        self.handles = Handles()
        self.loop = pg.PlotCurveItem()
        self.loop.setZValue(40)
        self.keys = PointKeys(self)
        self.tool: Tool = TOOLS[0]
        self.describe_place: Callable[[float, float], str] | None = None
        self._brush = pg.ScatterPlotItem(size=2 * BRUSH, symbol="o", pxMode=True)
        self._brush.setZValue(40)
        super().__init__(x_label, y_label, name=name, crosshair=True, zoom=True, parent=parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(self.tool.cursor)
        self.view_box.setAspectLocked(square)
        self.picture = pg.ImageItem() if picture is None else picture
        self.picture.setZValue(-50)
        for item in (self.picture, self.layer, self.handles, self.loop, self._brush, self.keys.mark):
            self.addItem(item, ignoreBounds=True)
        self.editor.changed.connect(self._draw)

    # What is shown ---------------------------------------------------------------------------------------------------

    @property
    def points(self) -> Points:
        """All points as they are shown, (N, 2), read-only."""
        return self.editor.points

    @property
    def labels(self) -> Labels | None:
        """Their classes (N,), read-only; None without classes."""
        return self.editor.labels

    def set_points(
        self, points: Points, labels: Labels | None = None, *, colors: Colors | None = None, marks: Marks | None = None
    ) -> None:
        """Show what the model has now; may be called on every frame. Older points do not undo what was just done.

        Args:
            points: (N, 2).
            labels: (N,) classes, if the canvas has classes.
            colors: (N, 3) uint8, mixed colours; None gives every point the colour of its class.
            marks: (N,) uint8, a sum of HOLLOW (held-out) and WRONG (misclassified).
        """
        self.editor.show(points, labels, Looks(colors, marks))

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
        self.handles.set_places(places, colors)

    def forget(self) -> None:
        """A new run is being built: what belongs to the one before goes, except the points."""

    def fit(self, margin: float = 0.08, also: ArrayLike | None = None) -> None:
        """Show all points (`in_view`), and all of `also` (M, 2), with a margin around them."""
        points = self.in_view()
        places = points if also is None else np.concatenate([points, np.reshape(also, (-1, 2))])
        if not len(places):
            self.set_range((-1, 1), (-1, 1))
            return
        low, high = places.min(axis=0), places.max(axis=0)
        room = np.maximum(high - low, 1e-6 * np.maximum(np.abs(low), np.abs(high)))
        if not room.any():
            room = np.ones(2)
        room = np.maximum(room, 1e-6 * room.max())
        low, high = low - margin * room, high + margin * room
        self.set_range((float(low[0]), float(high[0])), (float(low[1]), float(high[1])))

    def in_view(self) -> Points:
        """The points that are to be seen when everything is."""
        return self.points

    @property
    def view(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """The part of the plane that is seen: (x range, y range)."""
        (left, right), (bottom, top) = self.view_box.viewRange()
        return (left, right), (bottom, top)

    @Slot()
    def _draw(self) -> None:
        editor, count = self.editor, len(self.points)
        marks = editor.looks.marks_of(count)
        marks[editor.selection] |= CHOSEN
        self.layer.set_points(self.points, editor.looks.colors_of(count, self.labels), marks)

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        self.loop.setPen(pg.mkPen(colors.accent, width=1.5, style=Qt.PenStyle.DashLine))
        self._brush.setPen(pg.mkPen(colors.ink, width=1))
        self._brush.setBrush(None)
        self.keys.mark.setPen(pg.mkPen(colors.accent, width=2))
        self._draw()

    def describe(self, x: float, y: float) -> str:
        """The point under the pointer, or the place."""
        if self.describe_place is not None:
            return self._wrapped(self.describe_place(x, y))
        near = self.nearest_point((x, y))
        if near is None:
            return super().describe(x, y)
        at, labels, classes = self.points[near], self.labels, self.editor.classes
        name = f" · {classes[labels[near]]}" if labels is not None and classes else ""
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

    # Tools -----------------------------------------------------------------------------------------------------------

    @property
    def tools(self) -> tuple[Tool, ...]:
        """The tools that are of use here: relabelling needs classes."""
        return tuple(tool for tool in TOOLS if self.editor.classes or not tool.needs_classes)

    @Slot(str)
    def set_tool(self, name: str) -> None:
        """Take a tool in hand."""
        for tool in self.tools:
            if tool.name == name and tool is not self.tool:
                self.tool = tool
                self.setCursor(tool.cursor)
                self._brush.setData([], [])
                self.tool_changed.emit(name)

    # What tools and keys ask for (see Plane and KeyPlane) ------------------------------------------------------------

    def pixel_size(self) -> tuple[float, float]:
        """Width and height of a pixel on the axes."""
        x, y = self.view_box.viewPixelSize()
        return float(x), float(y)

    def pixels(self, places: Points, at: Place) -> NDArray[np.float64]:
        """Distances (N,) of places from a place on the axes, in pixels of the screen."""
        x, y = self.pixel_size()
        distance: NDArray[np.float64] = np.hypot(
            (places[:, 0] - at[0]) / max(x, 1e-300), (places[:, 1] - at[1]) / max(y, 1e-300)
        )
        return distance

    def nearest_point(self, at: Place, within: float = NEAR) -> int | None:
        """The point next to a place, if it is within so many pixels."""
        if not len(self.points):
            return None
        distance = self.pixels(self.points, at)
        near = int(distance.argmin())
        return near if distance[near] <= within else None

    def pick(self, index: int | None, at: Place) -> None:
        """A point was clicked, which lies at its own place, or an empty one."""
        if index is not None:
            at = (float(self.points[index, 0]), float(self.points[index, 1]))
        self.picked.emit(index, at)

    def tell_handle(self, index: int, at: Place, *, finished: bool) -> None:
        """A handle was dragged."""
        self.handle_moved.emit(index, at, finished)

    def return_handle(self, index: int) -> None:
        """A handle went back to where it was taken from."""
        self.handle_returned.emit(index)

    def point_at(self, at: Place | None) -> None:
        """Move crosshair and read-out."""
        self._point(at)

    # The mouse -------------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture with the tool in hand; other buttons move the view."""
        place = self.place(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place is None:
            super().mousePressEvent(event)
            return
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        more = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        self.editor.begin(self.tool.press(self, place, more=more))
        self.pressed.emit(place)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture."""
        place = self._unclipped(event.position())
        gesture = self.editor.gesture
        if gesture is not None and event.buttons() & Qt.MouseButton.LeftButton:
            gesture.move(place)
            self._point(self.place(event.position()))
        else:
            super().mouseMoveEvent(event)
        if self.tool.brush:
            self._brush.setData([place[0]], [place[1]])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self.editor.release()
            event.accept()
            return
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Two quick clicks are two clicks; with the arrow on an empty place everything comes into view."""
        place = self.place(event.position())
        if place is not None and isinstance(self.tool, SelectTool) and self.nearest_point(place) is None:
            self.show_everything()
        self.mousePressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        """The brush leaves with the pointer."""
        super().leaveEvent(event)
        self._brush.setData([], [])

    def _unclipped(self, position: QPointF) -> Place:
        point = self.view_box.mapSceneToView(self.mapToScene(position.toPoint()))
        (left, right), (bottom, top) = self.view
        return min(max(point.x(), left), right), min(max(point.y(), bottom), top)

    # The keyboard ----------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Claim our own keys before the window's shortcuts get them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self.keys.action(event):
            event.accept()
            return True
        return bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Carry out our own keys; all others go on to the window."""
        action = self.keys.action(event)
        if action is None:
            event.ignore()
            return
        action()
        event.accept()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """See PointKeys."""
        super().focusInEvent(event)
        self.keys.focus_in(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """See PointKeys."""
        super().focusOutEvent(event)
        self.keys.focus_out()
