import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import ConfigError
from models.data.drawing.augment import AFFINE, ELASTIC, Augmentation, _basis, augment


@pytest.fixture
def images():
    rng = np.random.default_rng(0)
    images = np.zeros((40, 28, 28), np.uint8)
    images[:, 8:20, 8:20] = rng.integers(1, 256, (40, 12, 12))
    return images


@given(st.integers(0, 5), st.integers(1, 30), st.integers(1, 30))
@settings(deadline=None, max_examples=30)
def test_without_ranges_nothing_changes(count, height, width):
    images = np.random.default_rng(1).integers(0, 256, (count, height, width), np.uint8)
    same = augment(images, Augmentation(), np.random.default_rng(0))
    assert same.dtype == np.float32
    np.testing.assert_array_equal(same, images)
    out = np.empty_like(images)
    assert augment(images, Augmentation(), np.random.default_rng(0), out) is out
    np.testing.assert_array_equal(out, images)


@pytest.mark.parametrize("ranges", [AFFINE, ELASTIC, Augmentation(thickness=1, mirror=True)])
def test_same_generator_state_same_bits_and_the_original_stays(images, ranges):
    before = images.copy()
    first = augment(images, ranges, np.random.default_rng(3))
    np.testing.assert_array_equal(first, augment(images, ranges, np.random.default_rng(3)))
    assert not np.array_equal(first, augment(images, ranges, np.random.default_rng(4)))
    np.testing.assert_array_equal(images, before)
    assert first.min() >= 0
    assert first.max() <= 255


def test_whole_pixel_shifts_and_mirrors_move_pixels_exactly(images):
    faces = (images[:, 8:16, 8:16] > 100).astype(np.float32)
    changed = augment(faces, Augmentation(shift=1, whole_pixels=True, mirror=True), np.random.default_rng(0))
    kinds = set()
    for face, result in zip(faces, changed, strict=True):
        found = None
        for flip in (1, -1):
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    shifted = np.pad(face[:, ::flip], 1)[1 - dy : 9 - dy, 1 - dx : 9 - dx]
                    if np.array_equal(result, shifted):
                        found = (flip, dy, dx)
        assert found is not None
        kinds.add(found)
    assert len(kinds) > 10


def test_shift_moves_the_centre_of_mass_within_its_bound(images):
    moved = augment(images, Augmentation(shift=3), np.random.default_rng(0))
    index = np.arange(28)

    def centre(batch):
        batch = batch.astype(float)
        mass = batch.sum((1, 2))
        return np.stack([batch.sum(1) @ index / mass, batch.sum(2) @ index / mass])

    offset = centre(moved) - centre(images)
    assert np.abs(offset).max() <= 3 + 1e-3
    assert offset.std() > 1
    np.testing.assert_allclose(moved.sum((1, 2)), images.sum((1, 2)), rtol=1e-5)


def test_a_rotation_turns_about_the_centre():
    bar = np.zeros((200, 29, 29), np.float32)
    bar[:, 4:25, 13:16] = 255
    turned = augment(bar, Augmentation(rotation=45), np.random.default_rng(0))
    y, x = np.mgrid[:29, :29] - 14.0
    mass = turned.sum((1, 2))
    angle = 0.5 * np.arctan2(2 * (turned * x * y).sum((1, 2)), (turned * (x**2 - y**2)).sum((1, 2)))
    lean = np.abs(np.abs(np.rad2deg(angle)) - 90)
    assert lean.max() <= 46
    assert lean.std() > 10
    assert np.abs((turned * x).sum((1, 2)) / mass).max() < 0.1


def test_elastic_bumps_displace_every_pixel_alike():
    basis = _basis(28, 28, 5.0)[3:]
    np.testing.assert_allclose((basis.astype(float) ** 2).sum(axis=0), 1, atol=1e-5)


def test_thickness_changes_the_amount_of_ink_both_ways(images):
    stroke = np.zeros((100, 28, 28), np.uint8)
    stroke[:, 5:23, 12:16] = 255
    ink = augment(stroke, Augmentation(thickness=1), np.random.default_rng(0)).sum((1, 2)) / stroke[0].sum()
    assert ink.min() < 0.8
    assert ink.max() > 1.3


def test_float_images_of_any_scale_keep_it(images):
    grey = augment(images, AFFINE, np.random.default_rng(0))
    unit = augment(images.astype(np.float32) / 255, AFFINE, np.random.default_rng(0))
    np.testing.assert_allclose(grey / 255, unit, atol=1e-5)
    rounded = augment(images, AFFINE, np.random.default_rng(0), np.empty_like(images))
    np.testing.assert_allclose(rounded, grey, atol=0.51)


def test_bounds_out_of_range_are_refused():
    for wrong in ({"shift": -1}, {"rotation": 181}, {"scale": np.nan}, {"elastic": 1, "elastic_spacing": 0.5}):
        with pytest.raises(ConfigError, match=next(reversed(wrong))):
            Augmentation(**wrong)
    assert not Augmentation().active
    assert AFFINE.active
