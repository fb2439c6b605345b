"""The CNN tab with real events: maps follow canvas and training; units are traced and worked out; reasons, pictures."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from hands import button, click_cell, click_picture, draw, middle_of, press
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel
from waiting import quiet, settle

from models.base import DataError
from models.cnn import explain
from models.cnn import predict as cnn
from models.cnn.config import CnnConfig
from models.cnn.explain import WorkedPool, WorkedSum
from models.cnn.trainer import CnnTrainer
from models.data.drawing.strokes import Drawing, write_drawings
from models.data.pictures.faces import MOODS, faces8
from models.registry import get_model
from playground.engine.drawings import from_picture, write_examples
from ui.plots.grids.image_tiles import ImageTiles
from ui.plots.networks.layer_stack import Unit
from ui.tabs.cnn import why as cnn_why
from ui.tabs.cnn.network import layers_of, trace
from ui.tabs.cnn.tab import CnnTab
from ui.tabs.cnn.why import Explained, explanation
from ui.tryout import my_drawings as kept
from ui.widgets.numbers import number, percent

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "data_folder", lambda: tmp_path / "data")
    kept.my_drawings.cache_clear()
    yield
    kept.my_drawings.cache_clear()


@pytest.fixture
def tab(qtbot):
    """A tab that begins with tiny faces."""
    model = get_model("cnn")
    presets = {"faces-8": model.presets["faces-8"], **model.presets}
    tab = CnnTab(replace(model, presets=presets))
    qtbot.addWidget(tab)
    tab.resize(1280, 660)
    tab.show()
    qtbot.waitUntil(lambda: tab.shown is not None and tab.try_panel.answer is not None)
    yield tab
    tab.shutdown()
    tab.close()


def use(tab, qtbot, play=True, **settings):
    """A new run with other settings."""
    config = CnnConfig(**{**tab.model.presets["faces-8"].config.model_dump(), "epochs": 150, **settings})
    tab.form.set_config(config)
    tab.session.reset(config, play=play)
    settle(tab, qtbot, "finished" if play else "untrained")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.try_panel.subject.kind == config.dataset)
    tab.try_panel.refresh()


def show(tab, image):
    tab.try_panel.set_image(image, None)
    tab.try_panel.refresh()


def shown(tab, index=None):
    """The numbers of all columns of the network view, or of one, as (H, W, C)."""
    stack = tab.network.stack
    if index is None:
        return [shown(tab, index) for index in range(len(stack.layers))]
    values = np.zeros(stack.layers[index].maps)
    for place in np.ndindex(values.shape):
        values[place] = stack.value(Unit(index, *place))
    return values


def said(tab, name):
    """What stands below one of the three pictures of the reasons."""
    return tab.why.findChild(QLabel, name).text()


def expected(tab):
    image = tab.try_panel.preparation.image
    answer = cnn.answer(tab.session.snapshot, image[None], activations=True)
    return [values[0] for values in (cnn.encode(image[None]), *answer.activations, answer.probabilities)]


def click_unit(tab, qtbot, unit):
    stack = tab.network.stack
    qtbot.mouseClick(stack, LEFT, pos=stack.unit_rect(unit).center().toPoint())


def test_the_canvas_holds_a_picture_from_the_beginning(tab):
    assert not tab.try_panel.canvas.is_empty
    assert tab.try_panel.bars.state == "untrained"
    assert len(tab.network.stack.layers) == 5
    assert any(value.any() for value in shown(tab)[1:4])


def test_maps_follow_the_canvas(tab, qtbot):
    use(tab, qtbot)
    canvas = tab.try_panel.cell_canvas
    before = shown(tab, 0)
    click_cell(canvas, 7, 0)
    qtbot.waitUntil(lambda: not np.array_equal(shown(tab, 0), before))
    for value, wanted in zip(shown(tab), expected(tab), strict=True):
        assert np.array_equal(value.reshape(-1), wanted.reshape(-1))
    probabilities = expected(tab)[-1]
    best = int(probabilities.argmax())
    assert f"{MOODS[best]}: {percent(probabilities[best])}" in tab.try_panel.bars.accessibleDescription()


def test_maps_follow_training_and_the_timeline(tab, qtbot):
    use(tab, qtbot)
    late = shown(tab, 1)
    tab.session.seek(3)
    qtbot.waitUntil(lambda: tab.session.snapshot.step == 3 and not np.array_equal(shown(tab, 1), late))
    assert np.array_equal(shown(tab, 1), expected(tab)[1])
    (tiles,) = [each for each in tab.network.findChildren(ImageTiles) if each.isVisible()]
    weights = cnn.filters(tab.session.snapshot)[0][1]
    assert tiles.count == len(weights)
    assert tiles.readout == ""
    tiles.grab()
    qtbot.mouseMove(tiles, middle_of(tiles, lambda spot: tiles.pixel_at(QPointF(spot)) == (2, 0, 1)))
    assert tiles.readout.endswith(number(float(weights[2, 0, 0, 1])))
    tab.session.seek(tab.session.status.head)
    qtbot.waitUntil(lambda: np.array_equal(shown(tab, 1), late))


def test_maps_are_drawn_while_it_trains(tab, qtbot):
    tab.session.set_pace(200)
    tab.session.play()
    seen = []
    tab.session.frame.connect(lambda: seen.append(shown(tab, 1).sum()))
    qtbot.waitUntil(lambda: len(set(map(float, seen))) > 3)
    tab.session.pause()


def test_pointing_at_a_unit_traces_it_back_to_the_picture(tab, qtbot):
    use(tab, qtbot)
    stack = tab.network.stack
    unit = Unit(2, 1, 1, 3)
    qtbot.mouseMove(stack, stack.unit_rect(unit).center().toPoint())
    qtbot.waitUntil(lambda: "pool 2 · map 4, row 2, column 2" in stack.readout)
    assert "sees 4×4 pixels of the picture" in stack.readout
    snapshot = tab.session.snapshot
    parts = trace(snapshot, [stage.spec for stage in snapshot.config.architecture().stages], unit)
    assert [part.layer for part in parts] == [2, 1, 0]
    assert [list(part.channels) for part in parts] == [[3], [3], [0]]
    assert (parts[1].top, parts[1].left, parts[1].bottom, parts[1].right) == (2, 2, 4, 4)
    assert (parts[2].top, parts[2].bottom) == (2, 6)


def test_a_trace_goes_through_every_kind_of_layer():
    config = CnnConfig(layers="conv 3 5x5, conv 2 3x3 each map, batchnorm, average pool 2, dropout 0.1, dense 5")
    snapshot = CnnTrainer(config, small_digits()).snapshot()
    specs = [stage.spec for stage in config.architecture().stages]
    parts = trace(snapshot, specs, Unit(5, 1, 1, 3))
    assert [part.layer for part in parts] == [5, 4, 3, 2, 1, 0]
    assert [list(part.channels) for part in parts] == [[3], [3], [3], [3], [1], [0]]
    answer = trace(snapshot, specs, Unit(7, 0, 0, 2))
    assert list(answer[1].channels) == list(range(5))
    assert (answer[-1].bottom, answer[-1].right) == (28, 28)


def small_digits():
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 255, (20, 28, 28), dtype=np.uint8), np.arange(20, dtype=np.uint8) % 10
    from models.data.pictures.mnist import DIGITS, ImageData

    return ImageData(images, labels, images, labels, DIGITS, "noise", "")


def test_columns_know_whether_their_numbers_can_be_negative():
    config = CnnConfig(layers="conv 3 5x5, batchnorm, pool 2, dense 5")
    assert [layer.signed for layer in layers_of(config, config.architecture().stages)] == [
        False,
        True,  # before the activation, which follows the normalization
        False,
        False,
        False,
        False,
    ]
    tanh = config.model_copy(update={"activation": "tanh"})
    assert all(layer.signed for layer in layers_of(tanh, tanh.architecture().stages)[1:-1])


def test_a_click_works_out_the_numbers(tab, qtbot):
    use(tab, qtbot)
    network, stack = tab.network, tab.network.stack
    for unit, kind in ((Unit(1, 2, 3, 4), WorkedSum), (Unit(2, 1, 1, 0), WorkedPool), (Unit(3, 0, 0, 5), WorkedSum)):
        click_unit(tab, qtbot, unit)
        assert network.pages.currentWidget() is network.working
        image = tab.try_panel.preparation.image
        worked = explain.worked_out(tab.session.snapshot, image, unit.layer, unit.row, unit.column, unit.channel)
        assert isinstance(worked, kind)
        assert worked.output == pytest.approx(stack.value(unit), abs=1e-5)
        assert f"{stack.value(unit):.3f}" in network.working.sentence()
        network.working.grab()
    click_unit(tab, qtbot, Unit(4, 0, 0, 1))
    assert "softmax" in network.working.sentence()
    assert f"{100 * stack.value(Unit(4, 0, 0, 1)):.1f} %" in network.working.sentence()
    network.working.grab()
    press(network, "close the numbers")
    assert network.pages.currentWidget() is not network.working
    assert stack.chosen is None


def test_a_batch_normalization_and_a_dropout_are_worked_out_as_they_are(tab, qtbot):
    use(tab, qtbot, layers="conv 3 3x3, batchnorm, dropout 0.1, dense 5")
    working, stack = tab.network.working, tab.network.stack
    unit = Unit(2, 1, 2, 0)
    click_unit(tab, qtbot, unit)
    worked = explain.worked_out(tab.session.snapshot, tab.try_panel.preparation.image, 2, 1, 2, 0)
    assert worked.output == pytest.approx(stack.value(unit), abs=1e-5)
    assert f"/ {worked.deviation:.3f} ×" in working.sentence()
    assert f"{stack.value(unit):.3f}" in working.sentence()
    working.grab()
    click_unit(tab, qtbot, Unit(3, 1, 2, 0))
    assert "while it trains" in working.sentence()
    working.grab()


def test_an_opened_run_on_other_pictures_is_not_shown_the_last_one(tab, qtbot, tmp_path):
    file = tmp_path / "faces.npz"
    settle(tab, qtbot)
    tab.session.save(file)  # with nothing drawn
    settle(tab, qtbot)
    use(tab, qtbot, play=False, dataset="faces-28", layers="conv 2 5x5, pool 4")
    assert tab.try_panel.subject.kind == "faces-28"
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(file)
    settle(tab, qtbot)
    assert tab.try_panel.subject.kind == "faces-8"
    assert tab.try_panel.preparation.image.shape == (8, 8)
    assert any(np.array_equal(tab.try_panel.preparation.image, image) for image in tab.data.test_images)
    mine = tab.data.train_images[0]
    show(tab, mine)
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(file)
    settle(tab, qtbot)
    tab.try_panel.refresh()
    assert np.array_equal(tab.try_panel.preparation.image, mine)  # of the same kind: what is on the canvas stays


def test_the_numbers_follow_the_timeline(tab, qtbot):
    use(tab, qtbot)
    click_unit(tab, qtbot, Unit(1, 2, 3, 4))
    before = tab.network.working.sentence()
    tab.session.seek(1)
    qtbot.waitUntil(lambda: tab.network.working.sentence() != before)
    settle(tab, qtbot)
    worked = explain.worked_out(tab.session.snapshot, tab.try_panel.preparation.image, 1, 2, 3, 4)
    assert f"bias {worked.bias:.3f}".replace("-", "−") in tab.network.working.sentence()


def test_another_plane_of_a_second_convolution(tab, qtbot):
    use(tab, qtbot, layers="conv 3 3x3, conv 2 3x3, dense 4", epochs=5)
    click_unit(tab, qtbot, Unit(2, 1, 1, 0))
    working = tab.network.working
    working.grab()
    third = middle_of(working, lambda spot: working.plane_at(QPointF(spot)) == 2)
    qtbot.mouseClick(working, LEFT, pos=third)
    assert working.plane == 2
    assert all(working.plane_at(QPointF(x, third.y())) != 3 for x in range(working.width()))  # there are three maps
    worked = explain.worked_out(tab.session.snapshot, tab.try_panel.preparation.image, 2, 1, 1, 0)
    assert f"{worked.total:.3f}".replace("-", "−") in working.sentence()


def test_why_this_answer(tab, qtbot):
    use(tab, qtbot)
    show(tab, faces8().test_images[0])
    snapshot, image = tab.session.snapshot, tab.try_panel.preparation.image
    press(tab.view_buttons, "Why this answer")
    why = tab.why
    qtbot.waitUntil(lambda: why.change.map is not None)
    answer = int(cnn.predict(snapshot, image[None])[0].argmax())
    assert np.array_equal(why.occlusion.map, explain.occlusion_map(snapshot, image, answer))
    assert np.array_equal(why.saliency.map, explain.saliency(snapshot, image, answer))
    why.grab()
    other = next(i for i in range(3) if i != answer and explain.smallest_change(snapshot, image, i) is not None)
    why.target.setCurrentIndex(other + 1)
    why.target.activated.emit(other + 1)
    wanted = explain.saliency(snapshot, image, other)
    qtbot.waitUntil(lambda: np.array_equal(why.saliency.map, wanted))
    assert MOODS[other] in said(tab, "where-ink-counts")
    why.wanted.setCurrentIndex(other + 1)
    why.wanted.activated.emit(other + 1)
    qtbot.waitUntil(lambda: not why.job.running and f": “{MOODS[other]}” (" in said(tab, "what-would-change-it"))
    press(why, "To the canvas")
    changed = explain.smallest_change(snapshot, image, other).image
    qtbot.waitUntil(lambda: np.array_equal(tab.try_panel.preparation.image, changed))
    assert tab.try_panel.answer.probabilities[0].argmax() == other


def test_why_says_when_there_is_nothing_to_explain(tab, qtbot):
    press(tab.view_buttons, "Why this answer")
    qtbot.waitUntil(lambda: "untrained" in said(tab, "what-it-relies-on"))
    use(tab, qtbot)
    tab.try_panel.canvas.clear()
    qtbot.waitUntil(lambda: "Nothing is drawn" in said(tab, "what-it-relies-on"))
    assert not button(tab.why, "To the canvas").isEnabled()


def test_a_picture_that_changes_while_the_last_one_is_explained_is_explained_next(tab, qtbot, monkeypatch):
    begun, go_on = threading.Event(), threading.Event()

    def held(*asked):
        begun.set()
        while not go_on.wait(0.01):
            yield Explained(0)  # nothing is known yet
        yield from explanation(*asked)

    use(tab, qtbot)
    monkeypatch.setattr(cnn_why, "explanation", held)
    tab.show_view(1)
    qtbot.waitUntil(begun.is_set)
    image = next(image for image in tab.data.test_images if not np.array_equal(image, tab.try_panel.preparation.image))
    show(tab, image)
    assert tab.why.job.running  # on the picture before
    go_on.set()
    snapshot = tab.session.snapshot
    wanted = explain.saliency(snapshot, image, int(cnn.predict(snapshot, image[None])[0].argmax()))
    qtbot.waitUntil(lambda: np.array_equal(tab.why.saliency.map, wanted))


def test_what_is_being_explained_of_another_run_is_dropped(tab, qtbot, monkeypatch):
    def endless(snapshot, image, *_asked):
        last = len(snapshot.class_names) - 1
        while True:
            time.sleep(0.01)
            yield Explained(last, saliency=explain.saliency(snapshot, image, last))

    small = {"layers": "conv 2 5x5, pool 4", "faces": 60, "batch_size": 20, "epochs": 1}
    use(tab, qtbot, play=False, dataset="digits", **small)
    tab.session.step(2)
    settle(tab, qtbot, "paused")
    monkeypatch.setattr(cnn_why, "explanation", endless)
    tab.show_view(1)
    why = tab.why
    qtbot.waitUntil(lambda: "“9”" in said(tab, "where-ink-counts"))
    use(tab, qtbot, play=False, dataset="faces-28", **small)
    qtbot.waitUntil(lambda: "untrained" in said(tab, "what-it-relies-on"))
    assert [why.target.itemText(row) for row in range(1, why.target.count())] == list(MOODS)
    tab.session.step(2)
    qtbot.waitUntil(lambda: why.job.running)
    tab.reset()
    assert not why.job.running
    assert why.saliency.map is None
    names = ("what-it-relies-on", "where-ink-counts", "what-would-change-it")
    assert [said(tab, name) for name in names] == ["", "", ""]


def test_nothing_is_explained_while_nobody_looks(tab, qtbot, monkeypatch):
    pieces = []

    def endless(*_asked):
        while True:
            time.sleep(0.01)
            pieces.append(None)
            yield Explained(0)

    use(tab, qtbot)
    monkeypatch.setattr(cnn_why, "explanation", endless)
    tab.show_view(1)
    qtbot.waitUntil(lambda: len(pieces) > 3)
    tab.show_view(0)
    known = quiet(lambda: len(pieces), qtbot)
    tab.show_view(1)
    qtbot.waitUntil(lambda: len(pieces) > known)
    tab.hide()
    quiet(lambda: len(pieces), qtbot)


def test_the_read_out_of_a_map(tab, qtbot):
    use(tab, qtbot)
    tab.show_view(1)
    picture = tab.why.occlusion
    qtbot.waitUntil(lambda: picture.map is not None)
    scale = picture.readout
    assert scale.startswith("±")
    qtbot.mouseMove(picture, QPoint(30, 30))
    qtbot.waitUntil(lambda: picture.readout.startswith("row "))
    row, column = (int(each) - 1 for each in re.findall(r"\d+", picture.readout)[:2])
    assert picture.readout.endswith(number(float(picture.map[row, column])))
    picture.grab()
    QApplication.sendEvent(picture, QEvent(QEvent.Type.Leave))
    assert picture.readout == scale


def test_an_explanation_comes_in_pieces(tab, qtbot):
    use(tab, qtbot)
    pieces = list(explanation(tab.session.snapshot, faces8().test_images[3]))
    assert [piece.occlusion is not None for piece in pieces] == [False, True, True]
    assert pieces[-1].searched


def test_mistakes_lead_to_the_canvas(tab, qtbot):
    use(tab, qtbot, epochs=10)
    tab.show_view(2)
    explorer = tab.explorer
    wrong = np.flatnonzero(tab.session.snapshot.test_predictions != faces8().test_labels)
    qtbot.waitUntil(lambda: explorer.gallery.count == len(wrong) > 0)
    click_picture(explorer.gallery, 0)
    qtbot.waitUntil(lambda: np.array_equal(tab.try_panel.preparation.image, faces8().test_images[wrong[0]]))


def test_pictures_to_learn_from_and_held_out(tab, qtbot):
    use(tab, qtbot)
    press(tab.view_buttons, "Pictures")
    pictures = tab.pictures
    assert pictures.gallery.count == 9
    assert pictures.gallery.caption(0) == "smiling\nwide"
    assert pictures.note.isVisible()
    assert "7 of 10" in pictures.note.layout().itemAt(0).widget().text()
    press(pictures, "Held out")
    assert pictures.gallery.count == 18
    predictions = tab.session.snapshot.test_predictions
    right = [pictures.gallery.caption(i).startswith("✓") for i in range(18)]
    assert right == (predictions == faces8().test_labels).tolist()
    click_picture(pictures.gallery, 4)
    qtbot.waitUntil(lambda: np.array_equal(tab.try_panel.preparation.image, faces8().test_images[4]))


def test_try_it_without_augmentation(tab, qtbot):
    use(tab, qtbot)
    tab.show_view(3)
    press(tab.pictures, "Try it without")
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.snapshot.config.shift == 0)
    assert not tab.session.snapshot.config.mirror
    assert tab.form.config().shift == 0


def test_another_data_set_brings_its_canvas_names_and_pictures(tab, qtbot):
    panel = tab.try_panel
    assert panel.canvas is panel.cell_canvas
    layers = "conv 2 5x5, pool 4"
    use(tab, qtbot, dataset="faces-28", faces=60, layers=layers, batch_size=20, epochs=2)
    assert panel.canvas is panel.pen_canvas
    assert panel.bars.names == MOODS
    assert shown(tab, 0).shape == (28, 28, 1)
    assert not panel.preparation.empty
    tab.show_view(3)
    assert tab.pictures.gallery.count == 60
    assert not tab.pictures.note.isVisible()
    tab.show_view(0)
    use(tab, qtbot, dataset="digits", layers=layers, play=False)
    assert panel.bars.names == tuple("0123456789")
    assert len(tab.network.stack.layers) == 4
    use(tab, qtbot, play=False)
    assert panel.canvas is panel.cell_canvas


def test_undo_brings_no_picture_of_another_kind_back(tab, qtbot):
    small = {"layers": "conv 2 5x5, pool 4", "faces": 60}
    use(tab, qtbot, play=False, dataset="digits", **small)
    canvas = tab.try_panel.pen_canvas
    tab.show_test_image(3)
    use(tab, qtbot, play=False, dataset="faces-28", **small)
    assert canvas.content.label in MOODS
    tab.show_test_image(3)
    labels = set()
    while canvas.can_undo:
        canvas.undo()
        labels.add(canvas.content.label)
    assert labels - {None} <= set(MOODS)
    tab.show_test_image(5)
    use(tab, qtbot, dataset="faces-28", **small, play=False)  # the same kind: nothing is forgotten
    assert canvas.can_undo


def test_a_face_is_drawn_with_the_pen_and_prepared_as_a_face(tab, qtbot):
    use(tab, qtbot, dataset="faces-28", faces=60, layers="conv 2 5x5, pool 4", batch_size=20, epochs=2)
    from models.data.drawing.face_pictures import prepare_drawing

    canvas = tab.try_panel.pen_canvas
    canvas.clear()
    draw(canvas, (0.2, 0.2), (0.3, 0.3), (0.4, 0.2))
    tab.try_panel.refresh()
    assert np.array_equal(tab.try_panel.preparation.image, prepare_drawing(canvas.drawing()).image)


def test_drawings_are_saved_and_opened(tab, qtbot, tmp_path):
    face = faces8().test_images[2]
    show(tab, face)
    tab.save_drawing(tmp_path / "face.json")
    tab.try_panel.canvas.clear()
    with pytest.raises(DataError, match="no strokes"):
        tab.save_drawing(tmp_path / "none.json")
    tab.open_drawing(tmp_path / "face.json")
    tab.try_panel.refresh()
    assert np.array_equal(tab.try_panel.preparation.image, face)
    picture = QImage(80, 80, QImage.Format.Format_Grayscale8)
    picture.fill(255)
    picture.save(str(tmp_path / "blank.png"))
    with pytest.raises(DataError, match="shows no ink"):
        tab.open_drawing(tmp_path / "blank.png")
    for row, column in np.argwhere(face):
        for y in range(10):
            for x in range(10):
                picture.setPixel(int(column) * 10 + x, int(row) * 10 + y, 0)
    picture.save(str(tmp_path / "face.png"))
    tab.try_panel.canvas.clear()
    tab.open_drawing(tmp_path / "face.png")
    tab.try_panel.refresh()
    assert np.array_equal(tab.try_panel.preparation.image, face)
    write_drawings(tmp_path / "empty.json", [])
    with pytest.raises(DataError, match="no drawing"):
        tab.open_drawing(tmp_path / "empty.json")


def test_kept_drawings_are_opened_as_drawings(tab, qtbot, tmp_path):
    path, large = tmp_path / "mine.json", tmp_path / "large.json"
    face, picture = faces8().test_images[2], np.full((28, 28), 9, np.uint8)
    write_examples(path, [from_picture("smiling", face), from_picture("neutral", face[::-1])])
    write_examples(large, [from_picture("smiling", picture)])
    tab.try_panel.canvas.clear()
    with qtbot.waitSignal(tab.try_panel.noticed) as noticed:
        tab.open_drawing(path)
    assert noticed.args == ["“mine.json” holds 2 drawings: this is the first."]
    tab.try_panel.refresh()
    assert np.array_equal(tab.try_panel.preparation.image, face)
    with pytest.raises(DataError, match="picture of 28×28 pixels, but this network reads 8×8 pixels: choose another"):
        tab.open_drawing(large)
    use(tab, qtbot, play=False, dataset="faces-28", faces=60, layers="conv 2 5x5, pool 4")
    tab.open_drawing(large)
    tab.try_panel.refresh()
    assert np.array_equal(tab.try_panel.preparation.image, picture)
    with pytest.raises(DataError, match="picture of 8×8 pixels, but this sheet takes 28×28"):
        tab.open_drawing(path)


def test_a_blank_photo_is_refused_by_the_pen_canvas_too(tab, qtbot, tmp_path):
    use(tab, qtbot, play=False, dataset="faces-28", faces=60, layers="conv 2 5x5, pool 4")
    picture = QImage(80, 80, QImage.Format.Format_Grayscale8)
    picture.fill(255)
    picture.save(str(tmp_path / "blank.png"))
    with pytest.raises(DataError, match="picture of one face"):
        tab.open_drawing(tmp_path / "blank.png")


def test_an_experiment_brings_its_canvas_back(tab, qtbot, tmp_path):
    use(tab, qtbot)
    face = faces8().test_images[2]
    show(tab, face)
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(tmp_path / "run.npz")
    use(tab, qtbot, play=False, dataset="faces-28", faces=60, layers="conv 2 5x5, pool 4")
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(tmp_path / "run.npz")
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.snapshot.step == 150)
    tab.try_panel.refresh()
    assert np.array_equal(tab.try_panel.preparation.image, face)
    assert np.array_equal(shown(tab, 0)[:, :, 0] > 0, face > 0)


def test_drawings_that_make_no_sense_are_refused(tab):
    with pytest.raises(DataError):
        tab.restore_drawings({"canvas": {"strokes": 5, "width": 1, "height": 1}})
    tab.restore_drawings({})


def test_a_tiny_face_from_pen_strokes(tab):
    strokes = (np.array([(0, 0), (100, 0)], np.float32), np.array([(0, 80), (50, 100), (100, 80)], np.float32))
    tab.restore_drawings({"canvas": {"width": 100, "height": 100, "strokes": [stroke.tolist() for stroke in strokes]}})
    tab.try_panel.refresh()
    assert not tab.try_panel.preparation.empty
    assert isinstance(tab.try_panel.drawing(), Drawing)


def test_show_off_and_every_view_can_be_painted(tab, qtbot):
    use(tab, qtbot)
    tab.show_off()
    for index in range(4):
        tab.show_view(index)
        tab.grab()
