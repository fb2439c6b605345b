"""A slice of the loss surface around the current weights, computed in the background, and the optimizer's path."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGraphicsItem,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from models.boundary.loss_surface import (
    DIRECTIONS,
    Directions,
    LossRow,
    loss_function,
    loss_rows,
    path_directions,
    project,
    random_directions,
    weight_directions,
    weight_names,
)
from models.boundary.snapshot import BoundarySnapshot, network_of
from models.nn.layer import Array
from playground.live.job import Job
from ui.plots import colormaps
from ui.plots.contours import contour_lines
from ui.plots.plot_base import Plot
from ui.plots.smooth_image import SmoothImage
from ui.tabs.boundary.results import line
from ui.tabs.boundary.scale import ScaleBar
from ui.widgets import theme
from ui.widgets.numbers import grouped, number

RESOLUTION = 41
CONTOURS = 12
LONGEST_PATH = 400
"""Places of the path that are kept; of more, every second one is dropped."""
RANDOM, PATH, WEIGHTS = "random slice", "path slice", "two weights"


class Path:
    """The weights at the steps that were seen, thinned."""

    def __init__(self) -> None:
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

    def clear(self) -> None:
        """A new run."""
        self.__init__()  # type: ignore[misc]


class LossSurfaceView(Plot):
    """Heights as colours and contour lines, the path, and where the run is now.

    Attributes:
        ends: the losses that have the first and the last colour (of the highest 3 % none is told from another); nan
            while no loss is known that is finite.
    """

    def __init__(self) -> None:
        super().__init__("a", "b", name="loss surface", zoom=True, grid=False)
        self._losses: NDArray[np.float64] | None = None
        self._extent = 1.0
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
        self._extent = extent
        self._losses = np.full((RESOLUTION, RESOLUTION), np.nan)
        self.ends = (np.nan, np.nan)
        self.x_axis.set_label(directions.names[0].replace(" direction", ""))
        self.y_axis.set_label(directions.names[1].replace(" direction", ""))
        self.contours.setData([], [])
        self.set_range((-extent, extent), (-extent, extent))

    def add_rows(self, rows: list[LossRow]) -> None:
        """Some rows have been computed."""
        if self._losses is not None:
            for row in rows:
                self._losses[row.row] = row.losses
            self._draw()

    def finish(self) -> None:
        """All rows are there: draw the contour lines."""
        if self._losses is None:
            return
        heights = self._heights(self._losses)
        finite = heights[np.isfinite(heights)]
        if not finite.size or self.flat:
            return
        steps = np.linspace(-self._extent, self._extent, RESOLUTION)
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
        self._losses = None
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
        if self._losses is None:
            return
        heights = self._heights(self._losses)
        finite = heights[np.isfinite(heights)]
        if not finite.size:
            return
        low, high = float(finite.min()), float(np.percentile(finite, 97))
        self.ends = (10**low, 10**high)
        index = colormaps.sequential_index(np.nan_to_num(heights - low, nan=0.0, posinf=1e6), max(high - low, 1e-9))
        opacity = np.where(np.isnan(heights), 0, 255).astype(np.uint8)
        picture = np.concatenate([colormaps.sequential()[index], opacity[..., None]], axis=-1)
        cell = self._extent / (RESOLUTION - 1)
        self.picture.setVisible(True)
        self.picture.setImage(picture, levels=None)
        self.picture.setRect(QRectF(-self._extent - cell, -self._extent - cell, *(2 * (2 * (self._extent + cell),))))

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
        if self._losses is None or max(abs(x), abs(y)) > self._extent:
            return ""
        column, row = (round((v / self._extent + 1) / 2 * (RESOLUTION - 1)) for v in (x, y))
        return f"loss {number(float(self._losses[row, column]))} at a = {number(x)}, b = {number(y)}"


class LossSurfacePage(QWidget):
    """Which slice, how far, and the picture; computed anew when the run rests or when asked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.known = Path()
        self._snapshot: BoundarySnapshot | None = None
        self._about: BoundarySnapshot | None = None  # what the slice is, or is to be, of
        self._directions: Directions | None = None
        self._names: tuple[str, ...] = ()
        self._short = False  # the path is too short to follow
        self.job = Job("loss surface", self)
        self.job.results.connect(self._on_rows)
        self.job.finished.connect(self._on_finished)
        self.job.failed.connect(self._on_failed)
        self.view = LossSurfaceView()
        self.kind = QComboBox()
        self.kind.addItems([RANDOM, PATH, WEIGHTS])
        self.kind.setAccessibleName("directions of the slice")
        self.kind.setToolTip(
            "Along which two directions the weights are changed: at random (each neuron's part as long as its "
            "weights), where the path went farthest, or two weights of your choice"
        )
        self.first, self.second = QComboBox(), QComboBox()
        for box, name in ((self.first, "first weight"), (self.second, "second weight")):
            box.setAccessibleName(name)
            box.setToolTip(f"The {name} that the slice changes")
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(3)
            box.hide()
        self.extent = QDoubleSpinBox()
        self.extent.setRange(0.05, 100)
        self.extent.setValue(1.0)
        self.extent.setDecimals(2)
        self.extent.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        self.extent.setPrefix("±")
        self.extent.setFixedWidth(84)
        self.extent.setKeyboardTracking(False)
        self.extent.setAccessibleName("how far the slice goes")
        self.kind.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.kind.setMinimumContentsLength(11)
        self.extent.setToolTip("How far to go from the weights; 1 is as far as the weights are long")
        self.button = QPushButton("Here")
        self.button.setToolTip("Compute the slice again around the weights as they are now")
        self.words = line("what the picture shows", muted=True)
        signs = QLabel("★ now   ○ start")
        signs.setToolTip("The star is the run as it is now, the ring its first step, the line the way between them")
        theme.set_role(signs, "muted")
        self.scale = ScaleBar("sequential", "colours of the loss", width=130)
        self.scale.setToolTip("Which loss has which colour, on a logarithmic scale; the highest 3 % look alike")
        key = QHBoxLayout()
        loss = QLabel("loss")
        theme.set_role(loss, "muted")
        key.setSpacing(4)
        key.addWidget(signs, 1)
        key.addWidget(loss)
        key.addWidget(self.scale)
        row = QHBoxLayout()
        row.setSpacing(4)
        for widget, share in ((self.kind, 1), (self.extent, 0), (self.button, 0)):
            row.addWidget(widget, share)
        chosen = QHBoxLayout()
        chosen.setSpacing(4)
        chosen.addWidget(self.first, 1)
        chosen.addWidget(self.second, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 0)
        layout.setSpacing(2)
        layout.addLayout(row)
        layout.addLayout(chosen)
        layout.addWidget(self.view, 1)
        layout.addLayout(key)
        layout.addWidget(self.words)
        self.kind.currentIndexChanged.connect(self._on_kind)
        self.first.activated.connect(self.compute)
        self.second.activated.connect(self.compute)
        self.extent.valueChanged.connect(self._on_extent)
        self.button.clicked.connect(self.compute)

    # What the tab calls --------------------------------------------------------------------------------------------

    def note(self, snapshot: BoundarySnapshot, *, running: bool) -> None:
        """The run is here now."""
        self._snapshot = snapshot
        self.known.note(snapshot.step, snapshot.parameters)
        if self.isVisible() and not running and not self._is_current():
            self.compute()

    def forget(self) -> None:
        """A new run is being built."""
        self.job.cancel()
        self.known.clear()
        self._snapshot = self._about = self._directions = None
        self.view.forget()
        self._show_scale()
        self.words.setText("")

    # Computing -----------------------------------------------------------------------------------------------------

    def _is_current(self) -> bool:
        """Whether the slice is of the network as it is now, and of its loss on the points as they are now."""
        now, then = self._snapshot, self._about
        return (
            now is not None
            and then is not None
            and now.data is then.data
            and now.config == then.config
            and np.array_equal(now.parameters, then.parameters)
            and np.array_equal(now.held_out, then.held_out)
            and all(np.array_equal(a, b) for a, b in zip(now.switched_on, then.switched_on, strict=True))
        )

    @Slot()
    def _on_kind(self) -> None:
        for box in (self.first, self.second):
            box.setVisible(self.kind.currentText() == WEIGHTS)
        self.extent.blockSignals(True)
        self.extent.setValue({RANDOM: 1.0, WEIGHTS: 3.0}.get(self.kind.currentText(), self.extent.value()))
        self.extent.blockSignals(False)
        self.compute()

    @Slot()
    def _on_extent(self) -> None:
        self._slice(fit=False)

    @Slot()
    def compute(self) -> None:
        """Begin with the slice that is chosen, around the weights as they are now."""
        self._slice(fit=True)

    def _slice(self, *, fit: bool) -> None:
        """`fit`: a slice that follows the path goes as far as the path does."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        network = network_of(snapshot)
        names = tuple(weight_names(network))
        if names != self._names:
            self._names = names
            for box, index in ((self.first, 0), (self.second, min(1, len(names) - 1))):
                box.clear()
                box.addItems(list(names))
                box.setCurrentIndex(index)
        self._about = snapshot
        centre = snapshot.parameters
        kind = self.kind.currentText()
        self._short = False
        if kind == WEIGHTS:
            first, second = self.first.currentIndex(), self.second.currentIndex()
            if first == second:
                self.job.cancel()
                self._directions = None
                self.view.forget()
                self._show_scale()
                self.words.setText("Choose two different weights.")
                return
            self._directions = weight_directions(network, first, second)
        elif kind == PATH and len(self.known.places) > 2:
            self._directions = path_directions(self.known.places, centre)
            if fit:
                away = project(self.known.places, centre, self._directions).places
                self.extent.blockSignals(True)
                self.extent.setValue(max(0.1, 1.15 * float(np.abs(away).max())))
                self.extent.blockSignals(False)
        else:
            self._short = kind == PATH
            self._directions = random_directions(network, np.random.default_rng((snapshot.config.seed, DIRECTIONS)))
        self.view.begin(self._directions, self.extent.value())
        self.show_path()
        self.job.start(_rows(snapshot, self._directions, self.extent.value()))
        self.words.setText("Computing the slice …")

    @Slot(object)
    def _on_rows(self, rows: list[Any]) -> None:
        self.view.add_rows(rows)
        self._show_scale()

    def _show_scale(self) -> None:
        """The losses at both ends, unless they are the same."""
        self.scale.set_ends(*((np.nan, np.nan) if self.view.flat else self.view.ends))

    @Slot()
    def _on_finished(self) -> None:
        self.view.finish()
        self._say()

    @Slot(str)
    def _on_failed(self, sentence: str) -> None:
        self.words.setText(sentence)

    def show_path(self) -> None:
        """The path as far as it is known, on the slice that is shown."""
        if self._directions is None or self._about is None or not self.known.places:
            return
        centre = self._about.parameters
        if self.known.places[-1].shape != centre.shape:
            return
        self.view.set_path(project(self.known.places, centre, self._directions).places)
        if not self.job.running:
            self._say()

    def _say(self) -> None:
        if self._directions is None or self._about is None or self._snapshot is None:
            return
        far = project([self._snapshot.parameters], self._about.parameters, self._directions).distance[0]
        away = f"; the star is {number(float(far))} off it" if far > 1e-6 else ""
        if self._short:
            self.words.setText("The path is too short to follow: a random slice. Train, then press Here.")
            return
        about = f"Slice at step {grouped(self._about.step)}"
        if self.view.flat:
            self.words.setText(f"{about}: the loss is {number(self.view.ends[0])} everywhere")
        else:
            self.words.setText(f"{about}; the path is its projection{away}")
        self.words.setToolTip(
            "A flat slice of the loss (logarithmic colours) through the weights of that step. The optimizer's path "
            "does not lie in it: what is drawn is its projection, a shadow. Where the loss is the same everywhere, the "
            "weights change nothing any more: after a run that diverged every hidden neuron may be silent."
        )

    def showEvent(self, event: QShowEvent) -> None:
        """Somebody looks: compute, if what is there is not about now."""
        super().showEvent(event)
        if self._snapshot is not None and not self._is_current():
            self.compute()


def _rows(snapshot: BoundarySnapshot, directions: Directions, extent: float) -> Generator[Any, None, None]:
    """The slice, row by row."""
    yield from loss_rows(loss_function(snapshot), snapshot.parameters, directions, extent, RESOLUTION)
