"""What a plot shows can be taken along: as a picture, or as the numbers behind it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from models.base import DataError
from models.whole_file import atomically
from ui.widgets.problem import report
from ui.widgets.save_dialog import ask_target, write_picture

Table = tuple[list[str], list[Sequence[Any]]]
"""Headings and rows of numbers."""


class Export(QObject):
    """Saves what a plot shows, as a picture or as numbers; lives inside the widget it serves.

    What cannot be saved is reported, with cause and remedy, to the page that the widget is in.

    Args:
        widget: what is saved as a picture; its accessible name is the suggested file name.
        table: gives the numbers shown; without it there is no CSV.
    """

    def __init__(self, widget: QWidget, table: Callable[[], Table] | None = None) -> None:
        super().__init__(widget)
        self._widget, self._table = widget, table
        self.copy_action = action("Copy image", self, self.copy)
        self.image_action = action("Save image…", self, self.ask_image)
        self.csv_action = action("Save numbers as CSV…", self, self.ask_csv)

    def actions(self) -> list[QAction]:
        """What can be done with this widget's picture and numbers."""
        return [self.copy_action, self.image_action, *([self.csv_action] if self._table is not None else [])]

    def menu(self, position: QPoint, first: Sequence[QAction] = ()) -> QMenu:
        """Open the context menu at a position on the screen, with other actions before the ones for export."""
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([*first, *self.actions()])
        menu.popup(position)
        return menu

    def save_image(self, path: str | Path) -> None:
        """Write the widget as it is shown to a PNG file; raises DataError when it cannot be written."""
        write_picture(self._widget, Path(path))

    def save_csv(self, path: str | Path) -> None:
        """Write the numbers shown to a CSV file; raises DataError when it cannot be written."""
        heading, rows = self._table() if self._table else ([], [])
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(heading)
        writer.writerows(rows)
        with atomically(Path(path)) as file:
            file.write(text.getvalue().encode())

    @Slot()
    def copy(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._widget.grab())

    @Slot()
    def ask_image(self) -> None:
        """Ask for a file name and save the picture."""
        self._ask("picture", "PNG image (*.png)", "png", self.save_image)

    @Slot()
    def ask_csv(self) -> None:
        """Ask for a file name and save the numbers."""
        self._ask("numbers", "CSV table (*.csv)", "csv", self.save_csv)

    def _ask(self, what: str, kinds: str, suffix: str, save: Callable[[Path], None]) -> None:
        suggestion = f"{self._widget.accessibleName() or 'plot'}.{suffix}"
        path = ask_target(self._widget, f"Save {what}", suggestion, kinds)
        if path is None:
            return
        try:
            save(path)
        except DataError as error:
            report(self._widget, f"{what.capitalize()} not saved", str(error))


def action(words: str, owner: QObject, does: Callable[[], object]) -> QAction:
    """An action of the owner's menu."""
    made = QAction(words, owner)
    made.triggered.connect(does)
    return made
