"""A plot shows numbers against labelled axes and says in words what lies under the pointer.

`Plot` is pyqtgraph's PlotWidget in the colours of the theme. The read-out has a fixed place, so that it never jumps;
the range changes only when asked, because an automatic range on every frame costs time and makes the picture restless.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QMouseEvent
from PySide6.QtWidgets import QLabel, QMenu, QWidget

from models.base import DataError
from models.whole_file import atomically
from ui.widgets import theme
from ui.widgets.problem import report
from ui.widgets.save_dialog import ask_target, write_picture

# Images are indexed [row, column] like every array in the models; smoothing of lines is switched on per curve,
# where it is cheap.
pg.setConfigOptions(imageAxisOrder="row-major", antialias=False, useOpenGL=False)


class Axis(pg.AxisItem):
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
        self.setLabel(self.name) if self.name else self.showLabel(False)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        """Texts of the ticks at `values`."""
        if self.logMode:
            return [short_number(10.0**value) for value in values]
        if self.unit == "%":
            places = max(0, int(np.ceil(-np.log10(max(spacing * 100, 1e-9)) - 1e-9)))
            return [f"{100 * value:.{places}f}" for value in values]
        if values and max(abs(value) for value in values) >= 10_000:
            return [short_number(value * scale) for value in values]
        return [str(text).replace("-", "−") for text in super().tickStrings(values, scale, spacing)]

    def restyle(self, colors: theme.Theme) -> None:
        """Take over the colours of a theme."""
        self.setPen(pg.mkPen(colors.border))
        self.setTickPen(pg.mkPen(colors.border))
        self.setTextPen(pg.mkPen(colors.muted))


def short_number(value: float) -> str:
    """A number as short as it can be read: 1200000 → 1.2M, 0.00001 → 1e−05."""
    for limit, letter in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if letter == 'k' else limit):.6g}{letter}".replace("-", "−")
    return f"{value:.4g}".replace("-", "−")


def grouped(count: float) -> str:
    """A whole number with thin spaces between thousands: 12 345."""
    return f"{round(count):,}".replace(",", "\u202f")


def number(value: float, unit: str = "") -> str:
    """A number for a read-out: four significant digits, always the same number of them."""
    if not np.isfinite(value):
        return "–"
    if unit == "%":
        return f"{100 * value:.1f} %"
    size = abs(value)
    if size != 0 and not 1e-3 <= size < 1e5:
        text = f"{value:.2e}"
    else:
        places = 4 if size < 10 else 3 if size < 100 else 2 if size < 1000 else 1
        text = f"{value:.{places}f}"
    return (f"{text} {unit}" if unit else text).replace("-", "−")


Table = tuple[list[str], list[Sequence[Any]]]
"""Headings and rows of numbers."""


class Export(QObject):
    """Saves what a plot shows, as a picture or as numbers; lives inside the widget it serves.

    What cannot be saved is reported, with cause and remedy, to the page that the widget is in.

    Args:
        widget: what is saved as a picture; its accessible name is the suggested file name.
        table: gives the numbers shown; without it there is no CSV.
    """

    def __init__(self, widget: QWidget, table: Callable[[], Table] | None = None) -> None:
        super().__init__(widget)
        self._widget, self._table = widget, table
        self.copy_action = QAction("Copy image", self, triggered=self.copy)
        self.image_action = QAction("Save image…", self, triggered=self.ask_image)
        self.csv_action = QAction("Save numbers as CSV…", self, triggered=self.ask_csv)

    def actions(self) -> list[QAction]:
        """What can be done with this widget's picture and numbers."""
        return [self.copy_action, self.image_action, *([self.csv_action] if self._table is not None else [])]

    def menu(self, position: QPoint, first: Sequence[QAction] = ()) -> QMenu:
        """Open the context menu at a position on the screen, with other actions before the ones for export."""
        menu = QMenu(self._widget)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addActions([*first, *self.actions()])
        menu.popup(position)
        return menu

    def save_image(self, path: str | Path) -> None:
        """Write the widget as it is shown to a PNG file; raises DataError when it cannot be written."""
        write_picture(self._widget, Path(path))

    def save_csv(self, path: str | Path) -> None:
        """Write the numbers shown to a CSV file; raises DataError when it cannot be written."""
        heading, rows = self._table() if self._table else ([], [])
        text = io.StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(heading)
        writer.writerows(rows)
        with atomically(Path(path)) as file:
            file.write(text.getvalue().encode())

    @Slot()
    def copy(self) -> None:
        """Put the picture on the clipboard."""
        QGuiApplication.clipboard().setPixmap(self._widget.grab())

    @Slot()
    def ask_image(self) -> None:
        """Ask for a file name and save the picture."""
        self._ask("picture", "PNG image (*.png)", "png", self.save_image)

    @Slot()
    def ask_csv(self) -> None:
        """Ask for a file name and save the numbers."""
        self._ask("numbers", "CSV table (*.csv)", "csv", self.save_csv)

    def _ask(self, what: str, kinds: str, suffix: str, save: Callable[[Path], None]) -> None:
        suggestion = f"{self._widget.accessibleName() or 'plot'}.{suffix}"
        path = ask_target(self._widget, f"Save {what}", suggestion, kinds)
        if path is None:
            return
        try:
            save(path)
        except DataError as error:
            report(self._widget, f"{what.capitalize()} not saved", str(error))


class Plot(pg.PlotWidget):
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
        self._words = QLabel(self)
        self._words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words.hide()
        self.reset_action = QAction("Show everything", self, triggered=self.show_everything)
        self.export = Export(self, self.table)
        self._dress(theme.current())
        theme.manager().changed.connect(self._restyle)

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
            name = item.name() if callable(getattr(item, "name", None)) else None
            if not name or not hasattr(item, "getData"):
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
        legend = self.getPlotItem().addLegend(offset=(-8, 6), labelTextSize="9pt")
        self._style_legend(legend)
        return legend

    def close(self) -> bool:
        """Take the plot apart; it follows no theme any more."""
        theme.manager().changed.disconnect(self._restyle)
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
