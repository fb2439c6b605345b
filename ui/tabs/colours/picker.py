"""A colour is chosen: on a wheel of hues, with three sliders, or by typing it."""

from __future__ import annotations

import colorsys
import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from models.base import DataError
from models.data.colours.sets import Bytes, hex_of
from models.data.colours.tables import parse_hex
from ui.plots.painted import Painted
from ui.widgets import theme
from ui.widgets.layout import column, muted, row
from ui.widgets.plain import PlainLabel, as_tip
from ui.widgets.problem import report
from ui.widgets.wheel import CalmSlider

SIDE = 96
"""Pixels of the wheel as it is worked out; it is drawn in whatever room there is."""


class Wheel(Painted):
    """Hue around, saturation outwards, at the value of the chosen colour.

    Signals:
        chosen(colour): (3,) uint8.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__("colour wheel", (110, 110), (76, 76))
        self._colour = np.array([0, 179, 159], np.uint8)
        self._image: QImage | None = None
        self._value = -1.0
        self.setToolTip("Hue around, saturation outwards: click or drag")

    def show_colour(self, colour: Bytes) -> None:
        """Put the mark there; the wheel becomes as dark as the colour is."""
        self._colour = colour
        self.update()

    def _area(self) -> QRectF:
        side = max(8.0, min(self.width(), self.height()) - 2.0)
        return QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The wheel, and a ring where the colour is."""
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        hue, saturation, value = colorsys.rgb_to_hsv(*(float(part) / 255 for part in self._colour))
        if self._image is None or value != self._value:
            self._image, self._value = _wheel(max(value, 0.25)), value
        area = self._area()
        painter.drawImage(area, self._image)
        angle, reach = 2 * math.pi * hue, saturation * area.width() / 2
        middle = area.center() + QPointF(math.cos(angle) * reach, -math.sin(angle) * reach)
        painter.setBrush(QColor(*self._colour.tolist()))
        for width, color in ((3.5, "black"), (1.5, "white")):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(middle, 5, 5)
        painter.end()

    def _choose(self, position: QPointF) -> None:
        area = self._area()
        way = position - area.center()
        hue = math.atan2(-way.y(), way.x()) / (2 * math.pi) % 1
        saturation = min(1.0, math.hypot(way.x(), way.y()) / (area.width() / 2))
        value = max(self._colour.max() / 255, 0.25)
        parts = colorsys.hsv_to_rgb(hue, saturation, value)
        self.chosen.emit(np.rint(255 * np.array(parts)).astype(np.uint8))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Choose while the button is down."""
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Nobody behind the wheel needs to know."""
        event.accept()


class Picker(QWidget):
    """Wheel, sliders for red, green and blue, and a field for #rrggbb; all show the same colour.

    Signals:
        changed(colour): the user has chosen (3,) uint8.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colour = np.array([0, 179, 159], np.uint8)
        self.wheel = Wheel()
        self.wheel.chosen.connect(self._on_wheel)
        self.field = QLineEdit()
        self.field.setAccessibleName("colour as hex")
        self.field.setToolTip("Type a colour as it is written on the web, such as #00b39f, and press Enter")
        self.field.setMaximumWidth(92)
        self.field.editingFinished.connect(self._on_typed)
        self.sliders: list[CalmSlider] = []
        self.numbers: list[QLabel] = []
        lines = []
        for name in ("red", "green", "blue"):
            slider = CalmSlider(Qt.Orientation.Horizontal)
            slider.setRange(0, 255)
            slider.setAccessibleName(name)
            slider.setToolTip(as_tip(f"How much {name}, 0 to 255"))
            slider.setMinimumWidth(60)
            slider.valueChanged.connect(self._on_slider)
            label, number = muted(name), muted("0")
            label.setFixedWidth(label.fontMetrics().horizontalAdvance("green") + 6)
            number.setFixedWidth(number.fontMetrics().horizontalAdvance("255") + 6)
            number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.sliders.append(slider)
            self.numbers.append(number)
            lines.append(row(label, (slider, 1), number, spacing=4))
        self.swatch = PlainLabel()
        self.swatch.setMinimumSize(40, 24)
        self.swatch.setAccessibleName("the chosen colour")
        right = column(row((self.swatch, 1), self.field, spacing=6), *lines, spacing=2)
        row((self.wheel, 2), (right, 3), spacing=8, inside=self)
        self.setMaximumHeight(150)
        self.show_colour(self.colour)
        theme.follow(self, self._restyle)

    def show_colour(self, colour: Bytes) -> None:
        """Show a colour that was chosen elsewhere; nothing is emitted."""
        self.colour = np.array(colour, np.uint8)
        for slider, number, part in zip(self.sliders, self.numbers, self.colour.tolist(), strict=True):
            slider.blockSignals(True)
            slider.setValue(part)
            slider.blockSignals(False)
            number.setText(str(part))
        self.field.setText(hex_of(self.colour))
        self._restyle()
        self.wheel.show_colour(self.colour)

    @Slot()
    def _restyle(self) -> None:
        border = theme.current().border.name()
        self.swatch.setStyleSheet(f"background: {hex_of(self.colour)}; border: 1px solid {border}; border-radius: 4px;")

    def _choose(self, colour: Bytes) -> None:
        if not np.array_equal(colour, self.colour):
            self.show_colour(colour)
            self.changed.emit(self.colour)

    @Slot(object)
    def _on_wheel(self, colour: Bytes) -> None:
        self._choose(colour)

    @Slot()
    def _on_slider(self) -> None:
        self._choose(np.array([slider.value() for slider in self.sliders], np.uint8))

    @Slot()
    def _on_typed(self) -> None:
        try:
            self._choose(np.array(parse_hex(self.field.text()), np.uint8))
        except DataError as error:
            self.field.setText(hex_of(self.colour))
            report(self, "That is no colour", str(error))


def _wheel(value: float) -> QImage:
    """All hues and saturations at one value, on a disc."""
    steps = (2 * (np.arange(SIDE) + 0.5) / SIDE - 1) * 1.0
    x, y = np.meshgrid(steps, -steps)
    saturation = np.hypot(x, y)
    hue = np.arctan2(y, x) / (2 * np.pi) % 1
    k = (np.array([5.0, 3.0, 1.0]) + 6 * hue[..., None]) % 6
    parts = value * (1 - np.minimum(saturation, 1)[..., None] * np.clip(np.minimum(k, 4 - k), 0, 1))
    picture = np.zeros((SIDE, SIDE, 4), np.uint8)
    cover = np.clip((1 - saturation) * SIDE / 2 + 0.5, 0, 1)[..., None]  # a soft edge
    picture[..., :3] = np.rint(255 * parts * cover)
    picture[..., 3:] = np.rint(255 * cover)
    return QImage(picture.data, SIDE, SIDE, 4 * SIDE, QImage.Format.Format_RGBA8888_Premultiplied).copy()
