"""The command line's words about the user's own data: `--data FILE`, and which columns of a table are meant."""

from __future__ import annotations

import argparse
from pathlib import Path

from models.base import Model
from models.brought import TableOptions
from models.data.tables.examples import EXAMPLES
from models.errors import ConfigError
from playground.engine.options import OptionParser
from playground.engine.own_data import OwnFiles

COLUMNS = ("x", "y", "label", "target")
_DEST = {name: f"column_{name}" for name in COLUMNS}  # no setting is called so


def add_data_options(parser: OptionParser, model: Model) -> None:
    """Add --data, and for a model that learns from a table what can be said of its columns."""
    if model.open_table is None:
        parser.add_argument("--data", nargs="+", metavar="FILE", help="train on your own data")
        return
    examples = " or ".join([", ".join([*EXAMPLES][:-1]), [*EXAMPLES][-1]])
    group = parser.add_argument_group("Your own data")
    group.add_argument("--data", nargs="+", metavar="FILE", help=f"train on a table of your own, or {examples}")
    told = {
        "x": "column with the horizontal coordinate",
        "y": "column with the vertical coordinate",
        "label": "column with the class of each point",
        "target": "column of numbers to predict instead of a class (regression)",
    }
    for name, words in told.items():
        group.add_argument(f"--{name}", dest=_DEST[name], metavar="COLUMN", help=f"{words}. Default: found out.")
    group.add_argument("--header", choices=("yes", "no"), help="whether the first line names the columns")
    group.add_argument("--skip-incomplete", action="store_true", help="leave out lines that lack something needed")


def own_data(options: argparse.Namespace) -> OwnFiles | None:
    """What was said of the user's own data; None without any.

    Raises ConfigError where something is said of columns, but no table is given.
    """
    said = {name: getattr(options, _DEST[name], None) for name in COLUMNS}
    header, skip = getattr(options, "header", None), getattr(options, "skip_incomplete", False)
    if options.data is None:
        asked = [f"--{name}" for name, value in said.items() if value is not None]
        asked += ["--header"] * (header is not None) + ["--skip-incomplete"] * bool(skip)
        if asked:
            raise ConfigError(f"{asked[0]} is about a table: name it with --data points.csv.")
        return None
    table = TableOptions(**said, header=None if header is None else header == "yes", skip_incomplete=bool(skip))
    return OwnFiles(tuple(Path(file) for file in options.data), table)
