"""A slice of the loss: right heights, directions in proportion, and an honest shadow of the path."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import ConfigError
from models.boundary.data import load_points
from models.boundary.loss_surface import (
    DIRECTIONS,
    Directions,
    loss_function,
    loss_rows,
    project,
    random_directions,
    slice_of,
    weight_directions,
    weight_names,
)
from models.boundary.model import PRESETS
from models.boundary.snapshot import network_of
from models.boundary.trainer import BoundaryTrainer
from models.data.points.edits import RemovePoints


@pytest.fixture
def trainer():
    config = PRESETS["circles"].config
    trainer = BoundaryTrainer(config, load_points(config))
    for _ in range(30):
        trainer.step()
    return trainer


def test_the_middle_is_the_loss_now(trainer):
    seen = trainer.snapshot()
    directions = random_directions(network_of(seen), np.random.default_rng(0))
    rows = list(slice_of(seen, directions, extent=0.5, resolution=5))
    assert [row.row for row in rows] == [0, 1, 2, 3, 4]
    assert [row.b for row in rows] == [-0.5, -0.25, 0, 0.25, 0.5]
    expected = trainer.measure(trainer.training_points)["loss"]
    assert rows[2].losses[2] == pytest.approx(expected, rel=1e-5)


def test_heights_of_a_bowl_are_exact():
    directions = Directions(np.array([1.0, 0, 0]), np.array([0, 2.0, 0]), ("a", "b"))
    rows = list(loss_rows(lambda place: float(place @ place), np.zeros(3), directions, 1.0, 3))
    np.testing.assert_allclose(np.array([row.losses for row in rows]), [[5, 4, 5], [1, 0, 1], [5, 4, 5]])


def test_random_directions_have_each_neurons_length(trainer):
    network = network_of(trainer.snapshot())
    directions = random_directions(network, np.random.default_rng(0))
    offset = 0
    for _, weights in network.named_parameters():
        part = directions.first[offset : offset + weights.size].reshape(weights.shape)
        offset += weights.size
        if weights.ndim == 2:
            np.testing.assert_allclose(np.linalg.norm(part, axis=0), np.linalg.norm(weights, axis=0), rtol=1e-5)
        else:
            assert not part.any()


def test_random_directions_have_nothing_to_do_with_the_first_weights():
    config = PRESETS["spiral"].config
    network = network_of(BoundaryTrainer(config, load_points(config)).snapshot())
    weights = np.concatenate([a.ravel() if a.ndim == 2 else np.zeros(a.size) for _, a in network.named_parameters()])
    directions = random_directions(network, np.random.default_rng((config.seed, DIRECTIONS)))
    for direction in (directions.first, directions.second):
        assert abs(direction @ weights) < 0.5 * np.linalg.norm(direction) * np.linalg.norm(weights)


def test_along_two_weights(trainer):
    network = network_of(trainer.snapshot())
    names = weight_names(network)
    assert names[0] == "w 1→1, layer 1"
    assert len(names) == network.parameters.size
    assert names[-1] == "b 2, layer 2"
    chosen = weight_directions(network, 3, 7)
    assert chosen.names == (names[3], names[7])
    place = np.array(network.parameters)
    place[3] += 0.5
    loss = loss_function(trainer.snapshot())
    middle = list(loss_rows(loss, network.parameters, chosen, 0.5, 3))[1]
    assert middle.losses[2] == pytest.approx(loss(place))
    with pytest.raises(ConfigError, match="two different weights"):
        weight_directions(network, 3, 3)


def test_the_path_is_projected_by_least_squares():
    rng = np.random.default_rng(0)
    first, second, centre = rng.normal(size=(3, 10))
    directions = Directions(first, second, ("a", "b"))
    _, _, rest = np.linalg.svd(np.stack([first, second]))
    path = [centre, centre + 2 * first - 3 * second, centre + first + 4 * rest[-1]]
    found = project(path, centre, directions)
    np.testing.assert_allclose(found.places, [[0, 0], [2, -3], [1, 0]], atol=1e-9)
    np.testing.assert_allclose(found.distance, [0, 0, 4], atol=1e-9)
    assert project([], centre, directions).places.shape == (0, 2)
    with pytest.raises(ConfigError, match="another shape"):
        project([np.zeros(3)], centre, directions)


def test_overflow_is_infinite_and_empty_planes_are_refused(trainer):
    loss = loss_function(trainer.snapshot())
    assert loss(np.full(trainer.network.parameters.size, 3e38, np.float32)) == np.inf
    with pytest.raises(ConfigError, match="odd number"):
        next(loss_rows(loss, np.zeros(3), Directions(np.zeros(3), np.zeros(3), ("", "")), 1.0, 4))
    trainer.edit(RemovePoints(tuple(range(len(trainer.snapshot().points)))))
    with pytest.raises(ConfigError, match="no loss"):
        loss_function(trainer.snapshot())
