"""The confusion matrix says in words what a cell means, and mistakes are more conspicuous than right answers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from ui.plots.grids.confusion_matrix import ConfusionMatrix
from ui.widgets import theme


def counts():
    result = np.diag(np.full(10, 90))
    result[4, 9], result[4, 4], result[7, 1] = 12, 78, 1
    return result


def pixels(widget):
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.array(image.constBits()).reshape(image.height(), image.width(), 4)[..., :3].copy()


@pytest.fixture
def matrix(qtbot):
    widget = ConfusionMatrix()
    qtbot.addWidget(widget)
    widget.resize(460, 360)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_not_measured_yet(matrix, qtbot):
    assert matrix.accuracy is None
    assert matrix.sentence(0, 1) == "Not measured yet"
    with qtbot.assertNotEmitted(matrix.picked):
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(2, 3).center().toPoint())


def test_sentences(matrix):
    matrix.set_counts(counts())
    assert matrix.sentence(4, 9) == "12 of 90 true 4s were taken for 9 (13.3\u00a0%)"
    assert matrix.sentence(7, 1) == "1 of 91 true 7s was taken for 1 (1.1\u00a0%)"
    assert matrix.sentence(4, 4) == "78 of 90 true 4s were recognised (86.7\u00a0%)"
    assert matrix.accuracy == pytest.approx(888 / 901)
    empty = np.zeros((10, 10), int)
    matrix.set_counts(empty)
    assert matrix.sentence(1, 1) == "there are no true 1s"
    assert matrix.accuracy is None
    assert not matrix.grab().isNull()


def test_hover_and_click_name_the_same_cell(matrix, qtbot):
    matrix.set_counts(counts())
    at = matrix.cell_rect(4, 9).center().toPoint()
    with qtbot.waitSignal(matrix.readout_changed) as caught:
        qtbot.mouseMove(matrix, at)
    assert caught.args == ["12 of 90 true 4s were taken for 9 (13.3\u00a0%)"]
    with qtbot.waitSignal(matrix.picked) as caught:
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == [(4, 9)]


def test_keys(matrix, qtbot):
    matrix.set_counts(counts())
    matrix.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(matrix, key)
    with qtbot.waitSignal(matrix.picked) as caught:
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert caught.args == [(1, 2)]


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
def test_a_tenth_of_errors_is_louder_than_a_perfect_diagonal(matrix, colors):
    matrix.set_counts(counts())

    def loudness(true: int, predicted: int) -> float:
        color = matrix.cell_color(true, predicted, colors)
        return color.hslSaturationF() * theme.contrast(color, colors.surface)

    assert loudness(4, 9) > loudness(0, 0)
    assert matrix.cell_color(0, 1, colors) == colors.surface


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
def test_a_good_network_looks_good(matrix, colors):
    """Four right in five stand out more than the few mistakes of a cell; every number can be read."""

    def distance(right: int, wrong: int, predicted: int) -> float:
        table = np.zeros((10, 10), int)
        table[0, 0], table[0, 1], table[0, 2] = right, wrong, 100 - right - wrong
        matrix.set_counts(table)
        color = matrix.cell_color(0, predicted, colors)
        assert theme.contrast(theme.text_on(color), color) > 4.3  # on a middle grey neither black nor white has more
        return theme.contrast(color, colors.surface)

    diagonal = [distance(right, 0, 0) for right in range(0, 101, 5)]
    assert diagonal == sorted(diagonal)
    assert distance(80, 4, 0) > distance(80, 4, 1)
    mistakes = [distance(70, wrong, 1) for wrong in range(0, 31, 2)]
    assert mistakes == sorted(mistakes)


def test_table_and_shapes(matrix):
    matrix.set_counts(counts())
    heading, rows = matrix.table()
    assert len(heading) == 11
    assert rows[4][10] == 12
    with pytest.raises(ValueError, match="shape"):
        matrix.set_counts(np.zeros((3, 3)))
    matrix.set_names(["smiling", "neutral", "frowning"])
    matrix.set_counts(np.eye(3, dtype=int))
    for size in ((460, 300), (170, 90)):
        matrix.resize(*size)
        assert not matrix.grab().isNull()


@pytest.mark.parametrize(("width", "upright"), [(420, False), (150, True)])
def test_names_that_have_no_room_beside_each_other_stand_upright(qtbot, width, upright):
    matrix = ConfusionMatrix(("black", "white", "purple"))
    qtbot.addWidget(matrix)
    matrix.set_counts(np.eye(3, dtype=int))
    matrix.resize(width, 300)
    cell, metrics = matrix.cell_rect(0, 2), matrix.fontMetrics()
    assert (cell.width() < metrics.horizontalAdvance("purple")) == upright
    above = pixels(matrix)[: int(cell.top()) - 2, int(cell.left()) : int(cell.right())]
    ink = np.flatnonzero((above != above[0, 0]).any(axis=(1, 2)))
    name = ink[ink > cell.top() - 6 - (metrics.horizontalAdvance("purple") if upright else metrics.height())]
    longest = metrics.horizontalAdvance("purple") if upright else metrics.height()
    assert 0.6 * longest < np.ptp(name) <= longest


@pytest.mark.parametrize("name", ["a class", "a class of which somebody had very much to tell, as the name shows"])
def test_long_names_leave_room_for_the_cells(matrix, name):
    matrix.set_names([f"{name} {number}" for number in range(3)])
    matrix.set_counts(np.diag([3, 4, 5]))
    assert matrix.cell_rect(0, 0).width() >= 40
    assert matrix.cell_rect(2, 2).right() <= matrix.width()
    assert (pixels(matrix)[:, 0] == pixels(matrix)[0, 0]).all()  # no name is drawn beyond the left edge
