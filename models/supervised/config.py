"""The settings that every network trained from examples has, and what such a run reports."""

from __future__ import annotations

from typing import Literal

from models.base import MetricSpec
from models.config import Config, setting
from models.nn.initializers import INITIALIZERS, Initializer

SCHEDULE_HELP = {
    "constant": "The same all the time.",
    "cosine": "Falls smoothly to zero.",
    "one_cycle": "Rises for the first 30 % of the run, then falls to zero.",
}
INITIALIZER_HELP = {
    "he": "Spread by the number of inputs, for ReLU.",
    "xavier": "Spread by the number of inputs and outputs, for sigmoid and tanh.",
    "normal": "A bell curve with the mean and spread below.",
    "uniform": "Evenly between mean − spread and mean + spread.",
}


class SupervisedConfig(Config):
    """The settings that every network trained from examples has."""

    loss: Literal["cross_entropy", "mse", "mse_sum"] = setting(
        "cross_entropy",
        "How wrongness is measured: the number that training makes small.",
        group="Training",
        value_help={
            "cross_entropy": "Softmax and cross-entropy: how surprised the network is by the right answer.",
            "mse": "Mean squared error: the squared distance to the target, averaged over outputs and batch.",
            "mse_sum": "Squared error with the gradient summed over the batch: a larger batch takes larger steps.",
        },
    )
    optimizer: Literal["sgd", "momentum", "nesterov", "rmsprop", "adam"] = setting(
        "adam",
        "The rule that turns gradients into steps.",
        group="Training",
        label="optimiser",
        value_help={
            "sgd": "Plain gradient descent: straight downhill.",
            "momentum": "A heavy ball: keeps rolling in the direction it had.",
            "nesterov": "Momentum that looks ahead before it steps.",
            "rmsprop": "A step size for each weight, by the usual size of its gradient.",
            "adam": "Momentum and RMSProp together: works well without much tuning.",
        },
    )
    learning_rate: float = setting(
        0.003,
        "How far one step goes: too small takes for ever, too large overshoots.",
        group="Training",
        label="step size",
        ge=1e-5,
        le=10.0,
        live=True,
        log=True,
    )
    schedule: Literal["constant", "cosine", "one_cycle"] = setting(
        "one_cycle",
        "How the step size changes during the run.",
        group="Training",
        value_help=SCHEDULE_HELP,
    )
    batch_size: int = setting(
        128, "How many examples are shown between two steps.", group="Training", ge=1, le=100_000, log=True
    )
    epochs: int = setting(
        5, "How often all training examples are shown; can be extended.", group="Training", ge=1, le=100_000, live=True
    )
    momentum: float = setting(
        0.9,
        "How much of the previous direction a step keeps (β₁ in Adam).",
        group="Training",
        ge=0.0,
        lt=1.0,
        live=True,
        advanced=True,
        shown_when=("optimizer", ("momentum", "nesterov", "adam")),
    )
    second_momentum: float = setting(
        0.99,
        "Decay of the mean square: how long the usual size of a gradient is remembered (β₂).",
        group="Training",
        label="β₂",
        ge=0.0,
        lt=1.0,
        live=True,
        advanced=True,
        shown_when=("optimizer", ("rmsprop", "adam")),
    )
    shards: int = setting(
        1,
        "In how many parts a batch is worked out, several at the same time where there are cores: worth it for large "
        "networks only. Like the seed, it decides about the last digits of the results.",
        group="Training",
        ge=1,
        le=16,
        advanced=True,
    )
    l2: float = setting(
        0.0,
        "Pulls every weight towards zero, large ones more: a smoother answer (weight decay). The pull is part of the "
        "gradient, which RMSProp and Adam rescale; AdamW would not.",
        group="Regularisation",
        label="L2 decay",
        ge=0.0,
        le=1.0,
        live=True,
    )
    l1: float = setting(
        0.0,
        "Pulls every weight towards zero with the same force, so that many end up at zero.",
        group="Regularisation",
        label="L1 decay",
        ge=0.0,
        le=1.0,
        live=True,
    )
    dropout: float = setting(
        0.0,
        "Share of the hidden units that is silenced, at random, in every training step.",
        group="Regularisation",
        ge=0.0,
        le=0.9,
    )
    initializer: Literal["he", "xavier", "normal", "uniform"] = setting(
        "he",
        "How the weights are drawn before training.",
        group="Start",
        label="first weights",
        value_help=INITIALIZER_HELP,
    )
    initial_mean: float = setting(
        0.0,
        "Mean of the weights before training.",
        group="Start",
        ge=-1.0,
        le=1.0,
        advanced=True,
        shown_when=("initializer", ("normal", "uniform")),
    )
    initial_scale: float = setting(
        0.1,
        "Spread of the weights before training: standard deviation (normal) or half the width (uniform).",
        group="Start",
        ge=0.0,
        le=5.0,
        advanced=True,
        shown_when=("initializer", ("normal", "uniform")),
    )
    seed: int = setting(
        0, "Start of all random numbers: the same seed repeats the same run.", group="Start", ge=0, le=2**31 - 1
    )

    def weight_initializer(self) -> Initializer:
        """The function that fills the weights of a new layer."""
        return INITIALIZERS[self.initializer](self.initial_mean, self.initial_scale)


METRICS = (
    MetricSpec(
        "test_accuracy",
        "held-out accuracy",
        plot="accuracy",
        unit="%",
        held_out=True,
        better="higher",
        complement="error rate",
    ),
    MetricSpec(
        "accuracy", "training batch accuracy", plot="accuracy", unit="%", better="higher", complement="error rate"
    ),
    MetricSpec("loss", "training batch loss", plot="loss", log=True, better="lower"),
    MetricSpec("test_loss", "held-out loss", plot="loss", log=True, held_out=True, better="lower"),
)
"""What every trainer here reports. The training metrics are those of the mini-batch, measured before its step."""
