"""My drawings as the window sees them: one list for each kind, shared by all tabs, written to disk at every change.

Another window may keep drawings in the same file. So a change is made to what the file holds at that moment, with the
file locked until it is written; a drawing is told by what is drawn, since its place in the list may have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication

from models.base import DataError
from playground.engine.drawings import Example, check_room, read_examples, without_copies, write_examples
from playground.live.file_lock import lock
from playground.live.recovery import data_folder

LONGEST_WAIT = 2.0
"""Seconds to wait for another window that is writing the file; it takes milliseconds."""

Examples = tuple[Example, ...]
Change = Callable[[Examples], Examples]


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
        self._examples: Examples | None = None
        self._seen: tuple[int, ...] | None = None
        self._unwritten: list[Change] = []
        app = QGuiApplication.instance()
        if isinstance(app, QGuiApplication):
            app.applicationStateChanged.connect(self._on_state)

    @property
    def path(self) -> Path:
        """The file that they are kept in."""
        return self._path

    @property
    def examples(self) -> Examples:
        """All of them, oldest first; read from the file when first asked for."""
        if self._examples is None:
            self._examples = ()
            self._look()
        return self._examples

    def add(self, examples: Sequence[Example]) -> int:
        """Keep more drawings; returns how many are new. Raises DataError when there is no room for them."""
        return self._change(lambda kept: (*kept, *examples))

    def keep(self, example: Example) -> str | None:
        """Keep one drawing; if it is kept already, it is called this from now on: the last word counts.

        Returns what it was called, None when it is new. Raises DataError when there is no room for it.
        """
        shown = example.shown
        called = next((each.label for each in self.examples if each.shown == shown), None)
        label = example.label
        self._change(
            lambda kept: (*(each.relabelled(label) if each.shown == shown else each for each in kept), example)
        )
        return called

    def delete(self, index: int) -> None:
        """Forget one."""
        example = self.examples[index]
        self._change(lambda kept: _replaced(kept, example))

    def relabel(self, index: int, label: str) -> None:
        """Call one something else."""
        example = self.examples[index]
        self._change(lambda kept: _replaced(kept, example, example.relabelled(label)))

    def clear(self) -> None:
        """Forget all."""
        self._change(lambda _: ())

    def refresh(self) -> None:
        """Take over what another window has written meanwhile."""
        if self._examples is not None and self._look():
            self.changed.emit()

    @Slot(Qt.ApplicationState)
    def _on_state(self, state: Qt.ApplicationState) -> None:
        """The user has come back to this window, perhaps from another one."""
        if state == Qt.ApplicationState.ApplicationActive:
            self.refresh()

    def _change(self, change: Change) -> int:
        """Change what the file holds now; what cannot be written stays in memory and is written with the next change.

        No drawing is kept twice under the same name. Returns by how many there are more. Raises DataError, with nothing
        changed, when there is no room for them.
        """
        problem = ""
        with ExitStack() as held:
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                held.enter_context(lock(self._path.with_suffix(".lock"), wait=LONGEST_WAIT))
            except OSError as error:
                problem = f"{self._path.parent} cannot be used ({error.strerror or error})."
            known = self.examples
            self._look()
            before, after = self.examples, without_copies(change(self.examples))
            if len(after) > len(before):
                try:
                    check_room(len(after))
                except DataError:
                    if before is not known:
                        self.changed.emit()
                    raise
            self._examples = after
            self._unwritten.append(change)
            if not problem:
                try:
                    write_examples(self._path, self._examples)
                    self._seen = _signature(self._path)
                    self._unwritten.clear()
                except DataError as error:
                    problem = str(error)
        self.changed.emit()
        if problem:
            self.failed.emit(f"Your drawings are there until you close the window, but could not be kept. {problem}")
        return len(after) - len(before)

    def _look(self) -> bool:
        """Read the file if it is not as it was last read or written, and make our unwritten changes to what it holds.

        A file that somebody has removed takes nothing from us: it will be written again.
        """
        signature = _signature(self._path)
        if signature is None or signature == self._seen:
            return False
        try:
            examples = read_examples(self._path)
        except DataError as error:
            kept, where = self._path.with_suffix(".damaged"), ""
            if _signature(self._path) == signature:  # not if another window has just replaced it
                with suppress(OSError):
                    self._path.replace(kept)
                    where = f" The file is now {kept}."
            self.failed.emit(f"Your kept drawings could not be read. {error}{where}")
            return False
        for change in self._unwritten:
            examples = change(examples)
        self._examples, self._seen = without_copies(examples), signature
        return True


def _signature(path: Path) -> tuple[int, ...] | None:
    """Tells one writing of a file from another; None when there is no file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _replaced(kept: Examples, old: Example, *new: Example) -> Examples:
    """`kept` with `new` where `old` was; as it is when `old` is there no more."""
    found = [index for index, example in enumerate(kept) if example.shown == old.shown]
    if not found:
        return kept
    index = next((index for index in found if kept[index].label == old.label), found[0])
    return (*kept[:index], *new, *kept[index + 1 :])


@lru_cache(maxsize=8)
def my_drawings(kind: str) -> MyDrawings:
    """The kept drawings of a kind ("digits", "faces-8", "faces-28"), the same object for all tabs."""
    return MyDrawings(data_folder() / "drawings" / f"{kind}.json")
