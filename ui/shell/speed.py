"""How fast to watch: from one step a second, to see each one, to as many as the computer can do."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ui.widgets.layout import muted
from ui.widgets.numbers import per_second
from ui.widgets.plain import as_tip
from ui.widgets.wheel import CalmSlider

SPEEDS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
"""Steps per second; the slider's last place, after these, sets no limit."""


class SpeedControl(QWidget):
    """A slider for the pace of a run, to be connected with `Session.set_pace`.

    Args:
        steps: what a step is called here, in the plural ("updates").
        start: the speed to begin with, one of SPEEDS; None for no limit.

    Signals:
        pace_changed(pace): steps per second, or None for as fast as it can.
    """

    pace_changed = Signal(object)

    def __init__(self, steps: str = "steps", start: int | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps = steps
        self.slider = CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, len(SPEEDS))
        self.slider.setPageStep(3)
        self.slider.setValue(len(SPEEDS) if start is None else SPEEDS.index(start))
        self.slider.setFixedWidth(74)
        self.slider.setAccessibleName("speed")
        self.slider.setToolTip(
            as_tip(f"How many {steps} a second to show; at the right end, as many as the computer can do")
        )
        self.words = muted()
        label = muted("Speed")
        label.setBuddy(self.slider)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label)
        layout.addWidget(self.slider)
        layout.addWidget(self.words)
        widest = max((self._say(speed) for speed in (*SPEEDS, None)), key=len)
        self.words.setFixedWidth(self.words.fontMetrics().horizontalAdvance(widest) + 8)
        self.slider.valueChanged.connect(self._on_value)
        self.words.setText(self._say(self.pace))

    @property
    def pace(self) -> int | None:
        """Steps per second, or None for as fast as it can."""
        place = self.slider.value()
        return SPEEDS[place] if place < len(SPEEDS) else None

    def set_pace(self, pace: int | None) -> None:
        """Choose one of SPEEDS, or None."""
        self.slider.setValue(len(SPEEDS) if pace is None else SPEEDS.index(pace))

    def _say(self, pace: int | None) -> str:
        return "no limit" if pace is None else per_second(pace, self._steps)

    @Slot(int)
    def _on_value(self, _place: int) -> None:
        self.words.setText(self._say(self.pace))
        self.pace_changed.emit(self.pace)
