"""The convolutional network as a model: settings, life cycle, answers, and what it shows of itself."""

import numpy as np
import pytest
from pydantic import ValidationError

from models.base import ConfigError, DataError
from models.cnn.config import CnnConfig
from models.cnn.data import examples, load
from models.cnn.model import PRESETS, suited
from models.cnn.predict import answer, filters, predict
from models.cnn.trainer import CnnTrainer
from models.config import explain
from models.data.drawing.strokes import Drawing
from models.data.pictures.mnist import ImageData
from models.supervised.trainer import run_evaluation

SMALL = {"layers": "conv 3 5x5, pool 4, conv 4 3x3, dense 8", "batch_size": 16, "epochs": 2}


def bars(count=96):
    """Upright bars are 1, lying ones 0: learnt within a few steps."""
    rng = np.random.default_rng(0)
    images, labels = np.zeros((count, 28, 28), np.uint8), rng.integers(0, 2, count).astype(np.uint8)
    for image, label in zip(images, labels, strict=True):
        at = rng.integers(6, 20)
        (image.T if label else image)[at : at + 2, 6:22] = 255
    return ImageData(images[:64], labels[:64], images[64:], labels[64:], tuple("0123456789"), "bars", "")


def trained(**changes):
    trainer = CnnTrainer(CnnConfig(**(SMALL | changes)), bars())
    while not trainer.done:
        trainer.step()
    return trainer


def test_learns():
    trainer = trained(epochs=12, learning_rate=0.01)
    assert run_evaluation(trainer)["test_accuracy"] == 1.0


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"shift": 2.0, "rotation": 10.0, "dropout": 0.2},
        {"layers": "conv 3 5x5, batchnorm, pool 4, dropout 0.3, dense 8"},
        {"layers": "conv 2 5x5, pool 2, conv 2 3x3 each map, average pool 2", "activation": "tanh", "loss": "mse"},
    ],
)
def test_goes_on_with_the_same_bits_after_a_restore(changes):
    first = CnnTrainer(CnnConfig(**(SMALL | changes)), bars())
    for _ in range(3):
        first.step()
    run_evaluation(first)
    state = first.state()
    expected = [first.step() for _ in range(3)]
    second = CnnTrainer(CnnConfig(**(SMALL | changes)), bars())
    second.restore(state)
    assert [second.step() for _ in range(3)] == expected
    np.testing.assert_array_equal(first.network.parameters, second.network.parameters)
    for name, array in first.network.buffers().items():
        np.testing.assert_array_equal(array, second.network.buffers()[name])


@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
def test_predict_answers_as_the_trainer_and_sums_to_one(loss):
    trainer = trained(loss=loss, layers="conv 3 5x5, batchnorm, pool 4, dropout 0.2")
    probabilities = predict(trainer.snapshot(), trainer.data.test_images)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)
    outputs = trainer.network.forward(trainer.encode(trainer.data.test_images))
    np.testing.assert_array_equal(probabilities.argmax(axis=1), outputs.argmax(axis=1))
    assert predict(trainer.snapshot(), trainer.data.test_images[:0]).shape == (0, 10)


def test_activations_show_every_entry_after_its_activation():
    trainer = trained()
    image = trainer.data.test_images[0]
    found = answer(trainer.snapshot(), image[None], activations=True)
    layers = found.activations
    assert [str(stage.spec) for stage in trainer.config.architecture().stages[:-1]] == [
        "conv 3 5x5",
        "pool 4",
        "conv 4 3x3",
        "dense 8",
    ]
    assert [layer.shape for layer in layers] == [(1, 24, 24, 3), (1, 6, 6, 3), (1, 4, 4, 4), (1, 8)]
    assert all(layer.min() >= 0 for layer in layers)
    pooled = layers[0][0].reshape(6, 4, 6, 4, 3).max(axis=(1, 3))
    np.testing.assert_allclose(layers[1][0], pooled, atol=1e-6)
    np.testing.assert_allclose(found.probabilities, predict(trainer.snapshot(), image[None]), atol=1e-6)
    assert [planes.shape for _, planes in filters(trainer.snapshot())] == [(3, 1, 5, 5), (4, 3, 3, 3)]
    with pytest.raises(ConfigError, match=r"28×28 pixels; this one has 8×8"):
        answer(trainer.snapshot(), np.zeros((1, 8, 8), np.uint8), activations=True)


def test_an_answer_to_several_pictures_is_the_answers_to_each_of_them():
    trainer = trained()
    snapshot, images = trainer.snapshot(), trainer.data.test_images[:3]
    together = answer(snapshot, images, activations=True)
    assert answer(snapshot, images).activations is None
    np.testing.assert_array_equal(answer(snapshot, images).probabilities, predict(snapshot, images))
    for index in range(3):
        alone = answer(snapshot, images[index : index + 1], activations=True)
        for layer, layer_alone in zip(together.activations, alone.activations, strict=True):
            np.testing.assert_allclose(layer[index], layer_alone[0], atol=1e-6)


def test_a_snapshot_does_not_change_when_training_goes_on():
    trainer = CnnTrainer(CnnConfig(**SMALL), bars())
    trainer.step()
    snapshot = trainer.snapshot()
    before = predict(snapshot, trainer.data.test_images)
    trainer.step()
    np.testing.assert_array_equal(predict(snapshot, trainer.data.test_images), before)


def test_looking_between_steps_changes_nothing():
    looked, alone = (CnnTrainer(CnnConfig(**SMALL), bars()) for _ in range(2))
    for _ in range(4):
        answer(looked.snapshot(), looked.data.test_images[:1], activations=True)
        run_evaluation(looked)
        assert looked.step() == alone.step()


def test_layers_that_do_not_fit_are_refused_in_words():
    with pytest.raises(ValidationError) as refused:
        CnnConfig(dataset="faces-8", layers="conv 8 5x5, pool 2, conv 16 5x5")
    sentence = explain(refused.value, CnnConfig)
    assert "Layer 3 (conv 16 5x5) does not fit" in sentence
    assert "2×2" in sentence
    assert "8×8×1 → conv 8 5x5 → 4×4×8 → pool 2 → 2×2×8" in sentence
    with pytest.raises(ValidationError, match="is no layer"):
        CnnConfig(layers="convolution eight")


def test_augmentation_can_change_during_a_run_layers_cannot():
    trainer = CnnTrainer(CnnConfig(**SMALL), bars())
    trainer.configure(CnnConfig(**SMALL, shift=2.0))
    assert trainer.noisy
    with pytest.raises(ConfigError, match="layers"):
        trainer.configure(CnnConfig(**(SMALL | {"layers": "dense 5"})))


@pytest.mark.parametrize("name", PRESETS)
def test_presets_build_and_train(name):
    config = PRESETS[name].config
    data = bars() if config.dataset == "digits" else load(config.model_copy(update={"faces": 60}))
    trainer = CnnTrainer(config, data)
    assert np.isfinite(trainer.step()["loss"])
    assert trainer.snapshot().class_names == data.class_names


def test_faces_of_the_original_size():
    stages = PRESETS["faces-original"].config.architecture().stages
    assert [stage.shape for stage in stages] == [(6, 6, 2), (4, 4, 4), (2, 2, 4), (16,), (3,)]


def test_examples_need_labels_that_the_network_knows():
    stroke = np.array([[1, 1], [5, 5]], np.float32)
    config = CnnConfig(dataset="faces-28")
    images, labels = examples(
        config, [Drawing((stroke,), 10, 10, label="frowning"), Drawing((stroke,), 10, 10, label=0)]
    )
    assert images.shape == (2, 28, 28)
    assert labels.tolist() == [2, 0]
    with pytest.raises(DataError, match=r"Drawing 1 has no label: it must be one of smiling, neutral, frowning"):
        examples(config, [Drawing((stroke,), 10, 10)])
    with pytest.raises(DataError, match="Drawing 1 is called “7”"):
        examples(config, [Drawing((stroke,), 10, 10, label=7)])
    with pytest.raises(DataError, match="blank"):
        examples(config, [Drawing((), 10, 10, label=1)])


def test_data_of_another_kind_is_refused():
    with pytest.raises(DataError, match="“tiny faces” does not fit “digits”, which needs pictures of 28×28"):
        CnnTrainer(CnnConfig(**SMALL), load(CnnConfig(dataset="faces-8", layers="")))


def test_the_form_begins_with_the_network():
    assert list(CnnConfig.model_fields)[:3] == ["dataset", "faces", "layers"]


def test_a_running_variance_below_zero_is_refused():
    trainer = trained(layers="conv 3 5x5, batchnorm, pool 4", epochs=1)
    state = trainer.state()
    name = next(name for name in state if name.endswith("running_variance"))
    for damaged in (-state[name], state[name] * np.nan):
        with pytest.raises(DataError, match="running_variance"):
            trainer.restore(state | {name: damaged})


def test_shards_change_the_last_digits_and_threads_nothing():
    """Two shards sum in another order than one; how many threads work them out makes no difference."""
    runs = {}
    for shards, threads in ((1, 1), (2, 1), (2, 2)):
        trainer = CnnTrainer(CnnConfig(**SMALL, shards=shards, dropout=0.2), bars())
        trainer.learner.threads = threads
        losses = [trainer.step()["loss"] for _ in range(6)]
        runs[shards, threads] = losses, trainer.network.parameters.copy()
    np.testing.assert_array_equal(runs[2, 1][1], runs[2, 2][1])
    assert runs[2, 1][0] == runs[2, 2][0]
    np.testing.assert_allclose(runs[2, 1][0], runs[1, 1][0], rtol=1e-4)
    np.testing.assert_allclose(runs[2, 1][1], runs[1, 1][1], atol=1e-4)


def test_shards_and_batch_normalisation_do_not_go_together():
    config = CnnConfig(layers="conv 3 5x5, batchnorm, pool 4", shards=2)
    with pytest.raises(ConfigError, match="BatchNorm compares the examples of a batch"):
        CnnTrainer(config, bars())
    fitting, why = suited(config, False)
    assert fitting == config.model_copy(update={"shards": 1})
    assert "1 shard" in why
    assert suited(config, False, {"shards"}) == (config, ""), "what was asked for stays, and is refused in words"
    assert suited(PRESETS["digits"].config, False) == (PRESETS["digits"].config, "")
