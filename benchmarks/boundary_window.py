"""How much training speed the visible Boundary tab costs: the 2–4–2–1 tanh net, ten points per step.

    python benchmarks/boundary_window.py [--seconds 4] [--rounds 3]

Stretches without a window, with the tab in front (each of its views), and with it hidden alternate in one process, so
that a change in the machine's speed meets them alike. Also printed: frames per second, the processor time that one
frame costs the window's thread, and how many frames pass between a change by hand and the picture that shows it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Callable

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from threadpoolctl import threadpool_limits

from models.boundary.config import BoundaryConfig
from models.registry import get_model
from playground import app as start_up
from playground.engine.run import Run

app = start_up.make_application(screen=False)

from ui.tabs.boundary.tab import BoundaryTab  # noqa: E402
from ui.widgets import theme  # noqa: E402
from ui.window.main_window import MainWindow  # noqa: E402

CONFIG = BoundaryConfig(
    dataset="circles", hidden=(4, 2), activation=("tanh",), loss="mse", batch_size=10, epochs=100_000
)
VIEWS = {"network": 0, "hidden space": 1, "loss surface": 2}


def wait(seconds: float) -> None:
    """Let the application live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(condition: Callable[[], bool]) -> None:
    """Let the application live until something is the case."""
    while not condition():
        wait(0.01)


def headless(seconds: float) -> float:
    """Steps per second of the run engine, in the slices that the window's worker uses."""
    model = get_model("boundary")
    run = Run(model.trainer(CONFIG, model.load(CONFIG)))
    run.play()
    run.work(0.2)
    start, clock = run.position, time.perf_counter()
    while time.perf_counter() - clock < seconds:
        run.work(0.008)
    return (run.position - start) / (time.perf_counter() - clock)


def windowed(tab: BoundaryTab, seconds: float) -> tuple[float, float, float]:
    """(Steps per second, frames per second, milliseconds of processor time per frame) while the tab is visible."""
    frames = [0]

    def note() -> None:
        frames[0] += 1

    tab.session.frame.connect(note)
    trainer = tab.session._worker._run.trainer
    start, clock, spent = trainer.step_count, time.perf_counter(), time.thread_time()
    wait(seconds)
    took = time.perf_counter() - clock
    tab.session.frame.disconnect(note)
    per_frame = 1e3 * (time.thread_time() - spent) / max(frames[0], 1)
    return (trainer.step_count - start) / took, frames[0] / took, per_frame


def frames_until_seen(tab: BoundaryTab) -> int:
    """Frames from a point added by hand to the picture in which the network knows it."""
    tab.view.editor.add([tuple(np.random.default_rng().uniform(-1, 1, 2))])
    points, frames = tab.view.points, [0]

    def note() -> None:
        frames[0] += 1

    tab.session.frame.connect(note)
    wait_until(lambda: np.array_equal(tab.shown.points, points))
    tab.session.frame.disconnect(note)
    return frames[0]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sys.setswitchinterval(start_up.SWITCH_INTERVAL)  # as the application does
    theme.apply(app, "light")
    window = MainWindow()
    window.resize(1280, 800)
    window.show()
    tab = window.show_tab("boundary")
    assert isinstance(tab, BoundaryTab)
    session = tab.session
    wait_until(lambda: session.snapshot is not None)
    tab.speed.set_pace(None)
    session.reset(CONFIG)
    wait_until(lambda: session.status.phase == "untrained" and tab.shown is not None)
    shares: dict[str, list[float]] = {name: [] for name in (*VIEWS, "hidden")}
    speeds: list[float] = []
    costs: dict[str, list[tuple[float, float]]] = {name: [] for name in VIEWS}
    for _ in range(options.rounds):
        for name in shares:
            with threadpool_limits(1):
                alone = headless(options.seconds)
            speeds.append(alone)
            session.set_visible(name != "hidden")
            if name in VIEWS:
                tab.pages.setCurrentIndex(VIEWS[name])
            wait_until(lambda: not tab.surface.job.running)
            session.play()
            wait_until(lambda: session._worker._run.position > 0)
            wait(0.3)
            rate, frames, cost = windowed(tab, options.seconds)
            session.pause()
            wait(0.2)
            shares[name].append(rate / alone)
            if name in costs:
                costs[name].append((frames, cost))
    session.set_visible(True)
    session.play()
    wait(0.5)
    seen = []
    for _ in range(20):
        seen.append(frames_until_seen(tab))
        wait(0.1)
    window.close()
    print(f"without a window      {np.median(speeds):8,.0f} steps/s")
    for name, values in shares.items():
        words = f"tab {name:<16} {100 * float(np.median(values)):7.1f} % of it"
        if name in costs:
            frames, cost = np.median(np.array(costs[name]), axis=0)
            words += f"   {frames:4.1f} frames/s, {cost:.1f} ms of the window's thread each"
        print(words)
    print(f"a point added by hand is seen after {np.median(seen):.0f} frame (at most {max(seen)})")


if __name__ == "__main__":
    main()
