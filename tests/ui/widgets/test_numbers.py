"""Numbers are written as people read them, and a table of them is written over."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from ui.widgets import numbers, theme
from ui.widgets.number_table import NumberTable
from ui.widgets.numbers import equals, figure, grouped, in_cell, plain, short, small, small_tex


def test_long_counts_are_grouped():
    assert [grouped(999), grouped(12_345.4), grouped(1_000_000)] == ["999", "12\u202f345", "1\u202f000\u202f000"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((0, "0.00"), (1.234, "1.23"), (-12.3, "−12.30"), (1234.5, "1234"), (12_345.0, "1.23e4")),
        *((-0.00123, "−1.2e−3"), (0.0234, "0.0234"), (1.846e-9, "1.85e−9"), (-3.4e-12, "−3.4e−12")),
        *((0.25, "0.25"), (-1e12, "−1.0e12")),
    ],
)
def test_a_narrow_column_has_seven_letters_and_digits_that_count(value, text):
    assert short(value) == text
    assert len(text) <= 8


@pytest.mark.parametrize(
    ("value", "text", "tex"),
    [
        (0.25, "0.2500", "0.2500"),
        (0.0, "0.0000", "0.0000"),
        (-0.001, "−0.0010", "-0.0010"),
        (0.0000123, "1.2e−05", r"1.2\cdot 10^{-5}"),
        (-4e-12, "−4.0e−12", r"-4.0\cdot 10^{-12}"),
        (3.14e8, "3.1e+08", r"3.1\cdot 10^{8}"),
    ],
)
def test_very_small_numbers_keep_their_size(value, text, tex):
    assert small(value) == text
    assert small_tex(value) == tex


@pytest.mark.parametrize(
    ("value", "text"), [(0.004, "0"), (-0.006, "−0.01"), (3.14159, "3.14"), (-12.6, "−13"), (0.0, "0")]
)
def test_the_smallest_cells_take_few_letters(value, text):
    assert in_cell(value) == text


def test_figures_have_their_places_and_sums_of_them_may_be_near():
    assert [figure(-0.04), figure(-1.25, 2), figure(float("nan")), figure(1.5e9)] == ["0.0", "−1.25", "–", "1.5e9"]
    assert [equals(1.004, 1.0, 2), equals(1.006, 1.0, 2)] == ["=", "≈"]
    assert [plain(143.0), plain(-0.5)] == ["143", "−0.5"]


def test_a_table_is_written_over(qtbot, qapp):
    theme.apply(qapp, "light")
    table = NumberTable(["", "π"], ["", "weight"], "components")
    qtbot.addWidget(table)
    table.setRowCount(2)
    table.write(0, ["1", "0.500"], color=QColor("red"))
    table.write(1, ["sum", "1.000"], role="muted")
    items = [table.item(row, column) for row in range(2) for column in range(2)]
    table.write(0, ["1", "0.250"], color=QColor("red"))
    assert [item.text() for item in items] == ["1", "0.250", "sum", "1.000"]
    assert items[0] is table.item(0, 0)
    assert not items[0].icon().isNull()
    assert items[1].icon().isNull()
    assert items[3].foreground().color() == theme.LIGHT.muted
    assert items[1].textAlignment() & Qt.AlignmentFlag.AlignRight
    assert table.horizontalHeaderItem(1).toolTip() == "weight"
    assert table.accessibleName() == "components"


def test_one_is_singular_and_a_slow_run_is_not_said_to_stand_still():
    assert [numbers.per_second(rate, "steps") for rate in (1, 1.0, 0.4, 3.44, 340)] == [
        "1 step/s", "1 step/s", "0.4 steps/s", "3.4 steps/s", "340 steps/s",
    ]  # fmt: skip
    assert [numbers.counted(count, "updates") for count in (0, 1, 2)] == ["0 updates", "1 update", "2 updates"]
    assert [numbers.duration(left) for left in (1, 12, 57, 59, 240, 7800)] == [
        "5 s", "10 s", "55 s", "1 min", "4 min", "2 h 10 min",
    ]  # fmt: skip
