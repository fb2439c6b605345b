from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.data.pictures.patterns import digits, random_patterns
from models.hopfield import energy as en
from models.hopfield import modern
from models.hopfield.corruption import CORRUPTIONS, flip
from models.hopfield.recall import (
    glauber_thresholds,
    missed_by_picks,
    update_all,
    update_in_order,
    update_one_by_one,
    without_repeats,
)
from models.hopfield.storage import store

memories = st.fixed_dictionaries(
    {
        "neurons": st.integers(4, 150),
        "stored": st.integers(1, 12),
        "rule": st.sampled_from(["hebb", "storkey", "pseudo-inverse"]),
        "diagonal": st.sampled_from(["zero", "kept"]),
        "zero_field": st.sampled_from(["keep", "up"]),
        "seed": st.integers(0, 2**20),
    }
)


def built(m: dict) -> tuple[np.ndarray, np.ndarray, np.random.Generator]:
    """Weights, a random state, and a generator; one-coloured coin flips get one pixel turned."""
    rng = np.random.default_rng(m["seed"])
    patterns = random_patterns(m["stored"], m["neurons"], rng)
    patterns[:, 0], patterns[:, 1] = 1, -1
    state = random_patterns(1, m["neurons"], rng)[0].astype(float)
    return store(patterns, m["rule"], m["diagonal"]), state, rng


def by_sign(w: np.ndarray, state: np.ndarray, order: np.ndarray, zero_field: str, thresholds=None) -> int:
    """s_i ← sign(h_i), as textbooks write it."""
    flips = 0
    for k, i in enumerate(order):
        field = w[i] @ state
        if thresholds is not None:
            new = 1.0 if field > thresholds[k] else -1.0
        elif abs(field) < en.ZERO:
            new = state[i] if zero_field == "keep" else 1.0
        else:
            new = np.sign(field)
        flips += new != state[i]
        state[i] = new
    return flips


@given(memories, st.booleans())
@settings(max_examples=50, deadline=None)
def test_the_plain_version_sets_each_pixel_to_the_sign_of_its_field(m: dict, stochastic: bool) -> None:
    w, state, rng = built(m)
    expected = state.copy()
    order = rng.integers(m["neurons"], size=2 * m["neurons"])  # some several times, some never
    thresholds = glauber_thresholds(rng.random(len(order)), 0.5) if stochastic else None
    flips = by_sign(w, expected, order, m["zero_field"], thresholds)
    assert update_one_by_one(w, state, order, m["zero_field"], thresholds) == flips
    np.testing.assert_array_equal(state, expected)


@given(memories, st.booleans())
@settings(max_examples=150, deadline=None)
def test_deciding_in_blocks_equals_the_plain_version(m: dict, stochastic: bool) -> None:
    w, state, rng = built(m)
    fields, expected = w @ state, state.copy()
    for _ in range(3):
        order = rng.permutation(m["neurons"])
        thresholds = glauber_thresholds(rng.random(m["neurons"]), 0.5) if stochastic else None
        flips, last = update_in_order(w, state, fields, order, m["zero_field"], thresholds)
        assert flips == update_one_by_one(w, expected, order, m["zero_field"], thresholds)
        np.testing.assert_array_equal(state, expected)
        np.testing.assert_allclose(fields, w @ state, atol=1e-10)
        assert (last == 0) == (flips == 0)


@given(memories)
@settings(max_examples=100, deadline=None)
def test_energy_never_rises_in_asynchronous_recall(m: dict) -> None:
    w, state, rng = built(m)
    w = np.where(
        np.eye(len(w), dtype=bool), np.maximum(w, 0), w
    )  # the theorem asks for a diagonal that is not negative
    fields, before = w @ state, en.energy(w, state)
    for pixel in np.concatenate([rng.permutation(m["neurons"]) for _ in range(2)]):
        update_in_order(w, state, fields, np.array([pixel]), m["zero_field"])
        now = en.energy(w, state)
        assert now <= before + 1e-9
        before = now


@given(st.integers(1, 20), st.integers(4, 100), st.floats(0.01, 5), st.integers(0, 2**20))
@settings(max_examples=60, deadline=None)
def test_modern_energy_never_rises_and_is_not_negative(stored: int, n: int, beta: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    xi = random_patterns(stored, n, rng).astype(float)
    state, before = random_patterns(1, n, rng)[0].astype(float), np.inf
    for _ in range(6):
        now = modern.energy(xi, state, beta)
        assert -1e-9 <= now <= before + 1e-9
        state, before = modern.update(xi, state, beta), now


def test_modern_energy_falls_along_the_update() -> None:
    """The update is where the energy's gradient is zero apart from ξ itself: ∇E = ξ − Ξᵀ softmax(βΞξ)."""
    rng = np.random.default_rng(0)
    xi, state, beta = random_patterns(4, 9, rng).astype(float), rng.normal(size=9), 0.3
    steps = 1e-6 * np.eye(9)
    gradient = [(modern.energy(xi, state + d, beta) - modern.energy(xi, state - d, beta)) / 2e-6 for d in steps]
    np.testing.assert_allclose(gradient, state - modern.update(xi, state, beta), atol=1e-7)


@pytest.mark.parametrize("diagonal", ["zero", "kept"])
def test_hebbs_fields_follow_from_the_overlaps(diagonal: str) -> None:
    patterns = digits().patterns
    state = flip(patterns[3], 0.3, np.random.default_rng(0)).astype(float)
    expected = store(patterns, "hebb", diagonal) @ state
    np.testing.assert_allclose(en.hebb_fields(patterns.astype(float), state, diagonal), expected, atol=1e-13)


def test_energy_changes_by_twice_the_field_of_the_flipped_pixel() -> None:
    w = store(digits().patterns)
    state = digits().patterns[3].astype(float)
    field, before = w[5] @ state, en.energy(w, state)
    state[5] *= -1
    assert en.energy(w, state) - before == pytest.approx(-2 * state[5] * field)


def test_picks_are_cut_before_a_pixel_comes_twice() -> None:
    pieces = [piece.tolist() for piece in without_repeats(np.array([1, 2, 1, 3, 2, 2]))]
    assert pieces == [[1, 2], [1, 3, 2], [2]]


def test_glauber_thresholds_give_the_published_probability() -> None:
    rng = np.random.default_rng(0)
    field, temperature = 0.3, 0.7
    on = (field > glauber_thresholds(rng.random(200_000), temperature)).mean()
    assert on == pytest.approx(1 / (1 + np.exp(-2 * field / temperature)), abs=0.004)
    assert (glauber_thresholds(np.array([0.0, 0.3, 0.999]), 0.0) == 0).all()  # no heat: the sign of the field


def test_synchronous_updates_can_swing_to_and_fro() -> None:
    w = np.array([[0.0, 1.0], [1.0, 0.0]])
    state = np.array([1.0, -1.0])
    swung = update_all(w @ state, state)
    np.testing.assert_array_equal(swung, -state)
    np.testing.assert_array_equal(update_all(w @ swung, swung), state)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.2, 0.25, 0.45, 1.0])
def test_flip_changes_an_exact_number_of_pixels(rate: float) -> None:
    three = digits().patterns[3]
    assert (flip(three, rate, np.random.default_rng(0)) != three).sum() == int(256 * rate)


def test_other_corruptions() -> None:
    three, rng = digits().patterns[3], np.random.default_rng(0)
    assert (CORRUPTIONS["blank-half"](three, 0.2, rng)[128:] == -1).all()
    assert (CORRUPTIONS["blank-half"](three, 0.2, rng)[:128] == three[:128]).all()
    assert (CORRUPTIONS["first-pixels"](three, 0.1, rng) != three).nonzero()[0].tolist() == list(range(25))
    flipped = [(CORRUPTIONS["noise"](three, 0.2, rng) != three).mean() for _ in range(200)]
    assert np.mean(flipped) == pytest.approx(0.2, abs=0.01)
    assert np.std(flipped) == pytest.approx((0.2 * 0.8 / 256) ** 0.5, rel=0.2)


def test_verdicts() -> None:
    stored = digits().patterns
    assert en.judge(stored, stored[3], stored[3]) == "recovered"
    assert en.judge(stored, stored[3], None) == "recovered"
    assert en.judge(stored, -stored[3], stored[3]) == "inverse"
    assert en.judge(stored, stored[4], stored[3]) == "other pattern"
    assert en.judge(stored, np.sign(stored[[0, 1, 2]].sum(axis=0)), stored[0]) == "spurious"


def test_chance_that_random_picks_reach_every_damaged_pixel() -> None:
    missed, chance = missed_by_picks(256, 51, 1000)
    assert missed == pytest.approx(0.01997, abs=1e-4)
    rng = np.random.default_rng(0)
    complete = [set(range(51)) <= set(rng.integers(256, size=1000).tolist()) for _ in range(4000)]
    assert chance == pytest.approx(np.mean(complete), abs=0.03)
