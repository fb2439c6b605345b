"""The plane of the Boundary tab: what the network says everywhere, behind the points it is trained and tested on."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Slot

from models.boundary.data import input_names
from models.boundary.maps import Box, decision_grid, neuron_maps, predict, view_box
from models.boundary.snapshot import BoundarySnapshot
from ui.plots.smooth_image import SmoothImage
from ui.points.canvas import PointCanvas
from ui.tabs.boundary.colors import Colors, answer_colors, outline, point_looks, tile_colors, value_level
from ui.widgets import theme
from ui.widgets.numbers import number

MOVING, RESTING, CRISP = 56, 120, 240
"""Places along each side where the network is asked: while it trains (drawn smoothly), at rest, with hard borders."""
FAR = 6.0
"""Points out there are in units of their own: the middle of the plane is of no interest to them."""


class BoundaryView(PointCanvas):
    """Decision regions (or the map of one neuron) behind points that can be edited.

    Attributes:
        level: what a value to predict is measured against.
        discrete: only the decision is shown, not how sure the network is.
    """

    def __init__(self) -> None:
        self.snapshot: BoundarySnapshot | None = None
        self.level = 1.0
        self._neuron: tuple[int, int] | None = None
        self.discrete = False
        self._moving = False
        self._seen: tuple[object, ...] = ()  # what the points were drawn from, to draw them only when it changed
        self._marks_seen = np.empty(0, np.uint8)
        self.probe: tuple[float, float] | None = None
        self._probe = pg.ScatterPlotItem(size=19, symbol="o", pxMode=True)
        self._probe.setZValue(35)
        self._probe.hide()
        self._smooth = SmoothImage()
        super().__init__("x", "y", classes=("A", "B"), name="plane", picture=self._smooth)
        self.addItem(self._probe, ignoreBounds=True)
        self.view_box.sigRangeChanged.connect(self.show_picture)
        self.describe_place = self._describe

    # What the tab calls --------------------------------------------------------------------------------------------

    def show_network(self, snapshot: BoundarySnapshot, *, moving: bool) -> None:
        """Draw regions and points; `moving`: it trains, so the picture may be coarser."""
        self.snapshot, self._moving = snapshot, moving
        self.editor.set_locked("")
        self.layer.outline = outline(snapshot)
        self.level = value_level(snapshot)
        looks = point_looks(snapshot)
        seen = (snapshot.points, snapshot.labels, snapshot.targets, self.points)
        same = len(self._seen) == len(seen) and all(a is b for a, b in zip(seen, self._seen, strict=True))
        marks = looks.marks_of(len(snapshot.points))
        if not (same and np.array_equal(marks, self._marks_seen)):
            self.editor.show(snapshot.points, snapshot.labels, looks)
            self._seen, self._marks_seen = (*seen[:3], self.points), marks
        self.show_picture()

    def frame_points(self) -> None:
        """Bring all points into view, and at least the square from −1 to 1 unless they lie far away."""
        if self.snapshot is not None:
            points = self.snapshot.points
            if len(points) and np.abs(points).max() > FAR:
                super().fit(0.12)
                return
            left, right, bottom, top = view_box(self.snapshot)
            self.set_range((left, right), (bottom, top))

    def fit(self, margin: float = 0.08, also: object = None) -> None:
        """See PointCanvas."""
        self.frame_points()

    def forget(self) -> None:
        """A new run is being built."""
        self._neuron = None
        self.set_probe(None)

    def clear_network(self) -> None:
        """There is no run: nothing is shown, and nothing can be changed until there is one."""
        self.snapshot, self._seen = None, ()
        self.set_picture(None)
        self.set_points(np.empty((0, 2)), np.empty(0, np.int64))
        self.editor.set_locked(
            "There is no network yet that could learn from points: change the settings, then press Reset."
        )

    def set_neuron(self, neuron: tuple[int, int] | None) -> None:
        """Show one neuron's map (layer as in `Spot`) instead of the answer; None: the answer again."""
        if neuron != self._neuron:
            self._neuron = neuron
            self.show_picture()

    @property
    def neuron(self) -> tuple[int, int] | None:
        """Whose map is shown; None: the answer's."""
        return self._neuron

    def set_discrete(self, discrete: bool) -> None:
        """Show only the decision, not how sure it is."""
        self.discrete = discrete
        self.show_picture()

    def set_probe(self, place: tuple[float, float] | None) -> None:
        """Mark the point whose numbers stand in the formulas."""
        if place == self.probe:
            return
        self.probe = place
        self._probe.setVisible(place is not None)
        if place is not None:
            self._probe.setData([place[0]], [place[1]])

    @property
    def box(self) -> Box:
        """The part of the plane that is in view."""
        (left, right), (bottom, top) = self.view
        return left, right, bottom, top

    # Drawing -------------------------------------------------------------------------------------------------------

    @Slot()
    def show_picture(self) -> None:
        """Ask the network about every place in view."""
        snapshot = self.snapshot
        if snapshot is None or not self.isVisible():
            return
        box = self.box
        self._smooth.smooth = self._moving or not self.discrete
        resolution = MOVING if self._moving else CRISP if self.discrete else RESTING
        if self._neuron is not None:
            colors = self._neuron_colors(snapshot, box, min(resolution, RESTING))
        else:
            grid = decision_grid(snapshot, box, resolution)
            colors = answer_colors(grid, self.level, discrete=self.discrete)
        self.set_picture(colors, box[:2], box[2:])

    def _neuron_colors(self, snapshot: BoundarySnapshot, box: Box, resolution: int) -> Colors:
        assert self._neuron is not None
        layer, unit = self._neuron
        tiles = tile_colors(snapshot, neuron_maps(snapshot, box, resolution), self.level)
        column = tiles[layer + 1]
        picture: Colors = column[min(unit, len(column) - 1)]
        return picture

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        super().restyle(colors)
        self._probe.setPen(pg.mkPen(colors.ink, width=2.5))
        self._probe.setBrush(None)
        self._seen = ()
        if self.snapshot is not None:
            self.show_network(self.snapshot, moving=False)

    def _describe(self, x: float, y: float) -> str:
        """Read-out: the place, and what the network says there."""
        snapshot = self.snapshot
        first, second = ("x", "y") if snapshot is None else input_names(("x", "y"), snapshot.axis_names)
        words = f"{first} {number(x)} · {second} {number(y)}"
        if snapshot is None:
            return words
        near = self.nearest_point((x, y))
        point = f"point {near + 1} · " if near is not None else ""
        if near is not None and near < len(snapshot.points):
            kind = "held out" if near < len(snapshot.held_out) and snapshot.held_out[near] else "training"
            point = f"{kind} point {near + 1} · "
        answer = predict(snapshot, (x, y))[0]
        if snapshot.regression:
            return f"{point}{words} · {number(float(answer[0]))}"
        best = int(answer.argmax())
        return f"{point}{words} · {snapshot.class_names[best]} {100 * float(answer[best]):.0f} %"
