"""What a tab with points gets by default: here of a model that looks for the mean of each class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest
from hands import LEFT, click, press
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget
from waiting import settle

from models import registry
from models.base import MetricSpec, Model, Preset, Snapshot
from models.config import Config, setting
from models.data.points.own import open_points
from models.data.points.sets import PointSet
from models.data.points.trainer import PointTrainer
from models.state import in_place, number
from ui.points.canvas import PointCanvas
from ui.shell.point_tab import PointTab

TABLE = "height,weight,kind\n" + "\n".join(f"{150 + i},{50 + 2 * i},{'ab'[i % 2]}" for i in range(12))


class MeansConfig(Config):
    """Which points, and how fast."""

    dataset: Literal["near", "far"] = setting("near", "Which points.", group="Data")
    pace: float = setting(0.5, "How much of the way is gone at a step.", live=True, ge=0, le=1)


@dataclass(frozen=True)
class MeansSnapshot(Snapshot):
    """Points and means (C, 2)."""

    data: PointSet
    means: np.ndarray


class Means(PointTrainer[MeansConfig, MeansSnapshot]):
    """Every mean walks to those points of its class that are not held out."""

    learns_answers = True
    holds_out = True

    def __init__(self, config, data):
        self.config = config
        self.use_points(data)
        self.means = np.zeros((len(data.class_names), 2))

    @property
    def epoch(self):
        """Steps."""
        return float(self.step_count)

    @property
    def done(self):
        """Never."""
        return False

    def step(self):
        """Go part of the way."""
        moved = 0.0
        for label, mean in enumerate(self.means):
            own = self.data.points[(self.data.labels == label) & ~self.data.held_out]
            if len(own):
                by = self.config.pace * (own.mean(axis=0) - mean)
                mean += by
                moved += float(np.abs(by).max())
        self.step_count += 1
        return {"moved": moved}

    def snapshot(self):
        """Now."""
        return MeansSnapshot(self.step_count, self.epoch, self.data, self.means.copy())

    def fields(self):
        """The means; the points are there already."""
        return (*super().fields(), in_place("means", self.means), number(self, "step_count", low=0))


def load(config):
    """Five points of each class, the last of each held out."""
    at = {"near": 1.0, "far": 5.0}[config.dataset]
    points = np.array([(side * at + 0.1 * k, 0.2 * k) for side in (-1, 1) for k in range(5)])
    data = PointSet(points, np.repeat([0, 1], 5), class_names=("left", "right"))
    return data.dealt(np.tile([False] * 4 + [True], 2))


MODEL = Model(
    name="means",
    title="Means",
    summary="Means walk to the points of their classes.",
    config=MeansConfig,
    trainer=Means,
    load=load,
    presets={"near": Preset(MeansConfig(), "Two groups.")},
    metrics=(MetricSpec("moved", "way of the means", plot="way"),),
    open_data=open_points,
)


class MeansTab(PointTab):
    """A plane, and what stands on it."""

    def make_canvas(self) -> PointCanvas:
        self.view = PointCanvas(classes=("left", "right"))
        return self.view

    def show_snapshot(self, snapshot: Snapshot) -> None:
        super().show_snapshot(snapshot)
        assert isinstance(snapshot, MeansSnapshot)
        self.view.set_handles(snapshot.means)


@pytest.fixture
def tab(qtbot, monkeypatch):
    monkeypatch.setitem(registry.MODELS, "means", __name__)  # files name their model
    tab = MeansTab(MODEL)
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.shutdown())
    tab.resize(1000, 600)
    tab.show()
    settle(tab, qtbot, "untrained")
    return tab


def data(tab):
    """The points that the model has."""
    return tab.session.snapshot.data


def hints(tab):
    return [label.text() for label in tab.view.findChildren(QLabel) if label.isVisible()]


def use_table(tab, qtbot, folder, text=TABLE):
    path = folder / "people.csv"
    path.write_text(text)
    tab.open_data([path])
    QTest.mouseClick(tab.panel.dialog.ok, LEFT)
    settle(tab, qtbot)


def test_the_points_are_in_view_in_their_classes(tab):
    np.testing.assert_array_equal(tab.view.points, data(tab).points)
    left, right = tab.view.view[0]
    assert left < tab.view.points[:, 0].min() < tab.view.points[:, 0].max() < right
    assert tab.panel.class_box.itemText(1) == "right"
    assert not tab.back_button.isVisible()


def test_a_point_that_is_added_is_learnt_from_and_makes_the_points_ones_own(tab, qtbot):
    press(tab, "Add points")
    click(tab.view, 0.0, 0.5)
    settle(tab, qtbot)
    assert len(data(tab)) == 11
    np.testing.assert_array_equal(data(tab).held_out[:10], load(MeansConfig()).held_out)
    assert not data(tab).held_out[10]
    assert tab.back_button.text() == "Leave own points"
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert len(data(tab)) == 11
    press(tab, "Leave own points")
    settle(tab, qtbot)
    assert len(data(tab)) == 10
    assert not tab.back_button.isVisible()


def test_held_out_marks_go_with_their_points(tab, qtbot):
    tab.view.editor.remove([0, 1, 2])
    settle(tab, qtbot)
    assert np.flatnonzero(data(tab).held_out).tolist() == [1, 6]
    press(tab, "Undo")
    settle(tab, qtbot)
    np.testing.assert_array_equal(data(tab).held_out, load(MeansConfig()).held_out)


def test_a_table_names_the_axes_and_is_kept_by_its_file(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    assert data(tab).class_names == ("a", "b")
    assert (tab.view.x_axis.name, tab.view.y_axis.name) == ("height", "weight")
    assert tab.back_button.text() == "Leave people.csv"
    tab.step()
    settle(tab, qtbot)
    then = tab.session.snapshot
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(tmp_path / "run.npz")
    tab.choose_preset("near")
    settle(tab, qtbot)
    assert len(data(tab)) == 10
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(tmp_path / "run.npz")
    settle(tab, qtbot)
    np.testing.assert_array_equal(data(tab).points, then.data.points)
    np.testing.assert_array_equal(tab.session.snapshot.means, then.means)
    assert tab.back_button.text() == "Leave people.csv"


def test_another_data_set_leaves_own_points(tab, qtbot):
    tab.view.editor.add([(0.0, 0.0)], 1)
    settle(tab, qtbot)
    tab.form.set_config(MeansConfig(dataset="far"))
    tab.reset()
    settle(tab, qtbot)
    assert len(data(tab)) == 10
    assert data(tab).points[0, 0] == -5


def test_without_points_it_waits_and_says_so(tab, qtbot):
    tab.step()
    settle(tab, qtbot)
    press(tab, "Clear")
    assert "Click into the plane to add some, or open a table of points." in hints(tab)
    tab.step()
    assert "There are no points" in tab.banner.text
    settle(tab, qtbot)
    assert tab.session.status.head == 1
    click(tab.view, 0.3, 0.3)  # the tool that adds points is in hand
    settle(tab, qtbot)
    assert len(data(tab)) == 1
    tab.step()
    settle(tab, qtbot)
    assert tab.session.status.head == 2


def test_looking_back_shows_the_points_of_that_time(tab, qtbot):
    tab.step()
    settle(tab, qtbot)
    tab.view.editor.move([0], (0.5, 0.5))
    settle(tab, qtbot)
    tab.step()
    settle(tab, qtbot)
    tab.session.seek(1)
    settle(tab, qtbot)
    tab.session.seek(0)
    settle(tab, qtbot)
    np.testing.assert_array_equal(tab.view.points, load(MeansConfig()).points)


class NoCanvas(PointTab):
    """Forgets what every such tab needs."""


class NoPanel(PointTab):
    """Builds a stage of its own and forgets the panel."""

    def make_stage(self):
        return QWidget()


@pytest.mark.parametrize(
    ("kind", "error", "what"),
    [(NoCanvas, NotImplementedError, "NoCanvas needs make_canvas"), (NoPanel, TypeError, "has to set self.panel")],
)
def test_what_a_tab_lacks_is_named(qtbot, kind, error, what):
    with pytest.raises(error, match=what):
        kind(MODEL)


def test_a_snapshot_without_points_is_named(tab):
    with pytest.raises(TypeError, match="Snapshot has no `data`"):
        tab.points_in(Snapshot(0, 0.0))
