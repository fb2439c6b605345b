"""The user's own points are in the experiment file itself: it opens without the table, and so does its past."""

from __future__ import annotations

import numpy as np
import pytest

from models.base import DataError
from models.boundary.config import BoundaryConfig
from models.data.points.edits import RemovePoints
from models.data.points.own import OwnPoints, same_points
from models.mixture.config import MixtureConfig
from models.registry import get_model
from playground.engine import experiment
from playground.engine.experiment import Experiment, data_of, origin_of, read, resume, write
from playground.engine.run import Run

CONFIGS = {
    "boundary": BoundaryConfig(dataset="own", classes=2, hidden=(4,), epochs=1000, seed=3),
    "mixture": MixtureConfig(start="k-means++", tolerance=0.0, max_iterations=1000),
}


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "people.csv"
    rows = np.random.default_rng(0).normal([170, 60], [10, 8], (40, 2)).tolist()
    path.write_text("height,weight,kind\n" + "\n".join(f"{h},{w},{'ab'[k % 2]}" for k, (h, w) in enumerate(rows)))
    return path


def advance(run, steps):
    run.advance(steps)
    while run.work(1.0):
        pass
    return run


def go(run, step):
    run.seek(step)
    while run.work(1.0):
        pass
    return run.snapshot().data


def change(run):
    """Two points less."""
    run.edit(RemovePoints((0, 1)))


def save(path, run, data, checkpoint_bytes=experiment.CHECKPOINT_BYTES):
    model = get_model(path.stem.split("-")[0])
    write(path, Experiment(model, run.recording(checkpoint_bytes), origin_of(data)))
    return read(path)


@pytest.mark.parametrize("name", list(CONFIGS))
@pytest.mark.parametrize("checkpoint_bytes", [0, experiment.CHECKPOINT_BYTES])
def test_a_run_of_the_command_line_goes_on_without_its_table(name, checkpoint_bytes, table, tmp_path):
    """It knows nothing of own data: its recording need not hold the first step."""
    model = get_model(name)
    data = model.open_data([table])
    run = advance(Run(model.trainer(CONFIGS[name], data)), 6)
    saved = save(tmp_path / f"{name}-1.npz", run, data, checkpoint_bytes)
    table.unlink()
    first = data_of(saved)
    assert isinstance(first, OwnPoints)
    assert (first.name, first.table, first.axis_names) == ("people.csv", True, ("height", "weight"))
    opened = resume(saved, first)
    expected, found = advance(run, 5).trainer.state(), advance(opened, 5).trainer.state()
    for key, array in expected.items():
        np.testing.assert_array_equal(found[key], array, err_msg=key)
    before = go(opened, 0)
    assert same_points(before, go(run, 0))

    go(opened, opened.head)
    change(opened)
    advance(opened, 4)
    after = opened.snapshot().data
    again = resume(saved := save(tmp_path / f"{name}-2.npz", opened, first, checkpoint_bytes), data_of(saved))
    assert same_points(again.snapshot().data, after)
    assert same_points(go(again, 0), before)
    assert same_points(go(again, again.head), after)


@pytest.mark.parametrize("name", list(CONFIGS))
def test_damaged_own_points_are_a_sentence(name, table, tmp_path):
    model = get_model(name)
    data = model.open_data([table])
    run = Run(model.trainer(CONFIGS[name], data), own_data=True)
    saved = save(tmp_path / f"{name}-1.npz", run, data)
    for state in (saved.recording.state, *(checkpoint.state for checkpoint in saved.recording.checkpoints)):
        state["words"] = np.frombuffer(b"[]", np.uint8)
    with pytest.raises(DataError, match="cannot be read: the file is damaged"):
        data_of(saved)


@pytest.mark.parametrize("name", list(CONFIGS))
def test_points_of_a_data_set_are_made_again_from_the_settings(name, tmp_path):
    model = get_model(name)
    config = model.presets[model.default_preset].config
    data = model.load(config)
    run = advance(Run(model.trainer(config, data)), 3)
    change(run)
    advance(run, 2)
    saved = save(tmp_path / f"{name}-1.npz", run, data)
    assert not isinstance(data_of(saved), OwnPoints)
    again = resume(saved, data_of(saved))
    assert isinstance(again.snapshot().data, OwnPoints)
    assert not isinstance(go(again, 1), OwnPoints)
