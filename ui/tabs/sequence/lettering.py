"""Many short texts, drawn many times a second: laid out once and kept, since the layout is what takes long."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QStaticText, QTransform

MOST_KEPT = 4000


class Lettering:
    """Draws plain texts in the middle of boxes, in the painter's font and pen."""

    def __init__(self) -> None:
        self._font = ""
        self._kept: dict[str, tuple[QStaticText, float, float]] = {}

    def draw(self, painter: QPainter, box: QRectF, text: str) -> None:
        """One text, centred."""
        font = painter.font().key()
        if font != self._font or len(self._kept) > MOST_KEPT:
            self._font = font
            self._kept.clear()
        if text not in self._kept:
            laid_out = QStaticText(text)
            laid_out.setTextFormat(Qt.TextFormat.PlainText)
            laid_out.setPerformanceHint(QStaticText.PerformanceHint.AggressiveCaching)
            laid_out.prepare(QTransform(), painter.font())
            size = laid_out.size()
            self._kept[text] = laid_out, size.width() / 2, size.height() / 2
        laid_out, half_wide, half_high = self._kept[text]
        centre = box.center()
        painter.drawStaticText(QPointF(round(centre.x() - half_wide), round(centre.y() - half_high)), laid_out)
