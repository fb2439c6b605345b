"""Many small pictures side by side: the weights into each hidden unit, the filters of a layer, its activations.

All tiles are one image, scaled without smoothing so that one number stays one square. The colour scale is common to all
of them and keeps still while a model trains.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QLinearGradient,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui import theme
from ui.plots import colormaps
from ui.plots.grid_keys import CHOOSE, keeps_key, walk
from ui.plots.plot_base import Export, Table, number, short_number

Scale = Literal["diverging", "sequential", "gray"]


class ImageTiles(QWidget):
    """K small images (K, H, W) in a grid that fills the space.

    Args:
        scale: "diverging" for signed numbers, "sequential" for magnitudes, "gray" for pictures.
        tile_name: what one tile is ("hidden unit"), for read-outs.
        value_name: what one pixel is ("weight"), for the colour bar and read-outs.
        level: end of the scale; None fits it to the data, robustly and without flicker.
        color_bar: whether the scale is shown below the tiles.
        enlarge: whether the tile under the pointer is shown enlarged.
    """

    clicked = Signal(object)
    """Emitted with the index of the tile that was clicked, or chosen with Enter."""
    hovered = Signal(object)
    """Emitted with the index of the tile under the pointer, or None."""
    readout_changed = Signal(object)
    """Emitted with the sentence about the pixel under the pointer, or ""."""

    def __init__(
        self,
        scale: Scale = "diverging",
        *,
        tile_name: str = "tile",
        value_name: str = "value",
        level: float | None = None,
        color_bar: bool = True,
        enlarge: bool = True,
        empty_text: str = "Nothing to show yet",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._scale: Scale = scale
        self._tile_name, self._value_name = tile_name, value_name
        self._fixed_level = level
        self._held = colormaps.HeldLevel()
        self._bar, self._enlarge, self._empty_text = color_bar, enlarge, empty_text
        self._images: NDArray[Any] = np.zeros((0, 1, 1), np.float32)
        self._captions: Sequence[str] = ()
        self._level = level or 1.0
        self._columns = 1
        self._canvas: QImage | None = None
        self._pixels: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)  # the canvas's memory
        self._canvas_key: tuple[object, ...] = ()
        self._highlight: frozenset[int] = frozenset()
        self._current: int | None = None
        self._pointer: QPointF | None = None
        self._readout = ""
        self._laid_out: tuple[tuple[object, ...], tuple[int, int, float, QPointF]] | None = None
        self.setAccessibleName(f"{tile_name} images")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.export = Export(self, self.table)
        theme.manager().changed.connect(self._restyle)

    # -- data

    def set_images(self, images: NDArray[Any], captions: Sequence[str] = ()) -> None:
        """Show images (K, H, W), float or uint8; they are kept by reference and must not change afterwards."""
        if images.ndim != 3:
            raise ValueError(f"expected images of shape (K, H, W), not {images.shape}")
        if len(images) != len(self._images):
            self._current = None
        self._images, self._captions = images, captions
        self._canvas = None
        if self._fixed_level is not None:
            self._level = self._fixed_level
        elif images.dtype == np.uint8:
            self._level = 255.0
        else:
            self._level = self._held.update(colormaps.symmetric_level(images))
        self._tell()
        self.update()

    def clear(self) -> None:
        """Show no tiles and forget the colour scale."""
        self._held.reset()
        self._highlight = frozenset()
        self.set_images(np.zeros((0, 1, 1), np.float32))

    def set_highlight(self, indices: Iterable[int]) -> None:
        """Frame some of the tiles."""
        self._highlight = frozenset(indices)
        self.update()

    @property
    def count(self) -> int:
        """Number of tiles."""
        return len(self._images)

    @property
    def level(self) -> float:
        """The value at the end of the colour scale."""
        return self._level

    @property
    def columns(self) -> int:
        """Tiles per row as laid out now."""
        return self._layout()[0]

    @property
    def readout(self) -> str:
        """The tile and pixel under the pointer (or the tile reached with the keys) in words."""
        return self._readout

    def table(self) -> Table:
        """Every pixel of every tile, for export."""
        rows: list[Sequence[Any]] = [
            (tile, row, column, value.item())
            for tile, image in enumerate(self._images)
            for row, line in enumerate(image)
            for column, value in enumerate(line)
        ]
        return [self._tile_name, "row", "column", self._value_name], rows

    # -- layout

    def sizeHint(self) -> QSize:
        """Room for a dozen columns."""
        return QSize(420, 320)

    def minimumSizeHint(self) -> QSize:
        """Small, so that splitters stay free to move."""
        return QSize(120, 90)

    def _bar_height(self) -> int:
        return self.fontMetrics().height() + 10 if self._bar and self.count else 0

    def _layout(self) -> tuple[int, int, float, QPointF]:
        """(columns, gap in pixels, pixels per value, top left corner) that make the tiles as large as possible."""
        key = (self._images.shape, self.size(), self._bar_height(), self.devicePixelRatioF())
        if self._laid_out is None or self._laid_out[0] != key:
            self._laid_out = (key, self._lay_out())
        return self._laid_out[1]

    def _lay_out(self) -> tuple[int, int, float, QPointF]:
        count, height, width = self._images.shape
        room_w, room_h = self.width() - 4, self.height() - self._bar_height() - 4
        if count == 0 or room_w <= 0 or room_h <= 0:
            return 1, 2, 1.0, QPointF(0, 0)
        gap = 1 if room_w * room_h / count < 500 else 2 if room_w * room_h / count < 1600 else 4
        best, columns = 0.0, 1
        for candidate in range(1, count + 1):
            rows = math.ceil(count / candidate)
            size = min((room_w / candidate - gap) / width, (room_h / rows - gap) / height)
            if size > best:
                best, columns = size, candidate
        ratio = self.devicePixelRatioF()
        size = best * ratio
        size = max((math.floor(size) if size >= 2 else size) / ratio, 0.1)  # whole screen pixels stay equally large
        rows = math.ceil(count / columns)
        used_w, used_h = columns * (width * size + gap) - gap, rows * (height * size + gap) - gap
        corner = QPointF(round((self.width() - used_w) / 2), round(max(2, (room_h + 4 - used_h) / 2)))
        return columns, gap, size, corner

    def _tile_rect(self, index: int) -> QRectF:
        columns, gap, size, corner = self._layout()
        _, height, width = self._images.shape
        row, column = divmod(index, columns)
        return QRectF(
            corner.x() + column * (width * size + gap),
            corner.y() + row * (height * size + gap),
            width * size,
            height * size,
        )

    def pixel_at(self, position: QPointF) -> tuple[int, int, int] | None:
        """(tile, row, column) at a position in the widget; None between and beside the tiles."""
        if self.count == 0:
            return None
        columns, gap, size, corner = self._layout()
        _, height, width = self._images.shape
        x, y = position.x() - corner.x(), position.y() - corner.y()
        if x < 0 or y < 0:
            return None
        tile_column, x = divmod(x, width * size + gap)
        tile_row, y = divmod(y, height * size + gap)
        index = int(tile_row) * columns + int(tile_column)
        row, column = int(y / size), int(x / size)
        if tile_column >= columns or index >= self.count or row >= height or column >= width:
            return None
        return index, row, column

    # -- painting

    def _table(self) -> NDArray[np.uint8]:
        return {"diverging": colormaps.diverging, "sequential": colormaps.sequential, "gray": colormaps.gray}[
            self._scale
        ]()

    def _index(self, images: NDArray[Any]) -> NDArray[np.uint8]:
        if self._scale == "diverging":
            return colormaps.diverging_index(images, self._level)
        if images.dtype == np.uint8 and self._level == 255:
            return images
        return colormaps.sequential_index(images, self._level)

    def _picture(self, images: NDArray[Any]) -> NDArray[np.uint32]:
        colors = np.array(colormaps.qt_table(self._table()), np.uint32)
        return colors[self._index(images)]

    def _build(self) -> None:
        """Lay all tiles out as one picture in screen pixels: two look-ups are cheaper than 128 scaled images."""
        layout = self._layout()
        if self._canvas is not None and self._canvas_key == layout:
            return
        columns, gap, size, _ = layout
        ratio = self.devicePixelRatioF()
        count, height, width = self._images.shape
        rows = math.ceil(count / columns)
        tiles = np.zeros((rows * columns, height, width), np.uint8)
        tiles[:count] = self._index(self._images)
        grid = np.ascontiguousarray(tiles.reshape(rows, columns, height, width).swapaxes(1, 2))
        grid = grid.reshape(rows * height, columns * width)
        self._pixels = grid.take(_sources(rows, height, size, gap, ratio), axis=0).take(
            _sources(columns, width, size, gap, ratio), axis=1
        )
        high, wide = self._pixels.shape
        self._canvas = QImage(self._pixels.data, wide, high, wide, QImage.Format.Format_Indexed8)
        self._canvas.setColorTable(colormaps.qt_table(self._table()))
        self._canvas.setDevicePixelRatio(ratio)
        self._canvas_key = layout

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw tiles, frames, colour bar and the enlarged tile."""
        colors = theme.current()
        painter = QPainter(self)
        if self.count == 0:
            painter.setPen(colors.muted)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()
            return
        self._build()
        assert self._canvas is not None
        columns, gap, size, corner = self._layout()
        _, height, width = self._images.shape
        painter.drawImage(corner, self._canvas)
        # What lies between the tiles, and behind the last one, is painted over.
        step_x, step_y = width * size + gap, height * size + gap
        rows = math.ceil(self.count / columns)
        back = self.palette().window()
        for column in range(1, columns):
            painter.fillRect(QRectF(corner.x() + column * step_x - gap, corner.y(), gap, rows * step_y), back)
        for row in range(1, rows):
            painter.fillRect(QRectF(corner.x(), corner.y() + row * step_y - gap, columns * step_x, gap), back)
        if free := rows * columns - self.count:
            left = corner.x() + (columns - free) * step_x - gap
            painter.fillRect(QRectF(left, corner.y() + (rows - 1) * step_y, free * step_x + gap, step_y), back)
        for index in self._highlight:
            self._frame(painter, index, QPen(colors.accent, 2))
        if self._current is not None and self.hasFocus():
            self._frame(painter, self._current, QPen(colors.text, 2))
        if self._bar:
            self._paint_bar(painter, colors)
        if self._pointer is not None:
            self._paint_pointer(painter, colors)
        painter.end()

    def _frame(self, painter: QPainter, index: int, pen: QPen) -> None:
        if 0 <= index < self.count:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._tile_rect(index).adjusted(-1, -1, 1, 1))

    def _paint_bar(self, painter: QPainter, colors: theme.Theme) -> None:
        """The colour scale with its numbers: −0.4 ▒▒▒ 0 ▒▒▒ 0.4 weight."""
        metrics = painter.fontMetrics()
        low = "−" + short_number(self._level) if self._scale == "diverging" else "0"
        high = short_number(self._level)
        height = metrics.height()
        top = self.height() - height - 3
        low_w, high_w, name_w = (metrics.horizontalAdvance(text) for text in (low, high, self._value_name))
        width = min(180, max(30, self.width() - low_w - high_w - name_w - 50))
        x = (self.width() - (low_w + width + high_w + name_w + 26)) / 2
        flags = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(colors.muted)
        painter.drawText(QRectF(x, top, low_w + 2, height), flags, low)
        x += low_w + 8
        bar = QRectF(x, top + height / 2 - 4, width, 8)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        table = colormaps.qt_table(self._table())
        first = 1 if self._scale == "diverging" else 0
        for entry in range(first, 256, 17 if first == 0 else 127):
            gradient.setColorAt((entry - first) / (255 - first), table[entry])
        if first:
            for entry in (33, 65, 97, 160, 192, 224):
                gradient.setColorAt((entry - 1) / 254, table[entry])
        painter.setPen(QPen(colors.border, 1))
        painter.setBrush(gradient)
        painter.drawRect(bar)
        if self._scale == "diverging":
            painter.setPen(colors.muted)
            painter.drawLine(QPointF(bar.center().x(), bar.bottom()), QPointF(bar.center().x(), bar.bottom() + 3))
        x += width + 8
        painter.setPen(colors.muted)
        painter.drawText(QRectF(x, top, high_w + 2, height), flags, high)
        painter.setPen(colors.text)
        painter.drawText(QRectF(x + high_w + 10, top, name_w + 4, height), flags, self._value_name)

    def _paint_pointer(self, painter: QPainter, colors: theme.Theme) -> None:
        """Outline the tile under the pointer and show it enlarged, in the corner farthest from the pointer."""
        assert self._pointer is not None
        found = self.pixel_at(self._pointer)
        if found is None:
            return
        tile, row, column = found
        self._frame(painter, tile, QPen(colors.ink, 1))
        _, height, width = self._images.shape
        now = self._layout()[2]
        size = min(
            max(now * 3, 8 * 28 / max(height, width) * 0.8), self.width() * 0.45 / width, self.height() * 0.55 / height
        )
        size = float(math.floor(size)) if size >= 2 else size
        if not self._enlarge or size < 1.8 * now:
            return
        metrics = painter.fontMetrics()
        text = f"{self._caption(tile)} · {number(float(self._images[tile, row, column]))}"
        inner_w = max(width * size, min(metrics.horizontalAdvance(text) + 4.0, self.width() * 0.6))
        box = QRect(0, 0, round(inner_w) + 12, round(height * size) + metrics.height() + 16)
        box.moveLeft(self.width() - box.width() - 4 if self._pointer.x() < self.width() / 2 else 4)
        bottom = self.height() - self._bar_height()
        box.moveTop(4 if self._pointer.y() > bottom / 2 else bottom - box.height() - 4)
        painter.setPen(QPen(colors.control, 1))
        painter.setBrush(colors.raised)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        pixels = np.ascontiguousarray(self._picture(self._images[tile]))
        target = QRectF(box.center().x() - width * size / 2, box.top() + 6, width * size, height * size)
        painter.drawImage(target, _image(pixels))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(colors.ink, 1))
        painter.drawRect(QRectF(target.left() + column * size, target.top() + row * size, size, size))
        painter.setPen(colors.text)
        words = QRectF(box.left() + 6, target.bottom() + 4, box.width() - 12, metrics.height() + 2)
        elided = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, round(words.width()))
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, elided)

    @Slot()
    def _restyle(self) -> None:
        self._canvas = None
        self.update()

    # -- pointer and keys

    def _caption(self, tile: int) -> str:
        return self._captions[tile] if tile < len(self._captions) else f"{self._tile_name} {tile}"

    def _tell(self) -> None:
        found = self.pixel_at(self._pointer) if self._pointer is not None else None
        if found is not None:
            tile, row, column = found
            value = number(float(self._images[found])) if self._images.dtype != np.uint8 else str(self._images[found])
            words = f"{self._caption(tile)} · row {row}, column {column} · {self._value_name} {value}"
        elif self._current is not None and self.hasFocus():
            words = self._caption(self._current)
        else:
            words = ""
        if words != self._readout:
            self._readout = words
            self.setAccessibleDescription(words)
            self.readout_changed.emit(words)

    def _point(self, position: QPointF | None) -> None:
        before = self.pixel_at(self._pointer) if self._pointer is not None else None
        self._pointer = position
        after = self.pixel_at(position) if position is not None else None
        if before == after:
            return
        self._tell()
        self.update()
        if (before or (None,))[0] != (after or (None,))[0]:
            self.hovered.emit(after[0] if after else None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the pixel under the pointer."""
        self._point(event.position())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the tile under the pointer."""
        found = self.pixel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found is not None:
            self._current = found[0]
            self.update()
            self.clicked.emit(found[0])

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the read-out."""
        self._point(None)

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys while focused."""
        return True if keeps_key(event) else super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter chooses."""
        if event.key() in CHOOSE and self._current is not None:
            self.clicked.emit(self._current)
            return
        target = walk(event.key(), self._current, self._layout()[0], self.count)
        if target is None:
            super().keyPressEvent(event)
            return
        self._current = target
        self._tell()
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys act."""
        super().focusInEvent(event)
        if self._current is None and self.count and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._current = 0
        self._tell()
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide where the keys act."""
        super().focusOutEvent(event)
        self._tell()
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Copy, save."""
        self.export.menu(event.globalPos())


@lru_cache(maxsize=64)
def _sources(tiles: int, pixels: int, size: float, gap: int, ratio: float) -> NDArray[np.intp]:
    """For every screen pixel along one side of the grid, the row (or column) of the data that it shows."""
    place = np.arange(round((tiles * (pixels * size + gap) - gap) * ratio)) / ratio
    tile, within = np.divmod(place + 0.5 / ratio, pixels * size + gap)
    return (tile * pixels + np.minimum(within // size, pixels - 1)).astype(np.intp)


def _image(pixels: NDArray[np.uint32]) -> QImage:
    """A picture of 0xFFRRGGBB numbers (H, W); it shares their memory, which must outlive it."""
    height, width = pixels.shape
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGB32)
