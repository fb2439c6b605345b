"""What can be chosen for the two small networks: which one, what it is to learn, and how it learns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from models.config import Config, setting


class BitsConfig(Config):
    """Settings of both networks; the defaults are those of place values."""

    network: Literal["place-values", "first-network"] = setting(
        "place-values",
        "Which of the two networks.",
        group="Network",
        value_help={
            "place-values": "One linear neuron without a bias learns what each place of a binary number is worth.",
            "first-network": "Two layers of sigmoid neurons learn a truth table.",
        },
    )
    bits: int = setting(
        8,
        "How many places the binary numbers have; as many rows are shown.",
        group="Data",
        ge=2,
        le=12,
        shown_when=("network", ("place-values",)),
    )
    table: Literal["original", "and", "or", "xor", "parity"] = setting(
        "original",
        "Which truth table to learn.",
        group="Data",
        shown_when=("network", ("first-network",)),
        value_help={
            "original": "1111 → 0, 1001 → 1, and both once more.",
            "and": "True when all inputs are.",
            "or": "True when any input is.",
            "xor": "True when exactly one input is.",
            "parity": "True when an odd number of inputs is.",
        },
    )
    inputs: int = setting(
        4,
        "How many inputs the truth table has (the original: always four).",
        group="Data",
        ge=2,
        le=4,
        shown_when=("network", ("first-network",)),
    )
    hidden: int = setting(
        4,
        "How many hidden neurons.",
        group="Network",
        label="hidden units",
        ge=1,
        le=16,
        shown_when=("network", ("first-network",)),
    )
    bias: bool = setting(
        False,
        "Give every sigmoid neuron a bias, so that it can prefer to be on or off.",
        group="Network",
        shown_when=("network", ("first-network",)),
    )
    learning_rate: float = setting(
        0.01, "How far one update goes.", group="Training", label="step size", ge=1e-5, le=100.0, live=True, log=True
    )
    updates: int = setting(
        10_000,
        "How many updates the run has, rounded up to whole steps; can be extended.",
        group="Training",
        ge=1,
        le=10_000_000,
        live=True,
    )
    updates_per_step: int = setting(
        1,
        "How many updates are done between two looks at the network: more is faster, and coarser to watch.",
        group="Training",
        ge=1,
        le=1000,
        log=True,
    )
    original_flaw: bool = setting(
        False,
        "Train with the mistake of the original script, to see what it does: place values multiplies each error by its "
        "row’s number of ones; in the first network, the first layer’s gradient takes the output for the input.",
        group="Training",
        live=True,
        advanced=True,
    )
    initial_scale: float = setting(
        1.0, "Weights begin evenly spread between minus this and plus this.", group="Start", ge=0.0, le=10.0
    )
    seed: int = setting(
        0, "Start of all random numbers: the same seed repeats the same run.", group="Start", ge=0, le=2**31 - 1
    )

    def dials(self) -> tuple[str, ...]:
        """See Config: the original truth table has four inputs, whatever the settings say."""
        if self.network == "place-values":
            return ("inputs",)
        return ("units",) if self.table == "original" else ("inputs", "units")

    def turned(self, dial: str, step: int) -> Mapping[str, Any] | None:
        """See Config."""
        name = "hidden" if dial == "units" else "bits" if self.network == "place-values" else "inputs"
        return {name: vars(self)[name] + step}
