"""The faces are what they are called: corners up, level, or down; nine to learn from, others to be tested on."""

import numpy as np
import pytest

from models.data.pictures.faces import MOODS, TEST_FACES, TRAINING_FACES, faces8, faces28, tiny_faces


@pytest.mark.parametrize(
    "face", [*tiny_faces(TRAINING_FACES), *tiny_faces(TEST_FACES)], ids=lambda f: f"{f.mood} {f.name}"
)
def test_the_mood_is_in_the_mouth(face):
    ink = face.image > 0
    assert face.image.shape == (8, 8)
    assert set(np.unique(face.image)) == {0, 255}
    assert ink[:3].sum() == 2, "two eyes"
    assert not ink[7].any(), "the mouth is in rows 3 to 6"
    rows, columns = np.nonzero(ink[3:])
    ends = rows[(columns == columns.min()) | (columns == columns.max())].mean()
    middle = rows[np.abs(columns - columns.mean()) <= 1].mean()
    assert {"smiling": ends < middle, "neutral": ends == middle, "frowning": ends > middle}[face.mood]


def test_nine_to_learn_from_and_others_to_test():
    data = faces8()
    assert np.bincount(data.train_labels).tolist() == [3, 3, 3]
    assert np.bincount(data.test_labels).tolist() == [6, 6, 6]
    train, test = ({image.tobytes() for image in images} for images in (data.train_images, data.test_images))
    assert len(train) == 9
    assert len(test) == 18
    assert not train & test
    mouths, others = ({image[3:].tobytes() for image in images} for images in (data.train_images, data.test_images))
    assert not mouths & others, "not even the mouths are known"
    assert data.class_names == MOODS
    assert not data.train_images.flags.writeable


def test_line_faces_are_always_the_same_and_balanced():
    data = faces28(300)
    assert data.train_images.shape == (300, 28, 28)
    assert data.test_images.shape == (75, 28, 28)
    assert np.bincount(data.train_labels).tolist() == [100, 100, 100]
    faces28.cache_clear()
    assert faces28(300).digest == data.digest
