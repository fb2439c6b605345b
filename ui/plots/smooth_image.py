"""A picture behind a plot, smoothed where it is enlarged."""

from __future__ import annotations

import pyqtgraph as pg
from PySide6.QtGui import QPainter


class SmoothImage(pg.ImageItem):  # type: ignore[misc]  # pyqtgraph has no types
    """A picture that is smoothed when it is enlarged, unless `smooth` is False."""

    smooth = True

    def paint(self, painter: QPainter, *args: object) -> None:
        """See ImageItem."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self.smooth)
        super().paint(painter, *args)
