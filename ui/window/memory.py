"""What is remembered between two starts: size, page, theme, folder, and where the user put things."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings, QSignalBlocker, QSize
from PySide6.QtWidgets import QMainWindow

from ui.widgets import theme
from ui.window.pages import Pages

FIRST_SIZE = QSize(1280, 800)

TITLE_BAR = 40
"""Pixels that the desktop's own frame may need above the window."""


class Memory:
    """The settings of the window; without any, nothing is remembered."""

    def __init__(self, settings: QSettings | None) -> None:
        self._settings = settings

    def restore(self, window: QMainWindow, pages: Pages) -> None:
        """Give a new window its size, and put the page in front that was there last; it is not built yet."""
        room = window.screen().availableSize() - QSize(0, TITLE_BAR)
        window.resize(FIRST_SIZE.boundedTo(room))
        if self._settings is None:
            return
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            window.restoreGeometry(geometry)  # what is no geometry changes nothing
        name = str(self._settings.value("tab", ""))
        if name in pages.names:
            with QSignalBlocker(pages):
                pages.bring(name)

    def keep(self, window: QMainWindow, pages: Pages) -> None:
        """Remember all of it."""
        if self._settings is None:
            return
        self._settings.setValue("geometry", window.saveGeometry())
        self._settings.setValue("tab", pages.front)
        self._settings.setValue("theme", theme.manager().choice)
        for name, page in pages.built.items():
            for part, state in page.save_layout().items():
                self._settings.setValue(f"layout/{name}/{part}", state)
        self._settings.sync()

    def layout_of(self, name: str) -> dict[str, QByteArray]:
        """What `Page.save_layout` said when the window was last closed."""
        if self._settings is None:
            return {}
        self._settings.beginGroup(f"layout/{name}")
        stored = {part: self._settings.value(part) for part in self._settings.childKeys()}
        self._settings.endGroup()
        return {part: value for part, value in stored.items() if isinstance(value, QByteArray)}

    @property
    def folder(self) -> Path:
        """Where the last file came from or went to."""
        stored = self._settings.value("folder", "") if self._settings is not None else ""
        return Path(str(stored)) if stored else Path.home()

    def keep_folder(self, path: Path) -> None:
        """A file was opened or saved here."""
        if self._settings is not None:
            self._settings.setValue("folder", str(path.parent))
