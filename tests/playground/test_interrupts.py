"""A window in its own process closes cleanly when it is asked to end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

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
