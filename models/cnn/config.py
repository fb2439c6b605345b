"""What a convolutional network is made of: what it reads, its layers in one line of text, and how it is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import field_validator, model_validator

from models.base import ConfigError
from models.cnn.entries import LAYERS
from models.cnn.line import Architecture, LayerSpec, build, check, parse_layers
from models.config import Config, a_few, setting
from models.data.pictures import faces, mnist
from models.nn.layer import Shape
from models.supervised.augmentation import AugmentationConfig
from models.supervised.config import SupervisedConfig

DATASETS: dict[str, tuple[int, tuple[str, ...]]] = {
    "digits": (28, mnist.DIGITS),
    "faces-8": (8, faces.MOODS),
    "faces-28": (28, faces.MOODS),
}
"""Name → (side of a picture in pixels, names of the classes)."""


def _line(specs: Sequence[LayerSpec]) -> str:
    return ", ".join(map(str, specs))


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
        entries=LAYERS,
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

    def dials(self) -> tuple[str, ...]:
        """See Config."""
        return ("layers", "units")

    def turned(self, dial: str, step: int) -> Mapping[str, Any] | None:
        """See Config: the last layer of the line goes, or one more of what learns fits behind it; the last that has
        filters or neurons gets more of them or fewer.
        """
        specs = list(parse_layers(self.layers))
        learning = [index for index, spec in enumerate(specs) if spec.kind in ("conv", "dense")]
        if dial == "layers" and step < 0:
            return {"layers": _line(specs[:-1])} if specs else None
        if dial == "layers":
            last = specs[learning[-1]] if learning else LayerSpec("conv", filters=8, kernel=(5, 5))
            small = replace(last, kernel=(3, 3)) if last.kind == "conv" else last
            for more in (last, small, LayerSpec("dense", units=32)):
                try:
                    check([*specs, more], self.input_shape, len(self.class_names))
                except ConfigError:
                    continue
                return {"layers": _line([*specs, more])}
            return None
        if not learning:
            return None
        spec = specs[learning[-1]]
        units, filters = (count + step * a_few(count) if count else 0 for count in (spec.units, spec.filters))
        specs[learning[-1]] = replace(spec, units=units, filters=filters)
        return {"layers": _line(specs)}

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


def fitting(config: CnnConfig, image: NDArray[Any]) -> None:
    """Raise ConfigError unless the picture has the size of the network's input."""
    side = config.input_shape[0]
    if image.shape != (side, side):
        size = "×".join(map(str, image.shape))
        raise ConfigError(f"This network reads pictures of {side}×{side} pixels; this one has {size}: draw it anew.")
