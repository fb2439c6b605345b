"""The three sheets: all hues, a slice through the cube, and the cube itself, turned with the mouse."""

from __future__ import annotations

import colorsys

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPen

from models.colours.maps import BODY, GREYS, REACH, Sheet, cube_slice, cube_view, hue_map, turned
from models.data.colours.sets import Bytes
from ui.tabs.colours.regions import Regions
from ui.widgets import theme

PARTS = ("red", "green", "blue")
CORNERS = np.array([[x, y, z] for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)])
EDGES = [(i, j) for i in range(8) for j in range(i + 1, 8) if np.abs(CORNERS[i] - CORNERS[j]).sum() == 1]
STEP = 0.12
"""Radians by which an arrow key turns the cube."""


class HueMap(Regions):
    """Hue from left to right, light above, dark below, greys at the right edge."""

    def __init__(self) -> None:
        super().__init__("map of hue and lightness")
        self._saturation = 1.0

    def set_saturation(self, saturation: float) -> None:
        """How far from grey its colours are, 0 … 1."""
        self._saturation = saturation
        self.renew()

    def sheet_of(self, width: int, height: int) -> Sheet:
        """See Regions."""
        return hue_map(width, height, self._saturation)

    def place_of(self, colour: Bytes) -> tuple[float, float]:
        """By hue and lightness alone, which is where its relatives are."""
        hue, light, saturation = colorsys.rgb_to_hls(*(float(part) / 255 for part in colour))
        return (1 - GREYS / 2 if saturation < 0.06 else hue * (1 - GREYS)), 1 - light


class CubeSlice(Regions):
    """A slice of the RGB cube: one part has a fixed level, the other two lie along its sides."""

    def __init__(self) -> None:
        super().__init__("slice through the cube of red, green and blue")
        self.axis, self.level = 2, 0.5

    def set_slice(self, axis: int, level: float) -> None:
        """Which part is fixed (0 red, 1 green, 2 blue), and at what level 0 … 1."""
        self.axis, self.level = axis, level
        self.renew()

    def area(self) -> QRectF:
        """A square, with words beside and below it."""
        line = self.fontMetrics().height() + 4
        side = max(8.0, min(self.width() - 2.0 * line, self.height() - line - 2.0))
        return QRectF((self.width() - side) / 2, 1, side, side)

    def sheet_of(self, width: int, height: int) -> Sheet:
        """See Regions."""
        return cube_slice(self.axis, self.level, min(width, height))

    def place_of(self, colour: Bytes) -> tuple[float, float]:
        """Straight across onto the slice."""
        _, right, up = BODY[self.axis]
        return float(colour[right]) / 255, 1 - float(colour[up]) / 255

    def paint_over(self, painter: QPainter, colors: theme.Theme) -> None:
        """Which parts grow to the right and upwards."""
        area, line = self.area(), self.fontMetrics().height() + 4
        _, right, up = BODY[self.axis]
        painter.setPen(colors.muted)
        below = QRectF(area.left(), area.bottom(), area.width(), line)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, f"{PARTS[right]} →")
        painter.save()
        painter.translate(area.left() - line / 2, area.center().y())
        painter.rotate(-90)
        painter.drawText(QRectF(-60, -line / 2, 120, line), Qt.AlignmentFlag.AlignCenter, f"{PARTS[up]} →")
        painter.restore()


class Cube(Regions):
    """The RGB cube from outside; dragging or the arrow keys turn it, and it can be cut off at any red, green, blue."""

    def __init__(self) -> None:
        super().__init__("cube of red, green and blue")
        self.yaw, self.pitch = 0.75, 0.5
        self.cut = [1.0, 1.0, 1.0]
        self._held: QPointF | None = None
        self._dragged = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setToolTip("Drag to turn it (or use the arrow keys); click to try a colour")

    def set_cut(self, axis: int, level: float) -> None:
        """Cut everything off that has more red, green or blue (0, 1, 2) than this, 0 … 1."""
        self.cut[axis] = max(level, 0.02)
        self.renew()

    def turn(self, yaw: float, pitch: float) -> None:
        """Turn it by so many radians."""
        self.yaw = (self.yaw + yaw) % (2 * np.pi)
        self.pitch = float(np.clip(self.pitch + pitch, -np.pi / 2, np.pi / 2))
        self.renew()

    def area(self) -> QRectF:
        """A square."""
        side = max(8.0, min(self.width(), self.height()))
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def sheet_of(self, width: int, height: int) -> Sheet:
        """See Regions."""
        size = min(width, height)
        if self._held is not None:
            size = min(size, 160)  # while it is being turned, it follows the hand
        return cube_view(self.yaw, self.pitch, size, (self.cut[0], self.cut[1], self.cut[2]))

    def _share(self, places: np.ndarray) -> np.ndarray:
        """Where places (N, 3) of the cube are drawn, as shares (N, 2) of the area."""
        right, up, _ = turned(self.yaw, self.pitch)
        x, y = (places - 0.5) @ right, (places - 0.5) @ up
        return np.stack([0.5 + x / (2 * REACH), 0.5 - y / (2 * REACH)], axis=-1)

    def place_of(self, colour: Bytes) -> tuple[float, float]:
        """Where it is inside the cube, seen through what lies before it."""
        (x, y) = self._share(colour[None] / 255)[0]
        return float(x), float(y)

    def paint_over(self, painter: QPainter, colors: theme.Theme) -> None:
        """The edges of the whole cube, and which of its corners is which."""
        area = self.area()
        places = [
            QPointF(area.left() + x * area.width(), area.top() + y * area.height()) for x, y in self._share(CORNERS)
        ]
        eye = turned(self.yaw, self.pitch)[2]
        hidden = int(((CORNERS - 0.5) @ eye).argmin())
        for start, end in EDGES:
            away = hidden in (start, end)
            line = Qt.PenStyle.DotLine if away else Qt.PenStyle.SolidLine
            painter.setPen(QPen(colors.muted, 1, line))
            if not away or min(self.cut) < 1:
                painter.drawLine(places[start], places[end])
        painter.setPen(colors.text)
        middle = area.center()
        for words, corner in (("black", 0), ("blue", 1), ("green", 2), ("red", 4), ("white", 7)):
            out = places[corner] - middle
            length = max((out.x() ** 2 + out.y() ** 2) ** 0.5, 1e-6)
            if corner == hidden or length < 0.2 * area.width():
                continue  # behind the cube, or in the midst of it
            at = places[corner] + out * (16 / length)
            box = QRectF(at.x() - 30, at.y() - 9, 60, 18)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, words)

    # -- turning

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take hold of it."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._held, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Turn it with the pointer."""
        super().mouseMoveEvent(event)
        if self._held is not None and event.buttons() & Qt.MouseButton.LeftButton:
            way = event.position() - self._held
            if self._dragged or way.manhattanLength() > 3:
                self._dragged, self._held = True, event.position()
                self.turn(-way.x() / 120, way.y() / 120)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; where it was not turned, that was a click."""
        clicked, self._held = self._held is not None and not self._dragged, None
        if clicked:
            super().mousePressEvent(event)
        self.renew()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows turn it."""
        ways = {
            Qt.Key.Key_Left: (STEP, 0.0),
            Qt.Key.Key_Right: (-STEP, 0.0),
            Qt.Key.Key_Up: (0.0, STEP),
            Qt.Key.Key_Down: (0.0, -STEP),
        }
        way = ways.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
        else:
            self.turn(*way)

    def event(self, event: QEvent) -> bool:
        """Claim the arrows before the window's shortcuts get them."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)
        ):
            event.accept()
            return True
        return super().event(event)
