"""The Boundary tab: a small network that can be seen whole, and points in the plane that it learns from.

Everything can be taken in hand while it trains: points, weights, neurons. The tab sends what was done to its run and
draws what comes back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt, QTimer, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from models.base import DataError, Edit, Model, Snapshot
from models.boundary.data import OWN
from models.boundary.maps import neuron_maps
from models.boundary.network import BoundaryConfig, output_activation
from models.boundary.trainer import BoundarySnapshot, SetParameters, SetPoints, SetWeight, SwitchNeuron, network_of
from models.config import Config
from models.data.points.own import OwnPoints, as_own, edited
from models.data.points.sets import PointSet
from models.nn.linear import Linear
from models.supervised.weights_io import flat, load_weights, named_weights, save_weights
from playground.live.messages import Status
from ui.plots.networks.network_diagram import NetworkDiagram, NetworkShape, Spot
from ui.points.canvas import PointEdit
from ui.points.document import Points
from ui.points.leave import LeaveButton
from ui.shell.model_tab import BEATS
from ui.shell.point_tab import PointTab
from ui.shell.speed import SpeedControl
from ui.tabs.boundary.colors import tile_colors
from ui.tabs.boundary.inspector import Inspector, WeightEditor
from ui.tabs.boundary.points import BoundaryPointPanel, Companions, PointMemory
from ui.tabs.boundary.results import Results, line
from ui.tabs.boundary.scale import ScaleBar
from ui.tabs.boundary.space import HiddenSpacePage
from ui.tabs.boundary.surface import LossSurfacePage
from ui.tabs.boundary.view import BoundaryView
from ui.widgets import theme
from ui.widgets.numbers import number
from ui.widgets.side_panel import SidePanel

CALM = 500
"""Steps per second to begin with: without a limit most presets are over before one has seen anything."""
WIRES_EVERY = 3
"""While it trains, connections are redrawn with every third picture of the network: they cost more than the rest."""
RESULTS_EVERY = 10
MOST_CLASSES = 6
INPUT_NAMES = {"x": "x", "y": "y", "x2": "x²", "y2": "y²", "xy": "xy", "sin_x": "sin πx", "sin_y": "sin πy"}
_SOURCE_SETTINGS = frozenset({"dataset", "points_per_class", "noise", "classes"})


class BoundaryTab(PointTab):
    """The plane beside the network, what is inside a neuron on the right."""

    panel: BoundaryPointPanel
    side_width = 306
    side_share = 0.22
    has_weights = True

    def __init__(self, model: Model, parent: QWidget | None = None) -> None:
        self._shown: BoundarySnapshot | None = None
        self._memory = PointMemory()
        self._new = True  # the next snapshot is the first of its run
        self._urgent = False  # the user has changed something: the next frame shows all of it
        self._frame = 0
        super().__init__(model, parent)
        self.panel.value_given.connect(self._on_value)
        self.panel.held_out_given.connect(self._on_held_out)
        self.diagram.hovered.connect(self._on_hover)
        self.diagram.clicked.connect(self._on_click)
        self.diagram.switched.connect(self._on_switch)
        self.editor.entered.connect(self._on_weight)
        self.inspector.entered.connect(self._on_weight)
        self.inspector.switch_asked.connect(self._switch)
        self.inspector.refused.connect(self._on_bad_weight)
        self.inspector.typed.connect(self._on_typed)
        self._zoomed = QTimer(self)
        self._zoomed.setSingleShot(True)
        self._zoomed.setInterval(0)
        self._zoomed.timeout.connect(self._on_zoomed)
        self.view.view_box.sigRangeChanged.connect(self._zoomed.start)
        theme.manager().changed.connect(self._on_theme)

    # Building ------------------------------------------------------------------------------------------------------

    def make_stage(self) -> QWidget:
        """Tools, then the plane and the network side by side."""
        self.view = BoundaryView()
        self.panel = BoundaryPointPanel(self.view)
        self.pages = QTabWidget()
        self.pages.setAccessibleName("views of the network")
        self.pages.setDocumentMode(True)
        self.pages.addTab(self._make_network(), "Network")
        self.hidden_space = HiddenSpacePage()
        self.pages.addTab(self.hidden_space, "Hidden space")
        self.surface = LossSurfacePage()
        self.pages.addTab(self.surface, "Loss surface")
        self.pages.currentChanged.connect(self._on_page)
        self.pages.setMinimumWidth(240)
        both = QSplitter(Qt.Orientation.Horizontal)
        both.setChildrenCollapsible(False)
        both.addWidget(self.view)
        both.addWidget(self.pages)
        both.setSizes([1050, 950])
        self.view.setMinimumSize(240, 200)
        self.panel.area.addWidget(both, 1)
        self.back_button = LeaveButton(self.run_bar.train_button, self.view)
        self.panel.add_widget(self.back_button)
        self.speed = SpeedControl("steps", CALM)
        self.discrete_box = QCheckBox("Decision only")
        self.discrete_box.setToolTip("Show which class the network decides for, not how sure it is")
        self.discrete_box.toggled.connect(self.view.set_discrete)
        self.scale = ScaleBar("diverging", "colours of the values", width=100)
        self.scale.setToolTip("Which value has which colour, of the points and of the network's answers")
        for_kind = QWidget()  # what classes need, or in the same place what values need
        self.answer_key = QStackedLayout(for_kind)
        self.answer_key.addWidget(self.discrete_box)
        self.answer_key.addWidget(self.scale)
        self.legend = QLabel()
        theme.set_role(self.legend, "muted")
        self._show_legend(regression=False)
        signs = QWidget()
        room = QStackedLayout(signs)
        room.addWidget(self.legend)
        room.addWidget(QLabel(self.legend.text()))  # never seen: it keeps the room of the longer words, nothing jumps
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(signs)
        row.addWidget(for_kind)
        row.addStretch(1)
        row.addWidget(self.speed)
        stage = QWidget()
        layout = QVBoxLayout(stage)
        layout.setContentsMargins(10, 6, 6, 4)
        layout.setSpacing(4)
        layout.addWidget(self.panel, 1)
        layout.addLayout(row)
        return stage

    def _show_legend(self, *, regression: bool) -> None:
        """The signs of the plane: a value is not wrong or right, and nothing is decided."""
        self.legend.setText(f"● trained on   ○ held out   {'value:' if regression else '✕ wrong'}")
        crosses = "" if regression else "; crosses mark wrong answers"
        self.legend.setToolTip(f"Filled points are trained on, rings are only tested on{crosses}")
        self.answer_key.setCurrentWidget(self.scale if regression else self.discrete_box)
        self.view.set_discrete(self.discrete_box.isChecked() and not regression)

    def _make_network(self) -> QWidget:
        self.diagram = NetworkDiagram()
        self.editor = WeightEditor(self.diagram)
        self.pointed = line("what the pointer is on", muted=True)
        self.pointed.setToolTip(
            "Inputs, connections and hidden neurons: orange is positive, blue negative, the stronger the farther from "
            "0. An output that speaks for a class has its colour."
        )
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(4, 4, 4, 0)
        layout.setSpacing(2)
        layout.addWidget(self.diagram, 1)
        layout.addWidget(self.pointed)
        return page

    def make_side(self) -> QWidget:
        """The inspector above, results below."""
        self.inspector = Inspector()
        self.results = Results()
        self.side = SidePanel((("Results", self.results), ("Neuron", self.inspector)))
        return self.side

    # What the session says -----------------------------------------------------------------------------------------

    def clear_stage(self) -> None:
        """See PointTab; the network may be another one, too."""
        super().clear_stage()
        self._new = True
        self.editor.hide()
        self.surface.forget()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the plane in one frame, the network in another: while it trains the parts of the tab take turns."""
        assert isinstance(snapshot, BoundarySnapshot)
        self._shown = snapshot
        self.note_points(snapshot.data)
        if self._new:
            self._begin_run(snapshot)
        running = self.session.status.phase == "running"
        whole = not running or self._new or self._urgent
        self._new = self._urgent = False
        self._frame += 1
        self.surface.note(snapshot, running=running)
        if whole or self.my_turn(2):
            self.view.show_network(snapshot, moving=running)
            self._memory.remember(*_remembered(self._source.own, snapshot))
            self.scale.set_ends(-self.view.level, self.view.level)
        if whole or self.my_turn(1):
            self._show_page(whole)
            self.show_origin()
        self._show_inside(patient=not whole)
        if whole or self._frame % RESULTS_EVERY == 0:
            self.results.show_results(snapshot)
            self._show_missing(snapshot)

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

    def _begin_run(self, snapshot: BoundarySnapshot) -> None:
        """The first picture of a run: classes, axes, the shape of the network."""
        self.panel.set_kind(snapshot.class_names, snapshot.regression)
        self._show_legend(regression=snapshot.regression)
        shares = [spec.name for spec in self.model.metrics if spec.unit]
        self.plots.leave_out(shares if snapshot.regression else ())
        self.view.show_network(snapshot, moving=False)
        self.view.frame_points()
        self.diagram.set_shape(_shape(snapshot))
        if self.inspector.chosen is not None and not self._exists(*self.inspector.chosen):
            self.inspector.choose(None)
        if self.inspector.chosen is not None:
            self.diagram.select(Spot(*self.inspector.chosen))

    def _exists(self, layer: int, unit: int) -> bool:
        shape = self.diagram.shape
        return shape is not None and layer + 1 < len(shape.units) and unit < shape.units[layer + 1]

    @Slot(int)
    def _on_page(self, _index: int) -> None:
        self._show_page(True)

    @Slot()
    def _on_zoomed(self) -> None:
        """The neurons' pictures and the hidden space are of the part of the plane that is in view."""
        self._show_page(True)

    @Slot()
    def _on_typed(self) -> None:
        self._show_inside(patient=False)

    @Slot()
    def _on_theme(self) -> None:
        """The neurons' pictures are in the theme's colours, and a run that rests sends no others."""
        self._show_page(True)

    def meaningless(self) -> Sequence[str]:
        """See ModelTab; what was once measured on held-out points says nothing where there are none any more."""
        snapshot = self.session.snapshot
        if not isinstance(snapshot, BoundarySnapshot) or snapshot.held_out.any():
            return ()
        return [spec.name for spec in self.model.metrics if spec.held_out and not (snapshot.regression and spec.unit)]

    def _show_page(self, whole: bool) -> None:
        """Only the page that is seen."""
        snapshot = self._shown
        if snapshot is None:
            return
        page = self.pages.currentWidget()
        if page is self.hidden_space:
            self.hidden_space.show_space(snapshot, self.view.box)
        elif page is self.surface:
            self.surface.show_path()
        else:
            self._show_diagram(snapshot, whole or self._frame // BEATS % WIRES_EVERY == 0)

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
        snapshot = self._shown
        if snapshot is None or self.inspector.chosen is None:
            self.view.set_probe(None)
            return
        points = self.view.points
        if self._picked is not None and self._picked >= len(points):
            self._picked = None
        index = self._picked if self._picked is not None else 0
        place = (float(points[index][0]), float(points[index][1])) if len(points) else (0.0, 0.0)
        self.view.set_probe(place)
        name = f"point {index + 1}, " if len(points) else ""
        where = f"{name}x = {number(place[0])}, y = {number(place[1])}"
        self.inspector.show_neuron(snapshot, place, where, patient=patient)

    def _show_missing(self, snapshot: BoundarySnapshot) -> None:
        missing = not (~snapshot.held_out).any()
        self.panel.set_hint("There are no points to train on: click to add some, or open a table." if missing else "")

    # The network in hand -------------------------------------------------------------------------------------------

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
            self.editor.hide()
            return
        self.inspector.mark(spot.source)
        title = "b =" if spot.kind == "bias" else "w ="
        self.editor.open(spot, title, self.diagram.value(spot), at)

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
        if self._shown is None:
            return False
        self._urgent = True
        self.session.edit(edit)
        return True

    # Points of one's own -------------------------------------------------------------------------------------------

    @Slot(object)
    def _on_edited(self, _edit: PointEdit) -> None:
        """Points were changed by hand: the run goes on with them."""
        self._send_points(self._companions())

    def _companions(self) -> Companions:
        """What belongs to the points that are seen, also in the middle of a gesture."""
        return self._memory.follow(
            self.view.points, held_out=self.panel.held_out_box.isChecked(), target=self.panel.value_box.value()
        )

    def _send_points(self, found: Companions) -> None:
        snapshot = self._shown
        if snapshot is None:
            return
        if found.held_out.all():  # also when there are none
            self.session.pause()
            self.view.set_tool("add")
        points = edited(
            snapshot.data,
            self.view.points,
            labels=None if snapshot.regression else self.view.labels,
            targets=found.targets if snapshot.regression else None,
            held_out=found.held_out,
        )
        self.send_points(points)
        self._edit(SetPoints(points))

    @Slot(float)
    def _on_value(self, value: float) -> None:
        now = self._companions()
        targets = now.targets.copy()
        targets[self.view.selection] = value
        self._change_companions(Companions(now.held_out, targets))

    @Slot(bool)
    def _on_held_out(self, held_out: bool) -> None:
        if not len(self.view.selection):
            return
        now = self._companions()
        marks = now.held_out.copy()
        marks[self.view.selection] = held_out
        self._change_companions(Companions(marks, now.targets))

    def _change_companions(self, companions: Companions) -> None:
        self._memory.remember(self.view.points, companions)
        self._send_points(companions)

    @Slot(object, str)
    def use_points(self, points: PointSet, name: str) -> None:
        """Start a new run on points that were read from a table."""
        regression = points.labels is None
        if not regression and len(points.class_names) > MOST_CLASSES:
            self._on_bad_table(
                f"These points have {len(points.class_names)} classes; the network takes at most {MOST_CLASSES}. "
                "Choose another class column."
            )
            return
        config = self.form.config()
        assert isinstance(config, BoundaryConfig)
        changes: dict[str, Any] = {"dataset": OWN, "standardise": self.panel.standardise}
        if regression:
            changes |= {"loss": config.loss if config.loss != "cross_entropy" else "mse"}
        else:
            changes |= {"classes": len(points.class_names)}
        config = config.model_copy(update=changes)
        self.banner.clear()
        self.form.set_config(config)
        self.session.config = config
        self.session.set_data(as_own(points, name, table=True))
        self._show_choice()
        self.say_begun(f"{len(points)} points from {name}")

    @Slot()
    def use_data_set(self) -> None:
        """Back to the data set of the settings; a table was none of them, so after one it is the first there is."""
        self.commit()
        self.banner.clear()
        own, config = self.session.data, self.form.config()
        if isinstance(own, OwnPoints) and own.table and getattr(config, "dataset", "") == OWN:
            first = self.model.presets[self.model.default_preset].config
            config = config.model_copy(update={"dataset": getattr(first, "dataset", OWN)})
            self.form.set_config(config)
        self.session.data = None
        self.session.reset(config)
        self._show_choice()

    def point_set(self) -> PointSet | None:
        """See PointTab."""
        snapshot = self._shown
        if snapshot is None:
            return None
        found, data = self._companions(), snapshot.data
        bare = data.dealt(None) if isinstance(data, OwnPoints) else data
        return replace(
            bare,
            points=self.view.points,
            labels=None if snapshot.regression else self.view.labels,
            targets=found.targets if snapshot.regression else None,
        )

    def axis_titles(self) -> tuple[str, str]:
        """See PointTab; on own points as they were standardised."""
        snapshot = self._shown
        if snapshot is None:
            return "x", "y"
        first, second = snapshot.axis_names
        if snapshot.centre is None or snapshot.scale is None:
            return first, second
        return (
            f"({first} − {snapshot.centre[0]:.4g}) / {snapshot.scale[0]:.4g}",
            f"({second} − {snapshot.centre[1]:.4g}) / {snapshot.scale[1]:.4g}",
        )

    @Slot(object)
    def _on_picked(self, index: int | None) -> None:
        self._picked = index
        self._show_inside(patient=False)

    # What the user does --------------------------------------------------------------------------------------------

    def lacking(self) -> tuple[str, str] | None:
        """See PointTab."""
        if self._shown is None or not self._shown.held_out.all():
            return None
        return "There are no points to train on", "Click into the plane to add some, or open a table of points."

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

    # Files ---------------------------------------------------------------------------------------------------------

    def save_weights(self, path: Path) -> None:
        """File → Save weights; raises DataError."""
        if self._shown is None:
            raise DataError("There is no network yet: wait until it is built.")
        config = self._shown.config
        about = {"model": "boundary", "hidden": str(list(config.hidden)), "inputs": ", ".join(config.inputs)}
        save_weights(path, named_weights(network_of(self._shown)), about)
        self.told.emit(f"Saved the weights to {path.name}")

    def open_weights(self, path: Path) -> None:
        """File → Open weights; raises DataError when they do not fit."""
        if self._shown is None:
            raise DataError("There is no network yet: wait until it is built.")
        network = network_of(self._shown)
        self._edit(SetParameters(flat(load_weights(path, named_weights(network)), network)))
        self.told.emit(f"Weights opened from {path.name}")

    def shutdown(self) -> None:
        """Stop the run and the loss surface, and join their threads."""
        self.surface.shutdown()
        super().shutdown()

    def show_off(self) -> None:
        """Look inside a neuron."""
        if self._shown is not None:
            hidden = self._shown.config.hidden
            spot = Spot(len(hidden) - 1, 1 if hidden and hidden[-1] > 1 else 0) if hidden else Spot(0, 0)
            self._on_click(spot, QPoint())


def _remembered(own: OwnPoints | None, snapshot: BoundarySnapshot) -> tuple[Points, Companions]:
    """Points and what belongs to them, as last changed: marks may still be on their way to the model."""
    data = snapshot.data if own is None else own
    held_out = data.held_out if isinstance(data, OwnPoints) else None
    targets = data.targets if data.targets is not None else np.zeros(len(data))
    return data.points, Companions(snapshot.held_out if held_out is None else held_out, targets)


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
        (tuple(INPUT_NAMES[name] for name in config.inputs), names),
    )
