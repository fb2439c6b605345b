"""The Hopfield tab with real events: recall, draw, store, damage, forget, reset, save, explain, measure."""

from __future__ import annotations

import hands
import numpy as np
import pytest
from hands import LEFT, click_box, click_cell, click_picture, draw_cells, press
from PySide6.QtWidgets import QLineEdit
from waiting import quiet, settled

from models.base import DataError
from models.hopfield.config import HopfieldConfig, load
from models.hopfield.snapshot import HopfieldSnapshot
from models.hopfield.trainer import HopfieldTrainer
from models.registry import get_model
from ui.tabs.hopfield.recall import as_html, in_words
from ui.tabs.hopfield.tab import HopfieldTab, own_patterns, to_rows


@pytest.fixture
def tab(qtbot):
    tab = HopfieldTab(get_model("hopfield"))
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    tab.show()
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    tab.speed.set_pace(None)
    yield tab
    tab.shutdown()
    tab.close()


def snapshot(tab):
    return tab.session.snapshot


def settle(tab, qtbot, *phases: str) -> None:
    """See waiting.settled; what this tab does besides is done, too."""
    there = settled(tab, *(phases or ("untrained", "paused", "finished")))
    qtbot.waitUntil(lambda: there() and not tab.busy)


def use(tab, qtbot, **settings) -> None:
    """Start a new run with other settings."""
    config = HopfieldConfig(**settings)
    tab.form.set_config(config)
    tab.session.reset(config)
    qtbot.waitUntil(lambda: snapshot(tab) is not None and snapshot(tab).config == config)
    settle(tab, qtbot)


def entry(tab, name: str) -> QLineEdit:
    """The field of a setting, by what stands beside it."""
    (found,) = (each for each in tab.form.findChildren(QLineEdit) if each.accessibleName() == name)
    return found


def draw(tab, qtbot, *cells: tuple[int, int]) -> None:
    """Draw with the mouse through cells of the pixel canvas, and wait until the run has it."""
    draw_cells(tab.probe.pixel_canvas, *cells)
    wanted = tab.probe.pixels()
    qtbot.waitUntil(lambda: np.array_equal(snapshot(tab).start, wanted))


def click_pattern(tab, qtbot, index: int) -> None:
    click_picture(tab.recall.gallery, index)
    settle(tab, qtbot)


def recall(tab, qtbot) -> None:
    qtbot.mouseClick(tab.run_bar.train_button, LEFT)
    settle(tab, qtbot, "finished")


def test_recall_repairs_the_digit_and_says_so(tab, qtbot):
    assert tab.run_bar.train_button.text() == "Recall"
    assert tab.verdict.title.text() == "Ready"
    assert np.array_equal(tab.probe.pixels(), snapshot(tab).start)
    said = []
    tab.told.connect(said.append)
    recall(tab, qtbot)
    assert tab.verdict.title.text() == "Recovered"
    assert tab.recall.difference.heading.text() == "Still wrong · 0 px"
    assert np.array_equal(tab.recall.now.canvas.pixels().ravel(), snapshot(tab).target)
    energy = tab.session.history.column("energy")
    assert (np.diff(energy) <= 1e-9).all()
    assert "Recovered" in said[-1]


def test_each_recall_is_a_curve_of_its_own(tab, qtbot):
    recall(tab, qtbot)
    first = tab.session.status.head
    tab.recall_again()
    qtbot.waitUntil(lambda: tab.session.status.head > first)
    settle(tab, qtbot, "finished")
    assert tab.session.edits[-1] == first
    for panel in tab.plots.panels:
        (line,) = panel.lines
        assert line.shown.cuts == (first,)


def test_at_the_end_the_same_key_recalls_once_more(tab, qtbot):
    recall(tab, qtbot)
    start, head = snapshot(tab).start, tab.session.status.head
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.head > head)
    settle(tab, qtbot, "finished")
    assert np.array_equal(snapshot(tab).start, start)
    assert tab.session.status.head > head
    assert snapshot(tab).verdict == "recovered"


def test_after_a_recall_the_main_button_offers_another(tab, qtbot):
    button = tab.run_bar.train_button
    width = button.width()
    recall(tab, qtbot)
    assert button.isEnabled()
    assert button.text() == "Recall again"
    assert button.width() == width  # nothing jumps
    start, head = snapshot(tab).start, tab.session.status.head
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: tab.session.status.head > head and tab.session.settled)
    assert np.array_equal(snapshot(tab).start, start)
    assert tab.session.status.phase == "finished"
    assert button.text() == "Recall again"
    tab.session.seek(3)
    qtbot.waitUntil(lambda: tab.session.settled and snapshot(tab).step == 3)
    assert (button.text(), button.isEnabled()) == ("Recall", True)  # repeats what was recorded
    tab.session.seek(tab.session.status.head)
    qtbot.waitUntil(lambda: tab.session.settled and button.text() == "Recall again")


def test_recall_again_takes_over_what_is_being_typed(tab, qtbot):
    recall(tab, qtbot)
    field = entry(tab, "Max updates")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "7")
    qtbot.mouseClick(tab.run_bar.train_button, LEFT)
    qtbot.waitUntil(lambda: tab.session.settled and snapshot(tab).updates == 7)
    assert tab.session.status.phase == "finished"
    assert tab.form.config().n_iter == 7
    # A seed asks for a new run: that begins at its own damaged picture, not at the old run's.
    start = snapshot(tab).start
    seed = tab.run_bar.seed
    seed.setFocus()
    seed.selectAll()
    qtbot.keyClicks(seed, "5")
    tab.verdict.again_button.click()
    settle(tab, qtbot, "finished")
    assert snapshot(tab).config.seed == 5
    assert snapshot(tab).updates == 7
    assert not np.array_equal(snapshot(tab).start, start)


def test_damage_once_more_chooses_other_pixels(tab, qtbot):
    recall(tab, qtbot)
    seen = [tab.probe.pixels()]
    for _ in range(3):
        qtbot.mouseClick(tab.probe.damage_button, LEFT)
        qtbot.waitUntil(lambda: tab.session.settled and np.array_equal(snapshot(tab).start, tab.probe.pixels()))
        assert tab.run_bar.train_button.text() == "Recall"
        assert tab.run_bar.train_button.isEnabled()
        assert not any(np.array_equal(tab.probe.pixels(), pixels) for pixels in seen)
        assert (tab.probe.pixels() != snapshot(tab).target).sum() == 51
        seen.append(tab.probe.pixels())
    seed = tab.probe.seed.value()
    tab.probe.kind.setCurrentIndex(tab.probe.kind.findData("blank-half"))
    for _ in range(2):
        qtbot.mouseClick(tab.probe.damage_button, LEFT)
    assert tab.probe.seed.value() == seed  # no luck is involved


def test_slow_motion_can_be_paused_in_mid_sweep(tab, qtbot):
    tab.speed.set_pace(50)
    assert tab.session.pace == 50
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.head > 5)
    assert tab.verdict.title.text() == "Recalling …"
    tab.toggle()
    settle(tab, qtbot, "paused")
    assert 5 < tab.session.status.head < 100
    assert tab.verdict.title.text() == "Paused"
    tab.step()
    head = tab.session.status.head
    qtbot.waitUntil(lambda: tab.session.status.head == head + 1)


def recalled(updates: int, **settings) -> HopfieldSnapshot:
    """A recall after so many updates."""
    config = HopfieldConfig(**settings)
    trainer = HopfieldTrainer(config, load(config))
    trainer.advance(updates)
    return trainer.snapshot()


def test_the_verdict_counts_the_pixels_that_want_to_change():
    shown = recalled(20)
    assert shown.verdict == "running"
    assert shown.weights is not None
    count = int((np.sign(shown.weights @ shown.state) * shown.state < 0).sum())
    assert in_words(shown, running=False)[1].startswith(f"{count} pixels want to change: ")
    title, sentence = in_words(recalled(20, n_iter=20), running=False)
    assert (title, sentence) == ("Not converged", f"Updates used up, {count} pixels want to change.")


def test_at_a_temperature_content_pixels_flip_by_chance():
    warm = {"update": "stochastic", "temperature": 0.05}
    shown = recalled(2000, **warm)
    assert shown.verdict == "running"
    sentence = in_words(shown, running=False)[1]
    assert sentence.startswith("No pixel wants to change, only the heat flips some: ")
    assert "against their field" in in_words(shown, running=True)[1]
    assert "heat" not in in_words(recalled(2000, **warm | {"temperature": 0.0}), running=False)[1]


def test_draw_store_damage_recall(tab, qtbot):
    use(tab, qtbot, patterns="own", size=8)
    assert tab.verdict.title.text() == "Empty memory"
    assert not tab.run_bar.train_button.isEnabled()
    tab.toggle()
    assert tab.banner.text == ""  # the card has said it
    qtbot.mouseClick(tab.probe.store_button, LEFT)
    assert "draw a picture first" in tab.banner.text
    draw(tab, qtbot, (1, 1), (1, 6), (6, 6))
    tab.probe.name.setText("hook")
    qtbot.mouseClick(tab.probe.store_button, LEFT)
    qtbot.waitUntil(lambda: snapshot(tab).labels == ("hook",))
    settle(tab, qtbot)
    assert tab.banner.text == ""
    assert tab.recall.gallery.caption(0) == "✓ hook"
    assert tab.run_bar.train_button.isEnabled()
    assert tab.probe.name.text() == ""
    tab.probe.amount.setValue(25)
    settle(tab, qtbot)
    target = snapshot(tab).target
    assert (snapshot(tab).start != target).sum() == 16
    tab.probe.amount.setValue(10)  # always from the undamaged picture: damages do not add up
    settle(tab, qtbot)
    assert (snapshot(tab).start != target).sum() == 6
    recall(tab, qtbot)
    assert snapshot(tab).verdict == "recovered"


def test_the_same_picture_is_not_stored_twice(tab, qtbot):
    click_pattern(tab, qtbot, 0)
    qtbot.mouseClick(tab.probe.store_button, LEFT)
    qtbot.waitUntil(lambda: "stored already" in tab.banner.text)
    assert not tab.busy
    assert len(snapshot(tab).patterns) == 1


def test_a_double_click_on_store_stores_once(tab, qtbot):
    tab.probe.canvas.clear()
    draw(tab, qtbot, (2, 2), (13, 13))
    for _ in range(2):
        qtbot.mouseClick(tab.probe.store_button, LEFT)
    settle(tab, qtbot)
    assert snapshot(tab).labels == ("3", "drawing 1")
    assert len(tab.drawings()["patterns"]) == 1
    assert tab.banner.text == ""


def test_drawings_that_look_alike_in_a_smaller_memory_are_stored_once(tab, qtbot):
    block = np.full((16, 16), -1, np.int8)
    block[4:10, 4:10] = 1
    speck = block.copy()
    speck[15, 15] = 1
    for pixels in (block, speck):
        tab.probe.pixel_canvas.set_pixels(pixels)
        settle(tab, qtbot)
        qtbot.mouseClick(tab.probe.store_button, LEFT)
        settle(tab, qtbot)
    first, second = (own.fitted((8, 8)) for own in own_patterns(tab.drawings()["patterns"]))
    assert np.array_equal(first, second)
    use(tab, qtbot, size=8)
    qtbot.waitUntil(lambda: len(snapshot(tab).patterns) == 2)
    settle(tab, qtbot)
    assert tab.banner.text == ""


def test_a_stored_pattern_goes_onto_the_canvas_and_can_be_forgotten(tab, qtbot):
    use(tab, qtbot, store=(0, 1, 2), digit=1, rule="pseudo-inverse")
    assert not tab.recall.forget_button.isEnabled()
    click_pattern(tab, qtbot, 2)
    assert np.array_equal(tab.probe.pixels(), snapshot(tab).patterns[2])
    assert np.array_equal(snapshot(tab).target, snapshot(tab).patterns[2])
    tab.probe.canvas.undo()
    wanted = tab.probe.pixels()
    qtbot.waitUntil(lambda: np.array_equal(snapshot(tab).start, wanted))
    qtbot.mouseClick(tab.recall.forget_button, LEFT)
    qtbot.waitUntil(lambda: snapshot(tab).labels == ("0", "1"))
    assert tab.recall.gallery.count == 2


def test_the_frame_of_a_pattern_goes_with_its_memory(tab, qtbot):
    use(tab, qtbot, store=(0, 1, 2), digit=1)
    click_pattern(tab, qtbot, 2)
    tab.step()
    settle(tab, qtbot)
    assert tab.recall.gallery.highlight == {2}
    assert tab.recall.forget_button.isEnabled()
    tab.choose_preset("ten-digits")
    qtbot.waitUntil(lambda: snapshot(tab) is not None and len(snapshot(tab).patterns) == 10)
    settle(tab, qtbot)
    assert not tab.recall.gallery.highlight
    assert not tab.recall.forget_button.isEnabled()


def test_drawings_survive_reset_but_not_a_preset(tab, qtbot):
    tab.probe.canvas.clear()
    draw(tab, qtbot, (2, 2), (13, 13))
    tab.store_picture("slash")
    qtbot.waitUntil(lambda: "slash" in snapshot(tab).labels)
    settle(tab, qtbot)
    drawn = tab.probe.pixels()
    recall(tab, qtbot)
    tab.reset()
    qtbot.waitUntil(lambda: snapshot(tab) is not None and "slash" in snapshot(tab).labels)
    settle(tab, qtbot)
    assert tab.session.status.head == 0
    assert np.array_equal(snapshot(tab).start, drawn)
    assert np.array_equal(snapshot(tab).target, drawn)
    use(tab, qtbot, size=8)  # another size: the drawing is made to fit; the probe is the new run's
    qtbot.waitUntil(lambda: "slash" in snapshot(tab).labels)
    assert snapshot(tab).patterns.shape == (2, 64)
    assert snapshot(tab).target is not None
    tab.choose_preset("ten-digits")
    qtbot.waitUntil(lambda: snapshot(tab) is not None and len(snapshot(tab).patterns) == 10)
    settle(tab, qtbot)
    assert "not stored" in tab.banner.text
    tab.store_own()
    qtbot.waitUntil(lambda: "slash" in snapshot(tab).labels)


def test_saving_and_reopening_bring_back_patterns_and_probe(tab, qtbot, tmp_path):
    tab.probe.canvas.clear()
    draw(tab, qtbot, (2, 2), (2, 13), (13, 13))
    tab.store_picture("corner")
    qtbot.waitUntil(lambda: "corner" in snapshot(tab).labels)
    tab.probe.amount.setValue(15)
    settle(tab, qtbot)
    tab.step()
    qtbot.waitUntil(lambda: snapshot(tab).step == 1)
    before = snapshot(tab)
    file = tmp_path / "memory.npz"
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(file)
    tab.choose_preset("library")
    qtbot.waitUntil(lambda: snapshot(tab) is not None and snapshot(tab).shape == (1, 8))
    tab.restore_drawings({"patterns": []})
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(file)
    qtbot.waitUntil(lambda: snapshot(tab) is not None and snapshot(tab).step == 1)
    settle(tab, qtbot)
    after = snapshot(tab)
    assert after.labels == before.labels
    assert np.array_equal(after.start, before.start)
    assert np.array_equal(after.state, before.state)
    assert np.array_equal(tab.probe.pixels(), before.start)
    tab.session.seek(0)  # the edits were made before the first step: they are there as well
    qtbot.waitUntil(lambda: snapshot(tab).step == 0)
    assert "corner" in snapshot(tab).labels
    tab.reset()
    qtbot.waitUntil(lambda: snapshot(tab) is not None and snapshot(tab).step == 0)
    qtbot.waitUntil(lambda: "corner" in snapshot(tab).labels)


def test_going_back_in_time_puts_the_earlier_picture_on_the_canvas(tab, qtbot):
    first = tab.probe.pixels()
    tab.session.step(3)
    qtbot.waitUntil(lambda: snapshot(tab).step == 3)
    draw(tab, qtbot, (0, 8), (15, 8))
    tab.session.step(3)
    qtbot.waitUntil(lambda: snapshot(tab).step == 6)
    tab.session.seek(1)
    qtbot.waitUntil(lambda: snapshot(tab).step == 1)
    assert np.array_equal(tab.probe.pixels(), first)
    assert tab.session.status.head == 6  # looking changed nothing


def test_a_journey_right_after_a_new_probe_ends_with_the_canvas_of_that_step(tab, qtbot):
    recall(tab, qtbot)
    first = tab.probe.pixels()
    for step in (3, 0):
        qtbot.mouseClick(tab.probe.damage_button, LEFT)
        probe = tab.probe.pixels()
        tab.session.seek(step)
        qtbot.waitUntil(lambda step=step: tab.session.settled and snapshot(tab).step == step)
        assert np.array_equal(tab.probe.pixels(), snapshot(tab).start)
        assert np.array_equal(tab.probe.pixels(), first)
        tab.session.seek(tab.session.status.head)
        qtbot.waitUntil(lambda: tab.session.settled and snapshot(tab).step == tab.session.status.head)
        assert np.array_equal(tab.probe.pixels(), probe)


def test_pen_strokes_are_prepared_and_cut_to_black_and_white(tab, qtbot):
    use(tab, qtbot, patterns="own", size=28, rule="modern")
    press(tab.probe, "Pen")
    canvas = tab.probe.pen_canvas
    hands.draw(canvas, (0.1, 0.1), (0.3, 0.1), (0.2, 0.4))
    wanted = tab.probe.pixels()
    qtbot.waitUntil(lambda: np.array_equal(snapshot(tab).start, wanted))
    ink = wanted.reshape(28, 28) > 0
    assert 20 < ink.sum() < 300
    rows = np.flatnonzero(ink.any(axis=1))
    assert 8 <= rows.mean() <= 19  # drawn in a corner, but centred like handwriting
    assert tab.drawing_surface() is canvas
    tab.store_picture("")
    qtbot.waitUntil(lambda: snapshot(tab).labels == ("drawing 1",))


def test_a_click_explains_a_pixel(tab, qtbot):
    picture = tab.recall.now
    click_cell(picture.canvas, 4, 5)
    assert "Pixel 69 (row 4, column 5)" in tab.recall.field.text()
    assert "<sub>69</sub>" in tab.recall.field.text()
    assert tab.recall.weights.heading.text() == "Weights of pixel 69"
    weights = snapshot(tab).weights[69].reshape(16, 16)
    assert np.array_equal(np.sign(tab.recall.weights.canvas.pixels()), np.sign(weights))
    click_cell(picture.canvas, 4, 5)
    assert "Click a pixel" in tab.recall.field.text()


def test_the_weights_view_shows_the_matrix_and_explains_a_row(tab, qtbot, monkeypatch):
    tab.show_view(1)
    heat = tab.weights.map
    assert tab.weights.row_heading.text() == "Weights into pixel 136"  # row 8, column 8 of 16: the middle
    click_box(heat, heat.cell_rect(40, 3))
    assert "pixel" in tab.weights.row_heading.text()
    set_values, taken = heat.set_values, []
    monkeypatch.setattr(heat, "set_values", lambda *given, **more: (taken.append(given), set_values(*given, **more)))
    tab.step()
    qtbot.waitUntil(lambda: snapshot(tab).step == 1)
    assert not taken  # the memory is the same: nothing is coloured anew
    use(tab, qtbot, patterns="mnist", count=20, rule="modern")
    assert "no weights" in tab.weights.words.text()
    assert taken[-1][0].shape == (20, 784)
    assert (heat.columns, heat.count) == (784, 20 * 784)
    assert tab.weights.row_heading.text().startswith("Pattern ")
    use(tab, qtbot, patterns="library", store=(0, 1, 2), digit=0, diagonal="kept", zero_field="up")
    assert "14 are fixed points" in tab.weights.words.text()
    heat.picked.emit((7, 0))
    assert tab.weights.row_heading.text() == "Weights into pixel 7"


def test_the_capacity_experiment_runs_beside_the_window(tab, qtbot):
    tab.show_view(2)
    view = tab.capacity
    view.neurons.setValue(32)
    view.trials.setValue(4)
    qtbot.mouseClick(view.button, LEFT)
    assert view.button.text() == "Cancel"
    with qtbot.waitSignal(view.job.finished):
        pass
    assert view.progress.value() == 100
    assert set(view.plot.points) == {"hebb", "pseudo-inverse", "modern"}
    assert all(point.trials == 4 for points in view.plot.points.values() for point in points.values())
    hebb = [point.rate for _, point in sorted(view.plot.points["hebb"].items())]
    assert hebb[0] == 1.0
    assert hebb[-1] < 0.5
    assert "Half of the recalls fail" in view.words.text()
    assert len(view.plot.table()[1]) == 3 * len(hebb)


def test_the_experiment_can_be_cancelled_rests_when_hidden_and_ends_with_the_tab(tab, qtbot):
    tab.show_view(2)
    view = tab.capacity

    def trials() -> int:
        return sum(point.trials for points in view.plot.points.values() for point in points.values())

    view.trials.setValue(200)
    view.toggle()
    qtbot.waitUntil(lambda: any(view.plot.points.values()))
    view.toggle()
    known = trials()
    qtbot.wait(120)
    assert known == trials()
    assert "Cancelled" in view.words.text()
    view.toggle()
    qtbot.waitUntil(lambda: any(view.plot.points.values()))
    tab.hide()
    quiet(trials, qtbot)
    progress = view.progress.value()
    tab.show()
    qtbot.waitUntil(lambda: view.progress.value() > progress)
    tab.shutdown()  # in the middle of it; the fixture looks for threads
    tab.shutdown()


def test_storkey_joins_the_comparison_when_it_is_chosen(tab, qtbot):
    use(tab, qtbot, rule="storkey", store=(0, 1))
    tab.show_view(2)
    assert tab.capacity.rules == ("hebb", "pseudo-inverse", "modern", "storkey")


@pytest.mark.parametrize("name", sorted(get_model("hopfield").presets))
def test_every_preset_recalls_and_comes_to_a_verdict(tab, qtbot, name):
    tab.choose_preset(name)
    qtbot.waitUntil(lambda: snapshot(tab) is not None and snapshot(tab).config == tab.form.config())
    settle(tab, qtbot)
    if name == "own":
        return
    tab.toggle()
    settle(tab, qtbot, "finished")
    assert snapshot(tab).verdict not in ("running", "nothing stored")
    assert tab.verdict.title.text()
    tab.grab()


def test_own_patterns_are_read_back_and_damaged_ones_refused():
    pixels = np.array([1, -1, -1, -1, 1, -1], np.int8)
    rows = to_rows(pixels, (2, 3))
    assert rows == ["#..", ".#."]
    (own,) = own_patterns([{"label": "x", "rows": rows}])
    assert own.shape == (2, 3)
    assert np.array_equal(own.pixels, pixels)
    for bad in ("text", [3], [{"rows": []}], [{"rows": ["#", "##"]}], [{"rows": ["#x"]}], [{"rows": ["#" * 33]}]):
        with pytest.raises(DataError):
            own_patterns(bad)


def test_formulas_get_their_indices():
    assert as_html("h_3 = Σ_j W_3,j s_j") == "h<sub>3</sub> = Σ<sub>j</sub> W<sub>3,j</sub> s<sub>j</sub>"
    assert as_html("ξ_3^μ") == "ξ<sub>3</sub><sup>μ</sup>"
