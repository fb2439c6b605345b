"""A convolutional network written as one line of text: what stands between the picture and the answer, in order.

    conv 8 5x5, pool 2, conv 16 5x5, pool 2

Every convolution and every dense layer is followed by the activation; a last dense layer with one output per class is
added by itself. The line is checked with the sizes worked out, so that what does not fit is refused before it runs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from models.base import ConfigError
from models.nn.activations import ACTIVATIONS
from models.nn.batchnorm import BatchNorm
from models.nn.conv import Conv2D, ConvEachMap
from models.nn.dropout import Dropout
from models.nn.flatten import Flatten
from models.nn.initializers import Initializer, he
from models.nn.layer import Layer, Shape
from models.nn.linear import Linear
from models.nn.pooling import AveragePool, MaxPool

Kind = Literal["conv", "max_pool", "average_pool", "dense", "dropout", "batchnorm"]

MOST_LAYERS = 20
MOST_PARAMETERS = 5_000_000
MOST_NUMBERS = 20_000_000
"""Most multiplications for one image: about 0.2 ms forwards, so that a step on 128 images stays below a second."""


@dataclass(frozen=True)
class LayerSpec:
    """One entry of the line; only the fields of its kind mean something.

    Attributes:
        kind: what it does.
        filters, kernel, stride, padding: of a convolution, kernel as (height, width) in pixels.
        each_map: whether the convolution's filters look at every map by itself instead of at all together.
        size: side of a pool's squares in pixels.
        units: neurons of a dense layer.
        rate: share of its inputs that dropout silences, 0 ≤ rate < 1.
    """

    kind: Kind
    filters: int = 0
    kernel: tuple[int, int] = (0, 0)
    stride: int = 1
    padding: int = 0
    each_map: bool = False
    size: int = 0
    units: int = 0
    rate: float = 0.0

    def __str__(self) -> str:
        """The entry as it is written."""
        if self.kind == "conv":
            text = f"conv {self.filters} {self.kernel[0]}x{self.kernel[1]}"
            text += f" pad {self.padding}" if self.padding else ""
            text += f" stride {self.stride}" if self.stride > 1 else ""
            return text + (" each map" if self.each_map else "")
        if self.kind in ("max_pool", "average_pool"):
            return f"{'average ' if self.kind == 'average_pool' else ''}pool {self.size}"
        if self.kind == "dense":
            return f"dense {self.units}"
        if self.kind == "dropout":  # every digit, and never as “1e-05”, which `parse_layers` does not read
            return f"dropout {np.format_float_positional(self.rate, trim='-')}"
        return "batchnorm"

    def layer(self, initializer: Initializer, rng: np.random.Generator | None) -> Layer:
        """A new layer that does this (without the activation)."""
        if self.kind == "conv":
            kind = ConvEachMap if self.each_map else Conv2D
            return kind(self.filters, self.kernel, initializer, stride=self.stride, padding=self.padding)
        if self.kind == "dense":
            return Linear(self.units, initializer)
        if self.kind == "dropout":
            return Dropout(self.rate, rng)
        return BatchNorm() if self.kind == "batchnorm" else POOLS[self.kind](self.size)


POOLS: dict[str, type[MaxPool] | type[AveragePool]] = {"max_pool": MaxPool, "average_pool": AveragePool}

_CONV = re.compile(
    r"conv(?:olution)? (?P<filters>\d+) (?P<height>\d+)(?: ?x ?(?P<width>\d+))?"
    r"(?P<options>(?: pad(?:ding)? \d+| stride \d+| (?:on )?each map)*)"
)
_POOL = re.compile(r"(?P<kind>max |average |avg )?pool(?:ing)? (?P<size>\d+)(?: ?x ?(?P=size))?")
_DENSE = re.compile(r"dense (?P<units>\d+)")
_DROPOUT = re.compile(r"dropout (?P<rate>0?\.\d+|0)")

EXAMPLES = "“conv 8 5x5”, “conv 16 3x3 pad 1”, “pool 2”, “average pool 2”, “batchnorm”, “dense 64” and “dropout 0.2”"


def parse_layers(text: str) -> tuple[LayerSpec, ...]:
    """Read the line; entries are separated by commas, semicolons or line breaks. Raises ConfigError."""
    entries = [" ".join(part.lower().replace("×", "x").split()) for part in re.split(r"[,;\n]", text)]
    specs = tuple(_parse(entry) for entry in entries if entry)
    if len(specs) > MOST_LAYERS:
        raise ConfigError(f"A network can have at most {MOST_LAYERS} layers here, not {len(specs)}.")
    return specs


def _parse(entry: str) -> LayerSpec:
    if match := _CONV.fullmatch(entry):
        height, options = int(match["height"]), match["options"]

        def option(name: str, default: int) -> int:
            found: list[str] = re.findall(rf"{name} (\d+)", options)
            return int(found[-1]) if found else default

        return LayerSpec(
            "conv",
            filters=_between(entry, "filters", int(match["filters"]), 1, 512),
            kernel=(
                _between(entry, "rows of the kernel", height, 1, 28),
                _between(entry, "columns of the kernel", int(match["width"] or height), 1, 28),
            ),
            stride=_between(entry, "pixels of stride", option("stride", 1), 1, 28),
            padding=_between(entry, "pixels of padding", option("pad(?:ding)?", 0), 0, 14),
            each_map="each map" in options,
        )
    if match := _POOL.fullmatch(entry):
        average = (match["kind"] or "").startswith("av")
        size = _between(entry, "pixels of a pool's side", int(match["size"]), 1, 28)
        return LayerSpec("average_pool" if average else "max_pool", size=size)
    if match := _DENSE.fullmatch(entry):
        return LayerSpec("dense", units=_between(entry, "neurons", int(match["units"]), 1, 4096))
    if match := _DROPOUT.fullmatch(entry):
        return LayerSpec("dropout", rate=_between(entry, "share silenced", float(match["rate"]), 0, 0.95))
    if entry in ("batchnorm", "batch norm", "batch normalization"):
        return LayerSpec("batchnorm")
    raise ConfigError(f"“{entry}” is no layer: write for example {EXAMPLES}.")


def _between(entry: str, what: str, value: Any, low: float, high: float) -> Any:
    if not low <= value <= high:
        raise ConfigError(f"“{entry}”: the number of {what} must be {low:g} to {high:g}, not {value:g}.")
    return value


@dataclass(frozen=True)
class Stage:
    """One entry of the line, as a person looks at the network: its result, after the activation.

    Attributes:
        spec: the entry.
        shape: (H, W, C) or (D,) of its result.
        layer: index of the network's layer that carries it out.
        bends: whether the activation belongs to this result. The network may apply it elsewhere (behind the pool that
            follows), so the result is activation(output of `layer`).
    """

    spec: LayerSpec
    shape: Shape
    layer: int
    bends: bool


@dataclass(frozen=True)
class Architecture:
    """The whole network: its layers, new and without parameters, and how the entries of the line map to them."""

    layers: list[Layer]
    stages: tuple[Stage, ...]


def build(
    specs: Sequence[LayerSpec],
    input_shape: Shape,
    classes: int,
    *,
    activation: str = "relu",
    initializer: Initializer | None = None,
    rng: np.random.Generator | None = None,
) -> Architecture:
    """New layers for the line, and a last dense layer with one output per class.

    The activation comes behind a max-pool, not in front of it: all ours rise monotonically, so the largest number stays
    the largest and the result is the same, from a quarter of the work.

    Args:
        specs: the entries.
        input_shape: (H, W, 1) of one picture.
        classes: number of outputs.
        activation: name in ACTIVATIONS.
        initializer: fills the weights; He's by default.
        rng: for the dropout masks; not needed for prediction alone.

    Raises ConfigError, with the sizes worked out, when a layer does not fit on the one before it.
    """
    initializer = initializer or he()
    layers: list[Layer] = []
    stages: list[Stage] = []
    shape, trail, waiting = input_shape, _size(input_shape), False

    def add(layer: Layer) -> int:
        layers.append(layer)
        return len(layers) - 1

    entries = [*specs, LayerSpec("dense", units=classes)]
    for number, spec in enumerate(entries, 1):
        last = number == len(entries)
        if waiting and spec.kind not in ("max_pool", "batchnorm"):
            add(ACTIVATIONS[activation]())
            waiting = False
        if spec.kind == "dense" and len(shape) == 3:
            add(Flatten())
            shape = layers[-1].output_shape(shape)
        layer = spec.layer(initializer, rng)
        try:
            shape = layer.output_shape(shape)
        except ConfigError as error:
            raise ConfigError(f"Layer {number} ({spec}) does not fit: {error} So far: {trail}.") from error
        trail += f" → {'answer' if last else spec} → {_size(shape)}"
        if spec.kind in ("conv", "dense"):
            waiting = not last
        normalized = not last and entries[number].kind == "batchnorm"
        # Behind a max-pool the activation comes at once, in front of a batchnorm too.
        bends = waiting and (spec.kind == "max_pool" or not normalized)
        stages.append(Stage(spec, shape, add(layer), bends))
        if waiting and spec.kind == "max_pool":
            add(ACTIVATIONS[activation]())
            waiting = False
    return Architecture(layers, tuple(stages))


def check(specs: Sequence[LayerSpec], input_shape: Shape, classes: int) -> tuple[Stage, ...]:
    """The stages with their sizes; raises ConfigError when they do not fit or the network would be too large."""
    architecture = build(specs, input_shape, classes)
    parameters = multiplications = 0
    shape = input_shape
    for layer in architecture.layers:
        shapes = [math.prod(s) for s in layer.parameter_shapes(shape).values()]
        shape = layer.output_shape(shape)
        parameters += sum(shapes)
        if shapes:
            places = math.prod(shape[:-1]) if len(shape) == 3 else 1
            multiplications += (
                max(shapes) * places * (shape[-1] // layer.filters if isinstance(layer, ConvEachMap) else 1)
            )
    if parameters > MOST_PARAMETERS:
        raise ConfigError(
            f"This network would have {parameters:,} weights; {MOST_PARAMETERS:,} is the most here: "
            "use fewer filters or neurons, or more pooling before a dense layer."
        )
    if multiplications > MOST_NUMBERS:
        raise ConfigError(
            f"One picture would take {multiplications:,} multiplications; {MOST_NUMBERS:,} is the most here: "
            "use fewer filters, smaller kernels, or pool earlier."
        )
    return architecture.stages


def _size(shape: Shape) -> str:
    return "×".join(map(str, shape))
