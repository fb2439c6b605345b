"""The point editor with real mouse and key events: each gesture, what it tells, taking back, and late points."""

import numpy as np
import pytest
from hands import LEFT, click, drag, move_held, spot
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ui.points.canvas import HOLLOW, WRONG, PointCanvas
from ui.points.layer import make_stamp, put_stamps
from ui.points.tools import inside
from ui.widgets import theme

CORNERS = np.array([[0.0, 0.0], [4.0, 0.0], [0.0, 3.0], [4.0, 3.0]])
LABELS = np.array([0, 0, 1, 1])


@pytest.fixture
def canvas(qtbot):
    canvas = PointCanvas(classes=("A", "B", "C"))
    qtbot.addWidget(canvas)
    canvas.resize(500, 400)
    canvas.show()
    canvas.set_points(CORNERS, LABELS)
    canvas.set_range((-1, 5), (-1, 4))
    canvas.grab()
    return canvas


@pytest.fixture
def edits(canvas):
    told = []
    canvas.editor.edited.connect(told.append)
    return told


def test_a_click_adds_a_point_of_the_current_class(canvas, edits):
    canvas.set_tool("add")
    canvas.editor.set_current_class(2)
    click(canvas, 2, 1)
    (edit,) = edits
    assert edit.kind == "add"
    assert edit.finished
    np.testing.assert_allclose(edit.points[-1], (2, 1), atol=0.02)
    assert edit.labels.tolist() == [0, 0, 1, 1, 2]
    assert edit.which.tolist() == [4]
    assert not edit.points.flags.writeable


def test_dragging_with_the_add_tool_sprinkles_points_as_one_gesture(canvas, edits):
    canvas.set_tool("add")
    drag(canvas, (1, 1), (1.5, 1), (2, 1), (2.5, 1), (3, 1))
    assert len(canvas.points) == 9
    assert edits[-1].finished
    assert edits[-1].which.tolist() == [4, 5, 6, 7, 8]
    canvas.editor.undo()
    np.testing.assert_array_equal(canvas.points, CORNERS)


def test_dragging_a_point_moves_it_and_tells_on_the_way(canvas, edits, qtbot):
    view = canvas.viewport()
    QTest.mousePress(view, LEFT, pos=spot(canvas, 0, 0))
    move_held(canvas, spot(canvas, 1, 1))
    qtbot.waitUntil(lambda: len(edits) == 1)
    assert not edits[0].finished
    move_held(canvas, spot(canvas, 2, 2))
    QTest.mouseRelease(view, LEFT, pos=spot(canvas, 2, 2))
    assert edits[-1].finished
    assert edits[-1].kind == "move"
    assert edits[-1].which.tolist() == [0]
    np.testing.assert_allclose(edits[-1].points[0], (2, 2), atol=0.03)
    np.testing.assert_array_equal(edits[-1].points[1:], CORNERS[1:])


def test_lasso_selects_then_del_removes_and_undo_brings_back(canvas, edits):
    canvas.set_tool("lasso")
    drag(canvas, (-0.6, -0.6), (0.6, -0.6), (0.6, 3.6), (-0.6, 3.6))
    assert canvas.editor.selection.tolist() == [0, 2]
    QTest.keyClick(canvas, Qt.Key.Key_Delete)
    assert edits[-1].kind == "remove"
    assert edits[-1].which.tolist() == [0, 2]
    assert edits[-1].labels.tolist() == [0, 1]
    QTest.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_array_equal(edits[-1].points, CORNERS)
    assert edits[-1].labels.tolist() == LABELS.tolist()
    QTest.keyClick(canvas, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert len(edits[-1].points) == 2


def test_eraser_removes_what_it_passes(canvas, edits):
    canvas.set_tool("erase")
    drag(canvas, (0, 0), (2, 0), (4, 0))
    np.testing.assert_array_equal(canvas.points, CORNERS[2:])
    assert edits[-1].finished
    canvas.editor.undo()
    np.testing.assert_array_equal(canvas.points, CORNERS)


def test_brush_and_number_keys_give_another_class(canvas, edits):
    canvas.set_tool("relabel")
    canvas.editor.set_current_class(2)
    drag(canvas, (0, 0), (2, 0), (4, 0))
    assert canvas.labels.tolist() == [2, 2, 1, 1]
    canvas.editor.select([3])
    QTest.keyClick(canvas, Qt.Key.Key_1)
    assert edits[-1].labels.tolist() == [2, 2, 1, 0]
    assert edits[-1].kind == "relabel"


def test_a_click_picks_a_point_and_shift_selects_more(canvas, edits, qtbot):
    with qtbot.waitSignal(canvas.picked) as picked:
        click(canvas, 4, 3)
    assert picked.args == [3, (4.0, 3.0)]  # where the point is, not where beside it the pointer was
    click(canvas, 0, 0, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.editor.selection.tolist() == [0, 3]
    with qtbot.waitSignal(canvas.picked) as picked:
        click(canvas, 2, 1.5)
    assert picked.args[0] is None
    assert picked.args[1] == pytest.approx((2, 1.5), abs=0.05)
    assert canvas.editor.selection.tolist() == []
    assert not edits


def test_points_older_than_an_edit_do_not_flicker_through(canvas):
    canvas.editor.add([(2.0, 2.0)])
    newer = canvas.points
    canvas.set_points(CORNERS.copy(), LABELS.copy())  # the model had not heard of it yet
    assert canvas.points is newer
    canvas.set_points(newer.copy(), canvas.labels.copy())  # now it has
    canvas.set_points(CORNERS.copy(), LABELS.copy())  # so this is an earlier step that was gone back to
    assert len(canvas.points) == 4
    assert not canvas.editor.can_undo


def test_a_refused_edit_is_taken_back(canvas):
    canvas.editor.clear()
    assert canvas.editor.is_empty
    canvas.editor.refuse()
    np.testing.assert_array_equal(canvas.points, CORNERS)


def test_a_locked_canvas_says_why(canvas, edits, qtbot):
    canvas.editor.set_locked("Only a part of the points is shown.")
    canvas.set_tool("add")
    with qtbot.waitSignal(canvas.editor.noticed) as noticed:
        click(canvas, 2, 1)
    assert noticed.args == ["Only a part of the points is shown."]
    assert not edits


def test_handles_are_dragged_and_told(canvas, qtbot):
    canvas.set_handles([[2.0, 1.0], [3.0, 2.0]], [theme.current().accent] * 2)
    told = []
    canvas.handle_moved.connect(lambda *args: told.append(args))
    drag(canvas, (3, 2), (2, 2), (1, 2))
    index, place, finished = told[-1]
    assert (index, finished) == (1, True)
    np.testing.assert_allclose(place, (1, 2), atol=0.03)


def test_everything_works_by_keyboard(canvas, edits, qtbot):
    canvas.activateWindow()
    qtbot.waitUntil(canvas.isActiveWindow)
    canvas.clearFocus()
    canvas.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(canvas, Qt.Key.Key_A)
    QTest.keyClick(canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert edits[-1].kind == "add"
    QTest.keyClick(canvas, Qt.Key.Key_V)
    QTest.keyClick(canvas, Qt.Key.Key_Space)
    assert canvas.editor.selection.tolist() == [4]
    QTest.keyClick(canvas, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert edits[-1].kind == "move"
    QTest.keyClick(canvas, Qt.Key.Key_Escape)
    assert not len(canvas.editor.selection)


def test_the_view_shows_all_points_and_the_marks_are_painted(canvas):
    canvas.set_points(CORNERS * 100, LABELS, marks=np.array([0, HOLLOW, WRONG, 0], np.uint8))
    canvas.fit()
    (left, right), (bottom, top) = canvas.view
    assert left < 0
    assert right > 400
    assert bottom < 0
    assert top > 300
    image = canvas.grab().toImage()
    place = spot(canvas, 0, 0) + canvas.viewport().pos()
    seen, meant = image.pixelColor(place).getRgb()[:3], theme.current().class_color(0).getRgb()[:3]
    assert max(abs(a - b) for a, b in zip(seen, meant, strict=True)) <= 8


def test_later_stamps_cover_earlier_ones():
    picture = np.zeros((40, 40), np.uint32)
    colors = np.array([[255, 0, 0], [0, 0, 255]], np.uint8)
    put_stamps(picture, np.array([[20, 20], [21, 20]], np.int32), colors, make_stamp("disc", 4, 1), 0)
    assert picture[20, 21] & 0xFF > 240
    assert picture[20, 21] >> 16 & 0xFF == 0
    assert picture[5, 5] == 0


def test_inside_a_bent_loop():
    loop = np.array([[0, 0], [4, 0], [4, 4], [2, 1], [0, 4]], float)
    points = np.array([[2, 0.5], [2, 2], [0.5, 2], [5, 1]], float)
    assert inside(loop, points).tolist() == [True, False, True, False]


def test_coordinates_of_any_size_can_be_shown(canvas):
    canvas.set_points(np.array([[1e90, 0.0], [0.0, 1e-90]]), np.array([0, 1]))
    canvas.fit()
    canvas.grab()
    canvas.set_points(np.array([[1.0, 1.0], [1.0, 1.0]]), np.array([0, 1]))
    canvas.fit()
    canvas.grab()
