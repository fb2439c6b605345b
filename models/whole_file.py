"""Writing a file whole or not at all, and saying in words why the system refused. Loads nothing that takes long.

A file is written under another name beside its place, and renamed when all of it is there. While it is written it is
locked: one that nobody locks was left behind by a process that was killed, and the next save clears it away.
"""

from __future__ import annotations

import os
import re
import secrets
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from models.errors import DataError, short

if sys.platform != "win32":
    import fcntl

PART = re.compile(r"\.[0-9a-f]{16}\.part")
"""What files are called while they are written."""


@contextmanager
def atomically(path: Path) -> Iterator[IO[bytes]]:
    """Open a file for writing that replaces `path` only when everything has been written.

    The new file has the permissions of the old one and, where the system allows it, its owner. Raises DataError (cause
    and remedy) when it cannot be written; the old file is then untouched.
    """
    try:
        target = Path(os.path.realpath(path))  # a link stays a link
        if target.exists() and not target.is_file():
            raise DataError(f"{path} is a folder or a device, not a file: choose another name.")
    except (OSError, ValueError) as error:
        raise DataError(f"{path} is not a name for a file ({reason(error)}): choose another name.") from error
    _clear(target.parent)
    temporary = target
    try:
        temporary, file = _part(target.parent)  # fits where the target's own name just fits
        with file:
            _take_after(file, target)
            yield file
            file.flush()
            os.fsync(file.fileno())
            if sys.platform != "win32":
                temporary.replace(target)  # while it is locked, so that nobody takes it for left behind
        if sys.platform == "win32":
            temporary.replace(target)
    except OSError as error:
        raise DataError(
            f"{path} could not be written: {reason(error)}. Nothing was changed; choose another folder or make room."
        ) from error
    finally:
        if temporary != target:
            with suppress(OSError):  # gone after the rename; where it cannot be removed, the first error says more
                temporary.unlink()


def _part(folder: Path) -> tuple[Path, IO[bytes]]:
    """A new file to write to, locked for as long as it is open."""
    while True:
        path = folder / f".{secrets.token_hex(8)}.part"
        file = path.open("xb")
        if sys.platform == "win32":
            return path, file
        with suppress(OSError):  # a file system without locks: nothing is cleared away there either
            fcntl.flock(file, fcntl.LOCK_EX)
        if os.fstat(file.fileno()).st_nlink:
            return path, file
        file.close()  # somebody cleared it away between the two lines above


def _clear(folder: Path) -> None:
    """Remove what saves that were killed left in a folder; what is being written is locked, and stays."""
    if sys.platform == "win32":
        return
    with suppress(OSError):  # not ours to list: then there is nothing to be written either
        for path in folder.iterdir():
            if PART.fullmatch(path.name) and stat.S_ISREG(path.lstat().st_mode):
                with suppress(OSError), path.open("rb") as left:  # in use, or not ours to remove
                    fcntl.flock(left, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    path.unlink()


def _take_after(file: IO[bytes], target: Path) -> None:
    """Give a new file the permissions and, where that is allowed, the owner of the file that it replaces."""
    if sys.platform == "win32" or not target.exists():
        return
    old = target.stat()
    with suppress(OSError):
        os.fchown(file.fileno(), -1, old.st_gid)
    with suppress(OSError):  # only the administrator may give files away
        os.fchown(file.fileno(), old.st_uid, -1)
    with suppress(OSError):  # a file system without permissions
        os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))


def reason(error: Exception) -> str:
    """Why the system refused, in its own words."""
    return short(getattr(error, "strerror", None) or str(error), 100)
