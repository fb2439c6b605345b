"""Every step and value has one place, and the place leads back to the step."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF

from ui.plots.metrics.axes import MetricAxes, scaled

AREA = QRectF(40, 8, 300, 120)


def test_the_corners_of_the_area_are_the_ends_of_the_ranges():
    axes = MetricAxes(AREA, (100, 400), (-1.0, 3.0), False)
    assert (axes.x(100), axes.x(400)) == (AREA.left(), AREA.right())
    assert (axes.y(-1.0), axes.y(3.0)) == (AREA.bottom(), AREA.top())


@pytest.mark.parametrize("step", [100.0, 217.0, 400.0])
def test_a_place_leads_back_to_its_step(step):
    axes = MetricAxes(AREA, (100, 400), (0.0, 1.0), False)
    assert axes.step_at(axes.x(step)) == pytest.approx(step)


def test_points_agree_with_single_places_and_leave_out_what_is_no_number():
    axes = MetricAxes(AREA, (0, 10), (0.0, 2.0), False)
    xs, ys = axes.points(np.arange(4), np.array([0.5, np.nan, 1.5, np.inf]))
    assert xs == pytest.approx([axes.x(0), axes.x(2)])
    assert ys == pytest.approx([axes.y(0.5), axes.y(1.5)])


def test_equal_ratios_are_equal_distances_on_a_logarithmic_axis():
    axes = MetricAxes(AREA, (0, 10), (-2.0, 1.0), True)
    _, ys = axes.points(np.arange(4), np.array([0.01, 0.1, 1.0, 10.0]))
    assert np.diff(ys) == pytest.approx(-AREA.height() / 3)
    assert np.isnan(scaled(np.array([0.0, -1.0]), True)).all()


def test_curves_far_outside_stay_within_what_qt_can_draw():
    axes = MetricAxes(AREA, (0, 10), (0.0, 1.0), False)
    assert np.abs(axes.points(np.arange(2), np.array([1e30, -1e30]))[1]).max() < 2e4
