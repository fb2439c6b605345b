"""A few bytes that announce something endless are refused before anything is built from them."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
from PIL import Image

from models.base import DataError
from models.data.drawing.photos import decode_photo, prepare_photo
from models.data.drawing.strokes import parse_drawings
from models.limits import LARGEST_KEPT, LONGEST_SIDE, MOST_MEMORY, MOST_STROKES


def packed(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.mark.parametrize("size", [(1_000_000, 5), (5, 1_000_000), (50_000_000, 1), (LONGEST_SIDE + 1, 2)])
def test_a_picture_that_is_far_too_long(size):
    with pytest.raises(
        DataError, match=f"{size[0]}×{size[1]} pixels: (cut it so that no side is longer|make it smaller)"
    ):
        decode_photo(packed(Image.new("L", size)), "long.png")


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "1", "I;16", "LA"])
def test_a_large_picture_is_worked_on_small(mode):
    picture = Image.new(mode, (5000, 4200), 1)
    seen = decode_photo(packed(picture), "large.png")
    assert max(seen.shape) < 2 * LARGEST_KEPT
    assert abs(seen.shape[1] / seen.shape[0] - 5000 / 4200) < 0.01


def test_a_large_picture_is_still_turned():
    picture = Image.new("L", (6000, 4200), 255)
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    for kind in ("PNG", "TIFF"):
        seen = decode_photo(packed(picture, kind, exif=exif), "turned")
        assert seen.shape[0] > seen.shape[1]


def test_a_long_line_is_still_read():
    picture = Image.new("L", (LONGEST_SIDE, 3), 255)
    assert prepare_photo(decode_photo(packed(picture), "line.png")).empty


@pytest.mark.parametrize("stroke", ["[]", "[[1,2]]"])
def test_a_multitude_of_strokes(stroke):
    strokes = ",".join([stroke] * (MOST_STROKES + 1))
    with pytest.raises(DataError, match="5001 strokes: at most 5000"):
        parse_drawings(f'{{"width": 9, "height": 9, "strokes": [{strokes}]}}')


@pytest.mark.parametrize("part", ["[],", "{},", '"a",', '{"a":1},', "[1,2],"])
def test_json_that_would_fill_the_memory_is_not_parsed(part, monkeypatch):
    text = f'{{"width": 9, "height": 9, "strokes": [{part * (MOST_MEMORY // 60)}0]}}'
    monkeypatch.setattr(json, "loads", lambda *_args, **_options: pytest.fail("parsed"))
    with pytest.raises(DataError, match="holds too much: read, it would take"):
        parse_drawings(text, "bomb.json")


def test_a_large_collection_is_still_read():
    points = np.round(np.random.default_rng(1).random((60, 2)) * 300, 1).tolist()
    item = {"width": 300, "height": 300, "strokes": [points]}
    assert len(parse_drawings(json.dumps({"drawings": [item] * 8000}))) == 8000


def test_half_a_character_in_a_label():
    with pytest.raises(DataError, match=r"half a character in it \(a\\ud800\)"):
        parse_drawings('{"width": 9, "height": 9, "strokes": [], "label": "a\\ud800"}')


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": b"Exif\0\0"}])
def test_a_large_webp_is_refused_before_it_is_opened(options, monkeypatch):
    content = packed(Image.new("RGB", (5000, 4000)), "WEBP", **options)
    monkeypatch.setattr(Image, "open", lambda *_args, **_options: pytest.fail("opened"))
    with pytest.raises(DataError, match="5000×4000 pixels: make it smaller than 16 megapixels"):
        decode_photo(content, "large.webp")
