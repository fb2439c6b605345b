"""k-means: Lloyd's two steps never raise the inertia, and k-means++ spreads the centres."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.base import DataError
from models.data.points.sets import make_points
from models.mixture.kmeans import KMeans, kmeans_plus_plus, moved, nearest


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 8), st.integers(1, 3))
def test_inertia_never_rises_and_the_end_is_a_fixed_point(seed, count, dimensions):
    rng = np.random.default_rng(seed)
    points = rng.standard_normal((60, dimensions))
    run = KMeans(points, kmeans_plus_plus(points, count, rng))
    inertia = run.inertia
    while not run.done:
        assert run.step() <= inertia * (1 + 1e-12)
        inertia = run.inertia
    centres = run.centres.copy()
    run.step()
    np.testing.assert_array_equal(run.centres, centres)


def test_labels_are_those_of_the_nearest_centre_whatever_the_chunk():
    rng = np.random.default_rng(0)
    points, centres = rng.standard_normal((50_000, 2)), rng.standard_normal((7, 2))
    labels, distances = nearest(points, centres)
    everything = ((points[:, None] - centres) ** 2).sum(axis=2)
    np.testing.assert_array_equal(labels, everything.argmin(axis=1))
    np.testing.assert_allclose(distances, everything.min(axis=1), rtol=1e-12)


def test_plus_plus_takes_different_points_and_finds_far_clusters():
    points = np.concatenate([np.zeros((50, 2)), np.full((50, 2), 100.0), np.full((2, 2), -100.0)])
    for seed in range(10):
        centres = kmeans_plus_plus(points, 3, np.random.default_rng(seed))
        assert len(np.unique(centres, axis=0)) == 3


def test_plus_plus_says_when_there_are_too_few_different_points():
    with pytest.raises(DataError, match="only 2 different points for 3 clusters"):
        kmeans_plus_plus(np.repeat([[0.0, 0.0], [1.0, 1.0]], 5, axis=0), 3, np.random.default_rng(0))


def test_a_centre_without_points_stays():
    points = np.array([[0.0, 0.0], [1.0, 0.0]])
    centres = np.array([[0.5, 0.0], [9.0, 9.0]])
    np.testing.assert_array_equal(moved(points, np.array([0, 0]), centres), centres)


def test_agrees_with_scikit_learn():
    cluster = pytest.importorskip("sklearn.cluster")
    data = make_points("original", 100, 1.0, np.random.default_rng(3))
    start = data.points[[0, 120, 250]]
    theirs = cluster.KMeans(3, init=start, n_init=1, tol=0, algorithm="lloyd").fit(data.points)
    ours = KMeans(data.points, start)
    while not ours.done:
        ours.step()
    np.testing.assert_allclose(ours.centres, theirs.cluster_centers_, atol=1e-10)
    assert ours.inertia == pytest.approx(theirs.inertia_)
