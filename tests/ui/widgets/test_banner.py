"""The banner lies over the top of a tab's stage: nothing moves when it comes or goes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from ui.widgets.banner import Banner

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot):
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    page.top, page.stage = QLabel("run bar"), QLabel("stage")
    layout.addWidget(page.top)
    layout.addWidget(page.stage, 1)
    page.banner = Banner(over=page.stage)
    qtbot.addWidget(page)
    page.resize(700, 400)
    page.show()
    return page


def test_nothing_moves_and_what_is_above_stays_in_sight(page):
    before = page.top.geometry(), page.stage.geometry()
    page.banner.say("Nothing was taught", "One drawing is not enough.", "warning", [("Draw", page.update)])
    assert (page.top.geometry(), page.stage.geometry()) == before
    assert page.banner.geometry().topLeft() == page.stage.geometry().topLeft()
    assert page.banner.width() == page.stage.width()
    assert page.childAt(QPoint(30, page.stage.y() + 15)) in (page.banner, *page.banner.findChildren(QLabel))


def test_a_long_text_is_seen_whole_at_every_width(page, qtbot):
    page.banner.say("Training stopped", "The step size is too large here. " * 8)
    wide = page.banner.height()
    page.resize(450, 400)
    qtbot.waitUntil(lambda: page.banner.width() == 450)
    assert page.banner.height() > wide
    text = page.banner.findChild(QLabel, "text")
    assert text.height() >= text.heightForWidth(text.width())


def test_closing_uncovers_the_stage(page, qtbot):
    page.banner.say("Hopfield", "A preset on its own", "info")
    with qtbot.waitSignal(page.banner.dismissed):
        qtbot.mouseClick(page.banner.findChild(QPushButton), LEFT)
    assert page.childAt(QPoint(30, page.stage.y() + 15)) is page.stage


def test_only_the_message_that_is_meant_is_forgotten(page):
    page.banner.say("Nothing was taught", "Draw something first.", "warning", about="teaching")
    page.banner.forget("opening")
    assert page.banner.text
    page.banner.forget("teaching")
    assert page.banner.text == ""
    page.banner.say("Nothing was opened", "Choose another file.")
    page.banner.forget("teaching")
    assert page.banner.text


def test_words_from_a_file_are_no_markup(page):
    page.banner.say("<i>run</i>.npz cannot be opened", "It belongs to <img src='/dev/zero'>.")
    for label in page.banner.findChildren(QLabel):
        assert label.textFormat() == Qt.TextFormat.PlainText


def test_an_error_is_overtaken_but_an_offer_stays(page):
    page.banner.say("The data could not be opened", "Choose two files.")
    page.banner.forget_error()
    assert page.banner.text == ""
    page.banner.say("The playground ended unexpectedly", "A run was saved.", "info", [("Open it", page.update)])
    page.banner.forget_error()
    assert page.banner.text
