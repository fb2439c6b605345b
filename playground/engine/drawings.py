"""My drawings: what the user drew and said what it is, kept between starts, to teach a network his or her hand with.

Each kind of drawing (digits, tiny faces, line faces) has one file of its own in the user's data folder: JSON as
`models.data.drawing.strokes` reads it. A picture without strokes (a corrected photo or test image) is kept pixel by
pixel.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.drawing.strokes import MAX_JSON_BYTES, Drawing, format_drawings, parse_drawings
from models.data.pictures.idx import read_bytes, unpack
from models.whole_file import atomically

MOST = 500
"""Drawings of one kind that are kept."""

LARGEST_PICTURE = 64
"""Rows and columns of a kept picture."""


@dataclass(frozen=True, eq=False)
class Example:
    """A drawing that somebody said something about.

    Attributes:
        label: name of the class that it is meant to be.
        drawing: the pen's path (or the cells of a tiny face).
        picture: (H, W) uint8, 0 paper … 255 ink, as the network is given it; then there are no strokes.
    """

    label: str
    drawing: Drawing
    picture: NDArray[np.uint8] | None = None

    @property
    def shown(self) -> tuple[object, ...]:
        """What is drawn, whatever it is called, as a value that equals that of the same drawing."""
        drawing, picture = self.drawing, self.picture
        strokes = tuple((stroke + 0).tobytes() for stroke in drawing.strokes)  # + 0: a file knows no −0
        pixels = None if picture is None else (picture.shape, picture.tobytes())
        return drawing.width, drawing.height, drawing.pen_width, strokes, pixels

    def relabelled(self, label: str) -> Example:
        """The same drawing, called something else."""
        return Example(label, self.drawing, self.picture)


def without_copies(examples: Iterable[Example]) -> tuple[Example, ...]:
    """Each drawing once for each label that it has, in the same order: the copies say nothing new."""
    first: dict[object, Example] = {}
    for example in examples:
        first.setdefault((example.label, example.shown), example)
    return tuple(first.values())


def from_picture(label: str, picture: NDArray[np.uint8]) -> Example:
    """An example that is a picture (H, W), already prepared for the network."""
    height, width = picture.shape
    kept = picture.copy()
    kept.flags.writeable = False
    return Example(label, Drawing((), width, height), kept)


def prepared(
    examples: Sequence[Example], names: Sequence[str], side: int, prepare: Any
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Images (n, side, side) and labels (n,) to teach with.

    Args:
        examples: the drawings.
        names: the classes that the network knows, in the order of its outputs.
        side: pixels of the network's pictures.
        prepare: Drawing → Preparation, as the network needs it.

    Raises DataError naming the drawing that is blank, has another size, or is called what the network does not know.
    """
    images, labels = np.zeros((len(examples), side, side), np.uint8), np.zeros(len(examples), np.uint8)
    for i, example in enumerate(examples):
        if example.label not in names:
            what = f"is called “{example.label}”" if example.label else "has no label"
            raise DataError(f"Drawing {i + 1} {what}: it must be one of {', '.join(names)}.")
        if example.picture is not None:
            image, empty = example.picture, not example.picture.any()
            check_size(image, side, f"Drawing {i + 1}")
        else:
            preparation = prepare(example.drawing)
            image, empty = preparation.image, preparation.empty
        if empty:
            raise DataError(f"Drawing {i + 1} is blank: delete it, or draw something.")
        images[i], labels[i] = image, names.index(example.label)
    return images, labels


def check_size(picture: NDArray[np.uint8], side: int, where: str, remedy: str = "delete it") -> None:
    """Raise DataError when a kept picture is not one that a network for `side` × `side` pixels reads."""
    if picture.shape != (side, side):
        size = "×".join(map(str, picture.shape))
        raise DataError(
            f"{where} is a picture of {size} pixels, but this network reads {side}×{side} pixels: {remedy}."
        )


def read_examples(path: Path) -> tuple[Example, ...]:
    """The examples in a file (.json, .json.gz), as written here or by “Save drawing”; raises DataError."""
    return parse_examples(unpack(read_bytes(path, MAX_JSON_BYTES), path.name, MAX_JSON_BYTES), path.name)


def parse_examples(content: bytes | str, name: str = "the drawings") -> tuple[Example, ...]:
    """As `read_examples`, from the content of a file."""
    drawings = parse_drawings(content, name)
    parsed = json.loads(content)
    items: Sequence[Any] = parsed["drawings"] if "drawings" in parsed else [parsed] * len(drawings)
    examples = []
    for i, (drawing, item) in enumerate(zip(drawings, items, strict=True), 1):
        picture = _picture(item["pixels"], f"Drawing {i} of “{name}”") if "pixels" in item else None
        examples.append(Example("" if drawing.label is None else str(drawing.label), drawing, picture))
    return tuple(examples)


def _picture(rows: Any, where: str) -> NDArray[np.uint8]:
    """A picture from its rows, each a text of two hexadecimal digits per pixel."""
    try:
        lines = [bytes.fromhex(row) for row in rows[: LARGEST_PICTURE + 1]]
        picture = np.array([list(line) for line in lines], np.uint8)
    except (TypeError, ValueError) as error:
        raise DataError(f"{where} is damaged: its pixels cannot be read.") from error
    if picture.ndim != 2 or not 0 < picture.shape[0] <= LARGEST_PICTURE or not 0 < picture.shape[1] <= LARGEST_PICTURE:
        raise DataError(f"{where} is damaged: it is no picture of at most {LARGEST_PICTURE}×{LARGEST_PICTURE} pixels.")
    picture.flags.writeable = False
    return picture


def format_examples(examples: Iterable[Example]) -> str:
    """The examples as JSON text that `parse_examples` reads back."""
    return json.dumps({"drawings": [_item(example) for example in examples]}, separators=(",", ":"))


def _item(example: Example) -> dict[str, Any]:
    item: dict[str, Any] = json.loads(format_drawings([example.drawing]))
    if example.picture is not None:
        item["pixels"] = [bytes(row).hex() for row in example.picture]
    return {**item, "label": example.label}


def write_examples(path: Path, examples: Sequence[Example]) -> None:
    """Write the examples; the file appears whole or not at all. Raises DataError."""
    content = format_examples(examples).encode()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DataError(f"{path.parent} cannot be made ({error.strerror}): choose another folder.") from error
    with atomically(path) as file:
        file.write(content)


def check_room(count: int) -> None:
    """Raise DataError when so many drawings are more than are kept."""
    if count > MOST:
        raise DataError(f"There is room for {MOST} drawings of one kind, not for {count}: delete some first.")
