"""The CNN tab: train a convolutional network on digits or faces, then take it apart layer by layer, and teach it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.base import Model, Snapshot
from models.cnn import trainer as cnn
from models.cnn.trainer import CnnConfig, CnnSnapshot, StageView
from models.data.drawing.preparation import Preparation
from models.data.pictures.mnist import ImageData
from ui.canvas.surface import Surface
from ui.plots.grids.confusion_explorer import ConfusionExplorer
from ui.shell.model_tab import ModelTab
from ui.tabs.cnn.network import NetworkView
from ui.tabs.cnn.pictures import PicturesView
from ui.tabs.cnn.why import WhyView
from ui.tryout.panel import TryPanel
from ui.tryout.subject import SUBJECTS
from ui.tryout.teaching import Teaching
from ui.widgets.view_switch import ViewSwitch

VIEWS = (
    ("Network", "Every layer at work on the picture on the canvas, its filters, and the numbers of any unit"),
    ("Why this answer", "Which part of the picture mattered, and what little change would change the answer"),
    ("Mistakes", "Which held-out pictures are taken for what"),
    ("Pictures", "The pictures that the network learns from, and those held out"),
)

MAPS_EVERY = 2
"""While it trains, the maps are redrawn with every second frame; they follow the pen at every movement all the same."""


class CnnTab(ModelTab):
    """Network, reasons, mistakes and pictures in the middle; canvas, answer and own drawings on the right."""

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._shown: CnnSnapshot | None = None
        self._welcomed = ""  # the data set for which the canvas holds something
        self._known: tuple[CnnSnapshot, Preparation, list[StageView]] | None = None
        self._maps_beat = 0
        self._data: ImageData | None = None
        self._data_key: tuple[object, ...] = ()
        self._rng = np.random.default_rng()  # picks test pictures to show; no result depends on it
        super().__init__(model, parent)
        self.try_panel.input_changed.connect(self._on_input)
        self.try_panel.failed.connect(self._on_bad_input)
        self.try_panel.noticed.connect(self.told)
        self.teaching = Teaching(self.session, self.try_panel.teach, self)
        self.teaching.refused.connect(self._on_refused)
        self.teaching.overtaken.connect(self.banner.forget)
        self.teaching.told.connect(self.told)

    # Building --------------------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """A row of views above, the chosen view below."""
        self.network = NetworkView()
        self.why = WhyView()
        self.why.image_wanted.connect(self._put)
        self.why.failed.connect(self._on_not_explained)
        self.explorer = ConfusionExplorer(SUBJECTS["digits"].names)
        self.explorer.image_chosen.connect(self._show_test_image)
        self.pictures = PicturesView()
        self.pictures.image_chosen.connect(self._put)
        self.pictures.without_wanted.connect(self._train_without)
        views = (self.network, self.why, self.explorer, self.pictures)
        self.view_buttons = ViewSwitch([(*words, view) for words, view in zip(VIEWS, views, strict=True)])
        self.view_buttons.changed.connect(self._refresh)
        self.views = self.view_buttons.stack
        stage = QWidget()
        layout = QVBoxLayout(stage)
        layout.setContentsMargins(12, 6, 8, 6)
        layout.setSpacing(6)
        layout.addWidget(self.view_buttons)
        layout.addWidget(self.views, 1)
        return stage

    def make_side(self) -> QWidget:
        """Canvas, answer, what the network sees, my drawings."""
        config = self.session.config
        assert isinstance(config, CnnConfig)
        self.try_panel = TryPanel(SUBJECTS[config.dataset])
        self.try_panel.add_button("Test picture", "Put a random held-out picture on the canvas", self.give_test_picture)
        return self.try_panel

    @Slot(int)
    def show_view(self, index: int) -> None:
        """Network, reasons, mistakes or pictures."""
        self.view_buttons.show_view(index)

    # What the run shows ----------------------------------------------------------------------------------------------

    @property
    def data(self) -> ImageData:
        """The pictures that the run is trained and tested on."""
        snapshot = self._shown
        config = snapshot.config if snapshot is not None else self.session.config
        key = (config.dataset, config.faces, id(self.session.data))
        if self._data is None or key != self._data_key:
            self._data = self.session.data if self.session.data is not None else cnn.load(config)
            self._data_key = key
        return self._data

    def clear_stage(self) -> None:
        """Forget the old run's answers."""
        self._shown = None
        self.try_panel.set_predict(None)
        self.explorer.set_predictions(None)
        self.network.new_run()
        self.why.forget()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The chosen view and the answer."""
        assert isinstance(snapshot, CnnSnapshot)
        self._shown = snapshot
        subject = SUBJECTS[snapshot.config.dataset]
        if subject.kind != self._welcomed:
            self._welcomed = subject.kind
            self.try_panel.set_subject(subject)
            self._show_example()
            self.try_panel.refresh()
        self._maps_beat += 1
        if self.session.status.phase != "running" or self._maps_beat % MAPS_EVERY == 0:
            self.try_panel.set_predict(self._predict if snapshot.step else None)
            self._refresh()

    def _views(self) -> list[StageView]:
        """What every layer of the shown network makes of the picture on the canvas; worked out once for both."""
        snapshot, preparation = self._shown, self.try_panel.preparation
        assert snapshot is not None
        assert preparation is not None
        if self._known is None or self._known[0] is not snapshot or self._known[1] is not preparation:
            self._known = snapshot, preparation, cnn.activations(snapshot, preparation.image)
        return self._known[2]

    def _predict(self, images: NDArray[np.uint8]) -> NDArray[Any]:
        return self._views()[-1].values[None]

    @Slot()
    def _refresh(self) -> None:
        """Draw the chosen view."""
        snapshot, preparation = self._shown, self.try_panel.preparation
        if snapshot is None or preparation is None:
            return
        running, view = self.session.status.phase == "running", self.views.currentWidget()
        if preparation.image.shape != snapshot.config.input_shape[:2]:
            return  # the canvas still holds a picture for another data set
        if view is self.network:
            self.network.show_snapshot(snapshot, preparation.image, self._views(), running)
        elif view is self.why:
            self.why.show_snapshot(snapshot, preparation.image, running)
        elif view is self.explorer:
            self.explorer.set_data(self.data.test_images, self.data.test_labels, self.data.class_names)
            self.explorer.set_predictions(snapshot.test_predictions, self.measured_at())
        else:
            self.pictures.show_data(snapshot.config, self.data, snapshot.test_predictions)

    @Slot()
    def _on_input(self) -> None:
        if self.views.currentWidget() in (self.network, self.why):
            self._refresh()

    # What the user does ----------------------------------------------------------------------------------------------

    def _show_example(self) -> None:
        """A held-out picture, for the network to look at from the first step on; the first stroke takes its place."""
        data = self.data
        index = int(self._rng.integers(len(data.test_images)))
        self.try_panel.set_image(data.test_images[index], data.class_names[data.test_labels[index]], example=True)

    @Slot()
    def give_test_picture(self) -> None:
        """A random held-out picture onto the canvas."""
        self._show_test_image(int(self._rng.integers(len(self.data.test_images))))

    @Slot(object)
    def _show_test_image(self, index: int) -> None:
        self._put(self.data.test_images[index], int(self.data.test_labels[index]))

    @Slot(object)
    @Slot(object, object)
    def _put(self, image: NDArray[np.uint8], label: int | None = None) -> None:
        """A picture onto the canvas."""
        side = self.try_panel.subject.side
        if image.shape != (side, side):
            return
        name = None if label is None else self.data.class_names[label]
        self.try_panel.set_image(image, name)
        if name is not None:
            self.told.emit(f"On the canvas: “{name}”")

    @Slot()
    def _train_without(self) -> None:
        """The nine faces just as they are."""
        config = self.form.config().model_copy(update={"shift": 0.0, "mirror": False})
        self.form.set_config(config)
        self.session.reset(config, play=True)
        self._show_choice()

    @Slot(str, str)
    def _on_refused(self, title: str, sentence: str) -> None:
        self.banner.say(title, sentence, "warning")

    @Slot(str)
    def _on_not_explained(self, sentence: str) -> None:
        self.banner.say("The answer could not be explained", sentence, "warning")

    @Slot(str)
    def _on_bad_input(self, sentence: str) -> None:
        self.banner.say("That could not be used", sentence, "warning")

    # Life ------------------------------------------------------------------------------------------------------------

    def hideEvent(self, event: QHideEvent) -> None:
        """Nobody looks: nothing is explained."""
        super().hideEvent(event)
        self.why.job.cancel()

    def shutdown(self) -> None:
        """Join all threads."""
        self.why.job.shutdown()
        self.teaching.shutdown()
        super().shutdown()

    # Files -----------------------------------------------------------------------------------------------------------

    def drawing_surface(self) -> Surface:
        """The canvas that is shown."""
        return self.try_panel.canvas

    def drawings(self) -> dict[str, Any]:
        """The strokes on the canvas."""
        return self.try_panel.as_json()

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """Put the strokes back; where the file has none, a picture of another kind does not stay on the canvas."""
        config = self.session.config
        assert isinstance(config, CnnConfig)
        subject, before = SUBJECTS[config.dataset], self.try_panel.subject
        self.try_panel.set_subject(subject)
        self.try_panel.from_json(dict(drawings))
        fits = "canvas" in drawings or subject is before
        self._welcomed = subject.kind if fits and not self.try_panel.canvas.is_empty else ""

    def save_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.try_panel.save(path)
        self.told.emit(f"Saved {path.name}")

    def open_drawing(self, path: Path) -> None:
        """See ModelTab."""
        self.try_panel.open(path)

    def show_off(self) -> None:
        """A three of the test set, and one unit of the second convolution worked out."""
        from ui.plots.networks.layer_stack import Unit

        data = self.data
        index = int(np.flatnonzero(data.test_labels == min(3, len(data.class_names) - 1))[0])
        self._show_test_image(index)
        self.try_panel.refresh()
        layers = self.network.stack.layers
        conv = [i for i, layer in enumerate(layers) if layer.kind == "conv"]
        if conv:
            height, width, maps = layers[conv[-1]].maps
            unit = Unit(conv[-1], height // 2, width // 2, min(2, maps - 1))
            self.network.stack.choose(unit)
            self.network.stack.clicked.emit(unit)
