"""The user's own points are in the experiment file itself: it opens without the table, and so does its past."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.base import DataError
from models.boundary.config import BoundaryConfig
from models.data.points.edits import RemovePoints
from models.data.points.own import OwnPoints, same_points
from models.mixture.config import MixtureConfig
from models.registry import get_model
from playground.engine import experiment
from playground.engine.experiment import Experiment, data_of, read, resume, saved_origin, write
from playground.engine.run import Run
from playground.engine.timeline import Checkpoint

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
    write(path, Experiment(model, run.recording(checkpoint_bytes), saved_origin(data)))
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


# Once in a file -----------------------------------------------------------------------------------------------------


def many_points(tmp_path, count=5000):
    """A table of one's own with so many points."""
    path = tmp_path / "many.csv"
    rows = np.random.default_rng(1).normal(0, 1, (count, 2))
    path.write_text("x,y,kind\n" + "\n".join(f"{x},{y},{'ab'[k % 2]}" for k, (x, y) in enumerate(rows)))
    return path


@pytest.mark.parametrize("name", list(CONFIGS))
def test_points_of_ones_own_are_stored_once_however_many_checkpoints_refer_to_them(name, tmp_path):
    model = get_model(name)
    config = CONFIGS[name]
    if name == "boundary":
        config = config.model_copy(update={"batch_size": 500})
    data = model.open_data([many_points(tmp_path)])
    run = Run(model.trainer(config, data))
    run.timeline.add(Checkpoint(0, run._state(), pinned=True))
    for step in range(1, 21):
        advance(run, 1)
        run.timeline.add(Checkpoint(step, run._state()))
    assert len(run.timeline.checkpoints) == 21
    path = tmp_path / f"{name}.npz"
    sizes = []
    for checkpoints in (run.timeline.checkpoints[:1], run.timeline.checkpoints):
        recording = replace(run.recording(), checkpoints=checkpoints)
        write(path, Experiment(model, recording, saved_origin(data)))
        sizes.append(path.stat().st_size)
    points = data.points.nbytes
    own = sum(field.read().nbytes for field in run.trainer.fields() if field.data)
    rest = [field.read().nbytes for field in run.trainer.fields() if not field.data]
    assert own >= points
    assert sizes[1] - sizes[0] < 20 * sum(size + 450 for size in rest)  # an array's names and headers take 450 bytes
    opened = resume(read(path), data_of(read(path)))
    held = {id(checkpoint.state["points"]) for checkpoint in opened.timeline.checkpoints}
    assert len(held) == 1  # in memory as well
    for step in (0, 7, 20):
        assert same_points(go(opened, step), go(run, step))


def test_checkpoints_share_the_points_in_memory_even_after_a_journey(tmp_path):
    model = get_model("mixture")
    data = model.open_data([many_points(tmp_path)])
    run = advance(Run(model.trainer(CONFIGS["mixture"], data)), 3)
    go(run, 1)
    go(run, 3)
    advance(run, 2)
    go(run, 0)
    checkpoints = run.timeline.checkpoints
    assert len(checkpoints) > 2
    assert len({id(checkpoint.state["points"]) for checkpoint in checkpoints}) == 1
    assert (
        run.timeline.size
        < checkpoints[0].size
        + sum(checkpoint.size - checkpoint.state["points"].nbytes for checkpoint in checkpoints[1:])
        + 1
    )
    go(run, run.head)
    change(run)  # other points from here on
    advance(run, 1)
    assert len({id(checkpoint.state["points"]) for checkpoint in run.timeline.checkpoints}) == 2


def rewrite(path, change):
    with np.load(path, allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    metadata = json.loads(arrays.pop("metadata").tobytes())
    change(metadata, arrays)
    arrays["metadata"] = np.frombuffer(json.dumps(metadata).encode(), np.uint8)
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda metadata, _: metadata["data"].append(99), "of which the file holds 0"),
        (lambda metadata, _: metadata["checkpoints"][0]["data"].append(0), "of one state twice"),
        (lambda metadata, _: metadata["data"].clear(), "own points|no “points”|damaged"),
        (lambda metadata, _: metadata.update(data=[-1]), "greater than or equal to 0|must be|at least"),
        (lambda metadata, _: metadata.update(data=[0] * 101), "100"),
        (lambda _, arrays: arrays.update({"data/0/second": np.zeros(3)}), "of which the file holds 2"),
        (lambda _, arrays: arrays.pop("data/0/points"), "of which the file holds 0"),
        (lambda _, arrays: arrays.update({"data/0/points": np.full((40, 2), np.nan)}), "coordinate nan"),
        (lambda _, arrays: arrays.update({"state/points": np.zeros((40, 2))}), "of one state twice"),
    ],
)
def test_a_damaged_reference_is_refused_in_a_sentence(change, words, table, tmp_path):
    model = get_model("mixture")
    data = model.open_data([table])
    run = Run(model.trainer(CONFIGS["mixture"], data), own_data=True)
    save(path := tmp_path / "mixture-1.npz", advance(run, 4), data)
    rewrite(path, change)
    with pytest.raises(DataError, match=words) as caught:
        resume(read(path), data_of(read(path)))
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_data_that_many_states_refer_to_count_for_each_of_them(table, tmp_path, monkeypatch):
    """Going through all states copies the points every time: a small file must not ask for hours of it."""
    model = get_model("mixture")
    data = model.open_data([table])
    run = Run(model.trainer(CONFIGS["mixture"], data), own_data=True)
    save(path := tmp_path / "mixture-1.npz", advance(run, 4), data)
    monkeypatch.setattr(experiment, "LARGEST", 200_000)
    read(path)

    def many(metadata, _):
        metadata["checkpoints"] = metadata["checkpoints"][:1] * 900

    rewrite(path, many)
    with pytest.raises(DataError, match="its states take more than"):
        read(path)
