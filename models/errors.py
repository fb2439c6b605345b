"""What can go wrong, said so that the user can do something about it; loads nothing, so that it can be said early."""

from __future__ import annotations


class PlaygroundError(Exception):
    """Something the user can do something about: the message names the cause and the remedy in plain words."""


class TrainingError(PlaygroundError):
    """The mathematics failed (not a number, overflow, a collapsed component); raised before bad numbers are kept."""


class DataError(PlaygroundError):
    """A file, a drawing or a data set that cannot be used; the message says why and what would be accepted."""


class ConfigError(PlaygroundError):
    """Settings that do not fit together or cannot change now."""


def unreadable(name: object, error: OSError) -> DataError:
    """What to say of a file that the system does not let us read."""
    why = error.strerror or error
    return DataError(f"{name} cannot be read: {why}. Check its name and place, and that you may open it.")
