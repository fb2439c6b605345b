"""Several digits on a sheet are outlined, and the sheet asks for one at a time."""

import numpy as np

from models.data.drawing.components import Box
from models.data.drawing.strokes import Drawing
from ui.canvas.canvas_input import SHEET
from ui.canvas.stroke_canvas import StrokeCanvas

ONE = np.array([[60, 60], [58, 220]], np.float32)
TURN = np.linspace(0, 2 * np.pi, 40)
NOUGHT = np.stack([190 + 45 * np.cos(TURN), 140 + 80 * np.sin(TURN)], axis=1).astype(np.float32)


def test_several_digits_are_outlined_and_said(qtbot):
    canvas = StrokeCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(400, 400)
    canvas.set_drawing(Drawing((ONE,), SHEET, SHEET))
    assert canvas.pieces() == ()
    plain = canvas.grab().toImage()
    canvas.set_drawing(Drawing((ONE, NOUGHT), SHEET, SHEET))
    left, right = canvas.pieces()
    assert left.right < right.left
    assert left.top < 60 < 220 < left.bottom
    assert "One digit at a time?" in canvas.accessibleDescription()
    assert canvas.grab().toImage() != plain
    canvas.undo()
    assert canvas.pieces() == ()
    assert "at a time" not in canvas.accessibleDescription()


def test_a_photo_of_several_digits_is_outlined_in_sheet_units(qtbot):
    canvas = StrokeCanvas()
    qtbot.addWidget(canvas)
    image = np.zeros((28, 28), np.uint8)
    image[8:20, 4:6] = image[8:20, 20:22] = 255
    canvas.set_image(image, pieces=(Box(4, 8, 6, 20), Box(20, 8, 22, 20)))
    left, right = canvas.pieces()
    assert left.left < 40 < 60 < left.right
    assert right.left < 200 < 220 < right.right


def test_strokes_of_one_digit_that_do_not_touch_are_one(qtbot):
    canvas = StrokeCanvas()
    qtbot.addWidget(canvas)
    four = np.array([[80, 60], [70, 150], [160, 150]], np.float32), np.array([[172, 70], [170, 230]], np.float32)
    five = (
        np.array([[90, 60], [85, 130], [170, 160], [90, 220]], np.float32),
        np.array([[100, 55], [170, 50]], np.float32),
    )
    for strokes in (four, five):
        canvas.set_drawing(Drawing(strokes, SHEET, SHEET))
        assert canvas.pieces() == ()
