"""Autosaved runs survive a crash: each running window keeps its own folder, locked while the process lives, and the
next start finds the folders whose owner is gone.

Several windows may start, look and close at the same moment. So a folder that nobody has locked and that holds no run
means nothing yet: it is being made, or being removed, or it was left long ago.
"""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from PySide6.QtCore import QStandardPaths

from playground.live.file_lock import in_use, lock

LOCK = "lock"
CLOSED = "closed"
"""A file in a folder that was left on purpose: its window was closed while these runs were training."""

LONGEST_LOOK = 2.0
"""Seconds for which a window that looks for leftovers may, at the very worst, hold the lock of a folder just made."""

SETTLED = 60.0
"""Seconds after which a folder without a lock and without runs was given up; before, it may just be being made."""


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
        closed: whether the window was closed in mid-training, rather than ended by a crash.
    """

    path: Path
    model: str
    modified: float
    closed: bool = False


class Autosaves:
    """This process's folder of autosaved runs, and those that others left behind.

    Used from the window's thread; the worker only writes to the paths that it is given.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._root = (folder or data_folder()) / "autosave"
        self._own: Path | None = None
        self._lock: IO[bytes] | None = None

    def path(self, model: str) -> Path:
        """Where a model's run is autosaved; makes and locks this process's folder at the first call, and another one
        when somebody has removed it since.

        Raises OSError when the folder cannot be made.
        """
        if self._own is None or not (self._own / LOCK).exists():
            self.close()
            self._root.mkdir(parents=True, exist_ok=True)
            own = Path(tempfile.mkdtemp(prefix="run-", dir=self._root))
            try:
                self._lock = lock(own / LOCK, wait=LONGEST_LOOK)
            except OSError:
                shutil.rmtree(own, ignore_errors=True)
                raise
            self._own = own
        return self._own / f"{model}.npz"

    def leftovers(self) -> list[Leftover]:
        """Runs whose process is gone, newest first; folders that were left behind empty are cleared away."""
        found = []
        for folder in self._folders():
            with suppress(OSError):  # not ours to read, or gone this very moment: nothing to offer
                if folder == self._own or in_use(folder / LOCK):
                    continue
                closed = (folder / CLOSED).exists()
                runs = [Leftover(file, file.stem, file.stat().st_mtime, closed) for file in folder.glob("*.npz")]
                if runs and in_use(folder / LOCK):  # it was only just being made
                    continue
                if not runs and time.time() - folder.stat().st_mtime > SETTLED:
                    shutil.rmtree(folder, ignore_errors=True)
                found += runs
        return sorted(found, key=lambda leftover: -leftover.modified)

    def adopt(self, leftover: Leftover) -> None:
        """Make a run that was opened again this process's own: it stays safe until the next autosave replaces it."""
        with suppress(OSError):
            leftover.path.replace(self.path(leftover.model))
        self._clear(leftover.path.parent)

    def discard(self, leftover: Leftover) -> None:
        """Forget a run that was left behind, and its folder when nothing else is in it."""
        with suppress(OSError):
            leftover.path.unlink(missing_ok=True)
        self._clear(leftover.path.parent)

    def close(self, keep: Collection[str] = ()) -> None:
        """A clean end: nothing of this process needs to be recovered but the runs of these models, which were training.

        The runs go while the folder is still locked, so that no window that looks just now takes them for a crash; the
        lock goes last, for some systems remove no open file.
        """
        if self._own is None or self._lock is None:
            return
        kept = False
        for file in self._own.glob("*.npz"):
            if file.stem in keep:
                kept = True
                continue
            with suppress(OSError):
                file.unlink()
        if kept:
            with suppress(OSError):
                (self._own / CLOSED).touch()
        self._lock.close()
        if not kept:
            shutil.rmtree(self._own, ignore_errors=True)
        self._own = self._lock = None

    def _clear(self, folder: Path) -> None:
        if folder != self._own and not any(folder.glob("*.npz")):
            shutil.rmtree(folder, ignore_errors=True)

    def _folders(self) -> list[Path]:
        try:
            return [folder for folder in self._root.iterdir() if folder.is_dir() and not folder.is_symlink()]
        except OSError:  # there is none yet, or it cannot be read
            return []
