"""The convolutional network as the playground knows it: its presets, what it reads, and how it answers drawings."""

from __future__ import annotations

from collections.abc import Collection

from models.base import Classifier, LayerShape, Model, Preset
from models.cnn.config import CnnConfig
from models.cnn.data import load, prepare_drawing, prepare_picture
from models.cnn.line import parse_layers
from models.cnn.predict import answer
from models.cnn.trainer import CnnTrainer
from models.data.pictures import mnist
from models.nn.layer import Shape
from models.nn.shapes import count_parameters
from models.supervised.config import METRICS


def suited(config: CnnConfig, own: bool, asked: Collection[str] = ()) -> tuple[CnnConfig, str]:
    """Settings with one shard where a layer compares the examples of a batch. See `Model.suited`."""
    if config.shards == 1 or "shards" in asked or "batchnorm" not in config.layers:
        return config, ""
    return (
        config.model_copy(update={"shards": 1}),
        "Batch normalisation compares all pictures of a batch, so that a batch has to stay in one piece (1 shard).",
    )


def layers_of(config: CnnConfig, data: object = None) -> tuple[LayerShape, ...]:
    """See `Model.layers_of`: every entry of the line, then what is added by itself."""
    architecture = config.architecture()
    takes: list[Shape] = [config.input_shape]
    for layer in architecture.layers:
        takes.append(layer.output_shape(takes[-1]))
    written = len(parse_layers(config.layers))
    rows: list[LayerShape] = []
    shape = config.input_shape
    for index, stage in enumerate(architecture.stages):
        entry = index if index < written else None
        name = "answer" if index == len(architecture.stages) - 1 else str(stage.spec)
        parameters = count_parameters(architecture.layers[stage.layer], takes[stage.layer])
        rows.append(LayerShape(name, shape, stage.shape, parameters, "layers", entry))
        shape = stage.shape
    return tuple(rows)


PRESETS = {
    "digits": Preset(
        CnnConfig(epochs=2, batch_size=64, learning_rate=0.006, shards=2),
        "8 and 16 filters of 5×5 pixels read digits: better than any perceptron here, with a tenth of its weights.",
    ),
    "digits-best": Preset(
        CnnConfig(
            layers="conv 16 5x5, pool 2, conv 32 5x5, pool 2, dense 64",
            epochs=4,
            batch_size=64,
            learning_rate=0.003,
            shards=2,
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
            shards=2,
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
    suited=suited,
    layers_of=layers_of,
    length="epochs",
    task=frozenset({"dataset"}),
)
