"""The pictures that the network learns from, and those held out, as a gallery: click one to put it on the canvas."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QButtonGroup, QWidget

from models.cnn.config import CnnConfig
from models.data.pictures.faces import TEST_FACES, TRAINING_FACES, tiny_faces
from models.data.pictures.mnist import ImageData
from ui.plots.grids.image_gallery import ImageGallery
from ui.widgets import theme
from ui.widgets.buttons import push_button
from ui.widgets.layout import column, muted, row, widget_of
from ui.widgets.plain import PlainLabel
from ui.widgets.view_switch import add_choices

WITHOUT = (
    "How much moving and mirroring matters: with it, “faces-original” gets 9 of 10 new faces right; learning from the "
    "nine faces just as they are, 7 of 10 (18 faces of other kinds, 20 seeds)."
)


class PicturesView(QWidget):
    """Training pictures or held-out pictures with what the network answers.

    Signals:
        image_chosen(image, label): a picture (H, W) was clicked, and the index of its class.
        without_wanted(): train once more without moving and mirroring.
    """

    image_chosen = Signal(object, object)
    without_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._data: ImageData | None = None
        self._dataset = ""
        self._predictions: NDArray[np.uint8] | None = None
        self._held_out = False
        self._gallery_side = 0
        self.galleries = {side: ImageGallery(cell=cell, caption_lines=2) for side, cell in ((8, 64), (28, 56))}
        self._buttons = QButtonGroup(self)
        top = row(spacing=4)
        parts = (
            ("To learn from", "What the network is trained on"),
            ("Held out", "What it is tested on, and its answers"),
        )
        add_choices(top, self._buttons, parts)
        self._buttons.idClicked.connect(self._on_switch)
        self.words = muted()
        self.words.setMinimumWidth(1)
        top.addWidget(self.words, 1)
        sentence = PlainLabel(WITHOUT)
        sentence.setWordWrap(True)
        self.without_button = push_button(
            "Try it without", "Start a new run that shows the nine faces just as they are", self.without_wanted
        )
        self.note = widget_of(row((sentence, 1), self.without_button))
        for gallery in self.galleries.values():
            gallery.setToolTip("Click a picture to put it on the canvas, and change it there")
            gallery.picked.connect(self._on_image)
        galleries = ((gallery, 1) for gallery in self.galleries.values())
        column(top, *galleries, self.note, spacing=6, inside=self)

    @property
    def gallery(self) -> ImageGallery:
        """The gallery that is shown."""
        return self.galleries[8 if self._dataset == "faces-8" else 28]

    def show_data(self, config: CnnConfig, data: ImageData, predictions: NDArray[np.uint8] | None) -> None:
        """Show another data set, or other answers (M,) to the held-out pictures; None: not measured yet."""
        same = data is self._data and config.dataset == self._dataset
        if same and (predictions is self._predictions or not self._held_out):
            self._predictions = predictions
            return
        if same and predictions is not None and self._predictions is not None:
            unchanged = np.array_equal(predictions, self._predictions)
            self._predictions = predictions
            if not unchanged:
                self.gallery.update()  # captions and colours are looked up when they are painted
            return
        self._data, self._dataset, self._predictions = data, config.dataset, predictions
        self._fill()

    def show_held_out(self, held_out: bool) -> None:
        """Switch between the pictures to learn from and those held out."""
        self._buttons.button(int(held_out)).setChecked(True)
        self._on_switch(int(held_out))

    @Slot(int)
    def _on_switch(self, index: int) -> None:
        self._held_out = bool(index)
        self._fill()

    def _fill(self) -> None:
        if self._data is None:
            return
        data, tiny = self._data, self._dataset == "faces-8"
        for gallery in self.galleries.values():
            gallery.setVisible(gallery is self.gallery)
        self.note.setVisible(tiny)
        images = data.test_images if self._held_out else data.train_images
        self.gallery.set_images(images, self._caption, self._color)
        what = "held out: the network never learns from them" if self._held_out else "to learn from"
        self.words.setText(f"{len(images):,} {what}".replace(",", " "))

    def _caption(self, index: int) -> str:
        assert self._data is not None
        names, held_out = self._data.class_names, self._held_out
        label = names[(self._data.test_labels if held_out else self._data.train_labels)[index]]
        kind = ""
        if self._dataset == "faces-8":
            faces = tiny_faces(TEST_FACES if held_out else TRAINING_FACES)
            kind = faces[index].name if index < len(faces) else ""
        if held_out and self._predictions is not None:
            answer = names[self._predictions[index]]
            if answer != label:
                return f"✗ {answer}\nis {label}"
            label = f"✓ {label}"
        return f"{label}\n{kind}" if kind else label

    def _color(self, index: int) -> QColor:
        colors = theme.current()
        if self._data is None or not self._held_out or self._predictions is None:
            return colors.text
        return colors.success if self._predictions[index] == self._data.test_labels[index] else colors.error

    @Slot(object)
    def _on_image(self, index: int) -> None:
        if self._data is not None:
            images, labels = (
                (self._data.test_images, self._data.test_labels)
                if self._held_out
                else (self._data.train_images, self._data.train_labels)
            )
            self.image_chosen.emit(images[index], int(labels[index]))
