"""The models by name. A new model is one line here and one in the tab registry.

Modules are named, not imported: opening the window or printing a help text should not load eight models.
"""

from __future__ import annotations

from importlib import import_module

from models.base import ConfigError, Model

MODELS: dict[str, str] = {
    "digits": "models.digits",
    "boundary": "models.boundary.model",
    "bits": "models.bits.model",
    "cnn": "models.cnn.model",
    "hopfield": "models.hopfield.model",
    "mixture": "models.mixture.model",
    "colours": "models.colours.model",
    "sequence": "models.sequence.model",
}
"""Name → module that defines `MODEL`."""


def get_model(name: str) -> Model:
    """The model of that name; raises ConfigError naming the ones there are."""
    if name not in MODELS:
        raise ConfigError(f"There is no model called “{name}”. Choose one of: {', '.join(MODELS)}.")
    model = import_module(MODELS[name]).MODEL
    assert isinstance(model, Model)
    return model
