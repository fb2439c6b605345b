"""Which columns are coordinates, which says the class, and which only counts the rows; and lines with gaps."""

from __future__ import annotations

import random

import numpy as np
import pytest

from models.boundary.data import open_table as boundary_table
from models.brought import TableOptions
from models.data.points.own import open_table as mixture_table
from models.data.points.tables import Cleaning, points_from_table
from models.data.tables.examples import EXAMPLES, find
from models.data.tables.reading import parse_table
from models.data.tables.roles import Columns, guess_columns
from models.data.tables.table import IncompleteLines, differing_in_case
from models.errors import DataError

COUNT = 36


def table(**columns):
    """A table of columns that are made, one after the other, from the number of the row."""
    rng = random.Random(3)
    made = {name: [make(i, rng) for i in range(COUNT)] for name, make in columns.items()}
    lines = [",".join(map(str, row)) for row in zip(*made.values(), strict=True)]
    return parse_table("\n".join([",".join(name.replace("_DOT_", ".").replace("__", " ") for name in made), *lines]))


def real(_i, rng):
    return f"{rng.gauss(0, 1):.3f}"


def text(i, _rng):
    return ("red", "green", "blue")[i % 3]


def few(i, _rng):
    return i % 3


def shuffled(i, _rng):
    return 1000 + 7 * i % 997 * 3


def counting(start):
    return lambda i, _rng: start + i


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("Id", counting(1)),
        ("CustomerID", shuffled),
        ("customer_id", shuffled),
        ("Serial__No_DOT_", counting(1)),
        ("Unnamed:__0", counting(0)),
        ("index", shuffled),
        ("whatever", counting(17)),
        ("whatever", counting(-5)),
        ("#", counting(1)),
        ("row", shuffled),
        ("PassengerId", counting(892)),
    ],
)
def test_an_identifier_is_passed_over_when_two_columns_of_numbers_remain(name, make):
    for order in ((name, "a", "b", "kind"), ("a", name, "b", "kind"), ("a", "b", "kind", name)):
        makers = {name: make, "a": real, "b": real, "kind": text}
        found = guess_columns(table(**{key: makers[key] for key in order}))
        assert found == Columns(("a", "b"), "kind"), order
    kept = guess_columns(table(**{name: make, "a": real, "kind": text}))
    assert len(kept.coordinates) == 2  # without it there would be only one


def test_words_that_only_end_like_an_identifier_are_measures():
    for name in ("humid", "acid", "grid", "x1"):
        assert guess_columns(table(**{name: real, "b": real, "kind": text})).coordinates == (name, "b")


@pytest.mark.parametrize("place", [0, 1, 2, 3])
@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("colour", text),
        ("flag", lambda i, _: i % 2 == 0),
        ("flag", lambda i, _: ("yes", "no")[i % 2]),
        ("cluster", few),
        ("Category", few),
        ("species", few),
        ("Purchased", lambda i, _: i % 2),
        ("k", few),
        ("k", lambda i, _: f"{i % 2}.0"),
    ],
)
def test_the_class_is_found_wherever_it_stands(place, name, make):
    makers = [("a", real), ("b", real), ("c", real)]
    makers.insert(place, (name, make))
    found = guess_columns(table(**dict(makers)), predicts=True)
    assert (found.label, found.target) == (name, None)
    assert found.coordinates == ("a", "b")


def test_where_several_would_do_a_heading_then_text_then_the_last_then_the_first():
    assert guess_columns(table(a=real, group=few, colour=text, b=real, last=few)).label == "group"
    assert guess_columns(table(first=few, a=real, colour=text, b=real, last=few)).label == "colour"
    assert guess_columns(table(first=few, a=real, middle=few, b=real, last=few)).label == "last"
    assert guess_columns(table(first=few, a=real, middle=few, b=real, c=real)).label == "first"


def test_without_a_class_a_further_column_of_numbers_is_predicted():
    assert guess_columns(table(a=real, b=real, c=real), predicts=True) == Columns(("a", "b"), None, "c")
    assert guess_columns(table(a=real, b=real, c=real)).target is None
    assert guess_columns(table(target=real, a=real, b=real), predicts=True) == Columns(("a", "b"), None, "target")
    assert guess_columns(table(id=counting(1), a=real, b=real), predicts=True) == Columns(("a", "b"))


def test_columns_can_be_given():
    made = table(a=real, b=real, c=real, kind=text, k=few)
    assert guess_columns(made, x="c", label="k") == Columns(("c", "a"), "k")
    assert guess_columns(made, y="A", target="b").coordinates == ("c", "a")
    for options, said in (
        ({"x": "d"}, "no column “d”. The columns are: a, b, c, kind, k"),
        ({"x": "a", "label": "a"}, "cannot be two things"),
    ):
        with pytest.raises(DataError, match=said):
            guess_columns(made, **options)


# Gaps -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["NA", "none", "-", "null", "?", "n/a"])
def test_a_word_for_nothing_is_a_class_when_it_recurs_and_marks_nothing_else(word):
    lines = [f"{i / 7:.3f},{i % 5}.5,{('yes', word)[i % 2]}" for i in range(20)]
    data = points_from_table(parse_table("\n".join(["x,y,label", *lines])))
    assert set(data.class_names) == {"yes", word}
    once = parse_table("\n".join(["x,y,label", *lines[::2], f"1.0,2.0,{word}", "2.0,1.0,no", "3.0,1.0,no"]))
    with pytest.raises(IncompleteLines, match="column “label”: the label is missing"):
        points_from_table(once)


def test_plus_and_minus_are_classes():
    for minus in "-\N{MINUS SIGN}":
        lines = [f"{i / 7:.3f},{i % 5}.5,{'+' if i % 2 else minus}" for i in range(20)]
        assert set(points_from_table(parse_table("\n".join(["x,y,k", *lines]))).class_names) == {"+", minus}


def test_where_a_word_marks_missing_numbers_it_is_offered_as_a_class_and_not_decided():
    lines = [f"{i / 7:.3f},{'NA' if i == 3 else i % 5},{('a', 'b', 'NA')[i % 3]}" for i in range(21)]
    made = parse_table("\n".join(["x,y,label", *lines]))
    assert made.missing_labels("label") == ({"", "NA"}, {"NA"})
    with pytest.raises(IncompleteLines) as refused:
        points_from_table(made)
    assert len(refused.value.lines) == 8
    assert points_from_table(made, cleaning=Cleaning(True)).class_names == ("a", "b")
    assert points_from_table(made, cleaning=Cleaning(True, frozenset({"NA"}))).class_names == ("NA", "a", "b")


def test_incomplete_lines_are_named_and_can_be_skipped():
    text = "x,y,note,label\n1,2,,a\n3,,k,b\n,4,k,a\n5,6,k,b\n7,8,,\n9,1,k,b\n2,2,k,a\n"
    made = parse_table(text)
    with pytest.raises(IncompleteLines, match=r"Line 3, column “y”: .* 2 more lines are .*skip 3 incomplete lines"):
        points_from_table(made)
    data = points_from_table(made, cleaning=Cleaning(True))
    np.testing.assert_array_equal(data.points, [[1, 2], [5, 6], [9, 1], [2, 2]])
    assert data.labels.tolist() == [0, 1, 1, 0]
    wrong = parse_table(text.replace("9,1", "9,one"))
    with pytest.raises(DataError, match="Line 7, column “y”: “one” is text"):
        points_from_table(wrong, cleaning=Cleaning(True))


def test_classes_that_differ_in_capital_letters_only_are_pointed_out(tmp_path):
    assert differing_in_case(("a", "B", "b", "c")) == [("B", "b")]
    path = tmp_path / "a.csv"
    path.write_text("x,y,k\n1,2,red\n3,4,Red\n5,7,blue\n6,1,red\n")
    assert any(
        "“Red” and “red” differ in capital letters only" in each
        for each in boundary_table(path, TableOptions()).remarks
    )


# Files ----------------------------------------------------------------------------------------------------------------


def test_the_shipped_tables():
    opened = {name: boundary_table(find(name), TableOptions(skip_incomplete=True)) for name in EXAMPLES}
    assert [len(each.data) for each in opened.values()] == [342, 150, 392]
    assert opened["penguins"].columns == {
        "x": "bill_length_mm",
        "y": "bill_depth_mm",
        "label": "species",
        "target": None,
        "left_out": ["island", "flipper_length_mm", "body_mass_g", "sex", "year"],
    }
    assert opened["iris"].classes == ("setosa", "versicolor", "virginica")
    assert opened["penguins"].data.axis_names == ("bill_length_mm", "bill_depth_mm")
    with pytest.raises(DataError, match="Choose one of: penguins, iris, cars"):
        find("tulips")


def test_an_example_is_found_by_name_unless_a_file_is_called_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = mixture_table(tmp_path.relative_to(tmp_path) / "penguins", TableOptions())
    assert len(found.data) == 342
    assert "2 incomplete lines skipped." in found.remarks
    (tmp_path / "penguins").write_text("x,y\n1,2\n3,4\n5,6\n")
    assert len(mixture_table(tmp_path.relative_to(tmp_path) / "penguins", TableOptions()).data) == 3


def test_a_mixture_predicts_nothing_and_does_not_mind_gaps_in_a_class_column(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("x,y,label\n1,2,a\n3,4,\n5,6,b\n4,7,b\n")
    found = mixture_table(path, TableOptions())
    assert (len(found.data), found.columns["label"]) == (4, None)
    with pytest.raises(IncompleteLines):
        mixture_table(path, TableOptions(label="label"))
    with pytest.raises(DataError, match="--target"):
        mixture_table(path, TableOptions(target="x"))


def test_what_is_called_an_identifier_is_the_last_resort():
    """One measure and one column that counts up: rather these than the customers' numbers."""
    lines = [f"{1000 + 7 * i},{20 + i},{(i * 37) % 91},{'uv'[i % 2]}" for i in range(30)]
    text = "\n".join(["CustomerID,Age,Spending,kind", *lines])
    assert guess_columns(parse_table(text)).coordinates == ("Age", "Spending")
