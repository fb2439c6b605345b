"""A slice of the loss surface as a picture: heights as colours and contour lines, and the way of the weights."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QGraphicsItem

from models.boundary.loss_surface import Directions, LossRow
from ui.plots import colormaps
from ui.plots.contours import contour_lines
from ui.plots.plot_base import Plot
from ui.plots.smooth_image import SmoothImage
from ui.widgets import theme
from ui.widgets.numbers import number

RESOLUTION = 41
"""Places along each side where the loss is computed."""
CONTOURS = 12


class LossSurfaceView(Plot):
    """Heights as colours and contour lines, the path, and where the run is now.

    Attributes:
        losses: (R, R), rows that are not computed yet are nan; None while there is no slice.
        reach: how far the slice goes from the weights in each direction.
        ends: the losses that have the first and the last colour (of the highest 3 % none is told from another); nan
            while no loss is known that is finite.
    """

    def __init__(self) -> None:
        super().__init__("a", "b", name="loss surface", zoom=True, grid=False)
        self.losses: NDArray[np.float64] | None = None
        self.reach = 1.0
        self.ends = (np.nan, np.nan)
        self.picture = SmoothImage()
        self.picture.setZValue(-50)
        self.contours = pg.PlotCurveItem(connect="pairs", antialias=True)
        self.path = pg.PlotCurveItem(antialias=True)
        self.start = pg.ScatterPlotItem(size=9, symbol="o", pxMode=True)
        self.here = pg.ScatterPlotItem(size=14, symbol="star", pxMode=True)
        self.contours.setCacheMode(QGraphicsItem.CacheMode.DeviceCoordinateCache)  # they rarely change
        for z, item in enumerate((self.picture, self.contours, self.path, self.start, self.here)):
            item.setZValue(10 * z - 50)
            self.addItem(item, ignoreBounds=True)

    def begin(self, directions: Directions, extent: float) -> None:
        """A new slice whose rows are on their way."""
        self.reach = extent
        self.losses = np.full((RESOLUTION, RESOLUTION), np.nan)
        self.ends = (np.nan, np.nan)
        self.x_axis.set_label(directions.names[0].replace(" direction", ""))
        self.y_axis.set_label(directions.names[1].replace(" direction", ""))
        self.contours.setData([], [])
        self.set_range((-extent, extent), (-extent, extent))

    def add_rows(self, rows: list[LossRow]) -> None:
        """Some rows have been computed."""
        if self.losses is not None:
            for row in rows:
                self.losses[row.row] = row.losses
            self._draw()

    def finish(self) -> None:
        """All rows are there: draw the contour lines."""
        if self.losses is None:
            return
        heights = self._heights(self.losses)
        finite = heights[np.isfinite(heights)]
        if not finite.size or self.flat:
            return
        steps = np.linspace(-self.reach, self.reach, RESOLUTION)
        levels = np.linspace(finite.min(), np.percentile(finite, 97), CONTOURS + 2)[1:-1]
        high = np.nan_to_num(heights, nan=finite.max(), posinf=finite.max(), neginf=finite.min())
        lines = [contour_lines(high, steps, steps, float(level)) for level in levels]
        ends = np.concatenate(lines)
        self.contours.setData(ends[:, 0], ends[:, 1])

    def set_path(self, places: NDArray[np.float64]) -> None:
        """The projected path (T, 2), oldest first."""
        self.path.setData(places[:, 0], places[:, 1])
        self.start.setData(places[:1, 0], places[:1, 1])
        self.here.setData(places[-1:, 0], places[-1:, 1])

    def forget(self) -> None:
        """Nothing is known."""
        self.losses = None
        self.ends = (np.nan, np.nan)
        self.picture.setVisible(False)
        for item in (self.contours, self.path, self.start, self.here):
            item.setData([], [])

    @property
    def flat(self) -> bool:
        """Whether all of the slice has one loss, as where no hidden neuron answers any more."""
        low, high = self.ends
        return bool(high - low <= 1e-6 * abs(high))

    @staticmethod
    def _heights(losses: NDArray[np.float64]) -> NDArray[np.float64]:
        """Logarithms: valleys differ by factors."""
        with np.errstate(divide="ignore"):
            return np.log10(np.maximum(losses, 1e-8))

    def _draw(self) -> None:
        if self.losses is None:
            return
        heights = self._heights(self.losses)
        finite = heights[np.isfinite(heights)]
        if not finite.size:
            return
        low, high = float(finite.min()), float(np.percentile(finite, 97))
        self.ends = (10**low, 10**high)
        index = colormaps.sequential_index(np.nan_to_num(heights - low, nan=0.0, posinf=1e6), max(high - low, 1e-9))
        opacity = np.where(np.isnan(heights), 0, 255).astype(np.uint8)
        picture = np.concatenate([colormaps.sequential()[index], opacity[..., None]], axis=-1)
        cell = self.reach / (RESOLUTION - 1)
        self.picture.setVisible(True)
        self.picture.setImage(picture, levels=None)
        self.picture.setRect(QRectF(-self.reach - cell, -self.reach - cell, *(2 * (2 * (self.reach + cell),))))

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        self.contours.setPen(pg.mkPen(theme.faded(colors.ink, 0.35), width=1))
        self.path.setPen(pg.mkPen(colors.positive, width=2.5))
        self.start.setBrush(pg.mkBrush(colors.surface))
        self.start.setPen(pg.mkPen(colors.positive, width=2))
        self.here.setBrush(pg.mkBrush(colors.positive))
        self.here.setPen(pg.mkPen(colors.surface, width=1))
        self._draw()

    def describe(self, x: float, y: float) -> str:
        """The loss at a place of the slice."""
        if self.losses is None or max(abs(x), abs(y)) > self.reach:
            return ""
        column, row = (round((v / self.reach + 1) / 2 * (RESOLUTION - 1)) for v in (x, y))
        return f"loss {number(float(self.losses[row, column]))} at a = {number(x)}, b = {number(y)}"
