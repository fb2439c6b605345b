"""The three numbers by which a network is told a colour: the same colour, in different coordinates.

RGB is how screens mix it, HSV how painters' wheels order it (hue, saturation, value), and CIE Lab how the eye spaces it
(lightness, red against green, yellow against blue). What is one border in one space can be a jagged one in another.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
SpaceName = Literal["rgb", "hsv", "lab"]

TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB → CIE XYZ (IEC 61966-2-1)."""
WHITE = np.array([0.95047, 1.0, 1.08883])
"""XYZ of the white of daylight D65."""
CORNER = 216 / 24389
SLOPE = 24389 / 27
"""Where Lab's cube root gives way to a straight line, and how steep that is (CIE 15: ε and κ)."""


def rgb(colours: NDArray[np.generic]) -> Array:
    """Red, green, blue, each 0 … 1."""
    return np.asarray(colours, np.float64) / 255.0


def hsv(colours: NDArray[np.generic]) -> Array:
    """Hue (0 red, ⅓ green, ⅔ blue, 1 red again), saturation, value, each 0 … 1; greys have hue 0."""
    r, g, b = np.moveaxis(rgb(colours), -1, 0)
    most, least = np.maximum(np.maximum(r, g), b), np.minimum(np.minimum(r, g), b)
    spread = most - least
    safe = np.where(spread > 0, spread, 1.0)
    hue = np.where(most == r, (g - b) / safe % 6, np.where(most == g, (b - r) / safe + 2, (r - g) / safe + 4)) / 6
    return np.stack([np.where(spread > 0, hue, 0.0), spread / np.where(most > 0, most, 1.0), most], axis=-1)


def lab(colours: NDArray[np.generic]) -> Array:
    """CIE L*a*b* for daylight D65, divided by 100: lightness 0 … 1, a and b about −1 … 1."""
    c = rgb(colours)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    xyz = linear @ TO_XYZ.T / WHITE
    f = np.where(xyz > CORNER, np.cbrt(xyz), (SLOPE * xyz + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1) / 100


@dataclass(frozen=True)
class Space:
    """Coordinates of colours.

    Attributes:
        name: in words.
        parts: what the three coordinates are called.
        of: (…, 3) 0 … 255 → (…, 3) coordinates u.
        scale, shift: the network sees scale · u + shift, about −1 … 1.
    """

    name: str
    parts: tuple[str, str, str]
    of: Callable[[NDArray[np.generic]], Array]
    scale: tuple[float, float, float]
    shift: tuple[float, float, float]

    def inputs(self, colours: NDArray[np.generic]) -> NDArray[np.float32]:
        """What a network sees of colours (…, 3), 0 … 255."""
        return (self.of(colours) * self.scale + self.shift).astype(np.float32)


SPACES: dict[SpaceName, Space] = {
    "rgb": Space("red, green, blue", ("r", "g", "b"), rgb, (2.0, 2.0, 2.0), (-1.0, -1.0, -1.0)),
    "hsv": Space("hue, saturation, value", ("h", "s", "v"), hsv, (2.0, 2.0, 2.0), (-1.0, -1.0, -1.0)),
    "lab": Space("lightness, a, b of CIE Lab", ("L", "A", "B"), lab, (2.0, 1.6, 1.6), (-1.0, 0.0, 0.0)),
}
