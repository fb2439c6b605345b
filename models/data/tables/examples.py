"""Tables that come with the playground: penguins, irises, cars (see resources/tables/README.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from models.errors import DataError


@dataclass(frozen=True)
class Example:
    """One of them.

    Attributes:
        file: its name in resources/tables.
        title: what it is called in a menu.
    """

    file: str
    title: str


EXAMPLES: Mapping[str, Example] = {
    "penguins": Example("penguins.csv", "Penguins of three species"),
    "iris": Example("iris.csv", "Irises of three species"),
    "cars": Example("auto-mpg.csv", "Cars of 1970–82"),
}
"""Name → table; in both, the window and `--data`, incomplete lines are skipped and said."""

OTHER_NAMES: Mapping[str, str] = {"auto-mpg": "cars"}


def find(name: str) -> Path:
    """Where a table lies; raises DataError when it is damaged or there is none of that name."""
    known = EXAMPLES.get(OTHER_NAMES.get(name, name))
    if known is None:
        raise DataError(f"There is no example called “{name[:40]}”. Choose one of: {', '.join(EXAMPLES)}.")
    folder = resources.files("resources") / "tables"
    path = Path(str(folder / known.file))
    try:
        sums = dict(line.split()[::-1] for line in (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines())
        good = hashlib.sha256(path.read_bytes()).hexdigest() == sums[known.file]
    except (OSError, KeyError, ValueError) as error:
        raise DataError(f"The example {known.file} cannot be read: install the playground anew.") from error
    if not good:
        raise DataError(f"The example {known.file} has been changed: install the playground anew.")
    return path


def given(path: Path) -> tuple[Path, bool]:
    """The file that is meant, and whether it is an example: an existing file of the same name wins."""
    name = str(path)
    is_example = name in EXAMPLES or name in OTHER_NAMES
    return (find(name), True) if is_example and not path.exists() else (path, False)
