"""What all models on points have in common: whose points they are, what can be done to them by hand, and how they come
back when a run goes back in time or is opened from a file.

A model says how it goes on with other points (`use_points`), and nothing else: the points are part of its state, own
points are found in its files, and a new run can be started on them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, DataError, Edit, Field, Snapshot, Trainer
from models.config import Config
from models.data.points.edits import PointsEdit
from models.data.points.own import EARLIER, PARTS, OwnPoints, as_own, from_state
from models.data.points.sets import PointSet

ConfigT = TypeVar("ConfigT", bound=Config)
SnapshotT = TypeVar("SnapshotT", bound=Snapshot)


class PointTrainer(Trainer[ConfigT, SnapshotT], Generic[ConfigT, SnapshotT]):
    """One run of a model on points. Subclasses call `use_points(data)` in `__init__`, and override it.

    `fields`, `check`, `restored` and `edit` are done for the points; a subclass that overrides one of them calls
    `super()` and adds its own. `edit` knows every PointsEdit.

    Attributes:
        data: the points now, with all that is known about them: replaced, never written to. OwnPoints once the user had
            a hand in them.
        learns_answers: whether classes or values belong to the points; where not, they are dropped.
        holds_out: whether some points are held out from training: `data.held_out` says which.
        fewest_points: a change by hand never leaves fewer.
    """

    data: PointSet
    learns_answers: ClassVar[bool] = False
    holds_out: ClassVar[bool] = False
    fewest_points: ClassVar[int] = 1

    # What a model says -----------------------------------------------------------------------------------------------

    def use_points(self, data: PointSet) -> None:
        """Go on with these points: at the start, after a change by hand, and when the run has gone back in time.

        An override calls this first, and then works out from `self.data` what it needs; it raises DataError, at the
        start only, for points that cannot be used (see `check_points`).
        """
        if not self.learns_answers and (data.labels is not None or data.targets is not None):
            data = replace(data, labels=None, targets=None)
        if not self.holds_out:
            data = data.dealt(None)
        elif data.held_out is None:
            data = data.dealt(np.zeros(len(data), bool))
        if self.learns_answers and data.labels is None and data.targets is None:
            raise DataError("These points have neither classes nor values: there is nothing to learn.")
        self.data = data

    def check_points(self, data: PointSet) -> None:
        """Raise DataError where the run cannot go on with these points; nothing has been changed yet.

        By default they must be of the same kind as the present ones: as many coordinates and classes.
        """
        now = self.data
        if data.dimensions != now.dimensions:
            raise DataError(f"These points have {data.dimensions} coordinates, those of this run {now.dimensions}.")
        if len(data) < self.fewest_points:
            raise DataError(f"There must be at least {self.fewest_points:,} of the points: add some first.")
        if not self.learns_answers:
            return
        if (data.labels is None) != (now.labels is None) or (data.targets is None) != (now.targets is None):
            asked = "a value to predict" if now.labels is None else "a class"
            raise DataError(f"Every point needs {asked} here: start a new run for points of another kind.")
        if len(data.class_names) != len(now.class_names):
            raise DataError(
                f"These points have {len(data.class_names)} classes, this run has {len(now.class_names)}: other "
                "classes need a new run."
            )

    def fitting(self, data: OwnPoints) -> OwnPoints:
        """Points after a change by hand as this model keeps them; raises ConfigError or DataError where it cannot.

        By default classes that no point has any more keep their names.
        """
        names = self.data.class_names[len(data.class_names) :]
        return replace(data, class_names=(*data.class_names, *names)) if names else data

    def replace_points(self, data: OwnPoints) -> None:
        """Go on after a change by hand, with points that have been checked."""
        self.use_points(data)

    # What follows ----------------------------------------------------------------------------------------------------

    def edit(self, edit: Edit) -> None:
        """See Trainer; changes of points are known here."""
        if not isinstance(edit, PointsEdit):
            super().edit(edit)
            return
        try:
            data = self.fitting(edit.changed(self.data))
            self.check_points(data)
        except DataError as error:
            raise ConfigError(str(error)) from error
        self.replace_points(data)

    def fields(self) -> Sequence[Field]:
        """See Trainer; a subclass adds its own behind these."""
        self._put_back: dict[str, NDArray[Any]] = {}
        present = ((name, read(self.data)) for name, read in PARTS.items())
        points = [self._field(name, array) for name, array in present if array is not None]
        return (*super().fields(), *points)

    def _field(self, name: str, array: NDArray[Any]) -> Field:
        def read() -> NDArray[Any]:
            part = PARTS[name](self.data)
            assert part is not None
            return part

        def write(saved: NDArray[Any]) -> None:
            self._put_back[name] = saved

        missing = (lambda: EARLIER[name]) if name in EARLIER else None
        shape = (None, *array.shape[1:])
        # Numbers are judged by `from_state`, which names the point that is wrong.
        return Field(name, array.dtype, shape, read, write, finite=False, missing=missing, data=True)

    def check(self, saved: Mapping[str, NDArray[Any]]) -> None:
        """See Trainer."""
        super().check(saved)
        self.check_points(from_state(saved))

    def restored(self) -> None:
        """See Trainer."""
        super().restored()
        self.use_points(from_state(self._put_back))

    @classmethod
    def data_in(cls, config: ConfigT, state: Mapping[str, NDArray[Any]]) -> OwnPoints:
        """The user's own points in a saved state, with which a trainer can be built; raises DataError."""
        return as_own(from_state(state))
