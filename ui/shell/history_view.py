"""The record of a run on the screen: curves, ghosts of earlier runs, the cursor, and the numbers of the step shown.

Curves, legend and headline say the same of one step, whoever moved there, so all of them are drawn from here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Slot

from playground.live.session import Session
from ui.plots.metrics.plot import MetricPlots
from ui.plots.metrics.reading import UNKNOWN, EditedSteps, Readings, readings
from ui.shell.transport import RunBar


class HistoryView(QObject):
    """Draws the history of a session's run.

    Args:
        session: the run.
        plots: where its curves are.
        run_bar: where the latest result stands.
        meaningless: names the metrics that say nothing about what is shown now, though the record may have them.

    Attributes:
        known: what is known of the step that is shown, by the name of the metric.
    """

    def __init__(
        self, session: Session, plots: MetricPlots, run_bar: RunBar, meaningless: Callable[[], Collection[str]]
    ) -> None:
        super().__init__(plots)
        self._session, self._plots, self._run_bar = session, plots, run_bar
        self._meaningless = meaningless
        self.known: Readings = {}
        self._edited = EditedSteps()
        self._ghosts: tuple[object, ...] = ()
        self._steps: NDArray[np.int64] = np.arange(1, 1025, dtype=np.int64)
        session.ghosts_changed.connect(self._on_ghosts)

    def clear(self) -> None:
        """A new run is being built: nothing is known of it; ghosts stay."""
        self._edited = EditedSteps()
        self._plots.clear()

    def draw(self) -> None:
        """The curves and the numbers."""
        history = self._session.history
        count = len(history)
        if count > len(self._steps):
            self._steps = np.arange(1, 2 * count + 1, dtype=np.int64)
        curves = {name: (self._steps[:count], history.column(name)) for name in history.names}
        curves |= {name: history.evaluation(name) for name in history.evaluation_names}
        self._plots.set_edits(self._session.edits)
        self._plots.set_all(curves)
        self.show_known()

    def show_known(self) -> None:
        """Cursor, legend and headline: the same numbers, of the step that is shown."""
        session, status = self._session, self._session.status
        self._edited.note(session)
        step, edited = status.position, status.position in self._edited
        known = readings(session.history, session.snapshot, step, edited=edited)
        self.known = known | dict.fromkeys(self._meaningless(), UNKNOWN)
        self._plots.set_cursor(step if step < status.head else None, self.known)
        self._run_bar.show_metrics(self.known, step, busy=status.busy)

    def measured_at(self) -> int | None:
        """The step at which the held-out data were last looked at; None where that is the one shown, and it rests."""
        session, status = self._session, self._session.status
        if not session.history.evaluation_names:
            return None
        steps, _ = session.history.evaluation(session.history.evaluation_names[0])
        if status.phase != "running":
            steps = steps[steps <= status.position]
        if not len(steps) or (status.phase != "running" and steps[-1] == status.position):
            return None
        return int(steps[-1])

    @Slot()
    def _on_ghosts(self) -> None:
        ghosts = self._session.ghosts
        if not ghosts:
            self._plots.clear_ghosts()
        for ghost in ghosts:
            if any(ghost is shown for shown in self._ghosts):
                continue
            steps = np.arange(ghost.start + 1, ghost.end + 1, dtype=np.int64)
            curves = {name: (steps, values) for name, values in ghost.columns.items()} | dict(ghost.evaluations)
            label = f"earlier future, from step {ghost.start}" if ghost.start else "earlier run"
            self._plots.add_ghost(label, curves)
        self._ghosts = ghosts
