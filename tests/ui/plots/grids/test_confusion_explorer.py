"""The images behind a cell of the confusion matrix, and what is said about them, follow data and answers."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication

from ui.plots.grids.confusion_explorer import ConfusionExplorer

NAMES = tuple("0123456789")
MOODS = ("smiling", "neutral", "frowning", "surprised")


@pytest.fixture
def explorer(qtbot):
    """Twenty digits, two of each class, not looked at yet."""
    widget = ConfusionExplorer(NAMES)
    qtbot.addWidget(widget)
    widget.resize(420, 560)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.set_data(np.zeros((20, 28, 28), np.uint8), labels(), NAMES)
    return widget


def labels(classes=10):
    return np.arange(20) % classes


def answers(**wrong):
    """Right answers, but for some."""
    found = labels()
    for index, answer in wrong.items():
        found[int(index[1:])] = answer
    return found


def choose(explorer, qtbot, true, predicted):
    matrix = explorer.matrix
    qtbot.mouseClick(matrix, Qt.MouseButton.LeftButton, pos=matrix.cell_rect(true, predicted).center().toPoint())


def test_the_cell_of_other_data_is_not_looked_for_in_new_data(explorer, qtbot):
    explorer.set_predictions(answers(_9=4))
    choose(explorer, qtbot, 9, 4)
    assert "1 of 2 true 9s was taken for 4" in explorer.caption.text()
    faces = labels(4)
    explorer.set_data(np.zeros((20, 8, 8), np.uint8), faces, MOODS)
    assert "not been looked at" in explorer.caption.text()
    taken = faces.copy()
    taken[2] = 0
    explorer.set_predictions(taken)
    assert explorer.gallery.count == 1
    assert "mistake" in explorer.caption.text()
    matrix = explorer.matrix
    qtbot.mouseMove(matrix, matrix.cell_rect(2, 0).center().toPoint())
    qtbot.waitUntil(lambda: "taken for smiling" in explorer.caption.text())
    QApplication.sendEvent(matrix, QEvent(QEvent.Type.Leave))
    assert "mistake" in explorer.caption.text()


def test_a_network_without_mistakes_is_said_to_have_none(explorer):
    explorer.set_predictions(labels())
    assert explorer.caption.text() == "No mistakes on held-out images."
    assert explorer.gallery.count == 0


def test_the_same_mistakes_with_other_answers_are_painted_anew(explorer, qtbot, monkeypatch):
    explorer.set_predictions(answers(_0=3))
    painted, draw = [], QPainter.drawText
    monkeypatch.setattr(QPainter, "drawText", lambda *args: (painted.append(args[-1]), draw(*args)))
    explorer.gallery.repaint()
    qtbot.waitUntil(lambda: "0 → 3" in painted)
    explorer.set_predictions(answers(_0=5))
    qtbot.waitUntil(lambda: "0 → 5" in painted)


def test_what_is_under_the_pointer_stays_said_while_answers_change(explorer, qtbot):
    explorer.set_predictions(answers(_0=3))
    matrix = explorer.matrix
    qtbot.mouseMove(matrix, QPoint(1, 1))
    qtbot.mouseMove(matrix, matrix.cell_rect(1, 1).center().toPoint())
    qtbot.waitUntil(lambda: "2 of 2 true 1s" in explorer.caption.text())
    explorer.set_predictions(answers(_0=3, _2=4))
    assert "2 of 2 true 1s" in explorer.caption.text()


def test_a_second_click_on_a_cell_shows_all_mistakes_again(explorer, qtbot):
    explorer.set_predictions(answers(_9=4, _8=1))
    choose(explorer, qtbot, 9, 4)
    assert explorer.gallery.count == 1
    choose(explorer, qtbot, 9, 4)
    assert explorer.gallery.count == 2


def test_one_mistake_is_one(explorer):
    explorer.set_predictions(answers(_9=4), 1200)
    explorer.matrix.readout_changed.emit("")
    assert explorer.caption.text() == "The only mistake on held-out images at step 1\u202f200 (true → predicted)."


def test_the_caption_is_about_the_images_that_were_chosen_by_key_wherever_the_pointer_rests(explorer, qtbot):
    explorer.set_predictions(answers(_9=4, _8=1))
    matrix = explorer.matrix
    qtbot.mouseMove(matrix, QPoint(1, 1))
    qtbot.mouseMove(matrix, matrix.cell_rect(1, 1).center().toPoint())
    qtbot.waitUntil(lambda: "true 1s" in explorer.caption.text())
    matrix.picked.emit((9, 4))
    assert explorer.gallery.count == 1
    assert "true 9s was taken for 4" in explorer.caption.text()
