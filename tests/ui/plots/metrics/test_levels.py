"""Values to be reached are drawn across a plot, and the axis makes room for them."""

from __future__ import annotations

import numpy as np

from models.base import MetricSpec
from ui.plots.metrics.plot import MetricPlots

SPECS = (MetricSpec("bits", "bits", "bits a letter", better="lower"), MetricSpec("loss", "loss", "loss", log=True))


def test_levels_are_in_view_and_go_again(qtbot):
    plots = MetricPlots(SPECS)
    qtbot.addWidget(plots)
    plots.resize(600, 220)
    plots.show()
    steps = np.arange(1, 50)
    plots.set_all({"bits": (steps, np.linspace(4.0, 3.5, 49)), "loss": (steps, np.linspace(2.0, 1.0, 49))})
    bits, loss = plots.panels
    plain = bits.grab().toImage()
    assert bits.y_range[0] > 2.5
    plots.set_levels("bits a letter", [("4 letters counted", 2.0), ("3 letters counted", 2.02)])
    assert bits.y_range[0] <= 2.0
    assert bits.grab().toImage() != plain
    assert loss.y_range[0] >= 0.5, "the other plot has none"
    plots.set_levels("loss", [("floor", 0.01)])
    loss.set_log(True)
    assert loss.y_range[0] <= -2
    plots.set_levels("bits a letter", ())
    plots.clear()
    plots.set_all({"bits": (steps, np.linspace(4.0, 3.5, 49))})
    assert bits.y_range[0] > 2.5
