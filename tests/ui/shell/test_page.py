"""A page's background work rests when nobody looks and ends with the page; problems are said in its banner."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel, QTabWidget, QWidget
from waiting import quiet

from models.errors import DataError
from playground.live.job import Job
from ui.shell.page import Page
from ui.widgets.problem import report


def counting():
    """Work without an end."""
    number = 0
    while True:
        number += 1
        yield number


@pytest.fixture
def page(qtbot):
    page = Page("start", "Start")
    page.inside = QTabWidget()
    page.first, page.second = QLabel("first"), QLabel("second")
    page.inside.addTab(page.first, "1")
    page.inside.addTab(page.second, "2")
    page.fill(page.inside)
    qtbot.addWidget(page)
    yield page
    page.shutdown()


@pytest.fixture
def heard():
    return []


@pytest.fixture
def job(page, heard):
    job = Job("counting", page)
    job.results.connect(heard.extend)
    return job


def test_work_rests_while_its_page_is_hidden(page, job, heard, qtbot):
    page.own(job)
    job.start(counting())
    assert quiet(lambda: len(heard), qtbot) == 0  # not shown yet: it waits
    page.show()
    qtbot.waitUntil(lambda: bool(heard))
    page.hide()
    before = quiet(lambda: len(heard), qtbot)
    page.show()
    qtbot.waitUntil(lambda: len(heard) > before)


def test_work_of_a_part_rests_with_that_part(page, job, heard, qtbot):
    page.own(job, while_visible=page.second)
    page.show()
    job.start(counting())
    assert quiet(lambda: len(heard), qtbot) == 0
    page.inside.setCurrentWidget(page.second)
    qtbot.waitUntil(lambda: bool(heard))
    page.inside.setCurrentWidget(page.first)
    before = quiet(lambda: len(heard), qtbot)
    page.hide()
    page.show()
    assert quiet(lambda: len(heard), qtbot) == before  # the page is seen, the part is not
    page.inside.setCurrentWidget(page.second)
    qtbot.waitUntil(lambda: len(heard) > before)


def test_work_ends_with_the_page(page, job, heard, qtbot):
    closed = []

    def work():
        try:
            yield from counting()
        finally:
            closed.append(True)

    page.own(job)
    page.show()
    job.start(work())
    qtbot.waitUntil(lambda: bool(heard))
    page.shutdown()
    assert closed == [True]
    page.shutdown()
    before = len(heard)
    job.start(counting())  # an event that was still under way
    assert quiet(lambda: len(heard), qtbot) == before
    assert not job.running


def test_problems_inside_are_said_by_its_banner(page):
    inside = QWidget(page.second)
    assert report(inside, "Not saved", "The disk is full.")
    assert page.banner.text == "Not saved: The disk is full."


def test_there_is_nothing_to_draw_on(page, tmp_path):
    assert page.drawing_surface() is None
    for put in (page.paste, lambda: page.open_drawing(tmp_path), lambda: page.save_drawing(tmp_path)):
        with pytest.raises(DataError, match="nothing to draw on in the Start tab"):
            put()
