"""A saved experiment answers drawings and pictures: what it sees, how sure it is, and whether it was right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from models.base import Classifier, DataError, TableClassifier
from models.data.drawing.photos import read_photo
from models.data.drawing.verdict import verdict
from models.data.pictures.mnist import ImageData
from models.supervised.familiarity import Familiarity, familiarity
from playground.engine.drawings import Example, check_size, read_examples
from playground.engine.experiment import Experiment, data_of, resume

if TYPE_CHECKING:
    from rich.table import Table

SHORTEST_NAME = 12
"""Characters of a file's name that are shown in the narrowest terminal."""

BATCH = 512
"""Inputs prepared and answered at a time, so that memory stays small however many there are."""


@dataclass(frozen=True)
class Classified:
    """What a model says to one drawing or picture.

    Attributes:
        source: the file.
        index: its place in that file, from 0.
        label: what it is, where the file says so.
        prediction: the most probable class; None when there was nothing to see.
        probabilities: by class name; together 1.
        verdict: the first that holds of "empty", "several", "unlike", "unsure", else "ok".
    """

    source: str
    index: int
    label: int | str | None
    prediction: str | None
    probabilities: dict[str, float]
    verdict: str

    @property
    def probability(self) -> float:
        """Probability of the prediction; 0 when there is none."""
        return self.probabilities[self.prediction] if self.prediction is not None else 0.0

    @property
    def known(self) -> bool:
        """Whether it has a label that the model could have answered."""
        return self.label is not None and str(self.label).strip() in self.probabilities

    @property
    def right(self) -> bool:
        """Whether the prediction is the label (never so without a label)."""
        return self.prediction is not None and self.prediction == str(self.label).strip()


def classify(experiment: Experiment, paths: Sequence[Path]) -> list[Classified]:
    """The answers of an experiment's model to all drawings and pictures in the files, in their order.

    Raises DataError when a file cannot be read, the files hold nothing, the run is untrained, or its model does not
    classify.
    """
    model = experiment.model
    if model.classifier is None and model.table_classifier is None:
        raise DataError(f"{model.title} does not classify anything: open a run of a model that does, such as digits.")
    if experiment.recording.step == 0:
        raise DataError("This experiment is untrained, so its answers would be chance: train it first.")
    data = data_of(experiment)
    snapshot = resume(experiment, data).snapshot()
    if model.table_classifier is not None:
        return [each for path in paths for each in _rows(model.table_classifier, snapshot, path)]
    assert model.classifier is not None
    learnt = None
    if isinstance(data, ImageData):
        learnt = familiarity(model.classifier.predict, snapshot, data.train_images)
    answers: list[Classified] = []
    inputs = ((path, index, item) for path in paths for index, item in enumerate(_read(path)))
    while batch := [_seen(model.classifier, snapshot, *each) for each in islice(inputs, BATCH)]:
        answers += _answer(model.classifier, snapshot, learnt, batch)
    if not answers:
        raise DataError(_without_drawings(paths))
    return answers


def remarks(answers: Sequence[Classified], paths: Sequence[Path]) -> list[str]:
    """What somebody who looks at the answers should know besides, a sentence each."""
    found = []
    answered = {answer.source for answer in answers}
    if without := [path for path in paths if str(path) not in answered]:
        found.append(_without_drawings(without))
    if empty := [_place(answer) for answer in answers if answer.verdict == "empty"]:
        found.append(
            f"Nothing is drawn in {_some(empty)}: draw something there, or use a picture with ink that stands out "
            "clearly from its paper."
        )
    if crowded := [_place(answer) for answer in answers if answer.verdict == "several"]:
        found.append(f"There are several digits in {_some(crowded)}: give one digit at a time.")
    if unlike := [_place(answer) for answer in answers if answer.verdict == "unlike"]:
        found.append(f"Unlike anything the network has learnt from: {_some(unlike)}. Its answer there is a guess.")
    if foreign := [answer for answer in answers if answer.label is not None and not answer.known]:
        labels = _some([f"“{_printable(label)}”" for label in dict.fromkeys(str(each.label) for each in foreign)])
        several = len(foreign) > 1
        count = f"{len(foreign)} inputs are" if several else "One input is"
        found.append(
            f"{count} labelled {labels}, but this network only knows {', '.join(answers[0].probabilities)}: "
            f"{'they say' if several else 'it says'} nothing about how often it is right."
        )
    return found


def _without_drawings(paths: Sequence[Path]) -> str:
    names = _some([f"“{_printable(path.name)}”" for path in dict.fromkeys(paths)])
    return f"There is no drawing in {names}: draw something and save it with File → Save drawing."


def _place(answer: Classified) -> str:
    """Where an input is to be found, in words."""
    name = f"“{_printable(Path(answer.source).name)}”"
    return f"drawing {answer.index + 1} of {name}" if _holds_drawings(Path(answer.source)) else name


def _some(words: Sequence[str], most: int = 5) -> str:
    """The words in a row; of very many the first."""
    return ", ".join(words[:most]) + (f" and {len(words) - most} more" if len(words) > most else "")


def _holds_drawings(path: Path) -> bool:
    return path.name.endswith((".json", ".json.gz"))


def as_json(answers: Sequence[Classified]) -> dict[str, Any]:
    """The results as JSON values; `accuracy` is None where no input has a label that the model knows."""
    rows = [
        {
            "source": answer.source,
            "index": answer.index,
            "label": answer.label,
            "prediction": _as_number(answer.prediction),
            "probability": answer.probability,
            "probabilities": answer.probabilities,
            "verdict": answer.verdict,
        }
        for answer in answers
    ]
    return {"results": rows, "accuracy": accuracy(answers)}


def accuracy(answers: Sequence[Classified]) -> float | None:
    """Share of the inputs with a label that the model knows which were answered rightly; None when there is no such.

    An empty one counts as wrong.
    """
    labelled = [answer for answer in answers if answer.known]
    return sum(answer.right for answer in labelled) / len(labelled) if labelled else None


def print_table(answers: Sequence[Classified], most: int = 50) -> None:
    """Print the answers as a table; of very many only the first, and the accuracy of all.

    Where there is no room for the files' names on a terminal, their ends are shown; elsewhere they are whole.
    """
    from rich.cells import cell_len
    from rich.console import Console
    from rich.measure import Measurement

    console = Console(markup=False, emoji=False, highlight=False)  # [b] in a name is not bold
    names = [_printable(Path(answer.source).name) for answer in answers[:most]]
    table = _table(names, answers)
    width = Measurement.get(console, console.options.update(width=10_000), table).maximum
    if not console.is_terminal:
        console.width = max(console.width, width)
    elif width > console.width:
        room = max(map(cell_len, names)) - (width - console.width)
        table = _table([_ending(name, max(room, SHORTEST_NAME)) for name in names], answers)
    console.print(table)
    if len(answers) > most:
        console.print(f"… and {len(answers) - most} more")
    share = accuracy(answers)
    if share is not None:
        console.print(f"right: {100 * share:.2f} % of those with a label")


def _table(names: Sequence[str], answers: Sequence[Classified]) -> Table:
    """A row for each name."""
    from rich.table import Table

    table = Table()
    for heading in ("source", "#", "label", "prediction", "probability", "verdict"):
        table.add_column(heading, justify="right" if heading in ("#", "probability") else "left")
    for name, answer in zip(names, answers, strict=False):
        label = "" if answer.label is None else _printable(str(answer.label))
        values = (label, answer.prediction or "–", f"{100 * answer.probability:.1f} %", answer.verdict)
        table.add_row(name, str(answer.index), *values)
    return table


def _ending(name: str, room: int) -> str:
    """The name as it is, or its end: in a row of files from one camera the end tells one from another."""
    from rich.cells import cell_len

    if cell_len(name) <= room:
        return name
    while cell_len(name) >= room:
        name = name[1:]
    return f"…{name}"


def _printable(text: str) -> str:
    """A text from a file, without codes that would do something to the terminal."""
    return text if text.isprintable() else ascii(text)


def _as_number(name: str | None) -> int | str | None:
    """The digit 8 is a number in JSON, as its label is; other classes are texts."""
    return int(name) if name is not None and name.isascii() and name.isdecimal() else name


def _read(path: Path) -> Sequence[Example | NDArray[np.uint8]]:
    """The drawings in a JSON file, or the one picture in an image file; raises DataError."""
    if _holds_drawings(path):
        return read_examples(path)
    return [read_photo(path)]


@dataclass(frozen=True)
class _Seen:
    """An input as the model sees it: the picture itself is not kept."""

    source: str
    index: int
    label: int | str | None
    image: NDArray[np.uint8]
    empty: bool
    several: bool = False


def _seen(classifier: Classifier, snapshot: Any, path: Path, index: int, item: Example | NDArray[np.uint8]) -> _Seen:
    if isinstance(item, Example):
        prepared = classifier.prepare_drawing(snapshot.config, item.drawing)
        label = item.drawing.label if item.label else None  # as it stands in the file: 7 is not “7”
        if item.picture is None:
            return _Seen(str(path), index, label, prepared.image, prepared.empty, prepared.several)
        # It is already as a network is given it; even a drawing without strokes comes out as large as this one reads.
        check_size(item.picture, len(prepared.image), f"Drawing {index + 1} of “{path.name}”", "leave it out")
        return _Seen(str(path), index, label, item.picture, not item.picture.any())
    prepared = classifier.prepare_picture(snapshot.config, item)
    return _Seen(str(path), index, None, prepared.image, prepared.empty, prepared.several)


def _rows(classifier: TableClassifier, snapshot: Any, path: Path) -> list[Classified]:
    """The answers to the rows of a table."""
    found, names = classifier.read(path), classifier.class_names(snapshot)
    labels = found.labels if found.labels is not None else (None,) * len(found.inputs)
    probabilities = np.concatenate(
        [
            classifier.predict(snapshot, found.inputs[start : start + BATCH]).probabilities
            for start in range(0, len(found.inputs), BATCH)
        ]
    )
    return [
        Classified(
            source=str(path),
            index=index,
            label=label or None,
            prediction=names[int(np.argmax(row))],
            probabilities={name: float(value) for name, value in zip(names, row, strict=True)},
            verdict=verdict(row, empty=False),
        )
        for index, (label, row) in enumerate(zip(labels, probabilities, strict=True))
    ]


def _answer(
    classifier: Classifier, snapshot: Any, learnt: Familiarity | None, batch: Sequence[_Seen]
) -> list[Classified]:
    names = classifier.class_names(snapshot)
    images = np.stack([seen.image for seen in batch])
    found = classifier.predict(snapshot, images, activations=learnt is not None)
    judged = learnt.judge(images, found) if learnt is not None else None
    return [
        Classified(
            source=seen.source,
            index=seen.index,
            label=seen.label,
            prediction=None if seen.empty else names[int(np.argmax(row))],
            probabilities={name: float(value) for name, value in zip(names, row, strict=True)},
            verdict=verdict(
                row, seen.empty, several=seen.several, unlike=judged is not None and bool(judged.unlike[place])
            ),
        )
        for place, (seen, row) in enumerate(zip(batch, found.probabilities, strict=True))
    ]
