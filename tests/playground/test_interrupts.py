"""A window in its own process closes cleanly when it is asked to end; a handler that is gone leaves nothing behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from playground.interrupts import NUMBERS, Interrupts

START = """
import sys
from playground import app
app.check_screen = lambda: None
sys.exit(app.run())
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_polite_kill_closes_the_window(tmp_path, number):
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", START], env=environment, stderr=subprocess.PIPE, text=True, cwd=os.getcwd()
    )
    try:
        settings = tmp_path / "config" / "playground" / "window.ini"
        deadline = time.monotonic() + 60
        while not _handles(process.pid) and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.5)
        process.send_signal(number)
        assert process.wait(timeout=60) == 0
        assert settings.exists()  # it was closed, not killed: the window's state is remembered
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


def _handles(pid: int) -> bool:
    """Whether the process has installed a handler of its own for SIGTERM (Python itself has one for SIGINT)."""
    if not os.path.exists(f"/proc/{pid}/status"):
        return True
    with open(f"/proc/{pid}/status") as file:
        caught = next(line.split()[1] for line in file if line.startswith("SigCgt"))
    return bool(int(caught, 16) >> (signal.SIGTERM - 1) & 1)


@pytest.mark.parametrize("ends", ["deleted", "deleted later", "with its parent"])
def test_afterwards_everything_is_as_it_was(qapp, ends):
    old = {number: signal.getsignal(number) for number in NUMBERS}
    files = len(os.listdir("/proc/self/fd"))
    parent = QObject()
    interrupts = Interrupts(parent if ends == "with its parent" else None)
    assert all(signal.getsignal(number) != handler for number, handler in old.items())
    if ends == "deleted later":
        interrupts.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del interrupts, parent
    assert {number: signal.getsignal(number) for number in NUMBERS} == old
    assert signal.set_wakeup_fd(-1) == -1
    assert len(os.listdir("/proc/self/fd")) == files


def test_somebody_elses_handler_stays(qapp):
    old = {number: signal.getsignal(number) for number in NUMBERS}
    interrupts = Interrupts()
    theirs, here = socket.socketpair()
    for end in (theirs, here):
        end.setblocking(False)

    def handler(_number, _frame):
        pass

    signal.signal(signal.SIGTERM, handler)
    signal.set_wakeup_fd(theirs.fileno())
    try:
        del interrupts
        assert signal.getsignal(signal.SIGTERM) is handler
        assert signal.getsignal(signal.SIGINT) == old[signal.SIGINT]
        assert signal.set_wakeup_fd(-1) == theirs.fileno()
    finally:
        signal.signal(signal.SIGTERM, old[signal.SIGTERM])
        theirs.close()
        here.close()
