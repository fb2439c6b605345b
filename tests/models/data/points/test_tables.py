"""Reading tables: what people's files look like, and what is said about those that cannot be used."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.base import DataError
from models.data.points.sets import PointSet
from models.data.points.tables import points_from_table, standardised, write_points
from models.data.tables import reading
from models.data.tables.reading import parse_table, read_table
from models.data.tables.roles import Columns, guess_columns


@pytest.mark.parametrize(
    ("text", "delimiter", "header"),
    [
        ("1,2\n3,4\n", ",", False),
        ("x,y\n1,2\n3,4\n", ",", True),
        ("x;y\n1,0;2,0\n3,0;4,0\n", ";", True),
        ("1\t2\n3\t4", "\t", False),
        ("  1   2\n  3   4\n", " ", False),
        ("x|y\r\n1|2\r\n\r\n3|4\r\n", "|", True),
        ("# made by hand\n1, 2\n3, 4\n", ",", False),
        ('"x","y"\n"1","2"\n"3","4"\n', ",", True),
    ],
)
def test_delimiter_header_and_decimal_comma_are_found_out(text, delimiter, header):
    table = parse_table(text)
    assert (table.delimiter, table.had_header) == (delimiter, header)
    np.testing.assert_array_equal(points_from_table(table).points, [[1, 2], [3, 4]])
    assert table.names == (("x", "y") if header else ("column 1", "column 2"))


def test_labels_are_found_by_name_by_being_words_or_as_a_last_column_of_few_whole_numbers():
    words = points_from_table(parse_table("name,a,b\ncat,1,2\ndog,3,4\ncat,5,6"))
    assert words.class_names == ("cat", "dog")
    np.testing.assert_array_equal(words.labels, [0, 1, 0])
    assert words.axis_names == ("a", "b")
    assert guess_columns(parse_table("class,a,b\n10,1,2\n9,3,4")).label == "class"
    numbers = points_from_table(parse_table("0.5,1.5,10\n2.5,3.5,9\n1.0,1.0,10"))
    assert numbers.class_names == ("9", "10")
    assert guess_columns(parse_table("0.5,1.5,10.5\n2.5,3.5,9.1")).label is None


def test_columns_can_be_chosen_in_any_number():
    table = parse_table("a,b,c\n1,2,3\n4,5,6")
    data = points_from_table(table, Columns(("c", "a", "b")))
    np.testing.assert_array_equal(data.points, [[3, 1, 2], [6, 4, 5]])
    with pytest.raises(DataError, match=r"no column “d”\. The columns are: a, b, c"):
        points_from_table(table, Columns(("d", "a")))


def test_repeated_and_missing_names_become_different():
    assert parse_table("x,x,\n1,2,3").names == ("x", "x (2)", "column 3")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x,y\n1,2\n3,four\n5,6\n7,8", "Line 3, column “y”: “four” is text"),
        ("x,y\n1,2\n3,\n5,6", "Line 3, column “y”: the value is missing"),
        ("x,y\n1,2\nNA,3\n5,6", "Line 3, column “x”: the value is missing"),
        ("x,y\n1,2\ninf,3", "Line 3, column “x”: “inf” is not a finite number"),
        ("x,y\n1,2\n1e999,3", "“1e999” is not a finite number"),
        ("x,y\n1,2\n3\n", "Line 3 of The pasted text has 1 cell, the lines before it have 2"),
        ("x,y\n1,2", "only one point"),
        ("x,y\n", "column names but no points"),
        ("", "no lines with data"),
        ("a,b\nred,blue\ngreen,yellow", "need two columns of numbers, but there is none"),
        ("1\n2\n3\n", "need two columns of numbers, but only “column 1” is one"),
        ("x,y\n1,1e200\n2,3", "finite number up to 1e"),
    ],
)
def test_what_cannot_be_used_is_named_with_its_place(text, message):
    with pytest.raises(DataError, match=message):
        points_from_table(parse_table(text))


def test_a_wrong_delimiter_is_named_with_the_right_one():
    with pytest.raises(DataError, match=r"only one column .* a semicolon: the separator seems to be a comma"):
        parse_table("1,2\n3,4", delimiter=";")
    with pytest.raises(DataError, match="not by “x”"):
        parse_table("1,2", delimiter="x")


def test_too_many_classes_and_missing_labels():
    text = "x,y,label\n" + "\n".join(f"{i},{i},name{i}" for i in range(20))
    with pytest.raises(DataError, match="20 different values, too many for classes"):
        points_from_table(parse_table(text))
    with pytest.raises(DataError, match="Line 3, column “label”: the label is missing"):
        points_from_table(parse_table("x,y,label\n1,2,a\n3,4,\n5,6,b"))


def test_too_long_files_are_refused_without_reading_them(tmp_path, monkeypatch):
    long = tmp_path / "long.csv"
    with long.open("wb") as file:  # a sparse file of the size of ten million rows
        file.truncate(200 * 2**20)
    with pytest.raises(DataError, match="200 MB; at most 32 MB"):
        read_table(long)
    monkeypatch.setattr(reading, "MOST_ROWS", 10)
    with pytest.raises(DataError, match="more than 10 lines"):
        parse_table("1,2\n" * 12)
    assert len(parse_table("x,y\n" + "1,2\n" * 10)) == 10


def test_files_that_are_no_text_or_not_there(tmp_path):
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x00\x01PNG\0\0\0")
    with pytest.raises(DataError, match=r"picture\.csv is not a text file"):
        read_table(picture)
    with pytest.raises(DataError, match=r"missing\.csv cannot be read: No such file .*\. Check its name and place"):
        read_table(tmp_path / "missing.csv")
    pipe = tmp_path / "pipe.csv"
    os.mkfifo(pipe)  # opening it would wait for somebody who writes
    for path in (pipe, Path("/dev/zero"), tmp_path):
        with pytest.raises(DataError, match="is a folder or a device, not a file"):
            read_table(path)
    latin = tmp_path / "latin.csv"
    latin.write_bytes("größe;breite\n1;2\n3;4\n".encode("latin-1"))
    assert read_table(latin).names == ("größe", "breite")


@settings(max_examples=30, deadline=None)
@given(arrays(np.float64, (4, 2), elements=st.floats(-1e9, 1e9)))
def test_standardising_can_be_undone(points):
    data = standardised(PointSet(points))
    np.testing.assert_allclose(data.original(data.points), points, rtol=1e-12, atol=1e-12 * np.abs(points).max())
    assert np.all(np.abs(data.points.mean(axis=0)) < 1e-6)


def test_standardising_twice_still_leads_back():
    points = np.array([[1.0, 50.0], [2.0, 50.0], [4.0, 50.0]])
    data = standardised(standardised(PointSet(points)))
    np.testing.assert_allclose(data.points.std(axis=0), [1, 0], atol=1e-12)
    np.testing.assert_allclose(data.original(data.points), points)


def test_written_points_come_back_to_the_bit(tmp_path):
    rng = np.random.default_rng(0)
    data = PointSet(rng.standard_normal((20, 2)), rng.permutation([0, 1] * 10), class_names=("A, first", 'B "second"'))
    write_points(tmp_path / "points.csv", data)
    back = points_from_table(read_table(tmp_path / "points.csv"))
    np.testing.assert_array_equal(back.points, data.points)
    np.testing.assert_array_equal(back.labels, data.labels)
    assert back.class_names == data.class_names
    assert [path.name for path in tmp_path.iterdir()] == ["points.csv"]
    with pytest.raises(DataError, match="could not be written"):
        write_points(tmp_path / "no" / "points.csv", data)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_a_spreadsheets_unicode_text_is_read(tmp_path, encoding):
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    (tmp_path / "a.txt").write_bytes((mark + "größe\tbreite\n1,5\t2\n3\t4\n").encode(encoding))
    table = read_table(tmp_path / "a.txt")
    assert table.names == ("größe", "breite")
    assert table.numbers("größe").tolist() == [1.5, 3]
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00\xd8a")
    with pytest.raises(DataError, match="not a text file"):
        read_table(tmp_path / "b.txt")


def test_a_separator_that_is_not_understood_is_answered_with_those_that_are():
    with pytest.raises(DataError, match="semicolon or tab or bar or space would do"):
        guess_columns(parse_table("1:2\n3:4\n"))
