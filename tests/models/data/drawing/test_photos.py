import io

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from models.base import DataError
from models.data.drawing.components import spread_labels
from models.data.drawing.photos import decode_photo, prepare_photo, read_photo
from models.data.drawing.raster import draw_path
from models.data.drawing.thinning import skeleton, stroke_width
from models.data.pictures import mnist

SEVEN = [np.array([[-60, -90], [60, -90], [-10, 90]], np.float32)]


def photo(pen=12.0, side=300, dark=True, light=0.0, noise=0.0, strokes=SEVEN, at=(0, 0), seed=0):
    """A seven on paper: brightness 220, falling by `light` from left to right."""
    ink = draw_path(strokes, 1.0, -np.array(at, np.float32), pen, 1.5, side)
    paper = 220 - light * np.linspace(0, 1, side)
    grey = paper * (1 - 0.7 * ink) + noise * np.random.default_rng(seed).standard_normal((side, side))
    grey = np.clip(grey, 0, 255).astype(np.uint8)
    return grey if dark else 255 - grey


def difference(a, b):
    return np.abs(a.image.astype(int) - b.image).mean()


REFERENCE = prepare_photo(photo())


def ink_box(image):
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return np.ptp(rows) + 1, np.ptp(columns) + 1


@pytest.mark.parametrize(
    "other",
    [
        photo(dark=False),
        photo(pen=4),
        photo(pen=30),
        photo(side=700),
        photo(at=(50, -40)),
        photo(light=120),
        photo(noise=8),
        np.repeat(photo()[:, :, None], 3, axis=2),
        photo()[:, :, None],
        np.dstack([photo()] * 3 + [np.full((300, 300), 255, np.uint8)]),
        np.repeat(np.repeat(photo(), 3, axis=0), 3, axis=1),
    ],
    ids=["chalk", "thin", "thick", "small", "aside", "uneven", "noisy", "rgb", "one channel", "rgba", "large"],
)
def test_the_same_digit_gives_the_same_picture(other):
    result = prepare_photo(other)
    assert not result.empty
    assert max(ink_box(result.image)) == 20
    # Grey levels on average; another digit is 30 and more away. The middle is found to whole pixels: one more or less.
    moved = [np.roll(result.image, (y, x), (0, 1)) for y in (-1, 0, 1) for x in (-1, 0, 1)]
    assert min(np.abs(image.astype(int) - REFERENCE.image).mean() for image in moved) < 8


def test_specks_and_the_edge_of_the_table_are_left_out():
    dirty = photo()
    dirty[20:24, 30:34] = 60
    dirty[280:282, 200:203] = 60
    dirty[:, :15] = 40
    assert difference(prepare_photo(dirty), REFERENCE) < 6


def test_a_hard_shadow_is_not_ink():
    shadowed = photo().astype(float)
    shadowed[:, 250:] *= 0.55
    assert difference(prepare_photo(shadowed.astype(np.uint8)), REFERENCE) < 6


@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_ground(ink):
    alpha = (255 * draw_path(SEVEN, 1.0, np.zeros(2, np.float32), 12, 1.5, 300)).astype(np.uint8)
    layers = np.dstack([np.full((300, 300, 3), ink, np.uint8), alpha])
    assert difference(prepare_photo(layers), REFERENCE) < 4


def test_images_of_mnist_come_back_nearly_unchanged():
    for image in mnist.load().test_images[:20]:
        for shown in (image, 255 - image):
            result = prepare_photo(shown)
            assert max(ink_box(result.image)) == 20
            overlap = np.minimum(result.image, image).sum(dtype=float) / np.minimum(
                result.image.sum(dtype=float), image.sum(dtype=float)
            )
            assert overlap > 0.6


@pytest.mark.parametrize("noise", [0, 1, 5, 20])
def test_blank_paper_is_empty(noise):
    paper = photo(strokes=[np.array([[9999, 9999]], np.float32)], light=100, noise=noise)
    result = prepare_photo(paper, stages=True)
    assert result.empty
    assert not result.image.any()
    assert len(result.stages) == 1


def test_a_dot_of_four_pixels_is_a_dot():
    photo = np.full((11, 32), 255, np.uint8)
    photo[5:7, 12:14] = 0
    result = prepare_photo(photo)
    assert not result.empty
    assert result.image.any()


@example(11, 32, (4,), 3)  # ink that thinning peels off altogether
@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from([(), (1,), (3,), (4,)]), st.integers(0, 3))
@settings(deadline=None, max_examples=60)
def test_any_array_gives_a_picture(height, width, channels, seed):
    array = np.random.default_rng(seed).integers(0, 256, (height, width, *channels), np.uint8)
    if seed == 3:
        array[:] = (array > 250) * np.uint8(255)
    result = prepare_photo(array, stages=True)
    assert result.image.shape == (28, 28)
    assert result.empty == (not result.image.any())


def test_arrays_that_are_no_photo_are_refused():
    for wrong in (np.zeros((3, 3)), np.zeros(3, np.uint8), np.zeros((3, 3, 2), np.uint8), np.zeros((0, 3), np.uint8)):
        with pytest.raises(DataError, match="photo"):
            prepare_photo(wrong)


def test_stages_end_with_what_the_network_sees():
    result = prepare_photo(photo(pen=30), stages=True)
    assert result.stages[-1].image is result.image
    assert [stage.image.dtype for stage in result.stages] == [np.uint8] * 5
    np.testing.assert_array_equal(prepare_photo(photo(pen=30)).image, result.image)


def test_components_are_those_of_a_flood_fill():
    mask = np.random.default_rng(0).random((40, 50)) < 0.4
    labels = spread_labels(mask)
    expected = np.full(mask.shape, -1)
    for start in zip(*np.nonzero(mask), strict=True):
        if expected[start] >= 0:
            continue
        todo, name = [start], start[0] * 50 + start[1]
        while todo:
            y, x = todo.pop()
            if 0 <= y < 40 and 0 <= x < 50 and mask[y, x] and expected[y, x] < 0:
                expected[y, x] = name
                todo += [(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
    np.testing.assert_array_equal(labels, expected)


def test_skeleton_is_thin_and_connected():
    mask = draw_path(SEVEN, 0.5, np.zeros(2, np.float32), 14, 1, 120) > 0.5
    thin = skeleton(mask)
    assert not (thin & ~mask).any()
    assert len(np.unique(spread_labels(thin))) == 2  # one patch, and what lies outside
    assert thin.sum() < 0.15 * mask.sum()
    ring = np.zeros((30, 30), bool)
    ring[5:25, 5:25] = True
    ring[12:18, 12:18] = False
    hole = spread_labels(~skeleton(ring))
    assert hole[15, 15] != hole[0, 0]


@pytest.mark.parametrize("width", [3, 8, 20])
def test_stroke_width_is_measured(width):
    line = draw_path([np.array([[-40, -30], [40, 30]], np.float32)], 1, np.zeros(2, np.float32), width, 1, 160)
    assert stroke_width(line) == pytest.approx(width, rel=0.2)


def encoded(array, form="PNG", **options):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("form", ["PNG", "JPEG", "BMP", "GIF", "TIFF", "WEBP"])
def test_files_of_every_form_open(form, tmp_path):
    path = tmp_path / "seven"
    path.write_bytes(encoded(photo(), form))
    decoded = read_photo(path)
    assert decoded.dtype == np.uint8
    assert decoded.shape[:2] == (300, 300)
    assert difference(prepare_photo(decoded), REFERENCE) < 6


def test_modes():
    grey16 = Image.fromarray(photo().astype(np.uint16) * 257)
    buffer = io.BytesIO()
    grey16.save(buffer, "PNG")
    assert difference(prepare_photo(decode_photo(buffer.getvalue())), REFERENCE) < 3
    assert decode_photo(encoded(np.zeros((4, 4, 4), np.uint8))).shape == (4, 4, 4)


def test_damaged_and_foreign_files_are_refused_in_words(tmp_path):
    good = encoded(photo(noise=10))
    for content, words in [
        (b"", "not a picture"),
        (b"hello", "not a picture"),
        (b"%PDF-1.4", "not a picture"),
        (b"BM is how a text may begin, too", "not a picture"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "not a picture"),
        (good[: len(good) // 2], "damaged"),
        (good[:200] + b"\0\0\0\0" + good[204:], "damaged"),
        *(
            (encoded(photo(noise=10), form)[:length], "damaged or cut short: fetch a fresh copy")
            for form in ("PNG", "JPEG", "WEBP", "BMP", "GIF")
            for length in (12, 40, 200, 3000)
        ),
        (encoded(np.zeros((8000, 8000), np.uint8)), "30 megapixels"),
        (encoded(np.zeros((20000, 20000), np.uint8)), "30 megapixels"),
    ]:
        with pytest.raises(DataError, match=words):
            decode_photo(content)
    frames = [Image.fromarray(photo(at=(x, 0))) for x in (0, 20)]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(DataError, match="2 pictures"):
        decode_photo(buffer.getvalue())
    with pytest.raises(DataError, match="does not exist"):
        read_photo(tmp_path / "nothing.png")


TURNED = {
    1: lambda a: a,
    2: np.fliplr,
    3: lambda a: np.rot90(a, 2),
    4: np.flipud,
    5: lambda a: a.T,
    6: lambda a: np.rot90(a),
    7: lambda a: np.rot90(a, 2).T,
    8: lambda a: np.rot90(a, -1),
}
"""Orientation → how a camera that was held so stores an upright picture."""


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(
    ("form", "kind"),
    [("PNG", np.uint8), ("PNG", np.uint16), ("TIFF", np.uint8), ("TIFF", np.uint16), ("JPEG", np.uint8)],
)
def test_every_orientation_is_turned_upright(orientation, form, kind):
    stored = np.ascontiguousarray(TURNED[orientation](photo(side=320)[:, :300]))
    stored = stored.astype(kind) * kind(1 if kind is np.uint8 else 257)
    exif = Image.Exif()
    exif[0x0112] = orientation
    upright = decode_photo(encoded(stored, form, exif=exif))
    np.testing.assert_allclose(upright[:, :, 0], photo(side=320)[:, :300], atol=40)


@pytest.mark.parametrize(
    "levels",
    [
        (photo().astype(np.float32) / 255),
        photo().astype(np.float32),
        photo().astype(np.uint16) << 2,
        photo().astype(np.uint16) << 4,
        photo().astype(np.uint16) << 8,
        photo().astype(np.uint16),
        (photo().astype(np.float32) / 255 - 0.5) * 3,
    ],
    ids=["0 to 1", "0 to 255", "10 bits", "12 bits", "16 bits", "8 bits in 16", "below zero"],
)
def test_finer_grey_levels_are_scaled_by_their_range(levels):
    assert difference(prepare_photo(decode_photo(encoded(levels, "TIFF"))), REFERENCE) < 3


def framed(thick=3, box=(40, 20, 260, 280), corner=0, ink=60):
    """The seven in a printed box."""
    picture = Image.fromarray(photo())
    ImageDraw.Draw(picture).rounded_rectangle(box, corner, outline=ink, width=thick)
    return np.asarray(picture)


@pytest.mark.parametrize(
    "boxed",
    [
        framed(),
        framed(thick=1),
        framed(thick=6, box=(30, 10, 270, 290)),
        framed(corner=40),
        framed(ink=150),
        framed(box=(70, 20, 299, 280)),
        framed(box=(60, 20, 330, 280)),
        framed(box=(0, 40, 240, 299)),
        255 - framed(),
        np.kron(framed(), np.ones((4, 4), np.uint8)),
    ],
    ids=["thin", "hair", "thick", "round", "grey", "at the edge", "off the page", "in the corner", "chalk", "large"],
)
def test_a_box_around_the_digit_is_not_ink(boxed):
    assert difference(prepare_photo(boxed), REFERENCE) < 6


def test_a_box_that_the_digit_touches_is_not_ink():
    touching = framed(box=(60, 58, 240, 280))
    result = prepare_photo(touching)
    assert difference(result, REFERENCE) < 20


def test_a_nought_with_a_speck_in_it_keeps_its_ring():
    turn = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([60 * np.cos(turn), 90 * np.sin(turn)], axis=1).astype(np.float32)
    with_speck = [ring, np.array([[0, 0], [4, 4]], np.float32)]
    assert difference(prepare_photo(photo(strokes=with_speck)), prepare_photo(photo(strokes=[ring]))) < 4


def ruled(pen=12.0, side=900, step=45, squared=False, shadow=False, strokes=SEVEN, ink=0.5):
    """A page of printed lines, with a seven in pencil or without."""
    y, x = np.mgrid[:side, :side]
    lines = (y % step < 3) | (squared & (x % step < 3))
    page = np.where(lines, 170.0, 235.0)
    page *= 1 - ink * draw_path([2.5 * stroke for stroke in strokes], 1.0, np.zeros(2, np.float32), pen, 1.5, side)
    if shadow:
        page *= 1 - 0.45 / (1 + np.exp(-(x + y - side) / 60))
    return np.clip(page + 4 * np.random.default_rng(0).standard_normal(page.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("shadow", [False, True])
@pytest.mark.parametrize("squared", [False, True])
def test_ruled_lines_and_shadows_are_paper(squared, shadow):
    blank = [np.array([[9999, 9999]], np.float32)]
    assert prepare_photo(ruled(squared=squared, shadow=shadow, strokes=blank)).empty
    assert difference(prepare_photo(ruled(squared=squared, shadow=shadow)), REFERENCE) < 13


def test_several_digits_are_boxed_where_they_are():
    ring = np.stack([np.cos(np.linspace(0, 6.3, 50)), np.sin(np.linspace(0, 6.3, 50))], axis=1)
    pair = [SEVEN[0] / 2 - [60, 0], (ring * [25, 45] + [60, 0])]
    result = prepare_photo(photo(strokes=[stroke.astype(np.float32) for stroke in pair]))
    assert result.several
    left, right = result.pieces
    assert left.right < right.left
    for box in result.pieces:
        part = result.image[round(box.top) : round(box.bottom), round(box.left) : round(box.right)]
        assert part.any()
    assert not prepare_photo(photo()).several
