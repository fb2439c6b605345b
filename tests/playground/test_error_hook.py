"""An error that nobody caught is said in the window, on the window's own thread, wherever it happened."""

from __future__ import annotations

import sys
import threading

import pytest
from PySide6.QtCore import QObject, QThread, Signal, Slot

from playground.error_hook import ErrorHook
from ui.window.main_window import MainWindow


class Window(QObject):
    """As much of a window as the hook needs."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.threads: set[int] = set()
        self.closed = 0

    def report_error(self, sentence: str) -> None:
        self.said.append(sentence)
        self.threads.add(threading.get_ident())

    @Slot()
    def close(self) -> None:
        self.closed += 1
        self.threads.add(threading.get_ident())


class Careless(QObject):
    """Its slot fails on the thread that it lives on."""

    go = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.thread_id = 0
        self.go.connect(self.fail)

    @Slot(object)
    def fail(self, error: BaseException) -> None:
        self.thread_id = threading.get_ident()
        raise error


@pytest.fixture
def hooked(qapp, monkeypatch):
    window = Window()
    hook = ErrorHook(window)
    monkeypatch.setattr(sys, "excepthook", hook)
    return window, hook


def test_an_error_on_a_worker_thread_is_said_on_this_one(hooked, qtbot, capsys):
    window, _ = hooked
    thread, careless = QThread(), Careless()
    careless.moveToThread(thread)
    thread.finished.connect(careless.deleteLater)
    thread.start()
    careless.go.emit(ZeroDivisionError("oops"))
    qtbot.waitUntil(lambda: bool(window.said))
    careless.go.emit(KeyboardInterrupt())
    qtbot.waitUntil(lambda: window.closed == 1)
    thread.quit()
    thread.wait()
    assert careless.thread_id != threading.get_ident()
    assert window.threads == {threading.get_ident()}
    assert window.said[0].startswith("ZeroDivisionError: oops. Your run goes on")
    assert "in fail" in capsys.readouterr().err


def test_an_error_here_waits_its_turn(hooked, qtbot, capsys):
    window, hook = hooked
    hook(ValueError, ValueError("oops"), None)
    assert not window.said  # perhaps in the middle of painting
    qtbot.waitUntil(lambda: bool(window.said))
    assert "ValueError: oops" in capsys.readouterr().err


def test_the_window_says_it(qapp, qtbot):
    window = MainWindow()
    qtbot.addWidget(window)
    window.report_error("Oops")
    assert window.said == "Oops"
    assert not window.pages.built  # an error while a tab is built must not build it again
    window.show_tab("bits")
    window.report_error("Oops again")
    assert "Oops again" in window.current.banner.text
    window.close()
