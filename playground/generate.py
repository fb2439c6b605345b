"""The command `playground generate`: a saved recurrent network writes, or goes on with a series."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from models.base import DataError
from models.sequence.series import free_run
from models.sequence.tasks import NextLetter, NextValue
from models.sequence.trainer import SequenceTrainer
from models.sequence.writing import samples
from playground.engine.experiment import Experiment, data_of, resume

LETTERS = 200
VALUES = 100
"""What is written when nobody says how much."""


def generate(
    experiment: Experiment, *, count: int, length: int | None, prefix: str, temperature: float, seed: int
) -> list[dict[str, Any]]:
    """`count` texts, or numbers: one continuation of the series, which needs no chance.

    Raises DataError for an experiment of another kind.
    """
    if experiment.model.name != "sequence":
        raise DataError(f"This is a {experiment.model.title} run, which writes nothing: choose one of Sequence.")
    trainer = resume(experiment, data_of(experiment)).trainer
    assert isinstance(trainer, SequenceTrainer)
    task, network = trainer.task, trainer.learners[trainer.config.cells[-1]].network
    if isinstance(task, NextValue):
        if prefix:
            raise DataError("--prefix is for networks that read letters; this one goes on with its series.")
        steps = VALUES if length is None else length
        values = task.series.original(free_run(network, task.series.standard, steps))
        return [{"values": [float(f"{value:.6g}") for value in values]}]
    if not isinstance(task, NextLetter):
        raise DataError("This network says one thing about a whole sequence, and nothing that could go on.")
    unknown = task.text.unknown(prefix)
    if unknown:
        raise DataError(f"--prefix: the network has never read {', '.join(f'“{letter}”' for letter in unknown[:5])}.")
    if length is None:
        length = len(task.text.codes) - 1 if task.whole else LETTERS
    with np.errstate(over="ignore", invalid="ignore"):
        *_, written = samples(network, task.text, prefix, length, temperature, seed, count)
    if task.text.lines:
        return [{"text": sample.text, "known": sample.known} for sample in written]
    return [{"text": sample.text, "copied": [list(span) for span in sample.copied]} for sample in written]


def print_results(results: list[dict[str, Any]]) -> None:
    """Each text on lines of its own; numbers one below the other."""
    for result in results:
        print(_words(result))


def _words(result: Mapping[str, Any]) -> str:
    if "values" in result:
        return "\n".join(f"{value:g}" for value in result["values"])
    return str(result["text"])
