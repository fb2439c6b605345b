import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from ui.canvas.canvas_panel import CanvasPanel
from ui.canvas.pixel_canvas import PixelCanvas


@pytest.fixture
def panel(qtbot):
    widget = CanvasPanel()
    qtbot.addWidget(widget)
    widget.resize(300, 340)
    widget.show()
    return widget


def tool(panel, name) -> QToolButton:
    return next(button for button in panel.findChildren(QToolButton) if button.accessibleName() == name)


def enabled(panel) -> list[str]:
    return [name for name in ("Undo", "Redo", "Clear") if tool(panel, name).isEnabled()]


def test_the_tools_follow_what_can_be_done(qtbot, panel):
    changes = []
    panel.changed.connect(lambda: changes.append(1))
    assert enabled(panel) == []
    qtbot.mousePress(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    assert enabled(panel) == ["Undo", "Clear"], "already while the pen is down"
    qtbot.mouseRelease(panel.canvas, Qt.MouseButton.LeftButton, pos=QPoint(100, 100))
    qtbot.mouseClick(tool(panel, "Undo"), Qt.MouseButton.LeftButton)
    assert enabled(panel) == ["Redo"]
    qtbot.mouseClick(tool(panel, "Redo"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(tool(panel, "Clear"), Qt.MouseButton.LeftButton)
    assert enabled(panel) == ["Undo"]
    assert panel.canvas.is_empty
    assert len(changes) == 4


def test_the_slider_and_the_canvas_agree_on_the_pen(panel):
    panel.pen.setValue(12)
    assert panel.canvas.pen_width == 12
    panel.canvas.set_pen_width(30)
    assert panel.pen.value() == 30


def test_a_panel_around_pixels_has_no_pen(qtbot):
    panel = CanvasPanel(PixelCanvas(8, 8))
    qtbot.addWidget(panel)
    assert panel.pen is None
    panel.canvas.set_pixels(np.ones((8, 8)))
    assert enabled(panel) == ["Undo", "Clear"]


def test_a_tab_can_add_its_own_buttons(panel):
    button = QPushButton("Give me a test digit")
    panel.add_button(button)
    assert panel.isAncestorOf(button)


def test_every_tool_has_a_name_and_a_tooltip(panel):
    for widget in [*panel.findChildren(QToolButton), panel.pen, panel.canvas]:
        assert widget.accessibleName()
        assert widget.toolTip()


def test_failures_reach_the_tab(qtbot, panel, tmp_path):
    with qtbot.waitSignal(panel.failed) as caught:
        panel.canvas.load_mime(None)
    assert "copy one first" in caught.args[0]
