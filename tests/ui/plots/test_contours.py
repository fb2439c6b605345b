"""Contour lines lie where the function has their value, and close around a hill."""

import numpy as np

from ui.plots.contours import contour_lines


def test_a_circle_is_found_where_it_is():
    xs, ys = np.linspace(-2, 2, 81), np.linspace(-1.5, 1.5, 61)
    x, y = np.meshgrid(xs, ys)
    ends = contour_lines(x**2 + y**2, xs, ys, 1.013)
    np.testing.assert_allclose(np.hypot(*ends.T) ** 2, 1.013, atol=2e-3)
    lengths = np.hypot(*(ends[::2] - ends[1::2]).T)
    assert abs(lengths.sum() - 2 * np.pi * np.sqrt(1.013)) < 0.02
    corners, counts = np.unique(np.round(ends, 9), axis=0, return_counts=True)
    assert len(corners) > 50
    assert (counts % 2 == 0).all()  # every end is shared by two segments: the line is closed


def test_a_saddle_has_two_lines_in_its_middle_cell():
    values = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert len(contour_lines(values, np.array([0.0, 1.0]), np.array([0.0, 1.0]), 0.5)) == 4


def test_nothing_where_the_level_is_not_reached():
    assert contour_lines(np.zeros((5, 5)), np.arange(5.0), np.arange(5.0), 1.0).shape == (0, 2)
