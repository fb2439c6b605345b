"""What a user can do to points by hand: add, move, remove and relabel them, or put others in their place."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError, Edit
from models.data.points.own import OwnPoints, as_own, edited
from models.data.points.sets import PointSet

LARGEST_ANSWER = 1e4
"""Largest value to predict that can be set by hand."""


@dataclass(frozen=True)
class PointsEdit(Edit, ABC):
    """A change of points; every trainer on points knows them all (see `models/data/points/trainer.py`)."""

    @abstractmethod
    def changed(self, data: PointSet) -> OwnPoints:
        """The points after it; raises ConfigError or DataError where it does not fit."""


@dataclass(frozen=True)
class SetPoints(PointsEdit):
    """Replace all points, for instance by pasted ones.

    Attributes:
        points: in the coordinates of the plane, with their names and units: `edited` keeps those of the points before.
            Points without marks for held-out are dealt out by models that hold points out.
    """

    points: PointSet

    def changed(self, data: PointSet) -> OwnPoints:
        """See PointsEdit; the name stays unless these bring one."""
        if isinstance(data, OwnPoints) and not isinstance(self.points, OwnPoints):
            return as_own(self.points, data.name)
        return as_own(self.points)


@dataclass(frozen=True)
class AddPoint(PointsEdit):
    """A new point at (x, y); `answer` is its class (counted from 0), or its value for regression, where there is one.

    Whether it is `held_out` matters to models that hold points out.
    """

    x: float
    y: float
    answer: float = 0
    held_out: bool = False

    def changed(self, data: PointSet) -> OwnPoints:
        """See PointsEdit."""
        _check_plane(data)
        answer = _answer(data, self.answer)
        return edited(
            data,
            np.vstack([data.points, (self.x, self.y)]),
            labels=None if data.labels is None else np.append(data.labels, np.int64(answer)),
            targets=None if data.targets is None else np.append(data.targets, answer),
            held_out=None if data.held_out is None else np.append(data.held_out, self.held_out),
        )


@dataclass(frozen=True)
class MovePoint(PointsEdit):
    """Put the point with this index somewhere else."""

    index: int
    x: float
    y: float

    def changed(self, data: PointSet) -> OwnPoints:
        """See PointsEdit."""
        _check_plane(data)
        points = data.points.copy()
        points[_known(data, (self.index,))] = self.x, self.y
        return as_own(replace(data, points=points))


@dataclass(frozen=True)
class RemovePoints(PointsEdit):
    """Remove the points with these indices; the others close up."""

    indices: tuple[int, ...]

    def changed(self, data: PointSet) -> OwnPoints:
        """See PointsEdit."""
        kept = np.ones(len(data), bool)
        kept[_known(data, self.indices)] = False
        return as_own(data.taken(kept))


@dataclass(frozen=True)
class Relabel(PointsEdit):
    """Give the points with these indices another class, or another value for regression."""

    indices: tuple[int, ...]
    answer: float

    def changed(self, data: PointSet) -> OwnPoints:
        """See PointsEdit."""
        chosen, answer = _known(data, self.indices), _answer(data, self.answer)
        if data.labels is not None:
            return as_own(replace(data, labels=_with(data.labels, chosen, answer)))
        if data.targets is not None:
            return as_own(replace(data, targets=_with(data.targets, chosen, answer)))
        raise ConfigError("These points have neither classes nor values.")


def _check_plane(data: PointSet) -> None:
    if data.dimensions != 2:
        raise ConfigError(f"Only points in the plane can be set by hand; these have {data.dimensions} coordinates.")


def _known(data: PointSet, indices: Sequence[int]) -> list[int]:
    wrong = [index for index in indices if not 0 <= index < len(data)]
    if wrong:
        raise ConfigError(f"There are {len(data)} points; there is none with number {wrong[0] + 1}.")
    return list(indices)


def _answer(data: PointSet, answer: float) -> float:
    """The class or value itself, if these points can have it."""
    if data.labels is not None and answer not in range(len(data.class_names)):
        raise ConfigError(
            f"There are {len(data.class_names)} classes, numbered from 1; there is no class {answer + 1:g}. "
            "More classes need a new run."
        )
    if data.labels is None and data.targets is not None and not abs(answer) <= LARGEST_ANSWER:
        raise ConfigError(f"The value to predict must be a number up to ±{LARGEST_ANSWER:,.0f}, not {answer}.")
    return answer


def _with(answers: NDArray[Any], chosen: Sequence[int], answer: float) -> NDArray[Any]:
    changed = answers.copy()
    changed[chosen] = answer
    return changed
