"""Files as people really have them: what separates, what names, what is passed over, and what is told by name."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.data.points.tables import points_from_table
from models.data.tables import lines, reading
from models.data.tables.reading import parse_table, read_table
from models.data.tables.table import Table
from models.errors import DataError

ROWS = [(f"{0.25 * i - 3:.2f}", f"{1.5 - 0.5 * i:.2f}", "AB"[i % 2]) for i in range(24)]
NUMBERS = np.array([[float(x), float(y)] for x, y, _ in ROWS])


def written(separator: str = ",", heading: str | None = "x,y,label", end: str = "\n", decimal: str = ".") -> str:
    """The rows as a file has them."""
    body = [separator.join([x.replace(".", decimal), y.replace(".", decimal), label]) for x, y, label in ROWS]
    return end.join([*([] if heading is None else [heading.replace(",", separator)]), *body]) + end


def check(table: Table, names: tuple[str, ...] = ("x", "y", "label")) -> None:
    assert table.names == names
    data = points_from_table(table)
    np.testing.assert_allclose(data.points, NUMBERS)
    assert data.class_names == ("A", "B")


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " ", "   ", ", ", " ; "])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_separators_and_line_ends(tmp_path, separator, end):
    path = tmp_path / "a.csv"
    path.write_bytes(written(separator, end=end).encode())
    check(read_table(path))
    path.write_bytes(written(separator, heading=None, end=end).encode())
    check(read_table(path), ("column 1", "column 2", "column 3"))


@pytest.mark.parametrize("separator", [";", "\t", "|", " "])
def test_decimal_commas(separator):
    check(parse_table(written(separator, decimal=",")))
    assert parse_table(written(separator, decimal=",")).delimiter == separator


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252"]
)
def test_encodings(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes(written(";", heading="größe,länge,gruppe").encode(encoding))
    check(read_table(path), ("größe", "länge", "gruppe"))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sep=;\n", ""),
        ("SEP=;\r\n", ""),
        ('"sep=;"\n', ""),
        ("Measured in the garden\n", ""),
        ("Measured in the garden\n\nby two people\n", ""),
        ("Measured in the garden;;\n;;\n", ""),
        ("# a comment\n# another; one; more\n", ""),
        ("// a comment\n", "# the end\n"),
        ("", ";;\n;;\n;;\n"),
        ("\n\n", "\n\n"),
        ("", ";;"),
    ],
)
def test_what_stands_above_and_below(before, after):
    check(parse_table(before + written(";") + after))


def test_a_declared_separator_counts_and_one_that_is_none_is_named():
    assert parse_table("sep=|\nx|y\n1|2\n3|4").names == ("x", "y")
    assert parse_table("sep=\\t\nx\ty\n1\t2\n3\t4").names == ("x", "y")
    with pytest.raises(DataError, match="separates cells by “@”"):
        parse_table("sep=@\nx@y\n1@2\n3@4")


def test_rows_of_separators_and_trailing_empty_cells_are_passed_over():
    text = "x,y,label,,\n" + "".join(f"{','.join(row)},,\n" + ",,,,\n" * (i % 5 == 0) for i, row in enumerate(ROWS))
    check(parse_table(text))
    check(parse_table("x,y,label\n" + "".join(f"{','.join(row)},\n" for row in ROWS)))


def test_quoted_cells_hold_separators_quotes_and_line_ends():
    table = parse_table('"x","y","a ""name""\nof two lines"\n"1,5","2","one, two"\n"2,5","3","three\nfour"\n')
    assert table.names == ("x", "y", 'a "name" of two lines')
    assert table.cells(table.names[2]) == ["one, two", "three four"]
    assert table.numbers("x").tolist() == [1.5, 2.5]
    assert table.lines.tolist() == [3, 4]
    with pytest.raises(DataError, match=r"In line 2 .* a quote begins that does not end"):
        parse_table('x,y\n"1,2\n' + "3,4\n" * 500)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("0,1,label\n0.5,1.5,A\n2.5,3.5,B\n1.5,2.5,A\n3.0,1.0,B\n", ("0", "1", "label")),
        (",0,1,2\n0,0.5,1.5,A\n1,2.5,3.5,B\n2,1.5,2.5,A\n", ("row names", "0", "1", "2")),
        ("0,1,2\n0.5,1.5,0\n2.5,3.5,1\n1.5,2.5,0\n", ("0", "1", "2")),
        ("2019,2020,country\n0.5,1.5,FR\n2.5,3.5,DE\n1.5,2.5,FR\n", ("2019", "2020", "country")),
        ("Unnamed: 0,x,y\n0,0.5,1.5\n1,2.5,3.5\n", ("Unnamed: 0", "x", "y")),
        ("length (cm),width (cm)\n0.5,1.5\n2.5,3.5\n", ("length (cm)", "width (cm)")),
        ("length,width,kind\ncm,cm,-\n0.5,1.5,A\n2.5,3.5,B\n1.5,2,A\n", ("length", "width", "kind")),
        ("x,x,\n1,2,3\n4,5,6\n", ("x", "x (2)", "column 3")),
        ("x,y,label\nNA,NA,A\n1,2,A\n3,4,B\n", ("x", "y", "label")),
        ('"a" "b"\n"1" 0.5 1.5\n"2" 2.5 3.5\n"3" 1 2\n', ("row names", "a", "b")),
        ("a,b,k\nfirst,0.5,1.5,A\nsecond,2.5,3.5,B\nthird,1,2,A\n", ("row names", "a", "b", "k")),
        ("# x,y,label\n0.5,1.5,A\n2.5,3.5,B\n", ("x", "y", "label")),
        ("| x | y | label |\n|---|---:|:-:|\n| 0.5 | 1.5 | A |\n| 2.5 | 3.5 | B |\n", ("x", "y", "label")),
        ("cD#label\tC#x\tC#y\nA\t0.5\t1.5\nB\t2.5\t3.5\n", ("label", "x", "y")),
        ("g,x,y\nA B\tcontinuous\n", None),
    ],
)
def test_headings(text, names):
    if names is None:
        pytest.skip("no table")
    table = parse_table(text)
    assert table.names == names
    assert table.had_header


@pytest.mark.parametrize(
    "text",
    [
        "0,1,A\n5,6,A\n7,8,B\n",
        "5.1,3.5,setosa\n4.9,3.0,setosa\n6.3,3.3,virginica\n",
        "1,2\n3,4\n5,6\n",
        "0,1,2\n3,4,5\n6,7,8\n",
        "0.5,1.5,only here\n1.5,2.5,A\n2.5,3.5,A\n1.5,1.5,B\n1.0,1.2,B\n",
        "A,0.5,1.5\nB,1.5,2.5\nA,2.5,3.5\n",
    ],
)
def test_points_are_no_headings(text):
    table = parse_table(text)
    assert not table.had_header
    assert len(table) == text.count("\n")


def test_headings_can_be_said():
    assert parse_table("1,2\n3,4\n5,6", header=True).names == ("1", "2")
    assert len(parse_table("x,y\n3,4\n5,6", header=False)) == 3


def test_oranges_three_heading_rows():
    text = "k\tx\ty\tnote\nA B\tcontinuous\tcontinuous\tstring\nclass\t\t\tmeta\n"
    table = parse_table(text + "A\t0.5\t1.5\tone\nB\t2.5\t3.5\ttwo\nA\t1\t2\tthree\n")
    assert table.names == ("k", "x", "y", "note")
    assert (len(table), table.class_column, table.ignored) == (3, "k", {"note"})


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"% weka\n@RELATION iris\n@ATTRIBUTE x NUMERIC\n@DATA\n1,2\n", "ARFF"),
        (b"@relation iris\n\n@attribute x real\n@data\n1\n", "ARFF"),
        (b"+1 1:0.5 2:1.5\n-1 1:0.2 2:3\n", "libsvm"),
        (b"0 1:0.5 3:1e-3 # note\n2 2:3\n", "libsvm"),
        (json.dumps({"x": [1, 2], "y": [3, 4]}).encode(), "JSON"),
        (json.dumps([{"x": 1, "y": 2}] * 5000).encode(), "JSON"),
        (b'{"x": 1, "y": 2}\n{"x": 3, "y": 4}\n', "JSON"),
        (b"[[1, 2], [3, 4]]", "JSON"),
        (b"<?xml version='1.0'?><t/>", "XML"),
        (b"<html><table><tr><td>1</td></tr></table>", "HTML"),
        (b"PAR1\x15\x04\0\0", "Parquet"),
        (b"ARROW1\0\0", "Feather"),
        (b"\x89HDF\r\n\x1a\n\0", "HDF5"),
        (b"\x93NUMPY\x01\0", "NumPy"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", r"\.xls"),
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"SQLite format 3\0", "SQLite"),
        (b"%PDF-1.7\n", "PDF"),
        (b"RDX3\nX\n", "R data"),
    ],
)
def test_other_formats_are_told_by_name_with_what_to_do(tmp_path, content, said):
    path = tmp_path / "some.csv"
    path.write_bytes(content)
    with pytest.raises(DataError, match=f"some.csv is an? .*{said}.*not read here. [A-Z]") as refused:
        read_table(path)
    assert len(str(refused.value)) <= 300


@pytest.mark.parametrize(
    ("inside", "said"),
    [("xl/workbook.xml", "Excel"), ("mimetype", "OpenDocument"), ("x.npy", "NumPy"), ("a.csv", "ZIP")],
)
def test_what_is_packed_is_told_by_what_is_inside(tmp_path, inside, said):
    with zipfile.ZipFile(tmp_path / "some.xlsx", "w") as archive:
        archive.writestr(inside, "application/vnd.oasis.opendocument.spreadsheet" if inside == "mimetype" else "1")
    with pytest.raises(DataError, match=said):
        read_table(tmp_path / "some.xlsx")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("," * 1_000_000, "more than 200 columns"),
        (",".join("1" * 201) + "\n", "201 columns"),
        ('"\n",' * 100_000, "a quote begins that does not end"),
        ("x,y\n1," + "9" * 1_000_000, "cannot be taken apart"),
    ],
)
def test_what_is_too_much_is_refused_before_it_is_built(text, said):
    with pytest.raises(DataError, match=said) as refused:
        parse_table(text)
    assert len(str(refused.value)) <= 300


def test_a_file_of_empty_lines_is_not_read_to_its_end(monkeypatch):
    for module in (lines, reading):
        monkeypatch.setattr(module, "MOST_EMPTY", 50)
    for text in ("\n" * 500, "#\n" * 500, "1,2\n" + "\n" * 500):
        with pytest.raises(DataError, match=r"lines without data|no lines with data"):
            parse_table(text)


def test_reading_says_how_far_it_is_and_can_be_left_in_the_middle(monkeypatch):
    monkeypatch.setattr(reading, "TOGETHER", 500)
    steps = list(reading.parsing("x,y\n" + "1,2\n3,5\n" * 5000))
    shares = [step for step in steps[:-1] if isinstance(step, float)]
    assert len(shares) > 20
    assert shares == sorted(shares)
    assert 0 <= shares[0] < shares[-1] <= 1
    assert isinstance(steps[-1], Table)
    assert len(steps[-1]) == 10_000


def test_half_of_a_surrogate_pair_and_foreign_compositions():
    assert parse_table("x\ud800,y\n1,2\n3,4").names == ("x?", "y")
    table = parse_table("x,y,k\n1,2,e\u0301\n3,4,\u00e9\n5,6,b\n")
    assert table.labels("k")[1] == ("b", "é")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789.,;\t|\" \n\rABx-+e#%='−½é@:{[<", max_size=200))
def test_any_text_is_read_or_refused_in_a_sentence(text):
    said = "nothing was wrong"
    try:
        points_from_table(parse_table(text))
    except DataError as error:
        said = str(error)
    assert 10 < len(said) <= 300
