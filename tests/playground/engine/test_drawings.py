"""My drawings on disk: what is written is read back, and what does not fit is refused in words."""

from __future__ import annotations

import gzip
import json
from functools import partial

import numpy as np
import pytest

from models.base import DataError
from models.data.drawing.face_pictures import prepare_drawing
from models.data.drawing.strokes import Drawing, prepare, write_drawings
from models.data.pictures.faces import MOODS
from models.data.pictures.mnist import DIGITS
from playground.engine import drawings
from playground.engine.drawings import (
    Example,
    check_room,
    format_examples,
    from_picture,
    parse_examples,
    prepared,
    read_examples,
    without_copies,
    write_examples,
)

STROKE = np.array([(10, 10), (20, 40), (12, 60)], np.float32)
SEVEN = Example("7", Drawing((STROKE,), 80, 80, label="7", pen_width=6.0))
PICTURE = np.arange(64, dtype=np.uint8).reshape(8, 8)
tiny = partial(prepare_drawing, side=8)


def test_strokes_and_pictures_come_back_exactly(tmp_path):
    path = tmp_path / "new" / "mine.json"
    write_examples(path, [SEVEN, from_picture("smiling", PICTURE)])
    stroke, picture = read_examples(path)
    assert stroke.label == "7"
    assert stroke.picture is None
    assert np.array_equal(stroke.drawing.strokes[0], STROKE)
    assert stroke.drawing.pen_width == 6.0
    assert picture.label == "smiling"
    assert np.array_equal(picture.picture, PICTURE)
    assert list(path.parent.iterdir()) == [path]


def test_packed_files_hold_pictures_too(tmp_path):
    path = tmp_path / "mine.json.gz"
    path.write_bytes(gzip.compress(format_examples([from_picture("smiling", PICTURE)]).encode()))
    (example,) = read_examples(path)
    assert np.array_equal(example.picture, PICTURE)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_any_number_comes_back(count):
    assert len(parse_examples(format_examples([SEVEN] * count))) == count


def test_files_of_plain_drawings_can_be_read_too(tmp_path):
    path = tmp_path / "plain.json"
    write_drawings(path, [Drawing((STROKE,), 80, 80, label=7)])
    (example,) = read_examples(path)
    assert example.label == "7"
    packed = tmp_path / "plain.json.gz"
    write_drawings(packed, [Drawing((STROKE,), 80, 80, label=7)] * 3)
    assert [example.label for example in read_examples(packed)] == ["7"] * 3


def test_copies_are_told_by_what_is_drawn_and_by_the_label():
    nought = Example("7", Drawing((STROKE * 0,), 80, 80))
    minus = Example("7", Drawing((STROKE * -0.0,), 80, 80))
    others = [
        SEVEN,
        SEVEN.relabelled("1"),
        Example("7", Drawing((STROKE + 1,), 80, 80, pen_width=6.0)),
        Example("7", Drawing((STROKE[:2], STROKE[2:]), 80, 80, pen_width=6.0)),
        from_picture("7", PICTURE),
        from_picture("7", PICTURE[::-1]),
        from_picture("7", PICTURE.reshape(4, 16)),
        nought,
    ]
    again = parse_examples(format_examples([*others, minus]))
    assert without_copies([*others, *again, minus, *others]) == tuple(others)


def test_relabelling_keeps_the_drawing():
    assert SEVEN.relabelled("1").label == "1"
    assert SEVEN.relabelled("1").drawing is SEVEN.drawing


def test_prepared_as_the_network_needs_it():
    images, labels = prepared([SEVEN], DIGITS, 28, prepare)
    assert np.array_equal(images[0], prepare(SEVEN.drawing).image)
    assert labels.tolist() == [7]
    images, labels = prepared([from_picture("neutral", PICTURE)], MOODS, 8, tiny)
    assert np.array_equal(images[0], PICTURE)
    assert labels.tolist() == [1]
    assert prepared([], MOODS, 8, tiny)[0].shape == (0, 8, 8)


@pytest.mark.parametrize(
    ("example", "words"),
    [
        (SEVEN.relabelled("smiling"), "Drawing 1 is called “smiling”: it must be one of 0, 1, 2"),
        (SEVEN.relabelled(""), "has no label"),
        (Example("7", Drawing((), 80, 80)), "Drawing 1 is blank: delete it"),
        (from_picture("7", np.zeros((28, 28), np.uint8)), "is blank"),
        (from_picture("7", PICTURE), "a picture of 8×8 pixels, but this network reads 28×28"),
    ],
)
def test_what_does_not_fit_is_said(example, words):
    with pytest.raises(DataError, match=words):
        prepared([example], DIGITS, 28, prepare)


@pytest.mark.parametrize(
    "pixels", [[], ["00", "0000"], ["zz"], 5, ["00" * 65], ["00"] * 65, [["00"]], {"a": 1}, None, "text"]
)
def test_damaged_pixels_are_refused(pixels):
    item = {"width": 8, "height": 8, "strokes": [], "label": "7", "pixels": pixels}
    with pytest.raises(DataError, match="damaged"):
        parse_examples(json.dumps({"drawings": [item]}))


def test_there_is_room_for_so_many(monkeypatch):
    monkeypatch.setattr(drawings, "MOST", 2)
    check_room(2)
    with pytest.raises(DataError, match="room for 2 drawings of one kind, not for 3"):
        check_room(3)


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match="choose another"):
        write_examples(tmp_path / "file" / "mine.json", [SEVEN])
