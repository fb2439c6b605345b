import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.canvas.pixel_canvas import PixelCanvas

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has no window manager

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton


@pytest.fixture
def canvas(qtbot):
    widget = PixelCanvas(8, 8)
    qtbot.addWidget(widget)
    widget.resize(242, 202)
    widget.show()
    return widget


def at(canvas, row, column) -> QPoint:
    return canvas.cell_rect(row, column).center().toPoint()


def drag(qtbot, canvas, start, end, button=LEFT):
    qtbot.mousePress(canvas, button, pos=at(canvas, *start))
    qtbot.mouseMove(canvas, at(canvas, *end))
    qtbot.mouseRelease(canvas, button, pos=at(canvas, *end))


def test_a_drag_sets_every_cell_on_its_way_and_is_one_step_of_undo(qtbot, canvas):
    drag(qtbot, canvas, (1, 1), (1, 6))
    expected = np.zeros((8, 8), dtype=np.float32)
    expected[1, 1:7] = 1
    np.testing.assert_array_equal(canvas.pixels(), expected)
    canvas.undo()
    assert canvas.is_empty
    assert not canvas.can_undo
    canvas.redo()
    np.testing.assert_array_equal(canvas.pixels(), expected)


def test_the_first_cell_decides_between_setting_and_clearing(qtbot, canvas):
    drag(qtbot, canvas, (2, 2), (2, 5))
    drag(qtbot, canvas, (2, 4), (5, 4))
    assert canvas.pixels()[2].tolist() == [0, 0, 1, 1, 0, 1, 0, 0]
    assert canvas.pixels()[3:].sum() == 0


def test_the_right_button_clears(qtbot, canvas):
    canvas.set_pixels(np.ones((8, 8)))
    drag(qtbot, canvas, (0, 0), (7, 7), RIGHT)
    np.testing.assert_array_equal(canvas.pixels(), 1 - np.eye(8))


def test_a_double_click_is_two_clicks(qtbot, canvas):
    point = at(canvas, 3, 3)
    qtbot.mouseClick(canvas, LEFT, pos=point)
    qtbot.mouseDClick(canvas, LEFT, pos=point)
    assert canvas.pixels()[3, 3] == 0


def test_a_gesture_may_leave_the_widget(qtbot, canvas):
    qtbot.mousePress(canvas, LEFT, pos=at(canvas, 4, 4))
    qtbot.mouseMove(canvas, QPoint(5000, at(canvas, 4, 4).y()))
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(5000, -300))
    assert canvas.pixels()[4].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
    canvas.undo()
    assert canvas.is_empty


def test_undo_in_mid_gesture_drops_the_gesture(qtbot, canvas):
    drag(qtbot, canvas, (0, 0), (0, 3))
    before = canvas.pixels()
    qtbot.mousePress(canvas, LEFT, pos=at(canvas, 6, 6))
    canvas.undo()
    np.testing.assert_array_equal(canvas.pixels(), before)
    qtbot.mouseRelease(canvas, LEFT, pos=at(canvas, 6, 6))
    np.testing.assert_array_equal(canvas.pixels(), before)


def test_changed_comes_once_per_event_and_only_for_changes(qtbot, canvas):
    seen = []
    canvas.changed.connect(lambda: seen.append(1))
    drag(qtbot, canvas, (1, 1), (1, 6))
    assert len(seen) == 2, "press and one move"
    canvas.clear()
    canvas.clear()
    assert len(seen) == 3, "the second clear had nothing to do"


def test_set_pixels_copies_clips_resizes_and_can_be_undone(canvas):
    picture = np.full((4, 32), 2.0)
    canvas.set_pixels(picture)
    picture[:] = 0
    assert (canvas.rows, canvas.columns) == (4, 32)
    assert (canvas.pixels() == 1).all()
    canvas.undo()
    assert (canvas.rows, canvas.columns) == (8, 8)


def test_a_streamed_picture_leaves_no_history(canvas):
    for value in (0.1, 0.2):
        canvas.set_pixels(np.full((8, 8), value), undoable=False)
    assert not canvas.can_undo


@pytest.mark.parametrize("bad", [np.zeros(8), np.zeros((0, 8)), np.zeros((8, 33)), np.full((8, 8), np.nan)])
def test_what_does_not_fit_is_refused(canvas, bad):
    with pytest.raises(ValueError, match=r"."):
        canvas.set_pixels(bad)
    assert (canvas.rows, canvas.columns) == (8, 8)


def test_signed_cells_are_minus_one_or_one(qtbot):
    canvas = PixelCanvas(16, 16, low=-1, high=1, signed=True)
    qtbot.addWidget(canvas)
    canvas.resize(canvas.sizeHint())
    qtbot.mouseClick(canvas, LEFT, pos=at(canvas, 5, 6))
    assert canvas.pixels()[5, 6] == 1
    assert np.unique(canvas.pixels()).tolist() == [-1, 1]
    canvas.clear()
    assert (canvas.pixels() == -1).all()


def test_a_grey_brush(qtbot, canvas):
    canvas.set_brush(0.3)
    qtbot.mouseClick(canvas, LEFT, pos=at(canvas, 0, 0))
    assert canvas.pixels()[0, 0] == np.float32(0.3)
    qtbot.mouseClick(canvas, LEFT, pos=at(canvas, 0, 0))
    assert canvas.is_empty


def test_hovering_and_clicking_are_reported_even_when_it_cannot_be_edited(qtbot, canvas):
    canvas.set_editable(False)
    hovered, clicked = [], []
    canvas.cell_hovered.connect(lambda *cell: hovered.append(cell))
    canvas.cell_clicked.connect(lambda *cell: clicked.append(cell))
    qtbot.mouseMove(canvas, at(canvas, 2, 3))
    qtbot.mouseClick(canvas, LEFT, pos=at(canvas, 2, 3))
    assert hovered[-1] == (2, 3)
    assert clicked == [(2, 3)]
    assert canvas.is_empty
    canvas.clear()
    assert not canvas.can_undo


def test_the_keyboard_draws_when_it_brought_the_focus(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    first, canvas = QWidget(), PixelCanvas(8, 8)
    first.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    layout = QVBoxLayout(window)
    layout.addWidget(first)
    layout.addWidget(canvas)
    window.show()
    window.activateWindow()
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    qtbot.keyClick(first, Qt.Key.Key_Tab)
    assert canvas.hasFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Space):
        qtbot.keyClick(canvas, key)
    assert np.argwhere(canvas.pixels()).tolist() == [[2, 1]]
    assert "row 3, column 2 is set" in canvas.accessibleDescription()
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.is_empty
    qtbot.keyClick(canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert not canvas.is_empty
    qtbot.keyClick(canvas, Qt.Key.Key_Delete)
    assert canvas.is_empty


def test_marks_belong_to_one_picture(canvas):
    canvas.set_marks(np.eye(8, dtype=bool))
    canvas.grab()
    with pytest.raises(ValueError, match="do not fit"):
        canvas.set_marks(np.eye(9, dtype=bool))
    canvas.set_pixels(np.zeros((9, 9)))
    canvas.grab()


@pytest.mark.parametrize("size", [(4, 4), (32, 32), (4, 32)])
def test_every_size_can_be_painted_at_its_minimum(qtbot, size):
    canvas = PixelCanvas(*size)
    qtbot.addWidget(canvas)
    canvas.resize(canvas.minimumSizeHint())
    canvas.grab()
    assert canvas.cell_at(canvas.cell_rect(size[0] - 1, size[1] - 1).center()) == (size[0] - 1, size[1] - 1)
