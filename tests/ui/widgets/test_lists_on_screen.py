"""An open list is nowhere off the screen, however low that is, and what does not fit on it is scrolled to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QComboBox, QMenu

from tests.ui.waiting import settle
from ui.widgets import wheel
from ui.window.main_window import MainWindow
from ui.window.registry import TABS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # what a list asks of a desktop

LOW = QRect(0, 0, 960, 540)


@pytest.mark.parametrize(
    ("place", "missing"),
    [
        (QRect(10, 10, 100, 50), 30),
        (QRect(10, 500, 100, 50), 200),
        (QRect(900, 10, 420, 50), 0),
        (QRect(-30, -20, 2000, 50), 5000),
    ],
)
def test_a_list_is_put_on_the_screen(place, missing):
    found = wheel.fitted(place, missing, LOW)
    assert LOW.contains(found)
    assert found.height() == min(LOW.height(), place.height() + missing)


@pytest.mark.parametrize("name", TABS)
def test_every_list_fits_on_a_low_screen(window: MainWindow, qtbot, monkeypatch, name):
    monkeypatch.setattr(wheel, "room_on_screen", lambda widget: LOW)
    tab = window.show_tab(name)
    settle(tab, qtbot)
    boxes = [box for box in tab.findChildren(QComboBox) if box.isVisible() and box.count()]
    assert boxes
    for box in boxes:
        box.showPopup()
        view = box.view()
        assert LOW.contains(view.parentWidget().geometry()), box.accessibleName()
        entries = sum(view.sizeHintForRow(row) for row in range(box.count()))
        if view.viewport().height() < entries:
            qtbot.waitUntil(view.verticalScrollBar().isVisible)
            view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
            last = view.visualRect(view.model().index(box.count() - 1, 0))
            assert view.viewport().rect().intersects(last), "the last entry can be scrolled to"
        box.hidePopup()


def test_every_menu_fits_on_a_low_screen(window: MainWindow):
    menus = window.menuBar().findChildren(QMenu)
    assert len(menus) > 5
    for menu in menus:
        menu.aboutToShow.emit()
        size = menu.sizeHint()
        assert size.width() < LOW.width()
        assert size.height() < LOW.height() - window.menuBar().height(), menu.title()
