"""The confusion matrix says in words what a cell means, and mistakes are more conspicuous than right answers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from ui import theme
from ui.plots.confusion_matrix import ConfusionMatrix


def counts():
    result = np.diag(np.full(10, 90))
    result[4, 9], result[4, 4], result[7, 1] = 12, 78, 1
    return result


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
    with qtbot.assertNotEmitted(matrix.cell_clicked):
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(2, 3).center().toPoint())


def test_sentences(matrix):
    matrix.set_counts(counts())
    assert matrix.sentence(4, 9) == "12 of 90 true 4 were taken for 9 (13.3 %)"
    assert matrix.sentence(7, 1) == "1 of 91 true 7 was taken for 1 (1.1 %)"
    assert matrix.sentence(4, 4) == "78 of 90 true 4 were recognised (86.7 %)"
    assert matrix.accuracy == pytest.approx(888 / 901)
    empty = np.zeros((10, 10), int)
    matrix.set_counts(empty)
    assert matrix.sentence(1, 1) == "there are no true 1"
    assert matrix.accuracy is None
    assert not matrix.grab().isNull()


def test_hover_and_click_name_the_same_cell(matrix, qtbot):
    matrix.set_counts(counts())
    at = matrix.cell_rect(4, 9).center().toPoint()
    with qtbot.waitSignal(matrix.readout_changed) as caught:
        qtbot.mouseMove(matrix, at)
    assert caught.args == ["12 of 90 true 4 were taken for 9 (13.3 %)"]
    with qtbot.waitSignal(matrix.cell_clicked) as caught:
        qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=at)
    assert caught.args == [4, 9]


def test_keys(matrix, qtbot):
    matrix.set_counts(counts())
    matrix.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Right):
        qtbot.keyClick(matrix, key)
    with qtbot.waitSignal(matrix.cell_clicked) as caught:
        qtbot.keyClick(matrix, Qt.Key.Key_Return)
    assert caught.args == [1, 2]


@pytest.mark.parametrize("colors", [theme.LIGHT, theme.DARK], ids=lambda t: t.name)
def test_a_tenth_of_errors_is_louder_than_a_perfect_diagonal(matrix, colors):
    matrix.set_counts(counts())

    def loudness(true: int, predicted: int) -> float:
        color = matrix.cell_color(true, predicted, colors)
        return color.hslSaturationF() * theme.contrast(color, colors.surface)

    assert loudness(4, 9) > loudness(0, 0)
    assert matrix.cell_color(0, 1, colors) == colors.surface


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
