"""Between the command line and a model that learns from tables: which columns were asked for, and what was used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TableOptions:
    """What somebody said about a table; None guesses.

    Attributes:
        x, y, label, target: names of columns.
        header: whether the first line names the columns.
        skip_incomplete: leave out lines that lack something that is needed.
    """

    x: str | None = None
    y: str | None = None
    label: str | None = None
    target: str | None = None
    header: bool | None = None
    skip_incomplete: bool = False


@dataclass(frozen=True)
class Brought:
    """The user's own data, and how they were understood.

    Attributes:
        data: what the trainer is given.
        columns: "x", "y", "label", "target" (names, or None) and "left_out" (names).
        classes: names of the classes, in their order; empty without classes.
        remarks: sentences for the user.
        instead: settings that a value is no good for with these data: name → (that value, what does instead).
    """

    data: Any
    columns: Mapping[str, Any] = field(default_factory=dict)
    classes: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    instead: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
