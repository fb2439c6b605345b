"""What can be chosen for a network that names colours: how it is told a colour, how large it is, how it learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from models.colours.spaces import SpaceName
from models.config import inherited, setting
from models.data.colours.survey import Terms
from models.supervised.config import SupervisedConfig
from models.supervised.mlp import ACTIVATION_HELP, turned_layers

HiddenActivation = Literal["relu", "leaky_relu", "tanh", "sigmoid", "identity"]

MOST_HIDDEN = 32
"""Neurons in a hidden layer: more would not fit on a page."""


class ColoursConfig(SupervisedConfig):
    """Settings of a network that names colours."""

    terms: Terms = setting(
        "eleven",
        "Which names of the colour survey are learnt.",
        group="Data",
        label="names",
        value_help={
            "eleven": "The eleven basic terms of English.",
            "six": "Black, white, red, yellow, green, blue: the six that languages name first.",
            "grue": "Six words of a made-up language with one word for green and blue, learnt from twenty answers.",
        },
    )
    test_share: float = setting(
        0.2, "Share of the named colours that is held out from training.", group="Data", label="held out", ge=0, le=0.5
    )
    space: SpaceName = setting(
        "rgb",
        "By which three numbers the network is told a colour.",
        group="Network",
        label="inputs",
        value_help={
            "rgb": "Red, green, blue: how a screen mixes it.",
            "hsv": "Hue, saturation, value: hue is a circle, and 0 and 1 are the same red.",
            "lab": "CIE Lab: lightness, red against green, yellow against blue, as the eye compares them.",
        },
    )
    hidden: tuple[Annotated[int, Field(ge=1, le=MOST_HIDDEN)], ...] = setting(
        (16,),
        "Number of neurons in each hidden layer, at most two layers; leave it empty for none.",
        group="Network",
        label="hidden layers",
        max_length=2,
        item_ge=1,
        item_le=MOST_HIDDEN,
        value_help={"": "none: every border is a straight cut"},
    )
    activation: HiddenActivation = setting(
        "relu",
        "How a hidden neuron bends its sum.",
        group="Network",
        value_help={name: text for name, text in ACTIVATION_HELP.items() if name not in ("softmax", "bipolar_sigmoid")},
    )
    whole_numbers: bool = setting(
        False,
        "Answer with whole numbers of at most two digits: the weights scaled and rounded. Without a hidden layer only.",
        group="Network",
    )
    begin: Literal["english", "random"] = setting(
        "english",
        "What a network knows that learns your own names from a few answers.",
        group="Start",
        label="own names begin from",
        value_help={
            "english": "It has learnt the English names first; your words begin where their answers lie.",
            "random": "Nothing: random weights, as for the English names.",
        },
    )
    loss: Literal["cross_entropy"] = inherited(
        SupervisedConfig,
        "loss",
        advanced=True,
        value_help={"cross_entropy": "Softmax and cross-entropy: how surprised the network is by the right name."},
    )
    learning_rate: float = inherited(SupervisedConfig, "learning_rate", default=0.01)
    schedule: Literal["constant", "cosine", "one_cycle"] = inherited(SupervisedConfig, "schedule", default="cosine")
    batch_size: int = inherited(SupervisedConfig, "batch_size", default=64)
    epochs: int = inherited(SupervisedConfig, "epochs", default=200)
    l2: float = inherited(SupervisedConfig, "l2", default=5e-4)

    def dials(self) -> tuple[str, ...]:
        """See Config."""
        return ("layers", "units")

    def turned(self, dial: str, step: int) -> Mapping[str, Any] | None:
        """See Config: the last hidden layer once more or not at all, or with more neurons or fewer."""
        return {"hidden": turned_layers(self.hidden, dial, step)}

    @model_validator(mode="after")
    def _whole_numbers_need_no_hidden_layer(self) -> ColoursConfig:
        if self.whole_numbers and self.hidden:
            raise ValueError("Whole numbers can be had without a hidden layer only: leave the hidden layers empty.")
        return self
