"""The banner stands above a tab's stage, which makes room for it: nothing is covered."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
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


def test_the_stage_makes_room_and_what_is_above_stays_where_it_is(page, qtbot):
    top, stage = page.top.geometry(), page.stage.geometry()
    page.banner.say("Nothing was taught", "One drawing is not enough.", "warning", [("Draw", page.update)])
    qtbot.waitUntil(lambda: page.stage.y() > stage.y())
    assert page.top.geometry() == top
    assert not page.banner.geometry().intersects(page.stage.geometry())
    assert page.stage.geometry().bottom() == stage.bottom()
    assert page.banner.width() == page.stage.width()
    page.banner.clear()
    qtbot.waitUntil(lambda: page.stage.geometry() == stage)


def test_a_long_text_is_seen_whole_at_every_width(page, qtbot):
    page.banner.say("Training stopped", "The step size is too large here. " * 8)
    qtbot.waitUntil(lambda: page.banner.height() >= page.banner.layout().totalHeightForWidth(700))
    wide = page.banner.height()
    page.resize(450, 400)
    qtbot.waitUntil(lambda: page.banner.width() == 450 and page.banner.height() > wide)
    text = page.banner.findChild(QLabel, "text")
    assert text.height() >= text.heightForWidth(text.width())


def test_closing_gives_the_room_back(page, qtbot):
    before = page.stage.y()
    page.banner.say("Hopfield", "A preset on its own", "info")
    with qtbot.waitSignal(page.banner.dismissed):
        qtbot.mouseClick(page.banner.findChild(QPushButton), LEFT)
    qtbot.waitUntil(lambda: page.stage.y() == before)


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
