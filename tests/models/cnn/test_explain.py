"""The explanations add up to what the network computes."""

import numpy as np
import pytest

from models.base import ConfigError
from models.cnn.config import CnnConfig
from models.cnn.data import load
from models.cnn.explain import (
    WorkedPool,
    WorkedSum,
    occlusion_map,
    receptive_field,
    saliency,
    smallest_change,
    worked_out,
)
from models.cnn.predict import answer, encode, network_of, predict
from models.cnn.trainer import CnnTrainer
from models.data.pictures import faces

LINE = "conv 3 3x3 pad 1, pool 2, conv 2 2x2 each map stride 2, batchnorm, average pool 2, dropout 0.1, dense 5"


@pytest.fixture(scope="module")
def snapshot():
    config = CnnConfig(dataset="faces-8", layers=LINE, batch_size=3, epochs=40, learning_rate=0.01)
    trainer = CnnTrainer(config, faces.faces8())
    while not trainer.done:
        trainer.step()
    return trainer.snapshot()


@pytest.fixture(scope="module")
def image():
    return faces.faces8().test_images[0]


def test_every_number_worked_out_is_the_one_computed(snapshot, image):
    layers = answer(snapshot, image[None], activations=True).activations
    _, stages = network_of(snapshot)
    checked = set()
    for number, stage in enumerate(stages[:-1], 1):
        for index in np.ndindex(stage.shape):
            row, column, channel = index if len(index) == 3 else (0, 0, index[0])
            worked = worked_out(snapshot, image, number, row, column, channel)
            if worked is None:
                continue
            checked.add(stage.spec.kind)
            assert worked.output == pytest.approx(float(layers[number - 1][0][index]), abs=1e-5)
            if isinstance(worked, WorkedSum):
                assert worked.total == pytest.approx(float(worked.products.sum()) + worked.bias, abs=1e-5)
            elif isinstance(worked, WorkedPool) and worked.winner is not None:
                assert worked.patch[worked.winner] == worked.output
    assert checked == {"conv", "max_pool", "average_pool", "batchnorm", "dense"}


def test_the_answer_is_worked_out_too(snapshot, image):
    network, stages = network_of(snapshot)
    outputs = network.forward(encode(image[None]))[0]
    for k in range(3):
        worked = worked_out(snapshot, image, len(stages), channel=k)
        assert isinstance(worked, WorkedSum)
        assert worked.output == worked.total == pytest.approx(float(outputs[k]), abs=1e-5)
        assert worked.activation == ""


def test_a_unit_depends_on_its_receptive_field_and_on_nothing_else(snapshot):
    network, stages = network_of(snapshot)
    rng = np.random.default_rng(0)
    picture = rng.random((1, 8, 8, 1), dtype=np.float32)
    for number in (1, 2, 3, 5):
        stage = stages[number - 1]
        row, column = stage.shape[0] - 1, stage.shape[1] // 2
        field = receptive_field(snapshot, number, row, column)[-1]
        assert field.stage == 0
        seen = np.zeros((8, 8), bool)
        seen[field.top : field.bottom, field.left : field.right] = True
        outside, inside = picture.copy(), picture.copy()
        outside[0, ~seen] += 1
        inside[0, seen] += 1
        values = [network.activations(x)[stage.layer][0, row, column] for x in (picture, outside, inside)]
        np.testing.assert_array_equal(values[0], values[1])
        assert not np.array_equal(values[0], values[2])
    assert receptive_field(snapshot, len(stages))[-1].bottom == 8


def test_saliency_is_the_slope_of_the_output(snapshot):
    rng = np.random.default_rng(1)
    image = rng.integers(60, 200, (8, 8)).astype(np.float64)
    slopes = saliency(snapshot, image, 1)
    network, _ = network_of(snapshot)
    for row, column in ((2, 3), (5, 5), (7, 0)):
        nudged = [image.copy() for _ in range(2)]
        nudged[0][row, column] += 0.5
        nudged[1][row, column] -= 0.5
        above, below = (float(network.forward(encode(x[None]))[0, 1]) for x in nudged)
        assert slopes[row, column] == pytest.approx((above - below) * 255, rel=0.05, abs=2e-3)


def test_occlusion_is_what_covering_costs(snapshot, image):
    answer = int(predict(snapshot, image[None])[0].argmax())
    loss = occlusion_map(snapshot, image, answer)
    assert loss.shape == (8, 8)
    row, column = np.argwhere(image)[0]
    covered = image.copy()
    covered[row, column] = 0
    before, after = predict(snapshot, np.stack([image, covered]))[:, answer]
    assert loss[row, column] == pytest.approx(before - after, abs=1e-5)
    assert (loss[image == 0] == 0).all()
    assert not occlusion_map(snapshot, np.zeros((8, 8), np.uint8), 0).any()


def test_the_smallest_change_changes_the_answer(snapshot, image):
    before = int(predict(snapshot, image[None])[0].argmax())
    change = smallest_change(snapshot, image)
    assert change is not None
    assert change.answer != before
    assert int(predict(snapshot, change.image[None])[0].argmax()) == change.answer
    assert change.amount == np.abs(change.image.astype(int) - image).sum() / 255
    flips = np.repeat(image.reshape(1, -1), 64, axis=0)
    flips[np.arange(64), np.arange(64)] ^= 255
    one_is_enough = (predict(snapshot, flips.reshape(-1, 8, 8)).argmax(axis=1) != before).any()
    assert (change.amount == 1) == one_is_enough

    wanted = 2 if before != 2 else 0
    towards = smallest_change(snapshot, image, wanted)
    assert towards is None or (towards.answer == wanted and towards.amount >= change.amount)


def test_what_does_not_exist_is_refused(snapshot, image):
    with pytest.raises(ConfigError, match="no class number 3"):
        saliency(snapshot, image, 3)
    with pytest.raises(ConfigError, match="no stage 9"):
        receptive_field(snapshot, 9)
    with pytest.raises(ConfigError, match=r"no unit \(8, 0, 0\) in “conv 3 3x3 pad 1”: its size is 8×8×3"):
        worked_out(snapshot, image, 1, 8, 0)
    with pytest.raises(ConfigError, match="already answers"):
        smallest_change(snapshot, image, int(predict(snapshot, image[None])[0].argmax()))


def test_the_winner_of_equal_numbers_is_the_one_that_gets_the_gradient():
    config = CnnConfig(dataset="faces-8", layers="pool 2")
    blank = CnnTrainer(config, load(config)).snapshot()
    worked = worked_out(blank, np.zeros((8, 8), np.uint8), 1)
    assert isinstance(worked, WorkedPool)
    assert worked.winner == (0, 0)
    image = np.zeros((8, 8), np.uint8)
    image[0, 1] = image[1, 0] = 255
    worked = worked_out(blank, image, 1)
    assert isinstance(worked, WorkedPool)
    assert worked.winner == (1, 0)
