"""The plane as a hidden layer of two neurons sees it: a bent grid, on which a straight layer can finish the work."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QStackedLayout, QWidget

from models.boundary.maps import Box, HiddenSpace, hidden_space, two_unit_layers
from models.boundary.snapshot import BoundarySnapshot
from ui.plots.plot_base import Plot
from ui.plots.smooth_image import SmoothImage
from ui.points.layer import PointLayer
from ui.tabs.boundary.colors import Colors, answer_colors, outline, point_looks, value_level
from ui.widgets import theme
from ui.widgets.layout import STRETCH, column, muted, row, widget_of
from ui.widgets.wheel import CalmComboBox

MISSING = (
    "<b>Here one sees where the points go in a hidden layer of two neurons.</b><br><br>This network has no such layer. "
    "Set “hidden layers” to, say, 8 and 2 and press Reset: then the plane is bent before your eyes until "
)
CLASSES, VALUES = "a straight line can separate the classes.", "the values rise evenly from one side to the other."
"""What the layers after a hidden one need: the last one is straight."""
ROOM, LEAST_FILLED = 0.1, 0.7
"""Room around what is shown, as a share of its size, and how much of the range it must fill for that to stay."""
LINES, SAMPLES, RESOLUTION = 17, 49, 48


class HiddenSpaceView(Plot):
    """Regions, grid and points after the layer."""

    def __init__(self) -> None:
        super().__init__("first neuron", "second neuron", name="hidden space", zoom=True, grid=False)
        self.picture = SmoothImage()
        self.picture.setZValue(-50)
        self.layer = PointLayer()
        self.layer.setZValue(20)
        self.lines = pg.PlotCurveItem(connect="finite")
        self.lines.setZValue(10)
        for item in (self.picture, self.lines, self.layer):
            self.addItem(item, ignoreBounds=True)
        self._box: NDArray[np.float64] | None = None

    def show_space(self, space: HiddenSpace, colors: Colors, points: Colors, marks: NDArray[np.uint8]) -> None:
        """Draw where everything has gone: regions (R, R, 4), points' colours (N, 3) and marks (N,)."""
        left, right, bottom, top = space.box
        self.picture.setImage(colors, levels=None)
        self.picture.setRect(left, bottom, right - left, top - bottom)
        count, samples, _ = space.lines.shape
        ends = np.full((count, samples + 1, 2), np.nan)
        ends[:, :samples] = space.lines
        flat = ends.reshape(-1, 2)
        self.lines.setData(flat[:, 0], flat[:, 1])
        self.layer.set_points(space.points.astype(np.float64), points, marks)
        self._follow(np.array(space.box))

    def _follow(self, box: NDArray[np.float64]) -> None:
        """Show all of it, with some room; the range stays while everything fits in and fills it, so that it is calm."""
        size = np.array([box[1] - box[0], box[3] - box[2]]).repeat(2)
        room = ROOM * size * [-1, 1, -1, 1]
        if self._box is not None:
            inside = ((box - self._box) * [1, -1, 1, -1] >= 0).all()
            held = np.array([self._box[1] - self._box[0], self._box[3] - self._box[2]]).repeat(2)
            if inside and (size >= LEAST_FILLED * held).all():
                return
        self._box = box + room
        self.set_range((self._box[0], self._box[1]), (self._box[2], self._box[3]))

    def forget(self) -> None:
        """Another layer: the range is chosen afresh."""
        self._box = None

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        self.lines.setPen(pg.mkPen(theme.faded(colors.ink, 0.35), width=1))


class HiddenSpacePage(QWidget):
    """The view, a choice of layer, or words when no layer can be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: BoundarySnapshot | None = None
        self._box: Box = (-1, 1, -1, 1)
        self.view = HiddenSpaceView()
        self.layers = CalmComboBox()
        self.layers.setAccessibleName("hidden layer")
        self.layers.setToolTip("Which hidden layer of two neurons to look through")
        self.layers.currentIndexChanged.connect(self._on_layer)
        label = muted("The plane as seen by")
        label.setToolTip("Every point, and a square grid, where the layer puts it: x is its first neuron, y its second")
        top = row(label, self.layers, STRETCH)
        shown = widget_of(column(top, (self.view, 1), margins=(4, 4, 4, 0), spacing=2))
        self.words = muted(MISSING + CLASSES, wrap=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.words.setMargin(24)
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.words)
        self.stack.addWidget(shown)

    @Slot(int)
    def _on_layer(self, _index: int) -> None:
        self.view.forget()
        if self._snapshot is not None:
            self.show_space(self._snapshot, self._box)

    def show_space(self, snapshot: BoundarySnapshot, box: Box) -> None:
        """Draw the layer that is chosen; `box`: the part of the plane in view."""
        self._snapshot, self._box = snapshot, box
        found = two_unit_layers(snapshot.config)
        names = [f"layer {layer + 1}" for layer in found]
        if names != [self.layers.itemText(index) for index in range(self.layers.count())]:
            self.layers.blockSignals(True)
            self.layers.clear()
            self.layers.addItems(names)
            self.layers.setCurrentIndex(len(names) - 1)
            self.layers.blockSignals(False)
            self.view.forget()
        self.stack.setCurrentIndex(1 if found else 0)
        if not found:
            self.words.setText(MISSING + (VALUES if snapshot.regression else CLASSES))
            return
        space = hidden_space(
            snapshot, found[self.layers.currentIndex()], box, lines=LINES, samples=SAMPLES, resolution=RESOLUTION
        )
        if not (np.isfinite(space.box).all() and np.isfinite(space.points).all()):
            return
        looks, count = point_looks(snapshot), len(snapshot.points)
        self.view.layer.outline = outline(snapshot)
        regions = answer_colors(space.regions, value_level(snapshot))
        self.view.show_space(space, regions, looks.colors_of(count, snapshot.labels), looks.marks_of(count))
