"""What is drawn, and how a network is given it: a digit with a pen, a face with a pen, a tiny face of single cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.data.drawing import face_pictures
from models.data.drawing.preparation import Preparation
from models.data.drawing.strokes import Drawing
from models.data.pictures.faces import MOODS
from models.data.pictures.mnist import DIGITS
from ui.canvas.canvas_input import AS_DIGIT, AS_FACE, Preparing


@dataclass(frozen=True)
class Subject:
    """What is drawn, and how a network is given it.

    Attributes:
        kind: under which name the user's drawings of it are kept.
        names: the classes, in the order of the network's outputs.
        placeholder: what the empty sheet says.
        preparing: how drawings and pictures are made ready; they come out `side` pixels wide and high.
        side: pixels of the network's pictures; 8 are set one by one on a grid of cells.
    """

    kind: str
    names: tuple[str, ...]
    placeholder: str
    preparing: Preparing
    side: int = 28

    @property
    def cells(self) -> bool:
        """Whether it is drawn on a grid of cells instead of with a pen."""
        return self.side <= 16


def _tiny_drawing(drawing: Drawing, *, stages: bool = False) -> Preparation:
    return face_pictures.prepare_drawing(drawing, face_pictures.TINY, stages=stages)


def _tiny_picture(picture: NDArray[np.uint8], *, stages: bool = False) -> Preparation:
    return face_pictures.prepare_picture(picture, face_pictures.TINY, stages=stages)


SUBJECTS = {
    "digits": Subject("digits", DIGITS, "Draw a digit here", AS_DIGIT),
    "faces-28": Subject("faces-28", MOODS, "Draw a face here", AS_FACE),
    "faces-8": Subject("faces-8", MOODS, "", Preparing(_tiny_drawing, _tiny_picture, "one face"), side=8),
}
"""By the name under which the drawings are kept; a network's data set has the same name."""
