"""A side panel whose parts stand below each other where there is room, and behind each other where there is not."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from ui.widgets.layout import column
from ui.widgets.wheel import CalmTabBar

ENOUGH = 560
"""Pixels of height from which all parts are shown at once."""


class SidePanel(QWidget):
    """Parts with their titles; the last one gets the room that is left over.

    Args:
        parts: (title, widget), from top to bottom.
    """

    def __init__(self, parts: Sequence[tuple[str, QWidget]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = [widget for _, widget in parts]
        self.bar = CalmTabBar()
        self.bar.setDocumentMode(True)
        self.bar.setDrawBase(False)
        self.bar.setExpanding(False)
        self.bar.setAccessibleName("parts of the side panel")
        for title, _ in parts:
            self.bar.addTab(title)
        shares = ((widget, 1 + index) for index, widget in enumerate(self._parts))
        column(self.bar, *shares, margins=(0, 4, 4, 0), spacing=4, inside=self)
        self.bar.currentChanged.connect(self._show)
        self.setMinimumWidth(294)
        self._show()

    @property
    def tall(self) -> bool:
        """Whether all parts are shown at once."""
        return self.height() >= ENOUGH

    def bring(self, part: QWidget) -> None:
        """Show a part, whatever the room."""
        self.bar.setCurrentIndex(self._parts.index(part))

    @Slot()
    def _show(self) -> None:
        tall = self.tall
        self.bar.setVisible(not tall)
        for index, part in enumerate(self._parts):
            part.setVisible(tall or index == self.bar.currentIndex())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """More or less room."""
        super().resizeEvent(event)
        if (event.size().height() >= ENOUGH) != (event.oldSize().height() >= ENOUGH):
            self._show()
