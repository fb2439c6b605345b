"""IDX is the plain file format in which MNIST was published: a few header bytes that say "so many pictures of this
size", then nothing but the numbers.

Layout (all integers big-endian): two zero bytes, one byte for the type of the numbers, one byte for the number of
dimensions, then each dimension as 4 bytes, then the numbers themselves, last dimension fastest.
Source: http://yann.lecun.com/exdb/mnist/ ("File formats for the MNIST database").
"""

from __future__ import annotations

import math
import os
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import DataError

MAX_BYTES = 192 * 2**20
"""Largest file that is read, packed or unpacked: four times MNIST; protects the memory against hostile files."""

MAX_PACKED = 64 * 2**20
"""Largest packed file: together with what it unpacks to it still fits."""

MAX_DIMENSIONS = 4

TYPES: dict[int, str] = {0x08: ">u1", 0x09: ">i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
"""Type byte of the header → NumPy's name of that type."""

IMAGE_SIZE = (28, 28)

GZIP_MAGIC = b"\x1f\x8b"


def read_idx(path: str | os.PathLike[str]) -> NDArray[Any]:
    """The array in an IDX file, gzipped or plain: read-only, in the machine's byte order.

    Raises DataError when the file is missing, truncated, too large, or not IDX at all.
    """
    return parse_idx(unpack(read_bytes(path), Path(path).name), Path(path).name)


def read_bytes(path: str | os.PathLike[str], limit: int = MAX_BYTES) -> bytes:
    """The content of a file of at most `limit` bytes; raises DataError when it cannot be read or is larger."""
    path = Path(path)
    try:
        if not path.is_file():
            reason = "is a folder" if path.is_dir() else "does not exist" if not path.exists() else "is no plain file"
            raise DataError(f"“{path.name}” {reason}: choose a file.")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        reason = getattr(error, "strerror", None) or str(error)
        raise DataError(f"“{path.name}” cannot be read ({reason}): check that it exists and may be opened.") from error
    if len(content) > limit:
        raise DataError(f"“{path.name}” is larger than {_size(limit)}: choose a smaller file.")
    return content


def unpack(content: bytes, name: str, limit: int = MAX_BYTES) -> bytes:
    """The content without gzip; plain content comes back as it is. `name` is used in messages only.

    Raises DataError when the packed data are damaged, cut short, or unpack to more than `limit` bytes.
    """
    if not content.startswith(GZIP_MAGIC):
        return content
    if len(content) > MAX_PACKED:
        raise DataError(f"“{name}” is packed and larger than {_size(MAX_PACKED)}: choose a smaller file, or unpack it.")
    stream = zlib.decompressobj(wbits=31)  # 31: gzip with header and checksum
    try:
        unpacked = stream.decompress(content, limit + 1)
    except zlib.error as error:
        raise DataError(f"“{name}” is damaged: it does not unpack ({error}). Fetch a fresh copy.") from error
    if len(unpacked) > limit:
        raise DataError(f"“{name}” unpacks to more than {_size(limit)}: choose a smaller file.")
    if not stream.eof:
        raise DataError(f"“{name}” is cut short: its packed data end too early. Fetch a fresh copy.")
    return unpacked


def parse_idx(content: bytes, name: str) -> NDArray[Any]:
    """The array in the (unpacked) bytes of an IDX file; uint8 data are not copied. `name` is used in messages only.

    Raises DataError when the header is not IDX or the number of bytes does not fit it.
    """
    if len(content) < 4 or content[:2] != b"\x00\x00" or content[2] not in TYPES:
        raise DataError(
            f"“{name}” is not an IDX file (its first bytes are {content[:4].hex(' ') or 'missing'}). "
            "Expected a file such as train-images-idx3-ubyte, plain or as .gz."
        )
    dtype, dimensions = np.dtype(TYPES[content[2]]), content[3]
    if not 1 <= dimensions <= MAX_DIMENSIONS:
        raise DataError(f"“{name}” claims {dimensions} dimensions; IDX files of 1 to {MAX_DIMENSIONS} are read.")
    start = 4 + 4 * dimensions
    if len(content) < start:
        raise DataError(f"“{name}” is cut short: it ends within its header. Fetch a fresh copy.")
    shape = tuple(int.from_bytes(content[i : i + 4], "big") for i in range(4, start, 4))
    expected, present = math.prod(shape) * dtype.itemsize, len(content) - start
    if present != expected:
        problem = "is cut short" if present < expected else "has bytes left over"
        raise DataError(
            f"“{name}” {problem}: its header promises {'×'.join(map(str, shape))} numbers ({expected} bytes), "
            f"but {present} bytes follow. Fetch a fresh copy."
        )
    array = np.frombuffer(content, dtype, offset=start).reshape(shape)
    if not dtype.isnative:
        array = array.astype(dtype.newbyteorder("="))
        array.flags.writeable = False
    return array


def check_images(images: NDArray[Any], name: str) -> NDArray[np.uint8]:
    """The array as images (N, 28, 28) uint8 with N ≥ 1; raises DataError saying what it is instead."""
    if images.ndim == 1:
        raise DataError(
            f"“{name}” holds {len(images)} single numbers, not images: it looks like a file of labels. "
            "Swap the two files, or choose the one with “images-idx3” in its name."
        )
    if images.dtype != np.uint8 or images.ndim != 3 or images.shape[1:] != IMAGE_SIZE:
        raise DataError(
            f"“{name}” holds {images.dtype} data of shape {'×'.join(map(str, images.shape))}; "
            "expected images of 28×28 grey levels, one byte each (N×28×28)."
        )
    if not len(images):
        raise DataError(f"“{name}” holds no images: choose a file with at least one.")
    return images


def check_labels(labels: NDArray[Any], name: str, count: int) -> NDArray[np.uint8]:
    """The array as `count` labels (count,) uint8, each 0–9; raises DataError naming the first that does not fit."""
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        raise DataError(
            f"“{name}” holds {labels.dtype} data of shape {'×'.join(map(str, labels.shape))}; expected one whole "
            "number per image. Choose the file with “labels-idx1” in its name."
        )
    if len(labels) != count:
        raise DataError(
            f"There are {count} images but {len(labels)} labels in “{name}”: choose two files that belong together."
        )
    wrong = np.flatnonzero((labels < 0) | (labels > 9))
    if wrong.size:
        first = int(wrong[0])
        raise DataError(
            f"Label {first + 1} of “{name}” is {labels[first]}; digits have labels 0 to 9. "
            f"({wrong.size} of {count} labels are out of range.)"
        )
    labels = labels.astype(np.uint8)
    labels.flags.writeable = False
    return labels


def _size(count: int) -> str:
    """A number of bytes in words ("512 MB")."""
    return f"{count / 2**20:.3g} MB"
