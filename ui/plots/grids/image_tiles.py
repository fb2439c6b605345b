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
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ui.plots import colormaps
from ui.plots.color_scale import ColorScale, Kind
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget
from ui.plots.grids.tile_grid import TileGrid
from ui.widgets import theme
from ui.widgets.numbers import number


class ImageTiles(CellWidget):
    """K small images (K, H, W) in a grid that fills the space; the place of each is its index.

    Args:
        scale: "diverging" for signed numbers, "sequential" for magnitudes, "gray" for pictures.
        tile_name: what one tile is ("hidden unit"), for read-outs.
        value_name: what one pixel is ("weight"), for the colour bar and read-outs.
        level: end of the scale; None fits it to the data, robustly and without flicker.
        color_bar: whether the scale is shown below the tiles.
        enlarge: whether the tile under the pointer is shown enlarged.
        empty_text: what stands there as long as there are no tiles.
    """

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
        super().__init__(f"{tile_name} images", (420, 320), (120, 90), parent)
        self._scale = ColorScale(scale, level or 1.0)
        self._tile_name, self._value_name = tile_name, value_name
        self._fixed_level = level
        self._held = colormaps.HeldLevel()
        self._bar, self._enlarge, self.empty_text = color_bar, enlarge, empty_text
        self._images: NDArray[Any] = np.zeros((0, 1, 1), np.float32)
        self._captions: Sequence[str] = ()
        self._canvas: QImage | None = None  # all tiles, on the grid below
        self._pixels: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)  # the canvas's memory
        self._canvas_grid: TileGrid | None = None
        self._highlight: frozenset[int] = frozenset()
        self._laid_out: tuple[tuple[object, ...], TileGrid] | None = None  # and what it depends on

    # -- data

    def set_images(self, images: NDArray[Any], captions: Sequence[str] = ()) -> None:
        """Show images (K, H, W), float or uint8; they are kept by reference and must not change afterwards."""
        if images.ndim != 3:
            raise ValueError(f"expected images of shape (K, H, W), not {images.shape}")
        if len(images) != len(self._images):
            self._reached = None
        self._images, self._captions = images, captions
        self._canvas = None
        if self._fixed_level is not None:
            level = self._fixed_level
        elif images.dtype == np.uint8:
            level = 255.0
        else:
            level = self._held.update(colormaps.symmetric_level(images))
        self._scale = ColorScale(self._scale.kind, level)
        self.refresh()

    def clear(self, why: str = "Nothing to show yet") -> None:
        """Show no tiles, but in words why there are none, and forget the colour scale."""
        self.empty_text = why
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
    def highlight(self) -> frozenset[int]:
        """The tiles that are framed."""
        return self._highlight

    @property
    def level(self) -> float:
        """The value at the end of the colour scale."""
        return self._scale.level

    @property
    def columns(self) -> int:
        """Tiles per row as laid out now."""
        return self.grid.columns

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

    # -- cells

    def spot_at(self, position: QPointF) -> tuple[int, ...] | None:
        """Of a tile every pixel is read out."""
        return self.pixel_at(position)

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        found = self.pixel_at(position)
        return None if found is None else found[0]

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        return self.grid.rect(index)

    def words_about(self, index: int) -> str:
        """The tile, and with the pointer over it the pixel."""
        if self._spot is None:
            return self._caption(index)
        row, column = self._spot[1:]
        value = self._images[index, row, column]
        words = str(value) if self._images.dtype == np.uint8 else number(float(value))
        return f"{self._caption(index)} · row {row}, column {column} · {self._value_name} {words}"

    def _caption(self, tile: int) -> str:
        return self._captions[tile] if tile < len(self._captions) else f"{self._tile_name} {tile}"

    # -- painting

    def forget(self) -> None:
        """See Painted."""
        self._canvas = None

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
            self.paint_words(painter, self.empty_text)
            painter.end()
            return
        grid, back = self.grid, self.palette().window()
        painter.drawImage(grid.corner, self._tiled(grid))
        for gap in grid.gaps():
            painter.fillRect(gap, back)
        painter.setPen(QPen(colors.accent, 2))
        for index in self._highlight:
            if 0 <= index < self.count:
                painter.drawRect(self.box(index).adjusted(-1, -1, 1, 1))
        self.paint_marks(painter, colors.text, margin=1)
        if self._bar:
            self._scale.paint_bar(painter, self.width(), self.height(), self._value_name)
        if self._enlarge and self._pointer is not None and self._spot is not None:
            self._paint_enlarged(painter, grid, self._pointer)
        painter.end()

    def _paint_enlarged(self, painter: QPainter, grid: TileGrid, pointer: QPointF) -> None:
        """The tile under the pointer, larger, in the corner farthest from it; not where that would gain little."""
        assert self._spot is not None
        tile, row, column = self._spot
        height, width = grid.height, grid.width
        size = min(
            max(grid.size * 3, 8 * 28 / max(height, width) * 0.8),
            self.width() * 0.45 / width,
            self.height() * 0.55 / height,
        )
        size = float(math.floor(size)) if size >= 2 else size
        if size < 1.8 * grid.size:
            return
        colors, metrics = theme.current(), painter.fontMetrics()
        text = f"{self._caption(tile)} · {number(float(self._images[tile, row, column]))}"
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
