"""The tour trains every tab briefly, without a screen, and writes its picture: for the README, and to look at it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from models.base import DataError, PlaygroundError
from playground.app import make_application

PATIENCE = 120.0
"""Seconds after which a tab that does not get anywhere is given up."""


def tour(folder: Path, *, theme: str, size: tuple[int, int], tabs: Sequence[str]) -> list[Path]:
    """Write three pictures of each tab (untrained, in training, tried out) into a folder; returns their paths.

    Raises DataError when the folder cannot be written to, PlaygroundError when a tab does not train.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = error.strerror or error
        raise DataError(f"--out: {folder} cannot be used as a folder: {why}. Choose another place.") from error
    app = make_application(screen=False)
    from ui.widgets import theme as themes
    from ui.window.main_window import MainWindow

    themes.apply(app, "dark" if theme == "dark" else "light")
    window = MainWindow()
    window.resize(*size)
    window.show()
    pictures = []

    def picture(name: str, moment: str) -> None:
        path = folder / f"{name}-{moment}-{theme}.png"
        if not window.grab().save(str(path)):
            raise DataError(f"--out: {path} could not be written. Choose another folder or make room.")
        pictures.append(path)

    try:
        for name in tabs:
            tab = window.show_tab(name)
            session = tab.session
            _wait(lambda: session.settled and session.status.phase == "untrained")  # noqa: B023
            _settle()
            picture(name, "untrained")
            session.play()
            _wait(lambda: session.status.phase != "untrained")  # noqa: B023
            _wait(lambda: session.status.phase != "running" or session.status.epoch >= 1.0)  # noqa: B023
            _settle()
            picture(name, "training")
            _wait(lambda: session.settled)  # noqa: B023
            if session.status.phase == "failed":
                raise PlaygroundError(f"The tour stopped in the {tab.model.title} tab: {session.status.message}")
            tab.show_off()
            _settle(0.3)
            picture(name, "tried")
    finally:
        window.close()
    return pictures


def _wait(until: Callable[[], bool]) -> None:
    """Let the application run until something is the case."""
    waited = 0.0
    while not until():
        if waited > PATIENCE:
            raise PlaygroundError("The tour waited too long for a tab to train.")
        _settle(0.02)
        waited += 0.02


def _settle(seconds: float = 0.15) -> None:
    """Let the application paint and its worker publish."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()
