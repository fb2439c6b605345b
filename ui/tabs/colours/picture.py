"""A picture of one's own: a click takes a colour out of it, and the network paints it in regions of names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QRectF, Signal, Slot
from PySide6.QtGui import QColor, QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import QCheckBox, QFileDialog, QWidget

from models.base import DataError
from models.colours.maps import Sheet, typical
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes
from models.data.drawing.photos import read_photo
from ui.canvas.incoming import to_rgba
from ui.tabs.colours.regions import Regions
from ui.widgets.buttons import push_button
from ui.widgets.dropped import experiment_in, files_in
from ui.widgets.layout import column, row
from ui.widgets.number_table import NumberTable
from ui.widgets.numbers import percent
from ui.widgets.problem import report

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"
LARGEST = 600
"""Pixels of the longer side that are kept: more would not be seen."""


class PictureSheet(Regions):
    """The picture, or its names."""

    def __init__(self) -> None:
        super().__init__("picture")
        self.outlined = False
        self.picture: NDArray[np.uint8] | None = None
        self.setToolTip("Drop a picture here; click to take a colour out of it")

    def set_picture(self, picture: NDArray[np.uint8]) -> None:
        """Show (H, W, 3) or (H, W, 4) uint8."""
        step = max(1, -(-max(picture.shape[:2]) // LARGEST))
        self.picture = np.ascontiguousarray(picture[::step, ::step])
        self.renew()

    def area(self) -> QRectF:
        """As large as fits, in its own proportions."""
        whole = QRectF(self.contentsRect())
        if self.picture is None:
            return whole
        height, width = self.picture.shape[:2]
        share = min(whole.width() / width, whole.height() / height)
        size = (max(8.0, share * width), max(8.0, share * height))
        return QRectF((whole.width() - size[0]) / 2, (whole.height() - size[1]) / 2, *size)

    def sheet_of(self, width: int, height: int) -> Sheet:
        """The picture in so many pixels; where it is transparent, there is no colour."""
        if self.picture is None:
            return Sheet(np.zeros((8, 8, 3), np.uint8), np.zeros((8, 8), bool))
        rows = (np.arange(height) * self.picture.shape[0]) // height
        columns = (np.arange(width) * self.picture.shape[1]) // width
        small = self.picture[rows[:, None], columns]
        return Sheet(np.ascontiguousarray(small[..., :3]), small[..., 3] > 127 if small.shape[2] == 4 else None)


class PicturePanel(QWidget):
    """The picture, a switch between it and its names, and how much of it has which name.

    Signals:
        chosen(colour): a click took (3,) uint8 out of the picture.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: ColoursSnapshot | None = None
        self.sheet = PictureSheet()
        self.sheet.chosen.connect(self.chosen)
        self.named = QCheckBox("Paint in names")
        self.named.setToolTip("Paint every pixel in the colour that is typical of its name")
        self.named.setChecked(True)
        self.named.toggled.connect(self._on_named)
        self.sheet.filled = True
        opened = push_button("Open …", "A photo or any other picture (or drop one here)", self._on_open)
        self.tally = NumberTable(("name", "share"), ("what the network calls it", "of all pixels"), "tally of names")
        self.tally.setMinimumHeight(60)
        self.setAcceptDrops(True)
        column(
            row(opened, self.named, spacing=6),
            (self.sheet, 3),
            (self.tally, 2),
            margins=(8, 6, 8, 4),
            spacing=4,
            inside=self,
        )
        self.set_picture(example())

    def set_picture(self, picture: NDArray[np.uint8]) -> None:
        """Show another picture, (H, W, 3) or (H, W, 4) uint8."""
        self.sheet.set_picture(picture)
        self._count()

    def show_network(self, snapshot: ColoursSnapshot, *, moving: bool) -> None:
        """Paint it by another network."""
        self._snapshot = snapshot
        self.sheet.show_network(snapshot, moving=moving)
        self._count()

    def open(self, path: Path) -> None:
        """Show the picture in a file; raises DataError."""
        self.set_picture(read_photo(path))

    def take(self, mime: QMimeData | None) -> None:
        """Show what was dropped or pasted; raises DataError where that is no picture."""
        files = files_in(mime) if mime is not None else []
        if files:
            self.open(files[0])
            return
        image = mime.imageData() if mime is not None and mime.hasImage() else None
        if not isinstance(image, QImage) or image.isNull():
            raise DataError("There is no picture to paste or drop: copy one first, or drop a PNG or JPEG file.")
        self.set_picture(to_rgba(image))

    @property
    def shares(self) -> dict[str, float]:
        """How much of the picture has which name, the largest first."""
        labels, snapshot = self.sheet.labels, self._snapshot
        if labels is None or snapshot is None or not (labels >= 0).any():
            return {}
        counts = np.bincount(labels[labels >= 0], minlength=len(snapshot.data.names))
        order = np.argsort(-counts, kind="stable")
        return {snapshot.data.names[name]: float(counts[name] / counts.sum()) for name in order if counts[name]}

    def _count(self) -> None:
        shares, snapshot = self.shares, self._snapshot
        self.tally.setRowCount(len(shares))
        if snapshot is None:
            return
        shades: Bytes = typical(snapshot.data)
        for place, (name, share) in enumerate(shares.items()):
            shade = QColor(*shades[snapshot.data.names.index(name)].tolist())
            self.tally.write(place, (name, percent(share)), color=shade)

    @Slot(bool)
    def _on_named(self, named: bool) -> None:
        self.sheet.set_filled(named)

    @Slot()
    def _on_open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open picture", "", PICTURES)
        if name:
            try:
                self.open(Path(name))
            except DataError as error:
                report(self, "The picture could not be opened", str(error))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Pictures are welcome."""
        mime = event.mimeData()
        if mime.hasImage() or (mime.hasUrls() and experiment_in(mime) is None):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Show it."""
        try:
            self.take(event.mimeData())
            event.acceptProposedAction()
        except DataError as error:
            report(self, "That could not be used", str(error))


def example() -> NDArray[np.uint8]:
    """A picture to begin with, (120, 180, 3): sun, sky, sea and sand, painted here."""
    y, x = np.mgrid[0:120, 0:180] / 120
    sky = np.stack([130 + 110 * y, 180 + 30 * y, 255 - 60 * y], axis=-1)
    sea = np.stack([10 + 30 * x, 90 + 60 * (1 - y) + 40 * x, 140 + 20 * np.sin(9 * x + 22 * y)], axis=-1)
    sand = np.stack([238 - 40 * y, 205 - 45 * y, 150 - 50 * y], axis=-1)
    shore = 0.86 + 0.05 * np.sin(4 * x)
    found = np.where((y < 0.55)[..., None], sky, np.where((y < shore)[..., None], sea, sand))
    found[np.hypot(x - 1.1, y - 0.3) < 0.13] = 250, 205, 50
    sail = (np.abs(x - 0.45) < (y - 0.3) * 0.5) & (y < 0.58) & (y > 0.3)
    found[sail & (x < 0.45)] = 200, 30, 40
    found[sail & (x >= 0.45)] = 245, 245, 240
    found[(np.abs(x - 0.45) < 0.17 - 0.6 * (y - 0.6)) & (y >= 0.6) & (y < 0.67)] = 95, 60, 30
    return np.clip(found, 0, 255).astype(np.uint8)
