"""Many small pictures side by side: the weights into each hidden unit, the filters of a layer, its activations.

All tiles are one image, scaled without smoothing so that one number stays one square. The colour scale is common to all
of them and keeps still while a model trains.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ui.plots import colormaps
from ui.plots.color_scale import ColorScale, Kind
from ui.plots.export import Export, Table
from ui.plots.grids.grid_keys import CHOOSE, keeps_key, walk
from ui.plots.grids.tile_grid import TileGrid
from ui.widgets import theme
from ui.widgets.numbers import number


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
        scale: Kind = "diverging",
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
        self._scale = ColorScale(scale, level or 1.0)
        self._tile_name, self._value_name = tile_name, value_name
        self._fixed_level = level
        self._held = colormaps.HeldLevel()
        self._bar, self._enlarge, self._empty_text = color_bar, enlarge, empty_text
        self._images: NDArray[Any] = np.zeros((0, 1, 1), np.float32)
        self._captions: Sequence[str] = ()
        self._canvas: QImage | None = None  # all tiles, on the grid below
        self._pixels: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)  # the canvas's memory
        self._canvas_grid: TileGrid | None = None
        self._highlight: frozenset[int] = frozenset()
        self._current: int | None = None
        self._pointer: QPointF | None = None
        self._readout = ""
        self._laid_out: tuple[tuple[object, ...], TileGrid] | None = None  # and what it depends on
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
            level = self._fixed_level
        elif images.dtype == np.uint8:
            level = 255.0
        else:
            level = self._held.update(colormaps.symmetric_level(images))
        self._scale = ColorScale(self._scale.kind, level)
        self._tell()
        self.update()

    def clear(self, why: str = "Nothing to show yet") -> None:
        """Show no tiles, but in words why there are none, and forget the colour scale."""
        self._empty_text = why
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
        return self._scale.level

    @property
    def columns(self) -> int:
        """Tiles per row as laid out now."""
        return self.grid.columns

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

    @property
    def grid(self) -> TileGrid:
        """Where the tiles lie."""
        key = (self._images.shape, self.size(), self._bar_height(), self.devicePixelRatioF())
        if self._laid_out is None or self._laid_out[0] != key:
            room = (self.width(), self.height() - self._bar_height())
            self._laid_out = (key, TileGrid.fitted(self._images.shape, room, self.devicePixelRatioF()))
        return self._laid_out[1]

    def pixel_at(self, position: QPointF) -> tuple[int, int, int] | None:
        """(tile, row, column) at a position in the widget; None between and beside the tiles."""
        return self.grid.at(position)

    # -- painting

    def _tiled(self, grid: TileGrid) -> QImage:
        """All tiles as one image in screen pixels; kept until images, grid or theme change."""
        if self._canvas is None or self._canvas_grid != grid:
            self._pixels = grid.magnified(self._scale.index(self._images))
            height, width = self._pixels.shape
            self._canvas = QImage(self._pixels.data, width, height, width, QImage.Format.Format_Indexed8)
            self._canvas.setColorTable(self._scale.qt_table())
            self._canvas.setDevicePixelRatio(grid.ratio)
            self._canvas_grid = grid
        return self._canvas

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw tiles, frames, colour bar and the enlarged tile."""
        colors = theme.current()
        painter = QPainter(self)
        if self.count == 0:
            painter.setPen(colors.muted)
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()
            return
        grid, back = self.grid, self.palette().window()
        painter.drawImage(grid.corner, self._tiled(grid))
        for gap in grid.gaps():
            painter.fillRect(gap, back)
        for index in self._highlight:
            self._frame(painter, index, QPen(colors.accent, 2))
        if self._current is not None and self.hasFocus():
            self._frame(painter, self._current, QPen(colors.text, 2))
        if self._bar:
            self._scale.paint_bar(painter, self.width(), self.height(), self._value_name)
        if self._pointer is not None and (pixel := grid.at(self._pointer)) is not None:
            self._frame(painter, pixel[0], QPen(colors.ink, 1))
            if self._enlarge:
                self._paint_enlarged(painter, grid, self._pointer, pixel)
        painter.end()

    def _frame(self, painter: QPainter, index: int, pen: QPen) -> None:
        if 0 <= index < self.count:
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.grid.rect(index).adjusted(-1, -1, 1, 1))

    def _paint_enlarged(self, painter: QPainter, grid: TileGrid, pointer: QPointF, pixel: tuple[int, int, int]) -> None:
        """The tile under the pointer, larger, in the corner farthest from it; not where that would gain little."""
        (tile, row, column), height, width = pixel, grid.height, grid.width
        size = min(
            max(grid.size * 3, 8 * 28 / max(height, width) * 0.8),
            self.width() * 0.45 / width,
            self.height() * 0.55 / height,
        )
        size = float(math.floor(size)) if size >= 2 else size
        if size < 1.8 * grid.size:
            return
        colors, metrics = theme.current(), painter.fontMetrics()
        text = f"{self._caption(tile)} · {number(float(self._images[pixel]))}"
        inner_w = max(width * size, min(metrics.horizontalAdvance(text) + 4.0, self.width() * 0.6))
        box = QRect(0, 0, round(inner_w) + 12, round(height * size) + metrics.height() + 16)
        box.moveLeft(self.width() - box.width() - 4 if pointer.x() < self.width() / 2 else 4)
        bottom = self.height() - self._bar_height()
        box.moveTop(4 if pointer.y() > bottom / 2 else bottom - box.height() - 4)
        painter.setPen(QPen(colors.control, 1))
        painter.setBrush(colors.raised)
        painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        target = QRectF(box.center().x() - width * size / 2, box.top() + 6, width * size, height * size)
        painter.drawImage(target, self._scale.picture(self._images[tile]))
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
        target = walk(event.key(), self._current, self.columns, self.count)
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
