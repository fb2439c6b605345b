"""Numbers as people write them: read where that can be done in one way only, else one cell is quoted."""

from __future__ import annotations

import pytest

from models.data.points.tables import points_from_table
from models.data.tables.reading import parse_table
from models.errors import DataError


def column(*cells: str, others: tuple[str, ...] = ()) -> list[float]:
    """The numbers of a column with these cells, beside another one."""
    beside = others or tuple("7" for _ in cells)
    lines = [f'"{cell}"\t"{other}"' for cell, other in zip(cells, beside, strict=True)]
    return parse_table("\n".join(["value\tbeside", *lines])).numbers("value").tolist()


@pytest.mark.parametrize(
    ("cells", "numbers"),
    [
        (("1.5", "2"), [1.5, 2]),
        (("1,5", "2"), [1.5, 2]),
        ((",5", "-,25"), [0.5, -0.25]),
        (("\N{MINUS SIGN}1.5", "\N{EN DASH}2"), [-1.5, -2]),
        (("1,234.5", "2,000"), [1234.5, 2000]),
        (("1.234,5", "2.000"), [1234.5, 2000]),
        (("1,234,567", "2,000"), [1234567, 2000]),
        (("1 234,5", "12 000"), [1234.5, 12000]),
        (("1\N{NO-BREAK SPACE}234", "5"), [1234, 5]),
        (("1'234.5", "1\N{RIGHT SINGLE QUOTATION MARK}000"), [1234.5, 1000]),
        (("0,123", "1,234"), [0.123, 1.234]),
        (("1,234", "999.5"), [1234, 999.5]),
        (("45 %", "5.5%"), [45, 5.5]),
        (("12 cm", "3.5 cm"), [12, 3.5]),
        (("20 °C", "-3 °C"), [20, -3]),
        (("5 km/h", "1,5 km/h"), [5, 1.5]),
        (("$1,234.50", "$3"), [1234.5, 3]),
        (("3 €", "4,50 €"), [3, 4.5]),
        (("1e3", "1,5E-2"), [1000, 0.015]),
        (("+5", "5."), [5, 5]),
        (("1.234", "2.345"), [1.234, 2.345]),
    ],
)
def test_what_can_be_read_in_one_way_only(cells, numbers):
    assert column(*cells) == pytest.approx(numbers)


def test_what_a_mark_means_is_learnt_from_the_other_columns():
    assert column("1,234", "2,345", others=("0,5", "1,5")) == [1.234, 2.345]
    assert column("1,234", "2,345", others=("0.5", "1.5")) == [1234, 2345]
    assert column("1.234", "2.345", others=("0,5", "1,5")) == [1234, 2345]
    assert parse_table("x;y\n1,234;2\n2,345;3\n").numbers("x").tolist() == [1.234, 2.345]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("1,234", "2,345"), "“1,234” may be 1.234 or 1234"),
        (("12 cm", "13 cm", "0.3 m"), "“0.3 m” has another unit .*“cm”"),
        (("45 %", "46 %", "0.5"), "“0.5” has another unit"),
        (("1", "2", "1_000"), "“1_000” is text"),
        (("1", "2", "1.2.2024"), "“1.2.2024” is text"),
        (("1", "2", "1,23,456"), "is text"),
        (("1", "2", "inf"), "“inf” is not a finite number"),
        (("1", "2", "1e999"), "“1e999” is not a finite number"),
    ],
)
def test_what_cannot_is_quoted_with_its_line(cells, said):
    with pytest.raises(DataError, match=said) as refused:
        column(*cells)
    assert "Line " in str(refused.value)
    assert len(str(refused.value)) <= 300


def test_equal_numbers_are_one_class_with_a_short_name():
    text = "x,y,k\n1,2,0.000000000000000000e+00\n3,5,1.000000000000000000e+00\n2,7,0\n4,4,1.0\n"
    data = points_from_table(parse_table(text))
    assert data.class_names == ("0", "1")
    assert data.labels.tolist() == [0, 1, 0, 1]
    assert points_from_table(parse_table("x,y,k\n1,2,\N{MINUS SIGN}1\n3,5,+1\n2,7,1\n")).class_names == ("-1", "1")
