"""Whose points are these? What a new run is started on: the user's own points that are seen now, or none of them.

Like the points themselves (see `point_document`), the answer must not flicker: what was just changed by hand counts at
once, although for a few frames the model still shows what it had before.
"""

from __future__ import annotations

from models.data.points.own import OwnPoints, same_points
from models.data.points.sets import PointSet


class PointSource:
    """The user's own points as they are now, with everything that is known about them."""

    def __init__(self) -> None:
        self._shown: OwnPoints | None = None
        self._sent: OwnPoints | None = None

    @property
    def own(self) -> OwnPoints | None:
        """The user's points; None while those of the settings are seen."""
        return self._shown if self._sent is None else self._sent

    def show(self, data: PointSet, *, settled: bool) -> None:
        """Hear what the model has; when all is `settled`, nothing is on its way to it any more."""
        self._shown = data if isinstance(data, OwnPoints) else None
        if self._sent is not None and (settled or same_points(data, self._sent)):
            self._sent = None

    def send(self, data: OwnPoints) -> None:
        """These are on their way to the model."""
        self._sent = data

    def refuse(self) -> None:
        """The model did not take them: what it shows is what there is."""
        self._sent = None

    def forget(self) -> None:
        """Another run begins, with other points perhaps."""
        self._shown = self._sent = None
