"""What the network sees: a drawing on its way to the 28×28 pixels that the network is given, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from models.data.drawing.preparation import Preparation, Stage
from ui.widgets import theme
from ui.widgets.layout import muted
from ui.widgets.plain import as_tip

STAGE_SIDE = 56
"""Side of the pictures of the steps, in device-independent pixels."""

FINAL_SIDE = 112
"""Side of the picture that the network gets: four by four device-independent pixels for each of its own."""

STEPS = 4
"""Steps before the last for which there is room; of more, the first are left out."""


class PreparationView(QWidget):
    """The steps as small pictures in a row, and the result, largest, at its end; its size never changes.

    A picture that was given as pixels has no steps: it stands alone at the left.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Begin empty."""
        super().__init__(parent)
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)  # all of them fit beside a stage in a window of 960 pixels
        self._steps = [StagePicture(STAGE_SIDE) for _ in range(STEPS)]
        self._first: Stage | None = None
        self._near: Stage | None = None
        self._final = StagePicture(FINAL_SIDE)
        for index, picture in enumerate(self._steps):
            layout.addWidget(picture, 0, index, Qt.AlignmentFlag.AlignBottom)
        layout.addWidget(self._final, 0, STEPS, Qt.AlignmentFlag.AlignBottom)
        layout.setColumnStretch(STEPS + 1, 1)
        self._room = layout.sizeHint()  # with all the pictures
        self._nothing = muted("Nothing drawn yet")
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self._nothing, 0, STEPS + 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the network sees")
        self.clear()

    def sizeHint(self) -> QSize:
        """Room for all the steps, whether there are any or not: nothing around the view moves."""
        return self._room

    def minimumSizeHint(self) -> QSize:
        """The pictures do not shrink."""
        return self._room

    def clear(self) -> None:
        """Show that nothing was drawn."""
        self.set_preparation(None)

    def set_preparation(self, preparation: Preparation | None) -> None:
        """Show the steps of a preparation; None, or one without ink, is shown as empty."""
        if preparation is None or preparation.empty:
            self._show(())
            self.setAccessibleDescription("empty: nothing drawn")
            return
        result = Stage("28×28 result", "These are the pixels that the network is given.", preparation.image)
        stages = (preparation.stages or (result,))[-STEPS - 1 :]
        self._show(stages)
        self.setAccessibleDescription("; then ".join(stage.name for stage in stages))

    def set_nearest(self, nearest: Stage | None) -> None:
        """Show the picture learnt from that is nearest to the one on the canvas; None: nothing.

        It takes the place of the first step, which shows no more than the canvas does: nothing moves.
        """
        self._near = nearest
        self._show_first()

    @property
    def nearest(self) -> str:
        """What is written under the nearest picture learnt from; "" where none is shown."""
        return "" if self._near is None else self._steps[0].caption

    def _show_first(self) -> None:
        shown = self._near or self._first
        self._steps[0].set_stage(shown)
        self._steps[0].setVisible(shown is not None)

    def _show(self, stages: Sequence[Stage]) -> None:
        """At most STEPS + 1 stages, the last one as the result; places without one leave no gap."""
        *steps, last = stages or (None,)
        free = [None] * (STEPS - len(steps))
        for picture, stage in zip((*self._steps, self._final), (*steps, *free, last), strict=True):
            picture.set_stage(stage)
            picture.setVisible(stage is not None)
        self._nothing.setVisible(last is None)
        self._first = steps[0] if steps else None
        if last is None:
            self._near = None
        self._show_first()


class StagePicture(QWidget):
    """One picture (H, W) uint8 as ink on paper, with a caption of at most two lines and an explaining tooltip."""

    def __init__(self, side: int, parent: QWidget | None = None) -> None:
        """`side` device-independent pixels wide and high, with nothing on it yet."""
        super().__init__(parent)
        self._side = side
        self._caption = ""
        self._image: QImage | None = None
        self._pixels: NDArray[np.uint8] | None = None
        self._small = QFont(self.font())
        self._small.setPointSizeF(self._small.pointSizeF() * 0.82)
        self.setFixedSize(self.sizeHint())
        theme.follow(self, self._restyle)

    def set_stage(self, stage: Stage | None) -> None:
        """Show a step; None: a frame without picture or caption."""
        self._caption = "" if stage is None else stage.name
        self._pixels = None if stage is None else stage.image
        tip = "" if stage is None else stage.explanation
        if tip != self.toolTip():
            self.setToolTip(as_tip(tip))
            self.setAccessibleDescription(tip)
        if self._caption != self.accessibleName():
            self.setAccessibleName(self._caption)
        self._restyle()

    @property
    def caption(self) -> str:
        """The words under the picture."""
        return self._caption

    def sizeHint(self) -> QSize:
        """The picture and two lines under it."""
        return QSize(self._side + 2, self._side + 6 + round(2 * QFontMetricsF(self._small).height()))

    def _restyle(self) -> None:
        self._image = None if self._pixels is None else grey_image(self._pixels, theme.current())
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frame, picture with square pixels, caption."""
        colors = theme.current()
        painter = QPainter(self)
        frame = QRectF(0.5, 0.5, self._side + 1, self._side + 1)
        painter.fillRect(frame, colors.surface)
        if self._image is not None:
            # Keeps the proportions: the first steps may be taller than wide.
            size = self._image.size().scaled(self._side, self._side, Qt.AspectRatioMode.KeepAspectRatio)
            if max(self._image.width(), self._image.height()) > self._side:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            left, top = 1 + (self._side - size.width()) // 2, 1 + (self._side - size.height()) // 2
            painter.drawImage(QRectF(left, top, size.width(), size.height()), self._image)
        painter.setPen(colors.border)
        painter.drawRect(frame)
        painter.setFont(self._small)
        painter.setPen(colors.muted)
        words = QRectF(0, self._side + 4, self.width(), self.height() - self._side - 4)
        painter.drawText(words, Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextWordWrap, self._caption)
        painter.end()


def grey_image(pixels: NDArray[Any], colors: theme.Theme) -> QImage:
    """An image in the theme's colours: each grey lies between surface and ink.

    Args:
        pixels: (H, W) uint8, 0 paper … 255 ink; a colour photo, (H, W, 3), keeps its own colours.
        colors: the theme in force.
    """
    height, width = pixels.shape[:2]
    if pixels.ndim == 3:
        rgb = np.ascontiguousarray(pixels)
        return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
    share = np.linspace(0.0, 1.0, 256)[:, None]
    paper, ink = (np.array((c.red(), c.green(), c.blue())) for c in (colors.surface, colors.ink))
    table = np.full((256, 4), 255, dtype=np.uint8)
    table[:, :3] = np.rint(paper + share * (ink - paper))
    rgba = table[pixels]
    return QImage(rgba.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
