"""What a sheet looks like: paper, guide box, an image, strokes; and how a moving pen redraws only what is new."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QPixmap

from models.data.drawing.components import Box
from models.data.drawing.preparation import BOX, SIDE
from ui.canvas.canvas_input import SHEET, Content, as_stroke
from ui.canvas.pen_gesture import Point
from ui.widgets import theme

ONE_AT_A_TIME = "One digit at a time?"
"""What the sheet says when there are several digits on it."""

_LIVE_POINTS = 96
"""So many points of the live stroke are redrawn at an event; those before are in the pixmap already."""


class SheetPicture:
    """A pixmap of everything that does not change while the pen moves.

    Finished strokes are in it, and of the live stroke (the last of the gesture under way) the beginning: that is
    *baked* in as the stroke grows, so that each event redraws a few points however long the stroke becomes.
    """

    def __init__(self) -> None:
        self._pixmap: QPixmap | None = None
        self._side = 0.0
        self._baked = 0

    def forget(self) -> None:
        """Draw everything anew next time: another size, theme or content."""
        self._pixmap = None

    def of(
        self, content: Content, ended: Sequence[list[Point]], pen_width: float, side: float, ratio: float
    ) -> QPixmap:
        """The sheet without the live stroke, or with what of it is baked in.

        Args:
            content: everything that was on the sheet before the gesture under way.
            ended: the strokes of this gesture before the live one. Neither is looked at while the pixmap fits.
            pen_width: of the gesture, in sheet units.
            side: of the sheet, in pixels, `ratio` screen pixels each.
        """
        pixels = max(1, round(side * ratio))
        if self._pixmap is None or self._pixmap.width() != pixels or self._pixmap.devicePixelRatio() != ratio:
            self._pixmap, self._side, self._baked = QPixmap(pixels, pixels), side, 0
            self._pixmap.setDevicePixelRatio(ratio)
            earlier = content.with_strokes([as_stroke(stroke) for stroke in ended], pen_width)
            painter = QPainter(self._pixmap)
            paint_content(painter, QRectF(0, 0, side, side), earlier, theme.current())
            painter.end()
        return self._pixmap

    def begin_stroke(self) -> None:
        """The live stroke is another one from now on."""
        self._baked = 0

    def unbaked(self, stroke: list[Point]) -> list[Point]:
        """The points of the live stroke that are not in the pixmap yet, and the one before, to join them."""
        return stroke[max(self._baked - 1, 0) :] if self._baked < len(stroke) else []

    def bake(self, stroke: list[Point], pen_width: float) -> None:
        """Draw the live stroke so far into the pixmap; without one, the next picture `of` the sheet shows it."""
        if self._pixmap is None:
            return
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._side / SHEET, self._side / SHEET)
        paint_stroke(painter, self.unbaked(stroke), QPen(theme.current().ink, pen_width))
        painter.end()
        self._baked = len(stroke)

    def bake_if_long(self, stroke: list[Point], pen_width: float) -> None:
        """Keep what an event has to redraw of the live stroke short."""
        if len(stroke) - self._baked > _LIVE_POINTS:
            self.bake(stroke, pen_width)


def paint_content(painter: QPainter, rect: QRectF, content: Content, colors: theme.Theme) -> None:
    """Paper, guide box, image and strokes; leaves the painter in sheet units."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(rect, colors.surface)
    margin = rect.width() * (SIDE - BOX) / SIDE / 2
    painter.setPen(QPen(theme.blend(colors.grid, colors.control, 0.35), 1, Qt.PenStyle.DashLine))
    painter.drawRect(rect.adjusted(margin, margin, -margin, -margin))
    if content.image is not None:
        painter.drawImage(rect, _inked(content.image, colors))
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / SHEET, rect.width() / SHEET)
    for stroke, width in zip(content.strokes, content.widths, strict=True):
        paint_stroke(painter, stroke.tolist(), QPen(colors.ink, width))


def paint_pieces(painter: QPainter, pieces: Sequence[Box], colors: theme.Theme) -> None:
    """An outline around each of several digits, and what is wrong with them; the painter is in sheet units."""
    if not pieces:
        return
    pen = QPen(colors.accent, 2, Qt.PenStyle.DashLine)
    pen.setCosmetic(True)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for box in pieces:
        painter.drawRoundedRect(QRectF(box.left, box.top, box.width, box.height), 6, 6)
    painter.save()
    scale = painter.transform().m11()
    painter.scale(1 / scale, 1 / scale)  # letters are as large as everywhere, whatever the size of the sheet
    side = SHEET * scale
    room = QRectF(0, 0, side, side).adjusted(4, 4, -4, -4)
    high = min(box.top for box in pieces) > SHEET - max(box.bottom for box in pieces)
    edge = Qt.AlignmentFlag.AlignTop if high else Qt.AlignmentFlag.AlignBottom
    words = painter.boundingRect(room, edge | Qt.AlignmentFlag.AlignHCenter, ONE_AT_A_TIME)
    painter.fillRect(words.adjusted(-4, -1, 4, 1), colors.surface)
    painter.setPen(colors.text)
    painter.drawText(words, Qt.AlignmentFlag.AlignCenter, ONE_AT_A_TIME)
    painter.restore()


def _inked(image: NDArray[np.uint8], colors: theme.Theme) -> QImage:
    """An image (H, W) uint8 as ink of the theme's colour: the grey value is the opacity."""
    rgba = np.empty((*image.shape, 4), dtype=np.uint8)
    rgba[..., :3] = colors.ink.red(), colors.ink.green(), colors.ink.blue()
    rgba[..., 3] = image
    height, width = image.shape
    return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()


def paint_stroke(painter: QPainter, points: Sequence[Sequence[float]], pen: QPen) -> None:
    """A line with round ends and corners; a single point is a dot, since a click is ink too."""
    if not points:
        return
    if len(points) == 1:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.drawEllipse(QPointF(*points[0]), pen.widthF() / 2, pen.widthF() / 2)
        return
    path = QPainterPath(QPointF(*points[0]))
    for point in points[1:]:
        path.lineTo(*point)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(pen)
    painter.drawPath(path)
