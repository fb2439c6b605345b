"""Teaching moves the network towards the drawings, keeps what it knew, and refuses lessons that make no sense."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from models.base import ConfigError, DataError, Edit, TrainingError
from models.cnn.config import CnnConfig
from models.cnn.trainer import CnnTrainer
from models.data.pictures import faces
from models.data.pictures.mnist import ImageData
from models.digits import DigitsConfig, DigitsTrainer
from models.supervised.teach import TakeBack, Teach, accuracy, fine_tune, lesson_on, teach, teaching


def bars(count):
    """What the network learns first: upright bars (1) and lying ones (0), at random places."""
    rng = np.random.default_rng(0)
    images, labels = np.zeros((count, 28, 28), np.uint8), (np.arange(count) % 2).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        at = rng.integers(4, 22)
        (image.T if label else image)[at : at + 2, 6:22] = 255
    return images, labels


def mine(count, seed=1):
    """What only I draw: filled squares, which I call 2, and crosses, which I call 3."""
    rng = np.random.default_rng(seed)
    images, labels = np.zeros((count, 28, 28), np.uint8), (2 + np.arange(count) % 2).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        y, x = rng.integers(4, 9, 2)
        if label == 2:
            image[y : y + 15, x : x + 15] = 255
        else:
            image[y : y + 15, x + 6 : x + 9] = image[y + 6 : y + 9, x : x + 15] = 255
    return images, labels


@pytest.fixture(scope="module")
def learnt():
    images, labels = bars(200)
    data = ImageData(images[:150], labels[:150], images[150:], labels[150:], tuple("0123456789"), "bars", "")
    config = CnnConfig(layers="conv 8 5x5, batchnorm, pool 4, dense 16", batch_size=25, epochs=10, learning_rate=0.02)
    trainer = CnnTrainer(config, data)
    while not trainer.done:
        trainer.step()
    return config, data, trainer.state()


@pytest.fixture
def trainer(learnt):
    config, data, state = learnt
    trainer = CnnTrainer(config, data)
    trainer.restore(state)
    return trainer


def lesson(count=12):
    return Teach(*mine(count), steps=60, learning_rate=0.01)


def test_teaching_helps_with_other_drawings_and_little_is_forgotten(trainer):
    others = mine(40, seed=2)
    report = teach(trainer, lesson(), others)
    assert report.accuracy_before == 0
    assert report.accuracy_after is not None
    assert report.accuracy_after > 0.9
    assert report.test_accuracy_after >= report.test_accuracy_before - 0.05
    assert report.accuracy_after == accuracy(trainer, *others)


def test_a_last_step_that_explodes_is_taken_back(trainer):
    before = trainer.network.parameters.copy()
    with np.errstate(over="ignore", invalid="ignore"), pytest.raises(TrainingError, match="exploded"):
        trainer.edit(replace(lesson(), steps=1, learning_rate=1e39))
    np.testing.assert_array_equal(trainer.network.parameters, before)


def test_without_others_each_half_is_judged_after_teaching_the_other(trainer):
    report = teach(trainer, lesson(40))
    assert report.accuracy_after is not None
    assert report.accuracy_after > 0.9
    assert teach(trainer, lesson(2)).accuracy_after is None  # two halves of one drawing each teach nothing


def test_copies_of_a_drawing_do_not_judge_what_was_taught_with_it(trainer):
    images, labels = mine(2)
    copies = np.array([0, 1, 1, 0])
    report = teach(trainer, replace(lesson(), images=images[copies], labels=labels[copies]))
    assert report.accuracy_before == 0
    assert report.accuracy_after is None  # without the copies each half has one drawing: too few to be taught
    trainer.edit(lesson_on(images[[0, 0]], labels[[0, 0]]))  # two strokes that come out alike can be taught


def test_an_edit_can_be_undone_and_repeated_exactly(trainer):
    before = trainer.state()
    trainer.edit(lesson())
    after = trainer.network.parameters.copy()
    assert not np.array_equal(after, before["parameters"])
    for name, array in trainer.state().items():
        assert name == "parameters" or np.array_equal(array, before[name]), name
    trainer.restore(before)
    trainer.edit(lesson())
    np.testing.assert_array_equal(trainer.network.parameters, after)
    trainer.restore(before)
    np.testing.assert_array_equal(trainer.network.parameters, before["parameters"])


def test_lessons_are_taken_back_one_by_one(trainer):
    states, lessons = [trainer.state()], [lesson(6), lesson(12)]
    for given in lessons:
        trainer.edit(given)
        states.append(trainer.state())
    for given, before in zip(reversed(lessons), states[-2::-1], strict=True):
        trainer.edit(TakeBack(**vars(given), before=before["parameters"]))
        for name, array in trainer.state().items():
            np.testing.assert_array_equal(array, before[name], err_msg=name)


def test_only_the_last_lesson_can_be_taken_back(trainer):
    before = trainer.network.parameters.copy()
    first = lesson(6)
    trainer.edit(first)
    trainer.edit(lesson(12))
    now = trainer.network.parameters.copy()
    for start in (before, before[:-1]):
        with pytest.raises(ConfigError, match="changed since this lesson"):
            trainer.edit(TakeBack(**vars(first), before=start))
        np.testing.assert_array_equal(trainer.network.parameters, now)


def test_dropout_of_a_lesson_does_not_touch_the_luck_of_the_run():
    images, labels = bars(60)
    data = ImageData(images[:40], labels[:40], images[40:], labels[40:], tuple("0123456789"), "bars", "")
    trainers = [CnnTrainer(CnnConfig(layers="dense 16", dropout=0.5, batch_size=20), data) for _ in range(2)]
    for trainer in trainers:
        trainer.step()
    trainers[1].rng.random()  # another run's luck
    luck = trainers[0].state()["generator"]
    for trainer in trainers:
        trainer.edit(lesson())
    np.testing.assert_array_equal(trainers[0].state()["generator"], luck)
    np.testing.assert_array_equal(trainers[0].network.parameters, trainers[1].network.parameters)


def test_lessons_that_make_no_sense_are_refused(trainer, learnt):
    images, labels = mine(4)
    untrained = CnnTrainer(*learnt[:2])
    with pytest.raises(ConfigError, match="train it first"):
        untrained.edit(Teach(images, labels))
    with pytest.raises(DataError, match="One drawing is not enough"):
        trainer.edit(Teach(images[:1], labels[:1]))
    with pytest.raises(DataError, match="No drawing"):
        trainer.edit(Teach(images[:0], labels[:0]))
    with pytest.raises(DataError, match="called “2” and “1”: it cannot be both"):
        trainer.edit(Teach(np.stack([images[0]] * 2), np.array([2, 1], np.uint8)))
    with pytest.raises(DataError, match="8×8 pixels, but the network reads 28×28"):
        trainer.edit(Teach(images[:, :8, :8], labels))
    with pytest.raises(DataError, match="no class number 14"):
        trainer.edit(Teach(images, labels + 11))
    with pytest.raises(DataError, match="blank"):
        trainer.edit(Teach(images * 0, labels))
    with pytest.raises(DataError, match="4 drawings but 3 labels"):
        trainer.edit(Teach(images, labels[:3]))
    with pytest.raises(ConfigError, match="cannot be edited"):
        trainer.edit(Edit())


def test_an_explosion_leaves_the_network_as_it_was(trainer):
    before = trainer.network.parameters.copy()
    with pytest.raises(TrainingError, match="exploded"), np.errstate(all="ignore"):
        fine_tune(trainer, replace(lesson(), learning_rate=1e30))
    np.testing.assert_array_equal(trainer.network.parameters, before)


def test_tiny_faces_can_be_taught():
    trainer = CnnTrainer(CnnConfig(dataset="faces-8", layers="conv 4 3x3, pool 2", batch_size=9), faces.faces8())
    trainer.step()
    data = trainer.data
    trainer.edit(Teach(data.test_images[:4], data.test_labels[:4], steps=3))
    assert np.isfinite(trainer.network.parameters).all()


def test_reports_come_piece_by_piece_and_the_last_is_the_whole(trainer):
    state = trainer.state()
    reports = list(teaching(trainer, lesson()))
    after = trainer.state()["parameters"]
    trainer.restore(state)
    assert replace(teach(trainer, lesson()), seconds=0) == replace(reports[-1], seconds=0)
    assert np.array_equal(trainer.state()["parameters"], after)
    names = ("accuracy_before", "accuracy_after", "test_accuracy_before", "test_accuracy_after")
    known = [[name for name in names if getattr(report, name) is not None] for report in reports]
    assert known[0] == ["accuracy_before"]
    assert all(set(before) <= set(after) for before, after in itertools.pairwise(known))
    assert known[-1] == list(names)


def test_tiny_pictures_need_larger_steps():
    images, labels = mine(4)
    assert lesson_on(images, labels).learning_rate < lesson_on(images[:, ::4, ::4][:, :7, :7], labels).learning_rate


def test_digits_can_be_taught_too():
    images, labels = bars(300)
    data = ImageData(images[:200], labels[:200], images[200:], labels[200:], tuple("0123456789"), "bars", "")
    trainer = DigitsTrainer(DigitsConfig(hidden=(32,), epochs=6, batch_size=20), data)
    while not trainer.done:
        trainer.step()
    report = teach(trainer, lesson(16), mine(16, seed=2))
    assert report.accuracy_before == 0.0
    assert report.accuracy_after > 0.8
    assert report.test_accuracy_after > 0.9
    before = trainer.state()
    trainer.edit(Teach(*mine(16)))
    assert trainer.step_count == int(before["step_count"])
    assert not np.array_equal(trainer.state()["parameters"], before["parameters"])
    with pytest.raises(ConfigError):
        trainer.edit(Edit())
