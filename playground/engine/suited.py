"""Settings that fit each other and the data: asked in one place by the window, by `playground run` and by a sweep."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from models.base import Model
from models.config import Config

ConfigT = TypeVar("ConfigT", bound=Config)


def suited(model: Model, config: ConfigT, *, own: bool, asked: Collection[str] = ()) -> tuple[ConfigT, str]:
    """What a run is really built with, and why that is not what was asked for ("" where it is).

    Args:
        model, config: what is to be run.
        own: whether it is about data that the user brought.
        asked: names of settings that somebody asked for: they stay.

    Raises ConfigError where the settings can in no way fit the data.
    """
    return (config, "") if model.suited is None else model.suited(config, own, asked)
