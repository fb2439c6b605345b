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
from ui import icons, theme
from ui.main_window import MainWindow
theme.apply(app, "system")
window = MainWindow()
def painted():
    print(time.perf_counter() - start)
    app.quit()
window.painted.connect(painted)
window.show()
app.exec()
window.close()
"""

MEMORY = """
import resource
from playground import app as start_up
app = start_up.make_application()
from ui import theme
from ui.main_window import MainWindow
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


def run(code: str) -> float:
    """The number that a fresh Python prints."""
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    pairs = [(run(LIBRARIES), run(WINDOW)) for _ in range(options.runs + 1)][1:]
    libraries, window = (1000 * statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(ours / theirs for theirs, ours in pairs)
    print(f"imports of numpy, PySide6.QtWidgets, pyqtgraph: median {libraries:.0f} ms")
    print(f"to a painted window:                            median {window:.0f} ms")
    print(f"ratio, median of pairs: {ratio:.2f}   (wanted: ≤ 1.5)")
    print(f"peak memory after a default training run: {run(MEMORY):.0f} MB   (wanted: ≤ 350)")


if __name__ == "__main__":
    main()
