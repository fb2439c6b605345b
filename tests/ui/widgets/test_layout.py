"""Rows and columns stand where they are written, with the room that they are given."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from ui.widgets.layout import STRETCH, column, heading, muted, row, widget_of
from ui.widgets.side_panel import ENOUGH, SidePanel


def shown(qtbot, widget, width, height):
    qtbot.addWidget(widget)
    widget.resize(width, height)
    with qtbot.waitExposed(widget):
        widget.show()
    return widget


def test_parts_stand_in_order_with_gaps_and_shares(qtbot):
    first, second, third = (QWidget() for _ in range(3))
    for part in (first, third):
        part.setFixedHeight(20)
    whole = shown(qtbot, widget_of(column(first, 7, (second, 1), third, margins=(1, 2, 3, 4), spacing=5)), 100, 200)
    assert whole.rect().contains(first.geometry())
    assert (first.x(), first.y(), first.width()) == (1, 2, 96)
    assert second.y() == 2 + 20 + 5 + 7 + 5 or second.y() == 2 + 20 + 7 + 5  # styles add the gap to the spacing or not
    assert third.geometry().bottom() == 200 - 4 - 1
    assert second.height() > 100


def test_rows_nest_in_columns_and_shares_divide_what_is_left(qtbot):
    wide, narrow, last = QWidget(), QWidget(), QWidget()
    last.setFixedWidth(30)
    whole = shown(qtbot, widget_of(column((row((wide, 2), (narrow, 1), last, spacing=0), 1))), 330, 50)
    assert whole.width() == 330
    assert (wide.width(), narrow.width(), last.width()) == (200, 100, 30)


def test_a_stretch_takes_what_is_left(qtbot):
    left, right = QLabel("left"), QLabel("right")
    whole = shown(qtbot, widget_of(row(left, STRETCH, right)), 400, 30)
    assert left.x() == whole.rect().left()
    assert right.geometry().right() == whole.rect().right()
    assert left.width() < 100


def test_a_layout_fills_the_widget_that_it_is_given(qtbot):
    whole, part = QWidget(), QWidget()
    column((part, 1), inside=whole)
    shown(qtbot, whole, 80, 60)
    assert part.geometry() == whole.rect()


def test_words_have_their_roles():
    assert heading("Title", "What it is").toolTip() == "What it is"
    assert heading("Title").property("role") == "heading"
    assert muted("less").property("role") == "muted"
    assert muted("less", wrap=True).wordWrap()


def test_the_parts_of_a_side_panel_stand_behind_each_other_where_there_is_no_room(qtbot):
    first, second = QLabel("first"), QLabel("second")
    panel = shown(qtbot, SidePanel((("One", first), ("Two", second))), 320, ENOUGH + 40)
    assert first.isVisible()
    assert second.isVisible()
    assert not panel.bar.isVisible()
    panel.resize(320, ENOUGH - 60)
    qtbot.waitUntil(panel.bar.isVisible)
    assert (first.isVisible(), second.isVisible()) == (True, False)
    panel.bring(second)
    assert (first.isVisible(), second.isVisible()) == (False, True)
