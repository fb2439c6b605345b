"""Where a picture for the memory is made: drawn by pixels or with a pen, stored with one click, damaged on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from models.base import DataError
from models.data.drawing.preparation import SIDE
from models.data.drawing.strokes import format_drawings, parse_drawings, write_drawings
from models.data.pictures.patterns import Pattern, from_image
from models.hopfield.config import HopfieldConfig
from models.hopfield.corruption import CORRUPTIONS
from ui.canvas.canvas_panel import CanvasPanel
from ui.canvas.pixel_canvas import PixelCanvas
from ui.canvas.stroke_canvas import StrokeCanvas
from ui.canvas.surface import Surface
from ui.widgets.buttons import push_button
from ui.widgets.layout import column, heading, muted, row
from ui.widgets.view_switch import add_choices
from ui.widgets.wheel import CalmComboBox, CalmSlider, CalmSpinBox

THRESHOLD, SMALL_THRESHOLD = 0.5, 0.25
"""Share of a pixel's area that the pen must ink to make it black, at MNIST's size and in smaller pictures, whose pixels
are wider than a stroke."""

PAUSE = 40
"""Milliseconds between two pictures sent to the memory while the pen moves."""

KINDS = {
    "flip": "flip pixels",
    "noise": "noise",
    "blank-half": "blank half",
    "first-pixels": "flip the first",
}
"""Kinds of damage as the list names them."""


class ProbePanel(QWidget):
    """A canvas for pixels and one for the pen; what lies on the shown one is the picture that the memory is given.

    Signals:
        drawn(): the picture was changed by hand; `pixels()` is what it is now.
        store(label): the picture is to be stored.
        damage(): the controls of damage were used; `damaged()` gives the result.
        damage_anew(): the button was pressed: if just this damage is done, other pixels are wanted.
        failed(sentence): something dropped, pasted or opened could not be used.
    """

    drawn = Signal()
    store = Signal(str)
    damage = Signal()
    damage_anew = Signal()
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shape = (16, 16)
        self._given = False  # the picture is put there by the program, not by hand
        self.pixel_canvas = PixelCanvas(16, 16, low=-1.0, high=1.0)
        self.pen_canvas = StrokeCanvas(placeholder="Draw here with the pen")
        self._canvases = QStackedWidget()
        for canvas in (self.pixel_canvas, self.pen_canvas):
            panel = CanvasPanel(canvas)
            panel.changed.connect(self._on_changed)
            panel.failed.connect(self.failed)
            self._canvases.addWidget(panel)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE)
        self._soon.timeout.connect(self.drawn)
        column(
            self._make_heading(),
            (self._canvases, 1),
            self._make_store(),
            self._make_damage(),
            margins=(10, 8, 10, 8),
            spacing=6,
            inside=self,
        )

    # -- building

    def _make_heading(self) -> QHBoxLayout:
        line = row((heading("Your picture"), 1), spacing=4)
        self._modes = QButtonGroup(self)
        pen = "Draw strokes: they are centred and scaled like handwritten digits, then cut to black and white"
        add_choices(line, self._modes, (("Pixels", "Set single pixels with the mouse"), ("Pen", pen)))
        self._modes.idClicked.connect(self._on_mode)
        return line

    def _make_store(self) -> QHBoxLayout:
        self.name = QLineEdit()
        self.name.setPlaceholderText("name")
        self.name.setMaxLength(24)
        self.name.setAccessibleName("name of the picture")
        self.name.setToolTip("What to call the picture in the memory; without a name it gets a number")
        self.name.returnPressed.connect(self._on_store)
        self.store_button = push_button(
            "Store it", "Store the picture on the canvas as one more memory", self._on_store
        )
        return row((self.name, 1), self.store_button, spacing=6)

    def _make_damage(self) -> QVBoxLayout:
        self.kind = CalmComboBox()
        self.kind.setAccessibleName("kind of damage")
        self.kind.setToolTip("How the picture is damaged")
        for name, words in KINDS.items():
            self.kind.addItem(words, name)
        self.damage_button = push_button(
            "Damage it",
            "Damage the pattern on the canvas, always anew from the undamaged one; pressed again: other pixels",
        )
        self.amount = CalmSlider(Qt.Orientation.Horizontal)
        self.amount.setRange(0, 100)
        self.amount.setValue(20)
        self.amount.setPageStep(5)
        self.amount.setAccessibleName("share of damaged pixels")
        self.amount.setToolTip("Share of the pixels that change colour")
        self.amount_words = muted()
        self.amount_words.setFixedWidth(self.amount_words.fontMetrics().horizontalAdvance("100 % · 1024 px") + 4)
        self.seed = CalmSpinBox()
        self.seed.setRange(0, 9999)
        self.seed.setAccessibleName("seed of the damage")
        self.seed.setToolTip("Chooses which pixels are damaged: the same number, the same pixels")
        self.seed.setFixedWidth(64)
        seed_label = muted("Seed")
        seed_label.setBuddy(self.seed)
        self.damage_button.clicked.connect(self.damage_anew)
        self.kind.activated.connect(self.damage)
        self.amount.valueChanged.connect(self.damage)
        self.seed.valueChanged.connect(self.damage)
        self.amount.valueChanged.connect(self._say_amount)
        self.kind.currentIndexChanged.connect(self._say_amount)
        self._say_amount()
        return column(
            row((self.kind, 1), seed_label, self.seed, spacing=6),
            row((self.amount, 1), self.amount_words, self.damage_button, spacing=6),
            spacing=6,
        )

    # -- the picture

    @property
    def canvas(self) -> Surface:
        """The canvas that is shown."""
        return self.pen_canvas if self._canvases.currentIndex() else self.pixel_canvas

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) of the picture."""
        return self._shape

    @property
    def busy(self) -> bool:
        """Whether a change by hand has not been told yet."""
        return self._soon.isActive()

    def pixels(self) -> Pattern:
        """The picture for the memory, (N,) of −1 and +1: pen strokes are prepared like handwritten digits first."""
        if self.canvas is self.pen_canvas:
            image = self.pen_canvas.preparation(stages=False).image
            return from_image(image, self._shape, THRESHOLD if min(self._shape) >= SIDE else SMALL_THRESHOLD)
        return np.where(self.pixel_canvas.pixels() > 0, 1, -1).astype(np.int8).ravel()

    def damaged(self, pattern: NDArray[Any]) -> Pattern:
        """A pattern (N,) damaged as the controls say."""
        rng = np.random.default_rng(self.seed.value())
        return CORRUPTIONS[self.kind.currentData()](pattern, self.amount.value() / 100, rng)

    def next_seed(self) -> None:
        """Other pixels to damage, without telling anybody; where no luck is involved, nothing changes."""
        if not self.seed.isEnabled():
            return
        with QSignalBlocker(self.seed):
            self.seed.setValue((self.seed.value() + 1) % (self.seed.maximum() + 1))

    def show_pixels(self, pixels: NDArray[Any], shape: tuple[int, int]) -> None:
        """Put a picture (N,) on the pixel canvas without telling anybody; can be undone unless the size changes."""
        undoable = shape == (self.pixel_canvas.rows, self.pixel_canvas.columns)
        self._shape = shape
        self._set_mode(0)
        self._given = True
        self.pixel_canvas.set_pixels(pixels.reshape(shape), undoable=undoable)
        self._given = False
        self._say_amount()

    def show_config(self, config: HopfieldConfig) -> None:
        """Set the controls of damage to what a new run did."""
        for widget, value in ((self.amount, round(100 * config.corruption_rate)), (self.seed, config.seed % 10_000)):
            with QSignalBlocker(widget):
                widget.setValue(value)
        self.kind.setCurrentIndex(self.kind.findData(config.corruption))
        self._say_amount()

    def _set_mode(self, index: int) -> None:
        focused = self.canvas.hasFocus()
        self._canvases.setCurrentIndex(index)
        if focused:  # else the next button would have it, and Space would press that
            self.canvas.setFocus(Qt.FocusReason.OtherFocusReason)
        self._modes.button(index).setChecked(True)

    @Slot(int)
    def _on_mode(self, index: int) -> None:
        self._canvases.setCurrentIndex(index)
        self.canvas.setFocus(Qt.FocusReason.MouseFocusReason)
        if not self.canvas.is_empty:
            self._on_changed()

    @Slot()
    def _on_changed(self) -> None:
        if not self._given and not self._soon.isActive():
            self._soon.start()

    @Slot()
    def _on_store(self) -> None:
        self.store.emit(self.name.text().strip())
        self.name.clear()

    @Slot()
    def _say_amount(self) -> None:
        kind, share, count = self.kind.currentData(), self.amount.value(), self._shape[0] * self._shape[1]
        self.amount.setEnabled(kind != "blank-half")
        self.seed.setEnabled(kind in ("flip", "noise"))
        pixels = f"{'≈ ' if kind == 'noise' else ''}{int(count * share / 100)} px"
        self.amount_words.setText("lower half" if kind == "blank-half" else f"{share} % · {pixels}")

    # -- files

    def save(self, path: Path) -> None:
        """Write the pen's strokes; raises DataError when there are none."""
        drawing = self.pen_canvas.drawing()
        if self.canvas is not self.pen_canvas or not drawing.strokes:
            raise DataError(
                "Only pen drawings are saved as drawings: choose Pen and draw. Pixels are saved with the experiment."
            )
        write_drawings(path, [drawing])

    def open(self, path: Path) -> None:
        """Show a drawing or a picture from a file on the pen's canvas; raises DataError."""
        self._set_mode(1)
        self.pen_canvas.load_file(path)

    def as_json(self) -> dict[str, Any]:
        """The pen's strokes, for an experiment file."""
        drawing = self.pen_canvas.drawing()
        return {"canvas": json.loads(format_drawings([drawing]))} if drawing.strokes else {}

    def from_json(self, values: Mapping[str, Any]) -> None:
        """Put back what `as_json` returned; raises DataError."""
        if "canvas" in values:
            drawings = parse_drawings(json.dumps(values["canvas"]))
            if drawings:
                self._given = True
                self.pen_canvas.set_drawing(drawings[0])
                self._given = False
