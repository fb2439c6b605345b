"""My drawings as the window sees them: one list for each kind, shared by all tabs, written to disk at every change."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from models.base import DataError
from playground.drawings import Example, check_room, read_examples, write_examples
from playground.recovery import data_folder


class MyDrawings(QObject):
    """The kept drawings of one kind; use the one that `my_drawings()` returns.

    Signals:
        changed(): there are other drawings, or others are called something else.
        failed(sentence): they could not be read or kept.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._examples: tuple[Example, ...] | None = None

    @property
    def path(self) -> Path:
        """The file that they are kept in."""
        return self._path

    @property
    def examples(self) -> tuple[Example, ...]:
        """All of them, oldest first; read from the file when first asked for."""
        if self._examples is None:
            self._examples = ()
            if self._path.exists():
                try:
                    self._examples = read_examples(self._path)
                except DataError as error:
                    kept = self._path.with_suffix(".damaged")
                    with suppress(OSError):
                        self._path.replace(kept)
                    self.failed.emit(f"Your kept drawings could not be read. {error} The file is now {kept}.")
        return self._examples

    def add(self, examples: Sequence[Example]) -> None:
        """Keep more drawings; raises DataError when there is no room for them."""
        check_room(len(self.examples) + len(examples))
        self._set((*self.examples, *examples))

    def delete(self, index: int) -> None:
        """Forget one."""
        self._set(self.examples[:index] + self.examples[index + 1 :])

    def relabel(self, index: int, label: str) -> None:
        """Call one something else."""
        examples = list(self.examples)
        examples[index] = examples[index].relabelled(label)
        self._set(tuple(examples))

    def clear(self) -> None:
        """Forget all."""
        self._set(())

    def _set(self, examples: tuple[Example, ...]) -> None:
        self._examples = examples
        self.changed.emit()
        try:
            write_examples(self._path, examples)
        except DataError as error:
            self.failed.emit(f"Your drawings are there until you close the window, but could not be kept. {error}")


@lru_cache(maxsize=8)
def my_drawings(kind: str) -> MyDrawings:
    """The kept drawings of a kind ("digits", "faces-8", "faces-28"), the same object for all tabs."""
    return MyDrawings(data_folder() / "drawings" / f"{kind}.json")
