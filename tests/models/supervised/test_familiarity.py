"""What is unlike anything learnt is called so, what people write is not, and the same network says the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.data.pictures import mnist
from models.digits import DigitsConfig, DigitsTrainer, answer
from models.supervised.familiarity import FEWEST, familiarity, learning


@pytest.fixture(scope="module")
def trained():
    """A digits network after one pass over a tenth of the data, and its data."""
    everything = mnist.load()
    data = replace(everything, train_images=everything.train_images[:6000], train_labels=everything.train_labels[:6000])
    trainer = DigitsTrainer(DigitsConfig(hidden=(64,), epochs=3), data)
    while trainer.step_count < trainer.total_steps:
        trainer.step()
    return trainer.snapshot(), data


@pytest.fixture(scope="module")
def learnt(trained):
    snapshot, data = trained
    return familiarity(answer, snapshot, data.train_images)


def share_unlike(learnt, snapshot, images) -> float:
    return float(learnt.judge(images, answer(snapshot, images, activations=True)).unlike.mean())


def squares() -> np.ndarray:
    images = np.zeros((30, 28, 28), np.uint8)
    for index, image in enumerate(images):
        side, place = 10 + index % 12, index % 6
        image[place : place + side, place : place + side] = 255
    return images


def test_test_pictures_are_familiar_and_squares_are_not(trained, learnt):
    snapshot, data = trained
    assert share_unlike(learnt, snapshot, data.test_images[:2000]) < 0.05  # of a network that learnt from a tenth
    assert share_unlike(learnt, snapshot, squares()) > 0.9
    dots = np.zeros((4, 28, 28), np.uint8)
    dots[np.arange(4), [3, 14, 20, 25], [20, 5, 14, 25]] = 255
    assert share_unlike(learnt, snapshot, dots) == 1


def test_a_training_picture_is_its_own_nearest(trained, learnt):
    snapshot, data = trained
    judged = learnt.judge(data.train_images, answer(snapshot, data.train_images, activations=True))
    own = judged.nearest == np.arange(len(data.train_images))
    assert own.sum() > 3000  # those compared with
    assert judged.distance[own].max() < 0.05


def test_the_same_network_says_the_same(trained, learnt):
    snapshot, data = trained
    again = familiarity(answer, snapshot, data.train_images)
    images = data.test_images[:50]
    found = answer(snapshot, images, activations=True)
    assert np.array_equal(learnt.judge(images, found).distance, again.judge(images, found).distance)


def test_with_few_pictures_nothing_is_said(trained):
    snapshot, data = trained
    assert familiarity(answer, snapshot, data.train_images[: FEWEST - 1]) is None
    assert list(learning(answer, snapshot, data.train_images[:FEWEST]))[-1] is not None
