"""How long a change of the theme blocks the window with all tabs built, measured offscreen: to be ≤ 100 ms, repainted.

Prints, for every tab in front, the time until the theme is applied and until all of it is painted, and how long a tab
that was hidden meanwhile takes to follow when it is shown: the least of all rounds, as other programs only add to it.

    python -m benchmarks.theme [--rounds 5]
"""

from __future__ import annotations

import argparse
import os
import time

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from PySide6.QtCore import QEventLoop, QTimer

from playground import app as start_up

app = start_up.make_application(screen=False)

from ui.widgets import theme  # noqa: E402
from ui.window.main_window import MainWindow  # noqa: E402


def wait_until(condition) -> None:
    """Let the application live until something is the case."""
    while not condition():
        loop = QEventLoop()
        QTimer.singleShot(20, loop.quit)
        loop.exec()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    theme.apply(app, "light")
    window = MainWindow()
    window.resize(1280, 720)
    window.show()
    for name in window.pages.names:
        tab = window.show_tab(name)
        wait_until(lambda tab=tab: tab.session.snapshot is not None and tab.session.settled)
    print(f"{len(app.allWidgets())} widgets in {len(window.pages.names)} tabs")
    choices = ("dark", "light") * options.rounds
    for name in window.pages.names:
        window.show_tab(name)
        app.processEvents()
        applied, painted = [], []
        for choice in choices:
            clock = time.perf_counter()
            theme.apply(app, choice)
            applied.append(time.perf_counter() - clock)
            app.processEvents()
            painted.append(time.perf_counter() - clock)
        a, p = 1000 * min(applied), 1000 * min(painted)
        print(f"{name:<10} applied {a:5.0f} ms   painted {p:5.0f} ms   (wanted: ≤ 100 ms)")
    followed = []
    for index, choice in enumerate(choices):
        names = window.pages.names
        theme.apply(app, choice)
        app.processEvents()
        clock = time.perf_counter()
        window.show_tab(names[index % len(names)])
        app.processEvents()
        followed.append(time.perf_counter() - clock)
    print(f"a hidden tab follows when shown in {1000 * min(followed):.0f} ms")
    window.close()


if __name__ == "__main__":
    main()
