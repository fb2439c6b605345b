"""A table of numbers beside a running model: its rows are written over with every frame, not built anew."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem, QWidget

from ui.widgets import theme
from ui.widgets.icons import swatch
from ui.widgets.plain import as_tip

ROLE = Qt.ItemDataRole.UserRole
"""Where an entry keeps the name of its theme colour."""

ROW = 24
"""Pixels of a row."""


class NumberTable(QTableWidget):
    """Rows of words and numbers under headings; the first column names the row, the others stand to the right.

    Args:
        headings: of the columns; the first is usually "".
        tips: what a heading means, one for each.
        name: what is read out for the table.
    """

    def __init__(self, headings: Sequence[str], tips: Sequence[str], name: str, parent: QWidget | None = None) -> None:
        super().__init__(0, len(headings), parent)
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels(list(headings))
        for column, tip in enumerate(tips):
            item = self.horizontalHeaderItem(column)
            assert item is not None
            item.setToolTip(as_tip(tip))
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(36)
        self.setShowGrid(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        theme.follow(self, self._recolor)

    def minimumSizeHint(self) -> QSize:
        """Wide enough for the headings."""
        header, least = self.horizontalHeader(), super().minimumSizeHint()
        hints = {column: header.sectionSizeHint(column) for column in range(1, self.columnCount())}
        equal = [column for column in hints if header.sectionResizeMode(column) == QHeaderView.ResizeMode.Stretch]
        hints |= dict.fromkeys(equal, max((hints[column] for column in equal), default=0))
        first = max(header.sectionSizeHint(0), self.sizeHintForColumn(0))
        bar = self.verticalScrollBar().sizeHint().width() if self.verticalScrollBar().isVisible() else 0
        whole = first + sum(hints.values()) + 2 * self.frameWidth() + bar
        return QSize(max(least.width(), whole), least.height())

    @Slot()
    def _recolor(self) -> None:
        """The words as the theme has them now."""
        for row in range(self.rowCount()):
            for column in range(self.columnCount()):
                item = self.item(row, column)
                if item is not None and item.data(ROLE):
                    item.setForeground(getattr(theme.current(), item.data(ROLE)))

    def write(self, row: int, texts: Sequence[str], *, color: QColor | None = None, role: str = "text") -> None:
        """Fill a row; `color` marks it with a swatch, `role` is the theme colour of its words."""
        words = getattr(theme.current(), role)
        for column, text in enumerate(texts):
            item = self.item(row, column)
            if item is None:
                item = QTableWidgetItem()
                side = Qt.AlignmentFlag.AlignLeft if column == 0 else Qt.AlignmentFlag.AlignRight
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.setItem(row, column, item)
            if item.text() != text:
                item.setText(text)
            item.setForeground(words)
            item.setData(ROLE, role)
            if color is not None and column == 0:
                item.setIcon(swatch(color))
