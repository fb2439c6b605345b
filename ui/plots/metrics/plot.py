"""Loss and accuracy over the steps of a run: what the training data say, what the held-out data say, and how earlier
runs did.

The noisy value of every step is drawn faint, its running mean as a line; held-out values, which are measured now and
then, are dots on a line. Clicking or dragging picks a step to go back to. Every plot reads from a `Series`, so the cost
of a frame does not grow with the run.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from models.base import MetricSpec
from ui.plots.metrics.heading import MetricHeading
from ui.plots.metrics.line import Ghost, MetricLine
from ui.plots.metrics.panel import MetricPanel
from ui.plots.metrics.reading import UNKNOWN, Readings
from ui.widgets import icons, theme
from ui.widgets.numbers import grouped
from ui.widgets.plain import as_tip

History = tuple[NDArray[Any], NDArray[Any]]
"""Steps and values of one metric, shapes (n,), steps ascending."""


class MetricPlots(QWidget):
    """All metrics of a model side by side, one plot per `MetricSpec.plot`.

    Give it the complete history as often as there is something new (30 times a second is fine): only what was appended
    since the last call is looked at. The arrays are kept by reference and must not be changed in place, but may be
    views of a growing buffer.
    """

    step_clicked = Signal(object)
    """Emitted with the step (int) that the user picked by clicking or dragging on a plot."""

    readout_changed = Signal(object)
    """Emitted with the sentence about the step under the pointer, or "" when it has left."""

    def __init__(self, specs: Sequence[MetricSpec] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("metrics over steps")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(10)
        self.panels: list[MetricPanel] = []
        self.headings: list[MetricHeading] = []
        self._cells: list[QWidget] = []
        self._lines: dict[str, MetricLine] = {}
        self._cursor: float | None = None
        self._pointer: float | None = None
        self._known: Readings | None = None
        theme.manager().changed.connect(self.update)
        self.set_specs(specs)

    def set_specs(self, specs: Sequence[MetricSpec]) -> None:
        """Build the plots for these metrics; data and ghosts of others are dropped."""
        for cell in self._cells:
            self._row.removeWidget(cell)
            cell.deleteLater()
        self.panels, self.headings, self._cells, self._lines = [], [], [], {}
        titles = list(dict.fromkeys(spec.plot for spec in specs))
        for title in titles:
            self._add(title, [spec for spec in specs if spec.plot == title])

    def _add(self, title: str, specs: Sequence[MetricSpec]) -> None:
        panel = MetricPanel(title, specs)
        heading = MetricHeading(title, panel.unit, panel.lines)
        panel.scrubbed.connect(self.step_clicked)
        panel.pointed.connect(self._point)
        panel.zoomed.connect(self._zoom)
        top = QHBoxLayout()
        top.setContentsMargins(0, 0, 0, 0)
        top.addWidget(heading, 1)
        if any(spec.log for spec in specs):
            tip = "Logarithmic scale: equal distances are equal ratios, so small losses can be told apart"
            button = _switch(f"logarithmic scale for {title}", tip)
            button.toggled.connect(panel.set_log)
            top.addWidget(button)
        if all(spec.complement for spec in specs):
            rest = specs[0].complement
            tip = (
                f"{rest[0].upper()}{rest[1:]} (100 % − {title}) on a logarithmic scale: from 2 % to 1 % is as far as "
                "from 20 % to 10 %; 0 % lies at the lower edge"
            )
            button = _switch(f"{rest} on a logarithmic scale", tip)
            button.toggled.connect(panel.set_complement)
            button.toggled.connect(heading.set_complement)
            top.addWidget(button)
        cell = QFrame()
        theme.set_role(cell, "card")
        column = QVBoxLayout(cell)
        column.setContentsMargins(6, 3, 4, 3)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(panel, 1)
        self._row.addWidget(cell, 1)
        self._cells.append(cell)
        self.panels.append(panel)
        self.headings.append(heading)
        self._lines |= {line.spec.name: line for line in panel.lines}

    # -- data

    def set_data(self, name: str, steps: NDArray[Any], values: NDArray[Any]) -> None:
        """Show the complete history of one metric: `steps` (n,) ascending, `values` (n,).

        A history that continues the known one costs only what is new; another one (a branch, a new run) is read anew.
        Names without a plot are ignored. Several metrics are better set at once with `set_all`.
        """
        self.set_all({name: (steps, values)})

    def set_all(self, histories: Mapping[str, History]) -> None:
        """Show the complete histories of several metrics; those not named stay as they are."""
        changed = False
        for name, (steps, values) in histories.items():
            line = self._lines.get(name)
            if line is not None:
                changed |= line.take(np.asarray(steps), np.asarray(values))
        if changed:
            for panel in self.panels:
                panel.refresh()
            self._show_numbers()

    def set_edits(self, steps: Sequence[int]) -> None:
        """The steps after which something was changed by hand, rising: metrics that begin anew there are cut apart."""
        for panel in self.panels:
            changed = [line.cut_after(steps) for line in panel.lines if line.spec.anew]
            if any(changed):
                panel.refresh()

    def clear(self) -> None:
        """Forget the run that is shown (a reset); ghosts stay."""
        for panel in self.panels:
            for line in panel.lines:
                line.forget()
            panel.forget_range()
            panel.refresh()
        for heading in self.headings:
            heading.update()
        self._cursor = self._known = None
        self._mark()

    def leave_out(self, names: Collection[str]) -> None:
        """Show no plot whose metrics are all among these, and no entry of a legend: this run has none of them."""
        for cell, panel in zip(self._cells, self.panels, strict=True):
            cell.setVisible(not all(line.spec.name in names for line in panel.lines))
        for heading in self.headings:
            heading.leave_out(names)

    def set_levels(self, title: str, levels: Sequence[tuple[str, float]]) -> None:
        """Draw values to be reached, each with its name, across the plot with this title."""
        for panel in self.panels:
            if panel.title == title:
                panel.set_levels(levels)

    # -- ghosts

    def keep_as_ghost(self, label: str) -> None:
        """Keep the curves shown now as a dimmed, dashed ghost to compare the next run with (the last four are kept)."""
        self.add_ghost(label, {name: (line.steps, line.values) for name, line in self._lines.items()})

    def add_ghost(self, label: str, histories: Mapping[str, History]) -> None:
        """Add an earlier run, or a future that was left behind, as a ghost."""
        for name, (steps, values) in histories.items():
            line = self._lines.get(name)
            if line is not None and len(steps):
                line.add_ghost(Ghost.of(label, np.asarray(steps), np.asarray(values)))
        self._show_ghosts()

    def clear_ghosts(self) -> None:
        """Remove all ghosts."""
        for line in self._lines.values():
            line.ghosts = []
        self._show_ghosts()

    def ghost_labels(self) -> tuple[str, ...]:
        """Labels of the ghosts shown, oldest first."""
        return tuple(dict.fromkeys(ghost.label for line in self._lines.values() for ghost in line.ghosts))

    def _show_ghosts(self) -> None:
        for panel, heading in zip(self.panels, self.headings, strict=True):
            panel.redraw()
            heading.update()

    # -- marks and read-out

    def set_cursor(self, step: float | None, known: Readings | None = None) -> None:
        """Mark the step that is looked at; None while the run is shown live.

        The legend then says what is `known` of that step; without it, what the curves have there.
        """
        if (step, known) != (self._cursor, self._known):
            self._cursor, self._known = step, known
            self._mark()

    @property
    def cursor_step(self) -> float | None:
        """The step that is marked."""
        return self._cursor

    @property
    def readout(self) -> str:
        """All curves in words, at the pointer, else at the cursor, else at the end of the run."""
        step = self._last_step() if self._step_read is None else self._step_read
        words = " · ".join(heading.text() for heading in self.headings)
        return f"step {grouped(step)} · {words}"

    @property
    def _step_read(self) -> float | None:
        """The step whose values are shown as numbers: under the pointer, else the cursor's; None for the end."""
        return self._pointer if self._pointer is not None else self._cursor

    def _last_step(self) -> float:
        return max((panel.last_step() for panel in self.panels), default=0.0)

    @Slot(object)
    def _point(self, step: float | None) -> None:
        if step != self._pointer:
            self._pointer = step
            self._mark()

    @Slot(object)
    def _zoom(self, span: tuple[float, float] | None) -> None:
        for panel in self.panels:
            panel.set_span(span)

    def _mark(self) -> None:
        for panel in self.panels:
            panel.show_marks(self._cursor, self._pointer, self._known or {})
        self._show_numbers()
        self.readout_changed.emit(self.readout if self._pointer is not None else "")

    def _show_numbers(self) -> None:
        step = self._step_read
        known = self._known if self._pointer is None else None
        for panel, heading in zip(self.panels, self.headings, strict=True):
            if known is None:
                heading.show_readings([line.reading(step) for line in panel.lines], step)
            else:
                heading.show_readings([known.get(line.spec.name, UNKNOWN) for line in panel.lines], step)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page Up and Page Down go back and on by a tenth of the run; Home and End to the first and last step."""
        last = self._last_step()
        step = self._cursor if self._cursor is not None else last
        leap = 10 * max(1.0, round(last / 100))
        moves = {
            Qt.Key.Key_PageUp: step - leap,
            Qt.Key.Key_PageDown: step + leap,
            Qt.Key.Key_Home: 0.0,
            Qt.Key.Key_End: last,
        }
        key = Qt.Key(event.key())
        if key not in moves or last == 0:
            super().keyPressEvent(event)
            return
        self.step_clicked.emit(int(min(max(moves[key], 0), last)))


def _switch(name: str, tip: str) -> QToolButton:
    """A small button beside a legend that changes the axis of values."""
    button = QToolButton()
    button.setAutoRaise(True)
    button.setCheckable(True)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setAccessibleName(name)
    button.setToolTip(as_tip(tip))
    icons.set_icon(button, "log-scale", "muted")
    return button
