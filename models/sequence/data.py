"""What a recurrent network reads: found for the settings, read from the user's files, kept in the state of a run."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError, Field
from models.data.series.curve import Series
from models.data.series.made import MADE
from models.data.series.measured import FILES, measured
from models.data.tables.reading import parse_table
from models.data.tables.reading import read_text as table_text
from models.data.text.letters import LONGEST_NAME, MOST_BYTES, Text
from models.data.text.made import brackets
from models.data.text.shipped import shipped
from models.errors import unreadable
from models.sequence.config import MEMORY, SequenceConfig
from models.state import constant

SequenceData = Text | Series | None

MADE_LENGTH = 1000
"""Values of a series that is made by a formula."""

TABLES = (".csv", ".tsv")


def load(config: SequenceConfig) -> SequenceData:
    """The data that a config asks for; raises DataError."""
    kind = config.dataset
    if kind in MEMORY:
        return None
    if kind == "text":
        return Text(config.text, holds_out=False)
    if kind in MADE:
        return Series(MADE[kind](MADE_LENGTH, np.random.default_rng(config.seed)))
    if kind in FILES:
        return measured(kind)
    if kind == "brackets":
        return brackets()
    if kind == "own":
        raise DataError("There are no data of your own yet: open, paste or draw some, or choose a data set.")
    return shipped(kind, config.country)


def open_data(paths: Sequence[Path], encoding: str = "utf-8-sig", column: str = "") -> Text | Series:
    """The user's own text, or series (a CSV file), from one file.

    Args:
        paths: one file.
        encoding: how its letters are written.
        column: of a table; "" takes the last one that holds numbers.

    Raises DataError with cause and remedy; a `EncodingError` where another encoding may help.
    """
    if len(paths) != 1:
        raise DataError("Open one file at a time: a text, or a table (.csv) with a column of numbers.")
    path = paths[0]
    if path.suffix.lower() in TABLES:
        return series_from(table_text(path), path.name, column)
    return own_text(read_text(path, encoding), path.name)


class EncodingError(DataError):
    """The bytes of a file are no text in the encoding that was tried."""


def read_text(path: Path, encoding: str = "utf-8-sig") -> str:
    """What a file says; raises DataError when it is no text, too long or cannot be read."""
    try:
        if path.exists() and not path.is_file():  # opening a pipe would wait for ever
            raise DataError(f"{path.name} is a folder or a device, not a file: choose a text.")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DataError(
                f"{path.name} has {size / 2**20:,.0f} MB; at most {MOST_BYTES // 2**20} MB can be learnt from here. "
                "Save a part of it in a file of its own."
            )
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise unreadable(path.name, error) from error
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) and encoding == "utf-8-sig":
        encoding = "utf-16"
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise EncodingError(
            f"{path.name} is no text in {encoding.removesuffix('-sig').upper()}. Save it as UTF-8; the window asks for "
            "its encoding when you open it there."
        ) from error
    if "\0" in text:
        raise DataError(f"{path.name} is not a text: it holds bytes that no letter has. Choose a text file.")
    return text


def own_text(content: str, name: str = "your text") -> Text:
    """A text of the user's own; raises DataError."""
    return Text(content, (name or "your text")[:LONGEST_NAME], own=True)


def series_from(content: str, name: str = "your table", column: str = "") -> Series:
    """A column of a table as a series; raises DataError."""
    table = parse_table(content, name=name)
    numeric = [each for each in table.names if table.is_numeric(each)]
    if column and column not in table.names:
        raise DataError(f"There is no column “{column}”. The columns are: {', '.join(table.names)}.")
    if not column and not numeric:
        raise DataError(f"{name} has no column of numbers: a series needs one number in every line.")
    return own_series(table.numbers(column or numeric[-1]), name)


def own_series(values: Any, name: str = "your curve") -> Series:
    """A series of the user's own; raises DataError."""
    return Series(values, (name or "your curve")[:LONGEST_NAME], own=True)


# In the state of a run ----------------------------------------------------------------------------------------------


def own_fields(data: SequenceData) -> list[Field]:
    """The user's own data as fields of a state; none for data that come with the program."""
    if data is None or not data.own:
        return []
    words = np.frombuffer(json.dumps({"name": data.name}).encode(), np.uint8)
    if isinstance(data, Text):
        content = np.frombuffer(data.content.encode(), np.uint8)
        return [constant("text", content), constant("words", words)]
    return [constant("series", data.values), constant("words", words)]


def data_in(state: Mapping[str, NDArray[Any]]) -> Text | Series | None:
    """The user's own data in a saved state; None where there are none. Raises DataError when they are damaged."""
    if "text" not in state and "series" not in state:
        return None
    try:
        name = json.loads(state["words"].tobytes())["name"]
        if not isinstance(name, str):
            raise TypeError
        if "text" in state:
            return own_text(state["text"].astype(np.uint8).tobytes().decode(), name)
    except (KeyError, ValueError, TypeError, RecursionError) as error:
        raise DataError("The saved text cannot be read: the file is damaged.") from error
    return own_series(state["series"], name)
