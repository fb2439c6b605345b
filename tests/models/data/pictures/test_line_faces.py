"""A line face shows what its numbers say, and leaves out what people would not agree about."""

from dataclasses import replace

import numpy as np

from models.data.pictures.line_faces import MOOD_SAG, NEUTRAL_SAG, FaceParameters, draw_parameters, render


def plain(count=3) -> FaceParameters:
    """Faces without anything but a mouth as wide as possible, dots for eyes, upright and steady."""
    p = draw_parameters(count, np.random.default_rng(0))
    zero = np.zeros(count, np.float32)
    same = dict.fromkeys(("mouth_x", "mouth_lean", "mouth_lopsided", "tilt", "shift_x", "shift_y", "wobble"), zero)
    none = np.zeros(count, int)
    return replace(
        p,
        **same,
        mood=np.arange(3, dtype=np.uint8),
        sag=np.array([0.5, 0, -0.5], np.float32),
        mouth_y=zero + np.float32(0.45),
        mouth_width=zero + np.float32(0.5),
        mouth_power=zero + np.float32(2),
        mouth_style=none,
        eye_style=none,
        eye_y=zero - np.float32(0.3),
        eye_level=zero,
        head_x=zero + np.float32(1),
        head_y=zero + np.float32(1),
        head_power=zero + np.float32(2),
        nose=none,
        outline=none + 1,
        brow=none.astype(bool),
        wink=none.astype(bool),
        pen=zero + np.float32(1.5),
        size=zero + np.float32(1),
    )


def test_moods_are_bands_with_a_gap_between_them():
    p = draw_parameters(3000, np.random.default_rng(1))
    assert (p.sag[p.mood == 0] >= MOOD_SAG[0]).all()
    assert (np.abs(p.sag[p.mood == 1]) <= NEUTRAL_SAG).all()
    assert (p.sag[p.mood == 2] <= -MOOD_SAG[0]).all()
    assert np.bincount(p.mood).tolist() == [1000, 1000, 1000]


def test_nothing_but_the_mouth_tells_the_mood():
    p = draw_parameters(6000, np.random.default_rng(2))
    for name in ("eye_size", "brow_slope", "mouth_y", "tilt", "pen", "head_x", "mouth_lean"):
        means = [float(getattr(p, name)[p.mood == mood].mean()) for mood in range(3)]
        spread = float(getattr(p, name).std())
        assert max(means) - min(means) < 0.15 * spread, name


def test_a_smile_is_a_frown_upside_down():
    smile, neutral, frown = render(plain()).astype(float)
    rows = slice(15, 22)  # the mouth, without the outline
    middle, corner = slice(13, 15), slice(9, 11)

    def height(image, columns):
        ink = image[rows, columns].sum(axis=1)
        return float((ink * np.arange(7)).sum() / ink.sum())

    assert height(smile, corner) < height(smile, middle) - 1
    assert abs(height(neutral, corner) - height(neutral, middle)) < 0.1
    assert height(frown, corner) > height(frown, middle) + 1


def test_ink_stays_inside_and_every_style_draws():
    p = draw_parameters(600, np.random.default_rng(3))
    images = render(p)
    assert images.dtype == np.uint8
    assert (images.max(axis=(1, 2)) > 200).all()
    border = np.concatenate([images[:, 0], images[:, -1], images[:, :, 0], images[:, :, -1]], axis=1)
    assert (border.max(axis=1) > 128).mean() < 0.2
    for style in range(8):
        chosen = render(replace(plain(), eye_style=np.full(3, style)))
        assert chosen[:, 8:14].sum() > 0
