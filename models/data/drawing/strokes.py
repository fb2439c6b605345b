"""A drawing is remembered as the path of the pen, not as pixels; `prepare` turns it into a picture like those in MNIST.

Because the path is known, every pen gets the same stroke width: a thick felt pen on a small canvas and a thin one on a
large canvas give the same picture. How wide the strokes are drawn was chosen by measuring; see preparation.py.
"""

from __future__ import annotations

import gzip
import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.drawing.components import Box
from models.data.drawing.pieces import pieces
from models.data.drawing.preparation import (
    BOX,
    SIDE,
    SOFTNESS,
    STROKE_WIDTH,
    Preparation,
    Stage,
    centre_by_mass,
    to_bytes,
)
from models.data.drawing.raster import draw_path
from models.data.pictures.idx import read_bytes, unpack
from models.errors import short
from models.limits import check_json, check_strokes
from models.whole_file import atomically

Float32 = NDArray[np.float32]

MAX_POINTS = 20_000
"""Most points in one drawing: five minutes of writing with an ordinary pen."""

MAX_COORDINATE = 1e6
MIN_SIZE = 1e-3
MAX_DRAWINGS = 100_000
MAX_JSON_BYTES = 64 * 2**20
MAX_LABEL = 100

SHOWN = 112
"""Side of the pictures of the earlier stages, in pixels."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """The path of a pen on a canvas.

    Attributes:
        strokes: one array (n, 2) per stroke, float32 and read-only: x to the right, y downwards, in canvas units.
        width, height: size of the canvas; points may lie outside.
        label: what it is meant to be, if known.
        writer: number of the person who drew it, if known.
        pen_width: width of the pen in canvas units, if known; it only decides how the drawing is shown.

    Raises DataError when a number is not finite or too large, or there are too many points.
    """

    strokes: tuple[Float32, ...]
    width: float
    height: float
    label: int | str | None = None
    writer: int | None = None
    pen_width: float | None = None

    def __post_init__(self) -> None:
        for name in ("width", "height", "pen_width"):
            size = getattr(self, name)
            if size is not None and not (math.isfinite(size) and MIN_SIZE <= size <= MAX_COORDINATE):
                raise DataError(f"The {name} of a drawing must be between 0.001 and a million, not {size}.")
        strokes = tuple(_stroke(stroke) for stroke in self.strokes)
        if sum(map(len, strokes)) > MAX_POINTS:
            raise DataError(f"A drawing has more than {MAX_POINTS} points: draw fewer or shorter strokes.")
        object.__setattr__(self, "strokes", tuple(stroke for stroke in strokes if len(stroke)))

    @property
    def empty(self) -> bool:
        """Whether nothing has been drawn."""
        return not self.strokes


def prepare(drawing: Drawing, *, stages: bool = False) -> Preparation:
    """The drawing as a 28×28 picture, made as MNIST was; a pure function, fast enough to follow the pen.

    The outermost points of the path are put so that the ink's longer side is 20 pixels; the strokes are drawn
    STROKE_WIDTH wide with soft edges; the picture is moved so that its centre of mass is in the middle. A dot, or a
    scribble smaller than the pen, becomes a dot. The result does not depend on where on the canvas or how large the
    digit was drawn, nor on how many points the pen reported along the same path.

    Args:
        drawing: any number of strokes; none give a blank picture with `empty` set.
        stages: whether to return pictures of each step as well (a few times the work).
    """
    if drawing.empty:
        blank = to_bytes(np.zeros((SIDE, SIDE)))
        shown = (Stage("empty", "Nothing has been drawn yet.", blank),) if stages else ()
        return Preparation(blank, True, shown)
    scale, middle = _fit(drawing, BOX, STROKE_WIDTH + SOFTNESS - 1)
    box = draw_path(drawing.strokes, scale, middle, STROKE_WIDTH, SOFTNESS, BOX)
    image = to_bytes(centre_by_mass(box))
    return Preparation(image, False, _stages(drawing, box, image) if stages else (), _pieces(drawing))


def _pieces(drawing: Drawing) -> tuple[Box, ...]:
    """The digits, if there are several: a box around each, in units of the drawing."""
    corners = [(*stroke.min(axis=0).tolist(), *stroke.max(axis=0).tolist()) for stroke in drawing.strokes]
    found = pieces([Box(*corner) for corner in corners])
    return found if len(found) > 1 else ()


def rasterize(drawing: Drawing, side: int = SIDE, pen_width: float | None = None) -> NDArray[np.uint8]:
    """The whole canvas as it is, (side, side) uint8, for strokes drawn over a picture that is already prepared.

    Nothing is moved or scaled to fit; combine with the picture by `np.maximum`. A canvas that is not square is
    centred.

    Args:
        drawing: what to draw.
        side: pixels per side.
        pen_width: in pixels of the result; by default the network's usual stroke width for that size.
    """
    if drawing.empty:
        return to_bytes(np.zeros((side, side)))
    width = STROKE_WIDTH * side / SIDE if pen_width is None else pen_width
    return to_bytes(draw_path(drawing.strokes, *_whole_canvas(drawing, side), width, SOFTNESS, side))


def _extent(drawing: Drawing) -> float:
    """Longer side of the path's bounding box in canvas units."""
    points = np.concatenate(drawing.strokes)
    return float((points.max(axis=0) - points.min(axis=0)).max())


def _fit(drawing: Drawing, side: float, margin: float) -> tuple[float, Float32]:
    """Scale, and the point that becomes the middle, to put the path into a square of `side` less `margin`."""
    points = np.concatenate(drawing.strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = float((high - low).max())
    # What is smaller than the pen looks like a dot, and a trembling click must not become a digit.
    dot = drawing.pen_width / 2 if drawing.pen_width else max(drawing.width, drawing.height) / 500
    scale = (side - margin) / extent if extent > dot else 0.0
    return scale, low + (high - low) / 2


def _whole_canvas(drawing: Drawing, side: float) -> tuple[float, Float32]:
    """Scale, and the point that becomes the middle, to put the whole canvas into a square of `side`."""
    middle = np.array([drawing.width / 2, drawing.height / 2], np.float32)
    return side / max(drawing.width, drawing.height), middle


def _stages(drawing: Drawing, box: Float32, image: NDArray[np.uint8]) -> tuple[Stage, ...]:
    """The way of a drawing from the canvas to the network, in five pictures."""
    pen = drawing.pen_width or max(drawing.width, drawing.height) / 28  # a file's may be wider than its canvas
    canvas_scale, canvas_middle = _whole_canvas(drawing, SHOWN)
    # The ink is as long as its path and one pen width; a tiny drawing would be all pen, hence at most a quarter.
    shown_pen = SHOWN * min(pen / (pen + _extent(drawing)), 0.25)
    crop_scale, crop_middle = _fit(drawing, SHOWN, shown_pen)
    normal = SHOWN * STROKE_WIDTH / BOX
    thin_scale, thin_middle = _fit(drawing, SHOWN, normal)
    return (
        Stage(
            "as drawn",
            "The canvas with the strokes as the pen left them.",
            to_bytes(draw_path(drawing.strokes, canvas_scale, canvas_middle, min(pen * canvas_scale, SHOWN), 1, SHOWN)),
        ),
        Stage(
            "cropped",
            "Cut to the ink, so that it does not matter where or how large the digit was drawn.",
            to_bytes(draw_path(drawing.strokes, crop_scale, crop_middle, shown_pen, 1, SHOWN)),
        ),
        Stage(
            "one stroke width",
            "Drawn again along the same path with the stroke width of the training images.",
            to_bytes(draw_path(drawing.strokes, thin_scale, thin_middle, normal, 1, SHOWN)),
        ),
        Stage(
            "20 pixels",
            "The longer side is 20 pixels; an edge that crosses a pixel makes it grey.",
            to_bytes(box),
        ),
        Stage(
            "centred",
            "Moved by whole pixels until the centre of mass is in the middle of 28×28: this is what the network sees.",
            image,
        ),
    )


def read_drawings(path: str | os.PathLike[str]) -> tuple[Drawing, ...]:
    """The drawings in a JSON file, plain or gzipped: one alone, or many under “drawings”.

    Raises DataError when the file cannot be read or is not what `parse_drawings` accepts.
    """
    name = Path(path).name
    return parse_drawings(unpack(read_bytes(path, MAX_JSON_BYTES), name, MAX_JSON_BYTES), name)


def parse_drawings(content: bytes | str, name: str = "the drawing") -> tuple[Drawing, ...]:
    """The drawings in a JSON text; `name` is what messages call it.

    One drawing is {"width": w, "height": h, "strokes": [[[x, y], …], …]} and may have "label", "writer" and
    "pen_width". Many are {"width": w, "height": h, "drawings": [{"strokes": …}, …]}, where each may have its own
    width and height. Other keys are ignored. Raises DataError naming what is wrong and where.
    """
    try:
        check_json(content if isinstance(content, bytes) else content.encode(errors="surrogatepass"), name)
        text = content.decode("utf-8-sig") if isinstance(content, bytes) else content
        parsed = json.loads(text, parse_constant=_refuse_constant)
    except UnicodeDecodeError as error:
        raise DataError(f"“{name}” is not a drawing: it is not text at all. Expected JSON.") from error
    except RecursionError as error:
        raise DataError(f"“{name}” is not a drawing: its brackets are nested too deeply.") from error
    except ValueError as error:
        raise DataError(f"“{name}” is not a drawing: it is not valid JSON ({error}).") from error
    if not isinstance(parsed, dict) or ("strokes" not in parsed and "drawings" not in parsed):
        raise DataError(f"“{name}” is JSON but no drawing: expected an object with “strokes” or “drawings”.")
    if "drawings" not in parsed:
        return (_drawing(parsed, {}, f"“{name}”"),)
    listed = parsed["drawings"]
    if not isinstance(listed, list):
        raise DataError(f"“drawings” in “{name}” must be a list of drawings.")
    if len(listed) > MAX_DRAWINGS:
        raise DataError(f"“{name}” holds {len(listed)} drawings: at most {MAX_DRAWINGS} are read from one file.")
    return tuple(_drawing(item, parsed, f"Drawing {i} of “{name}”") for i, item in enumerate(listed, start=1))


def format_drawings(drawings: Iterable[Drawing]) -> str:
    """The drawings as JSON text that `parse_drawings` reads back exactly: one alone as itself, else as a list."""
    items = [_to_json(drawing) for drawing in drawings]
    return json.dumps(items[0] if len(items) == 1 else {"drawings": items}, separators=(",", ":"), ensure_ascii=False)


def write_drawings(path: str | os.PathLike[str], drawings: Iterable[Drawing]) -> None:
    """Save drawings as JSON, packed if the name ends in .gz. The file appears whole or not at all.

    Raises DataError when the file cannot be written.
    """
    path = Path(path)
    content = format_drawings(drawings).encode()
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    with atomically(path) as file:
        file.write(content)


def _stroke(points: Any) -> Float32:
    """The points as a read-only float32 array (n, 2); an array that is one already is not copied."""
    array = np.asarray(points, np.float32)
    if array.size == 0:
        array = array.reshape(0, 2)
    if array.ndim != 2 or array.shape[1] != 2:
        raise DataError(f"A stroke must be a list of points (x, y), not numbers of shape {array.shape}.")
    if array.size and not np.abs(array).max() <= MAX_COORDINATE:  # also catches NaN
        raise DataError("A stroke has a point that is not a number or is more than a million away.")
    if array.flags.writeable:
        array = array.copy()
        array.flags.writeable = False
    return array


def _refuse_constant(constant: str) -> float:
    raise ValueError(f"{constant} is not a number")


def _drawing(item: Any, file: Mapping[str, Any], where: str) -> Drawing:
    """One drawing from parsed JSON; width and height come from the file where the drawing has none of its own."""
    if not isinstance(item, dict) or not isinstance(item.get("strokes"), list):
        raise DataError(f"{where} has no list of “strokes”.")
    check_strokes(item["strokes"], where)
    sizes = {}
    for key in ("width", "height"):
        size: Any = item.get(key, file.get(key))
        if type(size) not in (int, float) or not MIN_SIZE <= size <= MAX_COORDINATE:
            raise DataError(f"{where} needs a “{key}” of the canvas: a number between 0.001 and a million.")
        sizes[key] = float(size)
    label, writer, pen_width = item.get("label"), item.get("writer"), item.get("pen_width")
    if label is not None and type(label) not in (int, str):
        raise DataError(f"{where} has a “label” that is neither a whole number nor a text.")
    if isinstance(label, str) and any("\ud800" <= letter <= "\udfff" for letter in label):
        raise DataError(f"{where} has a “label” with half a character in it ({short(label, 40)}): correct it.")
    if isinstance(label, str) and len(label) > MAX_LABEL:
        raise DataError(f"{where} has a “label” that is too long: at most {MAX_LABEL} characters.")
    if writer is not None and type(writer) is not int:
        raise DataError(f"{where} has a “writer” that is not a whole number.")
    if pen_width is not None and (type(pen_width) not in (int, float) or not MIN_SIZE <= pen_width <= MAX_COORDINATE):
        raise DataError(f"{where} has a “pen_width” that is not a number between 0.001 and a million.")
    strokes = [_points(points, f"{where}, stroke {i}") for i, points in enumerate(item["strokes"], start=1)]
    try:
        return Drawing(tuple(strokes), **sizes, label=label, writer=writer, pen_width=pen_width and float(pen_width))
    except DataError as error:
        raise DataError(f"{where}: {error}") from error


def _points(points: Any, where: str) -> Float32:
    """A stroke from parsed JSON: a list of [x, y], nothing else (NumPy alone would turn texts into numbers)."""
    if (
        not isinstance(points, list)
        or not {type(point) for point in points} <= {list}
        or not {len(point) for point in points} <= {2}
        or not {type(number) for point in points for number in point} <= {int, float}
    ):
        raise DataError(f"{where} must be a list of points [x, y] with two numbers each.")
    try:
        with np.errstate(over="raise"):
            array = np.array(points, np.float32).reshape(-1, 2)
    except (OverflowError, FloatingPointError) as error:
        raise DataError(f"{where} has a number that is too large.") from error
    array.flags.writeable = False
    return array


def _to_json(drawing: Drawing) -> dict[str, Any]:
    item: dict[str, Any] = {"width": drawing.width, "height": drawing.height}
    for key in ("label", "writer", "pen_width"):
        value = getattr(drawing, key)
        if value is not None:
            item[key] = value
    item["strokes"] = [[[_short(x), _short(y)] for x, y in stroke] for stroke in drawing.strokes]
    return item


def _short(number: np.float32) -> float | int:
    """The shortest decimal number that reads back as the same float32."""
    return int(number) if number == int(number) else float(str(number))
