"""A table of numbers can be read whatever the theme, and its headings have room."""

from __future__ import annotations

from ui.widgets import theme
from ui.widgets.number_table import NumberTable


def test_numbers_take_the_colours_of_another_theme_at_once(qtbot, qapp):
    theme.apply(qapp, "dark")
    table = NumberTable(["", "weight"], ["", "how much"], "weights")
    qtbot.addWidget(table)
    table.insertRow(0)
    table.write(0, ["1", "0.5"])
    table.show()
    assert table.item(0, 1).foreground().color() == theme.current().text
    before = theme.current().text
    theme.apply(qapp, "light")
    assert theme.current().text != before
    assert table.item(0, 1).foreground().color() == theme.current().text


def test_the_headings_have_room(qtbot):
    table = NumberTable(["", "responsibility", "distance from the mean"], ["", "", ""], "terms")
    qtbot.addWidget(table)
    header = table.horizontalHeader()
    assert table.minimumSizeHint().width() >= sum(header.sectionSizeHint(column) for column in range(3))
