"""What the Run, Edit and View menus do to the page in front."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from models.errors import DataError
from ui.widgets import theme
from ui.window.pages import Pages


class RunCommands(QObject):
    """Train, step, and go through time; a page without a run does nothing."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self._pages = pages

    @Slot()
    def toggle(self) -> None:
        """Train or pause."""
        if (tab := self._pages.run) is not None:
            tab.toggle()

    @Slot()
    def step(self) -> None:
        """One step."""
        if (tab := self._pages.run) is not None:
            tab.step()

    @Slot()
    def step_back(self) -> None:
        """The step before this one."""
        if (tab := self._pages.run) is not None:
            tab.session.step_back()

    @Slot()
    def reset(self) -> None:
        """A new run."""
        if (tab := self._pages.run) is not None:
            tab.reset()

    @Slot()
    def to_beginning(self) -> None:
        """The model before its first step."""
        if (tab := self._pages.run) is not None:
            tab.session.seek(0)

    @Slot()
    def to_present(self) -> None:
        """The newest recorded step."""
        if (tab := self._pages.run) is not None:
            tab.session.seek(tab.session.status.head)

    @Slot()
    def branch(self) -> None:
        """Continue from the step that is shown."""
        if (tab := self._pages.run) is not None:
            tab.branch()

    @Slot()
    def go_back(self) -> None:
        """The run before this one."""
        if (tab := self._pages.run) is not None:
            tab.go_back()

    @Slot()
    def forget_ghosts(self) -> None:
        """Only the curves of the present run are left."""
        if (tab := self._pages.run) is not None:
            tab.session.clear_ghosts()


class EditCommands(QObject):
    """Undo, redo, paste and clear, on the canvas of the page in front.

    Signals:
        told(str): why something could not be done.
    """

    told = Signal(str)

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self._pages = pages

    @Slot()
    def undo(self) -> None:
        """Take the last gesture back."""
        if (surface := self._pages.current.drawing_surface()) is not None:
            surface.undo()

    @Slot()
    def redo(self) -> None:
        """Repeat what was taken back."""
        if (surface := self._pages.current.drawing_surface()) is not None:
            surface.redo()

    @Slot()
    def clear(self) -> None:
        """An empty canvas."""
        if (surface := self._pages.current.drawing_surface()) is not None:
            surface.clear()

    @Slot()
    def paste(self) -> None:
        """What the clipboard holds, onto the canvas."""
        try:
            self._pages.current.paste()
        except DataError as error:
            self.told.emit(str(error))


class ViewCommands(QObject):
    """Theme and size of the window."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self._pages = pages

    @Slot()
    def choose_theme(self) -> None:
        """The theme that the action names."""
        action, app = self.sender(), QApplication.instance()
        if isinstance(action, QAction) and isinstance(app, QApplication):
            theme.apply(app, action.data())

    @Slot()
    def toggle_full_screen(self) -> None:
        """Fill the screen, or be a window again."""
        window = self._pages.window()
        window.setWindowState(window.windowState() ^ Qt.WindowState.WindowFullScreen)
