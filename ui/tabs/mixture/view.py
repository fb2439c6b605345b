"""The picture of a mixture: points in mixed colours, bells as ellipses, the density as contour lines.

From one step to the next the picture glides: an E-step fades the points to their new colours, an M-step carries the
bells to their new places. At rest it shows exactly the numbers of the model.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Slot
from PySide6.QtGui import QColor

from models.data.points.gaussian import Gaussians, ellipse
from models.data.tables.table import cut
from models.mixture.em import density_grid, explain_point
from models.mixture.kmeans import nearest
from models.mixture.snapshot import MixtureSnapshot
from ui.plots.contours import contour_lines
from ui.points.canvas import PointCanvas
from ui.points.looks import rgb
from ui.widgets import theme
from ui.widgets.numbers import number, percent

GLIDE = 130.0
"""Milliseconds in which the picture follows a step; steps that come faster are shown as they are."""
FRAME = 33
GRID = 90
"""Places along the longer side where the density is looked at for its contours."""
LEVELS = 2.0 ** -np.arange(0.5, 7.5)
"""Contours, as shares of the highest density: each is half of the one before."""


def component_color(index: int) -> QColor:
    """The colour of component `index`, counted from 0; twelve of them can be told apart."""
    colors = theme.current()
    color = colors.class_color(index)
    return color if index < len(colors.classes) else theme.blend(color, colors.ink, 0.45)


def component_rgb(count: int) -> NDArray[np.float64]:
    """The colours of all components, (K, 3), 0–255."""
    return np.stack([rgb(component_color(k)) for k in range(count)]).astype(np.float64)


class MixtureView(PointCanvas):
    """Points and bells; the means can be dragged.

    Attributes:
        bells: the ellipses of each component, moved along while its mean is dragged.
    """

    def __init__(self) -> None:
        self.snapshot: MixtureSnapshot | None = None
        self.probe: NDArray[np.float64] | None = None
        self._contours_shown = True
        self._contours_of: tuple[Gaussians | None, object] = (None, None)
        self._from: tuple[Gaussians, NDArray[np.float64] | None] | None = None
        self.bells: list[pg.PlotCurveItem] = []
        self._bells_of: tuple[Gaussians | None, object] = (None, None)
        self._truth: Gaussians | None = None
        self._true = pg.PlotCurveItem(connect="finite", antialias=True)
        self._true.setZValue(24)
        self._density = pg.PlotCurveItem(connect="pairs", antialias=True)
        self._density.setZValue(10)
        self._probe = pg.ScatterPlotItem(size=20, symbol="o", pxMode=True)
        self._probe.setZValue(35)
        super().__init__("x", "y", name="points and components")
        for item in (self._true, self._density, self._probe):
            self.addItem(item, ignoreBounds=True)
        self._clock = QElapsedTimer()
        self._glide = QTimer(self)
        self._glide.setInterval(FRAME)
        self._glide.timeout.connect(self._on_glide)
        self.view_box.sigRangeChanged.connect(self._show_density)
        self.describe_place = self._describe
        self.handle_returned.connect(self._on_returned)

    # What the tab calls --------------------------------------------------------------------------------------------

    def show_mixture(self, snapshot: MixtureSnapshot) -> None:
        """Draw the mixture; a single step forward glides, everything else is shown at once."""
        before, self.snapshot = self.snapshot, snapshot
        slow = not self._clock.isValid() or self._clock.elapsed() > GLIDE
        if before is not None and slow and self.isVisible() and _next(before, snapshot):
            colors = self._mixed(before) if before.responsibilities is not None else None
            self._from = (before.mixture, colors)
            self._clock.start()
            self._glide.start()
            self._show(0.0)
        elif before is None or before is not snapshot:
            self._clock.start()
            self.finish()

    def finish(self) -> None:
        """Show the numbers of the model as they are, without gliding there."""
        self._glide.stop()
        self._from = None
        self._show(1.0)

    def forget(self) -> None:
        """A new run is being built."""
        self._glide.stop()
        self.snapshot = self._from = self.probe = None
        self._probe.setData([], [])
        self._show_density()

    def carry(self, component: int, place: tuple[float, float]) -> None:
        """A mean is being dragged: its ellipses go with it."""
        if self.snapshot is not None and component < len(self.bells):
            x, y = np.asarray(place) - self.snapshot.mixture.means[component]
            self.bells[component].setPos(x, y)

    def in_view(self) -> NDArray[np.float64]:
        """See PointCanvas; points that were set aside would make dots of the clusters."""
        return _used(self.snapshot, self.points)

    def set_contours(self, shown: bool) -> None:
        """Show or hide the density."""
        self._contours_shown = shown
        self._show_density()

    def set_probe(self, place: NDArray[np.float64] | None) -> None:
        """Mark the point whose responsibilities are explained."""
        self.probe = place
        self._probe.setData([] if place is None else [place[0]], [] if place is None else [place[1]])

    # Drawing -------------------------------------------------------------------------------------------------------

    @Slot(int)
    def _on_returned(self, component: int) -> None:
        """A mean that was being dragged has gone back: its ellipses go with it."""
        if component < len(self.bells):
            self.bells[component].setPos(0, 0)

    @Slot()
    def _on_glide(self) -> None:
        done = min(1.0, self._clock.elapsed() / GLIDE)
        if done >= 1.0:
            self.finish()
        else:
            self._show(done * done * (3 - 2 * done))  # starts and ends gently

    def _show(self, share: float) -> None:
        """The picture `share` of the way from the step before to this one."""
        snapshot = self.snapshot
        if snapshot is None:
            return
        mixture, colors = snapshot.mixture, self._mixed(snapshot)
        if self._from is not None and share < 1.0:
            mixture = _between(self._from[0], mixture, share)
            if self._from[1] is not None:
                colors = self._from[1] + share * (colors - self._from[1])
        self.set_points(snapshot.points, colors=colors.astype(np.uint8))
        self._show_bells(mixture)
        self._show_truth(snapshot.truth)
        if share == 1.0:
            self._show_density()

    def _mixed(self, snapshot: MixtureSnapshot) -> NDArray[np.float64]:
        """Colours of the points, (n, 3): each component's colour by its share; grey before the first E-step."""
        if snapshot.responsibilities is None:
            grey = theme.blend(theme.current().muted, theme.current().surface, 0.3)
            return np.tile(rgb(grey).astype(np.float64), (len(snapshot.points), 1))
        colors = snapshot.responsibilities @ component_rgb(snapshot.mixture.count)
        if snapshot.set_aside:
            colors[~snapshot.responsibilities.any(axis=1)] = rgb(theme.current().muted)
        return colors

    def _show_bells(self, mixture: Gaussians) -> None:
        if self._bells_of[0] is mixture and self._bells_of[1] is theme.current():
            return
        self._bells_of = (mixture, theme.current())
        while len(self.bells) < mixture.count:
            curve = pg.PlotCurveItem(connect="finite", antialias=True)
            curve.setZValue(25)
            self.addItem(curve, ignoreBounds=True)
            self.bells.append(curve)
        ink = theme.current().ink
        for k, curve in enumerate(self.bells):
            curve.setVisible(k < mixture.count)
            if k < mixture.count:
                outline = _outlines(mixture.means[k], mixture.covariances[k])
                curve.setData(outline[:, 0], outline[:, 1])
                curve.setPos(0, 0)
                curve.setPen(pg.mkPen(theme.blend(component_color(k), ink, 0.35), width=2))
        self.set_handles(mixture.means, [component_color(k) for k in range(mixture.count)])

    def _show_truth(self, truth: Gaussians | None) -> None:
        if truth is self._truth:
            return
        self._truth = truth
        self._true.setVisible(truth is not None)
        if truth is not None:
            parts = [_outlines(m, c) for m, c in zip(truth.means, truth.covariances, strict=True)]
            outline = np.concatenate(parts)
            self._true.setData(outline[:, 0], outline[:, 1])

    @Slot()
    def _show_density(self) -> None:
        """Contours of the density in the part of the plane that is in view."""
        snapshot = self.snapshot
        shown = self._contours_shown and snapshot is not None
        self._density.setVisible(shown)
        if not shown or snapshot is None:
            return
        (left, right), (bottom, top) = self.view
        if self._contours_of[0] is snapshot.mixture and self._contours_of[1] == self.view:
            return
        self._contours_of = (snapshot.mixture, self.view)
        unit = max(right - left, top - bottom) / GRID
        xs = np.linspace(left, right, max(int((right - left) / unit), 8))
        ys = np.linspace(bottom, top, max(int((top - bottom) / unit), 8))
        density = density_grid(snapshot.mixture, xs, ys)
        highest = density.max()
        ends = [contour_lines(density, xs, ys, level * highest) for level in LEVELS] if highest > 0 else []
        lines = np.concatenate(ends) if ends else np.empty((0, 2))
        self._density.setData(lines[:, 0], lines[:, 1])

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        super().restyle(colors)
        self._true.setPen(pg.mkPen(colors.ink, width=1.4, style=Qt.PenStyle.DashLine))
        self._density.setPen(pg.mkPen(theme.blend(colors.surface, colors.muted, 0.55), width=1))
        self._probe.setPen(pg.mkPen(colors.ink, width=2))
        self._probe.setBrush(None)
        if self.snapshot is not None:
            self._show(1.0)

    def _describe(self, x: float, y: float) -> str:
        """Read-out: place, density, and the component most responsible for it."""
        snapshot = self.snapshot
        first, second = ("x", "y") if snapshot is None else (cut(name, 14) for name in snapshot.data.axis_names)
        words = f"{first} {number(x)} · {second} {number(y)}"
        if snapshot is None:
            return words
        found = explain_point(snapshot.mixture, (x, y))
        k = int(found.responsibilities.argmax())
        share = percent(found.responsibilities[k])
        return f"{words} · density {number(found.total)} · component {k + 1}: {share}"


class KMeansView(PointCanvas):
    """The same points as k-means sees them: every point belongs to one centre, with hard borders."""

    def __init__(self) -> None:
        self._seen: MixtureSnapshot | None = None
        self._regions_of: tuple[NDArray[np.float64], object] = (np.empty(0), None)
        super().__init__("x", "y", name="k-means")
        self.editor.set_locked("Change the points on the left: k-means gets the same ones.")
        self.view_box.sigRangeChanged.connect(self._show_regions)

    def show_mixture(self, snapshot: MixtureSnapshot) -> None:
        """Draw labels, centres and the borders between them."""
        self._seen = snapshot
        if snapshot.kmeans_centres is None or snapshot.kmeans_labels is None:
            return
        colors = component_rgb(len(snapshot.kmeans_centres))[snapshot.kmeans_labels]
        self.set_points(snapshot.points, colors=colors.astype(np.uint8))
        self.set_handles(snapshot.kmeans_centres, [component_color(k) for k in range(len(snapshot.kmeans_centres))])
        self._show_regions()

    def in_view(self) -> NDArray[np.float64]:
        """See PointCanvas."""
        return _used(self._seen, self.points)

    @Slot()
    def _show_regions(self) -> None:
        """Faint colours of the regions; few pixels, for the borders are straight."""
        seen = self._seen
        if seen is None or seen.kmeans_centres is None or not self.isVisible():
            return
        if self._regions_of[1] == self.view and np.array_equal(self._regions_of[0], seen.kmeans_centres):
            return
        self._regions_of = (seen.kmeans_centres, self.view)
        (left, right), (bottom, top) = self.view
        xs, ys = np.linspace(left, right, 200), np.linspace(bottom, top, 200)
        x, y = np.meshgrid(xs, ys)
        labels = nearest(np.stack([x.ravel(), y.ravel()], axis=1), seen.kmeans_centres)[0].reshape(x.shape)
        rgba = np.full((*x.shape, 4), 46, np.uint8)
        rgba[..., :3] = component_rgb(len(seen.kmeans_centres))[labels]
        self.set_picture(rgba, (left, right), (bottom, top))

    def restyle(self, colors: theme.Theme) -> None:
        """See Plot."""
        super().restyle(colors)
        self._regions_of = (np.empty(0), None)
        if self._seen is not None:
            self.show_mixture(self._seen)


def _used(snapshot: MixtureSnapshot | None, points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Those of the points that the components are fitted to."""
    if snapshot is None or not snapshot.set_aside or len(points) != snapshot.point_count:
        return points
    return np.delete(points, snapshot.set_aside, axis=0)


def _next(before: MixtureSnapshot, after: MixtureSnapshot) -> bool:
    """Whether one comes a single step after the other, with as many components and points."""
    same = before.mixture.count == after.mixture.count and before.points.shape == after.points.shape
    return same and after.step == before.step + 1


def _outlines(mean: NDArray[np.float64], covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ellipses at 1 and 2 σ as one curve with a gap, (M, 2)."""
    gap = np.full((1, 2), np.nan)
    return np.concatenate([ellipse(mean, covariance, 1.0), gap, ellipse(mean, covariance, 2.0), gap])


def _between(first: Gaussians, second: Gaussians, share: float) -> Gaussians:
    """Bells on the way from one mixture to another: a mixture of covariances is a covariance again."""
    pairs = zip(first.arrays().values(), second.arrays().values(), strict=True)
    return Gaussians(*(a + share * (b - a) for a, b in pairs))
