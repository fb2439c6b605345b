"""Pictures and drawings of faces come out alike, whatever their size, colours and pen."""

import numpy as np
import pytest

from models.base import DataError
from models.data.drawing.face_pictures import prepare_drawing, prepare_picture
from models.data.drawing.strokes import Drawing
from models.data.pictures.faces import faces8


def circle(cx, cy, r, start=0.0, end=2 * np.pi):
    t = np.linspace(start, end, 60)
    return np.stack([cx + r * np.cos(t), cy + r * np.sin(t)], axis=1).astype(np.float32)


def smile(size=100.0, x=0.0, y=0.0, pen_width=None):
    scale = np.float32(size / 100)
    parts = [circle(50, 50, 40), circle(35, 40, 2), circle(65, 40, 2), circle(50, 50, 22, 0.5, np.pi - 0.5)]
    strokes = tuple(part * scale + np.float32([x, y]) for part in parts)
    return Drawing(strokes, 600, 600, pen_width=pen_width)


def picture(size=120, dark=True):
    """The same face as a picture with sharp edges."""
    y, x = np.mgrid[:size, :size] * 100 / size + 50 / size
    r = np.hypot(x - 50, y - 50)
    ink = np.abs(r - 40) < 2.5
    ink |= (np.hypot(x - 35, y - 40) < 4) | (np.hypot(x - 65, y - 40) < 4)
    angle = np.arctan2(y - 50, x - 50)
    ink |= (np.abs(r - 22) < 2.5) & (angle > 0.5) & (angle < np.pi - 0.5)
    return np.where(ink == dark, 20, 230).astype(np.uint8)


def alike(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def test_a_drawing_does_not_depend_on_where_and_how_large():
    first = prepare_drawing(smile()).image
    for other in (smile(500), smile(40, 300, 200), smile(pen_width=30)):
        assert alike(first, prepare_drawing(other).image) > 0.99


def test_a_picture_does_not_depend_on_size_colour_and_margin():
    first = prepare_picture(picture()).image
    assert first.shape == (28, 28)
    wide = np.pad(picture(), ((5, 200), (300, 40)), constant_values=230)
    colour = np.stack([picture()] * 3, axis=-1)
    transparent = np.zeros((120, 120, 4), np.uint8)
    transparent[..., 3] = 250 - picture()
    white = np.full((120, 120, 4), 255, np.uint8)
    white[..., 3] = 250 - picture()
    for other in (picture(dark=False), picture(40), picture(900), wide, colour, transparent, white):
        assert alike(first, prepare_picture(other).image) > 0.93
    assert alike(first, prepare_drawing(smile()).image) > 0.8


def test_thin_lines_survive():
    thin = np.full((800, 800), 255, np.uint8)
    y, x = np.mgrid[:800, :800]
    thin[np.abs(np.hypot(x - 400, y - 400) - 300) < 0.8] = 0
    assert prepare_picture(thin).image.max() > 120


def test_nothing_is_called_nothing():
    assert prepare_drawing(Drawing((), 100, 100)).empty
    noise = np.random.default_rng(0).integers(120, 130, (60, 80)).astype(np.uint8)
    for blank in (np.zeros((30, 30), np.uint8), np.full((1, 1), 255, np.uint8), noise):
        prepared = prepare_picture(blank)
        assert prepared.empty
        assert not prepared.image.any()
    with pytest.raises(DataError, match="no picture"):
        prepare_picture(np.zeros((5, 5)))
    with pytest.raises(DataError, match="at least one"):
        prepare_picture(np.zeros((0, 5), np.uint8))


def test_stages_end_with_what_the_network_sees():
    for prepared in (prepare_drawing(smile(), stages=True), prepare_picture(picture(), stages=True)):
        np.testing.assert_array_equal(prepared.stages[-1].image, prepared.image)
        assert len(prepared.stages) >= 4


def test_tiny_faces_come_back_exactly():
    for image in faces8().test_images:
        for size in (1, 9):
            large = np.kron(255 - image, np.ones((size, size), np.uint8))
            np.testing.assert_array_equal(prepare_picture(large, 8).image, image)
        cells = np.argwhere(image)[:, ::-1].astype(np.float32) + 0.5
        drawing = Drawing(tuple(cell[None] for cell in cells), 8, 8)
        np.testing.assert_array_equal(prepare_drawing(drawing, 8).image, image)
    assert prepare_drawing(Drawing((), 8, 8), 8).empty
    assert set(np.unique(prepare_drawing(smile(), 8).image)) == {0, 255}
