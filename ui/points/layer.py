"""Thousands of points, each with a colour of its own, painted in a few milliseconds.

A scatter item that draws one mark after the other cannot keep up with a model that recolours every point thirty times a
second. Here a mark is a *stamp*, a handful of pixels with their opacities; all stamps go into one picture with a single
NumPy assignment, and the picture is kept until points, colours or the view change.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform

from ui.widgets import theme

Points = NDArray[np.float64]
Colors = NDArray[np.uint8]

HOLLOW, WRONG, CHOSEN = 1, 2, 4
"""Bits of a point's marks: drawn as a ring (held-out), struck out (misclassified), circled (selected)."""

COLOR_STEP = 8
"""Colours are rounded to this many of 255 levels, so that mixed colours need a few hundred stamps, not thousands."""


@dataclass(frozen=True)
class Stamp:
    """The pixels of one mark, each a mixture of the point's own colour and a line colour.

    Attributes:
        dx, dy: (M,) offsets from the middle, in pixels.
        own, line: (M,) shares of the two colours, 0–255, together at most 255.
    """

    dx: NDArray[np.int32]
    dy: NDArray[np.int32]
    own: NDArray[np.uint32]
    line: NDArray[np.uint32]

    @property
    def reach(self) -> int:
        """Pixels from the middle to the farthest one."""
        return int(max(np.abs(self.dx).max(), np.abs(self.dy).max()))


@lru_cache(maxsize=64)
def make_stamp(kind: str, radius: float, stroke: float) -> Stamp:
    """A disc with an outline, a ring (`hollow`), a cross (`wrong`) or a circle around it (`chosen`); in pixels."""
    reach = int(np.ceil(2 * radius + 3 * stroke + 2))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(x, y)

    def within(limit: float) -> NDArray[np.float64]:
        share: NDArray[np.float64] = np.clip(limit - distance + 0.5, 0.0, 1.0)
        return share

    nothing = np.zeros_like(distance)
    if kind == "disc":
        own, line = within(radius), 0.75 * (within(radius + 0.8 * stroke) - within(radius))
    elif kind == "hollow":
        inside = within(radius - 1.4 * stroke)
        own, line = within(radius + 0.2 * stroke) - inside, 0.85 * inside
    elif kind == "wrong":
        across = np.minimum(np.abs(x - y), np.abs(x + y)) / np.sqrt(2)
        own, line = nothing, np.clip(0.7 * stroke - across + 0.5, 0, 1) * within(radius + 2 * stroke)
    else:
        own, line = nothing, within(radius + 3.2 * stroke) - within(radius + 1.6 * stroke)
    used = own + line > 0.02
    return Stamp(
        x[used].astype(np.int32),
        y[used].astype(np.int32),
        np.rint(255 * own[used]).astype(np.uint32),
        np.rint(255 * line[used]).astype(np.uint32),
    )


def put_stamps(picture: NDArray[np.uint32], places: NDArray[np.int32], colors: Colors, stamp: Stamp, line: int) -> None:
    """Stamp marks into a picture; later ones cover earlier ones.

    Args:
        picture: (H, W) premultiplied 0xAARRGGBB, written to.
        places: (N, 2) column and row of each middle, at least `stamp.reach` away from the edges.
        colors: (N, 3) each mark's own colour, 0–255.
        stamp: its pixels.
        line: the line colour as 0xRRGGBB.
    """
    if not len(places):
        return
    width = picture.shape[1]
    rounded = np.minimum(colors.astype(np.uint32) + COLOR_STEP // 2, 255) // COLOR_STEP * COLOR_STEP
    packed = rounded[:, 0] << 16 | rounded[:, 1] << 8 | rounded[:, 2]
    kinds, which = np.unique(packed, return_inverse=True)
    pixels = np.broadcast_to((stamp.own + stamp.line) << 24, (len(kinds), len(stamp.dx))).copy()
    for shift in (16, 8, 0):
        own, fixed = (kinds >> shift) & 255, (line >> shift) & 255
        pixels |= (own[:, None] * stamp.own + fixed * stamp.line) // 255 << shift
    middle = places[:, 1] * width + places[:, 0]
    index = middle[:, None] + (stamp.dy * width + stamp.dx)
    picture.reshape(-1)[index.reshape(-1)] = pixels[which.reshape(-1)].reshape(-1)


class PointLayer(pg.GraphicsObject):  # type: ignore[misc]  # pyqtgraph has no types
    """The points of a plot; sizes are in pixels of the screen, whatever the zoom."""

    def __init__(self) -> None:
        super().__init__()
        self._points: Points = np.empty((0, 2))
        self._colors: Colors = np.empty((0, 3), np.uint8)
        self._marks: NDArray[np.uint8] = np.empty(0, np.uint8)
        self._picture: QImage | None = None
        self._drawn_for: tuple[float, ...] = ()
        #: theme role of the line around a mark; the surface's own colour unless marks may be just as pale
        self.outline = "surface"

    def set_points(self, points: Points, colors: Colors, marks: NDArray[np.uint8]) -> None:
        """Show points (N, 2) in colours (N, 3) with marks (N,), a sum of HOLLOW, WRONG and CHOSEN."""
        self._points, self._colors, self._marks = points, colors, marks
        self.redraw()

    def redraw(self) -> None:
        """Paint anew, because something about the colours changed."""
        self._picture = None
        self.update()

    @property
    def radius(self) -> float:
        """Radius of a mark in pixels: many points are drawn smaller."""
        return float(np.clip(7.4 - 1.3 * np.log10(max(len(self._points), 1)), 2.0, 5.0))

    def boundingRect(self) -> QRectF:
        """Everything in view: points come and go without telling the scene."""
        return QRectF(self.viewRect())

    def viewTransformChanged(self) -> None:
        """Zoomed, moved or resized."""
        super().viewTransformChanged()  # forgets the part of the axes that was in view before
        self.prepareGeometryChange()
        self._picture = None

    def paint(self, painter: QPainter, *_: object) -> None:
        """Show the picture, pixel on pixel."""
        transform = painter.worldTransform()
        ratio = painter.device().devicePixelRatioF()
        area = transform.mapRect(self.viewRect()).toAlignedRect()
        key = (transform.m11(), transform.m22(), transform.dx(), transform.dy(), ratio)
        if self._picture is None or key != self._drawn_for:
            self._picture, self._drawn_for = self._draw(transform, area, ratio), key
        painter.save()
        painter.resetTransform()
        painter.drawImage(area.topLeft(), self._picture)
        painter.restore()

    def _draw(self, transform: QTransform, area: QRect, ratio: float) -> QImage:
        width, height = max(1, round(area.width() * ratio)), max(1, round(area.height() * ratio))
        jobs = [(stamp, line, which) for stamp, line, which in self._jobs(ratio) if which.any()]
        edge = max((stamp.reach for stamp, _, _ in jobs), default=0)
        picture = np.zeros((height + 2 * edge, width + 2 * edge), np.uint32)
        scale = np.array([transform.m11(), transform.m22()])
        offset = np.array([transform.dx() - area.x(), transform.dy() - area.y()])
        limits = (width + edge, height + edge)
        # Clipped before they become whole numbers: a point far outside must not wrap around.
        spots = np.clip((self._points * scale + offset) * ratio, -edge - 1.0, limits)
        places = np.floor(spots).astype(np.int32) + edge
        seen = ((places >= edge) & (places < np.array(limits))).all(axis=1)
        # Marks whose middle is just outside are left out; a mark on the edge is shown whole, then cut.
        for stamp, line, which in jobs:
            chosen = which & seen
            put_stamps(picture, places[chosen], self._colors[chosen], stamp, line)
        cut = np.ascontiguousarray(picture[edge : edge + height, edge : edge + width])
        image = QImage(cut.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
        image.setDevicePixelRatio(ratio)
        return image

    def _jobs(self, ratio: float) -> Iterator[tuple[Stamp, int, NDArray[np.bool_]]]:
        """(stamp, line colour, which points), from bottom to top."""
        colors, marks = theme.current(), self._marks
        radius, hollow = self.radius * ratio, (marks & HOLLOW) > 0
        yield make_stamp("disc", radius, ratio), _rgb(getattr(colors, self.outline)), ~hollow
        yield make_stamp("hollow", radius, ratio), _rgb(colors.surface), hollow
        yield make_stamp("wrong", radius, ratio), _rgb(colors.ink), (marks & WRONG) > 0
        yield make_stamp("chosen", radius, ratio), _rgb(colors.ink), (marks & CHOSEN) > 0


def _rgb(color: QColor) -> int:
    return color.rgb() & 0xFFFFFF
