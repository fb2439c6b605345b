"""The Boundary tab: a small network that can be seen whole, and points in the plane that it learns from.

Everything can be taken in hand while it trains: points, weights, neurons. The tab sends what was done to its run and
draws what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, QTimer, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QStackedLayout,
    QWidget,
)

from models.base import DataError, Edit, Model, Snapshot
from models.boundary.config import OWN, BoundaryConfig
from models.boundary.data import input_names
from models.boundary.edits import SetParameters, SetWeight, SwitchNeuron
from models.boundary.maps import neuron_maps
from models.boundary.network import output_activation
from models.boundary.snapshot import BoundarySnapshot, network_of
from models.config import Config
from models.data.points.own import OwnPoints
from models.data.points.sets import PointSet
from models.nn.linear import Linear
from models.supervised.weights_io import flat, load_weights, named_weights, save_weights
from playground.live.messages import Status
from ui.plots.networks.network_diagram import NetworkDiagram, NetworkShape, Spot
from ui.plots.scale_bar import ScaleBar
from ui.points.canvas import PointCanvas
from ui.points.companions import Companions
from ui.points.panel import PointPanel
from ui.shell.layer_steps import LayerSteps
from ui.shell.model_tab import PARTS_EVERY
from ui.shell.point_tab import Lack, PointTab
from ui.tabs.boundary.colors import tile_colors
from ui.tabs.boundary.inspector import Inspector
from ui.tabs.boundary.points import BoundaryPointPanel
from ui.tabs.boundary.results import Results, line
from ui.tabs.boundary.space import HiddenSpacePage
from ui.tabs.boundary.surface import LossSurfacePage
from ui.tabs.boundary.view import BoundaryView
from ui.tabs.boundary.weight_editor import WeightEditor
from ui.widgets import theme
from ui.widgets.layout import beside, column, muted, widget_of
from ui.widgets.numbers import number
from ui.widgets.plain import PlainLabel, as_tip
from ui.widgets.side_panel import SidePanel
from ui.widgets.wheel import CalmTabWidget

CALM = 500
"""Steps per second to begin with: without a limit most presets are over before one has seen anything."""
WIRES_EVERY = 3 * PARTS_EVERY
"""While it trains, connections are redrawn with every third picture of the network: they cost more than the rest."""
RESULTS_EVERY = 9
"""Frames from one count of the results to the next while it trains: three a second are enough."""
MOST_CLASSES = 6
NOTHING_TO_TRAIN_ON = Lack(
    "There are no points to train on",
    "Click into the plane to add some, or open a table of points.",
    "There are no points to train on: click to add some, or open a table.",
)
_SOURCE_SETTINGS = frozenset({"dataset", "points_per_class", "noise", "classes"})


class BoundaryTab(PointTab):
    """The plane beside the network, what is inside a neuron on the right."""

    panel: BoundaryPointPanel
    shown: BoundarySnapshot | None
    start_pace = CALM
    side_width = 306
    side_name = "Results and neuron"
    side_share = 0.22
    has_weights = True

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        super().__init__(model, parent)
        self._wires = self.turns.turn(WIRES_EVERY, among=self.with_numbers)
        self._counted = self.turns.turn(RESULTS_EVERY)
        self.panel.value_given.connect(self._on_value)
        self.panel.held_out_given.connect(self._on_held_out)
        self.diagram.hovered.connect(self._on_hover)
        self.diagram.clicked.connect(self._on_click)
        self.diagram.switched.connect(self._on_switch)
        self.weight_editor.entered.connect(self._on_weight)
        self.inspector.entered.connect(self._on_weight)
        self.inspector.switch_asked.connect(self._switch)
        self.inspector.refused.connect(self._on_bad_weight)
        self.inspector.typed.connect(self._on_typed)
        self._zoomed = QTimer(self)
        self._zoomed.setSingleShot(True)
        self._zoomed.setInterval(0)
        self._zoomed.timeout.connect(self._show_page)
        self.view.view_box.sigRangeChanged.connect(self._zoomed.start)
        theme.follow(self, self._show_page)

    # Building --------------------------------------------------------------------------------------------------------

    def make_canvas(self) -> PointCanvas:
        """See PointTab."""
        self.view = BoundaryView()
        return self.view

    def make_panel(self) -> PointPanel:
        """The tools, then the plane and the network side by side."""
        panel = BoundaryPointPanel(self.make_canvas())
        self.pages = CalmTabWidget()
        self.pages.setAccessibleName("views of the network")
        self.pages.setDocumentMode(True)
        self.pages.addTab(self._make_network(), "Network")
        self.hidden_space = HiddenSpacePage()
        self.pages.addTab(self.hidden_space, "Hidden space")
        self.surface = LossSurfacePage()
        self.pages.addTab(self.surface, "Loss surface")
        self.own(self.surface.job, while_visible=self.surface)
        self.pages.currentChanged.connect(self._show_page)
        both = beside(self.view, self.pages)
        both.setSizes([1050, 950])
        self.view.setMinimumSize(220, 200)
        panel.area.addWidget(both, 1)
        return panel

    def fill_row(self, row: QHBoxLayout) -> None:
        """See PointTab; what the signs of the plane mean comes first."""
        self.discrete_box = QCheckBox("Decision only")
        self.discrete_box.setToolTip("Show which class the network decides for, not how sure it is")
        self.discrete_box.toggled.connect(self.view.set_discrete)
        self.scale = ScaleBar("diverging", "colours of the values", width=100)
        self.scale.setToolTip("Which value has which colour, of the points and of the network's answers")
        for_kind = QWidget()  # what classes need, or in the same place what values need
        self.answer_key = QStackedLayout(for_kind)
        self.answer_key.addWidget(self.discrete_box)
        self.answer_key.addWidget(self.scale)
        self.legend = muted()
        self.legend.setAccessibleName("what the signs of the points mean")
        self._show_legend(regression=False)
        signs = QWidget()
        room = QStackedLayout(signs)
        room.addWidget(self.legend)
        room.addWidget(
            PlainLabel(self.legend.text())
        )  # never seen: it keeps the room of the longer words, nothing jumps
        row.addWidget(signs)
        row.addWidget(for_kind)
        row.addStretch(1)
        row.addWidget(self.speed)

    def _show_legend(self, *, regression: bool) -> None:
        """The signs of the plane: a value is not wrong or right, and nothing is decided."""
        self.legend.setText(f"● trained on   ○ held out   {'value:' if regression else '✕ wrong'}")
        crosses = "" if regression else "; crosses mark wrong answers"
        self.legend.setToolTip(as_tip(f"Filled points are trained on, rings are only tested on{crosses}"))
        self.answer_key.setCurrentWidget(self.scale if regression else self.discrete_box)
        self.view.set_discrete(self.discrete_box.isChecked() and not regression)

    def _make_network(self) -> QWidget:
        self.diagram = NetworkDiagram()
        self.weight_editor = WeightEditor(self.diagram)
        self.pointed = line("what the pointer is on", muted=True)
        self.pointed.setToolTip(
            "Inputs, connections and hidden neurons: orange is positive, blue negative, the stronger the farther from "
            "0. An output that speaks for a class has its colour."
        )
        self.layer_steps = LayerSteps()
        self.layer_steps.wanted.connect(self.try_settings)
        return widget_of(column(self.layer_steps, (self.diagram, 1), self.pointed, margins=(4, 4, 4, 0), spacing=2))

    def show_settings(self, config: Config) -> None:
        """+ and − offer what fits."""
        self.layer_steps.show_config(config)

    def make_side(self) -> QWidget:
        """The inspector above, results below."""
        self.inspector = Inspector()
        self.results = Results()
        self.side = SidePanel((("Results", self.results), ("Neuron", self.inspector)))
        return self.side

    # What the session says -------------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """See PointTab; the network may be another one, too."""
        super().clear_stage()
        self.weight_editor.hide()
        self.surface.forget()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the plane in one frame, the network in another: while it trains the parts of the tab take turns."""
        assert isinstance(snapshot, BoundarySnapshot)
        running = self.session.status.phase == "running"
        super().show_snapshot(snapshot)
        self.surface.note(snapshot, running=running)
        if self.apart.due:
            self._show_plane(snapshot, moving=running)
        if self.with_numbers.due:
            self._show_page(wires=self._wires.due)
        self._show_inside(patient=not self.turns.whole)
        if self._counted.due:
            self.results.show_results(snapshot)

    def draw_points(self, data: PointSet) -> None:
        """See PointTab; the plane draws them in its turn, with the marks of held-out and wrong ones."""

    def _show_plane(self, snapshot: BoundarySnapshot, *, moving: bool) -> None:
        self.view.show_network(snapshot, moving=moving)
        self.remember(snapshot.data)
        self.scale.set_ends(-self.view.level, self.view.level)

    @Slot(object)
    def _on_status(self, status: Status) -> None:
        """See ModelTab; where no run could be built, nothing of an earlier one is left to be taken for it."""
        super()._on_status(status)
        if status.phase == "empty":
            self.view.clear_network()
            self.diagram.set_shape(None)
            self.pointed.setText("")
            self.results.clear()
            self.inspector.choose(None)

    def begin_run(self, snapshot: Snapshot) -> None:
        """See PointTab: classes, axes, the shape of the network."""
        assert isinstance(snapshot, BoundarySnapshot)
        self.panel.set_kind(snapshot.class_names, snapshot.regression)
        self._show_legend(regression=snapshot.regression)
        shares = [spec.name for spec in self.model.metrics if spec.unit]
        self.plots.leave_out(shares if snapshot.regression else ())
        self._show_plane(snapshot, moving=False)
        self.view.frame_points()
        self.diagram.set_shape(_shape(snapshot))
        if self.inspector.chosen is not None and not self._exists(*self.inspector.chosen):
            self.inspector.choose(None)
        if self.inspector.chosen is not None:
            self.diagram.select(Spot(*self.inspector.chosen))

    def _exists(self, layer: int, unit: int) -> bool:
        shape = self.diagram.shape
        return shape is not None and layer + 1 < len(shape.units) and unit < shape.units[layer + 1]

    @Slot()
    def _on_typed(self) -> None:
        self._show_inside(patient=False)

    def meaningless(self) -> Sequence[str]:
        """See ModelTab; what was once measured on held-out points says nothing where there are none any more."""
        snapshot = self.session.snapshot
        if not isinstance(snapshot, BoundarySnapshot) or snapshot.held_out.any():
            return ()
        return [spec.name for spec in self.model.metrics if spec.held_out and not (snapshot.regression and spec.unit)]

    @Slot()
    def _show_page(self, *, wires: bool = True) -> None:
        """Only the page that is seen. Its pictures are of the part of the plane in view, in the theme's colours."""
        snapshot = self.shown
        if snapshot is None:
            return
        page = self.pages.currentWidget()
        if page is self.hidden_space:
            self.hidden_space.show_space(snapshot, self.view.box)
        elif page is self.surface:
            self.surface.show_path()
        else:
            self._show_diagram(snapshot, wires)

    def _show_diagram(self, snapshot: BoundarySnapshot, wires: bool) -> None:
        linears = [layer for layer in network_of(snapshot).layers if isinstance(layer, Linear)]
        maps = neuron_maps(snapshot, self.view.box, self.diagram.tile_side())
        self.diagram.show_state(
            [layer.parameters["weight"] for layer in linears],
            [layer.parameters["bias"] for layer in linears],
            list(snapshot.switched_on),
            tile_colors(snapshot, maps, self.view.level),
            wires=wires,
        )
        self.pointed.setText(self.diagram.describe(self.diagram.pointed))

    def _show_inside(self, *, patient: bool) -> None:
        snapshot = self.shown
        if snapshot is None or self.inspector.chosen is None:
            self.view.set_probe(None)
            return
        points = self.view.points
        index = self.picked if self.picked is not None and self.picked < len(points) else 0
        place = (float(points[index][0]), float(points[index][1])) if len(points) else (0.0, 0.0)
        self.view.set_probe(place)
        name = f"point {index + 1}, " if len(points) else ""
        first, second = input_names(("x", "y"), snapshot.axis_names)
        where = f"{name}{first} = {number(place[0])}, {second} = {number(place[1])}"
        self.inspector.show_neuron(snapshot, place, where, patient=patient)

    # The network in hand ---------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_hover(self, spot: Spot | None) -> None:
        self.pointed.setText(self.diagram.describe(spot))
        self.view.set_neuron((spot.layer, spot.unit) if spot is not None and spot.kind == "neuron" else None)

    @Slot(object, QPoint)
    def _on_click(self, spot: Spot, at: QPoint) -> None:
        if spot.layer < 0:
            return
        self.diagram.select(spot)
        self.inspector.choose((spot.layer, spot.unit))
        self.side.bring(self.inspector)
        self._show_inside(patient=False)
        if spot.kind == "neuron":
            self.weight_editor.hide()
            return
        self.inspector.mark(spot.source)
        title = "b =" if spot.kind == "bias" else "w ="
        self.weight_editor.open(spot, title, self.diagram.value(spot), at)

    @Slot(object, float)
    def _on_weight(self, spot: Spot, value: float) -> None:
        if self._edit(SetWeight(spot.layer, spot.source, spot.unit, value)):
            name = "Bias" if spot.kind == "bias" else "Weight"
            self.told.emit(f"{name} set to {value:g}")

    @Slot(str)
    def _on_bad_weight(self, sentence: str) -> None:
        self.banner.say("That is no weight", sentence, "warning")

    @Slot(int, int)
    def _on_switch(self, layer: int, unit: int) -> None:
        self._switch(layer, unit, not self.diagram.is_on(layer, unit))

    @Slot(int, int, bool)
    def _switch(self, layer: int, unit: int, on: bool) -> None:
        if self._edit(SwitchNeuron(layer, unit, on)):
            self.told.emit(f"Neuron {unit + 1} of layer {layer + 1} is switched {'on' if on else 'off'}")

    def _edit(self, edit: Edit) -> bool:
        """Have the network changed; False when there is none that is seen."""
        if self.shown is None:
            return False
        self.turns.all_in_the_next()
        self.session.edit(edit)
        return True

    # Points of one's own ---------------------------------------------------------------------------------------------

    takes_any = True

    def send_edited(self) -> None:
        """See PointTab; the next frame shows all that comes of it."""
        self.turns.all_in_the_next()
        super().send_edited()

    def new_point(self) -> tuple[bool, float]:
        """See PointTab; as is chosen beside the tools."""
        return self.panel.held_out_box.isChecked(), self.panel.value_box.value()

    @Slot(float)
    def _on_value(self, value: float) -> None:
        now = self.companions()
        targets = now.targets.copy()
        targets[self.editor.selection] = value
        self.change_companions(Companions(now.held_out, targets))

    @Slot(bool)
    def _on_held_out(self, held_out: bool) -> None:
        if not len(self.editor.selection):
            return
        now = self.companions()
        marks = now.held_out.copy()
        marks[self.editor.selection] = held_out
        self.change_companions(Companions(marks, now.targets))

    def lacking(self) -> Lack | None:
        """See PointTab; held-out points alone are none to train on."""
        return NOTHING_TO_TRAIN_ON if self.shown is not None and self.companions().held_out.all() else None

    def settings_for(self, points: PointSet, config: Config) -> Config:
        """See PointTab."""
        assert isinstance(config, BoundaryConfig)
        changes: dict[str, Any] = {"dataset": OWN, "standardise": self.panel.standardise}
        if points.labels is None:
            changes |= {"loss": config.loss if config.loss != "cross_entropy" else "mse"}
        elif len(points.class_names) > MOST_CLASSES:
            raise DataError(
                f"These points have {len(points.class_names)} classes; the network takes at most {MOST_CLASSES}. "
                "Choose another class column."
            )
        else:
            changes |= {"classes": len(points.class_names)}
        return config.model_copy(update=changes)

    def settings_without(self, own: OwnPoints | None, config: Config) -> Config:
        """See PointTab; a table was no data set of the settings, so after one it is the first there is."""
        first = self.model.presets[self.model.default_preset].config
        assert isinstance(config, BoundaryConfig)
        assert isinstance(first, BoundaryConfig)
        left = own is not None and own.table and config.dataset == OWN
        return config.model_copy(update={"dataset": first.dataset}) if left else config

    def brings_data(self) -> bool:
        """See ModelTab; here a run can begin without points, for there is a plane to draw them on."""
        return True

    def own_for(self, own: OwnPoints, running: Config, config: Config) -> OwnPoints | None:
        """See PointTab; whoever wants more classes for own points gets them."""
        assert isinstance(running, BoundaryConfig)
        assert isinstance(config, BoundaryConfig)
        changed = running.changed(config)
        if running.dataset == config.dataset == OWN:
            if "classes" in changed and own.labels is not None:
                count = max(config.classes, int(own.labels.max(initial=1)) + 1)
                names = (*own.class_names, *"ABCDEF"[len(own.class_names) :])[:count]
                own = replace(own, class_names=names)
        elif changed & (_SOURCE_SETTINGS - {"classes"}) or (changed & {"classes"} and config.dataset == "blobs"):
            return None
        # Another share is another deal; a table is then standardised anew, by those that are trained on now.
        return own.in_file_units().dealt(None) if "train_share" in changed else own

    def show_picked(self) -> None:
        """See PointTab."""
        self._show_inside(patient=False)

    # Files -----------------------------------------------------------------------------------------------------------

    def save_weights(self, path: Path) -> None:
        """File → Save weights; raises DataError."""
        if self.shown is None:
            raise DataError("There is no network yet: wait until it is built.")
        config = self.shown.config
        about = {"model": "boundary", "hidden": str(list(config.hidden)), "inputs": ", ".join(config.inputs)}
        save_weights(path, named_weights(network_of(self.shown)), about)
        self.told.emit(f"Saved the weights to {path.name}")

    def open_weights(self, path: Path) -> None:
        """File → Open weights; raises DataError when they do not fit."""
        if self.shown is None:
            raise DataError("There is no network yet: wait until it is built.")
        network = network_of(self.shown)
        self._edit(SetParameters(flat(load_weights(path, named_weights(network)), network)))
        self.told.emit(f"Weights opened from {path.name}")

    def show_off(self) -> None:
        """Look inside a neuron."""
        if self.shown is not None:
            hidden = self.shown.config.hidden
            spot = Spot(len(hidden) - 1, 1 if hidden and hidden[-1] > 1 else 0) if hidden else Spot(0, 0)
            self._on_click(spot, QPoint())


def _shape(snapshot: BoundarySnapshot) -> NetworkShape:
    """What the diagram shows of a network that stays the same."""
    config = snapshot.config
    linears = [layer for layer in network_of(snapshot).layers if isinstance(layer, Linear)]
    outputs = linears[-1].units
    titles = ["inputs"]
    for units, activation in zip(config.hidden, config.hidden_activations(), strict=True):
        titles.append(f"{units} {activation.replace('_', ' ')}")
    classes = snapshot.class_names
    last = "softmax" if outputs > 1 and config.loss == "cross_entropy" else output_activation(config, len(classes))
    titles.append("value" if snapshot.regression else last.replace("_", " "))
    names = classes if outputs == len(classes) else ("",) if snapshot.regression else (f"{classes[0]}/{classes[1]}",)
    return NetworkShape(
        tuple(titles),
        (len(config.inputs), *config.hidden, outputs),
        (input_names(config.inputs, snapshot.axis_names), names),
    )
