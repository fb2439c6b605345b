"""A convolutional network from the picture on the left to the answer on the right: one column of maps for each layer.

All maps of a layer are one image, so that the whole network can be redrawn with every frame; names and frames are drawn
once and kept. The unit under the pointer shows where in every earlier layer its number comes from.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from ui.plots import colormaps
from ui.plots.networks.layer_layout import Column, Layer, lay_out
from ui.plots.painted import Painted
from ui.widgets import theme
from ui.widgets.numbers import number

MOST_OUTLINES = 96
"""Maps of one layer whose part in a unit is outlined."""

MOST_LINES = 32
"""Lines from the maps of a layer to the unit that looks at them."""


@dataclass(frozen=True)
class Unit:
    """One number in the network: a place in a map, or a unit of a dense layer (row and column 0)."""

    layer: int
    row: int
    column: int
    channel: int


@dataclass(frozen=True)
class Part:
    """What of a layer a unit depends on: rows top … bottom − 1 and columns left … right − 1 of some of its maps."""

    layer: int
    top: int
    left: int
    bottom: int
    right: int
    channels: Sequence[int]


class LayerStack(Painted):
    """Columns of feature maps, live.

    Keys while focused: arrows move within a map, Page Up and Page Down go to the layer before and behind, + and − to
    the next map and the one before, Enter chooses, Esc lets go.

    Signals:
        hovered(Unit | None): the unit under the pointer, or reached with the keys.
        clicked(Unit): a unit was chosen.
    """

    hovered = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("network", (560, 240), (260, 120), parent)
        self._layers: tuple[Layer, ...] = ()
        self._values: list[NDArray[Any]] = []
        self._columns: tuple[Column, ...] = ()
        self._levels: list[colormaps.HeldLevel] = []
        self._images: list[tuple[QImage, NDArray[np.uint8]] | None] = []
        self._static: QPixmap | None = None
        self._laid_out: tuple[object, ...] | None = None
        self._hover: Unit | None = None
        self._chosen: Unit | None = None
        self._trace: tuple[Part, ...] = ()
        self._small = QFont(self.font())
        self._small.setPointSizeF(self._small.pointSizeF() * 0.85)
        self._bold = QFont(self._small)
        self._bold.setBold(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setToolTip("Point at a unit to see what it looks at; click it to see its numbers worked out.")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    # -- data

    def set_layers(self, layers: Sequence[Layer]) -> None:
        """Show another network; nothing is chosen any more."""
        self._layers = tuple(layers)
        self._values = [np.zeros(layer.maps, np.float32) for layer in self._layers]
        self._levels = [colormaps.HeldLevel() for _ in self._layers]
        self._hover = self._chosen = None
        self._trace = ()
        self.say("")
        self._relayout()

    def set_values(self, values: Sequence[NDArray[Any]]) -> None:
        """What every layer makes of the picture: (H, W, C) or (D,) each, kept by reference; called with every frame."""
        self._values = [
            np.asarray(value).reshape(layer.maps) for value, layer in zip(values, self._layers, strict=True)
        ]
        self._images = [None] * len(self._layers)
        self.update()

    def clear_levels(self) -> None:
        """Choose the colour scales afresh, for a new run."""
        self._levels = [colormaps.HeldLevel() for _ in self._layers]

    def set_trace(self, parts: Sequence[Part], words: str = "") -> None:
        """Outline what a unit depends on, the unit itself first, and say something about it below."""
        self._trace = tuple(parts)
        self.say(words)
        self.update()

    def choose(self, unit: Unit | None) -> None:
        """Mark a unit as chosen; None: none."""
        self._chosen = unit
        self.update()

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The columns."""
        return self._layers

    @property
    def unit(self) -> Unit | None:
        """The unit under the pointer, else the chosen one."""
        return self._hover or self._chosen

    @property
    def chosen(self) -> Unit | None:
        """The unit that was clicked."""
        return self._chosen

    def value(self, unit: Unit) -> float:
        """A unit's number."""
        return float(self._values[unit.layer][unit.row, unit.column, unit.channel])

    # -- geometry

    def _line(self) -> int:
        return round(self.fontMetrics().height() * 0.9)

    def _relayout(self) -> None:
        self._static, self._laid_out = None, None
        self._images = [None] * len(self._layers)
        self.update()

    def _lay_out(self) -> tuple[Column, ...]:
        key = (self.size(), self.devicePixelRatioF(), self._layers)
        if self._laid_out != key:
            line = self._line()
            area = QRectF(4, 2 * line + 6, self.width() - 8, max(self.height() - 3 * line - 12, 20))
            metrics = QFontMetricsF(self._small)
            whole, short = (
                [max(map(metrics.horizontalAdvance, words)) + 2 for words in all_words]
                for all_words in (
                    [(layer.name, layer.size) for layer in self._layers],
                    [(layer.short_name, layer.short_size) for layer in self._layers],
                )
            )
            self._columns = lay_out(self._layers, area, self.devicePixelRatioF(), (whole, short))
            self._laid_out, self._static = key, None
            self._images = [None] * len(self._layers)
        return self._columns

    def unit_at(self, position: QPointF) -> Unit | None:
        """The unit under a position in the widget."""
        for index, column in enumerate(self._lay_out()):
            found = column.place_at(position)
            if found is not None:
                channel, row, at = found
                return Unit(index, row, at, channel)
        return None

    def unit_rect(self, unit: Unit) -> QRectF:
        """Where a unit is drawn."""
        column = self._lay_out()[unit.layer]
        return column.part_rect(unit.channel, unit.row, unit.column, unit.row + 1, unit.column + 1)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Names and frames from the pixmap, one image per layer, then the trace."""
        painter = QPainter(self)
        if not self._layers:
            painter.fillRect(self.rect(), theme.current().window)
            painter.end()
            return
        colors, columns = theme.current(), self._lay_out()
        if self._static is None:
            self._static = self._draw_static(colors)
        painter.drawPixmap(0, 0, self._static)
        for index, column in enumerate(columns):
            painter.drawImage(column.area.topLeft(), self._image(index, column))
        self._paint_answer(painter, colors)
        if self._trace:
            self._paint_trace(painter, colors)
        words = self.readout or "Point at a unit to trace it back to the picture; click it for its numbers."
        painter.setFont(self._small)
        painter.setPen(colors.text if self.readout else colors.muted)
        line = self._line()
        place = QRectF(4, self.height() - line - 2, self.width() - 8, line + 2)
        words = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, round(place.width()))
        painter.drawText(place, int(_LEFT), words)
        painter.end()

    def _image(self, index: int, column: Column) -> QImage:
        """All maps of a layer as one picture in screen pixels."""
        kept = self._images[index]
        if kept is None:
            values, kind, signed = self._values[index], self._layers[index].kind, self._layers[index].signed
            if kind in ("input", "answer"):
                level = 1.0
            elif signed:
                level = self._levels[index].update(colormaps.symmetric_level(values, 99.8))
            else:
                level = self._levels[index].update(float(values.max()))
            if signed:
                entries = colormaps.diverging_index(values, level)
            else:  # 1 … 255: entry 0 is what lies between the maps
                scaled = np.multiply(values, np.float32(254.0 / level), dtype=np.float32)
                np.clip(scaled, 0.0, 254.0, out=scaled)
                scaled += np.float32(1.5)
                entries = scaled.astype(np.uint8)
            pixels = column.picture(entries)
            height, width = pixels.shape
            image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
            image.setColorTable(_table("input" if kind == "input" else "signed" if signed else "plain"))
            image.setDevicePixelRatio(self.devicePixelRatioF())
            kept = self._images[index] = (image, pixels)  # the image shares the memory of the pixels
        return kept[0]

    def _draw_static(self, colors: theme.Theme) -> QPixmap:
        """What changes only with the size, the theme and the network: names, sizes, arrows."""
        pixmap = self.sheet()
        pixmap.fill(colors.window)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._small)
        metrics, line = painter.fontMetrics(), self._line()
        for column, layer in zip(self._columns, self._layers, strict=True):
            width = column.slot.width()
            for row, (words, short, color) in enumerate(
                (
                    (layer.name, layer.short_name, colors.text),
                    (layer.size, layer.short_size, colors.muted),
                )
            ):
                painter.setPen(color)
                words = words if metrics.horizontalAdvance(words) <= round(width) else short
                words = metrics.elidedText(words, Qt.TextElideMode.ElideRight, round(width) + 2)
                painter.drawText(QRectF(column.slot.left(), 2 + row * line, width + 4, line + 2), int(_LEFT), words)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(QPen(theme.blend(colors.border, colors.muted, 0.15), 1))
        for column in self._columns:
            if min(column.tile) >= 5:
                frames = [column.part_rect(i, 0, 0, *column.maps[:2]) for i in range(column.maps[2])]
                painter.drawRects([frame.adjusted(-1, -1, 0, 0) for frame in frames])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.blend(colors.border, colors.muted, 0.5), 1.4))
        for before, after in zip(self._columns, self._columns[1:], strict=False):
            x = (before.area.right() + after.slot.left()) / 2
            y = before.slot.center().y()
            painter.drawPolyline([QPointF(x - 2, y - 5), QPointF(x + 3, y), QPointF(x - 2, y + 5)])
        painter.setPen(colors.muted)
        for index, label in enumerate(self._layers[-1].labels):
            painter.drawText(self._label_rect(index), int(_LEFT), label)
        painter.end()
        return pixmap

    def _label_rect(self, index: int) -> QRectF:
        """Where the name of a class stands, beside its cell."""
        column = self._columns[-1]
        cell = column.part_rect(index, 0, 0, 1, 1)
        line = min(float(self._line()), column.tile[1] + column.gap)
        return QRectF(cell.right() + 5, cell.center().y() - line / 2, 90, line)

    def _paint_answer(self, painter: QPainter, colors: theme.Theme) -> None:
        """The name of the most probable class once more, in bold."""
        labels = self._layers[-1].labels
        if not labels:
            return
        best = int(self._values[-1].argmax())
        place = self._label_rect(best)
        painter.fillRect(place, colors.window)
        painter.setFont(self._bold)
        painter.setPen(colors.text)
        painter.drawText(place, int(_LEFT), labels[best])

    def _paint_trace(self, painter: QPainter, colors: theme.Theme) -> None:
        """Outlines of the parts, and lines from the last of them to the unit."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rects = {part.layer: self._part_rects(part) for part in self._trace}
        unit = self._trace[0]
        before = next((part for part in self._trace if part.layer == unit.layer - 1), None)
        if before is not None:
            target = rects[unit.layer][0]
            painter.setPen(QPen(theme.faded(colors.accent, 0.45), 1))
            goal = QPointF(target.left(), target.center().y())
            starts = rects[before.layer][:MOST_LINES]
            painter.drawLines([QLineF(QPointF(rect.right(), rect.center().y()), goal) for rect in starts])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for part in self._trace:
            # Two strokes, so that the outline shows on any colour.
            painter.setPen(QPen(theme.faded(colors.surface, 0.8), 3))
            painter.drawRects(rects[part.layer])
            painter.setPen(QPen(colors.accent, 1.5))
            painter.drawRects(rects[part.layer])
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)

    def _part_rects(self, part: Part) -> list[QRectF]:
        column = self._columns[part.layer]
        channels = part.channels[:MOST_OUTLINES]
        rects = [column.part_rect(channel, part.top, part.left, part.bottom, part.right) for channel in channels]
        return [rect if rect.width() >= 3 else rect.adjusted(-1, -1, 1, 1) for rect in rects]

    def forget(self) -> None:
        """See Painted."""
        self._static = None
        self._images = [None] * len(self._layers)

    # -- pointer and keys

    def _set_hover(self, unit: Unit | None) -> None:
        if unit != self._hover:
            self._hover = unit
            self.hovered.emit(unit)
            self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Trace the unit under the pointer."""
        self._set_hover(self.unit_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the unit under the pointer."""
        unit = self.unit_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and unit is not None:
            self._chosen = unit
            self.clicked.emit(unit)
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """The pointer is over no unit any more."""
        self._set_hover(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """What the keys had reached is let go."""
        super().focusOutEvent(event)
        if not self.underMouse():
            self._set_hover(None)

    def event(self, event: QEvent) -> bool:
        """Keep our keys while focused, before the window's shortcuts get them."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _KEYS:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk through the network; see the class."""
        unit, key = self.unit, event.key()
        if key not in _KEYS or not self._layers:
            super().keyPressEvent(event)
        elif key == Qt.Key.Key_Escape:
            self._set_hover(None)
        elif unit is None:
            self._set_hover(self._clamped(1, 0, 0, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._chosen = unit
            self.clicked.emit(unit)
        else:
            layer, row, column, channel = _KEYS[key]
            self._set_hover(
                self._clamped(unit.layer + layer, unit.row + row, unit.column + column, unit.channel + channel)
            )

    def _clamped(self, layer: int, row: int, column: int, channel: int) -> Unit:
        layer = min(max(layer, 0), len(self._layers) - 1)
        height, width, maps = self._layers[layer].maps
        return Unit(
            layer,
            min(max(row, 0), height - 1),
            min(max(column, 0), width - 1),
            min(max(channel, 0), maps - 1),
        )

    def describe(self, unit: Unit) -> str:
        """A unit in words: where it is and its number."""
        layer = self._layers[unit.layer]
        if layer.kind == "input":
            return f"picture · row {unit.row + 1}, column {unit.column + 1} · ink {number(self.value(unit))}"
        if layer.kind == "answer":
            return f"answer “{layer.labels[unit.channel]}” · {100 * self.value(unit):.1f} %"
        if layer.maps[:2] == (1, 1):
            return f"{layer.name} · unit {unit.channel + 1} · {number(self.value(unit))}"
        place = f"map {unit.channel + 1}, row {unit.row + 1}, column {unit.column + 1}"
        return f"{layer.name} · {place} · {number(self.value(unit))}"


_LEFT = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft

_KEYS: dict[int, tuple[int, int, int, int]] = {
    Qt.Key.Key_Up: (0, -1, 0, 0),
    Qt.Key.Key_Down: (0, 1, 0, 0),
    Qt.Key.Key_Left: (0, 0, -1, 0),
    Qt.Key.Key_Right: (0, 0, 1, 0),
    Qt.Key.Key_PageUp: (-1, 0, 0, 0),
    Qt.Key.Key_PageDown: (1, 0, 0, 0),
    Qt.Key.Key_Plus: (0, 0, 0, 1),
    Qt.Key.Key_Minus: (0, 0, 0, -1),
    Qt.Key.Key_Return: (0, 0, 0, 0),
    Qt.Key.Key_Enter: (0, 0, 0, 0),
    Qt.Key.Key_Escape: (0, 0, 0, 0),
}
"""Key → steps in layer, row, column, map."""


def _table(kind: str) -> list[int]:
    """Colour table of a layer; entry 0 is what lies between the maps and is transparent."""
    if kind == "signed":
        table = colormaps.qt_table(colormaps.diverging())
    else:
        colors = colormaps.gray() if kind == "input" else colormaps.sequential()
        table = [0, *colormaps.qt_table(colors[np.rint(np.linspace(0, 255, 255)).astype(int)])]
    return [0, *table[1:]]
