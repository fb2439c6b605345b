"""Starts the window: application object, theme, icon, what to do with errors that nobody caught.

Before Qt is loaded, this module checks that there is a screen and that the system libraries that Qt needs are there,
because Qt itself would only abort.
"""

from __future__ import annotations

import ctypes
import logging
import os
import sys
import traceback
from types import TracebackType
from typing import TYPE_CHECKING

from models.base import PlaygroundError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

log = logging.getLogger(__name__)

DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""System libraries without which PySide6 cannot even be imported on Linux, and the Debian packages they are in."""

SCREEN_PACKAGES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
"""What its X11 plugin needs besides."""


class StartError(PlaygroundError):
    """The window cannot be opened on this machine; the message says what is missing."""


def check_screen() -> None:
    """Raise StartError when there is no screen to open a window on."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    has_screen = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not chosen and not has_screen:
        raise StartError(
            "There is no screen here, so no window can be opened: use “playground run”, “classify” or “tour”, "
            "which need none, or start it on a desktop."
        )


def check_libraries(*, screen: bool) -> None:
    """Raise StartError when a system library that Qt needs is missing, naming it and its Debian package."""
    if not sys.platform.startswith("linux"):
        return
    needed = dict(DEBIAN_PACKAGES)
    if screen and os.environ.get("QT_QPA_PLATFORM", "xcb").startswith("xcb") and not os.environ.get("WAYLAND_DISPLAY"):
        needed |= SCREEN_PACKAGES
    missing = [library for library in needed if not _loadable(library)]
    if missing:
        packages = " ".join(needed[library] for library in missing)
        raise StartError(
            f"Qt needs system libraries that are not installed: {', '.join(missing)}. "
            f"On Debian or Ubuntu: apt install {packages}"
        )


def _loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def make_application(*, screen: bool = True) -> QApplication:
    """The QApplication, with its name, icon and exception hook; raises StartError when Qt cannot start."""
    if screen:
        check_screen()
    else:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    check_libraries(screen=screen)
    from PySide6.QtWidgets import QApplication

    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(sys.argv[:1])
    app.setApplicationName("playground")
    app.setApplicationDisplayName("Playground")
    app.setOrganizationName("playground")
    app.setDesktopFileName("playground")
    return app


def run(experiment: str | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    app = make_application()
    from pathlib import Path

    from PySide6.QtCore import QSettings, QStandardPaths

    from playground.recovery import Autosaves
    from ui import icons, theme
    from ui.main_window import MainWindow

    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    settings = QSettings(f"{folder}/playground/window.ini", QSettings.Format.IniFormat)
    choice = str(settings.value("theme", "system"))
    theme.apply(app, choice if choice in theme.CHOICES else "system")
    app.setWindowIcon(icons.app_icon())
    window = MainWindow(settings, Autosaves())
    sys.excepthook = _Hook(window)
    window.show()
    if experiment is not None:
        window.open_experiment(Path(experiment))
    else:
        window.offer_recovery()
    try:
        return int(app.exec())
    finally:
        sys.excepthook = sys.__excepthook__


class _Hook:
    """Shows an error that nobody caught in the window, and writes all of it to the log."""

    def __init__(self, window: object) -> None:
        self._window = window

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """Called by Python for exceptions in slots."""
        traceback.print_exception(kind, error, trace)
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()  # type: ignore[attr-defined]
            return
        self._window.current.banner.say(  # type: ignore[attr-defined]
            "Something unexpected went wrong",
            f"{kind.__name__}: {error}. Your run goes on; save it, and report this if it happens again.",
        )
