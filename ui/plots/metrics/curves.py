"""How a metric is drawn: single steps faint, their running mean as a line, earlier runs dashed, a dot where one reads.

Cheap enough for thirty pictures a second: points go to Qt as whole arrays, and long lines are drawn with thin pens.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from ui.plots.metrics.axes import MetricAxes, scaled
from ui.plots.metrics.line import MetricLine
from ui.plots.metrics.reading import Reading
from ui.widgets import theme

MAX_DOTS = 60
"""Held-out values are marked with dots up to this many; beyond, the line alone is clearer."""


def paint_curves(painter: QPainter, axes: MetricAxes, lines: Sequence[MetricLine], colors: theme.Theme) -> None:
    """Draw all metrics of a plot: noise at the back, then earlier runs, then the lines."""
    for line in lines:
        _paint_noise(painter, axes, line, colors)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line in lines:
        _paint_ghosts(painter, axes, line, colors)
    for line in lines:
        _paint_line(painter, axes, line, colors)


def paint_levels(painter: QPainter, axes: MetricAxes, levels: Sequence[tuple[str, float]], colors: theme.Theme) -> None:
    """Values to be reached: dashed lines across the plot, with their names where these do not overlap."""
    pen = QPen(colors.muted, 1)
    pen.setDashPattern([6, 4])
    high, taken = painter.fontMetrics().height(), [-1e9]
    for name, value in sorted(levels, key=lambda level: level[1]):
        y = axes.y(float(scaled(np.array(value), axes.log, axes.complement)))
        painter.setPen(pen)
        painter.drawLine(QPointF(axes.area.left(), y), QPointF(axes.area.right(), y))
        if min(abs(y - other) for other in taken) >= high:
            painter.setPen(colors.muted)
            painter.drawText(
                QPointF(axes.area.right() - painter.fontMetrics().horizontalAdvance(name) - 2, y - 2), name
            )
            taken.append(y)


def _paint_noise(painter: QPainter, axes: MetricAxes, line: MetricLine, colors: theme.Theme) -> None:
    """The values of single steps, faint: as a line while there is a point for each, else as the band they fill."""
    curve, color = line.shown, line.color(colors)
    if curve.low is curve.mean:
        if curve.noisy:
            painter.setPen(theme.blend(colors.surface, color, 0.34))
            for piece in curve.pieces():
                painter.drawPolyline(_polygon(*axes.points(curve.steps[piece], curve.mean[piece])))
        return
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.faded(color, 0.24))
    for piece in curve.pieces():
        top_x, top_y = axes.points(curve.steps[piece], curve.high[piece])
        low_x, low_y = axes.points(curve.steps[piece], curve.low[piece])
        band = _polygon(np.concatenate([top_x, low_x[::-1]]), np.concatenate([top_y, low_y[::-1] + 1]))
        painter.drawPolygon(band)


def _paint_ghosts(painter: QPainter, axes: MetricAxes, line: MetricLine, colors: theme.Theme) -> None:
    pen = QPen(theme.blend(colors.surface, line.color(colors), 0.75), 1)
    pen.setDashPattern([5, 4])
    painter.setPen(pen)
    for ghost in line.ghosts:
        painter.drawPolyline(_polygon(*axes.points(ghost.steps, ghost.values)))


def _paint_line(painter: QPainter, axes: MetricAxes, line: MetricLine, colors: theme.Theme) -> None:
    color, curve = line.color(colors), line.shown
    for piece in curve.pieces():
        xs, ys = axes.points(curve.steps[piece], curve.smooth[piece])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 1))
        shape = _polygon(xs, ys)
        # Qt strokes lines of width 1 twenty times faster than wider ones: three of them, shifted, make a stronger line.
        for offset in (QPointF(0, -0.3), QPointF(0.3, 0.3), QPointF(-0.3, 0.3)):
            painter.drawPolyline(shape.translated(offset))
        if not (line.spec.evaluated and len(curve.steps) <= MAX_DOTS) and len(xs) != 1:
            continue
        painter.setPen(QPen(colors.surface, 1))
        painter.setBrush(color)
        for x, y in zip(xs, ys, strict=True):
            painter.drawEllipse(QPointF(x, y), 3.5, 3.5)


def paint_step(
    painter: QPainter,
    axes: MetricAxes,
    dots: Sequence[tuple[MetricLine, Reading]],
    step: float,
    pen: QPen,
    colors: theme.Theme,
) -> None:
    """Draw a vertical line at a step, and a dot for what is known there of each metric, at the step measured.

    Nothing if the step is not shown.
    """
    if not axes.steps[0] <= step <= axes.steps[1]:
        return
    area, x = axes.area, axes.x(step)
    painter.setPen(pen)
    painter.drawLine(QPointF(x, area.top() - 4), QPointF(x, area.bottom()))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for line, reading in dots:
        xs, ys = axes.points(np.array([reading.step]), np.array([reading.value]))
        if len(ys) and xs[0] >= area.left() and area.top() - 1 <= ys[0] <= area.bottom() + 1:
            painter.setPen(QPen(colors.surface, 1.5))
            painter.setBrush(line.color(colors))
            painter.drawEllipse(QPointF(xs[0], ys[0]), 4.5, 4.5)


def _polygon(xs: NDArray[Any], ys: NDArray[Any]) -> QPolygonF:
    """Points as Qt draws them, without a Python loop."""
    return pg.functions.arrayToQPolygonF(xs, ys) if len(xs) else QPolygonF()
