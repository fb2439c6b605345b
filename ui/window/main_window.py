"""The window: one tab per model, the menus, and what is remembered between two starts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QKeyCombination, QSettings, QSize, Qt, QTimer, QUrl, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QActionGroup,
    QCloseEvent,
    QDesktopServices,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMessageBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from models.errors import DataError
from playground.live.recovery import Autosaves, Leftover
from ui.widgets import icons, theme
from ui.widgets.dropped import SUFFIX, experiment_in
from ui.widgets.save_dialog import ask_target, write_picture
from ui.window.registry import TABS, make_tab

if TYPE_CHECKING:  # loading NumPy, the models and the plots comes after the first paint
    from playground.live.messages import Opened, Saved
    from ui.shell.model_tab import ModelTab

AUTOSAVE_INTERVAL = 30_000
"""Milliseconds between two autosaves of runs that have moved."""

TITLE_BAR = 40
"""Pixels that the desktop's own frame may need above the window."""

EXPERIMENTS = f"Experiments (*{SUFFIX})"
WEIGHTS = "Weights (*.npz *.safetensors)"
DRAWINGS = "Drawings (*.json *.json.gz)"

SPACE, LEFT, RIGHT = Qt.Key.Key_Space, Qt.Key.Key_Left, Qt.Key.Key_Right


class MainWindow(QMainWindow):
    """The application's window.

    Args:
        settings: where size, tab and theme are remembered; None to remember nothing.
        autosaves: where runs are saved behind the user's back; None to save nothing.

    Signals:
        painted(): the window is on the screen; its first tab is being built.
        ready(): a tab is on the screen for the first time.
    """

    painted = Signal()
    ready = Signal()

    def __init__(self, settings: QSettings | None = None, autosaves: Autosaves | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._autosaves = autosaves
        self._saved_at: dict[str, tuple[int, ...]] = {}  # run, step, head, revision of a tab's autosave
        self._saving: dict[str, tuple[int, int]] = {}  # head and revision of the autosave that is under way
        self._autosaves_fail = False
        self._leftover: Leftover | None = None
        self._tabs: dict[str, ModelTab] = {}
        self._closing = False
        self.setWindowTitle("Playground")
        self.setWindowIcon(icons.app_icon())
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)  # at 200 % scaling this still fits a 1920×1200 screen
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setIconSize(QSize(18, 18))
        self.tabs.tabBar().setAccessibleName("models")
        for name, (title, _) in TABS.items():
            page = QWidget()
            page.setObjectName(name)
            layout = QVBoxLayout(page)
            layout.setContentsMargins(0, 0, 0, 0)
            self.tabs.addTab(page, title)
        self._update_tab_icons()
        theme.manager().changed.connect(self._update_tab_icons)
        self.setCentralWidget(self.tabs)
        self._told = QLabel()
        self._told.setAccessibleName("what happened")
        self._told.setTextFormat(Qt.TextFormat.PlainText)
        self.statusBar().addWidget(self._told, 1)
        self.statusBar().setSizeGripEnabled(False)
        self._make_menus()
        self._restore()
        self.tabs.currentChanged.connect(self._on_tab)
        self._shown = False
        self._autosave_timer = QTimer(self)
        self._autosave_timer.setInterval(AUTOSAVE_INTERVAL)
        self._autosave_timer.timeout.connect(self.autosave)
        if autosaves is not None:
            self._autosave_timer.start()

    # Tabs ----------------------------------------------------------------------------------------------------------

    @property
    def current(self) -> ModelTab:
        """The tab in front."""
        return self.tab(self.tabs.currentWidget().objectName())

    def tab(self, name: str) -> ModelTab:
        """A model's tab; built when it is first asked for."""
        if name not in self._tabs:
            page = self.tabs.widget(list(TABS).index(name))
            tab = self._tabs[name] = make_tab(name)
            tab.told.connect(self._tell)
            tab.painted.connect(self.ready)
            tab.session.opened.connect(self._on_opened)
            tab.session.saved.connect(self._on_saved)
            tab.restore_layout(self._layout_of(name))
            layout = page.layout()
            assert layout is not None
            layout.addWidget(tab)
        return self._tabs[name]

    def show_tab(self, name: str) -> ModelTab:
        """Bring a model's tab to the front."""
        self.tabs.setCurrentIndex(list(TABS).index(name))
        return self.tab(name)

    @Slot(int)
    def _on_tab(self, index: int) -> None:
        tab = self.tab(self.tabs.widget(index).objectName())
        self._told.setText("")
        surface = tab.drawing_surface()
        for action in (self._undo, self._redo, self._paste, self._clear, self._save_drawing, self._open_drawing):
            action.setEnabled(surface is not None)
        self._open_data.setEnabled(tab.model.open_data is not None)
        for action in (self._open_weights, self._save_weights):
            action.setEnabled(tab.has_weights)

    @Slot()
    def _update_tab_icons(self) -> None:
        known = icons.names()
        for index, name in enumerate(TABS):
            if f"tab-{name}" in known:
                self.tabs.setTabIcon(index, icons.icon(f"tab-{name}"))

    @Slot(str)
    def _tell(self, text: str) -> None:
        if text and self.sender() in (self._tabs.get(self.tabs.currentWidget().objectName()), None):
            self._say(text)

    def _say(self, text: str) -> None:
        self._told.setText(text)
        self._told.setToolTip(text)

    # Menus ---------------------------------------------------------------------------------------------------------

    def _make_menus(self) -> None:
        bar = self.menuBar()
        keys = QKeySequence.StandardKey
        menu = bar.addMenu("&File")
        self._add(menu, "&Open experiment…", self._ask_open, keys.Open, "open")
        self._add(menu, "&Save experiment…", self._ask_save, keys.Save, "save")
        menu.addSeparator()
        self._open_drawing = self._add(menu, "Open &drawing…", self._ask_open_drawing)
        self._save_drawing = self._add(menu, "Save dra&wing…", self._ask_save_drawing)
        self._open_data = self._add(menu, "Open da&ta…", self._ask_open_data)
        self._own_data = self._add(menu, "Use the &built-in data again", self._use_data_set)
        menu.aboutToShow.connect(self._update_file_menu)
        menu.addSeparator()
        self._open_weights = self._add(menu, "Open wei&ghts…", self._ask_open_weights)
        self._save_weights = self._add(menu, "Save weig&hts…", self._ask_save_weights)
        menu.addSeparator()
        self._add(menu, "Export &metrics as CSV…", self._ask_export, icon="export")
        self._add(menu, "Export &picture of the tab…", self._ask_picture, icon="export")
        menu.addSeparator()
        self._add(menu, "&Quit", self.close, keys.Quit)
        menu = bar.addMenu("&Edit")
        self._undo = self._add(menu, "&Undo", self._do_undo, keys.Undo, "undo")
        self._redo = self._add(menu, "&Redo", self._do_redo, keys.Redo, "redo")
        self._paste = self._add(menu, "&Paste onto the canvas", self._do_paste, keys.Paste, "paste")
        self._clear = self._add(menu, "&Clear the canvas", self._do_clear, Qt.Key.Key_Delete, "trash")
        menu = bar.addMenu("&Run")
        self._add(menu, "&Train or pause", self._do_toggle, SPACE, "play")
        self._add(menu, "One &step", self._do_step, RIGHT, "step-forward")
        self._add(menu, "One step &back", self._do_step_back, LEFT, "step-back")
        self._add(menu, "&Reset", self._do_reset, QKeySequence("Ctrl+R"), "reset")
        menu.addSeparator()
        self._add(menu, "To the &beginning", self._do_begin, Qt.Key.Key_Home)
        self._add(menu, "To the &present", self._do_present, Qt.Key.Key_End)
        self._add(menu, "&Continue from here", self._do_branch, QKeySequence("Ctrl+B"), "branch")
        menu.addSeparator()
        self._add(menu, "Forget &ghost curves", self._do_clear_ghosts)
        menu = bar.addMenu("&View")
        themes = menu.addMenu("&Theme")
        self._themes = QActionGroup(self)
        for choice in theme.CHOICES:
            action = themes.addAction({"system": "As the system"}.get(choice, choice.capitalize()))
            action.setCheckable(True)
            action.setData(choice)
            action.setChecked(choice == theme.manager().choice)
            self._themes.addAction(action)
        self._themes.triggered.connect(self._on_theme)
        menu.addSeparator()
        self._add(menu, "&Next tab", self._next_tab, QKeySequence("Ctrl+PgDown"))
        self._add(menu, "&Previous tab", self._previous_tab, QKeySequence("Ctrl+PgUp"))
        self._full_screen = self._add(menu, "&Full screen", self._toggle_full_screen, Qt.Key.Key_F11)
        self._full_screen.setCheckable(True)
        menu = bar.addMenu("&Help")
        self._add(menu, "&Keyboard", self._show_keys, Qt.Key.Key_F1)
        self._add(menu, "&Data folder", self._show_data_folder)
        self._add(menu, "&About Playground", self._show_about)

    def _add(
        self,
        menu: QMenu,
        text: str,
        slot: Callable[[], object],
        shortcut: QKeySequence | QKeySequence.StandardKey | Qt.Key | None = None,
        icon: str = "",
    ) -> QAction:
        action = menu.addAction(text)
        if shortcut is not None:
            action.setShortcut(QKeySequence(shortcut))
        if icon:
            icons.set_icon(action, icon)
        action.triggered.connect(slot)
        return action

    def event(self, event: QEvent) -> bool:
        """Leave keys that the focused widget needs to it: Space presses a button, arrows move a slider."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._needed(event):
            event.accept()
            return True
        return super().event(event)

    def _needed(self, event: QKeyEvent) -> bool:
        focus = QApplication.focusWidget()
        plain = event.keyCombination() == QKeyCombination(Qt.Key(event.key()))
        if focus is None or not plain:
            return False
        moves = (LEFT, RIGHT, Qt.Key.Key_Home, Qt.Key.Key_End)
        typing = (QAbstractSpinBox, QLineEdit, QComboBox, QAbstractItemView)
        return (
            (event.key() == SPACE and isinstance(focus, (QAbstractButton, *typing)))
            or (event.key() in moves and isinstance(focus, (QAbstractSlider, *typing)))
            or (event.key() == Qt.Key.Key_Delete and isinstance(focus, typing))
        )

    # File ----------------------------------------------------------------------------------------------------------

    @Slot()
    def _ask_open(self) -> None:
        self._ask_files("Open experiment", EXPERIMENTS, self.open_experiment)

    def open_experiment(self, path: Path) -> None:
        """Open an experiment file in the tab that it belongs to; says in the present tab what is wrong with it."""
        from playground.engine.experiment import model_of

        try:
            name = model_of(path)
        except DataError as error:
            self.current.banner.say("The experiment could not be opened", str(error))
            return
        if name not in TABS:
            sentence = f"{path.name} belongs to a model without a tab ({name}): it is of use on the command line only."
            self.current.banner.say("The experiment could not be opened", sentence)
            return
        self._remember_folder(path)
        self.show_tab(name).open_experiment(path)

    @Slot()
    def _ask_save(self) -> None:
        suggestion = self._folder() / f"{self.current.model.name}{SUFFIX}"
        self._ask_target("Save experiment", suggestion, EXPERIMENTS, self.current.save_experiment)

    @Slot()
    def _ask_open_drawing(self) -> None:
        self._ask_files("Open drawing", f"{DRAWINGS};;Pictures (*.png *.jpg *.jpeg)", self.current.open_drawing)

    @Slot()
    def _ask_save_drawing(self) -> None:
        self._ask_target("Save drawing", self._folder() / "drawing.json", DRAWINGS, self.current.save_drawing)

    @Slot()
    def _ask_open_data(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(
            self, f"Open data: {self.current.data_words}", str(self._folder()), self.current.data_kinds
        )
        if names:
            self._remember_folder(Path(names[0]))
            self.current.open_data([Path(name) for name in names])

    @Slot()
    def _update_file_menu(self) -> None:
        self._own_data.setEnabled(self.current.session.data is not None)

    @Slot()
    def _use_data_set(self) -> None:
        if self.current.session.data is not None:
            self.current.use_data_set()

    @Slot()
    def _ask_open_weights(self) -> None:
        self._ask_files("Open weights", WEIGHTS, self.current.open_weights)

    @Slot()
    def _ask_save_weights(self) -> None:
        suggestion = self._folder() / f"{self.current.model.name}-weights.npz"
        self._ask_target("Save weights", suggestion, WEIGHTS, self.current.save_weights)

    @Slot()
    def _ask_export(self) -> None:
        suggestion = self._folder() / f"{self.current.model.name}-metrics.csv"
        self._ask_target("Export metrics", suggestion, "Tables (*.csv)", self.current.export_metrics)

    @Slot()
    def _ask_picture(self) -> None:
        suggestion = self._folder() / f"{self.current.model.name}.png"
        self._ask_target("Export picture", suggestion, "Pictures (*.png)", self.export_picture)

    def export_picture(self, path: Path) -> None:
        """Write the tab as it is shown to a PNG file; raises DataError."""
        write_picture(self.current, path)
        self._say(f"Exported a picture of the tab to {path.name}")

    def _ask_files(self, title: str, kinds: str, use: Callable[[Path], object]) -> None:
        name, _ = QFileDialog.getOpenFileName(self, title, str(self._folder()), kinds)
        if name:
            self._remember_folder(Path(name))
            self._try(title, use, Path(name))

    def _ask_target(self, title: str, suggestion: Path, kinds: str, use: Callable[[Path], object]) -> None:
        path = ask_target(self, title, suggestion, kinds)
        if path is not None:
            self._remember_folder(path)
            self._try(title, use, path)

    def _try(self, title: str, use: Callable[[Path], object], path: Path) -> None:
        try:
            use(path)
        except DataError as error:
            self.current.banner.say(f"{title}: that did not work", str(error))

    def _folder(self) -> Path:
        stored = self._settings.value("folder", "") if self._settings is not None else ""
        return Path(str(stored)) if stored else Path.home()

    def _remember_folder(self, path: Path) -> None:
        if self._settings is not None:
            self._settings.setValue("folder", str(path.parent))

    # Edit, Run, View, Help -----------------------------------------------------------------------------------------

    @Slot()
    def _do_undo(self) -> None:
        if (surface := self.current.drawing_surface()) is not None:
            surface.undo()

    @Slot()
    def _do_redo(self) -> None:
        if (surface := self.current.drawing_surface()) is not None:
            surface.redo()

    @Slot()
    def _do_paste(self) -> None:
        self._put_on_canvas(self.current.paste)

    def _put_on_canvas(self, put: Callable[[], object]) -> None:
        try:
            put()
        except DataError as error:
            self._say(str(error))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files can be dropped anywhere; what is in them is looked at then."""
        if event.mimeData().hasUrls():
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open an experiment; anything else is for the canvas, as if it were dropped there."""
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        experiment = experiment_in(event.mimeData())
        if experiment is not None:
            self.open_experiment(experiment)
        else:
            self._put_on_canvas(lambda: self.current.take(event.mimeData()))

    @Slot()
    def _do_clear(self) -> None:
        if (surface := self.current.drawing_surface()) is not None:
            surface.clear()

    @Slot()
    def _do_toggle(self) -> None:
        self.current.toggle()

    @Slot()
    def _do_step(self) -> None:
        self.current.step()

    @Slot()
    def _do_step_back(self) -> None:
        self.current.session.step_back()

    @Slot()
    def _do_reset(self) -> None:
        self.current.reset()

    @Slot()
    def _do_begin(self) -> None:
        self.current.session.seek(0)

    @Slot()
    def _do_present(self) -> None:
        self.current.session.seek(self.current.session.status.head)

    @Slot()
    def _do_branch(self) -> None:
        self.current.branch()

    @Slot()
    def _do_clear_ghosts(self) -> None:
        self.current.session.clear_ghosts()

    @Slot(QAction)
    def _on_theme(self, action: QAction) -> None:
        app = QApplication.instance()
        if isinstance(app, QApplication):
            theme.apply(app, action.data())

    @Slot()
    def _next_tab(self) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + 1) % self.tabs.count())

    @Slot()
    def _previous_tab(self) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() - 1) % self.tabs.count())

    @Slot()
    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def changeEvent(self, event: QEvent) -> None:
        """The menu knows whether the window fills the screen, whoever made it so."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.WindowStateChange:
            self._full_screen.setChecked(self.isFullScreen())

    @Slot()
    def _show_keys(self) -> None:
        rows = []
        for menu in self.menuBar().findChildren(QMenu):
            for action in menu.actions():
                if not action.shortcut().isEmpty():
                    key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                    rows.append(f"<tr><td><b>{key}</b>&nbsp;&nbsp;</td><td>{action.text().replace('&', '')}</td></tr>")
        self._box("Keyboard", f"<table>{''.join(rows)}</table>").open()

    @Slot()
    def _show_data_folder(self) -> None:
        from playground.live.recovery import data_folder

        folder = data_folder()
        folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot()
    def _show_about(self) -> None:
        text = (
            "<h3>Playground</h3><p>Watch the classic models of machine learning learn, live, and put your hands into "
            "them. Everything that learns here is plain NumPy that you can read: see the folder <i>models</i>.</p>"
            "<p>Everything runs on this computer; nothing is sent anywhere.</p>"
            "<p>MNIST: Y. LeCun and C. Cortes, CC BY-SA 3.0.</p>"
        )
        self._box("About Playground", text).open()

    def _box(self, title: str, text: str) -> QMessageBox:
        box = QMessageBox(self)
        box.setWindowTitle(title)
        box.setTextFormat(Qt.TextFormat.RichText)
        box.setText(text)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return box

    def report_error(self, sentence: str) -> None:
        """Say that something went wrong that nobody expected; builds no tab, for that may be what went wrong."""
        tab = self._tabs.get(self.tabs.currentWidget().objectName())
        if tab is None:
            self._told.setText(sentence)
        else:
            tab.banner.say("Something unexpected went wrong", sentence)

    # What survives -------------------------------------------------------------------------------------------------

    @Slot()
    def autosave(self) -> None:
        """Save every run that has moved since it was last saved, into this process's autosave folder."""
        if self._autosaves is None:
            return
        for name, tab in self._tabs.items():
            status, revision = tab.session.status, tab.session.revision
            at_rest = status.phase != "running"  # the figures of a hidden tab stand still while it trains
            untouched = status.head == 0 and revision == 0
            if status.phase in ("empty", "loading") or (at_rest and untouched):
                continue
            try:
                path = self._autosaves.path(name)
            except OSError as error:
                self._say_no_autosave(tab, error)
                return
            self._autosaves_fail = False
            place = (status.run_id, status.position, status.head, revision)
            if at_rest and self._saved_at.get(name) == place and path.exists():
                continue
            self._saving[name] = (status.head, revision)
            tab.session.save(path, tab.drawings(), autosave=True)

    def _say_no_autosave(self, tab: ModelTab, error: OSError) -> None:
        """Once, though it is tried again and again: somebody may mend the folder."""
        if not self._autosaves_fail:
            self._autosaves_fail = True
            tab.banner.say(
                "Autosave is off",
                f"The data folder cannot be used: {error.strerror or error}. Save your work with File → Save.",
                "warning",
            )

    @Slot(object)
    def _on_saved(self, saved: Saved) -> None:
        """Only now is an autosave known to be there: one that failed is tried again the next time."""
        if saved.autosave:
            name = saved.path.stem
            self._saved_at[name] = (saved.run_id, saved.step, *self._saving[name])

    def offer_recovery(self) -> None:
        """If the last window did not close properly, offer its newest run of each model."""
        if self._autosaves is None:
            return
        leftovers = [leftover for leftover in self._autosaves.leftovers() if leftover.model in TABS]
        if not leftovers:
            return
        newest = leftovers[0]
        title = TABS[newest.model][0]
        when = time.strftime("%H:%M on %d %B", time.localtime(newest.modified))
        others = f" ({len(leftovers) - 1} more after it)" if len(leftovers) > 1 else ""
        self._leftover = newest
        self.current.banner.say(
            "The playground ended unexpectedly",
            f"Your {title} run was saved at {when}{others}.",
            "info",
            [("Open it", self._recover), ("Discard", self._discard_leftover)],
        )

    @Slot()
    def _recover(self) -> None:
        assert self._leftover is not None
        self.show_tab(self._leftover.model).open_experiment(self._leftover.path)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        if self._leftover is None or self._autosaves is None or opened.path != self._leftover.path:
            return
        self._autosaves.adopt(self._leftover)  # safe from the next crash, too, before the next autosave
        self._leftover = None
        self.offer_recovery()

    @Slot()
    def _discard_leftover(self) -> None:
        if self._autosaves is not None and self._leftover is not None:
            self._autosaves.discard(self._leftover)
        self._leftover = None
        self.offer_recovery()

    def _restore(self) -> None:
        room = self.screen().availableSize() - QSize(0, TITLE_BAR)
        self.resize(QSize(1280, 800).boundedTo(room))
        if self._settings is None:
            return
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)  # what is no geometry changes nothing
        name = str(self._settings.value("tab", ""))
        if name in TABS:
            self.tabs.setCurrentIndex(list(TABS).index(name))

    def _layout_of(self, name: str) -> dict[str, QByteArray]:
        if self._settings is None:
            return {}
        stored = {part: self._settings.value(f"layout/{name}/{part}") for part in ("columns", "rows")}
        return {part: value for part, value in stored.items() if isinstance(value, QByteArray)}

    def _remember(self) -> None:
        if self._settings is None:
            return
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("tab", self.tabs.currentWidget().objectName())
        self._settings.setValue("theme", theme.manager().choice)
        for name, tab in self._tabs.items():
            for part, state in tab.save_layout().items():
                self._settings.setValue(f"layout/{name}/{part}", state)
        self._settings.sync()

    def showEvent(self, event: QShowEvent) -> None:
        """The first time, build the tab in front as soon as the empty window has been painted."""
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
        self._on_tab(self.tabs.currentIndex())

    def closeEvent(self, event: QCloseEvent) -> None:
        """Stop what runs, join the threads, remember the layout; a clean end needs no recovery."""
        if not self._closing:
            self._closing = True
            self._autosave_timer.stop()
            self._remember()
            for tab in self._tabs.values():
                tab.shutdown()
            if self._autosaves is not None:
                self._autosaves.close()
        super().closeEvent(event)
