"""The Colours tab: a network so small that it fits on a page learns where blue ends."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QMimeData, Qt, Slot
from PySide6.QtWidgets import QScrollArea, QWidget

from models.base import DataError, Model, Snapshot
from models.colours.config import ColoursConfig
from models.colours.edits import SetWeight
from models.colours.model import PRESETS
from models.colours.trainer import ColoursSnapshot
from models.config import Config
from models.data.colours.sets import Bytes, ColourSet, hex_of
from models.data.colours.tables import parse_hex
from ui.shell.model_tab import ModelTab
from ui.shell.speed import SpeedControl
from ui.tabs.colours.between import BetweenPage
from ui.tabs.colours.carry import CarryIt
from ui.tabs.colours.grounds import GroundsPage
from ui.tabs.colours.mistakes import MistakesPage
from ui.tabs.colours.nameit import NameIt
from ui.tabs.colours.network import NetworkPage
from ui.tabs.colours.picture import PicturePanel
from ui.tabs.colours.space import SpacePage
from ui.tabs.colours.tryit import TryIt
from ui.tabs.colours.working import Working
from ui.widgets.dropped import files_in
from ui.widgets.layout import STRETCH, column, row, widget_of
from ui.widgets.view_switch import ViewSwitch
from ui.widgets.wheel import CalmTabWidget

PACE = 500
"""Steps a second to begin with: as fast as it can, the borders would have settled before one has seen them move."""

STAGE_EVERY = 2
"""While it learns, the views but the first are redrawn with every second frame,"""
WIRES_EVERY = 6
"""the connections of the network with every third picture of it,"""
SIDE_EVERY = 6
"""picture and confusion matrix five times a second,"""
LINES_EVERY = 15
"""and the lines to carry twice: nobody reads them faster."""

TABLES = frozenset({".csv", ".tsv", ".txt"})


class ColoursTab(ModelTab):
    """Sheets of colours with moving borders, the network drawn whole; on the right a colour to try, words to teach."""

    data_words = "a table of colours with names"
    side_width = 304
    form_width = 244
    side_share = 0.27

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self.shown: ColoursSnapshot | None = None
        self._neuron: tuple[int, int] | None = None
        self._told = ""  # what the pointer is on in the network
        super().__init__(model, parent)
        self._stage_turn = self.turns.turn(STAGE_EVERY)
        self._wires = self.turns.turn(WIRES_EVERY, among=self._stage_turn)
        self._side_turn = self.turns.turn(SIDE_EVERY)
        self._lines_turn = self.turns.turn(LINES_EVERY)
        self.session.set_pace(self.speed.pace)

    # Building ------------------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """Five views above the formula of the colour in hand."""
        self.speed = SpeedControl("steps", PACE)
        self.speed.pace_changed.connect(self.session.set_pace)
        self.space, self.between, self.network = SpacePage(), BetweenPage(), NetworkPage()
        self.mistakes, self.grounds = MistakesPage(), GroundsPage()
        for page in (self.space, self.between):
            page.pointed.connect(self._on_pointed)
            page.chosen.connect(self._on_chosen)
        self.mistakes.chosen.connect(self._on_chosen)
        self.network.neuron_chosen.connect(self._on_neuron)
        self.network.weight_set.connect(self._on_weight)
        self.network.layer_steps.wanted.connect(self.try_settings)
        self.network.told.connect(self._on_told_about)
        self.views = ViewSwitch(
            [
                ("Space", "All colours, with the borders between names", self.space),
                ("Between", "From one name to another: where does it change its mind?", self.between),
                ("Network", "The whole network with every weight", self.network),
                ("Mistakes", "Which held-out colours get another name: true against predicted", self.mistakes),
                ("Same grey", "The same grey on other grounds: a caution", self.grounds),
            ]
        )
        self.views.changed.connect(self._refresh)
        header = row(self.views, STRETCH, self.speed, spacing=6)
        self.working = Working()
        return widget_of(column(header, (self.views.stack, 1), self.working, margins=(12, 4, 8, 4), spacing=4))

    def show_settings(self, config: Config) -> None:
        """+ and − above the network offer what fits."""
        self.network.layer_steps.show_config(config)

    def make_side(self) -> QWidget:
        """Try it, a picture, name it yourself, carry it."""
        self.try_it, self.picture, self.name_it, self.carry_it = TryIt(), PicturePanel(), NameIt(), CarryIt()
        self.try_it.changed.connect(self._on_tried)
        self.picture.chosen.connect(self._on_chosen)
        self.name_it.taught.connect(self._on_taught)
        self.name_it.left.connect(self._on_left)
        self.sides = CalmTabWidget()
        self.sides.setDocumentMode(True)
        self.sides.setUsesScrollButtons(False)
        self.sides.setStyleSheet("QTabBar::tab { padding: 6px 7px; }")  # four of them, beside all else at 960 pixels
        self.sides.setAccessibleName("what to do with the network")
        for name, tip, part in (
            ("Try it", "A colour, and what the network calls it", self.try_it),
            ("Picture", "Paint a picture in names, or take a colour out of it", self.picture),
            ("Name it", "Teach the network your own words", self.name_it),
            ("Carry it", "The network as numbers and lines, to be carried elsewhere", self.carry_it),
        ):
            area = QScrollArea()
            area.setFrameShape(QScrollArea.Shape.NoFrame)
            area.setWidgetResizable(True)
            area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            area.setWidget(part)
            self.sides.setTabToolTip(self.sides.addTab(area, name), tip)
        self.sides.currentChanged.connect(self._refresh)
        parts = (self.try_it, self.picture, self.name_it, self.carry_it)
        self.sides.setMinimumWidth(max(part.minimumSizeHint().width() for part in parts) + 16)  # and a scroll bar
        self.space.mark(self.try_it.colour)
        return self.sides

    # What the run shows --------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """Forget the old run's network."""
        self.shown = None
        self.try_it.show_network(None)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """The stage in one frame, the bars in another, what is slow more seldom."""
        assert isinstance(snapshot, ColoursSnapshot)
        first = self.shown is None
        self.shown = snapshot
        moving = not self.turns.whole
        if self._stage_turn.due or self.views.stack.currentWidget() is self.space:
            self._show_stage(snapshot, moving=moving)  # the borders move with every frame
        if self.with_numbers.due:
            self.try_it.show_network(snapshot)
            self._show_colour()
        if self._side_turn.due or self._lines_turn.due or first:
            self._show_side(snapshot, moving=moving)

    @Slot()
    def _refresh(self) -> None:
        """Another view, or another part of the side, is seen."""
        self.working.setVisible(self.views.stack.currentWidget() in (self.space, self.network))
        if self.shown is not None:
            moving = self.session.training
            self._show_stage(self.shown, moving=moving)
            self._show_side(self.shown, moving=moving)
            self._show_colour()

    def _show_stage(self, snapshot: ColoursSnapshot, *, moving: bool) -> None:
        page = self.views.stack.currentWidget()
        if page is self.space:
            self.space.show_network(snapshot, moving=moving)
        elif page is self.between:
            self.between.show_network(snapshot)
        elif page is self.network:
            self.network.show_network(snapshot, wires=self._wires.due or not moving)
        elif page is self.mistakes:
            if self._side_turn.due or not moving:
                self.mistakes.show_network(snapshot)
        else:
            self.grounds.show_network(snapshot, self.try_it.picker.colour)

    def _show_side(self, snapshot: ColoursSnapshot, *, moving: bool) -> None:
        place = self.sides.currentIndex()
        if place == 1:
            self.picture.show_network(snapshot, moving=moving)
        elif place == 3 and (self._lines_turn.due or not moving):
            self.carry_it.show_network(snapshot, moving=moving)
        self.name_it.show_network(snapshot)

    def _show_colour(self) -> None:
        if self.shown is not None and not self._told:
            self.working.show_neuron(self.shown, self.try_it.colour, self._neuron)

    # The colour in hand --------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_pointed(self, colour: Bytes | None) -> None:
        self.try_it.point(colour)
        self._show_colour()

    @Slot(object)
    def _on_chosen(self, colour: Bytes) -> None:
        self.try_it.choose(colour)

    @Slot(object)
    def _on_tried(self, colour: Bytes) -> None:
        self.space.mark(self.try_it.picker.colour)
        if self.shown is not None and self.views.stack.currentWidget() is self.grounds:
            self.grounds.show_network(self.shown, self.try_it.picker.colour)
        self._show_colour()

    # The network in hand -------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_neuron(self, neuron: tuple[int, int] | None) -> None:
        self._neuron = neuron
        self._show_colour()

    @Slot(str)
    def _on_told_about(self, words: str) -> None:
        self._told = words
        if words:
            self.working.say(words)
        else:
            self._show_colour()

    @Slot(int, int, int, float)
    def _on_weight(self, layer: int, source: int, unit: int, value: float) -> None:
        self.banner.clear()
        self.session.edit(SetWeight(layer, None if source < 0 else source, unit, value))

    # Own words -----------------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_taught(self, data: ColourSet) -> None:
        """Learn the answers so far: a new run of a fraction of a second, on top of the English network."""
        now = self.form.config()
        assert isinstance(now, ColoursConfig)
        own = PRESETS["own"].config
        assert isinstance(own, ColoursConfig)
        keep = {key: getattr(now, key) for key in ("space", "hidden", "activation", "seed")}
        config = own.model_copy(update=keep)
        self.banner.clear()
        self.form.set_config(config)
        self.session.config = config
        self.session.set_data(data)
        self._show_choice()
        self.say_begun(f"{len(data)} answers in your own words are being learnt")
        self.session.play()

    @Slot()
    def _on_left(self) -> None:
        """Back to the names of the survey."""
        if self.session.data is not None:
            self.choose_preset(self.model.default_preset)
            self.use_data_set()

    # Files ---------------------------------------------------------------------------------------------------------

    def take(self, mime: QMimeData | None) -> None:
        """A table of colours is learnt, a picture looked at, #rrggbb tried; raises DataError for anything else."""
        files = files_in(mime) if mime is not None else []
        if files and files[0].suffix.lower() in TABLES:
            self.open_data(files)
            return
        if mime is not None and mime.hasText() and not files and not mime.hasImage():
            self.try_it.choose(np.array(parse_hex(mime.text()), np.uint8))
            self.sides.setCurrentIndex(0)
            return
        self.picture.take(mime)
        self.sides.setCurrentIndex(1)

    def open_drawing(self, path: Path) -> None:
        """File → Open drawing: a picture to look at; raises DataError."""
        self.picture.open(path)
        self.sides.setCurrentIndex(1)

    def drawings(self) -> dict[str, Any]:
        """The colour that is tried."""
        return {"colour": hex_of(self.try_it.picker.colour)}

    def restore_drawings(self, drawings: Mapping[str, Any]) -> None:
        """Try it again; a file without one leaves the present one."""
        if "colour" in drawings:
            text = drawings["colour"]
            if not isinstance(text, str):
                raise DataError("The colour in the file is no text such as #00b39f.")
            self.try_it.choose(np.array(parse_hex(text), np.uint8))

    def show_off(self) -> None:
        """The colour at which green becomes blue."""
        if self.shown is not None:
            self.between.show_network(self.shown)
            for place in self.between.strip.changes()[:1]:
                self.try_it.choose(self.between.strip.colours[place])
