"""The worked example: 44 whole numbers that name colours, to be carried by hand into any language that can multiply.

    python -m models.colours.by_hand

trains them again and prints them. They are in `resources/colours/by-hand.csv`, as this prints them.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import numpy as np

from models.base import DataError, owned
from models.colours.carried import Carried, carried
from models.colours.config import ColoursConfig
from models.colours.trainer import ColoursTrainer
from models.data.colours.survey import BASIC, basic_terms
from models.supervised.trainer import run_evaluation

SEEDS = 5
"""Runs of which the best is kept."""

CONFIG = ColoursConfig(hidden=(), whole_numbers=True, learning_rate=0.03, l2=1e-4, epochs=300)
"""The settings of the preset `by-hand`."""

HEADINGS = ("name", "red", "green", "blue", "one")


@dataclass(frozen=True, eq=False)
class ByHand:
    """A trained table of whole numbers.

    Attributes:
        numbers: the arithmetic.
        seed: of the run.
        held_out: share of the held-out names that it gets right.
    """

    numbers: Carried
    seed: int
    held_out: float


def best_of(seeds: Sequence[int] = range(SEEDS)) -> ByHand:
    """Train with each seed, and keep the run with the most held-out names right; of equal ones the first."""
    return max(map(_trained, seeds), key=_held_out)


def _trained(seed: int) -> ByHand:
    config = CONFIG.model_copy(update={"seed": seed})
    trainer = ColoursTrainer(config, basic_terms(BASIC, config.test_share, config.seed))
    while not trainer.done:
        trainer.step()
    right = run_evaluation(trainer)["test_accuracy"]
    return ByHand(carried(trainer.network.parameters, config, trainer.data.names), seed, right)


def _held_out(run: ByHand) -> float:
    return run.held_out


def rows(numbers: Carried) -> list[tuple[str, int, int, int, int]]:
    """A line for each name: what red, green, blue and 255 are multiplied by before they are added up."""
    table = np.vstack([numbers.weights[0], numbers.biases[0]]).T.astype(int)
    return [(name, *map(int, line)) for name, line in zip(numbers.names, table, strict=True)]  # type: ignore[misc]


def worked_example() -> Carried:
    """The numbers that ship; raises DataError when they are missing or damaged."""
    try:
        text = files("resources").joinpath("colours", "by-hand.csv").read_text(encoding="utf-8")
        found = list(csv.DictReader(text.splitlines()))
        table = np.array([[int(line[key]) for key in HEADINGS[1:]] for line in found], np.float64)
        names = tuple(line["name"] for line in found)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise DataError("The worked example cannot be read: install the playground again.") from error
    return Carried("rgb", (owned(table[:, :3].T),), (owned(table[:, 3]),), "identity", names, whole=True)


if __name__ == "__main__":
    best = best_of()
    csv.writer(sys.stdout, lineterminator="\n").writerows([HEADINGS, *rows(best.numbers)])
