"""The Hopfield network as the playground knows it: its presets, what it measures, and what it has to say at the end."""

from __future__ import annotations

from collections.abc import Mapping

from models.base import MetricSpec, Model, Preset
from models.hopfield.config import HopfieldConfig, load
from models.hopfield.report import report
from models.hopfield.trainer import HopfieldTrainer

_TEN = tuple(range(10))

PRESETS: Mapping[str, Preset] = {
    "original": Preset(
        HopfieldConfig(),
        "One stored digit, a fifth of its pixels flipped: a single sweep over the pixels repairs it.",
        watch="the picture come back, and the energy fall",
    ),
    "original-with-replacement": Preset(
        HopfieldConfig(update="with-replacement", n_iter=1000),
        "The same with 1,000 random picks: some damaged pixels are never picked, and two runs in three stay imperfect.",
        watch="which damaged pixels are left at the end",
    ),
    "ten-digits": Preset(
        HopfieldConfig(store=_TEN),
        "Ten digits by Hebb's rule: they look too much alike, and recall ends in a mixture of them.",
        watch="which digits can be seen in what is recalled",
    ),
    "ten-digits-storkey": Preset(
        HopfieldConfig(store=_TEN, rule="storkey"),
        "Ten digits by Storkey's rule, which takes off part of what they have in common.",
    ),
    "ten-digits-pseudo-inverse": Preset(
        HopfieldConfig(store=_TEN, rule="pseudo-inverse"),
        "Ten digits by the pseudo-inverse: what they have in common is taken off, and each comes back.",
    ),
    "ten-digits-modern": Preset(
        HopfieldConfig(store=_TEN, rule="modern"),
        "Ten digits in a modern network: the first update compares, finds the best match and shows it.",
        watch="how much the first update changes, and how little the next",
    ),
    "alphabet": Preset(
        HopfieldConfig(patterns="letters", store=tuple(range(26)), digit=7, rule="pseudo-inverse"),
        "The whole alphabet by the pseudo-inverse.",
    ),
    "handwriting": Preset(
        HopfieldConfig(patterns="mnist", count=1000, rule="modern", corruption_rate=0.25),
        "A thousand handwritten digits in a modern network, a quarter of the pixels flipped.",
    ),
    "to-and-fro": Preset(
        HopfieldConfig(corruption_rate=0.5, update="sync"),
        "Half of the pixels flipped, all updated at once: nothing of the digit is left, and two pictures take turns.",
        watch="the picture flip from one update to the next",
    ),
    "warm": Preset(
        HopfieldConfig(store=_TEN, rule="pseudo-inverse", update="stochastic", temperature=0.3, n_iter=5000),
        "Stochastic updates at a temperature: pixels flicker, and turning the heat down freezes them into a digit.",
        watch="how restless the pixels are at this temperature",
    ),
    "library": Preset(
        HopfieldConfig(
            patterns="library",
            store=(0, 1, 2),
            digit=1,
            corruption="first-pixels",
            corruption_rate=0.25,
            diagonal="kept",
            zero_field="up",
        ),
        "Three patterns of eight pixels with the diagonal kept; two wrong bits end in a spurious state.",
    ),
    "own": Preset(
        HopfieldConfig(patterns="own", rule="pseudo-inverse"), "An empty memory: draw, store, damage, recall."
    ),
}

MODEL = Model(
    name="hopfield",
    title="Hopfield",
    summary="A memory that repairs damaged pictures by rolling downhill in an energy.",
    config=HopfieldConfig,
    trainer=HopfieldTrainer,
    load=load,
    presets=PRESETS,
    metrics=(
        MetricSpec("energy", "energy", "energy", anew=True),
        MetricSpec("overlap", "overlap with the pattern", "overlap", better="higher", anew=True),
        MetricSpec("flips", "pixels changed", "pixels changed", anew=True),
    ),
    report=report,
    verb="Recall",
    doing="Recalling",
    cycle="sweep",
    task=frozenset({"patterns", "size", "rule", "update", "updates_per_step"}),
)
