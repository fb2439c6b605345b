"""What lies on a sheet, and what a network is given of it: strokes are prepared like what it learnt from, an image is
taken as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.data.drawing import face_pictures
from models.data.drawing.components import Box
from models.data.drawing.photos import prepare_photo
from models.data.drawing.preparation import SIDE, Preparation, Stage
from models.data.drawing.strokes import Drawing, prepare, rasterize

SHEET = 280.0
"""Side of the canvas's sheet in sheet units; a pixel of the 28×28 grid is ten of them."""

Stroke = NDArray[np.float32]
"""The path of the pen from pressing to lifting, (n, 2) float32, n ≥ 1: x to the right, y downwards, in sheet units."""

PEN_WIDTHS = (8.0, 40.0)
"""Narrowest and widest pen in sheet units."""


@dataclass(frozen=True)
class Preparing:
    """How what comes onto a sheet is made to look like what a network has learnt from.

    Attributes:
        drawing: (drawing, stages=…) → 28×28 pixels.
        picture: (grey or colour picture as bytes, stages=…) → the same.
        subject: what a picture should show, for messages: "one digit".
    """

    drawing: Callable[..., Preparation]
    picture: Callable[..., Preparation]
    subject: str


AS_DIGIT = Preparing(prepare, prepare_photo, "one digit")
AS_FACE = Preparing(face_pictures.prepare_drawing, face_pictures.prepare_picture, "one face")


@dataclass(frozen=True, eq=False)
class Content:
    """Everything on a sheet at one moment; immutable, so that undo just keeps it.

    Attributes:
        strokes: in the order in which they were drawn.
        widths: the pen's width for each stroke, in sheet units.
        image: (28, 28) uint8 under the strokes, 0 paper … 255 ink, read-only; None without one.
        label: what it is said to show; None when unknown, and after any change by hand.
        steps: how `image` came about, if it was a photo.
        pieces: where the image shows several digits, a box around each, in its pixels.
    """

    strokes: tuple[Stroke, ...] = ()
    widths: tuple[float, ...] = ()
    image: NDArray[np.uint8] | None = None
    label: int | str | None = None
    steps: tuple[Stage, ...] = ()
    pieces: tuple[Box, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is neither ink nor an image."""
        return not self.strokes and self.image is None

    def with_strokes(self, strokes: Sequence[Stroke], width: float) -> Content:
        """The same sheet with more strokes of one pen; the same object if there are none."""
        if not strokes:
            return self
        widths = self.widths + (width,) * len(strokes)
        return Content((*self.strokes, *strokes), widths, self.image, None, self.steps, self.pieces)


def as_stroke(points: Any) -> Stroke:
    """Points (n, 2) as a read-only array."""
    stroke: NDArray[np.float32] = np.array(points, dtype=np.float32)
    stroke.flags.writeable = False
    return stroke


def to_content(drawing: Drawing, pen_width: float) -> Content:
    """A drawing scaled to the sheet with its proportions, in the middle; `pen_width` where it does not say its own."""
    points = np.concatenate([np.zeros((1, 2)), [(drawing.width, drawing.height)], *drawing.strokes])
    low, high = points.min(axis=0), points.max(axis=0)  # strokes that left their own sheet come onto ours
    scale = SHEET / float((high - low).max())
    margin = (SHEET - scale * (high - low)) / 2
    strokes = tuple(as_stroke((stroke - low) * scale + margin) for stroke in drawing.strokes if len(stroke))
    if drawing.pen_width is not None:
        pen_width = float(np.clip(drawing.pen_width * scale, *PEN_WIDTHS))
    return Content(strokes, (pen_width,) * len(strokes), None, drawing.label)


def pieces_of(content: Content, preparing: Preparing = AS_DIGIT) -> tuple[Box, ...]:
    """Where there are several digits on a sheet, a box around each, in sheet units; otherwise none."""
    if content.is_empty:
        return ()
    scale = SHEET / SIDE if content.image is not None else 1.0
    found = (
        content.pieces
        if content.image is not None
        else prepare_content(content, stages=False, preparing=preparing).pieces
    )
    room = max(content.widths, default=0.0) / 2 + 4
    return tuple(
        Box(box.left * scale - room, box.top * scale - room, box.right * scale + room, box.bottom * scale + room)
        for box in found
    )


def to_drawing(content: Content) -> Drawing:
    """The strokes as a Drawing in sheet units, without the image under them."""
    width = content.widths[-1] if content.widths else None
    return Drawing(strokes=content.strokes, width=SHEET, height=SHEET, label=content.label, pen_width=width)


def prepare_content(content: Content, *, stages: bool = True, preparing: Preparing = AS_DIGIT) -> Preparation:
    """What a network is given: 28×28 pixels, and with `stages` the steps to them.

    Strokes alone are prepared as `preparing` says, by default as MNIST was made. An image is already on the network's
    grid and stays to the bit what it is; strokes on top of it are drawn on the same grid with the pen's own width,
    and the darker of the two counts in each pixel.
    """
    if content.image is None:
        return preparing.drawing(to_drawing(content), stages=stages)
    image, steps = content.image, content.steps or (Stage("picture", "The picture on the canvas.", content.image),)
    if content.strokes:
        ink = np.zeros((SIDE, SIDE), np.uint8)
        for width in set(content.widths):
            pen = tuple(
                stroke for stroke, of_pen in zip(content.strokes, content.widths, strict=True) if of_pen == width
            )
            ink = np.maximum(ink, rasterize(Drawing(pen, SHEET, SHEET), pen_width=width * SIDE / SHEET))
        image = np.maximum(image, ink)
        image.flags.writeable = False
        steps = (
            Stage("picture", "The picture on the canvas, already 28×28 pixels.", content.image),
            Stage("your strokes", "What you drew on it, on the same grid of pixels.", ink),
            Stage("both", "In each pixel the darker of the two: this is what the network is given.", image),
        )
    return Preparation(image, not image.any(), steps if stages else (), content.pieces)
