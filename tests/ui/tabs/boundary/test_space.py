"""The hidden space shows where every point has gone, at every step, and its range stays while all of it fits."""

from __future__ import annotations

import numpy as np

from models.boundary.config import BoundaryConfig
from models.boundary.data import load_points
from models.boundary.maps import hidden_space
from models.boundary.trainer import BoundaryTrainer
from ui.tabs.boundary.space import HiddenSpacePage


def test_all_points_are_in_view_at_every_step(qtbot):
    page = HiddenSpacePage()
    qtbot.addWidget(page)
    page.resize(420, 360)
    page.show()
    config = BoundaryConfig(
        dataset="circles", points_per_class=30, hidden=(8, 2), activation=("relu",), learning_rate=0.1, epochs=50
    )
    trainer = BoundaryTrainer(config, load_points(config))
    ranges = set()
    for _ in range(120):
        trainer.step()
        seen = trainer.snapshot()
        page.show_space(seen, (-1, 1, -1, 1))
        points = hidden_space(seen, 1).points
        (left, right), (bottom, top) = page.view.view_box.viewRange()
        low, high = points.min(axis=0), points.max(axis=0)
        assert (low >= [left, bottom]).all()
        assert (high <= [right, top]).all()
        ranges.add((left, right, bottom, top))
    assert len(ranges) < 100  # it is calm
    assert np.isfinite(list(ranges)).all()
