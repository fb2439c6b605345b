"""A tab of a classifier brings its stage and says what is drawn; canvas, answer, test pictures and files it has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hands import draw, press
from PySide6.QtWidgets import QLabel, QWidget
from waiting import settle

from models.config import Config
from models.data.pictures.mnist import DIGITS, ImageData
from models.digits import DigitsConfig
from models.registry import get_model
from ui.canvas.canvas_input import AS_DIGIT
from ui.tryout import my_drawings as kept
from ui.tryout.classifier_tab import ClassifierTab
from ui.tryout.subject import SUBJECTS, Subject


class PlainTab(ClassifierTab):
    """As little as such a tab can have; its stage counts what it was asked to draw."""

    def make_stage(self) -> QWidget:
        self.inputs = 0
        return QLabel()

    def subject(self, config: Config) -> Subject:
        return SUBJECTS["digits"]

    def show_input(self) -> None:
        self.inputs += 1


class ExampleTab(PlainTab):
    begins_with_example = True


def noise(count: int = 40) -> ImageData:
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 255, (count, 28, 28), dtype=np.uint8), np.arange(count, dtype=np.uint8) % 10
    return ImageData(images, labels, images[:20], labels[:20], DIGITS, "noise", "")


@pytest.fixture
def make_tab(qtbot, tmp_path, monkeypatch):
    monkeypatch.setattr(kept, "data_folder", lambda: tmp_path / "data")
    kept.my_drawings.cache_clear()
    tabs, asked = [], []

    def make(kind=PlainTab, count=40):
        model, data = get_model("digits"), noise(count)

        def predict(snapshot, images, *, activations=False):
            asked.append((snapshot.step, images.tobytes()))
            return model.classifier.predict(snapshot, images, activations=activations)

        preset = replace(model.presets["default"], config=DigitsConfig(hidden=(6, 5), batch_size=10, epochs=50))
        tab = kind(
            replace(
                model,
                load=lambda config: data,
                presets={"default": preset},
                classifier=replace(model.classifier, predict=predict),
            )
        )
        tab.asked = asked
        qtbot.addWidget(tab)
        tabs.append(tab)
        tab.resize(1280, 660)
        tab.show()
        qtbot.waitUntil(lambda: tab.shown is not None)
        settle(tab, qtbot, "untrained")
        return tab

    yield make
    for tab in tabs:
        tab.shutdown()
        tab.close()
    kept.my_drawings.cache_clear()


def test_the_answer_is_worked_out_once_for_all_who_ask(make_tab, qtbot):
    tab = make_tab()
    tab.session.step(3)
    settle(tab, qtbot, "paused")
    press(tab.try_panel, "Test picture")
    tab.try_panel.refresh()
    answer = tab.try_panel.answer
    assert tab.try_panel.answer is answer
    assert [layer.shape for layer in answer.activations] == [(1, 6), (1, 5)]
    assert answer.probabilities.shape == (1, 10)
    assert len(tab.asked) == len(set(tab.asked))  # never twice for the same network and the same picture
    asked, inputs = len(tab.asked), tab.inputs
    draw(tab.try_panel.pen_canvas, (0.4, 0.2), (0.6, 0.8))
    tab.try_panel.refresh()
    assert tab.inputs > inputs
    assert tab.try_panel.answer is not answer
    assert len(tab.asked) > asked


def test_an_untrained_network_has_no_answer_but_its_layers_do(make_tab, qtbot):
    tab = make_tab()
    press(tab.try_panel, "Test picture")
    tab.try_panel.refresh()
    assert tab.try_panel.bars.state == "untrained"
    assert any(layer.any() for layer in tab.try_panel.answer.activations)
    tab.session.step(2)
    settle(tab, qtbot, "paused")
    assert tab.try_panel.bars.state in ("ok", "unsure")
    tab.reset()
    assert tab.try_panel.answer is None  # of the network before
    settle(tab, qtbot, "untrained")
    assert tab.try_panel.bars.state == "untrained"


def test_a_network_for_other_classes_answers_nothing_until_it_is_there(make_tab, qtbot):
    tab = make_tab()
    press(tab.try_panel, "Test picture")
    tab.session.step(2)
    settle(tab, qtbot, "paused")
    tab.try_panel.refresh()
    assert tab.try_panel.answer is not None
    tab.try_panel.set_subject(Subject("letters", ("a", "b"), "Draw a letter here", AS_DIGIT))
    tab.try_panel.refresh()
    assert tab.try_panel.answer is None
    assert tab.try_panel.bars.names == ("a", "b")
    assert tab.try_panel.bars.state == "untrained"


def test_the_canvas_begins_with_an_example_only_where_the_tab_says_so(make_tab):
    assert make_tab().try_panel.canvas.is_empty
    tab = make_tab(ExampleTab)
    assert any(np.array_equal(tab.try_panel.canvas.image, image) for image in tab.data.test_images)


def test_test_pictures_come_from_the_data_of_the_run(make_tab, qtbot):
    tab, told = make_tab(), []
    tab.told.connect(told.append)
    press(tab.try_panel, "Test picture")
    image, name = tab.try_panel.canvas.image, tab.try_panel.canvas.content.label
    assert told == [f"On the canvas: “{name}”"]
    at = next(index for index, each in enumerate(tab.data.test_images) if np.array_equal(each, image))
    assert DIGITS[tab.data.test_labels[at]] == name
    own = replace(noise(), test_images=np.full((3, 28, 28), 7, np.uint8), test_labels=np.zeros(3, np.uint8))
    tab.session.set_data(own)
    settle(tab, qtbot, "untrained")
    press(tab.try_panel, "Test picture")
    assert (tab.try_panel.canvas.image == 7).all()
    assert not tab.put(np.zeros((8, 8), np.uint8))  # not what this network reads: the canvas stays as it is
    assert (tab.try_panel.canvas.image == 7).all()


def test_a_drawing_goes_into_files_and_comes_back(make_tab, qtbot, tmp_path):
    tab = make_tab()
    canvas = tab.try_panel.pen_canvas
    draw(canvas, (0.4, 0.2), (0.6, 0.8))
    strokes = canvas.drawing().strokes
    tab.save_drawing(tmp_path / "one.json")
    kept_in_the_run = tab.drawings()
    canvas.clear()
    assert tab.drawings() == {}
    tab.open_drawing(tmp_path / "one.json")
    np.testing.assert_allclose(canvas.drawing().strokes[0], strokes[0], atol=1e-2)
    canvas.clear()
    tab.restore_drawings(kept_in_the_run)
    np.testing.assert_allclose(canvas.drawing().strokes[0], strokes[0], atol=1e-2)
    tab.restore_drawings({})  # a file without drawings: what is on the canvas stays
    assert not canvas.is_empty


def test_a_test_picture_says_what_it_is_until_it_is_changed_and_is_not_taught(make_tab, qtbot):
    tab = make_tab()
    tab.session.step(3)
    settle(tab, qtbot, "paused")
    panel = tab.try_panel
    for index in (3, 5, 7):  # one after the other
        tab.show_test_image(index)
        panel.refresh()
        assert panel.bars.foot == f"Test picture:\nit is “{index}”"
    assert panel.bars.foot == "Test picture:\nit is “7”"
    assert "it is “7”" in panel.bars.words_at_rest()
    said = []
    panel.failed.connect(said.append)
    panel.correct(3)
    assert "test picture" in said[0]
    assert len(panel.teach.examples) == 0
    draw(panel.pen_canvas, (0.4, 0.2), (0.6, 0.8))
    panel.refresh()
    assert "Click what it is" in panel.bars.foot
    panel.correct(3)
    assert len(panel.teach.examples) == 1


def test_what_is_unlike_anything_learnt_is_shown_beside_the_nearest(make_tab, qtbot):
    tab = make_tab(count=600)
    tab.session.step(3)
    settle(tab, qtbot, "paused")
    draw(tab.try_panel.pen_canvas, (0.4, 0.2), (0.6, 0.8))
    panel = tab.try_panel
    panel.refresh()
    qtbot.waitUntil(lambda: panel.bars.state == "unlike")
    assert panel.bars.headline == "unlike anything it learnt"
    assert panel.view.nearest == "nearest learnt from"
    tab.session.step(1)  # another network: not known until it has been worked out anew
    settle(tab, qtbot, "paused")
    qtbot.waitUntil(lambda: panel.bars.state == "unlike")
    tab.show_test_image(3)  # the test pictures are among those learnt from here
    panel.refresh()
    assert panel.bars.state in ("ok", "unsure")
    assert panel.view.nearest == ""


def test_what_the_network_is_really_given_is_the_last_step(make_tab, qtbot):
    tab = make_tab()
    tab.session.reset(tab.session.config.model_copy(update={"features": "edges"}))
    settle(tab, qtbot, "untrained")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.shown.config.features == "edges")
    draw(tab.try_panel.pen_canvas, (0.4, 0.2), (0.6, 0.8))
    tab.try_panel.refresh()
    assert tab.try_panel.view.accessibleDescription().endswith("then Edges in 7×7 cells")
