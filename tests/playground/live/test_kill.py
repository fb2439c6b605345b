"""The window is opened, trains, and is closed in mid-training, a hundred times: no abort, no dangling thread."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]

HUNDRED_TIMES = """
from PySide6.QtCore import QEvent, QEventLoop
from playground.app import make_application
app = make_application(screen=False)
from models.digits import DigitsConfig
from ui.window.main_window import MainWindow

def wait(until):
    while not until():
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

steps = 0
for count in range(100):
    window = MainWindow()
    window.show()
    session = window.show_tab("digits").session
    if count % 4:  # one in four is closed while its data are still being loaded or its model built
        session.reset(DigitsConfig(hidden=(16,), epochs=1000), play=True)
        wait(lambda: session.status.phase == "running" and session.status.head > count % 4 and session.snapshot)
        steps += session.status.head
    window.close()
    thread = session._thread
    if thread is not None and thread.isRunning():
        raise SystemExit("the thread still runs")
    if count % 2:
        window.deleteLater()
    del window, session
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
print(steps)
"""


@pytest.mark.timeout(1200)  # how long it takes says nothing: other processes may have the processor
def test_a_hundred_windows_closed_in_mid_training():
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-X", "faulthandler", "-c", HUNDRED_TIMES]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.returncode == 0
    assert int(done.stdout) > 75


def test_the_application_ends_well_in_mid_training():
    """The last window closes, and Python with it, while the worker is busy."""
    script = """
import sys
from PySide6.QtCore import QTimer
from playground import app
from ui.window import main_window
class Window(main_window.MainWindow):
    def __init__(self, *args):
        super().__init__(*args)
        self.current.session.play()
        QTimer.singleShot(1500, self.close)
main_window.MainWindow = Window
sys.exit(app.run())
"""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "XDG_CONFIG_HOME": "/proc/none", "XDG_DATA_HOME": "/proc/none"}  # fmt: skip # noqa: E501
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)  # fmt: skip # noqa: E501
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
