"""From the start of Python to a painted window, compared with importing the three large libraries alone.

Runs both in turn in fresh processes, offscreen, and prints medians and the ratio pair by pair. Also prints the peak
memory after one default training run.

    python benchmarks/startup.py [--runs 9]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys

LIBRARIES = """
import time; start = time.perf_counter()
import numpy, PySide6.QtWidgets, pyqtgraph
print(time.perf_counter() - start)
"""

WINDOW = """
import time; start = time.perf_counter()
import playground.cli
from playground import app as start_up
app = start_up.make_application()
start_up.pause_collection()
from ui.widgets import icons, theme
from ui.window.main_window import MainWindow
theme.apply(app, "system")
window = MainWindow()
window.ready.connect(start_up.resume_collection)
times = []
def painted():
    times.append(time.perf_counter() - start)
def ready():
    print(*times, time.perf_counter() - start)
    app.quit()
window.painted.connect(painted)
window.ready.connect(ready)
window.show()
app.exec()
window.close()
"""

MEMORY = """
import resource
from playground import app as start_up
app = start_up.make_application()
from ui.widgets import theme
from ui.window.main_window import MainWindow
theme.apply(app, "light")
window = MainWindow()
session = window.current.session
def look(status):
    if status.phase == "untrained":
        session.play()
    if status.phase == "finished":
        app.quit()
session.status_changed.connect(look)
window.show()
app.exec()
window.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""


def run(code: str) -> list[float]:
    """The numbers that a fresh Python prints."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed application has its bytecode ready
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return [float(number) for number in done.stdout.split()]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    rounds = [(run(LIBRARIES)[0], *run(WINDOW)) for _ in range(options.runs + 1)][1:]
    libraries, painted, ready = (1000 * statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"importing numpy, PySide6.QtWidgets and pyqtgraph alone: median {libraries:.0f} ms")
    for what, index, median in (("painted window", 1, painted), ("painted first tab", 2, ready)):
        ratio = statistics.median(numbers[index] / numbers[0] for numbers in rounds)
        print(f"to a {what:<18} median {median:5.0f} ms, {ratio:.2f} × that (median of pairs; wanted: ≤ 1.5)")
    print(f"peak memory after a default training run: {run(MEMORY)[0]:.0f} MB   (wanted: ≤ 350)")


if __name__ == "__main__":
    main()
