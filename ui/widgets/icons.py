"""Icons are small drawings of our own whose lines take the colour of the theme.

In the SVG files `currentColor` stands for the line and `var(--accent)` for the theme's accent.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.widgets import theme

SIZES = (16, 20, 32, 40)
"""Pixel sizes drawn ahead, so that icons are sharp at 100 % and 200 % scaling."""


class HasIcon(Protocol):
    """A widget or action that shows an icon."""

    def setIcon(self, icon: QIcon, /) -> None: ...  # noqa: D102


def names() -> tuple[str, ...]:
    """The names that `icon` knows, in alphabetical order (parts of the style sheet are left out)."""
    files = (resources.files("resources") / "icons").iterdir()
    stems = (file.name.removesuffix(".svg") for file in files if file.name.endswith(".svg"))
    return tuple(sorted(stem for stem in stems if not stem.endswith(("-light", "-dark"))))


def icon(name: str, role: str = "text") -> QIcon:
    """The icon in the colours of the theme now in force; `role` is the Theme colour of its lines.

    Raises KeyError for a name that has no drawing. To follow a change of theme use `set_icon`.
    """
    return _icon(name, role, theme.current())


def app_icon() -> QIcon:
    """The application's icon, the same in every theme."""
    return _icon("app", "text", theme.LIGHT)


def set_icon(target: QObject, name: str, role: str = "text") -> None:
    """Give a button or action an icon that keeps to the theme's colours; call again for another icon."""
    for child in target.children():
        if isinstance(child, _Follower):
            child.show(name, role)
            return
    _Follower(target, name, role)


class _Follower(QObject):
    """Lives inside the widget it serves and redraws its icon when the theme changes."""

    def __init__(self, target: QObject, name: str, role: str) -> None:
        super().__init__(target)
        self._name, self._role = name, role
        theme.manager().changed.connect(self._update)
        self._update()

    def show(self, name: str, role: str) -> None:
        if (name, role) != (self._name, self._role):
            self._name, self._role = name, role
            self._update()

    @Slot()
    def _update(self) -> None:
        target: HasIcon = self.parent()  # type: ignore[assignment]
        target.setIcon(icon(self._name, self._role))


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    file = resources.files("resources") / "icons" / f"{name}.svg"
    if not file.is_file():
        raise KeyError(f"there is no icon called {name!r}")
    return file.read_text(encoding="utf-8")


@lru_cache(maxsize=512)
def _icon(name: str, role: str, colors: theme.Theme) -> QIcon:
    result = QIcon()
    line: QColor = getattr(colors, role)
    off = theme.blend(colors.muted, colors.window, 0.4)
    accent = colors.accent if role != "accent_text" else line
    for mode, stroke, second in ((QIcon.Mode.Normal, line, accent), (QIcon.Mode.Disabled, off, off)):
        svg = _source(name).replace("currentColor", stroke.name()).replace("var(--accent)", second.name())
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        for size in SIZES:
            pixmap = QPixmap(size, size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, size, size))
            painter.end()
            result.addPixmap(pixmap, mode)
    return result


def swatch(color: QColor) -> QIcon:
    """A small square of a colour."""
    pixmap = QPixmap(12, 12)
    pixmap.fill(color)
    return QIcon(pixmap)
