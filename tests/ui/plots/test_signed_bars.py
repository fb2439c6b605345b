"""Signed bars: every bar keeps its place and says its number, also when there are more bars than pixels."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ui.plots.signed_bars import SignedBars
from ui.widgets import theme


@pytest.fixture
def bars(qtbot):
    bars = SignedBars("overlap", empty_text="nothing yet")
    qtbot.addWidget(bars)
    bars.resize(300, 120)
    bars.show()
    return bars


def test_it_reads_out_and_chooses_bars(bars, qtbot):
    bars.set_values(np.array([0.5, -1.0, 0.25]), ["a", "b", "c"], highlight=1)
    place = bars.box(1).center().toPoint()
    qtbot.mouseMove(bars, place)
    assert bars.readout == "b: overlap −1.0000"
    with qtbot.waitSignal(bars.picked) as clicked:
        qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=place)
    assert clicked.args == [1]
    bars.set_values(np.array([0.5]), ["a"])
    assert bars.readout == ""
    assert bars.index_at(place.toPointF()) is None


def test_bars_stand_up_or_hang_down_in_their_colours(bars):
    bars.set_values(np.array([1.0, -1.0]), ["up", "down"])
    image = bars.grab().toImage()
    colors = theme.current()
    for index, (share, color) in enumerate(((0.25, colors.positive), (0.75, colors.negative))):
        area = bars.box(index)
        x, y = area.center().x(), area.top() + share * area.height()
        assert image.pixelColor(round(x), round(y)).name() == color.name()
        assert image.pixelColor(round(x), round(area.top() + (1 - share) * area.height())).name() != color.name()


@pytest.mark.parametrize("count", [0, 1, 10, 299, 2000])
def test_any_number_of_bars(bars, count):
    values = np.linspace(-1, 1, count)
    bars.set_values(values, [str(i) for i in range(count)], highlight=count // 2 if count else None)
    bars.grab()
    assert len(bars.table()[1]) == count


def test_names_and_values_must_match(bars):
    with pytest.raises(ValueError, match="names"):
        bars.set_values(np.zeros(2), ["a"])
