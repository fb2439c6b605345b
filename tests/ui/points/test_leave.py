"""The button that leaves own points: its name is readable in any width, and the keyboard is handed on."""

import pytest
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from ui.points.leave import LeaveButton


@pytest.fixture
def bar(qtbot):
    bar = QWidget()
    row = QHBoxLayout(bar)
    row.setContentsMargins(0, 0, 0, 0)
    bar.first, bar.second = QPushButton("first"), QPushButton("second")
    bar.leave = LeaveButton(bar.first, bar.second)
    for widget in (bar.leave, bar.first, bar.second):
        row.addWidget(widget)
    qtbot.addWidget(bar)
    bar.resize(500, 40)
    bar.show()
    return bar


def test_the_name_is_shortened_only_where_there_is_no_room(bar, qtbot):
    bar.leave.offer("people.csv")
    assert bar.leave.text() == "Leave people.csv"
    bar.leave.setMaximumWidth(bar.leave.minimumSizeHint().width() + 20)
    qtbot.waitUntil(lambda: bar.leave.text() != "Leave people.csv")
    assert bar.leave.text().startswith("✕ ")
    assert bar.leave.text().endswith("sv")
    assert bar.leave.accessibleName() == "Leave people.csv"
    assert "Leave people.csv" in bar.leave.toolTip()


def test_nothing_moves_when_it_comes_and_goes_or_says_something_else(bar):
    places = []
    for name in (None, "a.csv", "measurements of all flowers in the garden.csv", None):
        bar.leave.offer(name)
        bar.layout().activate()
        places.append((bar.first.geometry(), bar.leave.geometry()))
    assert all(place == places[0] for place in places)


def test_an_ampersand_is_no_shortcut(bar):
    bar.leave.offer("a&b.csv")
    assert bar.leave.text() == "Leave a&&b.csv"


def test_the_keyboard_goes_to_the_first_that_can_take_it(bar):
    bar.first.setEnabled(False)
    bar.leave.offer("a.csv")
    bar.leave.setFocus()
    bar.leave.offer(None)
    assert bar.focusWidget() is bar.second
