"""Files that hold tables, or might, but are no text with one row per line: known by how they begin, and told by name.

Who drops a workbook on the window is told that it is one and how to make a CSV file of it, not that it is no text.
"""

from __future__ import annotations

import json
import re

HEAD = 4096
"""Bytes, or letters, from the beginning of a file by which its format is known."""

_SAVE = "Open it in a spreadsheet program and save the sheet as CSV (comma-separated values)"
_PANDAS = "Write it as CSV first, with pandas: read it, then .to_csv(“points.csv”, index=False)"

_ZIPPED = {
    b"xl/": ("an Excel workbook (.xlsx)", _SAVE),
    b"opendocument.spreadsheet": ("an OpenDocument sheet (.ods)", _SAVE),
    b"word/": ("a Word document", "Copy the table and paste it here, or save it as CSV"),
    b"opendocument.text": ("an OpenDocument text", "Copy the table and paste it here, or save it as CSV"),
    b".npy": (
        "a NumPy archive (.npz)",
        "Write its arrays as CSV with numpy.savetxt(“points.csv”, array, delimiter=“,”)",
    ),
    b"Index/": ("a Numbers document", "Export it as CSV in Numbers: File, Export To, CSV"),
}
"""What stands in the first names inside a ZIP file, and what the file then is."""

_BINARY: tuple[tuple[bytes, str, str], ...] = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls)", _SAVE),
    (b"PAR1", "a Parquet file", _PANDAS),
    (b"ARROW1", "an Arrow (Feather) file", _PANDAS),
    (b"FEA1", "a Feather file", _PANDAS),
    (b"ORC", "an ORC file", _PANDAS),
    (b"Obj\x01", "an Avro file", _PANDAS),
    (b"\x89HDF", "an HDF5 file", _PANDAS),
    (b"\x93NUMPY", "a NumPy array (.npy)", "Write it as CSV with numpy.savetxt(“points.csv”, array, delimiter=“,”)"),
    (b"SQLite format 3", "an SQLite database", "Export the table from it as CSV"),
    (b"MATLAB 5.0", "a MATLAB file (.mat)", "Write it as CSV in MATLAB with writematrix or writetable"),
    (b"$FL2", "an SPSS file (.sav)", _PANDAS),
    (b"$FL3", "an SPSS file (.sav)", _PANDAS),
    (b"<stata_dta>", "a Stata file (.dta)", _PANDAS),
    (b"RDX", "an R data file", "Write it as CSV in R with write.csv(data, “points.csv”, row.names = FALSE)"),
    (b"\x1f\x8b", "a compressed file (gzip)", "Unpack it first"),
    (b"BZh", "a compressed file (bzip2)", "Unpack it first"),
    (b"\xfd7zXZ", "a compressed file (xz)", "Unpack it first"),
    (b"\x28\xb5\x2f\xfd", "a compressed file (zstd)", "Unpack it first"),
    (b"7z\xbc\xaf", "a compressed file (7z)", "Unpack it first"),
    (b"%PDF", "a PDF document", "Copy the table and paste it here, or find it as CSV"),
    (b"\x89PNG", "a picture (PNG)", "Points come from a table: save them as CSV"),
    (b"\xff\xd8\xff", "a picture (JPEG)", "Points come from a table: save them as CSV"),
    (b"GIF8", "a picture (GIF)", "Points come from a table: save them as CSV"),
    (b"\x80\x04\x95", "a Python pickle", _PANDAS),
    (b"\x80\x05\x95", "a Python pickle", _PANDAS),
)

_LIBSVM = re.compile(
    r"[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?(?:,\d+)*(?:[ \t]+(?:qid:)?\d+:[-+]?[\d.]+(?:[eE][-+]?\d+)?)+\s*(?:#.*)?"
)


def binary_format(head: bytes) -> tuple[str, str] | None:
    """What a file is that begins like this, and what to do with it; None for all that may be text."""
    if head.startswith(b"PK\x03\x04"):
        for mark, told in _ZIPPED.items():
            if mark in head:
                return told
        return "a ZIP archive", "Unpack it and open the table that is in it"
    return next(((what, remedy) for start, what, remedy in _BINARY if head.startswith(start)), None)


def text_format(head: str) -> tuple[str, str] | None:
    """What a text is that begins like this, where it is no table with a row in each line, and what to do with it."""
    start = head.lstrip("\ufeff \t\r\n")
    low = start[:200].lower()
    if re.search(r"^\s*@(relation|attribute)\b", head, re.IGNORECASE | re.MULTILINE):
        return "an ARFF file (Weka)", "Save it as CSV in Weka, or delete the lines down to @data and save it as .csv"
    if low.startswith(("<?xml", "<!doctype", "<html", "<table", "<xml", "<svg")):
        return (
            "an XML or HTML document",
            "Open it in a spreadsheet program or browser, and copy or save the table as CSV",
        )
    if _is_json(start):
        return "a JSON file", _PANDAS
    if start.startswith(("\\begin{", "\\documentclass")):
        return "a LaTeX document", "Write the table as lines with commas between the cells"
    if low.startswith("{\\rtf"):
        return "an RTF document", "Copy the table and paste it here, or save it as CSV"
    lines = [line for line in start.splitlines()[:20] if line.strip() and not line.startswith("#")]
    full = lines[:-1] if len(lines) > 1 else lines  # the last one may be cut off
    if full and sum(_LIBSVM.fullmatch(line.strip()) is not None for line in full) >= 0.8 * len(full):
        return (
            "a libsvm (svmlight) file",
            "Write it as CSV with scikit-learn: load_svmlight_file, then numpy.savetxt of X.toarray() and y",
        )
    return None


def _is_json(start: str) -> bool:
    """Whether a text begins as JSON does: a list or an object, whole or cut off, or one in every line."""
    if not start.startswith(("{", "[")):
        return False
    try:
        json.loads(start)
    except RecursionError:
        return True
    except ValueError:
        return re.match(r"(?:\[\s*)*(?:\{\s*(?:\"|\})|\[\s*(?:[-\d\"\[{]|true|false|null))", start) is not None
    return True
