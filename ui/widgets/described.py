"""An entry of a list with a sentence below its name: what it shows is read before it is chosen."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from ui.widgets import theme

WIDTH = 420
"""Pixels in which a sentence is broken into lines."""

MARGIN = 6
FRAME = 12
"""Pixels that the list's frame, and a scroll bar on a small screen, may take of the width."""

DESCRIPTION = Qt.ItemDataRole.ToolTipRole
"""Where an entry keeps its sentence; who hovers reads it in whole."""

Index = QModelIndex | QPersistentModelIndex


class Described(QStyledItemDelegate):
    """Paints an entry's name and, below it, muted, its description."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """As high as name and sentence."""
        size = super().sizeHint(option, index)
        metrics = QFontMetrics(option.font)
        room = QRect(0, 0, WIDTH - 2 * MARGIN - FRAME, 1000)
        text = metrics.boundingRect(room, int(Qt.TextFlag.TextWordWrap), self._sentence(index))
        return QSize(WIDTH, size.height() + (text.height() + 2 if self._sentence(index) else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Ground, name, and the sentence below it."""
        colors = theme.current()
        height = super().sizeHint(option, index).height()
        chosen = bool(option.state & option.state.State_Selected)
        painter.save()
        painter.fillRect(option.rect, colors.accent if chosen else colors.surface)
        painter.setPen(colors.accent_text if chosen else colors.text)
        inside = option.rect.adjusted(MARGIN, 0, -MARGIN, 0)
        top = QRect(inside.x(), inside.y(), inside.width(), height)
        painter.drawText(top, int(Qt.AlignmentFlag.AlignVCenter), str(index.data(Qt.ItemDataRole.DisplayRole)))
        painter.setPen(colors.accent_text if chosen else colors.muted)
        below = QRect(inside.x(), inside.y() + height - 3, inside.width(), inside.height() - height)
        painter.drawText(below, int(Qt.TextFlag.TextWordWrap), self._sentence(index))
        painter.restore()

    def _sentence(self, index: Index) -> str:
        return str(index.data(DESCRIPTION) or "")
