"""How strongly every hidden unit answers to one input: a strip of cells per layer, painted in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.plots import colormaps
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget, Key
from ui.widgets import theme
from ui.widgets.numbers import MINUS

ROW = 18
"""Height of a layer's strip in pixels."""
LABEL = 118
"""Width of the layers' names in pixels; longer ones get more, up to half of the strip."""
MOST_ROWS = 6
"""Layers shown at the most; the strips of a deeper network become flatter."""


class ActivationStrip(CellWidget):
    """One strip of cells per hidden layer; the colour says how strongly each unit answers.

    The place of a cell is (layer, unit).
    """

    click_takes_keys = False

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("hidden activations", parent=parent)
        self._layers: list[NDArray[Any]] = []
        self._labels: list[str] = []
        self._level = 1.0
        self._hint = "Draw something to see which hidden units answer."
        self._active = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_activations(self, layers: Sequence[NDArray[Any]], labels: Sequence[str]) -> None:
        """Show the activations (units,) of every hidden layer for one input."""
        rows = len(self._layers)
        silent = not any(np.any(layer) for layer in layers)
        if silent and list(labels) == self._labels and not any(np.any(layer) for layer in self._layers):
            return  # nothing on the canvas, as before: this is called with every frame
        self._layers, self._labels = [np.asarray(layer, dtype=np.float32) for layer in layers], list(labels)
        largest = max((float(np.abs(layer).max(initial=0.0)) for layer in self._layers), default=1.0)
        self._level = max(largest, 1e-6)
        if len(self._layers) != rows:
            self.updateGeometry()
        self._active = "; ".join(
            f"{label}: {int(np.count_nonzero(layer > 0))} active" for label, layer in zip(labels, layers, strict=True)
        )
        self.refresh()

    def clear(self, hint: str = "") -> None:
        """Show that there is no input; the layers keep their place."""
        self._layers = [np.zeros_like(layer) for layer in self._layers]
        self._hint = hint or self._hint
        self.refresh()

    def sizeHint(self) -> QSize:
        """As high as its layers need."""
        rows = min(max(len(self._layers), 1), MOST_ROWS)
        return QSize(320, rows * (ROW + 4) + 2)

    def cells(self, row: int) -> QRectF:
        """Where the cells of a layer are drawn, right of its name."""
        height = (self.height() - 2) / max(len(self._layers), 1)
        label = self._label_width()
        return QRectF(label, 1 + row * height, max(self.width() - label - 1, 1), max(height - 4, 2))

    def _label_width(self) -> int:
        longest = max(map(self.fontMetrics().horizontalAdvance, self._labels), default=0) + 12
        return max(LABEL, min(longest, self.width() // 2))

    # -- cells

    @property
    def count(self) -> int:
        """Units of all layers."""
        return sum(map(len, self._layers))

    @property
    def columns(self) -> int:
        """Units of the largest layer."""
        return max(map(len, self._layers), default=1)

    def place(self, index: int) -> tuple[int, int]:
        """(layer, unit)."""
        layer = 0
        while index >= len(self._layers[layer]):
            index -= len(self._layers[layer])
            layer += 1
        return layer, index

    def _index(self, layer: int, unit: int) -> int:
        return sum(map(len, self._layers[:layer])) + unit

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        for row, layer in enumerate(self._layers):
            cells = self.cells(row)
            if cells.contains(position):
                share = (position.x() - cells.left()) / cells.width()
                return self._index(row, min(int(share * len(layer)), len(layer) - 1))
        return None

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        layer, unit = self.place(index)
        cells = self.cells(layer)
        width = cells.width() / len(self._layers[layer])
        return QRectF(cells.left() + unit * width, cells.top(), width, cells.height())

    def walk(self, key: int, index: int) -> int:
        """Up and down lead to the unit above or below, wherever in its layer that is."""
        layer, unit = self.place(index)
        other = layer + (key == Key.Key_Down) - (key == Key.Key_Up)
        if other == layer:
            return super().walk(key, index)
        if not 0 <= other < len(self._layers):
            return index
        return self._index(other, unit * len(self._layers[other]) // len(self._layers[layer]))

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        layer, unit = self.place(index)
        return f"{self._labels[layer]}, unit {unit}: {self._layers[layer][unit]:.3f}".replace("-", MINUS)

    def words_at_rest(self) -> str:
        """How many units answer."""
        return self._active

    def tip(self, index: int | None) -> str:
        """The same stands beside the pointer."""
        return self.readout

    def table(self) -> Table:
        """The activations, for export."""
        layers = zip(self._labels, self._layers, strict=True)
        return ["layer", "unit", "activation"], [(name, i, float(v)) for name, vs in layers for i, v in enumerate(vs)]

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names and strips."""
        painter = QPainter(self)
        colors = theme.current()
        painter.setPen(colors.muted)
        if not self._layers:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._hint)
            return
        for row, (layer, label) in enumerate(zip(self._layers, self._labels, strict=True)):
            cells = self.cells(row)
            painter.setPen(colors.muted)
            place = QRectF(0, cells.top(), cells.left() - 8, cells.height())
            label = painter.fontMetrics().elidedText(label, Qt.TextElideMode.ElideMiddle, round(place.width()))
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, label)
            signed = bool((layer < 0).any())
            index = (colormaps.diverging_index if signed else colormaps.sequential_index)(layer, self._level)
            table = colormaps.qt_table((colormaps.diverging if signed else colormaps.sequential)(colors))
            line = np.ascontiguousarray(index[None, :])
            image = QImage(line.data, line.shape[1], 1, line.shape[1], QImage.Format.Format_Indexed8)
            image.setColorTable(table)
            painter.drawImage(cells, image)
            painter.setPen(colors.border)
            painter.drawRect(cells)
        self.paint_marks(painter, colors.accent)
        painter.end()
