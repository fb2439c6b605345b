"""The number that is asked for: taken where it has room on the switches, refused in words where it has not."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from models.bits.config import BitsConfig
from models.bits.model import MODEL
from ui.tabs.bits.ask import AskPanel


@pytest.fixture
def panel(qtbot):
    config = BitsConfig()
    panel = AskPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.show_snapshot(MODEL.trainer(config, MODEL.load(config)).snapshot())
    return panel


def type_number(panel: AskPanel, text: str) -> None:
    panel.number.setFocus()
    panel.number.selectAll()
    QTest.keyClicks(panel.number, text)


def test_a_number_that_does_not_fit_is_refused_in_words_and_not_cut(panel):
    type_number(panel, "300")
    assert panel.number.text() == "300"
    assert "300 does not fit on 8 switches: the largest number is 255" in panel.problem.text()
    assert panel.problem.isVisible()
    QTest.keyClick(panel.number, Qt.Key.Key_Backspace)
    assert not panel.problem.isVisible()
    assert np.dot(panel.bits, 2 ** np.arange(8)[::-1]) == 30


def test_after_leaving_the_field_it_shows_what_the_switches_show(panel):
    type_number(panel, "99999999999999999999")
    assert "9999" in panel.problem.text()
    assert len(panel.problem.text()) < 300
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert not panel.problem.isVisible()
    assert panel.number.value() == np.dot(panel.bits, 2 ** np.arange(8)[::-1])


@pytest.mark.parametrize(("typed", "words"), [("300", "does not fit"), ("-5", "no number"), ("0,5", "no number")])
def test_what_cannot_be_asked_leaves_the_number_before_it(panel, typed, words):
    """Neither 30 nor 5 is an answer to what was typed."""
    type_number(panel, "77")
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    type_number(panel, typed)
    assert words in panel.problem.text()
    QTest.keyClick(panel.number, Qt.Key.Key_Return)
    assert panel.number.value() == 77
    assert np.dot(panel.bits, 2 ** np.arange(8)[::-1]) == 77
