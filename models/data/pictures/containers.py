"""MNIST is wrapped in other ways, too: as arrays in a .npz file (Keras), as a table with a digit a line (Kaggle)."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError
from models.data.pictures.idx import MAX_BYTES

PIXELS = 784

NAMES = ("x_train", "y_train", "x_test", "y_test")
"""How Keras calls the arrays in its mnist.npz."""

MAX_LINES = 200_000


def looks_like(content: bytes) -> str:
    """Which wrapping this (unpacked) file has: "npz", "csv", or "" for neither."""
    if content.startswith(b"PK\x03\x04"):
        return "npz"
    first = content[:20_000].split(b"\n", 1)[0]
    return "csv" if first.count(b",") >= PIXELS - 1 and b"\x00" not in first else ""


def read_npz(content: bytes, name: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """Images and labels of an .npz file with Keras's names, training and test in a row; raises DataError."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MAX_BYTES:
                raise DataError(f"“{name}” unpacks to more than {MAX_BYTES >> 20} MB: choose a smaller file.")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            found = {key: arrays[key] for key in NAMES if key in arrays.files}
            listed = ", ".join(arrays.files)[:80]
    except DataError:
        raise
    except Exception as error:  # zipfile and NumPy raise whatever a damaged file makes them stumble over
        raise DataError(f"“{name}” is damaged or no file of plain arrays: fetch a fresh copy.") from error
    if "x_train" not in found or "y_train" not in found or ("x_test" in found) != ("y_test" in found):
        raise DataError(
            f"“{name}” holds {listed or 'nothing'}: expected arrays x_train and y_train (and x_test, y_test)."
        )
    images, labels = found["x_train"], found["y_train"]
    if "x_test" in found:
        if images.shape[1:] != found["x_test"].shape[1:] or labels.ndim != 1 or found["y_test"].ndim != 1:
            raise DataError(f"“{name}” holds training and test pictures of different shapes: choose another file.")
        images, labels = np.concatenate([images, found["x_test"]]), np.concatenate([labels, found["y_test"]])
    if images.ndim == 2 and images.shape[1] == PIXELS:
        images = images.reshape(-1, 28, 28)
    return images, labels


def read_csv(content: bytes, name: str) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Images and labels of a table: in each line the label, first or last, and 784 grey levels; raises DataError."""
    if content.count(b"\n") > MAX_LINES:
        raise DataError(f"“{name}” has more than {MAX_LINES} lines: choose a smaller table.")
    first, _, rest = content.partition(b"\n")
    headings = [word.strip(b' "\r') for word in first.split(b",")]
    heading = not all(word.isdigit() for word in headings)
    if len(headings) != PIXELS + 1:
        raise DataError(f"“{name}” has {len(headings)} columns: expected a label and 784 grey levels in each line.")
    try:
        table = np.loadtxt(io.BytesIO(rest if heading else content), np.int32, delimiter=",", ndmin=2)
    except ValueError as error:
        raise DataError(f"“{name}” is not a table of whole numbers: {str(error)[:120]}.") from error
    last = heading and headings[-1].lower() in (b"label", b"class", b"target", b"y", b"digit")
    labels, levels = (table[:, -1], table[:, :-1]) if last else (table[:, 0], table[:, 1:])
    if table.shape[1] != PIXELS + 1 or levels.size == 0 or levels.min() < 0 or levels.max() > 255:
        raise DataError(f"“{name}” has grey levels outside 0 … 255: expected a label and 784 of them in each line.")
    return levels.astype(np.uint8).reshape(-1, 28, 28), labels
