"""How the window feels while it trains at full speed, measured offscreen with a tab in front (Digits by default).

Prints: the interval between two painted frames (due every 33 ms), the time from a pen event to the answer, and the
training speed with the tab visible, and hidden, as a share of the headless speed. Headless and windowed stretches
alternate in one process, so that a change in the machine's speed meets them alike.

    python -m benchmarks.window [--tab digits] [--seconds 5] [--rounds 3]
"""

from __future__ import annotations

import argparse
import os
import sys
import threading
import time

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent

from playground import app as start_up
from playground.engine.run import Run

app = start_up.make_application(screen=False)

from ui.widgets import theme  # noqa: E402
from ui.window.main_window import MainWindow  # noqa: E402


class Painted(QObject):
    """Notes when the window has painted a frame."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.times: list[float] = []
        window.current.session.frame.connect(self.note)
        self._waiting = False

    def note(self) -> None:
        """A frame was handed to the widgets; it is on the screen when the paint events behind it are done."""
        if not self._waiting:
            self._waiting = True
            QTimer.singleShot(0, self, self.done)

    def done(self) -> None:
        """All paint events that the frame caused have been handled."""
        self._waiting = False
        self.times.append(time.perf_counter())


class Pen(threading.Thread):
    """Posts pen movements at 60 Hz from another thread, as a window system does, with the time at which it did."""

    def __init__(self, canvas: QObject) -> None:
        super().__init__(daemon=True)
        self.canvas = canvas
        self.posted: list[float] = []
        self.stop = threading.Event()

    def run(self) -> None:
        """A spiral, over and over."""
        side = min(self.canvas.width(), self.canvas.height())
        count = 0
        while not self.stop.is_set():
            phase = count % 90
            if phase == 0 and count:
                self._post(QEvent.Type.MouseButtonRelease, 0.5, 0.5, Qt.MouseButton.NoButton)
                self.stop.wait(0.1)
            angle, radius = phase / 9, 0.05 + phase / 300
            x, y = 0.5 + radius * np.cos(angle), 0.5 + radius * np.sin(angle)
            kind = QEvent.Type.MouseMove if phase else QEvent.Type.MouseButtonPress
            left = (self.canvas.width() - side) / 2
            top = (self.canvas.height() - side) / 2
            self._post(kind, left + x * side, top + y * side, Qt.MouseButton.LeftButton)
            count += 1
            self.stop.wait(1 / 60)

    def _post(self, kind: QEvent.Type, x: float, y: float, buttons: Qt.MouseButton) -> None:
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else Qt.MouseButton.LeftButton
        place = QPointF(x, y)
        where = self.canvas.mapToGlobal(place)
        event = QMouseEvent(kind, place, where, button, buttons, Qt.KeyboardModifier.NoModifier)
        self.posted.append(time.perf_counter())
        QCoreApplication.postEvent(self.canvas, event)


class Answers(QObject):
    """Notes how long the oldest unanswered pen event has waited when an answer is shown."""

    def __init__(self, window: MainWindow, pen: Pen) -> None:
        super().__init__(window)
        self.pen = pen
        self.taken = 0
        self.latencies: list[float] = []
        window.current.try_panel.input_changed.connect(self.note)

    def note(self) -> None:
        """The answer to everything posted before now is on its way to the screen."""
        now = time.perf_counter()
        posted = self.pen.posted
        if self.taken < len(posted):
            self.latencies.append(now - posted[self.taken])
            self.taken = len(posted)


def wait(seconds: float) -> None:
    """Let the application live for a while."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def wait_until(condition) -> None:
    """Let the application live until something is the case."""
    while not condition():
        wait(0.02)


def windowed(window: MainWindow, seconds: float) -> float:
    """Steps per second with the worker training."""
    session = window.current.session
    session.play()
    wait_until(lambda: session.status.phase == "running")
    session.set_visible(session._visible)
    wait(0.3)
    start, clock = position(window), time.perf_counter()
    wait(seconds)
    speed = (position(window) - start) / (time.perf_counter() - clock)
    session.pause()
    wait_until(lambda: session.status.phase == "paused")
    return speed


def position(window: MainWindow) -> int:
    """The worker's step count, read across the threads (an int: harmless in a benchmark)."""
    return window.current.session._worker._run.trainer.step_count


def headless(run: Run, seconds: float) -> float:
    """Steps per second of the same run without a window."""
    run.play()
    run.work(0.2)
    start, clock = run.position, time.perf_counter()
    run.work(seconds)
    return (run.position - start) / (time.perf_counter() - clock)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tab", default="digits", help="digits, boundary, bits or cnn")
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sys.setswitchinterval(start_up.SWITCH_INTERVAL)  # as the application does
    theme.apply(app, "light")
    window = MainWindow()
    window.resize(1280, 800)
    window.show_tab(options.tab)
    window.show()
    session = window.current.session
    wait_until(lambda: session.snapshot is not None)
    endless = {"epochs": 100_000, "patience": 0, "steps": 10_000_000, "max_steps": 10_000_000}
    known = type(session.config).model_fields
    config = session.config.model_copy(update={name: value for name, value in endless.items() if name in known})
    canvas = getattr(getattr(window.current, "try_panel", None), "canvas", None)
    session.reset(config)
    wait_until(lambda: session.snapshot is not None and session.status.phase == "untrained")
    model = window.current.model
    run = Run(model.trainer(config, model.load(config)))
    frames: list[float] = []
    latencies: list[float] = []
    kinds = ("visible", "drawing", "hidden") if canvas is not None else ("visible", "hidden")
    shares: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(options.rounds):
        for kind in shares:
            alone = headless(run, options.seconds)
            session.set_visible(kind != "hidden")
            painted = Painted(window)
            if kind == "drawing":
                pen = Pen(canvas)
                answers = Answers(window, pen)
                pen.start()
            shares[kind].append(windowed(window, options.seconds) / alone)
            if kind == "drawing":
                pen.stop.set()
                pen.join()
                latencies += answers.latencies
                answers.deleteLater()
                canvas.clear()
            if kind == "visible":
                frames += list(np.diff(painted.times))
            painted.deleteLater()
            wait(0.1)
    window.close()
    for name, values, limit in (("frame interval", frames, 53), ("pen event to answer", latencies, 20)):
        if not values:
            continue
        p50, p99 = np.percentile(np.array(values) * 1000, (50, 99))
        wanted = f"(wanted: p99 ≤ {limit} ms; {len(values)} samples)"
        print(f"{name:<22} median {p50:5.1f} ms   p99 {p99:5.1f} ms   {wanted}")
    for kind, wanted in (("visible", 85), ("drawing", None), ("hidden", 97)):
        if kind not in shares:
            continue
        median = 100 * float(np.median(shares[kind]))
        limit_text = f"(wanted: ≥ {wanted} %)" if wanted else "(with the pen moving at 60 Hz)"
        print(f"training, tab {kind:<8} {median:5.1f} % of headless speed   {limit_text}")


if __name__ == "__main__":
    main()
