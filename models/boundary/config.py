"""What can be chosen for a run of the Boundary tab: the points, what the network is told of them, and the network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from models.config import Config, inherited, setting
from models.data.points.sets import REGRESSION_SETS
from models.supervised.mlp import ACTIVATION_HELP, HiddenActivation, MLPConfig

OWN = "own"
"""The data set that is the user's own points."""


class PlaneConfig(Config):
    """Which points to learn from, and what the network is told about each."""

    dataset: Literal["two-gaussians", "xor", "circles", "moons", "spiral", "blobs", "plane", "hills", "own"] = setting(
        "circles",
        "Which points to learn from.",
        group="Data",
        value_help={
            "two-gaussians": "Two clouds above, left and right (A), and one below between them (B).",
            "xor": "A checkerboard of four squares: no straight line separates it.",
            "circles": "A disc inside a ring.",
            "moons": "Two half moons that reach into each other.",
            "spiral": "Two arms that wind around each other: the hardest one.",
            "blobs": "Two to six round clusters, one for each class.",
            "plane": "Regression: a tilted plane.",
            "hills": "Regression: three hills and three hollows.",
            "own": "Your own points: from a table, or set by hand in an empty plane.",
        },
    )
    points_per_class: int = setting(
        100,
        "How many points each class has, training and held-out together (for regression: half of all points).",
        group="Data",
        ge=2,
        le=2000,
        log=True,
    )
    noise: float = setting(1.0, "How far the points scatter: 1 as designed, 2 twice as far.", group="Data", ge=0, le=5)
    classes: int = setting(
        3, "How many classes there are.", group="Data", ge=2, le=6, shown_when=("dataset", ("blobs", "own"))
    )
    train_share: float = setting(
        0.75,
        "Share of the points that is trained on; the rest is held out, to see what has really been learnt.",
        group="Data",
        label="training share",
        ge=0.1,
        le=0.9,
    )
    standardise: bool = setting(
        True,
        "Shift and stretch the points of a file so that the training points have mean 0 and spread 1 along each axis.",
        group="Data",
        advanced=True,
    )
    inputs: tuple[Literal["x", "y", "x2", "y2", "xy", "sin_x", "sin_y"], ...] = setting(
        ("x", "y"),
        "What the network is told about each point.",
        group="Network",
        min_length=1,
        max_length=7,
        distinct=True,
        value_help={
            "x": "The first coordinate.",
            "y": "The second coordinate.",
            "x2": "x²: the same to the left and to the right.",
            "y2": "y²: the same above and below.",
            "xy": "x times y: positive in two opposite quarters of the plane, all that XOR needs.",
            "sin_x": "sin πx: a wave from left to right, one whole period from −1 to 1.",
            "sin_y": "sin πy: a wave from bottom to top, one whole period from −1 to 1.",
        },
    )


class BoundaryConfig(MLPConfig, PlaneConfig):
    """Everything that makes a run of the Boundary tab what it is."""

    hidden: tuple[Annotated[int, Field(ge=1, le=32)], ...] = inherited(
        MLPConfig, "hidden", default=(8,), max_length=6, item_le=32
    )
    activation: tuple[HiddenActivation, ...] = inherited(MLPConfig, "activation", default=("tanh",), max_length=6)
    output_activation: Literal["tanh", "bipolar_sigmoid", "sigmoid", "identity"] = inherited(
        MLPConfig,
        "output_activation",
        default="tanh",
        description="How the output is bent. Cross-entropy brings its own softmax; a value to predict (regression) is "
        "never bent.",
        advanced=False,
        value_help={name: ACTIVATION_HELP[name] for name in ("tanh", "bipolar_sigmoid", "sigmoid", "identity")},
    )
    loss: Literal["cross_entropy", "mse", "mse_sum"] = inherited(
        MLPConfig,
        "loss",
        value_help={
            "cross_entropy": "Softmax and cross-entropy: one output per class, how surprised is it by the right one.",
            "mse": "Mean squared error: for two classes a single output is enough. For regression the only choice.",
            "mse_sum": "Squared error with the gradient summed over the batch: a larger batch takes larger steps.",
        },
    )
    learning_rate: float = inherited(MLPConfig, "learning_rate", default=0.01)
    schedule: Literal["constant", "cosine", "one_cycle"] = inherited(MLPConfig, "schedule", default="constant")
    batch_size: int = inherited(
        MLPConfig, "batch_size", default=10, description="How many points are shown between two steps.", le=20_000
    )
    epochs: int = inherited(
        MLPConfig,
        "epochs",
        default=200,
        description="How often all training points are shown; can be extended.",
    )
    initializer: Literal["he", "xavier", "normal", "uniform"] = inherited(MLPConfig, "initializer", default="xavier")
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

    @model_validator(mode="after")
    def _regression_has_no_classes(self) -> BoundaryConfig:
        if self.dataset in REGRESSION_SETS and self.loss == "cross_entropy":
            raise ValueError(f"Cross-entropy needs classes, but “{self.dataset}” has values: choose the loss mse.")
        return self

    def hidden_activations(self) -> tuple[HiddenActivation, ...]:
        """The activation of every hidden layer."""
        return self.activation if len(self.activation) > 1 else self.activation * len(self.hidden)
