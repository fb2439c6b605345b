"""What makes a small window suffice: a column that scrolls instead of squeezing, and a strip that stands for what is
folded away and brings it back.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QStyle, QStyleOptionToolButton, QToolButton, QWidget

LEAST_HEIGHT = 120
"""Pixels of height below which a column is no use, however much of it can be scrolled to."""


class ScrolledColumn(QScrollArea):
    """Shows a widget in its whole width, and scrolls up and down where the height is short.

    Signals:
        least_changed(): the content needs more or less room than before.
    """

    least_changed = Signal()

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._content = content
        self._known = QSize()
        self.setWidget(content)
        self._fit()

    @property
    def least(self) -> QSize:
        """Pixels that the content needs to be seen whole."""
        content = self._content
        return content.minimumSizeHint().expandedTo(content.minimumSize())

    def sizeHint(self) -> QSize:
        """What the content would like to have."""
        return self._content.sizeHint()

    def minimumSizeHint(self) -> QSize:
        """The width of the content, and of a scroll bar where its height does not fit."""
        least = self.least
        scrolls = 0 < self.height() < least.height()
        return QSize(least.width() + (self.bar_width() if scrolls else 0), min(least.height(), LEAST_HEIGHT))

    def bar_width(self) -> int:
        """Pixels that a scroll bar would take."""
        return self.style().pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent, None, self.verticalScrollBar())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The content may need another width now."""
        if watched is self._content and event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The scroll bar may come or go."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        width = self.minimumSizeHint().width()
        if width != self.minimumWidth():
            self.setMinimumWidth(width)
        if self.least != self._known:
            self._known = self.least
            self.least_changed.emit()


class Strip(QToolButton):
    """A narrow button at an edge, as long as what it stands for: its words run along it.

    Args:
        words: what is folded away.
        upright: whether it stands at the left or right edge, with its words turned.
    """

    def __init__(self, words: str, tip: str, *, upright: bool) -> None:
        super().__init__()
        self._upright = upright
        self.setText(words)
        self.setToolTip(tip)
        self.setAccessibleName(words)
        self.setAutoRaise(True)
        fixed, grows = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(*((fixed, grows) if upright else (grows, fixed)))

    def sizeHint(self) -> QSize:
        """The words, at least 24 pixels across."""
        metrics = self.fontMetrics()
        size = QSize(metrics.horizontalAdvance(self.text()) + 24, max(24, metrics.height() + 8))
        return size.transposed() if self._upright else size

    def minimumSizeHint(self) -> QSize:
        """As large as that."""
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A button whose words may be turned."""
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        words, option.text = option.text, ""
        painter = QPainter(self)
        self.style().drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option, painter, self)
        painter.setPen(self.palette().buttonText().color())
        width, height = self.width(), self.height()
        if self._upright:
            painter.translate(0, height)
            painter.rotate(-90)
            width, height = height, width
        painter.drawText(0, 0, width, height, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()
