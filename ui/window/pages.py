"""All pages of the window behind one row of tabs; each is built when it is first asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.widgets import icons, theme
from ui.widgets.layout import column
from ui.widgets.wheel import CalmTabWidget
from ui.window.registry import TABS, make_page, make_tab, titles

if TYPE_CHECKING:  # loading NumPy, the models and the plots comes after the first paint
    from ui.shell.model_tab import ModelTab
    from ui.shell.page import Page


class Pages(CalmTabWidget):
    """The tabs of the models, and the pages that are no model.

    Signals:
        made(Page): a page was built; it is not shown yet.
        turned(): another page is in front, and is built.
        told(str): what the page in front says.
        painted(): a page is on the screen for the first time.
    """

    made = Signal(object)
    turned = Signal()
    told = Signal(str)
    painted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pages: dict[str, Page] = {}
        self._tabs: dict[str, ModelTab] = {}
        self._places: dict[str, QVBoxLayout] = {}
        self.names = tuple(titles())
        self.setDocumentMode(True)
        self.setIconSize(QSize(18, 18))
        self.tabBar().setAccessibleName("models")
        for name, title in titles().items():
            place = QWidget()
            place.setObjectName(name)
            self._places[name] = column(inside=place)
            self.addTab(place, title)
        self._update_icons()
        theme.manager().changed.connect(self._update_icons)
        self.currentChanged.connect(self._on_turned)

    # Which page ----------------------------------------------------------------------------------------------------

    @property
    def front(self) -> str:
        """The name of the page in front."""
        return self.currentWidget().objectName()

    @property
    def current(self) -> Page:
        """The page in front."""
        return self.page(self.front)

    @property
    def run(self) -> ModelTab | None:
        """The page in front, if it has a run."""
        return self.tab(self.front) if self.front in TABS else None

    @property
    def built(self) -> Mapping[str, Page]:
        """The pages that there are so far, by name."""
        return self._pages

    @property
    def runs(self) -> Mapping[str, ModelTab]:
        """Those among them that have a run, by the name of the model."""
        return self._tabs

    def page(self, name: str) -> Page:
        """A page; built when it is first asked for."""
        if name not in self._pages:
            page: Page
            if name in TABS:
                page = self._tabs[name] = make_tab(name)
            else:
                page = make_page(name)
            self._pages[name] = page
            page.told.connect(self._on_told)
            page.painted.connect(self.painted)
            self.made.emit(page)
            self._places[name].addWidget(page)
        return self._pages[name]

    def tab(self, name: str) -> ModelTab:
        """The tab of a model."""
        self.page(name)
        return self._tabs[name]

    def bring(self, name: str) -> None:
        """Show this page."""
        self.setCurrentIndex(self.names.index(name))

    @Slot()
    def next(self) -> None:
        """The page after this one; after the last the first."""
        self.setCurrentIndex((self.currentIndex() + 1) % self.count())

    @Slot()
    def previous(self) -> None:
        """The page before this one; before the first the last."""
        self.setCurrentIndex((self.currentIndex() - 1) % self.count())

    # What happens to them ------------------------------------------------------------------------------------------

    @Slot()
    def begin(self) -> None:
        """Build the page in front."""
        self._on_turned()

    def shutdown(self) -> None:
        """Stop what runs in them, and join the threads."""
        for page in self._pages.values():
            page.shutdown()

    @Slot()
    def _on_turned(self) -> None:
        self.page(self.front)
        self.turned.emit()

    @Slot(str)
    def _on_told(self, text: str) -> None:
        if text and self.sender() is self._pages.get(self.front):
            self.told.emit(text)

    @Slot()
    def _update_icons(self) -> None:
        known = icons.names()
        for index, name in enumerate(self.names):
            if f"tab-{name}" in known:
                self.setTabIcon(index, icons.icon(f"tab-{name}"))
