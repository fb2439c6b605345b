"""A number as people write it: 1.5 or 1,5, −3, ,5, 1 234, 12 cm, 45 %.

Most cells can be read by themselves. “1,234” cannot: it is 1.234 or 1234, and only its neighbours tell. So a column is
looked at as a whole (`marks_of`), what is found in all columns is put together (`Marks.__or__`), and then the cells are
read (`number`). What stays unclear is not guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Flag, auto
from functools import lru_cache

MISSING = frozenset(
    {"", "na", "n/a", "n.a.", "nan", "null", "none", "nil", "?", "-", "--", "---", ".", "..", "…", "missing", "<na>"}
    | {"#n/a", "#na", "#null!", "#value!", "#div/0!", "#ref!", "#num!"}
)
"""What stands in a cell, in small letters, where there is no number."""

_SAME = str.maketrans(
    dict.fromkeys("−–‐‑－", "-")
    | dict.fromkeys("\xa0\u2009\u202f\u2007", " ")
    | {"\N{RIGHT SINGLE QUOTATION MARK}": "'"}
)
"""Signs that look alike and mean the same."""

_CELL = re.compile(
    r"(?P<before>[$€£¥] ?)?(?P<sign>[+-]?) ?(?P<money>[$€£¥] ?)?(?P<body>[\d.,' ]*\d[.]?)(?P<power>[eEdD][+-]?\d+)?"
    r"(?P<unit> ?(?:%|‰|°|°[A-Za-z]|[$€£¥])| [^\W\d_][\w./^²³·*-]{0,15}(?: [^\W\d_][\w./^²³·*-]{0,15})?)?"
)
_GROUPS = re.compile(r"\d{1,3}(?:[ '](?:\d{3}))+(?P<rest>[.,]\d*)?")
_UNCLEAR = re.compile(r"[1-9]\d{0,2}[.,]\d{3}")


def is_missing(cell: str) -> bool:
    """Whether a cell says that there is no value."""
    return len(cell) <= 8 and cell.translate(_SAME).lower() in MISSING


class Marks(Flag):
    """What is known for certain about the marks in numbers."""

    NONE = 0
    COMMA_DECIMAL = auto()
    COMMA_GROUPS = auto()
    POINT_DECIMAL = auto()
    POINT_GROUPS = auto()


@dataclass(frozen=True)
class Written:
    """A cell taken apart.

    Attributes:
        value: the number; None while it is not known what its mark means.
        unit: what stands before or behind it: "%", "cm", "€"; "" where nothing does.
        marks: what the cell says for certain about the marks.
        unclear: "," or ".", where that mark may be either; `digits` and `power` are then what is written.
    """

    value: float | None
    unit: str = ""
    marks: Marks = Marks.NONE
    unclear: str = ""
    body: str = ""


@lru_cache(maxsize=4096)
def taken_apart(cell: str) -> Written | None:
    """What is written in a cell; None when it is no number."""
    if len(cell) > 60:
        return None
    text = cell.translate(_SAME).strip()
    found = _CELL.fullmatch(text)
    if found is None:
        return _named(text)
    before = (found["before"] or "").strip() or (found["money"] or "").strip()
    behind = (found["unit"] or "").strip()
    if (before and behind) or (found["before"] and found["money"]):
        return None
    read = _body(found["body"].strip())
    if read is None:
        return None
    digits, marks, unclear = read
    power = (found["power"] or "").lower().replace("d", "e")
    whole = f"{found['sign']}{digits}{power}"
    unit = before or behind
    if unclear == ",":
        return Written(None, unit, marks, unclear, whole)
    return Written(float(whole), unit, marks, unclear, whole)


def _named(text: str) -> Written | None:
    """“nan” and “inf” are numbers, though none that can be used."""
    if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
        return Written(float(text))
    return None


def _body(body: str) -> tuple[str, Marks, str] | None:
    """The digits with a point as decimal mark, what they say for certain, and the mark that may be either."""
    marks = Marks.NONE
    if " " in body or "'" in body:
        groups = _GROUPS.fullmatch(body)
        if groups is None:
            return None
        rest = groups["rest"] or ""
        if rest:
            marks = Marks.COMMA_DECIMAL if rest[0] == "," else Marks.POINT_DECIMAL
        return body.replace(" ", "").replace("'", "").replace(",", "."), marks, ""
    commas, points = body.count(","), body.count(".")
    if not commas and not points:
        return body, marks, ""
    if commas and points:
        last = max(body.rfind(","), body.rfind("."))
        decimal, group = body[last], "," if body[last] == "." else "."
        whole, rest = body[:last], body[last + 1 :]
        if decimal in whole or not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(group)}\d{{3}})+", whole):
            return None
        marks = Marks.COMMA_DECIMAL | Marks.POINT_GROUPS if decimal == "," else Marks.POINT_DECIMAL | Marks.COMMA_GROUPS
        return f"{whole.replace(group, '')}.{rest}", marks, ""
    mark = "," if commas else "."
    if max(commas, points) > 1:
        if not re.fullmatch(rf"\d{{1,3}}(?:{re.escape(mark)}\d{{3}})+", body):
            return None
        return body.replace(mark, ""), Marks.COMMA_GROUPS if commas else Marks.POINT_GROUPS, ""
    if body.endswith(","):
        return None
    if _UNCLEAR.fullmatch(body):
        return body, marks, mark
    return body.replace(",", "."), Marks.COMMA_DECIMAL if commas else Marks.POINT_DECIMAL, ""


def marks_of(cells: Iterable[str]) -> Marks:
    """What all cells together say for certain."""
    found = Marks.NONE
    for cell in cells:
        written = taken_apart(cell)
        if written is not None:
            found |= written.marks
    return found


def number(cell: str, own: Marks, table: Marks) -> float | None:
    """The number in a cell; None when there is none, or when it may be one of two.

    Args:
        cell: as written.
        own: what its column says about marks, `table` what the whole table does.
    """
    written = taken_apart(cell)
    if written is None or not written.unclear:
        return None if written is None else written.value
    meaning = _meaning(written.unclear, own) or _meaning(written.unclear, table)
    if written.unclear == "." and not meaning:  # the point is the decimal mark unless something speaks against it
        meaning = "decimal"
    if not meaning:
        return None
    return float(written.body.replace(written.unclear, "." if meaning == "decimal" else ""))


def _meaning(mark: str, known: Marks) -> str:
    """What an unclear comma or point stands for; "" where that is not known, or where it is used for both."""
    if mark == ",":
        decimal = bool(known & (Marks.COMMA_DECIMAL | Marks.POINT_GROUPS))
        groups = bool(known & (Marks.COMMA_GROUPS | Marks.POINT_DECIMAL))
        if known & Marks.COMMA_DECIMAL and not known & Marks.COMMA_GROUPS:
            groups = False  # numbers with a point elsewhere do not outweigh a comma that is certain
    else:
        decimal = bool(known & (Marks.POINT_DECIMAL | Marks.COMMA_GROUPS))
        groups = bool(known & (Marks.POINT_GROUPS | Marks.COMMA_DECIMAL))
        if known & Marks.POINT_DECIMAL and not known & Marks.POINT_GROUPS:
            groups = False
    return "" if decimal == groups else "decimal" if decimal else "groups"


def name_of(value: float) -> str:
    """A number as the name of a class, as short as it can be: 0, 2.5, 1e+30."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)
