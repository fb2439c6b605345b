"""My drawings and Teach, with real events, on a network for tiny faces: correct, keep, teach, undo, refuse."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hands import button, click_class, click_picture, draw, press
from PySide6.QtCore import Qt
from waiting import settle

from models.base import DataError
from models.cnn import predict as cnn
from models.data.pictures.faces import MOODS, faces8
from models.registry import get_model
from models.supervised.teach import Report
from playground.engine.drawings import Example, from_picture, read_examples
from ui.tabs.cnn.tab import CnnTab
from ui.tryout import my_drawings as kept
from ui.tryout import teaching
from ui.tryout.teach_panel import in_words


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """Drawings are kept in a folder of the test's own."""
    monkeypatch.setattr(kept, "data_folder", lambda: tmp_path / "data")
    kept.my_drawings.cache_clear()
    yield tmp_path / "data" / "drawings"
    kept.my_drawings.cache_clear()


@pytest.fixture
def make_tab(qtbot):
    """Tabs that begin with tiny faces, ready to train."""
    tabs = []

    def make():
        model = get_model("cnn")
        config = model.presets["faces-8"].config.model_copy(update={"epochs": 60})
        presets = {"faces-8": replace(model.presets["faces-8"], config=config), "digits": model.presets["digits"]}
        tab = CnnTab(replace(model, presets=presets))
        qtbot.addWidget(tab)
        tabs.append(tab)
        tab.resize(1280, 660)
        tab.show()
        qtbot.waitUntil(lambda: tab.shown is not None and tab.try_panel.answer is not None)
        return tab

    yield make
    for tab in tabs:
        tab.shutdown()
        tab.close()


@pytest.fixture
def tab(make_tab):
    return make_tab()


def train(tab, qtbot):
    tab.session.play()
    settle(tab, qtbot, "finished")
    assert tab.session.snapshot.step == 60


def face(index):
    """A face of one's own: like a held-out one, which could not be taught, but for a dot in the corner."""
    image = faces8().test_images[index].copy()
    image[-1, 0] = 255 - image[-1, 0]
    return image


def show(tab, index):
    """A face of one's own on the canvas."""
    tab.try_panel.set_image(face(index), None)
    tab.try_panel.refresh()


def click_bar(tab, qtbot, index):
    bars = tab.try_panel.bars
    click_class(bars, bars.names[index])


def faces_kept():
    """My drawings of tiny faces, as another window has them."""
    return kept.my_drawings("faces-8")


def correct(tab, qtbot, indices):
    for index in indices:
        show(tab, index)
        click_bar(tab, qtbot, int(faces8().test_labels[index]))


def teach(tab, qtbot):
    press(tab.try_panel, "Teach")
    assert tab.teaching.busy
    qtbot.waitUntil(lambda: not tab.teaching.busy and tab.session.settled)


def undo(tab, qtbot):
    press(tab.try_panel, "Undo teaching")
    assert tab.teaching.busy
    qtbot.waitUntil(lambda: not tab.teaching.busy and tab.session.settled)


def parameters(tab):
    return tab.session.snapshot.parameters


def test_a_click_on_a_bar_keeps_the_drawing_under_that_name(tab, qtbot, own_folder):
    panel = tab.try_panel.teach
    show(tab, 0)
    click_bar(tab, qtbot, 2)
    assert [example.label for example in panel.examples] == ["frowning"]
    assert panel.isVisible()
    assert panel.gallery.count == 1
    assert panel.gallery.caption(0) == "frowning"
    (example,) = read_examples(own_folder / "faces-8.json")
    assert example.label == "frowning"
    assert np.array_equal(example.picture, face(0))
    assert button(tab.try_panel, "My drawings (1)").isChecked()


def test_more_clicks_on_the_same_bar_keep_no_more(tab, qtbot):
    show(tab, 0)
    notes: list[str] = []
    tab.try_panel.noticed.connect(notes.append)
    for _ in range(3):
        click_bar(tab, qtbot, 2)
    assert [example.label for example in tab.try_panel.teach.examples] == ["frowning"]
    assert [words.partition(":")[0] for words in notes] == ["Kept as “frowning”"] + ["Already kept as “frowning”"] * 2


def test_a_wrong_click_is_corrected_by_the_right_one(tab, qtbot, own_folder):
    train(tab, qtbot)
    correct(tab, qtbot, [7, 13])
    show(tab, 0)
    notes: list[str] = []
    tab.try_panel.noticed.connect(notes.append)
    click_bar(tab, qtbot, 2)
    click_bar(tab, qtbot, 0)
    panel = tab.try_panel.teach
    assert [example.label for example in panel.examples] == ["neutral", "frowning", "smiling"]
    assert [example.label for example in read_examples(own_folder / "faces-8.json")] == ["neutral", "frowning", "smiling"]  # fmt: skip # noqa: E501
    assert notes[-1] == "Called “smiling” instead of “frowning” from now on: 3 drawings to teach with"
    teach(tab, qtbot)
    assert tab.banner.text == ""


def test_strokes_that_are_shown_again_are_called_something_else(tab, qtbot):
    tab.choose_preset("digits")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.try_panel.subject.kind == "digits")
    panel, canvas = tab.try_panel.teach, tab.try_panel.pen_canvas
    canvas.clear()
    draw(canvas, (0.2, 0.2), (0.4, 0.4), (0.4, 0.7))
    click_bar(tab, qtbot, 1)
    canvas.clear()
    click_picture(panel.gallery, 0)
    click_bar(tab, qtbot, 7)
    assert [example.label for example in panel.examples] == ["7"]


def test_drawings_that_contradict_each_other_are_shown(tab, qtbot):
    train(tab, qtbot)
    panel, one = tab.try_panel.teach, face(0)
    correct(tab, qtbot, [7])
    faces_kept().add([from_picture("smiling", one), from_picture("neutral", one)])
    press(panel, "Teach")
    assert "cannot be both" in tab.banner.text
    assert panel.gallery.highlight == {1, 2}
    assert panel.gallery.current == 2
    press(panel, "Delete")
    assert [example.label for example in panel.examples] == ["neutral", "smiling"]
    assert not panel.gallery.highlight


def test_the_keys_correct_too(tab, qtbot):
    show(tab, 0)
    bars = tab.try_panel.bars
    bars.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        qtbot.keyClick(bars, key)
    assert [example.label for example in tab.try_panel.teach.examples] == ["neutral"]


def test_an_empty_canvas_cannot_be_corrected(tab, qtbot):
    tab.try_panel.canvas.clear()
    click_bar(tab, qtbot, 1)
    assert "nothing on the canvas" in tab.banner.text
    assert not tab.try_panel.teach.examples


def test_drawings_are_kept_between_starts_and_shared_by_tabs(make_tab, qtbot):
    first = make_tab()
    correct(first, qtbot, [0, 7])
    second = make_tab()
    assert [example.label for example in second.try_panel.teach.examples] == ["smiling", "neutral"]
    correct(second, qtbot, [13])
    assert len(first.try_panel.teach.examples) == 3
    kept.my_drawings.cache_clear()  # as if the window were started anew
    third = make_tab()
    assert [example.label for example in third.try_panel.teach.examples] == ["smiling", "neutral", "frowning"]


def test_relabel_and_delete(tab, qtbot):
    correct(tab, qtbot, [0, 7])
    panel = tab.try_panel.teach
    assert not panel.delete_button.isEnabled()
    tab.try_panel.canvas.clear()
    click_picture(panel.gallery, 1)
    assert np.array_equal(tab.try_panel.canvas.pixels() * 255, face(7))
    panel.relabel_button.menu().actions()[2].trigger()
    assert [example.label for example in panel.examples] == ["smiling", "frowning"]
    click_picture(panel.gallery, 0)
    qtbot.keyClick(panel.gallery, Qt.Key.Key_Delete)
    assert [example.label for example in panel.examples] == ["frowning"]
    click_picture(panel.gallery, 0)
    press(panel, "Delete")
    assert not panel.examples
    assert not panel.teach_button.isEnabled()


def test_save_and_open(tab, qtbot, tmp_path):
    correct(tab, qtbot, [0, 7, 13])
    panel, path = tab.try_panel.teach, tmp_path / "mine.json"
    panel.save(path)
    faces_kept().delete(1)
    notes: list[str] = []
    panel.noticed.connect(notes.append)
    panel.open(path)
    assert [example.label for example in panel.examples] == ["smiling", "frowning", "neutral"]
    panel.open(path)
    assert notes == [
        "Added 1 drawing from mine.json; 2 were kept already",
        "Added 0 drawings from mine.json; 3 were kept already",
    ]
    (tmp_path / "digit.json").write_text('{"width": 9, "height": 9, "strokes": [[[1, 1], [5, 5]]], "label": 7}')
    panel.open(tmp_path / "digit.json")
    assert "“7”: it must be one of smiling" in tab.banner.text
    (tmp_path / "none.json").write_text('{"drawings": []}')
    panel.open(tmp_path / "none.json")
    assert "holds no drawing" in tab.banner.text
    panel.save(tmp_path)
    assert "folder" in tab.banner.text
    assert len(panel.examples) == 3


def test_kept_drawings_that_were_damaged_are_put_aside(make_tab, own_folder):
    own_folder.mkdir(parents=True)
    (own_folder / "faces-8.json").write_text("{")
    tab = make_tab()
    assert not tab.try_panel.teach.examples
    assert (own_folder / "faces-8.damaged").exists()


def test_teach_report_undo(tab, qtbot):
    train(tab, qtbot)
    before, head = parameters(tab), tab.session.status.head
    correct(tab, qtbot, range(0, 18, 2))
    panel = tab.try_panel.teach
    teach(tab, qtbot)
    qtbot.waitUntil(lambda: not np.array_equal(parameters(tab), before))
    words = panel.report.text()
    assert "other half judged" in words
    assert "test set" in words
    assert tab.session.status.head == head
    # What the window shows is what was reported.
    data = faces8()
    right = np.mean(cnn.predict(tab.session.snapshot, data.test_images).argmax(axis=1) == data.test_labels)
    assert f"→ {100 * right:.2f} %" in words
    taught = parameters(tab)
    # On the timeline: one step back it has not been taught; at its own step it has.
    tab.session.seek(head - 1)
    qtbot.waitUntil(lambda: tab.session.snapshot.step == head - 1)
    tab.session.seek(head)
    qtbot.waitUntil(lambda: tab.session.snapshot.step == head)
    assert np.array_equal(parameters(tab), taught)
    assert panel.undo_button.isEnabled()
    press(panel, "Undo teaching")
    qtbot.waitUntil(lambda: np.array_equal(parameters(tab), before))
    assert not panel.undo_button.isEnabled()
    assert tab.session.status.head == head


def test_teaching_while_it_trains_pauses_and_can_go_on(tab, qtbot):
    correct(tab, qtbot, range(0, 18, 2))
    tab.session.set_pace(100)
    tab.session.play()
    qtbot.waitUntil(lambda: tab.session.snapshot.step > 5)
    teach(tab, qtbot)
    assert tab.session.status.phase == "paused"
    step = tab.session.status.position
    tab.session.set_pace(None)
    train(tab, qtbot)
    assert tab.try_panel.teach.undo_button.isEnabled()
    undo(tab, qtbot)
    assert tab.session.status.head == step


def test_lessons_of_the_same_step_are_taken_back_one_by_one(tab, qtbot):
    train(tab, qtbot)
    panel, known = tab.try_panel.teach, [parameters(tab)]
    for indices in (range(0, 18, 3), range(1, 18, 3), range(2, 18, 3)):
        correct(tab, qtbot, indices)
        teach(tab, qtbot)
        known.append(parameters(tab))
    assert not any(np.array_equal(a, b) for a, b in pairwise(known))
    for left in (2, 1, 0):
        for _ in range(2):  # an impatient hand takes back one lesson, too
            button(panel, "Undo teaching").click()
        qtbot.waitUntil(lambda: not tab.teaching.busy and tab.session.settled)
        assert np.array_equal(parameters(tab), known[left])
        assert panel.undo_button.isEnabled() == (left > 0)
        assert ("earlier lesson" in panel.report.text()) == (left > 0)
    assert tab.session.status.head == 60


def test_taking_a_lesson_back_keeps_what_came_before_it_and_the_settings_of_that_step(tab, qtbot):
    correct(tab, qtbot, range(0, 18, 2))
    tab.session.step(20)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.head == 20)
    untaught = parameters(tab)
    teach(tab, qtbot)
    first = parameters(tab)
    tab.session.step(10)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.head == 30)
    slower = tab.session.config.model_copy(update={"learning_rate": 0.5 * tab.session.config.learning_rate})
    tab.session.configure(slower)
    qtbot.waitUntil(lambda: tab.session.settled)
    plain = parameters(tab)
    teach(tab, qtbot)
    tab.session.play()
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.head == 60)
    undo(tab, qtbot)
    assert tab.session.status.head == 30
    assert np.array_equal(parameters(tab), plain)
    assert tab.session.status.config.learning_rate == slower.learning_rate
    assert len(tab.session.ghosts) == 1  # what was trained after the second lesson
    undo(tab, qtbot)
    assert tab.session.status.head == 20
    assert np.array_equal(parameters(tab), untaught)
    assert not np.array_equal(untaught, first)
    # What is trained now is what would have been trained without any lesson.
    tab.session.step(10)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.head == 30)
    here = parameters(tab)
    tab.session.seek(5)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.snapshot.step == 5)
    tab.session.seek(30)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.snapshot.step == 30)
    assert np.array_equal(parameters(tab), here)


def test_a_lesson_can_be_taken_back_at_once_and_while_it_trains(tab, qtbot):
    train(tab, qtbot)
    before = parameters(tab)
    correct(tab, qtbot, range(0, 18, 2))
    panel = tab.try_panel.teach
    press(panel, "Teach")
    qtbot.waitUntil(panel.undo_button.isEnabled)
    undo(tab, qtbot)  # while it is still being measured
    assert np.array_equal(parameters(tab), before)
    assert panel.teach_button.text() == "Teach"
    tab.session.seek(40)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.snapshot.step == 40)
    before = parameters(tab)
    teach(tab, qtbot)  # in the past: a branch
    assert tab.session.status.head == 40
    tab.session.set_pace(100)
    tab.session.play()
    undo(tab, qtbot)  # at once, before the first step was heard of
    assert tab.session.status.phase == "paused"
    assert tab.session.status.head == 40
    assert np.array_equal(parameters(tab), before)


def test_a_lesson_right_after_a_step_is_given_to_what_the_step_made(tab, qtbot):
    correct(tab, qtbot, range(0, 18, 2))
    tab.session.step(20)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.snapshot.step == 20)
    for _ in range(5):
        tab.session.step(7)
        teach(tab, qtbot)
        step = tab.session.status.head
        undo(tab, qtbot)
        assert tab.banner.text == ""
        assert tab.session.status.head == step
        assert not tab.try_panel.teach.undo_button.isEnabled()


def test_a_lesson_that_was_asked_for_is_not_given_to_a_new_run(tab, qtbot):
    train(tab, qtbot)
    correct(tab, qtbot, range(0, 18, 2))
    teach(tab, qtbot)
    press(tab.try_panel, "Teach")
    tab.reset()
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.phase == "untrained")
    assert not tab.teaching.busy
    assert tab.banner.text == ""
    assert tab.try_panel.teach.report.text() == ""  # it was about the run before


def test_a_lesson_in_a_future_that_was_left_is_forgotten(tab, qtbot):
    train(tab, qtbot)
    correct(tab, qtbot, range(0, 18, 2))
    teach(tab, qtbot)
    tab.session.seek(10)
    tab.session.branch(play=False)
    qtbot.waitUntil(lambda: tab.session.settled and tab.session.status.head == 10)
    assert not tab.try_panel.teach.undo_button.isEnabled()
    assert tab.try_panel.teach.report.text() == ""  # of a lesson that is no more


def test_half_a_report_goes_with_its_lesson(tab, qtbot, monkeypatch):
    def endless(*_lesson):
        while True:
            time.sleep(0.01)
            yield Report(0.5)

    monkeypatch.setattr(teaching, "measured", endless)
    train(tab, qtbot)
    correct(tab, qtbot, range(0, 18, 2))
    panel = tab.try_panel.teach
    press(panel, "Teach")
    qtbot.waitUntil(lambda: panel.report.text().endswith("50 % → …"))
    tab.session.seek(50)
    settle(tab, qtbot)
    assert panel.report.text().endswith("50 % → …")  # the lesson is still on the timeline
    tab.session.branch(play=False)
    settle(tab, qtbot)
    assert not tab.teaching.busy
    assert not panel.undo_button.isEnabled()
    assert panel.report.text() == ""


def test_half_a_report_does_not_stay_when_the_rest_cannot_be_measured(tab, qtbot, monkeypatch):
    def failing(*_lesson):
        yield Report(0.5)
        raise DataError("The rest is missing.")

    monkeypatch.setattr(teaching, "measured", failing)
    train(tab, qtbot)
    correct(tab, qtbot, range(0, 18, 2))
    teach(tab, qtbot)
    assert "The rest is missing" in tab.banner.text
    assert tab.try_panel.teach.report.text() == ""
    assert tab.try_panel.teach.undo_button.isEnabled()  # the lesson was given all the same


def test_a_lesson_before_an_earlier_one_is_reported_and_ends_the_other(tab, qtbot):
    train(tab, qtbot)
    correct(tab, qtbot, range(0, 18, 2))
    teach(tab, qtbot)
    tab.session.seek(10)
    qtbot.waitUntil(lambda: tab.session.settled)
    told = []
    tab.told.connect(told.append)
    teach(tab, qtbot)
    assert "test set" in tab.try_panel.teach.report.text()
    assert any(words.startswith("Taught at step 10") for words in told)
    undo(tab, qtbot)
    assert not button(tab.try_panel, "Undo teaching").isEnabled()  # the other lesson is no more


def test_a_new_run_has_nothing_to_undo(tab, qtbot):
    train(tab, qtbot)
    correct(tab, qtbot, range(0, 18, 2))
    teach(tab, qtbot)
    tab.reset()
    qtbot.waitUntil(lambda: tab.session.status.phase == "untrained")
    assert not tab.try_panel.teach.undo_button.isEnabled()


def test_a_taught_run_is_saved_and_opened(tab, qtbot, tmp_path):
    train(tab, qtbot)
    correct(tab, qtbot, range(0, 18, 2))
    before = parameters(tab)
    teach(tab, qtbot)
    qtbot.waitUntil(lambda: not np.array_equal(parameters(tab), before))
    taught = parameters(tab)
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(tmp_path / "run.npz")
    with qtbot.waitSignal(tab.session.opened):
        tab.open_experiment(tmp_path / "run.npz")
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    assert np.array_equal(parameters(tab), taught)


def test_what_cannot_be_taught_is_said(tab, qtbot):
    panel = tab.try_panel.teach
    correct(tab, qtbot, [0, 7])
    press(panel, "Teach")
    assert "has not learnt anything yet" in tab.banner.text
    train(tab, qtbot)
    faces_kept().delete(1)
    assert not panel.teach_button.isEnabled()
    assert "2 drawings or more" in panel.report.text()  # beside the button, not only in its tooltip
    faces_kept().add([from_picture("neutral", face(0))])
    assert panel.report.text() == ""
    press(panel, "Teach")
    assert "cannot be both" in tab.banner.text
    faces_kept().delete(1)
    faces_kept().add([from_picture(MOODS[0], np.full((28, 28), 255, np.uint8))])
    press(panel, "Teach")
    assert "28×28 pixels, but this network reads 8×8" in tab.banner.text
    assert not tab.teaching.job.running


@pytest.mark.parametrize("how", ["play", "step", "reset"])
def test_a_refusal_goes_when_the_network_is_another(tab, qtbot, how):
    correct(tab, qtbot, [0, 7])
    press(tab.try_panel, "Teach")
    assert tab.banner.text.startswith("Nothing was taught")
    {"play": tab.session.play, "step": tab.session.step, "reset": tab.reset}[how]()
    qtbot.waitUntil(lambda: tab.banner.text == "")


def test_a_refusal_stays_while_it_trains_until_a_lesson_begins(tab, qtbot):
    correct(tab, qtbot, [0, 7])
    panel = tab.try_panel.teach
    tab.session.set_pace(100)
    tab.session.play()
    qtbot.waitUntil(lambda: tab.session.snapshot.step > 2)
    faces_kept().add([from_picture("neutral", face(0))])
    press(panel, "Teach")
    step = tab.session.snapshot.step
    qtbot.waitUntil(lambda: tab.session.snapshot.step > step + 5)
    assert "cannot be both" in tab.banner.text
    faces_kept().delete(2)
    teach(tab, qtbot)
    assert tab.banner.text == ""


def test_a_lesson_leaves_the_messages_of_others_alone(tab, qtbot):
    train(tab, qtbot)
    correct(tab, qtbot, [0])
    faces_kept().add([from_picture("neutral", face(0))])
    press(tab.try_panel, "Teach")
    tab.banner.say("Something else", "It is still so.", "warning")
    faces_kept().delete(1)
    correct(tab, qtbot, [7])
    teach(tab, qtbot)
    assert tab.banner.text.startswith("Something else")


def test_other_classes_have_other_drawings(tab, qtbot):
    correct(tab, qtbot, [0])
    tab.choose_preset("digits")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.try_panel.subject.kind == "digits")
    panel = tab.try_panel.teach
    assert not panel.examples
    draw(tab.try_panel.pen_canvas, (0.3, 0.2), (0.7, 0.2), (0.5, 0.8))
    tab.try_panel.refresh()
    click_bar(tab, qtbot, 7)
    assert [example.label for example in panel.examples] == ["7"]
    assert panel.examples[0].picture is None
    assert len(panel.examples[0].drawing.strokes) == 1


def test_strokes_are_kept_as_strokes(tab, qtbot):
    tab.choose_preset("digits")
    qtbot.waitUntil(lambda: tab.shown is not None and tab.try_panel.subject.kind == "digits")
    canvas = tab.try_panel.pen_canvas
    canvas.clear()
    draw(canvas, (0.2, 0.2), *((0.4, 0.2 + 0.05 * step) for step in range(10)))
    click_bar(tab, qtbot, 1)
    (example,) = tab.try_panel.teach.examples
    assert isinstance(example, Example)
    assert example.picture is None
    assert len(example.drawing.strokes) == 1


def test_reports_in_words():
    assert in_words(Report(0.9)) == "my drawings, half taught, other half judged: 90 % → …"
    few = Report(0.5, None, 0.98, 0.97, 0.4)
    assert in_words(few).startswith("test set: 98.00 % → 97.00 % · 0.4 s")
    assert "four drawings" in in_words(few)


def test_every_report_is_seen_whole(tab, qtbot):
    panel = tab.try_panel.teach
    tab.try_panel.show_page(1)
    for report in (Report(1.0, None, 0.9886, 0.9324, 10.5), Report(1.0, 1.0, 0.9886, 0.9324, 10.5)):
        panel.show_report(report)
        qtbot.waitUntil(lambda: panel.report.height() >= panel.report.heightForWidth(panel.report.width()))
        assert panel.report.geometry().bottom() <= panel.rect().bottom()


def test_the_button_of_my_drawings_has_room_for_their_number(tab, qtbot):
    place = tab.try_panel.geometry()
    correct(tab, qtbot, [0, 7])
    assert button(tab.try_panel, "My drawings (2)").isVisible()
    assert tab.try_panel.geometry() == place
