"""Recurrent networks as the playground knows them: presets, what is measured, and what a finished run has to say."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from models.base import ConfigError, MetricSpec, Model, Preset, Report, ReportTable
from models.data.series.curve import Series
from models.data.text.counting import MEMORIES, counting_bits
from models.data.text.letters import Text
from models.sequence.config import CELL_NAMES, CELLS, LETTERS, OWN, SERIES, SequenceConfig
from models.sequence.data import load, open_data
from models.sequence.generate import generate
from models.sequence.tasks import NextLetter
from models.sequence.trainer import SequenceTrainer

HELLO = SequenceConfig(optimizer="sgd", learning_rate=0.04, clip="value", clip_at=0.25, weights="uniform", updates=600)
"""The original adds up the four letters' losses, with a step of 0.01 and gradients cut at ±1: here it is their mean."""

LSTM_128 = SequenceConfig(cell="lstm", units=128, learning_rate=0.01, schedule="cosine", updates=2000)
WAVES = SequenceConfig(
    dataset="sine", cell="lstm", units=32, window=100, noise=0.2, learning_rate=0.01, schedule="cosine", updates=600
)
ADDING = SequenceConfig(dataset="adding", units=64, batch_size=32, remember="chrono", learning_rate=0.005, updates=800)

PRESETS = {
    "hello": Preset(HELLO, "The word hello, letter by letter, by the plainest cell: after h, what comes next?",
        watch="what it expects after each letter",
    ),
    "any-word": Preset(
        HELLO.model_copy(update={"text": "mississippi"}),
        "Type any word: letters that come twice are told apart by what came before them.",
        watch="when the letters that come twice are told apart",
    ),
    "names": Preset(
        LSTM_128.model_copy(update={"dataset": "names", "learning_rate": 0.015, "updates": 2600}),
        "Learns how given names are built, until it knows the ones it learns from too well.",
        watch="when the held-out bits no longer fall",
    ),
    "towns": Preset(
        LSTM_128.model_copy(update={"dataset": "towns", "updates": 600}),
        "Makes up towns that might be there: which of them are?",
        watch="how its towns sound in Generate",
    ),
    "languages": Preset(
        SequenceConfig(dataset="languages", cell="gru", units=64, updates=1500, learning_rate=0.003),
        "Reads a first name and says which of twelve languages it is of: one answer at the end.",
        watch="the held-out accuracy, and type your own name",
    ),
    "source-code": Preset(
        LSTM_128.model_copy(update={"dataset": "source-code", "updates": 2600}),
        "Reads this program's own source code, a million letters: indents, brackets and words come one after another.",
        watch="what it writes in Generate, as the bits fall",
    ),
    "brackets": Preset(
        LSTM_128.model_copy(update={"dataset": "brackets", "units": 64, "updates": 1500}),
        "Brackets of three kinds: a network that remembers which are open knows which one closes.",
        watch="which units are on inside a bracket",
    ),
    "sine": Preset(
        WAVES,
        "Two waves together: foretold one step ahead, then let go on alone for 200 steps.",
        watch="the series, where it is let go",
    ),
    "drawn": Preset(
        WAVES.model_copy(update={"dataset": "drawn"}),
        "A curve drawn by hand goes on by itself: draw your own in the Series view.",
        watch="the series, where it is let go",
    ),
    "sunspots": Preset(
        SequenceConfig(dataset="sunspots", cell="gru", units=24, window=44, noise=0.1, updates=600, schedule="cosine"),
        "Sunspots since 1700 come and go in about eleven years; nobody knows how many.",
        watch="the held-out years in Series",
    ),
    "recall-50": Preset(
        SequenceConfig(dataset="recall", cell="lstm", units=64, remember="chrono", updates=400, learning_rate=0.005),
        "A letter is shown, then nothing for 50 moments: what was it? Blame has to find its way back.",
        watch="how far back blame reaches in Memory",
    ),
    "adding-rnn": Preset(
        ADDING.model_copy(update={"cell": "rnn"}),
        "Add the two marked ones of 50 numbers: blame fades on its way back, and the plain cell stays at guessing 1.",
        watch="the loss, which does not fall",
    ),
    "adding-gru": Preset(
        ADDING.model_copy(update={"cell": "gru"}),
        "With a GRU: its update gate lets blame pass.",
        watch="when the loss begins to fall",
    ),
    "adding-lstm": Preset(
        ADDING.model_copy(update={"cell": "lstm"}),
        "With an LSTM: blame flows back along its memory cell.",
        watch="when the loss begins to fall",
    ),
    "adding-all": Preset(
        ADDING.model_copy(update={"cell": "all"}),
        "RNN, GRU and LSTM side by side on the same numbers: see in Memory how far back blame reaches in each.",
        watch="whose loss falls",
    ),
}  # fmt: skip

METRICS = (
    MetricSpec("bits_per_letter", "held-out bits", plot="bits a letter", held_out=True, better="lower", optional=True),
    MetricSpec("bits", "training bits", plot="bits a letter", better="lower", optional=True),
    MetricSpec("test_accuracy", "held-out accuracy", plot="accuracy", unit="%", held_out=True, better="higher",
               optional=True),
    MetricSpec("accuracy", "training batch accuracy", plot="accuracy", unit="%", better="higher", optional=True),
    MetricSpec("says", "letters right on its own", plot="accuracy", unit="%", better="higher", evaluated=True,
               optional=True),
    MetricSpec("free_error", "error of the free run", plot="free run", unit="%", held_out=True, better="lower",
               optional=True),
    MetricSpec("test_loss", "held-out loss", plot="loss", log=True, held_out=True, better="lower", optional=True),
    MetricSpec("loss", "training loss", plot="loss", log=True, better="lower", optional=True),
    *(MetricSpec(f"{cell}_loss", CELL_NAMES[cell], plot="loss of each", log=True, better="lower", optional=True)
      for cell in CELLS),
    *(MetricSpec(f"{cell}_test_loss", f"{CELL_NAMES[cell]} held-out", plot="held-out loss of each", log=True,
                 held_out=True, better="lower", optional=True) for cell in CELLS),
    MetricSpec("gradient", "length of the gradient", plot="gradient", log=True, optional=True),
)  # fmt: skip


def fitted_to(config: SequenceConfig, data: Text | Series) -> SequenceConfig:
    """Settings for data of the user's own: those in force where they are for data of that kind, else others that suit.

    A word of a few letters and a book are learnt in different ways.
    """
    if isinstance(data, Series):
        fits, base = config.dataset in SERIES, WAVES
    elif len(data.codes) < 100:
        fits, base = config.dataset == "text", HELLO
    else:
        fits, base = config.dataset in LETTERS and config.weights == "scaled", LSTM_128
    return (config if fits else base).model_copy(update={"dataset": OWN, "seed": config.seed})


def suited(config: SequenceConfig, own: bool, asked: Collection[str]) -> tuple[SequenceConfig, str]:
    """Whose data are learnt from has to fit what there is."""
    if own and config.dataset != OWN:
        if "dataset" in asked or "text" in asked:
            raise ConfigError("There are two sets of data: leave out one of them, the file or the setting.")
        if config.weights == "uniform" and not {"cell", "units", "weights", "optimizer"} & set(asked):
            kept = {name: getattr(config, name) for name in asked if name in SequenceConfig.model_fields}
            config = LSTM_128.model_copy(update={"seed": config.seed} | kept)
            return config.model_copy(update={"dataset": OWN}), "Your own data are learnt, by an LSTM of 128 units."
        return config.model_copy(update={"dataset": OWN}), "Your own data are learnt from now on."
    if not own and config.dataset == OWN:
        return config.model_copy(update={"dataset": "text"}), (
            "There are no data of your own: open, paste or draw some. Until then the words of the setting are learnt."
        )
    if not own and "text" in asked and "dataset" not in asked and config.dataset != "text":
        return config.model_copy(update={"dataset": "text"}), "The words that were given are learnt."
    return config, ""


def report(trainer: SequenceTrainer) -> Report:
    """What it writes by itself, and how counting models do on the same text."""
    task = trainer.task
    if not isinstance(task, NextLetter):
        return Report(())
    text, cell = task.text, trainer.config.cells[-1]
    network = trainer.learners[cell].network
    start = text.codes[:1]
    length = min(len(text.codes) - 1, 200) if task.whole else 200
    if text.lines:
        start = np.array([text.alphabet.index("\n")])
    temperature = 0.0 if task.whole else 0.7
    rng = np.random.default_rng(trainer.config.seed)
    written = generate(network, start, length, temperature=temperature, rng=rng)[0]
    generated = "".join(text.alphabet[code] for code in (*start, *written))
    bits = counting_bits(text)
    rows = tuple((f"{memory} letters", float(value)) for memory, value in zip(MEMORIES, bits, strict=False))
    counted = {f"counting_{memory}": float(value) for memory, value in zip(MEMORIES, bits, strict=False)}
    return Report(
        ("counting model with a memory of", "held-out bits a letter") if rows else (),
        rows,
        metrics=counted,
        further=(ReportTable(("it writes",), ((generated.lstrip("\n"),),)),),
        results={"generated": generated.lstrip("\n")},
    )


MODEL = Model(
    name="sequence",
    title="Sequence",
    summary="A recurrent network reads letter by letter, or value by value, and says what comes next.",
    config=SequenceConfig,
    trainer=SequenceTrainer,
    load=load,
    open_data=open_data,
    presets=PRESETS,
    metrics=METRICS,
    suited=suited,
    report=report,
    cycle="update",
    length="updates",
    task=frozenset({"dataset", "text", "country", "delay", "items"}),
)
