"""A saved network is taught somebody's drawings, and what that brought is measured on drawings it was not taught."""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError, Model
from models.data.pictures.mnist import ImageData
from models.supervised.pictures import PictureTrainer
from models.supervised.teach import (
    Labelled,
    Report,
    Teach,
    check_labels,
    check_not_held_out,
    lesson_on,
    teaching,
    without_copies,
)
from models.supervised.trainer import SupervisedSnapshot
from playground.engine.drawings import prepared, read_examples
from playground.engine.experiment import CHECKPOINT_BYTES, Experiment, data_of, resume

NO_PICTURES = "{} reads no pictures, so it cannot be taught drawings: use digits or cnn."


def measured(
    model: Model, data: Any, snapshot: SupervisedSnapshot, lesson: Teach, others: Labelled | None = None
) -> Generator[Report, None, None]:
    """Reports of a lesson given to a copy of the network, each with more in it than the one before.

    Args:
        model, data, snapshot: the network as it is; it stays so.
        lesson: what it is taught.
        others: drawings of the same hand that are only looked at; see `models.supervised.teach.teaching`.

    Raises DataError for a model that reads no pictures; also as `teaching`.
    """
    student = model.trainer(snapshot.config, data)
    if not isinstance(student, PictureTrainer):
        raise DataError(NO_PICTURES.format(model.title))
    student.network.parameters[...] = snapshot.parameters
    for name, array in student.network.buffers().items():
        array[...] = snapshot.buffers[name]
    student.step_count = snapshot.step
    yield from teaching(student, lesson, others)


def teach(
    experiment: Experiment, mine: Path, others: Path | None = None, note: Callable[[str], object] = lambda _: None
) -> tuple[Experiment, Report]:
    """Teach an experiment's network the drawings in a file; returns the run with the lesson in it, and what it brought.

    Args:
        experiment: a trained run of a network that reads pictures.
        mine: drawings with labels.
        others: drawings with labels, of the same hand, that are only looked at; without them each half of `mine` is
            judged by a network taught the other half.
        note: told in a sentence when some of `others` are not looked at, since they are taught.

    Raises DataError when a file cannot be read, drawings and network do not fit, or there is nothing to teach;
    ConfigError when the network is untrained; TrainingError when the numbers explode.
    """
    model, classifier = experiment.model, experiment.model.classifier
    data = data_of(experiment)
    run = resume(experiment, data)
    snapshot = run.snapshot()
    if classifier is None or not isinstance(snapshot, SupervisedSnapshot) or not isinstance(data, ImageData):
        raise DataError(NO_PICTURES.format(model.title))

    def read(path: Path) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        examples = read_examples(path)
        side = data.train_images.shape[1]
        try:
            names = classifier.class_names(snapshot)
            found = prepared(examples, names, side, partial(classifier.prepare_drawing, snapshot.config))
            check_labels(*found, names)
            return found
        except DataError as error:
            raise DataError(f"{path}: {error}") from error

    lesson = lesson_on(*read(mine))
    try:
        check_not_held_out(lesson.images, data)
    except DataError as error:
        raise DataError(f"{mine}: {error}") from error
    judged = None
    if others is not None:
        found = read(others)
        if not len(found[1]):
            raise DataError(f"{others} holds no drawing to judge the network by.")
        try:
            images, labels = np.concatenate([lesson.images, found[0]]), np.concatenate([lesson.labels, found[1]])
            check_labels(images, labels, classifier.class_names(snapshot))
        except DataError as error:
            raise DataError(f"{mine} and {others}: {error}") from error
        found = without_copies(*found)
        judged = _not_taught(lesson, *found)
        taught, left = len(found[1]) - len(judged[1]), len(judged[1])
        if not left:
            raise DataError(
                f"All drawings in {others} are in {mine}, too, so nothing is left to judge the network by: "
                "name other drawings, or leave --evaluate out."
            )
        if taught:
            note(
                f"The drawings in {others} that are in {mine}, too, are taught and so left out: the network is judged "
                f"by {left} of {left + taught}."
            )
    *_, report = measured(model, data, snapshot, lesson, judged)
    run.edit(lesson)
    while run.work(1.0):  # held-out data are looked at once more
        pass
    return Experiment(model, run.recording(CHECKPOINT_BYTES), experiment.origin, experiment.drawings), report


def _not_taught(lesson: Teach, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> Labelled:
    """Those of the pictures that are not in the lesson."""
    taught = {image.tobytes() for image in lesson.images}
    new = np.array([image.tobytes() not in taught for image in images], bool)
    return images[new], labels[new]


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON values; an accuracy that there was nothing to measure on is None."""
    return {
        "accuracy_before": report.accuracy_before,
        "accuracy_after": report.accuracy_after,
        "test_accuracy_before": report.test_accuracy_before,
        "test_accuracy_after": report.test_accuracy_after,
        "seconds": report.seconds,
    }


def print_table(report: Report) -> None:
    """Print the report as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table()
    for heading in ("right", "before", "after"):
        table.add_column(heading, justify="left" if heading == "right" else "right")
    for words, before, after in (
        ("drawings not taught", report.accuracy_before, report.accuracy_after),
        ("test set", report.test_accuracy_before, report.test_accuracy_after),
    ):
        shares = ("–" if share is None else f"{100 * share:.2f} %" for share in (before, after))
        table.add_row(words, *shares)
    console = Console()
    console.print(table)
    console.print(f"taught in {report.seconds:.2f} s")
