from __future__ import annotations

import numpy as np
import pytest

from models.base import DataError
from models.data.pictures.patterns import digits, random_patterns
from models.hopfield.recall import is_fixed_point
from models.hopfield.storage import RULES, hebb, pseudo_inverse, store, storkey

RNG_SEED = 7


@pytest.fixture
def patterns() -> np.ndarray:
    return random_patterns(5, 24, np.random.default_rng(RNG_SEED))


def test_hebb_is_the_sum_of_outer_products(patterns: np.ndarray) -> None:
    expected = sum(np.outer(p, p) for p in patterns.astype(float)) / 24
    np.testing.assert_allclose(hebb(patterns), expected, rtol=0, atol=1e-15)


def test_storkey_is_the_published_sum_written_out(patterns: np.ndarray) -> None:
    n = patterns.shape[1]
    w = np.zeros((n, n))
    for xi in patterns.astype(float):
        h = np.array([[sum(w[i, k] * xi[k] for k in range(n) if k not in (i, j)) for j in range(n)] for i in range(n)])
        w = w + (np.outer(xi, xi) - xi[:, None] * h.T - h * xi[None, :]) / n
    np.testing.assert_allclose(storkey(patterns), w, atol=1e-12)


def test_the_pseudo_inverse_is_a_projection_onto_the_patterns(patterns: np.ndarray) -> None:
    w = pseudo_inverse(patterns)
    np.testing.assert_allclose(w @ w, w, atol=1e-12)
    np.testing.assert_allclose(w @ patterns.T, patterns.T, atol=1e-12)
    np.testing.assert_allclose(w, np.linalg.pinv(patterns.astype(float)) @ patterns, atol=1e-12)


def test_the_pseudo_inverse_copes_with_dependent_patterns(patterns: np.ndarray) -> None:
    twice = np.concatenate([patterns, -patterns[:2]])
    np.testing.assert_allclose(pseudo_inverse(twice), pseudo_inverse(patterns), atol=1e-12)


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("diagonal", ["zero", "kept"])
def test_weights_are_symmetric_and_a_single_pattern_is_a_fixed_point(rule: str, diagonal: str) -> None:
    three = digits().patterns[3:4]
    w = store(three, rule, diagonal)
    np.testing.assert_allclose(w, w.T, atol=1e-15)
    assert (np.diagonal(w) == 0).all() == (diagonal == "zero")
    assert is_fixed_point(w, three).all()


def test_storkey_holds_more_than_hebb() -> None:
    patterns = random_patterns(25, 100, np.random.default_rng(0))
    stable = {rule: is_fixed_point(store(patterns, rule), patterns).mean() for rule in RULES}
    assert stable["hebb"] < stable["storkey"] <= stable["pseudo-inverse"] == 1.0


@pytest.mark.parametrize("rule", RULES)
def test_storing_nothing_is_refused(rule: str) -> None:
    with pytest.raises(DataError, match="nothing to store"):
        store(np.empty((0, 8)), rule)
