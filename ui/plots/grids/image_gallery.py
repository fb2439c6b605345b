"""A scrolling sheet of pictures with captions: the test images a model got wrong, the patterns it stores.

Only the pictures in view are drawn, so ten thousand cost no more than a screenful.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QImage, QKeyEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QScrollBar, QWidget

from ui.plots import colormaps
from ui.plots.export import Table
from ui.plots.grids.cell_widget import CellWidget
from ui.widgets import theme

Captions = Sequence[str] | Callable[[int], str]

SAMPLE = 100
"""Captions that are looked at to find out how much room they need."""

ARROW = " → "
"""Between what a picture shows and what it was taken for."""


class ImageGallery(CellWidget):
    """Images (N, H, W) with captions in as many columns as fit; the place of each is its index.

    Args:
        cell: side of a picture in pixels.
        caption_lines: lines of text below each picture.
        level: value shown as full ink; None takes 255 for uint8 and 1 for floats.
    """

    def __init__(
        self,
        *,
        cell: int = 56,
        caption_lines: int = 1,
        level: float | None = None,
        empty_text: str = "No images",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__("image gallery", parent=parent)
        self._side, self._caption_lines, self._level = cell, caption_lines, level
        self._empty_text = empty_text
        self._images: NDArray[Any] = np.zeros((0, 1, 1), np.uint8)
        self._captions: Captions = ()
        self._colors: Callable[[int], QColor] | None = None
        self._highlight: frozenset[int] = frozenset()
        self._broken = False  # whether captions have a line for what stands after an arrow
        self._wider = self._more_lines = 0  # pixels and lines that the captions need beside the usual
        self.bar = QScrollBar(self)
        self.bar.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.bar.valueChanged.connect(self._on_scrolled)
        self.bar.hide()
        self.setFrameStyle(QFrame.Shape.StyledPanel | QFrame.Shadow.Sunken)

    def set_images(
        self, images: NDArray[Any], captions: Captions = (), caption_color: Callable[[int], QColor] | None = None
    ) -> None:
        """Show images (N, H, W), uint8 or float, kept by reference; captions by index or as a function of it."""
        if images.ndim != 3:
            raise ValueError(f"expected images of shape (N, H, W), not {images.shape}")
        self._images, self._captions, self._colors = images, captions, caption_color
        self._reached = None
        self._fit_captions()
        self._fit_bar()
        self.bar.setValue(0)
        self.refresh()

    def set_highlight(self, indices: Sequence[int]) -> None:
        """Frame some of the images."""
        self._highlight = frozenset(indices)
        self.update()

    @property
    def highlight(self) -> frozenset[int]:
        """The images that are framed."""
        return self._highlight

    @property
    def count(self) -> int:
        """Number of images."""
        return len(self._images)

    @property
    def columns(self) -> int:
        """Images per row as laid out now."""
        return self._columns_in(self._area().width())

    def words_about(self, index: int) -> str:
        """See CellWidget."""
        return f"image {index + 1} of {self.count} · {self.caption(index)}".rstrip(" ·")

    def table(self) -> Table:
        """What is written below each image, for export."""
        return ["image", "caption"], [(i + 1, self.caption(i).replace("\n", " ")) for i in range(self.count)]

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
        advance, usual = self.fontMetrics().horizontalAdvance, self._side + 10
        captions = [self.caption(index) for index in range(min(self.count, SAMPLE))]
        self._broken = any(advance(line) > usual for caption in captions for line in caption.split("\n"))
        lines = [line for caption in captions for line in self._lines(caption)]
        self._wider = max(0, min(max(map(advance, lines), default=0) + 6 - usual, self._side))
        self._more_lines = max((len(self._lines(caption)) for caption in captions), default=0) - self._caption_lines

    def _lines(self, caption: str) -> list[str]:
        return (caption.replace(ARROW, f"\n{ARROW.lstrip()}") if self._broken else caption).split("\n")

    def _step(self) -> QSize:
        lines = self._caption_lines + max(self._more_lines, 0)
        return QSize(self._side + 12 + self._wider, self._side + 12 + lines * self.fontMetrics().height())

    def _area(self) -> QRect:
        """Where images may be: inside the frame, and beside the scroll bar where there is one."""
        area = self.contentsRect()
        if not self.bar.isHidden():
            area.setRight(area.right() - self.bar.width())
        return area

    def box(self, index: int) -> QRectF:
        """See CellWidget."""
        return QRectF(self._cell(index))

    def _cell(self, index: int) -> QRect:
        step, columns, area = self._step(), self.columns, self._area()
        row, column = divmod(index, columns)
        left = area.left() + (area.width() - columns * step.width()) // 2
        top = area.top() + 4 + row * step.height() - self.bar.value()
        return QRect(left + column * step.width(), top, step.width(), step.height())

    def index_at(self, position: QPointF) -> int | None:
        """See CellWidget."""
        first, columns = self._cell(0), self.columns
        column = int((position.x() - first.left()) // first.width())
        row = int((position.y() - first.top()) // first.height())
        index = row * columns + column
        inside = self._area().contains(position.toPoint())
        return index if inside and 0 <= column < columns and row >= 0 and index < self.count else None

    def _columns_in(self, width: int) -> int:
        return max(1, (width - 6) // self._step().width())

    def _fit_bar(self) -> None:
        """As long as there is something to scroll; the bar is there only when it must be, and takes room then."""
        room, step, width = self.contentsRect(), self._step(), self.bar.sizeHint().width()

        def hidden(across: int) -> int:
            return -(-self.count // self._columns_in(across)) * step.height() + 8 - room.height()

        needed = hidden(room.width()) > 0
        self.bar.setVisible(needed)
        self.bar.setGeometry(room.right() + 1 - width, room.top(), width, room.height())
        self.bar.setRange(0, max(0, hidden(room.width() - width)) if needed else 0)
        self.bar.setPageStep(room.height())
        self.bar.setSingleStep(step.height() // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out anew."""
        super().resizeEvent(event)
        self._fit_bar()
        self.refresh()

    def bring_into_view(self, index: int) -> None:
        """Scroll until an image is in view."""
        cell, area = self._cell(index), self._area()
        if cell.top() < area.top():
            self.bar.setValue(self.bar.value() + cell.top() - area.top() - 4)
        elif cell.bottom() > area.bottom():
            self.bar.setValue(self.bar.value() + cell.bottom() - area.bottom() + 4)

    @Slot()
    def _on_scrolled(self) -> None:
        self.refresh()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls, wherever the pointer is."""
        QApplication.sendEvent(self.bar, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page keys scroll, the others are those of every grid."""
        action = _PAGES.get(Qt.Key(event.key()))
        if action is None:
            super().keyPressEvent(event)
        else:
            self.bar.triggerAction(action)

    # -- painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the images in view."""
        colors = theme.current()
        area = self._area()
        painter = QPainter(self)
        painter.fillRect(area, colors.surface)
        if self.count == 0:
            self.paint_words(painter, self._empty_text)
            self.drawFrame(painter)
            painter.end()
            return
        painter.setClipRect(area)
        step, columns, offset = self._step(), self.columns, self.bar.value()
        first = max(0, (offset - 4) // step.height()) * columns
        last = min(self.count, ((offset + area.height()) // step.height() + 1) * columns)
        table = colormaps.qt_table(colormaps.gray())
        for index in range(first, last):
            self._paint_cell(painter, index, table, colors)
        painter.setClipping(False)
        self.drawFrame(painter)
        painter.end()

    def _paint_cell(self, painter: QPainter, index: int, table: list[int], colors: theme.Theme) -> None:
        cell = self._cell(index)
        frame = QRect(cell.left() + 6 + self._wider // 2, cell.top() + 4, self._side, self._side)
        height, width = self._images.shape[1:]
        target = QRect(0, 0, self._side * width // max(height, width), self._side * height // max(height, width))
        target.moveCenter(frame.center())
        painter.drawImage(target, self._picture(index, table))
        framed = index in self._highlight
        plain = QPen(colors.control if index == self.under_pointer else colors.border, 1)
        painter.setPen(QPen(colors.accent, 2) if framed else plain)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(target.adjusted(-1, -1, 0, 0))
        if index == self.focused:
            painter.setPen(QPen(colors.text, 2))
            painter.drawRect(target.adjusted(-3, -3, 2, 2) if framed else target.adjusted(-1, -1, 0, 0))
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


_PAGES = {
    Qt.Key.Key_PageUp: QScrollBar.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QScrollBar.SliderAction.SliderPageStepAdd,
}
