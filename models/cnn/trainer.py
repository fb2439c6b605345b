"""A convolutional network learns to read digits or moods: small filters that slide over the picture become detectors of
strokes and curves, and a last layer weighs what they found.

The same few weights look everywhere, so what is learnt in one place is known in all. Y. LeCun, L. Bottou, Y. Bengio,
P. Haffner, *Gradient-based learning applied to document recognition*, 1998.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator, model_validator

from models.base import Answer, Classifier, ConfigError, DataError, Edit, Model, Preset
from models.cnn.line import Architecture, Stage, build, check, parse_layers
from models.config import Config, setting
from models.data.drawing import face_pictures
from models.data.drawing.augment import augment
from models.data.drawing.photos import prepare_photo
from models.data.drawing.preparation import Preparation
from models.data.drawing.strokes import Drawing, prepare
from models.data.pictures import faces, mnist
from models.data.pictures.mnist import ImageData
from models.nn.activations import ACTIVATIONS, Softmax
from models.nn.layer import Array, Layer, Shape
from models.nn.losses import LOSSES
from models.nn.network import Network
from models.supervised.augmentation import AugmentationConfig
from models.supervised.teach import Teach, fine_tune
from models.supervised.trainer import METRICS, Batch, SupervisedConfig, SupervisedSnapshot, SupervisedTrainer

PREDICTION_CHUNK = 100
"""Images worked off at a time when predicting: their feature maps stay in the processor's cache."""

DATASETS: dict[str, tuple[int, tuple[str, ...]]] = {
    "digits": (28, mnist.DIGITS),
    "faces-8": (8, faces.MOODS),
    "faces-28": (28, faces.MOODS),
}
"""Name → (side of a picture in pixels, names of the classes)."""


class CnnNetworkConfig(Config):
    """What the network reads, and its layers."""

    dataset: Literal["digits", "faces-8", "faces-28"] = setting(
        "digits",
        "What the network learns from.",
        group="Data",
        value_help={
            "digits": "MNIST: 60,000 handwritten digits of 28×28 pixels to learn from, 10,000 to be tested on.",
            "faces-8": "Nine tiny black-and-white faces of three moods to learn from, 18 of other kinds held out.",
            "faces-28": "Line drawings of faces, made up at random: three moods, 28×28 pixels.",
        },
    )
    faces: int = setting(
        6000,
        "How many faces are made up to learn from; a quarter as many are held out.",
        group="Data",
        ge=30,
        le=30_000,
        log=True,
        shown_when=("dataset", ("faces-28",)),
    )
    layers: str = setting(
        "conv 8 5x5, pool 2, conv 16 5x5, pool 2",
        "What stands between picture and answer, in order, separated by commas: “conv 8 5x5 pad 2” is 8 filters of 5×5 "
        "pixels with 2 pixels of padding; also “stride 2”, “each map”; then “pool 2”, “average pool 2”, “batchnorm”, "
        "“dense 64”, “dropout 0.2”. The answer's own layer is added.",
        group="Network",
        max_length=1000,
    )
    activation: Literal["relu", "leaky_relu", "tanh", "sigmoid"] = setting(
        "relu",
        "How convolutions and dense layers bend their sums.",
        group="Network",
        value_help={
            "relu": "max(0, x): silent below zero, linear above.",
            "leaky_relu": "Like ReLU, but a little is let through below zero.",
            "tanh": "Smoothly from −1 to +1.",
            "sigmoid": "Smoothly from 0 to 1.",
        },
    )

    @field_validator("layers")
    @classmethod
    def _readable(cls, text: str) -> str:
        try:
            return ", ".join(map(str, parse_layers(text)))
        except ConfigError as error:
            raise ValueError(str(error)) from error

    @model_validator(mode="after")
    def _fitting(self) -> CnnNetworkConfig:
        try:
            check(parse_layers(self.layers), self.input_shape, len(self.class_names))
        except ConfigError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def input_shape(self) -> Shape:
        """(H, W, 1) of the pictures."""
        side = DATASETS[self.dataset][0]
        return side, side, 1

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the outputs stand for."""
        return DATASETS[self.dataset][1]


class CnnConfig(AugmentationConfig, SupervisedConfig, CnnNetworkConfig):
    """Everything that makes a run of the convolutional network what it is."""

    dropout: float = setting(
        0.0,
        "Share of what enters the last layer that is silenced, at random, in every training step; “dropout 0.2” among "
        "the layers puts one anywhere.",
        group="Regularisation",
        ge=0.0,
        le=0.9,
    )
    mirror: bool = setting(
        False,
        "Swap left and right in half of the training images: fine for faces, wrong for digits.",
        group="Augmentation",
        live=True,
    )

    def architecture(self, rng: np.random.Generator | None = None) -> Architecture:
        """New layers, without parameters; `rng` is for dropout and only needed to train."""
        specs = parse_layers(self.layers + (f", dropout {self.dropout:.6f}" if self.dropout else ""))
        return build(
            specs,
            self.input_shape,
            len(self.class_names),
            activation=self.activation,
            initializer=self.weight_initializer(),
            rng=rng,
        )


@dataclass(frozen=True)
class CnnSnapshot(SupervisedSnapshot):
    """The network at one step; everything that the functions below need."""

    config: CnnConfig

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the outputs stand for."""
        return self.config.class_names


class CnnTrainer(SupervisedTrainer[CnnConfig, CnnSnapshot]):
    """Trains on `ImageData`; images stay bytes and become numbers 0 … 1 one batch at a time."""

    data: ImageData
    evaluation_chunk = 125

    def prepare(self, data: ImageData) -> None:
        """Look up what training needs at every step; raises DataError for data of another kind than the config's."""
        side = self.config.input_shape[0]
        if data.train_images.shape[1:] != (side, side) or len(data.class_names) != len(self.config.class_names):
            raise DataError(
                f"“{data.name}” does not fit “{self.config.dataset}”, which needs pictures of {side}×{side} pixels of "
                f"{', '.join(self.config.class_names)}: choose the data set that the pictures belong to."
            )
        self._set_augmentation()
        self._one_hot = np.eye(len(self.config.class_names), dtype=np.float32)
        self._input_memory = np.empty((0, *self.config.input_shape[:2]), np.float32)

    @property
    def train_count(self) -> int:
        """Number of training images."""
        return len(self.data.train_images)

    @property
    def test_count(self) -> int:
        """Number of held-out images."""
        return len(self.data.test_images)

    def layers(self) -> tuple[Sequence[Layer], Shape]:
        """The layers of the config's line."""
        return self.config.architecture(self.rng).layers, self.config.input_shape

    def train_batch(self, chosen: NDArray[np.int64] | slice) -> Batch:
        """Pictures (N, H, W, 1) and one-hot targets (N, K)."""
        images, labels = self.data.train_images[chosen], self.data.train_labels[chosen]
        if len(images) > len(self._input_memory):
            self._input_memory = np.empty(images.shape, np.float32)
        out = self._input_memory[: len(images)]
        if self._augmentation.active:
            augment(images, self._augmentation, self.rng, out)
            out *= np.float32(1 / 255)
        else:
            np.multiply(images, np.float32(1 / 255), out=out)
        return out[..., None], self._one_hot[labels]

    def test_batch(self, chosen: slice) -> Batch:
        """Held-out pictures (N, H, W, 1) and one-hot targets (N, K)."""
        return encode(self.data.test_images[chosen]), self._one_hot[self.data.test_labels[chosen]]

    def encode(self, images: NDArray[Any]) -> NDArray[np.float32]:
        """Pictures (N, H, W), 0 … 255, as the network's input."""
        return encode(images)

    def configure(self, config: CnnConfig) -> None:
        """See Trainer; augmentation can change during a run too."""
        super().configure(config)
        self._set_augmentation()

    def edit(self, edit: Edit) -> None:
        """`Teach`: fine-tune on the user's own drawings; see `models.supervised.teach`."""
        if not isinstance(edit, Teach):
            super().edit(edit)
            return
        fine_tune(self, edit)

    def snapshot(self) -> CnnSnapshot:
        """Copies of the parameters and of the latest test predictions."""
        return CnnSnapshot(**self.snapshot_fields())

    def _set_augmentation(self) -> None:
        self._augmentation = self.config.augmentation(
            whole_pixels=self.config.dataset == "faces-8", mirror=self.config.mirror
        )
        self.noisy = self._augmentation.active or "dropout" in self.config.layers


def encode(images: NDArray[Any]) -> NDArray[np.float32]:
    """Pictures (N, H, W), 0 paper … 255 ink, as the network's input (N, H, W, 1), 0 … 1."""
    inputs: NDArray[np.float32] = np.multiply(images, np.float32(1 / 255), dtype=np.float32)
    return inputs[..., None]


def network_of(snapshot: CnnSnapshot) -> tuple[Network, tuple[Stage, ...]]:
    """The snapshot's network, for prediction, and how its layers map to the entries of the config's line."""
    architecture = snapshot.config.architecture()
    network = Network.on(snapshot.parameters, architecture.layers, snapshot.config.input_shape, snapshot.buffers)
    return network, architecture.stages


def predict(snapshot: CnnSnapshot, images: NDArray[Any]) -> NDArray[np.float32]:
    """Probabilities (N, K) for pictures (N, H, W), 0 paper … 255 ink. Pure: safe on any thread."""
    network, _ = network_of(snapshot)
    parts = [images[start : start + PREDICTION_CHUNK] for start in range(0, len(images), PREDICTION_CHUNK)]
    if not parts:
        return np.empty((0, len(snapshot.class_names)), np.float32)
    return np.concatenate([probabilities(snapshot.config, network.forward(encode(part))) for part in parts])


def probabilities(config: CnnConfig, outputs: Array) -> NDArray[np.float32]:
    """What the outputs (N, K) say: their softmax, or with squared error the outputs themselves, made to sum to 1."""
    if LOSSES[config.loss].fused_softmax:
        return Softmax.function(outputs)
    positive = np.maximum(outputs, np.float32(1e-9))
    shares: NDArray[np.float32] = positive / positive.sum(axis=1, keepdims=True)
    return shares


def answer(snapshot: CnnSnapshot, images: NDArray[np.uint8], *, activations: bool = False) -> Answer:
    """Probabilities (N, K) for pictures (N, H, W); with `activations` also what every entry of the line made of them.

    These are feature maps (N, H, W, C) or units (N, D), after the activation, of all pictures at once: ask for few.
    Raises ConfigError when the pictures have another size than the network's input.
    """
    if not activations:
        return Answer(predict(snapshot, images))
    fitting(snapshot.config, images[0])
    network, stages = network_of(snapshot)
    outputs = network.activations(encode(images))
    bend = ACTIVATIONS[snapshot.config.activation].function
    found = tuple(bend(outputs[stage.layer]) if stage.bends else outputs[stage.layer] for stage in stages[:-1])
    return Answer(probabilities(snapshot.config, outputs[-1]), found)


def filters(snapshot: CnnSnapshot) -> list[tuple[str, NDArray[np.float32]]]:
    """The filters of every convolution as (entry, (filters, C, kh, kw)): images with one plane per map they look at."""
    network, stages = network_of(snapshot)
    return [
        (str(stage.spec), network.layers[stage.layer].parameters["weight"].transpose(3, 2, 0, 1))
        for stage in stages
        if stage.spec.kind == "conv"
    ]


def fitting(config: CnnConfig, image: NDArray[Any]) -> None:
    """Raise ConfigError unless the picture has the size of the network's input."""
    side = config.input_shape[0]
    if image.shape != (side, side):
        size = "×".join(map(str, image.shape))
        raise ConfigError(f"This network reads pictures of {side}×{side} pixels; this one has {size}: draw it anew.")


def load(config: CnnConfig) -> ImageData:
    """The data set of a config; kept after the first time."""
    if config.dataset == "digits":
        return mnist.load()
    return faces.faces8() if config.dataset == "faces-8" else faces.faces28(config.faces)


def prepare_drawing(config: CnnConfig, drawing: Drawing) -> Preparation:
    """What the network sees of a drawing."""
    if config.dataset == "digits":
        return prepare(drawing)
    return face_pictures.prepare_drawing(drawing, config.input_shape[0])


def prepare_picture(config: CnnConfig, picture: NDArray[np.uint8]) -> Preparation:
    """What the network sees of a photo or a scan (H, W), (H, W, 3) or (H, W, 4)."""
    if config.dataset == "digits":
        return prepare_photo(picture)
    return face_pictures.prepare_picture(picture, config.input_shape[0])


def examples(config: CnnConfig, drawings: Sequence[Drawing]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Drawings as pictures (n, H, W) and labels (n,), for `Teach`; a label is a class's name or number.

    Raises DataError when a drawing is blank or has no label that this network knows.
    """
    names = config.class_names
    side = config.input_shape[0]
    images, labels = np.zeros((len(drawings), side, side), np.uint8), np.zeros(len(drawings), np.uint8)
    for i, drawing in enumerate(drawings):
        label = drawing.label
        if isinstance(label, str) and label in names:
            label = names.index(label)
        if not isinstance(label, int) or not 0 <= label < len(names):
            what = "has no label" if label is None else f"is called “{label}”"
            raise DataError(f"Drawing {i + 1} {what}: it must be one of {', '.join(names)}.")
        preparation = prepare_drawing(config, drawing)
        if preparation.empty:
            raise DataError(f"Drawing {i + 1} is blank: delete it, or draw something.")
        images[i], labels[i] = preparation.image, label
    return images, labels


PRESETS = {
    "digits": Preset(
        CnnConfig(epochs=2, batch_size=64, learning_rate=0.006),
        "8 and 16 filters of 5×5 pixels read digits: better than any perceptron here, with a tenth of its weights.",
    ),
    "digits-best": Preset(
        CnnConfig(
            layers="conv 16 5x5, pool 2, conv 32 5x5, pool 2, dense 64",
            epochs=4,
            batch_size=64,
            learning_rate=0.003,
            shift=1.5,
            rotation=12,
            zoom=0.12,
            shear=0.2,
            elastic=0.7,
        ),
        "More filters, a dense layer, and every digit shown a little differently each time.",
    ),
    "faces-original": Preset(
        CnnConfig(
            dataset="faces-8",
            layers="conv 2 3x3, conv 2 3x3 each map, pool 2, dense 16",
            initializer="xavier",
            epochs=1500,
            batch_size=9,
            learning_rate=0.02,
            schedule="constant",
            shift=1,
            mirror=True,
        ),
        "Two layers with two filters of 3×3 each, as in the well-known script, but with correct gradients, and nine "
        "faces that are moved and mirrored: without that it gets 7 new faces of 10 right instead of 9.",
    ),
    "faces-8": Preset(
        CnnConfig(
            dataset="faces-8",
            layers="conv 8 3x3, pool 2, dense 16",
            epochs=600,
            batch_size=9,
            learning_rate=0.01,
            l2=0.002,
            shift=1,
            mirror=True,
        ),
        "One layer of eight filters on the tiny faces: watch curves for smiles and frowns form.",
    ),
    "faces-28": Preset(
        CnnConfig(
            dataset="faces-28",
            faces=12_000,
            layers="conv 8 5x5, pool 2, conv 16 5x5, pool 2, dense 32",
            epochs=8,
            batch_size=64,
            learning_rate=0.006,
            shift=1,
            rotation=8,
            mirror=True,
        ),
        "Line drawings of faces in endless variety: reads your drawings, and emoji it has never seen.",
    ),
}

MODEL = Model(
    name="cnn",
    title="CNN",
    summary="A convolutional network learns to read digits or moods, and can be taken apart.",
    config=CnnConfig,
    trainer=CnnTrainer,
    load=load,
    presets=PRESETS,
    metrics=METRICS,
    classifier=Classifier(
        prepare_drawing=prepare_drawing,
        prepare_picture=prepare_picture,
        predict=answer,
        class_names=lambda snapshot: snapshot.class_names,
    ),
    open_data=mnist.open_pair,
    length="epochs",
    task=frozenset({"dataset"}),
)
