"""960 × 540 pixels suffice (full HD at 200 %): everything can be reached, and nothing is cut off, in every tab."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLabel, QScrollArea, QTabBar, QWidget

from tests.ui.hands import press
from tests.ui.waiting import settle
from ui.widgets.fold import Strip
from ui.widgets.number_table import NumberTable
from ui.widgets.readout import Readout
from ui.window.main_window import MainWindow
from ui.window.registry import TABS


def cut(window: MainWindow) -> list[str]:
    """What cannot be read or pressed whole: beyond the window where nothing scrolls, or narrower than its words."""
    found = []
    whole = QRect(QPoint(0, 0), window.size())
    for widget in window.findChildren(QWidget):
        if (
            not isinstance(widget, QLabel | QAbstractButton | Readout | QTabBar | NumberTable)
            or not widget.isVisible()
            or isinstance(widget.parent(), QTabBar)
        ):
            continue
        name = f"{type(widget).__name__} “{getattr(widget, 'text', str)() or widget.accessibleName()}”"
        place = QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())
        room = whole
        up = widget.parentWidget()
        while up is not None and up is not window:
            if isinstance(up, QScrollArea) and up.objectName() != "page":
                view = up.viewport()
                at = QRect(view.mapTo(window, QPoint(0, 0)), view.size())
                room = QRect(at.left(), -100_000, at.width(), 200_000)  # up and down it scrolls
                break
            if isinstance(up, QAbstractScrollArea) and up.objectName() != "page":
                room = QRect()
                break
            up = up.parentWidget()
        if not room.isNull() and not room.contains(place):
            found.append(f"{name} is at {place.getRect()}, beyond {room.getRect()}")
        if isinstance(widget, Readout):
            if widget.shown() != widget.text():
                found.append(f"{name} shows only “{widget.shown()}”")
        elif isinstance(widget, QTabBar):
            if widget.width() < widget.sizeHint().width():
                found.append(f"{name} has {widget.width()} of {widget.sizeHint().width()} pixels for its tabs")
        elif isinstance(widget, NumberTable):
            header = widget.horizontalHeader()
            found += [
                f"{name} has {header.sectionSize(column)} pixels for heading {column + 1}"
                for column in range(header.count())
                if header.sectionSize(column) < header.sectionSizeHint(column)
            ]
        elif isinstance(widget, QLabel) and widget.text() and not widget.wordWrap():
            if widget.width() < widget.sizeHint().width():
                found.append(f"{name} has {widget.width()} of {widget.sizeHint().width()} pixels")
        elif isinstance(widget, QAbstractButton):
            needed = QSize(widget.fontMetrics().horizontalAdvance(widget.text()), widget.fontMetrics().height())
            if (
                not isinstance(widget, Strip)
                and widget.text()
                and (widget.width() < needed.width() + 4 or widget.height() < needed.height())
            ):
                found.append(f"{name} has {widget.width()} of {needed.width()} pixels")
    return found


@pytest.mark.parametrize("name", TABS)
def test_nothing_is_cut_off_in_a_window_of_960_by_540(window: MainWindow, qtbot, name):
    window.resize(960, 540)
    tab = window.show_tab(name)
    settle(tab, qtbot)
    assert (window.width(), window.height()) == (960, 540)
    page = tab.findChild(QScrollArea, "page")
    assert not page.horizontalScrollBar().isVisible()
    assert not page.verticalScrollBar().isVisible()
    assert cut(window) == []
    press(tab, "Settings")
    qtbot.waitUntil(tab.form.isVisible)
    qtbot.waitUntil(lambda: not page.horizontalScrollBar().isVisible())
    assert cut(window) == []
    press(tab, tab.side_name)
    qtbot.waitUntil(lambda: not tab.form.isVisible())
    press(tab, "Curves")
    qtbot.waitUntil(tab.plots.isVisible)
    assert cut(window) == []
    press(tab, "Fold the curves")
    assert not tab.plots.isVisible()


@pytest.mark.parametrize("name", TABS)
def test_nothing_is_cut_off_while_there_is_something_to_say(window: MainWindow, qtbot, name):
    """After some steps: headline, counts, verdicts and tables have their words and numbers."""
    window.resize(960, 540)
    tab = window.show_tab(name)
    settle(tab, qtbot)
    for _ in range(2):
        tab.step()
        settle(tab, qtbot)
    tab.show_off()
    page = tab.findChild(QScrollArea, "page")
    qtbot.waitUntil(lambda: bool(tab.run_bar.headline.text()))
    assert not page.horizontalScrollBar().isVisible()
    assert cut(window) == []
    if any(spec.held_out and spec.evaluated for spec in tab.model.metrics):
        tab.run_bar.show_metrics(tab.record.known, 98_765, busy=True)
        assert "at step" in tab.run_bar.headline.text()
        qtbot.waitUntil(lambda: cut(window) == [])  # the number names the step that it is of, and is read whole


@pytest.mark.parametrize("name", TABS)
def test_a_larger_window_folds_nothing(window: MainWindow, qtbot, name):
    window.resize(1280, 720)
    tab = window.show_tab(name)
    settle(tab, qtbot)
    assert tab.form.isVisible()
    assert tab.plots.isVisible()
    assert cut(window) == []
    window.resize(960, 540)
    qtbot.waitUntil(lambda: not tab.form.isVisible() and not tab.plots.isVisible())
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: tab.form.isVisible() and tab.plots.isVisible())


def test_the_strips_are_pressed_with_keys_and_hand_on_the_focus(window: MainWindow, qtbot):
    window.resize(960, 540)
    tab = window.current
    settle(tab, qtbot)
    strip = next(each for each in tab.findChildren(QAbstractButton) if each.text() == "Settings")
    strip.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(strip, Qt.Key.Key_Space)
    assert tab.form.isVisible()
    assert window.focusWidget().text() == tab.side_name
    assert tab.session.status.phase == "untrained"


def test_a_banner_folds_nothing_and_covers_nothing(window: MainWindow, qtbot):
    tab = window.current
    settle(tab, qtbot)
    stage = tab.findChild(QScrollArea, "page")
    before = stage.y()
    tab.banner.say("The data could not be opened", "Choose a table with two columns of numbers. " * 3)
    qtbot.waitUntil(lambda: stage.y() > before)
    assert tab.form.isVisible()
    assert tab.plots.isVisible()
    assert not tab.banner.geometry().intersects(stage.geometry())
    tab.banner.clear()
    qtbot.waitUntil(lambda: stage.y() == before)


@pytest.mark.parametrize(
    ("name", "words"), [("mixture", "Numbers"), ("hopfield", "Your picture"), ("digits", "Try it")]
)
def test_the_strip_is_called_what_is_folded_away(window: MainWindow, qtbot, name, words):
    window.resize(960, 540)
    tab = window.show_tab(name)
    settle(tab, qtbot)
    press(tab, "Settings")
    press(tab, words)
    qtbot.waitUntil(lambda: not tab.form.isVisible())
