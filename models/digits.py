"""Digits: a multilayer perceptron learns to read handwriting, from 60,000 examples, in a few seconds.

What it is shown (features), how examples are varied (augmentation), its shape and its training are all settings; the
presets are small experiments with them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from models.base import Answer, Classifier, LayerShape, Model, Preset
from models.config import Config, setting
from models.data.drawing import strokes
from models.data.drawing.augment import augment
from models.data.drawing.features import FEATURES, Features
from models.data.drawing.photos import prepare_photo
from models.data.drawing.preparation import Stage
from models.data.pictures import mnist
from models.data.pictures.mnist import ImageData
from models.nn.activations import Softmax
from models.nn.layer import Array, Layer, Shape
from models.nn.losses import LOSSES
from models.nn.memory import Memory
from models.nn.network import Network
from models.nn.shapes import dense_shapes
from models.supervised.augmentation import AugmentationConfig
from models.supervised.config import METRICS
from models.supervised.mlp import MLPConfig, mlp_layers
from models.supervised.pictures import PictureTrainer
from models.supervised.trainer import Batch, SupervisedSnapshot

CLASSES = 10


class InputConfig(Config):
    """What the network is given to look at."""

    features: Literal["pixels", "standardised", "binarised", "deskewed", "pca", "edges"] = setting(
        "pixels",
        "What the network is given to look at.",
        group="Input",
        value_help={name: kind.description for name, kind in FEATURES.items()},
    )
    components: int = setting(
        50,
        "How many principal components describe one image.",
        group="Input",
        ge=1,
        le=784,
        shown_when=("features", ("pca",)),
    )


class DigitsConfig(AugmentationConfig, InputConfig, MLPConfig):
    """Everything that makes a run of the digits network what it is."""


@dataclass(frozen=True)
class DigitsSnapshot(SupervisedSnapshot):
    """The digits network at one step; everything `predict` needs.

    Attributes:
        feature_parameters: what the features have learnt from the training images, by name.
        class_names: what the ten outputs stand for.
    """

    config: DigitsConfig
    feature_parameters: Mapping[str, NDArray[Any]]
    class_names: tuple[str, ...]


class DigitsTrainer(PictureTrainer[DigitsConfig, DigitsSnapshot]):
    """Trains on `ImageData`; images stay bytes and become features one batch at a time."""

    def prepare(self, data: ImageData) -> None:
        """Fit the features to the training images."""
        config = self.config
        self._set_augmentation()
        self._features = FEATURES[config.features].fit(data.train_images, components=config.components)
        self._one_hot = np.eye(CLASSES, dtype=np.float32)
        self._kept = Memory()

    def layers(self) -> tuple[Sequence[Layer], Shape]:
        """The perceptron of the config, from features to ten classes."""
        return mlp_layers(self.config, CLASSES, self.rng), (self._features.dimension,)

    def train_batch(self, chosen: NDArray[np.int64] | slice) -> Batch:
        """Features (N, D) and one-hot targets (N, 10)."""
        images = self.data.train_images[chosen]
        if self.noisy:
            images = augment(images, self._augmentation, self.rng)
        out = self._kept.array("training", (len(images), self._features.dimension), np.dtype(np.float32))
        inputs = self._features.transform(images, out)
        return inputs, self._one_hot[self.data.train_labels[chosen]]

    def test_batch(self, chosen: slice) -> Batch:
        """Features (N, D) and one-hot targets (N, 10) of held-out images."""
        images = self.data.test_images[chosen]
        out = self._kept.array("held out", (len(images), self._features.dimension), np.dtype(np.float32))
        inputs = self._features.transform(images, out)
        return inputs, self._one_hot[self.data.test_labels[chosen]]

    def encode(self, images: NDArray[Any]) -> Array:
        """Pictures (N, 28, 28), 0 … 255, as the network's input: features (N, D)."""
        pixels = np.rint(images).astype(np.uint8) if images.dtype != np.uint8 else images
        return self._features.transform(pixels)

    def configure(self, config: DigitsConfig) -> None:
        """See Trainer; augmentation can change during a run too."""
        super().configure(config)
        self._set_augmentation()

    def _set_augmentation(self) -> None:
        self._augmentation = self.config.augmentation()
        self.noisy = self._augmentation.active

    def snapshot(self) -> DigitsSnapshot:
        """Copies of the parameters and of the latest test predictions: well below a millisecond."""
        return DigitsSnapshot(
            **self.snapshot_fields(),
            feature_parameters=self._features.parameters,
            class_names=self.data.class_names,
        )


def layers_of(config: DigitsConfig, data: object = None) -> tuple[LayerShape, ...]:
    """See `Model.layers_of`; other pictures have the same size and the same ten classes."""
    inputs = config.components if config.features == "pca" else FEATURES[config.features].dimension
    return dense_shapes(mlp_layers(config, CLASSES), inputs, "hidden")


def predict(snapshot: DigitsSnapshot, images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Probabilities (N, 10) for images (N, 28, 28) uint8, 0 paper … 255 ink. Pure: safe on any thread.

    With cross-entropy they are the softmax that was trained. With squared error the outputs themselves estimate the
    probability of each class (the best answer to one-hot targets is their mean), but nothing keeps them between 0
    and 1: negative ones are set to 0 and the rest divided by their sum, or all are 1/10 where none is positive.
    """
    network, features = _rebuild(snapshot)
    return _probabilities(snapshot.config, network.forward(features.transform(images)))


def answer(snapshot: DigitsSnapshot, images: NDArray[np.uint8], *, activations: bool = False) -> Answer:
    """Probabilities as `predict` gives them; with `activations` also the units (N, D) of every hidden layer."""
    if not activations:
        return Answer(predict(snapshot, images))
    network, features = _rebuild(snapshot)
    outputs = network.activations(features.transform(images))
    per_layer = 3 if snapshot.config.dropout else 2  # Linear, activation, maybe Dropout (silent here)
    hidden = tuple(outputs[per_layer * index + 1] for index in range(len(snapshot.config.hidden)))
    return Answer(_probabilities(snapshot.config, outputs[-1]), hidden)


GIVEN = {
    "standardised": "Standardised",
    "binarised": "Ink or paper",
    "deskewed": "Deskewed",
    "pca": "{} components",
    "edges": "Edges in 7×7 cells",
}
"""What the network is given instead of the pixels, by the name of the features, in two or three words."""


def given(snapshot: DigitsSnapshot, image: NDArray[np.uint8]) -> Stage | None:
    """What the network is really given of an image (28, 28), as a picture; None where it is the pixels."""
    name = snapshot.config.features
    if name not in GIVEN:
        return None
    features = FEATURES[name].from_parameters(snapshot.feature_parameters)
    return Stage(GIVEN[name].format(features.dimension), features.description, features.shown(image))


def first_layer_images(snapshot: DigitsSnapshot) -> NDArray[np.float32] | None:
    """The weights into every unit of the first layer as images (units, 28, 28); None where features are no picture."""
    network, features = _rebuild(snapshot)
    return features.as_images(network.layers[0].parameters["weight"].T)


def _rebuild(snapshot: DigitsSnapshot) -> tuple[Network, Features]:
    config = snapshot.config
    features = FEATURES[config.features].from_parameters(snapshot.feature_parameters)
    return Network.on(snapshot.parameters, mlp_layers(config, CLASSES), (features.dimension,)), features


def _probabilities(config: DigitsConfig, outputs: Array) -> NDArray[np.float32]:
    if LOSSES[config.loss].fused_softmax:
        return Softmax.function(outputs)
    positive = np.maximum(outputs, 0.0)
    total = positive.sum(axis=1, keepdims=True)
    return np.where(total > 0.0, positive / np.where(total > 0.0, total, 1.0), outputs.dtype.type(1 / CLASSES))


def _script(**changes: Any) -> DigitsConfig:
    """A well-known script's settings: linear outputs, squared error summed over a batch of 32, plain descent."""
    settings: dict[str, Any] = {
        "hidden": (50,),
        "activation": ("sigmoid",),
        "loss": "mse_sum",
        "optimizer": "sgd",
        "learning_rate": 0.003,
        "schedule": "constant",
        "batch_size": 32,
        "epochs": 25,
        "initializer": "uniform",
        "initial_scale": 0.1,
    }
    return DigitsConfig(**(settings | changes))


PRESETS = {
    "default": Preset(
        DigitsConfig(),
        "128 ReLU units, Adam, five passes: 98 % of the test digits right in a few seconds.",
    ),
    "sigmoid-50": Preset(
        _script(),
        "A first network as many write it: 50 sigmoid units, squared error, a constant step. 95 %.",
    ),
    "two-relu-50": Preset(
        _script(hidden=(50, 50), activation=("relu",)),
        "The same with two layers of 50 ReLU units, which do not saturate. 97 %.",
    ),
    "sigmoid-50-dropout": Preset(
        _script(dropout=0.2),
        "One hidden unit in five is silenced in every step: 50 units are too few for that to help. 93 %.",
    ),
    "sigmoid-100-large-step": Preset(
        _script(hidden=(100,), learning_rate=0.01),
        "100 units learn far worse than 50! Over-fitting? Compare training and held-out accuracy; try a smaller step.",
    ),
    "sigmoid-100-small-step": Preset(
        _script(hidden=(100,)),
        "The same 100 units with a step of 0.003 instead of 0.01: 96 %. The step was too large for the wider layer.",
    ),
    "ten-ten": Preset(
        DigitsConfig(
            hidden=(10,),
            optimizer="sgd",
            learning_rate=0.1,
            schedule="constant",
            batch_size=60_000,
            epochs=500,
            initializer="uniform",
            initial_scale=0.5,
        ),
        "Ten ReLU units, all 60,000 images in every step, 500 steps of plain descent: slow, and about 83 %.",
    ),
    "best": Preset(
        DigitsConfig(hidden=(256, 128), epochs=10, shift=1.5, rotation=12.0, zoom=0.12, shear=0.2, stroke_width=0.7),
        "Every image is moved, turned and slanted anew each time it is shown: 99 %, and better at your own drawings.",
    ),
}

MODEL = Model(
    name="digits",
    title="Digits",
    summary="A multilayer perceptron learns to read handwritten digits.",
    config=DigitsConfig,
    trainer=DigitsTrainer,
    load=lambda config: mnist.load(),
    presets=PRESETS,
    metrics=METRICS,
    classifier=Classifier(
        prepare_drawing=lambda config, drawing: strokes.prepare(drawing),
        prepare_picture=lambda config, picture: prepare_photo(picture),
        predict=answer,
        class_names=lambda snapshot: snapshot.class_names,
        given=given,
    ),
    open_data=mnist.open_pair,
    layers_of=layers_of,
    length="epochs",
)
