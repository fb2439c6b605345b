"""What a recall is made of: which pictures are stored and how, which one is damaged, and how it is brought back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
from pydantic import model_validator

from models.base import owned
from models.config import Config, setting
from models.data.pictures import patterns as pattern_sets
from models.data.pictures.patterns import PatternSet, random_patterns
from models.hopfield.energy import ZeroField

MANY = 2000
"""Largest number of patterns stored from the start."""

LAST_LETTER = 25
"""Number of the letter Z."""


class HopfieldConfig(Config):
    """What is stored, how, what is damaged, and how it is recalled."""

    patterns: Literal["digits", "letters", "mnist", "random", "library", "own"] = setting(
        "digits",
        "Where the pictures come from.",
        group="Memory",
        value_help={
            "digits": "our own drawings of 0–9",
            "letters": "our own drawings of A–Z",
            "mnist": "handwritten digits in black and white, 28×28 pixels",
            "random": "every pixel a coin flip: the patterns of the theory",
            "library": "three patterns of eight pixels",
            "own": "an empty memory, to be filled with your drawings",
        },
    )
    size: int = setting(
        16,
        "Side of the square pictures.",
        group="Memory",
        unit="px",
        ge=pattern_sets.SMALLEST,
        le=pattern_sets.LARGEST,
        shown_when=("patterns", ("digits", "letters", "random", "own")),
    )
    store: tuple[int, ...] = setting(
        (),
        "Numbers of the patterns to store, A = 0 for letters; none: only the one to be recalled.",
        group="Memory",
        item_ge=0,
        item_le=LAST_LETTER,
        shown_when=("patterns", ("digits", "letters", "library")),
        value_help={"": "the probe's pattern"},
    )
    count: int = setting(
        10,
        "How many patterns to store.",
        group="Memory",
        ge=1,
        le=MANY,
        log=True,
        shown_when=("patterns", ("mnist", "random")),
    )
    rule: Literal["hebb", "storkey", "pseudo-inverse", "modern"] = setting(
        "hebb",
        "How the patterns are stored.",
        group="Memory",
        label="storage rule",
        value_help={
            "hebb": "pixels that agree are tied together; patterns that look alike disturb one another",
            "storkey": "Hebb's rule with part of that disturbance taken off",
            "pseudo-inverse": "takes all of it off: every stored pattern is stable, up to one per pixel",
            "modern": "keeps the patterns themselves and compares by softmax; stores thousands",
        },
    )
    diagonal: Literal["zero", "kept"] = setting(
        "zero",
        "Whether a pixel listens to itself; kept, pixels are more stubborn and more wrong memories appear.",
        group="Memory",
        advanced=True,
        shown_when=("rule", ("hebb", "storkey", "pseudo-inverse")),
    )
    beta: float = setting(
        0.25,
        "How sharply the modern network prefers the best match; small values blend patterns.",
        group="Memory",
        label="β",
        ge=0.001,
        le=10.0,
        log=True,
        live=True,
        shown_when=("rule", ("modern",)),
    )
    digit: int = setting(
        3,
        "Number of the pattern to damage and recall.",
        group="Probe",
        label="pattern",
        ge=0,
        lt=MANY,
        shown_when=("patterns", ("digits", "letters", "mnist", "random", "library")),
    )
    corruption: Literal["flip", "noise", "blank-half", "first-pixels"] = setting(
        "flip",
        "How the pattern is damaged.",
        group="Probe",
        value_help={
            "flip": "an exact share of the pixels, chosen at random, changes colour",
            "noise": "every pixel changes colour with this probability",
            "blank-half": "the lower half becomes paper",
            "first-pixels": "this share of the pixels, from the first on, changes colour",
        },
    )
    corruption_rate: float = setting(
        0.2,
        "Share of the pixels that are flipped.",
        group="Probe",
        ge=0.0,
        le=1.0,
        shown_when=("corruption", ("flip", "noise", "first-pixels")),
    )
    update: Literal["async", "with-replacement", "sync", "stochastic"] = setting(
        "async",
        "Which pixel is updated next.",
        group="Recall",
        value_help={
            "async": "one after the other, every pixel once per sweep, each sweep in a new random order",
            "with-replacement": "one after the other, picked at random each time, so that some wait for long",
            "sync": "all at once; can swing to and fro for ever",
            "stochastic": "as async, but at a temperature: sometimes against the field",
        },
        shown_when=("rule", ("hebb", "storkey", "pseudo-inverse")),
    )
    zero_field: ZeroField = setting(
        "keep",
        "What a pixel does when its field is exactly zero.",
        group="Recall",
        advanced=True,
        value_help={"keep": "it stays as it is", "up": "it becomes ink (+1)"},
        shown_when=("rule", ("hebb", "storkey", "pseudo-inverse")),
    )
    temperature: float = setting(
        0.2,
        "Heat of stochastic updates: 0 always follows the field; from about 1 on every memory melts.",
        group="Recall",
        ge=0.0,
        le=5.0,
        live=True,
        shown_when=("update", ("stochastic",)),
    )
    n_iter: int = setting(
        10_000,
        "Most updates that a recall may take (one pixel each, or all pixels at once if synchronous or modern).",
        group="Recall",
        label="max updates",
        ge=1,
        le=1_000_000,
        log=True,
        live=True,
    )
    updates_per_step: int = setting(
        1,
        "Updates between two looks at the network.",
        group="Recall",
        ge=1,
        le=1024,
        log=True,
        live=True,
        advanced=True,
    )
    seed: int = setting(0, "Chooses the damaged pixels and the order of updates.", group="Recall", ge=0, le=2**31 - 1)

    @classmethod
    def ranges(cls, values: Mapping[str, Any]) -> dict[str, tuple[float, float]]:
        """The numbers of the patterns: 0 … 9 for digits, 0 … 25 for letters, and so on; none for an empty memory."""
        last = available_patterns(values["patterns"], values["count"]) - 1
        return {"digit": (0, last), "store": (0, min(last, LAST_LETTER))} if last >= 0 else {}

    @model_validator(mode="after")
    def _fits(self) -> HopfieldConfig:
        available = available_patterns(self.patterns, self.count)
        if self.patterns == "own":
            return self
        if self.digit >= available:
            raise ValueError(
                f"there is no pattern {self.digit}: {self.patterns} has the patterns 0 to {available - 1}."
            )
        if self.patterns in ("mnist", "random"):
            return self  # all of them are stored, whatever `store` says
        wrong = [number for number in self.store if not 0 <= number < available]
        if wrong:
            raise ValueError(f"there is no pattern {wrong[0]} to store: {self.patterns} has 0 to {available - 1}.")
        if len(set(self.store)) < len(self.store):
            raise ValueError("a pattern is listed twice in store: name each one once.")
        return self


def available_patterns(patterns: str, count: int) -> int:
    """How many patterns there are to choose from, where `count` are loaded or drawn if their number is free."""
    fixed = {"digits": 10, "letters": 26, "library": len(pattern_sets.BITS), "own": 0}
    return fixed.get(patterns, count)


def load(config: HopfieldConfig) -> PatternSet:
    """The patterns that the config chooses from; raises DataError when MNIST's files are missing or damaged."""
    if config.patterns == "digits":
        return pattern_sets.digits(config.size)
    if config.patterns == "letters":
        return pattern_sets.letters(config.size)
    if config.patterns == "library":
        return pattern_sets.bits()
    if config.patterns == "own":
        return pattern_sets.empty(config.size)
    if config.patterns == "mnist":
        return pattern_sets.handwritten(config.count)
    drawn = owned(random_patterns(config.count, config.size**2, np.random.default_rng([config.seed, 1])))
    return PatternSet(drawn, tuple(f"random {i}" for i in range(config.count)), (config.size, config.size))
