"""What files that are dropped somewhere on the window are for."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData

SUFFIX = ".npz"
"""How the names of experiment files end."""


def files_in(mime: QMimeData) -> list[Path]:
    """The files of this computer among what is dropped."""
    return [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]


def experiment_in(mime: QMimeData) -> Path | None:
    """The file, if it is an experiment by its name: that is the window's, wherever it is dropped."""
    files = files_in(mime)
    return files[0] if files and files[0].suffix.lower() == SUFFIX else None
