"""Marks on a plane that can be dragged: the means of bells, for instance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PySide6.QtGui import QColor

from ui.points.document import Points
from ui.widgets import theme

SIZE = 17
"""Pixels across."""


class Handles(pg.ScatterPlotItem):  # type: ignore[misc]  # pyqtgraph has no types
    """Round marks; the one in hand stays with the pointer, whatever the model says meanwhile.

    Attributes:
        places: (H, 2) where they are, on the axes.
        held: index of the one in hand; None when none is.
    """

    def __init__(self) -> None:
        self.places: Points = np.empty((0, 2))
        self.held: int | None = None
        super().__init__(size=SIZE, symbol="o", pxMode=True)
        self.setZValue(30)
        self.hide()

    def set_places(self, places: ArrayLike, colors: Sequence[QColor] = ()) -> None:
        """Show marks (H, 2), each in its colour."""
        new = np.array(places, dtype=np.float64).reshape(-1, 2)
        if self.held is not None and len(new) == len(self.places):
            new[self.held] = self.places[self.held]
        self.places = new
        surface, ink = theme.current().surface, theme.current().ink
        brush = [pg.mkBrush(color) for color in colors] or pg.mkBrush(surface)
        self.setData(pos=new, brush=brush, pen=pg.mkPen(ink, width=1))
        self.setVisible(bool(len(new)))

    def carry(self, index: int, at: tuple[float, float]) -> None:
        """Put one somewhere else."""
        self.places[index] = at
        self.setData(pos=self.places)
