"""The connections of a network diagram: blue or orange by their sign, thick and opaque by their strength.

A network may have thousands of them. They are sorted into a few widths and colours, one path for each, and where there
are too many to tell apart only the strongest are drawn.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from ui.plots import colormaps
from ui.plots.networks.network_layout import NetworkLayout
from ui.widgets import theme

Array = NDArray[np.float32]

MOST_WIRES = 700
"""Of more connections the strongest are drawn: others would only hide them."""

_BUCKETS = 12
"""Widths and colours of either sign that connections are sorted into: a few pens instead of one for each."""
_WIDEST = 5.0
"""Pixels of the strongest connection, where there is room for it."""
_MOST_CURVES = 260
"""Networks with more connections get straight lines: they are drawn in a tenth of the time."""
_NEAR = 5.0
"""Pixels within which the pointer means a connection."""


class NetworkWires:
    """Draws the connections of a network as it trains; the scale of widths is held, so that they do not flicker.

    Attributes:
        weights: (inputs, units) for every layer; set them on every frame.
    """

    def __init__(self) -> None:
        self.weights: Sequence[Array] = ()
        self._level = colormaps.HeldLevel()

    def reset(self) -> None:
        """Another network: forget weights and scale."""
        self.weights = ()
        self._level.reset()

    @property
    def level(self) -> float:
        """The size of a weight that is drawn in full strength."""
        return self._level.value or 1.0

    @property
    def count(self) -> int:
        """How many connections there are."""
        return sum(weights.size for weights in self.weights)

    @property
    def _straight(self) -> bool:
        return self.count > _MOST_CURVES

    @property
    def _widest(self) -> float:
        """Many connections have to be thin ones."""
        densest = max((weights.size for weights in self.weights), default=1)
        return float(np.clip(_WIDEST * np.sqrt(24 / densest), 1.3, _WIDEST))

    def at(self, layout: NetworkLayout, position: QPointF) -> tuple[int, int, int] | None:
        """(layer, source, unit) of the connection near a position in the widget."""
        return layout.wire_at(position.x(), position.y(), _NEAR, straight=self._straight)

    def fit(self) -> None:
        """Adjust the scale to the weights as they are now, which are drawn next."""
        sizes = self._sizes()
        self._level.update(float(np.percentile(sizes, 97)) if sizes.size else 0.0)

    def _sizes(self) -> Array:
        return np.concatenate([np.abs(weights).reshape(-1) for weights in self.weights])

    def paint(self, painter: QPainter, layout: NetworkLayout) -> None:
        """Draw the connections, the weakest first."""
        sizes = self._sizes()
        weakest = float(np.partition(sizes, -MOST_WIRES)[-MOST_WIRES]) if sizes.size > MOST_WIRES else 0.0
        name, widest = theme.current().name, self._widest
        paths = self.paths(layout, weakest)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for bucket in sorted(paths, key=lambda bucket: (abs(bucket), bucket)):
            painter.setPen(_pen(bucket / _BUCKETS, widest, name))
            painter.drawPath(paths[bucket])

    def paths(self, layout: NetworkLayout, weakest: float) -> dict[int, QPainterPath]:
        """The connections from `weakest` upwards by bucket, −_BUCKETS (negative, strong) … _BUCKETS."""
        paths: dict[int, QPainterPath] = {}
        straight, level = self._straight, self.level
        for layer, weights in enumerate(self.weights):
            share = np.clip(weights / level, -1, 1) if np.isfinite(weights).all() else np.zeros_like(weights)
            buckets = np.rint(share * _BUCKETS).astype(np.int64)
            drawn = ~(np.abs(weights) < weakest)
            for (source, unit), bucket in zip(np.argwhere(drawn).tolist(), buckets[drawn].tolist(), strict=True):
                path = paths.get(bucket)
                if path is None:
                    path = paths[bucket] = QPainterPath()
                layout.add_wire(path, layer, source, unit, straight=straight)
        return paths

    def paint_pointed(
        self, painter: QPainter, layout: NetworkLayout, layer: int, unit: int, source: int | None
    ) -> None:
        """Draw what goes into a neuron in full strength, or only the connection from `source`, with a border."""
        colors, weights = theme.current(), self.weights[layer]
        widest, straight = self._widest, self._straight
        sources: Iterable[int] = range(len(weights)) if source is None else (source,)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for each in sources:
            path = QPainterPath()
            layout.add_wire(path, layer, each, unit, straight=straight)
            share = float(np.clip(np.nan_to_num(weights[each, unit] / self.level), -1, 1))
            if source is not None:
                painter.setPen(QPen(colors.ink, 3 + widest * abs(share)))
                painter.drawPath(path)
            pen = QPen(_pen(round(share, 2), widest, colors.name, alpha=1.0))
            pen.setWidthF(pen.widthF() + 0.8)
            painter.setPen(pen)
            painter.drawPath(path)


@lru_cache(maxsize=1024)
def _pen(share: float, widest: float, _theme: str, alpha: float = 0.8) -> QPen:
    """The pen of a connection whose weight is `share` (−1 … 1) of the largest, which is drawn `widest` pixels wide.

    `_theme` is the name of the current theme: with another one the pen has other colours.
    """
    colors = theme.current()
    # The middle of the diverging map is the surface's own colour: a weak connection must stay visible.
    tint = colormaps.diverging_color(float(np.sign(share)) * (0.35 + 0.4 * abs(share)))
    color = theme.blend(colors.muted, tint, min(1.0, 4 * abs(share)))
    pen = QPen(theme.faded(color, alpha * (0.3 + 0.7 * abs(share))), 0.6 + (widest - 0.6) * abs(share))
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen
