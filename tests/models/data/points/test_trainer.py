"""What a model on points gets without a line of its own: edits, time travel, own points in files and in new runs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from models.base import ConfigError, DataError, Snapshot
from models.config import Config, setting
from models.data.points.edits import AddPoint, MovePoint, Relabel, RemovePoints, SetPoints
from models.data.points.own import as_own, edited, same_points
from models.data.points.sets import PointSet, make_points
from models.data.points.trainer import PointTrainer
from models.registry import MODELS, get_model
from models.state import in_place, number
from playground.engine.run import Run


class WalkConfig(Config):
    pace: float = setting(0.1, "How much of the way is gone at a step.", live=True, ge=0, le=1)


@dataclass(frozen=True)
class WalkSnapshot(Snapshot):
    data: PointSet
    place: np.ndarray


class Walk(PointTrainer[WalkConfig, WalkSnapshot]):
    """Walks to the mean of the points."""

    def __init__(self, config, data):
        self.config = config
        self.use_points(data)
        self.place = np.zeros(data.dimensions)

    @property
    def epoch(self):
        return float(self.step_count)

    @property
    def done(self):
        return False

    def step(self):
        self.place += self.config.pace * (self.data.points.mean(axis=0) - self.place)
        self.step_count += 1
        return {"distance": float(np.abs(self.data.points.mean(axis=0) - self.place).max())}

    def snapshot(self):
        return WalkSnapshot(self.step_count, self.epoch, self.data, self.place.copy())

    def fields(self):
        return (*super().fields(), in_place("place", self.place), number(self, "step_count", low=0))


class Judge(Walk):
    """Knows classes or values, and holds points out."""

    learns_answers = True
    holds_out = True


def clusters():
    return make_points("original", 5, 1.0, np.random.default_rng(0))


def people():
    data = PointSet(np.arange(20.0).reshape(10, 2), np.arange(10) % 2, class_names=("a", "b"), axis_names=("h", "w"))
    return as_own(data, "people.csv", table=True).dealt(np.arange(10) % 3 == 0)


def finish(run):
    while run.work(1.0):
        pass
    return run.snapshot()


@pytest.mark.parametrize(("kind", "data"), [(Walk, clusters()), (Judge, clusters()), (Judge, people())])
def test_every_change_is_part_of_a_run_that_is_scrubbed(kind, data):
    run = Run(kind(WalkConfig(), data))
    edits = (
        AddPoint(3.0, 4.0, 1),
        MovePoint(0, -9.0, 9.0),
        RemovePoints((1, 2)),
        SetPoints(edited(data, data.points[:7], labels=data.labels[:7])),
    )
    seen = {}
    for edit in edits:
        run.advance(3)
        finish(run)
        run.edit(edit)
        run.advance(2)
        seen[run.position] = finish(run)
    for step in (5, 20, 10, 15):
        run.seek(step)
        found = finish(run)
        assert found.step == step
        assert same_points(found.data, seen[step].data)
        np.testing.assert_array_equal(found.place, seen[step].place)
    run.seek(2)
    assert same_points(finish(run).data, kind(WalkConfig(), data).data)


def test_a_run_goes_on_with_the_points_that_its_state_has():
    straight, other = Walk(WalkConfig(), clusters()), Walk(WalkConfig(), clusters())
    straight.edit(RemovePoints((0, 3)))
    straight.step()
    other.restore(straight.state())
    assert same_points(other.data, straight.data)
    assert [straight.step() for _ in range(3)] == [other.step() for _ in range(3)]


def test_a_new_run_can_be_built_on_the_points_of_a_state():
    trainer = Judge(WalkConfig(), people())
    trainer.edit(MovePoint(2, 1.0, 1.0))
    found = Judge.data_in(WalkConfig(), trainer.state())
    assert same_points(found, trainer.data)
    assert (found.name, found.table, found.axis_names, found.class_names) == (
        "people.csv",
        True,
        ("h", "w"),
        ("a", "b"),
    )
    assert same_points(Judge(WalkConfig(), found).data, found)
    with pytest.raises(DataError, match="no “points”"):
        Judge.data_in(WalkConfig(), {})


def test_what_a_model_does_not_use_is_not_kept():
    walk, judge = Walk(WalkConfig(), people()), Judge(WalkConfig(), clusters())
    assert (walk.data.labels, walk.data.targets, walk.data.held_out) == (None, None, None)
    assert not {"answers", "held_out"} & walk.state().keys()
    assert judge.data.labels.tolist() == clusters().labels.tolist()
    assert not judge.data.held_out.any()  # nobody has dealt them out: all are trained on
    with pytest.raises(DataError, match="nothing to learn"):
        Judge(WalkConfig(), PointSet(np.zeros((3, 2))))


def test_all_that_belongs_to_the_points_is_the_users_own_data_and_nothing_else():
    own = {field.name for field in Judge(WalkConfig(), people()).fields() if field.data}
    assert own == {"points", "answers", "held_out", "words", "centre", "scale"}


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (SetPoints(PointSet(np.zeros((3, 3)), np.zeros(3), class_names=("a", "b"))), "3 coordinates"),
        (SetPoints(PointSet(np.zeros((3, 2)))), "Every point needs a class"),
        (SetPoints(PointSet(np.zeros((3, 2)), targets=np.zeros(3))), "Every point needs a class"),
        (SetPoints(PointSet(np.zeros((3, 2)), np.arange(3), class_names=("a", "b", "c"))), "3 classes, this run has 2"),
        (AddPoint(np.inf, 0), "finite number"),
        (Relabel((10,), 0), "none with number 11"),
        (RemovePoints(tuple(range(10))), "at least 1"),
    ],
)
def test_edits_that_do_not_fit_change_nothing(edit, words):
    trainer = Judge(WalkConfig(), people())
    before = trainer.data
    with pytest.raises(ConfigError, match=words):
        trainer.edit(edit)
    assert trainer.data is before


def test_a_class_without_points_keeps_its_name():
    trainer = Judge(WalkConfig(), people())
    trainer.edit(SetPoints(PointSet(np.zeros((3, 2)), np.zeros(3), class_names=("first",))))
    assert trainer.data.class_names == ("first", "b")
    assert trainer.data.name == "people.csv"


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"points": None}, "no “points”"),
        ({"points": np.zeros((10, 3))}, "“points” in the saved state"),
        ({"points": np.full((10, 2), np.nan)}, "finite number"),
        ({"points": np.zeros((9, 2))}, "do not fit together"),
        ({"answers": np.full(10, 2)}, "Labels run"),
        ({"answers": np.zeros(10)}, "“answers” in the saved state"),
        ({"held_out": np.zeros(3, bool)}, "do not fit together"),
        ({"words": np.frombuffer(b"{", np.uint8)}, "cannot be read"),
        ({"scale": np.full(2, np.inf)}, "standardised with"),
        ({"scale": np.ones(3)}, "standardised with"),
    ],
)
def test_damaged_points_are_refused_and_nothing_changes(damage, words):
    trainer = Judge(WalkConfig(), people())
    trainer.step()
    before = trainer.data, trainer.place.copy()
    state = {name: array for name, array in (trainer.state() | damage).items() if array is not None}
    with pytest.raises(DataError, match=words):
        trainer.restore(state)
    assert trainer.data is before[0]
    np.testing.assert_array_equal(trainer.place, before[1])


def test_every_registered_model_on_points_is_one():
    """Without `data_in` a run would replay on the wrong points without a word."""
    for name in MODELS:
        model = get_model(name)
        data = model.load(model.presets[model.default_preset].config)
        if isinstance(data, PointSet):
            assert issubclass(model.trainer, PointTrainer), name
