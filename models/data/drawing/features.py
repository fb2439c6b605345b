"""A feature is what a network is given to look at: the bare pixels, or something computed from them that makes the
question easier.

Each kind is one class and one line in `FEATURES`. `fit` learns from the training images what the kind needs to know
(a mean, the principal components) and never sees a test image; `transform` turns images (N, 28, 28), grey levels
0 … 255 as uint8 or float32, into the network's input (N, D) float32.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from models.base import DataError

Float32 = NDArray[np.float32]
Images = NDArray[np.uint8] | NDArray[np.float32]

SIDE = 28
PIXELS = SIDE * SIDE
CHUNK = 512
TO_UNIT = np.float32(1 / 255)


class Features(ABC):
    """One way to turn an image into numbers, already fitted: `transform` is a pure function, safe on any thread.

    Attributes:
        name: key in `FEATURES`.
        description: one sentence in plain words.
        dimension: D, how many numbers describe one image.
        parameters: what `fit` has learnt, as arrays by name: enough for `from_parameters` to build the same again.
    """

    name: ClassVar[str]
    description: ClassVar[str]
    dimension: int = PIXELS

    @classmethod
    @abstractmethod
    def fit(cls, images: Images, *, components: int = 50) -> Features:
        """Learn from training images (N, 28, 28); only PCA looks at `components`."""

    @classmethod
    @abstractmethod
    def from_parameters(cls, parameters: Mapping[str, NDArray[Any]]) -> Features:
        """The same features again, without the data; raises DataError when the arrays do not fit."""

    @property
    def parameters(self) -> dict[str, NDArray[Any]]:
        """What `fit` has learnt; empty where there is nothing to learn."""
        return {}

    def transform(self, images: Images, out: Float32 | None = None) -> Float32:
        """The features (N, D) of images (N, 28, 28), written into `out` where it is given."""
        out = np.empty((len(images), self.dimension), np.float32) if out is None else out
        for start in range(0, len(images), CHUNK):  # many images at a time, but no more than the cache holds
            self._write(images[start : start + CHUNK], out[start : start + CHUNK])
        return out

    @abstractmethod
    def _write(self, images: Images, out: Float32) -> None:
        """Write the features of at most CHUNK images into `out` (n, D)."""

    @abstractmethod
    def as_images(self, weights: NDArray[Any]) -> Float32 | None:
        """Weights on the features (H, D) as weights on pixels (H, 28, 28); None where no such picture exists."""

    def shown(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What the network is given of one image (28, 28), as a picture (H, W) for people; 0 paper … 255 ink.

        Numbers on the scale of pixels are the pixels of that picture.
        """
        return _as_bytes(self.transform(image[None])[0].reshape(SIDE, SIDE) * 255)


class _Unfitted(Features):
    """Features that need to learn nothing."""

    @classmethod
    def fit(cls, images: Images, *, components: int = 50) -> Features:
        """Nothing to learn."""
        return cls()

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, NDArray[Any]]) -> Features:
        """Nothing to restore."""
        return cls()

    def as_images(self, weights: NDArray[Any]) -> Float32 | None:
        """Each number is a pixel, so the weights are a picture already."""
        return weights.reshape(-1, SIDE, SIDE).astype(np.float32)


class Pixels(_Unfitted):
    """Grey levels, 0 paper … 1 ink."""

    name = "pixels"
    description = "The grey level of every pixel, from 0 (paper) to 1 (ink)."

    def _write(self, images: Images, out: Float32) -> None:
        """Grey levels divided by 255, (N, 784), 0 … 1."""
        np.multiply(_rows(images), TO_UNIT, out=out)


class Binarised(_Unfitted):
    """Ink or paper: 1 where a pixel is at least half covered, else 0."""

    name = "binarised"
    description = "Ink or paper: 1 where a pixel is at least half ink, 0 elsewhere."

    def _write(self, images: Images, out: Float32) -> None:
        """Zeros and ones (N, 784)."""
        out[...] = _rows(images) >= 128


class Standardised(Features):
    """Each pixel minus its mean over the training images, divided by its standard deviation."""

    name = "standardised"
    description = "Each pixel minus its average over the training images, divided by its spread."

    SMALLEST_SPREAD = 0.1
    """A pixel that is nearly always paper has almost no spread; dividing by it would make one stray dot shout."""

    def __init__(self, mean: Float32, spread: Float32) -> None:
        self.mean, self.spread = mean, spread
        self._factor = TO_UNIT / spread
        self._offset = mean / spread

    @classmethod
    def fit(cls, images: Images, *, components: int = 50) -> Features:
        """Measure every pixel’s mean and standard deviation over the training images."""
        total, squares = np.zeros(PIXELS), np.zeros(PIXELS)
        for batch in _batches(images):
            total += batch.sum(axis=0, dtype=np.float64)
            squares += np.einsum("np,np->p", batch, batch)
        mean = total / len(images)
        spread = np.sqrt(np.maximum(squares / len(images) - mean**2, 0))
        return cls(mean.astype(np.float32), np.maximum(spread, cls.SMALLEST_SPREAD).astype(np.float32))

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, NDArray[Any]]) -> Features:
        """From “mean” and “spread”, (784,) each."""
        spread = _array(parameters, "spread", (PIXELS,))
        if not np.all(spread > 0):
            raise DataError("The saved features are damaged: a pixel's spread is not above zero.")
        return cls(_array(parameters, "mean", (PIXELS,)), spread)

    @property
    def parameters(self) -> dict[str, NDArray[Any]]:
        """“mean” and “spread” of the pixels on the scale 0 … 1, (784,) each."""
        return {"mean": self.mean, "spread": self.spread}

    def _write(self, images: Images, out: Float32) -> None:
        """(pixel − mean) / spread, (N, 784)."""
        np.multiply(_rows(images), self._factor, out=out)
        out -= self._offset

    def shown(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """See Features: the average is a middle grey, three spreads more are ink, three less are paper."""
        return _as_bytes(127.5 + self.transform(image[None])[0].reshape(SIDE, SIDE) * (127.5 / 3))

    def as_images(self, weights: NDArray[Any]) -> Float32 | None:
        """A weight on (pixel − mean) / spread acts on the pixel as weight / spread."""
        return (weights / self.spread).reshape(-1, SIDE, SIDE).astype(np.float32)


class Deskewed(_Unfitted):
    """Grey levels after slanted writing has been straightened by a horizontal shear about the centre of mass.

    With the image's central moments μ, the line through the ink leans by slant = μ₁₁/μ₀₂ pixels to the side per row.
    Row y of the result is row y of the image, moved back by slant · (y − centre) and centred horizontally. This is the
    "deskewing" of LeCun et al. 1998, section III.A.
    """

    name = "deskewed"
    description = "The grey levels after slanted writing has been sheared upright."

    def _write(self, images: Images, out: Float32) -> None:
        """Grey levels of the straightened images, (N, 784), 0 … 1."""
        np.multiply(deskew(images).reshape(-1, PIXELS), TO_UNIT, out=out)


class PrincipalComponents(Features):
    """The coordinates of an image along the k directions in which the training images vary most (PCA)."""

    name = "pca"
    description = "How much of each of the k most common variations (principal components) the image holds."

    MAX_IMAGES = 20_000
    """More images cost time and no longer change the components visibly; evenly spaced ones are taken."""

    def __init__(self, mean: Float32, components: Float32) -> None:
        self.mean, self.components = mean, components
        self.dimension = len(components)
        self._projection = np.ascontiguousarray(components.T) * TO_UNIT
        self._offset = components @ mean

    @classmethod
    def fit(cls, images: Images, *, components: int = 50) -> Features:
        """Find the `components` directions of largest variance: top eigenvectors of the covariance matrix."""
        if not 1 <= components <= PIXELS:
            raise DataError(f"There are 1 to {PIXELS} principal components of a 28×28 image, not {components}.")
        images = images[:: -(-len(images) // cls.MAX_IMAGES)]
        total, products = np.zeros(PIXELS), np.zeros((PIXELS, PIXELS))
        for batch in _batches(images):
            total += batch.sum(axis=0, dtype=np.float64)
            products += batch.T @ batch
        mean = total / len(images)
        covariance = products / len(images) - np.outer(mean, mean)
        _, directions = np.linalg.eigh(covariance)  # in ascending order of variance
        top = directions.T[::-1][:components]
        # A direction and its opposite are equally good: the largest coordinate is made positive, always the same way.
        largest = np.take_along_axis(top, np.abs(top).argmax(axis=1)[:, None], axis=1)
        return cls(mean.astype(np.float32), (top * np.sign(largest)).astype(np.float32))

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, NDArray[Any]]) -> Features:
        """From “mean” (784,) and “components” (k, 784)."""
        count = len(np.atleast_1d(parameters["components"])) if "components" in parameters else 0
        if not 1 <= count <= PIXELS:
            raise DataError(f"The saved features are damaged: {count} principal components of {PIXELS} pixels.")
        return cls(_array(parameters, "mean", (PIXELS,)), _array(parameters, "components", (count, PIXELS)))

    @property
    def parameters(self) -> dict[str, NDArray[Any]]:
        """“mean” (784,) and “components” (k, 784), orthonormal rows in order of falling variance."""
        return {"mean": self.mean, "components": self.components}

    def _write(self, images: Images, out: Float32) -> None:
        """(pixels − mean) · componentsᵀ, (N, k)."""
        np.matmul(_rows(images).astype(np.float32), self._projection, out=out)
        out -= self._offset

    def shown(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """See Features: the average picture and what the components add to it, all that the network can know."""
        return _as_bytes((self.mean + self.transform(image[None])[0] @ self.components).reshape(SIDE, SIDE) * 255)

    def as_images(self, weights: NDArray[Any]) -> Float32 | None:
        """A weight on a component acts on every pixel of that component: weights · components."""
        return (weights @ self.components).reshape(-1, SIDE, SIDE).astype(np.float32)


class Edges(_Unfitted):
    """Which way the edges run in each part of the image: histograms of oriented gradients (Dalal & Triggs 2005).

    Every pixel's grey-level gradient votes, with its length, for the two nearest of 8 directions (0° … 180°, an edge
    and its reverse count as the same) and for the nearest cells of a 7×7 grid. The 392 sums are then scaled to one
    common length, so that bold and faint writing look alike.
    """

    name = "edges"
    description = "Which way the edges run in each of 7×7 parts of the image (HOG)."

    CELLS = 7
    DIRECTIONS = 8
    LENGTH = 9.2
    """Length of every feature vector: that of MNIST's average pixel vector, so that the same step sizes suit both."""

    dimension = CELLS * CELLS * DIRECTIONS

    def _write(self, images: Images, out: Float32) -> None:
        """Histograms (N, 392): for every cell, row by row, 8 sums of edge strength by direction."""
        grey = np.pad(images.astype(np.float32), ((0, 0), (1, 1), (1, 1)))
        across = grey[:, 1:-1, 2:] - grey[:, 1:-1, :-2]
        down = grey[:, 2:, 1:-1] - grey[:, :-2, 1:-1]
        strength = np.hypot(across, down)
        # Position of the edge's direction between the bins: 0 ≤ position ≤ DIRECTIONS.
        position = (np.arctan2(down, across) * np.float32(self.DIRECTIONS / np.pi)) % self.DIRECTIONS
        votes = np.empty((self.DIRECTIONS, *grey.shape[:1], SIDE, SIDE), np.float32)
        for direction in range(self.DIRECTIONS):
            distance = np.abs(position - direction)
            np.minimum(distance, self.DIRECTIONS - distance, out=distance)  # the bins form a circle
            np.maximum(1 - distance, 0, out=distance)
            np.multiply(distance, strength, out=votes[direction])
        pool = _cell_weights(self.CELLS)
        cells = pool @ votes @ pool.T  # (directions, N, 7, 7)
        flat = np.ascontiguousarray(cells.transpose(1, 2, 3, 0)).reshape(-1, self.dimension)
        length = np.sqrt(np.einsum("nd,nd->n", flat, flat))[:, None]
        # An empty image has no edges: dividing by at least one grey level keeps its zeros.
        np.multiply(flat, np.float32(self.LENGTH) / np.maximum(length, np.float32(1)), out=out)

    STROKE_SIDE = 8
    """Pixels along a cell in the picture that `shown` makes."""

    def shown(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """See Features: strokes in 8 directions in each of the 7×7 cells, as dark as edges run that way."""
        side = self.STROKE_SIDE
        cells = self.transform(image[None])[0].reshape(self.CELLS, self.CELLS, self.DIRECTIONS)
        offset = np.arange(side) - (side - 1) / 2
        gradient = np.arange(self.DIRECTIONS) * (np.pi / self.DIRECTIONS)  # an edge runs across its gradient
        away = np.abs(
            np.cos(gradient)[:, None, None] * offset[None, None, :]
            + np.sin(gradient)[:, None, None] * offset[None, :, None]
        )
        strokes = np.clip(1 - away, 0, 1) * (np.hypot(offset[:, None], offset) <= side / 2)
        drawn = np.einsum("rcd,dyx->rycx", cells / max(float(cells.max()), 1e-6), strokes)
        return _as_bytes(255 * drawn.reshape(self.CELLS * side, self.CELLS * side))

    def as_images(self, weights: NDArray[Any]) -> Float32 | None:
        """None: a weight on an edge direction is not a weight on pixels."""
        return None


FEATURES: dict[str, type[Features]] = {
    kind.name: kind for kind in (Pixels, Standardised, Binarised, Deskewed, PrincipalComponents, Edges)
}
"""Name → class; fit one with `FEATURES[name].fit(train_images, components=k)`."""


def deskew(images: Images) -> Float32:
    """Images (N, H, W), sheared upright and centred horizontally, as float32 with the same grey levels.

    Each row is moved by a fraction of a pixel, with linear interpolation; what leaves the image is lost, and an image
    without ink stays as it is.
    """
    grey = images.astype(np.float32)
    count, height, width = grey.shape
    rows, columns = np.arange(height, dtype=np.float32), np.arange(width, dtype=np.float32)
    row_mass = grey.sum(axis=2)
    row_moment = grey @ columns  # Σ over a row of x · grey
    mass = np.maximum(row_mass.sum(axis=1), 1e-6)
    centre_y = row_mass @ rows / mass
    centre_x = row_moment.sum(axis=1) / mass
    offset_y = rows - centre_y[:, None]  # (N, H)
    mu_11 = np.einsum("nh,nh->n", offset_y, row_moment - centre_x[:, None] * row_mass)
    mu_02 = np.einsum("nh,nh->n", offset_y**2, row_mass)
    # Nobody writes more aslant than 45°: a lying stroke stays a lying stroke.
    slant = np.clip(mu_11 / np.maximum(mu_02, 1e-3 * mass), -1, 1)
    shift = slant[:, None] * offset_y + np.where(mass > 1e-3, centre_x - (width - 1) / 2, 0)[:, None]

    whole = np.floor(shift)
    fraction = (shift - whole)[:, :, None].astype(np.float32)
    # Each row gets a border of zeros on both sides, wide enough that every index stays inside after clipping.
    padded = np.zeros((count * height, width + 4), np.float32)
    padded[:, 2:-2] = grey.reshape(-1, width)
    source = np.clip(whole[:, :, None] + columns + 2, 0, width + 2).astype(np.intp).reshape(count * height, width)
    source += (np.arange(count * height) * (width + 4))[:, None]
    left = padded.reshape(-1)[source].reshape(grey.shape)
    right = padded.reshape(-1)[source + 1].reshape(grey.shape)
    straight: Float32 = left + fraction * (right - left)
    return straight


def _as_bytes(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """Grey levels, cut to 0 … 255."""
    image: NDArray[np.uint8] = np.rint(np.clip(levels, 0, 255)).astype(np.uint8)
    return image


def _rows(images: Images) -> NDArray[Any]:
    return images.reshape(len(images), PIXELS)


def _batches(images: Images, size: int = 2000) -> Iterator[Float32]:
    """The images as rows of 0 … 1, a few at a time, so that the whole set never becomes floats at once."""
    for start in range(0, len(images), size):
        yield _rows(images[start : start + size]) * TO_UNIT


def _cell_weights(cells: int) -> Float32:
    """How much each of 28 rows counts for each cell of a grid (cells, 28): a triangle over the cell's neighbours."""
    size = SIDE / cells
    centres = (np.arange(cells) + 0.5) * size - 0.5
    weights: Float32 = np.maximum(1 - np.abs(np.arange(SIDE) - centres[:, None]) / size, 0).astype(np.float32)
    return weights


def _array(parameters: Mapping[str, NDArray[Any]], name: str, shape: tuple[int, ...]) -> Float32:
    """One saved array, checked: float32, finite, of this shape."""
    array = parameters.get(name)
    if array is None or array.dtype != np.float32 or array.shape != shape or not np.all(np.isfinite(array)):
        raise DataError(f"The saved features are damaged: “{name}” is missing or not what it should be.")
    return array
