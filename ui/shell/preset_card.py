"""What a preset shows stands on a card while it runs: the question, what to watch, and in the end what happened."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QFrame, QSizePolicy

from models.base import MetricSpec, Model
from playground.live.messages import Status
from ui.plots.metrics.reading import Readings
from ui.shell.transport import say
from ui.widgets import theme
from ui.widgets.buttons import tool_button
from ui.widgets.layout import row
from ui.widgets.numbers import grouped
from ui.widgets.plain import as_tip
from ui.widgets.readout import Readout

FIGURES = 2
"""Numbers that are given of what happened."""


class PresetCard(QFrame):
    """One line below the run bar, so that it takes little of a small window; the tooltip has all of it.

    It comes when a preset is chosen, and stays until it is closed or a run without a preset begins.

    Signals:
        closed(): the user needs it no more.
    """

    closed = Signal()

    def __init__(self, model: Model) -> None:
        super().__init__()
        self._model = model
        self._name = ""
        self._run = 0
        self._wanted = False
        self._said: tuple[str, str] = "", ""
        theme.set_role(self, "bar")
        self.setAccessibleName("what this preset shows")
        self._title = Readout("preset", bold=True, most=200)
        self._text = Readout("what it shows", most=20_000, least=100)
        self._text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.close_button = tool_button("close", "close the card of the preset", "Close this card", self._close)
        row(self._title, (self._text, 1), self.close_button, margins=(12, 0, 8, 0), spacing=10, inside=self)
        self.hide()

    @property
    def text(self) -> str:
        """All that it says; "" while it is not shown."""
        return "" if self.isHidden() else " ".join(self._said)

    def begin(self, name: str, status: Status) -> None:
        """A preset was chosen, and its run begins."""
        self._wanted = True
        self.follow(name, status)

    def show_status(self, status: Status, preset: str, readings: Readings) -> None:
        """Follow the run; one that is begun anew may be of another `preset`, or ("") of none."""
        if not self._wanted:
            return
        if status.run_id != self._run:
            self.follow(preset, status)
        if self._name:
            self._say(status, readings)

    def follow(self, name: str, status: Status) -> None:
        """The run is one of this preset, or ("") of none; nothing is shown of it once the card was closed."""
        if not self._wanted:
            return
        self._name, self._run = name, status.run_id
        if name:
            self._title.setText(name)
            self._say(status, {})
        self.setVisible(bool(name))

    def _say(self, status: Status, readings: Readings) -> None:
        question = self._model.presets[self._name].description
        answer = self._happened(status, readings) or f"Watch {self._watch()}."
        if (question, answer) == self._said:
            return
        self._said = question, answer
        self._text.setText(f"{question} {answer}", len(answer) + 1)  # the question can be read in the list, too
        self.setAccessibleDescription(f"{question} {answer}")
        self.setToolTip(as_tip(f"{question}\n\n{answer}"))

    def _watch(self) -> str:
        """What the preset says, or the curves of the plot with the headline."""
        own = self._model.presets[self._name].watch
        first = self._headline()
        same = [spec.label for spec in self._model.metrics if spec.plot == first.plot]
        return own or f"the {' and the '.join(same)}"

    def _headline(self) -> MetricSpec:
        held_out = [spec for spec in self._model.metrics if spec.held_out]
        return (held_out or list(self._model.metrics))[0]

    def _happened(self, status: Status, readings: Readings) -> str:
        """How the run ended; "" while it goes on."""
        step = grouped(status.position)
        if status.phase == "failed":
            return f"What happened: {self._model.doing.lower()} stopped at step {step}."
        if status.phase != "finished" or status.busy:
            return ""
        known = [say(spec, readings[spec.name].value) for spec in self._model.metrics if spec.name in readings]
        return f"What happened: {', '.join(known[:FIGURES])} after step {step}." if known else ""

    @Slot()
    def _close(self) -> None:
        self._wanted = False
        self.hide()
        self.closed.emit()
