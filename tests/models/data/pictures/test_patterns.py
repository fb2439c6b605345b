from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError, DataError
from models.data.pictures import glyphs
from models.data.pictures.patterns import (
    bits,
    check_patterns,
    digits,
    empty,
    from_image,
    handwritten,
    letters,
    random_patterns,
    render,
    resize,
    stack,
)


def test_the_original_size_is_exactly_what_is_drawn() -> None:
    drawn = np.array(glyphs.parse(glyphs.DIGITS))
    assert drawn.shape == (10, 16, 16)
    np.testing.assert_array_equal(digits().patterns > 0, drawn.reshape(10, 256))


@pytest.mark.parametrize("side", [4, 5, 6, 7, 8, 11, 16, 23, 28, 32])
def test_glyphs_of_every_size_are_distinct(side: int) -> None:
    for made, full in ((digits(side), digits()), (letters(side), letters())):
        assert made.shape == (side, side)
        assert len(np.unique(made.patterns, axis=0)) == len(made.labels)
        assert set(np.unique(made.patterns)) == {-1, 1}
        if side >= 8:  # with their margin they keep their share of ink
            ink, all_ink = (made.patterns > 0).mean(1), (full.patterns > 0).mean(1)
            np.testing.assert_allclose(ink, all_ink, atol=0.51 / side**2)
        check_patterns(made.patterns)


def test_digits_are_far_apart() -> None:
    likeness = digits().patterns.astype(int) @ digits().patterns.T.astype(int) / 256
    assert (likeness - np.eye(10)).max() < 0.75


def test_the_three_8_bit_patterns() -> None:
    assert bits().patterns.tolist()[0] == [-1, -1, 1, -1, 1, -1, -1, 1]
    assert bits().patterns.shape == (3, 8)


def test_mnist_in_black_and_white() -> None:
    made = handwritten(20)
    assert made.patterns.shape == (20, 784)
    assert made.labels[0] == "5 (#0)"
    assert 0.03 < (made.patterns > 0).mean() < 0.3


def test_patterns_are_read_only() -> None:
    with pytest.raises(ValueError, match="read-only"):
        digits().patterns[0, 0] = 1


def test_random_patterns_are_never_one_colour_and_otherwise_keep_their_bits() -> None:
    flips = np.random.default_rng(252).integers(0, 2, size=(200, 4), dtype=np.int8)
    blank = (flips == flips[:, :1]).all(axis=1)
    assert blank.any()
    patterns = random_patterns(200, 4, np.random.default_rng(252))
    check_patterns(patterns)
    np.testing.assert_array_equal(patterns[~blank] > 0, flips[~blank] > 0)


def test_random_patterns_are_fair_coin_flips() -> None:
    patterns = random_patterns(100, 400, np.random.default_rng(0))
    assert patterns.dtype == np.int8
    assert abs(patterns.mean()) < 0.02


def test_a_drawing_becomes_a_pattern_of_the_memorys_size() -> None:
    image = np.zeros((28, 28), dtype=np.uint8)
    image[:14] = 255
    pattern = from_image(image, (4, 4))
    assert pattern.reshape(4, 4).tolist() == [[1] * 4] * 2 + [[-1] * 4] * 2
    np.testing.assert_array_equal(pattern, from_image(image / 255.0, (4, 4)))


def test_resize_by_a_whole_factor_and_back_is_the_identity() -> None:
    ink = glyphs.parse(glyphs.DIGITS)[3]
    np.testing.assert_array_equal(resize(resize(ink, 32), 16), ink)


def test_rendering_in_text() -> None:
    assert render(np.array([1, -1, -1, 1]), (2, 2)) == "██  \n  ██"


@pytest.mark.parametrize(
    ("patterns", "says"),
    [
        (np.empty((0, 16)), "nothing to store"),
        (np.ones((1, 16)), "one colour"),
        (-np.ones((1, 16)), "one colour"),
        (np.array([[1, 0, -1]]), "−1"),
        (np.array([[1.0, np.nan, -1]]), "−1"),
        (np.array([1, -1]), "rows"),
        (np.array([[1]]), "two pixels"),
    ],
)
def test_what_cannot_be_stored_is_refused_in_words(patterns: np.ndarray, says: str) -> None:
    with pytest.raises(DataError, match=says):
        check_patterns(patterns)


def test_different_sizes_are_refused_in_words() -> None:
    with pytest.raises(DataError, match="different sizes \\(8, 256 pixels\\)"):
        stack([digits().patterns[0], bits().patterns[0]])


def test_bad_sizes_and_pictures_are_refused_in_words() -> None:
    with pytest.raises(ConfigError, match="4 to 32"):
        digits(33)
    with pytest.raises(ConfigError, match="4 to 32"):
        empty(3)
    with pytest.raises(DataError, match="grey picture"):
        from_image(np.zeros((4, 4, 3)), (4, 4))
    with pytest.raises(DataError, match="not numbers"):
        from_image(np.full((4, 4), np.inf), (4, 4))
