"""A canvas with its tools: undo, redo, clear, the pen's width, and room for a tab's own buttons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from ui.canvas.canvas_input import PEN_WIDTHS
from ui.canvas.pixel_canvas import PixelCanvas
from ui.canvas.stroke_canvas import DEFAULT_PEN, StrokeCanvas
from ui.widgets.buttons import tool_button
from ui.widgets.layout import STRETCH, column, muted, row
from ui.widgets.wheel import CalmSlider

Canvas = StrokeCanvas | PixelCanvas


class CanvasPanel(QWidget):
    """Tools above, the canvas as large as possible, the tab's own buttons below.

    Signals (the canvas has more, at `panel.canvas`):
        changed: what is drawn changed, also while the pen moves.
        failed(sentence): something dropped or pasted could not be used.
        noticed(sentence): something about what was loaded that is worth knowing.
    """

    changed = Signal()
    failed = Signal(str)
    noticed = Signal(str)

    def __init__(self, canvas: Canvas | None = None, parent: QWidget | None = None) -> None:
        """Around the given canvas, or a new StrokeCanvas; only a StrokeCanvas has a pen width."""
        super().__init__(parent)
        self.canvas: Canvas = canvas if canvas is not None else StrokeCanvas()
        undone = "Take back the last stroke, clear or loaded picture (Ctrl+Z)"
        self._undo = tool_button("undo", "Undo", undone, self.canvas.undo)
        self._redo = tool_button("redo", "Redo", "Repeat what was taken back (Ctrl+Shift+Z)", self.canvas.redo)
        self._clear = tool_button("trash", "Clear", "Clear the canvas (Del); can be taken back", self.canvas.clear)
        tools = row(self._undo, self._redo, self._clear, STRETCH, spacing=4)
        self.pen: QSlider | None = None
        if isinstance(self.canvas, StrokeCanvas):
            self.pen = self._pen_slider(self.canvas)
            label = muted("Pen")
            label.setBuddy(self.pen)
            tools.addWidget(label)
            tools.addWidget(self.pen)
            self.canvas.failed.connect(self.failed)
            self.canvas.noticed.connect(self.noticed)
            self.canvas.pen_width_changed.connect(self._show_pen_width)

        self._extras = row(spacing=6)
        column(tools, (self.canvas, 1), self._extras, spacing=6, inside=self)
        self.canvas.changed.connect(self._canvas_changed)
        self.canvas.history_changed.connect(self._update_tools)
        self._update_tools()

    def add_button(self, button: QWidget) -> None:
        """Put a tab's own button (or any widget) into the row under the canvas."""
        self._extras.addWidget(button)

    def _pen_slider(self, canvas: StrokeCanvas) -> QSlider:
        slider = CalmSlider(Qt.Orientation.Horizontal)
        slider.setRange(*(round(width) for width in PEN_WIDTHS))
        slider.setPageStep(4)
        slider.setValue(round(DEFAULT_PEN))
        slider.setFixedWidth(90)
        slider.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        slider.setAccessibleName("Pen width")
        slider.setToolTip(
            "Width of the pen. A drawing is brought to the stroke width of the training digits before the network sees "
            "it; on top of a picture, the pen counts as it is."
        )
        slider.valueChanged.connect(canvas.set_pen_width)
        return slider

    def _show_pen_width(self, width: float) -> None:
        if self.pen is not None and self.pen.value() != round(width):
            self.pen.setValue(round(width))

    def _canvas_changed(self) -> None:
        self._update_tools()
        self.changed.emit()

    def _update_tools(self) -> None:
        self._undo.setEnabled(self.canvas.can_undo)
        self._redo.setEnabled(self.canvas.can_redo)
        self._clear.setEnabled(not self.canvas.is_empty)
