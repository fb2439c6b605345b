"""A locked file tells the other windows that somebody is at work, or alive: one process at a time can hold it.

The lock belongs to the open file, not to a process number: the system lets go of it however the process ends, and a
new process that happens to get the old one's number is not taken for it. Closing the file unlocks it; the file stays.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

NAP = 0.005
"""Seconds between two attempts."""


def lock(path: Path, wait: float = 0.0) -> IO[bytes]:
    """The file, made if there is none, open and locked for as long as it stays open.

    Args:
        path: the lock file, in a folder that exists.
        wait: seconds to wait for another one to unlock it.

    Raises OSError when it cannot be made, or is still locked.
    """
    return _locked(path.open("ab"), wait)


def in_use(path: Path) -> bool:
    """Whether somebody holds the lock, or we may not even look; looking makes no lock file where there is none."""
    try:
        _locked(path.open("r+b")).close()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return False


def _locked(file: IO[bytes], wait: float = 0.0) -> IO[bytes]:
    end = time.monotonic() + wait
    while True:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= end:
                file.close()
                raise
            time.sleep(NAP)
        else:
            return file
