"""What comes onto a canvas from outside, dropped or pasted: a drawing, a photo, a file of either."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QMimeData, QSize, Qt
from PySide6.QtGui import QImage

from models.base import DataError
from models.data.drawing.photos import read_photo
from models.data.drawing.preparation import SIDE, Preparation
from models.data.drawing.strokes import Drawing, format_drawings
from playground.engine.drawings import Example, parse_examples, read_examples
from ui.canvas.canvas_input import AS_DIGIT, Preparing
from ui.widgets.dropped import experiment_in

DRAWING_MIME = "application/x-playground-drawing+json"
"""Our own drawings on the clipboard, in the form of the drawing files."""

LARGEST_SIDE = 2000
"""Pictures from the clipboard are made smaller than this first: a digit needs no more."""


@dataclass(frozen=True)
class Incoming:
    """What was found: a drawing, or else a picture brought to 28×28; `notice` is a sentence to be shown, or ""."""

    drawing: Drawing | None = None
    photo: Preparation | None = None
    label: int | str | None = None
    notice: str = ""


def is_welcome(mime: QMimeData) -> bool:
    """Whether it may hold something for the canvas; only `from_mime` looks inside."""
    return mime.hasFormat(DRAWING_MIME) or mime.hasImage() or (mime.hasUrls() and experiment_in(mime) is None)


def from_mime(mime: QMimeData | None, preparing: Preparing = AS_DIGIT) -> Incoming:
    """Read a dropped or pasted object; an empty clipboard is None on some systems.

    Raises DataError with a sentence that names the cause and what would be accepted.
    """
    if mime is None:
        mime = QMimeData()
    if mime.hasFormat(DRAWING_MIME):
        return _first(parse_examples(bytes(mime.data(DRAWING_MIME).data()), "the clipboard"), "The clipboard")
    files = [url.toLocalFile() for url in mime.urls() if url.isLocalFile()]
    if files:
        return read_file(files[0], preparing)
    if mime.hasImage():
        image = mime.imageData()
        if isinstance(image, QImage) and not image.isNull():
            return _photo(to_rgba(image), "The picture", preparing)
        raise DataError("The picture cannot be read: save it as a PNG file and drop that here.")
    if mime.hasUrls():
        raise DataError("This is a web address, and the playground stays offline: save the picture and drop the file.")
    raise DataError("There is no picture or drawing to paste: copy one first (PNG, JPEG, or a drawing file).")


def read_file(path: str | Path, preparing: Preparing = AS_DIGIT) -> Incoming:
    """Read a drawing file (.json, .json.gz) or a photo; raises DataError like `from_mime`."""
    path = Path(path)
    if path.suffix.lower() in (".json", ".gz"):
        return _first(read_examples(path), f"“{path.name}”")
    return _photo(read_photo(path), f"“{path.name}”", preparing)


def to_mime(drawing: Drawing, picture: QImage) -> QMimeData:
    """A drawing for the clipboard: exact for ourselves, a picture for other programs."""
    mime = QMimeData()
    mime.setData(DRAWING_MIME, format_drawings((drawing,)).encode())
    mime.setImageData(picture)
    return mime


def to_rgba(image: QImage) -> NDArray[np.uint8]:
    """A picture as (H, W, 4) uint8, at most 2,000 pixels to a side."""
    if max(image.width(), image.height()) > LARGEST_SIDE:
        size, keep = QSize(LARGEST_SIDE, LARGEST_SIDE), Qt.AspectRatioMode.KeepAspectRatio
        image = image.scaled(size, keep, Qt.TransformationMode.SmoothTransformation)
    image = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), image.width(), 4).copy()


def first(examples: tuple[Example, ...], name: str) -> tuple[Example, str]:
    """The drawing of a file that is shown, and what to say about the others; raises DataError when there is none."""
    if not examples:
        raise DataError(f"{name} holds no drawing: its list is empty.")
    return examples[0], f"{name} holds {len(examples)} drawings: this is the first." if len(examples) > 1 else ""


def _first(examples: tuple[Example, ...], name: str) -> Incoming:
    example, notice = first(examples, name)
    drawing, picture = example.drawing, example.picture
    if picture is None:
        return Incoming(drawing=drawing, notice=notice)
    if picture.shape != (SIDE, SIDE):
        size = "×".join(map(str, picture.shape))
        raise DataError(f"{name} begins with a picture of {size} pixels, but this sheet takes {SIDE}×{SIDE}.")
    return Incoming(photo=Preparation(picture, not picture.any()), label=drawing.label, notice=notice)


def _photo(photo: NDArray[np.uint8], name: str, preparing: Preparing) -> Incoming:
    prepared = preparing.picture(photo, stages=True)
    if prepared.empty:
        raise DataError(
            f"{name} shows no ink that stands out: use a picture of {preparing.subject}, dark on light or the reverse."
        )
    return Incoming(photo=prepared)
