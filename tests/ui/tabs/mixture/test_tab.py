"""The Mixture tab with real events: runs, edits, own points, k-means beside, the comparison, files and bad input."""

import numpy as np
import pytest
from hands import LEFT, change, drag, move_held, spot
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from waiting import quiet, settle

from models.data.points.sets import PointSet
from models.mixture.selection import Selection
from models.registry import get_model
from ui.tabs.mixture.tab import CALM, MixtureTab
from ui.widgets import theme
from ui.widgets.numbers import short

SQUARE = np.array([[0, 0], [0, 1], [1, 0], [1, 1], [5, 5], [5, 6], [6, 5], [6, 6]], float)
BLOBS = np.concatenate([np.random.default_rng(k).normal(4 * k, 1.0, (15, 2)) for k in range(3)])


@pytest.fixture
def tab(qtbot):
    tab = MixtureTab(get_model("mixture"))
    qtbot.addWidget(tab, before_close_func=lambda tab: tab.shutdown())
    tab.resize(1280, 640)
    tab.show()
    tab.speed.set_pace(None)
    settle(tab, qtbot, "untrained")
    return tab


def finished(tab, qtbot):
    tab.session.play()
    settle(tab, qtbot, "finished")


def use(tab, qtbot, points, name="a.csv", **known):
    tab.use_points(PointSet(points, **known), name)
    settle(tab, qtbot, "untrained")


def test_it_begins_calmly():
    assert CALM <= 5


def test_the_original_converges_and_says_what_it_does(tab, qtbot):
    assert "no point belongs" in tab.words.text()
    tab.session.step()
    settle(tab, qtbot, "paused")
    assert "E-step" in tab.words.text()
    tab.session.step()
    qtbot.waitUntil(lambda: "M-step 1" in tab.words.text())
    finished(tab, qtbot)
    assert "Converged" in tab.words.text()
    assert tab.table.rowCount() == 9
    assert tab.table.item(0, 1).text().startswith("0.")
    assert tab.table.item(2, 0).text() == "error"


def test_an_error_stands_across_the_columns_it_is_about(tab, qtbot):
    match = next(match for match in tab.shown.matches if match.estimated == 0)
    assert tab.table.item(2, 2).text() == f"|Δμ| {match.mean_error:.3f}"
    assert tab.table.item(2, 4).text() == f"max |ΔΣ| {match.covariance_error:.3f}"
    assert (tab.table.columnSpan(2, 2), tab.table.columnSpan(2, 4)) == (2, 3)
    assert "distance" in tab.truth_note.text()
    tab.use_components(5)
    qtbot.waitUntil(lambda: tab.session.settled and tab.shown.mixture.count == 5)
    tab.session.pause()
    qtbot.waitUntil(lambda: tab.session.settled)
    rows = [tab.table.item(row, 0).text() for row in range(tab.table.rowCount())]
    assert rows.count("error") == 3
    for row, name in enumerate(rows):
        assert tab.table.columnSpan(row, 2) == (2 if name == "error" else 1)
    assert tab.truth_note.text().startswith("There are 3 true components")


def test_points_take_the_colours_of_their_shares(tab, qtbot):
    finished(tab, qtbot)
    tab.view.finish()
    shown = tab.view.editor.looks.colors
    palette = np.array([theme.current().class_color(k).getRgb()[:3] for k in range(3)])
    np.testing.assert_allclose(shown, tab.shown.responsibilities @ palette, atol=1)


def test_clicking_a_point_explains_its_shares(tab, qtbot):
    finished(tab, qtbot)
    at = tab.view.points[0]
    QTest.mouseClick(tab.view.viewport(), LEFT, pos=spot(tab.view, *at))
    assert tab.pages.currentWidget() is tab.explanation
    picked = tab.picked
    table = tab.explanation.table
    gammas = [float(table.item(k, 5).text()) for k in range(3)]
    np.testing.assert_allclose(gammas, tab.shown.responsibilities[picked], atol=0.001)
    assert r"\gamma_" in tab.explanation.numbers.latex
    tab.explanation.grab()


def test_a_dragged_mean_goes_on_from_there(tab, qtbot):
    finished(tab, qtbot)
    steps = tab.session.status.head
    mean = tab.shown.mixture.means[0]
    drag(tab.view, mean, mean + np.array([2.0, 2.0]))
    qtbot.waitUntil(lambda: tab.session.status.head > steps)
    settle(tab, qtbot, "finished")


def test_a_mean_that_is_dragged_out_of_its_cluster_finds_back(tab, qtbot):
    finished(tab, qtbot)
    steps, likelihood = tab.session.status.head, tab.shown.log_likelihood
    (_, right), (bottom, _) = tab.view.view
    mean = tab.shown.mixture.means[1]
    said = []
    tab.told.connect(said.append)
    drag(tab.view, mean, (right - 0.1, bottom + 0.1))
    qtbot.waitUntil(lambda: tab.session.status.head > steps)
    settle(tab, qtbot, "finished")
    assert tab.shown.log_likelihood == pytest.approx(likelihood, abs=1e-3)
    assert any("as wide as all points seen from there" in words for words in said)


@pytest.mark.parametrize("unit", [1e-9, 1e-4])
def test_points_in_small_units_have_numbers_that_can_be_read(tab, qtbot, unit):
    use(tab, qtbot, BLOBS * unit)
    assert tab.session.status.config.regularisation_unit == "variance"
    finished(tab, qtbot)
    cells = [tab.table.item(k, column).text() for k in range(3) for column in range(2, 7)]
    assert all(sum(letter.isdigit() for letter in cell.split("e")[0]) >= 2 for cell in cells)
    room = min(tab.table.columnWidth(column) for column in range(2, 7))
    longest = max(tab.table.fontMetrics().horizontalAdvance(cell) for cell in cells)
    assert longest + 6 <= room or unit < 1e-6  # there the tooltips help
    assert float(tab.table.item(0, 2).toolTip().replace("−", "-")) == pytest.approx(
        tab.shown.mixture.means[0][0], rel=1e-5
    )
    means = np.sort(tab.shown.mixture.means[:, 0]) / unit
    np.testing.assert_allclose(means, [0, 4, 8], atol=0.8)
    (left, right), _ = tab.view.view
    assert right - left < 50 * unit
    tab.view.pick(0, (0.0, 0.0))
    assert "e−" in tab.explanation.heading.text()
    densities = [tab.explanation.table.item(k, 3).text() for k in range(3)]
    assert all(len(text) <= 9 for text in densities)


def test_a_point_far_from_all_others_is_named_and_the_clusters_are_seen(tab, qtbot):
    use(tab, qtbot, np.concatenate([BLOBS, [[1e6, 1e6]]]))
    (left, right), _ = tab.view.view
    assert right - left < 100
    finished(tab, qtbot)
    assert "point 46 set aside" in tab.words.text()
    assert "point 46 set aside" in tab.words.toolTip()
    np.testing.assert_allclose(np.sort(tab.shown.mixture.means[:, 0]), [0, 4, 8], atol=0.8)
    tab.view.finish()
    assert tuple(tab.view.editor.looks.colors[45]) == theme.current().muted.getRgb()[:3]
    tab.view.pick(45, (0.0, 0.0))
    assert "set aside" in tab.explanation.note.text()
    change(tab, kmeans_beside=True)
    qtbot.waitUntil(lambda: tab.kmeans.isVisible())
    tab.kmeans.fit()
    (left, right), _ = tab.kmeans.view
    assert right - left < 100


def test_a_repair_is_said_where_it_happened(tab, qtbot):
    change(tab, start="k-means++", restarts=1, half_steps=False, max_iterations=30)
    use(tab, qtbot, np.concatenate([BLOBS, [[90.0, 90.0]]]))
    finished(tab, qtbot)
    assert tab.shown.repairs > 0
    for step in range(tab.session.status.head, 0, -1):
        tab.session.seek(step)
        settle(tab, qtbot)
        if tab.shown.repaired:
            break
    number, why = tab.shown.repaired[0]
    assert f"component {number + 1} {why} and was put back" in tab.words.text()


def test_the_lines_above_the_formula_keep_their_height(tab, qtbot):
    tab.view.pick(3, (0.0, 0.0))
    page, heights = tab.explanation, set()
    for _ in range(4):
        tab.session.step()
        settle(tab, qtbot, "paused")
        heights.add((page.heading.height(), page.note.height(), page.formula.y()))
        assert page.note.heightForWidth(page.note.width()) <= page.note.height()
        assert page.heading.sizeHint().width() <= page.heading.width()
    assert len(heights) == 1


def test_a_point_moved_by_hand_is_in_the_trainer_and_survives_a_reset(tab, qtbot):
    corner = tab.view.points[int(tab.view.points.sum(axis=1).argmin())]
    drag(tab.view, corner, corner + np.array([0.5, -0.2]))
    qtbot.waitUntil(lambda: np.array_equal(tab.shown.points, tab.view.points))
    moved = tab.view.points
    assert tab.back_button.isVisible()
    tab.reset()
    settle(tab, qtbot, "untrained")
    np.testing.assert_array_equal(tab.shown.points, moved)
    QTest.mouseClick(tab.back_button, LEFT)
    qtbot.waitUntil(lambda: tab.shown is not None and not np.array_equal(tab.shown.points, moved))
    assert not tab.back_button.isVisible()


def test_clear_and_draw_anew(tab, qtbot):
    tab.drawing_surface().clear()
    assert "0 points" in tab.panel.hint
    assert tab.view.tool.name == "add"
    for x, y in ((1, 1), (2, 4), (6, 2)):
        QTest.mouseClick(tab.view.viewport(), LEFT, pos=spot(tab.view, x, y))
    assert tab.panel.hint == ""
    qtbot.waitUntil(lambda: len(tab.shown.points) == 3)
    tab.view.editor.undo()
    assert "2 points" in tab.panel.hint
    tab.view.editor.undo()
    tab.view.editor.undo()
    tab.view.editor.undo()
    qtbot.waitUntil(lambda: len(tab.shown.points) == 600)


def test_own_points_get_a_start_that_fits(tab, qtbot):
    use(tab, qtbot, SQUARE, axis_names=("height", "width"))
    config = tab.session.status.config
    assert config.start == "k-means++"
    assert "k-means++" in tab.banner.text
    assert tab.form.config().start == "k-means++"
    assert tab.view.x_axis.name == "height"
    np.testing.assert_array_equal(tab.shown.points, SQUARE)
    assert tab.shown.truth is None


def test_nothing_goes_on_with_points_that_are_not_seen(tab, qtbot):
    tab.session.step(3)
    settle(tab, qtbot, "paused")
    tab.view.editor.clear()
    qtbot.waitUntil(lambda: "0 points for 3 components" in tab.panel.hint)
    tab.toggle()
    tab.step()
    assert "There are not enough points" in tab.banner.text
    settle(tab, qtbot, "paused")
    assert tab.session.status.head == 3
    assert tab.view.tool.name == "add"
    tab.view.editor.undo()
    tab.step()
    qtbot.waitUntil(lambda: tab.session.status.head > 3)


def test_the_number_of_a_point_that_has_gone_names_no_other(tab, qtbot):
    tab.view.pick(3, (0.0, 0.0))
    assert "Point 4" in tab.explanation.heading.text()
    tab.view.editor.remove([3])
    settle(tab, qtbot)
    assert "Point" not in tab.explanation.heading.text()
    assert tab.view.probe is None


def test_a_mean_whose_drag_is_taken_back_goes_back_with_its_ellipses(tab, qtbot):
    tab.session.step(4)
    settle(tab, qtbot, "paused")
    x, y = tab.shown.mixture.means[0]
    view, place = tab.view.viewport(), spot(tab.view, x, y)
    QTest.mousePress(view, LEFT, pos=place)
    far = spot(tab.view, x + 1.5, y + 1.0)
    move_held(tab.view, far)
    assert tab.view.bells[0].pos().x() > 1
    QTest.keyClick(tab.view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.mouseRelease(view, LEFT, pos=far)
    settle(tab, qtbot, "paused")
    np.testing.assert_array_equal(tab.view.handles.places[0], tab.shown.mixture.means[0])
    assert tab.view.bells[0].pos() == QPointF(0, 0)
    np.testing.assert_array_equal([x, y], tab.shown.mixture.means[0])


def test_more_components_than_points_is_a_sentence(tab, qtbot):
    tab.use_components(12)
    tab.use_points(PointSet(SQUARE), "a.csv")
    qtbot.waitUntil(lambda: "8 points for 12 components" in tab.banner.text)
    change(tab, components=2)
    settle(tab, qtbot, "untrained")
    np.testing.assert_array_equal(tab.shown.points, SQUARE)


def test_identical_points_are_a_sentence(tab, qtbot):
    tab.use_points(PointSet(np.ones((20, 2))), "ones.csv")
    qtbot.waitUntil(lambda: "identical" in tab.banner.text)


def test_a_table_with_infinities_is_a_sentence(tab, tmp_path):
    path = tmp_path / "bad.csv"
    path.write_text("a,b\n1,inf\n2,3\n4,5\n")
    tab.open_data([path])
    assert "is not a finite number" in tab.panel.dialog.problem.text()
    tab.panel.dialog.reject()
    tab.open_data([tmp_path / "missing.csv"])
    assert "cannot be read" in tab.banner.text


def test_k_means_beside(tab, qtbot):
    assert not tab.kmeans.isVisible()
    QTest.mouseClick(tab.kmeans_box, LEFT, pos=tab.kmeans_box.rect().center())
    tab.kmeans_box.click() if not tab.kmeans_box.isChecked() else None
    qtbot.waitUntil(tab.kmeans.isVisible)
    finished(tab, qtbot)
    np.testing.assert_array_equal(tab.kmeans.points, tab.shown.points)
    np.testing.assert_allclose(tab.kmeans.view, tab.view.view)


def test_k_means_is_as_far_as_em_and_the_preset_keeps_its_name(tab, qtbot):
    tab.session.step(14)
    settle(tab, qtbot, "paused")
    assert tab.run_bar.presets.currentText() == "original"
    tab.kmeans_box.click()
    qtbot.waitUntil(lambda: tab.session.settled and tab.kmeans.isVisible())
    assert tab.run_bar.presets.currentText() == "original"
    found = tab.shown.kmeans_centres
    tab.reset()  # now from the beginning
    settle(tab, qtbot, "untrained")
    tab.session.step(14)
    settle(tab, qtbot, "paused")
    np.testing.assert_array_equal(tab.shown.kmeans_centres, found)
    tab.run_bar.seed.setValue(3)
    assert tab.run_bar.presets.currentText() == "original"
    change(tab, tolerance=0.01)
    assert tab.run_bar.presets.currentIndex() == -1


def test_at_a_calm_pace_every_part_of_the_tab_shows_the_same_step(tab, qtbot):
    endless = tab.form.config().model_copy(update={"points_per_cluster": 20, "tolerance": 0.0, "max_iterations": 9000})
    tab.form.set_config(endless)
    tab.session.reset(endless)
    settle(tab, qtbot, "untrained")
    tab.speed.set_pace(10)
    said = []

    def look():
        seen = tab.session.snapshot
        if seen.phase == "M":
            said.append((seen.step, seen.iteration, tab.words.text(), tab.run_bar.readout.text()))

    tab.session.frame.connect(look)  # after the tab's own
    tab.toggle()
    # A busy machine shows some of the steps only; those that it shows are shown by all.
    qtbot.waitUntil(lambda: len({step for step, *_ in said}) >= 3, timeout=60_000)
    tab.session.pause()
    settle(tab, qtbot)
    for step, iteration, words, progress in said:
        assert f"M-step {iteration}<" in words
        assert progress.partition(" · ")[2].startswith(f"step {step} ") or progress.endswith(f"step {step}")


def test_the_keyboard_finds_a_harmless_place_when_own_points_are_left(tab, qtbot):
    tab.view.editor.add([(0.0, 3.0)])
    qtbot.waitUntil(lambda: tab.session.settled and tab.back_button.isVisible())
    tab.back_button.setFocus()
    QTest.keyClick(tab.back_button, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: tab.session.settled and not tab.back_button.isVisible())
    assert tab.window().focusWidget() is tab.run_bar.train_button


def test_comparison_in_the_background_and_a_click_uses_a_k(tab, qtbot):
    use(tab, qtbot, BLOBS)
    tab.pages.setCurrentWidget(tab.selection)  # begins by itself
    qtbot.waitUntil(lambda: len(tab.selection.results) == 12 and not tab.selection.job.running)
    plot = tab.selection.plot
    plot.grab()
    QTest.mouseClick(plot.viewport(), LEFT, pos=spot(plot, 2, np.mean(plot.view_box.viewRange()[1])))
    qtbot.waitUntil(lambda: tab.session.status.config.components == 2)
    settle(tab, qtbot, "finished")
    assert len(tab.selection.results) == 12  # the same question has the same answer
    assert tab.shown.mixture.count == 2


def test_a_comparison_can_be_stopped(tab, qtbot):
    tab.pages.setCurrentWidget(tab.selection)
    tab.selection.compare()
    tab.selection.cancel()
    assert not tab.selection.job.running
    assert tab.selection.button.text() == "Compare"


def test_a_comparison_that_was_stopped_does_not_speak_for_all(tab, qtbot, monkeypatch):
    def slow(points, config, components):
        for count in components[:3]:
            yield Selection(count, -4.0, 100.0 - count, 90.0 - count)
        while True:
            yield None

    use(tab, qtbot, BLOBS)
    monkeypatch.setattr("ui.tabs.mixture.selection.model_selection", slow)
    panel = tab.selection
    panel.compare()
    qtbot.waitUntil(lambda: len(panel.results) == 3)
    assert not panel.use.isEnabled()  # the best may be still to come
    QTest.mouseClick(panel.button, LEFT)
    assert not panel.job.running
    assert panel.use.isEnabled()
    assert panel.use.text() == "Use best so far"
    assert panel.words.text().startswith("Stopped after 3 of 12: BIC prefers K\u00a0=\u00a03")


def test_the_comparison_rests_while_nobody_looks_at_the_tab(tab, qtbot, monkeypatch):
    steps = []

    def endless(points, config, components):
        while True:
            steps.append(None)
            yield None

    monkeypatch.setattr("ui.tabs.mixture.selection.model_selection", endless)
    tab.selection.compare()
    qtbot.waitUntil(lambda: len(steps) > 10)
    tab.hide()
    known = quiet(lambda: len(steps), qtbot)
    tab.show()
    qtbot.waitUntil(lambda: len(steps) > known)
    tab.selection.cancel()


def test_points_that_no_run_can_be_made_of_are_not_compared(tab, qtbot):
    assert tab.selection.button.isEnabled()
    tab.use_points(PointSet(np.zeros((30, 2))), "same.csv")
    qtbot.waitUntil(lambda: tab.session.status.phase == "empty")
    assert "identical" in tab.banner.text
    assert not tab.selection.button.isEnabled()  # it would compare the points of the run before
    use(tab, qtbot, BLOBS)
    assert tab.selection.button.isEnabled()


def test_a_comparison_that_fails_says_so_and_can_be_repeated(tab, qtbot, monkeypatch):
    def broken(points, config, components):
        yield None
        raise MemoryError("no room")

    use(tab, qtbot, BLOBS)
    panel = tab.selection
    with monkeypatch.context() as patch:
        patch.setattr("ui.tabs.mixture.selection.model_selection", broken)
        panel.compare()
        qtbot.waitUntil(lambda: not panel.job.running)
    assert "no room" in tab.banner.text
    assert panel.button.text() == "Compare"
    panel.compare()
    qtbot.waitUntil(lambda: len(panel.results) == 12 and not panel.job.running)


def test_own_points_are_saved_and_scrubbed_after_opening(tab, qtbot, tmp_path):
    use(tab, qtbot, BLOBS, name="squares.csv", centre=np.array([1.0, 2.0]), scale=np.array([2.0, 2.0]))
    finished(tab, qtbot)
    last = tab.shown
    path = tmp_path / "own.npz"
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(path)
    tab.choose_preset("ring")
    settle(tab, qtbot, "untrained")
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(path)
    settle(tab, qtbot, "finished")
    np.testing.assert_array_equal(tab.shown.points, BLOBS)
    np.testing.assert_array_equal(tab.shown.mixture.means, last.mixture.means)
    assert tab.shown.truth is None
    assert "squares" in tab.back_button.text()
    assert tab.panel.point_set().scale.tolist() == [2.0, 2.0]
    tab.session.seek(0)
    qtbot.waitUntil(lambda: tab.shown.step == 0)
    np.testing.assert_array_equal(tab.shown.points, BLOBS)
    tab.session.seek(3)
    qtbot.waitUntil(lambda: tab.shown.step == 3)
    np.testing.assert_array_equal(tab.shown.points, BLOBS)
    tab.reset()
    qtbot.waitUntil(lambda: tab.session.status.head == 0 and tab.shown is not None)
    np.testing.assert_array_equal(tab.shown.points, BLOBS)


def test_scrubbing_past_an_edit_shows_the_points_of_that_time(tab, qtbot):
    tab.session.step(4)
    settle(tab, qtbot, "paused")
    before = tab.shown.points
    tab.view.editor.add([(3.0, 3.0)])
    qtbot.waitUntil(lambda: len(tab.shown.points) == 601)
    tab.session.step(2)
    qtbot.waitUntil(lambda: tab.session.status.position == 6)
    tab.session.seek(1)
    qtbot.waitUntil(lambda: tab.shown.step == 1)
    np.testing.assert_array_equal(tab.view.points, before)


def test_choosing_a_data_set_leaves_own_points(tab, qtbot):
    use(tab, qtbot, SQUARE)
    change(tab, dataset="ring")
    settle(tab, qtbot, "untrained")
    assert len(tab.shown.points) == 600
    assert tab.session.data is None


def test_many_points_are_thinned_and_locked(tab, qtbot):
    change(tab, points_per_cluster=8000, start="k-means++")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.point_count == 24_000)
    said = []
    tab.told.connect(said.append)
    tab.view.editor.add([(0.0, 0.0)])
    assert any("cannot be edited" in sentence for sentence in said)


def test_a_collapse_is_said_with_a_way_back(tab, qtbot):
    tab.choose_preset("collapse")
    settle(tab, qtbot, "untrained")
    tab.session.play()
    qtbot.waitUntil(lambda: tab.session.status.phase in ("failed", "finished"))
    assert "shrunk onto a single point" in tab.banner.text


def test_another_theme_reaches_the_numbers_of_a_run_that_rests(tab, qtbot, qapp):
    theme.apply(qapp, "light")
    tab.session.step(4)
    settle(tab, qtbot, "paused")
    theme.apply(qapp, "dark")
    assert tab.table.item(0, 1).foreground().color() == theme.current().text
    theme.apply(qapp, "light")
    assert tab.table.item(0, 1).foreground().color() == theme.current().text


def test_both_themes_and_every_component_can_be_painted(tab, qtbot, qapp):
    before = theme.manager().choice
    try:
        for choice in ("dark", "light"):
            theme.apply(qapp, choice)
            tab.grab()
    finally:
        theme.apply(qapp, before)


@pytest.mark.parametrize(("value", "text"), [(0.0, "0.00"), (-1.5, "−1.50"), (1234.0, "1234"), (1e-5, "1.00e−5")])
def test_short_numbers(value, text):
    assert short(value) == text


def test_a_run_that_ends_before_it_converges_says_so(tab, qtbot):
    config = tab.form.config().model_copy(update={"max_iterations": 3})
    tab.form.set_config(config)
    tab.session.reset(config)
    finished(tab, qtbot)
    assert "Not converged" in tab.words.text()
    assert "3 iterations" in tab.words.text()


def test_what_a_step_did_is_read_without_markup(tab, qtbot):
    tab.session.step()
    settle(tab, qtbot, "paused")
    assert tab.words.textFormat() == Qt.TextFormat.RichText
    assert "<" not in tab.words.toolTip()
