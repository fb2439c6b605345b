"""What can be chosen for a recurrent network: what it reads, how it remembers, and how it learns."""

from __future__ import annotations

from typing import Literal

from models.config import Config, inherited, setting
from models.supervised.config import SupervisedConfig

CELLS = ("rnn", "gru", "lstm")
CELL_NAMES = {"rnn": "RNN", "gru": "GRU", "lstm": "LSTM"}
LETTERS = ("text", "names", "towns", "languages", "source-code", "brackets")
SERIES = ("sine", "damped", "square", "logistic", "mackey-glass", "sunspots", "co2", "passengers", "drawn")
MEMORY = ("recall", "adding")
OWN = "own"

MOST_TYPED = 2000
"""Letters of the setting `text`; what is longer is opened or pasted as a text of one's own."""


class SequenceConfig(Config):
    """Settings of a recurrent network."""

    dataset: Literal[
        "text", "names", "towns", "languages", "source-code", "brackets",
        "sine", "damped", "square", "logistic", "mackey-glass", "sunspots", "co2", "passengers", "drawn",
        "recall", "adding", "own",
    ] = setting(
        "text",
        "What is read.",
        group="Data",
        value_help={
            "text": "The word or words below: learnt by heart, letter by letter.",
            "names": "29,910 given names: what letter comes next?",
            "towns": "Towns of one country: what letter comes next?",
            "languages": "First names: which of twelve languages is it?",
            "source-code": "This program's own source code as it once was, a million letters.",
            "brackets": "Made-up formulas: which bracket must be closed next?",
            "sine": "Two waves together.",
            "damped": "A pendulum that is pushed again and again.",
            "square": "Up for ten steps, down for fifteen.",
            "logistic": "Chaos by a formula, x ← 3.9 x (1 − x).",
            "mackey-glass": "Chaos that looks nearly regular.",
            "sunspots": "Sunspots of every year since 1700.",
            "co2": "Carbon dioxide in the air, weekly since 1958.",
            "passengers": "Passengers of airlines, monthly, 1949–1960.",
            "drawn": "A curve drawn by hand: draw your own in the Series view.",
            "recall": "Something is shown, then nothing for a while: what was it?",
            "adding": "Two of many numbers are marked: what is their sum?",
            "own": "Your own text or series.",
        },
    )  # fmt: skip
    text: str = setting(
        "hello",
        "The word or words to learn.",
        group="Data",
        max_length=MOST_TYPED,
        shown_when=("dataset", ("text",)),
    )
    country: Literal["DE", "BR", "ES", "FR", "GB", "IT", "JP", "NL", "PL", "RO", "TR", "US"] = setting(
        "DE", "Whose towns.", group="Data", shown_when=("dataset", ("towns",))
    )
    delay: int = setting(
        50,
        "How many moments lie between what is shown and the question (recall), or how many numbers there are (adding).",
        group="Data",
        ge=2,
        le=400,
        shown_when=("dataset", MEMORY),
    )
    items: int = setting(
        1, "How many symbols have to be remembered.", group="Data", ge=1, le=5, shown_when=("dataset", ("recall",))
    )
    cell: Literal["rnn", "gru", "lstm", "all"] = setting(
        "rnn",
        "How it remembers.",
        value_help={
            "rnn": "The plain cell: a tanh layer whose output is its own further input.",
            "gru": "Gated recurrent unit: two gates say what stays and what is looked at.",
            "lstm": "Long short-term memory: three gates around a memory cell.",
            "all": "All three side by side on the same batches.",
        },
    )
    units: int = setting(
        120, "How many numbers are remembered from moment to moment.", label="hidden units", ge=1, le=512, log=True
    )
    layers: int = setting(1, "Recurrent layers, one reading what the other says.", ge=1, le=3, advanced=True)
    embedding: int = setting(
        0,
        "Numbers that stand for a letter, which are learnt; 0: a one-hot vector, one number for each letter.",
        ge=0,
        le=256,
        advanced=True,
        shown_when=("dataset", (*LETTERS, "recall", "own")),
    )
    window: int = setting(
        32,
        "Moments through which blame flows back: what is longer is read in pieces (truncated back-propagation).",
        group="Training",
        ge=2,
        le=512,
        log=True,
    )
    carry: bool = setting(
        True,
        "Whether the state at the end of a piece is the beginning of the next one.",
        group="Training",
        label="carry the state",
        advanced=True,
        shown_when=("dataset", (*LETTERS, "own")),
    )
    noise: float = setting(
        0.0,
        "Noise on what is read of a series, in units of its spread: who is used to errors can live with its own.",
        group="Training",
        ge=0.0,
        le=1.0,
        shown_when=("dataset", (*SERIES, OWN)),
    )
    batch_size: int = setting(32, "Pieces that are read side by side.", group="Training", ge=1, le=512, log=True)
    optimizer: Literal["sgd", "momentum", "nesterov", "rmsprop", "adam"] = inherited(SupervisedConfig, "optimizer")
    learning_rate: float = inherited(SupervisedConfig, "learning_rate", default=0.005)
    schedule: Literal["constant", "cosine", "one_cycle"] = inherited(SupervisedConfig, "schedule", default="constant")
    clip: Literal["norm", "value", "none"] = setting(
        "norm",
        "How a gradient that is too long is shortened.",
        group="Training",
        label="clipping",
        live=True,
        value_help={
            "norm": "The whole to a greatest length: its direction stays.",
            "value": "Each number by itself: its direction changes.",
            "none": "Not at all: one bad moment can throw the weights away.",
        },
    )
    clip_at: float = setting(
        1.0,
        "From what size on.",
        group="Training",
        label="clipped at",
        ge=1e-4,
        le=1000.0,
        live=True,
        log=True,
        shown_when=("clip", ("norm", "value")),
    )
    updates: int = setting(
        600, "Updates until the run ends; can be extended.", group="Training", ge=1, le=1_000_000, live=True, log=True
    )
    weights: Literal["scaled", "uniform"] = setting(
        "scaled",
        "How the weights are drawn before training.",
        group="Start",
        label="first weights",
        value_help={
            "scaled": "Input weights by the number of inputs and outputs (Xavier), recurrent ones a rotation.",
            "uniform": "All of them evenly between −1 and 1.",
        },
    )
    remember: Literal["one", "chrono", "zero"] = setting(
        "one",
        "How long the gates of GRU and LSTM remember at first.",
        group="Start",
        label="first memory",
        shown_when=("cell", ("gru", "lstm", "all")),
        value_help={
            "one": "A few moments: the bias of the gate that keeps is 1.",
            "chrono": "From one moment to as long as the task: biases drawn for it (chrono).",
            "zero": "Half is forgotten at every moment: hard to learn from.",
        },
    )
    seed: int = inherited(SupervisedConfig, "seed")

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells that learn in this run."""
        return CELLS if self.cell == "all" else (self.cell,)
