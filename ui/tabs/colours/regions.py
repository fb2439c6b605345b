"""A sheet of colours with the borders that a network draws between names."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent

from models.colours.maps import Labels, Sheet, borders, middles, typical
from models.colours.trainer import ColoursSnapshot
from models.data.colours.sets import Bytes, hex_of
from ui.plots.painted import Painted
from ui.widgets import theme
from ui.widgets.shorten import told_apart

COARSE = 9_000
"""Colours that are asked about in one frame while the network learns,"""
FINE = 120_000
"""and when it rests."""
FEW = 4_000
"""Colours by which the places of the names are found."""

WIDEST_NAME = 110
"""Pixels that a name may take on the sheet."""


class Regions(Painted):
    """Subclasses say which colours lie where (`sheet_of`); the colour under the pointer is told, a click chooses it.

    Signals:
        pointed(colour or None): (3,) uint8 under the pointer.
        chosen(colour): was clicked.
    """

    pointed = Signal(object)
    chosen = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__(name, (420, 260), (160, 180))
        self.filled = False
        self.outlined = True
        """Whether borders and names are drawn over the colours."""
        self.names: tuple[str, ...] = ()
        self._snapshot: ColoursSnapshot | None = None
        self._sheet: Sheet | None = None
        self._labels: Labels | None = None
        self._image: QImage | None = None
        self._places: dict[int, tuple[float, float]] = {}
        self._counts = np.zeros(0)
        self._moving = False
        self._typical: tuple[object, Bytes] | None = None
        self._pointer: QPointF | None = None
        self._mark: tuple[int, int, int] | None = None
        self.setToolTip("Click to try a colour")

    # -- what subclasses say

    def sheet_of(self, width: int, height: int) -> Sheet:
        """The colours, in about so many columns and rows."""
        raise NotImplementedError

    def area(self) -> QRectF:
        """Where the sheet is drawn."""
        return QRectF(self.contentsRect())

    def place_of(self, colour: Bytes) -> tuple[float, float] | None:
        """Where a colour lies, as shares of the area; None where it is not on this sheet."""
        return None

    def paint_over(self, painter: QPainter, colors: theme.Theme) -> None:
        """What is drawn over the colours."""

    # -- what it is shown

    def show_network(self, snapshot: ColoursSnapshot | None, *, moving: bool) -> None:
        """Ask the network about every colour; while it learns about fewer."""
        if moving != self._moving:
            self._moving, self._sheet = moving, None
        self._snapshot = snapshot
        self._ask()

    @property
    def labels(self) -> Labels | None:
        """What the network calls each colour, (H, W); −1 where there is none."""
        return self._labels

    def set_filled(self, filled: bool) -> None:
        """Paint each region in one colour, or in its own ones."""
        self.filled = filled
        self._ask()

    def renew(self) -> None:
        """The sheet has become another one: turned, cut, moved."""
        self._sheet = None
        self._ask()

    def mark(self, colour: Bytes | None) -> None:
        """Put a ring around the colour that is being tried."""
        found = None if colour is None else (int(colour[0]), int(colour[1]), int(colour[2]))
        if found != self._mark:
            self._mark = found
            self.update()

    def colour_at(self, position: QPointF) -> Bytes | None:
        """The colour at a position in the widget."""
        area, sheet = self.area(), self._sheet
        if sheet is None or not area.contains(position):
            return None
        height, width = sheet.colours.shape[:2]
        column = min(int((position.x() - area.left()) / area.width() * width), width - 1)
        row = min(int((position.y() - area.top()) / area.height() * height), height - 1)
        if sheet.inside is not None and not sheet.inside[row, column]:
            return None
        found: Bytes = sheet.colours[row, column]
        return found

    def name_at(self, position: QPointF) -> str:
        """What the network calls it; "" where there is no colour."""
        area, labels = self.area(), self._labels
        if labels is None or self.colour_at(position) is None:
            return ""
        height, width = labels.shape
        column = min(int((position.x() - area.left()) / area.width() * width), width - 1)
        row = min(int((position.y() - area.top()) / area.height() * height), height - 1)
        return self.names[int(labels[row, column])]

    def _ask(self) -> None:
        area = self.area()
        if area.width() < 8 or area.height() < 8:
            return
        if self._sheet is None:
            many = COARSE if self._moving else FINE
            shrink = min(1.0, (many / (area.width() * area.height())) ** 0.5)
            self._sheet = self.sheet_of(max(8, round(shrink * area.width())), max(8, round(shrink * area.height())))
        snapshot = self._snapshot
        if snapshot is None:
            self._labels = None
        else:
            self.names = snapshot.data.names
            self._labels = self._sheet.named(snapshot)
        self._image = self._painted(self._sheet, self._labels)
        if self._labels is not None and self.outlined:
            step = max(1, round((self._labels.size / FEW) ** 0.5))
            few = self._labels[step // 2 :: step, step // 2 :: step]
            self._places = middles(few, len(self.names))
            self._counts = np.bincount(few[few >= 0], minlength=len(self.names)) / few.size
        if self._pointer is not None:
            self._tell(self._pointer)
        self.update()

    def _painted(self, sheet: Sheet, labels: Labels | None) -> QImage:
        """The colours, with a line wherever another name begins."""
        height, width = sheet.colours.shape[:2]
        picture = np.empty((height, width, 4), np.uint8)
        picture[..., :3] = sheet.colours
        picture[..., 3] = 255
        if labels is not None and self._snapshot is not None:
            data = self._snapshot.data
            if self._typical is None or self._typical[0] is not data:
                self._typical = data, typical(data)
            if self.filled:
                picture[..., :3] = self._typical[1][labels]
            edge = borders(labels) if self.outlined else np.zeros(labels.shape, bool)
            # Dark lines on light colours and light ones on dark, so that every border can be seen.
            dark = picture[edge][:, :3] @ np.array([0.3, 0.59, 0.11]) < 110
            picture[edge, :3] = np.where(dark, 255, 0)[:, None]
        if sheet.inside is not None:
            picture[~sheet.inside] = 0
        return QImage(picture.data, width, height, 4 * width, QImage.Format.Format_RGBA8888_Premultiplied).copy()

    # -- painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Other pixels."""
        super().resizeEvent(event)
        self.renew()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Colours, borders, names, the colour that is tried."""
        colors = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._moving)
        if self._image is None:
            self.paint_words(painter, "Being built …")
            painter.end()
            return
        painter.drawImage(self.area(), self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.paint_over(painter, colors)
        if self._labels is not None and self.outlined:
            self._paint_names(painter)
        self._paint_mark(painter)
        painter.end()

    def _paint_names(self, painter: QPainter) -> None:
        area, metrics = self.area(), painter.fontMetrics()
        bold = QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        painter.setFont(bold)
        names = told_apart(self.names, metrics, WIDEST_NAME)
        for number, (x, y) in self._places.items():
            name = names[number]
            width = metrics.horizontalAdvance(name) + 14
            if self._counts[number] * area.width() * area.height() < 0.8 * width * metrics.height():
                continue  # more of the neighbours would be hidden than of the region be named
            left = min(max(area.left() + x * area.width() - width / 2, area.left()), area.right() - width)
            top = area.top() + y * area.height() - metrics.height() / 2
            box = QRectF(left, min(max(top, area.top()), area.bottom() - metrics.height()), width, metrics.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(0, 0, 0, 150))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(QColor("white"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name)

    def _paint_mark(self, painter: QPainter) -> None:
        if self._mark is None:
            return
        place = self.place_of(np.array(self._mark, np.uint8))
        if place is None:
            return
        area = self.area()
        middle = QPointF(area.left() + place[0] * area.width(), area.top() + place[1] * area.height())
        painter.setBrush(QColor(*self._mark))
        for width, color in ((3.5, "black"), (1.5, "white")):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(middle, 7, 7)

    # -- pointer

    def _tell(self, position: QPointF) -> None:
        colour = self.colour_at(position)
        name = self.name_at(position)
        self.say("" if colour is None else f"{hex_of(colour)}: {name}" if name else hex_of(colour))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Tell what is under the pointer."""
        self._pointer = event.position()
        self._tell(self._pointer)
        self.pointed.emit(self.colour_at(self._pointer))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Choose the colour under the pointer."""
        colour = self.colour_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and colour is not None:
            self.chosen.emit(colour.copy())

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer."""
        self._pointer = None
        self.say("")
        self.pointed.emit(None)
