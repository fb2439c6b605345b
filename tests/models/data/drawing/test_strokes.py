import gzip
import json
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import DataError
from models.data.drawing.preparation import BOX, CENTRE, centre_by_mass, resize
from models.data.drawing.raster import draw_path
from models.data.drawing.strokes import (
    MAX_POINTS,
    Drawing,
    format_drawings,
    parse_drawings,
    prepare,
    rasterize,
    read_drawings,
    write_drawings,
)

coordinates = st.floats(0, 500, width=32)
paths = st.lists(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=12), min_size=1, max_size=4)


def drawing(*strokes, **more):
    return Drawing(tuple(np.array(s, np.float32) for s in strokes), 500, 500, **more)


def two():
    t = np.linspace(0, 1, 40)[:, None]
    arc = np.hstack([250 + 80 * np.sin(5 * t), 200 - 90 * np.cos(5 * t)])
    return drawing(arc, [[180, 400], [340, 390]])


def ink_box(image):
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return np.ptp(rows) + 1, np.ptp(columns) + 1


def centre_of_mass(image):
    weight = image.astype(float)
    index = np.arange(28)
    return weight.sum(axis=1) @ index / weight.sum(), weight.sum(axis=0) @ index / weight.sum()


@given(paths)
@settings(deadline=None, max_examples=60)
def test_ink_is_20_pixels_long_and_centred_by_mass(path):
    subject = drawing(*path)
    image = prepare(subject).image
    assert image.shape == (28, 28)
    assert image.dtype == np.uint8
    points = np.concatenate(subject.strokes)
    if np.ptp(points, axis=0).max() > 1.01:  # smaller is a dot
        assert max(ink_box(image)) == BOX
    for where, touches in zip(centre_of_mass(image), (image[[0, -1]], image[:, [0, -1]]), strict=True):
        assert abs(where - CENTRE) <= 0.51 or touches.any()  # very lopsided ink stops at the border


@given(st.floats(0.02, 50), st.floats(-400, 400), st.floats(-400, 400))
@settings(deadline=None, max_examples=40)
def test_size_and_place_on_the_canvas_do_not_matter(zoom, x, y):
    reference = prepare(two()).image.astype(int)
    moved = drawing(*(stroke * zoom + (x, y) for stroke in two().strokes))
    assert np.abs(prepare(moved).image - reference).max() <= 3


def test_pen_speed_direction_and_order_do_not_matter():
    corners = np.array([[100, 100], [300, 120], [150, 400], [320, 390]], float)
    slow = np.concatenate([np.linspace(a, b, 300) for a, b in pairwise(corners)])
    reference = prepare(drawing(corners)).image.astype(int)
    assert np.abs(prepare(drawing(slow)).image - reference).max() <= 12  # of 255: points are thinned out
    np.testing.assert_array_equal(prepare(drawing(corners[::-1])).image, reference)
    halves = [corners[2:], corners[:2], corners[1:3]]
    assert np.abs(prepare(drawing(*halves)).image - reference).max() <= 1


def test_pen_width_does_not_matter():
    np.testing.assert_array_equal(prepare(replace(two(), pen_width=40)).image, prepare(two()).image)


@pytest.mark.parametrize("pen_width", [None, 12.0])
def test_a_dot_is_a_dot(pen_width):
    for points in ([[250, 250]], [[1e6, 0]], [[250, 250], [250.5, 250.2], [250, 250]]):
        image = prepare(drawing(points, pen_width=pen_width)).image
        assert image.max() > 200
        assert max(ink_box(image)) <= 5


def test_straight_lines_keep_the_stroke_width():
    upright = prepare(drawing([[100, 100], [100, 300]])).image
    lying = prepare(drawing([[100, 100], [300, 100]])).image
    np.testing.assert_array_equal(upright, lying.T)
    assert ink_box(upright)[0] == BOX
    assert ink_box(upright)[1] <= 4


def test_nothing_drawn_is_empty():
    for nothing in (drawing(), drawing(np.zeros((0, 2)))):
        assert nothing.empty
        result = prepare(nothing, stages=True)
        assert result.empty
        assert not result.image.any()
        assert result.stages
        assert not rasterize(nothing).any()


def test_stages_end_with_what_the_network_sees():
    result = prepare(two(), stages=True)
    assert result.stages[-1].image is result.image
    assert not result.empty
    for stage in result.stages:
        assert stage.image.dtype == np.uint8
        assert stage.image.max() == 255
        assert stage.name
        assert stage.explanation.endswith(".")
    np.testing.assert_array_equal(prepare(two()).image, result.image)
    assert not result.image.flags.writeable


@pytest.mark.timeout(20)
def test_a_pen_wider_than_the_canvas_is_shown_as_wide_as_the_canvas():
    t = np.linspace(0, 9, 300)[:, None]
    scribble = np.hstack([250 + 200 * np.sin(7 * t), 250 + 200 * np.cos(9 * t)])
    shown = [prepare(drawing(scribble, pen_width=width), stages=True).stages[0].image for width in (500, 1e6)]
    np.testing.assert_array_equal(*shown)
    assert shown[0].all()


def test_coverage_is_that_of_the_exact_distance():
    a, b, width, softness = np.array([5.2, 6.1]), np.array([20.7, 17.3]), 3.0, 1.3
    y, x = np.mgrid[:28, :28] + 0.5
    t = np.clip(((x - a[0]) * (b - a)[0] + (y - a[1]) * (b - a)[1]) / ((b - a) @ (b - a)), 0, 1)
    distance = np.hypot(x - a[0] - t * (b - a)[0], y - a[1] - t * (b - a)[1])
    exact = np.clip((width / 2 - distance) / softness + 0.5, 0, 1)
    path = np.array([a, b], np.float32)
    drawn = draw_path([path], 1.0, np.array([14, 14], np.float32), width, softness, 28)
    np.testing.assert_allclose(drawn, exact, atol=1e-4)


def test_rasterize_draws_in_place_and_cuts_at_the_border():
    across = drawing([[-5000, 250], [5000, 250]])
    image = rasterize(across)
    assert (image[13:15] > 200).all()
    assert not image[:11].any()
    assert not image[17:].any()
    assert not rasterize(drawing([[900, 900], [950, 2000]])).any()
    assert rasterize(two(), side=56).shape == (56, 56)
    corner = rasterize(drawing([[0, 0]]))
    assert corner[0, 0]
    assert not corner[3:, 3:].any()


def test_resize_averages_areas():
    rng = np.random.default_rng(0)
    image = rng.random((3, 30, 42), np.float32)
    np.testing.assert_allclose(resize(image, 10, 14), image.reshape(3, 10, 3, 14, 3).mean((2, 4)), atol=1e-6)
    np.testing.assert_allclose(resize(image, 7, 19).mean((1, 2)), image.mean((1, 2)), atol=1e-5)
    np.testing.assert_allclose(resize(image, 30, 42), image, atol=1e-6)


def test_centring_never_loses_ink():
    ink = np.zeros((28, 28))
    ink[0, 0] = ink[27, 3] = 1
    assert centre_by_mass(ink).sum() == 2


@given(
    st.lists(
        st.builds(
            lambda path, label, writer, pen: drawing(*path, label=label, writer=writer, pen_width=pen),
            st.lists(st.lists(st.tuples(st.floats(-1e6, 1e6, width=32), coordinates), min_size=1, max_size=5)),
            st.none() | st.integers(0, 9) | st.text(max_size=5),
            st.none() | st.integers(0, 99),
            st.none() | st.floats(0.1, 50),
        ),
        max_size=3,
    )
)
@settings(deadline=None, max_examples=50)
def test_json_reads_back_exactly(drawings):
    read = parse_drawings(format_drawings(drawings))
    assert len(read) == len(drawings)
    for one, other in zip(read, drawings, strict=True):
        for field in ("width", "height", "label", "writer", "pen_width"):
            assert getattr(one, field) == getattr(other, field)
        assert len(one.strokes) == len(other.strokes)
        for a, b in zip(one.strokes, other.strokes, strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["one.json", "one.json.gz"])
def test_files_read_back_and_nothing_else_is_left(tmp_path, name):
    write_drawings(tmp_path / name, [two(), two()])
    write_drawings(tmp_path / name, [replace(two(), label=2)])
    (read,) = read_drawings(tmp_path / name)
    assert read.label == 2
    np.testing.assert_array_equal(prepare(read).image, prepare(two()).image)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(DataError, match="could not be written"):
        write_drawings(tmp_path / "nowhere" / "a.json", [two()])


def test_width_of_the_file_holds_unless_a_drawing_has_its_own():
    text = json.dumps(
        {"width": 500, "height": 400, "drawings": [{"strokes": []}, {"strokes": [[[1, 2]]], "width": 7, "label": 3}]}
    )
    first, second = parse_drawings(text)
    assert (first.width, first.height, second.width, second.height) == (500, 400, 7, 400)
    assert first.label is None
    assert second.label == 3


def one(**changes):
    return json.dumps({"width": 500, "height": 500, "strokes": [[[1, 2], [3, 4]]]} | changes)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not valid JSON"),
        ("[1, 2]", "no drawing"),
        ("null", "no drawing"),
        ('{"a": 1}', "no drawing"),
        ("[" * 100_000, "nested too deeply"),
        (one(strokes=[[[float("nan"), 1]]]), "not valid JSON"),
        (one().replace("500", "1e999", 1), "width"),
        (one().replace("1,", "1e999,"), "not a number"),
        (one().replace("1,", "1" * 400 + ","), "too large"),
        (one().replace("1,", "3.4028235677973366e+38,"), "too large"),
        (one().replace("1,", "1" * 5000 + ","), "not valid JSON"),
        (one(strokes=[[["1", "2"]]]), "stroke 1"),
        (one(strokes=[[[1, 2], [3, None]]]), "stroke 1"),
        (one(strokes=[[[1, 2]], [[1, 2, 3]]]), "stroke 2"),
        (one(strokes=[[[1, 2], [True, 3]]]), "stroke 1"),
        (one(strokes=[[[[1, 2]]]]), "stroke 1"),
        (one(strokes=[5]), "stroke 1"),
        (one(strokes={"a": 1}), "no list"),
        (one(strokes=[[[0, 0]] * (MAX_POINTS + 1)]), "more than"),
        (one(width=-1), "width"),
        (one(height="tall"), "height"),
        (json.dumps({"strokes": []}), "width"),
        (one(label=[1]), "label"),
        (one(label="x" * 1000), "label"),
        (one(writer="me"), "writer"),
        (one(pen_width=0), "pen_width"),
        (json.dumps({"drawings": 3}), "must be a list"),
        (json.dumps({"drawings": [3]}), "Drawing 1"),
    ],
)
def test_foreign_and_damaged_json_is_refused_in_words(text, words):
    with pytest.raises(DataError, match=words):
        parse_drawings(text)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["strokes", "width", "drawings"]), inner)
        ),
        max_leaves=12,
    )
)
def test_any_json_gives_drawings_or_a_sentence(value):
    for text in (json.dumps(value), one(strokes=value), one(strokes=[value]), one(strokes=[[value]])):
        with suppress(DataError):
            for item in parse_drawings(text):
                prepare(item)


def test_text_in_another_coding_and_packed_bombs_are_refused(tmp_path):
    with pytest.raises(DataError, match="not text"):
        parse_drawings(b"\xff\xfe\x00\x01")
    path = tmp_path / "bomb.json.gz"
    path.write_bytes(gzip.compress(b" " * (65 * 2**20)))
    with pytest.raises(DataError, match="unpacks to more"):
        read_drawings(path)


def test_a_drawing_with_impossible_numbers_cannot_be_made():
    for strokes in ([[np.nan, 0]], [[np.inf, 0]], [[2e6, 0]], [[1, 2, 3]], [1, 2]):
        with pytest.raises(DataError):
            drawing(strokes)
    for size in (0, -1, np.nan, np.inf):
        with pytest.raises(DataError, match="width"):
            Drawing((), size, 500)
