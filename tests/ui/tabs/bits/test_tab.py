"""The Bits tab with real events: bits clicked, targets and weights typed, rows dropped, all while it learns."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hands import LEFT, click_box
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont, QFontMetricsF
from PySide6.QtWidgets import QLineEdit
from waiting import settle, settled

from models.bits.edits import DropRow
from models.bits.model import load_table
from models.bits.trainer import BitsTrainer
from models.registry import get_model
from ui.tabs.bits.ask import SwitchRow
from ui.tabs.bits.bars import WeightBars
from ui.tabs.bits.editor import read_number
from ui.tabs.bits.network import Activity
from ui.tabs.bits.table import BitTable, Columns
from ui.widgets import theme
from ui.widgets.numbers import figure
from ui.window.registry import make_tab


@pytest.fixture
def tab(qtbot, qapp):
    theme.apply(qapp, "light")
    tab = make_tab("bits")
    qtbot.addWidget(tab)
    tab.resize(1280, 640)
    with qtbot.waitExposed(tab):
        tab.show()
    settle(tab, qtbot, "untrained")
    yield tab
    tab.shutdown()


@pytest.fixture
def network(tab, qtbot):
    """The tab with the first network in it."""
    tab.choose_preset("first-network")
    until(qtbot, tab, lambda seen: seen.true_weights is None and tab.network.activity is not None)
    return tab


def type_into(qtbot, editor: QLineEdit, text: str) -> None:
    assert editor.isVisible()
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def shown(tab):
    """The moment of the run that the window has heard of last."""
    return tab.session.snapshot


def until(qtbot, tab, check) -> None:
    """Wait until there is a moment for which something holds; a run that is being built has none."""
    qtbot.waitUntil(lambda: shown(tab) is not None and check(shown(tab)))


def weights(bars: WeightBars) -> list[float]:
    """The numbers below the bars, as they are exported."""
    return [weight for _, weight, _ in bars.table()[1]]


def train(tab, qtbot, preset: str | None = None) -> None:
    """To the end, as fast as it can."""
    tab.speed.set_pace(None)
    tab.session.play()
    qtbot.waitUntil(settled(tab, "finished"), timeout=90_000)


@pytest.mark.parametrize("bits", [3, 8, 12])
def test_the_terms_of_a_sum_add_up_to_what_is_shown(qtbot, bits):
    row = SwitchRow()
    qtbot.addWidget(row)
    row.resize(300, row.sizeHint().height())
    rng = np.random.default_rng(bits)
    signs = set()
    for scale in (1.0, 2.0 ** (bits - 1), 3e4):
        for _ in range(20):
            weights, on = rng.normal(scale=scale, size=bits), rng.integers(0, 2, bits).astype(float)
            row.show_sum(on, weights, float(on @ weights), 0.0)
            sign, _, shown = row.answer_text.replace("−", "-").partition(" ")
            signs.add(sign)
            text = row.sum_text.replace("− ", "+ -").replace("−", "-")
            terms = [float(term) for term in text.split(" + ")] if on.any() else []
            last = 10.0 ** -len(shown.partition(".")[2])
            if max(map(abs, [*terms, float(shown)])) < 1e5:
                assert (abs(sum(terms) - float(shown)) < last / 2) == (sign == "=")
                assert abs(sum(terms) - float(shown)) < (bits + 2) / 2 * last
    assert signs == {"=", "≈"}


def test_the_neuron_discovers_binary(tab, qtbot):
    assert "Random weights" in tab.verdict.text()
    train(tab, qtbot)
    assert "discovered binary: 128, 64, 32, 16, 8, 4, 2, 1" in tab.verdict.text()
    np.testing.assert_allclose(weights(tab.bars), 2.0 ** np.arange(7, -1, -1), atol=0.01)
    tab.ask.number.setValue(202)
    assert tab.ask.bits.tolist() == [1, 1, 0, 0, 1, 0, 1, 0]
    assert tab.ask.switches.sum_text == "128.00 + 64.00 + 8.00 + 2.00"
    assert tab.ask.switches.answer_text == "= 202.00"
    click_box(tab.ask.switches, tab.ask.switches.switch(7))
    assert tab.ask.number.value() == 203
    # The end is no dead end.
    button = tab.run_bar.train_button
    assert button.text() == "Train on"
    assert "updates 10\u202f000 → 20\u202f000" in button.toolTip()
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: tab.session.status.head > 10_000)
    assert tab.form.config().updates == 20_000


@pytest.mark.parametrize(
    ("preset", "metric", "places"), [("", "max_weight_error", 2), ("first-network", "max_output_error", 3)]
)
def test_words_and_curves_say_the_same_number_while_it_trains(tab, qtbot, preset, metric, places):
    if preset:
        tab.choose_preset(preset)
        qtbot.waitUntil(lambda: tab.session.settled)
    spec = next(spec for spec in get_model("bits").metrics if spec.name == metric)
    label, seen = re.compile(rf"{re.escape(spec.label)} ([0-9.]+)"), []

    def look():
        words, legend = tab.verdict.text(), label.search(" · ".join(heading.text() for heading in tab.plots.headings))
        if tab.session.status.phase == "running" and "off by" in words and legend is not None:
            seen.append((words, float(legend[1])))

    tab.session.frame.connect(look)  # after the tab's own
    tab.session.play()
    qtbot.waitUntil(lambda: len({words for words, _ in seen}) > 3)
    tab.session.pause()
    for words, value in seen:
        shown = float(words.split("off by ")[1].rstrip("."))
        assert shown == pytest.approx(value, abs=0.56 * 10**-places if value < 10 else 0.051), words


def test_a_bit_flipped_while_it_trains_is_seen_and_learned(tab, qtbot):
    tab.session.play()
    qtbot.waitUntil(lambda: tab.session.status.head > 20)
    click_box(tab.table, tab.table.cell(2, 0))
    until(qtbot, tab, lambda seen: seen.table.rows[2, 0] == 1)
    assert tab.session.status.phase == "running"
    tab.session.pause()
    qtbot.waitUntil(lambda: "worth 176" in tab.verdict.text())  # row 3 was 48 and says so still


def test_a_target_is_typed_and_nonsense_refused_in_a_sentence(tab, qtbot):
    click_box(tab.table, tab.table.cell(0, 8))
    type_into(qtbot, tab.table.editor, "lots")
    assert "must be a number" in tab.banner.text
    assert "“lots”" in tab.banner.text
    assert tab.table.editor.isVisible()  # what was typed can be mended
    assert tab.table.editor.property("invalid")
    type_into(qtbot, tab.table.editor, "-12,5")
    until(qtbot, tab, lambda seen: seen.table.targets[0] == -12.5)
    assert not tab.banner.isVisible()
    click_box(tab.table, tab.table.cell(1, 8))
    qtbot.keyClicks(tab.table.editor, "7")
    qtbot.keyClick(tab.table.editor, Qt.Key.Key_Escape)
    assert shown(tab).table.targets[1] == 85


def test_a_double_click_drops_one_row_and_doubles_the_updates_once(tab, qtbot):
    for _ in range(2):
        qtbot.mouseClick(tab.drop_button, LEFT)
    until(qtbot, tab, lambda seen: tab.session.settled and len(seen.table) == 7)
    assert tab.banner.text == ""
    for _ in range(2):
        qtbot.mouseClick(tab.drop_button, LEFT)
    until(qtbot, tab, lambda seen: tab.session.settled and len(seen.table) == 6)
    train(tab, qtbot)
    for _ in range(2):
        qtbot.mouseClick(tab.run_bar.train_button, LEFT)
    assert tab.form.config().updates == 20_000


def test_the_last_row_stays(tab, qtbot):
    for left in range(7, 0, -1):
        click_box(tab.table, tab.table.cell(0, 9))
        until(qtbot, tab, lambda seen, left=left: len(seen.table) == left)
    assert "Rank 1 of 8" in tab.rank.title.text()
    click_box(tab.table, tab.table.cell(0, 9))
    qtbot.waitUntil(lambda: "One row must stay" in tab.banner.text)
    assert len(shown(tab).table) == 1
    qtbot.mouseClick(tab.restore_button, LEFT)
    until(qtbot, tab, lambda seen: len(seen.table) == 8)
    assert "unique" in tab.rank.title.text()
    assert not tab.banner.isVisible()


def test_without_a_row_weights_slide_and_no_answer_changes(tab, qtbot):
    train(tab, qtbot)
    tab.table.choose(3)
    qtbot.mouseClick(tab.drop_button, LEFT)
    until(qtbot, tab, lambda seen: seen.rank == 7)
    assert "Rank 7 of 8: not unique" in tab.rank.title.text()
    assert tab.rank.slide.isVisible()
    tab.rank.slider.setValue(60)
    moved = tab.rank.shown(shown(tab))
    assert np.abs(moved.parameters[0] - shown(tab).parameters[0]).max() > 5
    np.testing.assert_allclose(moved.outputs, shown(tab).outputs, atol=1e-9)
    assert "Other weights, the same answers" in tab.verdict.text()
    changes = tab.session.revision
    qtbot.mouseClick(tab.rank.keep_button, LEFT)
    assert tab.session.revision == changes + 1  # one change, not one for every weight
    until(qtbot, tab, lambda seen: np.allclose(seen.parameters[0], moved.parameters[0]))
    assert tab.rank.slider.value() == 0
    # Training does not pull them back: no row objects.
    tab.toggle()
    qtbot.waitUntil(lambda: tab.session.status.head > 12_000)
    np.testing.assert_allclose(shown(tab).parameters[0], moved.parameters[0], atol=0.1)


def test_a_new_run_is_shown_with_weights_of_its_own(tab, qtbot):
    tab.drop()
    until(qtbot, tab, lambda seen: seen.rank == 7)
    tab.rank.slider.setValue(60)
    assert "Other weights, the same answers" in tab.verdict.text()
    tab.session.step(20)
    settle(tab, qtbot, "paused")
    assert tab.rank.slider.value() == 60  # it is still the same table
    tab.reset()
    assert tab.rank.slider.value() == 0  # nothing to keep in a run that is not there yet
    settle(tab, qtbot, "untrained")
    assert tab.rank.slider.value() == 0
    assert np.array_equal(weights(tab.bars), shown(tab).parameters[0])
    assert "Random weights" in tab.verdict.text()


def test_weights_are_not_slid_along_a_direction_that_the_table_no_longer_has(tab, qtbot):
    tab.drop()
    until(qtbot, tab, lambda seen: seen.rank == 7)
    tab.rank.slider.setValue(60)
    before = tab.rank.direction
    click_box(tab.table, tab.table.cell(0, 8))
    type_into(qtbot, tab.table.editor, "3")
    until(qtbot, tab, lambda seen: seen.table.targets[0] == 3)
    assert tab.rank.slider.value() == 60  # a target says nothing about the directions
    qtbot.mouseClick(tab.reverse_button, LEFT)
    until(qtbot, tab, lambda seen: seen.true_weights[0] == 1)
    assert shown(tab).rank == 7
    assert not np.array_equal(tab.rank.direction, before)
    assert tab.rank.slider.value() == 0


def test_weights_that_are_kept_while_it_trains_lose_no_step(tab, qtbot):
    tab.drop()
    until(qtbot, tab, lambda seen: seen.rank == 7)
    tab.speed.set_pace(200)
    tab.session.play()
    until(qtbot, tab, lambda seen: seen.step > 20)
    tab.rank.slider.setValue(50)
    shift = tab.rank.shown(shown(tab)).parameters[0] - shown(tab).parameters[0]
    qtbot.mouseClick(tab.rank.keep_button, LEFT)
    tab.session.pause()
    qtbot.waitUntil(lambda: tab.session.settled)
    kept = shown(tab)
    # Without it the run would have come to the same weights, but for the shift: gradients do not see it.
    trainer = BitsTrainer(kept.config, load_table(kept.config))
    trainer.edit(DropRow(7))
    for _ in range(kept.step):
        trainer.step()
    np.testing.assert_allclose(kept.parameters[0] - shift, trainer.snapshot().parameters[0], atol=1e-9)


def test_reversed_bits_are_learned_the_other_way_round(tab, qtbot):
    tab.ask.number.setValue(1)
    qtbot.mouseClick(tab.reverse_button, LEFT)
    until(qtbot, tab, lambda seen: seen.true_weights[0] == 1)
    assert tab.ask.bits.tolist() == [1, 0, 0, 0, 0, 0, 0, 0]
    assert tab.ask.number.value() == 1
    tab.ask.number.setValue(3)
    assert tab.ask.bits.tolist() == [1, 1, 0, 0, 0, 0, 0, 0]


def test_a_weight_is_typed(tab, qtbot):
    click_box(tab.bars, tab.bars.box(2))
    type_into(qtbot, tab.bars.editor, "nan")
    assert "must be a number" in tab.banner.text
    type_into(qtbot, tab.bars.editor, "-40")
    until(qtbot, tab, lambda seen: seen.parameters[0][2] == -40)
    tab.scale.click()
    assert tab.bars.y_of(-40) > tab.bars.y_of(0) > tab.bars.y_of(64) > tab.bars.y_of(128)


def test_a_number_asked_for_becomes_a_row_that_survives_reset(tab, qtbot):
    tab.ask.number.setValue(170)
    qtbot.mouseClick(tab.ask.add_button, LEFT)
    until(qtbot, tab, lambda seen: len(seen.table) == 9)
    assert shown(tab).table.targets[-1] == 170
    tab.reset()
    until(qtbot, tab, lambda seen: tab.session.status.phase == "untrained" and len(seen.table) == 9)
    tab.choose_preset("place-values")  # a preset has its own table
    until(qtbot, tab, lambda seen: len(seen.table) == 8)


@pytest.mark.parametrize("bits", [2, 12])
def test_fewer_and_more_bits(tab, qtbot, bits):
    tab.form.set_config(tab.form.config().model_copy(update={"bits": bits}))
    tab.reset()
    until(qtbot, tab, lambda seen: seen.table.bits == bits and tab.session.status.phase == "untrained")
    assert len(tab.ask.bits) == bits
    assert tab.ask.number.maximum() == 2**bits - 1
    tab.grab()


def test_the_keyboard_does_what_the_mouse_does(tab, qtbot):
    tab.table.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right):
        qtbot.keyClick(tab.table, key)
    assert "row 2, bit 2 of 8: 1" in tab.table.accessibleDescription()
    qtbot.keyClick(tab.table, Qt.Key.Key_Space)
    until(qtbot, tab, lambda seen: seen.table.rows[1, 1] == 0)
    assert tab.session.status.phase == "untrained"  # Space did not press Train
    qtbot.keyClick(tab.table, Qt.Key.Key_1)
    until(qtbot, tab, lambda seen: seen.table.rows[1, 1] == 1)
    qtbot.keyClick(tab.table, Qt.Key.Key_Delete)
    until(qtbot, tab, lambda seen: len(seen.table) == 7)
    tab.ask.switches.setFocus()
    before = tab.ask.number.value()
    qtbot.keyClick(tab.ask.switches, Qt.Key.Key_Space)
    assert abs(tab.ask.number.value() - before) == 128


def test_the_first_network_learns_its_table(network, qtbot):
    assert network.views.currentIndex() == network.sides.currentIndex() == 1
    network.form.set_config(network.form.config().model_copy(update={"updates": 20_000}))
    network.session.configure(network.form.config())
    train(network, qtbot)
    assert "all 4 rows are answered right" in network.verdict.text()
    assert shown(network).parameters[0].shape == (4, 4)
    assert len(network.network.labels) == 20  # all weights are visible


def test_the_sum_that_is_shown_adds_up(network, qtbot):
    activity = network.network.activity
    np.testing.assert_allclose(activity.output, shown(network).outputs[0])
    np.testing.assert_allclose(activity.hidden, shown(network).hidden[0])
    click_box(network.network, network.network.node(1, 2))
    assert f"h₃ = {figure(float(activity.hidden[2]), 3)}" in network.sum.numbers.text
    click_box(network.truth, network.truth.cell(1, 4))
    network.truth.editor.hide()
    assert network.network.activity.inputs.tolist() == [1, 0, 0, 1]
    click_box(network.network, network.network.node(0, 0))
    assert network.network.activity.inputs.tolist() == [0, 0, 0, 1]
    assert network.network.activity.target is None
    qtbot.mouseClick(network.add_truth, LEFT)
    until(qtbot, network, lambda seen: len(seen.table) == 5)
    assert network.network.activity.target in (0.0, 1.0)


@pytest.mark.parametrize("known", [False, True])
def test_inputs_that_are_added_are_marked_as_soon_as_the_table_has_them(network, qtbot, known):
    click_box(network.truth, network.truth.cell(1, 4))
    network.truth.editor.hide()
    if not known:
        click_box(network.network, network.network.node(0, 0))
    inputs = network.network.activity.inputs.copy()
    assert (network.truth.row is None) == (not known)
    qtbot.mouseClick(network.add_truth, LEFT)
    for _ in range(2):
        network.show_snapshot(shown(network))  # a frame from before the edit, as when it trains
        assert np.array_equal(network.network.activity.inputs, inputs)
    until(qtbot, network, lambda seen: len(seen.table) == 5)
    assert network.truth.row == 4
    assert np.array_equal(network.network.activity.inputs, inputs)
    assert network.network.activity.target is not None


def test_a_weight_of_the_network_is_typed_while_it_trains(network, qtbot):
    network.session.play()
    qtbot.waitUntil(lambda: network.session.status.head > 5)
    box = network.network.labels[0, (1, 2)]
    click_box(network.network, box)
    type_into(qtbot, network.network.editor, "much")
    assert "The weight from x₂ to h₃ must be a number" in network.banner.text
    network.session.pause()
    settle(network, qtbot, "paused")
    type_into(qtbot, network.network.editor, "4.25")
    until(qtbot, network, lambda seen: seen.parameters[0][1, 2] == 4.25)


def test_gates_replace_the_table_and_contradictions_are_named(network, qtbot):
    qtbot.mouseClick(network.gate_buttons["parity"], LEFT)
    until(qtbot, network, lambda seen: len(seen.table) == 16)
    assert shown(network).table.targets.sum() == 8
    qtbot.mouseClick(network.restore_truth, LEFT)
    until(qtbot, network, lambda seen: len(seen.table) == 4)
    click_box(network.truth, network.truth.cell(3, 4))
    type_into(qtbot, network.truth.editor, "1")
    qtbot.waitUntil(lambda: "Rows 1 and 4 are the same" in network.note.text)
    network.choose_preset("xor")
    until(qtbot, network, lambda seen: seen.table.bits == 2)
    assert not network.session.ghosts
    assert shown(network).config.bias
    network.grab()


def test_a_step_that_is_too_large_is_said_and_undone(tab, qtbot):
    tab.form.set_config(tab.form.config().model_copy(update={"learning_rate": 1.0}))
    tab.session.configure(tab.form.config())
    tab.session.play()
    qtbot.waitUntil(lambda: tab.session.status.phase == "failed")
    assert "step size" in tab.banner.text
    assert np.isfinite(shown(tab).parameters[0]).all()


def test_every_preset_is_shown(tab, qtbot, qapp):
    for name in get_model("bits").presets:
        tab.choose_preset(name)
        settle(tab, qtbot, "untrained")
        tab.session.step(3)
        settle(tab, qtbot, "paused")
        assert tab.session.status.head == 3
        assert not tab.banner.isVisible()
        tab.grab()
    theme.apply(qapp, "dark")
    tab.grab()
    theme.apply(qapp, "light")


def test_columns_divide_the_width():
    for bits in range(1, 13):
        for total in (320, 640, 1100):
            columns = Columns.fitted(total, bits, compact=False)
            assert columns.left < columns.bit(bits) <= columns.target < columns.answer < columns.error
            if total >= 640:
                assert columns.error < columns.drop < columns.end


def test_parts_without_a_model_paint_nothing(qtbot):
    for widget in (WeightBars(), BitTable("table")):
        qtbot.addWidget(widget)
        widget.grab()
        qtbot.mouseClick(widget, LEFT, pos=QPoint(80, 60))


@pytest.mark.parametrize(("typed", "value"), [("12", 12.0), (" −0,5 ", -0.5), ("1e2", 100.0)])
def test_numbers_are_read_as_people_write_them(typed, value):
    assert read_number(typed, -1000, 1000, "It") == value


@pytest.mark.parametrize("typed", ["", "x", "nan", "inf", "1 000 000", "1001", "--1"])
def test_other_texts_are_refused(typed):
    with pytest.raises(ValueError, match="It must be a number"):
        read_number(typed, -1000, 1000, "It")


def test_figures():
    assert [figure(-0.04), figure(-1.25, 2), figure(float("nan"))] == ["0.0", "−1.25", "–"]


def test_activity_is_what_the_model_computes(network):
    snapshot = shown(network)
    for row, output in zip(snapshot.table.rows, snapshot.outputs, strict=True):
        assert Activity.of(snapshot, row, None).output == pytest.approx(float(output), abs=1e-12)


def test_an_edited_table_is_saved_and_opened_again(tab, qtbot, tmp_path):
    tab.ask.number.setValue(170)
    qtbot.mouseClick(tab.ask.add_button, LEFT)
    until(qtbot, tab, lambda seen: len(seen.table) == 9)
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert len(shown(tab).table) == 9
    tab.session.step(30)
    settle(tab, qtbot, "paused")
    click_box(tab.table, tab.table.cell(0, 1))
    until(qtbot, tab, lambda seen: seen.table.rows[0, 1] == 1)
    weights = shown(tab).parameters[0]
    path = tmp_path / "bits.npz"
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(path)
    tab.choose_preset("xor")
    until(qtbot, tab, lambda seen: seen.true_weights is None)
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(path)
    until(qtbot, tab, lambda seen: seen.true_weights is not None)
    assert tab.session.status.position == 30
    np.testing.assert_array_equal(shown(tab).parameters[0], weights)
    assert shown(tab).table.rows[0, 1] == 1
    assert len(shown(tab).table) == 9
    tab.reset()  # the table in the file is the user's: it stays
    settle(tab, qtbot, "untrained")
    assert len(shown(tab).table) == 9


@pytest.mark.parametrize("bits", [8, 12])
def test_weights_in_narrow_columns_do_not_run_together(qtbot, bits):
    bars = WeightBars()
    qtbot.addWidget(bars)
    true = 2.0 ** np.arange(bits)[::-1]
    bars.show_weights(np.where(true < 20, -true, true) + 0.04, true)
    for width in (bars.minimumSizeHint().width(), 640, 900):
        bars.resize(width, 200)
        column = bars.edges().width
        size, numbers = bars.weights_in(column)
        font = QFont(bars.font())
        font.setBold(True)
        font.setPointSizeF(size * font.pointSizeF())
        widest = max(map(QFontMetricsF(font).horizontalAdvance, numbers))
        assert widest <= column
        assert len(numbers) == bits
    assert "." in numbers[-1]  # with room there are decimals
