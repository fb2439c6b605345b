"""The whole network in one picture: what each neuron makes of all hues, and every weight between them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtWidgets import QInputDialog, QLabel, QWidget

from models.colours.carried import carried
from models.colours.edits import LARGEST_WEIGHT
from models.colours.lines import PARTS
from models.colours.maps import NeuronMaps, neuron_maps
from models.colours.trainer import ColoursSnapshot
from ui.plots import colormaps
from ui.plots.networks.network_diagram import NetworkDiagram, NetworkShape, Spot
from ui.shell.layer_steps import LayerSteps
from ui.widgets import theme
from ui.widgets.layout import column


class NetworkPage(QWidget):
    """The diagram; what is pointed at in it is told.

    Signals:
        neuron_chosen((layer, unit) or None): whose sum is to be explained; layers counted from 0.
        told(str): what the pointer is on, "" where it is on nothing.
        weight_set(layer, source or −1 for the bias, unit, value).
    """

    neuron_chosen = Signal(object)
    weight_set = Signal(int, int, int, float)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.diagram = NetworkDiagram()
        self.diagram.setMinimumHeight(230)
        self.diagram.hovered.connect(self._on_hover)
        self.diagram.clicked.connect(self._on_click)
        self.diagram.setToolTip(
            "Connections, inputs and hidden neurons: orange is positive, blue negative, the stronger the farther from "
            "0. The picture of a name shows the colours that it claims."
        )
        self.layer_steps = LayerSteps("Neurons")
        column(self.layer_steps, (self.diagram, 1), spacing=2, inside=self)

    def show_network(self, snapshot: ColoursSnapshot, *, wires: bool = True) -> None:
        """Draw it as it is now."""
        self.diagram.set_shape(_shape(snapshot))
        numbers = carried(snapshot.parameters, snapshot.config, snapshot.data.names)
        maps = neuron_maps(snapshot, min(max(self.diagram.tile_side(), 12), 40))
        self.diagram.show_state(
            [array.astype(np.float32) for array in numbers.weights],
            [array.astype(np.float32) for array in numbers.biases],
            [np.ones(units, bool) for units in snapshot.config.hidden],
            _tiles(maps),
            wires=wires,
        )

    @Slot(object)
    def _on_hover(self, spot: Spot | None) -> None:
        self.told.emit("" if spot is None else self.diagram.describe(spot))

    @Slot(object, QPoint)
    def _on_click(self, spot: Spot, _at: QPoint) -> None:
        if spot.layer < 0:
            return
        self.diagram.select(spot)
        self.neuron_chosen.emit((spot.layer, spot.unit))
        if spot.kind == "neuron":
            return
        about = self.diagram.describe(spot).partition(" · ")[0]
        asked = QInputDialog(self)
        asked.setWindowTitle("Set by hand")
        asked.setInputMode(QInputDialog.InputMode.DoubleInput)
        asked.setDoubleRange(-LARGEST_WEIGHT, LARGEST_WEIGHT)
        asked.setDoubleDecimals(4)
        asked.setDoubleValue(self.diagram.value(spot))
        asked.setLabelText(about)
        for label in asked.findChildren(QLabel):
            label.setTextFormat(Qt.TextFormat.PlainText)  # a name may be anybody's word
        if asked.exec():
            source = -1 if spot.source is None else spot.source
            self.weight_set.emit(spot.layer, source, spot.unit, asked.doubleValue())


def _shape(snapshot: ColoursSnapshot) -> NetworkShape:
    """What stays the same during a run."""
    config, names = snapshot.config, snapshot.data.names
    words = config.activation.replace("_", " ")
    titles = ("inputs", *(f"{units} {words}" for units in config.hidden), "names")
    return NetworkShape(titles, (3, *config.hidden, len(names)), (PARTS[config.space], names))


def _tiles(maps: NeuronMaps) -> list[NDArray[np.uint8]]:
    """A picture (R, R, 4) for each neuron, column by column."""
    table = np.concatenate([colormaps.diverging(), np.full((256, 1), 255, np.uint8)], axis=1)
    found = []
    for values in (maps.inputs, *maps.hidden):
        level = max(float(np.abs(values).max()), 1e-9)
        found.append(table[colormaps.diverging_index(values, level)])
    shade = theme.current().surface
    surface = np.array([shade.red(), shade.green(), shade.blue()], np.float64)
    share = maps.names[..., None]
    mixed = np.empty((*maps.names.shape, 4), np.uint8)
    mixed[..., :3] = np.rint(surface + share * (maps.colours - surface))
    mixed[..., 3] = 255
    return [*found, mixed]
