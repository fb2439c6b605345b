"""A sweep trains a model once for every combination of settings and every seed, and compares what came out.

One run says little: another seed, another number. So each combination is run with several seeds, and the table gives
the mean and the spread. The runs know nothing of each other; each is the very run that `playground run` does with the
same settings, to the last bit, and they are shared out over processes (threads would wait for one interpreter).

A warning that belongs to every sweep: who picks the best of many by its test accuracy has used the test set to choose,
and that figure is then too good (Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., 7.2).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from pydantic import ValidationError

from models.base import Model
from models.config import Config, Setting, explain, settings_of
from models.errors import ConfigError
from playground.engine.option_names import as_option, option

MOST_RUNS = 1_000
"""Runs in one sweep at the most: what is more was hardly meant."""

SEEDS = 3
"""Seeds for each combination when nothing is said; two are the least that have a spread."""

Settings = Mapping[str, Any]
"""Settings by name, as a Config holds them."""


@dataclass(frozen=True)
class Plan:
    """All runs of a sweep.

    Attributes:
        fixed: the settings that all runs share, without the seed.
        axes: the settings with more than one value, each with its values.
        seeds: what each combination is repeated with; empty when the model has no seed.
        asked: names of the settings that were given: they stay as they are, whatever the data (see `engine.suited`).
    """

    model: Model
    preset: str
    fixed: Settings
    axes: Mapping[str, tuple[Any, ...]]
    seeds: tuple[int, ...]
    asked: frozenset[str] = frozenset()

    @property
    def changed(self) -> Settings:
        """Those of the fixed settings that are not the preset's."""
        base = self.model.presets[self.preset].config
        return {name: value for name, value in self.fixed.items() if value != getattr(base, name)}

    @cached_property
    def combinations(self) -> list[Settings]:
        """One value of each axis, in every combination, sorted; a single empty one without axes."""
        return [dict(zip(self.axes, values, strict=True)) for values in product(*self.axes.values())]

    @cached_property
    def configs(self) -> list[Config]:
        """The settings of every run: combination after combination, each with all seeds.

        Raises ConfigError when a combination does not fit together.
        """
        seeds: list[Settings] = [{"seed": seed} for seed in self.seeds] or [{}]
        return [self._config(combination, seed) for combination in self.combinations for seed in seeds]

    def differences(self, config: Config) -> Settings:
        """Which combination a run belongs to."""
        return {name: getattr(config, name) for name in self.axes}

    def setting(self, name: str) -> Setting:
        """The declaration of a setting."""
        return next(setting for setting in settings_of(self.model.config) if setting.name == name)

    def words(self, settings: Settings) -> str:
        """Settings as they are written on a command line: "--hidden 50 20 --optimizer sgd"."""
        return " ".join(as_option(self.setting(name), value) for name, value in settings.items())

    def _config(self, combination: Settings, seed: Settings) -> Config:
        try:
            return self.model.config.model_validate({**self.fixed, **combination, **seed})
        except ValidationError as error:
            sentence = explain(error, self.model.config, option)
            if not error.errors()[0]["loc"]:  # not one setting, but several together
                sentence += self._blame({**self.changed, **combination})
            raise ConfigError(sentence) from None

    def _blame(self, settings: Settings) -> str:
        """Which of the settings given may not fit together, and how lists are meant to be given."""
        if not settings:
            return ""
        hint = " Leave out a value, or sweep the two apart."
        for name, value in settings.items():
            if isinstance(value, tuple) and len(value) > 1:
                again = " ".join(self.words({name: (item,)}) for item in value[:2])
                hint = f" A sweep takes a list again for each value: {again}."
        return f" That was {self.words(settings)}.{hint}"


def plan(model: Model, preset: str, values: Mapping[str, tuple[Any, ...]], seeds: int | None = None) -> Plan:
    """What a preset and the values given for its settings (see `options.read_values`) amount to.

    Args:
        model, preset: what the settings that are not given are taken from.
        values: one or more values for each setting given; several seeds are what the runs are repeated with.
        seeds: how many seeds, counted on from the one given or the preset's; SEEDS when nothing is said.

    Raises ConfigError for seeds given twice over, too many runs, or a combination that does not fit together.
    """
    base = model.presets[preset].config
    settings = {name: values.get(name, (getattr(base, name),)) for name in type(base).model_fields}
    given = settings.pop("seed", ())
    if len(given) > 1 and seeds is not None:
        raise ConfigError("--seeds counts on from one --seed: give several seeds, or how many, but not both.")
    if len(given) == 1:
        given = tuple(range(given[0], given[0] + (SEEDS if seeds is None else seeds)))
    axes = {name: several for name, several in settings.items() if len(several) > 1}
    fixed = {name: one for name, (one, *more) in settings.items() if not more}
    _check_size([len(several) for several in axes.values()], max(1, len(given)))
    made = Plan(model, preset, fixed, axes, given, frozenset(values))
    made.configs  # noqa: B018  (refused now rather than in the middle)
    return made


def _check_size(lengths: Sequence[int], seeds: int) -> None:
    runs = math.prod(lengths) * seeds
    if runs > MOST_RUNS:
        of = " × ".join(str(length) for length in lengths) or "1"
        raise ConfigError(
            f"That makes {runs:,} runs ({of} settings, {seeds} {plural('seed', seeds)} each), more than the "
            f"{MOST_RUNS:,} of a sweep: leave out values, or take fewer --seeds."
        )


def plural(word: str, count: int) -> str:
    """A word for one or several: "seed" or "seeds"."""
    return word if count == 1 else f"{word}s"
