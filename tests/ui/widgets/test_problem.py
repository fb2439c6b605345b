"""What goes wrong deep inside a page is said by the nearest banner on the way up."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from ui.widgets.banner import Banner
from ui.widgets.problem import report


@pytest.fixture
def page(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    return page


def test_the_nearest_banner_says_it_wherever_it_was_put_later(page):
    far, near = QWidget(page), QWidget(page)
    outer, inner = Banner(page), Banner(near)
    deep = QWidget(far)
    assert report(deep, "Picture not saved", "The disk is full: make room.")
    assert outer.text == "Picture not saved: The disk is full: make room."
    assert not inner.text
    outer.clear()
    deep.setParent(near)
    assert report(deep, "Picture not saved", "Again.")
    assert inner.text == "Picture not saved: Again."
    assert not outer.text


def test_a_dialog_reports_to_the_page_behind_it(page):
    body = QWidget()
    layout = QVBoxLayout(page)
    layout.addWidget(body)
    banner = Banner()
    banner.stand_over(body)
    assert report(QDialog(body), "Not saved", "No room.")
    assert banner.text == "Not saved: No room."


def test_where_nobody_listens_nothing_happens(page):
    assert not report(QWidget(page), "Not saved", "No room.")
