from __future__ import annotations

import numpy as np
import pytest

from models.base import TrainingError
from models.nn.clipping import CLIPS, by_norm, by_value
from models.nn.learner import Learner
from models.nn.linear import Linear
from models.nn.losses import MeanSquaredError
from models.nn.network import Network
from models.nn.optimizers import SGD


def test_by_value_and_by_norm():
    gradient = np.array([3.0, -4.0, 0.5])
    by_value(1.0)(gradient)
    assert gradient.tolist() == [1.0, -1.0, 0.5]
    gradient = np.array([3.0, -4.0])
    by_norm(1.0)(gradient)
    assert gradient == pytest.approx([0.6, -0.8])
    by_norm(2.0)(gradient)
    assert gradient == pytest.approx([0.6, -0.8]), "what is short enough stays"
    assert list(CLIPS) == ["norm", "value", "none"]


def test_a_learner_clips_before_it_moves_and_still_refuses_what_is_no_number():
    network = Network([Linear(1, bias=False)], (2,), rng=np.random.default_rng(0))
    learner = Learner(network, MeanSquaredError(), SGD(2))
    learner.clip = by_norm(0.1)
    before = network.parameters.copy()
    x, targets = np.full((1, 2), 100, np.float32), np.zeros((1, 1), np.float32)
    learner.update([(x, targets)], 1, 1.0, step=0)
    assert np.linalg.norm(network.parameters - before) == pytest.approx(0.1, rel=1e-4)
    assert learner.gradient_length > 10
    with pytest.raises(TrainingError):
        learner.update([(x * np.nan, targets)], 1, 1.0, step=1)
