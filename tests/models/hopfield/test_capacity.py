from __future__ import annotations

import pytest

from models.base import ConfigError
from models.hopfield.capacity import CapacityPoint, capacity_experiment, default_counts


def final(**settings: object) -> dict[tuple[str, int], CapacityPoint]:
    return {(point.rule, point.stored): point for point in capacity_experiment(**settings)}  # type: ignore[arg-type]


def test_hebb_collapses_where_theory_says_and_the_others_go_on() -> None:
    points = final(neurons=100, counts=(5, 30), trials=15)
    assert points["hebb", 5].rate == 1.0
    assert points["hebb", 30].rate < 0.3
    assert points["pseudo-inverse", 30].rate >= 0.9
    assert points["modern", 30].rate == 1.0


def test_partial_results_come_one_probe_at_a_time_and_repeat_exactly() -> None:
    runs = [list(capacity_experiment(32, ("hebb", "modern"), (2, 6), trials=3, seed=5)) for _ in range(2)]
    assert runs[0] == runs[1]
    assert len(runs[0]) == 2 * 3 * 2
    assert [point.progress for point in runs[0]] == pytest.approx([(i + 1) / 12 for i in range(12)])
    assert runs[0][-1].trials == 3


def test_rules_are_measured_on_the_same_patterns_whoever_else_is_measured() -> None:
    alone = final(neurons=32, rules=("hebb",), counts=(4, 8), trials=5)
    together = final(neurons=32, rules=("modern", "hebb"), counts=(8, 4), trials=5)
    for key, point in alone.items():
        assert point.recalled == together[key].recalled


def test_a_pattern_of_one_colour_is_drawn_again() -> None:
    assert len(list(capacity_experiment(16, ("hebb",), seed=52))) == len(default_counts(16)) * 20


def test_counts_surround_the_critical_load() -> None:
    counts = default_counts(200)
    assert counts[0] >= 1
    assert counts[0] < 0.138 * 200 < counts[-1]
    assert default_counts(16)[0] == 1


def test_nothing_to_measure_is_refused_in_words() -> None:
    for bad in ({"neurons": 4}, {"rules": ()}, {"trials": 0}, {"counts": (0, 3)}):
        with pytest.raises(ConfigError, match="capacity experiment"):
            final(**bad)
