"""A scrolling sheet of pictures with captions: the test images a model got wrong, the patterns it stores.

Only the pictures in view are drawn, so ten thousand cost no more than a screenful.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from ui.plots import colormaps
from ui.plots.grids.grid_keys import CHOOSE, keeps_key, walk
from ui.widgets import theme

Captions = Sequence[str] | Callable[[int], str]

SAMPLE = 100
"""Captions that are looked at to find out how much room they need."""

ARROW = " → "
"""Between what a picture shows and what it was taken for."""


class ImageGallery(QAbstractScrollArea):
    """Images (N, H, W) with captions in as many columns as fit; a click or Enter chooses one.

    Args:
        cell: side of a picture in pixels.
        caption_lines: lines of text below each picture.
        level: value shown as full ink; None takes 255 for uint8 and 1 for floats.
    """

    image_clicked = Signal(object)
    """Emitted with the index of the image that was clicked, or chosen with Enter."""
    readout_changed = Signal(object)
    """Emitted with the words about the image under the pointer, or ""."""

    def __init__(
        self,
        *,
        cell: int = 56,
        caption_lines: int = 1,
        level: float | None = None,
        empty_text: str = "No images",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._cell, self._caption_lines, self._level = cell, caption_lines, level
        self._empty_text = empty_text
        self._images: NDArray[Any] = np.zeros((0, 1, 1), np.uint8)
        self._captions: Captions = ()
        self._colors: Callable[[int], QColor] | None = None
        self._highlight: frozenset[int] = frozenset()
        self._current: int | None = None
        self._hover: int | None = None
        self._readout = ""
        self._broken = False  # whether captions have a line for what stands after an arrow
        self._wider = self._more_lines = 0  # pixels and lines that the captions need beside the usual
        self.setAccessibleName("image gallery")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        theme.manager().changed.connect(self._restyle)

    def set_images(
        self, images: NDArray[Any], captions: Captions = (), caption_color: Callable[[int], QColor] | None = None
    ) -> None:
        """Show images (N, H, W), uint8 or float, kept by reference; captions by index or as a function of it."""
        if images.ndim != 3:
            raise ValueError(f"expected images of shape (N, H, W), not {images.shape}")
        self._images, self._captions, self._colors = images, captions, caption_color
        self._current = self._hover = None
        self._fit_captions()
        self._fit_bar()
        self.verticalScrollBar().setValue(0)
        self._tell()
        self.viewport().update()

    def set_highlight(self, indices: Sequence[int]) -> None:
        """Frame some of the images."""
        self._highlight = frozenset(indices)
        self.viewport().update()

    def choose(self, index: int) -> None:
        """Make an image the one chosen last, and bring it into view; nothing is emitted."""
        self._current = index
        self._show(index)
        self._tell()
        self.viewport().update()

    @property
    def count(self) -> int:
        """Number of images."""
        return len(self._images)

    @property
    def columns(self) -> int:
        """Images per row as laid out now."""
        return max(1, (self.viewport().width() - 6) // self._step().width())

    @property
    def current(self) -> int | None:
        """Index of the image chosen last."""
        return self._current

    @property
    def readout(self) -> str:
        """The image under the pointer (or reached with the keys) in words."""
        return self._readout

    def caption(self, index: int) -> str:
        """The words below an image."""
        if callable(self._captions):
            return self._captions(index)
        return self._captions[index] if index < len(self._captions) else ""

    # -- layout

    def sizeHint(self) -> QSize:
        """Four columns, three rows."""
        step = self._step()
        return QSize(4 * step.width() + 24, 3 * step.height() + 12)

    def minimumSizeHint(self) -> QSize:
        """One picture."""
        step = self._step()
        return QSize(step.width() + 24, step.height() + 12)

    def _fit_captions(self) -> None:
        """Room for the captions, as far as the first ones tell: wider cells, and a second line after an arrow."""
        advance, usual = self.fontMetrics().horizontalAdvance, self._cell + 10
        captions = [self.caption(index) for index in range(min(self.count, SAMPLE))]
        self._broken = any(advance(line) > usual for caption in captions for line in caption.split("\n"))
        lines = [line for caption in captions for line in self._lines(caption)]
        self._wider = max(0, min(max(map(advance, lines), default=0) + 6 - usual, self._cell))
        self._more_lines = max((len(self._lines(caption)) for caption in captions), default=0) - self._caption_lines

    def _lines(self, caption: str) -> list[str]:
        return (caption.replace(ARROW, f"\n{ARROW.lstrip()}") if self._broken else caption).split("\n")

    def _step(self) -> QSize:
        lines = self._caption_lines + max(self._more_lines, 0)
        return QSize(self._cell + 12 + self._wider, self._cell + 12 + lines * self.fontMetrics().height())

    def _cell_rect(self, index: int) -> QRect:
        step, columns = self._step(), self.columns
        row, column = divmod(index, columns)
        left = (self.viewport().width() - columns * step.width()) // 2
        top = 4 + row * step.height() - self.verticalScrollBar().value()
        return QRect(left + column * step.width(), top, step.width(), step.height())

    def index_at(self, position: QPointF) -> int | None:
        """Index of the image at a position in the viewport."""
        step, columns = self._step(), self.columns
        left = (self.viewport().width() - columns * step.width()) // 2
        column = int((position.x() - left) // step.width())
        row = int((position.y() - 4 + self.verticalScrollBar().value()) // step.height())
        index = row * columns + column
        return index if 0 <= column < columns and row >= 0 and index < self.count else None

    def _fit_bar(self) -> None:
        step, columns = self._step(), self.columns
        total = -(-self.count // columns) * step.height() + 8
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, total - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(step.height() // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._fit_bar()

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the images in view."""
        colors = theme.current()
        view = self.viewport()
        painter = QPainter(view)
        painter.fillRect(view.rect(), colors.surface)
        if self.count == 0:
            painter.setPen(colors.muted)
            painter.drawText(view.rect(), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, self._empty_text)
            painter.end()
            return
        step, columns = self._step(), self.columns
        offset = self.verticalScrollBar().value()
        first = max(0, (offset - 4) // step.height()) * columns
        last = min(self.count, ((offset + view.height()) // step.height() + 1) * columns)
        table = colormaps.qt_table(colormaps.gray())
        for index in range(first, last):
            self._paint_cell(painter, index, table, colors)
        painter.end()

    def _paint_cell(self, painter: QPainter, index: int, table: list[int], colors: theme.Theme) -> None:
        cell = self._cell_rect(index)
        frame = QRect(cell.left() + 6 + self._wider // 2, cell.top() + 4, self._cell, self._cell)
        height, width = self._images.shape[1:]
        target = QRect(0, 0, self._cell * width // max(height, width), self._cell * height // max(height, width))
        target.moveCenter(frame.center())
        painter.drawImage(target, self._picture(index, table))
        if index in self._highlight:
            pen = QPen(colors.accent, 2)
        elif index == self._current and self.hasFocus():
            pen = QPen(colors.text, 2)
        else:
            pen = QPen(colors.control if index == self._hover else colors.border, 1)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.adjusted(-1, -1, 0, 0))
        painter.setPen(self._colors(index) if self._colors else colors.text)
        words = QRectF(cell.left() + 1, frame.bottom() + 2, cell.width() - 2, cell.bottom() - frame.bottom())
        metrics = painter.fontMetrics()
        lines = [
            metrics.elidedText(line, Qt.TextElideMode.ElideRight, cell.width() - 2)
            for line in self._lines(self.caption(index))
        ]
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, "\n".join(lines))

    def _picture(self, index: int, table: list[int]) -> QImage:
        image = self._images[index]
        level = self._level or (255.0 if image.dtype == np.uint8 else 1.0)
        entries = image if image.dtype == np.uint8 and level == 255 else colormaps.sequential_index(image, level)
        height, width = entries.shape
        picture = QImage(np.ascontiguousarray(entries).tobytes(), width, height, width, QImage.Format.Format_Indexed8)
        picture.setColorTable(table)
        return picture.convertToFormat(QImage.Format.Format_RGB32)

    @Slot()
    def _restyle(self) -> None:
        self.viewport().update()

    # -- pointer and keys

    def _tell(self) -> None:
        index = self._hover if self._hover is not None else self._current if self.hasFocus() else None
        words = "" if index is None else f"image {index + 1} of {self.count} · {self.caption(index)}".rstrip(" ·")
        if words != self._readout:
            self._readout = words
            self.setAccessibleDescription(words)
            self.readout_changed.emit(words)

    def _set_hover(self, index: int | None) -> None:
        if index != self._hover:
            self._hover = index
            self._tell()
            self.viewport().update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Read out the image under the pointer."""
        self._set_hover(self.index_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the image under the pointer."""
        index = self.index_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and index is not None:
            self._current = index
            self.viewport().update()
            self.image_clicked.emit(index)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """The image was chosen when the button went down."""
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        """Clear the read-out when the pointer leaves."""
        if event.type() == QEvent.Type.Leave:
            self._set_hover(None)
        return super().viewportEvent(event)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Draw what has come into view."""
        self.viewport().update()

    def event(self, event: QEvent) -> bool:
        """Keep the arrow keys while focused."""
        return True if keeps_key(event) else super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows walk, Enter chooses, Page keys scroll."""
        if event.key() in CHOOSE and self._current is not None:
            self.image_clicked.emit(self._current)
            return
        target = walk(event.key(), self._current, self.columns, self.count)
        if target is None:
            super().keyPressEvent(event)
            return
        self.choose(target)

    def _show(self, index: int) -> None:
        """Scroll until an image is in view."""
        cell, bar = self._cell_rect(index), self.verticalScrollBar()
        if cell.top() < 0:
            bar.setValue(bar.value() + cell.top() - 4)
        elif cell.bottom() > self.viewport().height():
            bar.setValue(bar.value() + cell.bottom() - self.viewport().height() + 4)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show where the keys act."""
        super().focusInEvent(event)
        self._tell()
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide where the keys act."""
        super().focusOutEvent(event)
        self._tell()
        self.viewport().update()
