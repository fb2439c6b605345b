"""A saved experiment answers drawings and pictures: what it sees, how sure it is, and whether it was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError, Model
from models.data.photos import read_photo
from models.data.strokes import Drawing, read_drawings
from models.data.verdict import verdict
from playground.experiment import Experiment, data_of
from playground.run import Run

BATCH = 512
"""Inputs prepared and answered at a time, so that memory stays small however many there are."""


@dataclass(frozen=True)
class Answer:
    """What a model says to one drawing or picture.

    Attributes:
        source: the file.
        index: its place in that file, from 0.
        label: what it is, where the file says so.
        prediction: the most probable class; None when there was nothing to see.
        probabilities: by class name; together 1.
        verdict: "ok", "unsure" or "empty".
    """

    source: str
    index: int
    label: str | None
    prediction: str | None
    probabilities: dict[str, float]
    verdict: str

    @property
    def probability(self) -> float:
        """Probability of the prediction; 0 when there is none."""
        return self.probabilities[self.prediction] if self.prediction is not None else 0.0


def classify(experiment: Experiment, paths: Sequence[Path]) -> list[Answer]:
    """The answers of an experiment's model to all drawings and pictures in the files, in their order.

    Raises DataError when a file cannot be read, or the model does not classify.
    """
    model, recording = experiment.model, experiment.recording
    if recording.step == 0:
        raise DataError("This experiment is untrained, so its answers would be chance: train it first.")
    inputs = [(path, index, item) for path in paths for index, item in enumerate(_read(path))]
    trainer = model.trainer(recording.changes[0].config, data_of(experiment))
    snapshot = Run.resume(trainer, recording).snapshot()
    answers: list[Answer] = []
    for start in range(0, len(inputs), BATCH):
        answers += _answer(model, snapshot, inputs[start : start + BATCH])
    return answers


def as_json(answers: Sequence[Answer]) -> dict[str, Any]:
    """The results as JSON values; `accuracy` is None where no input has a label."""
    rows = [
        {
            "source": answer.source,
            "index": answer.index,
            "label": answer.label,
            "prediction": answer.prediction,
            "probability": answer.probability,
            "probabilities": answer.probabilities,
            "verdict": answer.verdict,
        }
        for answer in answers
    ]
    return {"results": rows, "accuracy": accuracy(answers)}


def accuracy(answers: Sequence[Answer]) -> float | None:
    """Share of the labelled inputs that were answered rightly; an empty one counts as wrong. None without labels."""
    labelled = [answer for answer in answers if answer.label is not None]
    return sum(answer.prediction == answer.label for answer in labelled) / len(labelled) if labelled else None


def print_table(answers: Sequence[Answer], most: int = 50) -> None:
    """Print the answers as a table; of very many only the first, and the accuracy of all."""
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for heading in ("source", "#", "label", "prediction", "probability", "verdict"):
        table.add_column(heading, justify="right" if heading in ("#", "probability") else "left")
    for answer in answers[:most]:
        prediction = answer.prediction or "–"
        values = (answer.label or "", prediction, f"{100 * answer.probability:.1f} %", answer.verdict)
        table.add_row(Path(answer.source).name, str(answer.index), *values)
    console = Console()
    console.print(table)
    if len(answers) > most:
        console.print(f"… and {len(answers) - most} more")
    share = accuracy(answers)
    if share is not None:
        console.print(f"right: {100 * share:.2f} % of those with a label")


def _read(path: Path) -> Sequence[Drawing | NDArray[np.uint8]]:
    """The drawings in a JSON file, or the one picture in an image file; raises DataError."""
    if path.name.endswith((".json", ".json.gz")):
        return read_drawings(path)
    return [read_photo(path)]


def _answer(model: Model, snapshot: Any, inputs: Sequence[tuple[Path, int, Any]]) -> list[Answer]:
    classifier = model.classifier
    if classifier is None:
        raise DataError(f"{model.title} does not classify anything.")
    names = classifier.class_names(snapshot)
    prepared = [
        classifier.prepare_drawing(snapshot.config, item)
        if isinstance(item, Drawing)
        else classifier.prepare_picture(snapshot.config, item)
        for _, _, item in inputs
    ]
    probabilities = classifier.predict(snapshot, np.stack([each.image for each in prepared]))
    answers = []
    for (path, index, item), each, row in zip(inputs, prepared, probabilities, strict=True):
        label = getattr(item, "label", None)
        answers.append(
            Answer(
                source=str(path),
                index=index,
                label=None if label is None else str(label),
                prediction=None if each.empty else names[int(np.argmax(row))],
                probabilities={name: float(value) for name, value in zip(names, row, strict=True)},
                verdict=verdict(row, each.empty),
            )
        )
    return answers
