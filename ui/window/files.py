"""The File menu: which file, please? And what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog

from models.errors import DataError
from ui.widgets.dropped import SUFFIX, experiment_in
from ui.widgets.save_dialog import ask_target, write_picture
from ui.window.memory import Memory
from ui.window.pages import Pages
from ui.window.registry import TABS

EXPERIMENTS = f"Experiments (*{SUFFIX})"
WEIGHTS = "Weights (*.npz *.safetensors)"
DRAWINGS = "Drawings (*.json *.json.gz)"


class Files(QObject):
    """Opens, saves and exports what the page in front has.

    Signals:
        told(str): what happened.
    """

    told = Signal(str)

    def __init__(self, pages: Pages, memory: Memory) -> None:
        super().__init__(pages)
        self._pages, self._memory = pages, memory

    # Experiments ---------------------------------------------------------------------------------------------------

    @Slot()
    def ask_open(self) -> None:
        """File → Open experiment."""
        self._ask_file("Open experiment", EXPERIMENTS, self.open_experiment)

    def open_experiment(self, path: Path) -> None:
        """Open an experiment file in the tab that it belongs to; says in the present page what is wrong with it."""
        from playground.engine.experiment import model_of

        banner = self._pages.current.banner
        try:
            name = model_of(path)
        except DataError as error:
            banner.say("The experiment could not be opened", str(error))
            return
        if name not in TABS:
            sentence = f"{path.name} belongs to a model without a tab ({name}): it is of use on the command line only."
            banner.say("The experiment could not be opened", sentence)
            return
        self._memory.keep_folder(path)
        self._pages.bring(name)
        self._pages.tab(name).open_experiment(path)

    @Slot()
    def ask_save(self) -> None:
        """File → Save experiment."""
        if (tab := self._pages.run) is not None:
            self._ask_target("Save experiment", f"{tab.name}{SUFFIX}", EXPERIMENTS, tab.save_experiment)

    # Drawings, data, weights ---------------------------------------------------------------------------------------

    @Slot()
    def ask_open_drawing(self) -> None:
        """File → Open drawing."""
        kinds = f"{DRAWINGS};;Pictures (*.png *.jpg *.jpeg)"
        self._ask_file("Open drawing", kinds, self._pages.current.open_drawing)

    @Slot()
    def ask_save_drawing(self) -> None:
        """File → Save drawing."""
        self._ask_target("Save drawing", "drawing.json", DRAWINGS, self._pages.current.save_drawing)

    @Slot()
    def ask_open_data(self) -> None:
        """File → Open data."""
        if (tab := self._pages.run) is None:
            return
        title, folder = f"Open data: {tab.data_words}", str(self._memory.folder)
        names, _ = QFileDialog.getOpenFileNames(self._pages.current, title, folder, tab.data_kinds)
        if names:
            self._memory.keep_folder(Path(names[0]))
            tab.open_data([Path(name) for name in names])

    @Slot()
    def open_example(self) -> None:
        """File → Open example data: the table that the action names."""
        from ui.shell.point_tab import PointTab  # it needs NumPy, for which the first picture does not wait

        action, tab = self.sender(), self._pages.run
        if isinstance(action, QAction) and isinstance(tab, PointTab):
            tab.open_example(str(action.data()))

    @Slot()
    def use_data_set(self) -> None:
        """File → Use the built-in data again."""
        if (tab := self._pages.run) is not None and tab.session.data is not None:
            tab.use_data_set()

    @Slot()
    def ask_open_weights(self) -> None:
        """File → Open weights."""
        if (tab := self._pages.run) is not None:
            self._ask_file("Open weights", WEIGHTS, tab.open_weights)

    @Slot()
    def ask_save_weights(self) -> None:
        """File → Save weights."""
        if (tab := self._pages.run) is not None:
            self._ask_target("Save weights", f"{tab.name}-weights.npz", WEIGHTS, tab.save_weights)

    # Exports -------------------------------------------------------------------------------------------------------

    @Slot()
    def ask_export(self) -> None:
        """File → Export metrics."""
        if (tab := self._pages.run) is not None:
            self._ask_target("Export metrics", f"{tab.name}-metrics.csv", "Tables (*.csv)", tab.export_metrics)

    @Slot()
    def ask_picture(self) -> None:
        """File → Export picture."""
        name = f"{self._pages.current.name}.png"
        self._ask_target("Export picture", name, "Pictures (*.png)", self.export_picture)

    def export_picture(self, path: Path) -> None:
        """Write the page as it is shown to a PNG file; raises DataError."""
        write_picture(self._pages.current, path)
        self.told.emit(f"Exported a picture of the tab to {path.name}")

    @Slot()
    def quit(self) -> None:
        """File → Quit."""
        self._pages.window().close()

    # Dropped and pasted --------------------------------------------------------------------------------------------

    def drop(self, mime: QMimeData) -> None:
        """Open an experiment; anything else is for the canvas, as if it were dropped there."""
        experiment = experiment_in(mime)
        if experiment is not None:
            self.open_experiment(experiment)
            return
        try:
            self._pages.current.take(mime)
        except DataError as error:
            self.told.emit(str(error))

    # Plumbing ------------------------------------------------------------------------------------------------------

    def _ask_file(self, title: str, kinds: str, use: Callable[[Path], object]) -> None:
        name, _ = QFileDialog.getOpenFileName(self._pages.current, title, str(self._memory.folder), kinds)
        if name:
            self._memory.keep_folder(Path(name))
            self._try(title, use, Path(name))

    def _ask_target(self, title: str, name: str, kinds: str, use: Callable[[Path], object]) -> None:
        path = ask_target(self._pages.current, title, self._memory.folder / name, kinds)
        if path is not None:
            self._memory.keep_folder(path)
            self._try(title, use, path)

    def _try(self, title: str, use: Callable[[Path], object], path: Path) -> None:
        try:
            use(path)
        except DataError as error:
            self._pages.current.banner.say(f"{title}: that did not work", str(error))
