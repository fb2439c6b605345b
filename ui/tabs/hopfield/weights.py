"""All weights of the memory at once, and next to them the weights into one pixel as a picture."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.hopfield.fixed_points import LARGEST, fixed_points
from models.hopfield.local_field import heat_map
from models.hopfield.snapshot import HopfieldSnapshot
from ui.plots.grids.heat_map import HeatMap
from ui.plots.grids.image_tiles import ImageTiles
from ui.widgets.layout import column, heading, muted, row
from ui.widgets.plain import PlainLabel

MODERN = (
    "The modern network has no weights between pixels: it keeps the patterns themselves, one per row, and compares "
    "the picture with each of them."
)
HEBB = "Row i shows how strongly every pixel j pulls at pixel i: W is symmetric, for the pull is mutual."


class WeightsView(QWidget):
    """The weight matrix (modern network: the matrix of patterns) and the row that is under the pointer.

    Signals:
        pixel_chosen(int): a row was clicked.
    """

    pixel_chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: HopfieldSnapshot | None = None
        self._memory: tuple[object, ...] = ()
        self._pattern: int | None = None
        self.words = muted(HEBB, wrap=True)
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().height())
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.map = HeatMap("to pixel", "from pixel", "weight", empty_text="Nothing is stored yet: there are no weights")
        self.map.setToolTip(
            "Wheel: look closer. Drag: move. Double click: everything. Click: the weights into that pixel"
        )
        self.map.readout_changed.connect(self._say)
        self.map.picked.connect(self._on_cell)
        self.row_heading = heading()
        self.row_heading.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.row = ImageTiles(
            tile_name="row", value_name="value", enlarge=False, empty_text="The weights into one pixel appear here"
        )
        self.readout = PlainLabel()
        self.readout.setWordWrap(True)
        self.readout.setMinimumHeight(2 * self.readout.fontMetrics().height())
        self.readout.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.row.readout_changed.connect(self._say)
        beside = column(self.row_heading, (self.row, 1), self.readout, spacing=4)
        column(self.words, (row((self.map, 3), (beside, 2), spacing=12), 1), spacing=4, inside=self)

    def show_snapshot(self, snapshot: HopfieldSnapshot, pixel: int | None) -> None:
        """The matrix and the row of this pixel (None: the middle one); the same memory again costs next to nothing."""
        self._snapshot = snapshot
        memory = (snapshot.patterns, snapshot.weights)
        if len(self._memory) != 2 or any(a is not b for a, b in zip(memory, self._memory, strict=True)):
            self._memory, self._pattern = memory, None
            self._show_matrix(snapshot)
        height, width = snapshot.shape
        self._show_row(snapshot, height // 2 * width + width // 2 if pixel is None else pixel)

    def _show_matrix(self, snapshot: HopfieldSnapshot) -> None:
        modern = snapshot.weights is None
        if not len(snapshot.patterns):
            self.map.clear()
        elif modern:
            self.map.set_names("pattern", "pixel", "value")
            self.map.set_values(snapshot.patterns, level=1.0, describe=self._pattern_cell)
        else:
            self.map.set_names("to pixel", "from pixel", "weight")
            self.map.set_values(heat_map(snapshot), describe=self._weight_cell)
        words = MODERN if modern else HEBB
        neurons = len(snapshot.state)
        if snapshot.weights is not None and neurons <= LARGEST and len(snapshot.patterns):
            count = len(fixed_points(snapshot.weights, snapshot.config.zero_field))
            words += f" Of all 2^{neurons} pictures {count} are fixed points; {len(snapshot.patterns)} were stored."
        self.words.setText(words)

    def _show_row(self, snapshot: HopfieldSnapshot, pixel: int) -> None:
        if not len(snapshot.patterns):
            self.map.set_marked(None)
            self.row_heading.setText("")
            self.row.clear()
            return
        if snapshot.attention is not None:  # the modern network: a row is a pattern
            chosen = self._pattern if self._pattern is not None else int(np.argmax(snapshot.attention))
            row = min(chosen, len(snapshot.patterns) - 1)
            image = snapshot.patterns[row].reshape(snapshot.shape).astype(np.float32)
            heading, caption = f"Pattern {snapshot.labels[row]}", f"softmax {100 * snapshot.attention[row]:.1f} %"
        else:
            row, image = pixel, np.asarray(heat_map(snapshot, pixel))
            heading, caption = f"Weights into pixel {pixel}", f"into {self._name(pixel)}"
        self.map.set_marked(row)
        self.row_heading.setText(heading)
        self.row.set_images(image[None], [caption])

    def _name(self, pixel: int) -> str:
        """Where a pixel is; rows, columns and pixels are counted from 0, as in the matrix."""
        assert self._snapshot is not None
        row, column = divmod(pixel, self._snapshot.shape[1])
        return f"row {row}, column {column}"

    def _weight_cell(self, row: int, column: int) -> str:
        return f"W between pixel {row} ({self._name(row)}) and pixel {column} ({self._name(column)})"

    def _pattern_cell(self, row: int, column: int) -> str:
        assert self._snapshot is not None
        return f"Pattern {self._snapshot.labels[row]}, pixel {column} ({self._name(column)})"

    @Slot(object)
    def _say(self, words: str) -> None:
        self.readout.setText(words)

    @Slot(object)
    def _on_cell(self, cell: tuple[int, int]) -> None:
        if self._snapshot is None:
            return
        row, column = cell
        if self._snapshot.weights is None:
            self._pattern = row
            self.pixel_chosen.emit(column)
        else:
            self.pixel_chosen.emit(row)
