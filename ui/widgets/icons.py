"""Icons are small drawings of our own whose lines take the colour of the theme.

In the SVG files `currentColor` stands for the line and `var(--accent)` for the theme's accent.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import Protocol

from PySide6.QtCore import QByteArray, QObject, QRectF, Qt, Slot
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from ui.widgets import theme

SIZES = (16, 20, 32)
"""Sides of an icon in logical pixels; drawn ahead for the scaling of every screen there is, so that icons are sharp."""


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
    return _icon(name, role, theme.current(), _scalings())


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
        theme.follow(self, self._update)
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


def _scalings() -> tuple[float, ...]:
    """How many pixels a logical one has on the screens there are."""
    return tuple(sorted({1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}))


@lru_cache(maxsize=512)
def _icon(name: str, role: str, colors: theme.Theme, scalings: tuple[float, ...] = (1.0, 2.0)) -> QIcon:
    result = QIcon()
    sizes = sorted({round(size * scaling) for size in SIZES for scaling in scalings})
    line: QColor = getattr(colors, role)
    off = theme.blend(colors.muted, colors.window, 0.4)
    accent = colors.accent if role != "accent_text" else line
    for mode, stroke, second in ((QIcon.Mode.Normal, line, accent), (QIcon.Mode.Disabled, off, off)):
        svg = _source(name).replace("currentColor", stroke.name()).replace("var(--accent)", second.name())
        renderer = QSvgRenderer(QByteArray(svg.encode()))
        for size in sizes:
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
