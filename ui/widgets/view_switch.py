"""A row of buttons above several views of the same model, of which one is seen."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QStackedWidget, QWidget

from ui.widgets import theme
from ui.widgets.layout import row
from ui.widgets.plain import as_tip


def add_choices(row: QHBoxLayout, group: QButtonGroup, choices: Sequence[tuple[str, str]]) -> None:
    """Put a button for each choice (name, tooltip) into a row, of which one is down: at the beginning the first."""
    for index, (name, tip) in enumerate(choices):
        button = QPushButton(name)
        button.setCheckable(True)
        button.setChecked(index == 0)
        button.setToolTip(as_tip(tip))
        theme.set_role(button, "quiet")
        group.addButton(button, index)
        row.addWidget(button)


class ViewSwitch(QWidget):
    """The buttons; the views are in `stack`, which can be put anywhere.

    Signals:
        changed(int): the user or the program has chosen another view (counted from 0).

    Args:
        views: what each button says, its tooltip, and its view.
    """

    changed = Signal(int)

    def __init__(self, views: Sequence[tuple[str, str, QWidget]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.stack = QStackedWidget()
        self._buttons = QButtonGroup(self)
        line = row(spacing=4, inside=self)
        add_choices(line, self._buttons, [(name, tip) for name, tip, _ in views])
        for *_, view in views:
            self.stack.addWidget(view)
        self._buttons.idClicked.connect(self.show_view)
        line.addStretch(1)

    def button(self, index: int) -> QPushButton:
        """The button of a view."""
        button = self._buttons.button(index)
        assert isinstance(button, QPushButton)
        return button

    @Slot(int)
    def show_view(self, index: int) -> None:
        """Show this view."""
        self.stack.setCurrentIndex(index)
        self.button(index).setChecked(True)
        self.changed.emit(index)
