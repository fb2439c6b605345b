"""A plot shows numbers against labelled axes and says in words what lies under the pointer.

`Plot` is pyqtgraph's PlotWidget in the colours of the theme. The read-out has a fixed place, so that it never jumps;
the range changes only when asked, because an automatic range on every frame costs time and makes the picture restless.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from ui.plots.export import Export, Table, action
from ui.widgets import theme
from ui.widgets.numbers import number, short_number, true_minus
from ui.widgets.plain import PlainLabel

# Images are indexed [row, column] like every array in the models; smoothing of lines is switched on per curve,
# where it is cheap.
pg.setConfigOptions(imageAxisOrder="row-major", antialias=False, useOpenGL=False)

_CURVES = (pg.PlotDataItem, pg.PlotCurveItem, pg.ScatterPlotItem)


class Axis(pg.AxisItem):  # type: ignore[misc]  # pyqtgraph says no types
    """An axis with a label, its unit, and tick texts that people read: 12k, 0.01, 85 %."""

    def __init__(self, orientation: str, label: str = "", unit: str = "") -> None:
        super().__init__(orientation, maxTickLength=-4)
        self.enableAutoSIPrefix(False)
        self.unit = unit
        self.setStyle(tickTextOffset=6, autoReduceTextSpace=False, maxTickLevel=0, tickAlpha=255)
        self.set_label(label, unit)

    def set_label(self, label: str, unit: str = "") -> None:
        """Name the axis; a unit of "%" shows fractions from 0 to 1 as per cent."""
        self.unit = unit
        self.name = f"{label} ({unit})" if unit and label else label or unit
        self.setLabel(escape(self.name)) if self.name else self.showLabel(False)  # pyqtgraph takes it for HTML
        self.resizeEvent()  # which puts the words into the middle; pyqtgraph leaves them where shorter ones were

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Texts of the ticks at `values`."""
        if self.logMode:
            return [short_number(10.0**value) for value in values]
        if self.unit == "%":
            places = max(0, int(np.ceil(-np.log10(max(spacing * 100, 1e-9)) - 1e-9)))
            return [f"{100 * value:.{places}f}" for value in values]
        if values and max(abs(value) for value in values) >= 10_000:
            return [short_number(value * scale) for value in values]
        return [true_minus(str(text)) for text in super().tickStrings(values, scale, spacing)]

    def restyle(self, colors: theme.Theme) -> None:
        """Take over the colours of a theme."""
        self.setPen(pg.mkPen(colors.border))
        self.setTickPen(pg.mkPen(colors.border))
        self.setTextPen(pg.mkPen(colors.muted))


class Legend(pg.LegendItem):  # type: ignore[misc]
    """A legend that shows the names of curves as they are written; pyqtgraph's own takes them for HTML."""

    def addItem(self, item: Any, name: str) -> None:
        """Add a curve and its name."""
        super().addItem(item, escape(name))


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot in the theme's colours, with a crosshair, a read-out in words, and export to image and CSV.

    Add items with `addItem`/`plot` as usual and colour them in `restyle`, which is called for every theme. The first
    time that is when Qt polishes the widget, before it is seen: the subclasses have built all that is theirs by then.
    """

    hovered = Signal(object)
    """Emitted with (x, y) of the axes under the pointer, or None when it has left."""
    pressed = Signal(object)
    """Emitted with (x, y) of the axes when the left button goes down."""

    def __init__(
        self,
        x_label: str = "",
        y_label: str = "",
        *,
        x_unit: str = "",
        y_unit: str = "",
        name: str = "plot",
        crosshair: bool = True,
        zoom: bool = False,
        grid: bool = True,
        parent: QWidget | None = None,
    ) -> None:
        self.x_axis = Axis("bottom", x_label, x_unit)
        self.y_axis = Axis("left", y_label, y_unit)
        super().__init__(parent, axisItems={"bottom": self.x_axis, "left": self.y_axis})
        self.setAccessibleName(name)
        self.setFrameShape(self.Shape.NoFrame)
        self.setMouseTracking(True)
        self._crosshair, self._grid = crosshair, grid
        item = self.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        item.setContentsMargins(2, 4, 8, 2)
        self.view_box: pg.ViewBox = item.getViewBox()
        self.view_box.disableAutoRange()
        self.view_box.setMouseEnabled(x=zoom, y=zoom)
        self.view_box.setDefaultPadding(0)
        self._home = ((0.0, 1.0), (0.0, 1.0))
        self._lines = [pg.InfiniteLine(angle=angle, movable=False) for angle in (90, 0)]
        for line in self._lines:
            line.setZValue(900)
            line.hide()
            self.addItem(line, ignoreBounds=True)
        self._words = PlainLabel(parent=self)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.hide()
        self.reset_action = action("Show everything", self, self.show_everything)
        self.export = Export(self, self.table)
        self._dress(theme.current())
        self._follower = theme.follow(self, self._restyle)

    # -- what subclasses may say otherwise

    def describe(self, x: float, y: float) -> str:
        """The read-out for a place on the axes."""
        return f"{self.x_axis.name or 'x'} {number(x)} · {self.y_axis.name or 'y'} {number(y)}"

    def restyle(self, colors: theme.Theme) -> None:
        """Give the items their colours; called once before they are seen, and whenever the theme changes."""

    def table(self) -> Table:
        """The numbers shown, for export: headings and rows; by default x and y of every named curve."""
        rows: list[Sequence[Any]] = []
        for item in self.getPlotItem().items:
            if not isinstance(item, _CURVES) or not (name := item.name()):
                continue
            xs, ys = item.getData()[:2]
            if xs is not None:
                rows.extend((name, float(x), float(y)) for x, y in zip(xs, ys, strict=True))
        return ["curve", self.x_axis.name or "x", self.y_axis.name or "y"], rows

    # -- range

    def set_range(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """Show this part of the axes; "Show everything" comes back to it."""
        self._home = (x, y)
        self.view_box.setRange(xRange=x, yRange=y, padding=0)

    @Slot()
    def show_everything(self) -> None:
        """Undo zooming and moving."""
        self.view_box.setRange(xRange=self._home[0], yRange=self._home[1], padding=0)

    def add_legend(self) -> pg.LegendItem:
        """A legend in the top right corner; curves added afterwards with a name appear in it."""
        item = self.getPlotItem()
        legend = item.legend = Legend(offset=(-8, 6), labelTextSize="9pt")
        legend.setParentItem(item.vb)
        self._style_legend(legend)
        return legend

    def close(self) -> bool:
        """Take the plot apart; it follows no theme any more."""
        self._follower.stop()
        return bool(super().close())

    # -- the pointer

    @property
    def readout(self) -> str:
        """What is said about the place under the pointer now; empty when the pointer is elsewhere."""
        return self._words.text()

    def place(self, position: QPointF) -> tuple[float, float] | None:
        """The axes' (x, y) at a position in the widget; None outside the axes."""
        scene = self.mapToScene(position.toPoint())
        if not self.view_box.sceneBoundingRect().contains(scene):
            return None
        point = self.view_box.mapSceneToView(scene)
        return point.x(), point.y()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move crosshair and read-out."""
        super().mouseMoveEvent(event)
        self._point(self.place(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Report where the left button went down."""
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and (place := self.place(event.position())):
            self.pressed.emit(place)
            event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Leave it to the items; nobody behind the plot needs it."""
        super().mouseReleaseEvent(event)
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Undo zooming."""
        super().mouseDoubleClickEvent(event)
        self.show_everything()

    def leaveEvent(self, event: QEvent) -> None:
        """Clear the read-out."""
        super().leaveEvent(event)
        self._point(None)

    def _point(self, place: tuple[float, float] | None) -> None:
        for line, value in zip(self._lines, place or (0, 0), strict=True):
            line.setVisible(self._crosshair and place is not None)
            if place is not None:
                line.setValue(value)
        self._words.setText(self.describe(*place) if place else "")
        self._words.setVisible(self._crosshair and bool(self._words.text()))
        self._place_words()
        self.hovered.emit(place)

    def _place_words(self) -> None:
        """Right-aligned in the lower corner of the axes: a fixed place that grows to the left."""
        if self._words.isHidden():
            return
        area = self.view_box.sceneBoundingRect().toRect()
        size = self._words.sizeHint()
        width = min(size.width(), area.width() - 8)
        self._words.setGeometry(area.right() - width - 4, area.bottom() - size.height() - 4, width, size.height())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """A short menu: everything in view, copy, save."""
        self.export.menu(event.globalPos(), [self.reset_action])
        event.accept()

    # -- theme

    def event(self, event: QEvent) -> bool:
        """The first colours of a widget that is complete."""
        if event.type() == QEvent.Type.Polish:
            self.restyle(theme.current())
        return bool(super().event(event))

    @Slot()
    def _restyle(self) -> None:
        colors = theme.current()
        self._dress(colors)
        self.restyle(colors)

    def _dress(self, colors: theme.Theme) -> None:
        """What every plot has."""
        self.setBackground(colors.surface)
        for axis in (self.x_axis, self.y_axis):
            axis.restyle(colors)
            axis.setGrid(255 if self._grid else False)
            axis.setZValue(-100)
            if self._grid:
                axis.setTickPen(pg.mkPen(colors.grid))
        for line in self._lines:
            line.setPen(pg.mkPen(colors.muted, style=Qt.PenStyle.DotLine))
        back = theme.faded(colors.raised, 0.92)
        self._words.setStyleSheet(
            f"color: {colors.text.name()}; background: rgba({back.red()},{back.green()},{back.blue()},235);"
            f"border: 1px solid {colors.border.name()}; border-radius: 4px; padding: 1px 6px;"
        )
        legend = self.getPlotItem().legend
        if legend is not None:
            self._style_legend(legend)

    def _style_legend(self, legend: pg.LegendItem) -> None:
        colors = theme.current()
        legend.setLabelTextColor(colors.text)
        legend.setBrush(theme.faded(colors.surface, 0.85))
        for _, label in legend.items:
            label.setText(label.text, color=colors.text)
