"""Pictures for the convolutional network: its data sets, and the user's drawings and photos as it wants to see them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.cnn.config import CnnConfig
from models.data.drawing import face_pictures
from models.data.drawing.photos import prepare_photo
from models.data.drawing.preparation import Preparation
from models.data.drawing.strokes import Drawing, prepare
from models.data.pictures import faces, mnist
from models.data.pictures.mnist import ImageData


def load(config: CnnConfig) -> ImageData:
    """The data set of a config; kept after the first time."""
    if config.dataset == "digits":
        return mnist.load()
    return faces.faces8() if config.dataset == "faces-8" else faces.faces28(config.faces)


def prepare_drawing(config: CnnConfig, drawing: Drawing) -> Preparation:
    """What the network sees of a drawing."""
    if config.dataset == "digits":
        return prepare(drawing)
    return face_pictures.prepare_drawing(drawing, config.input_shape[0])


def prepare_picture(config: CnnConfig, picture: NDArray[np.uint8]) -> Preparation:
    """What the network sees of a photo or a scan (H, W), (H, W, 3) or (H, W, 4)."""
    if config.dataset == "digits":
        return prepare_photo(picture)
    return face_pictures.prepare_picture(picture, config.input_shape[0])


def examples(config: CnnConfig, drawings: Sequence[Drawing]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Drawings as pictures (n, H, W) and labels (n,), for `Teach`; a label is a class's name or number.

    Raises DataError when a drawing is blank or has no label that this network knows.
    """
    names = config.class_names
    side = config.input_shape[0]
    images, labels = np.zeros((len(drawings), side, side), np.uint8), np.zeros(len(drawings), np.uint8)
    for i, drawing in enumerate(drawings):
        label = drawing.label
        if isinstance(label, str) and label in names:
            label = names.index(label)
        if not isinstance(label, int) or not 0 <= label < len(names):
            what = "has no label" if label is None else f"is called “{label}”"
            raise DataError(f"Drawing {i + 1} {what}: it must be one of {', '.join(names)}.")
        preparation = prepare_drawing(config, drawing)
        if preparation.empty:
            raise DataError(f"Drawing {i + 1} is blank: delete it, or draw something.")
        images[i], labels[i] = preparation.image, label
    return images, labels
