"""The network of the Boundary tab: a small multilayer perceptron whose neurons can be switched off, and what its
outputs mean: a class, or a value.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from models.boundary.data import REGRESSION_SETS, PlaneConfig, is_regression
from models.config import setting
from models.data.points.sets import PointSet
from models.nn.activations import ACTIVATIONS
from models.nn.dropout import Dropout
from models.nn.layer import Array, Layer
from models.nn.linear import Linear
from models.nn.losses import LOSSES
from models.nn.switch import Switch
from models.supervised.config import INITIALIZER_HELP, SCHEDULE_HELP
from models.supervised.mlp import ACTIVATION_HELP, HiddenActivation, MLPConfig


class BoundaryConfig(MLPConfig, PlaneConfig):
    """Everything that makes a run of the Boundary tab what it is."""

    hidden: tuple[Annotated[int, Field(ge=1, le=32)], ...] = setting(
        (8,),
        "Number of neurons in each hidden layer; leave it empty for none.",
        group="Network",
        label="hidden layers",
        max_length=6,
        item_ge=1,
        item_le=32,
    )
    activation: tuple[HiddenActivation, ...] = setting(
        ("tanh",),
        "How a hidden neuron bends its sum: one for all layers, or one for each.",
        group="Network",
        min_length=1,
        max_length=6,
        value_help={name: text for name, text in ACTIVATION_HELP.items() if name != "softmax"},
    )
    output_activation: Literal["tanh", "bipolar_sigmoid", "sigmoid", "identity"] = setting(
        "tanh",
        "How the output is bent. Cross-entropy brings its own softmax; a value to predict (regression) is never bent.",
        group="Network",
        shown_when=("loss", ("mse", "mse_sum")),
        value_help={name: ACTIVATION_HELP[name] for name in ("tanh", "bipolar_sigmoid", "sigmoid", "identity")},
    )
    loss: Literal["cross_entropy", "mse", "mse_sum"] = setting(
        "cross_entropy",
        "How wrongness is measured: the number that training makes small.",
        group="Training",
        value_help={
            "cross_entropy": "Softmax and cross-entropy: one output per class, how surprised is it by the right one.",
            "mse": "Mean squared error: for two classes a single output is enough. For regression the only choice.",
            "mse_sum": "Squared error with the gradient summed over the batch: a larger batch takes larger steps.",
        },
    )
    learning_rate: float = setting(
        0.01,
        "How far one step goes: too small takes for ever, too large overshoots.",
        group="Training",
        label="step size",
        ge=1e-5,
        le=10.0,
        live=True,
        log=True,
    )
    schedule: Literal["constant", "cosine", "one_cycle"] = setting(
        "constant", "How the step size changes during the run.", group="Training", value_help=SCHEDULE_HELP
    )
    batch_size: int = setting(
        10, "How many points are shown between two steps.", group="Training", ge=1, le=20_000, log=True
    )
    epochs: int = setting(
        200, "How often all training points are shown; can be extended.", group="Training", ge=1, le=100_000, live=True
    )
    patience: int = setting(
        0,
        "Stop when the held-out loss has not improved for so many epochs in a row; 0 never stops early.",
        group="Stop rule",
        unit="epochs",
        ge=0,
        le=10_000,
        live=True,
    )
    improvement: float = setting(
        1e-4,
        "By how much the held-out loss must fall below its best value to count as improved; then patience starts anew.",
        group="Stop rule",
        ge=0.0,
        le=1.0,
        live=True,
    )
    initializer: Literal["he", "xavier", "normal", "uniform"] = setting(
        "xavier",
        "How the weights are drawn before training.",
        group="Start",
        label="first weights",
        value_help=INITIALIZER_HELP,
    )

    @model_validator(mode="after")
    def _regression_has_no_classes(self) -> BoundaryConfig:
        if self.dataset in REGRESSION_SETS and self.loss == "cross_entropy":
            raise ValueError(f"Cross-entropy needs classes, but “{self.dataset}” has values: choose the loss mse.")
        return self

    def hidden_activations(self) -> tuple[HiddenActivation, ...]:
        """The activation of every hidden layer."""
        return self.activation if len(self.activation) > 1 else self.activation * len(self.hidden)


# What the outputs mean ----------------------------------------------------------------------------------------------


def output_count(config: BoundaryConfig, classes: int) -> int:
    """One output for regression (0 classes) and for two classes with a squared error, else one for each class."""
    single = classes == 0 or (classes == 2 and not LOSSES[config.loss].fused_softmax)
    return 1 if single else classes


def target_range(config: BoundaryConfig) -> tuple[float, float]:
    """What an output should say for "not this class" and for "this class": the ends of its activation's range."""
    zero_to_one = config.output_activation == "sigmoid" or LOSSES[config.loss].fused_softmax
    return (0.0, 1.0) if zero_to_one else (-1.0, 1.0)


def output_activation(config: BoundaryConfig, classes: int) -> str:
    """Name of the activation after the last sums, "identity" where they are left as they are (logits, regression)."""
    return "identity" if classes == 0 or LOSSES[config.loss].fused_softmax else config.output_activation


def targets_of(config: BoundaryConfig, data: PointSet) -> Array:
    """What the outputs should be for every point, (N, K) float32.

    A single output for two classes should be high for the first class and low for the second, as in the MLP library.
    """
    if is_regression(data):
        assert data.targets is not None
        return data.targets[:, None].astype(np.float32)
    assert data.labels is not None
    low, high = target_range(config)
    if output_count(config, len(data.class_names)) == 1:
        return np.where(data.labels == 0, high, low)[:, None].astype(np.float32)
    one_hot: Array = np.eye(len(data.class_names), dtype=np.float32)[data.labels]
    return one_hot * (high - low) + low if low else one_hot


def class_of(config: BoundaryConfig, outputs: Array) -> NDArray[np.uint8]:
    """The class that outputs (N, K) stand for, (N,): the highest one; a single output says 0 above the middle."""
    if outputs.shape[1] == 1:
        low: NDArray[np.uint8] = (outputs[:, 0] <= 0.5 * sum(target_range(config))).view(np.uint8)
        return low
    classes: NDArray[np.uint8] = outputs.argmax(axis=1).astype(np.uint8)
    return classes


def boundary_layers(
    config: BoundaryConfig, classes: int, switches: Sequence[Switch], rng: np.random.Generator | None = None
) -> list[Layer]:
    """New layers: (Linear, activation, Switch, maybe Dropout) for each hidden layer, then Linear and its activation.

    Args:
        config: shape, activations, dropout and initializer.
        classes: number of classes, 0 for regression.
        switches: one for each hidden layer.
        rng: for the dropout masks; not needed for prediction.
    """
    layers: list[Layer] = []
    for units, activation, switch in zip(config.hidden, config.hidden_activations(), switches, strict=True):
        layers += [Linear(units, config.weight_initializer()), ACTIVATIONS[activation](), switch]
        if config.dropout:
            layers.append(Dropout(config.dropout, rng))
    layers.append(Linear(output_count(config, classes), config.weight_initializer()))
    last = output_activation(config, classes)
    if last != "identity":
        layers.append(ACTIVATIONS[last]())
    return layers


def layers_per_hidden(config: BoundaryConfig) -> int:
    """How many entries of `boundary_layers` make one hidden layer; the third is the one that the next layer sees."""
    return 4 if config.dropout else 3
