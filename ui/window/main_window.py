"""The window: its pages, the menus, what is said below, and a clean beginning and end."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSettings, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QSizePolicy

from playground.live.recovery import Autosaves
from ui.widgets import icons, theme
from ui.widgets.plain import as_tip
from ui.widgets.readout import Readout
from ui.window.actions import Actions
from ui.window.commands import EditCommands, RunCommands, ViewCommands
from ui.window.files import Files
from ui.window.help import HelpCommands
from ui.window.keys import needed
from ui.window.memory import Memory
from ui.window.menus import menus
from ui.window.pages import Pages
from ui.window.recovery import Recovery

if TYPE_CHECKING:  # loading NumPy, the models and the plots comes after the first paint
    from ui.shell.model_tab import ModelTab
    from ui.shell.page import Page


class MainWindow(QMainWindow):
    """The application's window.

    Nothing that it consists of keeps a reference to it. So it goes when the last one outside is dropped, with all its
    widgets, on this thread; a cycle would be left to the garbage collector, which runs on any, also the worker's.

    Args:
        settings: where size, page and theme are remembered; None to remember nothing.
        autosaves: where runs are saved behind the user's back; None to save nothing.

    Attributes:
        pages: what stands behind the tabs.
        files: what the File menu does.
        recovery: autosaves, and what a crash left behind.
        choices: all that can be chosen, for those who lock some of it.

    Signals:
        painted(): the window is on the screen; its first page is being built.
        ready(): a page is on the screen for the first time.
    """

    painted = Signal()
    ready = Signal()

    def __init__(self, settings: QSettings | None = None, autosaves: Autosaves | None = None) -> None:
        super().__init__()
        self._shown = self._closing = False
        self._memory = Memory(settings)
        self.pages = Pages()
        self.files = Files(self.pages, self._memory)
        self.recovery = Recovery(self.pages, autosaves)
        self.choices = Actions(self.pages)
        edit, run, view = EditCommands(self.pages), RunCommands(self.pages), ViewCommands(self.pages)
        table = menus(self.pages, self.files, edit, run, view, HelpCommands(self.pages, self.choices.keys))
        self.choices.fill(self.menuBar(), table)
        self.setWindowTitle("Playground")
        self.setWindowIcon(icons.app_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 540)  # full HD at 200 %
        self.setCentralWidget(self.pages)
        self._told = Readout("what happened")
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # as wide as the window
        self.statusBar().addWidget(self._told, 1)
        self.statusBar().setSizeGripEnabled(False)
        self.pages.made.connect(self._on_made)
        self.pages.turned.connect(self._on_turned)
        self.pages.painted.connect(self.ready)
        for speaker in (self.pages, self.files, edit):
            speaker.told.connect(self._say)
        for part in (self.menuBar(), self.pages.tabBar(), self.statusBar()):
            theme.dress(part)
        self._memory.restore(self, self.pages)

    # Pages ---------------------------------------------------------------------------------------------------------

    @property
    def current(self) -> Page:
        """The page in front."""
        return self.pages.current

    def tab(self, name: str) -> ModelTab:
        """A model's tab; built when it is first asked for."""
        return self.pages.tab(name)

    def show_tab(self, name: str) -> ModelTab:
        """Bring a model's tab to the front."""
        self.pages.bring(name)
        return self.pages.tab(name)

    @property
    def actions_by_name(self) -> Mapping[str, QAction]:
        """All that can be chosen in the menus or with a key, such as "run.step"."""
        return self.choices.by_name

    @Slot(object)
    def _on_made(self, page: Page) -> None:
        page.restore_layout(self._memory.layout_of(page.name))

    @Slot()
    def _on_turned(self) -> None:
        self._say("")

    # What is said --------------------------------------------------------------------------------------------------

    @property
    def said(self) -> str:
        """What stands in the status bar."""
        return self._told.text()

    @Slot(str)
    def _say(self, text: str) -> None:
        self._told.setText(text)
        self._told.setToolTip(as_tip(text))

    def report_error(self, sentence: str) -> None:
        """Say that something went wrong that nobody expected; builds no page, for that may be what went wrong."""
        page = self.pages.built.get(self.pages.front)
        if page is None:
            self._say(sentence)
        else:
            page.banner.say("Something unexpected went wrong", sentence)

    # Files and recovery --------------------------------------------------------------------------------------------

    def open_experiment(self, path: Path) -> None:
        """Open an experiment file in the tab that it belongs to; says in the present page what is wrong with it."""
        self.files.open_experiment(path)

    def export_picture(self, path: Path) -> None:
        """Write the page as it is shown to a PNG file; raises DataError."""
        self.files.export_picture(path)

    def autosave(self) -> None:
        """Save every run that has moved since it was last saved."""
        self.recovery.autosave()

    def offer_recovery(self) -> None:
        """If the last window did not close properly, offer what it left."""
        self.recovery.offer()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files can be dropped anywhere; what is in them is looked at then."""
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """See `Files.drop`."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.files.drop(event.mimeData())

    # Keys and state ------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Leave keys that the focused widget needs to it: Space presses a button, arrows move a slider."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and needed(event, QApplication.focusWidget())
        ):
            event.accept()
            return True
        return super().event(event)

    def changeEvent(self, event: QEvent) -> None:
        """The menu knows whether the window fills the screen, whoever made it so."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self.actions_by_name["view.full-screen"].setChecked(self.isFullScreen())

    # Beginning and end ---------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """The first time, build the page in front as soon as the empty window has been painted."""
        super().showEvent(event)
        if not self._shown:
            self._shown = True
            QTimer.singleShot(0, self, self._begin)

    @Slot()
    def _begin(self) -> None:
        if self._closing:
            return
        self.repaint()
        self.painted.emit()
        self.pages.begin()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what runs, join the threads, remember the layout; a clean end needs no recovery."""
        if not self._closing:
            self._closing = True
            self.recovery.stop()
            self._memory.keep(self, self.pages)
            self.pages.shutdown()
            self.recovery.close()
        super().closeEvent(event)
