"""The user's own data as the command line and a sweep open them: files, and which columns of a table are meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from models.base import Model
from models.brought import Brought, TableOptions
from models.config import Config
from models.data.tables.table import IncompleteLines
from models.errors import DataError

ConfigT = TypeVar("ConfigT", bound=Config)


@dataclass(frozen=True)
class OwnFiles:
    """The user's own files, as they were given.

    Attributes:
        files: their names.
        table: what was said of the columns, for models that learn from a table.
    """

    files: tuple[Path, ...]
    table: TableOptions

    def open(self, model: Model) -> Brought | None:
        """The data; None for a model that has no such data. Raises DataError."""
        if model.open_table is not None:
            if len(self.files) != 1:
                raise DataError("--data: the points are taken from one table. Name one file.")
            try:
                return model.open_table(self.files[0], self.table)
            except IncompleteLines as error:
                lines = "it" if len(error.lines) == 1 else "them"
                raise DataError(f"{error} The option --skip-incomplete leaves {lines} out.") from error
        return None if model.open_data is None else Brought(model.open_data(list(self.files)))


def fitted(config: ConfigT, brought: Brought | None, asked: Collection[str]) -> tuple[ConfigT, str]:
    """The settings with those replaced that cannot be with these data, and why; settings `asked` for stay."""
    if brought is None:
        return config, ""
    known = dict(config)
    changes = {
        name: instead
        for name, (refused, instead) in brought.instead.items()
        if known[name] == refused and name not in asked
    }
    words = ", ".join(f"{name.replace('_', ' ')} is {value} for these data" for name, value in changes.items())
    return config.model_copy(update=changes), f"The {words}." if words else ""


def understood(brought: Brought | None) -> Mapping[str, Any]:
    """How a table was understood, for --json: columns, classes, remarks; nothing where there was no table."""
    if brought is None or not brought.columns:
        return {}
    return {
        "columns": dict(brought.columns),
        "classes": list(brought.classes),
        "remarks": list(brought.remarks),
    }
