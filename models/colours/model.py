"""Naming colours as the playground knows it: presets, metrics, and what a finished run has to say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from models.base import ConfigError, LayerShape, Model, Preset, Report, Rows, TableClassifier
from models.colours.by_hand import CONFIG
from models.colours.carried import ALL_DIGITS, carried
from models.colours.config import ColoursConfig
from models.colours.language import WORDS, dialogue
from models.colours.lines import LANGUAGES, lines
from models.colours.network import layers
from models.colours.predict import answer
from models.colours.trainer import ColoursSnapshot, ColoursTrainer
from models.data.colours.sets import ColourSet, tidy
from models.data.colours.survey import BASIC, SIX, basic_terms
from models.data.colours.tables import open_colours, read_colours
from models.nn.shapes import dense_shapes
from models.supervised.config import METRICS


def load(config: ColoursConfig) -> ColourSet:
    """The named colours that a config asks for."""
    if config.terms == "grue":
        return dialogue(config.seed)
    return basic_terms(BASIC if config.terms == "eleven" else SIX, config.test_share, config.seed)


def layers_of(config: ColoursConfig, data: ColourSet | None = None) -> tuple[LayerShape, ...]:
    """See `Model.layers_of`; there is one answer for each name."""
    return dense_shapes(layers(config, len(names_of(config) if data is None else data.names)), 3, "hidden")


def names_of(config: ColoursConfig) -> tuple[str, ...]:
    """The names that a config asks for."""
    return {"eleven": BASIC, "six": SIX, "grue": WORDS}[config.terms]


def report(trainer: ColoursTrainer) -> Report:
    """Name by name: how many colours it learnt from, and how many held-out ones it calls so."""
    data, seen = trainer.data, trainer.snapshot()
    metrics: dict[str, Any] = {"numbers": trainer.network.parameters.size, "names": list(data.names)}
    metrics |= {"training_colours": trainer.train_count, "test_colours": trainer.test_count}
    rows: list[tuple[str | float | None, ...]] = []
    learnt, truth = np.bincount(data.labels[data.train], minlength=len(data.names)), data.labels[data.test]
    for number, name in enumerate(data.names):
        mine = truth == number
        right = None
        if seen.test_predictions is not None and seen.test_step == seen.step:
            right = float(np.count_nonzero(seen.test_predictions[mine] == number))
        rows.append((name, float(learnt[number]), float(np.count_nonzero(mine)), right))
    return Report(("name", "learnt from", "held out", "right"), tuple(rows), metrics)


def read_rows(path: Path) -> Rows:
    """The colours of a table, and their labels as tidy words, for `classify`; raises DataError."""
    found = read_colours(path)
    words = None if found.words is None else tuple(tidy(word) if word else "" for word in found.words)
    return Rows(found.colours, words)


def names(snapshot: ColoursSnapshot) -> tuple[str, ...]:
    """The names that it can answer."""
    return snapshot.data.names


def carry(snapshot: ColoursSnapshot, language: str | None, digits: int | None) -> str:
    """The network as plain lines; see `models.colours.lines`. Raises ConfigError for what there is not."""
    chosen = language or "python"
    for known in LANGUAGES:
        if known == chosen:
            places = ALL_DIGITS if digits is None else digits
            if not 1 <= places <= ALL_DIGITS:
                raise ConfigError(f"Numbers can be rounded to 1 to {ALL_DIGITS} digits, not to {places}.")
            return lines(carried(snapshot.parameters, snapshot.config, snapshot.data.names, places), known)
    raise ConfigError(f"There are no lines in “{chosen}”. Choose one of: {', '.join(LANGUAGES)}.")


PRESETS = {
    "default": Preset(
        ColoursConfig(),
        "Three numbers, 16 neurons, eleven names. Where does blue end? Watch the borders while it learns.",
    ),
    "no-hidden": Preset(
        ColoursConfig(hidden=(), learning_rate=0.03, l2=3e-4),
        "Without hidden neurons every border is a straight cut through the cube: nearly as good, and 44 numbers.",
    ),
    "by-hand": Preset(
        CONFIG,
        "The same in 44 whole numbers of two digits: eleven lines and “the largest wins”. Look at “Carry it”.",
    ),
    "six-names": Preset(
        ColoursConfig(terms="six", hidden=(8,)),
        "Black, white, red, yellow, green and blue only: what becomes of purple, and of brown?",
    ),
    "lab": Preset(
        ColoursConfig(space="lab"),
        "Told by CIE Lab, which spaces colours as the eye does: do the same sixteen neurons do better?",
    ),
    "hsv": Preset(
        ColoursConfig(space="hsv"),
        "Told by hue, saturation and value: reds lie at both ends of the hue, and greys at every one. It costs.",
    ),
    "own": Preset(
        ColoursConfig(terms="grue", learning_rate=0.02, l2=1e-3, epochs=300),
        "Twenty answers in a made-up language with one word for green and blue. Then name colours yourself.",
    ),
}

MODEL = Model(
    name="colours",
    title="Colours",
    summary="A network so small that it fits on a page learns what people call colours.",
    config=ColoursConfig,
    trainer=ColoursTrainer,
    load=load,
    open_data=open_colours,
    presets=PRESETS,
    metrics=METRICS,
    layers_of=layers_of,
    report=report,
    table_classifier=TableClassifier(
        read=read_rows, predict=answer, class_names=names, kinds="tables of colours (.csv: r,g,b or hex)"
    ),
    lines=carry,
    length="epochs",
    task=frozenset({"terms", "test_share"}),
)
