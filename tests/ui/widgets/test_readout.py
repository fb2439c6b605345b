"""A line that gives way in a narrow window loses its words, never its numbers."""

from __future__ import annotations

import numpy as np

from models.registry import get_model
from ui.plots.metrics.reading import Reading
from ui.plots.networks.activation_strip import LABEL, ActivationStrip
from ui.shell.transport import RunBar
from ui.widgets.readout import Readout


def test_what_is_kept_is_never_shortened(qtbot):
    readout = Readout("result", bold=True, right=True)
    qtbot.addWidget(readout)
    readout.setText("test accuracy 98.0 %", keep=7)
    readout.resize(readout.sizeHint())
    assert readout.shown() == "test accuracy 98.0 %"
    readout.resize(120, 20)
    assert readout.shown().startswith("test")
    assert readout.shown().endswith("… 98.0 %")
    assert readout.fontMetrics().horizontalAdvance(readout.shown()) <= 120
    readout.resize(30, 20)
    assert readout.shown().endswith("%")


def test_the_headline_keeps_its_number(qtbot):
    bar = RunBar(get_model("digits"))
    qtbot.addWidget(bar)
    bar.show_metrics({"test_accuracy": Reading(120, 0.98)}, 200)
    bar.headline.resize(190, 20)
    assert bar.headline.text() == "held-out accuracy 98.0\u202f% at step 120"
    assert bar.headline.shown().endswith(" 98.0\u202f% at step 120")
    assert bar.headline.shown().startswith("h")


def test_names_of_wide_layers_have_room_beside_their_strips(qtbot):
    strip = ActivationStrip()
    qtbot.addWidget(strip)
    strip.resize(400, 24)
    strip.set_activations([np.zeros(16)], ["layer 1 · 16 units"])
    assert strip.cells(0).left() == LABEL
    label = "layer 1 · 2048 units, and more"
    strip.set_activations([np.zeros(2048)], [label])
    assert strip.cells(0).left() - 8 >= strip.fontMetrics().horizontalAdvance(label)
