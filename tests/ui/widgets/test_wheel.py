"""No field turns with the wheel, and a list shows all that can be chosen from it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QScrollBar,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from ui.widgets import theme
from ui.widgets.wheel import CalmComboBox, CalmSpinBox, CalmTabWidget
from ui.window.registry import TABS

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)  # what a list asks of a desktop


def turn(widget: QWidget, notches: int) -> bool:
    """Turn the wheel over the middle of a widget; whether it took that."""
    at = QPointF(widget.rect().center())
    wheel = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, wheel)
    return wheel.isAccepted()


def value(field: QWidget) -> object:
    return field.text() if isinstance(field, QAbstractSpinBox) else (
        field.currentIndex() if isinstance(field, (QComboBox, QTabBar)) else field.value()
    )  # fmt: skip


@pytest.mark.parametrize("name", list(TABS))
def test_the_wheel_changes_nothing_in_any_tab(window, qtbot, name):
    tab = window.show_tab(name)
    qtbot.waitUntil(lambda: tab.session.settled)
    kinds = (QAbstractSpinBox, QComboBox, QAbstractSlider, QTabBar)
    fields = [each for kind in kinds for each in window.findChildren(kind) if not isinstance(each, QScrollBar)]
    assert len(fields) > 10
    for field in fields:
        before = value(field)
        for focused in (False, True):
            if focused and field.isVisible():
                field.setFocus()
            turn(field, 1)
            turn(field, -2)
            assert value(field) == before, f"{field.accessibleName()} {type(field).__name__}"


@pytest.mark.parametrize("entries", [2, 8, 25])
def test_a_list_shows_all_its_entries(qtbot, qapp, entries):
    theme.apply(qapp, "light")
    box = CalmComboBox()
    qtbot.addWidget(box)
    box.addItems([f"entry {number}" for number in range(entries)])
    box.show()
    box.showPopup()
    view = box.view()
    last = view.visualRect(view.model().index(entries - 1, 0))
    assert last.bottom() < view.viewport().height()
    assert view.verticalScrollBar().maximum() == 0
    box.hidePopup()


def test_a_list_that_is_too_long_for_the_screen_stays_on_it(qtbot, qapp):
    box = CalmComboBox()
    qtbot.addWidget(box)
    box.addItems([f"entry {number}" for number in range(200)])
    box.show()
    box.showPopup()
    assert box.screen().availableGeometry().contains(box.view().window().frameGeometry())
    box.hidePopup()


class Paper(QWidget):
    """A page with a list and a stage."""

    def __init__(self) -> None:
        super().__init__()
        self.stage, self.box, self.number = QWidget(self), CalmComboBox(), CalmSpinBox()
        self.box.addItems(["one", "two", "three"])
        layout = QVBoxLayout(self)
        for part in (self.stage, self.box, self.number):
            layout.addWidget(part)

    def focus_stage(self) -> None:
        self.stage.setFocus()


@pytest.fixture
def paper(qtbot):
    paper = Paper()
    qtbot.addWidget(paper)
    with qtbot.waitExposed(paper):
        paper.show()
    paper.box.setFocus()
    return paper


def test_choosing_from_the_list_gives_the_keyboard_to_the_stage(paper, qtbot):
    QTest.mouseClick(paper.box, Qt.MouseButton.LeftButton)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(paper.box.view(), key)
    assert paper.box.currentText() == "three"
    assert paper.stage.hasFocus()


def test_who_goes_through_a_closed_list_with_the_keys_stays_there(paper, qtbot):
    QTest.keyClick(paper.box, Qt.Key.Key_Space)
    QTest.keyClick(paper.box.view(), Qt.Key.Key_Escape)
    QTest.keyClick(paper.box, Qt.Key.Key_Down)
    assert paper.box.currentText() == "two"
    assert paper.box.hasFocus()


def test_home_is_no_entry(paper, qtbot):
    paper.box.setCurrentIndex(1)
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Left, Qt.Key.Key_Right):
        QTest.keyClick(paper.box, key)
        assert paper.box.currentText() == "two"


def test_tabs_inside_a_page_are_calm(qtbot):
    pages = CalmTabWidget()
    qtbot.addWidget(pages)
    for name in "abc":
        pages.addTab(QWidget(), name)
    pages.show()
    turn(pages.tabBar(), -1)
    assert pages.currentIndex() == 0
