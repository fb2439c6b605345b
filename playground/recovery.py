"""Autosaved runs survive a crash: each running window keeps its own folder, locked while the process lives, and the
next start finds the folders whose owner is gone.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QLockFile, QStandardPaths

LOCK = "lock"


def data_folder() -> Path:
    """The user's data folder for the playground (not created yet)."""
    return Path(QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericDataLocation)) / "playground"


@dataclass(frozen=True)
class Leftover:
    """A run that a window left behind without closing.

    Attributes:
        path: the experiment file.
        model: the model's name, as the file's name says.
        modified: when it was written, in seconds since 1970.
    """

    path: Path
    model: str
    modified: float


class Autosaves:
    """This process's folder of autosaved runs, and those that others left behind.

    Used from the window's thread; the worker only writes to the paths that it is given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._root = (folder or data_folder()) / "autosave"
        self._own: Path | None = None
        self._lock: QLockFile | None = None

    def path(self, model: str) -> Path:
        """Where a model's run is autosaved; makes and locks this process's folder at the first call.

        Raises OSError when the folder cannot be made.
        """
        if self._own is None:
            own = self._root / f"{os.getpid()}"
            number = 0
            while not self._take(own):  # a leftover of an earlier process with the same number
                number += 1
                own = self._root / f"{os.getpid()}-{number}"
            self._own = own
        return self._own / f"{model}.npz"

    def leftovers(self) -> list[Leftover]:
        """Runs whose process is gone, newest first."""
        found = []
        for folder in self._folders():
            lock = QLockFile(str(folder / LOCK))
            lock.setStaleLockTime(0)  # stale only when its process no longer exists
            if folder == self._own or not lock.tryLock(0):
                continue
            lock.unlock()
            files = [file for file in folder.glob("*.npz") if file.is_file()]
            found += [Leftover(file, file.stem, file.stat().st_mtime) for file in files]
        return sorted(found, key=lambda leftover: -leftover.modified)

    def discard(self, leftover: Leftover) -> None:
        """Forget a run that was left behind, and its folder when nothing else is in it."""
        leftover.path.unlink(missing_ok=True)
        if not any(leftover.path.parent.glob("*.npz")):
            shutil.rmtree(leftover.path.parent, ignore_errors=True)

    def close(self) -> None:
        """A clean end: nothing of this process needs to be recovered."""
        if self._own is None or self._lock is None:
            return
        self._lock.unlock()
        shutil.rmtree(self._own, ignore_errors=True)
        self._own = self._lock = None

    def _take(self, folder: Path) -> bool:
        if any(folder.glob("*.npz")):
            return False
        folder.mkdir(parents=True, exist_ok=True)
        lock = QLockFile(str(folder / LOCK))
        lock.setStaleLockTime(0)
        if not lock.tryLock(0):
            return False
        self._lock = lock
        return True

    def _folders(self) -> list[Path]:
        return [folder for folder in self._root.iterdir() if folder.is_dir()] if self._root.is_dir() else []
