"""What the columns of a table are for: which are coordinates, which says the class, and which only count the rows.

It is a proposal: each part can be given instead. What is chosen, and what is left out, is said to the user.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from models.data.tables.headings import ROW_NAMES
from models.data.tables.lines import DELIMITERS
from models.data.tables.table import MOST_CLASSES, Table, listed
from models.errors import DataError


@dataclass(frozen=True)
class Columns:
    """Which columns of a table mean what.

    Attributes:
        coordinates: of each point.
        label: its class, if there is one.
        target: its value to predict, if there is one.
    """

    coordinates: tuple[str, ...]
    label: str | None = None
    target: str | None = None

    @property
    def used(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.coordinates, *(name for name in (self.label, self.target) if name is not None))


CLASS_WORDS = (
    *("label", "labels", "class", "classes", "target", "group", "groups", "species", "category", "categories"),
    *("cluster", "clusters", "type", "kind", "variety", "outcome", "diagnosis", "purchased", "survived", "churn"),
    *("klasse", "gruppe", "kategorie", "classe", "categorie", "clase", "catégorie", "segment", "verdict", "result"),
)
_COUNTERS = frozenset(
    {"year", "yr", "month", "day", "hour", "minute", "second", "date", "time", "age", "jahr", "count"}
)
_ID = frozenset(
    {"id", "ids", "index", "idx", "no", "nr", "number", "num", "row", "rows", "rowid", "rownames", "rowname"}
    | {"rownum", "rownumber", "serial", "sno", "slno", "uid", "uuid", "guid", "pk", "key", "obs", "observation", "case"}
    | {"recno", "record", "lfdnr", "nummer", "identifier", "rownr", "sr", "srno", "n"}
)
_ID_ENDS = frozenset({"id", "uid", "uuid", "nr", "no", "index", "idx", "key", "number", "code"})
_ID_STARTS = frozenset({"serial", "row", "roll", "record", "customer", "invoice", "case", "sample", "unnamed", "order"})


def _words(name: str) -> list[str]:
    """The words of a heading, in small letters: CustomerID is customer, id."""
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[^\w]+|_+", apart.lower()) if word]


def is_identifier(table: Table, name: str) -> bool:
    """Whether a column only says which row this is: by its heading, or since it counts up by one from any start."""
    return table.profile(name).counting or _is_called_identifier(table, name)


def _is_called_identifier(table: Table, name: str) -> bool:
    """Whether its heading says so."""
    look, words = table.profile(name), _words(name)
    if name == ROW_NAMES or name.strip() in ("#", "№", "Nº", "N°"):
        return True
    if not words:
        return False
    if "".join(words) in _ID or (words[0] == "unnamed" and len(words) <= 2):
        return look.whole or not look.numeric
    last = words[-1]
    if last in ("id", "uid", "uuid", "guid"):
        return look.whole or not look.numeric
    return len(words) > 1 and last in _ID_ENDS and words[0] in _ID_STARTS and (look.whole or not look.numeric)


def guess_columns(
    table: Table,
    *,
    x: str | None = None,
    y: str | None = None,
    label: str | None = None,
    target: str | None = None,
    predicts: bool = False,
) -> Columns:
    """Coordinates, class, and value to predict.

    The coordinates are the columns x and y where there are such, else the first two columns of numbers that measure
    something: an identifier is passed over when two others remain. The class: see `class_column`.

    Args:
        table: as read.
        x, y, label, target: columns that are given; None guesses.
        predicts: without a class, a further column of numbers is proposed as the value to predict.

    Raises DataError when there are not two columns of numbers, or a column that is given is not there.
    """
    given = [None if name is None else table.names[table.index(name)] for name in (x, y, label, target)]
    x, y, label, target = given
    named = [name for name in given if name is not None]
    twice = next((name for name in named if named.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"Column “{twice}” cannot be two things at once: choose another for one of them.")
    if label is None and target is None:
        label = class_column(table, taken=tuple(name for name in (x, y) if name is not None))
        if label is not None and predicts and _is_continuous_target(table, label):
            label, target = None, label
    numeric = [name for name in table.names if name not in (label, target) and table.is_numeric(name)]
    if len({*numeric, *(name for name in (x, y) if name)}) < 2:
        found = f"only “{numeric[0]}” is one" if numeric else "there is none"
        others = " or ".join(DELIMITERS[other] for other in DELIMITERS if other != table.delimiter)
        raise DataError(
            f"Points in the plane need two columns of numbers, but {found} among: {listed(table.names, 100)}. "
            f"Cells were separated by a {DELIMITERS[table.delimiter]}; {others} would do as well."
        )
    pair = _coordinates(table, numeric, x, y)
    if predicts and label is None and target is None:
        others_left = [name for name in numeric if name not in pair and not is_identifier(table, name)]
        target = next((name for name in reversed(others_left) if _words(name)[-1:] in (["target"], ["y"])), None)
        target = target or (others_left[-1] if others_left else None)
    return Columns(pair, label, target)


def _is_continuous_target(table: Table, name: str) -> bool:
    """Whether a column that is called like a class holds too many numbers for one: a value to predict."""
    look = table.profile(name)
    return look.numeric and (not look.whole or look.different > MOST_CLASSES)


def _coordinates(table: Table, numeric: list[str], x: str | None, y: str | None) -> tuple[str, str]:
    free = [name for name in numeric if name not in (x, y)]
    measured = [name for name in free if name not in table.ignored and not is_identifier(table, name)]
    plain = [name for name in measured if not _is_few(table, name)]
    needed = 2 - sum(name is not None for name in (x, y))
    usual = {name.lower(): name for name in measured}
    order = (
        plain if len(plain) >= needed else measured if len(measured) >= needed else _least_bad(table, measured, free)
    )
    if needed == 2 and "x" in usual and "y" in usual:
        order = [usual["x"], usual["y"]]
    rest = iter(order)
    first = x if x is not None else next(rest)
    return first, y if y is not None else next(rest)


def _least_bad(table: Table, measured: list[str], free: list[str]) -> list[str]:
    """Where no two measured columns are left: next those that only count up, and last those called identifiers."""
    others = [name for name in free if name not in measured]
    called = [name for name in others if _is_called_identifier(table, name)]
    chosen = [*measured, *(name for name in others if name not in called), *called][:2]
    return [name for name in free if name in chosen] + [name for name in free if name not in chosen]


def _is_few(table: Table, name: str) -> bool:
    """Whether a column of numbers has few whole ones, again and again: more a kind than a measure."""
    look = table.profile(name)
    return look.whole and look.different <= MOST_CLASSES and look.present >= 5 * look.different


def class_column(table: Table, taken: tuple[str, ...] = ()) -> str | None:
    """The column that most likely says the class: of text, booleans or few whole numbers, wherever it stands.

    Where several would do: what the file declares, then a heading that says so, then text, then the last column, then
    the first. None when no column would do.
    """
    if table.class_column is not None and table.class_column not in taken:
        return table.class_column
    names = [name for name in table.names if name not in taken and name not in table.ignored]
    spoken = [name for name in names if _rank(name) is not None and _may_be_class(table, name, named=True)]
    if spoken:
        return min(spoken, key=lambda name: (_rank(name) or 0, -names.index(name)))
    texts = [
        name
        for name in names
        if not table.is_numeric(name)
        and 1 <= table.class_count(name) <= MOST_CLASSES
        and not is_identifier(table, name)
    ]
    recurring = [name for name in texts if table.profile(name).recurs and table.class_count(name) > 1]
    for some in (recurring, [name for name in texts if len(table) <= MOST_CLASSES or table.profile(name).recurs]):
        if some:
            return _last_or_first(table, some)
    numbers = [name for name in names if _may_be_class(table, name, named=False)]
    if numbers:
        fewest = min(table.profile(name).different for name in numbers)
        return _last_or_first(table, [name for name in numbers if table.profile(name).different <= 3 * fewest])
    return None


def _last_or_first(table: Table, names: list[str]) -> str:
    """The last column of the table if it is among these, else the first if it is, else the last of these."""
    measured = [name for name in table.names if not is_identifier(table, name)] or list(table.names)
    return next((name for name in (measured[-1], measured[0]) if name in names), names[-1])


def _rank(name: str) -> int | None:
    """How plainly a heading says that it names classes: 0 most; None not at all."""
    words = _words(name)
    whole = "".join(words)
    if whole in CLASS_WORDS:
        return CLASS_WORDS.index(whole)
    inside = [word for word in words if word in CLASS_WORDS]
    return len(CLASS_WORDS) + CLASS_WORDS.index(inside[-1]) if inside else None


def _may_be_class(table: Table, name: str, *, named: bool) -> bool:
    """Whether a column could be the class and still leave two coordinates; `named` when its heading says so."""
    look = table.profile(name)
    others = [other for other in table.names if other != name and table.is_numeric(other)]
    if named:
        return len(others) >= 2 or not look.numeric
    if not look.numeric or not look.whole or look.unit or not look.recurs or look.counting:
        return False
    words = _words(name)
    if words and (words[-1] in _COUNTERS or (is_identifier(table, name) and look.different > 2)):
        return False
    lower = {other.lower() for other in table.names}
    if name.lower() in ("x", "y") and {"x", "y"} <= lower:
        return False
    measured = [other for other in others if not is_identifier(table, other)]
    if len(measured) < 2 or not 2 <= look.different <= MOST_CLASSES:
        return False
    return name == table.names[-1] or look.present >= 3 * look.different


def left_out(table: Table, columns: Columns) -> tuple[str, ...]:
    """The columns that have no part, in the order of the table."""
    return tuple(name for name in table.names if name not in columns.used)


def without_label(columns: Columns) -> Columns:
    """The same coordinates, without classes."""
    return replace(columns, label=None)
