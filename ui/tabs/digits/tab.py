"""The Digits tab: a multilayer perceptron learns handwriting; draw a digit and it answers while the pen moves."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from models import digits
from models.base import Model, Snapshot
from models.config import Config
from models.data.drawing.strokes import Drawing
from models.digits import DigitsSnapshot
from ui.plots.grids.image_tiles import ImageTiles
from ui.plots.networks.activation_strip import ActivationStrip
from ui.shell.layer_steps import LayerSteps
from ui.tryout.classifier_tab import ClassifierTab
from ui.tryout.subject import SUBJECTS, Subject
from ui.widgets import theme
from ui.widgets.layout import beside, column, heading, widget_of
from ui.widgets.plain import PlainLabel

MISTAKES_EVERY = 21
"""Frames between two pictures of the confusion matrix while it trains; evaluations may come more often."""

WEIGHTS_EVERY = 9
"""Frames between two pictures of the weights while it trains: three a second are enough."""

NO_PICTURE = (
    "Here the units do not see pixels but which way the edges run in each part of the image, so their weights are no "
    "picture. Choose pixels under Features to look at weights."
)

MOST_TILES = 256
"""First-layer units whose weights are shown; a wider layer shows its first ones."""


class DigitsTab(ClassifierTab):
    """First-layer weights, hidden activations and the confusion matrix; canvas and answer on the right."""

    test_button = "Test digit", "Put a random held-out digit on the canvas"

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._weights = self.turns.turn(WEIGHTS_EVERY)
        self._mistakes = self.turns.turn(MISTAKES_EVERY)
        self.strip.picked.connect(self._highlight_unit)

    def make_stage(self) -> QWidget:
        """Weights of the first layer above, activations below; the confusion matrix beside them."""
        self.tiles = ImageTiles(tile_name="hidden unit", value_name="weight")
        self.tiles_heading = PlainLabel()
        self.tiles_heading.setToolTip(
            "The weights from the picture to each unit, laid out as a picture: orange pixels excite it, blue ones hold "
            "it back."
        )
        self.tiles_heading.setMinimumWidth(1)
        theme.set_role(self.tiles_heading, "heading")
        self.strip = ActivationStrip()
        self.layer_steps = LayerSteps()
        self.layer_steps.wanted.connect(self.try_settings)
        strip_heading = heading("Hidden units on this drawing", "How strongly the hidden units answer to the canvas")
        matrix_heading = heading("Confusion matrix: true against predicted")
        for each in (self.tiles_heading, strip_heading, matrix_heading):
            each.setWordWrap(True)  # where the width is short
        left = column(
            self.tiles_heading,
            self.layer_steps,
            (self.tiles, 1),
            strip_heading,
            self.strip,
            margins=(12, 8, 8, 8),
            spacing=4,
        )
        right = column(matrix_heading, (self.explorer, 1), margins=8, spacing=4)
        return beside((widget_of(left), 3), (widget_of(right), 2))

    def show_settings(self, config: Config) -> None:
        """+ and − offer what fits."""
        self.layer_steps.show_config(config)

    def subject(self, config: Config) -> Subject:
        """Always digits."""
        return SUBJECTS["digits"]

    def about_test_image(self, index: int, name: str) -> str:
        """Which one, and what it is."""
        return f"Test digit {index}: a {name}"

    def clear_stage(self) -> None:
        """Forget the old run's answers, and the unit that was pointed out in it."""
        super().clear_stage()
        self.tiles.set_highlight([])

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Answer, weights, activations, confusion matrix."""
        assert isinstance(snapshot, DigitsSnapshot)
        super().show_snapshot(snapshot)
        hurried = self.try_panel.pen_moving and not self.turns.whole
        if self._weights.due and not hurried:
            self._show_weights(snapshot)
        if self._mistakes.due and not hurried:
            self.show_mistakes(snapshot)
        if self.with_numbers.due:
            self.show_input()

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
    def show_input(self) -> None:
        """How strongly the hidden units answer to the canvas; an untrained network's units do answer."""
        snapshot, preparation = self.shown, self.try_panel.preparation
        if not isinstance(snapshot, DigitsSnapshot):
            return
        hidden = snapshot.config.hidden
        labels = [f"layer {index + 1} · {units} units" for index, units in enumerate(hidden)]
        answer = None if preparation is None or preparation.empty else self.try_panel.answer
        if answer is None or answer.activations is None:
            self.strip.set_activations([np.zeros(units) for units in hidden], labels)
        else:
            self.strip.set_activations([layer[0] for layer in answer.activations], labels)

    @Slot(object)
    def _highlight_unit(self, place: tuple[int, int]) -> None:
        layer, unit = place
        self.tiles.set_highlight([unit] if layer == 0 else [])

    def show_off(self) -> None:
        """A seven on the canvas."""
        self.try_panel.pen_canvas.set_drawing(_seven())
        self.try_panel.refresh()


def _seven() -> Drawing:
    """A seven as one writes it, for pictures of the tab."""
    points = [(70, 80), (120, 74), (170, 72), (208, 76), (190, 118), (165, 160), (140, 205), (126, 238)]
    return Drawing(strokes=(np.array(points, np.float32),), width=280, height=280, pen_width=18)
