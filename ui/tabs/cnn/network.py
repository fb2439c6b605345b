"""The network, layer by layer: what every layer makes of the picture, and behind a click the numbers of one unit."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Slot
from PySide6.QtWidgets import QStackedWidget, QWidget

from models.base import Answer
from models.cnn import explain
from models.cnn import predict as cnn
from models.cnn.config import CnnConfig
from models.cnn.line import LayerSpec, Stage
from models.cnn.predict import CnnSnapshot
from ui.plots.grids.image_tiles import ImageTiles
from ui.plots.networks.layer_layout import Layer
from ui.plots.networks.layer_stack import LayerStack, Part, Unit
from ui.tabs.cnn.working import WorkingView
from ui.widgets.layout import below, column, heading, row, widget_of

MOST_TILES = 256
"""Filters of one layer (times the maps that they look at) that are shown."""

SIGNED = ("leaky_relu", "tanh")
"""Activations whose results can be negative."""


class NetworkView(QWidget):
    """Feature maps above; below them the filters, or the numbers of the unit that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: CnnSnapshot | None = None
        self._image: NDArray[np.uint8] | None = None
        self._key: tuple[object, ...] = ()
        self._specs: tuple[LayerSpec, ...] = ()
        self._traced: tuple[Unit, list[Part]] | None = None
        self.stack = LayerStack()
        self.stack.hovered.connect(self._trace)
        self.stack.clicked.connect(self._choose)
        self.working = WorkingView()
        self.working.closed.connect(self.close_working)
        self._filters: list[ImageTiles] = []
        self._captions: dict[tuple[int, ...], list[str]] = {}
        self._filter_row = row(spacing=10)
        self._filter_page = widget_of(self._filter_row)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._filter_page)
        self.pages.addWidget(self.working)
        self.pages.setMinimumHeight(132)
        both = below((self.stack, 5), (self.pages, 3))
        both.setSizes([660, 340])
        column(both, inside=self)

    # -- what it shows

    def show_snapshot(self, snapshot: CnnSnapshot, image: NDArray[np.uint8], answer: Answer, *, whole: bool) -> None:
        """Draw the network at work on a picture (H, W); called with every frame and every movement of the pen.

        Args:
            snapshot, image: the network and the picture.
            answer: what it and its layers make of the picture.
            whole: also filters and worked-out numbers; while it trains, most frames must be cheap.
        """
        self._snapshot, self._image = snapshot, image
        self._rebuild(snapshot.config)
        layers = (cnn.encode(image[None]), *(answer.activations or ()), answer.probabilities)
        self.stack.set_values([values[0] for values in layers])
        if whole:
            self._show_filters()
            self._show_working()
            if self.stack.unit is not None:
                self._trace(self.stack.unit)

    def new_run(self) -> None:
        """Colour scales are chosen afresh."""
        self.stack.clear_levels()
        for tiles in self._filters:
            tiles.clear()

    def _rebuild(self, config: CnnConfig) -> None:
        """Another network: new columns, no unit chosen."""
        key = (config.layers, config.dataset, config.activation, config.dropout)
        if key == self._key:
            return
        self._key = key
        architecture = config.architecture()
        self._specs = tuple(stage.spec for stage in architecture.stages)
        self.stack.set_layers(layers_of(config, architecture.stages))
        for tiles in self._filters:
            whole = tiles.parentWidget()
            assert whole is not None
            whole.deleteLater()
        self._filters = []
        self._traced = None
        self.close_working()

    def _show_filters(self) -> None:
        assert self._snapshot is not None
        if self.pages.currentWidget() is not self._filter_page:
            return
        found = cnn.filters(self._snapshot)
        if not self._filters and found:
            self._make_filters([(name, weights.shape) for name, weights in found])
        for tiles, (_, weights) in zip(self._filters, found, strict=True):
            images = weights.swapaxes(0, 1).reshape(-1, *weights.shape[2:])[:MOST_TILES]
            tiles.set_images(np.ascontiguousarray(images), self._captions[weights.shape[:2]])

    def _make_filters(self, found: Sequence[tuple[str, tuple[int, ...]]]) -> None:
        for name, (filters, planes, *_) in found:
            tiles = ImageTiles(tile_name="filter", value_name="weight")
            tiles.setAccessibleName(f"filters of {name}")
            count = filters * planes
            self._captions[filters, planes] = [
                f"filter {f + 1} on map {p + 1}" if planes > 1 else f"filter {f + 1}"
                for p in range(planes)
                for f in range(filters)
            ]
            words = f"{filters} filters of {name}"
            words += f" on {planes} maps" if planes > 1 else ""
            words += f" (the first {MOST_TILES})" if count > MOST_TILES else ""
            title = heading(
                words,
                "The weights of every filter as a picture: orange pixels excite, blue ones hold back. The scale is the "
                "same for all of a layer and keeps still while it trains.",
            )
            title.setMinimumWidth(1)
            whole = widget_of(column(title, (tiles, 1), spacing=2))
            self._filters.append(tiles)
            self._filter_row.addWidget(whole, 2 if count <= 16 else 3)
            whole.show()

    # -- one unit

    @Slot(object)
    def _trace(self, unit: Unit | None) -> None:
        """Outline what a unit looks at, back to the picture."""
        unit = unit or self.stack.unit
        if unit is None or self._snapshot is None:
            self.stack.set_trace(())
            return
        if self._traced is None or self._traced[0] != unit:
            self._traced = unit, trace(self._snapshot, self._specs, unit)
        parts = self._traced[1]
        words = self.stack.describe(unit)
        if unit.layer > 0:
            seen = parts[-1]
            rows, columns = seen.bottom - seen.top, seen.right - seen.left
            whole = (rows, columns) == self._snapshot.config.input_shape[:2]
            what = "all of the picture" if whole else f"{rows}×{columns} pixels of the picture"
            words += f" · sees {what}"
        self.stack.set_trace(parts, words)

    @Slot(object)
    def _choose(self, unit: Unit) -> None:
        """Show the numbers of a unit."""
        if unit.layer == 0:
            self.close_working()
            return
        self.pages.setCurrentWidget(self.working)
        self._show_working()
        self._trace(unit)

    @Slot()
    def close_working(self) -> None:
        """Back to the filters."""
        self.pages.setCurrentWidget(self._filter_page)
        self.stack.choose(None)
        self._trace(None)
        if self._snapshot is not None and self._specs:
            self._show_filters()

    def _show_working(self) -> None:
        unit = self.stack.chosen
        if self.pages.currentWidget() is not self.working or unit is None or self._snapshot is None:
            return
        assert self._image is not None
        worked = explain.worked_out(self._snapshot, self._image, unit.layer, unit.row, unit.column, unit.channel)
        below = self.stack.layers[unit.layer - 1].maps
        answer = self.stack.value(unit) if self.stack.layers[unit.layer].kind == "answer" else None
        self.working.set_working(self.stack.describe(unit), self._specs[unit.layer - 1], worked, below, answer)


def layers_of(config: CnnConfig, stages: Sequence[Stage]) -> list[Layer]:
    """The columns of a network: the picture, every entry of its line, the answer."""
    height, width, _ = config.input_shape
    columns = [Layer("picture", "input", f"{height}×{width}", (height, width, 1))]
    signed = False
    for stage in stages[:-1]:
        if stage.bends:
            signed = config.activation in SIGNED
        elif stage.spec.kind in ("conv", "dense", "batchnorm"):
            signed = True  # the activation comes later
        if len(stage.shape) == 3:
            rows, wide, maps = stage.shape
            size = f"{rows}×{wide}×{maps}"
        else:
            rows, wide, maps = 1, 1, stage.shape[0]
            size = f"{maps} units"
        columns.append(Layer(str(stage.spec), stage.spec.kind, size, (rows, wide, maps), signed))
    names = config.class_names
    return [*columns, Layer("answer", "answer", f"{len(names)} classes", (1, 1, len(names)), labels=names)]


def trace(snapshot: CnnSnapshot, specs: Sequence[LayerSpec], unit: Unit) -> list[Part]:
    """What a unit depends on in every layer before it, the unit itself first, the picture last."""
    if unit.layer == 0:
        return [Part(0, unit.row, unit.column, unit.row + 1, unit.column + 1, (0,))]
    fields = explain.receptive_field(snapshot, unit.layer, unit.row, unit.column)
    channels: Sequence[int] = (unit.channel,)
    config = snapshot.config
    shapes = [config.input_shape, *(stage.shape for stage in config.architecture().stages)]
    parts = []
    for field in fields:
        parts.append(Part(field.stage, field.top, field.left, field.bottom, field.right, channels))
        if field.stage == 0:
            break
        spec, below = specs[field.stage - 1], shapes[field.stage - 1]
        if spec.kind in ("conv", "dense"):
            channels = [channels[0] // spec.filters] if spec.each_map and len(channels) == 1 else range(below[-1])
    return parts
