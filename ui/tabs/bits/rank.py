"""Do the rows determine the weights? The rank in words, and a slider that moves the weights where no row notices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QWidget

from models.base import owned
from models.bits.snapshot import BitsSnapshot, predict
from ui.widgets.buttons import push_button
from ui.widgets.layout import column, heading, muted, row, widget_of
from ui.widgets.plain import PlainLabel
from ui.widgets.wheel import CalmComboBox, CalmSlider

REACH = 100
"""Places of the slider on either side."""


class RankCard(QWidget):
    """Says whether the solution is unique; if it is not, weights can be slid along a direction and kept.

    Signals:
        slid(): the slider moved: show the weights there.
        keep(shift): add (n,) to the weights, and go on from there.
    """

    slid = Signal()
    keep = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: BitsSnapshot | None = None
        self._key: tuple[int, bytes] | None = None  # the rows: they decide rank and directions, the targets do not
        self.title = heading()
        self.words = muted(wrap=True)
        self.choice = CalmComboBox()
        self.choice.setAccessibleName("direction to slide along")
        self.choice.setToolTip("In which direction the weights are slid: there is one for every row that is missing")
        self.choice.currentIndexChanged.connect(self._on_choice)
        self.slider = CalmSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(-REACH, REACH)
        self.slider.setAccessibleName("slide the weights")
        self.slider.setToolTip("Move all weights along the arrows: they change, and no answer in the table does")
        self.slider.valueChanged.connect(self._on_slid)
        self.keep_button = push_button(
            "Keep", "Go on from these weights: training will not pull them back, since no row objects", self._on_keep
        )
        label = PlainLabel("Slide")
        label.setBuddy(self.slider)
        self.slide = widget_of(row(label, self.choice, (self.slider, 1), self.keep_button))
        column(self.title, self.words, self.slide, spacing=4, inside=self)
        self.slide.hide()
        self._show_keep()

    @property
    def direction(self) -> NDArray[np.float64] | None:
        """(n,), unit length: the direction that is chosen; None when the solution is unique."""
        snapshot = self._snapshot
        if snapshot is None or not len(snapshot.null_space):
            return None
        chosen = min(max(self.choice.currentIndex(), 0), len(snapshot.null_space) - 1)
        direction: NDArray[np.float64] = snapshot.null_space[chosen]
        return direction

    def shown(self, snapshot: BitsSnapshot) -> BitsSnapshot:
        """The snapshot with its weights slid as far as the slider says."""
        direction = self.direction
        if direction is None or not self.slider.value():
            return snapshot
        weights = owned(snapshot.parameters[0] + self._distance() * direction)
        moved = replace(snapshot, parameters=(weights,))
        outputs = predict(moved, snapshot.table.rows)
        return replace(moved, outputs=outputs, errors=outputs - snapshot.table.targets)

    def forget(self) -> None:
        """A new run: its weights are not slid, even if its rows are the same."""
        self.slider.setValue(0)
        self._key = None

    def show_snapshot(self, snapshot: BitsSnapshot) -> None:
        """Take note of the rows' rank."""
        self._snapshot = snapshot
        key = (snapshot.table.bits, snapshot.table.rows.tobytes())
        if key == self._key:
            return
        self._key = key
        free = snapshot.table.bits - snapshot.rank
        self.title.setText(
            f"Rank {snapshot.rank} of {snapshot.table.bits}: " + ("unique" if not free else "not unique")
        )
        words = snapshot.about_solution()
        if free:
            words += " Slide them along the arrows and see."
        self.words.setText(words)
        self.slider.setValue(0)
        self.choice.blockSignals(True)
        self.choice.clear()
        self.choice.addItems([f"{place + 1} of {free}" for place in range(free)])
        self.choice.blockSignals(False)
        self.choice.setVisible(free > 1)
        self.slide.setVisible(free > 0)

    def _distance(self) -> float:
        """How far the weights are slid: at the slider's end by half the largest place value."""
        assert self._snapshot is not None
        assert self._snapshot.true_weights is not None
        return self.slider.value() / REACH * float(self._snapshot.true_weights.max()) / 2

    @Slot(int)
    def _on_choice(self, _index: int) -> None:
        self.slider.setValue(0)
        self.slid.emit()

    @Slot(int)
    def _on_slid(self, _value: int) -> None:
        self._show_keep()
        self.slid.emit()

    @Slot()
    def _on_keep(self) -> None:
        direction = self.direction
        if direction is not None and self.slider.value():
            shift = owned(self._distance() * direction)
            self.slider.setValue(0)
            self.keep.emit(shift)

    def _show_keep(self) -> None:
        self.keep_button.setEnabled(self.slider.value() != 0)
