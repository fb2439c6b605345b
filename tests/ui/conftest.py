"""Every test of the window leaves nothing behind: no running thread, no ticking timer, no widget; and no settings."""

from __future__ import annotations

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QStandardPaths, QTimer
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QApplication

from playground.live.recovery import Autosaves
from ui.widgets import theme
from ui.window.main_window import MainWindow


@pytest.fixture(scope="session", autouse=True)
def _no_user_folders():
    QStandardPaths.setTestModeEnabled(True)
    yield
    QStandardPaths.setTestModeEnabled(False)


@pytest.fixture(scope="session", autouse=True)
def _only_new_garbage(qapp):
    """Everything that is imported by now stays: looking through all of PyTorch after every test takes minutes."""
    gc.collect()
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture(autouse=True)
def _pointer_aside(qapp):
    """No test begins with the pointer where the one before left it: a button under it behaves as one pointed at."""
    QCursor.setPos(5000, 5000)


@pytest.fixture(autouse=True)
def leaves_nothing_behind(qapp):
    """Fail a test after which a thread, an active timer or a visible widget is left."""
    threads = set(threading.enumerate())
    before = {id(widget) for widget in QApplication.topLevelWidgets()}
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    left = [widget for widget in QApplication.topLevelWidgets() if id(widget) not in before and widget.isVisible()]
    timers = [timer for widget in left for timer in widget.findChildren(QTimer) if timer.isActive()]
    for widget in left:
        widget.close()
        widget.deleteLater()
    assert not left, f"widgets left behind: {left}"
    assert not timers, f"timers left running: {timers}"
    new = [thread for thread in threading.enumerate() if thread not in threads and not thread.daemon]
    assert not new, f"threads left behind: {new}"


@pytest.fixture
def window(qtbot, qapp, tmp_path):
    """The main window on the Digits tab, untrained, with folders of its own."""
    theme.apply(qapp, "light")
    settings = QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat)
    window = MainWindow(settings, Autosaves(tmp_path / "data"))
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    qtbot.waitUntil(lambda: window.current.session.snapshot is not None)
    yield window
    window.close()
