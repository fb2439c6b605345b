"""A slice of the loss surface around the current weights, computed in the background, and the optimizer's path."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QWidget,
)

from models.boundary.loss_surface import (
    DIRECTIONS,
    Directions,
    loss_function,
    loss_rows,
    path_directions,
    project,
    random_directions,
    weight_directions,
    weight_names,
)
from models.boundary.snapshot import BoundarySnapshot, network_of
from playground.live.job import Job
from ui.plots.scale_bar import ScaleBar
from ui.tabs.boundary.path import Path
from ui.tabs.boundary.results import line
from ui.tabs.boundary.surface_view import RESOLUTION, LossSurfaceView
from ui.widgets.buttons import push_button
from ui.widgets.layout import column, muted, row
from ui.widgets.numbers import grouped, number
from ui.widgets.plain import as_tip
from ui.widgets.wheel import CalmComboBox, CalmDoubleSpinBox

RANDOM, PATH, WEIGHTS = "random slice", "path slice", "two weights"


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
        self.kind = CalmComboBox()
        self.kind.addItems([RANDOM, PATH, WEIGHTS])
        self.kind.setAccessibleName("directions of the slice")
        self.kind.setToolTip(
            "Along which two directions the weights are changed: at random (each neuron's part as long as its "
            "weights), where the path went farthest, or two weights of your choice"
        )
        self.first, self.second = CalmComboBox(), CalmComboBox()
        for box, name in ((self.first, "first weight"), (self.second, "second weight")):
            box.setAccessibleName(name)
            box.setToolTip(as_tip(f"The {name} that the slice changes"))
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(3)
            box.hide()
        self.extent = CalmDoubleSpinBox()
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
        self.button = push_button("Here", "Compute the slice again around the weights as they are now")
        self.words = line("what the picture shows", muted=True)
        signs = muted("★ now   ○ start")
        signs.setToolTip("The star is the run as it is now, the ring its first step, the line the way between them")
        self.scale = ScaleBar("sequential", "colours of the loss", width=130)
        self.scale.setToolTip("Which loss has which colour, on a logarithmic scale; the highest 3 % look alike")
        column(
            row((self.kind, 1), self.extent, self.button, spacing=4),
            row((self.first, 1), (self.second, 1), spacing=4),
            (self.view, 1),
            row((signs, 1), muted("loss"), self.scale, spacing=4),
            self.words,
            margins=(4, 4, 4, 0),
            spacing=2,
            inside=self,
        )
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
        if self.isVisible() and not running and not self.is_current:
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

    @property
    def is_current(self) -> bool:
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
        if self._snapshot is not None and not self.is_current:
            self.compute()


def _rows(snapshot: BoundarySnapshot, directions: Directions, extent: float) -> Generator[Any, None, None]:
    """The slice, row by row."""
    yield from loss_rows(loss_function(snapshot), snapshot.parameters, directions, extent, RESOLUTION)
