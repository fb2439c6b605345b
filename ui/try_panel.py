"""The panel where a classifier is tried out: draw, see what the network is given, read its answer as the pen moves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QWidget

from models.base import DataError
from models.data.preparation import Preparation
from models.data.strokes import format_drawings, parse_drawings, read_drawings, write_drawings
from ui import theme
from ui.canvas.canvas_panel import CanvasPanel
from ui.canvas.preparation_view import PreparationView
from ui.canvas.stroke_canvas import StrokeCanvas
from ui.plots.probability_bars import ProbabilityBars

Predict = Callable[[NDArray[np.uint8]], NDArray[Any]]

STAGES_INTERVAL = 80
"""Milliseconds between two pictures of the preparation's steps; they cost ten times what the answer costs."""


class TryPanel(QWidget):
    """Canvas, preparation and answer.

    The answer is worked out in the window's thread, on the latest published copy of the parameters, once for all pen
    movements that have queued up; so it follows the pen however fast the worker trains.

    Signals:
        input_changed(): another image is to be judged; `preparation` holds it.
        failed(sentence): something dropped, pasted or opened could not be used.
        noticed(sentence): something worth knowing about what was loaded.
    """

    input_changed = Signal()
    failed = Signal(str)
    noticed = Signal(str)

    def __init__(
        self, names: Sequence[str], *, placeholder: str = "Draw a digit here", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._predict: Predict | None = None
        self.preparation: Preparation | None = None
        self.canvas = StrokeCanvas(placeholder=placeholder)
        self.panel = CanvasPanel(self.canvas)
        self.view = PreparationView()
        self.bars = ProbabilityBars(names)
        heading = QLabel("What the network sees")
        theme.set_role(heading, "heading")
        layout = QGridLayout(self)
        layout.setContentsMargins(8, 8, 12, 8)
        layout.setHorizontalSpacing(12)
        layout.setVerticalSpacing(4)
        layout.addWidget(self.panel, 0, 0)
        layout.addWidget(self.bars, 0, 1)
        layout.addWidget(heading, 1, 0, 1, 2)
        layout.addWidget(self.view, 2, 0, 1, 2)
        layout.setRowStretch(0, 1)
        layout.setColumnStretch(0, 3)
        layout.setColumnStretch(1, 2)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)  # after the pen events that are already queued
        self._soon.timeout.connect(self._prepare)
        self._stages_soon = QTimer(self)
        self._stages_soon.setSingleShot(True)
        self._stages_soon.setInterval(STAGES_INTERVAL)
        self._stages_soon.timeout.connect(self._show_stages)
        self.panel.changed.connect(self._soon.start)
        self.panel.failed.connect(self.failed)
        self.panel.noticed.connect(self.noticed)

    def add_button(self, text: str, tooltip: str, slot: Callable[[], object]) -> QPushButton:
        """A button of the tab's own below the canvas."""
        button = QPushButton(text)
        button.setToolTip(tooltip)
        button.clicked.connect(slot)
        self.panel.add_button(button)
        return button

    def set_predict(self, predict: Predict | None) -> None:
        """Use another function for the answers (None: untrained) and answer anew."""
        self._predict = predict
        self._answer()

    def set_image(self, image: NDArray[np.uint8], label: int | str | None) -> None:
        """Put an image on the canvas (28×28), for example a test digit."""
        self.canvas.set_image(image, label)

    def refresh(self) -> None:
        """Answer and show every stage at once instead of soon (tests, pictures)."""
        self._soon.stop()
        self._prepare()
        self._stages_soon.stop()
        self._show_stages()

    @Slot()
    def _prepare(self) -> None:
        self.preparation = self.canvas.preparation(stages=False)
        self._answer()
        self.input_changed.emit()
        if not self._stages_soon.isActive():
            self._stages_soon.start()

    @Slot()
    def _show_stages(self) -> None:
        self.view.set_preparation(self.canvas.preparation())

    def _answer(self) -> None:
        if self._predict is None:
            self.bars.set_untrained()
        elif self.preparation is None or self.preparation.empty:
            self.bars.set_empty()
        else:
            self.bars.set_probabilities(self._predict(self.preparation.image[None])[0])

    # Files ---------------------------------------------------------------------------------------------------------

    def save(self, path: Path) -> None:
        """Write the drawing as JSON; raises DataError when there are no strokes or the file cannot be written."""
        drawing = self.canvas.drawing()
        if not drawing.strokes:
            raise DataError("There are no strokes on the canvas: draw something first (a picture is not a drawing).")
        write_drawings(path, [drawing])

    def open(self, path: Path) -> None:
        """Show a drawing or a picture from a file; raises DataError."""
        if path.name.endswith((".json", ".json.gz")):
            drawings = read_drawings(path)
            if not drawings:
                raise DataError(f"{path.name} holds no drawing.")
            self.canvas.set_drawing(drawings[0])
        else:
            self.canvas.load_file(path)

    def as_json(self) -> dict[str, Any]:
        """The strokes on the canvas, for an experiment file."""
        drawing = self.canvas.drawing()
        return {"canvas": json.loads(format_drawings([drawing]))} if drawing.strokes else {}

    def from_json(self, values: Any) -> None:
        """Put back what `as_json` returned; raises DataError."""
        if isinstance(values, dict) and "canvas" in values:
            drawings = parse_drawings(json.dumps(values["canvas"]))
            if drawings:
                self.canvas.set_drawing(drawings[0])
