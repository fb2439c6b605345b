"""Taking a trained convolutional network apart: which part of the picture mattered, what a unit looks at, which numbers
make up its value, and what little change would change the answer.

All functions are pure: they take a snapshot and a picture (H, W), 0 paper … 255 ink, and may run on any thread.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ConfigError
from models.cnn.config import fitting
from models.cnn.line import Stage
from models.cnn.predict import CnnSnapshot, encode, network_of, predict
from models.nn.activations import ACTIVATIONS
from models.nn.batchnorm import BatchNorm
from models.nn.dropout import Dropout
from models.nn.layer import Array
from models.nn.network import Network

Float32 = NDArray[np.float32]

# Why this answer ------------------------------------------------------------------------------------------------


def occlusion_map(snapshot: CnnSnapshot, image: NDArray[Any], class_index: int, size: int | None = None) -> Float32:
    """How much the class loses when a square of paper covers a place: (H, W), −1 … 1, positive where it needs the ink.

    The square slides over every pixel; each result belongs to the square's middle. M. Zeiler and R. Fergus,
    *Visualizing and understanding convolutional networks*, 2014, section 4.2.

    Args:
        snapshot, image: the network and the picture.
        class_index: whose probability is watched.
        size: side of the square in pixels, odd; by default 5 (1 for 8×8 pictures).
    """
    _check_class(snapshot, class_index)
    fitting(snapshot.config, image)
    side = len(image)
    size = size or (5 if side > 16 else 1)
    covered = np.repeat(image[None], side * side, axis=0)
    rows, columns = np.divmod(np.arange(side * side), side)
    reach = size // 2
    places = np.arange(side)
    in_rows = np.abs(places - rows[:, None]) <= reach  # (places, H): rows that the square covers
    in_columns = np.abs(places - columns[:, None]) <= reach
    covered[in_rows[:, :, None] & in_columns[:, None, :]] = 0
    changed = np.flatnonzero((covered != image).any(axis=(1, 2)))  # most squares cover nothing but paper
    loss = np.zeros(side * side, np.float32)
    if len(changed):
        probabilities = predict(snapshot, np.concatenate([image[None], covered[changed]]))[:, class_index]
        loss[changed] = probabilities[0] - probabilities[1:]
    return loss.reshape(side, side)


def saliency(snapshot: CnnSnapshot, image: NDArray[Any], class_index: int) -> Float32:
    """∂(sum of the class's output)/∂(pixel): (H, W), positive where more ink speaks for the class.

    One forward and one backward pass. K. Simonyan, A. Vedaldi, A. Zisserman, *Deep inside convolutional networks*,
    2014, section 3. The sign is kept: ink that is missing matters as much as ink that is there.
    """
    _check_class(snapshot, class_index)
    fitting(snapshot.config, image)
    architecture = snapshot.config.architecture(np.random.default_rng(0))
    network = Network(architecture.layers, snapshot.config.input_shape, rng=np.random.default_rng(0))
    network.parameters[...] = snapshot.parameters
    for name, array in network.buffers().items():
        array[...] = snapshot.buffers[name]
    x: Array = encode(image[None])
    ran = []
    for layer in network.layers:
        if isinstance(layer, BatchNorm):
            layer.frozen = True
        if isinstance(layer, Dropout):
            continue  # silent when predicting
        x = layer.forward(x, training=True)
        ran.append(layer)
    gradient: Array = np.zeros_like(x)
    gradient[0, class_index] = 1
    for layer in reversed(ran):
        below = layer.backward(gradient)
        assert below is not None
        gradient = below
    return np.array(gradient[0, :, :, 0], np.float32)


# What a unit looks at -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Field:
    """The part of a stage's maps that a unit depends on.

    Attributes:
        stage: 0 is the picture, 1 the first entry of the line, and so on.
        top, left, bottom, right: rows top … bottom − 1 and columns left … right − 1; inside the map.
    """

    stage: int
    top: int
    left: int
    bottom: int
    right: int


def receptive_field(snapshot: CnnSnapshot, stage: int, row: int = 0, column: int = 0) -> list[Field]:
    """What a unit depends on in every stage before it, traced back to the picture: first the unit itself, last stage 0.

    Args:
        snapshot: the network.
        stage: 1 for the first entry of the line; the last one is the answer.
        row, column: place in its map; not looked at for dense layers, which depend on everything.

    Raises ConfigError when there is no such unit.
    """
    _, stages = network_of(snapshot)
    _check_unit(stages, stage, row, column)
    shape = stages[stage - 1].shape
    field = Field(stage, row, column, row + 1, column + 1) if len(shape) == 3 else Field(stage, 0, 0, 1, 1)
    trace = [field]
    for number in range(stage, 0, -1):
        spec = stages[number - 1].spec
        below = stages[number - 2].shape if number > 1 else snapshot.config.input_shape
        top, left, bottom, right = field.top, field.left, field.bottom, field.right
        if spec.kind == "conv":
            top, left = top * spec.stride - spec.padding, left * spec.stride - spec.padding
            bottom = (bottom - 1) * spec.stride - spec.padding + spec.kernel[0]
            right = (right - 1) * spec.stride - spec.padding + spec.kernel[1]
        elif spec.kind in ("max_pool", "average_pool"):
            top, left, bottom, right = (edge * spec.size for edge in (top, left, bottom, right))
        elif spec.kind == "dense":
            top, left = 0, 0
            bottom, right = (below[0], below[1]) if len(below) == 3 else (1, 1)
        height, width = (below[0], below[1]) if len(below) == 3 else (1, 1)
        field = Field(number - 1, max(top, 0), max(left, 0), min(bottom, height), min(right, width))
        trace.append(field)
    return trace


# Which numbers make up a value ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class WorkedSum:
    """A unit of a convolution or a dense layer with all its numbers: output = activation(Σ patch · weights + bias).

    Attributes:
        patch: what it looks at, (kh, kw, C) with zeros where the padding is, or (D,).
        weights: its weights, the same shape.
        products: patch · weights, number by number; they add up to `total` without the bias.
        bias: added to the sum.
        total: Σ products + bias.
        output: after the activation, if it belongs to this stage; else `total`.
        activation: its name, or "" where there is none.
    """

    patch: Float32
    weights: Float32
    products: Float32
    bias: float
    total: float
    output: float
    activation: str


@dataclass(frozen=True, eq=False)
class WorkedPool:
    """A unit of a pool with all its numbers.

    Attributes:
        patch: (size, size), the numbers it chooses from.
        output: the largest of them, or their mean.
        winner: (row, column) of the largest within the patch; None for the mean.
    """

    patch: Float32
    output: float
    winner: tuple[int, int] | None


@dataclass(frozen=True, eq=False)
class WorkedNorm:
    """A unit of a batch normalization with its numbers: (value − mean) / deviation · scale + shift (see `BatchNorm`).

    Attributes:
        value: what it normalizes.
        mean, deviation: of its channel, as kept from the batches that were trained on.
        scale, shift: what the network has learnt to make of it.
        total: the result; `output`: after the activation, if it belongs to this stage.
        activation: its name, or "" where there is none.
    """

    value: float
    mean: float
    deviation: float
    scale: float
    shift: float
    total: float
    output: float
    activation: str


Worked = WorkedSum | WorkedPool | WorkedNorm


def worked_out(
    snapshot: CnnSnapshot, image: NDArray[Any], stage: int, row: int = 0, column: int = 0, channel: int = 0
) -> Worked | None:
    """The numbers behind one unit; None for a stage that only passes numbers on (dropout).

    Args:
        snapshot, image: the network and the picture.
        stage: as in `receptive_field`.
        row, column: place in its map; not looked at for dense layers.
        channel: which map, or which unit of a dense layer.

    Raises ConfigError when there is no such unit.
    """
    fitting(snapshot.config, image)
    network, stages = network_of(snapshot)
    _check_unit(stages, stage, row, column, channel)
    spec, layer = stages[stage - 1].spec, network.layers[stages[stage - 1].layer]
    inputs = _stage_output(snapshot, network, stages, image, stage - 1)
    if spec.kind in ("max_pool", "average_pool"):
        top, left = row * spec.size, column * spec.size
        patch = inputs[top : top + spec.size, left : left + spec.size, channel]
        if spec.kind == "average_pool":
            return WorkedPool(patch, float(patch.mean()), None)
        # As MaxPool decides between equal numbers: the first column wins, and in a column the first row.
        at, up = divmod(int(patch.T.argmax()), spec.size)
        return WorkedPool(patch, float(patch.max()), (up, at))
    bends = stages[stage - 1].bends
    name = snapshot.config.activation if bends else ""
    if isinstance(layer, BatchNorm):
        value = float(inputs[row, column, channel] if inputs.ndim == 3 else inputs[channel])
        mean = float(layer.buffers["running_mean"][channel])
        deviation = math.sqrt(float(layer.buffers["running_variance"][channel]) + layer.epsilon)
        scale, shift = (float(layer.parameters[part][channel]) for part in ("scale", "shift"))
        total = (value - mean) / deviation * scale + shift
        return WorkedNorm(value, mean, deviation, scale, shift, total, _after(name, total), name)
    if spec.kind not in ("conv", "dense"):
        return None
    if spec.kind == "conv":
        p = spec.padding
        padded = np.pad(inputs, ((p, p), (p, p), (0, 0)))
        top, left = row * spec.stride, column * spec.stride
        patch = padded[top : top + spec.kernel[0], left : left + spec.kernel[1]]
        if spec.each_map:
            seen, channel = divmod(channel, spec.filters)
            patch = patch[..., seen : seen + 1]
    else:
        patch = inputs.reshape(-1)
    weights = layer.parameters["weight"][..., channel]
    bias = float(layer.parameters["bias"][channel])
    products = patch * weights
    total = float(products.sum(dtype=np.float64)) + bias
    return WorkedSum(patch, weights, products, bias, total, _after(name, total), name)


def _after(activation: str, total: float) -> float:
    return float(ACTIVATIONS[activation].function(np.array([total]))[0]) if activation else total


def _stage_output(
    snapshot: CnnSnapshot, network: Network, stages: tuple[Stage, ...], image: NDArray[Any], stage: int
) -> Float32:
    """What a stage passes on, after its activation; stage 0 is the picture as the network sees it."""
    x: Float32 = encode(image[None])
    if stage == 0:
        picture: Float32 = x[0]
        return picture
    chosen = stages[stage - 1]
    for layer in network.layers[: chosen.layer + 1]:
        x = layer.forward(x)
    output: Float32 = ACTIVATIONS[snapshot.config.activation].function(x)[0] if chosen.bends else x[0]
    return output


# What would change its mind -------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Change:
    """A little change of the picture that changes the answer.

    Attributes:
        description: what was done, in words.
        image: (H, W) uint8, the changed picture.
        amount: ink added or removed, in full pixels.
        answer: index of the new answer.
        probability: how sure the network is of it, 0 … 1.
    """

    description: str
    image: NDArray[np.uint8]
    amount: float
    answer: int
    probability: float


def smallest_change(snapshot: CnnSnapshot, image: NDArray[np.uint8], wanted: int | None = None) -> Change | None:
    """The change that touches the least ink, among some thousands, after which the network answers something else.

    Tried are: squares of 1 to 7 pixels rubbed out or inked in, at every place, and for small pictures also all pairs of
    pixels; moving the picture by up to three pixels. Takes some hundredths of a second.

    Args:
        snapshot, image: the network and the picture.
        wanted: the answer to reach; by default any other than the present one.

    Returns None when none of them changes the answer (to the wanted one).
    """
    fitting(snapshot.config, image)
    present = int(predict(snapshot, image[None])[0].argmax())
    if wanted is not None:
        _check_class(snapshot, wanted)
        if wanted == present:
            raise ConfigError(f"The network already answers “{snapshot.class_names[wanted]}”: choose another answer.")
    best: Change | None = None
    for descriptions, candidates in _candidates(image):
        amounts = np.abs(candidates.astype(np.int16) - image).sum(axis=(1, 2)) / 255
        useful = np.flatnonzero((amounts > 0) & (amounts < (best.amount if best else np.inf)))
        # Cheapest first, in portions: the search can stop with the first portion that holds a hit.
        useful = useful[np.argsort(amounts[useful], kind="stable")]
        for start in range(0, len(useful), 500):
            part = useful[start : start + 500]
            probabilities = predict(snapshot, candidates[part])
            answers = probabilities.argmax(axis=1)
            hits = np.flatnonzero(answers != present if wanted is None else answers == wanted)
            if len(hits):
                hit, answer = int(part[hits[0]]), int(answers[hits[0]])
                best = Change(
                    descriptions[hit],
                    candidates[hit],
                    float(amounts[hit]),
                    answer,
                    float(probabilities[hits[0], answer]),
                )
                break
    return best


def _candidates(image: NDArray[np.uint8]) -> Iterator[tuple[list[str], NDArray[np.uint8]]]:
    """Families of changes: a description and a picture (H, W) each."""
    side = len(image)
    for size in (1, 2, 3, 5, 7) if side > 16 else (1, 2):
        for value, word in ((0, "rubbed out"), (255, "inked in")):
            places = [(top, left) for top in range(side - size + 1) for left in range(side - size + 1)]
            pictures = np.repeat(image[None], len(places), axis=0)
            top, left = np.array(places).T
            for dy in range(size):
                for dx in range(size):
                    pictures[np.arange(len(places)), top + dy, left + dx] = value
            what = "1 pixel" if size == 1 else f"{size}×{size} pixels"
            yield [f"{what} {word} at row {y + 1}, column {x + 1}" for y, x in places], pictures
    if side <= 16:
        first, second = np.triu_indices(side * side, 1)
        pictures = np.repeat(image.reshape(1, -1), len(first), axis=0)
        pictures[np.arange(len(first)), first] ^= 255
        pictures[np.arange(len(first)), second] ^= 255
        yield (
            [
                f"2 pixels flipped at {a // side + 1}, {a % side + 1} and {b // side + 1}, {b % side + 1} (row, column)"
                for a, b in zip(first.tolist(), second.tolist(), strict=True)
            ],
            pictures.reshape(-1, side, side),
        )
    reach = 3 if side > 16 else 1
    moves = [(dy, dx) for dy in range(-reach, reach + 1) for dx in range(-reach, reach + 1) if dy or dx]
    padded = np.pad(image, reach)
    moved = [padded[reach - dy : reach - dy + side, reach - dx : reach - dx + side] for dy, dx in moves]
    yield [_move_in_words(dy, dx) for dy, dx in moves], np.stack(moved)


def _move_in_words(dy: int, dx: int) -> str:
    parts = [f"{abs(n)} {way[n > 0]}" for n, way in ((dy, ("up", "down")), (dx, ("left", "right"))) if n]
    return f"moved by {' and '.join(parts)}"


def _check_class(snapshot: CnnSnapshot, class_index: int) -> None:
    names = snapshot.class_names
    if not 0 <= class_index < len(names):
        raise ConfigError(f"There is no class number {class_index}: choose 0 to {len(names) - 1}.")


def _check_unit(stages: tuple[Stage, ...], stage: int, row: int, column: int, channel: int = 0) -> None:
    if not 1 <= stage <= len(stages):
        raise ConfigError(f"There is no stage {stage}: this network has stages 1 to {len(stages)}.")
    shape = stages[stage - 1].shape
    place = (row, column, channel) if len(shape) == 3 else (channel,)
    if not all(0 <= at < size for at, size in zip(place, shape, strict=True)):
        size = "×".join(map(str, shape))
        raise ConfigError(f"There is no unit {place} in “{stages[stage - 1].spec}”: its size is {size}.")
