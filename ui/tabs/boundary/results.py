"""How well the points are told apart: accuracy, squared error, which class is taken for which, and when it stops."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.boundary.maps import confusion_counts, predict
from models.boundary.snapshot import BoundarySnapshot
from ui.plots.grids.confusion_matrix import ConfusionMatrix
from ui.widgets.layout import column, heading, muted, row
from ui.widgets.numbers import grouped, number
from ui.widgets.readout import Readout
from ui.widgets.wheel import CalmComboBox

BRIER = (
    "Brier score: the mean squared difference between the probabilities and 1 for the true class, 0 for the others. "
    "The loss compares the outputs with their targets instead."
)
VALUES = "MSE: the mean squared error of the predicted values. R²: the share of their variance that is explained."


class Results(QWidget):
    """Numbers above, the confusion matrix of the training or of the held-out points below, then the stop rule."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: BoundarySnapshot | None = None
        self.which = CalmComboBox()
        self.which.addItems(["held-out points", "training points"])
        self.which.setAccessibleName("points that are counted")
        self.which.setToolTip("Which points the matrix counts")
        self.which.currentIndexChanged.connect(self._show_matrix)
        self.lines = [line("results on held-out points"), line("results on training points")]
        self.matrix = ConfusionMatrix(("A", "B"))
        self.matrix.setMinimumHeight(84)
        self.no_classes = muted("Values are predicted here: there are no classes to confuse.", wrap=True)
        self.no_classes.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.no_classes.hide()
        self.stop_rule = muted(wrap=True)
        self.stop_rule.setAccessibleName("stop rule")
        self.stop_rule.setMinimumHeight(2 * self.stop_rule.fontMetrics().lineSpacing())
        for each in self.lines:
            each.setToolTip(BRIER)
        column(
            row((heading("Results"), 1), self.which),
            *self.lines,
            (self.matrix, 1),
            (self.no_classes, 1),
            self.stop_rule,
            margins=(8, 4, 8, 4),
            spacing=2,
            inside=self,
        )

    def show_results(self, snapshot: BoundarySnapshot) -> None:
        """Everything for this step."""
        self._snapshot = snapshot
        answers = predict(snapshot, snapshot.points)
        for readout, name, chosen in (
            (self.lines[0], "held out", snapshot.held_out),
            (self.lines[1], "training", ~snapshot.held_out),
        ):
            readout.setText(_say(snapshot, answers, name, chosen))
        text = stop_words(snapshot)
        if text != self.stop_rule.text():
            self.stop_rule.setText(text)
        if self.matrix.isHidden() != snapshot.regression:
            for each in self.lines:
                each.setToolTip(VALUES if snapshot.regression else BRIER)
            self.matrix.setVisible(not snapshot.regression)
            self.which.setVisible(not snapshot.regression)
            self.no_classes.setVisible(snapshot.regression)
        self._show_matrix()

    def clear(self) -> None:
        """There is no run."""
        self._snapshot = None
        for each in self.lines:
            each.setText("")
        self.stop_rule.setText("")
        self.matrix.set_counts(None)

    @Slot()
    def _show_matrix(self) -> None:
        snapshot = self._snapshot
        if snapshot is None or snapshot.regression:
            return
        self.matrix.set_names(snapshot.class_names)
        self.matrix.set_counts(confusion_counts(snapshot, held_out=self.which.currentIndex() == 0))


def line(name: str, *, muted: bool = False) -> Readout:
    """A line of text that takes the width it is given, and shortens what is longer."""
    readout = Readout(name, most=1, muted=muted)
    readout.setMinimumWidth(1)
    readout.setMaximumWidth(16_777_215)
    readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return readout


def _say(snapshot: BoundarySnapshot, answers: np.ndarray, name: str, chosen: np.ndarray) -> str:
    """Accuracy and Brier score of some points in one line; for values their mean squared error."""
    count = int(chosen.sum())
    if not count:
        return f"{name}: no points"
    if snapshot.targets is not None:
        error = answers[chosen, 0] - snapshot.targets[chosen]
        variance = float(snapshot.targets[chosen].var())
        explained = f" · R² {1 - float((error**2).mean()) / variance:.3f}" if variance else ""
        return f"{name} ({count}): MSE {number(float((error**2).mean()))}{explained}"
    assert snapshot.labels is not None
    right = float(np.mean(snapshot.predictions[chosen] == snapshot.labels[chosen]))
    wanted = np.eye(answers.shape[1], dtype=np.float32)[snapshot.labels[chosen]]
    error = float(((answers[chosen] - wanted) ** 2).mean())
    return f"{name} ({count}): {number(right, '%')} right · Brier {number(error)}"


def stop_words(snapshot: BoundarySnapshot) -> str:
    """When training stops, or why it has, in words."""
    config = snapshot.config
    if snapshot.stop_reason:
        return snapshot.stop_reason
    if not config.patience:
        return f"Stop rule: none; it trains for {grouped(config.epochs)} epochs."
    if not np.isfinite(snapshot.best_held_out_loss):
        return (
            f"Stop rule: stops when the held-out loss has not fallen by {config.improvement:g} for "
            f"{config.patience} epochs."
        )
    return (
        f"Stop rule: {snapshot.epochs_waited} of {config.patience} epochs without improvement; "
        f"best held-out loss {number(snapshot.best_held_out_loss)}."
    )
