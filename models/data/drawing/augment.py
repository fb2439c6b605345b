"""Augmentation shows the network every image a little differently each time (moved, turned, bent), so that it learns
the shape instead of the pixels.

All changes are one question asked of every output pixel: from where in the original do you take your ink? The answer
is linear in a handful of random numbers per image, so the source coordinates of a whole batch are one matrix product,

    source (N, H·W) = coefficients (N, k) · basis (k, H·W),

with the basis x, y, 1 for the affine part and a grid of smooth bumps for the elastic part. One bilinear look-up
follows. Source of both: Simard, Steinkraus & Platt 2003, "Best practices for convolutional neural networks applied to
visual document analysis".
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError

Float32 = NDArray[np.float32]


@dataclass(frozen=True)
class Augmentation:
    """How far each change may go; every image draws its own amount, evenly between − and + the bound. 0 is off.

    Attributes:
        shift: pixels, to each side and up or down.
        whole_pixels: shift by whole pixels only, so that black-and-white images stay black and white.
        rotation: degrees, about the centre of the image.
        scale: natural logarithm of the zoom: 0.1 lets sizes vary from 1/1.105 to 1.105.
        shear: sideways lean in pixels per row; 0.2 is about 11°.
        elastic: standard deviation in pixels of a smooth random bending.
        elastic_spacing: pixels between the bumps of that bending: small trembles, large sways.
        thickness: 1 lets strokes grow or shrink by up to one pixel to each side, 0.5 half as much.
        mirror: swap left and right in half of the images (not for digits).
    """

    shift: float = 0.0
    whole_pixels: bool = False
    rotation: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    elastic_spacing: float = 5.0
    thickness: float = 0.0
    mirror: bool = False

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if not (np.isfinite(value) and 0 <= value <= LIMITS[field.name]):
                raise ConfigError(f"{field.name} of the augmentation must be 0 to {LIMITS[field.name]:g}, not {value}.")
        if self.elastic_spacing < 2:
            raise ConfigError("elastic_spacing of the augmentation must be at least 2 pixels.")

    @property
    def active(self) -> bool:
        """Whether anything is changed at all."""
        return any((self.shift, self.rotation, self.scale, self.shear, self.elastic, self.thickness, self.mirror))


LIMITS = {
    "shift": 100, "whole_pixels": 1, "rotation": 180, "scale": 2, "shear": 2,
    "elastic": 20, "elastic_spacing": 100, "thickness": 1, "mirror": 1,
}  # fmt: skip
"""Largest value of each bound."""

AFFINE = Augmentation(shift=1.5, rotation=12, scale=0.12, shear=0.2)
"""Suits handwritten digits."""

ELASTIC = Augmentation(shift=1.5, rotation=12, scale=0.12, shear=0.2, elastic=0.7)
"""Suits handwritten digits when there is time for many epochs."""


def augment(
    images: NDArray[np.uint8] | Float32,
    ranges: Augmentation,
    rng: np.random.Generator,
    out: NDArray[Any] | None = None,
) -> NDArray[Any]:
    """A freshly changed copy of every image; paper (0) comes in from outside the border.

    Args:
        images: (N, H, W) uint8 or float32, any scale of grey levels; not changed.
        ranges: how far each change may go.
        rng: drawn from in a fixed order, so that the same state gives the same bits.
        out: where to write, (N, H, W) of uint8 (then rounded) or float32; by default a new float32 array.

    Returns the images in the scale of the input. With all bounds at 0 they are exactly the originals.
    """
    count, height, width = images.shape
    out = np.empty(images.shape, np.float32) if out is None else out
    if ranges.thickness and count:
        images = _thicken(images, ranges.thickness, rng)
    coefficients_x, coefficients_y = _draw(count, height, width, ranges, rng)
    basis = _basis(height, width, ranges.elastic_spacing if ranges.elastic else 0.0)
    _look_up(images, coefficients_x @ basis, coefficients_y @ basis, out)
    return out


def _draw(
    count: int, height: int, width: int, ranges: Augmentation, rng: np.random.Generator
) -> tuple[Float32, Float32]:
    """Random coefficients (N, k) of the source's x and y: zoom, shear, rotation and shift, read backwards."""

    def uniform(bound: float) -> NDArray[np.float64]:
        return rng.uniform(-bound, bound, count) if bound else np.zeros(count)

    angle = np.deg2rad(uniform(ranges.rotation))
    shrink = np.exp(-uniform(ranges.scale))
    shear = uniform(ranges.shear)
    flip = np.where(rng.random(count) < 0.5, -1.0, 1.0) if ranges.mirror else np.ones(count)
    if ranges.whole_pixels:
        reach = int(ranges.shift)
        shift_x, shift_y = rng.integers(-reach, reach, (2, count), endpoint=True).astype(np.float64)
    else:
        shift_x, shift_y = uniform(ranges.shift), uniform(ranges.shift)

    cos, sin = np.cos(angle), np.sin(angle)
    xx = flip * shrink * (cos + shear * sin)
    xy = flip * shrink * (sin - shear * cos)
    yx, yy = -shrink * sin, shrink * cos
    centre_x, centre_y = (width - 1) / 2, (height - 1) / 2
    x0 = centre_x - xx * (centre_x + shift_x) - xy * (centre_y + shift_y)
    y0 = centre_y - yx * (centre_x + shift_x) - yy * (centre_y + shift_y)
    bumps = len(_basis(height, width, ranges.elastic_spacing)) - 3 if ranges.elastic else 0
    coefficients = np.empty((2, count, 3 + bumps), np.float32)
    coefficients[0, :, :3] = np.stack([xx, xy, x0], axis=1)
    coefficients[1, :, :3] = np.stack([yx, yy, y0], axis=1)
    if bumps:
        coefficients[:, :, 3:] = rng.standard_normal((2, count, bumps), np.float32) * np.float32(ranges.elastic)
    return coefficients[0], coefficients[1]


@lru_cache(maxsize=16)
def _basis(height: int, width: int, spacing: float) -> Float32:
    """What the coefficients multiply, (k, H·W): x, y, 1 and, with a spacing, Gaussian bumps on a grid.

    The bumps overlap (their width is the spacing) and are scaled so that independent standard normal coefficients
    displace every pixel with standard deviation 1.
    """
    y, x = np.mgrid[:height, :width].astype(np.float64)
    rows = [x, y, np.ones_like(x)]
    if spacing:
        # The grid reaches beyond the image, so that the border bends as much as the middle.
        centres_x, centres_y = (np.arange(-spacing, size + spacing, spacing) for size in (width, height))
        bumps = [
            np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * (0.8 * spacing) ** 2))
            for cy in centres_y
            for cx in centres_x
        ]
        norm = np.sqrt(np.sum(np.square(bumps), axis=0))
        rows += [bump / norm for bump in bumps]
    basis = np.array(rows, dtype=np.float32).reshape(len(rows), height * width)
    basis.flags.writeable = False
    return basis


def _look_up(images: NDArray[Any], x: Float32, y: Float32, out: NDArray[Any]) -> None:
    """Bilinear grey levels of the images at the source coordinates x, y (N, H·W), overwritten on the way."""
    count, height, width = images.shape
    # Paper all around, so that every pixel has its right and lower neighbour; further out is paper too, hence the clip.
    padded = np.zeros((count, height + 3, width + 3), images.dtype)
    padded[:, 1:-2, 1:-2] = images
    flat, stride = padded.reshape(-1), width + 3
    x += 1
    y += 1
    np.clip(x, 0, width + 1, out=x)
    np.clip(y, 0, height + 1, out=y)
    column, row = x.astype(np.int32), y.astype(np.int32)  # truncation is floor, as both are ≥ 0
    x -= column
    y -= row
    row *= stride
    row += column
    index = row.astype(np.intp)
    index += (np.arange(count) * ((height + 3) * stride))[:, None]

    def take(offset: int) -> Float32:
        return flat[offset:].take(index, mode="clip").astype(np.float32, copy=False)

    top, bottom = take(0), take(stride)
    top += x * (take(1) - top)
    bottom += x * (take(stride + 1) - bottom)
    bottom -= top
    bottom *= y
    bottom += top
    if out.dtype == np.uint8:
        bottom += np.float32(0.5)
    out[...] = bottom.reshape(out.shape)


def _thicken(images: NDArray[Any], bound: float, rng: np.random.Generator) -> Float32:
    """Each image mixed with its dilation (amount > 0: strokes grow) or its erosion (amount < 0: they shrink)."""
    amount = rng.uniform(-bound, bound, len(images)).astype(np.float32)[:, None, None]
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1)))
    neighbours = [padded[:, 1:-1, :-2], padded[:, 1:-1, 2:], padded[:, :-2, 1:-1], padded[:, 2:, 1:-1]]
    thick, thin = images.copy(), images.copy()
    for neighbour in neighbours:
        np.maximum(thick, neighbour, out=thick)
        np.minimum(thin, neighbour, out=thin)
    other = np.where(amount > 0, thick, thin).astype(np.float32)
    other -= images
    other *= np.abs(amount)
    other += images
    return other
