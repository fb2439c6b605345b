"""The user's own points, in the Boundary and the Mixture tab, are the same bits after everything: saving and reopening,
Reset, a look at the past, a branch, undo; and they are left only when the user says so."""

from __future__ import annotations

import numpy as np
import pytest
from hands import change, tick
from waiting import settle

from models.boundary.config import BoundaryConfig
from models.mixture.config import MixtureConfig
from models.registry import get_model
from playground.engine.experiment import data_of, read
from ui.tabs.boundary.tab import BoundaryTab
from ui.tabs.mixture.tab import MixtureTab

ROWS = np.random.default_rng(5).normal([170, 60, 3], [10, 8, 1], (40, 3))
TABLE = "height,weight,age,kind\n" + "\n".join(
    f"{h!r},{w!r},{a!r},{'ab'[k % 2]}" for k, (h, w, a) in enumerate(ROWS.tolist())
)
SMALL = {
    "boundary": BoundaryConfig(dataset="circles", points_per_class=20, hidden=(4,), epochs=100_000, seed=3),
    "mixture": MixtureConfig(points_per_cluster=20, start="k-means++", tolerance=0.0, max_iterations=10_000),
}


@pytest.fixture(params=["boundary", "mixture"])
def tab(request, qtbot):
    kind = {"boundary": BoundaryTab, "mixture": MixtureTab}[request.param]
    tab = kind(get_model(request.param))
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.shutdown())
    tab.resize(1280, 640)
    tab.show()
    settle(tab, qtbot)
    tab.form.set_config(SMALL[request.param])
    tab.session.reset(SMALL[request.param])
    settle(tab, qtbot)
    tab.speed.set_pace(None)
    return tab


boundary_only = pytest.mark.parametrize("tab", ["boundary"], indirect=True)


def saved(tab, qtbot, path):
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(path)
    return path


def opened(tab, qtbot, path):
    """Another run in between, so that nothing is left of the old one but its file."""
    tab.choose_preset(list(tab.model.presets)[1])
    settle(tab, qtbot)
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(path)
    settle(tab, qtbot)


def reset(tab, qtbot):
    tab.reset()
    settle(tab, qtbot)


def use_table(tab, qtbot, folder, text=TABLE, name="people.csv", **columns):
    """Open a table through the dialog, with columns chosen there."""
    path = folder / name
    path.write_text(text)
    tab.panel.open_table(path)
    qtbot.waitUntil(lambda: tab.panel.dialog is not None)
    dialog = tab.panel.dialog
    for box, column in columns.items():
        field = getattr(dialog, f"{box}_box")
        field.setCurrentIndex(field.findData(column))
    assert dialog.points is not None, dialog.problem.text()
    dialog.accept()
    settle(tab, qtbot)
    return path


def seen(tab):
    """All that is known about the points that are shown, as bytes and words."""
    snapshot = tab.shown
    found = {"points": snapshot.points.tobytes(), "axes": (tab.view.x_axis.name, tab.view.y_axis.name)}
    for name in ("labels", "targets", "held_out", "centre", "scale"):
        array = getattr(snapshot, name, None)
        found[name] = None if array is None else array.tobytes()
    return found | {"button": tab.back_button.text() if tab.back_button.isVisible() else ""}


def learnt(tab):
    """The model behind them, as bytes."""
    snapshot = tab.shown
    return snapshot.parameters.tobytes() if hasattr(snapshot, "parameters") else snapshot.mixture.means.tobytes()


# What stays the same -------------------------------------------------------------------------------------------------


def test_chosen_columns_are_kept_by_the_file_itself(tab, qtbot, tmp_path):
    table = use_table(tab, qtbot, tmp_path, x="age", y="weight")
    before = seen(tab)
    assert "age" in before["axes"][0]
    path = saved(tab, qtbot, tmp_path / "run.npz")
    table.unlink()  # it is not needed any more
    data = data_of(read(path))
    assert data.axis_names == ("age", "weight")
    assert data.points.tobytes() == before["points"]
    opened(tab, qtbot, path)
    assert seen(tab) == before
    reset(tab, qtbot)
    assert seen(tab) == before


def test_reset_starts_again_on_the_same_points_and_to_the_same_bits(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    before, untrained = seen(tab), learnt(tab)
    tab.step()
    settle(tab, qtbot)
    after = learnt(tab)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    assert learnt(tab) == after
    reset(tab, qtbot)
    assert (seen(tab), learnt(tab)) == (before, untrained)
    tab.step()
    settle(tab, qtbot)
    assert learnt(tab) == after
    reset(tab, qtbot)
    assert (seen(tab), learnt(tab)) == (before, untrained)


def test_an_edited_table_survives_saving_reopening_and_reset(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    tab.session.step(3)
    settle(tab, qtbot)
    tab.view.editor.move([2], (0.3, 0.1))
    settle(tab, qtbot)
    tab.session.step(3)
    settle(tab, qtbot)
    before, then = seen(tab), learnt(tab)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    assert (seen(tab), learnt(tab)) == (before, then)
    reset(tab, qtbot)
    assert seen(tab) == before
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "again.npz"))
    assert seen(tab) == before
    reset(tab, qtbot)
    assert seen(tab) == before


def test_points_edited_while_it_trains(tab, qtbot, tmp_path):
    tab.session.play()
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.step > 5)
    tab.view.editor.add([(0.25, 0.75)])
    tab.view.editor.move([0, 3], (0.125, -0.25))
    points = tab.view.points
    qtbot.waitUntil(lambda: np.array_equal(tab.shown.points, points))
    tab.session.pause()
    settle(tab, qtbot)
    before, then = seen(tab), learnt(tab)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    assert (seen(tab), learnt(tab)) == (before, then)
    assert before["button"]
    tab.session.step(4)
    settle(tab, qtbot)
    on = learnt(tab)
    opened(tab, qtbot, tmp_path / "run.npz")
    tab.session.step(4)
    settle(tab, qtbot)
    assert learnt(tab) == on
    reset(tab, qtbot)
    assert seen(tab) == before


def test_a_reset_right_behind_an_edit_has_the_edit(tab, qtbot):
    tab.session.play()
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.step > 5)
    tab.view.editor.move([0], (0.125, -0.25))
    points = tab.view.points
    reset(tab, qtbot)
    assert np.array_equal(tab.shown.points, points)


@boundary_only
def test_a_refused_change_is_not_what_the_next_run_begins_with(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    before = seen(tab)
    tab.view.editor.move([0], (1e5, 0.0))
    settle(tab, qtbot)
    qtbot.waitUntil(tab.banner.isVisible)  # the news of a failure and the news of its end come by different ways
    assert seen(tab) == before
    reset(tab, qtbot)
    assert seen(tab) == before


def test_a_table_is_written_as_it_was_read(tab, qtbot, tmp_path):
    rows = np.round(ROWS[:, :2], 1)
    text = "height,weight,label\n" + "\n".join(f"{h},{w},{'ab'[k % 2]}" for k, (h, w) in enumerate(rows.tolist()))
    path = tmp_path / "in.csv"
    path.write_text(text)
    tab.panel.open_table(path)
    tab.panel.dialog.standardise.setChecked(True)
    tab.panel.dialog.accept()
    settle(tab, qtbot)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    tab.save_drawing(tmp_path / "out.csv")
    found = (tmp_path / "out.csv").read_text().splitlines()
    kept = text.splitlines() if tab.model.name == "boundary" else [row.rpartition(",")[0] for row in text.splitlines()]
    assert sorted(found) == sorted(kept)


# The past ------------------------------------------------------------------------------------------------------------


def test_reset_uses_the_points_that_are_shown_also_in_the_past(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    first = seen(tab)
    tab.session.step(3)
    settle(tab, qtbot)
    tab.view.editor.add([(0.5, 0.5)])
    settle(tab, qtbot)
    edited = seen(tab)
    tab.session.step(3)
    settle(tab, qtbot)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    tab.session.seek(1)
    settle(tab, qtbot)
    assert seen(tab) == first
    tab.session.seek(5)
    settle(tab, qtbot)
    assert seen(tab) == edited
    tab.session.seek(1)
    settle(tab, qtbot)
    tab.session.branch(play=False)
    settle(tab, qtbot)
    reset(tab, qtbot)
    assert seen(tab) == first


def test_before_the_first_edit_the_points_are_those_of_the_settings(tab, qtbot, tmp_path):
    first = seen(tab)
    tab.session.step(3)
    settle(tab, qtbot)
    tab.view.editor.add([(0.5, 0.5)])
    settle(tab, qtbot)
    tab.session.step(2)
    settle(tab, qtbot)
    tab.session.seek(0)
    settle(tab, qtbot)
    assert seen(tab) == first
    assert not first["button"]
    assert tab.session.data is None
    tab.session.seek(5)
    settle(tab, qtbot)
    assert seen(tab)["button"]
    assert len(tab.session.data) == len(tab.shown.points)
    tab.session.seek(0)
    settle(tab, qtbot)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    assert seen(tab) == first
    reset(tab, qtbot)
    assert seen(tab) == first


def test_undo_brings_back_the_same_bits(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    first = seen(tab)
    tab.view.editor.move([1, 2, 3], (0.1, 0.1))
    settle(tab, qtbot)
    tab.view.editor.remove([0, 5])
    settle(tab, qtbot)
    removed = seen(tab)
    tab.view.editor.undo()
    tab.view.editor.undo()
    settle(tab, qtbot)
    assert seen(tab) == first
    tab.view.editor.redo()
    tab.view.editor.redo()
    settle(tab, qtbot)
    assert seen(tab) == removed
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    reset(tab, qtbot)
    assert seen(tab) == removed


# Leaving them --------------------------------------------------------------------------------------------------------


def test_the_data_set_can_be_used_again_after_reopening(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    own = tab.shown.points
    tab.use_data_set()
    settle(tab, qtbot)
    assert tab.session.data is None
    assert not tab.back_button.isVisible()
    assert not np.array_equal(tab.shown.points, own)
    reset(tab, qtbot)
    assert tab.session.data is None
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "left.npz"))
    assert tab.session.data is None


def test_a_file_that_another_tab_has_opened_means_the_same_here(tab, qtbot, tmp_path):
    path = use_table(tab, qtbot, tmp_path)
    tab.panel.save_table(tmp_path / "out.csv")
    other = {"boundary": MixtureTab, "mixture": BoundaryTab}[tab.model.name]
    second = other(get_model("mixture" if tab.model.name == "boundary" else "boundary"))
    qtbot.addWidget(second, before_close_func=lambda tab: tab.shutdown())
    second.resize(1280, 640)
    second.show()
    settle(second, qtbot)
    before = seen(tab)
    use_table(second, qtbot, path.parent)
    assert len(second.shown.points) == 40
    assert seen(tab) == before


# Boundary only -------------------------------------------------------------------------------------------------------


@boundary_only
def test_own_values_are_named_as_own_points(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path, x="height", y="weight", target="age")
    assert tab.shown.regression
    assert tab.session.status.config.dataset == "own"
    before = seen(tab)
    assert before["button"]
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    assert seen(tab) == before
    assert tab.form.config().dataset == "own"
    reset(tab, qtbot)
    assert seen(tab) == before


@boundary_only
def test_held_out_points_stay_held_out(tab, qtbot, tmp_path):
    tab.view.editor.select([0, 1])
    tick(tab.panel.held_out_box, True)
    settle(tab, qtbot)
    before = seen(tab)
    assert tab.shown.held_out[:2].all()
    reset(tab, qtbot)
    assert seen(tab) == before
    tab.run_bar.seed.setValue(9)
    settle(tab, qtbot)
    assert seen(tab) == before
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    reset(tab, qtbot)
    assert seen(tab) == before


@boundary_only
def test_marks_are_not_lost_when_an_older_picture_comes_before_the_next_change(tab, qtbot):
    older = tab.shown
    first = int(np.flatnonzero(~older.held_out)[0])
    tab.view.editor.select([first])
    tick(tab.panel.held_out_box, True)
    tab.show_snapshot(older)
    tab.view.editor.add([(0.5, 0.5)])
    settle(tab, qtbot)
    assert tab.shown.held_out[first]
    assert len(tab.shown.points) == len(older.points) + 1


@boundary_only
def test_a_cleared_plane_is_kept_as_well(tab, qtbot, tmp_path):
    tab.view.editor.clear()
    settle(tab, qtbot)
    reset(tab, qtbot)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    assert len(tab.shown.points) == 0
    reset(tab, qtbot)
    assert len(tab.shown.points) == 0
    assert tab.back_button.isVisible()


@boundary_only
def test_another_training_share_deals_own_points_anew(tab, qtbot, tmp_path):
    use_table(tab, qtbot, tmp_path)
    change(tab, train_share=0.5)
    settle(tab, qtbot)
    data, held_out = tab.shown.data, tab.shown.held_out
    assert held_out.mean() == 0.5
    np.testing.assert_allclose(data.points[~held_out].mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(np.sort(data.original(data.points), axis=0), np.sort(ROWS[:, :2], axis=0), rtol=1e-14)


# Mixture only --------------------------------------------------------------------------------------------------------


def test_more_points_than_are_shown_are_all_kept(qtbot, tmp_path):
    tab = MixtureTab(get_model("mixture"))
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.shutdown())
    tab.resize(1280, 640)
    tab.show()
    settle(tab, qtbot)
    many = np.random.default_rng(0).normal(size=(20_500, 2))
    text = "a,b\n" + "\n".join(f"{x!r},{y!r}" for x, y in many.tolist())
    use_table(tab, qtbot, tmp_path, text)
    opened(tab, qtbot, saved(tab, qtbot, tmp_path / "run.npz"))
    reset(tab, qtbot)
    assert tab.shown.point_count == 20_500
    assert tab.session.data.points.tobytes() == many.tobytes()
    tab.panel.save_table(tmp_path / "out.csv")
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 20_501
