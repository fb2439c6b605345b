"""One thing has one name, wherever people read it: in labels, tooltips, presets and metrics of all models."""

from __future__ import annotations

import re

import pytest

from models.base import Model
from models.config import settings_of
from models.registry import MODELS, get_model
from ui.form.rows import title

NEVER = {
    r"\btest accuracy\b": "held-out accuracy",
    r"\btest loss\b": "held-out loss",
    r"\bbells?\b(?! curve)": "component",
    r"\bOptimizer\b|\boptimizer\b": "optimiser, as in regularisation",
    r"\b[Mm]ost (updates|iterations)\b(?= \()?$": "max updates, max iterations",
    r"\bK-means\b": "k-means",
    r"unsure: anything": "no idea",
    r"loss of probability": "drop in probability",
    r"true against answered": "true against predicted",
}
"""What is not said, and what is said instead."""


def words_of(model: Model):
    """All that people read of a model before any window draws it."""
    yield from (title(setting) for setting in settings_of(model.config))
    for setting in settings_of(model.config):
        if setting.name != "optimizer":  # its description may speak of the class
            yield setting.description
        yield from setting.value_help.values()
    yield from (preset.description for preset in model.presets.values())
    yield from (text for spec in model.metrics for text in (spec.label, spec.plot))
    yield model.summary


@pytest.mark.parametrize("name", list(MODELS))
def test_no_word_is_used_for_what_has_another(name):
    for text in words_of(get_model(name)):
        for pattern, instead in NEVER.items():
            assert not re.search(pattern, text), f"{text!r}: say {instead}"


@pytest.mark.parametrize("name", list(MODELS))
def test_a_metric_of_one_kind_has_one_label(name):
    labels = {
        spec.label for spec in get_model(name).metrics if spec.held_out and spec.unit == "%" and spec.better == "higher"
    }
    assert labels <= {"held-out accuracy"} or name == "bits"


def test_how_much_is_allowed_is_called_alike():
    called = {
        setting.label
        for name in ("hopfield", "mixture")
        for setting in settings_of(get_model(name).config)
        if setting.name in ("n_iter", "max_iterations")
    }
    assert called == {"max updates", "max iterations"}
