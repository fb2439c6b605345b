"""The Colours tab, with the hands of a user: point, pick, drop a picture, name colours, carry the lines away."""

from __future__ import annotations

import numpy as np
import pytest
from hands import LEFT, change, move_held_on, press
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest

from models.base import DataError
from models.colours.language import WORDS, spoken
from models.colours.predict import answer, names_of
from models.data.colours.survey import BASIC
from models.registry import get_model
from ui.plots.networks.network_diagram import Spot
from ui.tabs.colours.tab import ColoursTab
from ui.widgets import theme


@pytest.fixture
def tab(qtbot, qapp):
    theme.apply(qapp, "light")
    tab = ColoursTab(get_model("colours"))
    qtbot.addWidget(tab)
    tab.resize(1280, 680)
    tab.show()
    tab.speed.set_pace(None)
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.settled)
    yield tab
    tab.shutdown()


def train(qtbot, tab, epochs=60):
    """As far as the tests need it: the preset learns for longer."""
    change(tab, epochs=epochs)
    tab.toggle()
    finish(qtbot, tab)


def finish(qtbot, tab):
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.phase == "finished")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.step == tab.session.status.position)


def test_the_borders_on_the_map_are_those_of_the_network(qtbot, tab):
    before = tab.space.map.labels.copy()
    train(qtbot, tab)
    view = tab.space.map
    colours = view._sheet.colours.reshape(-1, 3)
    assert np.array_equal(view.labels.ravel(), names_of(tab.shown, colours))
    assert view.labels.shape != before.shape or not np.array_equal(view.labels, before)
    assert set(np.unique(view.labels)) >= {BASIC.index(name) for name in ("red", "green", "blue", "yellow", "black")}


def test_pointing_at_the_map_tries_a_colour_and_leaving_it_comes_back(qtbot, tab):
    train(qtbot, tab)
    chosen = tab.try_it.picker.colour.copy()
    at = QPoint(round(0.35 * tab.space.map.width()), round(0.5 * tab.space.map.height()))
    QTest.mouseMove(tab.space.map, at - QPoint(4, 0))
    QTest.mouseMove(tab.space.map, at)
    pointed = tab.space.map.colour_at(QPointF(at))
    assert np.array_equal(tab.try_it.colour, pointed)
    assert tab.try_it.bars.headline.startswith("green")
    assert tab.working.text.startswith("#")
    assert "green = " in tab.working.text
    QTest.mouseClick(tab.space.map, LEFT, pos=at)
    tab.space.map.pointed.emit(None)
    assert np.array_equal(tab.try_it.colour, pointed)
    assert not np.array_equal(tab.try_it.colour, chosen)


def test_the_formula_gives_the_score_of_the_network(qtbot, tab):
    train(qtbot, tab)
    for colour in ([200, 20, 30], [20, 60, 220]):
        tab.try_it.choose(np.array(colour, np.uint8))
        probabilities = answer(tab.shown, np.array([colour])).probabilities[0]
        winner = tab.shown.data.names[int(probabilities.argmax())]
        assert f": {winner} = " in tab.working.text
    tab._on_neuron((0, 3))
    assert "h4 = " in tab.working.text
    assert "(r)" in tab.working.text


def test_a_colour_is_typed_and_what_is_none_is_said(qtbot, tab):
    train(qtbot, tab)
    field = tab.try_it.picker.field
    field.setText("#dc143c")
    field.editingFinished.emit()
    assert tab.try_it.colour.tolist() == [220, 20, 60]
    assert tab.try_it.bars.headline.startswith("red")
    field.setText("#12345")
    field.editingFinished.emit()
    assert "no colour" in tab.banner.text
    assert field.text() == "#dc143c"


def test_sliders_and_wheel_choose_the_same_colour(tab):
    picker = tab.try_it.picker
    for slider, part in zip(picker.sliders, (10, 200, 90), strict=True):
        slider.setValue(part)
    assert picker.colour.tolist() == [10, 200, 90]
    assert picker.field.text() == "#0ac85a"
    area = picker.wheel._area()
    QTest.mouseClick(picker.wheel, LEFT, pos=QPoint(round(area.right()) - 3, round(area.center().y())))
    assert picker.colour[0] > 180
    assert picker.colour[1:].max() < 30
    assert picker.sliders[0].value() == picker.colour[0]


def test_the_cube_turns_with_the_mouse_and_is_cut_open(qtbot, tab):
    train(qtbot, tab)
    tab.space.choice.setCurrentIndex(2)
    cube = tab.space.cube
    before = (cube.yaw, cube.labels.copy())
    middle = cube.rect().center()
    QTest.mousePress(cube, LEFT, pos=middle)
    move_held_on(cube, middle + QPoint(60, 0))
    QTest.mouseRelease(cube, LEFT, pos=middle + QPoint(60, 0))
    assert cube.yaw != before[0]
    assert cube.labels.shape != before[1].shape or not np.array_equal(cube.labels, before[1])
    QTest.keyClick(cube, Qt.Key.Key_Up)
    assert cube.pitch == pytest.approx(0.62)
    tab.space.slider.setValue(30)  # blue, up to 30 %
    seen = cube._sheet.colours[cube._sheet.inside]
    assert seen[:, 2].max() <= 77


def test_a_slice_has_one_part_fixed(qtbot, tab):
    train(qtbot, tab)
    tab.space.choice.setCurrentIndex(1)
    tab.space.axis.setCurrentIndex(0)
    tab.space.slider.setValue(20)
    colours = tab.space.slice._sheet.colours
    assert (colours[..., 0] == 51).all()
    assert colours[0, 0, 2] > 250  # blue grows upwards
    assert colours[-1, -1, 1] > 250  # green to the right


def test_the_strip_says_where_green_becomes_blue(qtbot, tab):
    train(qtbot, tab)
    tab.views.show_view(1)
    assert tab.between.ends[0].currentText() == "green"
    assert "green → blue at" in tab.between.words.text()
    place = tab.between.strip.changes()
    assert len(place) == 1
    probabilities = answer(tab.shown, tab.between.strip.colours).probabilities
    assert BASIC[probabilities[place[0]].argmax()] == "blue"
    assert BASIC[probabilities[place[0] - 1].argmax()] == "green"


def test_a_dropped_picture_is_painted_and_counted(qtbot, tab, tmp_path):
    train(qtbot, tab)
    picture = np.zeros((20, 40, 4), np.uint8)
    picture[..., 3] = 255
    picture[:, :30, 0] = 220  # three quarters red,
    picture[:, 30:, 2] = 230  # one quarter blue
    path = tmp_path / "two.png"
    QImage(picture.data, 40, 20, 160, QImage.Format.Format_RGBA8888).save(str(path))
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    tab.take(mime)
    assert tab.sides.currentIndex() == 1
    shares = tab.picture.shares
    assert shares == pytest.approx({"red": 0.75, "blue": 0.25}, abs=0.02)
    assert tab.picture.tally.item(0, 0).text() == "red"
    area = tab.picture.sheet.area()
    at = QPointF(area.left() + 0.9 * area.width(), area.center().y()).toPoint()
    QTest.mouseClick(tab.picture.sheet, LEFT, pos=at)
    assert tab.try_it.picker.colour.tolist() == [0, 0, 230]


def test_what_is_no_picture_is_refused_in_a_sentence(tab, tmp_path):
    path = tmp_path / "text.png"
    path.write_text("no picture")
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    with pytest.raises(DataError, match="not a picture"):
        tab.take(mime)


def test_the_lines_are_copied_and_their_rounding_is_told(qtbot, tab):
    train(qtbot, tab)
    tab.sides.setCurrentIndex(3)
    assert "251 numbers" in tab.carry_it.cost.text()
    assert "instead of" in tab.carry_it.cost.text()
    tab.carry_it.form.setCurrentIndex(2)
    press(tab, "Copy")
    text = QGuiApplication.clipboard().text()
    room = {}
    exec(text, room)
    assert room["name"](230, 20, 20) == "red"
    tab.carry_it.of.setCurrentIndex(1)
    assert "44 numbers" in tab.carry_it.cost.text()
    tab.carry_it.form.setCurrentIndex(0)
    assert len(tab.carry_it.text.toPlainText().strip().splitlines()) == 12


def test_a_handful_of_answers_teaches_words_of_another_language(qtbot, tab):
    tab.sides.setCurrentIndex(2)
    for count in range(20):
        word = WORDS[int(spoken(tab.name_it.question[None])[0])]
        tab.name_it.field.setText(word)
        QTest.keyClick(tab.name_it.field, Qt.Key.Key_Return)
        if count >= 3 and tab.session.data is not None:
            finish(qtbot, tab)
    finish(qtbot, tab)
    assert tab.own_data() == "my own words"
    anywhere = np.random.default_rng(1).integers(0, 256, (3000, 3))
    words = np.array(tab.shown.data.names)[names_of(tab.shown, anywhere)]
    right = np.mean(words == np.array(WORDS)[spoken(anywhere)])
    assert right >= 0.75
    assert tab.space.map.names == tab.shown.data.names
    press(tab, "Start over")
    qtbot.waitUntil(lambda: tab.session.settled and tab.shown is not None and not tab.shown.data.own)
    assert tab.shown.data.names == BASIC


def test_a_word_that_is_none_is_said_and_markup_stays_text(qtbot, tab):
    tab.sides.setCurrentIndex(2)
    tab.name_it.field.setText("   ")
    tab.name_it.field.returnPressed.emit()
    assert "type a word" in tab.banner.text
    tab.name_it.give("<b>bold</b> & co")
    assert tab.name_it._word_buttons[0].text() == "<b>bold</b> && co"
    press(tab, "Take back")
    assert not tab.name_it.answers


def test_a_weight_is_set_in_the_network(qtbot, tab):
    train(qtbot, tab)
    tab.views.show_view(2)
    tab.network.weight_set.emit(1, 2, 3, 7.5)
    qtbot.waitUntil(lambda: tab.network.diagram.value(_spot(1, 3, 2)) == 7.5)


def _spot(layer, unit, source):
    return Spot(layer, unit, source, "weight")


def test_mistakes_are_named_and_clicked(qtbot, tab):
    train(qtbot, tab)
    tab.views.show_view(3)
    pairs = tab.mistakes.pairs()
    assert sum(count for *_, count in pairs) == len(tab.mistakes.swatches._shown) > 0
    assert "Most often" in tab.mistakes.words.text()
    box = tab.mistakes.swatches.box(0)
    QTest.mouseClick(tab.mistakes.swatches, LEFT, pos=box.center().toPoint())
    assert np.array_equal(tab.try_it.picker.colour, tab.mistakes.swatches.colour(0))
    assert "taken for" in tab.mistakes.swatches.words_about(0)


def test_the_same_grey_gets_one_answer(qtbot, tab):
    train(qtbot, tab)
    tab.views.show_view(4)
    assert "“grey”" in tab.grounds.words.text()


def test_a_table_of_ones_own_is_learnt_and_saved_with_the_run(qtbot, tab, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("hex,name\n#f00,warm\n#0000ff,kalt\n#0011ee,kalt\n#ff1100,warm\n#fa2200,warm\n#2200fa,kalt\n")
    tab.open_data([table])
    qtbot.waitUntil(lambda: tab.session.settled and tab.shown is not None and tab.shown.data.own)
    train(qtbot, tab)
    assert tab.try_it.bars.names == ("warm", "kalt")
    path = tmp_path / "run.npz"
    tab.try_it.choose(np.array([250, 30, 30], np.uint8))
    tab.save_experiment(path)
    qtbot.waitUntil(lambda: path.exists() and tab.session.settled)
    table.unlink()
    parameters = tab.shown.parameters.copy()
    tab.try_it.choose(np.array([1, 2, 3], np.uint8))
    tab.open_experiment(path)
    qtbot.waitUntil(lambda: tab.session.settled and tab.try_it.picker.colour.tolist() == [250, 30, 30])
    qtbot.waitUntil(lambda: tab.shown is not None and np.array_equal(tab.shown.parameters, parameters))
    assert tab.shown.data.names == ("warm", "kalt")


def test_a_pasted_colour_is_tried(tab):
    QGuiApplication.clipboard().setText(" #DC143C ")
    tab.paste()
    assert tab.try_it.colour.tolist() == [220, 20, 60]
    QGuiApplication.clipboard().setText("nothing of the kind")
    with pytest.raises(DataError, match="is no colour"):
        tab.paste()


def test_names_of_ones_own_are_plain_text_everywhere(qtbot, tab, tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text(
        "hex,name\n"
        + "".join(f"#{'ff' if n % 2 else '00'}{n:02x}00,{'<b>a</b>' if n % 2 else 'b&c'}\n" for n in range(20))
    )
    tab.open_data([table])
    qtbot.waitUntil(lambda: tab.session.settled and tab.shown is not None and tab.shown.data.own)
    train(qtbot, tab, 20)
    tab.views.show_view(3)
    matrix = tab.mistakes.matrix
    QTest.mouseMove(matrix, matrix.cell_rect(0, 1).center().toPoint() - QPoint(2, 0))
    QTest.mouseMove(matrix, matrix.cell_rect(0, 1).center().toPoint())
    assert "&lt;b&gt;a&lt;/b&gt;" in matrix.toolTip()
    assert "<b>a</b>" in matrix.readout


def test_answers_from_a_file_about_colours_that_nobody_is_asked_about_are_kept(tab):
    name_it = tab.name_it
    foreign = np.array([1, 2, 3], np.uint8)
    assert not (name_it.pool == foreign).all(axis=1).any()
    name_it.answers = [(foreign, "almost black"), (name_it.question.copy(), "some colour")]
    name_it.skip()
    name_it.take_back()
    name_it.take_back()
    assert not name_it.answers
