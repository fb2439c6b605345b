"""Writing a file whole or not at all, and saying in words why the system refused. Loads nothing that takes long."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from models.errors import DataError


@contextmanager
def atomically(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that replaces `path` only when everything has been written.

    Raises DataError (cause and remedy) when it cannot be written; the old file is then untouched.
    """
    try:
        target = Path(os.path.realpath(path))  # a link stays a link
        if target.exists() and not target.is_file():
            raise DataError(f"{path} is a folder or a device, not a file: choose another name.")
        temporary = target.with_name(f".{secrets.token_hex(8)}.part")  # fits where the target's own name just fits
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not a name for a file ({reason(error)}): choose another name.") from error
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except OSError as error:
        raise DataError(
            f"{path} could not be written: {reason(error)}. Nothing was changed; choose another folder or make room."
        ) from error
    finally:
        with suppress(OSError):  # gone after the rename; where it cannot be removed, the first error says more
            temporary.unlink()


def reason(error: Exception) -> str:
    """Why the system refused, in its own words."""
    return short(getattr(error, "strerror", None) or str(error), 100)


def short(text: str, most: int = 300) -> str:
    """A text from a file that may be hostile, fit for a message."""
    text = text if text.isprintable() else ascii(text)
    return text if len(text) <= most else text[: most - 1] + "…"
