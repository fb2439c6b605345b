"""The planar data sets: what they are drawn from, that they are seeded, and that bad points are refused in words."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError, DataError
from models.data.points.sets import BOUNDARY_SETS, MIXTURE_SETS, REGRESSION_SETS, PointSet, blobs, make_points, split
from models.data.points.tables import standardised

ALL = sorted({*MIXTURE_SETS, *BOUNDARY_SETS})


def make(name, per_class=100, noise=1.0, seed=0, **more):
    return make_points(name, per_class, noise, np.random.default_rng(seed), **more)


@pytest.mark.parametrize("name", ALL)
def test_every_set_is_seeded_read_only_and_complete(name):
    data = make(name, seed=5)
    np.testing.assert_array_equal(data.points, make(name, seed=5).points)
    assert not np.array_equal(data.points, make(name, seed=6).points)
    assert data.points.shape[1] == 2
    assert data.points.dtype == np.float64
    with pytest.raises(ValueError, match="read-only"):
        data.points[0, 0] = 1.0
    if name in BOUNDARY_SETS:
        assert (data.targets is not None) == (name in REGRESSION_SETS)
        assert (data.labels is None) == (name in REGRESSION_SETS)
    if data.labels is not None and name != "unequal":
        assert set(np.bincount(data.labels)) == {100}


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("per_class", [1, 2, 7])
def test_small_sets_without_noise_exist(name, per_class):
    assert len(make(name, per_class, noise=0.0)) >= per_class


@pytest.mark.parametrize("name", ["original", "anisotropic", "unequal", "blobs"])
def test_clusters_have_the_moments_of_their_truth(name):
    data = make(name, 20_000, noise=1.5, seed=1)
    for k in range(data.truth.count):
        members = data.points[data.labels == k]
        # 4 standard errors of a mean; covariances to 8 % of the larger variance
        error = 4 * np.sqrt(np.diag(data.truth.covariances[k]) / len(members))
        assert np.all(np.abs(members.mean(axis=0) - data.truth.means[k]) < error)
        largest = data.truth.covariances[k].max()
        np.testing.assert_allclose(np.cov(members.T), data.truth.covariances[k], atol=0.08 * largest)


def test_the_originals_clusters_are_exact():
    truth = make("original").truth
    np.testing.assert_array_equal(truth.means, [[2, 1], [4, 6], [7, 3]])
    np.testing.assert_array_equal(truth.covariances[0], [[1, 0.7], [0.7, 1]])
    np.testing.assert_array_equal(truth.covariances[2], [[2, 0.2], [0.2, 2]])
    assert len(make("original", 200)) == 600


def test_two_gaussians_has_the_published_bayes_accuracy():
    data = make("two-gaussians", 50_000)

    def density(centres, sigma):
        squared = ((data.points[:, None] - centres) ** 2).sum(axis=2)
        return (np.exp(-squared / (2 * sigma**2)) / sigma**2).mean(axis=1)

    says_a = density(np.array([[-1, 0.3], [1, 0.3]]), 0.2) > density(np.array([[0, -0.1]]), 0.3)
    assert np.mean(says_a == (data.labels == 0)) == pytest.approx(0.978, abs=0.002)


def test_noise_multiplies_the_scatter():
    still, twice, once = (make("two-gaussians", 50, noise) for noise in (0.0, 2.0, 1.0))
    np.testing.assert_allclose(twice.points - still.points, 2 * (once.points - still.points), atol=1e-12)
    np.testing.assert_array_equal(np.unique(still.points, axis=0), [[-1, 0.3], [0, -0.1], [1, 0.3]])


@pytest.mark.parametrize("classes", [2, 3, 4, 5, 6])
def test_blobs_have_as_many_classes_as_asked_for(classes):
    data = make("blobs", 10, classes=classes)
    assert set(data.labels) == set(range(classes))
    assert len(data.class_names) == classes


def test_split_is_disjoint_complete_and_has_every_class():
    data = make("blobs", 3, classes=6)
    train, held_out = split(data, 0.75, np.random.default_rng(1))
    together = np.concatenate([train.points, held_out.points])
    np.testing.assert_array_equal(np.unique(together, axis=0), np.unique(data.points, axis=0))
    assert set(train.labels) == set(held_out.labels) == set(range(6))
    train, held_out = split(make("two-gaussians"), 0.75, np.random.default_rng(1))
    assert (len(train), len(held_out)) == (150, 50)


def test_bad_points_and_sizes_are_refused_in_words():
    with pytest.raises(DataError, match="Point 2 has the coordinate inf"):
        PointSet(np.array([[0, 0], [np.inf, 1]]))
    with pytest.raises(DataError, match="Point 1 has the coordinate nan"):
        PointSet(np.array([[0, np.nan]]))
    with pytest.raises(DataError, match="1 labels"):
        PointSet(np.zeros((2, 2)), labels=np.array([0]), class_names=("A",))
    with pytest.raises(DataError, match="Labels run from 0 to 0"):
        PointSet(np.zeros((2, 2)), labels=np.array([0, 1]), class_names=("A",))
    with pytest.raises(ConfigError, match="2 to 6 classes"):
        blobs(10, 1.0, np.random.default_rng(0), classes=7)
    with pytest.raises(ConfigError, match="no data set “cloud”"):
        make("cloud")
    with pytest.raises(ConfigError, match="at least one point"):
        make("xor", 0)


@pytest.mark.parametrize(
    ("centre", "spread", "decimals"),
    [(0, 1, 3), (0.5, 5, 2), (100, 50, 1), (-3, 2, 4), (6e6, 1e5, 0), (2e-6, 1e-6, 9), (1e12, 1e9, -3)],
)
def test_standardised_numbers_get_back_the_digits_that_they_had(centre, spread, decimals):
    numbers = np.round(np.random.default_rng(0).normal(centre, spread, (2000, 2)), decimals)
    data = standardised(PointSet(numbers))
    np.testing.assert_array_equal(data.original(data.points), numbers)
    np.testing.assert_array_equal(data.original(data.points[3]), numbers[3])
    assert data.original(np.empty((0, 2))).shape == (0, 2)
