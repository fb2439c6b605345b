"""The controls of time: train, pause, step, reset; and the timeline on which every earlier step can be visited."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStyle,
    QStyleOptionSlider,
    QWidget,
)

from models.base import MetricSpec, Model
from playground.live.messages import Status
from ui.plots.metrics.reading import Readings
from ui.widgets import icons, theme
from ui.widgets.buttons import SteadyButton, push_button, tool_button
from ui.widgets.described import WIDTH, Described
from ui.widgets.layout import muted
from ui.widgets.numbers import duration, grouped, number, per_second
from ui.widgets.plain import as_tip
from ui.widgets.readout import Readout
from ui.widgets.wheel import CalmComboBox, CalmSlider, CalmSpinBox

WHOLE_CYCLES = ("iteration", "update")
"""Cycles that come to an end with a step, never in the middle between two."""

ENDED_FOR = 900
"""Milliseconds for which the main button rests when a run ends under the pointer: who was about to press Pause must not
make it go on.
"""

WORTH_SAYING = 10.0
"""Seconds that a run must still take for its remaining time to be said."""

ROOMY = 1100
"""Pixels of width from which the run bar has room for more than what is needed: names beside its fields, the speed."""

NARROW_RESULT = 264
"""Pixels that the latest result is given where there is no such room: enough for a held-out number with its step."""

WIDEST = 16_777_215
"""What Qt takes for no bound of a width."""

NARROW_PRESET = 140
"""Pixels of the list of presets where there is no such room; opened it is as wide as ever."""

ENDED = "The run has ended by itself: change what ends it, or press Reset"


PREVIOUS = "Back to the previous run"
"""What leads back after a preset, a seed, Reset, other data, a lesson, or a change made in the past."""


@dataclass(frozen=True)
class Offer:
    """What the main button would do for a run that has ended: the words on it, and its tooltip."""

    words: str
    tip: str


class RunBar(QFrame):
    """Train/pause, step, reset, preset, seed, and where the run stands; the same for every tab.

    Signals say what the user wants; the tab decides what comes of it.

    Args:
        model: the registry's entry.
        offer: what the main button would do for a finished run; None when nothing is left to do.
        again: the longest words of an offer; the button has room for them from the start, so that nothing jumps.
    """

    toggled = Signal()
    stepped = Signal()
    stepped_back = Signal()
    reset = Signal()
    preset_chosen = Signal(str)
    seed_chosen = Signal(int)

    def __init__(
        self,
        model: Model,
        offer: Callable[[Status], Offer | None] = lambda status: None,
        again: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._offer = offer
        self._shown: tuple[object, ...] = ()
        self._ended = QTimer(self, singleShot=True, interval=ENDED_FOR)
        self._ended.timeout.connect(self._on_ended)
        self._status = Status(0)
        self._metrics = {spec.name: spec for spec in model.metrics}
        theme.set_role(self, "bar")
        self.train_button = SteadyButton(again or model.verb)
        theme.set_role(self.train_button, "primary")
        icons.set_icon(self.train_button, "play", "accent_text")
        self.train_button.clicked.connect(self.toggled)
        self.back_button = tool_button("step-back", "one step back", "One step back (←)", self.stepped_back)
        self.step_button = tool_button("step-forward", "one step", "One step, then pause (→)", self.stepped)
        self.reset_button = QPushButton("Reset")
        icons.set_icon(self.reset_button, "reset")
        self.reset_button.setToolTip("Start a new, untrained run with the settings on the left (Ctrl+R)")
        self.reset_button.clicked.connect(self.reset)
        self.presets = CalmComboBox()
        self.presets.setAccessibleName("preset")
        self.presets.setToolTip("Named settings that show something worth seeing")
        for name, preset in model.presets.items():
            self.presets.addItem(name, name)
            self.presets.setItemData(self.presets.count() - 1, as_tip(preset.description), Qt.ItemDataRole.ToolTipRole)
        self.presets.setItemDelegate(Described(self.presets))
        self.presets.view().setMinimumWidth(WIDTH)
        self.presets.setPlaceholderText("own settings")
        self.presets.activated.connect(self._on_preset)
        self.seed = CalmSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setKeyboardTracking(False)
        self.seed.setAccessibleName("seed")
        self.seed.setToolTip("Start of all random numbers: the same seed repeats the same run, to the bit")
        self.seed.valueChanged.connect(self.seed_chosen)
        self.seed.setFixedWidth(76)
        self.dice = tool_button("seed", "next seed", "Another seed: how much of this is luck?", self._next_seed)
        self.readout = Readout("progress", sample=f"{model.cycle} 10.0 · step 10 000 · 1 000 steps/s", muted=True)
        self.headline = Readout("latest result", sample="held-out accuracy 97.0 %", least=130, bold=True, right=True)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 6, 12, 6)
        layout.setSpacing(8)
        for widget in (self.train_button, self.back_button, self.step_button, self.reset_button):
            widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # after a click, Space still trains and pauses
            layout.addWidget(widget)
        layout.addSpacing(8)
        self._names: list[QLabel] = []  # of the two fields; where the width is short their tooltips do
        fields: tuple[tuple[str, QWidget], ...] = (("Preset", self.presets), ("Seed", self.seed))
        for label, field in fields:
            text = muted(label)
            text.setBuddy(field)
            self._names.append(text)
            layout.addWidget(text)
            layout.addWidget(field)
        layout.addWidget(self.dice)
        layout.addSpacing(8)
        layout.addWidget(self.readout)
        layout.addStretch(1)
        layout.addWidget(self.headline)
        self.show_status(Status(0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where the width is short, the figures come before the names of the fields."""
        super().resizeEvent(event)
        for name in self._names:
            name.setVisible(self.roomy)
        self.presets.setMaximumWidth(WIDEST if self.roomy else NARROW_PRESET)
        self._say_where()
        self._leave_room()

    @property
    def roomy(self) -> bool:
        """Whether there is room for more than what is needed."""
        return self.width() >= ROOMY

    def _leave_room(self) -> None:
        """Where the width is short, the latest result is what is read whole."""
        least = 0 if self.roomy else min(self.headline.sizeHint().width(), NARROW_RESULT)
        if least != self.headline.minimumWidth():
            self.headline.setMinimumWidth(least)

    def _say_where(self) -> None:
        """Where the run stands; in a narrow window without the step, which the timeline says, and the speed."""
        status = self._status
        cycles, step = self._cycles(status), f"step {grouped(status.position)}"
        left = time_left(status)
        if self.roomy:
            running = status.phase == "running"
            speed = per_second(status.steps_per_second, "steps") if running and status.steps_per_second else ""
            self.readout.setText(" · ".join(filter(None, (cycles, step, speed, left))))
        else:
            self.readout.setText(" · ".join(filter(None, (cycles or step, left))))

    def show_status(self, status: Status) -> None:
        """Where the run stands, in figures, and what the buttons would do now."""
        before, self._status = self._status, status
        running = status.phase == "running"
        self._say_where()
        self.back_button.setEnabled(status.position > 0)
        if before.phase == "running" and status.phase == "finished" and self.train_button.underMouse():
            self._ended.start()
        elif status.phase != "finished":
            self._ended.stop()
        offer = self._offer(status) if status.phase == "finished" else None
        if (status.phase, offer, self._ended.isActive()) == self._shown:
            return
        self._shown = (status.phase, offer, self._ended.isActive())
        busy = status.phase == "loading" or self._ended.isActive()
        self.train_button.setText("Pause" if running else offer.words if offer else self._model.verb)
        icons.set_icon(self.train_button, "pause" if running else "play", "accent_text")
        tips = {
            "running": "Pause (Space)",
            "finished": offer.tip if offer else ENDED if status.head else "There is nothing to do yet",
            "failed": f"{self._model.doing} failed: go back to an earlier step first",
        }
        self.train_button.setToolTip(as_tip(tips.get(status.phase, f"{self._model.verb} (Space)")))
        self.train_button.setEnabled(not busy and (offer is not None or status.phase not in ("finished", "failed")))
        self.step_button.setEnabled(not busy and status.phase not in ("finished", "failed"))

    @Slot()
    def _on_ended(self) -> None:
        """Whoever presses the main button from now on has seen that the run has ended."""
        self.show_status(self._status)

    def _cycles(self, status: Status) -> str:
        """How far it is, counted as the model does; nothing where that is the number of steps again."""
        cycle = self._model.cycle
        if cycle not in WHOLE_CYCLES:
            return f"{cycle} {status.epoch:.1f}"
        return "" if status.epoch == status.position else f"{cycle} {grouped(round(status.epoch))}"

    def show_metrics(self, known: Readings, step: int | None = None, *, busy: bool = False) -> None:
        """The headline: the latest held-out number, or the first metric there is.

        With the `step` that is shown it says so when the number was measured at an earlier one: then it is grey until
        it is measured again. While the run is `busy`, what is measured now and then always names its step, so that the
        words do not come and go.
        """
        shown = [spec for spec in self._model.metrics if spec.name in known]
        held_out = [spec for spec in shown if spec.held_out] or shown
        if not held_out:
            self.headline.setText("")
            return
        measured, value = known[held_out[0].name]
        earlier = step is not None and isfinite(value) and measured < step
        named = earlier or (busy and isfinite(value) and bool(held_out[0].evaluated))
        words = say(held_out[0], value) + (f" at step {grouped(round(measured))}" if named else "")
        self.headline.set_muted(earlier)
        self.headline.setText(words, len(words) - len(held_out[0].label))  # the name gives way, never the number
        self._leave_room()

    def show_pending(self, pending: bool) -> None:
        """Whether settings wait for a new run: then Reset says so."""
        self.reset_button.setText("Reset to apply" if pending else "Reset")
        theme.set_role(self.reset_button, "primary" if pending else "")
        icons.set_icon(self.reset_button, "reset", "accent_text" if pending else "text")

    def show_choice(self, preset: str | None, seed: int | None) -> None:
        """Which preset and seed are chosen; no preset when the settings are the user's own."""
        self.presets.setCurrentIndex(self.presets.findData(preset) if preset else -1)
        self.seed.setEnabled(seed is not None)
        with QSignalBlocker(self.seed):
            self.seed.setValue(seed or 0)

    @property
    def preset(self) -> str:
        """The preset that is chosen; "" when the settings are the user's own."""
        return self.presets.currentData() or ""

    def commit(self) -> None:
        """Take over a seed that is being typed, for a button or a shortcut that is pressed meanwhile."""
        self.seed.interpretText()

    @Slot(int)
    def _on_preset(self, index: int) -> None:
        self.preset_chosen.emit(self.presets.itemData(index))

    @Slot()
    def _next_seed(self) -> None:
        self.seed.setValue(self.seed.value() + 1)


def time_left(status: Status) -> str:
    """“about 2 min left” for a run that still takes a while; "" otherwise."""
    seconds = status.seconds_left
    return f"about {duration(seconds)} left" if seconds is not None and seconds > WORTH_SAYING else ""


def say(spec: MetricSpec, value: float) -> str:
    """A metric in words: "held-out accuracy 97.8 %"."""
    return f"{spec.label} " + number(value, spec.unit).replace(" ", "\u202f")


class _TimeSlider(CalmSlider):
    """A slider that goes where one clicks."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Jump to the place under the pointer, then drag from there."""
        if event.button() == Qt.MouseButton.LeftButton and self.maximum() > 0:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            groove = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderGroove, self
            )
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            if not handle.contains(event.position().toPoint()):
                span = groove.width() - handle.width()
                offset = round(event.position().x()) - groove.x() - handle.width() // 2
                self.setSliderDown(True)
                self.setSliderPosition(
                    QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), offset, max(span, 1))
                )
                self.setSliderDown(False)
        super().mousePressEvent(event)


class TimelineBar(QFrame):
    """The timeline: drag to any recorded step, walk a step at a time, continue from where one is.

    Signals:
        sought(object): the user wants to see this step (int; `object` because steps outgrow 32 bits).
        branched(): continue from the step that is shown.
        returned(): back to the run before this one.
    """

    sought = Signal(object)
    branched = Signal()
    stepped_back = Signal()
    stepped = Signal()
    returned = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self._unit = 1
        self._status = Status(0)
        self.back = tool_button("step-back", "one step back in time", "One step back (←)", self.stepped_back)
        self.forward = tool_button("step-forward", "one step forward in time", "One step forward (→)", self.stepped)
        self.slider = _TimeSlider()
        self.slider.setAccessibleName("timeline")
        self.slider.setToolTip("Drag to see the model as it was at an earlier step")
        self.slider.valueChanged.connect(self._on_value)
        self.place = Readout("step shown", sample="step 1 000 of 1 000", muted=True, right=True)
        self.present = push_button("Back to the present", "Show the newest recorded step (End)", self._to_present)
        self.branch = QPushButton("Continue from here")
        icons.set_icon(self.branch, "branch")
        self.branch.setToolTip(
            "Train on from the step that is shown; what was recorded after it stays as a ghost curve"
        )
        self.branch.clicked.connect(self.branched)
        self.previous = push_button(PREVIOUS, "", self.returned)
        icons.set_icon(self.previous, "undo")
        layout = QHBoxLayout(self)
        layout.setContentsMargins(10, 4, 10, 4)
        layout.setSpacing(8)
        layout.addWidget(self.back)
        layout.addWidget(self.slider, 1)
        layout.addWidget(self.forward)
        layout.addWidget(self.place)
        for button in (self.present, self.branch, self.previous):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            layout.addWidget(button)
        self.show_status(Status(0))

    def show_status(self, status: Status) -> None:
        """Where the run stands; the handle follows unless the user holds it."""
        self._status = status
        position = status.position if status.seeking is None else status.seeking
        self._unit = max(1, -(-status.head // 1_000_000_000))  # a slider counts in 32 bits
        with QSignalBlocker(self.slider):
            self.slider.setMaximum(status.head // self._unit)
            self.slider.setPageStep(max(1, self.slider.maximum() // 10))
            if not self.slider.isSliderDown():
                self.slider.setValue(position // self._unit)
        past = position < status.head
        self.place.setText(f"step {grouped(position)} of {grouped(status.head)}")
        self.slider.setEnabled(status.head > 0)
        self.back.setEnabled(position > 0)
        self.forward.setEnabled(status.phase not in ("loading", "finished", "failed", "running") or past)
        self.present.setEnabled(past)
        self.branch.setEnabled(past)
        self.previous.setEnabled(status.previous is not None)

    def name_previous(self, words: str) -> None:
        """What the run before this one was, in words; "" where there is none."""
        tip = f"{PREVIOUS}: {words}" if words else f"{PREVIOUS}: there is none yet"
        if tip != self.previous.toolTip():
            self.previous.setToolTip(as_tip(tip))
            self.previous.setAccessibleDescription(words)

    @Slot(int)
    def _on_value(self, value: int) -> None:
        step = self._status.head if value == self.slider.maximum() else value * self._unit
        self.sought.emit(step)

    @Slot()
    def _to_present(self) -> None:
        self.sought.emit(self._status.head)
