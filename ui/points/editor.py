"""Points under edit: every change by hand, what is told of it, and how it is taken back.

The editor never changes a model. Every change is shown at once and told as an `edited` signal with all points as they
are meant to be; the tab sends them to its run. Until the run has taken them over it still publishes the old points, so
the document behind the editor remembers what was sent and does not let older points flicker through (see `show`).

A change is made in one call (`add`, `move` …), or bit by bit while the mouse is held: a `Gesture` puts, shifts, paints
or drops points, tells its progress, and finishes. Either way it is one step for undo.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from ui.points.document import Labels, PointDocument, Points
from ui.points.looks import Looks

Kind = Literal["add", "move", "remove", "relabel", "undo"]
Place = tuple[float, float]
Indices = NDArray[np.int64]

MOST_EDITABLE = 20_000
"""Points that can be edited by hand: every change goes to the model with all of them."""
PROGRESS = 33
"""Milliseconds between two reports of a gesture under way."""
NONE = np.empty(0, np.int64)


@dataclass(frozen=True)
class PointEdit:
    """What the user has done, and the points as they should be now.

    Attributes:
        kind: what was done; "undo" stands for redo as well.
        points: (N, 2) all points, read-only.
        labels: (N,) their classes, read-only; None on a canvas without classes.
        which: (M,) indices of the points added, moved or relabelled; of a removal, in the points before.
        finished: False while the gesture goes on (a point under way), True at its end.
    """

    kind: Kind
    points: Points
    labels: Labels | None
    which: Indices
    finished: bool = True


class Gesture(ABC):
    """What is done between pressing and letting go: an object of its own, which is forgotten when it is over."""

    @abstractmethod
    def move(self, at: Place) -> None:
        """The pointer is at this place of the axes now."""

    @abstractmethod
    def release(self) -> None:
        """It is over."""

    @abstractmethod
    def cancel(self) -> None:
        """It is taken back, or what it was about has gone; the points themselves go back without its help."""


class PointEditor(QObject):
    """Points, their classes, and which of them are selected.

    Attributes:
        classes: names of the classes; empty when points have none.
        current_class: the class that new and relabelled points get.
        selection: (S,) indices of the selected points.
        looks: what the model says of its points.

    Signals:
        edited(PointEdit): points were added, moved, removed or relabelled; up to 30 times a second during a gesture.
        changed(): something is to be drawn anew.
        selection_changed(), history_changed(), class_changed(int).
        noticed(sentence): why a change was not made.
    """

    edited = Signal(object)
    changed = Signal()
    selection_changed = Signal()
    history_changed = Signal()
    class_changed = Signal(int)
    noticed = Signal(str)

    def __init__(self, classes: Sequence[str] = (), parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.classes: tuple[str, ...] = tuple(classes)
        self.current_class = 0
        self.selection: Indices = NONE
        self.looks = Looks()
        self._document = PointDocument(with_labels=bool(classes))
        self._locked = ""
        self._gesture: Gesture | None = None
        self._kind: Kind = "move"  # of the gesture under way, as it was last reported
        self._touched: Indices = NONE
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PROGRESS)
        self._soon.timeout.connect(self._tell_progress)

    # What there is --------------------------------------------------------------------------------------------------

    @property
    def points(self) -> Points:
        """All points as they are shown, (N, 2), read-only."""
        return self._document.points

    @property
    def labels(self) -> Labels | None:
        """Their classes (N,), read-only; None without classes."""
        return self._document.labels

    @property
    def is_empty(self) -> bool:
        """Whether there is no point."""
        return not len(self.points)

    @property
    def locked(self) -> bool:
        """Whether nothing can be changed."""
        return bool(self._locked)

    # What the model says --------------------------------------------------------------------------------------------

    def show(self, points: Points, labels: Labels | None, looks: Looks) -> None:
        """Hear what the model has now; may be called on every frame.

        Points that are older than a change still on its way are not shown; their looks are, if they fit. Points of any
        other origin (a new run, another step of the timeline) end the gesture under way and begin a new history.
        """
        if self._document.take(points, labels):
            self.looks = looks if len(points) == len(self.points) else Looks()
            self.changed.emit()
        else:
            self._begin_anew(looks)

    def refuse(self) -> None:
        """The model did not accept the last change: show the points that it has."""
        self._document.refuse()
        self._begin_anew(Looks())

    def _begin_anew(self, looks: Looks) -> None:
        self._drop_gesture()
        self.looks = looks
        self._set_selection(NONE)
        self.history_changed.emit()
        self.changed.emit()

    def set_classes(self, names: Sequence[str]) -> None:
        """Name the classes that points can have."""
        self.classes = tuple(names)
        self.set_current_class(min(self.current_class, max(len(names) - 1, 0)))

    @Slot(int)
    def set_current_class(self, label: int) -> None:
        """Choose the class of new and relabelled points."""
        if label != self.current_class and 0 <= label < max(len(self.classes), 1):
            self.current_class = label
            self.class_changed.emit(label)

    @Slot(int)
    def choose_class(self, label: int) -> None:
        """Choose a class and give it to the selected points."""
        self.set_current_class(label)
        self.relabel(self.selection, label)

    def set_locked(self, reason: str) -> None:
        """Forbid changes, with the reason in words; "" allows them again."""
        self._locked = reason

    def may_edit(self) -> bool:
        """Whether something can be changed; if not, the reason is told."""
        if self._locked:
            self.noticed.emit(self._locked)
        return not self._locked

    # Whole changes --------------------------------------------------------------------------------------------------

    def add(self, places: ArrayLike, label: int | None = None) -> None:
        """Add points (M, 2), of the current class unless another is given."""
        if self.may_edit():
            self.finish("add", self.put(places, label))

    def remove(self, which: ArrayLike) -> None:
        """Remove the points with these indices."""
        chosen = np.unique(np.asarray(which, dtype=np.int64))
        if len(chosen) and self.may_edit():
            self.drop(chosen)
            self.finish("remove", chosen)

    def move(self, which: ArrayLike, by: tuple[float, float]) -> None:
        """Move the points with these indices by (dx, dy) on the axes."""
        chosen = np.asarray(which, dtype=np.int64)
        if len(chosen) and self.may_edit():
            self.shift(self.points, chosen, by)
            self.finish("move", chosen)

    def relabel(self, which: ArrayLike, label: int) -> None:
        """Give the points with these indices another class."""
        chosen = np.asarray(which, dtype=np.int64)
        if len(chosen) and self.labels is not None and self.may_edit():
            self.paint(chosen, label)
            self.finish("relabel", chosen)

    @Slot()
    def clear(self) -> None:
        """Remove the selected points; without a selection all of them. Can be taken back."""
        self.remove(self.selection if len(self.selection) else np.arange(len(self.points)))

    # The selection --------------------------------------------------------------------------------------------------

    @Slot()
    def select_all(self) -> None:
        """Select every point."""
        self.select(np.arange(len(self.points)))

    def select(self, which: ArrayLike) -> None:
        """Select the points with these indices and no others."""
        if self._set_selection(which):
            self.changed.emit()

    def toggle(self, index: int) -> None:
        """Select a point too, or no longer."""
        self.select(np.setxor1d(self.selection, [index]))

    def _set_selection(self, which: ArrayLike) -> bool:
        chosen = np.unique(np.asarray(which, dtype=np.int64))
        if np.array_equal(chosen, self.selection):
            return False
        self.selection = chosen
        self.selection_changed.emit()
        return True

    # Taking back ----------------------------------------------------------------------------------------------------

    @property
    def can_undo(self) -> bool:
        """Whether there is something to take back."""
        return self._gesture is not None or self._document.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is something to repeat."""
        return self._document.can_redo

    @Slot()
    def undo(self) -> None:
        """Take back the gesture under way, else the last finished change."""
        if self._gesture is not None:
            self._drop_gesture()
            self._document.abandon()
        elif self._document.can_undo:
            self._document.undo()
        else:
            return
        self._arrived()

    @Slot()
    def redo(self) -> None:
        """Repeat what was last taken back."""
        if self._document.can_redo and self._gesture is None:
            self._document.redo()
            self._arrived()

    def _arrived(self) -> None:
        self._set_selection(NONE)
        self.changed.emit()
        self._tell("undo", NONE, finished=True)
        self.history_changed.emit()

    # Bit by bit, in a gesture ---------------------------------------------------------------------------------------

    @property
    def gesture(self) -> Gesture | None:
        """What is under way."""
        return self._gesture

    def begin(self, gesture: Gesture | None) -> None:
        """This is under way now."""
        self._gesture = gesture

    def release(self) -> None:
        """The gesture under way is over, if there is one."""
        gesture, self._gesture = self._gesture, None
        if gesture is not None:
            gesture.release()

    def _drop_gesture(self) -> None:
        gesture, self._gesture = self._gesture, None
        self._soon.stop()
        if gesture is not None:
            gesture.cancel()

    def put(self, places: ArrayLike, label: int | None = None) -> Indices:
        """Add points (M, 2); returns their indices, none where there are too many."""
        new = np.asarray(places, dtype=np.float64).reshape(-1, 2)
        before = len(self.points)
        if before + len(new) > MOST_EDITABLE:
            self.noticed.emit(f"There are {before:,} points already, the most that can be edited by hand.")
            return NONE
        self._document.add(new, self.current_class if label is None else label)
        self.looks = self.looks.grown(len(new), by_class=bool(self.classes))
        self.changed.emit()
        return np.arange(before, len(self.points))

    def drop(self, which: Indices) -> None:
        """Remove points."""
        keep = np.ones(len(self.points), bool)
        keep[which] = False
        self._document.keep(keep)
        self.looks = self.looks.kept(keep)
        place = np.cumsum(keep) - 1
        self._set_selection(place[self.selection[keep[self.selection]]])
        self.changed.emit()

    def shift(self, origin: Points, which: Indices, by: tuple[float, float]) -> None:
        """Put points where they were in `origin` (N, 2), moved by (dx, dy)."""
        self._document.move(origin, which, by)
        self.changed.emit()

    def paint(self, which: Indices, label: int) -> None:
        """Give points another class."""
        self._document.relabel(which, label)
        if self.classes:
            self.looks = self.looks.uncolored()
        self.changed.emit()

    def progress(self, kind: Kind, which: ArrayLike) -> None:
        """In the middle of a gesture: tell it, but not on every movement of the mouse."""
        self._kind, self._touched = kind, np.array(which, np.int64)
        if not self._soon.isActive():
            self._soon.start()

    def finish(self, kind: Kind, which: ArrayLike) -> None:
        """A change is complete: it can be taken back from now on, unless it changed nothing."""
        self._soon.stop()
        if self._document.record():
            self._tell(kind, np.array(which, np.int64), finished=True)
            self.history_changed.emit()

    @Slot()
    def _tell_progress(self) -> None:
        if self._gesture is not None:
            self._tell(self._kind, self._touched, finished=False)

    def _tell(self, kind: Kind, which: Indices, *, finished: bool) -> None:
        self._document.mark_sent()
        self.edited.emit(PointEdit(kind, self.points, self.labels, which, finished))
