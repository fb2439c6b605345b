"""The confusion matrix of the held-out images, with the images behind every cell: which ones go wrong, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from models.supervised.confusion import confusion
from ui.plots.grids.confusion_matrix import ConfusionMatrix
from ui.plots.grids.image_gallery import ImageGallery
from ui.widgets import theme
from ui.widgets.numbers import grouped
from ui.widgets.plain import PlainLabel


class ConfusionExplorer(QWidget):
    """Matrix above, images of the chosen cell below.

    Signals:
        image_chosen(int): index of a held-out image that was clicked.
    """

    image_chosen = Signal(object)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = tuple(names)
        self._images: NDArray[np.uint8] = np.zeros((0, 1, 1), np.uint8)
        self._labels: NDArray[Any] = np.zeros(0, np.uint8)
        self._predictions: NDArray[Any] | None = None
        self._cell: tuple[int, int] | None = None
        self._shown: NDArray[np.int64] = np.zeros(0, np.int64)
        self._when = ""
        self.matrix = ConfusionMatrix(names)
        self.matrix.picked.connect(self._choose)
        self.matrix.readout_changed.connect(self._say)
        self.gallery = ImageGallery(cell=44, empty_text="Click a cell to see its images")
        self.gallery.picked.connect(self._on_image)
        self.gallery.setToolTip("Click an image to put it on the canvas")
        self.caption = PlainLabel()
        theme.set_role(self.caption, "muted")
        self.caption.setWordWrap(True)
        self.caption.setMinimumHeight(2 * self.caption.fontMetrics().height())
        self.caption.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        below = QWidget()
        layout = QVBoxLayout(below)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.caption)
        layout.addWidget(self.gallery, 1)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.matrix)
        splitter.addWidget(below)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(splitter)
        self._say("")

    def set_data(self, images: NDArray[np.uint8], labels: NDArray[Any], names: Sequence[str]) -> None:
        """The held-out images (M, H, W) and their labels (M,); forgets what was shown of others."""
        if images is self._images and labels is self._labels:
            return
        self._images, self._labels, self._names = images, labels, tuple(names)
        self._cell = None  # the same place means something else there, or nothing
        self.matrix.set_names(names)
        self.set_predictions(None)

    def set_predictions(self, predictions: NDArray[Any] | None, step: int | None = None) -> None:
        """What the model took each of them for (M,); None: not measured yet.

        `step`: when that was, to be said while a run goes on and other numbers may be newer; None where it is plain.
        """
        self._when = "" if step is None else f" at step {grouped(step)}"
        same = (
            self._predictions is not None and predictions is not None and np.array_equal(self._predictions, predictions)
        )
        if same or (predictions is None and self._predictions is None):
            self._say(self.matrix.readout)
            return
        self._predictions = predictions
        if predictions is None:
            self.matrix.set_counts(None)
        else:
            self.matrix.set_counts(confusion(self._labels, predictions, len(self._names)))
        self._show_cell()

    @Slot(object)
    def _choose(self, cell: tuple[int, int]) -> None:
        """Show a cell's images; of the one that is shown already, all mistakes again."""
        self._cell = None if self._cell == cell else cell
        self._show_cell()
        self._say("")  # what the images below are, also where the pointer rests on another cell

    def _show_cell(self) -> None:
        """The images of the chosen cell; at the beginning, all that go wrong."""
        if self._predictions is None:
            self._shown = np.zeros(0, np.int64)
            self.gallery.set_images(np.zeros((0, 1, 1), np.uint8))
            self._say("")
            return
        if self._cell is None:
            chosen = self._labels != self._predictions
        else:
            chosen = (self._labels == self._cell[0]) & (self._predictions == self._cell[1])
        shown = np.flatnonzero(chosen)
        if np.array_equal(shown, self._shown):
            self.gallery.update()  # the same images, but their answers may be others
        else:
            self._shown = shown
            self.gallery.set_images(self._images[shown], self._caption)
        self._say(self.matrix.readout)

    def _caption(self, place: int) -> str:
        """What is written under one of the images shown; asked for only as it is painted."""
        assert self._predictions is not None
        index = self._shown[place]
        true, predicted = self._names[self._labels[index]], self._names[self._predictions[index]]
        return true if true == predicted else f"{true} → {predicted}"

    @Slot(object)
    def _say(self, sentence: str) -> None:
        if sentence:
            self.caption.setText(sentence)
        elif self._predictions is None:
            self.caption.setText("Held-out images have not been looked at yet.")
        elif self._cell is None and not len(self._shown):
            self.caption.setText(f"No mistakes on held-out images{self._when}.")
        elif self._cell is None:
            count = len(self._shown)
            mistakes = "The only mistake" if count == 1 else f"All {count} mistakes"
            self.caption.setText(f"{mistakes} on held-out images{self._when} (true → predicted).")
        else:
            self.caption.setText(self.matrix.sentence(*self._cell))

    @Slot(object)
    def _on_image(self, index: int) -> None:
        self.image_chosen.emit(int(self._shown[index]))
