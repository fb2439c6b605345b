"""MNIST: 70,000 small pictures of handwritten digits, the data on which digit recognisers have been compared since
1998 (Y. LeCun, C. Cortes; see resources/mnist/README.md).

The pictures stay bytes (0 paper … 255 ink); a model turns them into floats one batch at a time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import Data, DataError, Origin
from models.data.pictures.containers import looks_like, read_csv, read_npz
from models.data.pictures.idx import check_images, check_labels, parse_idx, read_bytes, unpack
from models.data.pictures.turned import AS_IS, WORDS, turned

SHA256 = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}
"""Sums of the four unpacked files as they were published, in the order training, test; images, labels."""

DIGITS = tuple("0123456789")

TEST_EVERY = 7
"""Every seventh image of the user's own data is held out for testing: MNIST's own proportion of 60 to 10."""


@dataclass(frozen=True)
class ImageData(Data):
    """Labelled grey images, split into those to learn from and those to be judged on. All arrays are read-only.

    Attributes:
        train_images: (N, 28, 28) uint8, 0 paper … 255 ink.
        train_labels: (N,) uint8, index into `class_names`.
        test_images: (M, 28, 28) uint8, held out.
        test_labels: (M,) uint8.
        class_names: what each label is called.
        name: what the data set is called on screen.
        digest: SHA-256 that identifies the data; an experiment file keeps it to know what it was trained on.
        files: the user's own files, absolute; empty for data that ship with the application.
    """

    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]
    class_names: tuple[str, ...]
    name: str
    digest: str
    files: tuple[str, ...] = ()

    def origin(self) -> Origin:
        """See Data."""
        return Origin(self.name, self.digest, self.files)


@lru_cache(maxsize=1)
def load() -> ImageData:
    """MNIST as shipped: 60,000 training and 10,000 test images. Read once, then kept.

    Raises DataError when a file is missing or is not the published one.
    """
    with ThreadPoolExecutor(max_workers=2) as pool:  # unpacking and hashing release the GIL
        contents = dict(zip(SHA256, pool.map(_published, SHA256), strict=True))
    train_images, train_labels, test_images, test_labels = (parse_idx(contents[name], name) for name in SHA256)
    return ImageData(
        train_images,
        train_labels,
        test_images,
        test_labels,
        class_names=DIGITS,
        name="MNIST",
        digest=_combined(SHA256.values()),
    )


def load_pair(images_path: str | os.PathLike[str], labels_path: str | os.PathLike[str], *words: str) -> ImageData:
    """The user's own digits: one IDX file of 28×28 images and one of labels 0–9, plain or gzipped.

    The split is fixed and needs no random numbers: the 7th, 14th, 21st … image is held out for testing (with fewer
    than seven, the last one), the others are for training, both in the order of the file. `words` are those of
    `turned`: whether the pictures are to be transposed or inverted.

    Raises DataError when a file cannot be read, the two do not belong together, or there are fewer than two images;
    TurnedError when the pictures lie on their side or are inverted, and the words do not say what to do about it.
    """
    images_path, labels_path = Path(images_path), Path(labels_path)
    image_bytes = unpack(read_bytes(images_path), images_path.name)
    label_bytes = unpack(read_bytes(labels_path), labels_path.name)
    images = parse_idx(image_bytes, images_path.name)
    labels = parse_idx(label_bytes, labels_path.name)
    return _own((images_path, labels_path), (image_bytes, label_bytes), images, labels, words)


def _own(
    paths: tuple[Path, ...],
    contents: tuple[bytes, ...],
    images: NDArray[Any],
    labels: NDArray[Any],
    words: Sequence[str],
) -> ImageData:
    """Checked, turned, and split."""
    images = check_images(images, paths[0].name)
    labels = check_labels(labels, paths[-1].name, len(images))
    if len(images) < 2:
        raise DataError(f"“{paths[0].name}” holds a single image: at least two are needed, one to learn, one to test.")
    images = turned(images, labels, words, paths[0].name, _upright)
    held_out = np.zeros(len(images), dtype=bool)
    held_out[TEST_EVERY - 1 :: TEST_EVERY] = True
    if len(images) < TEST_EVERY:
        held_out[-1] = True
    sums = [hashlib.sha256(content).hexdigest() for content in contents]
    return ImageData(
        _read_only(images[~held_out]),
        _read_only(labels[~held_out]),
        _read_only(images[held_out]),
        _read_only(labels[held_out]),
        class_names=DIGITS,
        name=paths[0].name.removesuffix(".gz"),
        digest=_combined([*sums, *sorted(word for word in words if word != AS_IS)]),
        files=(*(str(path.absolute()) for path in paths), *words),
    )


def _upright() -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Pictures that are known to be the right way round, and their labels."""
    shipped = load()
    return shipped.test_images, shipped.test_labels


def open_pair(paths: Sequence[Path]) -> ImageData:
    """The user's own digits: two IDX files in either order, of which the one with three dimensions holds the images, or
    one .npz or CSV file; then the words of `turned`, if any.

    Raises DataError as `load_pair` does, and when there are not so many files.
    """
    words = [str(path) for path in paths if str(path) in WORDS]
    paths = [Path(path) for path in paths if str(path) not in WORDS]
    if not 1 <= len(paths) <= 2:
        raise DataError(f"Choose two files together, one of images and one of labels (there were {len(paths)}).")
    content = unpack(read_bytes(paths[0]), paths[0].name)
    form = looks_like(content)
    if form and len(paths) == 1:
        images, labels = (read_npz if form == "npz" else read_csv)(content, paths[0].name)
        return _own((paths[0],), (content,), images, labels, words)
    if form:
        raise DataError(f"“{paths[0].name}” holds pictures and labels: choose it alone, without “{paths[1].name}”.")
    if len(paths) == 1:
        raise DataError("Choose two files together, one of images and one of labels (there was 1).")
    first, second = paths
    return load_pair(*((first, second) if parse_idx(content, first.name).ndim == 3 else (second, first)), *words)


def _published(name: str) -> bytes:
    """The unpacked content of one of MNIST's files, proven to be the published one by its sum."""
    try:
        packed = files("resources").joinpath("mnist", f"{name}.gz").read_bytes()
    except OSError as error:
        raise DataError(f"MNIST's file {name}.gz is missing: install the playground again.") from error
    content = unpack(packed, f"{name}.gz")
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise DataError(f"MNIST's file {name}.gz is not the published one: install the playground again.")
    return content


def _read_only(array: NDArray[np.uint8]) -> NDArray[np.uint8]:
    array.flags.writeable = False
    return array


def _combined(sums: Iterable[str]) -> str:
    """One sum that stands for several, in their order."""
    return hashlib.sha256("".join(sums).encode()).hexdigest()
