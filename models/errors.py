"""What can go wrong, said so that the user can do something about it; loads nothing, so that it can be said early."""

from __future__ import annotations

LONGEST = 300
"""Characters of a message: what is longer is not read."""


def short(text: str, most: int = LONGEST, keep: str = "") -> str:
    """A text that may come from somebody's file, fit for a message: every sign in it can be printed, and it is short.

    Of a long one the middle goes: a sentence begins with the cause and ends with the remedy, and the long part between
    is a name or a value from the file. `keep` are signs that stay though they cannot be printed.
    """
    if len(text) > 4 * most:  # enough to choose from, however long it is
        text = f"{text[: 2 * most]}{text[-2 * most :]}"
    if not text.isprintable():  # a null character, half a character of two, a code that a terminal obeys
        text = "".join(each if each.isprintable() or each in keep else ascii(each)[1:-1] for each in text)
    if len(text) <= most:
        return text
    end = (most - 1) // 2
    return f"{text[: most - 1 - end]}…{text[len(text) - end :]}"


class PlaygroundError(Exception):
    """Something the user can do something about: the message names the cause and the remedy in plain words.

    Args:
        message: a sentence or two; what is longer than LONGEST loses its middle.
    """

    def __init__(self, message: str = "") -> None:
        super().__init__(short(message, keep="\n"))


class TrainingError(PlaygroundError):
    """The mathematics failed (not a number, overflow, a collapsed component); raised before bad numbers are kept."""


class DataError(PlaygroundError):
    """A file, a drawing or a data set that cannot be used; the message says why and what would be accepted."""


class ConfigError(PlaygroundError):
    """Settings that do not fit together or cannot change now."""


def unreadable(name: object, error: Exception) -> DataError:
    """What to say of a file that the system does not let us read."""
    why = getattr(error, "strerror", None) or error
    return DataError(f"{name} cannot be read: {why}. Check its name and place, and that you may open it.")
