"""The Sequence tab with real events: reading, units held, writing, blame, same units, series, own text, saving."""

from __future__ import annotations

import hands
import numpy as np
import pytest
from hands import LEFT, press
from PySide6.QtCore import QMimeData, QPoint, QUrl
from PySide6.QtTest import QTest
from waiting import settle, settled

from models.base import DataError
from models.registry import get_model
from models.sequence.config import SequenceConfig
from ui.tabs.sequence import tab as module
from ui.tabs.sequence.series_view import as_values
from ui.tabs.sequence.tab import GENERATE, LOOKS, MEMORY, SERIES, UNROLLED, SequenceTab, absent
from ui.tabs.sequence.words import shown
from ui.widgets.numbers import number


@pytest.fixture
def tab(qtbot):
    tab = SequenceTab(get_model("sequence"))
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    tab.show()
    qtbot.waitUntil(settled(tab))
    yield tab
    tab.shutdown()
    tab.close()


def use(tab, qtbot, **settings):
    """Start a new run with other settings."""
    small = {"units": 8, "updates": 20, "window": 12, "batch_size": 8}
    config = SequenceConfig(**(small | settings))
    tab.form.set_config(config)
    tab.session.reset(config)
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.snapshot.config == config)
    settle(tab, qtbot)


def train(tab, qtbot):
    tab.session.play()
    settle(tab, qtbot, "finished")


def type_in(tab, qtbot, text):
    tab.try_panel.line.setFocus()
    tab.try_panel.line.clear()
    qtbot.keyClicks(tab.try_panel.line, text)


def click_cell(tab, unit, moment):
    hands.click_box(tab.unrolled.map, tab.unrolled.map.cell_rect(unit, moment))


def bars(tab):
    """The answers in the list, best first."""
    panel = tab.try_panel.bars
    return [panel.words_about(index) for index in range(panel.count)]


def test_it_learns_hello_and_says_so_at_every_letter(tab, qtbot):
    train(tab, qtbot)
    expected = [tab.unrolled.map.expected(moment)[0] for moment in range(4)]
    assert [name for name, _ in expected] == list("ello")
    assert all(p > 0.9 for _, p in expected)
    type_in(tab, qtbot, "he")
    assert bars(tab)[0].startswith("“l”: 9")
    assert "“he”" in tab.try_panel.title.text()
    assert tab.record.known["says"].value == 1.0


def test_the_answer_follows_while_it_trains(tab, qtbot):
    use(tab, qtbot, text="hello", updates=1_000_000)
    type_in(tab, qtbot, "h")
    before = bars(tab)
    tab.session.play()
    qtbot.waitUntil(lambda: bars(tab) != before and tab.session.status.phase == "running")
    tab.session.pause()
    settle(tab, qtbot)


def test_letters_it_has_never_read_are_named(tab, qtbot):
    type_in(tab, qtbot, "hex!")
    assert "“x”, “!”" in tab.try_panel.note.text()
    type_in(tab, qtbot, "he")
    assert tab.try_panel.note.text() == ""


def test_a_unit_in_numbers_frozen_switched_off_and_let_go(tab, qtbot):
    train(tab, qtbot)
    click_cell(tab, 40, 2)
    unit, moment = tab.unrolled.map.chosen
    assert (unit, moment) == (40, 2)
    table = tab.unrolled.panel.table
    numbers = [float(table.item(0, column).text().replace("−", "-")) for column in range(1, 6)]
    assert sum(numbers[:3]) == pytest.approx(numbers[3], abs=0.02)
    assert np.tanh(numbers[3]) == pytest.approx(numbers[4], abs=0.02)
    assert r"\tanh" in tab.unrolled.panel.formulas[0].latex
    press(tab, "Switch off")
    settle(tab, qtbot)
    hidden = tab.reader.read(tab.session.snapshot, "", "rnn").hidden[0]
    assert (hidden[:, 40] == 0).all()
    assert "held by hand" in tab.unrolled.panel.title.text()
    press(tab, "Let go")
    settle(tab, qtbot)
    value = tab.reader.read(tab.session.snapshot, "", "rnn").hidden[0][2, 40]
    assert value != 0
    press(tab, "Freeze")
    settle(tab, qtbot)
    frozen = tab.reader.read(tab.session.snapshot, "", "rnn").hidden[0][:, 40]
    assert frozen == pytest.approx(value)


@pytest.mark.parametrize("cell", ["gru", "lstm"])
def test_gates_over_time_and_their_formulas(tab, qtbot, cell):
    use(tab, qtbot, text="abracadabra", cell=cell)
    train(tab, qtbot)
    click_cell(tab, 3, 4)
    parts = [tab.unrolled.parts.itemText(index) for index in range(tab.unrolled.parts.count())]
    wanted = {"gru": ["reset", "update", "candidate"], "lstm": ["input", "forget", "output", "candidate", "memory"]}
    assert parts == ["hidden state", *wanted[cell]]
    assert tab.unrolled.panel.table.rowCount() == len(wanted[cell]) - (cell == "lstm")
    tab.unrolled.parts.setCurrentText(wanted[cell][1])
    gate = tab.reader.read(tab.session.snapshot, "", cell).gates[0][wanted[cell][1]]
    words = tab.unrolled.map.words_about(3 * tab.unrolled.map.columns + 4)
    assert f"{wanted[cell][1]} {number(float(gate[4, 3]))}" in words


def test_it_writes_and_says_what_it_knows_by_heart(tab, qtbot):
    use(tab, qtbot, dataset="towns", cell="gru", updates=5)
    train(tab, qtbot)
    tab.show_view(GENERATE)
    view = tab.generated
    qtbot.waitUntil(lambda: "of 10 stand in the list" in view.words.text())
    first = [sample.text for sample in view.written]
    press(view, "Write")
    qtbot.waitUntil(lambda: "of 10 stand in the list" in view.words.text())
    assert [sample.text for sample in view.written] == first, "the same seed writes the same"
    assert view.page.toPlainText().splitlines() == first
    view.prefix.setText("Bad")
    view.seed.setValue(3)
    press(view, "Write")
    qtbot.waitUntil(lambda: "seed 3" in view.words.text())
    assert all(sample.text.startswith("Bad") for sample in view.written)


def test_what_is_copied_word_for_word_is_marked(tab, qtbot):
    use(tab, qtbot, text="<b>hello</b> hello", updates=400, units=40, cell="gru", window=32)
    train(tab, qtbot)
    tab.show_view(GENERATE)
    tab.generated.temperature.setValue(0)
    press(tab.generated, "Write")
    qtbot.waitUntil(lambda: "copied" in tab.generated.words.text())
    sample = tab.generated.written[0]
    assert sample.text.startswith("<b>hello</b> hello")
    assert sample.copied[0][0] == 0
    assert "<b>hello</b>" in tab.generated.page.toPlainText(), "foreign text is plain text"


def test_blame_on_its_way_back_for_three_cells(tab, qtbot):
    use(tab, qtbot, dataset="adding", delay=30, cell="rnn", updates=5)
    train(tab, qtbot)
    assert tab.views.currentIndex() == UNROLLED, "it shows both"
    tab.show_view(MEMORY)
    qtbot.waitUntil(lambda: "rnn" in tab.memory.blame)
    assert len(tab.memory.blame["rnn"]) == 30
    press(tab.memory, "All three cells")
    settle(tab, qtbot)
    assert tab.session.status.config.cell == "all"
    qtbot.waitUntil(lambda: set(tab.memory.blame) == {"rnn", "gru", "lstm"})
    left = {cell: lengths[-1] / lengths[0] for cell, lengths in tab.memory.blame.items()}
    assert min(left["gru"], left["lstm"]) > 0
    press(tab.memory, "Try other gaps")
    qtbot.waitUntil(lambda: tab.memory.measure.isEnabled() and len(tab.memory.gap_plot.data) == 3)
    xs, _ = tab.memory.gap_plot.data["lstm"]
    assert xs.min() < 30 < xs.max()


def test_what_drives_the_next_letter_and_where_the_same_units_are_on(tab, qtbot):
    use(tab, qtbot, dataset="brackets", cell="lstm", units=24, updates=30)
    train(tab, qtbot)
    tab.show_view(LOOKS)
    grid = tab.looks.grid
    hands.click_box(grid, grid.box(5))
    assert "after letter 6" in tab.looks.title.text()
    assert np.isfinite(grid._values[:6]).all()
    assert np.isnan(grid._values[6:]).all()
    start, end = (grid.box(index).center().toPoint() for index in (8, 11))
    QTest.mousePress(grid, LEFT, pos=start)
    QTest.mouseMove(grid, QPoint((start.x() + end.x()) // 2, end.y()))
    QTest.mouseRelease(grid, LEFT, pos=end)
    qtbot.waitUntil(lambda: tab.looks.found is not None and not tab.looks.job.running)
    found = tab.looks.found
    assert len(found.units)
    assert found.places
    for first, last in found.places:
        assert (found.share[first:last] >= 0.75).all()
    tab.looks.places.setCurrentRow(0)
    assert tab.looks.places.count() == len(found.places)


def test_a_series_goes_on_from_where_it_is_let_go(tab, qtbot):
    use(tab, qtbot, dataset="sine", window=40, updates=10)
    train(tab, qtbot)
    assert tab.views.currentIndex() == SERIES
    view = tab.series
    qtbot.waitUntil(lambda: view.found is not None and not view.job.running)
    assert view.found.release == 800
    press(view, "Let go at the end")
    qtbot.waitUntil(lambda: view.found.release == 1000)
    assert len(view.found.free) == 200
    assert "Usually" in view.words.text()
    hands.drag(view.plot, (1000, 0.0), (900, 0.0))
    qtbot.waitUntil(lambda: abs(view.found.release - 900) < 6)


def test_a_curve_drawn_by_hand_is_learnt(tab, qtbot):
    use(tab, qtbot, dataset="sine", updates=5)
    plot = tab.series.plot
    settle(tab, qtbot)
    press(tab.series, "Draw your own")
    way = [(x, np.sin(x / 40)) for x in np.linspace(520, 1150, 60)]
    hands.drag(plot, *way)
    qtbot.waitUntil(lambda: tab.session.data is not None)
    tab.session.pause()
    settle(tab, qtbot)
    series = tab.session.snapshot.data
    assert series.own
    assert len(series) == 400
    assert np.corrcoef(series.values, np.sin(np.linspace(520, 1150, 400) / 40))[0, 1] > 0.99
    assert tab.session.status.config.dataset == "own"
    assert tab.leave_button.isVisible()
    tab.leave_button.click()
    settle(tab, qtbot)
    assert tab.session.snapshot.data.content == "hello"
    assert not len(as_values([(0.0, 1.0)] * 3))


def test_a_text_that_is_dropped_is_learnt_and_comes_back_from_a_file(tab, qtbot, tmp_path):
    mime = QMimeData()
    mime.setText("the quick brown fox jumps over the lazy dog. " * 30)
    tab.take(mime)
    settle(tab, qtbot)
    assert tab.session.status.config.dataset == "own"
    assert "the last 135 held out" in tab.try_panel.about.text()
    tab.session.step(3)
    settle(tab, qtbot, "paused")
    type_in(tab, qtbot, "the qu")
    path = tmp_path / "fox.npz"
    tab.save_experiment(path)
    qtbot.waitUntil(path.exists)
    tab.reset()
    tab.try_panel.set_text("")
    tab.open_experiment(path)
    qtbot.waitUntil(lambda: tab.session.status.position == 3 and tab.session.settled)
    assert tab.try_panel.text == "the qu"
    assert tab.session.snapshot.data.content.startswith("the quick brown")
    tab.reset()
    settle(tab, qtbot, "untrained")
    assert tab.session.snapshot.data.content.startswith("the quick brown"), "a new run can begin on it"
    hands.change(tab, dataset="sine")
    settle(tab, qtbot, "untrained")
    assert not tab.session.snapshot.data.own
    assert tab.own_data() is None
    tab.take(mime)
    settle(tab, qtbot)
    tab.choose_preset("hello")
    settle(tab, qtbot)
    assert tab.session.snapshot.data.content == "hello"


def test_a_file_in_another_encoding_is_asked_about(tab, qtbot, tmp_path, monkeypatch):
    path = tmp_path / "alt.txt"
    path.write_bytes("Grüße aus Köln. ".encode("cp1252") * 20)
    asked = []

    def answer(_parent, _title, words, items, *_):
        asked.append(words)
        return items[0], True

    monkeypatch.setattr(module.QInputDialog, "getItem", answer)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    tab.take(mime)
    settle(tab, qtbot)
    assert "alt.txt is no text in UTF-8" in asked[0]
    assert "ü" in tab.session.snapshot.task.names
    monkeypatch.setattr(module.QInputDialog, "getItem", lambda *_: ("", False))
    before = tab.session.snapshot
    tab.take(mime)
    assert tab.session.snapshot is before


def test_what_cannot_be_learnt_is_said_and_nothing_is_lost(tab, qtbot, tmp_path):
    before = tab.session.status.run_id
    path = tmp_path / "bad.csv"
    path.write_text("value\n" + "3\n" * 50)
    tab.open_data([path])
    assert "constant" in tab.banner.text
    type_in(tab, qtbot, "aaaa")
    press(tab, "Learn this")
    assert "one letter only" in tab.banner.text
    with pytest.raises(DataError, match="Neither a text nor a file"):
        tab.take(QMimeData())
    assert tab.session.status.run_id == before


def test_what_is_typed_can_be_learnt(tab, qtbot):
    type_in(tab, qtbot, "banana")
    press(tab, "Learn this")
    qtbot.waitUntil(lambda: tab.session.status.phase == "finished" and tab.session.settled)
    assert tab.session.status.config.text == "banana"
    expected = [tab.unrolled.map.expected(moment)[0][0] for moment in range(5)]
    assert expected == list("anana")


def test_plots_that_a_run_does_not_have_are_left_out(tab, qtbot):
    visible = [panel.title for panel in tab.plots.panels if panel.isVisible()]
    assert "free run" not in visible
    assert "loss of each" not in visible
    for preset in get_model("sequence").presets.values():
        trainer = get_model("sequence").trainer(preset.config, get_model("sequence").load(preset.config))
        reported = set(trainer.step())
        assert not reported & absent(trainer.task, preset.config)


def test_counting_models_are_drawn_to_be_beaten(tab, qtbot):
    use(tab, qtbot, dataset="towns", updates=2)
    panel = next(panel for panel in tab.plots.panels if panel.title == "bits a letter")
    qtbot.waitUntil(lambda: len(panel._levels) == 5)
    assert dict(panel._levels)["3 letters counted"] == pytest.approx(2.73, abs=0.05)


def test_letters_without_a_picture_get_one():
    assert [shown(letter) for letter in ("a", "\n", " ", "\t", "\u200d", "\u0301")] == [
        "a", "⏎", "␣", "⇥", "U+200D", "◌\u0301",
    ]  # fmt: skip
