"""Where the splitters of a tab are: those that the user has moved stay, the others follow the size of the window."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QObject, QSize, Slot
from PySide6.QtWidgets import QSplitter

PLOTS_HEIGHT = 134
"""Pixels that the metric plots have to begin with in a small window."""

PLOTS_SHARE = 0.22
"""Share of the height that they have in a larger one."""


class Places(QObject):
    """The two splitters of a tab.

    Args:
        columns: settings | stage | side, or without the last one.
        rows: the columns above the plots.
        form_width: pixels for the settings.
        side_width, side_share: pixels for the side at the least, and its share of the width.
    """

    def __init__(
        self, columns: QSplitter, rows: QSplitter, *, form_width: int, side_width: int, side_share: float
    ) -> None:
        super().__init__(rows)
        self._columns, self._rows = columns, rows
        self._form_width, self._side_width, self._side_share = form_width, side_width, side_share
        self._placed: set[QSplitter] = set()  # by the user, now or in an earlier window: these stay
        self._remembered: dict[str, QByteArray] = {}  # from an earlier window, until the tab is shown
        for name, splitter in self._named():
            splitter.setObjectName(name)
            splitter.splitterMoved.connect(self._on_moved)

    def _named(self) -> tuple[tuple[str, QSplitter], ...]:
        return ("columns", self._columns), ("rows", self._rows)

    def save(self) -> dict[str, QByteArray]:
        """Those that the user has put somewhere, by name."""
        placed = {name: splitter.saveState() for name, splitter in self._named() if splitter in self._placed}
        return self._remembered | placed

    def restore(self, layout: Mapping[str, QByteArray]) -> None:
        """Put them back with the next `arrange`: in a tab without its size they would not find their room."""
        self._remembered = dict(layout)

    def arrange(self, size: QSize) -> None:
        """The tab has this size now: a window that has grown and shrunk looks as it did before."""
        for name, splitter in self._named():
            if name in self._remembered and splitter.restoreState(self._remembered.pop(name)):
                self._placed.add(splitter)
        if self._columns not in self._placed:
            side = max(self._side_width, round(self._side_share * size.width()))
            self._columns.setSizes([self._form_width, size.width() - self._form_width - side, side])
        if self._rows not in self._placed:
            below = max(PLOTS_HEIGHT, round(PLOTS_SHARE * size.height()))
            self._rows.setSizes([self._rows.height() - below, below])

    @Slot()
    def _on_moved(self) -> None:
        splitter = self.sender()
        assert isinstance(splitter, QSplitter)
        self._placed.add(splitter)  # the user knows best
