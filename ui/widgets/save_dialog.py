"""Asking where to save, and saving pictures: names get their suffix, and no file is replaced unasked or in part."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from models.whole_file import atomically
from ui.widgets.plain import as_tip


def ask_target(parent: QWidget, title: str, suggestion: Path | str, kinds: str) -> Path | None:
    """The file that the user wants to write, or None.

    The dialog asks before a file is replaced, but only about the name as it was typed: `run` is free even where
    `run.npz` is not, and a default suffix would neither be asked about by every system's dialog nor be given to
    `run.v1`. So the suffix is added here, and what that leads to is asked about here.

    Args:
        parent: whom the dialog belongs to.
        title: what is saved.
        suggestion: folder and name; its suffix is for names that have none of those in `kinds`.
        kinds: patterns as for QFileDialog, such as "Weights (*.npz *.safetensors)".
    """
    while True:
        name, _ = QFileDialog.getSaveFileName(parent, title, str(suggestion), kinds)
        if not name:
            return None
        path = with_suffix(name, kinds, Path(suggestion).suffix)
        if path == Path(name) or not path.exists() or _may_replace(parent, title, path):
            return path
        suggestion = path


def write_picture(widget: QWidget, path: Path) -> None:
    """Write a widget as it is shown to a PNG file; raises DataError when it cannot be written."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    widget.grab().save(buffer, "PNG")
    with atomically(path) as file:
        file.write(buffer.data().data())


def with_suffix(name: str, kinds: str, suffix: str) -> Path:
    """The path, with `suffix` added unless it ends in one of those in `kinds`: `run.v1` becomes `run.v1.npz`."""
    known = re.findall(r"\*(\.[\w.]+)", kinds.lower())
    return Path(name if name.lower().endswith((suffix, *known)) else name + suffix)


def _may_replace(parent: QWidget, title: str, path: Path) -> bool:
    buttons = QMessageBox.StandardButton
    question = f"{path.name} already exists in this folder.\nDo you want to replace it?"
    return QMessageBox.question(parent, title, as_tip(question), buttons.Yes | buttons.No, buttons.No) == buttons.Yes
