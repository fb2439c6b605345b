"""Starts the window: application object, theme, icon, what to do with errors that nobody caught.

Before Qt is loaded, this module checks that there is a screen and that the system libraries that Qt needs are there,
because Qt itself would only abort.
"""

from __future__ import annotations

import builtins
import ctypes
import gc
import logging
import os
import sys
from typing import TYPE_CHECKING

from models.errors import PlaygroundError

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

log = logging.getLogger(__name__)

DEBIAN_PACKAGES = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libX11.so.6": "libx11-6",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libz.so.1": "zlib1g",
    "libzstd.so.1": "libzstd1",
    "libstdc++.so.6": "libstdc++6",
}
"""System libraries without which PySide6 cannot even be imported on Linux, and the Debian packages they are in: what
`objdump -p` lists as NEEDED for the Qt modules that are used here and for the offscreen plugin, less libc itself."""

SCREEN_PACKAGES = {
    "xcb": {
        "libX11-xcb.so.1": "libx11-xcb1",
        "libxcb.so.1": "libxcb1",
        "libxcb-cursor.so.0": "libxcb-cursor0",
        "libxcb-icccm.so.4": "libxcb-icccm4",
        "libxcb-image.so.0": "libxcb-image0",
        "libxcb-keysyms.so.1": "libxcb-keysyms1",
        "libxcb-randr.so.0": "libxcb-randr0",
        "libxcb-render.so.0": "libxcb-render0",
        "libxcb-render-util.so.0": "libxcb-render-util0",
        "libxcb-shape.so.0": "libxcb-shape0",
        "libxcb-shm.so.0": "libxcb-shm0",
        "libxcb-sync.so.1": "libxcb-sync1",
        "libxcb-util.so.1": "libxcb-util1",
        "libxcb-xfixes.so.0": "libxcb-xfixes0",
        "libxcb-xkb.so.1": "libxcb-xkb1",
        "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    },
    "wayland": {
        "libwayland-client.so.0": "libwayland-client0",
        "libwayland-cursor.so.0": "libwayland-cursor0",
    },
}
"""What Qt's plugin for a screen needs besides, by the name of the plugin."""


SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that waits for the interpreter asks for it."""


class StartError(PlaygroundError):
    """The window cannot be opened on this machine; the message says what is missing."""


class ScreenError(StartError):
    """There is no screen to open the window on."""


def check_screen() -> None:
    """Raise ScreenError when there is no screen to open a window on."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return
    if not _screens():
        raise ScreenError(
            "There is no screen here, so no window can be opened: use “playground run”, “classify” or “tour”, "
            "which need none, or start it on a desktop."
        )
    if _screens() == ["xcb"] and not _x11_answers():
        raise ScreenError(
            f"No screen answers at DISPLAY={os.environ['DISPLAY']}, so no window can be opened: log in to a desktop, "
            "or use “playground run”, “classify” or “tour”, which need no screen."
        )


def check_libraries(*, screen: bool) -> None:
    """Raise StartError when a system library that Qt needs is missing, naming it and its Debian package."""
    missing = missing_libraries(screen=screen)
    if missing:
        raise StartError(
            f"Qt needs system libraries that are not installed: {', '.join(missing)}. "
            f"On Debian or Ubuntu: apt install {' '.join(dict.fromkeys(missing.values()))}"
        )


def missing_libraries(*, screen: bool) -> dict[str, str]:
    """System libraries that Qt needs and that are not installed, with their Debian packages; none but on Linux."""
    if not sys.platform.startswith("linux"):
        return {}
    missing = _missing(DEBIAN_PACKAGES)
    if screen and (screens := _screens()):
        lacking = min((_missing(SCREEN_PACKAGES[name]) for name in screens), key=len)  # one that works is enough
        missing |= lacking
    return missing


def _missing(packages: dict[str, str]) -> dict[str, str]:
    return {library: package for library, package in packages.items() if not _loadable(library)}


def _screens() -> list[str]:
    """The plugins that Qt may open the window with, out of SCREEN_PACKAGES, best first."""
    chosen = os.environ.get("QT_QPA_PLATFORM", "")
    if chosen:
        names = [part.partition(":")[0].partition("-")[0] for part in chosen.split(";")]
        return [name for name in names if name in SCREEN_PACKAGES]
    variables = {"wayland": "WAYLAND_DISPLAY", "xcb": "DISPLAY"}
    return [name for name, variable in variables.items() if os.environ.get(variable)]


def _x11_answers() -> bool:
    """Whether the X server that DISPLAY names can be reached; Qt would abort."""
    try:
        x11 = ctypes.CDLL("libX11.so.6")
    except OSError:
        return True  # cannot be told from here; check_libraries names what is missing
    x11.XOpenDisplay.restype = ctypes.c_void_p
    display = x11.XOpenDisplay(None)
    if display is None:
        return False
    x11.XCloseDisplay(ctypes.c_void_p(display))
    return True


def _loadable(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def import_plainly() -> None:
    """Let modules be imported by Python alone again.

    PySide puts a function of its own in the place of Python's import, which reads the source of every module to see
    whether it switches on one of PySide's features (`from __feature__ import snake_case`). None of ours does, and to
    read NumPy's and pydantic's sources takes a fifth of the time from the start to the first tab.
    """
    own = vars(builtins).get("__orig_import__")  # where PySide keeps what it replaced
    if own is not None:
        builtins.__import__ = own


def make_application(*, screen: bool = True) -> QApplication:
    """The QApplication, with its name, icon and exception hook; raises StartError when Qt cannot start."""
    if screen:
        check_screen()
    else:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    check_libraries(screen=screen)
    from PySide6.QtWidgets import QApplication

    import_plainly()
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        return existing
    app = QApplication(["playground"])
    app.setApplicationName("playground")
    app.setApplicationDisplayName("Playground")
    app.setOrganizationName("playground")
    app.setDesktopFileName("playground")
    return app


def pause_collection() -> None:
    """No search for garbage until `resume_collection`: what a start builds, stays."""
    gc.disable()


def resume_collection() -> None:
    """The search goes on, without what is there by now: it is not garbage, and to look through it costs frames."""
    gc.freeze()
    gc.enable()


def run(experiment: str | None = None) -> int:
    """Open the window and stay until it is closed; returns the exit code."""
    app = make_application()
    pause_collection()
    from pathlib import Path

    from PySide6.QtCore import QSettings, QStandardPaths

    from playground.error_hook import ErrorHook
    from playground.interrupts import Interrupts
    from playground.live.recovery import Autosaves
    from ui.widgets import icons, theme
    from ui.window.main_window import MainWindow

    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    settings = QSettings(f"{folder}/playground/window.ini", QSettings.Format.IniFormat)
    choice = str(settings.value("theme", "system"))
    theme.apply(app, choice if choice in theme.CHOICES else "system")
    app.setWindowIcon(icons.app_icon())
    # A thread that waits for the interpreter asks for it after this long. With the default of 5 ms, frames wait for a
    # worker whose arrays are too small to release it on their own (benchmarks/window.py shows both).
    sys.setswitchinterval(SWITCH_INTERVAL)
    window = MainWindow(settings, Autosaves())
    window.ready.connect(resume_collection)
    sys.excepthook = ErrorHook(window)
    interrupts = Interrupts(window)
    interrupts.asked.connect(window.close)
    window.show()
    if experiment is not None:
        window.open_experiment(Path(experiment))
    else:
        window.offer_recovery()
    try:
        return int(app.exec())
    finally:
        sys.excepthook = sys.__excepthook__
        gc.enable()


def main() -> int:
    """`python -m playground.app`: can a window be opened here? Exit code 0 yes, 3 no screen, 2 something is missing.

    With the argument `packages` it prints the Debian packages that are missing for work without a screen.
    """
    if sys.argv[1:] == ["packages"]:
        print(*dict.fromkeys(missing_libraries(screen=False).values()))
        return 0
    try:
        check_libraries(screen=True)
        check_screen()
    except StartError as error:
        print(f"playground: {error}", file=sys.stderr)
        return 3 if isinstance(error, ScreenError) else 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
