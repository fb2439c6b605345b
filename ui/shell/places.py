"""Where the parts of a tab are: the splitters that the user has moved stay, the others follow the size of the window.

A window that is too narrow for settings, stage and try-out panel shows two of them, and a strip at the edge that
exchanges the first for the last; in one that is too low the curves are folded into a strip below. So 960 × 540 pixels
suffice, and with larger type it happens earlier by itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QByteArray, QObject, QSize, QTimer, Slot
from PySide6.QtWidgets import QSplitter, QWidget

from ui.widgets.fold import ScrolledColumn, Strip

PLOTS_HEIGHT = 134
"""Pixels that the metric plots have to begin with in a small window."""

PLOTS_SHARE = 0.22
"""Share of the height that they have in a larger one."""

STAGE_LEAST = 280
"""Pixels of height for the stage below which it comes before the curves."""


class Places(QObject):
    """The parts of a tab, and the two splitters between them.

    Args:
        settings, stage, side: what stands beside each other; None for a tab without a panel on the right.
        plots: what stands below.
        columns: settings | stage | side, or without the last one.
        rows: the columns above the plots.
        form_width: pixels for the settings.
        side_width, side_share: pixels for the side at the least, and its share of the width.
        side_name: what the side is called where it is folded away.

    Attributes:
        left, right, below: the strips that stand for what is folded away.
    """

    def __init__(
        self,
        settings: QWidget,
        stage: ScrolledColumn,
        side: ScrolledColumn | None,
        plots: QWidget,
        columns: QSplitter,
        rows: QSplitter,
        *,
        form_width: int,
        side_width: int,
        side_share: float,
        side_name: str,
    ) -> None:
        super().__init__(rows)
        self._settings, self._stage, self._side, self._plots = settings, stage, side, plots
        self._columns, self._rows = columns, rows
        self._form_width, self._side_width, self._side_share = form_width, side_width, side_share
        self._placed: set[QSplitter] = set()  # by the user, now or in an earlier window: these stay
        self._remembered: dict[str, QByteArray] = {}  # from an earlier window, until the tab is shown
        self._size = QSize()
        self._folded = (False, False)
        self._shows_settings = side is None
        self._shows_curves = False
        self.left = Strip("Settings", "Show the settings, and fold the panel on the right", upright=True)
        self.right = Strip(side_name, "Show the panel on the right, and fold the settings", upright=True)
        self.below = Strip("Curves", "Show or fold the curves", upright=False)
        self.left.clicked.connect(self.show_settings)
        self.right.clicked.connect(self.show_side)
        self.below.clicked.connect(self._toggle_curves)
        for strip in (self.left, self.right, self.below):
            strip.hide()
        self._soon = QTimer(self, singleShot=True, interval=0)  # once all of the stage has said what it needs
        self._soon.timeout.connect(self._fold_again)
        for part in (stage, side):
            if part is not None:
                part.least_changed.connect(self._soon.start)
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
        """The parts have this much room now: a window that has grown and shrunk looks as it did before."""
        self._size = QSize(size)
        self._fold()
        for name, splitter in self._named():
            if name in self._remembered and splitter.restoreState(self._remembered.pop(name)):
                self._placed.add(splitter)
        if self._columns not in self._placed or self.narrow:
            side = max(self._side_width, round(self._side_share * size.width()))
            if self.narrow and self._side is not None:
                side = self._side.least.width() + self._side.bar_width()  # the stage comes first
            self._columns.setSizes([self._form_width, size.width() - self._form_width - side, side])
        if self._rows not in self._placed:
            below = max(PLOTS_HEIGHT, round(PLOTS_SHARE * size.height()))
            self._rows.setSizes([self._rows.height() - below, below])

    # Folding -------------------------------------------------------------------------------------------------------

    @property
    def narrow(self) -> bool:
        """Whether settings, stage and side do not stand beside each other."""
        if self._side is None:
            return False
        parts = (
            max(self._settings.minimumSizeHint().width(), 240),
            self._stage.least.width(),
            self._side.least.width(),
        )
        return sum(parts) + 2 * self._columns.handleWidth() > self._size.width()

    @property
    def low(self) -> bool:
        """Whether the stage and the curves do not stand above each other."""
        stage = max(self._stage.least.height(), STAGE_LEAST)
        plots = max(self._plots.minimumSizeHint().height(), self._plots.minimumHeight())
        return stage + self._rows.handleWidth() + plots > self._size.height()

    @Slot()
    def show_settings(self) -> None:
        """The settings are to be seen, also in a narrow window."""
        self._shows_settings = True
        self._again(self.right)

    @Slot()
    def show_side(self) -> None:
        """The panel on the right is to be seen, also in a narrow window."""
        self._shows_settings = self._side is None
        self._again(self.left)

    @Slot()
    def _toggle_curves(self) -> None:
        self._shows_curves = not self._shows_curves
        self._again(self.below)

    @Slot()
    def _fold_again(self) -> None:
        if not self._size.isEmpty() and self._folded != (self.narrow, self.low):
            self.arrange(self._size)

    def _again(self, focus: Strip) -> None:
        had = any(strip.hasFocus() for strip in (self.left, self.right, self.below))
        self.arrange(self._size)
        if had:
            focus.setFocus()  # the way back

    def _fold(self) -> None:
        self._folded = narrow, low = self.narrow, self.low
        self._settings.setVisible(not narrow or self._shows_settings)
        self.left.setVisible(narrow and not self._shows_settings)
        if self._side is not None:
            self._side.setVisible(not narrow or not self._shows_settings)
            self.right.setVisible(narrow and self._shows_settings)
        self._plots.setVisible(not low or self._shows_curves)
        self.below.setVisible(low)
        self.below.setText("Fold the curves" if self._shows_curves else "Curves")
        self.below.setAccessibleName(self.below.text())

    @Slot()
    def _on_moved(self) -> None:
        splitter = self.sender()
        assert isinstance(splitter, QSplitter)
        self._placed.add(splitter)  # the user knows best
