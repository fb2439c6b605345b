"""A saved experiment in another form: for people and programs that do without the playground."""

from __future__ import annotations

from models.base import DataError
from playground.engine.experiment import Experiment, data_of, resume

FORMS = ("lines",)
ABOUT = ("lines: the arithmetic of a model that is small enough, as a few plain lines",)


def as_lines(experiment: Experiment, language: str | None, digits: int | None) -> str:
    """The model's arithmetic as plain lines.

    Raises DataError where it is not trained or has no such lines, ConfigError for a language that there is not.
    """
    model = experiment.model
    if model.lines is None:
        raise DataError(f"{model.title} is too large to be written as lines: open a run of colours.")
    if experiment.recording.step == 0:
        raise DataError("This experiment is untrained, so its lines would answer by chance: train it first.")
    return model.lines(resume(experiment, data_of(experiment)).snapshot(), language, digits)
