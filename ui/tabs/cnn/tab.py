"""The CNN tab: train a convolutional network on digits or faces, then take it apart layer by layer, and teach it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from models.base import Model, Snapshot
from models.cnn.config import CnnConfig
from models.cnn.predict import CnnSnapshot
from models.config import Config
from ui.plots.networks.layer_stack import Unit
from ui.shell.layer_steps import LayerSteps
from ui.tabs.cnn.network import NetworkView
from ui.tabs.cnn.pictures import PicturesView
from ui.tabs.cnn.why import WhyView
from ui.tryout.classifier_tab import ClassifierTab
from ui.tryout.subject import SUBJECTS, Subject
from ui.widgets.layout import column, widget_of
from ui.widgets.view_switch import ViewSwitch

VIEWS = (
    ("Network", "Every layer at work on the picture on the canvas, its filters, and the numbers of any unit"),
    ("Why this answer", "Which part of the picture mattered, and what little change would change the answer"),
    ("Mistakes", "Which held-out pictures are taken for what"),
    ("Pictures", "The pictures that the network learns from, and those held out"),
)

HEAVY_EVERY = 8
"""While it trains, filters and worked-out numbers are redrawn with every fourth picture of the maps."""


class CnnTab(ClassifierTab):
    """Network, reasons, mistakes and pictures in the middle; canvas, answer and own drawings on the right."""

    begins_with_example = True
    answers_every = 2  # and the maps with them

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._heavy = self.turns.turn(HEAVY_EVERY, among=self.answers)
        self.own(self.why.job, while_visible=self.why)

    # Building --------------------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """A row of views above, the chosen view below."""
        self.network = NetworkView()
        self.layer_steps = LayerSteps()
        self.layer_steps.wanted.connect(self.try_settings)
        network = widget_of(column(self.layer_steps, (self.network, 1), spacing=2))
        self.why = WhyView()
        self.why.image_wanted.connect(self._on_image)
        self.why.failed.connect(self._on_not_explained)
        self.pictures = PicturesView()
        self.pictures.image_chosen.connect(self._on_image)
        self.pictures.without_wanted.connect(self._train_without)
        views = (network, self.why, self.explorer, self.pictures)
        self.view_buttons = ViewSwitch([(*words, view) for words, view in zip(VIEWS, views, strict=True)])
        self.view_buttons.changed.connect(self._refresh)
        self.views = self.view_buttons.stack
        return widget_of(column(self.view_buttons, (self.views, 1), margins=(10, 6, 2, 6), spacing=6))

    @Slot(int)
    def show_view(self, index: int) -> None:
        """Network, reasons, mistakes or pictures."""
        self.view_buttons.show_view(index)

    @property
    def seen(self) -> QWidget:
        """The view that is chosen."""
        return (self.network, self.why, self.explorer, self.pictures)[self.views.currentIndex()]

    def show_settings(self, config: Config) -> None:
        """+ and − offer what fits."""
        self.layer_steps.show_config(config)

    # What the run shows ----------------------------------------------------------------------------------------------

    def subject(self, config: Config) -> Subject:
        """Digits, or faces of the size that the network reads."""
        assert isinstance(config, CnnConfig)
        return SUBJECTS[config.dataset]

    def clear_stage(self) -> None:
        """Forget the old run's answers."""
        super().clear_stage()
        self.network.new_run()
        self.why.forget()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The answer and the chosen view."""
        super().show_snapshot(snapshot)
        if self.answers.due:
            self._refresh()

    @Slot()
    def _refresh(self) -> None:
        """Draw the chosen view."""
        snapshot, preparation = self.shown, self.try_panel.preparation
        if not isinstance(snapshot, CnnSnapshot) or preparation is None:
            return
        view = self.seen
        if preparation.image.shape != snapshot.config.input_shape[:2]:
            return  # the canvas still holds a picture for another data set
        if view is self.network:
            if (answer := self.try_panel.answer) is not None:
                self.network.show_snapshot(snapshot, preparation.image, answer, whole=self._heavy.due)
        elif view is self.why:
            self.why.show_snapshot(snapshot, preparation.image, self.session.status.phase == "running")
        elif view is self.explorer:
            self.show_mistakes(snapshot)
        else:
            self.pictures.show_data(snapshot.config, self.data, snapshot.test_predictions)

    @Slot()
    def show_input(self) -> None:
        """What is drawn of the network at work follows the pen."""
        if self.seen in (self.network, self.why):
            self._refresh()

    # What the user does ----------------------------------------------------------------------------------------------

    @Slot(object)
    @Slot(object, object)
    def _on_image(self, image: NDArray[np.uint8], label: int | None = None) -> None:
        """A picture that was chosen, or changed, comes onto the canvas."""
        name = None if label is None else self.data.class_names[label]
        if self.put(image, name) and name is not None:
            self.told.emit(f"On the canvas: “{name}”")

    @Slot()
    def _train_without(self) -> None:
        """The nine faces just as they are."""
        config = self.form.config().model_copy(update={"shift": 0.0, "mirror": False})
        self.form.set_config(config)
        self.session.reset(config, play=True)
        self._show_choice()

    @Slot(str)
    def _on_not_explained(self, sentence: str) -> None:
        self.banner.say("The answer could not be explained", sentence, "warning")

    def show_off(self) -> None:
        """A three of the test set, and one unit of the second convolution worked out."""
        data = self.data
        index = int(np.flatnonzero(data.test_labels == min(3, len(data.class_names) - 1))[0])
        self.show_test_image(index)
        self.try_panel.refresh()
        layers = self.network.stack.layers
        conv = [i for i, layer in enumerate(layers) if layer.kind == "conv"]
        if conv:
            height, width, maps = layers[conv[-1]].maps
            unit = Unit(conv[-1], height // 2, width // 2, min(2, maps - 1))
            self.network.stack.choose(unit)
            self.network.stack.clicked.emit(unit)
