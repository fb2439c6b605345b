"""Recall without a window: run it at full speed, then say what came of it in pictures made of text and in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.base import Report
from models.data.pictures.patterns import render
from models.hopfield.config import HopfieldConfig, load
from models.hopfield.energy import WORDS
from models.hopfield.fixed_points import LARGEST, fixed_points
from models.hopfield.recall import missed_by_picks
from models.hopfield.trainer import HopfieldSnapshot, HopfieldTrainer

LIBRARY_PROBES = ((0, 1), (1, 2), (2, 1))
"""The library's probes: (pattern, number of leading bits that are flipped)."""


def recall(trainer: HopfieldTrainer) -> HopfieldTrainer:
    """Do all updates of a recall at full speed, and return it; raises DataError when nothing is stored."""
    trainer.advance(trainer.config.n_iter)
    return trainer


def run(config: HopfieldConfig) -> tuple[HopfieldTrainer, ...]:
    """Recall without a window: one finished trainer; for the library's patterns three, one per probe.

    Raises DataError when nothing is stored.
    """
    data = load(config)
    configs = [config]
    if config.patterns == "library":
        n = data.patterns.shape[1]
        configs = [config.model_copy(update={"digit": d, "corruption_rate": k / n}) for d, k in LIBRARY_PROBES]
    return tuple(recall(HopfieldTrainer(each, data)) for each in configs)


def report(trainer: HopfieldTrainer) -> Report:
    """What a recall found, in pictures and numbers; the library's patterns are recalled from all three probes.

    See `rows` and `metrics`.
    """
    trainers = run(trainer.config) if trainer.config.patterns == "library" else (trainer,)
    return Report(("damaged", "recalled"), rows(trainers), metrics(trainers))


def metrics(trainers: tuple[HopfieldTrainer, ...]) -> dict[str, Any]:
    """What `run` found, ready for JSON.

    For one recall `recovered` (bool), `overlap`, `energy_start`, `energy_end`, `updates` and `verdict`. For several,
    `recovered` counts them, the other numbers are means and `probes` lists each; `fixed_points` is their number.
    """
    each = [_metrics(trainer.snapshot()) for trainer in trainers]
    if len(each) == 1:
        return each[0]
    together: dict[str, Any] = {"recovered": sum(one["recovered"] for one in each)}
    for name in ("overlap", "energy_start", "energy_end", "updates"):
        together[name] = float(np.mean([one[name] for one in each]))
    return together | {"fixed_points": _count_fixed_points(trainers[0].snapshot()), "probes": each}


def rows(trainers: tuple[HopfieldTrainer, ...]) -> tuple[tuple[str | None, str | None], ...]:
    """What `run` found: damaged and recalled pictures side by side, a row for each line of pixels (█ and spaces).

    Behind each pair come sentences about it, with nothing beside them.
    """
    found = [row for trainer in trainers for row in _rows(trainer.snapshot())]
    if len(trainers) > 1:
        recovered = sum(trainer.verdict() == "recovered" for trainer in trainers)
        count = _count_fixed_points(trainers[0].snapshot())
        found.append(
            (f"{recovered} of {len(trainers)} probes recovered; the memory has {count} fixed points in all.", None)
        )
    return tuple(found)


def _metrics(snapshot: HopfieldSnapshot) -> dict[str, Any]:
    return {
        "recovered": snapshot.verdict == "recovered",
        "overlap": snapshot.overlap,
        "energy_start": snapshot.energy_start,
        "energy_end": snapshot.energy,
        "updates": snapshot.updates,
        "verdict": snapshot.verdict,
    }


def _rows(snapshot: HopfieldSnapshot) -> list[tuple[str | None, str | None]]:
    start, end = (render(pixels, snapshot.shape).split("\n") for pixels in (snapshot.start, snapshot.state))
    sentences = [
        WORDS[snapshot.verdict],
        f"overlap {snapshot.overlap:.3f} · energy {snapshot.energy_start:.3f} → {snapshot.energy:.3f} · "
        f"{snapshot.updates} {'update' if snapshot.updates == 1 else 'updates'}",
        _why_pixels_are_missed(snapshot),
    ]
    return [*zip(start, end, strict=True), *((sentence, None) for sentence in sentences if sentence)]


def _why_pixels_are_missed(snapshot: HopfieldSnapshot) -> str:
    """Picks with replacement leave pixels out: how many, and what that does to the chance of a complete repair."""
    if snapshot.config.update != "with-replacement" or snapshot.weights is None or snapshot.target is None:
        return ""
    picks, neurons = snapshot.config.n_iter, len(snapshot.state)
    damaged = int((snapshot.start != snapshot.target).sum())
    missed, chance = missed_by_picks(neurons, damaged, picks)
    return (
        f"Why: {picks} picks with replacement leave out each of the {neurons} pixels with probability {missed:.1%}, so "
        f"all {damaged} damaged ones are visited in about {chance:.0%} of runs. A sweep visits every pixel once."
    )


def _count_fixed_points(snapshot: HopfieldSnapshot) -> int | None:
    """Number of fixed points, or None where there are no weights or too many pixels to try all pictures."""
    if snapshot.weights is None or len(snapshot.state) > LARGEST:
        return None
    return len(fixed_points(snapshot.weights, snapshot.config.zero_field))
