"""Everything that can be chosen in the menus or with a key: one line each in a table.

An action has a name, such as "run.step". By it a lesson finds the action, to lock it or to point at it; the menus, the
list of keys and what can be chosen on which page all follow from the same table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar

from ui.widgets import icons
from ui.window.pages import Pages

Shortcut = QKeySequence | QKeySequence.StandardKey | Qt.Key
When = Callable[[Pages], bool]


def always(_pages: Pages) -> bool:
    """Whatever is in front."""
    return True


def has_run(pages: Pages) -> bool:
    """The page in front has a run."""
    return pages.run is not None


def has_canvas(pages: Pages) -> bool:
    """There is something to draw on."""
    return pages.current.drawing_surface() is not None


def takes_data(pages: Pages) -> bool:
    """The model can learn from the user's own data."""
    return (tab := pages.run) is not None and tab.model.open_data is not None


def takes_tables(pages: Pages) -> bool:
    """It can learn from a table of points."""
    return (tab := pages.run) is not None and tab.model.open_table is not None


def has_own_data(pages: Pages) -> bool:
    """It does so now."""
    return (tab := pages.run) is not None and tab.session.data is not None


def has_weights(pages: Pages) -> bool:
    """There are weights to save and to open."""
    return (tab := pages.run) is not None and tab.has_weights


@dataclass(frozen=True)
class Command:
    """One line of the table.

    Attributes:
        name: menu and action, by which others find it.
        menu: where it stands: "&File", or "&View/&Theme" for a menu inside a menu.
        text: what it is called, with its mnemonic.
        slot: a bound method of a QObject that does it.
        shortcut: its key.
        icon: the name of its icon.
        when: on which pages it can be chosen.
        apart: whether there is a line above it in the menu.
        checked: whether it is on, for an action that is; None for one that just does something.
        among: the name of a group of which one is on.
        data: what the slot finds in `QAction.data`.
    """

    name: str
    menu: str
    text: str
    slot: Callable[[], object]
    shortcut: Shortcut | None = None
    icon: str = ""
    when: When = always
    apart: bool = False
    checked: bool | None = None
    among: str = ""
    data: str = ""


class Actions(QObject):
    """The actions of a window.

    Args:
        pages: on which of them depends what can be chosen.
    """

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self._pages = pages
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._locked: frozenset[str] = frozenset()
        self._groups: dict[str, QActionGroup] = {}
        pages.turned.connect(self.refresh)

    @property
    def by_name(self) -> Mapping[str, QAction]:
        """All of them, in the order of the menus."""
        return self._actions

    def fill(self, bar: QMenuBar, table: Sequence[Command]) -> None:
        """Make the actions of a table, and their menus."""
        menus: dict[str, QMenu] = {}
        for command in table:
            place: QMenuBar | QMenu = bar
            above: list[str] = []
            for title in command.menu.split("/"):
                above.append(title)
                path = "/".join(above)
                if path not in menus:
                    menus[path] = place.addMenu(title)
                    menus[path].aboutToShow.connect(self.refresh)
                place = menus[path]
            if command.apart:
                place.addSeparator()
            place.addAction(self._make(command))

    def _make(self, command: Command) -> QAction:
        action = QAction(command.text, self)
        action.setObjectName(command.name)
        if command.shortcut is not None:
            action.setShortcut(QKeySequence(command.shortcut))
        if command.icon:
            icons.set_icon(action, command.icon)
        if command.checked is not None:
            action.setCheckable(True)
            action.setChecked(command.checked)
        if command.among:
            self._groups.setdefault(command.among, QActionGroup(self)).addAction(action)
        action.setData(command.data)
        action.triggered.connect(command.slot)
        self._commands[command.name], self._actions[command.name] = command, action
        return action

    @Slot()
    def refresh(self) -> None:
        """Another page is in front, or something changed in it: only what makes sense there can be chosen."""
        for name, action in self._actions.items():
            action.setEnabled(name not in self._locked and self._commands[name].when(self._pages))

    def lock(self, names: Collection[str]) -> None:
        """Have these rest, in the menus and on the keyboard, until others are locked (or none)."""
        unknown = set(names) - set(self._actions)
        if unknown:
            raise KeyError(f"there are no actions called {', '.join(sorted(unknown))}")
        self._locked = frozenset(names)
        self.refresh()

    def keys(self) -> list[tuple[str, str]]:
        """Every key and what it does, in the order of the menus."""
        known = [(action.shortcut(), action.text().replace("&", "")) for action in self._actions.values()]
        native = QKeySequence.SequenceFormat.NativeText
        return [(key.toString(native), words) for key, words in known if not key.isEmpty()]
