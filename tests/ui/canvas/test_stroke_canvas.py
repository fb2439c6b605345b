import json

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QObject, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QInputDevice,
    QKeyEvent,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from models.data.drawing.strokes import Drawing
from ui.canvas.canvas_input import SHEET
from ui.canvas.stroke_canvas import StrokeCanvas
from ui.widgets import theme

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")  # the offscreen platform has no window manager

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
PATH = [(40, 30), (60, 200), (150, 220), (200, 120)]


@pytest.fixture
def canvas(qtbot):
    widget = StrokeCanvas()
    qtbot.addWidget(widget)
    widget.resize(284, 284)  # a pixel is a sheet unit, two pixels from the edge
    widget.show()
    return widget


@pytest.fixture
def count(canvas):
    seen = {"changed": 0, "stroke_finished": 0, "failed": []}

    class Counter:
        def __getitem__(self, name):
            return seen[name]

    canvas.changed.connect(lambda: seen.__setitem__("changed", seen["changed"] + 1))
    canvas.stroke_finished.connect(lambda: seen.__setitem__("stroke_finished", seen["stroke_finished"] + 1))
    canvas.failed.connect(seen["failed"].append)
    return Counter()


def draw(qtbot, canvas, path=PATH, button=LEFT):
    first, *rest = [QPoint(round(x) + 2, round(y) + 2) for x, y in path]
    qtbot.mousePress(canvas, button, pos=first)
    for point in rest:
        qtbot.mouseMove(canvas, point)
    qtbot.mouseRelease(canvas, button, pos=(rest or [first])[-1])


def ink(widget) -> int:
    """How many pixels of the widget's picture have the colour of ink."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), dtype=np.uint32)
    return int((pixels == np.uint32(theme.current().ink.rgb())).sum())


# -------------------------------------------------------------------------------------------------------- mouse


def test_a_stroke_is_the_path_of_the_mouse(qtbot, canvas, count):
    draw(qtbot, canvas)
    (stroke,) = canvas.drawing().strokes
    np.testing.assert_allclose(stroke, PATH, atol=1e-3)
    assert stroke.dtype == np.float32
    assert (canvas.drawing().width, canvas.drawing().height) == (SHEET, SHEET)
    assert count["changed"] == len(PATH), "once for each event that brought new ink"
    assert count["stroke_finished"] == 1
    assert ink(canvas) > 1000


def test_the_live_stroke_is_in_the_drawing_already(qtbot, canvas):
    qtbot.mousePress(canvas, LEFT, pos=QPoint(50, 50))
    qtbot.mouseMove(canvas, QPoint(100, 100))
    assert len(canvas.drawing().strokes[0]) == 2
    assert not canvas.is_empty


def test_a_click_leaves_a_dot(qtbot, canvas, count):
    draw(qtbot, canvas, [(140, 140)])
    assert canvas.drawing().strokes[0].shape == (1, 2)
    assert ink(canvas) > 200
    assert not canvas.preparation().empty
    assert count["stroke_finished"] == 1


def test_a_double_click_leaves_two_dots(qtbot, canvas):
    draw(qtbot, canvas, [(140, 140)])
    qtbot.mouseDClick(canvas, LEFT, pos=QPoint(142, 142))
    assert len(canvas.drawing().strokes) == 2


def test_other_buttons_do_not_draw(qtbot, canvas, count):
    draw(qtbot, canvas, button=RIGHT)
    assert canvas.is_empty
    qtbot.mousePress(canvas, LEFT, pos=QPoint(50, 50))
    qtbot.mouseClick(canvas, RIGHT, pos=QPoint(60, 60))
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(50, 50))
    assert len(canvas.drawing().strokes) == 1


def test_a_pen_that_leaves_the_sheet_ends_at_its_edge_and_begins_anew(qtbot, canvas):
    draw(qtbot, canvas, [(200, 100), (400, 100), (400, 200), (200, 200)])
    first, second = canvas.drawing().strokes
    np.testing.assert_allclose(first, [(200, 100), (280, 100)], atol=1e-3)
    np.testing.assert_allclose(second, [(280, 200), (200, 200)], atol=1e-3)
    canvas.undo()
    assert canvas.is_empty, "one gesture is one step of undo"


def test_creeping_over_the_edge_draws_no_shortcut_back(qtbot, canvas):
    draw(qtbot, canvas, [(270, 50), (280, 50), (280.4, 50), (300, 50), (300, 250), (270, 250)])
    first, second = canvas.drawing().strokes
    assert first[:, 1].max() == pytest.approx(50)
    assert second[:, 1].min() == pytest.approx(250)


def test_a_lost_release_ends_the_stroke(qtbot, canvas, count):
    qtbot.mousePress(canvas, LEFT, pos=QPoint(50, 50))
    qtbot.mouseMove(canvas, QPoint(80, 80))
    canvas.hide()
    assert count["stroke_finished"] == 1
    canvas.show()
    draw(qtbot, canvas)
    assert len(canvas.drawing().strokes) == 2


# -------------------------------------------------------------------------------------- undo, redo, clear, load


def test_undo_and_redo_walk_through_strokes_clears_and_loads(qtbot, canvas):
    draw(qtbot, canvas)
    canvas.clear()
    canvas.set_image(np.full((28, 28), 9, dtype=np.uint8))
    draw(qtbot, canvas, [(10, 10), (20, 20)])

    def seen():
        return len(canvas.drawing().strokes), canvas.image is not None

    states = [seen()]
    while canvas.can_undo:
        canvas.undo()
        states.append(seen())
    assert states == [(1, True), (0, True), (0, False), (1, False), (0, False)]
    again = [seen()]
    while canvas.can_redo:
        canvas.redo()
        again.append(seen())
    assert again == states[::-1]


def test_a_new_stroke_forgets_what_was_undone(qtbot, canvas):
    draw(qtbot, canvas)
    canvas.undo()
    draw(qtbot, canvas, [(10, 10)])
    assert not canvas.can_redo


def test_undo_and_clear_in_mid_stroke_drop_the_stroke(qtbot, canvas, count):
    for act in (canvas.undo, canvas.clear, canvas.redo):
        qtbot.mousePress(canvas, LEFT, pos=QPoint(50, 50))
        qtbot.mouseMove(canvas, QPoint(80, 80))
        act()
        qtbot.mouseMove(canvas, QPoint(90, 90))
        qtbot.mouseRelease(canvas, LEFT, pos=QPoint(90, 90))
    assert count["stroke_finished"] == 1, "redo leaves the stroke under way alone"
    assert len(canvas.drawing().strokes) == 1


def test_undo_leaves_no_ink_behind(qtbot, canvas):
    canvas.clearFocus()
    blank = canvas.grab().toImage()
    draw(qtbot, canvas)
    canvas.undo()
    canvas.clearFocus()
    assert canvas.grab().toImage() == blank


def test_clearing_an_empty_canvas_does_nothing(canvas, count):
    canvas.clear()
    assert count["changed"] == 0
    assert not canvas.can_undo


def test_a_drawing_of_another_size_keeps_its_proportions(canvas):
    square = np.array([(0, 0), (100, 0), (100, 100), (0, 100)], dtype=np.float32)
    canvas.set_drawing(Drawing(strokes=(square,), width=200, height=100, label=3))
    drawing = canvas.drawing()
    np.testing.assert_allclose(drawing.strokes[0], square * 1.4 + (0, 70), atol=1e-3)
    assert drawing.label == 3


def test_strokes_outside_their_own_sheet_come_onto_ours(canvas):
    stroke = np.array([(-100, 50), (300, 50)], dtype=np.float32)
    canvas.set_drawing(Drawing(strokes=(stroke,), width=100, height=100))
    points = canvas.drawing().strokes[0]
    assert points.min() >= -1e-3
    assert points.max() <= SHEET + 1e-3


def test_a_change_by_hand_forgets_the_label(qtbot, canvas):
    canvas.set_image(np.full((28, 28), 9, dtype=np.uint8), label=3)
    assert canvas.drawing().label == 3
    draw(qtbot, canvas)
    assert canvas.drawing().label is None


# ------------------------------------------------------------------------------------- what the network is given


def test_strokes_are_prepared_like_mnist(qtbot, canvas):
    assert canvas.preparation().empty
    draw(qtbot, canvas)
    preparation = canvas.preparation()
    rows, columns = np.nonzero(preparation.image > 20)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in range(18, 24)
    assert (
        preparation.stages[-1].image is preparation.image or (preparation.stages[-1].image == preparation.image).all()
    )
    assert canvas.preparation(stages=False).stages == ()


def test_an_image_is_given_to_the_network_bit_by_bit(canvas):
    image = np.random.default_rng(0).integers(0, 256, (28, 28), dtype=np.uint8)
    canvas.set_image(image)
    kept = image.copy()
    image[:] = 0
    np.testing.assert_array_equal(canvas.preparation().image, kept)


def test_strokes_go_on_top_of_an_image(qtbot, canvas):
    image = np.zeros((28, 28), dtype=np.uint8)
    image[3, 3] = 200
    canvas.set_image(image)
    draw(qtbot, canvas, [(140, 100), (140, 200)])  # ten sheet units are a pixel; the pen is two pixels wide
    result = canvas.preparation().image
    assert result[3, 3] == 200
    assert (result[10:20, 13:15] > 200).all()
    assert not result[10:20, 16:].any()


def test_the_first_stroke_takes_the_place_of_an_example(qtbot, canvas):
    image = np.full((28, 28), 200, np.uint8)
    canvas.set_image(image, 3, example=True)
    draw(qtbot, canvas, [(-1, 10), (-1, 40)])  # beside the sheet: no ink, so it stays
    assert canvas.image is not None
    qtbot.mousePress(canvas, LEFT, pos=QPoint(42, 32))
    assert canvas.image is None  # at once, not when the pen is lifted
    canvas.undo()
    assert np.array_equal(canvas.image, image)
    for _ in range(2):
        draw(qtbot, canvas)
        assert canvas.image is None
        assert len(canvas.drawing().strokes) == 1
        canvas.undo()
        assert np.array_equal(canvas.image, image)
    canvas.set_image(image, 3)  # asked for: to be drawn upon
    draw(qtbot, canvas)
    assert canvas.image is not None


@pytest.mark.parametrize("bad", [np.zeros((8, 8), np.uint8), np.zeros((28, 28), np.float32)])
def test_only_28_by_28_bytes_are_an_image(canvas, bad):
    with pytest.raises(ValueError, match="expected 28×28"):
        canvas.set_image(bad)


# ------------------------------------------------------------------------------------------------ touch, tablet


@pytest.fixture(scope="module")
def screen():
    return QTest.createTouchDevice()


def test_a_finger_draws_once(canvas, count, screen):
    QTest.touchEvent(canvas, screen).press(0, QPoint(50, 50)).commit()
    QTest.touchEvent(canvas, screen).move(0, QPoint(100, 100)).commit()
    QTest.touchEvent(canvas, screen).move(0, QPoint(150, 90)).commit()
    QTest.touchEvent(canvas, screen).release(0, QPoint(150, 90)).commit()
    (stroke,) = canvas.drawing().strokes
    np.testing.assert_allclose(stroke - stroke[0], [(0, 0), (50, 50), (100, 40)], atol=1e-3)
    assert count["changed"] == 3
    assert count["stroke_finished"] == 1


def test_further_fingers_are_ignored(canvas, screen):
    QTest.touchEvent(canvas, screen).press(0, QPoint(50, 50)).commit()
    QTest.touchEvent(canvas, screen).move(0, QPoint(60, 60)).press(1, QPoint(200, 200)).commit()
    QTest.touchEvent(canvas, screen).stationary(0).move(1, QPoint(200, 100)).commit()
    QTest.touchEvent(canvas, screen).release(0, QPoint(60, 60)).stationary(1).commit()
    QTest.touchEvent(canvas, screen).move(1, QPoint(100, 100)).commit()
    QTest.touchEvent(canvas, screen).release(1, QPoint(100, 100)).commit()
    (stroke,) = canvas.drawing().strokes
    np.testing.assert_allclose(stroke - stroke[0], [(0, 0), (10, 10)], atol=1e-3)


TABLET = QPointingDevice(
    "pen", 7, QInputDevice.DeviceType.Stylus, QPointingDevice.PointerType.Pen, QInputDevice.Capability.All, 1, 1
)


def pen(canvas, kind, x, y, pressure, button=Qt.MouseButton.NoButton, buttons=LEFT):
    position = QPointF(x, y)
    there = QPointF(canvas.mapToGlobal(position.toPoint()))
    none = Qt.KeyboardModifier.NoModifier
    event = QTabletEvent(kind, TABLET, position, there, pressure, 0, 0, 0, 0, 0, none, button, buttons)
    QApplication.sendEvent(canvas, event)
    assert event.isAccepted(), "Qt makes mouse events of tablet events that are not accepted"


def test_a_tablet_pen_draws_once_and_pressure_changes_nothing(qtbot, canvas, count):
    images = []
    for pressure in (0.1, 0.9):
        pen(canvas, QEvent.Type.TabletMove, 20, 20, 0.0, buttons=Qt.MouseButton.NoButton)  # hovering
        pen(canvas, QEvent.Type.TabletPress, 50, 50, pressure, LEFT)
        pen(canvas, QEvent.Type.TabletMove, 100, 150, pressure)
        qtbot.mouseMove(canvas, QPoint(100, 150))  # an echo as the system would send it
        pen(canvas, QEvent.Type.TabletRelease, 100, 150, 0.0, LEFT, Qt.MouseButton.NoButton)
        (stroke,) = canvas.drawing().strokes
        np.testing.assert_allclose(stroke, [(48, 48), (98, 148)], atol=1e-3)
        images.append(canvas.preparation().image)
        canvas.clear()
    np.testing.assert_array_equal(*images)
    assert count["stroke_finished"] == 2


# ------------------------------------------------------------------------------------------- drop, paste, copy

SEVEN = {"width": 100, "height": 100, "drawings": [{"label": 7, "strokes": [[[20, 20], [80, 20], [40, 90]]]}]}


def drop(canvas, mime) -> bool:
    action, nothing = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(20, 20), action, mime, LEFT, nothing)
    QApplication.sendEvent(canvas, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(canvas, QDropEvent(QPointF(20, 20), action, mime, LEFT, nothing))
    return True


def file_mime(path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    return mime


def photo_of_a_one() -> QImage:
    image = QImage(90, 120, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    for x in range(40, 50):
        for y in range(20, 100):
            image.setPixel(x, y, 0xFF101010)
    return image


def test_a_drawing_file_can_be_dropped(canvas, count, tmp_path):
    path = tmp_path / "seven.json"
    path.write_text(json.dumps(SEVEN))
    assert drop(canvas, file_mime(path))
    assert count["failed"] == []
    assert canvas.drawing().label == 7
    assert canvas.can_undo


def test_an_image_file_can_be_dropped(canvas, count, tmp_path):
    path = tmp_path / "one.png"
    assert photo_of_a_one().save(str(path))
    assert drop(canvas, file_mime(path))
    assert count["failed"] == []
    assert canvas.image is not None
    assert canvas.preparation().image.max() > 200
    assert len(canvas.preparation().stages) > 1, "the steps from the photo to 28×28 are shown"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.json", b'{"width": 100, "dra'),
        ("other.json", b'{"hello": "world"}'),
        ("broken.png", b"\x89PNG\r\n\x1a\n but no further"),
        ("notes.txt", b"hello"),
        ("empty.json", b""),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(qtbot, canvas, count, tmp_path, name, content):
    draw(qtbot, canvas)
    path = tmp_path / name
    path.write_bytes(content)
    drop(canvas, file_mime(path))
    (sentence,) = count["failed"]
    assert len(sentence) > 20
    assert "Traceback" not in sentence
    assert len(canvas.drawing().strokes) == 1, "what was there is still there"


def test_a_missing_file_and_a_web_address_are_refused_with_a_sentence(canvas, count, tmp_path):
    drop(canvas, file_mime(tmp_path / "nowhere.png"))
    web = QMimeData()
    web.setUrls([QUrl("https://example.org/seven.png")])
    drop(canvas, web)
    assert len(count["failed"]) == 2


def test_text_is_not_taken(canvas):
    mime = QMimeData()
    mime.setText("hello")
    assert not drop(canvas, mime)


def test_an_image_can_be_pasted(qtbot, canvas, count):
    QGuiApplication.clipboard().setImage(photo_of_a_one())
    qtbot.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert canvas.image is not None
    QGuiApplication.clipboard().clear()
    qtbot.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert len(count["failed"]) == 1


def test_a_copied_drawing_is_pasted_as_strokes(qtbot, canvas):
    draw(qtbot, canvas)
    before = canvas.drawing().strokes
    qtbot.keyClick(canvas, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().mimeData().hasImage(), "other programs get a picture"
    canvas.clear()
    qtbot.keyClick(canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    np.testing.assert_allclose(canvas.drawing().strokes, before, atol=0.1)
    QGuiApplication.clipboard().clear()


# ----------------------------------------------------------------------------------------------------- keyboard


@pytest.fixture
def window(qtbot):
    """A line edit and a canvas, the focus in the line edit."""
    window = QWidget()
    qtbot.addWidget(window)
    line, canvas = QLineEdit(), StrokeCanvas()
    layout = QVBoxLayout(window)
    layout.addWidget(line)
    layout.addWidget(canvas)
    window.show()
    window.activateWindow()
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    yield line, canvas
    window.close()


def test_the_keyboard_alone_can_draw(qtbot, window):
    line, canvas = window
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    assert canvas.hasFocus()
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Space):
        qtbot.keyClick(canvas, key)
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    np.testing.assert_allclose(canvas.drawing().strokes, [[(140, 133), (140, 140), (140, 147), (147, 147)]])
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert canvas.is_empty
    qtbot.keyClick(canvas, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert not canvas.is_empty
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert canvas.is_empty


def test_leaving_with_the_pen_down_lifts_it(qtbot, window):
    line, canvas = window
    qtbot.keyClick(line, Qt.Key.Key_Tab)
    qtbot.keyClick(canvas, Qt.Key.Key_Space)
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    line.setFocus()
    assert canvas.can_undo
    assert len(canvas.drawing().strokes) == 1
    draw(qtbot, canvas, [(50, 50), (90, 90)])
    assert len(canvas.drawing().strokes) == 2


def test_after_a_click_space_and_arrows_belong_to_the_window(qtbot, canvas):
    draw(qtbot, canvas)
    before = canvas.drawing().strokes[0]
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Escape):
        claimed = key_event(key, QEvent.Type.ShortcutOverride)
        claimed.ignore()
        QApplication.sendEvent(canvas, claimed)
        assert not claimed.isAccepted()
        qtbot.keyClick(canvas, key)
    assert len(canvas.drawing().strokes) == 1
    np.testing.assert_array_equal(canvas.drawing().strokes[0], before)


def key_event(key, kind=QEvent.Type.KeyPress):
    return QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier)


def test_a_key_that_qt_has_no_name_for_is_harmless(canvas):
    QApplication.sendEvent(canvas, key_event(0x01001234))


# ----------------------------------------------------------------------------------------------------- painting


def test_resizing_keeps_the_drawing(qtbot, canvas):
    draw(qtbot, canvas)
    before, image = canvas.drawing().strokes[0], canvas.preparation().image
    small = ink(canvas)
    canvas.resize(700, 570)
    np.testing.assert_array_equal(canvas.drawing().strokes[0], before)
    np.testing.assert_array_equal(canvas.preparation().image, image)
    assert ink(canvas) / small == pytest.approx((566 / 280) ** 2, rel=0.1), "scaled with the widget"


def test_resizing_in_mid_stroke_loses_nothing(qtbot, canvas):
    path = [(20 + 2 * i, 140 + 60 * np.sin(i / 9)) for i in range(120)]
    qtbot.mousePress(canvas, LEFT, pos=QPoint(22, 142))
    for x, y in path:
        qtbot.mouseMove(canvas, QPoint(round(x) + 2, round(y) + 2))
        if round(x) % 100 == 0:
            canvas.grab()
    long = ink(canvas)
    canvas.resize(300, 300)
    canvas.grab()
    canvas.resize(284, 284)
    assert ink(canvas) == pytest.approx(long, rel=0.02)


def test_a_long_stroke_looks_the_same_live_and_finished(qtbot, canvas):
    rng = np.random.default_rng(1)
    path = np.clip(140 + np.cumsum(rng.normal(0, 4, (400, 2)), axis=0), 5, 275)
    qtbot.mousePress(canvas, LEFT, pos=QPoint(*(path[0].round().astype(int) + 2).tolist()))
    for point in path:
        qtbot.mouseMove(canvas, QPoint(*(point.round().astype(int) + 2).tolist()))
    live = ink(canvas)
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(*(path[-1].round().astype(int) + 2).tolist()))
    finished = ink(canvas)
    canvas.resize(285, 284)  # redraw from scratch
    assert live == finished
    assert ink(canvas) == pytest.approx(finished, rel=0.02)


def test_the_first_ink_repaints_all_and_what_follows_only_its_surroundings(qtbot, canvas):
    areas = []

    class Watch(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.Paint:
                areas.append(event.rect().width() * event.rect().height())
            return False

    watch = Watch()
    canvas.setFocus()
    QApplication.processEvents()
    canvas.installEventFilter(watch)
    qtbot.mousePress(canvas, LEFT, pos=QPoint(40, 140))
    QApplication.processEvents()
    assert max(areas) == canvas.width() * canvas.height(), "the placeholder goes"
    areas.clear()
    for x in range(44, 240, 4):
        qtbot.mouseMove(canvas, QPoint(x, 140))
        QApplication.processEvents()
    assert areas
    assert max(areas) < 0.03 * canvas.width() * canvas.height()
    canvas.removeEventFilter(watch)


def test_a_full_sheet_says_so_and_keeps_what_is_there(qtbot, canvas, count, monkeypatch):
    monkeypatch.setattr("ui.canvas.stroke_canvas.MAX_POINTS", 50)
    path = [(10 + 2 * i, 100) for i in range(100)]
    draw(qtbot, canvas, path)
    assert "full" in count["failed"][0]
    assert 45 <= sum(map(len, canvas.drawing().strokes)) <= 50
    canvas.undo()
    assert canvas.is_empty


def test_a_still_picture_needs_no_timer(qtbot, canvas):
    draw(qtbot, canvas)
    assert canvas.findChildren(QTimer) == []


def test_the_theme_can_change_under_a_drawing(qapp, qtbot, canvas):
    draw(qtbot, canvas)
    for choice in ("dark", "light"):
        theme.apply(qapp, choice)
        assert ink(canvas) > 1000


def test_pen_width_is_kept_within_bounds_and_changes_what_is_drawn(qtbot, canvas):
    canvas.set_pen_width(8)
    draw(qtbot, canvas)
    thin = ink(canvas)
    canvas.clear()
    canvas.set_pen_width(1000)
    assert canvas.pen_width == 40
    draw(qtbot, canvas)
    assert ink(canvas) > 3 * thin
