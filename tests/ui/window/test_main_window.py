"""The window with real events: train, pause, scrub, save, reopen, close at the wrong moment, press everything."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pytest
from hands import LEFT, draw, press
from PySide6.QtCore import QMimeData, QPoint, QSettings, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QScrollArea,
    QSpinBox,
    QSplitter,
)
from waiting import settled

from models.data.points.sets import PointSet
from models.digits import DigitsConfig
from playground.engine.experiment import read
from playground.live.recovery import Autosaves
from ui.form.form import ConfigForm
from ui.widgets import theme
from ui.window.main_window import MainWindow
from ui.window.registry import TABS


def running(window):
    return lambda: window.current.session.status.head > 20


def at_rest(window):
    return settled(window.current, "paused", "untrained", "finished")


def test_train_draw_scrub_continue(window, qtbot):
    tab = window.current
    assert tab.try_panel.bars.state == "untrained"
    qtbot.mouseClick(tab.run_bar.train_button, LEFT)
    qtbot.waitUntil(lambda: tab.session.status.head > 400)
    draw(tab.try_panel.canvas, (0.25, 0.3), (0.45, 0.28), (0.72, 0.27), (0.6, 0.5), (0.5, 0.7), (0.45, 0.85))
    qtbot.waitUntil(lambda: tab.try_panel.bars.state in ("ok", "unsure"))
    assert tab.session.status.phase == "running"
    qtbot.mouseClick(tab.run_bar.train_button, LEFT)
    qtbot.waitUntil(at_rest(window))
    head = tab.session.status.head
    qtbot.waitUntil(lambda: tab.session.snapshot.step == head)
    loss = tab.session.history.column("loss").copy()
    slider = tab.timeline.slider
    qtbot.mouseClick(slider, LEFT, pos=QPoint(slider.width() // 2, slider.height() // 2))
    qtbot.waitUntil(lambda: tab.session.snapshot.step < head and tab.session.status.seeking is None)
    assert 0 < tab.session.status.position < head
    assert tab.timeline.branch.isEnabled()
    qtbot.mouseClick(tab.timeline.branch, LEFT)
    qtbot.waitUntil(lambda: tab.session.status.head > head)
    tab.session.pause()
    qtbot.waitUntil(at_rest(window))
    qtbot.waitUntil(lambda: len(tab.session.history) == tab.session.status.head)
    assert np.array_equal(tab.session.history.column("loss")[:head], loss)  # nothing was changed: the same bits
    assert len(tab.session.ghosts) == 1


def test_save_reopen_from_the_window(window, qtbot, tmp_path):
    tab = window.current
    tab.session.step(30)
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.snapshot.step == 30)
    draw(tab.try_panel.canvas, (0.5, 0.2), (0.5, 0.8))
    weights = tab.session.snapshot.parameters
    file = tmp_path / "run.npz"
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(file)
    tab.session.reset()
    tab.try_panel.canvas.clear()
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.snapshot.step == 0)
    with qtbot.waitSignal(tab.session.opened):
        window.open_experiment(file)
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.snapshot.step == 30)
    assert np.array_equal(tab.session.snapshot.parameters, weights)
    assert len(tab.try_panel.canvas.drawing().strokes) == 1


def test_space_trains_but_leaves_keys_to_fields_and_buttons(window, qtbot):
    tab = window.current
    tab.plots.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(running(window))
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(at_rest(window))
    head = tab.session.status.head
    tab.run_bar.dice.setFocus()
    seed = tab.run_bar.seed.value()
    qtbot.keyClick(tab.run_bar.dice, Qt.Key.Key_Space)
    assert tab.run_bar.seed.value() == seed + 1  # pressed the button, did not train
    qtbot.waitUntil(lambda: tab.session.status.phase == "untrained")
    assert head > 0
    for box in tab.form.findChildren(QSpinBox)[:1]:
        box.setFocus()
        qtbot.keyClick(box, Qt.Key.Key_Right)
    assert tab.session.status.head == 0


def test_settings_that_need_a_new_run_wait_for_reset(window, qtbot):
    tab = window.current
    tab.session.step(5)
    qtbot.waitUntil(lambda: tab.session.status.head == 5)
    (field,) = (entry for entry in tab.form.findChildren(QLineEdit) if entry.accessibleName() == "Hidden layers")
    field.selectAll()
    qtbot.keyClicks(field, "32")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "Reset" in tab.run_bar.reset_button.text()
    assert tab.run_bar.reset_button.text() != "Reset"
    assert tab.session.status.head == 5
    tab.form.set_config(tab.session.config)
    qtbot.mouseClick(tab.run_bar.reset_button, LEFT)
    qtbot.waitUntil(lambda: tab.session.status.phase == "untrained" and tab.session.snapshot is not None)
    assert tab.session.snapshot.config.hidden == (32,)
    assert tab.run_bar.reset_button.text() == "Reset"


def test_divergence_is_said_and_can_be_rewound(window, qtbot):
    tab = window.current
    config = tab.form.config().model_copy(
        update={"optimizer": "sgd", "learning_rate": 10.0, "loss": "mse_sum", "schedule": "constant"}
    )
    tab.form.set_config(config)
    tab.session.reset(config, play=True)
    qtbot.waitUntil(lambda: tab.session.status.phase == "failed")
    assert "step size" in tab.banner.text
    assert tab.banner.isVisible()


def test_a_click_on_a_mistake_brings_it_to_the_canvas(window, qtbot):
    tab = window.current
    tab.session.step(60)
    qtbot.waitUntil(lambda: tab.session.snapshot is not None and tab.session.snapshot.test_step == 60)
    snapshot = tab.session.snapshot
    wrong = np.flatnonzero(tab.data.test_labels != snapshot.test_predictions)
    qtbot.waitUntil(lambda: tab.explorer.gallery.count == len(wrong))
    rect = tab.explorer.gallery.rect()
    qtbot.mouseMove(tab.explorer.gallery, QPoint(rect.width() // 2, 20))
    found = tab.explorer.gallery.index_at(QPoint(rect.width() // 2, 20).toPointF())
    qtbot.mouseClick(tab.explorer.gallery, LEFT, pos=QPoint(rect.width() // 2, 20))
    assert np.array_equal(tab.try_panel.canvas.image, tab.data.test_images[wrong[found]])


def test_bad_files_are_said_in_the_tab(window, qtbot, tmp_path):
    tab = window.current
    for name, content in (("a.npz", b"nonsense"), ("b.npz", b""), ("c.npz", b"PK\x05\x06" + 18 * b"\0")):
        (tmp_path / name).write_bytes(content)
        tab.banner.clear()
        window.open_experiment(tmp_path / name)
        assert tab.banner.isVisible()
        assert name in tab.banner.text
    window.open_experiment(tmp_path / "missing.npz")
    assert "missing.npz" in tab.banner.text
    tab.open_data([tmp_path / "a.npz"])
    assert "opened" in tab.banner.text


def test_autosave_is_offered_after_a_crash_only(window, qtbot, tmp_path, qapp):
    tab = window.current
    tab.session.step(40)
    qtbot.waitUntil(lambda: tab.session.status.head == 40)
    with qtbot.waitSignal(tab.session.saved):
        window.autosave()
    saved = list((tmp_path / "data").rglob("*.npz"))
    assert len(saved) == 1
    copy = saved[0].read_bytes()
    window.close()
    assert not list((tmp_path / "data").rglob("*.npz"))  # a clean end leaves nothing to recover
    crashed = tmp_path / "data" / "autosave" / "999999"
    crashed.mkdir(parents=True)
    (crashed / "digits.npz").write_bytes(copy)
    second = MainWindow(None, Autosaves(tmp_path / "data"))
    qtbot.addWidget(second)
    second.show()
    second.offer_recovery()
    assert "ended unexpectedly" in second.current.banner.text
    QApplication.processEvents()  # a button is seen, and can be pressed, a moment later
    with qtbot.waitSignal(second.current.session.opened):
        press(second.current.banner, "Open it")
    qtbot.waitUntil(lambda: second.current.session.status.head == 40)
    assert not crashed.exists()
    second.close()


def test_a_run_that_trains_when_the_window_is_closed_is_offered_at_the_next_start(window, qtbot, tmp_path):
    tab = window.current
    tab.session.reset(tab.form.config().model_copy(update={"epochs": 1000}), play=True)
    qtbot.waitUntil(lambda: tab.session.status.head > 20)
    head = tab.session.status.head
    window.close()
    second = MainWindow(None, Autosaves(tmp_path / "data"))
    qtbot.addWidget(second)
    second.show()
    second.offer_recovery()
    assert "still training" in second.current.banner.text
    QApplication.processEvents()
    with qtbot.waitSignal(second.current.session.opened):
        press(second.current.banner, "Open it")
    qtbot.waitUntil(settled(second.current))
    assert second.current.session.status.position == second.current.session.status.head >= head
    second.close()  # at rest, and opened once: not offered again
    assert not list((tmp_path / "data").rglob("*.npz"))


def test_window_state_is_remembered(qtbot, qapp, tmp_path):
    settings = QSettings(str(tmp_path / "w.ini"), QSettings.Format.IniFormat)
    first = MainWindow(settings)
    qtbot.addWidget(first)
    first.resize(960, 650)
    first.show()
    first.close()
    second = MainWindow(settings)
    qtbot.addWidget(second)
    assert (second.width(), second.height()) == (960, 650)
    second.close()


def test_a_first_window_fits_on_the_screen(qtbot, qapp):
    window = MainWindow()
    room = window.screen().availableSize()
    assert room.width() < 1280  # the offscreen one is small: the window cannot have the size that it would like
    assert window.height() < room.height()
    assert window.width() == max(room.width(), window.minimumWidth())
    window.close()


def test_the_menu_knows_that_the_window_fills_the_screen(window, qtbot):
    window.setWindowState(Qt.WindowState.WindowFullScreen)
    full_screen = window.actions_by_name["view.full-screen"]
    qtbot.waitUntil(full_screen.isChecked)
    full_screen.trigger()
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert not full_screen.isChecked()


def test_a_run_that_has_moved_on_is_autosaved_though_the_same_step_is_shown(window, qtbot):
    session, saved = window.current.session, []
    session.saved.connect(saved.append)

    def go(count, back):
        session.step(count)
        qtbot.waitUntil(lambda: session.settled)
        session.seek(back)
        qtbot.waitUntil(lambda: session.settled)
        window.autosave()
        qtbot.waitUntil(lambda: session.settled)

    go(5, 0)
    go(0, 0)
    assert len(saved) == 1  # nothing new
    session.seek(5)
    qtbot.waitUntil(lambda: session.settled)
    go(5, 0)
    assert len(saved) == 2


def test_both_themes(window, qtbot, qapp):
    for choice in ("dark", "light"):
        theme.apply(qapp, choice)
        image = window.grab().toImage()
        dark = image.pixelColor(5, 5).lightnessF() < 0.4
        assert dark == (choice == "dark")


def test_closing_in_mid_training_many_times(qtbot, qapp):
    for count in range(8):
        window = MainWindow()
        qtbot.addWidget(window)
        window.show()
        window.current.toggle()
        if count % 2:
            qtbot.waitUntil(running(window))
        window.close()
        window.close()
        assert QApplication.instance() is not None


def test_a_closed_window_goes_at_once(qtbot, qapp):
    """Not when garbage is next collected: that may be on the worker's thread, where no widget may be taken apart."""
    window = MainWindow()
    window.show()
    session = window.current.session
    qtbot.waitUntil(lambda: session.snapshot is not None)
    window.show_tab("boundary")
    window.close()
    there = weakref.ref(window)
    gc.disable()
    try:
        del window
        assert there() is None
    finally:
        gc.enable()


def test_press_everything_in_mid_training(window, qtbot):
    tab = window.current
    for round_ in range(6):
        for do in (
            tab.toggle,
            tab.step,
            tab.session.step_back,
            tab.branch,
            tab.reset,
            tab.toggle,
            lambda: tab.session.seek(5),
            tab.give_test_picture,
            window.actions_by_name["edit.clear"].trigger,
            window.actions_by_name["edit.undo"].trigger,
            lambda: tab.choose_preset("two-relu-50"),
            lambda seed=round_: tab.run_bar.seed.setValue(seed),
            lambda: tab.choose_preset("default"),
        ):
            do()
            QApplication.processEvents()
        qtbot.wait(20)
    tab.session.pause()
    qtbot.waitUntil(at_rest(window))
    assert not tab.session.pending or tab.session.status.head


def test_a_save_right_before_closing_is_not_lost(qtbot, qapp, tmp_path):
    """Save, then Quit: the window closes when everything that was asked for has been written, also in mid-training."""
    config = DigitsConfig(hidden=(64,), epochs=50)
    for count in range(10):
        window = MainWindow()
        qtbot.addWidget(window)
        window.show()
        tab = window.show_tab("digits")
        tab.session.reset(config, play=True)
        qtbot.waitUntil(lambda tab=tab: tab.session.status.head > 20)
        first, last = tmp_path / f"{count} first.npz", tmp_path / f"{count} last.npz"
        tab.save_experiment(first)
        if count % 2:
            qapp.processEvents()  # the first one is under way
        tab.save_experiment(last)
        window.close()
        assert (first.exists(), last.exists()) == (True, True), f"lost in round {count}"
        recordings = [read(file).recording for file in (first, last)]
        assert 20 < recordings[0].step <= recordings[1].step


@pytest.mark.parametrize("name", ["experiment", "drawing", "weights", "metrics", "picture"])
def test_no_save_dialog_replaces_a_file_unasked(window, qtbot, tmp_path, monkeypatch, name):
    """The user types a name without a suffix; with it, the name belongs to another file, and the user says No."""
    action, suffix = {
        "experiment": ("file.save", ".npz"),
        "drawing": ("file.save-drawing", ".json"),
        "weights": ("file.save-weights", ".npz"),
        "metrics": ("file.export-metrics", ".csv"),
        "picture": ("file.export-picture", ".png"),
    }[name]
    tab = window.show_tab("boundary") if name == "weights" else window.current  # the only one that has some
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    typed, answers = [], []

    def dialog(*_args):
        typed.append("run.v1" if len(typed) < 2 else "")
        return (str(tmp_path / typed[-1]) if typed[-1] else "", "")

    def question(*_args):
        answers.append(QMessageBox.StandardButton.No)
        return answers[-1]

    monkeypatch.setattr(QFileDialog, "getSaveFileName", dialog)
    monkeypatch.setattr(QMessageBox, "question", question)
    other = tmp_path / f"run.v1{suffix}"
    other.write_bytes(b"precious")
    window.actions_by_name[action].trigger()
    qtbot.waitUntil(lambda: window.current.session.settled)
    assert (len(typed), len(answers)) == (3, 2)  # asked again until another name was chosen, or none
    assert other.read_bytes() == b"precious"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("run")] == [other.name]


def test_after_changing_tabs_the_status_bar_says_where_that_run_stands(window, qtbot):
    window.current.step()
    qtbot.waitUntil(lambda: window.current.session.settled and window.current.session.status.head == 1)
    window.show_tab("bits")
    qtbot.waitUntil(lambda: window.current.session.settled)
    window.show_tab("digits")
    qtbot.waitUntil(lambda: window.said.startswith("Paused at step 1"))


@pytest.mark.parametrize("name", list(TABS))
def test_a_small_window_scrolls_and_squeezes_nothing(window, qtbot, name):
    tab = window.show_tab(name)
    qtbot.waitUntil(lambda: tab.session.settled and tab.findChild(ConfigForm) is not None)
    page = tab.findChild(QScrollArea, "page")
    bars = (page.horizontalScrollBar(), page.verticalScrollBar())
    assert not any(bar.isVisible() for bar in bars)  # at 1280×720 all is seen
    window.resize(window.minimumSize())
    qtbot.waitUntil(lambda: any(bar.isVisible() for bar in bars))
    least = page.widget().minimumSizeHint()
    assert page.widget().width() >= least.width()
    assert page.widget().height() >= least.height()
    assert tab.run_bar.minimumSizeHint().width() <= window.width()
    assert tab.timeline.minimumSizeHint().width() <= window.width()


def handles(tab):
    return tuple(tab.findChild(QSplitter, name).sizes() for name in ("columns", "rows"))


@pytest.mark.parametrize("name", ["digits", "boundary"])
def test_a_window_that_has_grown_and_shrunk_looks_as_before(window, qtbot, name):
    tab = window.show_tab(name)
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    before = handles(tab)
    window.resize(1920, 1080)
    assert handles(tab)[0][1] > before[0][1]
    window.resize(1280, 720)
    assert handles(tab) == before


def test_a_splitter_that_the_user_has_moved_stays_his(window, qtbot, tmp_path):
    tab = window.current
    handle = tab.findChild(QSplitter, "rows").handle(1)
    qtbot.mousePress(handle, LEFT)
    qtbot.mouseMove(handle, QPoint(handle.width() // 2, -60))
    qtbot.mouseRelease(handle, LEFT, pos=QPoint(handle.width() // 2, -60))
    QApplication.processEvents()  # a column that is lower now may need a scroll bar
    columns, (_, moved) = handles(tab)
    window.resize(1280, 900)
    window.resize(1600, 900)
    assert handles(tab)[1][1] == moved  # the stage takes what is new
    window.resize(1280, 720)
    assert (handles(tab)[1][1], handles(tab)[0]) == (moved, columns)  # that one nobody has moved
    window.close()
    second = MainWindow(QSettings(str(tmp_path / "window.ini"), QSettings.Format.IniFormat))
    qtbot.addWidget(second)
    second.resize(1280, 720)  # the offscreen screen is smaller
    second.show()
    tab = second.current
    qtbot.waitUntil(tab.isVisible)
    assert handles(tab)[1][1] == moved
    assert tab.save_layout().keys() == {"rows"}
    second.close()


def copy_picture():
    """A cross in ink, on the clipboard."""
    picture = QImage(40, 40, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    for place in range(8, 32):
        for thick in range(4):
            picture.setPixelColor(place, 18 + thick, Qt.GlobalColor.black)
            picture.setPixelColor(18 + thick, place, Qt.GlobalColor.black)
    QApplication.clipboard().setImage(picture)
    return picture


def test_paste_reaches_the_canvas_wherever_the_focus_is(window, qtbot):
    tab = window.current
    copy_picture()
    tab.plots.setFocus()
    before = tab.try_panel.canvas.image
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert tab.try_panel.canvas.image is not None
    assert not np.array_equal(tab.try_panel.canvas.image, before)
    tab.try_panel.canvas.clear()
    tab.try_panel.canvas.setFocus()
    qtbot.keyClick(tab.try_panel.canvas, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert tab.try_panel.canvas.image is not None
    tab.try_panel.canvas.clear()
    QApplication.clipboard().setText("7")
    tab.run_bar.seed.setFocus()
    tab.run_bar.seed.selectAll()
    qtbot.keyClick(tab.run_bar.seed, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert tab.run_bar.seed.text() == "7"
    assert tab.try_panel.canvas.is_empty
    assert not tab.banner.isVisible()


def test_a_table_is_pasted_wherever_the_focus_is_and_pixels_say_that_they_take_nothing(window, qtbot):
    tab = window.show_tab("boundary")
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    QApplication.clipboard().setText("a,b\n1,2\n3,4\n")
    tab.plots.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert tab.panel.dialog is not None
    tab.panel.dialog.reject()
    tab = window.show_tab("hopfield")
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    copy_picture()
    window.actions_by_name["edit.paste"].trigger()
    assert "Open drawing" in window.said
    window.show_tab("bits")
    assert not window.actions_by_name["edit.paste"].isEnabled()


def drop(widget, path):
    """Drop a file where nothing in the way wants it; returns whether it is taken."""
    mime, action, none = QMimeData(), Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    place = widget.rect().center()
    enter = QDragEnterEvent(place, action, mime, LEFT, none)
    QApplication.sendEvent(widget, enter)
    event = QDropEvent(place.toPointF(), action, mime, LEFT, none)
    if enter.isAccepted():
        QApplication.sendEvent(widget, event)
    return enter.isAccepted()


def test_files_can_be_dropped_anywhere_on_the_window(window, qtbot, tmp_path):
    tab = window.current
    tab.session.step(3)
    qtbot.waitUntil(settled(tab))
    with qtbot.waitSignal(tab.session.saved):
        tab.save_experiment(tmp_path / "run.npz")
    tab.reset()
    qtbot.waitUntil(settled(tab))
    with qtbot.waitSignal(tab.session.opened):  # from the canvas, which leaves it to the window
        drop(tab.try_panel.canvas, tmp_path / "run.npz")
    qtbot.waitUntil(lambda: tab.session.status.head == 3)
    tab.try_panel.canvas.clear()
    assert copy_picture().save(str(tmp_path / "cross.png"))
    assert drop(window, tmp_path / "cross.png")
    assert tab.try_panel.canvas.image is not None
    tab = window.show_tab("boundary")
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    (tmp_path / "points.csv").write_text("a,b\n1,2\n3,4\n")
    assert drop(window, tmp_path / "points.csv")
    assert tab.panel.dialog is not None
    tab.panel.dialog.reject()
    window.show_tab("bits")
    assert drop(window, tmp_path / "points.csv")
    assert "nothing to draw on" in window.said


def test_what_was_done_is_said(window, qtbot, tmp_path):
    tab = window.current
    tab.export_metrics(tmp_path / "run.csv")
    assert window.said == "Exported the metrics to run.csv"
    window.export_picture(tmp_path / "tab.png")
    assert window.said == "Exported a picture of the tab to tab.png"
    name = next(iter(tab.model.presets))
    tab.choose_preset(name)
    qtbot.waitUntil(settled(tab, "untrained"))
    assert window.said.startswith(f"{name}: {tab.model.presets[name].description}")
    tab.step()
    qtbot.waitUntil(lambda: window.said.startswith("Paused at step 1"))


@pytest.mark.parametrize("name", ["boundary", "mixture"])
def test_points_from_a_table_are_said_until_the_run_moves(window, qtbot, name):
    tab = window.show_tab(name)
    qtbot.waitUntil(lambda: tab.session.snapshot is not None)
    points = np.random.default_rng(0).normal(size=(20, 2))
    tab.use_points(PointSet(points, np.arange(20) % 2, class_names=("a", "b")), "ok.csv")
    qtbot.waitUntil(settled(tab, "untrained"))
    assert window.said.startswith("20 points from ok.csv. Press ")
    assert not tab.leave_button.isVisible()  # there is one beside the points
    tab.reset()
    qtbot.waitUntil(settled(tab, "untrained"))
    assert window.said.startswith(tab.model.summary)


def test_a_long_sentence_below_is_cut_with_dots_and_read_in_whole_in_its_tooltip(window, qtbot):
    window.resize(960, 540)
    sentence = "It was written to " + "a folder in a folder, " * 12
    window.files.told.emit(sentence)
    below = window._told
    assert window.said == sentence
    assert below.shown().endswith("…")
    assert below.fontMetrics().horizontalAdvance(below.shown()) <= below.width() <= window.width()
    assert below.toolTip() == sentence
    window.files.told.emit("Saved.")
    assert below.shown() == "Saved."
