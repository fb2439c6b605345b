"""A small network drawn whole: one picture per neuron, connections coloured by sign and as thick as they are strong.

Everything about it can be pointed at: a neuron, its bias (the dot at its lower left corner), a connection. The diagram
changes nothing by itself; it says what was pointed at, clicked, switched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from ui.plots import colormaps
from ui.plots.networks.network_layout import NetworkLayout
from ui.plots.networks.network_wires import MOST_WIRES, NetworkWires
from ui.plots.painted import Painted
from ui.widgets import theme
from ui.widgets.numbers import number
from ui.widgets.shorten import told_apart

Array = NDArray[np.float32]

COLUMN = 60
"""Pixels of width that each column of neurons should have, however long the names beside them are,"""
LEAST_NAMES = 0.2
"""and the share of the width that is left to names that need it."""


@dataclass(frozen=True)
class NetworkShape:
    """What stays the same during a run.

    Attributes:
        titles: heading of every column, inputs first, outputs last.
        units: neurons in every column.
        names: of the inputs and of the outputs.
    """

    titles: tuple[str, ...]
    units: tuple[int, ...]
    names: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Spot:
    """What can be pointed at. Layers are counted as in models/boundary/neuron.py: −1 inputs, 0 first hidden … H
    outputs.

    Attributes:
        layer, unit: the neuron, or the one that a connection or bias goes into.
        source: number of the neuron that a connection comes from; None for a neuron or bias.
        kind: what of it.
    """

    layer: int
    unit: int
    source: int | None = None
    kind: Literal["neuron", "bias", "weight"] = "neuron"


class NetworkDiagram(Painted):
    """Shows a network; call `set_shape` for a new one, then `show_state` on every frame.

    Signals:
        hovered(Spot or None): what is under the pointer has changed.
        clicked(Spot, QPoint): with where.
        switched(layer, unit): a hidden neuron should be switched off or on (double click, O).
    """

    hovered = Signal(object)
    clicked = Signal(object, QPoint)
    switched = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("network", (360, 360), parent=parent)
        self.setMinimumSize(200, 160)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.shape: NetworkShape | None = None
        self.layout_: NetworkLayout | None = None
        self.selected: Spot | None = None
        self._hover: Spot | None = None
        self._cursor: Spot | None = None
        self._wires = NetworkWires()
        self._biases: list[Array] = []
        self._on: list[NDArray[np.bool_]] = []
        self._tiles: list[NDArray[np.uint8]] = []
        self._images: list[QImage] = []  # the tiles of each column, as drawn
        self._words: QPixmap | None = None  # headings and names, as drawn
        self._back: QPixmap | None = None  # the words with connections and biases, as drawn
        self._frames: list[QRectF] = []  # around the tiles

    # What is shown -------------------------------------------------------------------------------------------------

    def set_shape(self, shape: NetworkShape | None) -> None:
        """Another network, or none."""
        if shape == self.shape:
            return
        self.shape = shape
        self.selected = self._hover = self._cursor = None
        self._biases, self._tiles, self._on = [], [], []
        self._wires.reset()
        self._lay_out()

    def show_state(
        self,
        weights: list[Array],
        biases: list[Array],
        on: list[NDArray[np.bool_]],
        tiles: list[NDArray[np.uint8]],
        *,
        wires: bool = True,
    ) -> None:
        """Draw the network as it is now.

        Args:
            weights: (inputs, units) for every layer, and `biases` (units,).
            on: (units,) for every hidden layer: which neurons are switched on.
            tiles: (units, R, R, 4) for every column: each neuron's picture, row 0 at the bottom.
            wires: False to leave the connections as they are, which saves most of the time.
        """
        self._wires.weights, self._biases = weights, biases
        if len(on) != len(self._on) or any(not np.array_equal(a, b) for a, b in zip(on, self._on, strict=True)):
            wires = True
        self._on = on
        self._tiles = tiles
        self._images = []
        if wires:
            self._wires.fit()
            self._back = None
        self.update()

    def tile_side(self) -> int:
        """Pixels along the side of the largest picture: maps need not be finer."""
        return max(self.layout_.sides) if self.layout_ is not None else 24

    def select(self, spot: Spot | None) -> None:
        """Mark what is being looked at."""
        if spot != self.selected:
            self.selected = spot
            self.update()

    def value(self, spot: Spot) -> float:
        """The weight or bias that a spot stands for."""
        if spot.kind == "bias":
            return float(self._biases[spot.layer][spot.unit])
        assert spot.source is not None
        return float(self._wires.weights[spot.layer][spot.source, spot.unit])

    def is_on(self, layer: int, unit: int) -> bool:
        """Whether a neuron speaks; only hidden ones can be silent."""
        return not 0 <= layer < len(self._on) or bool(self._on[layer][unit])

    def name(self, layer: int, unit: int) -> str:
        """A neuron in words."""
        assert self.shape is not None
        if layer < 0:
            return self.shape.names[0][unit]
        if layer == len(self.shape.units) - 2:
            name = self.shape.names[1][unit] if self.shape.names[1] else ""
            return f"output {name}".strip()
        return f"neuron {unit + 1} of layer {layer + 1}"

    @property
    def pointed(self) -> Spot | None:
        """What is under the pointer, or has been reached with the arrow keys."""
        return self._hover

    def describe(self, spot: Spot | None) -> str:
        """What is under the pointer, in words; under none, what the colours of connections and pictures mean."""
        if not self._wires.weights:
            return ""
        if spot is None:
            count = self._wires.count
            if count > MOST_WIRES:
                return f"orange +, blue − · strongest {MOST_WIRES} of {count} drawn"
            return "orange: positive · blue: negative"
        name = self.name(spot.layer, spot.unit)
        if spot.kind == "weight":
            assert spot.source is not None
            return f"{self.name(spot.layer - 1, spot.source)} → {name}: w = {number(self.value(spot))} · click to edit"
        if spot.kind == "bias":
            return f"bias of {name}: b = {number(self.value(spot))} · click to edit"
        if spot.layer < 0:
            return f"input {name}"
        state = "" if self.is_on(spot.layer, spot.unit) else " · switched off"
        return f"{name}{state} · click to look inside"

    # Geometry ------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Everything finds a new place."""
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        self.forget()
        self._frames = []
        if self.shape is None:
            self.layout_ = None
        else:
            metrics = self.fontMetrics()
            left, right = (
                max((metrics.horizontalAdvance(name) for name in names), default=0) for names in self.shape.names
            )
            # Names come from files, too: the network needs some of the width. Who points at a neuron reads its name.
            room = max(self.width() - COLUMN * len(self.shape.units), round(LEAST_NAMES * self.width()))
            if left + right > room:
                half = room // 2
                left, right = min(left, max(half, room - right)), min(right, max(half, room - left))
            self.layout_ = NetworkLayout(
                self.shape.units, self.width(), self.height(), left + 8, right + 8, metrics.height() + 6
            )
            self._frames = [
                self.layout_.tile(column, unit)
                for column, units in enumerate(self.shape.units)
                for unit in range(units)
            ]
        self.update()

    def spot_at(self, at: QPointF) -> Spot | None:
        """What is at a position in the widget."""
        layout = self.layout_
        if layout is None or not self._wires.weights:
            return None
        for column, units in enumerate(layout.units):
            if abs(at.x() - layout.x[column]) > layout.sides[column] / 2 + 7:
                continue
            margin = min(2.0, layout.sides[column] / 8)  # the dot is small, and so may be the picture beside it
            for unit in range(units):
                if column and layout.bias(column, unit).adjusted(-margin, -margin, margin, margin).contains(at):
                    return Spot(column - 1, unit, kind="bias")
            for unit in range(units):
                if layout.tile(column, unit).contains(at):
                    return Spot(column - 1, unit)
        wire = self._wires.at(layout, at)
        if wire is None:
            return None
        layer, source, unit = wire
        return Spot(layer, unit, source, "weight")

    # Painting ------------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """See Painted."""
        self._images, self._back, self._words = [], None, None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Connections and words from the kept picture, the neurons' pictures, then what is pointed at."""
        layout, colors = self.layout_, theme.current()
        painter = QPainter(self)
        if layout is None or not self._wires.weights:
            painter.end()
            return
        if self._back is None:
            self._back = self._draw_back(layout, colors)
        painter.drawPixmap(0, 0, self._back)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for spot in (self.selected, self._hover):
            if spot is not None and spot.layer >= 0:
                source = spot.source if spot.kind == "weight" else None
                self._wires.paint_pointed(painter, layout, spot.layer, spot.unit, source)
        if not self._images:
            self._images = self._draw_tiles(layout)
        for column, image in enumerate(self._images):
            painter.drawImage(*layout.corner(column, 0), image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.blend(colors.surface, colors.ink, 0.45), 1))
        painter.drawRects(self._frames)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_off(painter, layout, colors)
        self._paint_marks(painter, layout, colors)
        painter.end()

    def _draw_tiles(self, layout: NetworkLayout) -> list[QImage]:
        """All pictures of a column in one image."""
        images = []
        for column, tiles in enumerate(self._tiles):
            side, stride = layout.sides[column], layout.stride(column)
            index = (np.arange(side) * tiles.shape[1]) // side
            picture = np.zeros((len(tiles), stride, side, 4), np.uint8)
            picture[:, :side] = tiles[:, index[::-1, None], index]
            kind = QImage.Format.Format_RGBA8888_Premultiplied
            images.append(QImage(picture.data, side, len(tiles) * stride, 4 * side, kind).copy())
        return images

    def _draw_back(self, layout: NetworkLayout, colors: theme.Theme) -> QPixmap:
        """Words, connections and biases."""
        if self._words is None:
            self._words = self._draw_words(layout, colors)
        pixmap = QPixmap(self._words)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._wires.paint(painter, layout)
        self._paint_biases(painter, layout, colors)
        painter.end()
        return pixmap

    def _draw_words(self, layout: NetworkLayout, colors: theme.Theme) -> QPixmap:
        """Headings and names: they stay, so they are written once."""
        pixmap = self.sheet()
        painter = QPainter(pixmap)
        painter.setFont(self.font())
        shape, flags, metrics = self.shape, Qt.AlignmentFlag, self.fontMetrics()
        assert shape is not None
        painter.setPen(colors.muted)
        for column, title in enumerate(shape.titles):
            if metrics.horizontalAdvance(title) > layout.column_width:
                title = title.split()[0]  # "32 tanh": the number is enough
            lines = metrics.elidedText(title, Qt.TextElideMode.ElideRight, round(layout.column_width) - 2)
            middle = min(max(layout.x[column], layout.column_width / 2), self.width() - layout.column_width / 2)
            box = QRectF(middle - layout.column_width / 2, 0, layout.column_width, metrics.height() + 2)
            painter.drawText(box, flags.AlignHCenter | flags.AlignVCenter, lines)
        painter.setPen(colors.text)
        last = len(shape.units) - 1
        before, behind = layout.tile(0, 0).left() - 5, self.width() - layout.tile(last, 0).right() - 6
        for unit, name in enumerate(told_apart(shape.names[0], metrics, before)):
            tile = layout.tile(0, unit)
            box = QRectF(0, tile.center().y() - 10, tile.left() - 5, 20)
            painter.drawText(box, flags.AlignRight | flags.AlignVCenter, name)
        for unit, name in enumerate(told_apart(shape.names[1], metrics, behind)):
            tile = layout.tile(last, unit)
            box = QRectF(tile.right() + 6, tile.center().y() - 10, self.width() - tile.right() - 6, 20)
            painter.drawText(box, flags.AlignLeft | flags.AlignVCenter, name)
        painter.end()
        return pixmap

    def _paint_biases(self, painter: QPainter, layout: NetworkLayout, colors: theme.Theme) -> None:
        painter.setPen(QPen(theme.blend(colors.surface, colors.ink, 0.5), 1))
        table = colormaps.diverging()
        for layer, biases in enumerate(self._biases):
            if layout.sides[layer + 1] < 12:
                continue
            index = colormaps.diverging_index(biases, self._wires.level)
            for unit in range(len(biases)):
                painter.setBrush(QColor(*(int(channel) for channel in table[index[unit]])))
                painter.drawEllipse(layout.bias(layer + 1, unit))

    def _paint_off(self, painter: QPainter, layout: NetworkLayout, colors: theme.Theme) -> None:
        for layer, on in enumerate(self._on):
            for unit in np.flatnonzero(~on):
                tile = layout.tile(layer + 1, int(unit))
                painter.fillRect(tile, theme.faded(colors.surface, 0.75))
                painter.setPen(QPen(colors.error, 2))
                painter.drawLine(tile.topLeft(), tile.bottomRight())
                painter.drawLine(tile.topRight(), tile.bottomLeft())

    def _paint_marks(self, painter: QPainter, layout: NetworkLayout, colors: theme.Theme) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        marks = [(self._hover, colors.ink, 2.0), (self.selected, colors.accent, 3.0)]
        if self.hasFocus():
            marks.append((self._cursor, colors.accent, 1.5))
        for spot, color, width in marks:
            if spot is None:
                continue
            painter.setPen(QPen(color, width, Qt.PenStyle.DotLine if spot is self._cursor else Qt.PenStyle.SolidLine))
            if spot.kind == "bias":
                painter.drawEllipse(layout.bias(spot.layer + 1, spot.unit).adjusted(-2, -2, 2, 2))
            elif spot.kind == "neuron":
                painter.drawRect(layout.tile(spot.layer + 1, spot.unit).adjusted(-2, -2, 2, 2))

    # Pointer and keys ----------------------------------------------------------------------------------------------

    def _set_hover(self, spot: Spot | None) -> None:
        if spot != self._hover:
            self._hover = spot
            self.setCursor(Qt.CursorShape.ArrowCursor if spot is None else Qt.CursorShape.PointingHandCursor)
            self.update()
            self.hovered.emit(spot)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Find what is under the pointer."""
        self._set_hover(self.spot_at(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is."""
        super().leaveEvent(event)
        self._set_hover(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Say what was clicked."""
        spot = self.spot_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and spot is not None:
            self.clicked.emit(spot, event.position().toPoint())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Switch a neuron off or on."""
        spot = self.spot_at(event.position())
        if spot is not None and spot.kind == "neuron":
            self._switch(spot)

    def _switch(self, spot: Spot) -> None:
        if 0 <= spot.layer < len(self._on):
            self.switched.emit(spot.layer, spot.unit)

    def event(self, event: QEvent) -> bool:
        """Claim our own keys before the window's shortcuts get them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._ours(event):
            event.accept()
            return True
        return bool(super().event(event))

    def _ours(self, event: QKeyEvent) -> bool:
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        keys = (*arrows, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_O)
        return event.key() in keys and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk from neuron to neuron, Enter looks inside, O switches off or on."""
        layout = self.layout_
        if layout is None or not self._ours(event):
            super().keyPressEvent(event)
            return
        at = self._cursor or Spot(0, 0)
        key = event.key()
        if key == Qt.Key.Key_O:
            self._switch(at)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.clicked.emit(at, layout.tile(at.layer + 1, at.unit).center().toPoint())
        else:
            column = at.layer + 1 + (key == Qt.Key.Key_Right) - (key == Qt.Key.Key_Left)
            column = min(max(column, 0), len(layout.units) - 1)
            unit = at.unit + (key == Qt.Key.Key_Down) - (key == Qt.Key.Key_Up)
            self._move_cursor(Spot(column - 1, min(max(unit, 0), layout.units[column] - 1)))

    def _move_cursor(self, spot: Spot) -> None:
        self._cursor = spot
        self._hover = spot
        self.hovered.emit(spot)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard's cursor appears when the keyboard brought the focus here."""
        super().focusInEvent(event)
        if event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self._move_cursor(self._cursor or self.selected or Spot(0, 0))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Without the focus nothing is pointed at."""
        super().focusOutEvent(event)
        self._set_hover(None)
