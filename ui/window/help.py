"""The Help menu: which keys there are, where the data lie, what this is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from ui.window.pages import Pages

ABOUT = (
    "<h3>Playground</h3><p>Watch the classic models of machine learning learn, live, and put your hands into "
    "them. Everything that learns here is plain NumPy that you can read: see the folder <i>models</i>.</p>"
    "<p>Everything runs on this computer; nothing is sent anywhere.</p>"
    "<p>MNIST: Y. LeCun and C. Cortes, CC BY-SA 3.0.</p>"
)

Keys = Sequence[tuple[str, str]]
"""A key and what it does."""


class HelpCommands(QObject):
    """Opens boxes with text.

    Args:
        pages: in whose window.
        keys: gives the keys of all actions.
    """

    def __init__(self, pages: Pages, keys: Callable[[], Keys]) -> None:
        super().__init__(pages)
        self._pages, self._keys = pages, keys

    @Slot()
    def show_keys(self) -> None:
        """All keys in a table."""
        rows = (
            f"<tr><td><b>{escape(key)}</b>&nbsp;&nbsp;</td><td>{escape(words)}</td></tr>" for key, words in self._keys()
        )
        self._open("Keyboard", f"<table>{''.join(rows)}</table>")

    @Slot()
    def show_data_folder(self) -> None:
        """In the desktop's own file manager."""
        from playground.live.recovery import data_folder

        folder = data_folder()
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot()
    def show_about(self) -> None:
        """What this is, and whose data it uses."""
        self._open("About Playground", ABOUT)

    def _open(self, title: str, text: str) -> None:
        box = QMessageBox(self._pages.current)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()
