from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.config import settings_of
from models.data.drawing.features import FEATURES
from models.data.pictures.mnist import DIGITS, ImageData
from models.digits import MODEL, PRESETS, DigitsConfig, DigitsTrainer, answer, first_layer_images, predict
from models.registry import get_model
from models.supervised.trainer import run_evaluation


@pytest.fixture(scope="module")
def bars():
    """Ten kinds of easy pictures: a bar in one of ten places, on noisy paper; 600 to learn from, 100 held out."""
    rng = np.random.default_rng(0)
    labels = np.arange(700).astype(np.uint8) % 10
    images = rng.integers(0, 60, (700, 28, 28), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[2 + 2 * label : 6 + 2 * label, 4:24] = 220
    return ImageData(images[:600], labels[:600], images[600:], labels[600:], DIGITS, "bars", "0" * 64)


def small(**changes):
    return DigitsConfig(**({"hidden": (16,), "batch_size": 30, "epochs": 4, "components": 20} | changes))


def trained(data, **changes):
    trainer = DigitsTrainer(small(**changes), data)
    while not trainer.done:
        trainer.step()
    return trainer


def test_registered_and_default_preset_first():
    assert get_model("digits") is MODEL
    assert MODEL.default_preset == "default"
    assert PRESETS["default"].config == DigitsConfig()
    assert {metric.name for metric in MODEL.metrics} == {"loss", "accuracy", "test_loss", "test_accuracy"}
    assert {"sigmoid-50", "two-relu-50", "sigmoid-50-dropout", "ten-ten", "best"} <= PRESETS.keys()
    for preset in PRESETS.values():
        assert DigitsConfig(**preset.config.model_dump()) == preset.config
    assert all(setting.description for setting in settings_of(DigitsConfig))


@pytest.mark.parametrize("features", FEATURES)
def test_learns_bars_from_every_kind_of_features(bars, features):
    trainer = trained(bars, features=features, epochs=15, learning_rate=0.01)
    assert run_evaluation(trainer)["test_accuracy"] >= 0.95
    snapshot = trainer.snapshot()
    probabilities = predict(snapshot, bars.test_images)
    assert probabilities.shape == (100, 10)
    assert probabilities.dtype == np.float32
    # The pure function and the trainer's own evaluation give the same answers.
    np.testing.assert_array_equal(probabilities.argmax(axis=1), snapshot.test_predictions)
    pictures = first_layer_images(snapshot)
    assert pictures is None if features == "edges" else pictures.shape == (16, 28, 28)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"loss": "mse"},
        {"loss": "mse_sum", "optimizer": "sgd", "learning_rate": 0.003},
        {"loss": "mse", "output_activation": "tanh"},
        {"loss": "mse", "output_activation": "softmax"},
        {"dropout": 0.5},
        {"hidden": ()},
    ],
)
def test_probabilities_are_probabilities_whatever_the_outputs(bars, changes):
    trainer = DigitsTrainer(small(**changes), bars)
    for _ in range(10):
        probabilities = predict(trainer.snapshot(), bars.test_images[:20])
        assert (probabilities >= 0).all()
        np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, rtol=1e-5)
        trainer.step()


def test_outputs_without_a_positive_one_mean_no_idea(bars):
    snapshot = DigitsTrainer(small(loss="mse", hidden=()), bars).snapshot()
    snapshot = replace(snapshot, parameters=-np.ones_like(snapshot.parameters))
    np.testing.assert_allclose(predict(snapshot, bars.test_images[:2]), 0.1)


def test_activations_are_those_of_the_hidden_layers_and_the_answer(bars):
    for dropout in (0.0, 0.3):
        snapshot = DigitsTrainer(
            small(hidden=(12, 7), activation=("relu", "sigmoid"), dropout=dropout), bars
        ).snapshot()
        found = answer(snapshot, bars.test_images[:3], activations=True)
        first, second = found.activations
        assert (first.shape, second.shape, found.probabilities.shape) == ((3, 12), (3, 7), (3, 10))
        assert first.min() == 0.0
        assert 0.0 < second.min() < second.max() < 1.0
        np.testing.assert_array_equal(found.probabilities, predict(snapshot, bars.test_images[:3]))
        alone = answer(snapshot, bars.test_images[:3])
        assert alone.activations is None
        np.testing.assert_array_equal(alone.probabilities, found.probabilities)


@pytest.mark.parametrize("kind", ["plain", "augmented", "features"])
def test_restored_run_is_the_straight_run_bit_for_bit(bars, kind):
    config = small(
        **{
            "plain": {},
            "augmented": {"shift": 2, "rotation": 10, "zoom": 0.1, "elastic": 1, "stroke_width": 1, "dropout": 0.2},
            "features": {"features": "pca", "optimizer": "rmsprop"},
        }[kind]
    )
    straight = DigitsTrainer(config, bars)
    for _ in range(13):
        straight.step()
    saved = straight.state()
    expected = [straight.step() for _ in range(15)]
    other = DigitsTrainer(config, bars)
    other.restore(saved)
    assert [other.step() for _ in range(15)] == expected
    np.testing.assert_array_equal(other.network.parameters, straight.network.parameters)


def test_augmentation_changes_training_and_only_training(bars):
    still, moved = DigitsTrainer(small(), bars), DigitsTrainer(small(shift=2, rotation=15), bars)
    chosen = np.arange(5)
    assert not np.array_equal(still.train_batch(chosen)[0], moved.train_batch(chosen)[0])
    np.testing.assert_array_equal(still.test_batch(slice(0, 5))[0], moved.test_batch(slice(0, 5))[0])
    still.configure(small(shift=2))  # can be switched on in the middle of a run
    assert still.noisy
    first = still.train_batch(chosen)[0].copy()  # the next batch reuses the memory
    assert not np.array_equal(first, still.train_batch(chosen)[0])


def test_images_stay_bytes(bars):
    trainer = DigitsTrainer(small(batch_size=600), bars)
    trainer.step()
    held = [value for value in vars(trainer).values() if isinstance(value, np.ndarray)]
    assert not any(array.ndim == 3 for array in held)
    assert trainer.data.train_images.dtype == np.uint8
