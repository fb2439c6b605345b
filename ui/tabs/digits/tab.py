"""The Digits tab: a multilayer perceptron learns handwriting; draw a digit and it answers while the pen moves."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from models import digits
from models.base import Model, Snapshot
from models.data.pictures import mnist
from models.data.pictures.mnist import ImageData
from models.digits import DigitsSnapshot
from ui.canvas.surface import Surface
from ui.plots.grids.confusion_explorer import ConfusionExplorer
from ui.plots.grids.image_tiles import ImageTiles
from ui.plots.networks.activation_strip import ActivationStrip
from ui.shell.model_tab import ModelTab
from ui.tryout.panel import SUBJECTS, TryPanel
from ui.tryout.teaching import Teaching
from ui.widgets import theme

EXPLORE_INTERVAL = 0.7
"""Seconds between two pictures of the confusion matrix while it trains; evaluations may come more often."""

NO_PICTURE = (
    "Here the units do not see pixels but which way the edges run in each part of the image, so their weights are no "
    "picture. Choose pixels under Features to look at weights."
)

MOST_TILES = 256
"""First-layer units whose weights are shown; a wider layer shows its first ones."""


class DigitsTab(ModelTab):
    """First-layer weights, hidden activations and the confusion matrix; canvas and answer on the right."""

    data_words = "an IDX file of images and one of labels"
    data_kinds = "IDX files (*.gz *-ubyte *.idx *.idx1 *.idx3);;All files (*)"

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._shown: DigitsSnapshot | None = None
        self._explored_at = 0.0
        self._weights_due = 0
        self._hidden: list[Any] = []
        self._rng = np.random.default_rng()  # picks test digits to show; no result depends on it
        super().__init__(model, parent)
        self.try_panel.input_changed.connect(self._show_activations)
        self.try_panel.failed.connect(self._on_bad_input)
        self.try_panel.noticed.connect(self.told)
        self.explorer.image_chosen.connect(self._show_test_image)
        self.strip.picked.connect(self._highlight_unit)
        self.teaching = Teaching(self.session, self.try_panel.teach, self)
        self.teaching.refused.connect(self._on_refused)
        self.teaching.overtaken.connect(self.banner.forget)
        self.teaching.told.connect(self.told)

    def make_stage(self) -> QWidget:
        """Weights of the first layer above, activations below; the confusion matrix beside them."""
        self.tiles = ImageTiles(tile_name="hidden unit", value_name="weight")
        self.tiles_heading = QLabel()
        self.tiles_heading.setToolTip(
            "The weights from the picture to each unit, laid out as a picture: orange pixels excite it, blue ones hold "
            "it back."
        )
        self.tiles_heading.setMinimumWidth(1)
        theme.set_role(self.tiles_heading, "heading")
        self.strip = ActivationStrip()
        self.strip.setToolTip("How strongly each hidden unit answers to what is on the canvas")
        self.explorer = ConfusionExplorer(mnist.DIGITS)
        strip_heading = QLabel("Hidden units answering to the canvas")
        theme.set_role(strip_heading, "heading")
        left = QWidget()
        layout = QVBoxLayout(left)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(4)
        layout.addWidget(self.tiles_heading)
        layout.addWidget(self.tiles, 1)
        layout.addWidget(strip_heading)
        layout.addWidget(self.strip)
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        heading = QLabel("Test digits: true against answered")
        theme.set_role(heading, "heading")
        column.addWidget(heading)
        column.addWidget(self.explorer, 1)
        stage = QSplitter(Qt.Orientation.Horizontal)
        stage.setChildrenCollapsible(False)
        stage.addWidget(left)
        stage.addWidget(right)
        stage.setStretchFactor(0, 3)
        stage.setStretchFactor(1, 2)
        return stage

    def make_side(self) -> QWidget:
        """Canvas, what the network sees, and its answer."""
        self.try_panel = TryPanel(SUBJECTS["digits"])
        self.try_panel.add_button("Test digit", "Put a random held-out digit on the canvas", self.give_test_digit)
        return self.try_panel

    @property
    def data(self) -> ImageData:
        """The images that the run is trained and tested on."""
        data: ImageData = self.session.data or mnist.load()
        return data

    def clear_stage(self) -> None:
        """Forget the old run's answers, and the unit that was pointed out in it."""
        self._shown = None
        self.tiles.set_highlight([])
        self.try_panel.set_predict(None)
        self.explorer.set_predictions(None)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Weights, answer, activations, confusion matrix."""
        assert isinstance(snapshot, DigitsSnapshot)
        self._shown = snapshot
        resting = self.session.status.phase != "running"
        hurried = self.try_panel.pen_moving and not resting
        if resting or (self.my_turn(2) and self._weights_turn() and not hurried):
            self._show_weights(snapshot)
        self.explorer.set_data(self.data.test_images, self.data.test_labels, self.data.class_names)
        now = time.monotonic()
        if resting or (now - self._explored_at >= EXPLORE_INTERVAL and not hurried):
            self._explored_at = now
            self.explorer.set_predictions(snapshot.test_predictions, self.measured_at())
        self.try_panel.set_predict(self._predict if snapshot.step else None)
        if self.my_turn(1):
            self._show_activations()

    def _weights_turn(self) -> bool:
        """Every third time True: while it trains, three pictures of the weights a second are enough."""
        self._weights_due = (self._weights_due + 1) % 3
        return self._weights_due == 1

    def _predict(self, images: Any) -> Any:
        """The answer; one pass through the network gives the hidden activations as well."""
        assert self._shown is not None
        *hidden, probabilities = digits.activations(self._shown, images)
        self._hidden = [layer[0] for layer in hidden]
        return probabilities

    def _show_weights(self, snapshot: DigitsSnapshot) -> None:
        images = digits.first_layer_images(snapshot)
        units = snapshot.config.hidden[0] if snapshot.config.hidden else len(snapshot.class_names)
        if images is None:
            self.tiles_heading.setText(f"What {units} units look for")
            self.tiles.clear(NO_PICTURE)
            return
        what = "hidden units" if snapshot.config.hidden else "outputs"
        some = f"the first {MOST_TILES} of {units}" if units > MOST_TILES else f"{units}"
        self.tiles_heading.setText(f"What {some} {what} look for")
        self.tiles.set_images(images[:MOST_TILES])

    @Slot()
    def _show_activations(self) -> None:
        snapshot, preparation = self._shown, self.try_panel.preparation
        if snapshot is None:
            return
        hidden = snapshot.config.hidden
        labels = [f"layer {index + 1} · {units} units" for index, units in enumerate(hidden)]
        if preparation is None or preparation.empty:
            self.strip.set_activations([np.zeros(units) for units in hidden], labels)
            return
        if snapshot.step == 0:  # untrained: there is no answer, but the units do answer
            self._predict(preparation.image[None])
        if [len(layer) for layer in self._hidden] == list(hidden):
            self.strip.set_activations(self._hidden, labels)

    @Slot(object)
    def _highlight_unit(self, place: tuple[int, int]) -> None:
        layer, unit = place
        self.tiles.set_highlight([unit] if layer == 0 else [])

    @Slot()
    def give_test_digit(self) -> None:
        """A random held-out digit onto the canvas."""
        self._show_test_image(int(self._rng.integers(len(self.data.test_images))))

    @Slot(object)
    def _show_test_image(self, index: int) -> None:
        data = self.data
        self.try_panel.set_image(data.test_images[index], data.class_names[data.test_labels[index]])
        self.told.emit(f"Test digit {index}: a {data.class_names[data.test_labels[index]]}")

    @Slot(str)
    def _on_bad_input(self, sentence: str) -> None:
        self.banner.say("That could not be used", sentence, "warning")

    @Slot(str, str)
    def _on_refused(self, title: str, sentence: str) -> None:
        self.banner.say(title, sentence, "warning")

    def shutdown(self) -> None:
        """Join both threads."""
        self.teaching.shutdown()
        super().shutdown()

    # Files ---------------------------------------------------------------------------------------------------------

    def drawing_surface(self) -> Surface:
        """The canvas."""
        return self.try_panel.canvas

    def drawings(self) -> dict[str, Any]:
        """The strokes on the canvas."""
        return self.try_panel.as_json()

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """Put the strokes back."""
        self.try_panel.from_json(dict(drawings))

    def save_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.try_panel.save(path)
        self.told.emit(f"Saved {path.name}")

    def open_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.try_panel.open(path)

    def show_off(self) -> None:
        """A seven on the canvas, and a cell of the matrix opened."""
        self.try_panel.canvas.set_drawing(_seven())
        self.try_panel.refresh()


def _seven() -> Any:
    """A seven as one writes it, for pictures of the tab."""
    from models.data.drawing.strokes import Drawing

    points = [(70, 80), (120, 74), (170, 72), (208, 76), (190, 118), (165, 160), (140, 205), (126, 238)]
    return Drawing(strokes=(np.array(points, np.float32),), width=280, height=280, pen_width=18)
