"""PySide6 6.12.0 on Python 3.11 aborts after some hundred repaints of a plot ("none_dealloc"): painting an axis loses
references to None. A thousand repaints here tell, before a user does, when a new version brings that back."""

from __future__ import annotations

import sys

import numpy as np
import pyqtgraph as pg

from models.base import MetricSpec
from ui.plots.metrics.plot import MetricPlots
from ui.plots.plot_base import Plot

REPAINTS = 1000


def test_a_thousand_repaints_lose_no_reference_to_none(qtbot):
    plot = Plot("x", "y")
    qtbot.addWidget(plot)
    plot.resize(240, 160)
    curve = pg.PlotCurveItem(np.arange(50.0), np.arange(50.0))
    plot.addItem(curve)
    with qtbot.waitExposed(plot):
        plot.show()
    painted = []
    plot.x_axis.paint = lambda *args, paint=plot.x_axis.paint: (painted.append(1), paint(*args))
    before = sys.getrefcount(None)
    for index in range(REPAINTS):
        plot.set_range((0, 50 + index % 7), (0, 50 + index % 5))  # a new range draws the axes anew
        plot.viewport().repaint()
    assert len(painted) >= REPAINTS
    # From Python 3.12 on None is immortal and its count says nothing; up to 3.11 a loss leads to the abort.
    assert sys.version_info >= (3, 12) or sys.getrefcount(None) > before - REPAINTS // 2


def test_a_thousand_frames_of_the_metric_plots(qtbot):
    plots = MetricPlots((MetricSpec("loss", "training loss", "loss"),))
    qtbot.addWidget(plots)
    plots.resize(240, 140)
    with qtbot.waitExposed(plots):
        plots.show()
    steps, values = np.arange(1, 10 * REPAINTS + 1), np.random.default_rng(0).random(10 * REPAINTS)
    for index in range(1, REPAINTS + 1):
        plots.set_data("loss", steps[: 10 * index], values[: 10 * index])
        plots.panels[0].repaint()
    assert plots.panels[0].last_step() == 10 * REPAINTS
