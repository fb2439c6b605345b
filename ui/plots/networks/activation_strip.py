"""How strongly every hidden unit answers to one input: a strip of cells per layer, painted in one go."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from ui.plots import colormaps
from ui.widgets import theme

ROW = 18
"""Height of a layer's strip in pixels."""
LABEL = 118
"""Width of the layers' names in pixels; longer ones get more, up to half of the strip."""
MOST_ROWS = 6
"""Layers shown at the most; the strips of a deeper network become flatter."""


class ActivationStrip(QWidget):
    """One strip of cells per hidden layer; the colour says how strongly each unit answers.

    Signals:
        unit_clicked(layer, unit): a cell was clicked.
    """

    unit_clicked = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: list[NDArray[Any]] = []
        self._labels: list[str] = []
        self._level = 1.0
        self._hint = "Draw something to see which hidden units answer."
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMouseTracking(True)
        self.setAccessibleName("hidden activations")
        theme.manager().changed.connect(self.update)

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
        active = [
            f"{label}: {int(np.count_nonzero(layer > 0))} active" for label, layer in zip(labels, layers, strict=True)
        ]
        self.setAccessibleDescription("; ".join(active))
        self.update()

    def clear(self, hint: str = "") -> None:
        """Show that there is no input; the layers keep their place."""
        self._layers = [np.zeros_like(layer) for layer in self._layers]
        self._hint = hint or self._hint
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its layers need."""
        rows = min(max(len(self._layers), 1), MOST_ROWS)
        return QSize(320, rows * (ROW + 4) + 2)

    def _cells(self, row: int) -> QRectF:
        height = (self.height() - 2) / max(len(self._layers), 1)
        label = self._label_width()
        return QRectF(label, 1 + row * height, max(self.width() - label - 1, 1), max(height - 4, 2))

    def _label_width(self) -> int:
        longest = max(map(self.fontMetrics().horizontalAdvance, self._labels), default=0) + 12
        return max(LABEL, min(longest, self.width() // 2))

    def _unit_at(self, position: QPoint) -> tuple[int, int] | None:
        for row, layer in enumerate(self._layers):
            cells = self._cells(row)
            if cells.contains(position.toPointF()):
                return row, min(int((position.x() - cells.left()) / cells.width() * len(layer)), len(layer) - 1)
        return None

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names and strips."""
        painter = QPainter(self)
        colors = theme.current()
        painter.setPen(colors.muted)
        if not self._layers:
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._hint)
            return
        for row, (layer, label) in enumerate(zip(self._layers, self._labels, strict=True)):
            cells = self._cells(row)
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

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose a unit."""
        found = self._unit_at(event.position().toPoint())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.unit_clicked.emit(*found)

    def event(self, event: QEvent) -> bool:
        """The tooltip says which unit is under the pointer and how strongly it answers."""
        if event.type() == QEvent.Type.ToolTip:
            found = self._unit_at(event.pos())  # type: ignore[attr-defined]
            if found is not None:
                layer, unit = found
                value = self._layers[layer][unit]
                QToolTip.showText(event.globalPos(), f"{self._labels[layer]}, unit {unit}: {value:.3f}", self)  # type: ignore[attr-defined]
            return True
        return super().event(event)
