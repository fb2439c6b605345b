from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from models.base import ConfigError, DataError, Edit
from models.config import explain
from models.data.pictures.patterns import bits, digits
from models.hopfield.model import (
    MODEL,
    PRESETS,
    Corrupt,
    DeletePattern,
    HopfieldConfig,
    HopfieldTrainer,
    SetProbe,
    StorePattern,
    heat_map,
    load,
    local_field,
    metrics,
    recall,
    report,
    rows,
    run,
)

TEN = tuple(range(10))


def trainer(**settings: Any) -> HopfieldTrainer:
    config = HopfieldConfig(**settings)
    return HopfieldTrainer(config, load(config))


def verdicts(seeds: int, **settings: Any) -> list[str]:
    return [recall(trainer(seed=seed, **settings)).verdict() for seed in range(seeds)]


# What the systems that this goes back to do, measured ----------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.2, 0.45])
def test_one_stored_digit_comes_back_within_two_sweeps_for_every_seed(rate: float) -> None:
    for seed in range(100):
        done = recall(trainer(seed=seed, corruption_rate=rate))
        assert done.verdict() == "recovered"
        assert done.updates <= 2 * 256


@pytest.mark.parametrize(("rate", "expected"), [(0.2, 0.357), (0.4, 0.128)])
def test_a_thousand_picks_with_replacement_restore_only_some(rate: float, expected: float) -> None:
    """(1 − (1 − 1/256)^1000)^51 = .36 for a fifth of the pixels, and .13 for two fifths: pixels are left out."""
    found = verdicts(200, corruption_rate=rate, update="with-replacement", n_iter=1000)
    assert np.mean([verdict == "recovered" for verdict in found]) == pytest.approx(expected, abs=0.1)
    assert set(found) == {"recovered", "not converged"}


def test_three_thousand_picks_with_replacement_restore_all() -> None:
    assert set(verdicts(30, corruption_rate=0.4, update="with-replacement", n_iter=3000)) == {"recovered"}


def test_at_one_half_the_negative_is_as_near_as_the_digit() -> None:
    found = verdicts(60, corruption_rate=0.5)
    assert set(found) == {"recovered", "inverse"}
    assert 15 < found.count("recovered") < 45


@pytest.mark.parametrize(
    ("rule", "least", "most"),
    [("hebb", 0.0, 0.1), ("storkey", 0.1, 0.6), ("pseudo-inverse", 0.95, 1), ("modern", 0.95, 1)],
)
def test_ten_digits_at_a_fifth_flipped(rule: str, least: float, most: float) -> None:
    found = [v for digit in TEN for v in verdicts(3, rule=rule, store=TEN, digit=digit)]
    assert least <= np.mean([verdict == "recovered" for verdict in found]) <= most


def test_a_thousand_handwritten_digits_in_the_modern_network() -> None:
    config = PRESETS["handwriting"].config
    data = load(config)
    assert isinstance(config, HopfieldConfig)
    memory = HopfieldTrainer(config, data)
    found = []
    for index in range(0, 1000, 20):
        memory.edit(SetProbe(data.patterns[index], target=index))
        memory.edit(Corrupt("flip", 0.25, seed=index))
        found.append(recall(memory).verdict())
    assert np.mean([verdict == "recovered" for verdict in found]) >= 0.95


def test_the_librarys_three_probes() -> None:
    for update in ("async", "sync"):
        done = run(PRESETS["library"].config.model_copy(update={"update": update}))
        assert [each.verdict() for each in done] == ["recovered", "spurious", "recovered"]
        assert (done[1].snapshot().state != bits().patterns[1]).sum() == 1
        numbers = metrics(done)
        assert numbers["recovered"] == 2
        assert numbers["fixed_points"] == 14


def test_the_librarys_two_bit_probe_without_a_diagonal_depends_on_the_order() -> None:
    base = PRESETS["library"].config.model_dump() | {"diagonal": "zero"}
    found = verdicts(300, **{k: v for k, v in base.items() if k != "seed"})
    assert found.count("recovered") / 300 == pytest.approx(0.45, abs=0.1)


# Life cycle ----------------------------------------------------------------------------------------------------------

MODES: dict[str, dict[str, Any]] = {
    "async": {"store": TEN},
    "pseudo-inverse": {"store": TEN, "rule": "pseudo-inverse"},
    "with-replacement": {"update": "with-replacement", "n_iter": 900},
    "stochastic": {"update": "stochastic", "n_iter": 900, "temperature": 0.6},
    "many updates a step": {"updates_per_step": 37, "store": TEN, "rule": "storkey"},
    "sync": {"update": "sync", "store": TEN, "corruption_rate": 0.45},
    "modern": {"rule": "modern", "store": TEN, "beta": 0.02, "corruption_rate": 0.3},
}


@pytest.mark.parametrize("mode", MODES)
def test_restoring_goes_on_with_the_same_bits(mode: str) -> None:
    once = trainer(**MODES[mode])
    for _ in range(2 if mode in ("sync", "modern") else 15):
        once.step()
    saved = once.state()
    expected = [once.step() for _ in range(300) if not once.done]
    other = trainer(**MODES[mode])
    other.edit(StorePattern(digits().patterns[9] * -1, "negative"))
    other.restore(saved)
    assert [other.step() for _ in range(300) if not other.done] == expected
    for name, array in once.state().items():
        np.testing.assert_array_equal(other.state()[name], array, err_msg=name)


@pytest.mark.parametrize("mode", ["async", "with-replacement", "stochastic", "sync", "modern"])
def test_single_steps_and_full_speed_do_the_same(mode: str) -> None:
    slow, fast = trainer(**MODES[mode]), recall(trainer(**MODES[mode]))
    while not slow.done:
        slow.step()
    assert slow.updates == fast.updates
    assert slow.verdict() == fast.verdict()
    np.testing.assert_array_equal(slow.snapshot().state, fast.snapshot().state)


def test_metrics_of_a_step_tell_the_truth() -> None:
    t = trainer(store=TEN)
    for _ in range(40):
        numbers = t.step()
        shown = t.snapshot()
        assert shown.weights is not None
        assert numbers["energy"] == pytest.approx(-0.5 * shown.state @ shown.weights @ shown.state)
        assert numbers["overlap"] == pytest.approx(float(shown.state @ digits().patterns[3]) / 256)
        assert numbers["flips"] in (0.0, 1.0)
        assert all(type(value) is float for value in numbers.values())
    assert t.step_count == t.updates == shown.step == 40
    assert shown.last_pixel is not None


def test_snapshots_share_the_memory_but_own_the_moment() -> None:
    t = trainer(store=TEN)
    before = t.snapshot()
    t.step()
    after = t.snapshot()
    assert before.patterns is after.patterns
    assert before.weights is after.weights
    for array in (before.state, before.fields, before.overlaps, before.patterns, before.weights, before.start):
        assert array is not None
        assert not array.flags.writeable
    t.edit(DeletePattern(0))
    assert len(before.patterns) == 10
    assert len(t.snapshot().patterns) == 9


def test_a_cycle_is_found_and_said() -> None:
    done = recall(trainer(corruption_rate=0.5, update="sync")).snapshot()
    assert done.verdict == "cycle"
    assert done.cycle_length == 2
    assert done.updates < 10


def test_too_few_updates_are_said() -> None:
    assert recall(trainer(n_iter=20)).verdict() == "not converged"


def test_a_picture_in_which_no_pixel_wants_to_change_has_converged_however_recall_ended() -> None:
    cold = recall(trainer(store=TEN, update="stochastic", temperature=0.0, n_iter=5000))
    assert cold.verdict() == "spurious"
    free = recall(trainer(store=TEN, update="sync"))
    assert free.verdict() == "spurious"
    assert recall(trainer(store=TEN, update="sync", n_iter=free.updates - 1)).verdict() == "spurious"
    swinging = {"corruption_rate": 0.5, "update": "sync"}
    assert recall(trainer(n_iter=2, **swinging)).verdict() == "not converged"
    assert recall(trainer(n_iter=3, **swinging)).verdict() == "cycle"


def test_raising_the_limit_goes_on() -> None:
    t = recall(trainer(n_iter=20))
    assert t.done
    t.configure(t.config.model_copy(update={"n_iter": 1000}))
    assert t.verdict() == "running"
    assert recall(t).verdict() == "recovered"


def test_settings_of_the_memory_need_a_new_run() -> None:
    t = trainer()
    with pytest.raises(ConfigError, match="rule"):
        t.configure(t.config.model_copy(update={"rule": "modern"}))


def test_heat_shakes_a_settled_picture_and_cold_freezes_it() -> None:
    t = trainer(update="stochastic", temperature=0.0, corruption_rate=0.3, n_iter=3000)
    t.advance(600)
    assert t.snapshot().overlap == 1.0
    t.configure(t.config.model_copy(update={"temperature": 3.0}))
    t.advance(600)
    assert t.snapshot().overlap < 0.7


def test_modern_network_blends_when_beta_is_small() -> None:
    t = recall(trainer(rule="modern", store=TEN, beta=0.001))
    assert t.verdict() == "spurious"
    t.configure(t.config.model_copy(update={"beta": 1.0}))
    assert not t.done
    shown = t.snapshot()
    assert shown.attention is not None
    assert shown.attention.sum() == pytest.approx(1.0)


# By hand -------------------------------------------------------------------------------------------------------------


def test_a_memory_filled_by_drawing() -> None:
    t = trainer(patterns="own", rule="hebb")
    assert t.done
    assert t.verdict() == "nothing stored"
    with pytest.raises(DataError, match="Nothing is stored yet"):
        t.step()
    t.snapshot()
    t.edit(StorePattern(digits().patterns[3], "my three"))
    t.edit(SetProbe(digits().patterns[3], target=0))
    t.edit(Corrupt("flip", 0.3, seed=1))
    assert t.snapshot().labels == ("my three",)
    assert not t.done
    assert recall(t).verdict() == "recovered"
    t.edit(DeletePattern(0))
    assert t.verdict() == "nothing stored"


def test_hundreds_of_drawings_and_back_in_time() -> None:
    t = trainer(patterns="own", rule="modern")
    empty = t.state()
    rng = np.random.default_rng(0)
    for i in range(120):
        t.edit(StorePattern(np.where(rng.random(256) < 0.3, 1, -1), f"drawing {i}"))
    assert t.snapshot().stable.all()
    full = t.state()
    t.restore(empty)
    assert t.verdict() == "nothing stored"
    t.restore(full)
    assert t.snapshot().labels[-1] == "drawing 119"


def test_a_probe_without_a_target_may_end_in_any_pattern() -> None:
    t = trainer(store=TEN, rule="pseudo-inverse")
    probe = digits().patterns[7].copy()
    probe[:20] *= -1
    t.edit(SetProbe(probe))
    done = recall(t).snapshot()
    assert done.verdict == "recovered"
    assert done.target is None
    assert done.overlap == done.overlaps[7] == 1.0


@pytest.mark.parametrize("update", ["flip", "blank-half", "noise", "first-pixels"])
def test_corrupting_starts_a_new_recall_from_the_present_picture(update: str) -> None:
    t = recall(trainer(corruption_rate=0.1))
    t.edit(Corrupt(update, 0.25, seed=3))
    assert t.updates == 0
    changed = (t.snapshot().state != digits().patterns[3]).sum()
    assert changed == 64 or update in ("blank-half", "noise")
    assert recall(t).verdict() == "recovered"


@pytest.mark.parametrize(
    ("edit", "error", "says"),
    [
        (StorePattern(np.ones(256)), DataError, "one colour"),
        (StorePattern(bits().patterns[0]), DataError, "has 8 pixels, but this memory holds pictures of 16×16"),
        (StorePattern(digits().patterns[3]), DataError, "stored already, as “3”"),
        (SetProbe(np.zeros(256)), DataError, "−1"),
        (SetProbe(digits().patterns[0], target=4), ConfigError, "no stored pattern 4"),
        (DeletePattern(-1), ConfigError, "no stored pattern -1"),
        (Corrupt("melt"), ConfigError, "flip, noise"),
        (Corrupt("flip", 1.5), ConfigError, "from 0 to 1"),
        (Edit(), ConfigError, "cannot be edited"),
    ],
)
def test_edits_that_make_no_sense_are_refused_and_change_nothing(edit: Edit, error: type, says: str) -> None:
    t = trainer()
    before = t.state()
    with pytest.raises(error, match=says):
        t.edit(edit)
    for name, array in t.state().items():
        np.testing.assert_array_equal(array, before[name])


def test_damaged_files_are_refused_and_change_nothing() -> None:
    t = trainer(store=TEN)
    good = t.state()
    bad: list[dict[str, Any]] = [
        {name: array for name, array in good.items() if name != "patterns"},
        good | {"patterns": good["patterns"][:, :8]},
        good | {"patterns": good["patterns"] * 2},
        good | {"labels": good["labels"][:3]},
        good | {"state": good["state"][:5]},
        good | {"order": good["order"] + 5},
        good | {"rng": good["rng"][:2]},
        good | {"state": good["state"] * np.nan},
        good | {"state": good["state"] * 7},
        good | {"state": good["state"] * 0.5},
        good | {"anchor": good["anchor"] * 7},
        good | {"fields": good["fields"] * np.inf},
        good | {"uniform": good["uniform"] * np.nan},
    ]
    for state in bad:
        with pytest.raises(DataError):
            t.restore(state)
        for name, array in t.state().items():
            np.testing.assert_array_equal(array, good[name])


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"digit": 10}, "no pattern 10"),
        ({"store": (1, 12)}, "no pattern 12"),
        ({"store": (1, 1)}, "twice"),
        ({"patterns": "mnist", "count": 5, "digit": 5}, "0 to 4"),
        ({"size": 3}, "size"),
        ({"corruption_rate": 1.2}, "corruption"),
    ],
)
def test_settings_that_do_not_fit_are_refused_in_words(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        HopfieldConfig(**settings)
    assert says in explain(caught.value)


# What the window and the command line ask ----------------------------------------------------------------------------


def test_a_list_of_patterns_that_is_not_used_is_not_checked() -> None:
    assert len(trainer(patterns="random", count=5, store=(7, 7)).patterns) == 5


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_to_its_end(name: str) -> None:
    config = PRESETS[name].config
    t = MODEL.trainer(config, MODEL.load(config))
    assert isinstance(t, HopfieldTrainer)
    if name != "own":
        assert recall(t).done
        assert report(t).rows
    t.snapshot()


def test_a_pixels_local_field_with_its_numbers() -> None:
    shown = trainer(store=TEN).snapshot()
    assert shown.weights is not None
    field = local_field(shown, 100)
    assert field.value == pytest.approx(shown.fields[100])
    assert field.terms.sum() == pytest.approx(field.value)
    np.testing.assert_array_equal(field.terms, shown.weights[100] * shown.state)
    assert field.following == np.sign(field.value)
    assert field.formula.startswith("h_100 = Σ_j W_100,j s_j = ")
    assert not re.search("[+·] *−", field.formula)
    assert heat_map(shown).shape == (256, 256)
    assert heat_map(shown, 100).shape == (16, 16)
    with pytest.raises(ConfigError, match="Pixel 256"):
        local_field(shown, 256)


def test_a_pixels_next_value_in_the_modern_network() -> None:
    t = trainer(rule="modern", store=TEN)
    shown = t.snapshot()
    field = local_field(shown, 30)
    t.step()
    assert field.following == pytest.approx(t.snapshot().state[30])
    with pytest.raises(ConfigError, match="no weights"):
        heat_map(shown)


def test_report_shows_both_pictures_and_says_why() -> None:
    done = run(PRESETS["original-with-replacement"].config)
    *pictures, verdict, figures, why = rows(done)
    assert all(left is not None and right is not None for left, right in pictures)
    assert "█" in "".join(left for left, _ in pictures)
    assert "overlap" in figures[0]
    assert "36%" in why[0]
    assert (verdict[1], figures[1], why[1]) == (None, None, None)  # sentences, not cells
    assert set(metrics(done)) >= {"recovered", "overlap", "energy_start", "energy_end", "updates"}


def test_the_report_of_the_library_runs_all_three_probes() -> None:
    config = PRESETS["library"].config
    said = report(HopfieldTrainer(config, load(config)))
    assert said.columns == ("damaged", "recalled")
    assert said.rows[-1] == ("2 of 3 probes recovered; the memory has 14 fixed points in all.", None)
    assert len(said.metrics["probes"]) == 3
