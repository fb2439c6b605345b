"""The axes of a metric plot: steps to the right, values upwards, linear or logarithmic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from ui.plots.metrics.axis_ticks import step_ticks
from ui.widgets import theme

_FAR = 1e4
"""Pixels beyond the area at which a curve that leaves it is cut off: Qt's coordinates must not overflow."""


def scaled(values: NDArray[Any], log: bool, complement: bool = False) -> NDArray[Any]:
    """Values as they count on the axis: their log10 on a logarithmic one, not a number where there is none.

    Of shares the axis may show the `complement`, one minus the share.
    """
    if complement:
        values = 1.0 - values
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log10(values)
    return np.where(np.isfinite(logs), logs, np.nan)


@dataclass(frozen=True)
class MetricAxes:
    """What part of the plane is shown, and where.

    Attributes:
        area: the part of the widget inside the axes, in pixels.
        steps: first and last step.
        values: lowest and highest value; their log10 on a logarithmic axis.
        log: whether the axis of values is logarithmic.
        ticks: places (as in `values`) and texts on the axis of values.
        complement: whether one minus a value is shown; where nothing is left, on a logarithmic axis at its lower end.
    """

    area: QRectF
    steps: tuple[float, float]
    values: tuple[float, float]
    log: bool
    ticks: tuple[tuple[float, str], ...] = ()
    complement: bool = False

    def x(self, step: float) -> float:
        """Where a step lies, in pixels from the left edge of the widget."""
        first, last = self.steps
        return self.area.left() + (step - first) / (last - first) * self.area.width()

    def y(self, value: float) -> float:
        """Where a value (log10 on a logarithmic axis) lies, in pixels from the upper edge of the widget."""
        low, high = self.values
        return self.area.bottom() - (value - low) / (high - low) * self.area.height()

    def step_at(self, x: float) -> float:
        """The step at a horizontal position; the inverse of `x`."""
        first, last = self.steps
        return first + (x - self.area.left()) / self.area.width() * (last - first)

    def points(self, steps: NDArray[Any], values: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Widget coordinates, x and y, of points (n,); those that the axis has no place for are left out."""
        (first, last), (low, high), area = self.steps, self.values, self.area
        xs = area.left() + (steps - first) * (area.width() / (last - first))
        heights = scaled(values, self.log, self.complement)
        if self.complement and self.log:
            heights = np.where(values >= 1.0, low, heights)
        ys = area.bottom() - (heights - low) * (area.height() / (high - low))
        seen = np.isfinite(ys)
        return xs[seen], np.clip(ys[seen], area.top() - _FAR, area.bottom() + _FAR)

    def paint(self, painter: QPainter, colors: theme.Theme) -> None:
        """Draw grid, ticks and the base line."""
        area, flags = self.area, Qt.AlignmentFlag
        metrics = painter.fontMetrics()
        height = metrics.height()
        for value, text in self.ticks:
            y = round(self.y(value)) + 0.5
            painter.setPen(colors.grid)
            painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
            painter.setPen(colors.muted)
            painter.drawText(QRectF(0, y - 12, area.left() - 8, 24), flags.AlignRight | flags.AlignVCenter, text)
        label_left = area.right() - metrics.horizontalAdvance("step") - 8
        for step, text in step_ticks(*self.steps, area.width() / 90):
            x = round(self.x(step)) + 0.5
            painter.setPen(colors.grid)
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            if x + 30 < label_left:
                painter.setPen(colors.muted)
                painter.drawText(QRectF(x - 50, area.bottom() + 4, 100, height), flags.AlignHCenter, text)
        painter.setPen(colors.muted)
        painter.drawText(QRectF(area.right() - 100, area.bottom() + 4, 100, height), flags.AlignRight, "step")
        painter.setPen(colors.border)
        painter.drawLine(QPointF(area.left(), area.bottom() + 0.5), QPointF(area.right(), area.bottom() + 0.5))
