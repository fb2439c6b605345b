"""How far a step goes now: the schedule's curve over the whole run, with a mark at the step that is shown."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from models.config import Config, short_number
from models.nn.schedules import step_size
from playground.live.messages import Status
from ui.widgets import theme
from ui.widgets.numbers import grouped, true_minus
from ui.widgets.plain import as_tip

SETTING = "schedule"
"""The setting below which it stands; models without it keep one step size."""

POINTS = 96
"""Steps at which the curve is worked out."""

WIDEST = "step size now 0.0000"
"""The words that there is always room for."""

DIGITS = 2
"""Significant digits of a step size that changes all the time."""


class StepSizeCurve(QWidget):
    """Shows what the running model's optimizer uses, not what is chosen in the form for the next run."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = ""
        self._place = 0.0  # of the mark, as a share of the run
        self._shape: tuple[object, ...] = ()  # what the curve depends on
        self._factors = np.ones(POINTS)  # of the step size that is chosen, over the run
        self.setAccessibleName("step size now")
        self.setFont(theme.number_font(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        theme.manager().changed.connect(self.update)

    @property
    def words(self) -> str:
        """The step size in words."""
        return self._words

    def sizeHint(self) -> QSize:
        """A line of text, and a little more for the curve."""
        return QSize(160, self.fontMetrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        """Room for the words."""
        return QSize(self.fontMetrics().horizontalAdvance(self._words or WIDEST), self.sizeHint().height())

    def show_status(self, status: Status) -> None:
        """Follow the run; while a new one is being built, the last one is still shown."""
        config, total = status.config, status.total
        if config is None or not total:
            return
        now = min(status.position, total - 1)  # at its end, the size of its last step
        changes = self._note_shape(config, total)
        size = _written(_size(config, now, total), DIGITS if changes else 6)
        words = f"step size now {size}" if changes else f"step size always {size}"
        if (words, now / total) == (self._words, self._place):
            return
        self._words, self._place = words, now / total
        self.update()
        about = f"Step size {size}"
        if changes:
            schedule = str(getattr(config, SETTING)).replace("_", " ")
            about += f" at step {grouped(now)} of {grouped(total)}; the {schedule} schedule as a curve over the run"
        else:
            about += " at every step of the run: the schedule is constant"
        self.setAccessibleDescription(about)
        self.setToolTip(as_tip(f"{about}."))

    def _note_shape(self, config: Config, total: int) -> bool:
        """Work the curve out where it is another one; returns whether the step size changes during the run."""
        shape = (getattr(config, SETTING), total)
        if shape != self._shape:
            self._shape = shape
            steps = np.linspace(0, total - 1, POINTS).round()
            self._factors = np.array([step_size(1.0, str(shape[0]), int(step), total) for step in steps])
        return bool(np.ptp(self._factors) > 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The words, and beside them the curve, as high as the chosen step size."""
        if not self._words:
            return
        colors, painter = theme.current(), QPainter(self)
        painter.setPen(colors.text)
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), int(flags), self._words)
        widest = self.fontMetrics().horizontalAdvance(WIDEST)  # so that the curve stays where it is
        left = max(widest, self.fontMetrics().horizontalAdvance(self._words)) + 10
        area = QRectF(self.rect()).adjusted(left, 4, -5, -4)
        if area.width() < 20:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(colors.grid)
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        xs = area.left() + np.linspace(0, 1, POINTS) * area.width()
        ys = area.bottom() - self._factors * area.height()
        painter.setPen(QPen(colors.muted, 1.2))
        painter.drawPolyline(pg.functions.arrayToQPolygonF(xs, ys))
        x = area.left() + self._place * area.width()
        painter.setPen(QPen(colors.accent, 1))
        painter.drawLine(QPointF(x, area.top() - 2), QPointF(x, area.bottom()))
        painter.setBrush(colors.accent)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(x, float(np.interp(x, xs, ys))), 3, 3)
        painter.end()


def _size(config: Config, step: int, total: int) -> float:
    return step_size(float(getattr(config, "learning_rate")), str(getattr(config, SETTING)), step, total)  # noqa: B009


def _written(size: float, digits: int) -> str:
    return true_minus(short_number(float(f"{size:.{digits}g}")))
